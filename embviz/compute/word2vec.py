"""word2vec: skip-gram and CBOW with negative sampling.

- Architectures: Mikolov, Chen, Corrado and Dean 2013, "Efficient Estimation of Word Representations in Vector Space",
  sections 3.1 and 3.2.
- Negative sampling and subsampling: Mikolov, Sutskever, Chen, Corrado and Dean 2013, "Distributed Representations of
  Words and Phrases and their Compositionality", equation 4 and section 2.3.

With x an input vector, o a word to be told from it and u the context vectors, each pair (x, o) adds

    -log σ(u_o · x) - negative · E[log σ(-u_w · x)],  w from the distribution of negatives,

to the loss. In skip-gram x is the vector of a centre and o each of its contexts; in CBOW x is the mean of the contexts'
vectors and o the centre. The rest is that of the word2vec program and of gensim: every window shrinks at random to 1 …
`window` words; the rate falls linearly to nearly 0; vectors begin at random between -1/dim and 1/dim, context vectors
at 0; in CBOW every context moves by the whole gradient for x, not divided by the number of contexts. Only, a negative
that happens to be the word o itself counts like any other. How it is made fast is told in `word2vec_batches`.
"""

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from embviz.compute import corpora
from embviz.compute.checks import checked_choice, checked_positive, checked_size
from embviz.compute.corpora import Architecture, Encoded, Tokens, Vocabulary
from embviz.compute.device import best_device
from embviz.compute.snapshots import DivergedError, Snapshot, Stopping, never
from embviz.compute.word2vec_batches import BatchSizes, Run, Tables, batch_sizes, batches, in_turn

MAX_WINDOW, MAX_DIM, MAX_NEGATIVE, MAX_NUMBERS = 20, 1024, 64, 1 << 28
"""The most of each that a training takes; the last are the numbers in both tables, 1 GB."""

FINAL_RATE = 0.004
"""The learning rate at the end, as a share of that at the start: 0.0001 of 0.025, as in gensim."""

_LOSSES = 256  # batches of a run whose loss is computed
_HOPELESS = 1e4  # a loss that no training comes back from


def train_word2vec(
    tokens: Tokens,
    *,
    architecture: Architecture = "skipgram",
    dim: int = 100,
    window: int = 5,
    negative: int = 5,
    min_count: int = 5,
    sample: float = 1e-3,
    epochs: int = 5,
    learning_rate: float = 0.025,
    seed: int = 0,
    device: torch.device | str | None = None,
    threads: int = 1,
    snapshots: int = 20,
    stopping: Stopping = never,
) -> Iterator[Snapshot]:
    """Train word vectors. The first snapshot is before the first step; up to `snapshots` follow, the last at the end.

    `tokens` are a flat sequence of words, sentences of words, or a corpus; windows stay within a sentence. Words that
    occur fewer than `min_count` times are left out, and the others thinned out by `sample` (`keep_probabilities`).
    A snapshot's loss is the mean over the pairs of some batches since the last snapshot; the first's is that of vectors
    that know nothing, (1 + negative) log 2. While `stopping` is true, a snapshot follows each batch.

    The same seed gives the same vectors on one CPU, with any number of threads. `device` None takes the best there is.
    On the CPU all work is done by `threads` threads, at most one a processor; of more than one, all but the caller's
    are the iterator's own, and end with it. Torch's settings for other work stay as they are.

    ValueError, on the call, for bad values or if no word occurs often enough; DivergedError, from the iterator, if the
    numbers grow beyond all bounds.
    """
    checked_choice("architecture", architecture, corpora.ARCHITECTURES)
    limits = (("dim", dim, MAX_DIM), ("window", window, MAX_WINDOW), ("negative", negative, MAX_NEGATIVE))
    for name, value, most in limits:
        if checked_size(name, value) > most:
            raise ValueError(f"{name} is {value}; it must be at most {most}")
    checked_size("epochs", epochs)
    checked_positive("learning_rate", learning_rate)
    checked_size("seed", seed, least=0)
    checked_size("snapshots", snapshots)
    checked_size("threads", threads)
    device = best_device() if device is None else torch.device(device)
    if not isinstance(tokens, corpora.Corpus | Sequence):
        tokens = list(tokens)
    vocabulary = corpora.vocabulary(tokens, min_count=min_count)
    keep = corpora.keep_probabilities(vocabulary.counts, sample)
    if 2 * len(vocabulary) * dim > MAX_NUMBERS:
        raise ValueError(
            f"two tables of {len(vocabulary):,} words × {dim} have more than {MAX_NUMBERS:,} numbers; "
            f"dim must be at most {MAX_NUMBERS // (2 * len(vocabulary))}, or min_count above {min_count}"
        )
    options = {"architecture": architecture, "window": window, "negative": negative}
    sizes = batch_sizes(vocabulary.counts, keep, learning_rate=learning_rate, **options)
    generator = torch.Generator(device="cpu").manual_seed(seed)
    vectors = (torch.rand(len(vocabulary), dim, generator=generator) * 2 - 1) / dim
    both = vectors.to(device), torch.zeros_like(vectors, device=device)
    encoded = corpora.encode(tokens, vocabulary)

    def made(parts: int, run: Run) -> Iterator[Snapshot]:
        tables = Tables(*both, sizes, **options, parts=parts, run=run)
        return _snapshots(
            encoded, vocabulary, keep, tables, sizes, options, epochs, learning_rate, snapshots, generator, stopping
        )

    return _in_threads(made, threads) if device.type == "cpu" else made(1, in_turn)


