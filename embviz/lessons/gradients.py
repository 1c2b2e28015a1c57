"""Which rows of a table learn from a batch: gradients by row, a tied head, and what optimisers then move."""

from __future__ import annotations

import random

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try
from embviz.ui.params import ChoiceParam, IntParam, TextParam, ViewParam

ROWS, WIDTH, STEPS = 12, 6, 12
MOST = 12  # ids of a batch

VIEW = ViewParam("grd_view", "Picture", "Gradient", ("Gradient", "Tied head", "Optimisers", "Used and unused"))
IDS = TextParam(
    "grd_ids",
    "Ids of the batch",
    "7 3 7 1 7 5 0",
    limit=60,
    lines=1,
    help="One to twelve row numbers from 0 to 11, with spaces or commas between. A row may come more than once.",
    odd=(
        "",
        "4",
        "12",
        "-1",
        "seven",
        "0 0 0",
        "4 4",
        "1 2 3 4 5 6 7 8 9 10 11 1",
        "1 2 3 4 5 6 7 8 9 10 11 1 2",
        "<b>",
    ),
)
UPSTREAM = ChoiceParam(
    "grd_upstream",
    "Upstream gradient",
    "cross-entropy",
    ("cross-entropy", "ones"),
    help="cross-entropy: each token's row predicts the next id, with an output head of its own. "
    "ones: 1 for each number, the gradient of their sum.",
)
PADDING = ChoiceParam("grd_pad", "Padding row", "row 0", ("row 0", "none"))
SEED = IntParam("grd_seed", "Seed of the table", 0, low=0, high=99)
OPTIMISER = ChoiceParam("grd_optimiser", "Optimiser", "AdamW", ("SGD", "momentum", "Adam", "AdamW"))
BATCHES = ChoiceParam("grd_batches", "Batches", "first step only", ("first step only", "the same in every step"))
DECAY = ChoiceParam(
    "grd_decay",
    "Weight decay",
    "0.01",
    ("0", "0.01", "0.1"),
    help="AdamW takes it from the row itself. The other optimisers add it to the gradient.",
)
GRADIENT = ChoiceParam(
    "grd_gradient",
    "Gradient of the table",
    "dense",
    ("dense", "sparse", "tied head"),
    help="sparse: only the rows of the batch are handed to the optimiser, without weight decay. tied head: the table "
    "also makes the logits.",
)

ROW = IntParam("grd_row", "Row", 7, low=0, high=ROWS - 1)
COLUMN = IntParam("grd_j", "Number *j*", 2, low=0, high=WIDTH - 1)
STEP = IntParam("grd_step", "Step", 2, low=1, high=STEPS)

_NAMED = {"first step only": "first only", "the same in every step": "same"}


def chosen_ids(text: str) -> tuple[int, ...]:
    """The ids that a text names; ValueError says which word is none."""
    ids = []
    for word in text.replace(",", " ").split():
        if not word.isascii() or not word.isdigit() or int(word) >= ROWS:
            raise ValueError(f"“{word}” is no row of this table; they are whole numbers from 0 to {ROWS - 1}")
        ids.append(int(word))
    if not 1 <= len(ids) <= MOST:
        raise ValueError(f"{len(ids)} ids are named; the picture holds a batch of one to {MOST}")
    return tuple(ids)


def padding_row(choice: str) -> int | None:
    """The padding row that a choice names."""
    return 0 if choice == "row 0" else None


def loop(optimiser: str, batches: str, decay: str, gradient: str) -> dict[str, str | float | bool]:
    """What the choices of the optimiser's picture are in compute.

    Sparse gradients do not decay, and there is no sparse AdamW: Adam takes its place.
    """
    sparse, tied = gradient == "sparse", gradient == "tied head"
    rate = 0.0 if sparse else float(decay)
    name = "adam" if sparse and optimiser == "AdamW" else optimiser.lower()
    return {"optimiser": name, "batches": _NAMED[batches], "decay": rate, "sparse": sparse, "tied": tied}


def batches_named(choice: str) -> str:
    """What compute calls a choice of batches."""
    return _NAMED[choice]


def _learning(seed: int = 0) -> Exercise:
    """How many rows have a gradient, with ones and row 0 for the padding."""
    ids = (4, 9, 4, 0, 2)
    if seed:
        by_chance = random.Random(seed)
        ids = by_chance.choices(range(1, ROWS), k=by_chance.randint(3, 5))
        ids = tuple(by_chance.sample([*ids, ids[0], 0], len(ids) + 2))
    return Exercise(
        "learning",
        lambda: len(compute.gradient_views.row_gradients(ids=ids, upstream="ones").learning),
        _ones(ids, max(ids)),
        says={"ids": ", ".join(map(str, ids))},
        fresh=_learning,
    )


