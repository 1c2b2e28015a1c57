"""Small or large: what a vocabulary saves in tokens, and what its table and its head cost.

The shipped vocabularies and tokenizers (`embviz.tables.vocabularies`) against a model of width d with L layers. What n
tokens cost in multiplications of a forward pass is counted as in `embviz.tables.recipe.multiplications`, softmax,
norms and biases left out:

- layers: 12 · L · n · d², the queries, keys, values and outputs (4 d²) and an MLP four times as wide (8 d²);
- attention: L · n (n + 1) · d, scores and mixing, each token over itself and those before it;
- head: n · V · d, a score for each entry at each place.

A batch of B tokens drawn from a text in which entry i has the share f_i uses Σ 1 − (1 − f_i)^B of the entries, in the
mean; only the rows of those get a gradient from the lookup.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embviz.compute.checks import checked_choice, checked_size
from embviz.compute.sizing import memory_bytes, token_parameters
from embviz.tables import tokenizers, vocabularies
from embviz.tables.recipe import multiplications
from embviz.tables.vocabularies import BYTES, IN_USE, KINDS, NAMED, PARTS, SIZES

TICKS = (256, 1024, 4096, 16384, 65536)
MOST_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Measured:
    """A vocabulary with what it needs for both parts of the text. `asked` is the size that its trainer was given."""

    name: str
    kind: str
    asked: int
    size: int
    parts: dict[str, dict[str, Any]]

    def tokens(self, part: str) -> int:
        """Tokens that a part of the text takes."""
        return sum(uses * entries for uses, entries in self.parts[part]["runs"])

    def uses(self, part: str) -> np.ndarray:
        """How often each entry is used for it, the most used first, (size)."""
        values, entries = np.array(self.parts[part]["runs"], np.int64).T
        return np.repeat(values, entries)


@cache
def measured() -> tuple[Measured, ...]:
    """All vocabularies: BPE and Unigram, the smaller ones first, then the tokenizers in use."""
    found = []
    for row in vocabularies.counts()["vocabularies"]:
        asked = row.get("asked", row["size"])
        name = f"{row['kind']} {asked}" if row["kind"] in KINDS else row["kind"]
        found.append(Measured(name, row["kind"], asked, row["size"], {part: row[part] for part in PARTS}))
    return tuple(found)


def by_name(name: str) -> Measured:
    """The vocabulary of this name; ValueError if there is none."""
    checked_choice("vocabulary", name, tuple(each.name for each in measured()))
    return next(each for each in measured() if each.name == name)


def text_of(part: str) -> dict[str, int]:
    """Characters and words of a part of the text."""
    return vocabularies.counts()["texts"][checked_choice("part", part, PARTS)]


@dataclass(frozen=True, slots=True)
class About:
    """The text that tokens are counted in: characters, words and number of the works held out, and their titles."""

    characters: int
    words: int
    works: int
    titles: list[str]


def about() -> About:
    """The held-out part of the text."""
    held = text_of(PARTS[1])
    return About(held["characters"], held["words"], held["works"], list(vocabularies.counts()["held"]))


@dataclass(frozen=True)
class Trade:
    """What each vocabulary takes for one text of so many `characters`, in a model of this `width` with these `layers`.

    tokens: for the held-out text, (21); costs: multiplications of layers, attention and head for them, (21, 3). rows:
    the same in whole numbers, with the tokens of the `trained` text, and parameters and bytes of the table. floor: the
    tokens if each word were one. cheapest: the place of the least total by kind. saved: by kind, the share of tokens
    that each size saves against the one before. ticks: bytes of the table at some sizes.
    """

    tokens: Tensor
    costs: Tensor
    rows: list[dict[str, Any]]
    floor: int
    cheapest: dict[str, int]
    saved: dict[str, list[float]]
    ticks: list[tuple[int, int]]
    characters: int


def trade(*, width: int, layers: int, characters: int, dtype: str) -> Trade:
    """Tokens, table and multiplications of every vocabulary."""
    checked_size("characters", characters)
    rows = []
    for each in measured():
        tokens, trained = (length(each, part, characters) for part in PARTS[::-1])
        costs = cost(tokens, vocabulary=each.size, width=width, layers=layers)
        parameters = token_parameters(each.size, width)
        row = {"name": each.name, "kind": each.kind, "asked": each.asked, "size": each.size, "tokens": tokens}
        row |= {"trained": trained, "parameters": parameters, "bytes": memory_bytes(parameters, dtype)}
        rows.append(row | {"costs": costs, "total": sum(costs)})
    places = {kind: [at for at, row in enumerate(rows) if row["kind"] == kind] for kind in KINDS}
    held = text_of(PARTS[1])
    return Trade(
        tokens=torch.tensor([row["tokens"] for row in rows], dtype=torch.float32),
        costs=torch.tensor([row["costs"] for row in rows], dtype=torch.float64),
        rows=rows,
        floor=round(characters * held["words"] / held["characters"]),
        cheapest={kind: min(found, key=lambda at: rows[at]["total"]) for kind, found in places.items()},
        saved={kind: savings(kind) for kind in KINDS},
        ticks=[(size, memory_bytes(token_parameters(size, width), dtype)) for size in TICKS],
        characters=characters,
    )


def length(vocabulary: Measured, part: str, characters: int) -> int:
    """Tokens of a text of so many characters, at the rate of a part of the text; at least one."""
    return max(1, round(characters * vocabulary.tokens(part) / text_of(part)["characters"]))


def cost(tokens: int, *, vocabulary: int, width: int, layers: int) -> list[int]:
    """Multiplications for so many tokens: in the layers, over the tokens before, and in the head."""
    whole, over = multiplications(tokens, width=width, layers=layers, vocabulary=vocabulary)
    head = vocabulary * width
    return [tokens * (whole - over - head), tokens * over, tokens * head]


def savings(kind: str, part: str = PARTS[1]) -> list[float]:
    """The share of tokens that each size saves against the one before, below zero where it needs more."""
    tokens = [each.tokens(part) for each in measured() if each.kind == kind]
    return [1 - after / before for before, after in pairwise(tokens)]


@dataclass(frozen=True)
class Batch:
    """How often the entries of a vocabulary are used, and how many rows a batch trains.

    ranks and shares: corners of the falling line, from rank 1 to the last entry that is used. named_at: ranks whose
    entry is `named`. sizes and trained: of all vocabularies, their entries and the rows that the batch trains in the
    mean, in the order of `names`, of these `kinds`. rows: those of the chosen one, of `size` entries; used: entries
    that the text uses; idle_bytes: entries for bytes that it never uses; never: some others; tokens: of the text; once:
    entries that it uses once; half: how many of the most used ones make half of its tokens.
    """

    ranks: Tensor
    shares: Tensor
    named_at: Tensor
    sizes: Tensor
    trained: Tensor
    named: list[str]
    names: list[str]
    kinds: list[str]
    rows: float
    size: int
    used: int
    idle_bytes: int
    never: list[str]
    tokens: int
    once: int
    half: int


def batch(*, vocabulary: str, tokens: int, part: str) -> Batch:
    """The uses of a vocabulary's entries in a part of the text, and the rows that a batch of so many tokens trains."""
    chosen, all_ = by_name(vocabulary), measured()
    uses, facts = chosen.uses(part), chosen.parts[part]
    used, total = int((uses > 0).sum()), int(uses.sum())
    corners = [(at, count) for at, count in _corners(facts["runs"]) if count]
    expected = torch.tensor([rows_trained(each.uses(part), tokens) for each in all_])
    named = facts["named"]
    return Batch(
        ranks=torch.tensor([at for at, _ in corners]),
        shares=torch.tensor([count / total for _, count in corners]),
        named_at=torch.tensor(NAMED[: len(named)]),
        sizes=torch.tensor([each.size for each in all_]),
        trained=expected,
        named=[seen(piece) for piece in named],
        names=[each.name for each in all_],
        kinds=[each.kind for each in all_],
        rows=rows_trained(uses, tokens),
        size=chosen.size,
        used=used,
        idle_bytes=facts["bytes"],
        never=[seen(piece) for piece in facts["never"]],
        tokens=total,
        once=int((uses == 1).sum()),
        half=int(np.searchsorted(np.cumsum(uses), total / 2)) + 1,
    )


