"""Text to learn word vectors from: sentences of words, their counts, and what a training draws from them.

- Subsampling of frequent words and the distribution of negative samples: Mikolov, Sutskever, Chen, Corrado and Dean
  2013, "Distributed Representations of Words and Phrases and their Compositionality", sections 2.2 and 2.3, equation 5.
- Windows: Mikolov, Chen, Corrado and Dean 2013, "Efficient Estimation of Word Representations in Vector Space",
  section 3.

Words. Text is put into lower case. A word is a run of letters, marks and digits of any script; an apostrophe or one
hyphen between two of them belongs to it ("king's", "o'er", "to-morrow"), and is dropped at its edge ("'tis" is "tis"),
since there it may as well be a quotation mark. Everything else separates words, two hyphens in a row too. A sentence
ends with . ! ? or … that do not stand between two letters or digits ("3.5"), with their full-width forms, and at an
empty line; so "Mr. Smith" is parted, which costs a training a few contexts.

Where tokens are asked for, a corpus will do, or sentences, each a sequence of words, or one flat sequence of words,
which counts as one sentence. No window reaches from one sentence into the next.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, islice
from typing import Literal

import torch
from torch import Tensor

from embviz.compute import grammar
from embviz.compute.checks import (
    checked_choice,
    checked_not_negative,
    checked_numbers,
    checked_size,
    checked_table,
)
from embviz.compute.similarity import nearest

Architecture = Literal["skipgram", "cbow"]
Variant = Literal["code", "paper"]

ARCHITECTURES = ("skipgram", "cbow")
VARIANTS = ("code", "paper")

LIMIT_BYTES = 2_000_000
"""The longest text of one's own, in bytes of UTF-8: 2 MB, some 350,000 English words."""

LEAST_WORDS = 100
"""The shortest text of one's own, in words."""

_WORD = re.compile(r"[^\s'-]+(?:['-][^\s'-]+)*")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences to learn from.

    name: for a person; sentences: tuples of lower-case words, in order, none empty. classes: from the name of a word
    class to its words, each word in one class at most, where that is known; senses: words of two senses, which are in
    no class, and the two names of theirs. Both are empty for texts that people wrote.
    """

    name: str
    sentences: tuple[tuple[str, ...], ...]
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    senses: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def n_words(self) -> int:
        """Words of all sentences together, repetitions counted."""
        return sum(map(len, self.sentences))


@dataclass(frozen=True)
class Vocabulary:
    """The words that get a row: words (V,) by falling count, equal counts in alphabetical order (that of code points);
    counts (V,), int64: how often each occurs."""

    words: tuple[str, ...]
    counts: Tensor

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def row_numbers(self) -> Mapping[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}


@dataclass(frozen=True, slots=True)
class Encoded:
    """Sentences as rows of a vocabulary: ids (n,), int64, one sentence after the other, words without a row left out;
    starts (sentences + 1,), int64: sentence i is ids[starts[i] : starts[i + 1]], which may be empty."""

    ids: Tensor
    starts: Tensor


@dataclass(frozen=True, slots=True)
class WindowPair:
    """One example for word2vec, as places in a sentence: from the `inputs` the word at `output` is predicted, while the
    window stands on `centre`. Skip-gram has one input, the centre; CBOW has one output, the centre."""

    centre: int
    inputs: tuple[int, ...]
    output: int


@dataclass(frozen=True, slots=True)
class ContextLine:
    """A word where it occurs: the words `before` and `after` it, up to a window of each; sentence and place: the number
    of the sentence and the word's place in it, from 0."""

    before: tuple[str, ...]
    word: str
    after: tuple[str, ...]
    sentence: int
    place: int


Tokens = Corpus | Sequence[str] | Sequence[Sequence[str]]


def sentences(text: str) -> tuple[tuple[str, ...], ...]:
    """The sentences of a text as tuples of lower-case words, by the rule above; those without a word are left out."""
    if not isinstance(text, str):
        raise ValueError(f"text is a {type(text).__name__}; it must be a str")
    text = unicodedata.normalize("NFC", text).lower().replace("’", "'").replace("\N{SOFT HYPHEN}", "")
    text = re.sub(r"\n[^\S\n]*\n|[。！？]", "\v", re.sub(r"\r\n?|\u2029", "\n", text))
    text = re.sub(r"(?<!\w)[.!?…]|[.!?…](?!\w)", "\v", text)
    kept = {*"'-\v"}
    text = text.translate({ord(c): " " for c in set(text) if c not in kept and unicodedata.category(c)[0] not in "LMN"})
    found = (tuple(_WORD.findall(sentence)) for sentence in text.split("\v"))
    return tuple(sentence for sentence in found if sentence)


