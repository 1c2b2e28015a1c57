"""What a training of word vectors shows while it runs: snapshots of its tables, evenly spread over the work.

Trainers are generators of `Snapshot`: the first before the first step, share 0, and the last at the end, share 1. They
print nothing and start no thread; leaving the generator stops the training.

A trainer may be asked to hurry: it takes a function `stopping`, looks at it after each step, and where it is true makes
a snapshot out of turn, so that whoever wants to stop need not wait for the next. To ask again for what follows goes on
as if nothing had been: a training that was interrupted gives the same vectors as one that was not.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from embviz.compute.checks import checked_size

Stopping = Callable[[], bool]
"""Whether somebody wants the training to stop, and so to see how far it is."""


def never() -> bool:
    """Nobody wants it to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables of a training at one moment, as copies on the CPU.

    step: updates made so far; epoch: passes over the corpus so far, whole or in part; share: of all the work, from 0 to
    1; loss: the trainer's objective, as the trainer defines it, NaN before it is known; tokens_per_second: words of the
    corpus worked through a second so far, 0 at the start; seconds: training time so far, without the time that the
    reader of the snapshots takes.

    vectors (V, dim), float32: the table that one keeps; context_vectors (V, dim): the second table, of words as
    contexts; vocabulary: the word of each row; counts (V,), int64: how often it occurs in the corpus.
    """

    step: int
    epoch: float
    share: float
    loss: float
    tokens_per_second: float
    seconds: float
    vectors: Tensor
    context_vectors: Tensor
    vocabulary: tuple[str, ...]
    counts: Tensor


class DivergedError(ArithmeticError):
    """A training whose numbers are no longer finite. The message is one sentence: when it happened, and what helps."""

    def __init__(self, step: int, share: float, learning_rate: float):
        super().__init__(
            f"Training stopped at step {step:,} ({share:.0%} of the work): the numbers are no longer finite, because "
            f"the updates grew too large; a learning rate below {learning_rate:g} helps."
        )
        self.step = step


def snapshot_steps(total: int, snapshots: int) -> tuple[int, ...]:
    """After which of `total` steps a snapshot is due: 0, then `snapshots` more, evenly spread, the last after `total`.

    Fewer if there are fewer steps than that. ValueError if either is below 1.
    """
    total, snapshots = checked_size("total", total), checked_size("snapshots", snapshots)
    n = min(total, snapshots)
    return tuple(total * i // n for i in range(n + 1))
