"""When are two words alike: two arrows, a matrix of cosines, random pairs and nearest neighbours of real tables."""

import random

from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
from embviz.ui.params import OWN_TABLE, ChoiceParam, IntParam, TableParam, TextParam, ViewParam

GROUPS = "believe know understand think stone rock sand river cat dog pet horse Monday Tuesday Friday Sunday"
MIXED = (
    "lion march violin seven copper june tiger piano three iron april wolf drum nine silver may bear guitar five gold"
)
SIXTY = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august one two "
    "three four five six seven eight nine ten france germany italy spain egypt china japan india paris berlin rome "
    "madrid cairo beijing tokyo delhi dog cat horse cow pig sheep lion tiger bear wolf mother father son daughter "
    "brother sister uncle aunt husband wife"
)

VIEW = ViewParam("sim_view", "Picture", "Two arrows", ("Two arrows", "Many words", "Random pairs", "Neighbours"))
TABLE = TableParam(
    "sim_table",
    "Table",
    "glove",
    ("glove", "minilm", "wordllama", OWN_TABLE),
    help="glove: 50,000 words × 50. minilm: 30,522 word pieces × 384. wordllama: 32,000 pieces × 256. "
    "Your own: from a file of yours, for this tab alone.",
)
VECTORS = ChoiceParam(
    "sim_vectors",
    "Vectors",
    "raw",
    ("raw", "centred", "standardised"),
    help="centred: minus the mean of all rows. standardised: also each column divided by its standard deviation.",
)
A = TextParam("sim_a", "Word a", "believe", limit=40, lines=1, odd=("", "xylophone", "<b>*x*</b>", "🦁"))
B = TextParam("sim_b", "Word b", "know", limit=40, lines=1, odd=("stone", "believe", "   "))
WORDS = TextParam(
    "sim_words",
    "Words",
    GROUPS,
    limit=600,
    lines=4,
    help="Up to 60 words, with spaces or commas between.",
    odd=("", "cat", "cat dog", "cat, cat; <i>dog</i> $x$ |", "a b c d e f g h i j " * 8, SIXTY),
)
ORDER = ChoiceParam("sim_order", "Order", "list", ("list", "clustering"))
AMONG = ChoiceParam(
    "sim_among",
    "Pairs among the first",
    "all rows",
    ("1000 rows", "5000 rows", "20000 rows", "all rows"),
    help="glove's rows come by frequency, the most frequent word first.",
)
SEED = IntParam("sim_seed", "Seed", 0, low=0, high=999)
NEAR = TextParam("sim_near", "Word", "dog", limit=40, lines=1, odd=("", "xylophone", "king"))
METRIC = ChoiceParam("sim_metric", "Nearest by", "dot", ("cosine", "dot", "euclidean"))
K = IntParam("sim_k", "How many *k*", 15, low=1, high=100)
ACROSS = ChoiceParam(
    "sim_across", "Across", "length", ("length", "row"), help="glove's row number is a frequency rank."
)

OWN_WORDS = ({A: "{0}", B: "{1}"}, {WORDS: ""}, {NEAR: "{0}"})

WORD = IntParam("sim_word", "Other word", 0, low=0, high=60)
ROW = IntParam("sim_i", "Row", 0, low=0, high=59)
COLUMN = IntParam("sim_j", "Column", 1, low=0, high=59)


def rows_among(among: str) -> int:
    """How many rows a choice of AMONG means; more than any table has for all."""
    return 10**9 if among == "all rows" else int(among.split()[0])


BY_DOT = {  # a word, and others to put into the order of their dot products with it
    "believe": ("know", "stone", "understand"),
    "cat": ("Tuesday", "dog", "pet"),
    "stone": ("know", "river", "rock", "sand"),
    "music": ("Tuesday", "piano", "song", "stone"),
    "winter": ("desk", "snow", "summer"),
    "ocean": ("keyboard", "river", "sea"),
    "train": ("bus", "poem", "railway"),
}
COMMON = "cat dog pet horse Tuesday river stone music winter bread doctor train".split()
RARE = "quokka kumquat didgeridoo theremin ocelot glockenspiel axolotl ukulele narwhal persimmon".split()
NEAREST = {  # four words, and which of their pairs may be chosen
    "cat dog pet Tuesday": ("cat · dog", "cat · pet", "dog · pet", "dog · Tuesday"),
    "king queen prince banana": ("king · queen", "king · prince", "queen · prince", "prince · banana"),
    "stone rock sand river": ("stone · rock", "stone · sand", "rock · sand", "sand · river"),
    "piano violin drum guitar": ("piano · violin", "piano · guitar", "violin · guitar", "drum · guitar"),
    "bread butter cheese wheel": ("bread · butter", "bread · cheese", "butter · cheese", "cheese · wheel"),
    "believe know understand think": ("believe · know", "believe · think", "know · think", "know · understand"),
    "doctor nurse hospital teacher": ("doctor · nurse", "doctor · hospital", "nurse · hospital", "nurse · teacher"),
}


