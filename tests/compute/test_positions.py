import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute import positions
from embviz.compute.positions import (
    sinusoidal,
    sinusoidal_frequencies,
    sinusoidal_shift,
    sinusoidal_similarity,
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


@pytest.mark.parametrize(
    "call",
    [
        lambda **k: sinusoidal(3, **k),
        lambda **k: sinusoidal_shift(1, **k),
        lambda **k: sinusoidal_similarity(1, **k),
        lambda **k: sinusoidal_frequencies(**k),
    ],
    ids=["sinusoidal", "shift", "similarity", "frequencies"],
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
