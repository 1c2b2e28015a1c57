"""Byte pair encoding: the pair that occurs most often becomes one token, again and again.

Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", algorithm 1,
without their mark for the end of a word. Conventions:

- Words are what whitespace separates. No token reaches from one word into the next.
- The count of a pair is how often its two tokens stand side by side, also where such places overlap ("aaa" has two).
- Of several pairs with the highest count, one must be chosen. Ties "first seen": the pair that begins first when the
  words are read in the order in which they first occur in the text. Ties "lowest ids", the rule of the library
  tokenizers: the pair whose first token has the lower id, then whose second; the characters of the text have the first
  ids, in the order of their code points, then each merge the next.
- A merge is made from left to right in each word: "aaa" becomes "aa", "a".
- Base "characters": a word starts as its characters. Base "bytes": as the bytes of its UTF-8, each written as the
  character with that number (Latin-1), so that every text can be encoded with 256 tokens to begin with.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from embviz.compute.checks import checked_choice, checked_size

Base = Literal["characters", "bytes"]
BASES = ("characters", "bytes")
Ties = Literal["first seen", "lowest ids"]
TIES = ("first seen", "lowest ids")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Merge:
    """One step: `pair` became `token`. Just before, it occurred `count` times in the text."""

    pair: Pair
    token: str
    count: int


@dataclass(frozen=True)
class Bpe:
    """What training learnt: `merges` in their order, and `alphabet`, the tokens before the first merge, as seen."""

    merges: tuple[Merge, ...]
    alphabet: tuple[str, ...]
    base: Base

    @cached_property
    def ranks(self) -> dict[Pair, tuple[int, ...]]:
        """The places of each pair among the merges: one, unless the pair came back after its merge."""
        ranks: dict[Pair, tuple[int, ...]] = {}
        for rank, merge in enumerate(self.merges):
            ranks[merge.pair] = (*ranks.get(merge.pair, ()), rank)
        return ranks

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Every token, those of the alphabet first; a token that two merges make stands once."""
        return tuple(dict.fromkeys((*self.alphabet, *(merge.token for merge in self.merges))))

    def encode(self, text: str, n_merges: int | None = None) -> tuple[str, ...]:
        """The tokens of a text by the first `n_merges` merges, all unless given: each merge in turn, in every word.

        A character that training never met stays a token of its own. ValueError for n_merges below 0.
        """
        limit = len(self.merges) if n_merges is None else checked_size("n_merges", n_merges, least=0)
        known: dict[str, tuple[str, ...]] = {}
        tokens: list[str] = []
        for word in text.split():
            if word not in known:
                known[word] = self._encode_word(word, limit)
            tokens += known[word]
        return tuple(tokens)

    def _encode_word(self, word: str, limit: int) -> tuple[str, ...]:
        symbols, done = list(first_tokens(word, self.base)), -1
        while True:
            ranks = (rank for pair in pairwise(symbols) for rank in self.ranks.get(pair, ()) if done < rank < limit)
            if (done := min(ranks, default=limit)) == limit:
                return tuple(symbols)
            symbols = merged(symbols, self.merges[done].pair)


def train_bpe(text: str, n_merges: int, *, base: Base = "characters", ties: Ties = "first seen") -> Bpe:
    """Learn up to `n_merges` merges from a text; fewer if no pair is left.

    ValueError for n_merges below 0, another base than "characters" and "bytes", or ties by another rule.
    """
    checked_size("n_merges", n_merges, least=0)
    checked_choice("base", base, BASES)
    checked_choice("ties", ties, TIES)
    pairs = _Pairs(Counter(text.split()), base, ties)
    alphabet = tuple(dict.fromkeys(symbol for word in pairs.words for symbol in word))
    merges: list[Merge] = []
    while len(merges) < n_merges and (merge := pairs.best()):
        merges.append(merge)
        pairs.apply(merge.pair)
    return Bpe(tuple(merges), alphabet, base)


@dataclass(frozen=True, slots=True)
class Moment:
    """All there is to see before a merge, or after the last.

    words: the tokens of each different word, in order of first occurrence; counts: how often each occurs; ranked: all
    pairs with their counts, the highest first, of equal ones the one seen first.
    """

    words: tuple[tuple[str, ...], ...]
    counts: tuple[int, ...]
    ranked: tuple[tuple[Pair, int], ...]


