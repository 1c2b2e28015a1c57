"""Small or large vocabulary: tokens saved, rows and multiplications paid, entries used."""

from collections.abc import Callable
from dataclasses import replace

from embviz import compute
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn, written
from embviz.ui.params import ChoiceParam, IntParam, LevelParam, TextParam, ViewParam

SIZES = tuple(2**k for k in range(8, 16))
KINDS = ("BPE", "Unigram")
IN_USE = ("minilm", "wordllama", "gpt2", "cl100k", "o200k")
CHOSEN = (*KINDS, *IN_USE)
PARTS = {
    "training": "the works that BPE and Unigram were trained on",
    "held out": "the works that BPE and Unigram were not trained on",
}

VIEW = ViewParam("voc_view", "Picture", "Trade", ("Trade", "Entries", "Your text"))
D = LevelParam("voc_d", "Width d", 384, (64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 4096, 8192))
LAYERS = LevelParam("voc_layers", "Layers L", 6, (1, 2, 4, 6, 12, 24, 32, 48, 80))
CHARACTERS = LevelParam("voc_characters", "Characters of text", 4096, (256, 1024, 4096, 16384, 65536, 262144))
TYPE = ChoiceParam("voc_type", "Numbers as", "float32", ("float32", "bfloat16", "int8", "int4"))
K = IntParam("voc_k", "Entries 2 to the power", 13, low=8, high=15)
OF = IntParam("voc_of", "Trained by", 0, low=0, high=len(CHOSEN) - 1)

ENTRIES = ChoiceParam(
    "voc_entries",
    "Vocabulary",
    "BPE 32768",
    tuple(f"{kind} {size}" for kind in KINDS for size in SIZES) + IN_USE,
)
BATCH = LevelParam("voc_batch", "Batch B, tokens", 1_000_000, (1_000, 10_000, 100_000, 1_000_000, 10_000_000))
PART = ChoiceParam("voc_part", "Text", "training", tuple(PARTS))

TEXT = TextParam(
    "voc_text",
    "Text",
    "The multitudinous seas incarnadine",
    limit=120,
    lines=3,
    odd=("", "   ", "🦁🦊 déjà", "<0x41> <unk>", "a" * 120, "<b>*x*</b> $y$ [[n]] {n} `", "O, Romeo\n\nRomeo!"),
)
KIND = ChoiceParam("voc_kind", "Trained by", "BPE", KINDS)
AT = IntParam("voc_at", "Character", 9, low=0, high=119)

LONG = "a b " * 30


def _parameters(size: int, width: int) -> Callable[[], int]:
    return lambda: compute.sizing.token_parameters(size, width)


def _saved(size: int) -> Callable[[], float]:
    """Percent of the tokens that twice as many entries save, by BPE on the works held out."""

    def answer() -> float:
        from embviz.tables import vocabulary

        return 100 * vocabulary.savings("BPE")[SIZES.index(size)]

    return answer


def _cheapest(width: int, layers: int) -> Callable[[], str]:
    def answer() -> str:
        from embviz.tables import vocabulary

        found = vocabulary.trade(width=width, layers=layers, characters=4096, dtype="float32")
        return written(found.rows[found.cheapest["BPE"]]["size"])

    return answer


def parameters(seed: int = 0) -> Exercise:
    size, width = drawn(seed, (16384, SIZES[2:]), (768, (384, 512, 768, 1024, 2048, 4096)))
    link = {VIEW: "Trade", D: width, K: size.bit_length() - 1, OF: 0}
    says = {"size": f"{size:,}", "width": f"{width:,}"}
    return Exercise("parameters", _parameters(size, width), link, says=says, fresh=parameters)


def saved(seed: int = 0) -> Exercise:
    (size,) = drawn(seed, (1024, SIZES[:-1]))
    link = {VIEW: "Trade", K: size.bit_length() - 1, OF: 0, CHARACTERS: 262144}
    says = {"size": f"{size:,}", "double": f"{2 * size:,}"}
    return Exercise("saved", _saved(size), link, tolerance=0.6, level=2, says=says, fresh=saved)


def cheapest(seed: int = 0) -> Exercise:
    width, layers = drawn(seed, (128, (128, 256, 512, 1024, 2048, 4096)), (2, (2, 4, 6, 12, 24)))
    link = {VIEW: "Trade", D: width, LAYERS: layers, CHARACTERS: 4096, K: 13, OF: 0}
    says = {"width": f"{width:,}", "layers": layers}
    choices = tuple(f"{size:,}" for size in SIZES)
    item = Exercise("cheapest", _cheapest(width, layers), link, choices, level=3, says=says)
    return replace(item, fresh=cheapest)


SMALL = {D: 384, LAYERS: 6, CHARACTERS: 4096}
LESSON = Lesson(
    slug="vocabulary",
    widgets=(VIEW, D, LAYERS, CHARACTERS, TYPE, ENTRIES, BATCH, PART, TEXT, KIND),
    steered=(K, OF, AT),
    tries=(
        Try("bytes", {VIEW: "Trade", **SMALL, K: 8, OF: 0}),
        Try("deep", {VIEW: "Trade", D: 4096, LAYERS: 32, CHARACTERS: 4096, K: 15, OF: 0}),
        Try("more", {VIEW: "Trade", **SMALL, K: 14, OF: 1}),
        Try("o200k", {VIEW: "Trade", **SMALL, OF: CHOSEN.index("o200k")}),
        Try("idle", {VIEW: "Entries", ENTRIES: "o200k", BATCH: 1_000_000, PART: "training"}),
    ),
    exercises=(parameters(), saved(), cheapest()),
    needs={
        ENTRIES: {VIEW: "Entries"},
        BATCH: {VIEW: "Entries"},
        PART: {VIEW: "Entries"},
        TEXT: {VIEW: "Your text"},
        KIND: {VIEW: "Your text"},
        AT: {VIEW: "Your text", TEXT: LONG},
    },
    more=(
        {VIEW: "Entries", ENTRIES: "BPE 512", BATCH: 1_000},
        {VIEW: "Your text", TEXT: "thé 🦁"},
        {VIEW: "Your text", TEXT: "a"},
    ),
)
