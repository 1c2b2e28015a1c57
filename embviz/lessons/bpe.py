"""Byte pair encoding by hand: the pair that occurs most often becomes a token, merge after merge."""

from embviz.lessons.lesson import Exercise, Lesson, Try
from embviz.ui.params import ChoiceParam, IntParam, TextParam

LOW = "low x5, lower x2, newest x3, widest x1"
HAMLET = (
    "To be, or not to be: that is the question: Whether ’tis nobler in the mind to suffer The slings and arrows of "
    "outrageous fortune, Or to take arms against a sea of troubles, And by opposing end them? To die: to sleep; No "
    "more; and by a sleep to say we end The heart-ache and the thousand natural shocks That flesh is heir to, ’tis a "
    "consummation Devoutly to be wish’d. To die, to sleep; To sleep: perchance to dream: ay, there’s the rub; For in "
    "that sleep of death what dreams may come When we have shuffled off this mortal coil, Must give us pause: there’s "
    "the respect That makes calamity of so long life; For who would bear the whips and scorns of time, The "
    "oppressor’s wrong, the proud man’s contumely, The pangs of despised love, the law’s delay, The insolence of "
    "office and the spurns That patient merit of the unworthy takes, When he himself might his quietus make With a "
    "bare bodkin? who would fardels bear, To grunt and sweat under a weary life, But that the dread of something "
    "after death, The undiscover’d country from whose bourn No traveller returns, puzzles the will And makes us "
    "rather bear those ills we have Than fly to others that we know not of?"
)
LONG = "слово " * 2000  # in an address more than a server takes
SCRIPTS = "это x3, этот x2, 🦁 x2, 🦊 x1"

TEXT = TextParam(
    "bpe_text",
    "Text",
    LOW,
    limit=20_000,
    lines=4,
    help="Up to 20,000 characters; white space separates words. If every word has a count after it, as in low x5, "
    "the counts hold; any other text is taken as it stands.",
    odd=("", "   ", "aaaa", "a b c", "x5", "low x5 lower", SCRIPTS, "<b>*x*</b> [[n]] {n}", "low x999999"),
)
BASE = ChoiceParam(
    "bpe_base",
    "Start from",
    "characters",
    ("characters", "bytes"),
    help="bytes: those of the words' UTF-8. There are 256, so that any text can be written.",
)
TIES = ChoiceParam(
    "bpe_ties",
    "Ties go to",
    "first seen",
    ("first seen", "lowest ids"),
    help="first seen: the pair that comes first when the words are read in order of first occurrence. lowest ids: the "
    "rule of the tokenizers library.",
)
WORD = TextParam(
    "bpe_word",
    "Encode a word",
    "lowest",
    limit=60,
    lines=1,
    odd=("", "newer slow", "zebra", "🦁", "<i>*low*</i>"),
)
N = IntParam("bpe_n", "Merges made *n*", 2, low=0, high=256)


def _learnt(n: int):
    from embviz.compute.bpe import train_bpe
    from embviz.tables.bpe import spelled_out

    return train_bpe(spelled_out(LOW), n)


def _count() -> int:
    """How often w and e stand side by side before any merge."""
    from embviz.compute.bpe import moments
    from embviz.tables.bpe import spelled_out

    return dict(next(moments(spelled_out(LOW), _learnt(0))).ranked)["w", "e"]


def _next() -> str:
    """The fifth merge."""
    return " + ".join(_learnt(5).merges[4].pair)


def _tokens() -> int:
    """The tokens of a word that training never saw, after six merges."""
    return len(_learnt(6).encode("newer"))


LESSON = Lesson(
    slug="bpe",
    widgets=(TEXT, BASE, TIES, WORD),
    steered=(N,),
    tries=(
        Try("tie", {TEXT: LOW, BASE: "characters", TIES: "first seen", WORD: "lowest", N: 0}),
        Try("rule", {TEXT: LOW, BASE: "characters", TIES: "lowest ids", WORD: "newer", N: 6}),
        Try("end", {TEXT: LOW, BASE: "characters", TIES: "first seen", WORD: "slowest", N: 12}),
        Try("hamlet", {TEXT: HAMLET, BASE: "characters", TIES: "first seen", WORD: "the sleeper", N: 60}),
        Try("bytes", {TEXT: SCRIPTS, BASE: "bytes", TIES: "first seen", WORD: "это 🐯", N: 10}),
    ),
    exercises=(
        Exercise("count", _count, {TEXT: LOW, N: 0}),
        Exercise("next", _next, {TEXT: LOW, N: 4}, choices=("n + e", "e + w", "lo + w", "low + e")),
        Exercise("tokens", _tokens, {TEXT: LOW, WORD: "newer", N: 6}),
    ),
    needs={N: {TEXT: HAMLET}},
    more=(
        {TEXT: SCRIPTS, BASE: "bytes"},
        {TIES: "lowest ids", TEXT: LOW},
        {TEXT: HAMLET, N: 200},
        {TEXT: "ab ab"},
        {TEXT: LONG},
    ),
)
