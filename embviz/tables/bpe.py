"""A training of byte pair encoding on a text, as the page on it shows it, and beside it that of the library tokenizers.

The library (Hugging Face tokenizers, `BpeTrainer`) is given the same words and the same first tokens.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embviz.compute.bpe import Base, Bpe, Pair, Ties, first_tokens, train_bpe
from embviz.compute.bpe_steps import Step, steps
from embviz.tables.tokenizers import readable

MOST_MERGES = 256
MOST_PAIRS = 10
MOST_WORDS = 40
MOST_TOKENS = 24  # of one word
MOST_FIRST = 80  # tokens of the alphabet
MOST_CHARACTERS = 1_000_000  # of a text with its counts spelled out
COUNTED = re.compile(r"\s*([^\s,]+)\s+[x×](\d{1,6})\s*(?:,|(?=\s|$))")


def spelled_out(text: str) -> str:
    """The text that "low x5, lower x2" stands for: each word so often. Any other text is what it is.

    Every word must have its count, or none has. ValueError if that makes more than `MOST_CHARACTERS`.
    """
    found, end = [], 0
    while match := COUNTED.match(text, end):
        found.append((match[1], int(match[2])))
        end = match.end()
    if not found or text[end:].strip():
        return text
    length = sum((len(word) + 1) * count for word, count in found)
    if length > MOST_CHARACTERS:
        raise ValueError(f"with its counts the text has {length:,} characters; up to {MOST_CHARACTERS:,} are taken")
    return " ".join(" ".join([word] * count) for word, count in found if count)


@dataclass(frozen=True)
class Trace:
    """A training, step by step; m is the number of merges made, and a step stands before each of them and at the end.

    tokens: of the whole text, (m + 1); vocabulary: how many tokens there are to write with, (m + 1).
    merges: first, second, token, count; alphabet: the first of the tokens before any merge, alphabet_size how many.
    steps: `ranked` as [first, second, count], `pairs` how many there are, `tie` what decides one, None without.
    words: the `MOST_WORDS` most frequent, as seen: word, count and states, each [from which step, tokens, the places of
    the pairs that are merged next, how many tokens are left out]; different: how many words there are.
    library: `first` is the first merge at which the library's trainer differs, None if none, `there` what it takes
    there, `tied` whether that has the same count; `by_ids` says whether ties by lowest ids give all of its merges.
    """

    tokens: Tensor
    vocabulary: Tensor
    merges: list[dict[str, Any]]
    alphabet: list[str]
    alphabet_size: int
    steps: list[dict[str, Any]]
    words: list[dict[str, Any]]
    different: int
    complete: bool
    library: dict[str, Any]


def trace(*, text: str, base: Base, ties: Ties) -> Trace:
    """Up to `MOST_MERGES` merges learnt from a text. ValueError as from `spelled_out`."""
    text = spelled_out(text)
    bpe = train_bpe(text, MOST_MERGES, base=base, ties=ties)
    often = Counter(text.split())
    seen = list(often)
    shown = sorted(sorted(range(len(seen)), key=lambda number: -often[seen[number]])[:MOST_WORDS])
    made = list(steps(text, bpe, ties=ties, most=MOST_PAIRS))
    return Trace(
        tokens=torch.tensor([step.n_tokens for step in made], dtype=torch.float32),
        vocabulary=torch.tensor(_sizes(bpe), dtype=torch.float32),
        merges=[_merge(bpe, merge.pair) | {"count": merge.count} for merge in bpe.merges],
        alphabet=[written(symbol, base) for symbol in bpe.alphabet[:MOST_FIRST]],
        alphabet_size=256 if base == "bytes" else len(bpe.alphabet),
        steps=[_step(step, seen, ties, base) for step in made],
        words=[{"word": _short(seen[n]), "count": often[seen[n]], "states": _states(n, made, bpe)} for n in shown],
        different=len(seen),
        complete=not made[-1].n_pairs,
        library=_library(text, often, bpe, made),
    )


@dataclass(frozen=True)
class Encoded:
    """A typed text by each number of merges: states [from which step, the tokens of each word, those of them that
    training never met]; counts: tokens, (m + 1); characters: without spaces."""

    counts: Tensor
    states: list[list[Any]]
    characters: int


def encoded(*, text: str, base: Base, ties: Ties, typed: str) -> Encoded:
    """A typed text by the merges learnt from another. ValueError as from `spelled_out`."""
    bpe = train_bpe(spelled_out(text), MOST_MERGES, base=base, ties=ties)
    known = set(bpe.alphabet) if base == "characters" else {chr(byte) for byte in range(256)}
    states: list[list[Any]] = []
    counts = []
    for n in range(len(bpe.merges) + 1):
        words = [bpe.encode(word, n) for word in typed.split()]
        counts.append(sum(map(len, words)))
        tokens = [[written(token, base) for token in word] for word in words]
        strange = [[len(token) == 1 and token not in known for token in word] for word in words]
        if not states or states[-1][1] != tokens:
            states.append([n, tokens, strange])
    return Encoded(torch.tensor(counts, dtype=torch.float32), states, sum(map(len, typed.split())))


def written(token: str, base: Base) -> str:
    """A token as a person reads it: of bytes, the characters that they are, or else their numbers."""
    return token if base == "characters" else readable(token.encode("latin-1"))


def library_merges(words: dict[str, int], n_merges: int, base: Base) -> list[Pair]:
    """The merges of the library's trainer for these words, each so often."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    symbols = {word: "".join(first_tokens(word, base)) for word in words}
    alphabet = {symbol for word in symbols.values() for symbol in word}
    library = Tokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.Split("\n", "removed")  # no word holds one; bytes may be other white space
    trainer = trainers.BpeTrainer(vocab_size=len(alphabet) + n_merges, min_frequency=0, show_progress=False)
    library.train_from_iterator(("\n".join([symbols[word]] * count) for word, count in words.items()), trainer)
    return [tuple(pair) for pair in json.loads(library.to_str())["model"]["merges"]]


