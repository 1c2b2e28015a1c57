"""Queries and keys turned by their places: only the distance between them counts in a score."""

import math

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, TextParam, ViewParam

ARROWS, SENTENCES, PAIRS, DECAY, ADD = "Two arrows", "Two sentences", "All pairs", "Decay", "Add or rotate"
VIEW = ViewParam("rot_view", "Picture", ARROWS, (ARROWS, SENTENCES, PAIRS, DECAY, ADD))
D = LevelParam("rot_d", "Width d", 16, (2, 4, 8, 16, 32, 64, 128))
BASE = LevelParam("rot_base", "Base", 10000, (10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000, 500000, 1000000))
WIDE = LevelParam("rot_wide", "Width d", 128, (2, 8, 16, 32, 64, 128, 256))
SEED = IntParam("rot_seed", "Seed", 6, low=0, high=99)
LAYOUT = ChoiceParam("rot_layout", "Columns of pair i", "interleaved", ("interleaved", "half"))
LENGTH = LevelParam("rot_length", "Distances up to", 512, (32, 64, 128, 256, 512, 1024, 2048))
BEFORE = TextParam(
    "rot_before",
    "Words in front",
    "After a long day,",
    limit=80,
    lines=2,
    help="What stands before the sentence the second time, up to 80 characters.",
    odd=("", "   ", "one", "x" * 80, "🦁 שלום", "a\x00b"),
)

M = IntParam("rot_m", "Query starts at *m*", 9, low=0, high=40)
N = IntParam("rot_n", "Key starts at *n*", 4, low=0, high=40)
S = IntParam("rot_s", "Move by", 14, low=0, high=40)
PAIR = IntParam("rot_pair", "Pair *i*", 1, low=0, high=63)
ALONE = IntParam("rot_alone", "Only the key moves", 0, low=0, high=1)
P = IntParam("rot_p", "Query at *p*", 5, low=0, high=128)

ANGLE = 0.1  # radians a place, in an exercise


def _turn(seed: int = 0) -> Exercise:
    """The first number of a pair, turned by so many places."""
    tenths = [n / 10 for n in range(1, 10)]
    x, y, places = drawn(seed, (0.1, tenths), (0.3, tenths), (4, range(2, 16)))

    def first() -> float:
        import torch

        return compute.rotary.apply_rotary(torch.tensor([[x, y]]), [places], torch.tensor([ANGLE]))[0, 0].item()

    says = {"x": x, "y": y, "places": places, "angle": ANGLE, "turned": round(places * ANGLE, 3)}
    link = {VIEW: PAIRS, D: 16, PAIR: 2, P: places}
    return Exercise("turn", first, link, tolerance=0.0005, level=2, says=says, fresh=_turn)


def _moved() -> str:
    """What becomes of the score of a query at 7 and a key at 3 when both move by 100 places."""
    query, key = compute.rotation.vectors(64, seed=SEED.default)
    omegas = compute.rotary.rotary_frequencies(64)
    before, after = (
        (
            compute.rotary.apply_rotary(query[None], [7 + by], omegas)
            @ compute.rotary.apply_rotary(key[None], [3 + by], omegas).T
        ).item()
        for by in (0, 100)
    )
    if abs(after - before) < 1e-4:
        return "it stays"
    return "it falls" if after < before else "it rises"


def _slowest(seed: int = 0) -> Exercise:
    """How many thousand places the slowest pair takes for a turn."""
    d, base = drawn(seed, (64, (8, 16, 32, 128)), (10000, (30000, 100000, 500000, 1000000)))
    return Exercise(
        "slowest",
        lambda: 2 * math.pi / compute.rotary.rotary_frequencies(d, base=float(base)).min().item() / 1000,
        {VIEW: PAIRS, D: d, BASE: base, PAIR: d // 2 - 1},
        tolerance=0.05,
        level=3,
        says={"d": d, "base": base, "last": d // 2 - 1, "power": d - 2},
        fresh=_slowest,
    )


LESSON = Lesson(
    slug="rotary",
    widgets=(VIEW, D, WIDE, BASE, SEED, LAYOUT, LENGTH, BEFORE),
    steered=(M, N, S, PAIR, ALONE, P),
    tries=(
        Try("same", {VIEW: ARROWS, D: 16, BASE: 10000, M: 9, N: 9, S: 0, PAIR: 1, ALONE: 0}),
        Try("ten", {VIEW: ARROWS, D: 16, BASE: 10000, M: 14, N: 4, S: 0, PAIR: 1, ALONE: 0}),
        Try("key", {VIEW: ARROWS, D: 16, BASE: 10000, M: 9, N: 4, S: 8, PAIR: 1, ALONE: 1}),
        Try("slowest", {VIEW: ARROWS, D: 16, BASE: 10000, M: 9, N: 4, S: 40, PAIR: 7, ALONE: 0}),
        Try("layout", {VIEW: PAIRS, D: 16, BASE: 10000, SEED: 6, LAYOUT: "half", P: 5, PAIR: 1}),
    ),
    exercises=(
        _turn(),
        Exercise(
            "moved",
            _moved,
            {VIEW: ARROWS, M: 7, N: 3, S: 40},
            choices=("it stays", "it falls", "it rises", "that depends on q and k"),
        ),
        _slowest(),
    ),
    needs={
        WIDE: {VIEW: DECAY},
        SEED: {VIEW: PAIRS},
        LAYOUT: {VIEW: PAIRS},
        LENGTH: {VIEW: DECAY},
        BEFORE: {VIEW: SENTENCES},
        PAIR: {D: 128},
        P: {VIEW: PAIRS},
    },
    more=({VIEW: DECAY, WIDE: 2}, {VIEW: SENTENCES, BEFORE: ""}),
)
