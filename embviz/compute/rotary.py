"""Rotary positions: Su et al. 2021, "RoFormer", arXiv 2104.09864, section 3.4, and ways to stretch them.

    Pair i of a query or key at position p turns by the angle p · ω_i,  ω_i = base ** (-2i / dim),  i = 0 … dim/2 - 1:

        [x1]    [cos pω_i  -sin pω_i] [x1]
        [x2] -> [sin pω_i   cos pω_i] [x2]                                                              (equation 34)

Conventions. `dim` is the width of one head. The layout says which two columns are pair i: "interleaved", (2i, 2i + 1),
is the paper's, GPT-J's and Llama's own; "half", (i, i + dim/2), that of GPT-NeoX and of Hugging Face's Llama. They are
permutations of each other's columns, so a model works with the one it was trained in and no other. The score of a query
at m and a key at n depends on the distance m - n alone, which is positive for a key in the past. Scores are plain dot
products, not divided by sqrt(dim), unless said.

Frequencies are float64, angles are computed in float64, and their cosines and sines are rounded once: a frequency
rounded to float32 is off by up to 4e-3 radians at position 131,072. On a device without float64 the CPU computes them.

Longer contexts, `scaling`, with s the factor (new length / trained length), λ_i = 2π / ω_i the wavelength:

- `LinearScaling`: ω_i / s, as if position p were p / s. Chen et al. 2023, "Extending Context Window … via Positional
  Interpolation", arXiv 2306.15595, section 2.
- `NTKScaling`: base · s ** (dim / (dim - 2)) in place of base, which leaves pair 0 alone and divides the last pair's
  frequency by s. bloc97 2023, "NTK-Aware Scaled RoPE"; Peng et al. 2023, definition 1 of arXiv 2309.00071.
- `DynamicNTKScaling`: the same with s · length / trained_length - (s - 1) in place of s, for a sequence longer than
  trained. emozilla 2023, "Dynamically Scaled RoPE", as in Hugging Face transformers ("dynamic").
- `YarnScaling`: pairs that make at least beta_fast turns in the trained length keep ω_i, those that make at most
  beta_slow get ω_i / s, and between them a ramp; and queries and keys grow by 0.1 ln s + 1 each. Peng et al. 2023,
  "YaRN", arXiv 2309.00071, section 3. The ramp is the one of the authors' code and Hugging Face's ("yarn"), which is
  linear in the pair's number between whole pairs; the paper's formula is linear in the number of turns.
- `Llama3Scaling`: the same with bounds low_freq_factor and high_freq_factor, a ramp linear in the number of turns, and
  no growth. Meta's code of Llama 3.1 (`apply_scaling`), Hugging Face's "llama3".

`xpos_scale` is Sun et al. 2022, "A Length-Extrapolatable Transformer", arXiv 2212.10554, section 2.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from embviz.compute.checks import (
    checked_choice,
    checked_even,
    checked_factor,
    checked_numbers,
    checked_order,
    checked_positive,
    checked_size,
)
from embviz.compute.positions import exact_device, sinusoidal_frequencies

Layout = Literal["interleaved", "half"]

LAYOUTS = ("interleaved", "half")

BLOCK_ANGLES = 1 << 15
"""Angles held in float64 at a time, 256 KB: what is worked on stays in a processor's cache."""

BLOCK_ELEMENTS = 1 << 20
"""Numbers copied to another dtype, or held to take quantiles of, at a time: 4 MB in float32, 8 MB in float64."""


@dataclass(frozen=True, slots=True)
class LinearScaling:
    """Position interpolation: every frequency divided by `factor`, at least 1."""

    factor: float
    attention_factor: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        checked_factor("factor", self.factor)


@dataclass(frozen=True, slots=True)
class NTKScaling:
    """A larger base: pair 0 keeps its frequency, the last pair's is divided by `factor`, at least 1."""

    factor: float
    attention_factor: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        checked_factor("factor", self.factor)


