"""Attention over the same rows in two orders: what a permutation moves along, and what it changes.

Order B is a permutation π of order A: its place p holds token π(p) of A, so that B's rows are x[π]. Attention without
positions and without a mask is equivariant: the output of x[π] is output[π] (Lee et al. 2019, "Set Transformer";
Vaswani et al. 2017, section 3.5, add positions for that reason). To compare, B is put back in A's order, so
that each number stands with its token again: undone[π] = output of B.

A permutation has a number, by its Lehmer code: the place of each token among those not yet placed, as digits of the
factorial number system, from 0 (the same order) to n! - 1 (backwards). Numbers run through the orders as a dictionary
would.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embviz.compute.attention import POSITION_KINDS, PositionKind, Projections, attention
from embviz.compute.checks import checked_rows, checked_size
from embviz.compute.pipeline import colour_limit

FLOAT_ERROR = 1e-5
"""Below it a difference is rounding: sums in another order, of numbers around 1, in float32."""


@dataclass(frozen=True, slots=True)
class Orders:
    """One layer of attention over n rows in order A and in order B, and how far apart they are.

    permutation: the token of A at each place of B. scores_a, weights_a, scores_b, weights_b (heads, query, key) and
    output_a, output_b (n, width): by place in their own order. undone (n, width): B's output put back in A's order.
    apart (n + 1,): the largest |undone - output_a| of each row, then of the mean over all rows.

    The largest differences: weights_apart and scores_apart of the same pair of tokens (scores where both orders show
    the pair), output_apart of the same token's output, mean_apart of the means of all rows, in_place of the outputs at
    the same place. hidden: how many pairs the mask hides in one order and not in the other. scores_limit and
    output_limit: where colours end.
    """

    permutation: tuple[int, ...]
    scores_a: Tensor
    weights_a: Tensor
    output_a: Tensor
    scores_b: Tensor
    weights_b: Tensor
    output_b: Tensor
    undone: Tensor
    apart: Tensor
    weights_apart: float
    scores_apart: float
    output_apart: float
    mean_apart: float
    in_place: float
    hidden: int
    scores_limit: float
    output_limit: float


@dataclass(frozen=True, slots=True)
class Kinds:
    """The largest difference of a token's output between the two orders, B put back, in every setting.

    apart (kinds, 2): without a mask and with the causal one. alike: the settings (kind, masked) at float error.
    """

    kinds: tuple[str, ...]
    apart: Tensor
    alike: tuple[tuple[str, bool], ...]


def permutation(number: int, n: int) -> tuple[int, ...]:
    """The order of n tokens with this number; ValueError unless it is from 0 to n! - 1."""
    checked_size("n", n)
    checked_size("number", number, least=0)
    if number >= math.factorial(n):
        raise ValueError(f"number is {number}; the orders of {n} tokens have the numbers 0 to {math.factorial(n) - 1}")
    left = list(range(n))
    order = []
    for after in reversed(range(n)):
        digit, number = divmod(number, math.factorial(after))
        order.append(left.pop(digit))
    return tuple(order)


def permutation_number(order: Sequence[int]) -> int:
    """The number of an order; ValueError unless it holds each of 0 … n - 1 once."""
    if sorted(order) != list(range(len(order))):
        raise ValueError(f"{tuple(order)} is no order of {len(order)} tokens: it must hold each of 0 … n - 1 once")
    return sum(
        sum(later < token for later in order[place + 1 :]) * math.factorial(len(order) - 1 - place)
        for place, token in enumerate(order)
    )


def compare(x: Tensor, order: Sequence[int], projections: Projections, **settings: Any) -> Orders:
    """Attention of x (n, dim) and of x[order], each computed from its own rows, and the differences.

    `settings` go to `attention`: position, position_table, causal.
    """
    checked_rows("x", x, "(n, dim)")
    permutation_number(order)
    if len(order) != len(x):
        raise ValueError(f"the order holds {len(order)} tokens and x {len(x)} rows; there must be as many")
    places = torch.tensor(order, device=x.device)
    a = attention(x, projections, **settings)
    b = attention(x[places], projections, **settings)

    back = places.argsort()  # where in B each token of A is
    undone = b.output[back]
    scores, weights = (rows[:, back][:, :, back] for rows in (b.scores, b.weights))
    seen_a, seen_b = a.scores[0].isfinite(), scores[0].isfinite()
    both = (seen_a & seen_b).expand_as(a.scores)
    means = a.output.mean(0), b.output.mean(0)
    apart = torch.cat([(undone - a.output).abs().amax(1), (means[1] - means[0]).abs().amax(0, keepdim=True)])
    return Orders(
        permutation=tuple(order),
        scores_a=a.scores,
        weights_a=a.weights,
        output_a=a.output,
        scores_b=b.scores,
        weights_b=b.weights,
        output_b=b.output,
        undone=undone,
        apart=apart,
        weights_apart=(weights - a.weights).abs().max().item(),
        scores_apart=(scores[both] - a.scores[both]).abs().max().item(),
        output_apart=apart[:-1].max().item(),
        mean_apart=apart[-1].item(),
        in_place=(b.output - a.output).abs().max().item(),
        hidden=int((seen_a != seen_b).sum()),
        scores_limit=colour_limit(a.scores[a.scores.isfinite()], b.scores[b.scores.isfinite()]),
        output_limit=colour_limit(a.output, b.output),
    )


def every_kind(x: Tensor, order: Sequence[int], projections: Projections, *, position_table: Tensor) -> Kinds:
    """How far apart the two orders are for every kind of position, without a mask and with the causal one."""

    def apart(kind: PositionKind, causal: bool) -> float:
        settings = {"position": kind, "position_table": position_table, "causal": causal}
        return compare(x, order, projections, **settings).output_apart

    found = [[apart(kind, causal) for causal in (False, True)] for kind in POSITION_KINDS]
    alike = [
        (kind, bool(causal))
        for kind, row in zip(POSITION_KINDS, found, strict=True)
        for causal, value in enumerate(row)
        if value < FLOAT_ERROR
    ]
    return Kinds(POSITION_KINDS, torch.tensor(found), tuple(alike))


def orders_alike(x: Tensor, projections: Projections, **settings: Any) -> int:
    """How many of the n! orders of the rows x give the same set of output rows as x in the order it came in."""
    first = attention(x, projections, **settings).output

    def same_set(rows: Tensor) -> bool:
        distances = (rows[:, None] - first).abs().amax(2)
        return all(distances.amin(axis).max().item() < FLOAT_ERROR for axis in (0, 1))

    orders = itertools.permutations(range(len(x)))
    return sum(same_set(attention(x[list(order)], projections, **settings).output) for order in orders)
