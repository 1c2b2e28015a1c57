"""What a trained table of positions is like, beside a sinusoidal and a random one of the same size.

Tables are (positions n, dim d). The sinusoidal one is that of Vaswani et al. 2017, section 3.5; the random one is drawn
from N(0, s²), s being the standard deviation of the trained table's numbers. Results with one row a table have them in
the order of NAMES. Where a trained table ends, Dosovitskiy et al. 2020, section 3.2, interpolate it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from embviz.compute import positions
from embviz.compute.checks import checked_rows, checked_size
from embviz.compute.layers import LearnedPositionalEmbedding, SinusoidalPositionalEmbedding
from embviz.compute.pipeline import colour_limit
from embviz.compute.rotary import rotary_frequencies

NAMES = ("learned", "sinusoidal", "random")
SLOW = 16  # a wave of at most so many turns over the table counts as slow
COMPONENTS = 10
HEAD = 64  # the width of an attention head, which is what rotary embedding turns


@dataclass(frozen=True, slots=True)
class Tables:
    """The three tables, each (n, d), their columns in the order `dims` (3, d).

    `turns` (3, d) is the strongest wave of each column, `lengths` (3, n) are those of the rows, `neighbours` (3, n - 1)
    the cosine of each row and the next. `limits` are where each table's colour is full (the 95th percentile of |v|),
    `tops` what a line through a row needs (the largest |v| of the table without row 0), `deviations` the standard
    deviations of the numbers. `sorted` says whether the columns are sorted by their waves.
    """

    learned: Tensor
    sinusoidal: Tensor
    random: Tensor
    dims: Tensor
    turns: Tensor
    lengths: Tensor
    neighbours: Tensor
    limits: tuple[float, ...]
    tops: tuple[float, ...]
    deviations: tuple[float, ...]
    sorted: bool


@dataclass(frozen=True, slots=True)
class Similarity:
    """Cosines of the first n positions: three matrices (m, m) of every `step`-th one, and `lines` (3, n).

    A line is the mean cosine of all pairs at distance 0 … n - 1, of every position. `low` and `high` are the distances
    at which the learned line first stops falling and then stops rising, None where it does not.
    """

    learned: Tensor
    sinusoidal: Tensor
    random: Tensor
    lines: Tensor
    step: int
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A number of each row, `values` (3, n), or of each row and the next, (3, n - 1), with their means and medians.

    `apart` are the learned rows whose number is far from the median and `peaks` the farthest of each group of them;
    `runs` (first, last, median) are the rows between.
    """

    values: Tensor
    means: tuple[float, ...]
    medians: tuple[float, ...]
    apart: tuple[int, ...]
    peaks: tuple[int, ...]
    runs: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, slots=True)
class Spectra:
    """Shares of variance, each (d, n/2): a row is a dimension, column k - 1 the waves of k turns over the table.

    Dimensions go from fast waves to slow; `dims` (3, d) says which each is. `lines` (3, n/2) is the mean over the
    dimensions. `slow` is the part of waves of at most `turns` turns. `bands` are the (first, last) turns of the learned
    table's runs with at least twice what noise has on average, and `held` is their part of the whole.
    """

    learned: Tensor
    sinusoidal: Tensor
    random: Tensor
    dims: Tensor
    lines: Tensor
    slow: tuple[float, ...]
    turns: int
    bands: tuple[tuple[int, int], ...]
    held: float


@dataclass(frozen=True, slots=True)
class Path:
    """Positions in the first COMPONENTS principal components of each table, (n, COMPONENTS).

    `explained` (3, COMPONENTS) is the share of variance of each, `turns` (3, COMPONENTS) its strongest wave.
    """

    learned: Tensor
    sinusoidal: Tensor
    random: Tensor
    explained: Tensor
    turns: Tensor


@dataclass(frozen=True, slots=True)
class Past:
    """`length` rows asked of a `learned` table, of the same table `stretched`, and of a `sinusoidal` one.

    Each is (dims, positions), with every `every`-th dimension from fast waves to slow. `places` (length,) is where each
    stretched row is read in the old table of `trained` rows. `error` is what the learned layer says, or None. `before`
    and `after` are the mean cosine of neighbours in the learned table and the stretched one. `same_rows` is the largest
    difference between the first rows of the sinusoidal table and those of a table with as many rows as the learned one.
    """

    learned: Tensor
    stretched: Tensor
    sinusoidal: Tensor
    places: Tensor
    limits: tuple[float, float]
    error: str | None
    before: float
    after: float
    same_rows: float
    trained: int
    every: int


@dataclass(frozen=True, slots=True)
class Size:
    """What positions cost: trained numbers, and bytes in float32 that a checkpoint holds and that the layer holds."""

    parameters: int
    checkpoint: int
    memory: int


