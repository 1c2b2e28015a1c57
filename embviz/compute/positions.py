"""Sinusoidal positions: Vaswani et al. 2017, "Attention Is All You Need", section 3.5.

    PE(p, 2i)     = sin(p · ω_i)
    PE(p, 2i + 1) = cos(p · ω_i)          ω_i = base ** (-2i / dim),  i = 0 … dim/2 - 1

Conventions: positions p count from 0; ω_i is the angular frequency of pair i, in radians a position; the wavelength of
pair i is 2π / ω_i positions, from 2π up to nearly 2π · base. The layout "interleaved" is the paper's, sine and cosine
side by side; "concatenated" puts all sines before all cosines (as tensor2tensor, the paper's own code, does): the same
columns in another order.

Angles are computed in float64 and cast at the end, since a float32 angle near 100,000 is off by up to 0.01 radians. On
a device without float64 (Apple's MPS) the CPU computes them. Each row depends on its own position alone, so a longer
table begins with exactly the rows of a shorter one.

Tables of positions, learned ones too, are (positions, dim). `spectrum` is the periodogram of each column (Schuster
1898); `interpolate_table` fits a learned table to another length as Dosovitskiy et al. 2020, section 3.2, fit theirs to
another resolution, in one dimension.
"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from embviz.compute.checks import (
    checked_base,
    checked_choice,
    checked_even,
    checked_numbers,
    checked_rows,
    checked_size,
)

Layout = Literal["interleaved", "concatenated"]

LAYOUTS = ("interleaved", "concatenated")

BLOCK_ANGLES = 1 << 16
"""Angles held in float64 at a time, 0.5 MB: what is worked on stays in a processor's cache."""

STEP = 256
"""`sinusoidal` takes sines of the first STEP positions and of every STEP-th one, and adds the angles for the others."""


