"""GloVe: word vectors from counts of which words occur together.

Pennington, Socher and Manning 2014, "GloVe: Global Vectors for Word Representation". X_ij counts how often word j
occurs near word i, a pair that is d words apart counting 1/d (section 4.2). The tables W and W~ and two biases are
trained so that w_i . w~_j + b_i + b~_j comes near log X_ij: the objective (equation 8) is the sum over all pairs with
X_ij > 0 of f(X_ij) (w_i . w~_j + b_i + b~_j - log X_ij)², with the weighting f(x) = min(1, (x / x_max) ** alpha)
(equation 9). What one keeps is W + W~ (section 4.2).

Conventions, those of the authors' program. Words without a row are left out before distances are counted. The counts
are symmetric, and an occurrence of a word near itself counts in both directions, too. All numbers start uniform in
[-0.5, 0.5] / dim. AdaGrad (Duchi, Hazan and Singer 2011) divides by the root of 1 + the sum of all squared steps so
far, the learning rate included, and the gradient is that of half the objective.

One difference from the program, for speed. It takes one pair at a time, we a batch: pairs are dealt at random into
batches once, whose order is drawn anew in each epoch. In a batch all pairs see the same tables, and the steps and
squared steps of all are added up, each squared alone, as if one pair had come after the other. Sums and products over a
batch's pairs are those of sparse matrices, so that no vector a pair is ever written. A batch has at most BATCH_PAIRS
pairs, and there are at least LEAST_BATCHES of them; tests/bench/glove.py shows that the objective is the loop's.
"""

import math
import time
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from embviz.compute.checks import checked_not_negative, checked_numbers, checked_positive, checked_size
from embviz.compute.corpora import Tokens, Vocabulary, encode, ids, vocabulary
from embviz.compute.device import best_device
from embviz.compute.snapshots import DivergedError, Snapshot, Stopping, never, snapshot_steps

MAX_WINDOW = 100
"""The widest window, in words to each side."""

MAX_PAIRS = 10_000_000
"""Pairs of words that may occur together, (i, j) and (j, i) being two; a training holds some 30 bytes of each."""

MAX_NUMBERS = 1 << 24
"""Numbers in a table, words times dim; a training holds some ten such tables in float32."""

BATCH_PAIRS = 50_000
LEAST_BATCHES = 16

_OCCURRENCES = 1 << 24  # counted at a time: 134 MB, and as much again twice while they are sorted


@dataclass(frozen=True, slots=True)
class Cooccurrences:
    """How often words occur near each other: a symmetric matrix, of which only what is not 0 is held.

    rows and columns (m,), int32, sorted by row, then column; values (m,), float32: X_ij, weighted by 1 / distance;
    n_words: rows of the vocabulary; window: words to each side.
    """

    rows: Tensor
    columns: Tensor
    values: Tensor
    n_words: int
    window: int

    def dense(self, places: Sequence[int] | Tensor) -> Tensor:
        """The counts among the words in these rows of the vocabulary, (n, n), float32."""
        places = torch.as_tensor(places, dtype=torch.int64)
        return torch.stack([self.row(int(place))[places] for place in places]) if len(places) else torch.zeros(0, 0)

    def row(self, place: int) -> Tensor:
        """The counts of one word with every word, (n_words,), float32; their sum is its X_i."""
        if not 0 <= place < self.n_words:
            raise ValueError(f"place is {place}; the vocabulary has rows 0 to {self.n_words - 1}")
        begin, end = torch.searchsorted(self.rows, torch.tensor([place, place + 1], dtype=torch.int32)).tolist()
        found = torch.zeros(self.n_words)
        found[self.columns[begin:end].long()] = self.values[begin:end]
        return found


@dataclass(frozen=True, slots=True)
class Ratios:
    """What tells two words apart (section 3, table 1): for each probe k, P(k | a) = X_ak / X_a, P(k | b), and their
    ratio, each (n,), float64; the ratio is infinite where only P(k | b) is 0, and NaN where both are."""

    probes: tuple[str, ...]
    given_a: Tensor
    given_b: Tensor
    ratio: Tensor


@dataclass(frozen=True, slots=True)
class GloveTables:
    """What is trained, or its gradient: words W and contexts W~ (V, dim), word_bias b and context_bias b~ (V,)."""

    words: Tensor
    contexts: Tensor
    word_bias: Tensor
    context_bias: Tensor


def cooccurrences(tokens: Tokens, vocabulary: Vocabulary, *, window: int = 10) -> Cooccurrences:
    """The counts of a corpus, on the CPU; time grows with words times window.

    ValueError if no two words occur together, or more than MAX_PAIRS pairs do.
    """
    found = _counted(tokens, vocabulary, window, never)
    assert found is not None
    return found


