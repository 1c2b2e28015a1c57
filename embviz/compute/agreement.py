"""What two trainings of the same words agree on: neighbours, and coordinates once one table is turned onto the other.

The objectives of word2vec and GloVe depend on products of rows alone, so that every rotation or reflection of the space
is as good: two seeds end in different coordinates. The one that brings the second table nearest to the first is the
orthogonal Procrustes solution (Schönemann 1966, "A Generalized Solution of the Orthogonal Procrustes Problem"): U V^T,
with U S V^T the singular value decomposition of B^T A.

Tables are (n, dim), row i of both for the same word. Lengths and angles are those of the tables as given; nothing is
centred or scaled, but columns for a correlation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.checks import checked_places, checked_size, checked_table
from embviz.compute.similarity import nearest, paired_cosines


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two tables agree.

    neighbours (q,): for each word asked about, the share of its k nearest neighbours that the tables have in common;
    chance: that share if neighbours were drawn at random; correlations and aligned_correlations (dim,): Pearson's of
    each column with the same column of the other table, as they are and after the second is turned onto the first, 0
    for a constant column; cosines and aligned_cosines (n,): of each word's two rows, likewise. All float32.
    """

    neighbours: Tensor
    chance: float
    correlations: Tensor
    aligned_correlations: Tensor
    cosines: Tensor
    aligned_cosines: Tensor


def neighbour_overlap(a: Tensor, b: Tensor, *, k: int = 10, places: Tensor | Sequence[int] | None = None) -> Tensor:
    """The share, from 0 to 1, of each word's k nearest neighbours by cosine that two tables have in common, (q,).

    `places` are the rows of the words to ask about, all if None; neighbours are sought among all rows but the word's
    own. The widths of the tables may differ. ValueError if there are fewer than k other rows.
    """
    a, b = checked_table("a", a), checked_table("b", b)
    if len(a) != len(b):
        raise ValueError(f"a has {len(a)} rows and b {len(b)}; row i must be the same word in both")
    if not checked_size("k", k) < len(a):
        raise ValueError(f"k is {k}; a row has {len(a) - 1} other rows as neighbours")
    rows = torch.arange(len(a)) if places is None else checked_places("places", places, len(a)).reshape(-1)
    first, second = (
        nearest(table, table[rows.to(table.device)], k, exclude=rows[:, None].to(table.device)).indices.cpu()
        for table in (a, b)
    )
    return (first[:, :, None] == second[:, None, :]).sum((1, 2)) / k


def procrustes(a: Tensor, b: Tensor) -> Tensor:
    """The rotation or reflection Q (dim, dim), orthogonal, for which b @ Q is nearest to a in squared distance.

    Computed in float64, given in the precision of a.
    """
    a, b = _same_shape(a, b)
    u, _, v = torch.linalg.svd(b.double().T @ a.double())
    return (u @ v).to(a.dtype)


def agreement(a: Tensor, b: Tensor, *, k: int = 10, places: Tensor | Sequence[int] | None = None) -> Agreement:
    """What two tables of one shape agree on, before and after the second is turned onto the first; `k` and `places` as
    in `neighbour_overlap`, the rest over all rows."""
    a, b = _same_shape(a, b)
    overlap = neighbour_overlap(a, b, k=k, places=places)
    turned = b @ procrustes(a, b)
    return Agreement(
        overlap.float(),
        k / (len(a) - 1),
        _correlations(a, b),
        _correlations(a, turned),
        paired_cosines(a, b).float(),
        paired_cosines(a, turned).float(),
    )


def _same_shape(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    a, b = checked_table("a", a), checked_table("b", b)
    if a.shape != b.shape:
        raise ValueError(f"a is of shape {tuple(a.shape)} and b {tuple(b.shape)}; they must be of one shape")
    return a, b


def _correlations(a: Tensor, b: Tensor) -> Tensor:
    one, other = (table.double() - table.double().mean(0) for table in (a, b))
    scale = (one.square().sum(0) * other.square().sum(0)).sqrt()
    return torch.where(scale > 0, (one * other).sum(0) / scale, 0.0).float()
