"""What the lesson on word2vec shows: a training's snapshots, the window over a sentence, and what is drawn at random.

The network and single words have modules of their own (word2vec_network.py, word2vec_word.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embviz.compute import corpora, journey
from embviz.tables import held, texts, trained, word2vec_training
from embviz.tables.trained import Trained

MOST_IN_SENTENCE = 12
"""Words of a sentence that the picture of the window has room for."""


# --- the picture of a training


@dataclass(frozen=True, slots=True)
class Course:
    """A training as the picture takes it.

    points (S · n, 2), neighbours and cosines (S · n, 5): as in `compute.journey`. words (n,), groups (names and the
    places of their words), senses: words of two senses, as places. curves, each with a column 0 that says at which
    snapshot a value stands: loss (S - 1, 2), purity (S, 2) or None, pairs (S, 1 + pairs) or None. unit, shares: of the
    plane, which is fitted on snapshot `fit`. epochs and losses (S,). `pair_names`; `unknown` words of the pairs.
    """

    points: Tensor
    neighbours: Tensor
    cosines: Tensor
    loss: Tensor | None
    purity: Tensor | None
    pairs: Tensor | None
    words: tuple[str, ...]
    groups: tuple[dict, ...]
    senses: tuple[int, ...]
    unit: float
    shares: tuple[float, float]
    fit: int
    snapshots: int
    epochs: tuple[float, ...]
    pair_names: tuple[str, ...]
    unknown: tuple[str, ...]
    corpus: str
    settings: dict[str, Any]
    words_in_all: int
    rows_in_all: int


def course(*, corpus: str, architecture: str, fit: int, pairs: str) -> Course:
    """A shipped training."""
    return _course(word2vec_training.shipped(corpus, architecture), fit, pairs)


def live_course(found: Any, *, fit: int, pairs: str) -> Course:
    """A live training that has ended."""
    return _course(trained.live(found), fit, pairs)


def newest(found: Any, *, pairs: str) -> Course:
    """A live training that is on: its newest snapshot alone, in a plane that follows it, and the curves so far."""
    made = trained.live(found)
    return _course(made, -1, pairs, points=journey.following(made.tables, labels=made.labels))


def _course(made: Trained, fit: int, pairs: str, points: Tensor | None = None) -> Course:
    if points is None:
        way = journey.journey(made.tables, fit=fit, labels=made.labels)
    else:
        way = journey.journey(made.tables[-1:], labels=made.labels)
    index = {word: place for place, word in enumerate(made.words)}
    named, unknown = trained.watched(pairs, index)
    each = [(k, loss) for k, loss in enumerate(made.losses) if loss == loss]
    cosines = journey.pair_cosines(made.tables, [(index[a], index[b]) for a, b in named]) if named else None
    pure = None if None in made.purities else torch.tensor(made.purities)[:, None]
    at = torch.arange(len(made.tables), dtype=torch.float32)[:, None]
    corpus = made.settings["corpus"]
    return Course(
        points=way.points if points is None else points,
        neighbours=way.neighbours,
        cosines=way.cosines,
        loss=torch.tensor(each) if each else None,
        purity=None if pure is None else torch.cat([at, pure], dim=1),
        pairs=None if cosines is None else torch.cat([at, cosines], dim=1),
        words=made.words,
        groups=trained.groups(made.labels),
        senses=tuple(index[word] for word in texts.corpus(corpus).senses if word in index),
        unit=way.unit if points is None else max(points.abs().max().item(), 1e-12),
        shares=way.shares,
        fit=way.fit if points is None else len(made.tables) - 1,
        snapshots=len(made.tables),
        epochs=made.epochs,
        pair_names=tuple(f"{a}–{b}" for a, b in named),
        unknown=unknown,
        corpus="" if held.is_own(corpus) else corpus,
        settings={name: value for name, value in made.settings.items() if name != "corpus"},
        words_in_all=texts.corpus(corpus).n_words,
        rows_in_all=len(texts.vocabulary(corpus)),
    )


# --- the window


@dataclass(frozen=True, slots=True)
class Window:
    """A sentence under the window.

    words (m,); counts (m,): how often each occurs in the corpus. skipgram (p, 2) and cbow (c, 2): for each example of
    the sentence the place of its centre, then of its output; a CBOW example has all words within the window as inputs.
    """

    words: tuple[str, ...]
    counts: Tensor
    skipgram: Tensor
    cbow: Tensor
    window: int
    sentence: int
    sentences: int


def window(*, corpus: str, sentence: int, window: int) -> Window:
    """A sentence of a corpus, and the examples that the window makes of it; words without a row are left out."""
    found, rows = texts.corpus(corpus), texts.vocabulary(corpus)
    if not 0 <= sentence < len(found.sentences):
        raise ValueError(f"there is no sentence {sentence}; they run from 0 to {len(found.sentences) - 1:,}")
    kept = [word for word in found.sentences[sentence] if word in rows.row_numbers][:MOST_IN_SENTENCE]
    pairs = {name: corpora.window_pairs(kept, window, kind) for name, kind in word2vec_training.ARCHITECTURES.items()}
    skipgram = torch.tensor([[pair.centre, pair.output] for pair in pairs["skip-gram"]]).reshape(-1, 2)
    cbow = torch.tensor([[pair.centre, pair.output] for pair in pairs["CBOW"]]).reshape(-1, 2)
    counts = rows.counts[corpora.ids(kept, rows)] if kept else torch.zeros(0)
    return Window(tuple(kept), counts, skipgram, cbow, window, sentence, len(found.sentences))


# --- what is drawn at random


@dataclass(frozen=True, slots=True)
class Draws:
    """Words of a corpus by falling count: counts (V,), their share of all words, negatives (V,), the probability with
    which each is drawn as a negative, and kept (V,), with which an occurrence of it is kept. `named` are words to point
    at, with their rows. often: the share of all words that the first ten make up, before and after the thinning."""

    counts: Tensor
    share: Tensor
    negatives: Tensor
    kept: Tensor
    words: tuple[str, ...]
    named: tuple[dict, ...]
    often: tuple[float, float]
    total: int


def draws(*, corpus: str, power: float, sample: float) -> Draws:
    """How often each word is there, is drawn as a negative, and is kept when frequent words are thinned out."""
    rows = texts.vocabulary(corpus)
    share = rows.counts / rows.counts.sum()
    negatives = corpora.negative_distribution(rows.counts, power=power)
    kept = corpora.keep_probabilities(rows.counts, sample)
    left = rows.counts * kept
    often = (share[:10].sum().item(), (left[:10].sum() / left.sum()).item())
    some = (0, len(rows) // 20, len(rows) // 4, len(rows) - 1)
    named = tuple(
        {"word": rows.words[i], "row": i, "count": int(rows.counts[i]), "share": share[i].item(),
         "negative": negatives[i].item(), "kept": kept[i].item()}
        for i in dict.fromkeys(some)
    )  # fmt: skip
    return Draws(rows.counts, share, negatives, kept, rows.words, named, often, int(rows.counts.sum()))
