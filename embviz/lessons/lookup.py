"""A table is a list of rows; looking up is one-hot times matrix, without the zeros."""

from __future__ import annotations

import random
from dataclasses import dataclass

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import IntParam, LevelParam, TextParam, ViewParam

MOST_IDS = 12
MOST_ROWS, MOST_WIDTH = 32, 16
PRODUCT, COST, PLANE = "One-hot × W", "Cost", "In the plane"


@dataclass(frozen=True, slots=True)
class MovedParam(TextParam):
    """Rows that a hand put elsewhere, and where: row.x.y in hundredths, with _ between, such as 3.40.-12_5.0.100."""

    def parse(self, text: str) -> str:
        TextParam.parse(self, text)
        moved_rows(text)
        return text


def moved_rows(text: str) -> tuple[tuple[int, int, int], ...]:
    """What a `MovedParam` says: (row, x, y), x and y in hundredths."""
    rows = []
    for part in text.split("_") if text else ():
        try:
            row, x, y = map(int, part.split("."))
        except ValueError:
            raise ValueError(f"{part!r} is no moved row; it is row.x.y, such as 3.40.-12") from None
        if not (0 <= row < MOST_ROWS and abs(x) <= 100 and abs(y) <= 100):
            raise ValueError(f"{part!r} is no place; rows run from 0 to {MOST_ROWS - 1}, x and y from -100 to 100")
        rows.append((row, x, y))
    if len({row for row, *_ in rows}) < len(rows):
        raise ValueError(f"{text!r} moves a row twice")
    return tuple(rows)


VIEW = ViewParam("lkp_view", "Picture", PRODUCT, (PRODUCT, COST, PLANE))
V = IntParam("lkp_v", "Vocabulary V", 8, low=4, high=MOST_ROWS)
D = IntParam("lkp_d", "Width d", 4, low=2, high=MOST_WIDTH)
IDS = TextParam(
    "lkp_ids",
    "Ids",
    "2, 0, 3",
    limit=60,
    lines=1,
    help=f"One to {MOST_IDS} row numbers with commas between. A click on a row of W adds its id.",
    odd=("", "0", "3 3 3 3 3 3 3 3 3 3 3 3", "99", "-1", "two", "0 1 2 3 4 5 6 7 0 1 2 3 4", "1;2", "<b>1</b>"),
)
SEED = IntParam("lkp_seed", "Seed of W", 44, low=0, high=99)
N = LevelParam("lkp_n", "Ids at once n", 32, (1, 8, 32, 128, 512))
WIDTH = LevelParam("lkp_width", "Width d", 512, (16, 64, 128, 256, 384, 512, 768, 1024))
SIZE = LevelParam(
    "lkp_size", "Vocabulary V", 10_000, (10, 100, 1000, 10_000, 30_000, 50_000, 100_000, 128_000, 200_000)
)

OUT = IntParam("lkp_out", "Output row", 0, low=0, high=MOST_IDS - 1)
CELL = IntParam("lkp_cell", "Number in it", 1, low=0, high=MOST_WIDTH - 1)
ROW = IntParam("lkp_row", "Row of *W*", 2, low=0, high=MOST_ROWS - 1)
MOVED = MovedParam("lkp_moved", "Moved rows", "", limit=420, lines=0, odd=("3.40.-12", "0.-100.100_31.0.5"))


def chosen_ids(text: str, rows: int) -> tuple[int, ...]:
    """The ids that a text names; ValueError says which word is none."""
    words = text.replace(",", " ").split()
    for word in words:
        if not word.isascii() or not word.isdigit() or int(word) >= rows:
            raise ValueError(f"“{word}” is no id of this table; its rows are 0 to {rows - 1}")
    if not 1 <= len(words) <= MOST_IDS:
        raise ValueError(f"{len(words)} ids are listed; the picture holds one to {MOST_IDS}")
    return tuple(map(int, words))


BY_HAND = ((0.5, 1.0, -0.3), (-0.2, 0.3, 0.8), (0.7, -0.4, 0.1), (0.9, 0.6, -0.5))  # as the exercise says it