def _counted(tokens: Tokens, vocabulary: Vocabulary, window: int, stopping: Stopping) -> Cooccurrences | None:
    """`cooccurrences`, or None once `stopping` is true."""
    _checked_window(window)
    encoded = encode(tokens, vocabulary)
    words, n = encoded.ids.numpy(), len(vocabulary)
    lengths = encoded.starts.diff().numpy()
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    gaps = range(1, min(window, max(lengths.max(initial=0) - 1, 0)) + 1)

    def pairs(gap: int) -> tuple[np.ndarray, np.ndarray]:
        """The rarer and the more frequent word of each pair at this distance."""
        near = np.flatnonzero(sentence[:-gap] == sentence[gap:])
        one, other = words[near], words[near + gap]
        return np.maximum(one, other), np.minimum(one, other)

    # Occurrences are sorted, a range of rarer words at a time. No row of them is long: a word's are at most 2 · window
    # times its count, where the row of "the" among all words would be a good part of the corpus.
    of_row = sum((np.bincount(pairs(gap)[0], minlength=n) for gap in gaps), np.zeros(n, dtype=np.int64))
    cells, values, found = [], [], 0
    for low, high in _ranges(of_row, _OCCURRENCES):
        keys = []
        for gap in gaps:
            if stopping():
                return None
            rare, often = pairs(gap)
            if (low, high) != (0, n):
                inside = (rare >= low) & (rare < high)
                rare, often = rare[inside], often[inside]
            keys.append((rare * n + often) * window + gap - 1)
        keys = np.sort(np.concatenate(keys))
        if stopping():
            return None
        cell, gap = np.divmod(keys, window)
        first = np.flatnonzero(np.diff(cell, prepend=-1))
        cells.append(cell[first])
        values.append(np.add.reduceat(1 / (gap + 1.0), first))
        found += 2 * len(first)
        if found > MAX_PAIRS + 2 * n:  # words near themselves are one pair, not two
            break
    if not found:
        raise ValueError(f"no two words of the vocabulary of {n:,} occur within {window} words of each other")
    rare, often = np.divmod(np.concatenate(cells), n)
    value = np.concatenate(values)
    apart = rare != often
    rows, columns = np.concatenate([rare, often[apart]]), np.concatenate([often, rare[apart]])
    if len(rows) > MAX_PAIRS:
        raise ValueError(
            f"more than {MAX_PAIRS:,} pairs of words occur together; a min_count above {int(vocabulary.counts.min())} "
            f"or a window below {window} makes them fewer"
        )
    value = np.concatenate([np.where(apart, value, 2 * value), value[apart]])
    order = np.argsort(rows * n + columns)
    return Cooccurrences(
        torch.from_numpy(rows[order].astype(np.int32)),
        torch.from_numpy(columns[order].astype(np.int32)),
        torch.from_numpy(value[order].astype(np.float32)),
        n,
        window,
    )


def weighting(x: Tensor | Sequence[float], *, x_max: float = 100.0, alpha: float = 0.75) -> Tensor:
    """f(x), the weight of a count in the objective (equation 9), from 0 to 1, of the shape of x, float64."""
    checked_positive("x_max", x_max)
    return (checked_numbers("x", x) / x_max).clamp(max=1) ** checked_not_negative("alpha", alpha)


def ratios(counts: Cooccurrences, vocabulary: Vocabulary, a: str, b: str, probes: Sequence[str]) -> Ratios:
    """How much more often each probe occurs near `a` than near `b`; ValueError names a word that has no row."""
    places = ids(probes, vocabulary)
    given = [counts.row(int(place)).double() for place in ids([a, b], vocabulary)]
    given_a, given_b = ((row / row.sum())[places] for row in given)
    return Ratios(tuple(probes), given_a, given_b, given_a / given_b)


def objective_and_gradients(
    counts: Cooccurrences, tables: GloveTables, *, x_max: float = 100.0, alpha: float = 0.75
) -> tuple[float, GloveTables]:
    """The objective (equation 8), and its gradient with respect to each number of the tables, in their precision."""
    words, dim = tables.words.shape
    if words != counts.n_words:
        raise ValueError(f"the tables have {words} rows; the counts are of {counts.n_words} words")
    both = _stacked(tables)
    (batch,) = _dealt(counts, weighting(counts.values, x_max=x_max, alpha=alpha), torch.zeros(len(counts.values)), both)
    error = batch.errors(both)
    gradient = 2 * batch.summed(both, batch.weights * error)
    return (batch.weights @ error.square()).item(), GloveTables(
        gradient[:words, :dim], gradient[words:, :dim], gradient[:words, dim], gradient[words:, dim + 1]
    )