def own(text: str | bytes) -> Corpus:
    """A corpus of a person's own text, given as a str or as the bytes of a file in UTF-8.

    ValueError, in one sentence that a person can read, if it is longer than LIMIT_BYTES, is not UTF-8, or has fewer
    than LEAST_WORDS words.
    """
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "replace"))
    if size > LIMIT_BYTES:
        raise ValueError(f"The text has {size:,} bytes; the limit is {LIMIT_BYTES:,} ({LIMIT_BYTES / 1e6:g} MB).")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"The file is not text in UTF-8: byte {error.start} is {text[error.start]:#04x}; save it as UTF-8."
            ) from None
    corpus = Corpus("your text", sentences(text))
    if corpus.n_words < LEAST_WORDS:
        raise ValueError(f"The text has too few words to learn from: {corpus.n_words} of at least {LEAST_WORDS}.")
    return corpus


def kingdom(n_sentences: int = 4000, *, seed: int = 0) -> Corpus:
    """Sentences of a small made-up kingdom, drawn by `seed` from a grammar of ours: some 280 words, 170 of them in 19
    classes.

    The classes differ by their contexts ("on monday the old king ate three apples"), kings and queens by "his" and
    "her", and two words have two senses, "bat" and "dates". The first sentences are those of a shorter corpus of the
    same seed.
    """
    made = grammar.sentences(checked_size("n_sentences", n_sentences), checked_size("seed", seed, least=0))
    return Corpus("kingdom", made, dict(grammar.CLASSES), dict(grammar.SENSES))


def vocabulary(tokens: Tokens, *, min_count: int = 5) -> Vocabulary:
    """The words that occur at least `min_count` times, the most frequent first. ValueError if there is none."""
    checked_size("min_count", min_count)
    counted = Counter(chain.from_iterable(_sentences_of(tokens)))
    kept = sorted((item for item in counted.items() if item[1] >= min_count), key=lambda item: (-item[1], item[0]))
    if not kept:
        most = max(counted.values(), default=0)
        raise ValueError(f"no word occurs {min_count} times, which is min_count; the most frequent occurs {most} times")
    return Vocabulary(tuple(word for word, _ in kept), torch.tensor([count for _, count in kept]))


def encode(tokens: Tokens, vocabulary: Vocabulary) -> Encoded:
    """The sentences as rows of a vocabulary; words that have none are left out, and their neighbours move together, as
    in word2vec."""
    row = vocabulary.row_numbers.get
    rows = [[i for i in map(row, sentence) if i is not None] for sentence in _sentences_of(tokens)]
    starts = torch.tensor([0, *accumulate(map(len, rows))])
    return Encoded(torch.tensor(list(chain.from_iterable(rows)), dtype=torch.int64), starts)


def ids(words: Sequence[str], vocabulary: Vocabulary) -> Tensor:
    """The rows of some words, (n,), int64; ValueError names a word that has none."""
    if isinstance(words, str):
        raise ValueError(f"words is the str {words!r}; it must be a sequence of words")
    for word in words:
        if word not in vocabulary.row_numbers:
            raise ValueError(f"{word!r} is not in the vocabulary of {len(vocabulary):,} words")
    return torch.tensor([vocabulary.row_numbers[word] for word in words], dtype=torch.int64)


def keep_probabilities(counts: Tensor, sample: float, *, variant: Variant = "code") -> Tensor:
    """The probability with which each occurrence of a word is kept when frequent words are thinned out, (V,), float64.

    With f a word's share of all occurrences and t = `sample`: "paper" is equation 5, sqrt(t / f); "code" is what the
    word2vec program and gensim compute, sqrt(t / f) + t / f, which keeps more; both at most 1. `sample` 0 keeps all.
    """
    counts = _counts(counts)
    checked_choice("variant", variant, VARIANTS)
    if checked_not_negative("sample", sample) >= 1:
        raise ValueError(f"sample is {sample!r}; it is a share of the corpus, below 1, such as 1e-3, or 0 to keep all")
    if not sample:
        return torch.ones_like(counts)
    ratio = sample * counts.sum() / counts
    return (ratio.sqrt() + (ratio if variant == "code" else 0)).clamp(max=1)


def negative_distribution(counts: Tensor, *, power: float = 0.75) -> Tensor:
    """The distribution from which negative samples are drawn: counts ** power, scaled to sum 1; (V,), float64.

    1 draws words as often as they occur, 0 all alike; Mikolov and others found 3/4 best (section 2.2).
    """
    weights = _counts(counts) ** checked_not_negative("power", power)
    return weights / weights.sum()


