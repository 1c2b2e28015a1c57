"""Which rows of a table learn: the gradient of each row, and how far an optimiser then moves it.

- The gradient of a lookup is one_hot(ids).T @ G, with G the gradient for each looked-up row (`embviz.compute.onehot`):
  a row that no id picks gets 0, and a row picked twice gets the sum.
- A tied head (Press and Wolf 2017, "Using the Output Embedding to Improve Language Models") uses the same table for the
  logits, rows @ W.T, so that a second part comes in: (softmax - target).T @ rows, which is not 0 in any row.
- Optimisers are torch's own: SGD; momentum (Polyak 1964); Adam (Kingma and Ba 2015); AdamW (Loshchilov and Hutter
  2019); SparseAdam, which updates only rows in the batch.

Conventions. The table is N(0, 1/dim) from the seed, float32; the row of `padding_idx` starts as zeros, as in torch, and
lookups give it no gradient. The cross-entropy is a language model's: each token's row predicts the token that follows
in its sequence, the mean over all predictions; the last token of a sequence predicts nothing, and padding is never
predicted. Without `tied` the output head is a matrix of its own, drawn after the table from the same seed.

What holds for a row that is not in the batch. Plain SGD leaves it alone. Momentum and Adam leave it alone if it has
never been in one, but go on moving it after it was, ever less: the average of past gradients is not 0 yet. Weight decay
moves every row, in the batch or not, but a zero one. With a tied head every row gets a gradient in every step, the
padding row too, from the logits (`embviz.compute.layers.TokenEmbedding` holds its padding row still). With sparse
gradients SparseAdam moves no row that is not in the batch; SGD with momentum does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from embviz.compute.checks import (
    checked_choice,
    checked_ids,
    checked_not_negative,
    checked_padding,
    checked_positive,
    checked_share,
    checked_size,
)
from embviz.compute.onehot import one_hot_gradient

Upstream = Literal["ones", "cross-entropy"]
Optimiser = Literal["sgd", "momentum", "adam", "adamw"]
Batches = Literal["same", "first only"]

UPSTREAMS = ("ones", "cross-entropy")
OPTIMISERS = ("sgd", "momentum", "adam", "adamw")
BATCHES = ("same", "first only")


@dataclass(frozen=True, slots=True)
class LossGradients:
    """The gradient of a loss with respect to every row of a table, made twice.

    weight (vocab, dim): the table; upstream (*ids.shape, dim): G, the gradient of the loss for each looked-up row;
    by_hand and by_autograd (vocab, dim): the gradient of the table; lookup_part (vocab, dim): what comes through the
    lookup, one_hot.T @ G, 0 in the padding row; logits_part (vocab, dim): what comes through the logits of a tied head,
    otherwise None; by_hand is their sum. largest_difference: of by_hand and by_autograd, absolute. counts (vocab,): how
    often each id occurs. loss: its value.
    """

    weight: Tensor
    upstream: Tensor
    by_hand: Tensor
    by_autograd: Tensor
    lookup_part: Tensor
    logits_part: Tensor | None
    largest_difference: float
    counts: Tensor
    loss: float


@dataclass(frozen=True, slots=True)
class OptimiserSteps:
    """How an optimiser moves the rows of a table.

    movement (vocab, steps): the length of each row's change in each step; gradients (vocab, steps): the length of its
    gradient then; counts (vocab,): how often each id occurs in the batch of step 1; losses (steps,): the loss before
    each step, NaN for a batch without tokens; before and after (vocab, dim): the table.
    """

    movement: Tensor
    gradients: Tensor
    counts: Tensor
    losses: Tensor
    before: Tensor
    after: Tensor


def loss_gradients(
    ids: Tensor | Sequence[int],
    *,
    vocab_size: int,
    dim: int,
    upstream: Upstream = "ones",
    tied: bool = False,
    padding_idx: int | None = None,
    seed: int = 0,
) -> LossGradients:
    """The gradient of a table (vocab_size, dim) for a batch of ids (...), by hand and by autograd.

    `upstream` "ones" is the gradient of the sum of all looked-up numbers, 1 for each; "cross-entropy" that of a loss
    over sequences (..., seq), which needs at least one token that follows another. `tied` goes with the latter.
    ValueError for ids outside the vocabulary.
    """
    ids = _checked_batch(ids, vocab_size, upstream, tied, padding_idx)
    weight, head = _drawn_weights(vocab_size, dim, tied, padding_idx, seed, ids.device)
    table = weight.clone().requires_grad_()
    loss = _loss(ids, table, table if tied else head, upstream, padding_idx)
    (by_autograd,) = torch.autograd.grad(loss, table)

    rows, logits_part = weight[ids], None
    if upstream == "ones":
        picked = torch.ones_like(rows)
    else:
        at = _predicting(ids, padding_idx)
        predicting, targets = rows[..., :-1, :][at], ids[..., 1:][at]
        surprise = (predicting @ head.T).softmax(dim=1)
        surprise[torch.arange(len(targets)), targets] -= 1
        surprise /= len(targets)
        picked = torch.zeros_like(rows)
        picked[..., :-1, :][at] = surprise @ head
        logits_part = surprise.T @ predicting if tied else None
    seen = picked if padding_idx is None else picked.masked_fill((ids == padding_idx)[..., None], 0.0)
    lookup_part = one_hot_gradient(ids, seen, vocab_size)
    by_hand = lookup_part if logits_part is None else lookup_part + logits_part
    return LossGradients(
        weight,
        picked,
        by_hand,
        by_autograd,
        lookup_part,
        logits_part,
        (by_hand - by_autograd).abs().max().item(),
        torch.bincount(ids.reshape(-1), minlength=vocab_size),
        loss.item(),
    )


def optimiser_steps(
    ids: Tensor | Sequence[int],
    *,
    vocab_size: int,
    dim: int,
    optimiser: Optimiser,
    steps: int = 10,
    lr: float = 0.1,
    weight_decay: float = 0.0,
    momentum: float = 0.9,
    batches: Batches = "same",
    upstream: Upstream = "ones",
    tied: bool = False,
    sparse: bool = False,
    padding_idx: int | None = None,
    seed: int = 0,
) -> OptimiserSteps:
    """How far each row of a table (vocab_size, dim) moves in each of `steps` steps of an optimiser.

    With `batches` "same" every step sees the ids, with "first only" step 1 does and all later batches are without
    tokens: their gradient is 0 for every row, as it is in any batch for the rows that are not in it. `upstream`, `tied`
    and `padding_idx` are as in `loss_gradients`; a head that is not tied stays as it is. `momentum` is for "momentum"
    alone. `weight_decay` is decoupled for "adamw", w -= lr · weight_decay · w, and part of the gradient for the others.
    With `sparse` the lookup's gradient has only the batch's rows; torch then knows "sgd", "momentum" and, as
    SparseAdam, "adam", without weight decay or a tied head: ValueError for the others.
    """
    ids = _checked_batch(ids, vocab_size, upstream, tied, padding_idx)
    checked_choice("optimiser", optimiser, OPTIMISERS)
    checked_choice("batches", batches, BATCHES)
    checked_size("steps", steps)
    weight, head = _drawn_weights(vocab_size, dim, tied, padding_idx, seed, ids.device)
    table = torch.nn.Parameter(weight.clone())
    stepper = _stepper(table, optimiser, lr, weight_decay, momentum, sparse, tied)
    movement, gradients = torch.zeros(2, vocab_size, steps, device=ids.device)
    losses = torch.full((steps,), torch.nan, device=ids.device)
    for step in range(steps):
        before = table.detach().clone()
        stepper.zero_grad()
        if step == 0 or batches == "same":
            loss = _loss(ids, table, table if tied else head, upstream, padding_idx, sparse=sparse)
            losses[step] = loss.detach()
        else:
            nothing = ids.new_empty(0)
            loss = F.embedding(nothing, table, padding_idx=padding_idx, sparse=sparse).sum()
        loss.backward()
        gradient = table.grad.to_dense() if sparse else table.grad
        gradients[:, step] = torch.linalg.vector_norm(gradient, dim=1)
        stepper.step()
        movement[:, step] = torch.linalg.vector_norm(table.detach() - before, dim=1)
    counts = torch.bincount(ids.reshape(-1), minlength=vocab_size)
    return OptimiserSteps(movement, gradients, counts, losses, weight, table.detach())


def _stepper(
    table: torch.nn.Parameter,
    optimiser: Optimiser,
    lr: float,
    weight_decay: float,
    momentum: float,
    sparse: bool,
    tied: bool,
) -> torch.optim.Optimizer:
    rate, decay = checked_positive("lr", lr), checked_not_negative("weight_decay", weight_decay)
    checked_share("momentum", momentum)
    if sparse and (decay or tied or optimiser == "adamw"):
        what = "adamw" if optimiser == "adamw" else "a tied head" if tied else f"a weight_decay of {weight_decay}"
        raise ValueError(f'sparse gradients do not go with {what}; take "sgd", "momentum" or "adam" without decay')
    match optimiser:
        case "sgd":
            return torch.optim.SGD([table], lr=rate, weight_decay=decay)
        case "momentum":
            return torch.optim.SGD([table], lr=rate, weight_decay=decay, momentum=momentum)
        case "adam" if sparse:
            return torch.optim.SparseAdam([table], lr=rate)
        case "adam":
            return torch.optim.Adam([table], lr=rate, weight_decay=decay)
        case "adamw":
            return torch.optim.AdamW([table], lr=rate, weight_decay=decay)


def _loss(
    ids: Tensor, table: Tensor, head: Tensor, upstream: Upstream, padding_idx: int | None, *, sparse: bool = False
) -> Tensor:
    rows = F.embedding(ids, table, padding_idx, sparse=sparse)
    if upstream == "ones":
        return rows.sum()
    at = _predicting(ids, padding_idx)
    return F.cross_entropy(rows[..., :-1, :][at] @ head.T, ids[..., 1:][at])


def _predicting(ids: Tensor, padding_idx: int | None) -> Tensor:
    """Which tokens but the last (..., seq - 1) have a token after them to predict, bool."""
    following = ids[..., 1:]
    return torch.ones_like(following, dtype=torch.bool) if padding_idx is None else following != padding_idx


def _drawn_weights(
    vocab_size: int, dim: int, tied: bool, padding_idx: int | None, seed: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    """The table and the head, each (vocab_size, dim), the same one if tied."""
    checked_size("dim", dim)
    generator = torch.Generator(device="cpu").manual_seed(checked_size("seed", seed, least=0))
    table, head = torch.randn(2, vocab_size, dim, generator=generator, device="cpu") / dim**0.5
    if padding_idx is not None:
        table[padding_idx] = 0.0
    table = table.to(device)
    return table, table if tied else head.to(device)


def _checked_batch(
    ids: Tensor | Sequence[int], vocab_size: int, upstream: Upstream, tied: bool, padding_idx: int | None
) -> Tensor:
    checked_size("vocab_size", vocab_size)
    checked_choice("upstream", upstream, UPSTREAMS)
    checked_padding(padding_idx, vocab_size)
    if not isinstance(ids, Tensor):
        ids = torch.as_tensor(ids) if len(ids) else torch.empty(0, dtype=torch.int64)
    ids = checked_ids(ids, vocab_size).long()
    if tied and upstream == "ones":
        raise ValueError('tied is True and upstream "ones"; a tied head needs logits, upstream "cross-entropy"')
    if upstream == "cross-entropy" and (not ids.dim() or not bool(_predicting(ids, padding_idx).any())):
        raise ValueError(
            f"ids of shape {tuple(ids.shape)} hold no token to predict; a cross-entropy needs a sequence of two or more"
        )
    return ids
