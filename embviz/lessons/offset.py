"""One token at two places: token row, position row, sum; and how large each part is before training."""

import random

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, written
from embviz.ui.params import ChoiceParam, IntParam, TextParam, ViewParam

VIEW = ViewParam("off_view", "Picture", "Two places", ("Two places", "In the plane", "Spread"))
TEXT = TextParam(
    "off_text",
    "Sentence",
    "The lion ate the hyena and the gazelle.",
    limit=160,
    lines=2,
    help="Up to 160 characters and 16 tokens. Click a token to follow it.",
    odd=("", "   ", "lion", "🦁 *", "a " * 20, "<b>x</b> [PAD] $y$"),
)
MODEL = ChoiceParam(
    "off_model",
    "Layer",
    "minilm",
    ("minilm", "fresh"),
    help="minilm: trained W and P, 384 wide. fresh: W before any training and sinusoids for P, 64 wide.",
)
STD = ChoiceParam("off_std", "Initial spread of W", "0.02", ("0.02", "1/√d", "1"))
SCALE = ChoiceParam("off_scale", "Multiply tokens by √d", "yes", ("yes", "no"))
SEED = IntParam("off_seed", "Seed", 0, low=0, high=999)
FRESH = (STD, SCALE, SEED)
KIND = ChoiceParam(
    "off_kind",
    "Positions",
    "sinusoidal",
    ("sinusoidal", "learned"),
    help="learned: a table of the same initial spread as W; the factor √d is for tokens alone.",
)

TOKEN = IntParam("off_token", "Token", 1, low=0, high=15)
P = IntParam("off_p", "Place *p*", 1, low=0, high=511)
Q = IntParam("off_q", "Place *q*", 4, low=0, high=511)
J = IntParam("off_j", "Dimension *j*", 33, low=0, high=383)
MOVE = IntParam("off_move", "Place *p*", 4, low=0, high=511)


def _cosine(seed: int = 0) -> Exercise:
    """The cosine of one token row at two places, whose rows are at right angles."""
    a, up, left = 2, 1, 1
    if seed:
        by_chance = random.Random(seed)
        a, up = by_chance.randint(1, 5), by_chance.randint(1, 5)
        left = by_chance.choice([n for n in range(1, 6) if n != a])

    def cosine() -> float:
        import torch

        first, second = torch.tensor([a, 0.0]) + torch.tensor([[0.0, up], [-left, 0.0]])
        return torch.nn.functional.cosine_similarity(first, second, dim=0).item()

    says = {"row": f"({a}, 0)", "p": f"(0, {up})", "q": f"({written(-left)}, 0)"}
    says |= {"first": f"({a}, {up})", "second": f"({written(a - left)}, 0)"}
    link = {VIEW: "Two places", P: 100, Q: 400}
    return Exercise("cosine", cosine, link, tolerance=0.005, level=2, says=says, fresh=_cosine)


def _level() -> str:
    """Which spread of W is level with the factor √d, by drawing layers."""
    found = compute.offset.spread(position="sinusoidal", seed=0).level_scaled
    level = [std for std in STD.options if compute.offset.combination(std, True) in found]
    return level[0] if len(level) == 1 else "all three" if len(level) == 3 else "none"


def _thousands() -> float:
    """How many thousand times larger the sinusoids' variance is than W's, at width 512, spread 0.02, no factor."""
    found = compute.offset.spread(position="sinusoidal", seed=0)
    row, column = STD.options.index("0.02"), compute.offset.WIDTHS.index(512)
    return (found.position[row, column] / found.tokens[row, 0, column]).item() / 1000


LESSON = Lesson(
    slug="offset",
    widgets=(VIEW, TEXT, MODEL, *FRESH, KIND),
    steered=(TOKEN, P, Q, J, MOVE),
    tries=(
        Try("next", {VIEW: "Two places", TEXT: TEXT.default, MODEL: "minilm", TOKEN: 1, P: 100, Q: 101}),
        Try("far", {VIEW: "Two places", TEXT: TEXT.default, MODEL: "minilm", TOKEN: 1, P: 100, Q: 400}),
        Try(
            "unscaled",
            {
                VIEW: "Two places",
                TEXT: TEXT.default,
                MODEL: "fresh",
                STD: "0.02",
                SCALE: "no",
                SEED: 0,
                TOKEN: 1,
                P: 100,
                Q: 400,
            },
        ),
        Try("first", {VIEW: "In the plane", MOVE: 0}),
        Try("level", {VIEW: "Spread", STD: "1/√d", SCALE: "yes", KIND: "sinusoidal", SEED: 0}),
    ),
    exercises=(
        _cosine(),
        Exercise("level", _level, {VIEW: "Spread", STD: "1/√d"}, choices=(*STD.options, "all three", "none"), level=3),
        Exercise("thousands", _thousands, {VIEW: "Spread", SCALE: "no"}, tolerance=0.05, level=3),
    ),
    needs={
        **{param: {VIEW: "Spread"} for param in (*FRESH, KIND)},
        TOKEN: {TEXT: "a " * 20},
        MOVE: {VIEW: "In the plane"},
    },
    more=({MODEL: "fresh", STD: "1/√d"}, {TEXT: "lion"}),
)
