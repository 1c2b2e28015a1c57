"""GloVe: counts of words near each other, their ratios and weights, a training, and what its seeds agree on."""

from functools import cache

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, TextParam, ViewParam

OWN = "your own"
VIEW = ViewParam("glv_view", "Picture", "Training", ("Training", "Counts", "Ratios", "Weighting", "Seeds"))
CORPUS = ChoiceParam(
    "glv_corpus",
    "Corpus",
    "kingdom",
    ("kingdom", "Shakespeare", OWN),
    help="kingdom: 4,000 plain sentences from a grammar with known word classes. Shakespeare: what is spoken in his "
    "plays, and his poems. Your own: pasted or from a file, for this tab alone.",
)
PAIRS = TextParam(
    "glv_pairs",
    "Watch pairs of words",
    "king queen, king pizza",
    limit=120,
    lines=1,
    help="Two words, and a comma between pairs: up to four.",
    odd=("", "king", "king qqqq"),
)
DIM = LevelParam("glv_dim", "Width d", 50, (8, 16, 25, 50, 100))
WINDOW = LevelParam("glv_window", "Window", 10, (1, 2, 5, 10), help="Words to each side; d words apart count 1/d.")
X_MAX = LevelParam("glv_xmax", "x_max", 100, (1, 10, 30, 100, 300, 1000), help="Counts from here on weigh 1.")
ALPHA = LevelParam("glv_alpha", "alpha, in per cent", 75, (0, 25, 50, 75, 100), help="0 weighs all pairs alike.")
EPOCHS = LevelParam("glv_epochs", "Epochs", 25, (5, 10, 25, 50, 100, 400))
RATE = ChoiceParam("glv_rate", "Learning rate", "0.05", ("0.01", "0.05", "0.2", "1", "10"))
SHIPPED_SEEDS = "0, 1 and 2 are shipped for the kingdom, 0 for Shakespeare; others: train."
SEED = IntParam("glv_seed", "Seed of GloVe", 0, low=0, high=9, help=SHIPPED_SEEDS)
OTHER_SEED = IntParam("glv_other_seed", "Seed of word2vec", 0, low=0, high=9, help=SHIPPED_SEEDS)
SEEDS = (SEED, OTHER_SEED)
SETTINGS = (DIM, WINDOW, X_MAX, ALPHA, EPOCHS, RATE)

STEP = IntParam("glv_s", "Snapshot", 24, low=0, high=24)
PICK = IntParam("glv_pick", "Word", -1, low=-1, high=399)
FIT = IntParam("glv_fit", "Plane of snapshot", -1, low=-1, high=24)

WORDS = TextParam(
    "glv_words",
    "Words",
    "the king queen palace crown cat barn bread",
    limit=120,
    lines=1,
    help="Up to twelve words of the corpus.",
    odd=("king", "king queen qqqq"),
)
TWO = TextParam("glv_two", "Two words", "king man", limit=60, lines=1, odd=("", "king", "king qqqq"))
PROBES = TextParam(
    "glv_probes",
    "Probes",
    "palace queen walked tasted a wore hungry played",
    limit=120,
    lines=1,
    help="Up to twelve words whose counts near both are compared.",
    odd=("", "qqqq", "palace qqqq island"),
)
AGREE = ChoiceParam(
    "glv_agree",
    "Two trainings",
    "GloVe: seeds 0 and 1",
    (
        "GloVe: seeds 0 and 1",
        "GloVe: seeds 0 and 2",
        "GloVe: seeds 1 and 2",
        "word2vec: seeds 0 and 1",
        "word2vec: seeds 1 and 2",
        "GloVe and word2vec",
    ),
)
AXIS = IntParam("glv_axis", "Coordinate", 1, low=0, high=49)
WORD = TextParam("glv_word", "Word", "king", limit=40, lines=1, odd=("", "qqqq"))

SENTENCES = {  # a sentence, and a word to count near another
    "the cat saw the dog": ("the", "saw"),
    "a dog and a cat and a bird": ("a", "and"),
    "we like what we read": ("we", "like"),
    "to be or not to be": ("to", "be"),
    "the king saw the queen": ("the", "queen"),
    "rain in the morning and rain in the evening": ("rain", "in"),
}


