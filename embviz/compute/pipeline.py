"""What happens to a sentence of ids before a transformer's first block, step by step.

Conventions. n tokens of width d. `W` (vocabulary, d) is the token table, `P` the position table, `T` the token-type
row. The sum is s = f W[ids] + P[0:n] + T, with f = sqrt(d) where the layer scales its tokens (Vaswani et al. 2017,
section 3.4) and 1 elsewhere. BERT normalises the sum (Devlin et al. 2018; Ba et al. 2016, equation 4):
x = (s - mean) / sqrt(variance + eps) * gamma + beta, mean and variance over the d numbers of a row. Without a norm
x = s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


class LayerNorm(NamedTuple):
    """Parameters of a layer normalisation: weight gamma (d,), bias beta (d,) and eps."""

    weight: Tensor
    bias: Tensor
    eps: float


@dataclass(frozen=True, slots=True)
class Stages:
    """Every intermediate of an embedding layer for one sequence; rows are tokens (n), columns dimensions (d).

    tokens (n, d): rows of W, unscaled; factor: f; positions (n, d) and types (n, d): rows added, or None;
    total (n, d): the sum s; mean (n, 1) and deviation (n, 1) of each row of s, or None without a norm;
    output (n, d): x, what block 1 receives.
    """

    tokens: Tensor
    factor: float
    positions: Tensor | None
    types: Tensor | None
    total: Tensor
    mean: Tensor | None
    deviation: Tensor | None
    output: Tensor


def stages(
    tokens: Tensor,
    *,
    factor: float = 1.0,
    positions: Tensor | None = None,
    types: Tensor | None = None,
    norm: LayerNorm | None = None,
) -> Stages:
    """All stages from the rows of W to x. `tokens` (n, d); `positions` (n, d); `types` (d,) or (n, d)."""
    if tokens.ndim != 2:
        raise ValueError(f"tokens has shape {tuple(tokens.shape)}, but must be (n, d)")
    if types is not None:
        types = types.expand_as(tokens)
    total = factor * tokens
    for part in (positions, types):
        if part is not None:
            if part.shape != tokens.shape:
                raise ValueError(f"a part of shape {tuple(part.shape)} cannot be added to {tuple(tokens.shape)}")
            total = total + part
    if norm is None:
        return Stages(tokens, factor, positions, types, total, None, None, total)
    mean = total.mean(dim=-1, keepdim=True)
    deviation = (total.var(dim=-1, correction=0, keepdim=True) + norm.eps).sqrt()
    output = (total - mean) / deviation * norm.weight + norm.bias
    return Stages(tokens, factor, positions, types, total, mean, deviation, output)


def colour_limit(*tables: Tensor) -> float:
    """Where a colour scale for these tables ends: the 95th percentile of |v| (nearest rank) over them all, to 2 digits.

    1.0 where there are no numbers, or none but zeros.
    """
    values = torch.cat([table.reshape(-1).abs() for table in tables])
    if not values.numel():
        return 1.0
    rank = math.ceil(0.95 * values.numel())
    return float(f"{values.kthvalue(rank).values.item():.2g}") or 1.0
