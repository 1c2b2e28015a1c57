"""The shipped trainings of the lesson on GloVe: `glove/*` of `embviz.compute.runs`.

- glove/kingdom-0, -1, -2: the kingdom, 25 epochs, width 50, by three seeds; kingdom-long: 400 epochs.
- glove/shakespeare: Shakespeare, 25 epochs; 400 words.
- glove/shakespeare-counts: the counts that occur among Shakespeare's pairs of words, and how many pairs have each.
- glove/word2vec-1, -2: what word2vec makes of the kingdom with other seeds than 0, which the lesson on it ships.
"""

from functools import partial

from embviz.compute import glove
from embviz.compute.runs import Maker, Run
from embviz.tables import glove_counts, glove_training, texts, trained, word2vec_training


def makers() -> dict[str, Maker]:
    """The runs of this module, by name."""
    found: dict[str, Maker] = {name: partial(made, name) for name in glove_training.SHIPPED.values()}
    found |= {name: partial(by_word2vec, name, seed) for seed, name in glove_training.WORD2VEC_SEEDS.items()}
    return found | {glove_counts.COUNTS: counted}


def made(name: str) -> Run:
    """One of the shipped trainings."""
    (settings,) = (settings for settings, known in glove_training.SHIPPED.items() if known == name)
    snapshots = glove_training.SNAPSHOTS.get(name, 25) - 1
    return trained.run_of(name, settings, tuple(glove_training.train(settings, snapshots=snapshots)))


def by_word2vec(name: str, seed: int) -> Run:
    """word2vec's training of the kingdom with another seed."""
    settings = word2vec_training.Settings("kingdom", "skip-gram", seed=seed)
    snapshots = word2vec_training.SHIPPED_SNAPSHOTS - 1
    return trained.run_of(name, settings, tuple(word2vec_training.train(settings, snapshots=snapshots)))


def counted() -> Run:
    """The distinct counts of Shakespeare."""
    near = glove.cooccurrences(texts.corpus("Shakespeare"), texts.vocabulary("Shakespeare"), window=glove_counts.WIDEST)
    values, times = near.values.unique(return_counts=True)
    return Run(glove_counts.COUNTS, {"window": glove_counts.WIDEST}, {"values": values, "times": times.int()})
