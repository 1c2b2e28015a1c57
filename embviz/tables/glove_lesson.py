"""What the lesson on GloVe shows: counts, ratios, the weighting, a training beside word2vec's, and what seeds agree on.

A training is either shipped (`assets/runs/glove`) or was made live from `Settings`; both are a `Trained`, as in the
lesson on word2vec. What is shown is two of them side by side: one by GloVe and one by word2vec, a `Pair` of settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from embviz.compute import agreement, glove, journey, runs
from embviz.compute.runs import Run
from embviz.compute.snapshots import Snapshot, Stopping, never
from embviz.tables import texts, word2vec
from embviz.tables.word2vec import Trained

LIVE_SNAPSHOTS = 96
NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training is asked for; `corpus` is a name of `texts`."""

    corpus: str
    dim: int = 50
    window: int = 10
    x_max: int = 100
    alpha: int = 75
    epochs: int = 25
    rate: float = 0.05
    seed: int = 0

    @property
    def bytes(self) -> int:
        """About what a training by these settings takes: counting pairs, the pairs, and its tables."""
        rows, words = len(texts.vocabulary(self.corpus)), texts.corpus(self.corpus).n_words
        pairs = min(rows * rows, self.window * words // 2)
        return 24 * self.window * words + 30 * pairs + 40 * rows * self.dim


KINGDOM, SHAKESPEARE = Settings("kingdom"), Settings("Shakespeare")
SHIPPED = {
    KINGDOM: "glove/kingdom-0",
    replace(KINGDOM, seed=1): "glove/kingdom-1",
    replace(KINGDOM, seed=2): "glove/kingdom-2",
    replace(KINGDOM, epochs=400): "glove/kingdom-long",
    SHAKESPEARE: "glove/shakespeare",
}
SNAPSHOTS = {"glove/kingdom-long": 21, "glove/shakespeare": 13}  # of the others 25
WORD2VEC_SEEDS = {1: "glove/word2vec-1", 2: "glove/word2vec-2"}  # seed 0 is the other lesson's
WORD2VEC_EPOCHS = {"Shakespeare": 5}  # of the others 10


# --- training


def train(settings: Settings, *, snapshots: int = LIVE_SNAPSHOTS, stopping: Stopping = never) -> Iterator[Snapshot]:
    """The snapshots of a training by these settings."""
    return glove.train_glove(
        texts.corpus(settings.corpus),
        dim=settings.dim,
        window=settings.window,
        x_max=float(settings.x_max),
        alpha=settings.alpha / 100,
        learning_rate=settings.rate,
        epochs=settings.epochs,
        min_count=int(texts.vocabulary(settings.corpus).counts[-1]),
        seed=settings.seed,
        snapshots=snapshots,
        stopping=stopping,
    )


keep = word2vec.keep


@dataclass(frozen=True, slots=True)
class Pair:
    """What two trainings of one corpus are asked for, one by GloVe and one by skip-gram."""

    glove: Settings
    word2vec: word2vec.Settings

    @property
    def corpus(self) -> str:
        return self.glove.corpus

    @property
    def bytes(self) -> int:
        return self.glove.bytes + self.word2vec.bytes


@dataclass(frozen=True, slots=True)
class PairSnapshot:
    """A moment of both: GloVe's snapshot, and word2vec's when it has done as large a share of its work.

    share and loss are GloVe's, seconds those of both, tokens_per_second the words that both read in these.
    """

    glove: Snapshot
    word2vec: Snapshot

    @property
    def share(self) -> float:
        return self.glove.share

    @property
    def loss(self) -> float:
        return self.glove.loss

    @property
    def seconds(self) -> float:
        return self.glove.seconds + self.word2vec.seconds

    @property
    def tokens_per_second(self) -> float:
        read = sum(each.tokens_per_second * each.seconds for each in (self.glove, self.word2vec))
        return read / self.seconds if self.seconds else 0.0


def pair(other_seed: int, **asked: Any) -> Pair:
    """GloVe as asked for, and word2vec with a seed of its own and the same width, as it is shipped in all else."""
    mine = Settings(**asked)
    epochs = WORD2VEC_EPOCHS.get(mine.corpus, 10)
    return Pair(mine, word2vec.Settings(mine.corpus, "skip-gram", dim=mine.dim, epochs=epochs, seed=other_seed))


def train_both(asked: Pair, *, snapshots: int = LIVE_SNAPSHOTS, stopping: Stopping = never) -> Iterator[PairSnapshot]:
    """Both trainings at once: whenever GloVe has a snapshot, word2vec works on until it has done as much of its own."""
    others = word2vec.train(asked.word2vec, snapshots=snapshots)
    other = next(others)
    for each in train(asked.glove, snapshots=snapshots, stopping=stopping):
        while other.share < each.share - 1e-9:
            other = next(others)
        yield PairSnapshot(each, other)


def keep_both(snapshot: PairSnapshot, *, asked: Pair) -> tuple[Any, Any]:
    """What stays of a snapshot."""
    return keep(snapshot.glove, settings=asked.glove), keep(snapshot.word2vec, settings=asked.word2vec)


def run_of(name: str, settings: Any, snapshots: Sequence[Snapshot]) -> Run:
    """A training as it is shipped: the words that are shown, at every snapshot."""
    kept = [keep(each, settings=settings) for each in snapshots]
    _, labels = word2vec.chosen(settings.corpus)
    facts = {
        "kind": name.partition("/")[0],
        "settings": asdict(settings),
        "words": list(kept[0].words),
        "labels": list(labels),
        "tokens_per_second": runs.rounded(snapshots[-1].tokens_per_second, 3),
        "snapshots": {
            field: runs.rounded([getattr(each, field) for each in kept])
            for field in ("share", "epoch", "loss", "purity")
        },
    }
    return Run(name, facts, {"tables": torch.stack([each.rows for each in kept])})


@lru_cache(maxsize=8)
def shipped(name: str) -> Trained:
    """A shipped training by its name."""
    run = runs.load(name)
    each = run.facts["snapshots"]
    return Trained(
        run.facts["settings"],
        tuple(run.facts["words"]),
        tuple(run.facts["labels"]),
        run.tensors["tables"],
        tuple(each["share"]),
        tuple(each["epoch"]),
        tuple(float("nan") if loss is None else loss for loss in each["loss"]),
        tuple(each["purity"]),
    )


# --- the picture of a training


METHODS = ("GloVe", "word2vec")


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
    if Settings(corpus) not in SHIPPED:
        raise ValueError("no training by GloVe on this text is shipped; train it yourself")
    mine = shipped(SHIPPED.get(Settings(corpus, **asked)) or SHIPPED[Settings(corpus)])
    return _course(mine, _other(corpus, other_seed), fit, pairs)


def _other(corpus: str, seed: int) -> Trained:
    """The shipped training by word2vec with this seed, or else with seed 0."""
    if corpus == "kingdom" and seed in WORD2VEC_SEEDS:
        return shipped(WORD2VEC_SEEDS[seed])
    return word2vec.shipped(corpus, "skip-gram")


def live_course(found: Any, *, fit: int, pairs: str) -> Course:
    """A live training that has ended."""
    return _course(*_both(found), fit, pairs)


def newest(found: Any, *, pairs: str) -> Course:
    """A live training that is on: its newest snapshot alone, in planes that follow it, and the curves so far."""
    return _course(*_both(found), -1, pairs, on=True)


def _both(found: Any) -> tuple[Trained, Trained]:
    """Both trainings of a live one, as they stand."""
    asked: Pair = found.about
    sides = zip(*found.kept, strict=True)
    mine, other = (
        word2vec.trained_of(replace(found, kept=tuple(kept), about=settings, final=None))
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
    named, unknown = word2vec.watched(pairs, index)
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
        groups=word2vec.groups(mine.labels),
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


# --- seeds

SEEDS = {
    "GloVe: seeds 0 and 1": (("GloVe", 0), ("GloVe", 1)),
    "GloVe: seeds 0 and 2": (("GloVe", 0), ("GloVe", 2)),
    "GloVe: seeds 1 and 2": (("GloVe", 1), ("GloVe", 2)),
    "word2vec: seeds 0 and 1": (("word2vec", 0), ("word2vec", 1)),
    "word2vec: seeds 1 and 2": (("word2vec", 1), ("word2vec", 2)),
    "GloVe and word2vec": (("GloVe", 0), ("word2vec", 0)),
}


@dataclass(frozen=True, slots=True)
class Seeds:
    """Two trainings of the kingdom, vectors scaled to length 1.

    before and after (n, 2): one coordinate of every word in the first table and in the second, as it is and turned onto
    the first; overlap (n,): the share of its NEIGHBOURS nearest that the tables have in common, `chance` at random.
    correlation: of that coordinate before and after; typical: the mean over all coordinates of its size before, and
    after; cosine: the mean over words, before and after. held_out: `typical` of the words that the rotation was not
    fitted on, when fitted on every second word. shuffled: `typical` when the second table's rows are dealt to wrong
    words. word: where it stands, and its nearest five in both.
    """

    before: Tensor
    after: Tensor
    overlap: Tensor
    chance: float
    correlation: tuple[float, float]
    typical: tuple[float, float]
    cosine: tuple[float, float]
    held_out: float
    shuffled: float
    words: tuple[str, ...]
    place: int
    near: tuple[tuple[str, ...], tuple[str, ...]]
    unknown: str
    names: tuple[str, str]


def seeds(*, pair: str, coordinate: int, word: str) -> Seeds:
    """What two trainings agree on."""
    tables = [_final(*which) for which in SEEDS[pair]]
    words = shipped(SHIPPED[KINGDOM]).words
    first, second = (journey.unit_rows(table) for table in tables)
    found = agreement.agreement(first, second, k=NEIGHBOURS)
    turned = second @ agreement.procrustes(first, second)
    fitted, rest = slice(0, None, 2), slice(1, None, 2)
    partly = second @ agreement.procrustes(first[fitted], second[fitted])
    wrong = second[torch.randperm(len(second), generator=torch.Generator().manual_seed(0))]
    asked = word.strip().lower()
    place = words.index(asked) if asked in words else words.index("king")
    return Seeds(
        before=torch.stack([first[:, coordinate], second[:, coordinate]], dim=1),
        after=torch.stack([first[:, coordinate], turned[:, coordinate]], dim=1),
        overlap=found.neighbours,
        chance=found.chance,
        correlation=(found.correlations[coordinate].item(), found.aligned_correlations[coordinate].item()),
        typical=(found.correlations.abs().mean().item(), found.aligned_correlations.mean().item()),
        cosine=(found.cosines.mean().item(), found.aligned_cosines.mean().item()),
        held_out=agreement.agreement(first[rest], partly[rest], k=1).correlations.mean().item(),
        shuffled=agreement.agreement(first, wrong, k=1).aligned_correlations.mean().item(),
        words=words,
        place=place,
        near=tuple(_nearest(table, place, words) for table in (first, second)),
        unknown="" if asked in words else asked[:40],
        names=tuple(f"{method}, seed {seed}" for method, seed in SEEDS[pair]),
    )


def _final(method: str, seed: int) -> Tensor:
    """The vectors of all words of the kingdom at a training's end."""
    if method == "GloVe":
        return shipped(SHIPPED[replace(KINGDOM, seed=seed)]).tables[-1].float()
    if seed == 0:
        return word2vec.shipped("kingdom", "skip-gram").tables[-1].float()
    return shipped(WORD2VEC_SEEDS[seed]).tables[-1].float()


def _nearest(unit: Tensor, place: int, words: Sequence[str], k: int = 5) -> tuple[str, ...]:
    scores = unit @ unit[place]
    scores[place] = -torch.inf
    return tuple(words[i] for i in scores.topk(k).indices.tolist())
