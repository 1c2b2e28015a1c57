"""The best rows of a table for each query, exactly: candidates by matrix products, then each scored alone in float64.

Matrix products in the table's precision, or in bfloat16 where that is faster, a block of queries at a time, only choose
candidates: all rows whose product comes within its largest possible rounding error of the k-th best. Each candidate is
then scored alone in float64, and the score rounded once. Rows are ordered by that rounded score, and rows of equal
score by their number, the smaller first, on the k-th place too. So the result does not depend on the size of a block,
the number of threads, the precision of the products, or what else is asked in the same call. On a device without
float64 the CPU computes what is float64. What a score is, `similarity` says.
"""

import functools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK_ELEMENTS = 1 << 22
"""Scores held at a time, 16 MB in float32, but at least one query's; beside them there is a copy of the table."""

# Of a group of rows only the best is looked at first. Small groups are many, large ones hold many rows that turn out
# not to be among the k best; a share of sqrt(n / k) is between.
_GROUP_SHARE, _MAX_GROUP = 0.25, 16
_TILE_QUERIES, _TILE_ELEMENTS = 512, 1 << 20  # scores that stay in a processor's cache, 4 MB in float32
_PAIR_ELEMENTS = 1 << 17  # numbers of vectors in float64 that stay there, 1 MB
_COARSE_PRODUCTS = 1 << 26  # from so many on, bfloat16 can pay


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The best rows of a table, best first: all (k,) for one query, (q, k) for q queries.

    indices: row numbers, int64. scores: cosine, dot product or distance (smaller is nearer); for analogies the cosine
    with b - a + c, or the ratio of 3CosMul. candidates: how many rows were ranked, () or (q,), int64.
    """

    indices: Tensor
    scores: Tensor
    candidates: Tensor


@dataclass(frozen=True, slots=True)
class Scoring:
    """Two ways to score rows, larger is better.

    approximate(queries, rows, out) writes the scores of two slices, queries with rows, into `out`, a tile of `dtype`;
    approximate_pairs(queries, rows) are those of pairs (p,), up to rounding; slack (q, 1) is how far apart two of
    either may be and still be in the wrong order. exact(queries, rows) are the scores of pairs (p,) in float64. They
    rank like the approximate ones, but need not be the same function.
    """

    approximate: Callable[[slice, slice, Tensor], object]
    approximate_pairs: Callable[[Tensor, Tensor], Tensor]
    slack: Tensor
    exact: Callable[[Tensor, Tensor], Tensor]
    finer: "Scoring | None" = None

    @property
    def dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.finer else self.slack.dtype


@dataclass(frozen=True, slots=True)
class Excluded:
    """Rows left out: `shared` (m,), increasing, for every query; `own` (q, m) for each its own, repeats allowed."""

    shared: Tensor
    own: Tensor

    def left(self, n: int) -> Tensor:
        """How many of n rows are left for each query, (q,)."""
        rows = self.own.sort(dim=1).values
        new = ~torch.isin(rows, self.shared)
        new[:, 1:] &= rows[:, 1:] != rows[:, :-1]
        return n - len(self.shared) - new.sum(dim=1)

    def among(self, query: Tensor, rows: Tensor, n: int) -> Tensor:
        """Which of the pairs (p,) of a query and one of n rows are left out."""
        low, high = (int(query[0]), int(query[-1])) if len(query) else (0, -1)  # pairs come in the order of the queries
        numbers = torch.arange(low, high + 1, device=rows.device)[:, None]
        own = (numbers * n + self.own[low : high + 1]).reshape(-1)
        return torch.isin(rows, self.shared) | torch.isin(query * n + rows, own)


def ranked(table: Tensor, scoring: Scoring, n_queries: int, k: int, excluded: Excluded) -> Neighbours:
    """The k best rows for each query.

    Of the approximate scores only the largest of every group of rows is kept. The k-th largest of those is a lower
    bound for the k-th best score, so that only groups that reach it, less the slack, hold candidates.
    """
    n, device = len(table), table.device
    left = excluded.left(n)
    fewest = int(left.min()) if n_queries else n
    if k > fewest:
        without = f" without the {n - fewest} excluded" if n > fewest else ""
        raise ValueError(f"k is {k}; a table of {n} rows{without} has {fewest} to give")
    indices = torch.empty(n_queries, k, dtype=torch.int64, device=device)
    scores = torch.empty(n_queries, k, dtype=table.dtype, device=device)
    group = max(1, min(_MAX_GROUP, int(math.sqrt(n / k) * _GROUP_SHARE)))
    step = max(1, min(_TILE_QUERIES, BLOCK_ELEMENTS * group // (2 * n)))  # two numbers for each group that is reached
    for start in range(0, n_queries, step):
        block = slice(start, min(start + step, n_queries))
        largest, members, bound = _bounded(scoring, n, block, group, k, excluded)
        reached, place = (largest >= bound).nonzero(as_tuple=True)
        counts = torch.bincount(reached, minlength=len(bound)).tolist()
        for few, pairs in _portions(counts, BLOCK_ELEMENTS // (4 * group)):
            here = slice(start + few.start, start + few.stop)
            rows = members[place[pairs]].reshape(-1)
            query = (reached[pairs] + start).repeat_interleave(group)
            rough = _in_pieces(scoring.approximate_pairs, query, rows.clamp(max=n - 1), table.shape[1], bound)
            likely = (rough >= bound[query - start, 0]) & (rows < n)
            query, rows = query[likely], rows[likely]
            allowed = ~excluded.among(query, rows, n)
            query, rows = query[allowed], rows[allowed]
            exact = _in_pieces(scoring.exact, query, rows, table.shape[1], table)
            best = _best(query - here.start, rows, exact, here.stop - here.start, k)
            indices[here], scores[here] = rows[best], exact[best]
    return Neighbours(indices, scores, left)


def _bounded(
    scoring: Scoring, n: int, block: slice, group: int, k: int, excluded: Excluded
) -> tuple[Tensor, Tensor, Tensor]:
    """What `_largest` gives, and what a group's largest must reach, (queries, 1), to hold one of the k best."""
    largest, members = _largest(n, scoring, block, group, excluded)
    best = largest.topk(k, dim=1, sorted=False).values if k > 1 else largest.amax(dim=1, keepdim=True)
    bound = best.amin(dim=1, keepdim=True)
    bound = bound - scoring.slack[block] - bound.abs() * (2 * torch.finfo(bound.dtype).eps)
    if scoring.finer and bool((bound <= 0).any()):
        return _bounded(scoring.finer, n, block, group, k, excluded)
    return largest, members, bound


