"""How alike the rows of a table are: cosines, nearest neighbours, analogies, and the plane that two vectors span.

- Analogies: Mikolov, Yih and Zweig 2013, "Linguistic Regularities in Continuous Space Word Representations", section 4
  (3CosAdd), and Levy and Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word Representations", sections
  3 and 6 (the names, and 3CosMul, equation 4).
- Random directions: the cosine t of two independent uniform directions in d dimensions has the density
  (1 - t²) ** ((d - 3) / 2) up to a constant (Cai, Fan and Jiang 2013, "Distributions of Angles in Random Packing on
  Spheres", equation 4), so that t² is distributed as Beta(1/2, (d - 1)/2), with mean 1/d.

Conventions. A table is (rows, dim) and is addressed by row number. The cosine with a zero vector is 0. float16 and
bfloat16 are computed as float32, and scores have the table's precision: float32, or float64 for a table in float64. A
table that holds NaN or infinity is a ValueError that names the row.

Rankings are exact, and rows of equal score are ordered by their number: see `ranking`. On a device without float64 the
CPU computes what is float64.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from embviz.compute import ranking
from embviz.compute.checks import (
    checked_choice,
    checked_numbers,
    checked_places,
    checked_share,
    checked_size,
    checked_table,
)
from embviz.compute.positions import exact_device
from embviz.compute.ranking import Excluded, Neighbours, Scoring, by_direction, by_product, products, ranked, slack_of

Metric = Literal["cosine", "dot", "euclidean"]
Method = Literal["3cosadd", "3cosmul"]

METRICS = ("cosine", "dot", "euclidean")
METHODS = ("3cosadd", "3cosmul")

EPSILON = 0.001
"""What 3CosMul adds to its denominator (Levy and Goldberg 2014, section 6)."""

MAX_ORDERED = 1000
"""Rows that `order_by_clustering` takes: it holds all their distances, and its time grows with the square."""


@dataclass(frozen=True, slots=True)
class CosineBand:
    """Where the cosine of two random directions falls.

    std: its standard deviation, 1 / sqrt(dim), around 0; low and high: the bounds between which it is with probability
    `level`, -low = high.
    """

    std: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Plane:
    """Two vectors a and b in the plane they span, where lengths and angle are those of the whole space.

    a and b: their coordinates (2,), float32, a along the positive x axis and b in the upper half. basis (2, dim): the
    axes as vectors, of length 1, or zeros where the vectors span no such axis: the second if a and b are parallel or
    one is zero, both if both are. If only a is zero, b is along the positive x axis. angle: in radians, from 0 to pi,
    None if a vector is zero; cosine: then 0.
    """

    a: Tensor
    b: Tensor
    basis: Tensor
    length_a: float
    length_b: float
    dot: float
    cosine: float
    angle: float | None


def cosine_similarity(a: Tensor, b: Tensor | None = None) -> Tensor:
    """The cosine of each row of `a` (n, dim) with each of `b` (m, dim), or of `a` itself: (n, m), from -1 to 1.

    Computed in float64 and rounded once, so that a row's cosine with itself is exactly 1. 0 where a row is zero.
    """
    a = checked_table("a", a, least_rows=0)
    b = a if b is None else checked_table("b", b, least_rows=0)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a is of shape {tuple(a.shape)} and b {tuple(b.shape)}; their rows must be of one width")
    cosines = torch.empty(len(a), len(b), dtype=_working(torch.promote_types(a.dtype, b.dtype)), device=a.device)
    side = max(1, min(math.isqrt(ranking.BLOCK_ELEMENTS), ranking.BLOCK_ELEMENTS // a.shape[1]))
    for top in range(0, len(a), side):
        rows, lengths = _measured(_exact(a[top : top + side]))
        for left in range(0, len(b), side):
            others, other_lengths = _measured(_exact(b[left : left + side]))
            block = (rows @ others.T).div_(lengths).div_(other_lengths.T)
            cosines[top : top + side, left : left + side] = block.clamp_(-1, 1).to(a.device, cosines.dtype)
    return cosines


def paired_cosines(a: Tensor, b: Tensor) -> Tensor:
    """The cosine of each row of `a` (n, dim) with the same row of `b` (n, dim): (n,). 0 where a row is zero."""
    a, b = checked_table("a", a, least_rows=0), checked_table("b", b, least_rows=0)
    if a.shape != b.shape:
        raise ValueError(f"a is of shape {tuple(a.shape)} and b {tuple(b.shape)}; they must be of one shape")
    cosines = _cosines(*_measured(_exact(a)), *_measured(_exact(b)))
    return cosines.to(a.device, _working(torch.promote_types(a.dtype, b.dtype)))


@torch.no_grad()
def nearest(
    vectors: Tensor,
    query: Tensor,
    k: int,
    *,
    metric: Metric = "cosine",
    exclude: Tensor | Sequence[int] = (),
) -> Neighbours:
    """The k rows of a table (n, dim) nearest to `query`, a vector (dim,) or several (q, dim).

    By largest cosine, largest dot product, or smallest Euclidean distance. `exclude` are row numbers that are left out,
    (m,) for all queries alike or (q, m) for each its own; a row's own number among them, if it should not find itself.
    ValueError if fewer than k rows remain.
    """
    table = _table(vectors)
    checked_choice("metric", metric, METRICS)
    if not isinstance(query, Tensor) or query.dim() not in (1, 2):
        came = f"of shape {tuple(query.shape)}" if isinstance(query, Tensor) else f"a {type(query).__name__}"
        raise ValueError(f"query is {came}; it must be a tensor (dim,) or (queries, dim)")
    queries = checked_table("query", query if query.dim() == 2 else query[None], least_rows=0)
    if queries.shape[1] != table.shape[1]:
        raise ValueError(
            f"query is of shape {tuple(query.shape)}; its vectors must be {table.shape[1]} wide, as the table"
        )
    scoring = {"cosine": _by_cosine, "dot": _by_dot, "euclidean": _by_distance}[metric](table, _exact(queries))
    excluded = _excluded(exclude, table, torch.empty(len(queries), 0, dtype=torch.int64, device=table.device))
    found = ranked(table, scoring, len(queries), checked_size("k", k), excluded)
    if metric == "euclidean":
        found = Neighbours(found.indices, -found.scores, found.candidates)
    return found if query.dim() == 2 else _first(found)


@torch.no_grad()
def analogy(
    vectors: Tensor,
    a: int | Tensor,
    b: int | Tensor,
    c: int | Tensor,
    k: int,
    *,
    exclude_inputs: bool = True,
    exclude: Tensor | Sequence[int] = (),
    method: Method = "3cosadd",
) -> Neighbours:
    """a is to b as c is to …: the k best rows of a table (n, dim); a, b, c are row numbers, or q of each, (q,).

    With every row scaled to length 1, "3cosadd" ranks rows d by their cosine with b - a + c, and "3cosmul" by
    cos'(d, b) · cos'(d, c) / (cos'(d, a) + EPSILON), where cos' is the cosine shifted to [0, 1], (cos + 1) / 2. The
    three inputs are left out of the ranking unless `exclude_inputs` is False; `exclude` are more rows to leave out,
    (m,) for all analogies alike or (q, m) for each its own. ValueError if fewer than k rows remain.
    """
    table = _table(vectors)
    checked_choice("method", method, METHODS)
    given = {"a": a, "b": b, "c": c}
    inputs = [checked_places(name, rows, len(table), device=table.device) for name, rows in given.items()]
    sizes = {len(rows) for rows in inputs if rows.dim()}
    if len(sizes) > 1 or any(rows.dim() > 1 for rows in inputs):
        shapes = ", ".join(str(tuple(rows.shape)) for rows in inputs)
        raise ValueError(f"a, b and c are of shapes {shapes}; each must be a row number, or a tensor (q,) of them")
    n_queries = sizes.pop() if sizes else 1
    rows = torch.stack([each.expand(n_queries) for each in inputs], dim=1)
    scoring = (_by_sum if method == "3cosadd" else _by_ratio)(table, rows)
    excluded = _excluded(exclude, table, rows if exclude_inputs else rows[:, :0])
    found = ranked(table, scoring, n_queries, checked_size("k", k), excluded)
    return found if any(each.dim() for each in inputs) else _first(found)


def centred(vectors: Tensor) -> Tensor:
    """The table with its mean row subtracted from every row, (n, dim), so that each column's mean is 0."""
    table = _table(vectors)
    mean, _ = _moments(table)
    return torch.cat([(_exact(block) - mean).to(table.device, table.dtype) for block in _blocks(table)])


def standardised(vectors: Tensor) -> Tensor:
    """The table with every column shifted to mean 0 and divided by its standard deviation (over n, not n - 1).

    A column that is constant becomes 0.
    """
    table = _table(vectors)
    mean, std = _moments(table)
    scale = torch.where(std > 0, 1 / std, 0.0)
    return torch.cat([((_exact(block) - mean) * scale).to(table.device, table.dtype) for block in _blocks(table)])


def random_cosine_band(dim: int, *, level: float = 0.95) -> CosineBand:
    """Where the cosine of two random directions in `dim` dimensions is with probability `level`, exactly.

    The square of the cosine is distributed as Beta(1/2, (dim - 1)/2), so the bound is the square root of that
    distribution's quantile; for wide vectors it is nearly the normal distribution's, 1.96 / sqrt(dim) for 0.95. In one
    dimension the cosine is -1 or 1.
    """
    from scipy.special import betaincinv

    checked_size("dim", dim)
    checked_share("level", level)
    high = 1.0 if dim == 1 else math.sqrt(betaincinv(0.5, (dim - 1) / 2, level))
    return CosineBand(1 / math.sqrt(dim), -high, high, float(level))


def pair_cosines(vectors: Tensor, n_pairs: int, *, seed: int = 0) -> Tensor:
    """The cosines of `n_pairs` random pairs of distinct rows, (n_pairs,): how alike rows are that nothing connects.

    Pairs are drawn with replacement, all equally likely, by `seed`, the same on every device.
    """
    table = checked_table("vectors", vectors, least_rows=2)
    checked_size("n_pairs", n_pairs)
    generator = torch.Generator(device="cpu").manual_seed(checked_size("seed", seed, least=0))
    n = len(table)
    first = torch.randint(n, (n_pairs,), generator=generator, device="cpu")
    second = (first + torch.randint(1, n, (n_pairs,), generator=generator, device="cpu")) % n
    step = max(1, ranking.BLOCK_ELEMENTS // table.shape[1])
    pairs = zip(first.to(table.device).split(step), second.to(table.device).split(step), strict=True)
    return torch.cat([paired_cosines(table[one], table[other]) for one, other in pairs])


def plane(a: Tensor, b: Tensor) -> Plane:
    """The plane that two vectors (dim,) span, in which nothing about the two is lost. Computed in float64."""
    for name, vector in (("a", a), ("b", b)):
        if not isinstance(vector, Tensor) or vector.dim() != 1 or not len(vector) or len(vector) != len(a):
            came = f"of shape {tuple(vector.shape)}" if isinstance(vector, Tensor) else f"a {type(vector).__name__}"
            raise ValueError(f"{name} is {came}; a and b must be tensors (dim,) of one width")
    pair = torch.stack([checked_numbers(name, vector, device="cpu") for name, vector in (("a", a), ("b", b))])
    length_a, length_b = torch.linalg.vector_norm(pair, dim=1).tolist()
    unit_a, unit_b = _units(pair)
    cosine = max(-1.0, min(1.0, (unit_a @ unit_b).item()))
    angle = None
    x_axis, y_axis, sine = unit_a, torch.zeros_like(unit_a), 0.0
    if length_a and length_b:
        # Kahan's formula: exact for small angles too, where the arc cosine is not
        angle = 2 * math.atan2((unit_a - unit_b).norm().item(), (unit_a + unit_b).norm().item())
        across = unit_b - (unit_a @ unit_b) * unit_a
        across = across - (unit_a @ across) * unit_a
        sine = across.norm().item()
        if sine > 4 * torch.finfo(torch.float64).eps:
            y_axis = across / sine
        else:
            sine, cosine, angle = 0.0, math.copysign(1.0, cosine), 0.0 if cosine > 0 else math.pi
    elif length_b:
        x_axis = unit_b
    place_b = (length_b * (cosine if length_a else 1.0), length_b * sine)
    dtype = _working(torch.promote_types(a.dtype, b.dtype))
    return Plane(
        torch.tensor([length_a, 0.0], dtype=torch.float32),
        torch.tensor(place_b, dtype=torch.float32),
        torch.stack((x_axis, y_axis)).to(a.device, dtype),
        length_a,
        length_b,
        (pair[0] @ pair[1]).item(),
        cosine,
        angle,
    )


def order_by_clustering(vectors: Tensor) -> Tensor:
    """An order of the rows, (n,) row numbers, in which similar rows are neighbours; n up to MAX_ORDERED.

    The leaves of the tree that average-linkage hierarchical clustering makes of the distances 1 - cosine, flipped so
    that the distances between neighbours add up to the least (Bar-Joseph, Gifford and Jaakkola 2001, "Fast Optimal Leaf
    Ordering for Hierarchical Clustering"); the order and its reverse are equally good, and the one is given that begins
    with the smaller row number.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage

    table = checked_table("vectors", vectors)
    n = len(table)
    if n > MAX_ORDERED:
        raise ValueError(f"vectors has {n:,} rows; at most {MAX_ORDERED:,} can be ordered by clustering")
    if n < 3:
        return torch.arange(n, device=table.device)
    units = _units(_exact(table)).cpu()
    above = torch.triu_indices(n, n, offset=1, device="cpu")
    distances = 1 - (units @ units.T)[above[0], above[1]].clamp(-1, 1)
    leaves = leaves_list(linkage(distances.numpy(), "average", optimal_ordering=True))
    order = torch.as_tensor(leaves, dtype=torch.int64)
    return (order if order[0] < order[-1] else order.flip(0)).to(table.device)


def _by_cosine(table: Tensor, queries: Tensor) -> Scoring:
    asked, lengths = _measured(queries)
    rough = (asked / lengths).to(table.device, table.dtype)

    def exact(query: Tensor, rows: Tensor) -> Tensor:
        query = query.to(asked.device)
        return _cosines(asked[query], lengths[query], *_measured(_exact(table[rows])))

    return by_direction(rough, _units(table), 1.0, exact)


def _by_dot(table: Tensor, queries: Tensor) -> Scoring:
    """Candidates by the dot product with the query's direction, since its length changes no order."""
    rough = _units(queries).to(table.device, table.dtype)
    near, lengths, _ = _plain(table)

    def exact(query: Tensor, rows: Tensor) -> Tensor:
        return products(queries[query.to(queries.device)], _exact(table[rows]))

    return by_direction(rough, near, lengths.max(), exact)


def _by_distance(table: Tensor, queries: Tensor) -> Scoring:
    """Candidates by q · v - v² / 2, which is half of q² - (q - v)²."""
    sample = table[:: max(1, len(table) // 1000)]
    middle = sample.mean(dim=0)
    if torch.linalg.vector_norm(middle) > 10 * torch.linalg.vector_norm(sample - middle, dim=1).mean():
        near, lengths, scale = _plain(table - middle)  # far from the origin, products say little about distances
    else:
        near, lengths, scale = _plain(table)
        middle = torch.zeros_like(middle)
    rough = ((queries - _exact(middle)) / scale).to(table.device, table.dtype)
    reach = torch.linalg.vector_norm(rough, dim=1, keepdim=True) + lengths.max()

    def exact(query: Tensor, rows: Tensor) -> Tensor:
        return -torch.linalg.vector_norm(queries[query.to(queries.device)] - _exact(table[rows]), dim=1)

    return by_product(rough, near, slack_of(table) * reach.square(), exact, lengths.square() / -2)


def _plain(table: Tensor) -> tuple[Tensor, Tensor, float]:
    """The table, the lengths of its rows (n,), and 1; but all divided by a power of two, which comes third, where
    squares of its largest numbers could overflow or vanish."""
    lengths = torch.linalg.vector_norm(table, dim=1)
    largest = lengths.max().item()
    if 2.0**-20 < largest < 2.0**20:
        return table, lengths, 1.0
    largest = table.abs().max().item()
    scale = 2.0 ** math.floor(math.log2(largest)) if largest else 1.0
    return table / scale, torch.linalg.vector_norm(table / scale, dim=1), scale


def _by_sum(table: Tensor, rows: Tensor) -> Scoring:
    a, b, c = (_units(_exact(table[each])) for each in rows.T)
    return _by_cosine(table, b - a + c)


def _by_ratio(table: Tensor, rows: Tensor) -> Scoring:
    """3CosMul, in float64 throughout: near a cosine of -1 with a, a rounding error grows a millionfold."""
    inputs = [_units(_exact(table[each])) for each in rows.T]
    dtype = torch.float32 if table.device.type == "mps" else torch.float64

    def ratio(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        a, b, c = (((1 + cosines) / 2).clamp_(min=0) for cosines in (a, b, c))
        return b.mul_(c).div_(a.add_(EPSILON))

    def approximate(block: slice, rows: slice, out: Tensor) -> None:
        units = _units(_exact(table[rows]))
        out.copy_(ratio(*(each[block] @ units.T for each in inputs)).to(out.dtype))

    def exact(query: Tensor, rows: Tensor) -> Tensor:
        units, query = _units(_exact(table[rows])), query.to(inputs[0].device)
        return ratio(*(products(each[query], units) for each in inputs))

    slack = torch.full((len(rows), 1), (table.shape[1] + 8) * 1e-9, dtype=dtype, device=table.device)
    return Scoring(approximate, exact, slack, exact)


def _table(vectors: Tensor) -> Tensor:
    table = checked_table("vectors", vectors)
    return table.to(_working(table.dtype))


def _working(dtype: torch.dtype) -> torch.dtype:
    return torch.float64 if dtype == torch.float64 else torch.float32


def _exact(values: Tensor) -> Tensor:
    """In float64, on the CPU if the device has none."""
    return values.to(exact_device(values.device)).to(torch.float64)


def _measured(rows: Tensor) -> tuple[Tensor, Tensor]:
    """The rows and their lengths (n, 1), 1 for a zero row.

    Where a length is so large or small that squares overflow or vanish, rows come divided by a power of two, which is
    exact, and so do their lengths.
    """
    lengths = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    numbers = torch.finfo(rows.dtype)
    low, high = torch.stack(torch.aminmax(lengths)).tolist() if len(rows) else (1.0, 1.0)
    if numbers.tiny**0.4 < low <= high < numbers.max**0.45:
        return rows, lengths
    largest = rows.abs().amax(dim=1, keepdim=True)
    power = torch.where(largest > 0, largest / (2 * torch.frexp(largest).mantissa), 1.0)
    lengths = torch.linalg.vector_norm(rows / power, dim=1, keepdim=True)
    return rows / power, torch.where(largest > 0, lengths, 1.0)


def _units(rows: Tensor) -> Tensor:
    """Each row scaled to length 1, in its own precision; a zero row stays zero."""
    rows, lengths = _measured(rows)
    return rows / lengths


def _cosines(a: Tensor, lengths_a: Tensor, b: Tensor, lengths_b: Tensor) -> Tensor:
    """The cosines of rows (p, dim) with rows (p, dim), (p,): exactly 0 where the products of their numbers cancel."""
    return (products(a, b) / lengths_a[:, 0] / lengths_b[:, 0]).clamp_(-1, 1)


def _blocks(table: Tensor) -> tuple[Tensor, ...]:
    return table.split(max(1, ranking.BLOCK_ELEMENTS // table.shape[1]))


def _moments(table: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each column, (dim,), float64; the deviation of a constant column is exactly 0."""
    mean = sum(_exact(block).sum(dim=0) for block in _blocks(table)) / len(table)
    square = sum((_exact(block) - mean).square().sum(dim=0) for block in _blocks(table)) / len(table)
    varies = _exact(table.amax(dim=0) > table.amin(dim=0)).bool()
    return mean, torch.where(varies, square.sqrt(), 0.0)


def _excluded(exclude: Tensor | Sequence[int], table: Tensor, own: Tensor) -> Excluded:
    """Row numbers to leave out: `exclude` as callers give it, and `own` (queries, m)."""
    rows = checked_places("exclude", exclude, len(table), device=table.device)
    if rows.dim() > 2 or (rows.dim() == 2 and len(rows) != len(own)):
        raise ValueError(
            f"exclude is of shape {tuple(rows.shape)}; for {len(own)} queries it must be (m,) or ({len(own)}, m)"
        )
    if rows.dim() == 2:
        return Excluded(rows.new_empty(0), torch.cat((own, rows), dim=1))
    return Excluded(rows.reshape(-1).unique(), own)


def _first(found: Neighbours) -> Neighbours:
    return Neighbours(found.indices[0], found.scores[0], found.candidates[0])