def three(table: Tensor, *, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """The table, the sinusoidal one of its size, and noise of its standard deviation."""
    n, dim = checked_rows("table", table).shape
    noise = torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))
    return table, positions.sinusoidal(n, dim), table.std() * noise


def strongest_waves(table: Tensor) -> Tensor:
    """How often the strongest wave of each column of a table (n, d) turns over its rows, (d,)."""
    return positions.spectrum(table).argmax(dim=0)


def wave_order(table: Tensor) -> Tensor:
    """The columns of a table (n, d) from the fastest strongest wave to the slowest, (d,).

    Columns of one wave follow each other by its phase.
    """
    turns = strongest_waves(table)
    waves = torch.fft.rfft(table - table.mean(dim=0), dim=0)
    by_phase = waves.gather(0, turns[None])[0].angle().argsort(stable=True)
    return by_phase[turns[by_phase].argsort(descending=True, stable=True)]


def tables(table: Tensor, *, seed: int, by_wave: bool) -> Tables:
    """The three tables with what a picture of their numbers needs, their columns sorted by waves if that is wanted."""
    made = three(table, seed=seed)
    orders = _orders(made) if by_wave else [torch.arange(table.shape[1])] * len(made)
    return Tables(
        *(rows[:, order] for rows, order in zip(made, orders, strict=True)),
        dims=torch.stack(orders),
        turns=torch.stack([strongest_waves(rows)[order] for rows, order in zip(made, orders, strict=True)]),
        lengths=torch.stack([rows.norm(dim=1) for rows in made]),
        neighbours=torch.stack([positions.neighbour_cosines(rows) for rows in made]),
        limits=tuple(colour_limit(rows) for rows in made),
        tops=tuple(rows[1:].abs().max().item() for rows in made),
        deviations=tuple(rows.std().item() for rows in made),
        sorted=by_wave,
    )


def cosines(table: Tensor) -> Tensor:
    """The cosine of each two rows, (n, n)."""
    rows = torch.nn.functional.normalize(table, dim=1)
    return rows @ rows.T


def mean_by_distance(matrix: Tensor) -> Tensor:
    """The mean of a matrix (n, n) along each of its diagonals from the main one to the corner, (n,)."""
    return torch.stack([matrix.diagonal(k).mean() for k in range(len(matrix))])


