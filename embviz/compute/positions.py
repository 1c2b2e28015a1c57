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
"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from embviz.compute.checks import checked_base, checked_even, checked_size

Layout = Literal["interleaved", "concatenated"]

BLOCK_ANGLES = 1 << 21
"""Angles held in float64 at a time, 16 MB: a table of 131,072 × 768 needs little more memory than itself."""


def sinusoidal_frequencies(
    dim: int, *, base: float = 10000.0, device: torch.device | str | None = None, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Angular frequencies ω_i = base ** (-2i / dim) in radians a position, (dim/2,), from 1 downwards."""
    return _frequencies(dim, base, _exact(device)).to(device=_target(device), dtype=dtype)


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
    if layout not in ("interleaved", "concatenated"):
        raise ValueError(f'layout is {layout!r}; it must be "interleaved" or "concatenated"')
    frequencies = _frequencies(dim, base, _exact(device))
    rows = torch.empty(n_positions, dim, device=_target(device), dtype=dtype)
    half = dim // 2
    sines, cosines = (rows[:, 0::2], rows[:, 1::2]) if layout == "interleaved" else (rows[:, :half], rows[:, half:])
    step = max(1, BLOCK_ANGLES // half)
    for start in range(0, n_positions, step):
        stop = min(start + step, n_positions)
        positions = torch.arange(start, stop, device=frequencies.device, dtype=torch.float64)
        angles = positions[:, None] * frequencies
        sines[start:stop] = angles.sin()
        cosines[start:stop] = angles.cos()
    return rows


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
    angles = float(offset) * _frequencies(dim, base, _exact(device))
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
    if device is None and isinstance(offsets, Tensor):
        device = offsets.device
    exact = _exact(device)
    frequencies = _frequencies(dim, base, exact)
    if not isinstance(offsets, Tensor):
        offsets = torch.as_tensor(offsets, device=exact, dtype=torch.float64)
    at = offsets.to(exact).to(torch.float64)  # in this order: a device that `exact` steps around has no float64
    flat = at.reshape(-1)
    means = torch.empty_like(flat)
    step = max(1, BLOCK_ANGLES // len(frequencies))
    for start in range(0, len(flat), step):
        means[start : start + step] = (flat[start : start + step, None] * frequencies).cos().mean(dim=1)
    return means.reshape(at.shape).to(device=_target(device), dtype=dtype)


def _frequencies(dim: int, base: float, device: torch.device) -> Tensor:
    checked_even("dim", dim)
    pairs = torch.arange(0, dim, 2, device=device, dtype=torch.float64)
    return checked_base(base) ** (-pairs / dim)


def _target(device: torch.device | str | None) -> torch.device:
    return torch.get_default_device() if device is None else torch.device(device)


def _exact(device: torch.device | str | None) -> torch.device:
    """The device on which float64 angles for `device` are computed."""
    target = _target(device)
    return torch.device("cpu") if target.type == "mps" else target
