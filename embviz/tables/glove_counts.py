"""What the lesson on GloVe shows before anything is trained: counts of pairs, their ratios, and the weighting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from embviz.compute import corpora, glove, runs
from embviz.compute.corpora import Encoded
from embviz.compute.glove import Cooccurrences
from embviz.tables import held, texts

MOST_WORDS = 12
"""Words of the matrix of counts, and probes of the ratios."""

BINS_A_DECADE = 4
WIDEST = 10
"""The window of the counts that the weighting is shown on."""
COUNTS = "glove/shakespeare-counts"


# --- counts


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts among some words, values (n, n), and each word's sum over all words, totals (n,).

    unknown: words asked for that have no row. difference: the largest between the matrix and its transpose. empty: the
    share of the cells that are 0. largest: the two different words with the largest count, and it.
    """

    values: Tensor
    totals: Tensor
    words: tuple[str, ...]
    unknown: tuple[str, ...]
    difference: float
    empty: float
    largest: tuple[str, str, float]


def counts(*, corpus: str, words: str, window: int) -> Counts:
    """How often some words occur near each other, a pair d words apart counting 1/d.

    Where words are asked for that the corpus has not, and fewer than two others, its most frequent ones come in.
    """
    rows = texts.vocabulary(corpus)
    known, unknown = _named(words, corpus)
    if len(known) < 2 and unknown:
        known = _filled(known, corpus, 8)
    if len(known) < 2:
        raise ValueError(f"a matrix needs two words of this corpus; it has {_some(known, unknown, corpus)}")
    places = corpora.ids(known, rows)
    near = near_words(corpus, places.tolist(), window)
    found = near.dense(places)
    apart = found.clone().fill_diagonal_(-1)
    first, second = divmod(int(apart.argmax()), len(known))
    return Counts(
        values=found,
        totals=torch.stack([near.row(place).sum() for place in places.tolist()]),
        words=known,
        unknown=unknown,
        difference=(found - found.T).abs().max().item(),
        empty=(found == 0).double().mean().item(),
        largest=(known[first], known[second], found[first, second].item()),
    )


def near_words(corpus: str, places: Sequence[int], window: int) -> Cooccurrences:
    """`glove.cooccurrences` of a corpus in some of its rows alone, which even in a long text takes no time."""
    rows, encoded = texts.vocabulary(corpus), _encoded(corpus)
    ids = encoded.ids.numpy()
    sentence = np.repeat(np.arange(len(encoded.starts) - 1), encoded.starts.diff().numpy())
    ordered = sorted(set(places))
    slot = np.full(len(rows), -1)
    slot[ordered] = np.arange(len(ordered))
    found = np.zeros(len(ordered) * len(rows))
    asked = slot[ids]
    for gap in range(1, min(window, len(ids) - 1) + 1):
        same = sentence[:-gap] == sentence[gap:]
        for mine, others in ((asked[:-gap], ids[gap:]), (asked[gap:], ids[:-gap])):
            here = same & (mine >= 0)
            found += np.bincount(mine[here] * len(rows) + others[here], minlength=len(found)) / gap
    cells = np.flatnonzero(found)
    row, column = np.divmod(cells, len(rows))
    return Cooccurrences(
        torch.tensor(ordered, dtype=torch.int32)[torch.from_numpy(row)],
        torch.from_numpy(column.astype(np.int32)),
        torch.from_numpy(found[cells].astype(np.float32)),
        len(rows),
        window,
    )


def _encoded(corpus: str) -> Encoded:
    return _encoding(corpus) if held.is_own(corpus) else _shipped_encoding(corpus)


@lru_cache(maxsize=len(texts.SHIPPED))
def _shipped_encoding(corpus: str) -> Encoded:
    return _encoding(corpus)


def _encoding(corpus: str) -> Encoded:
    return corpora.encode(texts.corpus(corpus), texts.vocabulary(corpus))