@dataclass(frozen=True, slots=True)
class DynamicNTKScaling:
    """NTK-aware scaling by what a sequence of `length` positions needs beyond `trained_length`, and none up to it.

    `factor`, at least 1, says how fast it grows: the scale is 1 + factor · (length / trained_length - 1). So a factor
    of 1 scales by length / trained_length, as in Hugging Face's; what changes nothing is a length within the trained.
    """

    factor: float
    trained_length: int
    length: int
    attention_factor: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        checked_factor("factor", self.factor)
        checked_size("trained_length", self.trained_length)
        checked_size("length", self.length)


@dataclass(frozen=True, slots=True)
class YarnScaling:
    """YaRN: `factor` for pairs of few turns in `trained_length` positions, none for those of many, a ramp between.

    `beta_fast` and `beta_slow` are numbers of turns. `attention_factor` is what queries and keys are multiplied by
    each, so that scores grow by its square; give it to `apply_rotary`.
    """

    factor: float
    trained_length: int
    beta_fast: float = 32
    beta_slow: float = 1

    def __post_init__(self) -> None:
        checked_factor("factor", self.factor)
        checked_size("trained_length", self.trained_length)
        checked_order("beta_slow", self.beta_slow, "beta_fast", self.beta_fast)

    @property
    def attention_factor(self) -> float:
        """0.1 ln(factor) + 1, the square root of the paper's 1 / t (section 3.4)."""
        return 0.1 * math.log(self.factor) + 1.0


@dataclass(frozen=True, slots=True)
class Llama3Scaling:
    """Llama 3.1's rule: `factor` for wavelengths above trained_length / low_freq_factor, none below
    trained_length / high_freq_factor, and between them in proportion to the number of turns.

    Llama 3.1 itself: Llama3Scaling(8, 1, 4, 8192), with base 500,000.
    """

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    trained_length: int
    attention_factor: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        checked_factor("factor", self.factor)
        checked_order("low_freq_factor", self.low_freq_factor, "high_freq_factor", self.high_freq_factor)
        checked_size("trained_length", self.trained_length)


Scaling = LinearScaling | NTKScaling | DynamicNTKScaling | YarnScaling | Llama3Scaling


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """Scores of random queries and keys, divided by sqrt(dim); all (n,), one number a distance.

    distances: positions from key to query; mean; low and high: the 5th and the 95th of 100 parts.
    """

    distances: Tensor
    mean: Tensor
    low: Tensor
    high: Tensor


