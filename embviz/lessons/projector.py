"""The rows of a trained table as a cloud of points, and how much of the space the picture shows."""

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try
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


def _shown_share() -> float:
    """How much of a table of 50 independent columns of one spread two components can hold, in per cent."""
    import torch

    table = torch.eye(50).repeat(2, 1) * torch.tensor([1.0, -1.0]).repeat_interleave(50)[:, None]
    return 100 * compute.projection.project(table, "pca", 2).explained_variance_ratio.sum().item()


def _axis() -> str:
    """Which of three points lies farthest along the way from a to b."""
    import torch

    points = torch.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [0.0, 2.5], [1.5, 1.2]])
    along = compute.projection.axis(points, 0, 1)[2:]
    return ("(2, 0)", "(0, 2.5)", "(1.5, 1.2)")[int(along.argmax())]


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
        Exercise("share", _shown_share, {VIEW: "PCA 2-D"}, tolerance=0.05),
        Exercise("axis", _axis, {VIEW: "By words"}, choices=("(2, 0)", "(0, 2.5)", "(1.5, 1.2)")),
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
