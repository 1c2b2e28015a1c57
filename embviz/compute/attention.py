"""Scaled dot-product attention: Vaswani et al. 2017, "Attention Is All You Need", sections 3.2.1 and 3.2.2, equation 1.

    scores = q · k / sqrt(head_dim) + bias        weights = softmax(scores)        output = weights · v

Conventions. One sequence, x (seq, dim); q = x W_Q, k = x W_K, v = x W_V for each head; the outputs of the heads side by
side, not multiplied by a matrix W_O. The position of a token enters in one place, by kind: "sinusoidal" and "learned"
add a row to x (section 3.5; Gehring et al. 2017), "rotary" turns q and k (`embviz.compute.rotary`), "alibi" adds a bias
to the scores (`embviz.compute.alibi`), "none" nowhere. The causal mask hides from each query the keys that come after
it in the sequence, whatever their positions are said to be.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from embviz.compute.alibi import alibi_slopes
from embviz.compute.checks import checked_choice, checked_even, checked_numbers, checked_rows, checked_size
from embviz.compute.positions import exact_device, sinusoidal_at
from embviz.compute.rotary import Layout, apply_rotary, rotary_frequencies

PositionKind = Literal["none", "sinusoidal", "learned", "rotary", "alibi"]

POSITION_KINDS = ("none", "sinusoidal", "learned", "rotary", "alibi")


@dataclass(frozen=True, slots=True)
class Projections:
    """What makes queries, keys and values of a row: query, key, value, each (heads, dim, head_dim), used as x @ W."""

    query: Tensor
    key: Tensor
    value: Tensor


@dataclass(frozen=True, slots=True)
class Attention:
    """One layer of attention over a sequence.

    scores (heads, query, key): before the softmax, scaled and with the bias, -inf where masked; weights (heads, query,
    key): each row adds up to 1, 0 where masked; output (query, heads · head_dim): the heads side by side.
    """

    scores: Tensor
    weights: Tensor
    output: Tensor


def causal_mask(n: int, *, device: torch.device | str | None = None) -> Tensor:
    """Which keys a query may see, (query, key), bool: True on and below the diagonal, itself and what came before.

    As in torch.nn.functional.scaled_dot_product_attention; torch.nn.MultiheadAttention means the opposite by True.
    """
    checked_size("n", n)
    return torch.ones(n, n, dtype=torch.bool, device=device).tril()


def projections(
    dim: int, head_dim: int, *, n_heads: int = 1, seed: int = 0, device: torch.device | str | None = None
) -> Projections:
    """Random W_Q, W_K, W_V, each (n_heads, dim, head_dim) of N(0, 1/dim), float32: the same for a seed on every device.

    So drawn, rows of variance 1 have queries and keys of variance 1. ValueError for sizes below 1 or a negative seed.
    """
    shape = (checked_size("n_heads", n_heads), checked_size("dim", dim), checked_size("head_dim", head_dim))
    generator = torch.Generator(device="cpu").manual_seed(checked_size("seed", seed, least=0))
    drawn = [torch.randn(shape, generator=generator, device="cpu") / math.sqrt(dim) for _ in range(3)]
    return Projections(*(weight.to(torch.get_default_device() if device is None else device) for weight in drawn))


def attention(
    x: Tensor,
    projections: Projections,
    *,
    position: PositionKind = "none",
    positions: Tensor | Sequence[float] | None = None,
    position_table: Tensor | None = None,
    base: float = 10000.0,
    frequencies: Tensor | None = None,
    layout: Layout = "interleaved",
    attention_factor: float = 1.0,
    causal: bool = False,
) -> Attention:
    """Attention of x (seq, dim) to itself, every intermediate kept.

    Permutations. For "none" without a mask it is equivariant: with the rows of x in another order π, x[π], the output
    is output[π], and scores and weights are those of x with queries and keys in the order π, up to rounding. It is not
    invariant: each output goes with its token. With `causal` the outputs depend on order even for "none", since its
    place decides which keys a token sees. For the other kinds they depend on order because positions stay with places;
    if `positions` are reordered together with the rows, attention without a mask is equivariant again.

    `positions` (seq,) are the tokens' positions, 0 … seq - 1 unless given. "learned" needs `position_table` (max_len,
    dim) and adds its rows at `positions`, which must be whole numbers below max_len. `base` is that of "sinusoidal"
    and, unless `frequencies` (head_dim/2,) are given, of "rotary", to which `layout` and `attention_factor` go too, as
    in `apply_rotary`. "alibi" adds -slope · |difference of positions|. Differentiable in x, the projections and the
    table. ValueError for shapes that do not fit, numbers that are not finite, and an unknown kind.
    """
    checked_choice("position", position, POSITION_KINDS)
    checked_rows("x", x, "(seq, dim)")
    n_heads, head_dim = _checked_projections(projections, x)
    at = _checked_positions(positions, x)
    if position == "sinusoidal":
        x = x + sinusoidal_at(at, x.shape[1], base=base, device=x.device, dtype=x.dtype)
    elif position == "learned":
        x = x + _learned_rows(position_table, at, x)
    query, key, value = (x @ weight.to(x.dtype) for weight in (projections.query, projections.key, projections.value))
    if position == "rotary":
        checked_even("head_dim", head_dim)
        if frequencies is None:
            frequencies = rotary_frequencies(head_dim, base=base, device=x.device)
        query, key = (
            apply_rotary(rows, at, frequencies, layout=layout, attention_factor=attention_factor)
            for rows in (query, key)
        )
    scores = query @ key.transpose(1, 2) / math.sqrt(head_dim)
    if position == "alibi":
        scores = scores + _bias(at, n_heads).to(device=x.device, dtype=x.dtype)
    if causal:
        scores = scores.masked_fill(~causal_mask(len(x), device=x.device), -math.inf)
    weights = torch.softmax(scores, dim=-1)
    output = (weights @ value).transpose(0, 1).flatten(1)
    return Attention(scores, weights, output)


def _bias(positions: Tensor, n_heads: int) -> Tensor:
    """-slope · |p_query - p_key|, (heads, query, key), float64; for 0 … n - 1 what `alibi_bias` gives."""
    slopes = alibi_slopes(n_heads, device=positions.device, dtype=positions.dtype)
    return slopes[:, None, None] * -(positions[:, None] - positions).abs()


def _learned_rows(table: Tensor | None, positions: Tensor, x: Tensor) -> Tensor:
    if table is None:
        raise ValueError('position_table is None; position "learned" needs a table (max_len, dim)')
    checked_rows("position_table", table, "(max_len, dim)")
    if table.shape[1] != x.shape[1]:
        raise ValueError(f"position_table is of shape {tuple(table.shape)}; for x its rows must be {x.shape[1]} wide")
    wrong = positions[(positions < 0) | (positions >= len(table)) | (positions != positions.floor())]
    if len(wrong):
        raise ValueError(
            f"position {wrong[0].item():g} has no row in a position_table of {len(table)}: its positions are the whole "
            f"numbers 0 to {len(table) - 1}"
        )
    return table[positions.long().to(table.device)].to(device=x.device, dtype=x.dtype)


def _checked_positions(positions: Tensor | Sequence[float] | None, x: Tensor) -> Tensor:
    exact = exact_device(x.device)
    if positions is None:
        return torch.arange(len(x), device=exact, dtype=torch.float64)
    at = checked_numbers("positions", positions, device=exact)
    if at.shape != (len(x),):
        raise ValueError(f"positions are of shape {tuple(at.shape)}; for x of {len(x)} rows they must be ({len(x)},)")
    return at


def _checked_projections(projections: Projections, x: Tensor) -> tuple[int, int]:
    """Their number of heads and the width of a query, if each is (heads, dim of x, width); values may be of another."""
    weights = {"query": projections.query, "key": projections.key, "value": projections.value}
    for name, weight in weights.items():
        checked_numbers(f"projections.{name}", weight, device=exact_device(x.device))
    query, key, value = (tuple(weight.shape) for weight in weights.values())
    if (
        len(query) != 3
        or query != key
        or len(value) != 3
        or query[:2] != value[:2]
        or query[1] != x.shape[1]
        or 0 in query
    ):
        raise ValueError(
            f"query, key and value are of shapes {query}, {key}, {value}; for x of shape {tuple(x.shape)} they must be "
            f"(heads, {x.shape[1]}, head_dim)"
        )
    return query[0], query[2]