def train_glove(
    tokens: Tokens,
    *,
    dim: int = 50,
    window: int = 10,
    x_max: float = 100.0,
    alpha: float = 0.75,
    learning_rate: float = 0.05,
    epochs: int = 25,
    min_count: int = 5,
    seed: int = 0,
    device: torch.device | str | None = None,
    snapshots: int = 10,
    stopping: Stopping = never,
) -> Iterator[Snapshot]:
    """Train on a corpus, and show `snapshots` moments of it and its beginning, the last when all is done.

    The snapshots' vectors are W + W~ and their context_vectors W~; steps are batches. loss is the objective divided by
    the number of pairs: at the beginning and the end that of the tables as they are, between them each batch's as it
    was when the batch had its last turn, which costs nothing. Counting comes before the first snapshot's seconds.
    While `stopping` is true, a snapshot follows each batch; true while it counts, it ends without any. On
    the CPU a seed gives the same numbers each time, on the same version of torch and with the same number of threads.
    MPS lacks the sparse products, so that the CPU trains there. ValueError for settings, at once, or for a corpus
    without pairs or with too many; DivergedError if the numbers are no longer finite.
    """
    checked_size("dim", dim)
    _checked_window(window)
    checked_positive("x_max", x_max)
    checked_not_negative("alpha", alpha)
    checked_positive("learning_rate", learning_rate)
    checked_size("epochs", epochs)
    checked_size("seed", seed, least=0)
    checked_size("snapshots", snapshots)
    device = best_device() if device is None else torch.device(device)
    if not isinstance(tokens, Sequence):
        tokens = getattr(tokens, "sentences", None) or list(tokens)
    words = vocabulary(tokens, min_count=min_count)
    if len(words) * dim > MAX_NUMBERS:
        raise ValueError(
            f"a table of {len(words):,} words × {dim} has more than {MAX_NUMBERS:,} numbers; "
            f"dim must be at most {MAX_NUMBERS // len(words)}, or min_count above {min_count}"
        )
    return _snapshots(
        tokens, words, dim, window, x_max, alpha, learning_rate, epochs, seed,
        torch.device("cpu") if device.type == "mps" else device, snapshots, stopping,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some pairs of words, for tables stacked as (2 · n_words, dim + 2): W, b and 1 above, W~, 1 and b~ below, so that
    the product of two rows is the whole of what is compared with log X.

    matrix (n_words, n_words): -log X of the pairs, sparse by rows. The gradient of a row is a weighted sum of rows of
    the other table: those in `others` from the row's place in `starts` on; its first half is in the order of the pairs,
    its second in that of `by_column`. weights (m,): f(X).
    """

    matrix: Tensor
    others: Tensor
    starts: Tensor
    by_column: Tensor
    weights: Tensor

    def errors(self, both: Tensor) -> Tensor:
        """w_i . w~_j + b_i + b~_j - log X_ij of each pair, (m,)."""
        above, below = both.chunk(2)
        return torch.sparse.sampled_addmm(self.matrix, above, below.T).values()

    def summed(self, both: Tensor, factors: Tensor) -> Tensor:
        """The sum over each row's pairs of factor times the other word's row, like the tables."""
        factors = torch.cat([factors, factors[self.by_column]])
        return F.embedding_bag(self.others, both, self.starts, mode="sum", per_sample_weights=factors)


def _dealt(counts: Cooccurrences, weights: Tensor, batch_of: Tensor, like: Tensor) -> list[_Batch]:
    """The pairs of words, each in the batch that `batch_of` names, with the device and precision of `like`."""
    n, device = counts.n_words, like.device
    logs = counts.values.double().log().neg().to(like.dtype)
    batches = []
    order = torch.argsort(batch_of, stable=True)  # within a batch still by row, then column
    for part in order.split(torch.bincount(batch_of.long()).tolist()):
        rows, columns = counts.rows[part], counts.columns[part]
        by_column = torch.argsort(columns, stable=True)
        of_row, of_column = (torch.bincount(places, minlength=n) for places in (rows, columns))
        starts = torch.cat([torch.zeros(1, dtype=torch.int64), torch.cat([of_row, of_column]).cumsum(0)]).int()
        with warnings.catch_warnings():  # torch says once in a process that sparse tensors by rows are in beta
            warnings.simplefilter("ignore", UserWarning)
            matrix = torch.sparse_csr_tensor(starts[: n + 1], columns, logs[part], size=(n, n), device=device)
        others = torch.cat([columns + n, rows[by_column]]).to(device)
        batches.append(
            _Batch(matrix, others, starts[:-1].to(device), by_column.to(device), weights[part].to(device, like.dtype))
        )
    return batches


def _checked_window(window: int) -> None:
    if checked_size("window", window) > MAX_WINDOW:
        raise ValueError(f"window is {window}; it must be at most {MAX_WINDOW} words to each side")


def _stacked(tables: GloveTables) -> Tensor:
    ones = torch.ones_like(tables.word_bias[:, None])
    above = torch.cat([tables.words, tables.word_bias[:, None], ones], dim=1)
    below = torch.cat([tables.contexts, ones, tables.context_bias[:, None]], dim=1)
    return torch.cat([above, below])


def _ranges(sizes: np.ndarray, most: int) -> Iterator[tuple[int, int]]:
    """Consecutive ranges of places whose sizes add up to at most `most`, or that are one place."""
    ends, low = np.cumsum(sizes), 0
    while low < len(sizes) and ends[-1]:
        before = ends[low - 1] if low else 0
        high = max(low + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield low, high
        low = high


@torch.no_grad()
def _trained(both: Tensor, squares: Tensor, batch: _Batch, learning_rate: float) -> float:
    """Take one step, in place; the share of the objective that the batch had before."""
    dim = both.shape[1] - 2
    error = batch.errors(both)
    factors = batch.weights * error
    loss = (factors @ error).item()
    factors *= learning_rate
    squares += batch.summed(both.square(), factors.square())
    both.addcdiv_(batch.summed(both, factors), squares.sqrt(), value=-1)
    above, below = both.chunk(2)
    above[:, dim + 1] = below[:, dim] = 1
    return loss


@torch.no_grad()
def _objectives(both: Tensor, batches: Sequence[_Batch]) -> list[float]:
    return [(batch.weights @ batch.errors(both).square()).item() for batch in batches]


def _snapshots(
    tokens, words, dim, window, x_max, alpha, learning_rate, epochs, seed, device, snapshots, stopping
) -> Iterator[Snapshot]:
    counts = _counted(tokens, words, window, stopping)
    if counts is None:
        return
    n_pairs, n_tokens = len(counts.values), int(words.counts.sum())
    generator = torch.Generator(device="cpu").manual_seed(seed)

    def drawn(*shape: int) -> Tensor:
        return (torch.rand(shape, generator=generator) - 0.5) / dim

    n = len(words)
    both = _stacked(GloveTables(drawn(n, dim), drawn(n, dim), drawn(n), drawn(n))).to(device)
    squares = torch.ones_like(both)
    n_batches = min(n_pairs, max(LEAST_BATCHES, math.ceil(n_pairs / BATCH_PAIRS)))
    # shuffled, then dealt in turn, so that the batches are of one size
    batch_of = torch.empty(n_pairs, dtype=torch.int32)
    batch_of[torch.randperm(n_pairs, generator=generator)] = torch.arange(n_pairs, dtype=torch.int32) % n_batches
    weights = weighting(counts.values, x_max=x_max, alpha=alpha)
    batches = _dealt(counts, weights, batch_of, both)
    del counts, batch_of, weights
    total, step, seconds = epochs * n_batches, 0, 0.0
    losses = _objectives(both, batches)
    order: list[int] = []
    due = deque(snapshot_steps(total, snapshots))
    while due:
        begin = time.perf_counter()
        while step < due[0]:
            order = order or torch.randperm(n_batches, generator=generator).tolist()
            turn = order.pop()
            losses[turn] = _trained(both, squares, batches[turn], learning_rate)
            step += 1
            if not math.isfinite(losses[turn]):
                raise DivergedError(step, step / total, learning_rate)
            if stopping():
                break
        seconds += time.perf_counter() - begin if step else 0.0
        losses = _objectives(both, batches) if step == total else losses
        objective = math.fsum(losses)
        if not (math.isfinite(objective) and bool(squares.isfinite().all())):  # with infinite squares nothing moves
            raise DivergedError(step, step / total, learning_rate)
        table, contexts = (half[:, :dim].cpu() for half in both.chunk(2))
        epoch = step / n_batches
        yield Snapshot(
            step, epoch, step / total, objective / n_pairs, epoch * n_tokens / seconds if step else 0.0, seconds,
            table + contexts, contexts.clone(), words.words, words.counts,
        )  # fmt: skip
        if step == due[0]:
            due.popleft()
