"""The way of a table's rows through training: all snapshots in one plane, who is near whom, and how pure classes are.

The plane is made of the first two principal components of one snapshot and stays the same for all, so that what moves
are the rows and not the plane. By default rows are first scaled to length 1, since words are compared by their cosine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute import projection
from embviz.compute.checks import checked_size

NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Journey:
    """n rows over S snapshots.

    points (S · n, 2): row i of snapshot s at s · n + i. unit: the largest |coordinate|: a picture of ±unit holds
    all. shares: of the variance of the snapshot `fit`, in the plane. neighbours and cosines (S · n, k): rows nearest by
    cosine within these n, for each row, and their cosines. purity (S,): of the k nearest neighbours of each row with a
    label, among those with one, the share of the same label; None where there are too few labels.
    """

    points: Tensor
    unit: float
    shares: tuple[float, float]
    fit: int
    neighbours: Tensor
    cosines: Tensor
    purity: Tensor | None


def journey(
    tables: Tensor,
    *,
    fit: int = -1,
    labels: Sequence[str | None] | None = None,
    k: int = NEIGHBOURS,
    scaled: bool = True,
) -> Journey:
    """Rows (S, n, dim) over S snapshots, in the plane of snapshot `fit`, counted from the end if below 0.

    With `labels`, the plane is that of the labelled rows, where there are three or more. ValueError for a snapshot that
    is not there, or fewer than three rows.
    """
    if tables.dim() != 3 or tables.shape[1] < 3 or not len(tables):
        raise ValueError(f"tables are of shape {tuple(tables.shape)}; there must be snapshots of three rows or more")
    if not -len(tables) <= fit < len(tables):
        raise ValueError(f"there is no snapshot {fit}; they run from 0 to {len(tables) - 1}")
    k = min(checked_size("k", k), tables.shape[1] - 1)
    rows = tables.detach().to(torch.float32)
    placed = unit_rows(rows) if scaled else rows
    known = [place for place, label in enumerate(labels or ()) if label is not None]
    plane = projection.project(placed[fit][known] if len(known) >= 3 else placed[fit], "pca", 2)
    points = torch.cat([plane.placed(table) for table in placed])
    near, pure = [], []
    for table in rows:
        unit = unit_rows(table)
        alike = (unit @ unit.T).fill_diagonal_(-math.inf)
        near.append(alike.topk(k))
        if len(known) > k:
            pure.append(_purity(alike[known][:, known], [labels[place] for place in known], k))
    return Journey(
        points=points,
        unit=max(points.abs().max().item(), 1e-12),
        shares=tuple(plane.explained_variance_ratio.tolist()),
        fit=fit % len(tables),
        neighbours=torch.cat([found.indices for found in near]).float(),
        cosines=torch.cat([found.values for found in near]),
        purity=torch.tensor(pure) if pure else None,
    )


def purity(table: Tensor, labels: Sequence[str | None], *, k: int = NEIGHBOURS) -> float | None:
    """`corpora.class_purity` of one table (n, dim), in float32 and at once; None where too few rows have labels."""
    known = [place for place, label in enumerate(labels) if label is not None]
    if len(known) <= k:
        return None
    unit = unit_rows(table.detach().to(torch.float32))[known]
    return _purity((unit @ unit.T).fill_diagonal_(-math.inf), [labels[place] for place in known], k)


def _purity(alike: Tensor, labels: Sequence[str | None], k: int) -> float:
    number = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    own = torch.tensor([number[label] for label in labels])
    return (own[alike.topk(k).indices] == own[:, None]).double().mean().item()


def following(tables: Tensor, *, labels: Sequence[str | None] | None = None, scaled: bool = True) -> Tensor:
    """The newest of the snapshots (S, n, dim) in its own plane, (n, 2), turned to lie most like the one before in its.

    For a picture of a training that is still on: its plane is fitted anew each time, and would jump without the turn.
    """
    rows = tables.detach().to(torch.float32)
    known = [place for place, label in enumerate(labels or ()) if label is not None]
    before: Tensor | None = None
    for table in unit_rows(rows) if scaled else rows:
        plane = projection.project(table[known] if len(known) >= 3 else table, "pca", 2)
        points = plane.placed(table)
        if before is not None:
            left, _, right = torch.linalg.svd(points.T @ before)
            points = points @ (left @ right)
        before = points
    return before


def pair_cosines(tables: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """The cosine of each pair of rows in each snapshot (S, n, dim), (S, len(pairs))."""
    unit = unit_rows(tables.detach().to(torch.float32))
    first, second = (torch.tensor([pair[side] for pair in pairs], dtype=torch.int64) for side in (0, 1))
    return (unit[:, first] * unit[:, second]).sum(dim=2)


def unit_rows(tables: Tensor) -> Tensor:
    """Rows scaled to length 1; a row of zeros stays."""
    return tables / tables.norm(dim=-1, keepdim=True).clamp(min=1e-12)
