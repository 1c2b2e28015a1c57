"""Byte pair encoding by hand: the pair that occurs most often becomes a token, merge after merge."""

import random

from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
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


FOUR = ("low", "lower", "newest", "widest")


def _counts(seed: int) -> dict[str, int]:
    """How often each of the four words comes: as in LOW, for other seeds by chance."""
    return dict(zip(FOUR, drawn(seed, *((first, range(1, 10)) for first in (5, 2, 3, 1))), strict=True))


def _listed(counts: dict[str, int], times: str = " x") -> str:
    return ", ".join(f"{word}{times}{count}" for word, count in counts.items())


def stands(counts: dict[str, int], n: int):
    """The merges of so many words up to one more than n, and what stands before the last of them."""
    from embviz.compute.bpe import moments, train_bpe

    text = " ".join(" ".join([word] * count) for word, count in counts.items())
    found = train_bpe(text, n + 1)
    return found, list(moments(text, found))[n]


def _count(seed: int = 0) -> Exercise:
    """How often two letters stand side by side before any merge."""
    (pair,) = drawn(seed, ("we", ("lo", "ow", "es", "st", "er", "ne", "ew", "de", "wi")))
    counts = _counts(seed)
    there = " and ".join(f"“{word}”" for word in FOUR if pair in word)
    return Exercise(
        "count",
        lambda: dict(stands(counts, 0)[1].ranked)[tuple(pair)],
        {TEXT: _listed(counts), N: 0},
        says={"text": _listed(counts, " × "), "first": pair[0], "second": pair[1], "words": there},
        fresh=_count,
    )


NEXT = {  # what the first of these exercises says, as `stands` finds it for LOW after four merges
    "merges": "lo, low, es, est",
    "words": "low · low e r · n e w est · w i d est",
}


def _next(seed: int = 0) -> Exercise:
    """The merge that comes next."""
    (n,) = drawn(seed, (4, range(1, 7)))
    counts, says, choices = _counts(seed), NEXT, ("n + e", "e + w", "lo + w", "low + e")
    if seed:
        found, moment = stands(counts, n)
        says = {
            "merges": ", ".join(merge.token for merge in found.merges[:n]),
            "words": " · ".join(" ".join(word) for word in moment.words),
        }
        choices = [" + ".join(pair) for pair, _ in moment.ranked[:4]]
        random.Random(seed).shuffle(choices)
    return Exercise(
        "next",
        lambda: " + ".join(stands(counts, n)[0].merges[n].pair),
        {TEXT: _listed(counts), N: n},
        choices=tuple(choices),
        level=2,
        says={"text": _listed(counts, " × "), **says},
        fresh=_next,
    )


def _tokens(seed: int = 0) -> Exercise:
    """The tokens of a word that training never saw."""
    n, word = drawn(seed, (6, range(2, 10)), ("newer", ("slower", "lowest", "wider", "news", "west", "lower", "nest")))
    return Exercise(
        "tokens",
        lambda: len(stands(_counts(0), n - 1)[0].encode(word)),
        {TEXT: LOW, WORD: word, N: n},
        level=3,
        says={"text": _listed(_counts(0), " × "), "n": n, "word": word},
        fresh=_tokens,
    )


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
        _count(),
        _next(),
        _tokens(),
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
