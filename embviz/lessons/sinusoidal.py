"""Sines and cosines of the position, without a server between the hand and the picture."""

import math

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, TextParam, ViewParam

VIEW = ViewParam("sin_view", "Picture", "Heatmap", ("Heatmap", "Waves", "Similarity", "Shift", "Wavelengths"))
N = LevelParam("sin_n", "Positions n", 128, (8, 16, 32, 64, 128, 256, 512, 1024, 2048))
D = LevelParam("sin_d", "Width d", 64, (4, 8, 16, 32, 64, 128, 256, 512, 1024))
BASE = LevelParam("sin_base", "Base", 10000, (10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000, 500000, 1000000))
LAYOUT = ChoiceParam("sin_layout", "Layout", "interleaved", ("interleaved", "concatenated"))
DIMS = TextParam(
    "sin_dims",
    "Dimensions j, up to six",
    "12, 13, 20, 28",
    limit=40,
    lines=1,
    help="Column numbers of the table, with commas between. Even ones are sines in the interleaved layout.",
    odd=("", "5", "0, 99999", "-1", "two", "1 2 3 4 5 6 7 8 9"),
)
LENGTH = LevelParam("sin_length", "Context length L", 512, (32, 128, 512, 1024, 2048, 4096, 8192, 32768, 131072))

FROM = IntParam("sin_from", "From position *p*", 23, low=0, high=2047)
K = IntParam("sin_k", "Shift *k*", 5, low=0, high=128)

P = IntParam("sin_p", "Position *p*", 23, low=0, high=2047)
J = IntParam("sin_j", "Dimension *j*", 12, low=0, high=1023)

MOST_WAVES = 6


def chosen_dims(text: str, width: int) -> tuple[int, ...]:
    """The dimensions that a text names; ValueError says which word is not one."""
    words = text.replace(",", " ").split()
    dims = []
    for word in words:
        if not word.isascii() or not word.isdigit() or int(word) >= width:
            raise ValueError(f"“{word}” is no dimension; at width {width} they are whole numbers from 0 to {width - 1}")
        dims.append(int(word))
    if not 1 <= len(dims) <= MOST_WAVES:
        raise ValueError(f"{len(dims)} dimensions are named; the picture holds one to {MOST_WAVES}")
    return tuple(dict.fromkeys(dims))


def _neighbours(seed: int = 0) -> Exercise:
    k, d, base = drawn(seed, (1, range(1, 13)), (64, (4, 8, 16, 32, 128, 256)), (10000, (100, 1000, 100000)))
    return Exercise(
        "neighbours",
        lambda: compute.positions.sinusoidal_similarity(float(k), d, base=float(base)).item(),
        {VIEW: "Similarity", D: d, BASE: base},
        tolerance=0.0005,
        level=3,
        says={"k": k, "d": d, "base": base, "pairs": d // 2, "fastest": written(round(math.cos(k), 3))},
        fresh=_neighbours,
    )


def _rise(seed: int = 0) -> Exercise:
    d, base = drawn(seed, (64, (8, 16, 32, 128, 256, 512)), (10000, (100, 1000, 100000)))
    return Exercise(
        "rise",
        lambda: compute.sinusoidal.similarity(n=128, dim=d, base=float(base)).first_rise,
        {VIEW: "Similarity", D: d, BASE: base},
        level=2,
        says={"d": d, "base": base},
        fresh=_rise,
    )


def _longer(seed: int = 0) -> Exercise:
    """Which table gives a row for a position, of those made for so many."""
    made, past = drawn(seed, (1024, (128, 256, 512, 2048, 4096)), (0, (-1, 1, -64, 500)))
    position = made + past

    def gives() -> str:
        import torch

        ids = torch.zeros(1, position + 1, dtype=torch.long)
        layers, found = compute.layers, []
        for name, kind in (
            ("learned", layers.LearnedPositionalEmbedding),
            ("sinusoidal", layers.SinusoidalPositionalEmbedding),
        ):
            try:
                kind(made, 8)(ids)
                found.append(name)
            except ValueError:
                pass
        return found[0] if len(found) == 1 else "both" if found else "neither"

    return Exercise(
        "longer",
        gives,
        {VIEW: "Wavelengths", LENGTH: 2048},
        choices=("learned", "sinusoidal", "both", "neither"),
        says={"made": made, "position": position},
        fresh=_longer,
    )


LESSON = Lesson(
    slug="sinusoidal",
    widgets=(VIEW, N, D, BASE, LAYOUT, DIMS, FROM, K, LENGTH),
    steered=(P, J),
    tries=(
        Try("slow", {VIEW: "Heatmap", N: 128, D: 64, BASE: 10000, LAYOUT: "interleaved", P: 127, J: 40}),
        Try("halves", {VIEW: "Heatmap", N: 128, D: 64, BASE: 10000, LAYOUT: "concatenated", P: 23, J: 32}),
        Try("rise", {VIEW: "Similarity", N: 128, D: 8, BASE: 10000}),
        Try("shift", {VIEW: "Shift", N: 128, D: 16, BASE: 10000, FROM: 23, K: 5}),
    ),
    exercises=(
        _neighbours(),
        _rise(),
        _longer(),
    ),
    needs={
        DIMS: {VIEW: "Waves"},
        FROM: {VIEW: "Shift", N: 2048},
        K: {VIEW: "Shift"},
        LENGTH: {VIEW: "Wavelengths"},
        P: {N: 2048},
        J: {D: 1024},
    },
    more=({VIEW: "Similarity", N: 8, D: 1024}, {VIEW: "Shift", D: 128}),
)
