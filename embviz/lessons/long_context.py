"""Can a model read further than it was trained?"""

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, ViewParam

VIEWS = ("Angles", "Wavelengths", "ALiBi", "xPos", "Learned", "Side by side", "Measured")
SHORT = {  # the names of the schemes, as sections of the text call them
    "unchanged": "rotary",
    "linear": "linear",
    "NTK-aware": "ntk",
    "dynamic NTK": "dynamic",
    "YaRN": "yarn",
    "Llama 3": "llama3",
}

PARTS = {"whole text": "whole", "its last 64 tokens": "last"}

VIEW = ViewParam("lng_view", "Picture", "Angles", VIEWS)
SCHEME = ChoiceParam("lng_scheme", "Scaling", "unchanged", tuple(SHORT))
LENGTH = LevelParam("lng_length", "Trained length L", 4096, (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072))
FACTOR = LevelParam("lng_factor", "Read at L times", 4, (1, 2, 4, 8, 16, 32))
BASE = LevelParam("lng_base", "Base", 10000, (100, 1000, 10000, 100000, 500000, 1000000))
D = LevelParam("lng_d", "Width of a head d", 128, (16, 32, 64, 128, 256))
HEADS = LevelParam("lng_heads", "Heads", 8, (2, 4, 6, 8, 12, 16, 20, 32, 40, 64))
HEAD = IntParam("lng_head", "Head shown", 3, low=1, high=64)
SCALE = LevelParam("lng_scale", "Scale base of xPos", 512, (64, 128, 256, 512, 1024, 2048, 4096))
WIDTH = LevelParam("lng_width", "Width of the model", 4096, (384, 512, 768, 1024, 2048, 4096, 8192))
PART = ChoiceParam("lng_part", "Loss over", "whole text", tuple(PARTS))

P = IntParam("lng_p", "Position *p*", 4194304, low=0, high=4194304)
PAIR = IntParam("lng_i", "Pair *i*", 52, low=0, high=63)

FIRST = {LENGTH: 4096, FACTOR: 4, BASE: 10000}
SECOND = {LENGTH: 8192, FACTOR: 16, BASE: 500000}


def _pairs(seed: int = 0) -> Exercise:
    length, base = drawn(seed, (4096, LENGTH.levels), (10000, (1000, 100000, 500000, 1000000)))
    given = {"scheme": "unchanged", "length": length, "factor": 1, "base": float(base), "dim": 128}
    return Exercise(
        "pairs",
        lambda: compute.long_context.angles(**given).incomplete,
        {VIEW: "Angles", LENGTH: length, BASE: base},
        level=2,
        says={"length": written(length), "base": base},
        fresh=_pairs,
    )


def _position(seed: int = 0) -> Exercise:
    factor, trained = drawn(seed, (4, FACTOR.levels[1:]), (2000, range(500, 4000, 50)))
    position = factor * trained
    return Exercise(
        "position",
        lambda: round(compute.long_context.trained_position(position=position, factor=factor)),
        {VIEW: "Angles", SCHEME: "linear", FACTOR: factor, P: position},
        says={"factor": factor, "position": written(position)},
        fresh=_position,
    )


def _slowed() -> str:
    (scheme,) = compute.long_context.slowed_first(length=4096, factor=4, base=10000.0)
    return scheme


LESSON = Lesson(
    slug="long_context",
    widgets=(VIEW, SCHEME, LENGTH, FACTOR, BASE, D, HEADS, HEAD, SCALE, WIDTH, PART),
    steered=(P, PAIR),
    tries=(
        Try("short", {VIEW: "Angles", SCHEME: "unchanged", **FIRST, P: P.default, PAIR: 52}),
        Try("long", {VIEW: "Angles", SCHEME: "unchanged", **SECOND, P: P.default, PAIR: 52}),
        Try("ntk", {VIEW: "Angles", SCHEME: "NTK-aware", **FIRST, P: P.default, PAIR: 63}),
        Try("yarn", {VIEW: "Wavelengths", SCHEME: "YaRN", **FIRST, D: 128}),
        Try("alibi", {VIEW: "ALiBi", HEADS: 12, HEAD: 9, LENGTH: 4096, FACTOR: 4}),
    ),
    exercises=(
        _pairs(),
        _position(),
        Exercise("fastest", _slowed, {VIEW: "Wavelengths", SCHEME: "linear"}, choices=tuple(SHORT), level=2),
    ),
    needs={
        D: {VIEW: "Wavelengths"},
        HEADS: {VIEW: "ALiBi"},
        HEAD: {VIEW: "ALiBi", HEADS: 64},
        SCALE: {VIEW: "xPos"},
        WIDTH: {VIEW: "Side by side"},
        PART: {VIEW: "Measured"},
        P: {LENGTH: 131072, FACTOR: 32},
    },
    more=(
        {FACTOR: 1},
        {BASE: 100, LENGTH: 131072},
        {VIEW: "Wavelengths", BASE: 100, LENGTH: 131072},
        {VIEW: "ALiBi", HEADS: 12},
        {VIEW: "xPos", FACTOR: 1},
        {VIEW: "Learned", FACTOR: 1},
    ),
)
