"""The batches of word2vec, and a step on one: dense matrix products in place of a loop over pairs of words.

What is trained is told in `word2vec`. The text that subsampling left is cut into chunks of consecutive words; a batch
has chunks from all over it. The scores of a chunk's words with all words around them are one matrix product, of which
weights keep the pairs that are in a window (`window_masks`). In place of `negative` words a pair, some are drawn for a
chunk, for all its words, and weighted so that the expectation is the same; the draws of a batch are spread evenly over
the distribution. So Ji, Satish, Li and Dubey 2016, "Parallelizing Word2Vec in Shared and Distributed Memory", section
3, whose batches are one word's contexts. Gradients of a batch are added up and applied at once, so that a batch must be
small enough that no row overshoots: see `batch_sizes`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import softplus

from embviz.compute.corpora import Architecture, Encoded, negative_distribution

PORTION = 1 << 19
"""Words of the text that are prepared at a time, which bounds memory; no window reaches out of a portion."""

MAX_BATCH = 2048
"""The most words of a batch: what is computed for them should stay in a processor's cache."""

STEP_BOUND, LUMP_BOUND = 3.5, 1.0
"""What `batch_sizes` keeps to."""


@dataclass(frozen=True, slots=True)
class BatchSizes:
    """chunk: consecutive words; negatives: words drawn for a chunk; chunks: how many make a batch."""

    chunk: int
    negatives: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Batch:
    """n chunks of C words each, as rows of the vocabulary, int64.

    centres (n, C); around (n, C + 2 window): the same, and `window` words before and after; kinds (n, C): which row of
    `window_masks` tells a word's contexts; negatives (n, K). Words of kind 0 … C - 1 have no contexts, and nothing is
    learned from them; some only fill the last chunks.
    """

    centres: Tensor
    around: Tensor
    kinds: Tensor
    negatives: Tensor


def window_masks(chunk: int, window: int) -> Tensor:
    """Which words around a chunk are contexts of one in it, 1 or 0: ((window + 1)² chunk, chunk + 2 window), float32.

    Row (left (window + 1) + right) chunk + place is for the word at `place` in the chunk that has `left` contexts
    before it and `right` after it; column j is the word at place j - window.
    """
    axes = map(torch.arange, (window + 1, window + 1, chunk, chunk + 2 * window))
    left, right, place, column = torch.meshgrid(*axes, indexing="ij")
    offset = column - window - place
    return ((-left <= offset) & (offset <= right) & (offset != 0)).float().reshape(-1, chunk + 2 * window)


