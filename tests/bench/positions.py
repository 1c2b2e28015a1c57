"""Sinusoids and rotations against the plainest torch expressions of the same: `python -m tests.bench.positions`.

Prints a table in Markdown. Each pair is timed in the same run, one call of each in turn, the order changing every
round, so that both meet the same state of the machine. Memory is measured in a process of its own for each call, as the
peak of resident memory (VmHWM, Linux) over what was resident before the call; the result is part of it. Errors are
against float64, over the last positions of the table and all positions of the rotation, which end at 131,072.

Needs some 4 GB; on the CPU.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[2]))

from embviz.compute.positions import sinusoidal
from embviz.compute.rotary import apply_rotary, rotary_frequencies

ROOT = Path(__file__).resolve().parents[2]
POSITIONS, WIDTH = 131_072, 1024
SHAPE = (8, 32, 4096, 128)
ROUNDS = 15
MIB = 1 << 20


def plain_frequencies(dim: int) -> Tensor:
    return 10000.0 ** (-torch.arange(0, dim, 2).float() / dim)


def plain_sinusoidal() -> Tensor:
    angles = torch.arange(POSITIONS).float()[:, None] * plain_frequencies(WIDTH)
    table = torch.empty(POSITIONS, WIDTH)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()
    return table


def drawn() -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(0))


def places() -> Tensor:
    return torch.arange(POSITIONS - SHAPE[2], POSITIONS)


def plain_interleaved(x: Tensor) -> Tensor:
    angles = places().float()[:, None] * plain_frequencies(SHAPE[3])
    turns = torch.polar(torch.ones_like(angles), angles)
    return torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (-1, 2))) * turns).flatten(-2)


def plain_half(x: Tensor) -> Tensor:
    angles = places().float()[:, None] * plain_frequencies(SHAPE[3])
    cosines, sines = angles.cos(), angles.sin()
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosines - second * sines, second * cosines + first * sines), dim=-1)


def ours_interleaved(x: Tensor) -> Tensor:
    return apply_rotary(x, places(), rotary_frequencies(SHAPE[3]))


def ours_half(x: Tensor) -> Tensor:
    return apply_rotary(x, places(), rotary_frequencies(SHAPE[3]), layout="half")


CALLS: dict[str, tuple[str, Callable[..., Tensor], bool]] = {  # name: what it says in the table, the call, wants x
    "plain_sinusoidal": ("`angles.sin()`, `angles.cos()` into every second column", plain_sinusoidal, False),
    "sinusoidal": ("`sinusoidal(131072, 1024)`", lambda: sinusoidal(POSITIONS, WIDTH), False),
    "plain_interleaved": ("`view_as_complex(x) * polar(1, angles)`", plain_interleaved, True),
    "ours_interleaved": ('`apply_rotary`, "interleaved"', ours_interleaved, True),
    "plain_half": ("`cat((a * cos - b * sin, b * cos + a * sin))`", plain_half, True),
    "ours_half": ('`apply_rotary`, "half"', ours_half, True),
}
PAIRS = [("plain_sinusoidal", "sinusoidal"), ("plain_interleaved", "ours_interleaved"), ("plain_half", "ours_half")]


def status(field: str) -> int:
    """A number of kilobytes from /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


@torch.no_grad()
def report_memory(name: str) -> None:
    _, call, wants_x = CALLS[name]
    inputs = (drawn(),) if wants_x else ()
    sinusoidal(8, 8), torch.polar(torch.ones(64), torch.ones(64))  # what torch sets up once
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts from here
    before = status("VmRSS")
    result = call(*inputs)
    print(status("VmHWM") - before, result.numel() * result.element_size())


def memory(name: str) -> tuple[int, int]:
    """Peak over what was there before, and the result's part of it, in bytes."""
    command = [sys.executable, "-m", "tests.bench.positions", name]
    peak, result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return int(peak), int(result)


def error(name: str, result: Tensor, x: Tensor | None) -> float:
    """The largest absolute error against float64, over the rows that are checked."""
    dim = result.shape[-1]
    n = SHAPE[2]
    angles = places().double()[:, None] * 10000.0 ** (-torch.arange(0, dim, 2).double() / dim)
    if x is None:
        rows = result[-n:].double()
        return max((rows[:, 0::2] - angles.sin()).abs().max().item(), (rows[:, 1::2] - angles.cos()).abs().max().item())
    worst = 0.0
    for row, turned in zip(x[0].double(), result[0].double(), strict=True):  # the heads of one sequence
        split = (lambda t: (t[:, 0::2], t[:, 1::2])) if "interleaved" in name else (lambda t: t.chunk(2, dim=1))
        (a, b), (found_a, found_b) = split(row), split(turned)
        wanted_a, wanted_b = a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()
        worst = max(worst, (found_a - wanted_a).abs().max().item(), (found_b - wanted_b).abs().max().item())
    return worst


@torch.no_grad()
def main() -> None:
    print(f"CPU, {torch.get_num_threads()} threads; torch {torch.__version__}; {ROUNDS} rounds")
    print(f"table {POSITIONS:,} × {WIDTH:,}; rotation of {SHAPE}; float32\n")
    print("| call | median s | fastest s | ratio | peak MiB | of it not the result | largest error |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for pair in PAIRS:
        used = {name: memory(name) for name in pair}  # before this process holds anything large
        x = drawn() if CALLS[pair[0]][2] else None
        inputs = () if x is None else (x,)
        times: dict[str, list[float]] = {name: [] for name in pair}
        errors = {name: error(name, CALLS[name][1](*inputs), x) for name in pair}
        for index in range(ROUNDS):
            for name in pair if index % 2 else reversed(pair):
                begin = time.perf_counter()
                result = CALLS[name][1](*inputs)
                times[name].append(time.perf_counter() - begin)
                del result
        plain = statistics.median(times[pair[0]])
        for name in pair:
            median = statistics.median(times[name])
            peak, size = (value / MIB for value in used[name])
            print(
                f"| {CALLS[name][0]} | {median:.3f} | {min(times[name]):.3f} | {median / plain:.2f} "
                f"| {peak:.0f} | {peak - size:.0f} | {errors[name]:.1e} |"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        report_memory(sys.argv[1])
    else:
        main()
