"""The rows of a trained table as a cloud of points, and how much of the space the picture shows."""

import random

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import OWN_TABLE, ChoiceParam, IntParam, LevelParam, TableParam, TextParam, ViewParam

VIEW = ViewParam("prj_view", "Picture", "PCA 3-D", ("PCA 3-D", "PCA 2-D", "t-SNE", "By words"))
TABLE = TableParam(
    "prj_table",
    "Table",
    "glove",
    ("glove", "minilm", "wordllama", OWN_TABLE),
    help="glove: 50,000 words × 50. minilm: 30,522 word pieces × 384. wordllama: 32,000 pieces × 256. "
    "Your own: from a file of yours, for this tab alone.",
)
COLOUR = ChoiceParam("prj_colour", "Shade all rows by", "none", ("none", "length", "row"))
WORDS = TextParam(
    "prj_words", "Find words", "", limit=400, lines=1, odd=("king, queen", "quen, 🦁", "," * 50, "a," * 100)
)
OF = ChoiceParam("prj_of", "Points", "all rows", ("all rows", "only the words found"))
X = TextParam(
    "prj_x", "Across", "she - he", limit=120, lines=1, odd=("", "king - man + woman", "she he", "qqqq - he", "he - he")
)
Y = TextParam("prj_y", "Up", "hot - cold", limit=120, lines=1)
OWN_WORDS = ({X: "{0} - {1}"}, {Y: "{2} - {3}"})

N = LevelParam(
    "prj_n", "First words of the table", 1000, (200, 500, 1000, 2000, 5000), help="t-SNE takes up to 5,000 rows."
)
SEED = IntParam("prj_seed", "Seed", 0, low=0, high=99)

YAW = IntParam("prj_yaw", "Turn", 25, low=-180, high=180)
PITCH = IntParam("prj_pitch", "Tilt", 15, low=-90, high=90)
ZOOM = IntParam("prj_zoom", "Zoom in per cent", 100, low=20, high=6000)
PAN_X = IntParam("prj_panx", "Right", 0, low=-100_000, high=100_000)
PAN_Y = IntParam("prj_pany", "Up", 0, low=-100_000, high=100_000)
ROW = IntParam("prj_row", "Point", -1, low=-1, high=29_999)
GROUPS = IntParam("prj_groups", "Groups", 0b111100, low=0, high=2**14 - 1)
CAMERA = (YAW, PITCH, ZOOM, PAN_X, PAN_Y)


def _share(seed: int = 0) -> Exercise:
    """How much of a table of independent columns of one spread a few components can hold, in per cent."""
    columns, kept = drawn(seed, (50, (10, 20, 25, 40, 80, 100)), (2, (1, 3)))

    def share() -> float:
        import torch

        table = torch.eye(columns).repeat(2, 1) * torch.tensor([1.0, -1.0]).repeat_interleave(columns)[:, None]
        return 100 * compute.projection.project(table, "pca", kept).explained_variance_ratio.sum().item()

    says = {"columns": columns, "kept": f"{kept} component{'s' if kept > 1 else ''}"}
    return Exercise("share", share, {VIEW: "PCA 2-D"}, tolerance=0.05, level=2, says=says, fresh=_share)


def _axis(seed: int = 0) -> Exercise:
    """Which of three points lies farthest along the way from (0, 0) to b."""
    b, points = (1.0, 1.0), ((2.0, 0.0), (0.0, 2.5), (1.5, 1.2))
    by_chance = random.Random(seed)
    while seed:
        b = by_chance.choice(((1.0, 0.5), (1.0, 2.0), (2.0, 1.0), (0.0, 1.0), (1.0, -1.0)))
        points = tuple((by_chance.randint(-6, 8) / 2, by_chance.randint(-6, 8) / 2) for _ in range(3))
        along = sorted(x * b[0] + y * b[1] for x, y in points)
        if along[2] - along[1] > 0.4 and along[2] > 0:  # a clear answer
            break
    choices = tuple(f"({written(x)}, {written(y)})".replace(".0", "") for x, y in points)

    def farthest() -> str:
        import torch

        along = compute.projection.axis(torch.tensor([(0.0, 0.0), b, *points]), 0, 1)[2:]
        return choices[int(along.argmax())]

    says = {"b": f"({written(b[0])}, {written(b[1])})".replace(".0", "")}
    return Exercise("axis", farthest, {VIEW: "By words"}, choices=choices, says=says, fresh=_axis)


FAMILY = "king, queen, man, woman, prince, princess, boy, girl"

LESSON = Lesson(
    slug="projector",
    widgets=(VIEW, TABLE, WORDS, OF, COLOUR, X, Y, N, SEED),
    steered=(*CAMERA, ROW, GROUPS),
    tries=(
        Try("king", {VIEW: "PCA 3-D", TABLE: "glove", ROW: 691, GROUPS: 0b1000000}),
        Try("axes", {VIEW: "By words", TABLE: "glove", X: "she - he", Y: "hot - cold", WORDS: "king, queen, sun, ice"}),
        Try("family", {VIEW: "PCA 2-D", TABLE: "glove", WORDS: FAMILY, OF: "only the words found", GROUPS: 0}),
        Try("pieces", {VIEW: "PCA 2-D", TABLE: "minilm", GROUPS: 0b10000000000100}),
        Try("rank", {VIEW: "PCA 2-D", TABLE: "glove", COLOUR: "row", GROUPS: 0}),
    ),
    exercises=(
        _share(),
        _axis(),
    ),
    needs={
        OF: {VIEW: "PCA 2-D", WORDS: FAMILY},
        X: {VIEW: "By words"},
        Y: {VIEW: "By words"},
        N: {VIEW: "t-SNE"},
        SEED: {VIEW: "t-SNE"},
        ROW: {VIEW: "PCA 2-D"},
    },
    more=({WORDS: "zzzzzzzzzz"}, {WORDS: "quen"}),
)