def moments(text: str, bpe: Bpe) -> Iterator[Moment]:
    """What stood before each merge of a training on this text, and after the last: one more than there are merges.

    Everything is counted anew each time, as a person would.
    """
    times = Counter(text.split())
    words = [list(first_tokens(word, bpe.base)) for word in times]
    counts = tuple(times.values())
    for step in range(len(bpe.merges) + 1):
        if step:
            words = [merged(word, bpe.merges[step - 1].pair) for word in words]
        found: Counter[Pair] = Counter()
        for word, count in zip(words, counts, strict=True):
            for pair in pairwise(word):
                found[pair] += count
        yield Moment(tuple(map(tuple, words)), counts, tuple(found.most_common()))


def first_tokens(word: str, base: Base) -> Sequence[str]:
    """The tokens of a word before any merge."""
    return word if base == "characters" else word.encode().decode("latin-1")


def merged(symbols: Sequence[str], pair: Pair) -> list[str]:
    """The tokens after one merge, from left to right."""
    first, second = pair
    out, place = [], 0
    while place < len(symbols):
        if symbols[place] == first and symbols[place + 1 : place + 2] == [second]:
            out.append(first + second)
            place += 2
        else:
            out.append(symbols[place])
            place += 1
    return out


class _Pairs:
    """The words as they stand, and the pairs in them, kept up to date merge by merge.

    `_queue` is a heap of (-count, what decides a tie, pair). What a merge takes away makes counts fall and first places
    move on, so an entry that is out of date stands too early, and is put right when it comes up. What a merge adds is
    entered at once.
    """

    def __init__(self, times: Counter[str], base: Base, ties: Ties) -> None:
        self.words = [list(first_tokens(word, base)) for word in times]
        self._times = list(times.values())
        self._counts: Counter[Pair] = Counter()
        self._places: dict[Pair, list[int]] = {}  # the words that a pair came to stand in; it may have left some
        for number, word in enumerate(self.words):
            for pair, often in Counter(pairwise(word)).items():
                self._counts[pair] += often * self._times[number]
                self._places.setdefault(pair, []).append(number)
        alphabet = sorted({symbol for word in self.words for symbol in word})
        self._ids = {symbol: number for number, symbol in enumerate(alphabet)}
        self._order = self._first_place if ties == "first seen" else self._both_ids
        self._queue = [self._entry(pair) for pair in self._counts]
        heapq.heapify(self._queue)

    def best(self) -> Merge | None:
        """The pair to merge next, None if no word has two tokens left."""
        while self._queue:
            queued = self._queue[0]
            pair = queued[-1]
            if not self._counts[pair]:
                heapq.heappop(self._queue)
            elif (true := self._entry(pair)) == queued:
                return Merge(pair, pair[0] + pair[1], self._counts[pair])
            else:
                heapq.heapreplace(self._queue, true)
        return None

    def apply(self, pair: Pair) -> None:
        """Merge the pair in every word."""
        added: dict[Pair, None] = {}
        self._ids.setdefault(pair[0] + pair[1], len(self._ids))
        for number in self._places.pop(pair):
            word = self.words[number]
            if pair not in pairwise(word):
                continue
            self.words[number] = merged(word, pair)
            before, after = Counter(pairwise(word)), Counter(pairwise(self.words[number]))
            for other in before.keys() | after.keys():
                self._counts[other] += (after[other] - before[other]) * self._times[number]
                if after[other] > before[other]:
                    added[other] = None
                    self._places.setdefault(other, []).append(number)
        for other in added:
            self._places[other] = sorted(set(self._places[other]))
            heapq.heappush(self._queue, self._entry(other))

    def _entry(self, pair: Pair) -> tuple[int, int, int, Pair]:
        return -self._counts[pair], *self._order(pair), pair

    def _first_place(self, pair: Pair) -> tuple[int, int]:
        """The number of the word where the pair is first seen, and how many characters stand before it there."""
        places = self._places[pair]
        gone = 0
        while (offset := _offset(self.words[places[gone]], pair)) is None:
            gone += 1
        del places[:gone]
        return places[0], offset

    def _both_ids(self, pair: Pair) -> tuple[int, int]:
        return self._ids[pair[0]], self._ids[pair[1]]


def _offset(word: Sequence[str], pair: Pair) -> int | None:
    """How many characters stand before the first place of a pair in a word, None if it is not there."""
    before = 0
    for first, second in pairwise(word):
        if (first, second) == pair:
            return before
        before += len(first)
    return None
