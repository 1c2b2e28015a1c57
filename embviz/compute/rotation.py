"""What rotation does to queries and keys, as numbers that a picture can move through: Su et al. 2021, "RoFormer".

The formulas and their conventions are in `rotary`. Scores are plain dot products unless said. q and k are random,
N(0, 1) by a seed; those of a narrow head are the first numbers of those of a wide one, so that pair i stays the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.checks import checked_choice, checked_even, checked_size
from embviz.compute.positions import sinusoidal_at
from embviz.compute.rotary import (
    LAYOUTS,
    Layout,
    apply_rotary,
    random_scores,
    relative_bound,
    rotary_frequencies,
    rotary_scores,
)

WIDEST = 128
"""The widest head that has vectors here."""

PARTS = 4
"""Turns are given for every quarter of a place, so that a move between two places can be drawn."""


@dataclass(frozen=True, slots=True)
class Arrows:
    """A query and a key, and how far each of their pairs (2i, 2i + 1) has turned at each place.

    query, key (dim,); frequencies (dim/2,) in radians a place; turns (places · parts + 1, dim): the unit arrow (1, 0)
    of every pair at place row / parts, so cos and sin of its angle. change (dim/2,): the largest change of a pair's
    score q_i · k_i, in float32, while both move together from any places to any others within `places`.
    """

    query: Tensor
    key: Tensor
    frequencies: Tensor
    turns: Tensor
    change: Tensor
    places: int
    parts: int


@dataclass(frozen=True, slots=True)
class Added:
    """The same arrows, and what would be added to them instead: `added` (rows, dim), (sin, cos) of each pair's angle.

    `score_change` is the largest change of a pair's score while both move, `length_change` that of an arrow's length:
    the first of each two numbers by adding, the second by rotating.
    """

    query: Tensor
    key: Tensor
    frequencies: Tensor
    turns: Tensor
    added: Tensor
    places: int
    parts: int
    score_change: tuple[float, float]
    length_change: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layouts:
    """One query at places 0 … n - 1, one key at place 0, and what the other layout makes of them.

    query (dim,), turned (n, dim) in `layout`; turns (n, dim), the unit arrow of pair i in columns 2i and 2i + 1;
    frequencies (dim/2,). interleaved, half (n,): the score of the same numbers in each layout. apart (n,): the root
    mean square of their difference over `draws` random q and k, divided by the scores' standard deviation.
    norm_change: the largest change of the query's length. reordered: the largest difference of the scores once the
    columns are put in the other layout's order.
    """

    query: Tensor
    turned: Tensor
    turns: Tensor
    frequencies: Tensor
    interleaved: Tensor
    half: Tensor
    apart: Tensor
    layout: str
    parts: int
    draws: int
    norm_change: float
    reordered: float


@dataclass(frozen=True, slots=True)
class Decay:
    """Curves over the distance 0 … length, (length + 1,) each.

    constant: the score of q = k = (1, …, 1), divided by dim. mean, low, high: of q · k / dim over `draws` random q and
    k, low and high the 5th and 95th of 100 parts. bound: RoFormer's, divided by its value at distance 0.
    constant_last, bound_last: their mean over the last tenth. band_first, band_last: half of high - low, over the first
    and over the last tenth. rises: how often the constant curve is higher than one place before.
    """

    constant: Tensor
    mean: Tensor
    low: Tensor
    high: Tensor
    bound: Tensor
    draws: int
    constant_last: float
    bound_last: float
    band_first: float
    band_last: float
    rises: int


def vectors(dim: int, *, seed: int) -> tuple[Tensor, Tensor]:
    """A query and a key of N(0, 1), (dim,) each, float32; the same for a seed on every device."""
    if checked_even("dim", dim) > WIDEST:
        raise ValueError(f"dim is {dim}; there are vectors up to a width of {WIDEST}")
    generator = torch.Generator(device="cpu").manual_seed(checked_size("seed", seed, least=0))
    query, key = torch.randn(2, WIDEST, generator=generator, device="cpu")[:, :dim]
    return query, key


def arrows(*, dim: int, base: float, seed: int, places: int = 80) -> Arrows:
    """q, k and the turn of each pair at every quarter of a place."""
    query, key = vectors(dim, seed=seed)
    frequencies = rotary_frequencies(dim, base=base, device="cpu")
    turned = [_pairs(apply_rotary(x.expand(places + 1, dim), range(places + 1), frequencies)) for x in (query, key)]
    change = _largest_change(torch.einsum("mic,nic->imn", *turned))
    return Arrows(query, key, frequencies, _turns(frequencies, places), change, places, PARTS)


def added(*, dim: int, base: float, seed: int, places: int = 80) -> Added:
    """The same q and k, with sines and cosines added, beside their rotation."""
    query, key = vectors(dim, seed=seed)
    frequencies = rotary_frequencies(dim, base=base, device="cpu")
    quarters = torch.arange(places * PARTS + 1) / PARTS
    table = sinusoidal_at(quarters, dim, base=base)
    rows = range(places + 1)
    sums = [_pairs(x + table[::PARTS]) for x in (query, key)]
    rotated = [_pairs(apply_rotary(x.expand(places + 1, dim), rows, frequencies)) for x in (query, key)]
    scores, lengths = [], []
    for tips in (sums, rotated):
        scores.append(_largest_change(torch.einsum("mic,nic->imn", *tips)).max().item())
        norms = torch.stack([part.norm(dim=-1) for part in tips])
        lengths.append((norms.amax(dim=1) - norms.amin(dim=1)).max().item())
    turns = _turns(frequencies, places)
    return Added(query, key, frequencies, turns, table, places, PARTS, tuple(scores), tuple(lengths))


def layouts(*, dim: int, base: float, layout: Layout, seed: int, n: int = 129, draws: int = 1000) -> Layouts:
    """One query turned through n places, and its score with a key at place 0 in both layouts."""
    checked_choice("layout", layout, LAYOUTS)
    query, key = vectors(dim, seed=seed)
    frequencies = rotary_frequencies(dim, base=base, device="cpu")
    places = range(n)
    turned = {name: apply_rotary(query.expand(n, dim), places, frequencies, layout=name) for name in LAYOUTS}
    scores = {name: rows @ key for name, rows in turned.items()}  # at place 0 the key has not turned
    order = torch.cat([torch.arange(0, dim, 2), torch.arange(1, dim, 2)])  # from (2i, 2i + 1) to (i, i + dim/2)
    reordered = apply_rotary(query[order].expand(n, dim), places, frequencies, layout="half") @ key[order]
    norms = turned[layout].norm(dim=1)
    return Layouts(
        query=query,
        turned=turned[layout],
        turns=_turns(frequencies, n - 1, parts=1),
        frequencies=frequencies,
        interleaved=scores["interleaved"],
        half=scores["half"],
        apart=_apart(dim, frequencies, seed=seed, n=n, draws=draws),
        layout=layout,
        parts=1,
        draws=draws,
        norm_change=(norms - query.norm()).abs().max().item(),
        reordered=(reordered - scores["interleaved"]).abs().max().item(),
    )


def decay(*, dim: int, base: float, length: int, seed: int, draws: int = 1000) -> Decay:
    """The score over distance for a constant q = k and for random q and k, and RoFormer's bound, on one scale."""
    distances = torch.arange(checked_size("length", length, least=10) + 1)
    frequencies = rotary_frequencies(dim, base=base, device="cpu")
    ones = torch.ones(dim)
    constant = rotary_scores(ones, ones, distances, frequencies=frequencies) / dim
    band = random_scores(distances, dim, base=base, draws=draws, seed=seed)
    mean, low, high = (curve / dim**0.5 for curve in (band.mean, band.low, band.high))  # they come as q · k / sqrt(dim)
    bound = relative_bound(distances, frequencies)
    bound = bound / bound[0]
    tenth = max(1, length // 10)
    half_band = (high - low) / 2
    return Decay(
        constant=constant,
        mean=mean,
        low=low,
        high=high,
        bound=bound,
        draws=draws,
        constant_last=constant[-tenth:].mean().item(),
        bound_last=bound[-tenth:].mean().item(),
        band_first=half_band[:tenth].mean().item(),
        band_last=half_band[-tenth:].mean().item(),
        rises=int((constant[1:] > constant[:-1]).sum()),
    )


def _pairs(rows: Tensor) -> Tensor:
    """Rows (n, dim) as pairs (n, dim/2, 2), interleaved."""
    return rows.unflatten(-1, (-1, 2))


def _turns(frequencies: Tensor, places: int, *, parts: int = PARTS) -> Tensor:
    """The unit arrow of every pair at each part of a place, (places · parts + 1, dim), interleaved."""
    at = torch.arange(places * parts + 1, dtype=torch.float64) / parts
    unit = torch.tensor([1.0, 0.0]).repeat(len(frequencies))
    return apply_rotary(unit.expand(len(at), -1), at, frequencies)


def _largest_change(scores: Tensor) -> Tensor:
    """Of scores (pair, m, n) the largest difference along a diagonal, where m and n move together: (pair,)."""
    places = scores.shape[-1]
    along = [scores.diagonal(offset, dim1=-2, dim2=-1) for offset in range(1 - places, places)]
    return torch.stack([line.amax(dim=-1) - line.amin(dim=-1) for line in along]).amax(dim=0)


def _apart(dim: int, frequencies: Tensor, *, seed: int, n: int, draws: int) -> Tensor:
    """How far the scores of two layouts are apart over random q and k, in standard deviations of a score: (n,)."""
    generator = torch.Generator(device="cpu").manual_seed(seed)
    q, k = torch.randn(2, draws, dim, generator=generator, device="cpu")
    mine, other = (rotary_scores(q, k, range(n), frequencies=frequencies, layout=name) for name in LAYOUTS)
    return (mine - other).square().mean(dim=0).sqrt() / mine.std(dim=0)
