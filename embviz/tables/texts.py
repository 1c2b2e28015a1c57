"""Corpora by name: the shipped ones, and texts of people's own, within what one server can hold.

`hold(corpus)` gives a text a name that nobody can guess, by which `corpus` and `vocabulary` find it. As with tables of
people's own (`held`), only a weak reference is kept here: the text belongs to who gave it, and goes with them.
"""

from __future__ import annotations

import difflib
import secrets
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from weakref import WeakValueDictionary

from embviz.compute import corpora
from embviz.compute.corpora import Corpus, Vocabulary
from embviz.tables import held
from embviz.tables.corpora import shakespeare

SHIPPED = ("kingdom", "Shakespeare")

MOST_TEXTS = 200
"""Texts that are held at once, of all people together."""

MOST_BYTES = 500_000_000
"""What they may take together."""

MIN_COUNT = 5
"""How often a word must occur to get a row."""

MOST_WORDS = 10_000
"""Rows of a vocabulary: of a text with more words, the rarer ones get none."""


class Text:
    """A text that is held: its corpus, and its vocabulary once that was asked for."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus, self.bytes = _shared(corpus)
        self.vocabulary: Vocabulary | None = None


_texts: WeakValueDictionary[str, Text] = WeakValueDictionary()
_lock = threading.Lock()


def hold(corpus: Corpus) -> tuple[str, Text]:
    """A name by which this corpus is found for as long as the caller keeps the text. ValueError if there is no room."""
    text = Text(corpus)
    with _lock:
        others = list(_texts.values())
        if len(others) >= MOST_TEXTS or sum(other.bytes for other in others) + text.bytes > MOST_BYTES:
            raise ValueError("this server holds as many texts of its visitors as it can; come back when some have left")
        name = held.PREFIX + secrets.token_urlsafe(16)
        _texts[name] = text
    return name, text


def release(name: str) -> None:
    """From now on no text has this name."""
    _texts.pop(name, None)


def corpus(name: str) -> Corpus:
    """The corpus of this name; ValueError if there is none."""
    if not held.is_own(name):
        return _shipped(name)
    return _text(name).corpus


def vocabulary(name: str) -> Vocabulary:
    """The words that get a row: at least MIN_COUNT times in the corpus, and at most MOST_WORDS, the more frequent ones.

    All words that occur as often as its last are in it, so that a trainer with `min_count` of that count has the same.
    """
    if not held.is_own(name):
        return _shipped_vocabulary(name)
    text = _text(name)
    if text.vocabulary is None:
        text.vocabulary = _vocabulary(text.corpus)
    return text.vocabulary


def _text(name: str) -> Text:
    found = _texts.get(name)
    if found is None:
        raise ValueError("this text of your own is not held any more; give it again")
    return found


@lru_cache(maxsize=len(SHIPPED))
def _shipped(name: str) -> Corpus:
    if name not in SHIPPED:
        raise ValueError(f"there is no corpus {name!r}; there are {', '.join(SHIPPED)}")
    return corpora.kingdom() if name == "kingdom" else shakespeare()


@lru_cache(maxsize=len(SHIPPED))
def _shipped_vocabulary(name: str) -> Vocabulary:
    return _vocabulary(_shipped(name))


def _vocabulary(corpus: Corpus) -> Vocabulary:
    found = corpora.vocabulary(corpus, min_count=MIN_COUNT)
    if len(found) <= MOST_WORDS:
        return found
    kept = int((found.counts > found.counts[MOST_WORDS]).sum())
    return Vocabulary(found.words[:kept], found.counts[:kept])


def _shared(corpus: Corpus) -> tuple[Corpus, int]:
    """The corpus with each word held once, and about how many bytes it takes."""
    known: dict[str, str] = {}
    sentences = tuple(tuple(known.setdefault(word, word) for word in sentence) for sentence in corpus.sentences)
    size = sum(map(sys.getsizeof, known)) + sum(map(sys.getsizeof, sentences)) + sys.getsizeof(sentences)
    return replace(corpus, sentences=sentences), size + 100 * len(known)


def unknown(asked: str, known: Sequence[str]) -> dict:
    """What was `asked` for in vain, and up to three of the `known` words that are spelled like it."""
    return {"asked": asked[:40], "near": difflib.get_close_matches(asked[:40], known, n=3, cutoff=0.6)}
