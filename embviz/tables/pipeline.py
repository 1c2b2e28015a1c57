"""A sentence through the embedding layer of a model: the shipped `minilm` and `wordllama`, or a fresh layer.

`minilm` is BERT's layer (Devlin et al. 2018): [CLS] first, [SEP] last, token + position + token type, then LayerNorm.
`wordllama` adds nothing to its rows: Llama's positions enter by rotation inside attention (Su et al. 2021).
`fresh` is a `TransformerEmbedding` as it is before training, over minilm's vocabulary, with [PAD] rows behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import torch
from torch import Tensor

from embviz import tables
from embviz.compute.layers import BertEmbedding, TransformerEmbedding
from embviz.compute.onehot import one_hot_sparse
from embviz.compute.pipeline import LayerNorm, Stages, stages
from embviz.tables import tokenizers

MAX_TOKENS = 64  # rows of a sequence, special tokens and padding included
SHIPPED = ("minilm", "wordllama")


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of the sequence: its id, its text in the vocabulary, and the characters text[start:end] it stands for.

    `kind` is "piece", "special" or "padding". Pieces of one word (or bytes of one character) share a `group`.
    """

    id: int
    text: str
    start: int
    end: int
    kind: str = "piece"
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """A model's embedding layer, taken apart: the parts that `stages` adds, and `module` that does it all at once."""

    name: str
    vocabulary: tuple[str, ...]
    rows: Callable[[Tensor], Tensor]
    weight: Callable[[], Tensor]
    module: Callable[[Tensor], Tensor]
    width: int
    factor: float = 1.0
    positions: Tensor | None = None
    types: Tensor | None = None
    norm: LayerNorm | None = None
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    padding: int = 0


@dataclass(frozen=True, slots=True)
class Embedded:
    """A sentence and what became of it. `dropped` pieces did not fit into MAX_TOKENS rows."""

    text: str
    layer: Layer
    pieces: tuple[Piece, ...]
    dropped: int
    stages: Stages

    @property
    def ids(self) -> Tensor:
        """The ids of the sequence, (n,) int64, where the numbers are."""
        return torch.tensor([piece.id for piece in self.pieces], dtype=torch.int64, device=self.stages.output.device)


@dataclass(frozen=True, slots=True)
class Check:
    """Largest differences: one_hot(ids) @ W against the rows shown, and the layer's own output against x shown."""

    one_hot: float
    layer: float


def shipped_layer(name: str, *, device: torch.device | str = "cpu") -> Layer:
    """The embedding layer of a shipped model, its numbers on `device`; ValueError names the models there are."""
    if name not in SHIPPED:
        raise ValueError(f"there is no model {name!r}; there are {', '.join(SHIPPED)}")
    table = tables.load(name)
    weight = cache(lambda: table.vectors.to(device))  # whole, and so only for who asks for the whole
    layer = Layer(
        name=name,
        vocabulary=table.tokens,
        rows=lambda ids: table.rows(ids).to(device),
        weight=weight,
        module=lambda ids: torch.nn.functional.embedding(ids, weight()),
        width=table.stored.shape[1],
    )
    if name == "wordllama":
        return layer
    gamma, beta = (numbers.to(device) for numbers in table.layer_norm[:2])
    positions, types = table.positions.to(device), table.token_types.to(device)
    eps = table.layer_norm.eps
    return replace(
        layer,
        module=lambda ids: BertEmbedding.from_tensors(weight(), positions, types, gamma, beta, eps)(ids[None])[0],
        positions=positions,
        types=types[0],
        norm=LayerNorm(gamma, beta, eps),
        first=("[CLS]",),
        last=("[SEP]",),
    )


def fresh_layer(
    *, width: int, position: str, scale: bool, padding: int, seed: int, device: torch.device | str = "cpu"
) -> Layer:
    """A `TransformerEmbedding` before any training, over minilm's vocabulary; `seed` fixes its noise anywhere."""
    vocabulary = tables.load("minilm").tokens
    module = TransformerEmbedding(
        len(vocabulary),
        width,
        MAX_TOKENS,
        position=position,
        dropout=0.0,
        scale=scale,
        generator=torch.Generator().manual_seed(seed),
    )
    module.eval().requires_grad_(False).to(device)
    weight = module.token.weight
    every_place = torch.zeros(1, MAX_TOKENS, dtype=torch.int64, device=device)
    return Layer(
        name="fresh",
        vocabulary=vocabulary,
        rows=lambda ids: weight[ids],
        weight=lambda: weight,
        module=lambda ids: module(ids[None])[0],
        width=width,
        factor=module.token.scale,
        positions=None if module.position is None else module.position(every_place)[0],
        padding=padding,
    )


def embed(text: str, layer: Layer) -> Embedded:
    """The sentence through the layer. At most MAX_TOKENS rows; `dropped` says how many pieces had no room."""
    tokenizer = tokenizers.load("wordllama" if layer.name == "wordllama" else "minilm")
    found = tokenizer.encode(text)
    room = MAX_TOKENS - len(layer.first) - len(layer.last) - layer.padding
    kept = found[:room]
    groups = _groups(text, kept)

    def special(names: tuple[str, ...], at: int, kind: str = "special") -> list[Piece]:
        return [Piece(tokenizer.special[name], name, at, at, kind) for name in names]

    pieces = (
        *special(layer.first, 0),
        *(Piece(t.id, t.text, t.start, t.end, "piece", g) for t, g in zip(kept, groups, strict=True)),
        *special(layer.last, len(text)),
        *special(("[PAD]",) * layer.padding, len(text), "padding"),
    )
    rows = layer.rows(torch.tensor([piece.id for piece in pieces], dtype=torch.int64))
    positions = None if layer.positions is None else layer.positions[: len(pieces)]
    result = stages(rows, factor=layer.factor, positions=positions, types=layer.types, norm=layer.norm)
    return Embedded(text, layer, pieces, len(found) - len(kept), result)


def check(layer: Layer, ids: Tensor, *, tokens: Tensor, output: Tensor) -> Check:
    """Rows `tokens` (n, d) and x `output` (n, d), as they are shown for `ids` (n,), against two other ways to them."""
    if not len(ids):
        return Check(0.0, 0.0)
    weight = layer.weight()
    one_hot = one_hot_sparse(ids.to(weight.device), len(weight)) @ weight - tokens.to(weight.device)
    whole = layer.module(ids.to(weight.device)) - output.to(weight.device)
    return Check(one_hot.abs().max().item(), whole.abs().max().item())


def _groups(text: str, tokens: tuple[tokenizers.Token, ...]) -> list[int | None]:
    """Which tokens are pieces of one word or bytes of one character: equal numbers; None for a token that is whole."""
    words = [m.span() for m in re.finditer(r"\w+", text)]
    homes = []
    for token in tokens:
        start = token.start + len(text[token.start : token.end]) - len(text[token.start : token.end].lstrip())
        home = next((span for span in words if span[0] <= start < token.end <= span[1]), (start, token.end))
        wide = unicodedata.east_asian_width(text[start]) in "WF" if start < len(text) else False
        homes.append((start, token.end) if wide else home)
    return [homes.index(home) if homes.count(home) > 1 else None for home in homes]
