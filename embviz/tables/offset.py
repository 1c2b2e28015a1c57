"""One token at two places, in the layer of minilm or a fresh one; and a vocabulary in two planes that a position moves.

Conventions. A sequence is [CLS], the pieces of the sentence, [SEP], as minilm was trained; a fresh layer gets the same
ids, so that a place means the same in both. W is the token table, f = sqrt(d) where the layer scales its tokens and 1
elsewhere, P the table of positions; the sum is x = f W[id] + P[place], for minilm before token type and LayerNorm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from embviz import tables
from embviz.compute.checks import checked_choice, checked_size
from embviz.compute.layers import TokenEmbedding, TransformerEmbedding
from embviz.compute.offset import std_of
from embviz.compute.pipeline import colour_limit, stages
from embviz.compute.projection import Projection, project
from embviz.tables import tokenizers, words
from embviz.tables.pipeline import Layer, shipped_layer

MODELS = ("minilm", "fresh")
WIDTH = 64
PLACES = 512
MOST_TOKENS = 16
NAMED = "glanced saxophone lion defeated john while had france renamed water against piano began railway city"


@dataclass(frozen=True, slots=True)
class Places:
    """`rows` f W[ids] (n, d) of the sequence, `positions` P (512, d), and what each row is: `ids`, `tokens`.

    `dropped` pieces had no room; `limit` ends the scale of colours.
    """

    rows: Tensor
    positions: Tensor
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    dropped: int
    factor: float
    width: int
    limit: float


@dataclass(frozen=True, slots=True)
class Received:
    """What the first block receives: `cosine` of x at two places after everything that the layer adds and normalises.

    `difference` is the largest one between the sums of the sequence, taken on to x, and the layer's own output.
    """

    cosine: float
    difference: float


@dataclass(frozen=True, slots=True)
class Planes:
    """minilm's token rows in two planes, each of the first two principal components of a table, W or P.

    `words_w`, `words_p` (30522, 2): the token rows, from their mean. `steps_w`, `steps_p` (512, 2): what each position
    row adds to every one of them, in the same units. `shares_w` and `shares_p` say how much of the variance of W, then
    of P, the plane holds; `chance` what a plane in no particular direction would. `turn` is by how many degrees
    `steps_p` turns from one place to the next, the median from place 1 on. `named` are rows to be labelled.
    """

    words_w: Tensor
    words_p: Tensor
    steps_w: Tensor
    steps_p: Tensor
    tokens: tuple[str, ...]
    named: tuple[int, ...]
    shares_w: tuple[float, float]
    shares_p: tuple[float, float]
    chance: float
    turn: float


@dataclass(frozen=True, slots=True)
class Alike:
    """`difference` is the largest one between adding before and after projecting, over all words and both planes."""

    difference: float


def places(*, text: str, model: str, std: str, scale: bool, seed: int) -> Places:
    """The rows of a sentence's tokens, and all rows of positions. `std`, `scale` and `seed` are for a fresh layer."""
    layer = _layer(model, std, scale, seed)
    ids, dropped = _sequence(text)
    rows = layer.factor * layer.rows(torch.tensor(ids))
    shown = layer.positions[: len(ids)]
    return Places(
        rows=rows,
        positions=layer.positions,
        ids=ids,
        tokens=tuple(layer.vocabulary[row] for row in ids),
        dropped=dropped,
        factor=layer.factor,
        width=layer.width,
        limit=colour_limit(rows, shown, rows + shown),
    )


def received(*, text: str, model: str, std: str, scale: bool, seed: int, token: int, p: int, q: int) -> Received:
    """The token number `token` of the sequence at places p and q, up to the first block."""
    layer = _layer(model, std, scale, seed)
    ids = torch.tensor(_sequence(text)[0])
    rows = layer.rows(ids)

    def output(tokens: Tensor, positions: Tensor) -> Tensor:
        return stages(tokens, factor=layer.factor, positions=positions, types=layer.types, norm=layer.norm).output

    pair = output(rows[[token, token]], layer.positions[[p, q]])
    whole = output(rows, layer.positions[: len(ids)])
    difference = (whole - layer.module(ids)).abs().max().item()
    return Received(torch.nn.functional.cosine_similarity(pair[0], pair[1], dim=0).item(), difference)