def _largest(n: int, scoring: Scoring, block: slice, group: int, excluded: Excluded) -> tuple[Tensor, Tensor]:
    """The largest approximate score in every group of rows for a slice of queries, (queries, groups), and the groups.

    The latter are (groups, group) row numbers, of which those from n on do not exist. A tile of scores stays in a
    processor's cache until its groups' largest are taken; a group is every width-th row of a tile, so that this runs
    along memory.
    """
    height, device = block.stop - block.start, scoring.slack.device
    width = min(-(-n // group), max(1, _TILE_ELEMENTS // (height * group)))
    tile = width * group
    starts = range(0, n, tile)
    own = excluded.own[block]
    order = own.reshape(-1).argsort()
    own_rows, own_queries = own.reshape(-1)[order], order // max(1, own.shape[1])
    edges = torch.tensor([*starts, n], device=device)
    own_edges, shared_edges = (torch.searchsorted(rows, edges).tolist() for rows in (own_rows, excluded.shared))
    scores = torch.full((height, tile), -math.inf, dtype=scoring.dtype, device=device)
    largest = torch.empty(height, len(starts) * width, dtype=scoring.dtype, device=device)

    def ordered(values: Tensor) -> Tensor:  # integers are compared faster, and in the same order if they are positive
        return values.view(torch.int16) if scoring.finer else values

    for index, start in enumerate(starts):
        rows = slice(start, min(start + tile, n))
        scoring.approximate(block, rows, scores[:, : rows.stop - start])
        if rows.stop - start < tile:
            scores[:, rows.stop - start :] = -math.inf
        if own_edges[index] < own_edges[index + 1]:
            these = slice(own_edges[index], own_edges[index + 1])
            scores[own_queries[these], own_rows[these] - start] = -math.inf
        if shared_edges[index] < shared_edges[index + 1]:
            these = slice(shared_edges[index], shared_edges[index + 1])
            scores[:, excluded.shared[these] - start] = -math.inf
        here = largest[:, index * width : (index + 1) * width]
        torch.amax(ordered(scores).view(height, group, width), dim=1, out=ordered(here))
    firsts = (torch.tensor(starts, device=device)[:, None] + torch.arange(width, device=device)).reshape(-1, 1)
    return largest.to(scoring.slack.dtype), firsts + torch.arange(0, tile, width, device=device)


def _best(query: Tensor, rows: Tensor, scores: Tensor, n_queries: int, k: int) -> Tensor:
    """Places of the k best of the pairs (p,) for each query, (queries, k): by score, then by the smaller row number."""
    order = rows.argsort()
    order = order[scores[order].argsort(stable=True, descending=True)]
    order = order[query[order].argsort(stable=True)]
    counts = torch.bincount(query, minlength=n_queries)
    return order[(counts.cumsum(0) - counts)[:, None] + torch.arange(k, device=rows.device)]


def _portions(counts: Sequence[int], most: int) -> Iterator[tuple[slice, slice]]:
    """Slices of queries that have at most `most` things together, or of one query, and of these things."""
    start = first = total = 0
    for index, count in enumerate(counts):
        if index > start and total + count > first + most:
            yield slice(start, index), slice(first, total)
            start, first = index, total
        total += count
    yield slice(start, len(counts)), slice(first, total)


def _in_pieces(
    score: Callable[[Tensor, Tensor], Tensor], query: Tensor, rows: Tensor, dim: int, like: Tensor
) -> Tensor:
    """score(query, rows) of pairs (p,), so many at a time that their vectors stay in a cache; of the type of `like`."""
    step = max(1, _PAIR_ELEMENTS // dim)
    pieces = zip(query.split(step), rows.split(step), strict=True)
    return torch.cat([score(*pair).to(like.dtype).to(like.device) for pair in pieces])


def by_product(
    left: Tensor, right: Tensor, slack: Tensor, exact: Callable[[Tensor, Tensor], Tensor], plus: Tensor | None = None
) -> Scoring:
    """Approximate scores that are a row of `left` for a query times a row of `right`, and `plus` (n,) for each row."""

    def approximate(block: slice, rows: slice, out: Tensor) -> None:
        if plus is None:
            torch.mm(left[block], right[rows].T, out=out)
        else:
            torch.addmm(plus[rows], left[block], right[rows].T, out=out)

    def approximate_pairs(query: Tensor, rows: Tensor) -> Tensor:
        found = products(left[query], right[rows])
        return found if plus is None else found + plus[rows]

    return Scoring(approximate, approximate_pairs, slack, exact)


def by_direction(
    left: Tensor, right: Tensor, longest: float | Tensor, exact: Callable[[Tensor, Tensor], Tensor]
) -> Scoring:
    """`by_product` of rows of `left`, of length 1, with rows of `right`, none longer than `longest`.

    Where a processor multiplies bfloat16 faster, the tiles are of that: u = 2 ** -9 is lost of each factor and of the
    score, 3 u of two vectors of length 1, and two scores are compared.
    """
    scoring = by_product(left, right, (slack_of(right) * longest + left.new_zeros(len(left), 1)), exact)
    if len(left) * right.numel() < _COARSE_PRODUCTS or not _coarse_is_faster(right.device.type, right.dtype):
        return scoring
    near, far = left.to(torch.bfloat16), right.to(torch.bfloat16)

    def approximate(block: slice, rows: slice, out: Tensor) -> None:
        torch.mm(near[block], far[rows].T, out=out)

    slack = scoring.slack + 6.1 * 2.0**-9 * longest
    return Scoring(approximate, scoring.approximate_pairs, slack, exact, scoring)


@functools.cache
def _coarse_is_faster(device: str, dtype: torch.dtype) -> bool:
    """Whether products in bfloat16 take less time here than in `dtype`; asked by timing, since no library says so."""
    if device != "cpu" or dtype != torch.float32:
        return False
    return _product_seconds(torch.bfloat16) < 0.7 * _product_seconds(dtype)


def _product_seconds(dtype: torch.dtype) -> float:
    left, right = torch.ones(256, 64, dtype=dtype), torch.ones(1024, 64, dtype=dtype)
    seconds = []
    for _ in range(6):
        begin = time.perf_counter()
        torch.mm(left, right.T)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def slack_of(table: Tensor) -> float:
    """By how much products of vectors of length 1 may differ in order from their exact scores.

    With u half of eps, a sum of d products is off by at most d u in any order of summation (Higham 2002, "Accuracy and
    Stability of Numerical Algorithms", section 3.1), and scaling both vectors to length 1 adds at most (d + 8) u. The
    exact score may be off as much if it has the table's precision, and two scores are compared: 4 (2 d + 8) u.
    """
    return (4 * table.shape[1] + 16) * torch.finfo(table.dtype).eps


def products(a: Tensor, b: Tensor) -> Tensor:
    """The dot products of rows (p, dim) with rows (p, dim), (p,), each computed alone."""
    return (a * b).sum(dim=1)
