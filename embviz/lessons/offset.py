"""One word at two places: token row, position row, sum; and how large each part is at the start of training."""

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try
from embviz.ui.params import ChoiceParam, IntParam, TextParam, ViewParam

VIEW = ViewParam("off_view", "Picture", "Two places", ("Two places", "In the plane", "Spread"))
TEXT = TextParam(
    "off_text",
    "Sentence",
    "The lion ate the hyena and the gazelle.",
    limit=160,
    lines=3,
    help="Up to 160 characters; the first 16 tokens are shown. Click one to follow it.",
    odd=("", "🦁", "lion", "a a a a a a a a a a a a a a a a a a a a", "<b>x</b>"),
)
MODEL = ChoiceParam(
    "off_model",
    "Layer",
    "minilm",
    ("minilm", "fresh × √d", "fresh"),
    help="minilm: trained rows of W and P, 384 wide, before token type and LayerNorm. fresh: noise of spread 0.02, "
    "64 wide, and sinusoids; × √d multiplies the token rows by 8.",
)
SEED = IntParam("off_seed", "Seed", 0, low=0, high=999)
STD = ChoiceParam("off_std", "Spread of the token rows", "0.02", ("0.02", "1/√d", "1"))
SCALE = ChoiceParam("off_scale", "Multiply tokens by √d", "yes", ("yes", "no"))
KIND = ChoiceParam("off_kind", "Positions", "sinusoidal", ("sinusoidal", "learned"))

TOKEN = IntParam("off_token", "Token", 0, low=0, high=15)
PLACE_P = IntParam("off_p", "Place *p*", 0, low=0, high=511)
PLACE_Q = IntParam("off_q", "Place *q*", 3, low=0, high=511)
DIM = IntParam("off_j", "Dimension *j*", 17, low=0, high=383)
MOVE = IntParam("off_move", "Position *p*", 2, low=0, high=511)


def _cosine() -> float:
    """The cosine of (1, 0) + (0, 1) and (1, 0) + (0, -0.5)."""
    import torch

    sums = torch.tensor([[1.0, 0.0]]) + torch.tensor([[0.0, 1.0], [0.0, -0.5]])
    return torch.nn.functional.cosine_similarity(sums[0], sums[1], dim=0).item()


def _level() -> str:
    """The one combination with the scale whose token part has the same variance at every width."""
    found = compute.offset.spread(std="1/√d", scale=True, position="sinusoidal", seed=0).level
    (level,) = [name for name in found if "×" in name]
    return level


def _larger() -> float:
    return compute.offset.part_ratio(512, 0.02)


LESSON = Lesson(
    slug="offset",
    widgets=(VIEW, TEXT, MODEL, SEED, STD, SCALE, KIND),
    steered=(TOKEN, PLACE_P, PLACE_Q, DIM, MOVE),
    tries=(
        Try("next", {VIEW: "Two places", MODEL: "minilm", TOKEN: 0, PLACE_P: 100, PLACE_Q: 101}),
        Try("far", {VIEW: "Two places", MODEL: "minilm", TOKEN: 0, PLACE_P: 100, PLACE_Q: 400}),
        Try("unscaled", {VIEW: "Two places", MODEL: "fresh", TOKEN: 0, PLACE_P: 0, PLACE_Q: 30}),
        Try("zero", {VIEW: "In the plane", MOVE: 0}),
        Try("level", {VIEW: "Spread", STD: "1/√d", SCALE: "yes", KIND: "sinusoidal"}),
    ),
    exercises=(
        Exercise("cosine", _cosine, {VIEW: "Two places"}, tolerance=0.005),
        Exercise(
            "level", _level, {VIEW: "Spread", STD: "1/√d"}, choices=("0.02 × √d", "1/√d × √d", "1 × √d", "all three")
        ),
        Exercise("larger", _larger, {VIEW: "Spread", SCALE: "no"}, tolerance=30.0),
    ),
    needs={
        SEED: {MODEL: "fresh"},
        STD: {VIEW: "Spread"},
        SCALE: {VIEW: "Spread"},
        KIND: {VIEW: "Spread"},
        MOVE: {VIEW: "In the plane"},
        TOKEN: {TEXT: "a a a a a a a a a a a a a a a a a a a a"},
    },
    more=({TEXT: "lion hyena"}, {VIEW: "Spread", KIND: "learned", STD: "1"}),
)
