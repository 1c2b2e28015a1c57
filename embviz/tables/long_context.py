"""A trained table of positions stretched to a longer text: minilm's, 512 rows of 384 numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from embviz import tables
from embviz.compute.checks import checked_size
from embviz.compute.positions import interpolate_table, neighbour_cosines

SHOWN = 2048  # neighbours of the stretched table that are drawn
TOLD = 100  # the row that the page speaks of


@dataclass(frozen=True, slots=True)
class Stretched:
    """A table of n rows stretched to `factor` times as many, all over places 0 … n - 1 of the old table.

    `before` (n - 1,) is the cosine of each old row with the next, `after` (m,) the same for the new rows at `places`
    (m,), and `same` (n,) the cosine of old row p with new row p: what a token at p was trained with, and what it gets.
    """

    places: Tensor
    before: Tensor
    after: Tensor
    same: Tensor
    rows: int
    new_rows: int
    mean_before: float
    mean_after: float
    mean_same: float
    told: int
    told_same: float


def stretched(*, factor: int) -> Stretched:
    """minilm's positions, stretched linearly with both ends kept."""
    old = tables.load("minilm").positions
    n = len(old)
    new = interpolate_table(old, n * checked_size("factor", factor))
    before, after = neighbour_cosines(old), neighbour_cosines(new)
    same = torch.nn.functional.cosine_similarity(old, new[:n], dim=1)
    places = torch.arange(len(after)) * ((n - 1) / (len(new) - 1))
    drawn = torch.linspace(0, len(after) - 1, min(len(after), SHOWN)).round().long()
    return Stretched(
        places=places[drawn],
        before=before,
        after=after[drawn],
        same=same,
        rows=n,
        new_rows=len(new),
        mean_before=before.mean().item(),
        mean_after=after.mean().item(),
        mean_same=same.mean().item(),
        told=TOLD,
        told_same=same[TOLD].item(),
    )
