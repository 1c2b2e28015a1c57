import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute import positions
from embviz.compute.positions import (
    first_rise,
    interpolate_table,
    neighbour_cosines,
    sinusoidal,
    sinusoidal_at,
    sinusoidal_frequencies,
    sinusoidal_shift,
    sinusoidal_similarity,
    spectrum,
    wavelengths,
)

DIMS = st.integers(1, 40).map(lambda half: 2 * half)
BASES = st.floats(1.001, 1e6)


def formula(position: int, dim: int, base: float = 10000.0) -> list[float]:
    """Section 3.5, one number at a time, in Python's floats."""
    row = []
    for column in range(dim):
        angle = position / base ** (2 * (column // 2) / dim)
        row.append(math.sin(angle) if column % 2 == 0 else math.cos(angle))
    return row


def test_first_rows_of_width_4_by_hand(device):
    expected = [[0, 1, 0, 1], [0.84147, 0.54030, 0.0099998, 0.99995], [0.90930, -0.41615, 0.0199987, 0.99980]]
    torch.testing.assert_close(sinusoidal(3, 4, device=device).cpu(), torch.tensor(expected), atol=1e-5, rtol=0)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(0, 40), dim=DIMS, base=BASES)
def test_table_is_the_papers_formula(n, dim, base):
    table = sinusoidal(n, dim, base=base)
    assert table.shape == (n, dim) and table.dtype == torch.float32
    expected = torch.tensor([formula(p, dim, base) for p in range(n)], dtype=torch.float64).reshape(n, dim)
    torch.testing.assert_close(table.double(), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("dim", [2, 64, 512])
def test_accuracy_up_to_position_131072(device, dim):
    table = sinusoidal(131_073, dim, device=device)
    assert table.device.type == device.type and table.dtype == torch.float32
    at = np.r_[0:200, 65_000:65_200, 130_900:131_073]
    angles = at[:, None] / 10000.0 ** (np.arange(0, dim, 2) / dim)
    rows = table.cpu().double().numpy()[at]
    assert np.abs(rows[:, 0::2] - np.sin(angles)).max() < 1e-7
    assert np.abs(rows[:, 1::2] - np.cos(angles)).max() < 1e-7


def test_concatenated_is_the_same_columns_in_another_order(device):
    interleaved = sinusoidal(50, 12, device=device)
    concatenated = sinusoidal(50, 12, layout="concatenated", device=device)
    assert torch.equal(concatenated[:, :6], interleaved[:, 0::2])
    assert torch.equal(concatenated[:, 6:], interleaved[:, 1::2])
    assert not torch.equal(concatenated, interleaved)


@pytest.mark.parametrize("layout", ["interleaved", "concatenated"])
def test_a_longer_table_begins_with_the_shorter_one(device, layout, monkeypatch):
    monkeypatch.setattr(positions, "BLOCK_ANGLES", 64)  # several blocks, with borders in different places
    long = sinusoidal(1000, 10, layout=layout, device=device)
    for n in (1, 2, 11, 12, 13, 500, 999):
        assert torch.equal(sinusoidal(n, 10, layout=layout, device=device), long[:n])
    monkeypatch.undo()
    assert torch.equal(sinusoidal(1000, 10, layout=layout, device=device), long)
    for n in (positions.STEP - 1, positions.STEP, positions.STEP + 1, 2 * positions.STEP):
        assert torch.equal(sinusoidal(n, 10, layout=layout, device=device), long[:n])


@settings(max_examples=15, deadline=None)
@given(dim=DIMS, base=BASES, layout=st.sampled_from(["interleaved", "concatenated"]))
def test_sums_of_angles_are_as_good_as_sines(dim, base, layout):
    n = 3 * positions.STEP + 5
    angles = np.arange(n)[:, None] * (1 / base ** (np.arange(0, dim, 2) / dim))
    expected = np.empty((n, dim))
    if layout == "interleaved":
        expected[:, 0::2], expected[:, 1::2] = np.sin(angles), np.cos(angles)
    else:
        expected[:, : dim // 2], expected[:, dim // 2 :] = np.sin(angles), np.cos(angles)
    table = sinusoidal(n, dim, base=base, layout=layout, dtype=torch.float64, device="cpu").numpy()
    assert np.abs(table - expected).max() < 2e-12


@pytest.mark.parametrize("layout", ["interleaved", "concatenated"])
def test_rows_of_any_positions_are_those_of_the_table(device, layout):
    at = torch.tensor([[0, 131_072], [7, 131_000], [255, 256]], device=device)
    rows = sinusoidal_at(at, 64, base=500.0, layout=layout)
    assert rows.shape == (3, 2, 64) and rows.dtype == torch.float32 and rows.device.type == device.type
    table = sinusoidal(131_073, 64, base=500.0, layout=layout, device=device)
    torch.testing.assert_close(rows, table[at], atol=1e-7, rtol=0)


def test_rows_of_fractions_and_negative_positions():
    rows = sinusoidal_at([-2.5, 0.25], 4, dtype=torch.float64)
    expected = [[f(p * w) for w in (1, 0.01) for f in (math.sin, math.cos)] for p in (-2.5, 0.25)]
    torch.testing.assert_close(rows, torch.tensor(expected, dtype=torch.float64))
    assert sinusoidal_at(3, 6).shape == (6,) and sinusoidal_at(torch.empty(0), 6).shape == (0, 6)


def test_dtype_is_rounded_once_from_float64(device, dtype):
    exact = torch.tensor([formula(p, 8) for p in range(3000)], dtype=torch.float64)
    table = sinusoidal(3000, 8, device=device, dtype=dtype)
    assert table.dtype == dtype
    half_ulp = torch.finfo(dtype).eps / 2 + 1e-13  # the numbers are at most 1 in size
    assert (table.cpu().double() - exact).abs().max() <= half_ulp


def test_rows_have_norm_sqrt_of_half_the_width():
    norms = sinusoidal(200, 64).norm(dim=1)
    torch.testing.assert_close(norms, torch.full((200,), math.sqrt(32)), atol=1e-5, rtol=0)


def test_frequencies(device):
    found = sinusoidal_frequencies(4, device=device)
    torch.testing.assert_close(found.cpu(), torch.tensor([1.0, 0.01]))
    assert found.device.type == device.type and found.dtype == torch.float32
    torch.testing.assert_close(sinusoidal_frequencies(6, base=8.0), torch.tensor([1.0, 0.5, 0.25]))


@settings(max_examples=60, deadline=None)
@given(
    p=st.integers(0, 5000), offset=st.integers(-5000, 5000), dim=DIMS, base=BASES, start=st.sampled_from([0, 100_000])
)
def test_shift_moves_any_row_by_the_offset(p, offset, dim, base, start):
    p += max(start, -offset)  # both positions at or above 0, so that the table has them
    here, there = (torch.tensor([formula(q, dim, base)], dtype=torch.float64) for q in (p, p + offset))
    shift = sinusoidal_shift(offset, dim, base=base, dtype=torch.float64)
    torch.testing.assert_close(here @ shift.T, there, atol=1e-9, rtol=0)


def test_shift_in_float32_moves_the_whole_table(device):
    table = sinusoidal(131_072, 16, device=device)
    for offset in (1, 2, 1000, 100_000):
        moved = table[:-offset] @ sinusoidal_shift(offset, 16, device=device).T
        torch.testing.assert_close(moved, table[offset:], atol=1e-5, rtol=0)


def test_shift_by_hand():
    c, s, c2, s2 = math.cos(3), math.sin(3), math.cos(0.03), math.sin(0.03)
    expected = torch.tensor([[c, s, 0, 0], [-s, c, 0, 0], [0, 0, c2, s2], [0, 0, -s2, c2]])
    torch.testing.assert_close(sinusoidal_shift(3, 4), expected, atol=1e-7, rtol=0)
    assert torch.equal(sinusoidal_shift(0, 6), torch.eye(6))


@settings(max_examples=40, deadline=None)
@given(a=st.floats(-1000, 1000), b=st.floats(-1000, 1000), dim=DIMS)
def test_shifts_compose_and_turn_back(a, b, dim):
    m_a, m_b, m_ab = (sinusoidal_shift(o, dim, dtype=torch.float64) for o in (a, b, a + b))
    torch.testing.assert_close(m_a @ m_b, m_ab, atol=1e-9, rtol=0)
    assert torch.equal(sinusoidal_shift(-a, dim, dtype=torch.float64), m_a.T)
    torch.testing.assert_close(m_a @ m_a.T, torch.eye(dim, dtype=torch.float64), atol=1e-12, rtol=0)


@pytest.mark.parametrize("base", [10000.0, 50.0])
def test_similarity_is_the_cosine_of_the_two_rows(device, base):
    table = sinusoidal(5000, 64, base=base, device=device)
    offsets = torch.arange(-30, 2000, 7, device=device)
    found = sinusoidal_similarity(offsets, 64, base=base)
    assert found.shape == offsets.shape and found.device.type == device.type and found.dtype == torch.float32
    for p in (30, 1234, 2999):
        rows = torch.nn.functional.cosine_similarity(table[p], table[p + offsets], dim=1)
        torch.testing.assert_close(found, rows, atol=2e-6, rtol=0)


def test_similarity_at_large_offsets_is_accurate(monkeypatch):
    offsets = np.r_[0:50, 131_000:131_073]
    expected = np.cos(offsets[:, None] / 10000.0 ** (np.arange(0, 128, 2) / 128)).mean(1)
    assert np.abs(sinusoidal_similarity(offsets, 128).double().numpy() - expected).max() < 1e-7
    monkeypatch.setattr(positions, "BLOCK_ANGLES", 640)
    assert np.abs(sinusoidal_similarity(offsets, 128).double().numpy() - expected).max() < 1e-7


def test_similarity_takes_numbers_and_any_shape():
    assert sinusoidal_similarity(0, 32).shape == () and sinusoidal_similarity(0, 32) == 1
    assert sinusoidal_similarity([[1, 2.5, 3], [4, 5, 6]], 32).shape == (2, 3)
    assert sinusoidal_similarity(range(3), 32).shape == (3,)
    assert sinusoidal_similarity(torch.empty(0, 4), 32).shape == (0, 4)
    back, forth = sinusoidal_similarity(-7, 32), sinusoidal_similarity(7, 32)
    assert back == forth < 1


def test_wavelengths_by_hand(device):
    found = wavelengths(4, device=device)
    torch.testing.assert_close(found.cpu(), torch.tensor([2 * math.pi, 200 * math.pi]))
    assert found.device.type == device.type and found.dtype == torch.float32
    longest = wavelengths(512, base=10000.0)[-1].item()
    assert 0.96 * 2 * math.pi * 10000 < longest < 2 * math.pi * 10000


def test_a_pair_comes_round_after_its_wavelength():
    turns = wavelengths(8, base=50.0, dtype=torch.float64)
    for pair, wavelength in enumerate(turns.tolist()):
        row = sinusoidal_at(wavelength, 8, base=50.0, dtype=torch.float64)[2 * pair : 2 * pair + 2]
        torch.testing.assert_close(row, torch.tensor([0.0, 1.0], dtype=torch.float64), atol=1e-12, rtol=0)


@pytest.mark.parametrize(("dim", "base"), [(2, 10000.0), (8, 10000.0), (64, 10000.0), (512, 10000.0), (128, 10.0)])
def test_first_rise_is_where_the_cosine_first_grows(dim, base, monkeypatch):
    found = first_rise(dim, base=base)
    omegas = 1 / base ** (np.arange(0, dim, 2) / dim)
    cosines = np.cos(np.arange(found + 1)[:, None] * omegas).mean(1)
    steps = np.diff(cosines)
    assert steps[-1] > 0 and (steps[:-1] <= 0).all()
    monkeypatch.setattr(positions, "BLOCK_ANGLES", 3 * dim)  # 3 distances a block
    assert first_rise(dim, base=base) == found
    assert first_rise(dim, base=base, limit=found) is None
    assert first_rise(dim, base=base, limit=found + 1) == found


def test_first_rise_by_hand():
    assert first_rise(2) == 4  # cos 4 > cos 3, and cos falls up to 3
    assert first_rise(2, limit=1) is None


def test_interpolated_table_by_hand():
    table = torch.tensor([[0.0, 5.0], [2.0, 5.0], [6.0, 5.0]])
    found = interpolate_table(table, 5)
    assert torch.equal(found, torch.tensor([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [6.0, 5.0]]))
    assert torch.equal(interpolate_table(table, 2), table[[0, 2]])


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(1, 30), n=st.integers(2, 100), seed=st.integers(0, 100))
def test_interpolated_table_is_numpys(rows, n, seed):
    table = torch.randn(rows, 3, generator=torch.Generator().manual_seed(seed))
    found = interpolate_table(table, n)
    places = np.linspace(0, rows - 1, n)
    for column in range(3):
        expected = np.interp(places, np.arange(rows), table[:, column].double().numpy())
        np.testing.assert_allclose(found[:, column].numpy(), expected, atol=1e-6, rtol=0)
    assert torch.equal(found[0], table[0]) and torch.equal(found[-1], table[-1])
    if rows > 1:
        assert torch.equal(interpolate_table(table, rows), table)


def test_interpolated_table_is_differentiable():
    table = torch.randn(4, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda t: interpolate_table(t, 7), table)


@pytest.mark.parametrize("n", [2, 15, 16])
def test_spectrum_is_the_share_of_the_variance(device, n):
    table = torch.randn(n, 5, generator=torch.Generator().manual_seed(n)) + 3
    found = spectrum(table.to(device))
    assert found.shape == (n // 2 + 1, 5) and found.dtype == torch.float32 and found.device.type == device.type
    columns = table.double().numpy() - table.double().numpy().mean(0)
    both = np.abs(np.fft.fft(columns, axis=0)) ** 2  # both signs of every frequency
    expected = np.zeros((n // 2 + 1, 5))
    for k in range(n):
        expected[min(k, n - k)] += both[k]
    np.testing.assert_allclose(found.cpu().numpy(), expected / (n * (columns**2).sum(0)), atol=1e-6)
    np.testing.assert_allclose(found.cpu().sum(dim=0).numpy(), 1, atol=1e-6)
    assert (found[0] == 0).all()


def test_spectrum_of_waves_and_of_constants():
    at = torch.arange(64)[:, None] / 64 * 2 * math.pi
    waves = torch.cat([torch.sin(3 * at), 7 + 0.1 * torch.cos(20 * at), torch.full((64, 1), 0.1)], dim=1)
    found = spectrum(waves)
    expected = torch.zeros(33, 3)
    expected[3, 0] = expected[20, 1] = 1.0
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert (found[:, 2] == 0).all()
    assert torch.equal(spectrum(torch.ones(1, 4)), torch.zeros(1, 4))


def test_spectrum_of_a_sinusoidal_column_lies_at_its_wavelength():
    n, dim = 4096, 32
    peaks = spectrum(sinusoidal(n, dim)).argmax(dim=0)[0::2]
    turns = n / wavelengths(dim)
    fast = turns > 2
    assert fast.sum() > 5 and (peaks[fast] - turns[fast]).abs().max() < 1


def test_neighbour_cosines(device):
    table = torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0], [0.0, -1.0], [0.0, 0.0]], device=device)
    torch.testing.assert_close(neighbour_cosines(table).cpu(), torch.tensor([1.0, 0.0, -1.0, 0.0]))
    found = neighbour_cosines(sinusoidal(300, 64))
    torch.testing.assert_close(found, sinusoidal_similarity(1, 64).expand(299))
    assert neighbour_cosines(table[:1]).shape == (0,)


@pytest.mark.parametrize(
    "call",
    [
        lambda **k: sinusoidal(3, **k),
        lambda **k: sinusoidal_at([3], **k),
        lambda **k: wavelengths(**k),
        lambda **k: first_rise(**k),
        lambda **k: sinusoidal_shift(1, **k),
        lambda **k: sinusoidal_similarity(1, **k),
        lambda **k: sinusoidal_frequencies(**k),
    ],
    ids=["sinusoidal", "at", "wavelengths", "first_rise", "shift", "similarity", "frequencies"],
)
@pytest.mark.parametrize(
    ("arguments", "facts"),
    [
        ({"dim": 7}, ["dim", "7", "odd", "even"]),
        ({"dim": 0}, ["dim", "0", "at least"]),
        ({"dim": -2}, ["dim", "-2", "at least"]),
        ({"dim": 4.0}, ["dim", "4.0", "whole"]),
        ({"dim": 4, "base": 1.0}, ["base", "1.0", "above 1"]),
        ({"dim": 4, "base": -3}, ["base", "-3", "above 1"]),
        ({"dim": 4, "base": math.inf}, ["base", "inf", "finite"]),
        ({"dim": 4, "base": math.nan}, ["base", "nan", "finite"]),
        ({"dim": 4, "base": "10"}, ["base", "'10'", "number"]),
    ],
)
def test_bad_width_or_base(call, arguments, facts):
    with pytest.raises(ValueError) as error:
        call(**arguments)
    assert all(fact in str(error.value) for fact in facts), error.value


def test_bad_count_layout_offset():
    with pytest.raises(ValueError, match="n_positions is -1"):
        sinusoidal(-1, 4)
    with pytest.raises(ValueError, match=r"'halves'.*interleaved.*concatenated"):
        sinusoidal(1, 4, layout="halves")
    for offset in (math.inf, math.nan):
        with pytest.raises(ValueError, match=f"offset is {offset}"):
            sinusoidal_shift(offset, 4)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_bad_positions_and_offsets(wrong):
    with pytest.raises(ValueError, match=f"positions hold {wrong}"):
        sinusoidal_at([0, wrong], 4)
    with pytest.raises(ValueError, match=f"offsets hold {wrong}"):
        sinusoidal_similarity(torch.tensor([0, wrong]), 4)


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: sinusoidal_at([0], 4, layout="halves"), ["layout", "'halves'", "interleaved", "concatenated"]),
        (lambda: sinusoidal_at(["a"], 4), ["positions", "numbers", "'a'"]),
        (lambda: sinusoidal_at(torch.tensor([1j]), 4), ["positions", "complex64", "real"]),
        (lambda: first_rise(4, limit=0), ["limit", "0", "at least 1"]),
        (lambda: interpolate_table(torch.ones(3, 2), 1), ["n is 1", "at least 2"]),
        (lambda: interpolate_table(torch.ones(3), 4), ["table", "(3,)", "(positions, dim)"]),
        (lambda: interpolate_table(torch.ones(0, 2), 4), ["table", "(0, 2)"]),
        (lambda: interpolate_table(torch.tensor([[1.0], [math.nan]]), 4), ["table", "nan", "[1, 0]"]),
        (lambda: interpolate_table(torch.ones(3, 2).long(), 4), ["table", "int64", "floating"]),
        (lambda: spectrum(torch.ones(3)), ["table", "(3,)"]),
        (lambda: spectrum(torch.tensor([[math.inf]])), ["table", "inf", "[0, 0]"]),
        (lambda: spectrum([[1.0]]), ["table", "list"]),
        (lambda: neighbour_cosines(torch.ones(2, 0)), ["table", "(2, 0)"]),
        (lambda: neighbour_cosines(torch.tensor([[math.nan]])), ["table", "nan"]),
    ],
)
def test_bad_tables(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