def _by_hand(seed: int = 0) -> Exercise:
    """A number of a one-hot row times a table: that of BY_HAND, for other seeds a table drawn by chance."""
    row, column = drawn(seed, (2, range(4)), (1, range(3)))
    table = BY_HAND
    if seed:
        by_chance = random.Random(seed)
        table = tuple(
            tuple(by_chance.choice((-1, 1)) * by_chance.randint(1, 10) / 10 for _ in range(3)) for _ in BY_HAND
        )
    one_hot = [int(k == row) for k in range(4)]

    def number() -> float:
        import torch

        return compute.onehot.one_hot_lookup(torch.tensor([row]), torch.tensor(table))[0, column].item()

    rows = [f"({', '.join(map(written, numbers))})" for numbers in table]
    terms = [f"{one} × {'…' if one else written(table[k][column])}" for k, one in enumerate(one_hot)]
    says = {
        "rows": f"{', '.join(rows[:3])} and {rows[3]}",
        "one_hot": f"({', '.join(map(str, one_hot))})",
        "which": ("first", "second", "third")[column],
        "terms": " + ".join(terms),
    }
    link = {VIEW: PRODUCT, IDS: str(row)}
    return Exercise("by_hand", number, link, tolerance=0.005, says=says, fresh=_by_hand)


def _multiplications(seed: int = 0) -> Exercise:
    n, size, width = drawn(seed, (32, N.levels), (50_000, SIZE.levels[2:]), (512, WIDTH.levels))
    return Exercise(
        "multiplications",
        lambda: compute.lookup.cost(n_ids=n, vocab_size=size, dim=width).product_multiplications,
        {VIEW: COST, N: n, WIDTH: width, SIZE: size},
        level=2,
        says={"n": n, "size": written(size), "width": written(width)},
        fresh=_multiplications,
    )


def _coordinate(seed: int = 0) -> Exercise:
    """The first number of a row of the table that the plane shows."""
    row, table = drawn(seed, (4, range(8)), (SEED.default, range(100)))
    return Exercise(
        "coordinate",
        lambda: compute.lookup.table(rows=8, width=2, seed=table)[row, 0].item(),
        {VIEW: PLANE, ROW: row, SEED: table},
        tolerance=0.03,
        level=2,
        says={"row": row, "seed": table},
        fresh=_coordinate,
    )


HERE = {V: 8, SEED: SEED.default, MOVED: ""}

LESSON = Lesson(
    slug="lookup",
    widgets=(VIEW, V, D, IDS, SEED, N, WIDTH, SIZE),
    steered=(OUT, CELL, ROW, MOVED),
    tries=(
        Try("twice", {VIEW: PRODUCT, **HERE, D: 4, IDS: "3, 6, 3", OUT: 2, CELL: 1}),
        Try("whole", {VIEW: PRODUCT, **HERE, D: 4, IDS: "0, 1, 2, 3, 4, 5, 6, 7", OUT: 4, CELL: 0}),
        Try("real", {VIEW: COST, N: 32, WIDTH: 512, SIZE: 50_000}),
        Try("plane", {VIEW: PLANE, **HERE, IDS: "2, 5", ROW: 2}),
        Try("move", {VIEW: PLANE, **HERE, IDS: "3, 6, 3", ROW: 3, MOVED: "3.80.60"}),
    ),
    exercises=(
        _by_hand(),
        _multiplications(),
        _coordinate(),
    ),
    needs={
        N: {VIEW: COST},
        WIDTH: {VIEW: COST},
        SIZE: {VIEW: COST},
        OUT: {IDS: "0 1 2 3 4 5 6 7 0 1 2 3"},
        CELL: {D: MOST_WIDTH},
        ROW: {VIEW: PLANE, V: MOST_ROWS},
        MOVED: {VIEW: PLANE, V: MOST_ROWS},
    },
    more=({MOVED: "3.80.60"}, {VIEW: COST, WIDTH: 1024, SIZE: 200_000}, {VIEW: COST, N: 512, WIDTH: 16, SIZE: 100_000}),
)