def sinusoidal_frequencies(
    dim: int, *, base: float = 10000.0, device: torch.device | str | None = None, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Angular frequencies ω_i = base ** (-2i / dim) in radians a position, (dim/2,), from 1 downwards."""
    return _frequencies(dim, base, exact_device(device)).to(device=_target(device), dtype=dtype)


def sinusoidal(
    n_positions: int,
    dim: int,
    *,
    base: float = 10000.0,
    layout: Layout = "interleaved",
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """The rows PE(0) … PE(n_positions - 1), (n_positions, dim); every row has norm sqrt(dim / 2).

    ValueError for a negative count, an odd or non-positive dim, a base not above 1, or an unknown layout.
    """
    checked_size("n_positions", n_positions, least=0)
    checked_choice("layout", layout, LAYOUTS)
    frequencies = _frequencies(dim, base, exact_device(device))
    rows = torch.empty(n_positions, dim, device=_target(device), dtype=dtype)
    axis = -1 if layout == "interleaved" else -2
    pairs = rows.unflatten(1, (-1, 2) if layout == "interleaved" else (2, -1))  # sine and cosine along `axis`
    width = max(1, BLOCK_ANGLES // STEP)
    for first in range(0, dim // 2, width):
        columns = slice(first, first + width)
        _write_waves(pairs[:, columns] if axis == -1 else pairs[:, :, columns], frequencies[columns], axis)
    return rows


def sinusoidal_at(
    positions: Tensor | Sequence[float] | float,
    dim: int,
    *,
    base: float = 10000.0,
    layout: Layout = "interleaved",
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """The rows PE(p) of any positions, in any order, fractions and negative ones too: (...) to (..., dim).

    The formula evaluated position by position, in float64 throughout; a whole table comes faster from `sinusoidal`. The
    result is on the device of `positions` if that is a tensor and `device` is not given.
    """
    checked_choice("layout", layout, LAYOUTS)
    at = checked_numbers("positions", positions, device=exact_device(device, like=positions))
    angles = at[..., None] * _frequencies(dim, base, at.device)
    waves = torch.stack((angles.sin(), angles.cos()), dim=-1 if layout == "interleaved" else -2)
    return waves.flatten(-2).to(device=_target(device, like=positions), dtype=dtype)


def sinusoidal_shift(
    offset: float,
    dim: int,
    *,
    base: float = 10000.0,
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """The matrix M, (dim, dim), that moves every row by `offset` positions: PE(p + offset) = PE(p) @ M.T for all p.

    Interleaved layout. M is block-diagonal: pair i, as a point (sin, cos), is turned by offset · ω_i,

        [sin(a + θ)]   [ cos θ  sin θ] [sin a]
        [cos(a + θ)] = [-sin θ  cos θ] [cos a]      θ = offset · ω_i

    so M is orthogonal, shifts compose (M(a) @ M(b) = M(a + b)), and M(-offset) = M(offset).T. This is the paper's
    remark that PE(p + k) is a linear function of PE(p). `offset` may be negative or a fraction, not infinite or NaN.
    """
    if not math.isfinite(offset):
        raise ValueError(f"offset is {offset!r}; it must be a finite number of positions")
    angles = float(offset) * _frequencies(dim, base, exact_device(device))
    even = torch.arange(0, dim, 2, device=angles.device)
    shift = torch.zeros(dim, dim, device=angles.device, dtype=torch.float64)
    shift[even, even] = angles.cos()
    shift[even, even + 1] = angles.sin()
    shift[even + 1, even] = -angles.sin()
    shift[even + 1, even + 1] = angles.cos()
    return shift.to(device=_target(device), dtype=dtype)


def sinusoidal_similarity(
    offsets: Tensor | Sequence[float] | float,
    dim: int,
    *,
    base: float = 10000.0,
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """The cosine of PE(p) and PE(p + offset) for each offset, the same for every p; the shape of `offsets`.

    Closed form: both rows have norm sqrt(dim / 2), and sin a sin b + cos a cos b = cos(b - a), so the cosine is the
    mean of cos(offset · ω_i) over the dim/2 pairs. It is 1 at offset 0 and the same for offset and -offset. The result
    is on the device of `offsets` if that is a tensor and `device` is not given.
    """
    at = checked_numbers("offsets", offsets, device=exact_device(device, like=offsets))
    frequencies = _frequencies(dim, base, at.device)
    flat = at.reshape(-1)
    means = torch.empty_like(flat)
    step = max(1, BLOCK_ANGLES // len(frequencies))
    for start in range(0, len(flat), step):
        means[start : start + step] = (flat[start : start + step, None] * frequencies).cos().mean(dim=1)
    return means.reshape(at.shape).to(device=_target(device, like=offsets), dtype=dtype)


def wavelengths(
    dim: int, *, base: float = 10000.0, device: torch.device | str | None = None, dtype: torch.dtype = torch.float32
) -> Tensor:
    """After how many positions each pair has made one turn, 2π / ω_i, (dim/2,): from 2π up to nearly 2π · base."""
    return (2 * math.pi / _frequencies(dim, base, exact_device(device))).to(device=_target(device), dtype=dtype)


def first_rise(dim: int, *, base: float = 10000.0, limit: int = 1 << 20) -> int | None:
    """The smallest whole distance, below `limit`, at which two rows are more alike than at the distance before.

    Up to there `sinusoidal_similarity` falls or stays level from one whole distance to the next. None if it does so at
    every distance below `limit`.
    """
    checked_size("limit", limit)
    before = 1.0
    width = max(1, BLOCK_ANGLES // checked_even("dim", dim))
    for start in range(1, limit, width):
        distances = torch.arange(start, min(start + width, limit), device="cpu")
        similarity = sinusoidal_similarity(distances, dim, base=base, dtype=torch.float64)
        rises = torch.diff(similarity, prepend=similarity.new_tensor([before])) > 0
        if bool(rises.any()):
            return start + int(rises.int().argmax())
        before = similarity[-1].item()
    return None


def interpolate_table(table: Tensor, n: int) -> Tensor:
    """A table (positions, dim) stretched or shrunk linearly to n rows, (n, dim), its first and last row kept.

    Row i of the result is read at place i · (positions - 1) / (n - 1) of the table, between two rows in proportion.
    Differentiable in the table. ValueError for n below 2, since one row cannot be both ends, and for numbers that are
    not finite.
    """
    checked_rows("table", table)
    checked_size("n", n, least=2)
    steps = torch.arange(n, device=table.device) * (len(table) - 1)
    low = steps // (n - 1)
    share = (steps % (n - 1)).to(table.dtype) / (n - 1)
    return torch.lerp(table[low], table[(low + 1).clamp(max=len(table) - 1)], share[:, None])


def spectrum(table: Tensor) -> Tensor:
    """How each column of a table (n, dim) divides among waves along the positions, (n // 2 + 1, dim): row k, k turns.

    The share of the column's variance that waves of k turns over the n positions make up: the squared size of the
    discrete Fourier transform of the column without its mean, conjugate frequencies counted together (Parseval), so
    every column adds up to 1 and row 0 is 0. A column that is constant is 0 throughout. ValueError for numbers that are
    not finite.
    """
    exact = checked_rows("table", table).detach().to(exact_device(table.device)).to(torch.float64)
    power = torch.fft.rfft(exact - exact.mean(dim=0), dim=0).abs().square()
    power[0] = 0.0
    power[1 : (len(exact) + 1) // 2] *= 2  # all but 0 and, of an even n, n/2 stand for themselves and their conjugate
    varies = exact.amax(dim=0) > exact.amin(dim=0)
    shares = torch.where(varies, power / power.sum(dim=0), 0.0)
    return shares.to(device=table.device, dtype=table.dtype)


def neighbour_cosines(table: Tensor) -> Tensor:
    """The cosine of each row of a table (n, dim) with the next, (n - 1,): near 1 throughout where the table is smooth.

    0 beside a row of zeros. ValueError for numbers that are not finite.
    """
    checked_rows("table", table)
    return torch.nn.functional.cosine_similarity(table[:-1], table[1:], dim=1)


def exact_device(device: torch.device | str | None = None, *, like: object = None) -> torch.device:
    """Where the float64 angles for `device` are computed: there, or on the CPU if it has no float64.

    Without a device, the one of `like` if that is a tensor, otherwise the default device.
    """
    target = _target(device, like=like)
    return torch.device("cpu") if target.type == "mps" else target


def _write_waves(pairs: Tensor, frequencies: Tensor, axis: int) -> None:
    """Fill `pairs` (positions, pairs, 2), or (positions, 2, pairs) for axis -2, with sine and cosine along `axis`.

    p = a + b with a a multiple of STEP and b < STEP, and sin(a ω + b ω) = sin b ω cos a ω + cos b ω sin a ω, and
    likewise the cosine: two products in place of a sine, in float64 as all else. At a = 0 it is sin b ω itself.
    """
    n = len(pairs)
    fine = torch.arange(min(n, STEP), device=frequencies.device, dtype=torch.float64)[:, None] * frequencies
    coarse = torch.arange(0, n, STEP, device=frequencies.device, dtype=torch.float64)[:, None] * frequencies
    sines, cosines = fine.sin(), fine.cos()
    kept, turned = torch.stack((sines, cosines), dim=axis), torch.stack((cosines, -sines), dim=axis)
    sines, cosines = coarse.sin(), coarse.cos()
    sines, cosines = torch.stack((sines, sines), dim=axis), torch.stack((cosines, cosines), dim=axis)
    waves = torch.empty_like(kept)
    for index, start in enumerate(range(0, n, STEP)):
        torch.mul(kept, cosines[index], out=waves).addcmul_(turned, sines[index])
        here = pairs[start : start + STEP]
        here.copy_(waves[: len(here)])


def _frequencies(dim: int, base: float, device: torch.device) -> Tensor:
    checked_even("dim", dim)
    pairs = torch.arange(0, dim, 2, device=device, dtype=torch.float64)
    return checked_base(base) ** (-pairs / dim)


def _target(device: torch.device | str | None, *, like: object = None) -> torch.device:
    if device is None and isinstance(like, Tensor):
        return like.device
    return torch.get_default_device() if device is None else torch.device(device)