def _counted(seed: int = 0) -> Exercise:
    """X of two words of one sentence."""
    sentence, window = drawn(seed, ("the cat saw the dog", tuple(SENTENCES)), (2, (1, 3, 4)))
    words, (first, second) = sentence.split(), SENTENCES[sentence]

    def counted() -> float:
        vocabulary = compute.corpora.vocabulary([words], min_count=1)
        counts = compute.glove.cooccurrences([words], vocabulary, window=window)
        one, two = compute.corpora.ids([first, second], vocabulary).tolist()
        return counts.row(one)[two].item()

    apart = [abs(i - j) for i, a in enumerate(words) for j, b in enumerate(words) if (a, b) == (first, second)]
    near = [f"1/{d}" for d in sorted(apart) if d <= window]
    says = {"sentence": sentence, "window": window, "first": first, "second": second, "sum": " + ".join(near) or "0"}
    link = {VIEW: "Counts", WORDS: "the saw cat dog"}
    return Exercise("counted", counted, link, tolerance=0.01, level=2, says=says, fresh=_counted)


def _weight(seed: int = 0) -> Exercise:
    """How many times as much a frequent pair weighs as one that occurs once."""
    count, alpha = drawn(seed, (16, (4, 9, 25, 36, 49, 64, 81)), (75, (25, 50, 100)))

    def times() -> float:
        once, often = compute.glove.weighting([1.0, float(count)], x_max=100.0, alpha=alpha / 100).tolist()
        return often / once

    link = {VIEW: "Weighting", X_MAX: 100, ALPHA: alpha}
    says = {"count": count, "alpha": alpha / 100}
    return Exercise("weight", times, link, tolerance=0.1, level=2, says=says, fresh=_weight)


SAME = ("Each coordinate, hardly the neighbours", "The neighbours, hardly each coordinate", "Both", "Neither")


@cache
def _agreed() -> str:
    """What two seeds agree on, of the shipped trainings: more than half of the neighbours, most of a coordinate?"""
    from embviz.tables import glove_seeds

    found = glove_seeds.seeds(pair=AGREE.default, coordinate=0, word="king")
    neighbours, coordinates = found.overlap.mean().item() > 0.5, found.typical[0] > 0.5
    return SAME[2 if neighbours and coordinates else 1 if neighbours else 0 if coordinates else 3]


LESSON = Lesson(
    slug="glove",
    widgets=(VIEW, CORPUS, *SEEDS, PAIRS, *SETTINGS, WORDS, TWO, PROBES, AGREE, AXIS, WORD),
    steered=(STEP, PICK, FIT),
    tries=(
        Try("start", {VIEW: "Training", CORPUS: "kingdom", EPOCHS: 25, SEED: 0, OTHER_SEED: 0, STEP: 0, FIT: -1}),
        Try("other", {VIEW: "Training", CORPUS: "kingdom", EPOCHS: 25, SEED: 2, OTHER_SEED: 2, STEP: 24, FIT: -1}),
        Try(
            "ratios",
            {
                VIEW: "Ratios",
                CORPUS: "Shakespeare",
                WINDOW: 10,
                TWO: "king man",
                PROBES: "henry crown by for wise woman honest",
            },
        ),
        Try("seeds", {VIEW: "Seeds", AGREE: "GloVe: seeds 0 and 2", AXIS: 0, WORD: "king"}),
        Try(
            "long",
            {
                VIEW: "Training",
                CORPUS: "kingdom",
                EPOCHS: 400,
                SEED: 0,
                DIM: 50,
                WINDOW: 10,
                X_MAX: 100,
                ALPHA: 75,
                RATE: "0.05",
                STEP: 20,
                FIT: -1,
            },
        ),
    ),
    exercises=(
        _counted(),
        _weight(),
        Exercise("agreed", _agreed, {VIEW: "Seeds"}, choices=SAME, level=3),
    ),
    needs={
        PICK: {CORPUS: "Shakespeare"},
        WORDS: {VIEW: "Counts"},
        TWO: {VIEW: "Ratios"},
        PROBES: {VIEW: "Ratios"},
        AGREE: {VIEW: "Seeds"},
        AXIS: {VIEW: "Seeds"},
        WORD: {VIEW: "Seeds"},
    },
    more=(
        {CORPUS: "Shakespeare", OTHER_SEED: 1},
        {CORPUS: OWN, VIEW: "Counts"},
        {CORPUS: "Shakespeare", VIEW: "Weighting", ALPHA: 0},
        {SEED: 2, OTHER_SEED: 1},
        {SEED: 7},
    ),
)
