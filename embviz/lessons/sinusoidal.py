"""Sines and cosines of the position, without a server between the hand and the picture."""

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try
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


def _neighbours() -> float:
    return compute.positions.sinusoidal_similarity(1.0, 64).item()


def _first_rise() -> int | str:
    return compute.sinusoidal.similarity(n=128, dim=64, base=10000.0).first_rise


def _slowest() -> float:
    return compute.sinusoidal.wavelengths(dim=64, base=10000.0, length=512).turns[-1].item()


def _long_enough() -> str:
    """Which table gives a row at a position past its trained length."""
    layers = compute.layers
    import torch

    ids = torch.zeros(1, 1025, dtype=torch.long)
    gives = []
    for name, kind in (
        ("learned", layers.LearnedPositionalEmbedding),
        ("sinusoidal", layers.SinusoidalPositionalEmbedding),
    ):
        try:
            kind(1024, 8)(ids)
            gives.append(name)
        except ValueError:
            pass
    return gives[0] if len(gives) == 1 else "both" if gives else "neither"


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
        Exercise("neighbours", _neighbours, {VIEW: "Similarity", D: 64}, tolerance=0.0005),
        Exercise("rise", _first_rise, {VIEW: "Similarity", D: 64}),
        Exercise(
            "longer",
            _long_enough,
            {VIEW: "Wavelengths", LENGTH: 2048},
            choices=("learned", "sinusoidal", "both", "neither"),
        ),
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
