"""Attention over a sentence in two orders: what it can tell, without positions and with them."""

from __future__ import annotations

import math
from dataclasses import replace

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
from embviz.ui.params import ChoiceParam, IntParam, TextParam, ViewParam

MOST = 12  # tokens of a sentence
BACKWARDS = math.factorial(MOST) - 1  # the number of the last order of twelve tokens

VIEW = ViewParam("ord_view", "Picture", "Weights", ("Weights", "Scores", "Outputs", "Every kind"))
TEXT = TextParam(
    "ord_text",
    "Sentence, order A",
    "The lion ate the hyena and the gazelle.",
    limit=120,
    lines=2,
    help="Two to twelve tokens of minilm. Ctrl and Enter takes it over.",
    odd=("", "word", "🦁 roars", "שלום עולם", "a\x00b", "<script>alert(1)</script>", "the the the", "word " * 20),
)
POSITION = ChoiceParam("ord_position", "Positions", "none", ("none", "sinusoidal", "learned", "rotary", "alibi"))
MASK = ChoiceParam("ord_mask", "Mask", "none", ("none", "causal"))
SEED = IntParam("ord_seed", "Seed of the matrices", 0, low=0, high=99)

HEAD = IntParam("ord_head", "Head", 1, low=1, high=8)
Q = IntParam("ord_q", "Query", 2, low=0, high=MOST - 1)
K = IntParam("ord_k", "Key", 1, low=0, high=MOST - 1)
ORDER = IntParam("ord_order", "Order B", 31979672, low=0, high=BACKWARDS)  # lion and gazelle change places


def order_of(n: int) -> IntParam:
    """The order of B for a sentence of n tokens; unless it is given, fewer than twelve are read backwards."""
    last = math.factorial(n) - 1
    return replace(ORDER, high=last, default=ORDER.default if n == MOST else last)


def _rows(n: int):
    import torch

    return torch.randn(n, 16, generator=torch.Generator().manual_seed(0))


def _backwards() -> str:
    """The kind, other than none, under which a sequence and its reverse have the same rows, without a mask."""
    drawn = compute.attention.projections(16, 8, n_heads=4, seed=0)
    found = compute.order.every_kind(_rows(6), tuple(reversed(range(6))), drawn, position_table=_rows(6))
    (blind,) = [kind for kind, masked in found.alike if kind != "none" and not masked]
    return blind


def _mean() -> str:
    """What becomes of the mean over the rows in every order of four tokens, without positions and mask."""
    drawn = compute.attention.projections(16, 8, n_heads=4, seed=0)
    numbers = range(math.factorial(4))
    orders = [compute.order.compare(_rows(4), compute.order.permutation(number, 4), drawn) for number in numbers]
    same = [found.mean_apart < compute.order.FLOAT_ERROR for found in orders]
    return "it stays the same" if all(same) else "it changes" if not any(same[1:]) else "it depends on the order"


def _orders(seed: int = 0) -> Exercise:
    """How many orders of four words give the same set of rows, with sinusoidal positions."""
    others = ("the cat the cat", "the dog the bird", "cat cat cat dog", "the lion ate grass", "dog cat dog dog")
    (words,) = drawn(seed, ("the cat the dog", others))

    def orders() -> int:
        drawn_by_chance = compute.attention.projections(16, 8, n_heads=4, seed=0)
        kinds = list(dict.fromkeys(words.split()))
        rows = _rows(len(kinds))[[kinds.index(word) for word in words.split()]]
        return compute.order.orders_alike(rows, drawn_by_chance, position="sinusoidal")

    link = {VIEW: "Outputs", TEXT: words, POSITION: "sinusoidal", ORDER: 14}
    says = {"words": words, "count": math.factorial(len(words.split()))}
    return Exercise("orders", orders, link, level=3, says=says, fresh=_orders)


HERE = {TEXT: TEXT.default, SEED: 0, HEAD: 1}
SWAP = {**HERE, ORDER: ORDER.default, Q: 2, K: 1}

LESSON = Lesson(
    slug="order",
    widgets=(VIEW, TEXT, POSITION, MASK, SEED),
    steered=(ORDER, HEAD, Q, K),
    tries=(
        Try("swap", {VIEW: "Weights", POSITION: "none", MASK: "none", **SWAP}),
        Try("positions", {VIEW: "Weights", POSITION: "learned", MASK: "none", **SWAP}),
        Try("mask", {VIEW: "Weights", POSITION: "none", MASK: "causal", **SWAP}),
        Try("rotate", {VIEW: "Scores", POSITION: "rotary", MASK: "none", **SWAP}),
        Try("backwards", {VIEW: "Weights", POSITION: "alibi", MASK: "none", **SWAP, ORDER: BACKWARDS}),
    ),
    exercises=(
        Exercise(
            "backwards",
            _backwards,
            {VIEW: "Every kind", ORDER: BACKWARDS},
            choices=("sinusoidal", "learned", "rotary", "alibi"),
            level=3,
        ),
        Exercise(
            "mean",
            _mean,
            {VIEW: "Outputs"},
            choices=("it stays the same", "it changes", "it depends on the order"),
            level=2,
        ),
        _orders(),
    ),
    needs={HEAD: {POSITION: "alibi"}},
    more=(
        {POSITION: "alibi", ORDER: BACKWARDS},
        {MASK: "causal", POSITION: "learned"},
        {VIEW: "Scores", MASK: "causal"},
        {VIEW: "Scores", MASK: "causal", POSITION: "alibi"},
        {VIEW: "Outputs", POSITION: "rotary"},
        {VIEW: "Outputs", ORDER: 0},
        {VIEW: "Every kind", ORDER: 0},
    ),
)