def _order(seed: int = 0) -> Exercise:
    """Words in the order of their dot products with another in glove, the largest first."""
    (word,) = drawn(seed, ("believe", tuple(BY_DOT)))
    others = BY_DOT[word]

    def order() -> tuple[str, ...]:
        from embviz.tables.similarity import pair

        dots = {b: pair(table="glove", vectors="raw", a=word, b=b, listed="").numbers[0, 1].item() for b in others}
        return tuple(sorted(others, key=lambda b: -dots[b]))

    return Exercise(
        "order",
        order,
        {VIEW: "Two arrows", A: word, B: others[0], WORDS: " ".join(others[1:])},
        choices=others,
        level=2,
        says={"word": word, "others": f"{', '.join(others[:-1])} and {others[-1]}"},
        fresh=_order,
        ordered=True,
    )


def _missing(seed: int = 0) -> Exercise:
    """The one of five words that glove lacks."""
    words = ("cat", "dog", "pet", "Tuesday", "xylophone")
    if seed:
        by_chance = random.Random(seed)
        words = [*by_chance.sample(COMMON, 4), by_chance.choice(RARE)]
        words = tuple(by_chance.sample(words, 5))

    def missing() -> str:
        from embviz import tables
        from embviz.tables.words import look_up

        (word,) = look_up(tables.load("glove"), words).unknown
        return word

    link = {VIEW: "Many words", WORDS: " ".join(words)}
    return Exercise("missing", missing, link, choices=words, says={"words": ", ".join(words)}, fresh=_missing)


def _nearest(seed: int = 0) -> Exercise:
    """The pair with the largest cosine."""
    listed, table = drawn(seed, ("cat dog pet Tuesday", tuple(NEAREST)), (None, ("glove", "minilm")))
    table = table or "minilm"

    def nearest() -> str:
        from embviz.tables.similarity import matrix

        found = matrix(table=table, vectors="raw", listed=listed, order="list")
        return " · ".join(found.words[k] for k in sorted(found.nearest))

    return Exercise(
        "nearest",
        nearest,
        {VIEW: "Many words", TABLE: table, WORDS: listed},
        choices=NEAREST[listed],
        level=2,
        says={"words": listed.replace(" ", ", "), "table": table},
        fresh=_nearest,
    )


LESSON = Lesson(
    slug="similarity",
    widgets=(VIEW, TABLE, VECTORS, A, B, WORDS, ORDER, AMONG, SEED, NEAR, METRIC, K, ACROSS),
    steered=(WORD, ROW, COLUMN),
    tries=(
        Try(
            "direction",
            {
                VIEW: "Two arrows",
                TABLE: "glove",
                VECTORS: "raw",
                A: "king",
                B: "emperor",
                WORDS: "prince queen stone",
                WORD: 0,
            },
        ),
        Try("centre", {VIEW: "Many words", TABLE: "glove", VECTORS: "centred", WORDS: GROUPS, ORDER: "list"}),
        Try("groups", {VIEW: "Many words", TABLE: "glove", VECTORS: "raw", WORDS: MIXED, ORDER: "clustering"}),
        Try("frequent", {VIEW: "Random pairs", TABLE: "glove", AMONG: "1000 rows", SEED: 0}),
        Try(
            "short",
            {VIEW: "Neighbours", TABLE: "minilm", NEAR: "believe", METRIC: "euclidean", K: 15, ACROSS: "length"},
        ),
    ),
    exercises=(
        _order(),
        _missing(),
        _nearest(),
    ),
    needs={
        ORDER: {VIEW: "Many words"},
        AMONG: {VIEW: "Random pairs"},
        SEED: {VIEW: "Random pairs"},
        NEAR: {VIEW: "Neighbours"},
        METRIC: {VIEW: "Neighbours"},
        K: {VIEW: "Neighbours"},
        ACROSS: {VIEW: "Neighbours"},
        WORD: {WORDS: SIXTY},
        ROW: {VIEW: "Many words", WORDS: SIXTY},
        COLUMN: {VIEW: "Many words", WORDS: SIXTY},
    },
    more=(
        {VIEW: "Many words", WORDS: "cat dog qqqqqqqq"},
        {VIEW: "Neighbours", TABLE: "minilm", METRIC: "cosine", K: 1},
        {VIEW: "Neighbours", TABLE: "minilm", METRIC: "euclidean", NEAR: "believe"},
        {VIEW: "Random pairs", AMONG: "1000 rows"},
        {WORDS: "zzzzzzz xyloq qqqqqq wwwwww vvvvvv jjjjjj kkkkkk"},
    ),
)
