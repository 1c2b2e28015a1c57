"""A training by GloVe beside one by word2vec, as the lesson on GloVe moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from embviz.compute import agreement, journey
from embviz.tables import glove_training, texts, trained, word2vec_training
from embviz.tables.trained import Trained

NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Course:
    """Two trainings as the picture takes them, S snapshots at the shares of GloVe's work, word2vec's nearest to these.

    points, neighbours, cosines and pairs are GloVe's, those that begin with other_ word2vec's; they are as in
    `word2vec.Course`, and each has a plane of its own. purities (S, 3): the snapshot, and the class purity of both,
    None where too few words have a class. epochs and losses (2, S): of both, None before it is known. common (S,): the
    share of a word's NEIGHBOURS nearest that are the same in both, mean over the words. settings: of both; planes: the
    shares of the variance that their planes hold.
    """

    points: Tensor
    neighbours: Tensor
    cosines: Tensor
    pairs: Tensor | None
    other_points: Tensor
    other_neighbours: Tensor
    other_cosines: Tensor
    other_pairs: Tensor | None
    purities: Tensor | None
    common: tuple[float, ...]
    losses: tuple[tuple[float | None, ...], ...]
    epochs: tuple[tuple[float, ...], ...]
    words: tuple[str, ...]
    groups: tuple[dict, ...]
    senses: tuple[int, ...]
    planes: tuple[float, float]
    fit: int
    snapshots: int
    pair_names: tuple[str, ...]
    unknown: tuple[str, ...]
    settings: tuple[dict[str, Any], dict[str, Any]]
    words_in_all: int
    rows_in_all: int


def course(*, corpus: str, other_seed: int, fit: int, pairs: str, **asked: Any) -> Course:
    """Shipped trainings: those that were asked for, or else the corpus's first. ValueError for a text without any."""
    first = glove_training.Settings(corpus)
    if first not in glove_training.SHIPPED:
        raise ValueError("no training by GloVe on this text is shipped; train it yourself")
    name = glove_training.SHIPPED.get(replace(first, **asked)) or glove_training.SHIPPED[first]
    mine = glove_training.shipped(name)
    return _course(mine, _other(corpus, other_seed), fit, pairs)


def _other(corpus: str, seed: int) -> Trained:
    """The shipped training by word2vec with this seed, or else with seed 0."""
    if corpus == "kingdom" and seed in glove_training.WORD2VEC_SEEDS:
        return glove_training.shipped(glove_training.WORD2VEC_SEEDS[seed])
    return word2vec_training.shipped(corpus, "skip-gram")


def live_course(found: Any, *, fit: int, pairs: str) -> Course:
    """A live training that has ended."""
    return _course(*_both(found), fit, pairs)


def newest(found: Any, *, pairs: str) -> Course:
    """A live training that is on: its newest snapshot alone, in planes that follow it, and the curves so far."""
    return _course(*_both(found), -1, pairs, on=True)


def _both(found: Any) -> tuple[Trained, Trained]:
    """Both trainings of a live one, as they stand."""
    asked: glove_training.Pair = found.about
    sides = zip(*found.kept, strict=True)
    mine, other = (
        trained.live(replace(found, kept=tuple(kept), about=settings, final=None))
        for kept, settings in zip(sides, (asked.glove, asked.word2vec), strict=True)
    )
    return mine, other


def _course(mine: Trained, other: Trained, fit: int, pairs: str, *, on: bool = False) -> Course:
    other = _at(other, mine.shares)
    both, last = (mine, other), len(mine.tables) - 1
    if fit > last:  # a link to a snapshot of a longer training
        fit = -1
    ways = [_way(made, fit, on) for made in both]
    index = {word: place for place, word in enumerate(mine.words)}
    named, unknown = trained.watched(pairs, index)
    at = torch.arange(last + 1, dtype=torch.float32)[:, None]
    lines: list[Tensor | None] = [None, None]
    if named:
        places = [(index[a], index[b]) for a, b in named]
        lines = [torch.cat([at, journey.pair_cosines(made.tables, places)], dim=1) for made in both]
    corpus, known = mine.settings["corpus"], None not in mine.purities
    pure = [torch.tensor(made.purities)[:, None] for made in both] if known else []
    shown = slice(last, None) if on else slice(None)
    units = [[journey.unit_rows(table.float()) for table in made.tables[shown]] for made in both]
    settings = [{name: value for name, value in made.settings.items() if name != "corpus"} for made in both]
    return Course(
        points=ways[0].points,
        neighbours=ways[0].neighbours,
        cosines=ways[0].cosines,
        pairs=lines[0],
        other_points=ways[1].points,
        other_neighbours=ways[1].neighbours,
        other_cosines=ways[1].cosines,
        other_pairs=lines[1],
        purities=torch.cat([at, *pure], dim=1) if known else None,
        common=tuple(
            agreement.neighbour_overlap(a, b, k=min(NEIGHBOURS, len(a) - 1)).mean().item()
            for a, b in zip(*units, strict=True)
        ),
        losses=tuple(tuple(loss if loss == loss else None for loss in made.losses[shown]) for made in both),
        epochs=tuple(made.epochs[shown] for made in both),
        words=mine.words,
        groups=trained.groups(mine.labels),
        senses=tuple(index[word] for word in texts.corpus(corpus).senses if word in index),
        planes=tuple(sum(way.shares) for way in ways),
        fit=last if on else ways[0].fit,
        snapshots=last + 1,
        pair_names=tuple(f"{a}–{b}" for a, b in named),
        unknown=unknown,
        settings=tuple(settings),
        words_in_all=texts.corpus(corpus).n_words,
        rows_in_all=len(texts.vocabulary(corpus)),
    )


def _at(made: Trained, shares: Sequence[float]) -> Trained:
    """A training as it stood when it had done such shares of its work: its nearest snapshots."""
    there = torch.tensor(made.shares, dtype=torch.float64)
    nearest = (there - torch.tensor(shares, dtype=torch.float64)[:, None]).abs().argmin(dim=1)
    each = {name: getattr(made, name) for name in ("shares", "epochs", "losses", "purities")}
    picked = {name: tuple(values[k] for k in nearest.tolist()) for name, values in each.items()}
    return replace(made, tables=made.tables[nearest], **picked)


def _way(made: Trained, fit: int, on: bool) -> journey.Journey:
    """The snapshots in the plane of one; while a training is on, the newest alone in a plane that follows it."""
    if not on:
        return journey.journey(made.tables, fit=fit, labels=made.labels)
    newest = journey.journey(made.tables[-1:], labels=made.labels)
    return replace(newest, points=journey.following(made.tables, labels=made.labels))
