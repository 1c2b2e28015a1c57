"""The shipped trainings of word2vec: `word2vec/*` of `embviz.compute.runs`, with seed 0.

- word2vec/kingdom-skipgram, kingdom-cbow: the kingdom, 10 epochs, width 50; every word at 25 snapshots.
- word2vec/shakespeare-skipgram, shakespeare-cbow: Shakespeare, 5 epochs, width 50; 400 words at 25 snapshots, all
  8,621 at both ends.
"""

from functools import partial

from embviz.compute.runs import Maker, Run
from embviz.tables import trained, word2vec_training
from embviz.tables.word2vec_training import Settings

SETTINGS = {
    "word2vec/kingdom-skipgram": Settings("kingdom", "skip-gram"),
    "word2vec/kingdom-cbow": Settings("kingdom", "CBOW"),
    "word2vec/shakespeare-skipgram": Settings("Shakespeare", "skip-gram", epochs=5),
    "word2vec/shakespeare-cbow": Settings("Shakespeare", "CBOW", epochs=5),
}


def makers() -> dict[str, Maker]:
    """The runs of this module, by name."""
    return {name: partial(made, name) for name in SETTINGS}


def made(name: str) -> Run:
    """One of the shipped trainings."""
    settings = SETTINGS[name]
    snapshots = tuple(word2vec_training.train(settings, snapshots=word2vec_training.SHIPPED_SNAPSHOTS - 1))
    whole = word2vec_training.finish(snapshots[0], snapshots[-1], settings=settings)
    return trained.run_of(name, settings, snapshots, whole)
