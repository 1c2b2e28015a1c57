"""A lookup as one-hot × W on a small table, what its zeros cost as the vocabulary grows, and both ways timed.

Counts, for n ids and a table W (V, d) in float32: every number of one_hot (n, V) @ W is a sum of V products, so there
are n · V · d multiplications, of which n · d are by the ones and n · (V - 1) · d by zeros. The product reads the
one-hot matrix, 4 · n · V bytes, and all of W, 4 · V · d. A lookup multiplies nothing; it reads the ids, 8 bytes each,
and one row for each, 4 · n · d, a repeated row every time. A sparse one-hot matrix holds its ones alone, so its product
multiplies n · d times and reads, beside the rows, two places (int64) and a number for each 1: 20 · n.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from embviz.compute.checks import checked_ids, checked_size
from embviz.compute.device import best_device, describe_device
from embviz.compute.onehot import one_hot, one_hot_lookup, one_hot_sparse

ROWS, WIDTH = 32, 16
"""The largest small table. Smaller ones are its first rows and columns, so a row keeps its numbers."""
VOCABULARIES = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 200_000)
TABLE_BYTES, ONE_HOT_BYTES = 256_000_000, 128_000_000
MULTIPLICATIONS = 15_000_000_000
"""What is timed at most: a table, a one-hot matrix, and the multiplications of one product, about a second's work."""
RUNS, SECONDS = 7, 1.0
"""A median is of this many runs, or of as many as begin within this time."""

Moved = Sequence[tuple[int, int, int]]
Report = Callable[[float, str], None]
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Lookup:
    """`one_hot` (n, V), `table` W (V, d), `product` one_hot @ W (n, d); `start` is W before rows were moved by hand.

    `difference` is the largest |product - W[ids]|. `multiplications` the product takes, `by_zero` of them by a zero.
    """

    one_hot: Tensor
    table: Tensor
    start: Tensor
    product: Tensor
    difference: float
    multiplications: int
    by_zero: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What n ids cost at one size, counted: multiplications, and bytes read, by the ways to look up.

    `by_zero` is how many of the product's multiplications are. `one_hot` and `table` are parts of `product_bytes`.
    """

    product_multiplications: int
    sparse_multiplications: int
    lookup_multiplications: int
    by_zero: int
    one_hot: int
    table: int
    product_bytes: int
    sparse_bytes: int
    lookup_bytes: int


@dataclass(frozen=True, slots=True)
class Costs:
    """`Cost` at each of `vocabularies` (k,): multiplications and bytes read, each (k,)."""

    vocabularies: Tensor
    product_multiplications: Tensor
    sparse_multiplications: Tensor
    product_bytes: Tensor
    one_hot: Tensor
    lookup_bytes: Tensor


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, medians: to `make` the one-hot matrix, for its `product` with W, for the `sparse` product, the `lookup`.

    None where a way was left out, with `left_out` saying why. `difference` is the largest one between the results.
    """

    make: float | None
    product: float | None
    sparse: float | None
    lookup: float
    device: str
    difference: float
    left_out: str | None


def table(*, rows: int, width: int, seed: int, moved: Moved = ()) -> Tensor:
    """A small table W (rows, width): even random numbers from -1 to 1, in whole hundredths, so that sums can be read.

    `moved` puts rows elsewhere: (row, x, y) gives a row the first two numbers x / 100 and y / 100.
    """
    rows, width = checked_size("rows", rows), checked_size("width", width)
    if rows > ROWS or width > WIDTH:
        raise ValueError(f"a table of {rows} × {width} is too large to be drawn; the largest is {ROWS} × {WIDTH}")
    generator = torch.Generator().manual_seed(checked_size("seed", seed, least=0))
    hundredths = torch.randint(-100, 101, (ROWS, WIDTH), generator=generator)
    for row, x, y in moved:
        if row < rows:
            hundredths[row, :2] = torch.tensor([x, y])
    return (hundredths.double() / 100).float()[:rows, :width].contiguous()


def lookup(*, ids: Sequence[int], rows: int, width: int, seed: int, moved: Moved = ()) -> Lookup:
    """Some rows of the small table, by the product with every multiplication carried out."""
    weight = table(rows=rows, width=width, seed=seed, moved=moved)
    chosen = checked_ids(torch.tensor(ids, dtype=torch.int64), rows, of="a table")
    product = one_hot_lookup(chosen, weight)
    counted = cost(n_ids=len(chosen), vocab_size=rows, dim=width)
    return Lookup(
        one_hot=one_hot(chosen, rows),
        table=weight,
        start=table(rows=rows, width=width, seed=seed),
        product=product,
        difference=(product - weight[chosen]).abs().max().item(),
        multiplications=counted.product_multiplications,
        by_zero=counted.by_zero,
    )


