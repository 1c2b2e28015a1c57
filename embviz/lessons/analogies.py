"""Is king − man + woman really queen?"""

import random

from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
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


FIRST = {  # a, b, c, and what may come first
    "man king woman": ("queen", "king", "woman", "prince"),
    "paris france tokyo": ("france", "japan", "korea", "tokyo"),
    "france paris italy": ("italy", "milan", "paris", "rome"),
    "man uncle woman": ("aunt", "daughter", "uncle", "woman"),
    "man actor woman": ("actor", "actress", "starring", "woman"),
    "good better bad": ("bad", "better", "worse", "worst"),
    "walk walking swim": ("swim", "swimming", "walk", "walking"),
    "dog puppy cat": ("cat", "dog", "kitten", "puppy"),
    "he his she": ("her", "herself", "his", "she"),
}
OFFSETS = ("paris france tokyo", "man actor woman", "man uncle woman", "boy brother girl", "he his she")


def _first(seed: int = 0) -> Exercise:
    """What ranks first when no word is forbidden."""
    (asked,) = drawn(seed, ("man king woman", tuple(FIRST)))
    a, b, c = asked.split()

    def first() -> str:
        from embviz.tables import analogies

        return analogies.rankings(table="glove", a=a, b=b, c=c).columns[0][0]

    link, says = {VIEW: "Ranking", A: a, B: b, C: c}, {"a": a, "b": b, "c": c}
    return Exercise("first", first, link, choices=FIRST[asked], level=2, says=says, fresh=_first)


def _angle(seed: int = 0) -> Exercise:
    """The angle between the two steps, by way of the word that the table answers."""
    (asked,) = drawn(seed, ("man king woman", OFFSETS))
    a, b, c = asked.split()

    def shown():
        from embviz.tables import analogies

        return analogies.parallelogram(table="glove", a=a, b=b, c=c)

    d = shown().names[3] if seed else "queen"
    link, says = {VIEW: "Parallelogram", A: a, B: b, C: c}, {"a": a, "b": b, "c": c, "d": d}
    return Exercise("angle", lambda: shown().angle, link, tolerance=5.0, level=3, says=says, fresh=_angle)


def _section(seed: int = 0) -> Exercise:
    """In which of a few sections a table is right most often."""
    (table,) = drawn(seed, ("glove", ("minilm", "wordllama")))
    choices = ("family", "capitals, common", "currency", "plural", "nationality")
    if seed:
        by_chance = random.Random(seed)
        choices = tuple(by_chance.sample([name for name in SECTIONS.values() if name != "all sections"], 5))

    def best() -> str:
        from embviz.tables import scores

        rows = [row for row in scores.read()[table]["sections"] if SECTIONS[row["name"]] in choices]
        return SECTIONS[max(rows, key=lambda row: row["correct"] / row["answered"])["name"]]

    says = {"table": table}
    return Exercise("section", best, {VIEW: "Scores"}, choices=choices, says=says, fresh=_section)


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
        _first(),
        _angle(),
        _section(),
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
