"""A lookup as one-hot × W on a small table, what the zeros cost, and both ways timed.

Counts: one_hot (n, V) times W (V, d) takes n · V · d multiplications, all but n · d of them by zero. Bytes are float32
numbers read or held: the one-hot matrix 4 · n · V, the rows of a lookup 4 · n · d, and 8 a whole-number id.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.checks import checked_ids, checked_size
from embviz.compute.onehot import one_hot, one_hot_lookup

VOCABULARIES = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 200_000)
MOST_BYTES = 256 << 20
"""The one-hot matrix and the table together are timed only up to this size."""
RUNS = 5


@dataclass(frozen=True, slots=True)
class Lookup:
    """`one_hot` (n, V), `table` W (V, d), `product` one_hot @ W (n, d); `difference` to W[ids], the largest one."""

    one_hot: Tensor
    table: Tensor
    product: Tensor
    difference: float
    limit: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Over `vocabularies` (V,): multiplications and bytes of the product and of the lookup, each (V,)."""

    vocabularies: Tensor
    product_multiplications: Tensor
    product_bytes: Tensor
    lookup_bytes: Tensor
    useful: Tensor


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds, the median of RUNS runs: `product`, or None where it would not fit, and `lookup`; on `device`."""

    product: float | None
    lookup: float
    device: str
    vocab_size: int


def lookup(*, vocab_size: int, dim: int, seed: int, ids: tuple[int, ...]) -> Lookup:
    """A table of N(0, 1) noise to two decimals, and some of its rows by the product."""
    table = noise(vocab_size, dim, seed)
    chosen = checked_ids(torch.tensor(ids, dtype=torch.int64), vocab_size)
    product = one_hot_lookup(chosen, table)
    difference = float((product - table[chosen]).abs().max()) if len(ids) else 0.0
    return Lookup(one_hot(chosen, vocab_size), table, product, difference, 2.0)


def noise(vocab_size: int, dim: int, seed: int) -> Tensor:
    """The small table of the lesson, (vocab_size, dim), to two decimals, so that sums can be followed by hand."""
    checked_size("vocab_size", vocab_size)
    checked_size("dim", dim)
    generator = torch.Generator().manual_seed(checked_size("seed", seed, least=0))
    return (100 * torch.randn(vocab_size, dim, generator=generator)).round() / 100


def multiplications(n_ids: int, vocab_size: int, dim: int) -> int:
    """How many a one-hot product takes."""
    return n_ids * vocab_size * dim


def cost(*, n_ids: int, dim: int) -> Cost:
    """Both ways for each of VOCABULARIES."""
    sizes = torch.tensor(VOCABULARIES, dtype=torch.float64)
    product = torch.tensor([multiplications(n_ids, v, dim) for v in VOCABULARIES], dtype=torch.float64)
    held = 4 * n_ids * sizes + 4 * sizes * dim + 4 * n_ids * dim
    looked_up = torch.full_like(sizes, 8 * n_ids + 4 * n_ids * dim * 2)
    return Cost(sizes, product, held, looked_up, torch.full_like(sizes, n_ids * dim))


def timed(*, vocab_size: int, n_ids: int, dim: int, device: str = "cpu") -> Timed:
    """Both ways, run now. The product is left out where matrix and table take more than MOST_BYTES."""
    generator = torch.Generator().manual_seed(0)
    fits = 4 * (n_ids * vocab_size + vocab_size * dim) <= MOST_BYTES
    table = torch.zeros(vocab_size if fits else min(vocab_size, MOST_BYTES // (4 * dim)), dim, device=device)
    ids = torch.randint(len(table), (n_ids,), generator=generator).to(device)
    product = _median(lambda: one_hot(ids, len(table)) @ table, table) if fits else None
    return Timed(product, _median(lambda: table[ids], table), str(table.device), vocab_size)


def _median(run: Callable[[], Tensor], table: Tensor) -> float:
    run()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        if table.is_cuda:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def timing(*, vocab_size: int, n_ids: int, dim: int, report: Callable[[float, str], None]) -> Timed:
    """`timed` on the best device there is, as long work."""
    from embviz.compute.device import best_device

    report(0.1, f"{vocab_size:,} rows")
    return timed(vocab_size=vocab_size, n_ids=n_ids, dim=dim, device=str(best_device()))