def window_pairs(sentence: Sequence, window: int, architecture: Architecture = "skipgram") -> tuple[WindowPair, ...]:
    """The examples that a window of `window` words to each side makes of one sentence, in the order of its centres.

    Skip-gram makes one of each context, CBOW one of all contexts of a centre; a lone word has none. Training also
    shrinks each window at random, to 1 … `window`, so that near words count more.
    """
    checked_choice("architecture", architecture, ARCHITECTURES)
    checked_size("window", window)
    pairs = []
    for centre in range(len(sentence)):
        near = range(max(0, centre - window), min(len(sentence), centre + window + 1))
        around = tuple(place for place in near if place != centre)
        if architecture == "skipgram":
            pairs += [WindowPair(centre, (centre,), place) for place in around]
        elif around:
            pairs.append(WindowPair(centre, around, centre))
    return tuple(pairs)


def contexts(tokens: Tokens, word: str, window: int, *, limit: int | None = None) -> tuple[ContextLine, ...]:
    """Where a word occurs, with up to `window` words to each side, in the order of the corpus, the first `limit`.

    Empty if it does not occur.
    """
    checked_size("window", window)
    most = None if limit is None else checked_size("limit", limit)
    return tuple(islice(_lines(tokens, word, window), most))


def class_labels(words: Sequence[str], classes: Mapping[str, Sequence[str]]) -> tuple[str | None, ...]:
    """The class of each word, None where it is in none."""
    label = {word: name for name, members in classes.items() for word in members}
    return tuple(label.get(word) for word in words)


def class_purity(vectors: Tensor, labels: Sequence[str | None], k: int = 5) -> float:
    """Of the k nearest neighbours by cosine of each labelled row of a table (n, dim), the share that has its label.

    From 0 to 1, the mean over all labelled rows. Rows whose label is None take no part, not even as neighbours. A class
    of fewer than k + 1 rows cannot reach 1. ValueError if no more than k rows have labels.
    """
    table = checked_table("vectors", vectors)
    places, numbers = _labelled(labels, len(table))
    if len(places) <= checked_size("k", k):
        raise ValueError(f"{len(places)} rows have a label; {k} neighbours of each need at least {k + 1}")
    rows = table[places.to(table.device)]
    own_row = torch.arange(len(rows), device=rows.device)[:, None]
    found = nearest(rows, rows, k, exclude=own_row).indices.cpu()
    return (numbers[found] == numbers[:, None]).double().mean().item()


def chance_purity(labels: Sequence[str | None]) -> float:
    """What `class_purity` is on average if the vectors know nothing of the classes: the share of pairs of labelled rows
    that are of one class. ValueError if fewer than two rows have labels."""
    _, numbers = _labelled(labels, len(labels))
    n = len(numbers)
    if n < 2:
        raise ValueError(f"{n} rows have a label; there must be at least two")
    sizes = torch.bincount(numbers)
    return (sizes * (sizes - 1)).sum().item() / (n * (n - 1))


def _sentences_of(tokens: Tokens) -> Sequence[Sequence[str]]:
    if isinstance(tokens, Corpus):
        return tokens.sentences
    if isinstance(tokens, str):
        raise ValueError("tokens is one str; it must be words or sentences of words, such as sentences(text) gives")
    tokens = tokens if isinstance(tokens, Sequence) else list(tokens)
    if tokens and isinstance(tokens[0], str):
        return [tokens]
    return tokens


def _lines(tokens: Tokens, word: str, window: int) -> Iterator[ContextLine]:
    for number, sentence in enumerate(_sentences_of(tokens)):
        if word in sentence:
            for place, other in enumerate(sentence):
                if other == word:
                    before = tuple(sentence[max(0, place - window) : place])
                    after = tuple(sentence[place + 1 : place + 1 + window])
                    yield ContextLine(before, word, after, number, place)


def _counts(counts: Tensor) -> Tensor:
    exact = checked_numbers("counts", counts)
    if exact.dim() != 1 or not len(exact) or bool((exact <= 0).any()):
        raise ValueError(f"counts is {counts!r}; it must be (V,), V at least 1, every count above 0")
    return exact


def _labelled(labels: Sequence[str | None], n: int) -> tuple[Tensor, Tensor]:
    """The places (m,) that have a label, and each label as a number (m,)."""
    if len(labels) != n:
        raise ValueError(f"there are {len(labels)} labels for {n} rows; each row must have one, or None")
    places = [place for place, label in enumerate(labels) if label is not None]
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels[place] for place in places))}
    return torch.tensor(places, dtype=torch.int64), torch.tensor(
        [numbers[labels[i]] for i in places], dtype=torch.int64
    )
