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
that happens to be the word o itself counts like any other. How it is made fast is told in `word2vec_batches`
and `word2vec_steps`.
"""

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from embviz.compute import corpora
from embviz.compute.checks import checked_choice, checked_positive, checked_size
from embviz.compute.corpora import Architecture, Encoded, Tokens, Vocabulary
from embviz.compute.device import best_device
from embviz.compute.lockstep import Phase, Team
from embviz.compute.snapshots import DivergedError, Snapshot, Stopping, never
from embviz.compute.word2vec_batches import Batch, BatchSizes, Drawn, batch_sizes, portions
from embviz.compute.word2vec_steps import Ready, Tables

MAX_WINDOW, MAX_DIM, MAX_NEGATIVE, MAX_NUMBERS = 20, 1024, 64, 1 << 28
"""The most of each that a training takes; the last are the numbers in both tables, 1 GB."""

FINAL_RATE = 0.004
"""The learning rate at the end, as a share of that at the start: 0.0001 of 0.025, as in gensim."""

_LOSSES = 256  # batches of a run whose loss is computed
_AT_ONCE = 8  # batches for which everything is made ready at a time
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

    size = min(threads, os.cpu_count() or 1) if device.type == "cpu" else 1

    def made(team: Team) -> Iterator[Snapshot]:
        tables = Tables(*both, **options, parts=team.size)
        return _snapshots(
            encoded,
            vocabulary,
            keep,
            tables,
            team,
            sizes,
            options,
            epochs,
            learning_rate,
            snapshots,
            generator,
            stopping,
        )

    return _by_team(made, size)


def _by_team(made: Callable[[Team], Iterator[Snapshot]], size: int) -> Iterator[Snapshot]:
    """The snapshots, made by a team of threads; between two of them the caller's thread has its own settings."""
    with Team(size) as team:
        snapshots = made(team)
        while True:
            with team.one_thread():
                snapshot = next(snapshots, None)
            if snapshot is None:
                return
            yield snapshot


def _snapshots(
    encoded: Encoded,
    vocabulary: Vocabulary,
    keep: Tensor,
    tables: Tables,
    team: Team,
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
        drawing = portions(
            encoded, keep, distribution, sizes, window=options["window"], generator=generator,
            device=tables.vectors.device,
        )  # fmt: skip
        for drawn in _drawn(team, drawing):
            plan = []
            for number, (batch, share) in enumerate(drawn, start=step):
                rate = learning_rate * (1 - (1 - FINAL_RATE) * (plan[-1].done if plan else done))
                plan.append(_Step(batch, rate, (epoch + share) / epochs, with_loss=number % every == 0))
            for planned, found in _steps(team, tables, plan):
                step, done = step + 1, planned.done
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


def _drawn(team: Team, drawing: Sequence[Callable[[], Drawn]]) -> Iterator[Drawn]:
    """What calls give, in their order; the team makes as many at a time as it has threads."""
    for first in range(0, len(drawing), team.size):
        few = drawing[first : first + team.size]
        found: dict[int, Drawn] = {}

        def draw(number: int, few: Sequence[Callable[[], Drawn]] = few, found: dict[int, Drawn] = found) -> None:
            if number < len(few):
                found[number] = few[number]()

        for _ in team.through([draw]):
            pass
        yield from (found[number] for number in range(len(few)))


@dataclass(frozen=True, slots=True)
class _Step:
    """A batch, its learning rate, the share of the training that is done after it, and whether its loss is asked."""

    batch: Batch
    rate: float
    done: float
    with_loss: bool


def _steps(team: Team, tables: Tables, plan: Sequence[_Step]) -> Iterator[tuple[_Step, tuple[float, float] | None]]:
    """Take the steps of a plan; after each, it and its loss."""
    for first in range(0, len(plan), _AT_ONCE):
        steps = plan[first : first + _AT_ONCE]
        found = None
        for phase, _ in enumerate(team.through(_phases(team.size, tables, steps))):
            planned = steps[max(0, phase - 1) // 2]
            if phase % 2:  # the others are at the change now, and leave the loss alone
                found = tables.loss() if planned.with_loss else None
            elif phase:
                yield planned, found


def _phases(size: int, tables: Tables, steps: Sequence[_Step]) -> list[Phase]:
    """What a team of a size does: each thread prepares its part of all batches; then, for each batch, it finds the
    gradients of its part, and changes a table."""
    ready: dict[int, list[Ready | None]] = {}

    def prepare(part: int) -> None:
        ready[part] = tables.ready([(step.batch, step.rate) for step in steps], part)

    def gradients(number: int, step: _Step, part: int) -> None:
        tables.gradients(ready[part][number], part, with_loss=step.with_loss)

    def change(part: int) -> None:
        for table in range(part, 2, size):
            tables.change(table)

    phases: list[Phase] = [prepare]
    for number, step in enumerate(steps):
        phases += [partial(gradients, number, step), change]
    return phases