def batch_sizes(
    counts: Tensor,
    keep: Tensor,
    *,
    architecture: Architecture = "skipgram",
    window: int = 5,
    negative: int = 5,
    learning_rate: float = 0.025,
) -> BatchSizes:
    """Sizes at which training is fast and does not diverge, for words with `counts` (V,), kept with probability `keep`.

    A row's gradients within a batch are all taken at the same place, so that together they may jump over the optimum.
    Hence two bounds, on sums of learning rates. STEP_BOUND: in a batch, so much goes to the row of a word, on average
    over words as they occur, half of what one occurrence brings by itself included; at about twice that, training
    diverges on real text, on the kingdom corpus and on words drawn at random alike. LUMP_BOUND: one draw of a negative
    stands for so much. So small vocabularies and high rates have small batches. Beyond a learning rate of some 0.1 in
    skip-gram, where one occurrence alone reaches the bound, no size can hold it.
    """
    contexts = window + 1  # of a word, on average, where no sentence ends
    skipgram = architecture == "skipgram"
    pairs = contexts if skipgram else 1
    kept = counts * keep.double()
    share = kept / kept.sum()
    drawn = negative_distribution(counts)
    as_input = contexts * (1 + negative) * (share @ share).item()
    as_output = pairs * (share @ (share + negative * drawn)).item()
    room = max(STEP_BOUND - learning_rate * pairs * (1 + negative) / 2, STEP_BOUND / 8)
    words = min(room / (learning_rate * max(as_input, as_output)), MAX_BATCH, kept.sum().item() + 16)
    chunk = max(1, min(16 if window <= 8 else 32, int(words)))
    lump = learning_rate * chunk * pairs * negative / LUMP_BOUND
    negatives = min(max(24 if skipgram else 8, 8 * math.ceil(lump / 8)), 512)
    return BatchSizes(chunk, negatives, max(1, int(words) // chunk))


Run = Callable[[Sequence[Callable[[], Any]]], list[Any]]
"""How some calls are made, one after the other or at the same time; it gives their results."""


def in_turn(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of some calls, one made after the other."""
    return [task() for task in tasks]


class Tables:
    """The two tables, `vectors` and `context_vectors` (V, dim), and the steps that change them, in their precision.

    A step is done in `parts`, each some of a batch's chunks, and `run` makes the calls for them, `in_turn` or at the
    same time. The result does not depend on either.
    """

    def __init__(
        self,
        vectors: Tensor,
        context_vectors: Tensor,
        sizes: BatchSizes,
        *,
        architecture: Architecture = "skipgram",
        window: int = 5,
        negative: int = 5,
        parts: int = 1,
        run: Run = in_turn,
    ) -> None:
        self.vectors, self.context_vectors = vectors, context_vectors
        masks = window_masks(sizes.chunk, window).to(vectors)
        contexts = masks.sum(dim=1, keepdim=True)
        self._skipgram = architecture == "skipgram"
        if self._skipgram:
            weights = masks
        else:  # the outputs are the chunk's own words, each for the contexts around its place
            weights = torch.eye(sizes.chunk).to(vectors).repeat(len(masks) // sizes.chunk, 1) * (contexts > 0)
            self._masks, self._shares = masks, 1 / contexts.clamp(min=1)
        each = weights.sum(dim=1, keepdim=True) * negative / sizes.negatives
        self._weights = torch.cat((weights, each.expand(-1, sizes.negatives)), dim=1)
        self._labels = (torch.arange(self._weights.shape[1]) < weights.shape[1]).to(vectors)
        self._run, self._parts = run, range(parts)
        self._buffers: dict[tuple, Tensor] = {}

    def step(self, batch: Batch, rate: float, *, with_loss: bool = False) -> tuple[float, float] | None:
        """Move both tables by minus `rate` times the batch's gradients, all of them taken before the step.

        If `with_loss`: the loss before the step, summed over all pairs (x, o), and how many pairs there are.
        """
        rows, outputs = (batch.centres, batch.around) if self._skipgram else (batch.around, batch.centres)
        columns = torch.cat((outputs, batch.negatives), dim=1)
        moves = [self._buffer(name, "all", ids, self.vectors) for name, ids in (("rows", rows), ("columns", columns))]
        edges = [len(rows) * part // len(self._parts) for part in (*self._parts, len(self._parts))]

        def gradients(part: int) -> tuple[float, float]:
            few = slice(edges[part], edges[part + 1])
            to_rows, to_columns = (move[few] for move in moves)
            return self._gradients(
                part, batch.kinds[few], rows[few], columns[few], to_rows, to_columns, rate, with_loss
            )

        losses = self._run([partial(gradients, part) for part in self._parts])
        tables = (self.vectors, self.context_vectors)
        changes = zip(tables, (rows, columns), moves, strict=True)
        self._run([partial(t.index_add_, 0, ids.reshape(-1), move.flatten(0, 1)) for t, ids, move in changes])
        return (sum(loss for loss, _ in losses), sum(pairs for _, pairs in losses)) if with_loss else None

    def _gradients(
        self,
        part: int,
        kinds: Tensor,
        rows: Tensor,
        columns: Tensor,
        to_rows: Tensor,
        to_columns: Tensor,
        rate: float,
        with_loss: bool,
    ) -> tuple[float, float]:
        """Write minus `rate` times the gradients into to_rows (n, rows, dim) and to_columns (n, columns, dim)."""
        inputs, to_inputs = self._taken("vectors", part, self.vectors, rows), to_rows
        if not self._skipgram:
            masks, near = self._taken("masks", part, self._masks, kinds), inputs
            inputs = torch.bmm(masks, near, out=self._buffer("inputs", part, kinds, near))
            inputs.mul_(self._taken("shares", part, self._shares, kinds))
            to_inputs = self._buffer("to_inputs", part, kinds, near)
        across = self._taken("across", part, self.context_vectors, columns)
        weights = self._taken("weights", part, self._weights, kinds)
        scores = torch.bmm(inputs, across.transpose(1, 2), out=self._buffer("scores", part, kinds, weights))
        loss = pairs = 0.0
        if with_loss:
            loss = (weights * (softplus(scores) - self._labels * scores)).sum().item()
            pairs = (weights * self._labels).sum().item()
        slopes = torch.sub(self._labels, scores.sigmoid_(), out=scores).mul_(weights)
        torch.baddbmm(to_columns, slopes.transpose(1, 2), inputs, beta=0, alpha=rate, out=to_columns)
        torch.baddbmm(to_inputs, slopes, across, beta=0, alpha=rate, out=to_inputs)
        if not self._skipgram:
            torch.bmm(masks.transpose(1, 2), to_inputs, out=to_rows)
        return loss, pairs

    def _taken(self, name: str, part: int, table: Tensor, rows: Tensor) -> Tensor:
        """table[rows], (n, rows, width)."""
        out = self._buffer(name, part, rows, table)
        torch.index_select(table, 0, rows.reshape(-1), out=out.flatten(0, 1))
        return out

    def _buffer(self, name: str, part: int | str, rows: Tensor, like: Tensor) -> Tensor:
        """Room for a row of the width of `like` for each of `rows` (n, rows), the same at each call."""
        shape = (*rows.shape, like.shape[-1])
        if (found := self._buffers.get((name, part, shape))) is None:
            found = self._buffers[name, part, shape] = like.new_empty(shape)
        return found


def batches(
    encoded: Encoded,
    keep: Tensor,
    negatives: Tensor,
    sizes: BatchSizes,
    *,
    window: int = 5,
    generator: torch.Generator,
    device: torch.device | str = "cpu",
) -> Iterator[tuple[Batch, float]]:
    """One pass over a text in batches, each with the share of the pass that is done after it.

    `keep` (V,) is the probability that an occurrence of a word stays, `negatives` (V,) the distribution of negatives.
    Everything is drawn on the CPU, so that it is the same on every device.
    """
    keep = keep.float()
    cumulative = negatives.cumsum(0) / negatives.sum()
    n_words = len(encoded.ids)
    n_portions = math.ceil(n_words / PORTION)
    edges = [n_words * i // n_portions for i in range(n_portions + 1)] if n_portions else [0]
    for start, end in pairwise(edges):
        first = int(torch.searchsorted(encoded.starts, start, right=True)) - 1
        last = int(torch.searchsorted(encoded.starts, end))
        starts = encoded.starts[first : last + 1].clamp(start, end) - start
        drawn = _drawn(encoded.ids[start:end], starts, keep, cumulative, sizes, window, generator)
        parts = zip(*(part.to(device) for part in drawn), strict=True)
        n = len(drawn[0])
        for i, (around, kinds, words) in enumerate(parts, start=1):
            centres = around[:, window : window + sizes.chunk]
            yield Batch(centres, around, kinds, words), (start + (end - start) * i / n) / n_words


def _drawn(
    ids: Tensor,
    starts: Tensor,
    keep: Tensor,
    cumulative: Tensor,
    sizes: BatchSizes,
    window: int,
    generator: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """What the batches of a portion hold: around, kinds and negatives, each with an axis of batches in front."""
    chunk, n = sizes.chunk, sizes.chunks
    kept = torch.rand(len(ids), generator=generator) < keep[ids]
    before = torch.cat((torch.zeros(1, dtype=torch.int64), kept.cumsum(0)))
    ids, starts = ids[kept], before[starts]
    lengths = starts.diff()
    place = torch.arange(len(ids))
    # windows are reduced after the removal of words, so that near words come nearer, as in word2vec
    reach = torch.randint(1, window + 1, (len(ids),), generator=generator)
    left = torch.minimum(place - starts[:-1].repeat_interleave(lengths), reach)
    right = torch.minimum(starts[1:].repeat_interleave(lengths) - 1 - place, reach)
    n_batches = max(1, math.ceil(len(ids) / (chunk * n)))
    filled = n_batches * n * chunk
    kinds = torch.zeros(filled, dtype=torch.int64)
    kinds[: len(ids)] = (left * (window + 1) + right) * chunk + place % chunk
    around = torch.zeros(filled + 2 * window, dtype=torch.int64)
    around[window : window + len(ids)] = ids
    order = torch.randperm(n_batches * n, generator=generator)
    around = around.unfold(0, chunk + 2 * window, chunk).index_select(0, order)
    kinds = kinds.view(-1, chunk).index_select(0, order)
    negatives = _negatives(cumulative, n_batches, sizes, generator)
    return around.view(n_batches, n, -1), kinds.view(n_batches, n, chunk), negatives


def _negatives(cumulative: Tensor, n_batches: int, sizes: BatchSizes, generator: torch.Generator) -> Tensor:
    """Draws from a distribution, (n_batches, chunks, negatives): in each batch one from each of as many equal parts."""
    n, k = sizes.chunks, sizes.negatives
    part = torch.arange(n)[:, None] + n * torch.arange(k)
    at = (part + torch.rand(n_batches, n, k, dtype=torch.float64, generator=generator)) / (n * k)
    return torch.searchsorted(cumulative, at, right=True).clamp_(max=len(cumulative) - 1)