def _three(seed: int = 0) -> Exercise:
    """What each number of a row's gradient is, with ones."""
    ids, row = (5, 2, 5, 8, 5), 5
    if seed:
        by_chance = random.Random(seed)
        row, *others = by_chance.sample(range(1, ROWS), 4)
        ids = [row] * by_chance.randint(2, 5) + others
        ids = tuple(by_chance.sample(ids, len(ids)))
    return Exercise(
        "three",
        lambda: round(compute.gradient_views.row_gradients(ids=ids, upstream="ones").by_hand[row, 0].item()),
        _ones(ids, row),
        says={"ids": ", ".join(map(str, ids)), "row": row},
        fresh=_three,
    )


def _ones(ids: tuple[int, ...], row: int) -> dict:
    """The state that shows these gradients."""
    return {VIEW: "Gradient", IDS: " ".join(map(str, ids)), UPSTREAM: "ones", PADDING: "row 0", ROW: row}


def _stranger() -> str:
    """The one loop that moves a row which no batch contains."""
    loops = {
        "SGD": ("sgd", 0.0),
        "momentum": ("momentum", 0.0),
        "Adam": ("adam", 0.0),
        "AdamW, decay 0.01": ("adamw", 0.01),
    }
    ids = chosen_ids(IDS.default)
    moving = [
        name
        for name, (optimiser, decay) in loops.items()
        if compute.gradient_views.row_steps(ids=ids, optimiser=optimiser, decay=decay).strangers
    ]
    (one,) = moving
    return one


HERE = {IDS: IDS.default, SEED: 0}

LESSON = Lesson(
    slug="gradients",
    widgets=(VIEW, IDS, UPSTREAM, PADDING, SEED, OPTIMISER, BATCHES, DECAY, GRADIENT),
    steered=(ROW, COLUMN, STEP),
    tries=(
        Try("three", {VIEW: "Gradient", IDS: "7 3 7 1 7 5 0", UPSTREAM: "ones", PADDING: "row 0", ROW: 7, COLUMN: 2}),
        Try("padding", {VIEW: "Gradient", IDS: "0 7 0 3 0 1", UPSTREAM: "ones", PADDING: "row 0", ROW: 0, COLUMN: 2}),
        Try("tie", {VIEW: "Tied head", **HERE, PADDING: "row 0", ROW: 10, COLUMN: 2}),
        Try(
            "tail",
            {
                VIEW: "Optimisers",
                **HERE,
                OPTIMISER: "Adam",
                BATCHES: "first step only",
                DECAY: "0",
                GRADIENT: "dense",
                ROW: 7,
                STEP: 2,
            },
        ),
        Try(
            "decay",
            {
                VIEW: "Optimisers",
                **HERE,
                OPTIMISER: "AdamW",
                BATCHES: "first step only",
                DECAY: "0.1",
                GRADIENT: "dense",
                ROW: 10,
                STEP: 1,
            },
        ),
    ),
    exercises=(
        _learning(),
        _three(),
        Exercise(
            "stranger",
            _stranger,
            {VIEW: "Used and unused"},
            choices=("SGD", "momentum", "Adam", "AdamW, decay 0.01"),
            level=3,
        ),
    ),
    needs={
        OPTIMISER: {VIEW: "Optimisers"},
        BATCHES: {VIEW: "Optimisers"},
        DECAY: {VIEW: "Optimisers"},
        GRADIENT: {VIEW: "Optimisers", OPTIMISER: "Adam", DECAY: "0"},
        STEP: {VIEW: "Optimisers"},
    },
    more=(
        {VIEW: "Tied head", PADDING: "none"},
        {VIEW: "Optimisers", GRADIENT: "sparse"},
        {VIEW: "Optimisers", GRADIENT: "tied head", OPTIMISER: "momentum"},
        {VIEW: "Used and unused", DECAY: "0"},
        {VIEW: "Used and unused", IDS: "1 2 3 4 5 6 7 8 9 10 11 0"},
        {IDS: "0 0", UPSTREAM: "ones"},
        {VIEW: "Used and unused", BATCHES: "the same in every step"},
    ),
)
