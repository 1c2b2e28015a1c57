"""What trainings with other seeds agree on, and what they do not: neighbours, and coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from embviz.compute import agreement, journey
from embviz.tables import glove_training, word2vec_training
from embviz.tables.glove_lesson import NEIGHBOURS

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
    words = glove_training.shipped(glove_training.SHIPPED[glove_training.KINGDOM]).words
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
        settings = replace(glove_training.KINGDOM, seed=seed)
        return glove_training.shipped(glove_training.SHIPPED[settings]).tables[-1].float()
    if seed == 0:
        return word2vec_training.shipped("kingdom", "skip-gram").tables[-1].float()
    return glove_training.shipped(glove_training.WORD2VEC_SEEDS[seed]).tables[-1].float()


def _nearest(unit: Tensor, place: int, words: Sequence[str], k: int = 5) -> tuple[str, ...]:
    scores = unit @ unit[place]
    scores[place] = -torch.inf
    return tuple(words[i] for i in scores.topk(k).indices.tolist())