def _sizes(bpe: Bpe) -> list[int]:
    """How many tokens there are to write with, before each merge and at the end."""
    known = {chr(byte) for byte in range(256)} if bpe.base == "bytes" else set(bpe.alphabet)
    sizes = [len(known)]
    for merge in bpe.merges:
        known.add(merge.token)
        sizes.append(len(known))
    return sizes


def _merge(bpe: Bpe, pair: Pair) -> dict[str, Any]:
    first, second, token = (written(symbol, bpe.base) for symbol in (*pair, "".join(pair)))
    return {"first": first, "second": second, "token": token}


def _step(step: Step, seen: list[str], ties: Ties, base: Base) -> dict[str, Any]:
    ranked = [[*(written(token, base) for token in pair), count] for pair, count in step.ranked]
    return {"ranked": ranked, "pairs": step.n_pairs, "tied": len(step.tied), "tie": _tie(step, seen, ties, base)}


def _tie(step: Step, seen: list[str], ties: Ties, base: Base) -> dict[str, Any] | None:
    """What decides between the pair that wins and the one after it, None if one pair has the highest count alone."""
    if len(step.tied) < 2:
        return None
    winner, rival = step.tied[:2]
    if ties == "first seen":
        words = [_short(seen[found.word]) for found in (winner, rival)]
        return {"by": "word" if winner.word != rival.word else "place", "words": words}
    which = 0 if winner.ids[0] != rival.ids[0] else 1
    tokens = [written(found.pair[which], base) for found in (winner, rival)]
    return {"by": "first" if which == 0 else "second", "tokens": tokens, "ids": [winner.ids[which], rival.ids[which]]}


def _short(word: str) -> str:
    """A word as it is quoted: the beginning of a long one."""
    return word if len(word) <= MOST_TOKENS else f"{word[:MOST_TOKENS]}…"


def _states(number: int, made: list[Step], bpe: Bpe) -> list[list[Any]]:
    """The states of a word, bounded to its first `MOST_TOKENS` tokens."""
    states: list[list[Any]] = []
    tokens: tuple[str, ...] = ()
    for n, step in enumerate(made):
        tokens = step.changed.get(number, tokens)
        pair = bpe.merges[n].pair if n < len(bpe.merges) else None
        part = [written(token, bpe.base) for token in tokens[:MOST_TOKENS]]
        state = [part, _marks(tokens[: MOST_TOKENS + 1], pair), max(0, len(tokens) - MOST_TOKENS)]
        if not states or states[-1][1:] != state:
            states.append([n, *state])
    return states


def _marks(tokens: tuple[str, ...], pair: Pair | None) -> list[int]:
    """The places at which a merge of the pair would begin, from left to right; both tokens are shown."""
    marks, at = [], 0
    while pair and at < min(len(tokens) - 1, MOST_TOKENS - 1):
        here = tokens[at : at + 2] == pair
        marks += [at] * here
        at += 1 + here
    return marks


def _library(text: str, often: dict[str, int], bpe: Bpe, made: list[Step]) -> dict[str, Any]:
    """Where these merges and the library's part, if they do."""
    own = [merge.pair for merge in bpe.merges]
    theirs = library_merges(often, len(own), bpe.base)[: len(own)] if own else []
    by_ids = [merge.pair for merge in train_bpe(text, len(own), base=bpe.base, ties="lowest ids").merges]
    first = next((n for n, (one, other) in enumerate(zip(own, theirs, strict=False)) if one != other), None)
    if first is None and len(own) != len(theirs):
        first = min(len(own), len(theirs))
    there, tied = None, False
    if first is not None and first < len(theirs):
        there = _merge(bpe, theirs[first])
        tied = theirs[first] in {place.pair for place in made[first].tied}
    return {"first": first, "there": there, "tied": tied, "by_ids": by_ids == theirs}