def _in_threads(made: Callable[[int, Run], Iterator[Snapshot]], threads: int) -> Iterator[Snapshot]:
    """The snapshots, made by so many threads of Python, each with one of OpenMP.

    Threads of OpenMP wait for each other at every operation, some twenty times a batch, and where other work keeps a
    processor busy that takes longer than the work itself; threads of Python meet twice a batch.
    """
    from threadpoolctl import ThreadpoolController

    controller, threads = ThreadpoolController(), min(threads, os.cpu_count() or 1)

    def one_thread() -> AbstractContextManager:
        torch.get_num_threads()  # torch sets OpenMP's number on first use in a thread, and would do so after us
        return controller.limit(limits=1, user_api="openmp")  # a setting of the calling thread alone

    with ThreadPoolExecutor(threads - 1, initializer=one_thread) if threads > 1 else nullcontext() as pool:

        def together(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
            others = [pool.submit(task) for task in tasks[1:]]
            return [tasks[0](), *(other.result() for other in others)]

        snapshots = made(threads, together if threads > 1 else in_turn)
        while True:
            with one_thread():
                snapshot = next(snapshots, None)
            if snapshot is None:
                return
            yield snapshot


def _snapshots(
    encoded: Encoded,
    vocabulary: Vocabulary,
    keep: Tensor,
    tables: Tables,
    sizes: BatchSizes,
    options: Mapping[str, Any],
    epochs: int,
    learning_rate: float,
    snapshots: int,
    generator: torch.Generator,
    stopping: Stopping,
) -> Iterator[Snapshot]:
    distribution = corpora.negative_distribution(vocabulary.counts)
    n_steps = epochs * (vocabulary.counts * keep).sum().item() / (sizes.chunk * sizes.chunks)
    every = max(1, round(n_steps / _LOSSES))
    step, done, seconds, due = 0, 0.0, 0.0, 1
    total, pairs = (1 + options["negative"]) * math.log(2), 1.0

    def snapshot() -> Snapshot:
        if not bool(tables.vectors.isfinite().all() and tables.context_vectors.isfinite().all()):
            raise DivergedError(step, done, learning_rate)
        return Snapshot(
            step, done * epochs, done, total / pairs if pairs else math.nan,
            done * epochs * len(encoded.ids) / seconds if step else 0.0, seconds,
            tables.vectors.cpu().clone(), tables.context_vectors.cpu().clone(), vocabulary.words, vocabulary.counts,
        )  # fmt: skip

    yield snapshot()
    total = pairs = 0.0
    begin = time.perf_counter()
    for epoch in range(epochs):
        passing = batches(
            encoded, keep, distribution, sizes, window=options["window"], generator=generator,
            device=tables.vectors.device,
        )  # fmt: skip
        for batch, share in passing:
            rate = learning_rate * (1 - (1 - FINAL_RATE) * done)
            found = tables.step(batch, rate, with_loss=step % every == 0)
            step, done = step + 1, (epoch + share) / epochs
            if found:
                if not found[0] < _HOPELESS * max(1.0, found[1]):
                    raise DivergedError(step, done, learning_rate)
                total, pairs = total + found[0], pairs + found[1]
            if due <= done * snapshots < snapshots or (done < 1 and stopping()):
                seconds += time.perf_counter() - begin
                yield snapshot()
                total = pairs = 0.0
                due = math.floor(done * snapshots) + 1
                begin = time.perf_counter()
    seconds += time.perf_counter() - begin
    done = 1.0
    yield snapshot()
