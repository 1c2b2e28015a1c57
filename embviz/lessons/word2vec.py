"""word2vec: windows over a text, two networks, negatives, and a training that a person watches or runs."""

import random
from functools import cache

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, TextParam, ViewParam

OWN = "your own"
VIEW = ViewParam("w2v_view", "Picture", "Training", ("Training", "Window", "Network", "Negatives", "Words"))
CORPUS = ChoiceParam(
    "w2v_corpus",
    "Corpus",
    "kingdom",
    ("kingdom", "Shakespeare", OWN),
    help="kingdom: 4,000 plain sentences from a grammar with known word classes. Shakespeare: what is spoken in his "
    "plays, and his poems. Your own: pasted or from a file, for this tab alone.",
)
SHIPPED = (("kingdom", "skip-gram"), ("kingdom", "CBOW"), ("Shakespeare", "skip-gram"), ("Shakespeare", "CBOW"))
ARCHITECTURE = ChoiceParam("w2v_architecture", "Architecture", "skip-gram", ("skip-gram", "CBOW"))
PAIRS = TextParam(
    "w2v_pairs",
    "Watch pairs of words",
    "king queen, king pizza",
    limit=120,
    lines=1,
    help="Two words, and a comma between pairs: up to four.",
    odd=("", "king", "king qqqq", "a b, c d, e f, g h, i j", "king queen, " * 9),
)
DIM = LevelParam("w2v_dim", "Width d", 50, (8, 16, 25, 50, 100))
WINDOW = IntParam("w2v_window", "Window", 5, low=1, high=10, help="Words to each side, at most.")
NEGATIVE = IntParam("w2v_negative", "Negatives a pair", 5, low=1, high=20)
EPOCHS = LevelParam("w2v_epochs", "Epochs", 10, (1, 2, 5, 10, 20))
RATE = ChoiceParam("w2v_rate", "Learning rate", "0.025", ("0.005", "0.025", "0.05", "0.1", "1", "100"))
SEED = IntParam("w2v_seed", "Seed", 0, low=0, high=999)
SETTINGS = (SEED, DIM, WINDOW, NEGATIVE, EPOCHS, RATE)

STEP = IntParam("w2v_s", "Snapshot", 24, low=0, high=24)
PICK = IntParam("w2v_pick", "Word", -1, low=-1, high=399)
FIT = IntParam("w2v_fit", "Plane of snapshot", -1, low=-1, high=24)

SENTENCE = IntParam("w2v_sentence", "Sentence", 27, low=0, high=999)
SPAN = IntParam("w2v_span", "Window", 2, low=1, high=5, help="Words to each side.")
AT = IntParam("w2v_at", "Centre", 5, low=0, high=11)

INPUT = TextParam(
    "w2v_input",
    "Word in",
    "king",
    limit=60,
    lines=1,
    help="Skip-gram takes one word. CBOW takes the mean of up to four.",
    odd=("", "qqqq", "king queen prince duke boy"),
)
CELL = IntParam("w2v_cell", "Dimension", 0, low=0, high=49)
OUT = IntParam("w2v_out", "Word out", 0, low=0, high=7)

POWER = LevelParam("w2v_power", "Power of the counts, in per cent", 75, (0, 25, 50, 75, 100))
SAMPLE = ChoiceParam("w2v_sample", "Threshold t", "0.001", ("0", "0.00001", "0.0001", "0.001", "0.01"))

WORD = TextParam("w2v_word", "Word", "bat", limit=40, lines=1, odd=("", "qqqq", "king"))


def _batch(seed: int = 0) -> Exercise:
    """Which rows of the two tables get a gradient from an example, by autograd."""
    centre, context, one, two = "king", "crown", "river", "two"
    if seed:
        words = ("queen", "throne", "dog", "bone", "monday", "bread", "rain", "castle", "green", "seven")
        centre, context, one, two = random.Random(seed).sample(words, 4)
    choices = (
        f"W: {centre}. C: {context}, {one}, {two}",
        f"W: {centre}, {context}. C: {one}, {two}",
        f"W: {context}, {one}, {two}. C: {centre}",
        "W and C: all four",
    )

    def changed() -> str:
        import torch

        words = (centre, context, one, two)
        generator = torch.Generator().manual_seed(0)
        w, c = (torch.randn(6, 4, generator=generator, requires_grad=True) for _ in range(2))
        scores = w[0] @ c[:4].T
        signs = torch.tensor([0.0, 1.0, -1.0, -1.0])  # the centre itself is no output here
        loss = -torch.nn.functional.logsigmoid(signs * scores)[1:].sum()
        loss.backward()
        named = [", ".join(word for row, word in enumerate(words) if table.grad[row].any()) for table in (w, c)]
        return f"W: {named[0]}. C: {named[1]}"

    says = {"centre": centre, "context": context, "one": one, "two": two}
    return Exercise("batch", changed, {VIEW: "Network"}, choices=choices, level=2, says=says, fresh=_batch)


