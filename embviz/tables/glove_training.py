"""Trainings by GloVe, alone and beside word2vec's: what may be asked for, and what is shipped (`assets/runs/glove`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from embviz.compute import glove, runs
from embviz.compute.snapshots import Snapshot, Stopping, never
from embviz.tables import texts, trained, word2vec_training
from embviz.tables.trained import Trained

LIVE_SNAPSHOTS = 96


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


@dataclass(frozen=True, slots=True)
class Pair:
    """What two trainings of one corpus are asked for, one by GloVe and one by skip-gram."""

    glove: Settings
    word2vec: word2vec_training.Settings

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
    other = word2vec_training.Settings(mine.corpus, "skip-gram", dim=mine.dim, epochs=epochs, seed=other_seed)
    return Pair(mine, other)


def train_both(asked: Pair, *, snapshots: int = LIVE_SNAPSHOTS, stopping: Stopping = never) -> Iterator[PairSnapshot]:
    """Both trainings at once: whenever GloVe has a snapshot, word2vec works on until it has done as much of its own."""
    others = word2vec_training.train(asked.word2vec, snapshots=snapshots)
    other = next(others)
    for each in train(asked.glove, snapshots=snapshots, stopping=stopping):
        while other.share < each.share - 1e-9:
            other = next(others)
        yield PairSnapshot(each, other)


def keep_both(snapshot: PairSnapshot, *, asked: Pair) -> tuple[Any, Any]:
    """What stays of a snapshot."""
    return trained.keep(snapshot.glove, settings=asked.glove), trained.keep(snapshot.word2vec, settings=asked.word2vec)


@lru_cache(maxsize=8)
def shipped(name: str) -> Trained:
    """A shipped training by its name."""
    return trained.shipped(runs.load(name))