def rows_trained(uses: np.ndarray, tokens: int) -> float:
    """Rows that a batch uses at least once, in the mean, if its tokens are drawn by the shares of these uses."""
    checked_size("tokens", tokens)
    shares = uses[uses > 0] / uses.sum()
    with np.errstate(divide="ignore"):  # the only entry of a text has share 1
        return float(-np.expm1(tokens * np.log1p(-shares)).sum())


def _corners(runs: list[list[int]]) -> list[tuple[int, int]]:
    """The first and the last rank of each run, with its uses."""
    at, found = 0, []
    for uses, entries in runs:
        found += [(at + 1, uses)] + ([(at + entries, uses)] if entries > 1 else [])
        at += entries
    return found


def seen(piece: str) -> str:
    """A piece as it can be read: spaces and line breaks as signs."""
    return piece.replace(" ", "␣").replace("▁", "␣").replace("\n", "↵")


@dataclass(frozen=True)
class Pieces:
    """A text in all vocabularies of one kind, the smallest first: counts, (8), and rows with their tokens.

    rows: size, and tokens with id, text, start, end, and bytes (as hexadecimal, or None). others: the counts of the
    tokenizers in use, by name. raw: the characters that even the largest writes as bytes.
    """

    counts: Tensor
    rows: list[dict[str, Any]]
    others: dict[str, int]
    text: str
    raw: str


def pieces(*, text: str, kind: str) -> Pieces:
    """A text through the vocabularies of a kind. ValueError if it is longer than `MOST_CHARACTERS`."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"the text has {len(text):,} characters; the picture holds {MOST_CHARACTERS}")
    rows = []
    for size in SIZES:
        tokenizer = vocabularies.load(kind, size)
        rows.append({"size": tokenizer.size, "tokens": [_told(token) for token in tokenizer.encode(text)]})
    raw = [token for token in rows[-1]["tokens"] if token["bytes"]]
    return Pieces(
        counts=torch.tensor([len(row["tokens"]) for row in rows], dtype=torch.float32),
        rows=rows,
        others={name: len(tokenizers.load(name).encode(text)) for name in IN_USE},
        text=text,
        raw="".join(dict.fromkeys(text[token["start"] : token["end"]] for token in raw)),
    )


def _told(token: tokenizers.Token) -> dict[str, Any]:
    raw = token.text[3:5] if token.id < len(BYTES) else None
    return {"id": token.id, "text": token.text, "start": token.start, "end": token.end, "bytes": raw}
