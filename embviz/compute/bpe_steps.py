"""What there is to see between the merges of a byte pair encoding: the pairs by count, ties, the words as they stand.

`bpe.moments` counts everything anew before each merge, as a person would. `steps` says the same of the pairs that lead,
but only touches the words that a merge changes, so that 256 merges of a text of 20,000 characters take a moment.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from embviz.compute.bpe import TIES, Bpe, Pair, Ties, first_tokens, merged
from embviz.compute.checks import checked_choice, checked_size


@dataclass(frozen=True, slots=True)
class Place:
    """Why a pair stands where it does among pairs with the same count.

    ids: of its two tokens; word: the number of the word in which it is first seen; offset: the tokens before it there.
    """

    pair: Pair
    ids: tuple[int, int]
    word: int
    offset: int


@dataclass(frozen=True, slots=True)
class Step:
    """All there is to see before a merge, or after the last.

    ranked: the pairs with the highest counts, of equal ones the one that the rule for ties prefers first; tied: those
    with the highest count, all of them, in that order; n_pairs: how many different pairs there are; n_tokens: tokens of
    the whole text; changed: the words that the last merge rewrote, by their number (at the first step all).
    """

    ranked: tuple[tuple[Pair, int], ...]
    tied: tuple[Place, ...]
    n_pairs: int
    n_tokens: int
    changed: Mapping[int, tuple[str, ...]]


def steps(text: str, bpe: Bpe, *, ties: Ties = "first seen", most: int = 10) -> Iterator[Step]:
    """What stood before each merge of a training on this text by this rule, and after the last.

    `most` pairs are ranked. ValueError for fewer than 1, or for ties by another rule.
    """
    checked_choice("ties", ties, TIES)
    checked_size("most", most)
    times = Counter(text.split())
    often = tuple(times.values())
    words = [tuple(first_tokens(word, bpe.base)) for word in times]
    ids = {symbol: number for number, symbol in enumerate(sorted({symbol for word in words for symbol in word}))}
    n_tokens = sum(len(word) * count for word, count in zip(words, often, strict=True))
    counts: Counter[Pair] = Counter()
    homes: dict[Pair, set[int]] = {}  # the words in which a pair stands

    def count(number: int, sign: int) -> None:
        for pair, there in Counter(pairwise(words[number])).items():
            counts[pair] += sign * there * often[number]
            if sign > 0:
                homes.setdefault(pair, set()).add(number)
            else:
                homes[pair].discard(number)
                if not homes[pair]:
                    del homes[pair], counts[pair]

    def place(pair: Pair, firsts: dict[int, dict[Pair, int]]) -> Place:
        word = min(homes[pair])
        if word not in firsts:  # one walk through a word finds the first places of all its pairs
            backwards = list(enumerate(pairwise(words[word])))[::-1]
            firsts[word] = {there: offset for offset, there in backwards}
        return Place(pair, (ids[pair[0]], ids[pair[1]]), word, firsts[word][pair])

    def order(found: Place) -> tuple[int, int]:
        return (found.word, found.offset) if ties == "first seen" else found.ids

    changed: dict[int, tuple[str, ...]] = dict(enumerate(words))
    for number in changed:
        count(number, 1)
    for step in range(len(bpe.merges) + 1):
        if step:
            pair = bpe.merges[step - 1].pair
            changed = {}
            for number in sorted(homes[pair]):
                count(number, -1)
                before, words[number] = words[number], tuple(merged(list(words[number]), pair))
                count(number, 1)
                changed[number] = words[number]
                n_tokens += (len(words[number]) - len(before)) * often[number]
            ids.setdefault(pair[0] + pair[1], len(ids))
        least = min(heapq.nlargest(most, counts.values()), default=1)
        firsts: dict[int, dict[Pair, int]] = {}
        leading = [place(pair, firsts) for pair, total in counts.items() if total >= least]
        leading.sort(key=lambda found: (-counts[found.pair], order(found)))
        ranked = tuple((found.pair, counts[found.pair]) for found in leading[:most])
        tied = tuple(found for found in leading if counts[found.pair] == counts[leading[0].pair])
        yield Step(ranked, tied, len(counts), n_tokens, changed)
