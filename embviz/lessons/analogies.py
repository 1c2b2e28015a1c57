"""Is king − man + woman really queen?"""

from embviz.lessons.lesson import Exercise, Lesson, Try
from embviz.ui.params import OWN_TABLE, ChoiceParam, TableParam, TextParam, ViewParam

VIEW = ViewParam("ana_view", "Picture", "Ranking", ("Ranking", "Parallelogram", "Scores"))
_HELP = "One word of the table, up to 40 characters."
A = TextParam("ana_a", "*a*, is to", "man", limit=40, lines=1, help=_HELP, odd=("", "xylofone", "<b>bold</b>"))
B = TextParam("ana_b", "*b*, as", "king", limit=40, lines=1, help=_HELP, odd=("man",))
C = TextParam("ana_c", "*c*, is to …", "woman", limit=40, lines=1, help=_HELP, odd=("King", "\u6f22"))
TABLE = TableParam("ana_table", "Table", "glove", ("glove", "minilm", "wordllama", OWN_TABLE))
OWN_WORDS = ({A: "{0}", B: "{1}", C: "{2}"},)
METHOD = ChoiceParam("ana_method", "Method", "3CosAdd", ("3CosAdd", "3CosMul"))
PLANE = ChoiceParam("ana_plane", "Plane", "offsets", ("offsets", "pca"))

SECTIONS = {  # of the Google set, as they stand in the picture of scores
    "capital-common-countries": "capitals, common",
    "capital-world": "capitals, world",
    "currency": "currency",
    "city-in-state": "city in state",
    "family": "family",
    "gram1-adjective-to-adverb": "adverb",
    "gram2-opposite": "opposite",
    "gram3-comparative": "comparative",
    "gram4-superlative": "superlative",
    "gram5-present-participle": "participle",
    "gram6-nationality-adjective": "nationality",
    "gram7-past-tense": "past tense",
    "gram8-plural": "plural",
    "gram9-plural-verbs": "plural verbs",
    "total": "all sections",
}


def _first_with_inputs() -> str:
    from embviz.tables import analogies

    return analogies.rankings(table="glove", a="man", b="king", c="woman").columns[0][0]


def _angle() -> float:
    from embviz.tables import analogies

    return analogies.parallelogram(table="glove", a="man", b="king", c="woman").angle


def _best_section() -> str:
    from embviz.tables import scores

    rows = scores.read()["glove"]["sections"][:-1]
    return SECTIONS[max(rows, key=lambda row: row["correct"] / row["answered"])["name"]]


def _asked(a: str, b: str, c: str, table: str = "glove") -> dict:
    return {VIEW: "Ranking", A: a, B: b, C: c, TABLE: table, METHOD: "3CosAdd"}


LESSON = Lesson(
    slug="analogies",
    widgets=(VIEW, A, B, C, TABLE, METHOD, PLANE),
    steered=(),
    tries=(
        Try("capital", _asked("paris", "france", "tokyo")),
        Try("doctor", _asked("man", "doctor", "woman")),
        Try("hand", _asked("hand", "glove", "foot")),
        Try("beer", _asked("germany", "beer", "france", "minilm")),
        Try("lady", _asked("man", "king", "woman", "wordllama")),
    ),
    exercises=(
        Exercise("first", _first_with_inputs, {VIEW: "Ranking"}, choices=("queen", "king", "woman", "prince")),
        Exercise("angle", _angle, {VIEW: "Parallelogram"}, tolerance=5.0),
        Exercise(
            "section",
            _best_section,
            {VIEW: "Scores"},
            choices=("family", "capitals, common", "currency", "plural", "nationality"),
        ),
    ),
    needs={PLANE: {VIEW: "Parallelogram"}},
    more=(
        {VIEW: "Parallelogram", METHOD: "3CosMul"},
        {VIEW: "Scores"},
        _asked("paris", "france", "tokyo"),
        _asked("hand", "glove", "foot"),
        _asked("japan", "yen", "india", "minilm"),
        {METHOD: "3CosMul", A: "paris", B: "france", C: "berlin", TABLE: "minilm"},
    ),
)