SENTENCES = (
    "the dog ran",
    "a cold wind blew over the hill",
    "she reads books",
    "we saw two ships on the sea",
    "bread and cheese",
    "the queen gave the old man a golden ring",
)


def _pairs(seed: int = 0) -> Exercise:
    """How many examples skip-gram makes of a sentence."""
    sentence, window = drawn(seed, ("the king sat on the old throne", SENTENCES), (2, (1, 2, 3)))
    words = sentence.split()
    near = [min(k, window) + min(len(words) - 1 - k, window) for k in range(len(words))]
    return Exercise(
        "pairs",
        lambda: len(compute.corpora.window_pairs(words, window)),
        {VIEW: "Window", SPAN: window},
        says={"sentence": sentence, "count": len(words), "window": window, "near": ", ".join(map(str, near))},
        fresh=_pairs,
    )


PLACES = ("with the animals", "with the games", "between the two", "far from both")


@cache
def _senses() -> str:
    """Where "bat" lies in the shipped training, by its mean cosines with the words of its two classes."""
    from embviz.tables import word2vec_word

    found = word2vec_word.shipped(corpus="kingdom", architecture="skip-gram", word="bat")
    close = {one["label"]: one for one in found.closeness}
    typical = sorted(one["score"] for one in found.closeness)[len(close) // 2]
    first, second = (close[sense] for sense in found.senses)
    for place, sense in zip(PLACES, (first, second), strict=False):
        if sense["score"] >= sense["least"]:  # as near as a word of that class alone
            return place
    return PLACES[2] if min(first["score"], second["score"]) > typical else PLACES[3]


LESSON = Lesson(
    slug="word2vec",
    widgets=(VIEW, CORPUS, ARCHITECTURE, PAIRS, *SETTINGS, SENTENCE, SPAN, INPUT, POWER, SAMPLE, WORD),
    steered=(STEP, PICK, FIT, AT, CELL, OUT),
    tries=(
        Try("start", {VIEW: "Training", CORPUS: "kingdom", ARCHITECTURE: "skip-gram", STEP: 0, FIT: -1, PICK: -1}),
        Try(
            "pairs",
            {VIEW: "Training", CORPUS: "kingdom", ARCHITECTURE: "CBOW", PAIRS: "king queen, king monday", STEP: 24},
        ),
        Try("senses", {VIEW: "Words", CORPUS: "kingdom", ARCHITECTURE: "skip-gram", WORD: "bat"}),
        Try(
            "shakespeare",
            {VIEW: "Training", CORPUS: "Shakespeare", ARCHITECTURE: "skip-gram", PAIRS: "king queen, king bread"},
        ),
    ),
    exercises=(
        _pairs(),
        _batch(),
        Exercise("senses", _senses, {VIEW: "Words", WORD: "bat"}, choices=PLACES, level=2),
    ),
    needs={
        PICK: {CORPUS: "Shakespeare"},
        SENTENCE: {VIEW: "Window"},
        SPAN: {VIEW: "Window"},
        AT: {VIEW: "Window", SENTENCE: 957},
        INPUT: {VIEW: "Network"},
        CELL: {VIEW: "Network"},
        OUT: {VIEW: "Network"},
        POWER: {VIEW: "Negatives"},
        SAMPLE: {VIEW: "Negatives"},
        WORD: {VIEW: "Words"},
    },
    more=(
        {CORPUS: "Shakespeare", ARCHITECTURE: "CBOW"},
        {CORPUS: OWN, VIEW: "Words"},
        {SEED: 7},
        {VIEW: "Network", ARCHITECTURE: "CBOW", INPUT: "king queen"},
    ),
)
