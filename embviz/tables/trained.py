"""Trainings of word vectors, as lessons show them: which words, and what is kept of each snapshot.

A training is either shipped (`embviz.compute.runs`) or was made live; both are a `Trained`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from embviz.compute import corpora, journey, runs
from embviz.compute.runs import Run
from embviz.compute.snapshots import Snapshot
from embviz.tables import held, texts, words

MOST_SHOWN = 400
"""Words of a training whose vectors are kept at every snapshot."""

MOST_PAIRS = 4


@dataclass(frozen=True)
class Trained:
    """A training, as far as it has got: S snapshots of n words that are shown.

    words (n,) and labels (n,), the class of each or None; tables (S, n, dim), float16; shares, epochs, losses and
    purities (S,). first and last: the whole table, (V, dim), before and after, and contexts
    (n, dim), the rows of the other table after; these are None while it runs.
    """

    settings: Mapping[str, Any]
    words: tuple[str, ...]
    labels: tuple[str | None, ...]
    tables: Tensor
    shares: tuple[float, ...]
    epochs: tuple[float, ...]
    losses: tuple[float, ...]
    purities: tuple[float | None, ...]
    first: Tensor | None = None
    last: Tensor | None = None
    contexts: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a snapshot while a training runs: rows (n, dim), float16, of the `words` that are shown, and the
    class purity among them, None where too few have a class."""

    words: tuple[str, ...]
    share: float
    epoch: float
    loss: float
    purity: float | None
    rows: Tensor


def keep(snapshot: Snapshot, *, settings: Any) -> Kept:
    """What stays of a snapshot."""
    shown, labels = chosen(settings.corpus)
    rows = snapshot.vectors[corpora.ids(shown, texts.vocabulary(settings.corpus))]
    pure = journey.purity(rows, labels)
    return Kept(shown, snapshot.share, snapshot.epoch, snapshot.loss, pure, rows.half())


def live(course: Any) -> Trained:
    """A live training as it stands: `kept` of it are `Kept`, its `final` are first, last and contexts, or None."""
    kept: Sequence[Kept] = course.kept
    _, labels = chosen(course.about.corpus)
    first, last, contexts = course.final or (None, None, None)
    return Trained(
        asdict(course.about),
        kept[0].words,
        labels,
        torch.stack([each.rows for each in kept]),
        tuple(each.share for each in kept),
        tuple(each.epoch for each in kept),
        tuple(each.loss for each in kept),
        tuple(each.purity for each in kept),
        first,
        last,
        contexts,
    )


def run_of(
    name: str, settings: Any, snapshots: Sequence[Snapshot], whole: tuple[Tensor, Tensor, Tensor] | None = None
) -> Run:
    """A training as it is shipped: the words that are shown, at every snapshot; `whole`, first, last and contexts."""
    kept = [keep(each, settings=settings) for each in snapshots]
    shown, labels = chosen(settings.corpus)
    facts = {
        "kind": name.partition("/")[0],
        "settings": asdict(settings),
        "words": list(shown),
        "labels": list(labels),
        "tokens_per_second": runs.rounded(snapshots[-1].tokens_per_second, 3),
        "snapshots": {
            field: runs.rounded([getattr(each, field) for each in kept])
            for field in ("share", "epoch", "loss", "purity")
        },
    }
    tensors = dict(zip(("first", "last", "contexts"), whole or (), strict=False))
    return Run(name, facts, {"tables": torch.stack([each.rows for each in kept]), **tensors})


def shipped(run: Run) -> Trained:
    """A training from its shipped run."""
    facts, each = run.facts, run.facts["snapshots"]
    losses = tuple(float("nan") if loss is None else loss for loss in each["loss"])
    return Trained(
        facts["settings"],
        tuple(facts["words"]),
        tuple(facts["labels"]),
        run.tensors["tables"],
        tuple(each["share"]),
        tuple(each["epoch"]),
        losses,
        tuple(each["purity"]),
        *(run.tensors.get(name) for name in ("first", "last", "contexts")),
    )


def chosen(corpus: str) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """The words of a corpus that are shown, and the class of each: all with a class, then the most frequent."""
    if not held.is_own(corpus):
        return _chosen(corpus)
    return _chosen_of(corpus)


@lru_cache(maxsize=len(texts.SHIPPED))
def _chosen(corpus: str) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    return _chosen_of(corpus)


def _chosen_of(corpus: str) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    labels = classes(corpus)
    known = [word for word, label in labels.items() if label is not None]
    rest = [word for word, label in labels.items() if label is None]
    shown = (*known, *rest)[:MOST_SHOWN]
    return shown, tuple(labels[word] for word in shown)


def classes(corpus: str) -> dict[str, str | None]:
    """The class of each word of a corpus, or None, the most frequent word first.

    The kingdom has classes of its own; for other texts the groups of `assets/categories.toml` serve.
    """
    every = texts.vocabulary(corpus).words
    return dict(zip(every, corpora.class_labels(every, texts.corpus(corpus).classes or _categories()), strict=True))


@lru_cache(maxsize=1)
def _categories() -> dict[str, tuple[str, ...]]:
    """The groups of words that other lessons use too, each word in the first group that has it."""
    seen: set[str] = set()
    found = {}
    for name, members in words.categories().items():
        found[name] = tuple(word for word in members if word not in seen)
        seen |= set(members)
    return found


def groups(labels: Sequence[str | None]) -> tuple[dict, ...]:
    """The classes that several words have, each with the places of its words."""
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if label is not None:
            places.setdefault(label, []).append(place)
    return tuple({"name": name, "rows": rows} for name, rows in sorted(places.items()) if len(rows) > 1)


def watched(pairs: str, index: Mapping[str, int]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The pairs that a text names, "king queen, king pizza", and the words that are not in `index`.

    ValueError for a part that is not two words, or too many pairs.
    """
    found, unknown = [], {}
    for part in filter(None, (part.strip() for part in pairs.lower().split(","))):
        two = part.replace("–", " ").split()
        if len(two) != 2:
            raise ValueError(
                f"“{part[:40]}” is not a pair; write two words, and a comma between pairs: king queen, cat dog"
            )
        missing = [word for word in two if word not in index]
        unknown |= dict.fromkeys(missing)
        if not missing and tuple(two) not in found:
            found.append(tuple(two))
    if len(found) > MOST_PAIRS:
        raise ValueError(f"{len(found)} pairs are named; the picture follows up to {MOST_PAIRS}")
    return tuple(found), tuple(unknown)