def rotary_frequencies(
    dim: int,
    *,
    base: float = 10000.0,
    scaling: Scaling | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Angular frequencies ω_i in radians a position, (dim/2,), float64; scaled by `scaling` if it is given.

    On `device`, the default one if not given, or the CPU where that has no float64. A factor of 1 gives exactly the
    frequencies without scaling. ValueError for an odd or non-positive dim, a base not above 1, or another scaling.
    """
    frequencies = sinusoidal_frequencies(dim, base=base, device=exact_device(device), dtype=torch.float64)
    match scaling:
        case None:
            return frequencies
        case LinearScaling(factor):
            return frequencies / factor
        case NTKScaling(factor):
            return _with_larger_base(frequencies, factor)
        case DynamicNTKScaling(factor, trained_length, length):
            return _with_larger_base(frequencies, 1 + factor * (max(length, trained_length) / trained_length - 1))
        case YarnScaling(factor):
            return _interpolated(frequencies, factor, _yarn_ramp(dim, float(base), scaling).to(frequencies.device))
        case Llama3Scaling(factor, low, high, trained_length):
            turns = trained_length * frequencies / (2 * math.pi)
            return _interpolated(frequencies, factor, ((high - turns) / (high - low)).clamp(0, 1))
    names = ", ".join(kind.__name__ for kind in Scaling.__args__)
    raise ValueError(f"scaling is {scaling!r}; it must be None or one of {names}")


def apply_rotary(
    x: Tensor,
    positions: Tensor | Sequence[float],
    frequencies: Tensor,
    *,
    layout: Layout = "interleaved",
    attention_factor: float = 1.0,
) -> Tensor:
    """Every row of x (..., seq, dim) turned by its position, times `attention_factor`: a new tensor like x.

    `positions` (seq,), or (..., seq) as far as that broadcasts to x's shape without its last axis; fractions and
    negative ones turn as the formula says. `frequencies` (dim/2,), as from `rotary_frequencies`. Differentiable in x.
    float16 and bfloat16 are computed in float32 and rounded once. ValueError for shapes that do not fit, an unknown
    layout, and positions, frequencies or a factor that are not finite; x itself is not looked through.
    """
    checked_choice("layout", layout, LAYOUTS)
    factor = checked_positive("attention_factor", attention_factor)
    if not isinstance(x, Tensor) or x.dim() < 2 or not x.is_floating_point():
        came = f"{x.dtype} of shape {tuple(x.shape)}" if isinstance(x, Tensor) else type(x).__name__
        raise ValueError(f"x is {came}; it must be a tensor (…, seq, dim) of floating-point numbers")
    dim = checked_even("the width of x", x.shape[-1])
    exact = exact_device(x.device)
    omegas = _checked_frequencies(frequencies, exact, dim=dim)
    at = checked_numbers("positions", positions, device=exact)
    if not at.dim() or at.shape[-1] != x.shape[-2] or _joint_shape(at.shape, x.shape[:-1]) != x.shape[:-1]:
        raise ValueError(
            f"positions are of shape {tuple(at.shape)}; for x of shape {tuple(x.shape)} they must be "
            f"({x.shape[-2]},), or (…, {x.shape[-2]}) that broadcasts to {tuple(x.shape[:-1])}"
        )
    dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
    cosines, sines = (waves.to(x.device) for waves in _cosines_and_sines(at, omegas, factor, dtype))
    if x.requires_grad and torch.is_grad_enabled():
        return _Rotation.apply(x, cosines, sines, layout)
    return _rotated(x, cosines, sines, layout)  # the first use of an autograd Function loads 40 MB of torch in 0.4 s


def rotary_scores(
    q: Tensor,
    k: Tensor,
    distances: Tensor | Sequence[float],
    *,
    frequencies: Tensor | None = None,
    layout: Layout = "interleaved",
    scale_base: float | None = None,
) -> Tensor:
    """The score of q at position m and k at n for each distance m - n: q, k (..., dim), distances (n,), to (..., n).

    Σ_i Re[h_i · e^(i (m - n) ω_i)] with h_i = q_i · conj(k_i), pairs as complex numbers (equation 35), in float64 and
    rounded to q's dtype at the end. `frequencies` are rotary_frequencies(dim) unless given. With `scale_base` pair i of
    it is multiplied by ζ_i ** ((m - n) / scale_base), xPos. Differentiable in q and k.
    """
    h = _pair_products(q, k, layout)
    omegas = _given_frequencies(frequencies, q)
    at = _checked_distances(distances, h.device)
    decay = None if scale_base is None else _xpos_logs(q.shape[-1], scale_base).to(h.device)
    blocks = []
    for block in at.split(max(1, BLOCK_ANGLES // len(omegas))):
        angles = block[:, None] * omegas
        waves = torch.polar(torch.ones_like(angles) if decay is None else (block[:, None] * decay).exp(), angles)
        blocks.append(h.real @ waves.real.T - h.imag @ waves.imag.T)
    return torch.cat(blocks, dim=-1).to(q.device).to(q.dtype)


def relative_bound(distances: Tensor | Sequence[float], frequencies: Tensor) -> Tensor:
    """RoFormer's curve of long-term decay for each distance, (n,) in float32: the mean of |S_1| … |S_(dim/2)|.

    S_j = Σ_(i < j) e^(i (m - n) ω_i), the sum of the first j pairs' unit arrows (section 3.4.3 and figure 2). At
    distance 0 it is (dim/2 + 1) / 2. It is no score: times (dim/2) · max_i |h_(i+1) - h_i|, which q and k decide, it
    bounds one from above (equation 37); `rotary_score_bound` is that product.
    """
    omegas = _checked_frequencies(frequencies, exact_device(like=frequencies))
    at = _checked_distances(distances, omegas.device)
    return _mean_partial_sums(at, omegas).to(torch.float32)


def rotary_score_bound(
    q: Tensor,
    k: Tensor,
    distances: Tensor | Sequence[float],
    *,
    frequencies: Tensor | None = None,
    layout: Layout = "interleaved",
) -> Tensor:
    """What |rotary_scores(q, k, distances)| cannot exceed, by equation 37: q, k (..., dim) to (..., n), like q.

        |Σ h_i e^(i (m - n) ω_i)| = |Σ S_(i+1) (h_(i+1) - h_i)| <= max_i |h_(i+1) - h_i| · Σ_j |S_j|,   h_(dim/2) = 0

    that is max_i |h_(i+1) - h_i| · (dim/2) · `relative_bound`. It is loose, since it takes the largest step for all:
    where q = k is constant, only the last step is not 0.
    """
    h = _pair_products(q, k, layout)
    steps = torch.diff(h, dim=-1, append=torch.zeros_like(h[..., :1])).abs().amax(dim=-1)
    omegas = _given_frequencies(frequencies, q)
    means = _mean_partial_sums(_checked_distances(distances, h.device), omegas)
    return (steps[..., None] * len(omegas) * means).to(q.device).to(q.dtype)


def random_scores(
    distances: Tensor | Sequence[float], dim: int, *, base: float = 10000.0, draws: int = 1000, seed: int = 0
) -> ScoreBand:
    """Scores q · k / sqrt(dim) at each distance over `draws` pairs of random q, k ~ N(0, I), by `seed`.

    Rotation leaves N(0, I) as it is, so that mean and band are the same at every distance but for the draw: 0, and
    about ±1.64 for wide heads.
    """
    checked_size("draws", draws)
    checked_size("seed", seed, least=0)
    frequencies = rotary_frequencies(dim, base=base)
    at = _checked_distances(distances, frequencies.device)
    generator = torch.Generator(device="cpu").manual_seed(seed)
    q, k = torch.randn(2, draws, dim, generator=generator, device="cpu", dtype=torch.float64).to(at.device)
    rows = []
    for block in at.split(max(1, BLOCK_ELEMENTS // draws)):
        scores = rotary_scores(q, k, block, frequencies=frequencies) / math.sqrt(dim)
        low, high = torch.quantile(scores, scores.new_tensor([0.05, 0.95]), dim=0)
        rows.append(torch.stack((scores.mean(dim=0), low, high)))
    mean, low, high = torch.cat(rows, dim=1).to(torch.float32)
    return ScoreBand(at.to(torch.float32), mean, low, high)


def xpos_scale(
    positions: Tensor | Sequence[float],
    dim: int,
    *,
    scale_base: float = 512,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """By what xPos multiplies pair i of a query at position p, and divides that of a key, (seq, dim/2).

    ζ_i ** (p / scale_base) with ζ_i = (2i / dim + 0.4) / 1.4, from 0.29 up to nearly 1. Not centred: p is the position
    as given, so that a row depends on its own position alone; a score has the factor ζ_i ** ((m - n) / scale_base)
    whatever is subtracted from both positions. The authors' code subtracts half the length, because far from 0 the
    scale leaves the range of float32 (that of pair 0 at 35,700 positions for scale_base 512); whoever multiplies rows
    by it should subtract as much, and for a curve over distance `rotary_scores` takes `scale_base`.
    """
    device = positions.device if isinstance(positions, Tensor) else torch.get_default_device()
    at = checked_numbers("positions", positions, device=exact_device(device))
    if at.dim() != 1:
        raise ValueError(f"positions are of shape {tuple(at.shape)}; they must be (seq,)")
    return (at[:, None] * _xpos_logs(dim, scale_base).to(at.device)).exp().to(device=device, dtype=dtype)


class _Rotation(torch.autograd.Function):
    """The rotation with a backward of its own, the rotation back, so that nothing but the angles is kept for it."""

    @staticmethod
    def forward(x: Tensor, cosines: Tensor, sines: Tensor, layout: Layout) -> Tensor:
        return _rotated(x, cosines, sines, layout)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor, Layout], output: Tensor) -> None:
        _, cosines, sines, ctx.layout = inputs
        ctx.save_for_backward(cosines, sines)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None, None, None]:
        cosines, sines = ctx.saved_tensors
        return _Rotation.apply(grad_output, cosines, -sines, ctx.layout), None, None, None


def _rotated(x: Tensor, cosines: Tensor, sines: Tensor, layout: Layout) -> Tensor:
    """x (..., seq, dim) turned, in x's dtype; cosines and sines (..., seq, dim/2) in the dtype to compute in."""
    rotated = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    rotate = _rotate_interleaved if layout == "interleaved" else _rotate_halves
    rows = x.shape[-2]
    step = rows if x.dtype == cosines.dtype else max(1, BLOCK_ELEMENTS * rows // max(1, x.numel()))
    for start in range(0, rows, max(1, step)):  # in blocks where numbers are converted, which needs a copy of them
        block = slice(start, start + step)
        rotate(x[..., block, :], cosines[..., block, :], sines[..., block, :], rotated[..., block, :])
    return rotated


def _rotate_interleaved(x: Tensor, cosines: Tensor, sines: Tensor, out: Tensor) -> None:
    """The pairs (2i, 2i + 1) as complex numbers times e^(i p ω), into `out`."""
    x, turns = x.to(cosines.dtype), torch.complex(cosines, sines)
    *strides, step = x.stride()
    if step != 1 or any(stride % 2 for stride in (*strides, x.storage_offset())):
        x = x.clone(memory_format=torch.contiguous_format)  # a complex number begins at an even place in memory
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
    if out.dtype == cosines.dtype:
        torch.mul(pairs, turns, out=torch.view_as_complex(out.unflatten(-1, (-1, 2))))
    else:
        out.copy_(torch.view_as_real(pairs * turns).flatten(-2))


def _rotate_halves(x: Tensor, cosines: Tensor, sines: Tensor, out: Tensor) -> None:
    """The pairs (i, i + dim/2) by equation 34, into `out`."""
    first, second = x.to(cosines.dtype).chunk(2, dim=-1)
    rotated = out if out.dtype == cosines.dtype else torch.empty(out.shape, dtype=cosines.dtype, device=out.device)
    front, back = rotated.chunk(2, dim=-1)
    torch.mul(first, cosines, out=front).addcmul_(second, sines, value=-1)
    torch.mul(second, cosines, out=back).addcmul_(first, sines)
    if rotated is not out:
        out.copy_(rotated)


def _cosines_and_sines(
    positions: Tensor, frequencies: Tensor, factor: float, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """factor · cos pω and factor · sin pω, each (..., seq, dim/2) in `dtype`, of float64 angles a block at a time."""
    flat = positions.reshape(-1)
    waves = torch.empty(2, len(flat), len(frequencies), dtype=dtype, device=positions.device)
    step = max(1, BLOCK_ANGLES // len(frequencies))
    for start in range(0, len(flat), step):
        angles = flat[start : start + step, None] * frequencies
        waves[0, start : start + step] = angles.cos().mul_(factor)
        waves[1, start : start + step] = angles.sin_().mul_(factor)
    cosines, sines = waves.unflatten(1, positions.shape)
    return cosines, sines


def _with_larger_base(frequencies: Tensor, factor: float) -> Tensor:
    """ω_i for base · factor ** (dim / (dim - 2)): times factor ** (-2i / (dim - 2)), exactly 1 for a factor of 1."""
    pairs = torch.arange(len(frequencies), dtype=torch.float64, device=frequencies.device)
    return frequencies * factor ** (-pairs / max(1, len(frequencies) - 1))


def _interpolated(frequencies: Tensor, factor: float, share: Tensor) -> Tensor:
    """(1 - share) · ω + share · ω / factor, written so that a factor of 1 changes no bit."""
    return frequencies * (1 - share * (1 - 1 / factor))


def _yarn_ramp(dim: int, base: float, scaling: YarnScaling) -> Tensor:
    """How much of each pair is interpolated, (dim/2,), from 0 for fast pairs to 1 for slow ones."""

    def pair_of(turns: float) -> float:  # the pair, a fraction, that makes so many turns in the trained length
        return dim * math.log(scaling.trained_length / (turns * 2 * math.pi)) / (2 * math.log(base))

    low = max(math.floor(pair_of(scaling.beta_fast)), 0)
    high = max(min(math.ceil(pair_of(scaling.beta_slow)), dim - 1), low)
    pairs = torch.arange(dim // 2, dtype=torch.float64, device="cpu")
    return ((pairs - low) / (high - low or 0.001)).clamp(0, 1)


def _mean_partial_sums(distances: Tensor, frequencies: Tensor) -> Tensor:
    """The mean over j of |Σ_(i < j) e^(i distance ω_i)|, (n,), float64."""
    one = torch.ones((), dtype=torch.float64, device=distances.device)
    blocks = distances.split(max(1, BLOCK_ANGLES // len(frequencies)))
    arrows = (torch.polar(one, block[:, None] * frequencies) for block in blocks)
    return torch.cat([each.cumsum(dim=1).abs().mean(dim=1) for each in arrows])


def _xpos_logs(dim: int, scale_base: float) -> Tensor:
    """ln(ζ_i) / scale_base, (dim/2,), float64: what a position adds to the logarithm of pair i's scale."""
    checked_positive("scale_base", scale_base)
    pairs = torch.arange(0, checked_even("dim", dim), 2, dtype=torch.float64, device="cpu")
    return ((pairs / dim + 0.4) / 1.4).log() / scale_base


def _pair_products(q: Tensor, k: Tensor, layout: Layout) -> Tensor:
    """h_i = q_i · conj(k_i), complex128 (..., dim/2), for q and k whose leading axes broadcast."""
    checked_choice("layout", layout, LAYOUTS)
    for name, value in (("q", q), ("k", k)):
        if not isinstance(value, Tensor) or not value.dim() or not value.is_floating_point():
            came = f"{value.dtype} of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
            raise ValueError(f"{name} is {came}; it must be a tensor (…, dim) of floating-point numbers")
        checked_numbers(name, value, device=exact_device(value.device))
        checked_even(f"the width of {name}", value.shape[-1])
    if q.shape[-1] != k.shape[-1] or _joint_shape(q.shape, k.shape) is None:
        raise ValueError(f"q is of shape {tuple(q.shape)} and k {tuple(k.shape)}; they must be (…, dim) with one dim")
    return _complex_pairs(q, layout) * _complex_pairs(k, layout).conj()


def _complex_pairs(x: Tensor, layout: Layout) -> Tensor:
    exact = x.to(exact_device(x.device)).to(torch.float64)
    pairs = exact.unflatten(-1, (-1, 2)) if layout == "interleaved" else exact.unflatten(-1, (2, -1)).transpose(-1, -2)
    return torch.complex(pairs[..., 0], pairs[..., 1])


def _joint_shape(a: torch.Size, b: torch.Size) -> torch.Size | None:
    """The shape that both broadcast to, or None; torch.broadcast_shapes would load sympy for it, which takes 0.3 s."""
    pairs = list(zip_longest(reversed(a), reversed(b), fillvalue=1))
    if any(n != m and 1 not in (n, m) for n, m in pairs):
        return None
    return torch.Size(m if n == 1 else n for n, m in reversed(pairs))


def _given_frequencies(frequencies: Tensor | None, q: Tensor) -> Tensor:
    exact = exact_device(q.device)
    if frequencies is None:
        return rotary_frequencies(q.shape[-1], device=exact)
    return _checked_frequencies(frequencies, exact, dim=q.shape[-1])


def _checked_frequencies(frequencies: Tensor, device: torch.device, *, dim: int | None = None) -> Tensor:
    exact = checked_numbers("frequencies", frequencies, device=device)
    wanted = (dim // 2,) if dim else exact.shape[:1]
    if exact.shape != wanted or not exact.numel():
        of = f"({dim // 2},) for a width of {dim}" if dim else "(dim/2,)"
        raise ValueError(f"frequencies are of shape {tuple(exact.shape)}; they must be {of}, one a pair")
    return exact


def _checked_distances(distances: Tensor | Sequence[float], device: torch.device) -> Tensor:
    at = checked_numbers("distances", distances, device=device)
    if at.dim() != 1:
        raise ValueError(f"distances are of shape {tuple(at.shape)}; they must be (n,)")
    return at
