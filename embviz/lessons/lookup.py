"""A table is a list of rows; looking up is one-hot times matrix, without the zeros."""

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try
from embviz.ui.params import IntParam, LevelParam, TextParam, ViewParam

VIEW = ViewParam("lkp_view", "Picture", "One-hot × W", ("One-hot × W", "Cost", "In the plane"))
V = IntParam("lkp_v", "Vocabulary V", 8, low=4, high=24)
D = IntParam("lkp_d", "Width d", 4, low=2, high=12)
IDS = TextParam(
    "lkp_ids",
    "Ids",
    "2, 5, 2",
    limit=60,
    lines=1,
    help="Up to 8 row numbers with commas between. A click on a row of W adds it.",
    odd=("", "0", "7, 7, 7, 7, 7, 7, 7, 7", "99", "-1", "two", "1,2,3,4,5,6,7,0,1"),
)
SEED = IntParam("lkp_seed", "Seed", 0, low=0, high=99)
N_IDS = LevelParam("lkp_n", "Ids in a batch n", 512, (1, 8, 32, 128, 512, 2048))
WIDTH = LevelParam("lkp_width", "Width d", 512, (64, 128, 256, 512, 768, 1024, 4096))
SIZE = LevelParam("lkp_size", "Vocabulary to time", 10_000, (10, 100, 1000, 10_000, 30_000, 50_000, 100_000, 200_000))

OUT = IntParam("lkp_out", "Output row", 0, low=0, high=7)
CELL = IntParam("lkp_cell", "Dimension *j*", 1, low=0, high=11)
ROW = IntParam("lkp_row", "Moved row", 0, low=0, high=23)
X = IntParam("lkp_x", "its first number × 100", -1000, low=-1000, high=300)
Y = IntParam("lkp_y", "its second number × 100", -1000, low=-1000, high=300)

MOST_IDS = 8


def chosen_ids(text: str, vocab_size: int) -> tuple[int, ...]:
    """The ids that a text names; ValueError says which word is not one."""
    words = text.replace(",", " ").split()
    for word in words:
        if not word.isascii() or not word.isdigit() or int(word) >= vocab_size:
            raise ValueError(f"“{word}” is no id of this table; its rows are 0 to {vocab_size - 1}")
    if not 1 <= len(words) <= MOST_IDS:
        raise ValueError(f"{len(words)} ids are listed; the picture holds one to {MOST_IDS}")
    return tuple(int(word) for word in words)


def _by_hand() -> float:
    import torch

    table = torch.tensor([[0.5, 1.0], [-0.2, 0.3], [0.7, -0.4]])
    return compute.onehot.one_hot_lookup(torch.tensor([2]), table)[0, 1].item()


def _multiplications() -> float:
    return compute.lookup.multiplications(32, 50_000, 512)


def _zero() -> float:
    """How many per cent of the multiplications of one id with V = 200 are by zero."""
    import torch

    row = compute.onehot.one_hot(torch.tensor([7]), 200)
    return 100 * (row == 0).float().mean().item()


LESSON = Lesson(
    slug="lookup",
    widgets=(VIEW, V, D, IDS, SEED, N_IDS, WIDTH, SIZE),
    steered=(OUT, CELL, ROW, X, Y),
    tries=(
        Try("twice", {VIEW: "One-hot × W", V: 8, IDS: "2, 5, 2", OUT: 2}),
        Try("whole", {VIEW: "One-hot × W", V: 6, IDS: "0, 1, 2, 3, 4, 5", OUT: 0}),
        Try("real", {VIEW: "Cost", N_IDS: 512, WIDTH: 768, SIZE: 30_000}),
        Try("plane", {VIEW: "In the plane", ROW: 2, X: 150, Y: 150}),
    ),
    exercises=(
        Exercise("by_hand", _by_hand, {VIEW: "One-hot × W"}, tolerance=0.005),
        Exercise("multiplications", _multiplications, {VIEW: "Cost", N_IDS: 32, WIDTH: 512}),
        Exercise("zero", _zero, {VIEW: "Cost"}, tolerance=0.01),
    ),
    needs={
        N_IDS: {VIEW: "Cost"},
        WIDTH: {VIEW: "Cost"},
        SIZE: {VIEW: "Cost"},
        OUT: {IDS: "0 1 2 3 4 5 6 7"},
        CELL: {D: 12},
        ROW: {VIEW: "In the plane", V: 24},
        X: {VIEW: "In the plane"},
        Y: {VIEW: "In the plane"},
    },
)
