"""How a decoder fares beyond the length it was trained at: loss by position, and loss at several lengths.

The same tokens are predicted at every length: a stretch of text as long as the longest is read whole, or in halves,
quarters and eighths, so that a difference between lengths comes from what is seen before a token, not from which tokens
they are. A longer context can only help a model that knows what to do with it; one that does not gets worse.

Positions past the trained length are met in each of these ways, by kind (`variants`):

- "unchanged": sinusoidal and rotary go on with their formula, ALiBi with its biases, "none" has nothing to change.
- "linear", "ntk", "yarn": rotary with the frequencies of `LinearScaling`, `NTKScaling`, `YarnScaling` for the factor
  length / trained length, without training on (at factor 1 they change nothing).
- "interpolated": the learned table stretched to the length (`positions.interpolate_table`). Learned positions have no
  unchanged reading past the trained length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from embviz.compute.checks import checked_choice, checked_size
from embviz.compute.language_model import LanguageModel
from embviz.compute.rotary import LinearScaling, NTKScaling, Scaling, YarnScaling

FACTORS = (1, 2, 4, 8)
VARIANTS = {
    "none": ("unchanged",),
    "learned": ("interpolated",),
    "sinusoidal": ("unchanged",),
    "rotary": ("unchanged", "linear", "ntk", "yarn"),
    "alibi": ("unchanged",),
}


@dataclass(frozen=True, slots=True)
class LengthLoss:
    """The loss of one way to read sequences of `length` = factor · trained length, in nats a token.

    by_position (length,): the mean over the windows at each position, counted from 0. loss: its mean. last: the mean of
    the last trained-length positions, which see the most. tokens: how many were predicted.
    """

    variant: str
    factor: int
    length: int
    loss: float
    last: float
    by_position: Tensor
    tokens: int


def variants(position: str) -> tuple[str, ...]:
    """The ways a model with this kind of position can read past its trained length."""
    return VARIANTS[checked_choice("position", position, tuple(VARIANTS))]


def scaling_of(variant: str, factor: int, trained_length: int) -> Scaling | None:
    """The scaling of rotary frequencies that a variant means at a factor, None for those that have none."""
    match checked_choice("variant", variant, ("unchanged", "interpolated", "linear", "ntk", "yarn")):
        case "linear":
            return LinearScaling(factor)
        case "ntk":
            return NTKScaling(factor)
        case "yarn":
            return YarnScaling(factor, trained_length)
    return None


@torch.no_grad()
def losses_by_position(
    model: LanguageModel, windows: Tensor, *, scaling: Scaling | None = None, stretch: bool = False, tokens: int = 8192
) -> Tensor:
    """The loss of each token of windows (n, length + 1) but the first, (n, length); about `tokens` at a time."""
    was_training, device = model.training, model.table.device
    model.eval()
    parts = []
    for part in windows.split(max(1, tokens // max(1, windows.shape[1] - 1))):
        logits = model(part[:, :-1].to(device), scaling=scaling, stretch=stretch)
        losses = F.cross_entropy(logits.flatten(0, 1), part[:, 1:].to(device).flatten(), reduction="none")
        parts.append(losses.view(part.shape[0], -1).cpu())
    model.train(was_training)
    return torch.cat(parts)


def length_losses(
    model: LanguageModel,
    ids: Tensor,
    *,
    trained_length: int | None = None,
    factors: Sequence[int] = FACTORS,
    stretches: int = 64,
    ways: Sequence[str] | None = None,
) -> tuple[LengthLoss, ...]:
    """Losses of every variant at every factor times the trained length, the model's context unless given.

    `ids` (n,) is text that was not trained on; `stretches` places in it, spread evenly, are read, each as long as the
    longest length; `ways` are the variants, all of this kind's unless given. ValueError if the text is shorter than
    that, or a factor does not divide the largest.
    """
    trained = checked_size("trained_length", trained_length or model.settings.context)
    longest = max(checked_size("a factor", factor) for factor in factors) * trained
    if any(max(factors) % factor for factor in factors):
        raise ValueError(
            f"factors are {tuple(factors)}; each must divide the largest, so that all read the same tokens"
        )
    if len(ids) <= longest:
        raise ValueError(f"the text has {len(ids)} tokens; a length of {longest} needs at least {longest + 1}")
    n = min(checked_size("stretches", stretches), (len(ids) - 1) // longest)
    starts = torch.linspace(0, len(ids) - 1 - longest, n).long()
    found = []
    for variant in ways or variants(model.settings.position):
        for factor in factors:
            length = factor * trained
            inner = torch.arange(0, longest, length)
            windows = ids[(starts[:, None] + inner).reshape(-1, 1) + torch.arange(length + 1)]
            scaling = scaling_of(variant, factor, trained)
            losses = losses_by_position(model, windows, scaling=scaling, stretch=variant == "interpolated")
            by_position = losses.mean(dim=0)
            last = by_position[-trained:].mean().item()
            found.append(
                LengthLoss(variant, factor, length, by_position.mean().item(), last, by_position, losses.numel())
            )
    return tuple(found)
