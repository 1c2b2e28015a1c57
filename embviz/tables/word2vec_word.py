"""A word in its places: lines of the corpus, its neighbours before and after training, and its senses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embviz.compute import corpora, journey, similarity
from embviz.tables import texts, trained, word2vec_training
from embviz.tables.trained import Trained

LINES = 12
NEAR = 8


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its corpus: its row, its count, `lines` of it (before, after), and the NEAR words nearest to it by
    cosine among all rows, before and after training, each a word, its cosine, and its class.

    senses: the two classes of a word of two senses. closeness: the mean cosine of the word with the words of each
    class, `score`, the largest first; `own` is what the words of that class have with each other, and `least` what the
    loneliest of them has.
    unknown: what was asked for, where the vocabulary does not have it, and words spelled like it; then the word is
    another.
    """

    word: str
    row: int
    count: int
    rank: int
    share: float
    lines: tuple[dict, ...]
    before: tuple[dict, ...]
    after: tuple[dict, ...]
    senses: tuple[str, ...]
    closeness: tuple[dict, ...]
    vocabulary: int
    unknown: dict | None


def shipped(*, corpus: str, architecture: str, word: str) -> Word:
    """A word in a corpus; its neighbours in a shipped training, if there is one."""
    known = (corpus, architecture) in word2vec_training.SHIPPED
    made = word2vec_training.shipped(corpus, architecture) if known else None
    return _word(corpus, word, made)


def live(found: Any, *, word: str) -> Word:
    """A word in the corpus of a live training, and its neighbours there."""
    made = trained.live(found)
    return _word(made.settings["corpus"], word, made)


def _word(corpus: str, asked: str, made: Trained | None) -> Word:
    found, rows = texts.corpus(corpus), texts.vocabulary(corpus)
    word = asked.strip().lower()
    unknown = None if word in rows.row_numbers else texts.unknown(word, rows.words)
    if unknown:
        word = trained.chosen(corpus)[0][0]
    row = rows.row_numbers[word]
    lines = _spread(corpora.contexts(found, word, 6, limit=2000))
    tables = (made.first, made.last) if made is not None and made.last is not None else ()
    label = trained.classes(corpus)
    near = [_near(table.float(), row, rows.words, label) for table in tables] or [(), ()]
    senses = found.senses.get(word, ())
    count = int(rows.counts[row])
    return Word(
        word=word,
        row=row,
        count=count,
        rank=row + 1,
        share=count / found.n_words,
        lines=tuple({"before": list(line.before), "after": list(line.after)} for line in lines),
        before=near[0],
        after=near[1],
        senses=tuple(senses),
        closeness=_closeness(tables[1].float(), row, [label[each] for each in rows.words]) if tables else (),
        vocabulary=len(rows),
        unknown=unknown,
    )


def _spread(lines: Sequence[Any]) -> Sequence[Any]:
    """Up to LINES of them, evenly spread."""
    return [lines[k * len(lines) // LINES] for k in range(LINES)] if len(lines) > LINES else lines


def _closeness(table: Tensor, row: int, labels: Sequence[str | None]) -> tuple[dict, ...]:
    """The mean cosine of a row with the rows of each class, itself left out, and that of the class's own rows."""
    found = []
    for group in trained.groups(labels):
        name, members = group["name"], group["rows"]
        if len(members) < 3:
            continue
        unit = journey.unit_rows(table[[row, *members]])
        mine, each = unit[0] @ unit[1:].T, unit[1:] @ unit[1:].T
        others = torch.tensor([place != row for place in members])
        own = (each.sum(dim=1) - 1) / (len(members) - 1)
        score = mine[others].mean().item()
        found.append({"label": name, "score": score, "own": own.mean().item(), "least": own.min().item()})
    return tuple(sorted(found, key=lambda one: -one["score"]))


def _near(table: Tensor, row: int, every: Sequence[str], label: Mapping[str, str | None]) -> tuple[dict, ...]:
    found = similarity.nearest(table, table[row], min(NEAR, len(table) - 1), exclude=(row,))
    scored = zip(found.indices.tolist(), found.scores.tolist(), strict=True)
    return tuple({"word": every[i], "score": score, "label": label[every[i]]} for i, score in scored)
