"""What the sinusoidal table is like: its cells, how alike its rows are, and the shift that takes one row to another.

Vaswani et al. 2017, "Attention Is All You Need", section 3.5; the formulas are in `positions`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute import positions
from embviz.compute.checks import checked_size


@dataclass(frozen=True, slots=True)
class Table:
    """`table` PE (n, dim), `frequencies` ω (dim/2,) in radians a position, and how the columns are laid out.

    `same_numbers` is the largest difference to the other layout once its columns are put in this one's order.
    """

    table: Tensor
    frequencies: Tensor
    layout: str
    same_numbers: float


@dataclass(frozen=True, slots=True)
class Similarity:
    """Cosines of positions: `matrix` (m, m) of the first m rows; `closed` (n,), by the closed form, over distance.

    `first_rise` is the smallest distance at which the cosine is larger than one position before, or None up to n - 1.
    `difference` is the largest one between the matrix and the closed form at the same distance.
    """

    matrix: Tensor
    closed: Tensor
    first_rise: int | None
    difference: float


@dataclass(frozen=True, slots=True)
class Shift:
    """`matrix` M_k (dim, dim), the row `start` PE(p), `moved` PE(p) M_kᵀ and `target` PE(p + k), each (dim,).

    `difference` is the largest |PE(p) M_kᵀ - PE(p + k)| over the positions 0 to n - 1; `size` is the length of a row.
    """

    matrix: Tensor
    start: Tensor
    moved: Tensor
    target: Tensor
    difference: float
    size: float


@dataclass(frozen=True, slots=True)
class Wavelengths:
    """`wavelengths` (dim/2,) in positions, `turns` (dim/2,) that each pair makes in `length` positions.

    `incomplete` is how many pairs make less than one turn.
    """

    wavelengths: Tensor
    turns: Tensor
    length: int
    incomplete: int


def table(*, n: int, dim: int, base: float, layout: positions.Layout) -> Table:
    """The sinusoidal table of n positions."""
    made = {name: positions.sinusoidal(n, dim, base=base, layout=name) for name in positions.LAYOUTS}
    pairs = made["interleaved"]
    same = (torch.cat([pairs[:, 0::2], pairs[:, 1::2]], dim=1) - made["concatenated"]).abs().max().item()
    return Table(made[layout], positions.sinusoidal_frequencies(dim, base=base), layout, same)


def columns(*, n: int, dim: int, base: float, layout: positions.Layout, dims: tuple[int, ...]) -> Tensor:
    """Chosen columns of the table, (len(dims), n)."""
    wrong = [j for j in dims if not 0 <= j < dim]
    if wrong:
        raise ValueError(f"there is no dimension {wrong[0]}; at width {dim} they run from 0 to {dim - 1}")
    return positions.sinusoidal(n, dim, base=base, layout=layout)[:, list(dims)].T


def similarity(*, n: int, dim: int, base: float, shown: int = 128) -> Similarity:
    """How alike positions are, by the rows themselves and by the closed form."""
    checked_size("n", n, least=2)
    m = min(n, shown)
    rows = positions.sinusoidal(m, dim, base=base)
    matrix = rows @ rows.T / (dim / 2)  # every row has the length sqrt(dim / 2)
    closed = positions.sinusoidal_similarity(torch.arange(n), dim, base=base)
    at = torch.arange(m)
    difference = (matrix - closed[(at[:, None] - at).abs()]).abs().max().item()
    rises = (closed[1:] > closed[:-1]).nonzero()
    return Similarity(matrix, closed, int(rises[0]) + 1 if len(rises) else None, difference)


def shift(*, p: int, k: int, n: int, dim: int, base: float) -> Shift:
    """PE(p + k) as a linear function of PE(p), with the same matrix M_k for every p."""
    matrix = positions.sinusoidal_shift(k, dim, base=base)
    rows = positions.sinusoidal(n + k, dim, base=base)
    difference = (rows[:n] @ matrix.T - rows[k : n + k]).abs().max().item()
    return Shift(matrix, rows[p], matrix @ rows[p], rows[p + k], difference, (dim / 2) ** 0.5)


def wavelengths(*, dim: int, base: float, length: int) -> Wavelengths:
    """How long each pair takes for a turn, and how often it turns within a context of `length` positions."""
    waves = 2 * torch.pi / positions.sinusoidal_frequencies(dim, base=base)
    turns = length / waves
    return Wavelengths(waves, turns, length, int((turns < 1).sum()))
