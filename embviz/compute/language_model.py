"""A small causal decoder, its table of tokens part of what is trained: Radford et al. 2019 (GPT-2), section 2.3.

    x = dropout(W[ids] + P)          W the table (vocab, width), P rows of positions where there are any
    x = x + Attention(LayerNorm(x))  then  x = x + MLP(LayerNorm(x)), in each of the layers (pre-norm)
    logits = LayerNorm(x) @ H.T      H the head (vocab, width); tied, H is W: the same storage (Press and Wolf 2017)

Conventions. Matrices have no bias and are drawn from N(0, 1/fan_in), those that write into x divided by sqrt(2 layers)
as well, as GPT-2 does; the MLP is 4 widths wide with GELU; a head of its own starts at N(0, 0.02). The position enters
in one place, by kind: "learned" and "sinusoidal" add a row to x, "rotary" turns queries and keys, "alibi" adds a bias
to the scores, "none" nowhere, and what computes them are `embviz.compute.positions`, `.rotary` and `.alibi`.

A factorised table of rank r is A @ B.T, A (vocab, r) and B (width, r) (Lan et al. 2019, "ALBERT", section 3.1); B
starts at N(0, 1/r), so that the product starts with the spread of a full table. A tied head reads through the same two.

All random numbers come from the seed in the settings' order of creation; torch's own generator is left alone.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embviz.compute.alibi import alibi_bias
from embviz.compute.attention import POSITION_KINDS, PositionKind, causal_mask
from embviz.compute.checks import checked_choice, checked_dropout, checked_ids, checked_positive, checked_size
from embviz.compute.layers import (
    FactorizedTokenEmbedding,
    LearnedPositionalEmbedding,
    SinusoidalPositionalEmbedding,
    TokenEmbedding,
)
from embviz.compute.positions import interpolate_table
from embviz.compute.rotary import Scaling, apply_rotary, rotary_frequencies

HEAD_STD = 0.02
MLP_FACTOR = 4
MOST = {"vocab_size": 8192, "width": 512, "n_layers": 6, "n_heads": 16, "context": 1024}
"""The largest model that is built, so that no setting takes a machine down."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What the model is. `context` is the trained length, which is how many rows of positions "learned" has.

    `rank` None is a full table. `init_std` is the standard deviation of the table at the start. `scale` multiplies the
    rows of tokens by sqrt(width) on the way in (Vaswani et al. 2017, section 3.4), which sinusoidal rows, of root mean
    square 0.71, are made for. ValueError for values out of their bounds (`MOST`), with the value and the bound.
    """

    vocab_size: int
    width: int = 64
    n_layers: int = 2
    n_heads: int = 4
    context: int = 64
    position: PositionKind = "rotary"
    tied: bool = True
    rank: int | None = None
    embedding_dropout: float = 0.0
    init_std: float = 0.02
    scale: bool = False

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            if checked_size(name, getattr(self, name)) > most:
                raise ValueError(f"{name} is {getattr(self, name)}; it may be at most {most} here")
        checked_choice("position", self.position, POSITION_KINDS)
        checked_dropout(self.embedding_dropout)
        checked_positive("init_std", self.init_std)
        if self.width % self.n_heads:
            raise ValueError(f"width is {self.width} and n_heads {self.n_heads}; the width must divide among the heads")
        if self.position == "rotary" and self.head_dim % 2:
            raise ValueError(
                f"width {self.width} and n_heads {self.n_heads} make heads of {self.head_dim}; rotary turns pairs"
            )
        if self.position == "sinusoidal" and self.width % 2:
            raise ValueError(f"width is {self.width}, which is odd; sinusoidal rows are made of pairs")
        if self.rank is not None and checked_size("rank", self.rank) > self.width:
            raise ValueError(f"rank is {self.rank}; it may be at most the width, {self.width}")

    @property
    def head_dim(self) -> int:
        """The width of one head of attention."""
        return self.width // self.n_heads


@dataclass(frozen=True, slots=True)
class ParameterCounts:
    """How many numbers are trained: in the table, the rows of positions, the layers with their norms, and the head."""

    table: int
    positions: int
    layers: int
    head: int

    @property
    def total(self) -> int:
        """All of them; a tied head has none of its own."""
        return self.table + self.positions + self.layers + self.head


@dataclass(frozen=True, slots=True)
class Places:
    """How the position enters the layers: a bias (heads, query, key) on the scores, or angles for queries and keys."""

    bias: Tensor | None = None
    positions: Tensor | None = None
    frequencies: Tensor | None = None
    attention_factor: float = 1.0


class Block(nn.Module):
    """One layer: x (batch, seq, width) to the same shape. `qkv` (3 · width, width): queries, keys, values, by heads."""

    def __init__(self, settings: ModelSettings, generator: torch.Generator) -> None:
        super().__init__()
        width, wide = settings.width, MLP_FACTOR * settings.width
        into_x = 1 / math.sqrt(2 * settings.n_layers)
        self.n_heads = settings.n_heads
        self.norm_attention, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = _matrix(3 * width, width, width**-0.5, generator)
        self.out = _matrix(width, width, width**-0.5 * into_x, generator)
        self.up = _matrix(wide, width, width**-0.5, generator)
        self.down = _matrix(width, wide, wide**-0.5 * into_x, generator)

    def forward(self, x: Tensor, places: Places) -> Tensor:
        x = x + self.attention(self.norm_attention(x), places)
        return x + F.linear(F.gelu(F.linear(self.norm_mlp(x), self.up)), self.down)

    def attention(self, x: Tensor, places: Places) -> Tensor:
        """What attention adds to x, (batch, seq, width), of rows that are normalised already."""
        projected = F.linear(x, self.qkv).unflatten(-1, (3, self.n_heads, -1)).permute(2, 0, 3, 1, 4)
        q, k, v = projected
        if places.frequencies is not None:  # queries and keys in one call: (2, batch, heads, seq, head_dim)
            q, k = apply_rotary(
                projected[:2], places.positions, places.frequencies, attention_factor=places.attention_factor
            )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=places.bias, is_causal=places.bias is None)
        return F.linear(mixed.transpose(1, 2).flatten(2), self.out)


class LanguageModel(nn.Module):
    """The decoder: ids (batch, seq) to logits (batch, seq, vocab), the next token's at each position.

    `token` is a `TokenEmbedding` or a `FactorizedTokenEmbedding`, `position` the layer of rows or None, `blocks` the
    layers, `head` the matrix of an untied head or None. `seed` draws the weights, on the CPU and so the same for every
    device; dropout, active while training, draws from a generator of its own on the model's device.
    """

    bias: Tensor | None

    def __init__(self, settings: ModelSettings, *, seed: int = 0) -> None:
        super().__init__()
        self.settings = settings
        self.seed = checked_size("seed", seed, least=0)
        generator = torch.Generator("cpu").manual_seed(self.seed)
        size, width, std = settings.vocab_size, settings.width, settings.init_std
        self.token: TokenEmbedding | FactorizedTokenEmbedding
        if settings.rank is None:
            self.token = TokenEmbedding(size, width, init_std=std, scale=settings.scale, generator=generator)
        else:
            self.token = FactorizedTokenEmbedding(size, settings.rank, width, init_std=std, generator=generator)
            with torch.no_grad():
                self.token.projection.normal_(0, settings.rank**-0.5, generator=generator)
        self.position: LearnedPositionalEmbedding | SinusoidalPositionalEmbedding | None = None
        if settings.position == "learned":
            self.position = LearnedPositionalEmbedding(settings.context, width, generator=generator)
        elif settings.position == "sinusoidal":
            self.position = SinusoidalPositionalEmbedding(settings.context, width)
        self.blocks = nn.ModuleList(Block(settings, generator) for _ in range(settings.n_layers))
        self.norm = nn.LayerNorm(width)
        self.head = None if settings.tied else _matrix(size, width, HEAD_STD, generator)
        alibi = _alibi(settings.n_heads, settings.context) if settings.position == "alibi" else None
        self.register_buffer("bias", alibi, persistent=False)
        self._dropping: torch.Generator | None = None

    @property
    def table(self) -> nn.Parameter:
        """The trained rows of the tokens: (vocab, width), or (vocab, rank) of a factorised table."""
        return self.token.weight if isinstance(self.token, TokenEmbedding) else self.token.token.weight

    def full_table(self) -> Tensor:
        """The rows (vocab, width) as they are looked up, without the factor sqrt(width) of `scale`; detached."""
        if isinstance(self.token, TokenEmbedding):
            return self.token.weight.detach()
        return self.token.token.weight.detach() @ self.token.projection.detach().T

    def forward(self, ids: Tensor, *, scaling: Scaling | None = None, stretch: bool = False) -> Tensor:
        """Logits (batch, seq, vocab). A sequence may be longer than the context, except with learned positions.

        `scaling` stretches rotary frequencies (`embviz.compute.rotary`). `stretch` reads a learned table of positions
        as if it had been interpolated to seq rows (`interpolate_table`), where seq is longer than it. ValueError for a
        longer sequence with learned positions that are not stretched, and for either with another kind of position.
        """
        return self.logits(self.hidden(ids, scaling=scaling, stretch=stretch))

    def hidden(self, ids: Tensor, *, scaling: Scaling | None = None, stretch: bool = False) -> Tensor:
        """What the head reads, (batch, seq, width)."""
        x, places = self.embedded(ids, stretch=stretch), self.places(ids.shape[1], scaling=scaling)
        for block in self.blocks:
            x = block(x, places)
        return self.norm(x)

    def embedded(self, ids: Tensor, *, stretch: bool = False) -> Tensor:
        """What the first layer receives, (batch, seq, width)."""
        kind, context = self.settings.position, self.settings.context
        if stretch and kind != "learned":
            raise ValueError(f'stretch is for a table of learned positions; position is "{kind}"')
        x = self.token(ids)
        if self.settings.rank is not None and self.settings.scale:
            x = x * math.sqrt(self.settings.width)
        if stretch and ids.shape[1] > context:
            x = x + interpolate_table(self.position.weight, ids.shape[1])
        elif self.position is not None:
            x = x + self.position(ids)
        return self._dropped(x)

    def places(self, n: int, *, scaling: Scaling | None = None) -> Places:
        """How n positions enter the layers of this model."""
        kind, device = self.settings.position, self.table.device
        if scaling is not None and kind != "rotary":
            raise ValueError(f'scaling is for rotary positions; position is "{kind}"')
        if kind == "alibi":
            known = n <= self.bias.shape[-1]
            return Places(bias=self.bias[:, :n, :n] if known else _alibi(self.settings.n_heads, n).to(self.bias))
        if kind == "rotary":
            frequencies = rotary_frequencies(self.settings.head_dim, scaling=scaling, device=device)
            factor = 1.0 if scaling is None else scaling.attention_factor
            return Places(positions=torch.arange(n, device=device), frequencies=frequencies, attention_factor=factor)
        return Places()

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of the vocabulary, (batch, seq, vocab), of what `hidden` returned."""
        if self.head is not None:
            return F.linear(hidden, self.head)
        if isinstance(self.token, TokenEmbedding):
            return F.linear(hidden, self.token.weight)
        return F.linear(hidden @ self.token.projection, self.token.token.weight)

    def loss(self, ids: Tensor, targets: Tensor) -> Tensor:
        """The mean of -ln p(target), in nats a token, of ids and targets (batch, seq)."""
        return F.cross_entropy(self.forward(ids).flatten(0, 1), targets.flatten())

    def _dropped(self, x: Tensor) -> Tensor:
        share = self.settings.embedding_dropout
        if not self.training or not share:
            return x
        if self._dropping is None or self._dropping.device != x.device:
            self._dropping = torch.Generator(x.device).manual_seed(self.seed + 1)
        kept = torch.empty_like(x).bernoulli_(1 - share, generator=self._dropping)
        return x * kept.mul_(1 / (1 - share))