def similarity(table: Tensor, *, seed: int, n: int, most: int = 256) -> Similarity:
    """How alike the first n positions are, in three tables; at most `most` of them in the matrices."""
    whole = [cosines(rows[:n]) for rows in three(table, seed=seed)]
    step = -(-len(whole[0]) // most)
    lines = torch.stack([mean_by_distance(matrix) for matrix in whole])
    low = _first(lines[0, 1:] > lines[0, :-1])
    high = None if low is None else _first(lines[0, low + 1 :] < lines[0, low:-1])
    return Similarity(
        *(matrix[::step, ::step] for matrix in whole), lines, step, low, None if high is None else low + high
    )


def lengths(table: Tensor, *, seed: int) -> Rows:
    """The length of each row; a row stands apart if it is a quarter longer or shorter than the median."""
    values = torch.stack([rows.norm(dim=1) for rows in three(table, seed=seed)])
    return _rows(values, 0.25 * values[0].median().item())


def neighbours(table: Tensor, *, seed: int) -> Rows:
    """The cosine of each row and the next; a place stands apart if it is 0.1 from the median."""
    return _rows(torch.stack([positions.neighbour_cosines(rows) for rows in three(table, seed=seed)]), 0.1)


def spectra(table: Tensor, *, seed: int) -> Spectra:
    """Which waves along the positions the columns of the three tables are made of."""
    made = three(table, seed=seed)
    shares = [positions.spectrum(rows)[1:].T for rows in made]
    orders = _orders(made)
    lines = torch.stack([part.mean(dim=0) for part in shares])
    bands = tuple((first + 1, last + 1) for first, last in _groups(lines[0] >= 2 * lines[2].mean()))
    held = sum(lines[0, first - 1 : last].sum().item() for first, last in bands)
    slow = tuple(lines[:, :SLOW].sum(dim=1).tolist())
    sorted_shares = (part[order] for part, order in zip(shares, orders, strict=True))
    return Spectra(*sorted_shares, torch.stack(orders), lines, slow, SLOW, bands, held)


def principal(table: Tensor, components: int) -> tuple[Tensor, Tensor]:
    """Coordinates of the rows in their principal components, (n, components), and the share of variance of each.

    Pearson 1901: the directions of largest variance around the mean row. Of the two signs of a direction the one is
    taken whose largest entry is positive.
    """
    exact = table.to(positions.exact_device(like=table)).double()
    u, size, axes = torch.linalg.svd(exact - exact.mean(dim=0), full_matrices=False)
    signs = axes.gather(1, axes.abs().argmax(dim=1, keepdim=True)).sign().flatten()
    coordinates = u * size * signs
    explained = size.square() / size.square().sum()
    return coordinates[:, :components].to(table), explained[:components].to(table)


def path(table: Tensor, *, seed: int) -> Path:
    """The positions of each table as a path through its own principal components."""
    found = [principal(rows, COMPONENTS) for rows in three(table, seed=seed)]
    turns = torch.stack([positions.spectrum(coordinates).argmax(dim=0) for coordinates, _ in found])
    return Path(*(coordinates for coordinates, _ in found), torch.stack([share for _, share in found]), turns)


def refusal(table: Tensor, length: int) -> str | None:
    """What a learned layer with this table says when it is asked for `length` positions; None if it gives them."""
    layer = LearnedPositionalEmbedding(*table.shape)
    layer.weight = torch.nn.Parameter(table, requires_grad=False)
    try:
        layer(torch.zeros(1, length, dtype=torch.long))
    except ValueError as error:
        return str(error)
    return None


def past(table: Tensor, *, length: int, every: int = 12) -> Past:
    """What a learned table, the same table stretched and the sinusoid have for `length` positions."""
    n, dim = checked_rows("table", table).shape
    stretched = positions.interpolate_table(table, length)
    longer = positions.sinusoidal(length, dim)
    shorter = positions.sinusoidal(n, dim)
    common = min(n, length)
    fast_to_slow = wave_order(table)[::every]
    return Past(
        learned=table[:length, fast_to_slow].T,
        stretched=stretched[:, fast_to_slow].T,
        sinusoidal=longer[:, ::every].T,
        places=torch.arange(length) * ((n - 1) / (length - 1)),
        limits=(colour_limit(table), colour_limit(longer)),
        error=refusal(table, length),
        before=positions.neighbour_cosines(table).mean().item(),
        after=positions.neighbour_cosines(stretched).mean().item(),
        same_rows=(longer[:common] - shorter[:common]).abs().max().item(),
        trained=n,
        every=every,
    )


def size(layer: torch.nn.Module) -> Size:
    """What a layer of positions costs, counted in the layer itself."""
    parameters = list(layer.parameters())
    return Size(
        parameters=sum(part.numel() for part in parameters),
        checkpoint=sum(part.nbytes for part in layer.state_dict().values()),
        memory=sum(part.nbytes for part in (*parameters, *layer.buffers())),
    )


def sizes(*, trained: int, length: int, width: int) -> dict[str, Size]:
    """What each choice of positions costs at this length and width; rotary for heads of HEAD."""
    checked_size("length", length)
    return {
        "learned": size(LearnedPositionalEmbedding(trained, width)),
        "stretched": size(LearnedPositionalEmbedding(length, width)),
        "sinusoidal": size(SinusoidalPositionalEmbedding(length, width)),
        "rotary": Size(0, 0, rotary_frequencies(HEAD).nbytes),
        "none": Size(0, 0, 0),
    }


def _orders(made: tuple[Tensor, Tensor, Tensor]) -> list[Tensor]:
    """The columns of the three tables from fast waves to slow; those of the sinusoid come in that order."""
    learned, sinusoid, noise = made
    return [wave_order(learned), torch.arange(sinusoid.shape[1]), wave_order(noise)]


def _first(true: Tensor) -> int | None:
    """The place of the first True."""
    at = true.nonzero()
    return int(at[0]) if len(at) else None


def _rows(values: Tensor, far: float) -> Rows:
    """The numbers with those of the first table marked that are more than `far` from its median."""
    medians = values.median(dim=1).values
    away = (values[0] - medians[0]).abs()
    groups = _groups(away > far)
    edges = [(-1, -1), *groups, (len(away), len(away))]
    between = [(a[1] + 1, b[0] - 1) for a, b in pairwise(edges) if b[0] - a[1] > 1]
    return Rows(
        values,
        means=tuple(values.mean(dim=1).tolist()),
        medians=tuple(medians.tolist()),
        apart=tuple((away > far).nonzero().flatten().tolist()),
        peaks=tuple(first + int(away[first : last + 1].argmax()) for first, last in groups),
        runs=tuple((first, last, values[0, first : last + 1].median().item()) for first, last in between),
    )


def _groups(true: Tensor, gap: int = 2) -> tuple[tuple[int, int], ...]:
    """Runs of True as (first, last); two runs are one if fewer than `gap` places lie between them."""
    found: list[list[int]] = []
    for at in true.nonzero().flatten().tolist():
        if found and at - found[-1][1] <= gap:
            found[-1][1] = at
        else:
            found.append([at, at])
    return tuple((first, last) for first, last in found)