def cost(*, n_ids: int, vocab_size: int, dim: int) -> Cost:
    """The counts that the head of this module explains."""
    for name, value in (("n_ids", n_ids), ("vocab_size", vocab_size), ("dim", dim)):
        checked_size(name, value)
    one_hot_bytes, table_bytes, row_bytes = 4 * n_ids * vocab_size, 4 * vocab_size * dim, 4 * n_ids * dim
    return Cost(
        product_multiplications=n_ids * vocab_size * dim,
        sparse_multiplications=n_ids * dim,
        lookup_multiplications=0,
        by_zero=n_ids * (vocab_size - 1) * dim,
        one_hot=one_hot_bytes,
        table=table_bytes,
        product_bytes=one_hot_bytes + table_bytes,
        sparse_bytes=20 * n_ids + row_bytes,
        lookup_bytes=8 * n_ids + row_bytes,
    )


def costs(*, n_ids: int, dim: int) -> Costs:
    """The counts for each of VOCABULARIES."""
    found = [cost(n_ids=n_ids, vocab_size=size, dim=dim) for size in VOCABULARIES]
    names = [name for name in Costs.__slots__ if name != "vocabularies"]
    columns = {name: torch.tensor([getattr(one, name) for one in found], dtype=torch.float64) for name in names}
    return Costs(vocabularies=torch.tensor(VOCABULARIES, dtype=torch.float64), **columns)


def too_large(counted: Cost) -> str | None:
    """Why the one-hot product of this size is not timed here, or None."""
    sizes = (("W", counted.table, TABLE_BYTES), ("the one-hot matrix", counted.one_hot, ONE_HOT_BYTES))
    for name, size, most in sizes:
        if size > most:
            return f"{name} takes {_megabytes(size)}, and up to {_megabytes(most)} are timed here"
    if counted.product_multiplications > MULTIPLICATIONS:
        return f"the product takes {counted.product_multiplications:,} multiplications, more than {MULTIPLICATIONS:,}"
    return None


def timed(*, n_ids: int, vocab_size: int, dim: int, report: Report) -> Timing:
    """All ways of looking up, run now on this machine's device, one timing at a time in the whole process.

    ValueError if the table is too large; a one-hot matrix or a product that is too large is left out. `report` is
    called between the runs and may raise to end them.
    """
    counted = cost(n_ids=n_ids, vocab_size=vocab_size, dim=dim)
    reason = too_large(counted)
    if counted.table > TABLE_BYTES:
        raise ValueError(reason)
    while not _one_at_a_time.acquire(timeout=0.2):
        report(0.0, "")
    try:
        return _timed(n_ids, vocab_size, dim, reason, report)
    finally:
        _one_at_a_time.release()


def _timed(n_ids: int, vocab_size: int, dim: int, reason: str | None, report: Report) -> Timing:
    device = best_device()
    generator = torch.Generator().manual_seed(0)
    report(0.05, f"W, {vocab_size:,} × {dim}")
    weight = torch.rand(vocab_size, dim, generator=generator).to(device)
    ids = torch.randint(vocab_size, (n_ids,), generator=generator).to(device)
    rows = weight[ids]
    seconds, difference = {"make": None, "product": None, "sparse": None}, 0.0

    def run(name: str, share: float, work: Callable[[], Tensor]) -> None:
        nonlocal difference
        report(share, name)
        result, seconds[name] = _median(work, device, lambda: report(share, name))
        if result.layout is torch.strided and result.shape == rows.shape:
            difference = max(difference, (result - rows).abs().max().item())

    run("lookup", 0.1, lambda: torch.nn.functional.embedding(ids, weight))  # what a layer does
    if device.type != "mps":  # which has no sparse product
        ones = one_hot_sparse(ids, vocab_size).coalesce()
        run("sparse", 0.2, lambda: ones @ weight)
    if reason is None:
        run("make", 0.4, lambda: one_hot(ids, vocab_size))
        dense = one_hot(ids, vocab_size)
        run("product", 0.6, lambda: dense @ weight)
    return Timing(**seconds, device=describe_device(device), difference=difference, left_out=reason)


def _median(work: Callable[[], Tensor], device: torch.device, between: Callable[[], None]) -> tuple[Tensor, float]:
    """What `work` gives, and the seconds of one run: the median of RUNS, after one that is not counted.

    What is over within a millisecond is run often enough in a row to take one.
    """
    result, once = _seconds(work, device, 1)
    times = max(1, min(1000, int(1e-3 / max(once, 1e-7))))
    taken, end = [], time.perf_counter() + SECONDS
    while len(taken) < RUNS and (not taken or time.perf_counter() < end):
        between()
        taken.append(_seconds(work, device, times)[1])
    return result, median(taken)


def _seconds(work: Callable[[], Tensor], device: torch.device, times: int) -> tuple[Tensor, float]:
    _wait(device)
    start = time.perf_counter()
    for _ in range(times):
        result = work()
    _wait(device)
    return result, (time.perf_counter() - start) / times


def _wait(device: torch.device) -> None:
    """A GPU is handed work and goes on by itself: wait until it is done."""
    if device.type in ("cuda", "mps"):
        getattr(torch, device.type).synchronize()


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
