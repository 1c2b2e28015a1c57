"""What a table costs: numbers, bytes, training, and its share of models that people use."""

from __future__ import annotations

import random

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try
from embviz.ui.params import ChoiceParam, IntParam, NumberParam, ViewParam

TABLE, TRAINING, MODELS, SOURCES = VIEWS = ("Table", "Training", "Models", "Sources")
VIEW = ViewParam("sz_view", "Picture", TABLE, VIEWS)
V = NumberParam("sz_v", "Vocabulary V", 50_257, low=16, high=300_000)
D = NumberParam("sz_d", "Width d", 768, low=4, high=16_384)
N = NumberParam("sz_n", "Learned positions n", 1024, low=0, high=131_072, help="0 for sinusoids and rotation.")
HEAD = ChoiceParam(
    "sz_head", "Head", "tied", ("tied", "untied"), help="tied: the head is the table. untied: another V × d, whole."
)
UNIT = ChoiceParam("sz_unit", "Unit", "MiB", ("MiB", "MB"), help="1 MiB is 1,048,576 bytes, 1 MB is 1,000,000.")
TOTAL = NumberParam("sz_total", "Whole model, parameters", 124_439_808, low=1, high=10_000_000_000_000)

ROW = IntParam("sz_row", "Model", 7, low=0, high=12)
R = IntParam("sz_r", "Rank *r*, 0 is whole", 0, low=0, high=16_384)

ANDREA = {"ANDREA-12M": (4_353, 384), "ANDREA-120M": (8_449, 768), "ANDREA-480M": (16_641, 1536)}
POSITIONS = 1024


def fresh_size(seed: int) -> tuple[int, int]:
    """A vocabulary and a width for a variant of an exercise."""
    drawn = random.Random(seed)
    return 1000 * drawn.randint(4, 120) + drawn.choice((0, 257, 522)), 64 * drawn.randint(4, 64)


def _numbers(name: str, v: int, d: int) -> dict[str, str]:
    return {"model": name, "v": f"{v:,}", "d": f"{d:,}", "n": f"{POSITIONS:,}"}


def _tokens(name: str, v: int, d: int) -> Exercise:
    return Exercise(
        "tokens",
        lambda: compute.sizing.token_parameters(v, d),
        {VIEW: TABLE, V: v, D: d, R: 0},
        says=_numbers(name, v, d),
        fresh=lambda seed: _tokens("A model", *fresh_size(seed)),
    )


def _total(head: str, name: str, v: int, d: int) -> Exercise:
    """All tables together, with the head `tied` or `untied`, which is the exercise's id."""
    return Exercise(
        head,
        lambda: compute.sizing.table_cost(v, d, positions=POSITIONS, tied=head == "tied").total,
        {VIEW: TABLE, V: v, D: d, N: POSITIONS, HEAD: head, R: 0},
        level=2,
        says=_numbers(name, v, d),
        fresh=lambda seed: _total(head, "A model", *fresh_size((3000 if head == "tied" else 1000) + seed)),
    )


def _rank(name: str, v: int, d: int) -> Exercise:
    return Exercise(
        "rank",
        lambda: compute.sizing.saving_rank(v, d),
        {VIEW: TABLE, V: v, D: d, R: min(128, d)},
        level=3,
        says=_numbers(name, v, d),
        fresh=lambda seed: _rank("A model", *fresh_size(2000 + seed)),
    )


LESSON = Lesson(
    slug="sizing",
    widgets=(VIEW, V, D, N, HEAD, UNIT, TOTAL),
    steered=(R, ROW),
    tries=(
        Try("gpt3", {VIEW: TABLE, V: 50_257, D: 12_288, N: 2048, HEAD: "tied", R: 0}),
        Try("albert", {VIEW: TABLE, V: 30_000, D: 4096, N: 512, HEAD: "tied", R: 128}),
        Try("bytes", {VIEW: TABLE, V: 256, D: 768, N: 1024, HEAD: "tied", R: 256}),
        Try("half", {VIEW: TRAINING, V: 50_257, D: 768, N: 1024, HEAD: "tied", R: 0}),
        Try("resnet", {VIEW: MODELS, V: 16_641, D: 1536, N: 1024, HEAD: "tied", TOTAL: 480_000_000, ROW: 6}),
    ),
    exercises=(
        _tokens("ANDREA-480M", *ANDREA["ANDREA-480M"]),
        _total("tied", "ANDREA-480M", *ANDREA["ANDREA-480M"]),
        _total("untied", "ANDREA-12M", *ANDREA["ANDREA-12M"]),
        _rank("ANDREA-120M", *ANDREA["ANDREA-120M"]),
    ),
    needs={UNIT: {VIEW: TRAINING}, TOTAL: {VIEW: MODELS}, R: {D: 16_384}, ROW: {VIEW: MODELS}},
    more=(
        {R: 128},
        {R: 760},
        {HEAD: "untied", N: 0},
        {VIEW: TRAINING, R: 128},
        {VIEW: TRAINING, UNIT: "MB"},
        {VIEW: MODELS, TOTAL: 1_000_000},
        {VIEW: SOURCES},
    ),
)