def planes() -> Planes:
    """The planes in which minilm's words differ most, and its positions."""
    table, (of_words, of_places) = tables.load("minilm"), _planes()
    axes = {"w": of_words.components.T, "p": of_places.components.T}
    centred = {name: rows - rows.mean(dim=0) for name, rows in (("w", table.vectors), ("p", table.positions))}

    def share(of: str, plane: str) -> float:
        return ((centred[of] @ axes[plane]).square().sum() / centred[of].square().sum()).item()

    return Planes(
        words_w=of_words.coordinates,
        words_p=centred["w"] @ axes["p"],
        steps_w=table.positions @ axes["w"],
        steps_p=table.positions @ axes["p"],
        tokens=tuple(words.shown(token) for token in table.tokens),
        named=tuple(table.row_numbers[word] for word in NAMED.split()),
        shares_w=(share("w", "w"), share("p", "w")),
        shares_p=(share("w", "p"), share("p", "p")),
        chance=2 / table.vectors.shape[1],
        turn=_median_turn((table.positions @ axes["p"])[1:]),
    )


def _median_turn(arrows: Tensor) -> float:
    """By how many degrees, counter-clockwise, each of these (n, 2) is turned against the one before: the median."""
    a, b = torch.view_as_complex(arrows[:-1].contiguous()), torch.view_as_complex(arrows[1:].contiguous())
    return torch.rad2deg((b / a).angle()).median().item()


def moved_alike(*, p: int) -> Alike:
    """Every word of minilm with P[p] added, in both planes, against the word there moved by the arrow of P[p]."""
    table = tables.load("minilm")
    sums = table.vectors + table.positions[p]
    worst = 0.0
    for plane in _planes():
        axes = plane.components.T
        worst = max(worst, (sums @ axes - (table.vectors @ axes + table.positions[p] @ axes)).abs().max().item())
    return Alike(worst)


@lru_cache(maxsize=1)
def _planes() -> tuple[Projection, Projection]:
    table = tables.load("minilm")
    return project(table.vectors, "pca", 2), project(table.positions, "pca", 2)


def _sequence(text: str) -> tuple[tuple[int, ...], int]:
    """The ids of [CLS], the text and [SEP], at most MOST_TOKENS, and how many pieces had no room."""
    tokenizer = tokenizers.load("minilm")
    found = tokenizer.encode(text)
    kept = found[: MOST_TOKENS - 2]
    first, last = (tokenizer.special[name] for name in ("[CLS]", "[SEP]"))
    return (first, *(token.id for token in kept), last), len(found) - len(kept)


@lru_cache(maxsize=4)
def _layer(model: str, std: str, scale: bool, seed: int) -> Layer:
    if checked_choice("model", model, MODELS) == "minilm":
        return shipped_layer("minilm")
    vocabulary = tables.load("minilm").tokens
    generator = torch.Generator().manual_seed(checked_size("seed", seed, least=0))
    module = TransformerEmbedding(1, WIDTH, PLACES, position="sinusoidal", dropout=0.0, scale=scale)
    module.token = TokenEmbedding(
        len(vocabulary), WIDTH, padding_idx=0, init_std=std_of(std, WIDTH), scale=scale, generator=generator
    )
    module.eval().requires_grad_(False)
    weight = module.token.weight
    return Layer(
        name="fresh",
        vocabulary=vocabulary,
        rows=lambda ids: weight[ids],
        weight=lambda: weight,
        module=lambda ids: module(ids[None])[0],
        width=WIDTH,
        factor=module.token.scale,
        positions=module.position(torch.zeros(1, PLACES, dtype=torch.int64))[0],
    )
