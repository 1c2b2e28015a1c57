"""The batches of word2vec: a text, thinned out, as chunks of words with their windows and negatives.

What is trained is told in `word2vec`, and what is done with a batch in `word2vec_steps`. The text that subsampling left
is cut into chunks of consecutive words; a batch has chunks from all over a portion of it. In place of `negative` words
a pair, some are drawn for a chunk, for all its words, and weighted so that the expectation is the same; the draws of a
batch are spread evenly over the distribution. So Ji, Satish, Li and Dubey 2016, "Parallelizing Word2Vec in Shared and
Distributed Memory", section 3, whose batches are one word's contexts. Gradients of a batch are added up and applied at
once, so that a batch must be small enough that no row overshoots: see `batch_sizes`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from embviz.compute.corpora import Architecture, Encoded, negative_distribution

PORTION = 1 << 19
"""Words of the text that are prepared at a time, which bounds memory; no window reaches out of a portion."""

MAX_BATCH, CHUNK = 3584, 32
"""The most words of a batch, whose numbers should stay in a processor's cache, and of a chunk."""

STEP_BOUND, LUMP_BOUND, DRAWS = {"skipgram": 3.5, "cbow": 6.0}, 0.75, 512
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

    around (n, C + 2 window): the words, and `window` words before and after; kinds (n, C): which row of
    `window_weights` tells a word's contexts; negatives (n, K). Words of kind 0 have no contexts, and nothing is learned
    from them; some only fill the last chunks.
    """

    around: Tensor
    kinds: Tensor
    negatives: Tensor


Drawn = list[tuple[Batch, float]]
"""Batches in the order of their steps, each with the share of a pass that is done after it."""


def window_weights(window: int) -> Tensor:
    """Which words near one are its contexts, 1 or 0: ((window + 1)², 2 window + 1), float32.

    Row left (window + 1) + right is for `left` contexts before the word and `right` after it; column window + o is for
    the word at offset o.
    """
    axes = map(torch.arange, (window + 1, window + 1, 2 * window + 1))
    left, right, column = torch.meshgrid(*axes, indexing="ij")
    offset = column - window
    return ((-left <= offset) & (offset <= right) & (offset != 0)).float().flatten(0, 1)


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
    Hence bounds on sums of learning rates. STEP_BOUND: in a batch, so much goes to the row of a word, on average over
    words as they occur, half of what one occurrence brings by itself included; on Shakespeare skip-gram diverges at
    twice that and CBOW, where a context is but a share of the mean, at four times. LUMP_BOUND: one draw of a negative
    stands for so much. So small vocabularies and high rates have small batches, which have DRAWS negatives all the
    same, if that takes no more than 64 a chunk. Beyond a learning rate of some 0.1 in skip-gram, where one occurrence
    alone reaches the bound, no size can hold it.
    """
    contexts = window + 1  # of a word, on average, where no sentence ends
    skipgram = architecture == "skipgram"
    pairs = contexts if skipgram else 1
    kept = counts * keep.double()
    share = kept / kept.sum()
    drawn = negative_distribution(counts)
    as_input = contexts * (1 + negative) * (share @ share).item()
    as_output = pairs * (share @ (share + negative * drawn)).item()
    bound = STEP_BOUND[architecture]
    room = max(bound - learning_rate * pairs * (1 + negative) / 2, bound / 8)
    words = min(room / (learning_rate * max(as_input, as_output)), MAX_BATCH, kept.sum().item() + 16)
    chunk = max(1, min(CHUNK, int(words)))
    chunks = max(1, int(words) // chunk)
    for_lumps = learning_rate * chunk * pairs * negative / LUMP_BOUND
    negatives = max(for_lumps, min(DRAWS / chunks, 64))
    return BatchSizes(chunk, min(8 * math.ceil(negatives / 8 - 1e-9), 512), chunks)


def portions(
    encoded: Encoded,
    keep: Tensor,
    negatives: Tensor,
    sizes: BatchSizes,
    *,
    window: int = 5,
    generator: torch.Generator,
    device: torch.device | str = "cpu",
) -> list[Callable[[], Drawn]]:
    """One pass over a text: each call draws some batches, each with the share of the pass that is done after it.

    `keep` (V,) is the probability that an occurrence of a word stays, `negatives` (V,) the distribution of negatives.
    Everything is drawn on the CPU, so that it is the same on every device, and in whatever order the calls are made.
    """
    keep = keep.float()
    cumulative = negatives.cumsum(0) / negatives.sum()
    n_words = len(encoded.ids)
    n_portions = math.ceil(n_words / PORTION)
    seeds = torch.randint(1 << 62, (n_portions,), generator=generator).tolist()

    def drawn(number: int) -> Drawn:
        start, end = (n_words * each // n_portions for each in (number, number + 1))
        first = int(torch.searchsorted(encoded.starts, start, right=True)) - 1
        last = int(torch.searchsorted(encoded.starts, end))
        starts = encoded.starts[first : last + 1].clamp(start, end) - start
        own = torch.Generator().manual_seed(seeds[number])
        parts = _drawn(encoded.ids[start:end], starts, keep, cumulative, sizes, window, own)
        made = [Batch(*each) for each in zip(*(part.to(device) for part in parts), strict=True)]
        return [(batch, (start + (end - start) * i / len(made)) / n_words) for i, batch in enumerate(made, start=1)]

    return [partial(drawn, number) for number in range(n_portions)]


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
    chunk = sizes.chunk
    kept = torch.rand(len(ids), generator=generator) < keep[ids]
    before = torch.cat((torch.zeros(1, dtype=torch.int64), kept.cumsum(0)))
    ids, starts = ids[kept], before[starts]
    lengths = starts.diff()
    place = torch.arange(len(ids))
    # windows are reduced after the removal of words, so that near words come nearer, as in word2vec
    reach = torch.randint(1, window + 1, (len(ids),), generator=generator)
    left = torch.minimum(place - starts[:-1].repeat_interleave(lengths), reach)
    right = torch.minimum(starts[1:].repeat_interleave(lengths) - 1 - place, reach)
    n_chunks = max(1, math.ceil(len(ids) / chunk))
    n_batches = math.ceil(n_chunks / sizes.chunks)
    n = math.ceil(n_chunks / n_batches)  # batches of a portion are alike, so that few words only fill the last
    filled = n_batches * n * chunk
    kinds = torch.zeros(filled, dtype=torch.int64)
    kinds[: len(ids)] = left * (window + 1) + right
    around = torch.zeros(filled + 2 * window, dtype=torch.int64)
    around[window : window + len(ids)] = ids
    order = torch.randperm(n_batches * n, generator=generator)
    around = around.unfold(0, chunk + 2 * window, chunk).index_select(0, order)
    kinds = kinds.view(-1, chunk).index_select(0, order)
    negatives = _negatives(cumulative, n_batches, n, sizes.negatives, generator)
    return around.view(n_batches, n, -1), kinds.view(n_batches, n, chunk), negatives


def _negatives(cumulative: Tensor, n_batches: int, n: int, k: int, generator: torch.Generator) -> Tensor:
    """Draws from a distribution, (n_batches, n, k): in each batch one from each of as many equal parts."""
    part = torch.arange(n)[:, None] + n * torch.arange(k)
    at = (part + torch.rand(n_batches, n, k, dtype=torch.float64, generator=generator)) / (n * k)
    return torch.searchsorted(cumulative, at, right=True).clamp_(max=len(cumulative) - 1)
