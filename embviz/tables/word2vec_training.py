"""Trainings by word2vec: what may be asked for, what is kept, and those that are shipped (`assets/runs/word2vec`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from embviz.compute import corpora, runs
from embviz.compute.snapshots import Snapshot, Stopping, never
from embviz.tables import held, texts, trained
from embviz.tables.trained import Trained

SHIPPED = {
    ("kingdom", "skip-gram"): "word2vec/kingdom-skipgram",
    ("kingdom", "CBOW"): "word2vec/kingdom-cbow",
    ("Shakespeare", "skip-gram"): "word2vec/shakespeare-skipgram",
    ("Shakespeare", "CBOW"): "word2vec/shakespeare-cbow",
}
ARCHITECTURES = {"skip-gram": "skipgram", "CBOW": "cbow"}
SAMPLE = 1e-3
SHIPPED_SNAPSHOTS, LIVE_SNAPSHOTS = 25, 96


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training is asked for; `corpus` is a name of `texts`, `architecture` one of ARCHITECTURES."""

    corpus: str
    architecture: str
    dim: int = 50
    window: int = 5
    negative: int = 5
    epochs: int = 10
    rate: float = 0.025
    seed: int = 0

    @property
    def bytes(self) -> int:
        """About what a training by these settings takes: two tables, as many in snapshots, and the corpus as ids."""
        rows = len(texts.vocabulary(self.corpus))
        return 16 * rows * self.dim + 64 * texts.corpus(self.corpus).n_words


def train(settings: Settings, *, snapshots: int = LIVE_SNAPSHOTS, stopping: Stopping = never) -> Iterator[Snapshot]:
    """The snapshots of a training by these settings."""
    from embviz.compute.word2vec import train_word2vec

    return train_word2vec(
        texts.corpus(settings.corpus),
        architecture=ARCHITECTURES[settings.architecture],
        dim=settings.dim,
        window=settings.window,
        negative=settings.negative,
        min_count=int(texts.vocabulary(settings.corpus).counts[-1]),
        sample=SAMPLE,
        epochs=settings.epochs,
        learning_rate=settings.rate,
        seed=settings.seed,
        snapshots=snapshots,
        stopping=stopping,
    )


def finish(first: Snapshot, last: Snapshot, *, settings: Settings) -> tuple[Tensor, Tensor, Tensor]:
    """What stays of the first and the last snapshot: both tables whole, and the other table's rows that are shown."""
    shown, _ = trained.chosen(settings.corpus)
    rows = corpora.ids(shown, texts.vocabulary(settings.corpus))
    return first.vectors.half(), last.vectors.half(), last.context_vectors[rows].half()


@lru_cache(maxsize=len(SHIPPED))
def shipped(corpus: str, architecture: str) -> Trained:
    """A training that is shipped; ValueError if there is none of these."""
    if (corpus, architecture) not in SHIPPED:
        what = "your text" if held.is_own(corpus) else corpus
        raise ValueError(f"no training by {architecture} on {what} is shipped; open Training and train it yourself")
    return trained.shipped(runs.load(SHIPPED[corpus, architecture]))
