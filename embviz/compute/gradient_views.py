"""A small table, a batch of ids, and which of its rows learn: what the pictures of the lesson show.

The table has 12 rows of 6 numbers, drawn as `embviz.compute.gradients` says, which has the mathematics. A row learns in
a step in which its gradient is not 0, and moves where an optimiser changes it. Lengths are Euclidean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.gradients import loss_gradients, optimiser_steps
from embviz.compute.pipeline import colour_limit

ROWS, WIDTH = 12, 6
STEPS = 12
RATE = 0.1
LOOPS = {  # every optimiser of the comparison: its name in torch, whether its gradients are sparse, whether it decays
    "SGD": ("sgd", False, False),
    "SGD, sparse": ("sgd", True, False),
    "momentum": ("momentum", False, False),
    "momentum, sparse": ("momentum", True, False),
    "Adam": ("adam", False, False),
    "SparseAdam": ("adam", True, False),
    "Adam + decay": ("adam", False, True),
    "AdamW + decay": ("adamw", False, True),
}


@dataclass(frozen=True, slots=True)
class RowGradients:
    """The gradient of every row (rows, width) for a batch, and which rows have one.

    upstream (tokens, width): the gradient of each looked-up row; counts (rows,): how often each id is in the batch;
    targets (rows,): how often it is to be predicted. The rest is as in LossGradients. `limit` is where colours end.
    `learning`: rows with a gradient; `silent`: rows of the batch without one.
    """

    upstream: Tensor
    by_hand: Tensor
    by_autograd: Tensor
    lookup_part: Tensor
    logits_part: Tensor | None
    counts: Tensor
    targets: Tensor
    largest_difference: float
    loss: float
    limit: float
    learning: tuple[int, ...]
    silent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RowSteps:
    """How an optimiser moves every row in every step.

    movement, gradients (rows, steps): the length of a row's change and of its gradient; path (rows,): the sum over the
    steps; counts (rows,). `learning`: rows that had a gradient in some step; `moved`: rows that moved in some step;
    `later`: rows that had one, and that moved in a step in which it was 0; `strangers`: rows that are in no batch
    and moved; `smallest`, `largest`: of the movements that are not 0.
    """

    movement: Tensor
    gradients: Tensor
    path: Tensor
    counts: Tensor
    learning: tuple[int, ...]
    moved: tuple[int, ...]
    later: tuple[int, ...]
    strangers: tuple[int, ...]
    smallest: float
    largest: float


@dataclass(frozen=True, slots=True)
class UsedAndUnused:
    """The mean path of a row by optimiser (optimisers,): of used rows in steps with their gradient, in steps without,
    and of rows that are in no batch; NaN where there are none. A used row has a gradient in step 1.
    """

    names: tuple[str, ...]
    with_gradient: Tensor
    without_gradient: Tensor
    unused: Tensor
    used_rows: tuple[int, ...]
    unused_rows: tuple[int, ...]


def row_gradients(
    *, ids: Sequence[int], upstream: str = "cross-entropy", tied: bool = False, padding: int | None = 0, seed: int = 0
) -> RowGradients:
    """The gradient of a table of 12 rows for these ids, by hand and by autograd."""
    found = loss_gradients(
        ids, vocab_size=ROWS, dim=WIDTH, upstream=upstream, tied=tied, padding_idx=padding, seed=seed
    )
    shown = (found.upstream, found.by_hand, found.lookup_part, *([found.logits_part] if tied else []))
    moving = found.by_hand.any(dim=1)
    following = torch.tensor([token for token in ids[1:] if token != padding], dtype=torch.int64)
    return RowGradients(
        found.upstream,
        found.by_hand,
        found.by_autograd,
        found.lookup_part,
        found.logits_part,
        found.counts,
        torch.bincount(following, minlength=ROWS) * (upstream == "cross-entropy"),
        found.largest_difference,
        found.loss,
        colour_limit(*(part[part.any(dim=1)] for part in shown)),
        _rows(moving),
        _rows((found.counts > 0) & ~moving),
    )


def row_steps(
    *,
    ids: Sequence[int],
    optimiser: str = "adamw",
    batches: str = "first only",
    decay: float = 0.0,
    sparse: bool = False,
    tied: bool = False,
    padding: int | None = 0,
    seed: int = 0,
) -> RowSteps:
    """How an optimiser moves 12 rows in 12 steps of rate 0.1 on the cross-entropy of these ids."""
    found = optimiser_steps(
        ids,
        vocab_size=ROWS,
        dim=WIDTH,
        optimiser=optimiser,
        steps=STEPS,
        lr=RATE,
        weight_decay=decay,
        batches=batches,
        upstream="cross-entropy",
        tied=tied,
        sparse=sparse,
        padding_idx=padding,
        seed=seed,
    )
    pulled, moving = found.gradients > 0, found.movement > 0
    learning = pulled.any(dim=1)
    seen = found.movement[moving]
    return RowSteps(
        found.movement,
        found.gradients,
        found.movement.sum(dim=1),
        found.counts,
        _rows(learning),
        _rows(moving.any(dim=1)),
        _rows(learning & (moving & ~pulled).any(dim=1)),
        _rows((found.counts == 0) & moving.any(dim=1)),
        seen.min().item() if len(seen) else 0.0,
        seen.max().item() if len(seen) else 0.0,
    )


def used_and_unused(
    *, ids: Sequence[int], batches: str = "first only", decay: float = 0.01, padding: int | None = 0, seed: int = 0
) -> UsedAndUnused:
    """How far each optimiser moves a row that the batch uses, and one that it does not, in 12 steps."""
    columns = []
    for optimiser, sparse, decays in LOOPS.values():
        rate = decay if decays else 0.0
        found = row_steps(
            ids=ids, optimiser=optimiser, batches=batches, decay=rate, sparse=sparse, padding=padding, seed=seed
        )
        used, unused = found.gradients[:, 0] > 0, found.counts == 0
        pulled = found.gradients > 0
        parts = (found.movement * pulled, found.movement * ~pulled)
        columns.append([*(part.sum(dim=1)[used].mean() for part in parts), found.path[unused].mean()])
    with_gradient, without_gradient, never = torch.tensor(columns).T
    if batches == "same":
        without_gradient = torch.full_like(without_gradient, torch.nan)
    return UsedAndUnused(tuple(LOOPS), with_gradient, without_gradient, never, _rows(used), _rows(unused))


def _rows(chosen: Tensor) -> tuple[int, ...]:
    return tuple(chosen.nonzero()[:, 0].tolist())