def _named(words: str, corpus: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a text that have a row, at most MOST_WORDS, and those that have none."""
    rows = texts.vocabulary(corpus).row_numbers
    given = tuple(dict.fromkeys(words.lower().replace(",", " ").split()))
    known = tuple(word for word in given if word in rows)
    return known[:MOST_WORDS], tuple(word[:40] for word in given if word not in rows)[:MOST_WORDS]


def _filled(known: Sequence[str], corpus: str, n: int, apart: Sequence[str] = ()) -> tuple[str, ...]:
    """The words, and the most frequent others of the corpus, but those `apart`, up to n."""
    others = (word for word in texts.vocabulary(corpus).words if word not in known and word not in apart)
    return (*known, *islice(others, n - len(known)))


def _some(known: Sequence[str], unknown: Sequence[str], corpus: str) -> str:
    rows = texts.vocabulary(corpus).words
    near = texts.unknown(unknown[0], rows)["near"] if unknown else []
    examples = [word for word in (*near, *rows[:60:6]) if word not in known]
    return f"“{known[0]}” and also {', '.join(examples[:5])}" if known else ", ".join(examples[:6])


# --- ratios


@dataclass(frozen=True, slots=True)
class Ratios:
    """For probes k: counts_a and counts_b (n,), X_ak and X_bk; given_a and given_b (n,), P(k | a) and P(k | b); ratio
    (n,), with infinity where only b's is 0, and NaN where both are. unknown: words without a row."""

    counts_a: Tensor
    counts_b: Tensor
    given_a: Tensor
    given_b: Tensor
    ratio: Tensor
    a: str
    b: str
    probes: tuple[str, ...]
    unknown: tuple[str, ...]


def ratios(*, corpus: str, pair: str, probes: str, window: int) -> Ratios:
    """What tells two words apart, by the probes. ValueError for what is not a pair of words.

    Words that the corpus has not are `unknown`; where none are left, its most frequent ones come in.
    """
    rows = texts.vocabulary(corpus)
    two, missing = _named(pair, corpus)
    if len(two) < 2 and missing:
        two = _filled(two, corpus, 2)
    if len(two) != 2:
        raise ValueError(f"two words of this corpus are compared; it has {_some(two[:1], missing, corpus)}")
    known, unknown = _named(probes, corpus)
    if unknown and not known:
        known = _filled((), corpus, 8, apart=two)
    if not known:
        raise ValueError(f"a probe must be a word of this corpus; it has {_some((), unknown, corpus)}")
    near = near_words(corpus, corpora.ids(two, rows).tolist(), window)
    if any(near.row(rows.row_numbers[word]).sum() == 0 for word in two):
        raise ValueError(f"“{two[0]}” or “{two[1]}” never stands near another word; other words can be compared")
    found = glove.ratios(near, rows, *two, known)
    places = corpora.ids(known, rows)
    given = (near.row(rows.row_numbers[word])[places] for word in two)
    return Ratios(*given, found.given_a, found.given_b, found.ratio, *two, known, (*missing, *unknown))


# --- the weighting


@dataclass(frozen=True, slots=True)
class Weights:
    """The weighting over the counts of a corpus.

    x and f (p,): the curve. edges (b + 1,), pairs (b,) and weight (b,): bins of counts, the share of all pairs that
    fall in each, and its share of the sum of f over all pairs. n_pairs pairs occur together of n_cells; `rare` of them
    have X < 1, with the share `rare_weight` of the weight; `full` have f = 1, with `full_weight`. once: f(1).
    """

    x: Tensor
    f: Tensor
    edges: Tensor
    pairs: Tensor
    weight: Tensor
    n_pairs: int
    n_cells: int
    largest: float
    rare: float
    rare_weight: float
    full: float
    full_weight: float
    once: float


def weights(*, corpus: str, x_max: int, alpha: int) -> Weights:
    """f(x), and the counts of a corpus beneath it; `alpha` in per cent."""
    values, times = distinct(corpus)
    given = {"x_max": float(x_max), "alpha": alpha / 100}
    each = glove.weighting(values, **given) * times
    pairs, weight = times / times.sum(), each / each.sum()
    low, high = np.log10(values.min().item()), np.log10(max(values.max().item(), 1.2 * x_max))
    at = torch.logspace(low, high, 200, dtype=torch.float64)
    first, end = np.floor(low * BINS_A_DECADE + 1e-9), np.floor(high * BINS_A_DECADE + 1e-9) + 1
    edges = 10 ** (torch.arange(first, end + 1, dtype=torch.float64) / BINS_A_DECADE)
    places = torch.bucketize(values, edges, right=True) - 1
    bins = [torch.zeros(len(edges) - 1, dtype=torch.float64).index_add_(0, places, part) for part in (pairs, weight)]
    rare, full = values < 1, values >= x_max
    return Weights(
        at, glove.weighting(at, **given), edges, *bins,
        n_pairs=int(times.sum()),
        n_cells=len(texts.vocabulary(corpus)) ** 2,
        largest=values.max().item(),
        rare=pairs[rare].sum().item(),
        rare_weight=weight[rare].sum().item(),
        full=pairs[full].sum().item(),
        full_weight=weight[full].sum().item(),
        once=glove.weighting([1.0], **given).item(),
    )  # fmt: skip


def distinct(corpus: str) -> tuple[Tensor, Tensor]:
    """The counts that occur among all pairs of words, float64, and how many pairs have each, with a window of 10."""
    if corpus == "Shakespeare":
        found = runs.load(COUNTS).tensors
        return found["values"].double(), found["times"].double()
    near = glove.cooccurrences(texts.corpus(corpus), texts.vocabulary(corpus), window=WIDEST)
    values, times = near.values.unique(return_counts=True)
    return values.double(), times.double()
