import cmath
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute import rotary
from embviz.compute.rotary import (
    DynamicNTKScaling,
    LinearScaling,
    Llama3Scaling,
    NTKScaling,
    YarnScaling,
    apply_rotary,
    random_scores,
    relative_bound,
    rotary_frequencies,
    rotary_score_bound,
    rotary_scores,
    xpos_scale,
)

LAYOUTS = ("interleaved", "half")
DIMS = st.integers(1, 32).map(lambda half: 2 * half)
BASES = st.floats(1.01, 1e6)
POSITIONS = st.integers(-131_072, 131_072)


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def plain(dim: int, base: float = 10000.0) -> np.ndarray:
    return np.array([1 / base ** (2 * i / dim) for i in range(dim // 2)])


def turned(x: np.ndarray, position: float, omegas: np.ndarray, layout: str) -> np.ndarray:
    """One row, turned pair by pair in complex numbers of Python's floats."""
    half = len(x) // 2
    result = np.empty(len(x))
    for i, omega in enumerate(omegas):
        a, b = (2 * i, 2 * i + 1) if layout == "interleaved" else (i, i + half)
        z = complex(x[a], x[b]) * cmath.exp(1j * position * omega)
        result[a], result[b] = z.real, z.imag
    return result


# Frequencies


def test_frequencies_by_hand(device):
    found = rotary_frequencies(4, device=device)
    assert found.dtype == torch.float64 and found.shape == (2,)
    assert found.tolist() == pytest.approx([1.0, 0.01], rel=1e-15)
    assert rotary_frequencies(6, base=8.0).tolist() == pytest.approx([1.0, 0.5, 0.25], rel=1e-15)


@settings(max_examples=40, deadline=None)
@given(dim=DIMS, base=BASES, factor=st.floats(1, 64))
def test_linear_and_ntk_are_their_formulas(dim, base, factor):
    linear = rotary_frequencies(dim, base=base, scaling=LinearScaling(factor)).numpy()
    np.testing.assert_allclose(linear, plain(dim, base) / factor, rtol=1e-12)
    larger = base * factor ** (dim / (dim - 2)) if dim > 2 else base
    ntk = rotary_frequencies(dim, base=base, scaling=NTKScaling(factor)).numpy()
    np.testing.assert_allclose(ntk, plain(dim, larger), rtol=1e-11)
    assert ntk[0] == 1.0
    if dim > 2:  # what the exponent is made for: the slowest pair as in linear interpolation
        assert ntk[-1] == pytest.approx(linear[-1], rel=1e-11)


@settings(max_examples=40, deadline=None)
@given(dim=DIMS, factor=st.floats(1, 64), trained=st.integers(1, 8192), length=st.integers(1, 131_072))
def test_dynamic_ntk_is_the_formula_of_hugging_face(dim, factor, trained, length):
    found = rotary_frequencies(dim, scaling=DynamicNTKScaling(factor, trained, length)).numpy()
    if length <= trained:
        assert np.array_equal(found, rotary_frequencies(dim).numpy())
    if dim > 2:
        seq_len = max(length, trained)
        base = 10000.0 * ((factor * seq_len / trained) - (factor - 1)) ** (dim / (dim - 2))
        np.testing.assert_allclose(found, plain(dim, base), rtol=1e-9)
    assert found[0] == 1.0


def yarn(dim: int, base: float, factor: float, trained: int, fast: float, slow: float) -> np.ndarray:
    """Hugging Face's rule, a pair at a time."""

    def find_correction_dim(rotations):
        return (dim * math.log(trained / (rotations * 2 * math.pi))) / (2 * math.log(base))

    low, high = max(math.floor(find_correction_dim(fast)), 0), min(math.ceil(find_correction_dim(slow)), dim - 1)
    if low == high:
        high += 0.001
    result = []
    for i, omega in enumerate(plain(dim, base)):
        extrapolated = 1 - min(max((i - low) / (high - low), 0), 1)
        result.append(omega / factor * (1 - extrapolated) + omega * extrapolated)
    return np.array(result)


@pytest.mark.parametrize("dim", [2, 8, 64, 128])
@pytest.mark.parametrize(
    ("base", "trained", "fast", "slow"), [(10000.0, 4096, 32, 1), (1e6, 32768, 32, 1), (500.0, 2048, 16, 2)]
)
def test_yarn_is_the_rule_of_hugging_face(dim, base, trained, fast, slow):
    scaling = YarnScaling(8.0, trained, beta_fast=fast, beta_slow=slow)
    found = rotary_frequencies(dim, base=base, scaling=scaling).numpy()
    np.testing.assert_allclose(found, yarn(dim, base, 8.0, trained, fast, slow), rtol=1e-12)


def test_yarn_keeps_fast_pairs_and_divides_slow_ones():
    before = rotary_frequencies(128)
    ratio = before / rotary_frequencies(128, scaling=YarnScaling(16, 4096))
    turns = 4096 * before / (2 * math.pi)
    assert (ratio[turns > 40] == 1).all() and (turns > 40).any()
    torch.testing.assert_close(ratio[turns < 0.8], torch.full_like(ratio[turns < 0.8], 16.0))
    assert (turns < 0.8).any() and (ratio.diff() >= 0).all()
    assert ((ratio > 1) & (ratio < 16)).sum() > 10


def test_yarn_where_no_pair_makes_a_turn_divides_all_but_the_first():
    for trained_length in (1, 2):
        ratio = rotary_frequencies(64) / rotary_frequencies(64, scaling=YarnScaling(4, trained_length))
        torch.testing.assert_close(ratio, torch.tensor([1] + [4] * 31, dtype=torch.float64))


def test_attention_factors():
    assert YarnScaling(16, 4096).attention_factor == pytest.approx(0.1 * math.log(16) + 1)
    assert YarnScaling(16, 4096).attention_factor == pytest.approx(1.2772588722)
    assert YarnScaling(1, 4096).attention_factor == 1.0
    others = [LinearScaling(4), NTKScaling(4), DynamicNTKScaling(4, 10, 20), Llama3Scaling(8, 1, 4, 8192)]
    assert [scaling.attention_factor for scaling in others] == [1.0] * 4


def llama3(dim: int, base: float, factor: float, low: float, high: float, trained: int) -> np.ndarray:
    """`apply_scaling` of Llama 3.1, a frequency at a time."""
    result = []
    for omega in plain(dim, base):
        wavelength = 2 * math.pi / omega
        if wavelength < trained / high:
            result.append(omega)
        elif wavelength > trained / low:
            result.append(omega / factor)
        else:
            smooth = (trained / wavelength - low) / (high - low)
            result.append((1 - smooth) * omega / factor + smooth * omega)
    return np.array(result)


@pytest.mark.parametrize("dim", [2, 64, 128])
@pytest.mark.parametrize("arguments", [(8, 1, 4, 8192), (32, 1, 4, 8192), (3.5, 0.5, 20, 1000)])
def test_llama3_is_the_rule_of_llama(dim, arguments):
    found = rotary_frequencies(dim, base=500_000.0, scaling=Llama3Scaling(*arguments)).numpy()
    np.testing.assert_allclose(found, llama3(dim, 500_000.0, *arguments), rtol=1e-12)
    if dim == 128:
        ratio = plain(dim, 500_000.0) / found
        assert np.isclose(ratio, 1).any() and np.isclose(ratio, arguments[0]).any()
        assert ((ratio > 1.01) & (ratio < arguments[0] - 0.01)).any()


@pytest.mark.parametrize("dim", [2, 6, 64, 128])
@pytest.mark.parametrize("base", [1.5, 10000.0, 500_000.0])
@pytest.mark.parametrize(
    "scaling",
    [
        LinearScaling(1),
        NTKScaling(1),
        DynamicNTKScaling(1, 4096, 4096),
        DynamicNTKScaling(2.3, 4096, 4096),
        DynamicNTKScaling(7.7, 4096, 100),
        YarnScaling(1, 4096),
        Llama3Scaling(1, 1, 4, 8192),
    ],
    ids=repr,
)
def test_a_factor_of_1_changes_no_bit(dim, base, scaling):
    assert torch.equal(rotary_frequencies(dim, base=base, scaling=scaling), rotary_frequencies(dim, base=base))


@pytest.mark.parametrize(
    "scaling",
    [
        LinearScaling(2),
        NTKScaling(2),
        DynamicNTKScaling(1, 4096, 8192),
        YarnScaling(2, 4096),
        Llama3Scaling(2, 1, 4, 4096),
    ],
    ids=repr,
)
def test_a_factor_of_2_slows_some_pairs_and_quickens_none(scaling):
    before, after = rotary_frequencies(64), rotary_frequencies(64, scaling=scaling)
    assert (after <= before).all() and (after < before).any() and (after >= before / 2 * (1 - 1e-12)).all()


# Rotation


@settings(max_examples=60, deadline=None)
@given(dim=DIMS, base=BASES, positions=st.lists(POSITIONS, min_size=1, max_size=6), layout=st.sampled_from(LAYOUTS))
def test_rotation_is_the_formula(dim, base, positions, layout):
    x = draw(2, len(positions), dim, seed=dim)
    found = apply_rotary(x, torch.tensor(positions), rotary_frequencies(dim, base=base), layout=layout)
    assert found.shape == x.shape and found.dtype == torch.float32
    for row, result in zip(x.double().numpy(), found.double().numpy(), strict=True):
        for at, p in enumerate(positions):
            np.testing.assert_allclose(result[at], turned(row[at], p, plain(dim, base), layout), atol=1e-5, rtol=0)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("base", [10000.0, 500_000.0])
def test_accuracy_up_to_position_131072(device, layout, base):
    positions = torch.arange(131_072 - 4000, 131_073)
    x = draw(len(positions), 128).clamp(-4, 4)
    found = apply_rotary(x.to(device), positions.to(device), rotary_frequencies(128, base=base), layout=layout)
    assert found.device.type == device.type
    angles = positions.numpy()[:, None] * plain(128, base)
    exact = x.double().numpy()
    a, b = (exact[:, 0::2], exact[:, 1::2]) if layout == "interleaved" else (exact[:, :64], exact[:, 64:])
    expected = a * np.cos(angles) - b * np.sin(angles), a * np.sin(angles) + b * np.cos(angles)
    result = found.cpu().double().numpy()
    pairs = (result[:, 0::2], result[:, 1::2]) if layout == "interleaved" else (result[:, :64], result[:, 64:])
    assert max(np.abs(pair - wanted).max() for pair, wanted in zip(pairs, expected, strict=True)) < 1e-6


def test_frequencies_of_float32_are_taken_as_they_are_and_lose_the_accuracy():
    x, at = draw(1, 128), torch.tensor([131_071])
    exact = apply_rotary(x, at, rotary_frequencies(128))
    rounded = apply_rotary(x, at, rotary_frequencies(128).float())
    assert 1e-4 < (exact - rounded).abs().max() < 2e-2


@pytest.mark.parametrize("layout", LAYOUTS)
def test_norms_are_kept(device, layout):
    x = draw(3, 200, 64).to(device)
    found = apply_rotary(x, range(131_072 - 200, 131_072), rotary_frequencies(64), layout=layout)
    torch.testing.assert_close(found.norm(dim=-1), x.norm(dim=-1), atol=1e-5, rtol=0)
    assert (found - x).abs().max() > 1


@settings(max_examples=60, deadline=None)
@given(
    m=st.integers(0, 131_072),
    n=st.integers(0, 131_072),
    shift=st.integers(0, 131_072),
    dim=DIMS,
    layout=st.sampled_from(LAYOUTS),
)
def test_scores_depend_on_the_distance_alone(m, n, shift, dim, layout):
    q, k = draw(2, 1, dim, seed=m % 100, dtype=torch.float64)
    omegas = rotary_frequencies(dim)

    def score(at_q, at_k):
        return (apply_rotary(q, [at_q], omegas, layout=layout) * apply_rotary(k, [at_k], omegas, layout=layout)).sum()

    torch.testing.assert_close(score(m, n), score(m + shift, n + shift), atol=1e-8, rtol=0)
    torch.testing.assert_close(score(m, n), score(m - n, 0), atol=1e-8, rtol=0)


@settings(max_examples=60, deadline=None)
@given(a=st.floats(-1e5, 1e5), b=st.floats(-1e5, 1e5), dim=DIMS, layout=st.sampled_from(LAYOUTS))
def test_rotations_compose_and_turn_back(a, b, dim, layout):
    x, omegas = draw(1, dim, dtype=torch.float64), rotary_frequencies(dim)
    twice = apply_rotary(apply_rotary(x, [a], omegas, layout=layout), [b], omegas, layout=layout)
    torch.testing.assert_close(twice, apply_rotary(x, [a + b], omegas, layout=layout), atol=1e-8, rtol=0)
    back = apply_rotary(apply_rotary(x, [a], omegas, layout=layout), [-a], omegas, layout=layout)
    torch.testing.assert_close(back, x, atol=1e-12, rtol=0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_position_0_changes_nothing(layout):
    x = draw(1, 16)
    assert torch.equal(apply_rotary(x, [0], rotary_frequencies(16), layout=layout), x)


def test_layouts_are_permutations_of_each_other(device):
    x, omegas = draw(2, 50, 32).to(device), rotary_frequencies(32)
    order = torch.cat([torch.arange(0, 32, 2), torch.arange(1, 32, 2)]).to(device)  # pairs apart: sines of half
    interleaved = apply_rotary(x, range(50), omegas)
    halves = apply_rotary(x[..., order], range(50), omegas, layout="half")
    torch.testing.assert_close(halves, interleaved[..., order], atol=1e-6, rtol=0)


def test_a_checkpoint_of_one_layout_is_wrong_under_the_other():
    q, k, omegas = draw(1, 64, seed=1), draw(1, 64, seed=2), rotary_frequencies(64)

    def score(layout_q, layout_k):
        return (apply_rotary(q, [9], omegas, layout=layout_q) * apply_rotary(k, [4], omegas, layout=layout_k)).sum()

    scores = [score(a, b).item() for a in LAYOUTS for b in LAYOUTS]
    assert min(abs(a - b) for i, a in enumerate(scores) for b in scores[:i]) > 0.1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_attention_factor_multiplies_the_result(layout):
    x, omegas = draw(5, 16), rotary_frequencies(16)
    grown = apply_rotary(x, range(5), omegas, layout=layout, attention_factor=1.25)
    torch.testing.assert_close(grown, 1.25 * apply_rotary(x, range(5), omegas, layout=layout), atol=1e-6, rtol=0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_positions_of_each_sequence(layout):
    x, omegas = draw(2, 3, 4, 8), rotary_frequencies(8)
    each = torch.tensor([[0, 1, 2, 3], [7, 5, 3, 1]])
    together = apply_rotary(x, each[:, None], omegas, layout=layout)
    for batch in range(2):
        assert torch.equal(together[batch], apply_rotary(x[batch], each[batch], omegas, layout=layout))
    full = each[:, None].expand(2, 3, 4)
    assert torch.equal(apply_rotary(x, full, omegas, layout=layout), together)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_views_of_any_strides(layout):
    omegas = rotary_frequencies(8)
    for x in (
        draw(2, 5, 3, 8).transpose(1, 2),
        draw(2, 5, 8, 3).transpose(2, 3),
        draw(5, 16)[:, ::2],
        draw(5, 9)[:, 1:],
        draw(81)[1:].reshape(10, 8),
        draw(8).expand(5, 8),
    ):
        before = x.clone()
        n = x.shape[-2]
        expected = apply_rotary(x.contiguous(), range(n), omegas, layout=layout)
        torch.testing.assert_close(apply_rotary(x, range(n), omegas, layout=layout), expected, atol=1e-6, rtol=0)
        assert torch.equal(x, before)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(0, 8), (0, 4, 8), (2, 0, 8)])
def test_nothing_in_nothing_out(layout, shape):
    x = torch.empty(shape)
    assert apply_rotary(x, range(shape[-2]), rotary_frequencies(8), layout=layout).shape == shape


@pytest.mark.parametrize("layout", LAYOUTS)
def test_dtypes_are_rounded_once(device, dtype, layout, monkeypatch):
    monkeypatch.setattr(rotary, "BLOCK_ELEMENTS", 100)  # several blocks
    monkeypatch.setattr(rotary, "BLOCK_ANGLES", 24)
    x = draw(3, 50, 16, dtype=dtype).to(device)
    found = apply_rotary(x, range(50), rotary_frequencies(16), layout=layout)
    assert found.dtype == dtype
    exact = apply_rotary(x.double(), range(50), rotary_frequencies(16), layout=layout)
    assert exact.dtype == torch.float64
    limit = {torch.float64: 0.0, torch.float32: 1e-6}.get(dtype, torch.finfo(dtype).eps / 2 + 1e-6)
    assert ((found.double() - exact).abs() <= limit * exact.abs().clamp(min=1)).all()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gradients_against_numbers_and_against_autograd(layout):
    omegas = rotary_frequencies(6)

    def rotate(x):
        return apply_rotary(x, [3.0, -1.5], omegas, layout=layout, attention_factor=1.3)

    x = draw(2, 2, 6, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(rotate, x) and torch.autograd.gradgradcheck(rotate, x)
    weights = draw(2, 2, 6, seed=1, dtype=torch.float64)
    (found,) = torch.autograd.grad((rotate(x) * weights).sum(), x)
    back = apply_rotary(weights, [-3.0, 1.5], omegas, layout=layout, attention_factor=1.3)
    torch.testing.assert_close(found, back)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_gradients_keep_the_dtype_and_the_input(dtype):
    x = draw(4, 8, dtype=dtype).requires_grad_()
    apply_rotary(x, range(4), rotary_frequencies(8)).sum().backward()
    assert x.grad.dtype == dtype and x.grad.abs().sum() > 0
    with torch.no_grad():
        assert not apply_rotary(x, range(4), rotary_frequencies(8)).requires_grad


def test_the_first_call_does_not_wait_for_sympy(root):
    code = (
        "import sys, torch; from embviz.compute.rotary import *; "
        "apply_rotary(torch.ones(2, 4), [0, 1], rotary_frequencies(4)); "
        "rotary_scores(torch.ones(4), torch.ones(4), [0, 1]); print('sympy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


# Scores over distance


@settings(max_examples=30, deadline=None)
@given(dim=DIMS, base=BASES, layout=st.sampled_from(LAYOUTS), far=st.integers(0, 131_000))
def test_scores_are_products_of_turned_rows(dim, base, layout, far):
    q, k = draw(2, dim, seed=dim)
    omegas = rotary_frequencies(dim, base=base)
    distances = torch.arange(far - 20, far + 21)
    found = rotary_scores(q, k, distances, frequencies=omegas, layout=layout)
    assert found.shape == (41,) and found.dtype == torch.float32
    for distance, score in zip(distances.tolist(), found.tolist(), strict=True):
        wanted = turned(q.double().numpy(), distance, plain(dim, base), layout) @ k.double().numpy()
        assert score == pytest.approx(wanted, abs=1e-5)


def test_scores_of_a_batch_in_blocks(device, monkeypatch):
    q, k = draw(5, 1, 16).to(device), draw(3, 16, seed=1).to(device)
    whole = rotary_scores(q, k, range(100))
    assert whole.shape == (5, 3, 100) and whole.device.type == device.type
    torch.testing.assert_close(whole[4, 2], rotary_scores(q[4, 0], k[2], range(100)))
    monkeypatch.setattr(rotary, "BLOCK_ANGLES", 56)  # 7 distances a block
    torch.testing.assert_close(rotary_scores(q, k, range(100)), whole)


def test_score_of_constant_q_and_k_by_hand():
    ones = torch.ones(4)
    expected = [2 * (math.cos(d) + math.cos(0.01 * d)) for d in (0, 1, 2, 50)]
    torch.testing.assert_close(rotary_scores(ones, ones, [0, 1, 2, 50]), torch.tensor(expected))


def test_scores_with_xpos_are_products_of_turned_and_scaled_rows():
    q, k = draw(2, 16, dtype=torch.float64)
    m, n, omegas = torch.tensor([900, 40, 0]), torch.tensor([100, 40, 300]), rotary_frequencies(16)
    scale_m, scale_n = (xpos_scale(p, 16, scale_base=256, dtype=torch.float64) for p in (m, n))
    turned_q = apply_rotary(q.expand(3, 16), m, omegas) * scale_m.repeat_interleave(2, dim=1)
    turned_k = apply_rotary(k.expand(3, 16), n, omegas) / scale_n.repeat_interleave(2, dim=1)
    found = rotary_scores(q, k, m - n, scale_base=256)
    torch.testing.assert_close(found, (turned_q * turned_k).sum(dim=1))


def test_scores_are_differentiable_in_q_and_k():
    q, k = draw(2, 6, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda q, k: rotary_scores(q, k, [-2.0, 0.0, 5.0]), (q, k))


def test_relative_bound_by_hand(device):
    distances = [0.0, 1.0, 7.0, 131_072.0]
    omegas = plain(8)
    expected = []
    for distance in distances:
        sums = np.cumsum(np.exp(1j * distance * omegas))
        expected.append(np.abs(sums).mean())
    at = torch.tensor(distances, device=device)
    found = relative_bound(at, rotary_frequencies(8, device=device)).cpu()
    assert found[0] == 2.5 and found.dtype == torch.float32
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float32))
    torch.testing.assert_close(relative_bound([-7], rotary_frequencies(8)), found[2:3])


def test_relative_bound_falls_in_the_long_run_but_not_at_every_step():
    curve = relative_bound(range(2001), rotary_frequencies(128))
    assert curve[0] > 2 * curve[50:].max() and curve[50:200].mean() > 1.2 * curve[1000:].mean()
    assert (curve.diff() > 0).any()


@settings(max_examples=60, deadline=None)
@given(dim=DIMS, base=BASES, seed=st.integers(0, 1000), layout=st.sampled_from(LAYOUTS), constant=st.booleans())
def test_no_score_exceeds_its_bound(dim, base, seed, layout, constant):
    q, k = torch.ones(2, dim) if constant else draw(2, 3, dim, seed=seed)
    omegas, distances = rotary_frequencies(dim, base=base), torch.arange(-50, 300)
    bound = rotary_score_bound(q, k, distances, frequencies=omegas, layout=layout)
    scores = rotary_scores(q, k, distances, frequencies=omegas, layout=layout)
    assert bound.shape == scores.shape
    assert (scores.abs() <= bound * (1 + 1e-6)).all()


def test_bound_by_hand():
    q, k = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([5.0, -1.0, 0.5, 2.0])
    h = [complex(1, 2) * complex(5, 1), complex(3, 4) * complex(0.5, -2)]  # the keys conjugated
    step = max(abs(h[1] - h[0]), abs(h[1]))
    sums = [abs(1), abs(cmath.exp(3j) + cmath.exp(0.03j))]
    found = rotary_score_bound(q, k, [3.0])
    torch.testing.assert_close(found, torch.tensor([step * sum(sums)]))
    other = rotary_score_bound(q[[0, 2, 1, 3]], k[[0, 2, 1, 3]], [3.0], layout="half")
    torch.testing.assert_close(other, found)


def test_the_bound_is_the_curve_times_what_q_and_k_decide():
    q, k, distances = draw(64, seed=3), draw(64, seed=4), range(500)
    ratio = rotary_score_bound(q, k, distances) / relative_bound(distances, rotary_frequencies(64))
    torch.testing.assert_close(ratio, ratio[:1].expand(500), rtol=1e-5, atol=0)


def test_random_scores_are_those_of_drawn_rows():
    band = random_scores([0, 5, 70], 16, draws=2000, seed=3)
    assert band.distances.tolist() == [0, 5, 70]
    q, k = torch.randn(2, 2000, 16, generator=torch.Generator().manual_seed(3), dtype=torch.float64).numpy()
    for at, distance in enumerate((0, 5, 70)):
        omegas = plain(16)
        z = (q[:, 0::2] + 1j * q[:, 1::2]) * np.exp(1j * distance * omegas) * (k[:, 0::2] - 1j * k[:, 1::2])
        scores = z.real.sum(axis=1) / 4
        assert band.mean[at].item() == pytest.approx(scores.mean(), abs=1e-6)
        assert band.low[at].item() == pytest.approx(np.quantile(scores, 0.05), abs=1e-6)
        assert band.high[at].item() == pytest.approx(np.quantile(scores, 0.95), abs=1e-6)


def test_random_scores_do_not_decay(monkeypatch):
    band = random_scores(range(0, 4000, 100), 128, draws=4000)
    assert band.mean.abs().max() < 0.08
    assert (band.low + 1.645).abs().max() < 0.12 and (band.high - 1.645).abs().max() < 0.12
    monkeypatch.setattr(rotary, "BLOCK_ELEMENTS", 12_000)  # 3 distances a block
    again = random_scores(range(0, 4000, 100), 128, draws=4000)
    torch.testing.assert_close(again.low, band.low)
    assert not torch.equal(random_scores(range(0, 4000, 100), 128, draws=4000, seed=1).low, band.low)


# xPos


def test_xpos_scale_by_hand(device):
    found = xpos_scale(torch.tensor([0, 512, -512, 1024], device=device), 4)
    low, high = 0.4 / 1.4, 0.9 / 1.4
    expected = [[1, 1], [low, high], [1 / low, 1 / high], [low**2, high**2]]
    torch.testing.assert_close(found.cpu(), torch.tensor(expected))
    assert found.device.type == device.type and found.dtype == torch.float32


def test_xpos_scale_is_that_of_the_authors_up_to_their_centre():
    n, dim = 300, 32
    zeta = (torch.arange(0, dim, 2, dtype=torch.float64) + 0.4 * dim) / (1.4 * dim)
    theirs = zeta ** (torch.arange(-n // 2, n // 2)[:, None] / 512)
    ours = xpos_scale(torch.arange(n) - n // 2, dim, dtype=torch.float64)
    torch.testing.assert_close(ours, theirs)
    ratio = xpos_scale(range(n), dim, dtype=torch.float64) / theirs
    torch.testing.assert_close(ratio, ratio[:1].expand(n, -1))


# Bad values

GOOD = {"x": torch.ones(3, 4), "positions": [0, 1, 2], "frequencies": torch.tensor([1.0, 0.1])}


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: rotary_frequencies(7), ["dim", "7", "odd"]),
        (lambda: rotary_frequencies(0), ["dim", "0", "at least"]),
        (lambda: rotary_frequencies(8, base=1.0), ["base", "1.0", "above 1"]),
        (lambda: rotary_frequencies(8, base=math.nan), ["base", "nan"]),
        (lambda: rotary_frequencies(8, scaling="yarn"), ["scaling", "'yarn'", "YarnScaling", "LinearScaling"]),
        (lambda: LinearScaling(0.5), ["factor", "0.5", "at least 1"]),
        (lambda: LinearScaling(math.nan), ["factor", "nan"]),
        (lambda: LinearScaling("2"), ["factor", "'2'"]),
        (lambda: NTKScaling(0), ["factor", "0", "at least 1"]),
        (lambda: NTKScaling(math.inf), ["factor", "inf", "finite"]),
        (lambda: DynamicNTKScaling(0.9, 10, 20), ["factor", "0.9"]),
        (lambda: DynamicNTKScaling(2, 0, 20), ["trained_length", "0"]),
        (lambda: DynamicNTKScaling(2, 10, -1), ["length", "-1"]),
        (lambda: YarnScaling(0.99, 10), ["factor", "0.99"]),
        (lambda: YarnScaling(2, 10.5), ["trained_length", "10.5", "whole"]),
        (lambda: YarnScaling(2, 10, beta_fast=1, beta_slow=32), ["beta_slow", "32", "below beta_fast"]),
        (lambda: YarnScaling(2, 10, beta_slow=0), ["beta_slow", "0", "above 0"]),
        (lambda: YarnScaling(2, 10, beta_fast=math.nan), ["beta_fast", "nan"]),
        (lambda: Llama3Scaling(0.2, 1, 4, 8192), ["factor", "0.2"]),
        (lambda: Llama3Scaling(2, 4, 4, 8192), ["low_freq_factor", "4", "below high_freq_factor"]),
        (lambda: Llama3Scaling(2, -1, 4, 8192), ["low_freq_factor", "-1", "above 0"]),
        (lambda: Llama3Scaling(2, 1, 4, 0), ["trained_length", "0"]),
        (lambda: apply_rotary(**GOOD, layout="halves"), ["layout", "'halves'", "interleaved", "half"]),
        (lambda: apply_rotary(**GOOD | {"x": torch.ones(3, 5)}), ["width of x", "5", "odd"]),
        (lambda: apply_rotary(**GOOD | {"x": torch.ones(4)}), ["x", "(4,)", "seq, dim"]),
        (lambda: apply_rotary(**GOOD | {"x": torch.ones(3, 4).long()}), ["x", "int64", "floating"]),
        (lambda: apply_rotary(**GOOD | {"x": [[1.0, 2.0]]}), ["x", "list"]),
        (lambda: apply_rotary(**GOOD | {"positions": [0, 1]}), ["positions", "(2,)", "(3,)"]),
        (lambda: apply_rotary(**GOOD | {"positions": [5]}), ["positions", "(1,)", "(3,)"]),
        (lambda: apply_rotary(**GOOD | {"positions": 1}), ["positions", "()", "(3,)"]),
        (lambda: apply_rotary(**GOOD | {"positions": [[0, 1, 2]] * 2}), ["positions", "(2, 3)", "(3, 4)"]),
        (lambda: apply_rotary(**GOOD | {"positions": [0, 1, math.nan]}), ["positions", "nan", "finite"]),
        (lambda: apply_rotary(**GOOD | {"positions": "abc"}), ["positions", "numbers", "'abc'"]),
        (lambda: apply_rotary(**GOOD | {"frequencies": torch.ones(4)}), ["frequencies", "(4,)", "(2,)"]),
        (lambda: apply_rotary(**GOOD | {"frequencies": [1.0, math.inf]}), ["frequencies", "inf", "finite"]),
        (lambda: apply_rotary(**GOOD, attention_factor=0.0), ["attention_factor", "0.0", "above 0"]),
        (lambda: apply_rotary(**GOOD, attention_factor=math.nan), ["attention_factor", "nan"]),
        (lambda: rotary_scores(torch.ones(3), torch.ones(3), [0]), ["width of q", "3", "odd"]),
        (lambda: rotary_scores(torch.ones(4), torch.ones(2), [0]), ["(4,)", "(2,)"]),
        (lambda: rotary_scores(torch.ones(2, 4), torch.ones(3, 4), [0]), ["(2, 4)", "(3, 4)"]),
        (lambda: rotary_scores(torch.ones(4).long(), torch.ones(4), [0]), ["q", "int64"]),
        (lambda: rotary_scores(torch.ones(4), torch.full((4,), math.nan), [0]), ["k", "nan"]),
        (lambda: rotary_scores(torch.ones(4), torch.ones(4), [math.nan]), ["distances", "nan"]),
        (lambda: rotary_scores(torch.ones(4), torch.ones(4), 3), ["distances", "()", "(n,)"]),
        (lambda: rotary_scores(torch.ones(4), torch.ones(4), [0], frequencies=torch.ones(4)), ["frequencies", "(4,)"]),
        (lambda: rotary_scores(torch.ones(4), torch.ones(4), [0], layout="x"), ["layout", "'x'"]),
        (lambda: rotary_scores(torch.ones(4), torch.ones(4), [0], scale_base=0), ["scale_base", "0"]),
        (lambda: rotary_score_bound(torch.ones(4), torch.ones(2), [0]), ["(4,)", "(2,)"]),
        (lambda: relative_bound([0], torch.ones(2, 2)), ["frequencies", "(2, 2)", "(dim/2,)"]),
        (lambda: relative_bound([0], torch.ones(0)), ["frequencies", "(0,)"]),
        (lambda: relative_bound([math.inf], torch.ones(2)), ["distances", "inf"]),
        (lambda: random_scores([0], 5), ["dim", "5", "odd"]),
        (lambda: random_scores([0], 4, draws=0), ["draws", "0"]),
        (lambda: random_scores([0], 4, seed=-1), ["seed", "-1"]),
        (lambda: random_scores([0], 4, base=0.5), ["base", "0.5"]),
        (lambda: xpos_scale([0], 3), ["dim", "3", "odd"]),
        (lambda: xpos_scale([[0]], 4), ["positions", "(1, 1)", "(seq,)"]),
        (lambda: xpos_scale([math.nan], 4), ["positions", "nan"]),
        (lambda: xpos_scale([0], 4, scale_base=-1), ["scale_base", "-1"]),
        (lambda: xpos_scale(torch.tensor([True]), 4), ["positions", "bool"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value


def test_results_of_scaling_are_frozen():
    with pytest.raises(AttributeError):
        LinearScaling(2).factor = 3
    assert YarnScaling(2, 10) == YarnScaling(2, 10, 32, 1)
