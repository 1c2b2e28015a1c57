"""A sentence of minilm in two orders, through one layer of attention with random projections.

The rows are minilm's own of the sentence's tokens, times sqrt(384) (Vaswani et al. 2017, section 3.4), so that their
numbers, of standard deviation 0.05 in the table, are of a size near 1. Learned positions are minilm's own too, times
the same number, so that token and position stay in the proportion in which they were trained. No [CLS], no [SEP], no
LayerNorm. W_Q, W_K and W_V are drawn by a seed: 8 heads, each 8 wide, so that an output row has 64 numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from embviz import tables
from embviz.compute import order as compute
from embviz.compute.attention import PositionKind, projections

MAX_TOKENS = 12
HEADS = 8
HEAD_DIM = 8


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens of a text and their ids; `dropped` more did not fit into MAX_TOKENS."""

    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    dropped: int


def sentence(*, text: str) -> Sentence:
    """The first MAX_TOKENS tokens of `text`; ValueError for fewer than two, which have one order only."""
    found = tables.tokenizers.load("minilm").encode(text)
    kept = found[:MAX_TOKENS]
    if len(kept) < 2:
        count = "no token" if not kept else "one token"
        raise ValueError(f"the sentence has {count}, and an order needs two; type two to {MAX_TOKENS} tokens")
    return Sentence(tuple(t.text for t in kept), tuple(t.id for t in kept), len(found) - len(kept))


def rows(*, text: str) -> Tensor:
    """The rows x of the sentence, (n, 384), before any position."""
    table = tables.load("minilm")
    return math.sqrt(table.stored.shape[1]) * table.rows(sentence(text=text).ids)


def position_rows() -> Tensor:
    """minilm's own rows of the first MAX_TOKENS positions, in the same proportion to `rows` as in the model."""
    table = tables.load("minilm")
    return math.sqrt(table.stored.shape[1]) * table.positions[:MAX_TOKENS]


def compare(*, text: str, order: int, position: PositionKind, causal: bool, seed: int) -> compute.Orders:
    """The sentence as it is and in the order with this number."""
    x = rows(text=text)
    drawn = projections(x.shape[1], HEAD_DIM, n_heads=HEADS, seed=seed)
    settings = {"position": position, "position_table": position_rows(), "causal": causal}
    return compute.compare(x, compute.permutation(order, len(x)), drawn, **settings)


def every_kind(*, text: str, order: int, seed: int) -> compute.Kinds:
    """The largest differences in every setting."""
    x = rows(text=text)
    drawn = projections(x.shape[1], HEAD_DIM, n_heads=HEADS, seed=seed)
    return compute.every_kind(x, compute.permutation(order, len(x)), drawn, position_table=position_rows())