def parameter_counts(settings: ModelSettings) -> ParameterCounts:
    """How many numbers a model of these settings trains, by part; nothing is built."""
    size, width, rank = settings.vocab_size, settings.width, settings.rank
    layer = (4 + 2 * MLP_FACTOR) * width**2 + 4 * width
    return ParameterCounts(
        table=size * width if rank is None else rank * (size + width),
        positions=settings.context * width if settings.position == "learned" else 0,
        layers=settings.n_layers * layer + 2 * width,
        head=0 if settings.tied else size * width,
    )


@torch.no_grad()
def sampled_ids(model: LanguageModel, prompt: Tensor, n: int, *, temperature: float = 0.8, seed: int = 0) -> Tensor:
    """`prompt` (m,) continued by n ids drawn one by one from softmax(logits / temperature), (m + n,), on the CPU.

    Each draw sees the last `context` ids. The same for a seed whatever the device, but for rounding. ValueError for an
    empty prompt, n above 10,000, or a temperature not above 0.
    """
    ids = checked_ids(prompt, model.settings.vocab_size, rank=1).cpu().long()
    if not len(ids):
        raise ValueError("prompt is empty; it must hold at least one id, such as that of a line's end")
    if checked_size("n", n, least=0) > 10_000:
        raise ValueError(f"n is {n}; at most 10000 ids are drawn at a time")
    heat = checked_positive("temperature", temperature)
    generator = torch.Generator("cpu").manual_seed(checked_size("seed", seed, least=0))
    text = torch.cat((ids, ids.new_zeros(n)))
    device, was_training = model.table.device, model.training
    model.eval()
    for end in range(len(ids), len(text)):
        seen = text[max(0, end - model.settings.context) : end]
        last = model.hidden(seen[None].to(device))[:, -1:]
        chances = torch.softmax(model.logits(last)[0, 0].float().cpu() / heat, dim=0)
        text[end] = torch.multinomial(chances, 1, generator=generator)
    model.train(was_training)
    return text


def _matrix(rows: int, columns: int, std: float, generator: torch.Generator) -> nn.Parameter:
    return nn.Parameter(torch.empty(rows, columns, device="cpu").normal_(0, std, generator=generator))


def _alibi(n_heads: int, n: int) -> Tensor:
    """The bias with the future hidden, (heads, n, n), as scaled_dot_product_attention adds it."""
    return alibi_bias(n_heads, n, n, device="cpu").masked_fill(~causal_mask(n, device="cpu"), -math.inf)
