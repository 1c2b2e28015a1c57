"""What the sinusoidal lesson computes, against float64 and cases by hand."""

import math

import numpy as np
import pytest
import torch

from embviz.compute import sinusoidal
from embviz.compute.positions import LAYOUTS


def reference(n, dim, base):
    """The paper's formula, in float64, interleaved."""
    p = np.arange(n)[:, None]
    i = np.arange(dim // 2)[None]
    angles = p / base ** (2 * i / dim)
    table = np.empty((n, dim))
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return table


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_table_is_the_formula_in_its_layout(layout):
    made = sinusoidal.table(n=300, dim=32, base=1000.0, layout=layout)
    expected = reference(300, 32, 1000.0)
    if layout == "concatenated":
        expected = np.concatenate([expected[:, 0::2], expected[:, 1::2]], axis=1)
    np.testing.assert_allclose(made.table.numpy(), expected, atol=1e-6)
    np.testing.assert_allclose(made.frequencies.numpy(), 1000.0 ** (-np.arange(16) / 16), rtol=1e-6)
    assert made.same_numbers == 0.0 and made.layout == layout


def test_chosen_columns_are_the_table_s():
    made = sinusoidal.columns(n=50, dim=8, base=100.0, layout="interleaved", dims=(7, 0))
    np.testing.assert_allclose(made.numpy(), reference(50, 8, 100.0)[:, [7, 0]].T, atol=1e-6)


@pytest.mark.parametrize("dims", [(8,), (-1,), (0, 99)])
def test_a_column_that_is_not_there_is_named(dims):
    with pytest.raises(ValueError, match=f"no dimension {dims[-1]}; at width 8"):
        sinusoidal.columns(n=5, dim=8, base=100.0, layout="interleaved", dims=dims)


@pytest.mark.parametrize(
    ("n", "dim", "base"), [(64, 64, 10000.0), (300, 8, 10000.0), (2048, 512, 500000.0), (8, 4, 10.0)]
)
def test_similarity_is_the_cosine_of_the_rows(n, dim, base):
    found = sinusoidal.similarity(n=n, dim=dim, base=base)
    rows = reference(n, dim, base)
    cosines = rows @ rows[0] / (np.linalg.norm(rows, axis=1) * np.linalg.norm(rows[0]))
    np.testing.assert_allclose(found.closed.numpy(), cosines, atol=1e-6)
    m = min(n, 128)
    np.testing.assert_allclose(found.matrix.numpy(), (rows @ rows.T / (dim / 2))[:m, :m], atol=2e-6)
    assert found.difference < 2e-6
    rises = np.flatnonzero(np.diff(cosines) > 1e-9)
    assert found.first_rise == (int(rises[0]) + 1 if len(rises) else None)


def test_the_first_rise_by_hand():
    # width 4, base 10000: (cos k + cos(k / 100)) / 2 falls until k = 3, near π, and rises at 4
    values = [(math.cos(k) + math.cos(k / 100)) / 2 for k in range(6)]
    assert values[0] > values[1] > values[2] > values[3] < values[4]
    assert sinusoidal.similarity(n=6, dim=4, base=10000.0).first_rise == 4
    assert sinusoidal.similarity(n=4, dim=4, base=10000.0).first_rise is None


def test_one_row_has_no_distance():
    with pytest.raises(ValueError, match="n is 1"):
        sinusoidal.similarity(n=1, dim=4, base=10000.0)


@pytest.mark.parametrize(("p", "k"), [(0, 0), (23, 5), (100, 128)])
def test_the_shift_takes_one_row_to_the_other(p, k):
    found = sinusoidal.shift(p=p, k=k, n=128, dim=32, base=10000.0)
    rows = reference(128 + k, 32, 10000.0)
    for made, expected in ((found.start, rows[p]), (found.moved, rows[p + k]), (found.target, rows[p + k])):
        np.testing.assert_allclose(made.numpy(), expected, atol=2e-6)
    assert found.difference < 2e-6 and found.size == pytest.approx(4.0)
    torch.testing.assert_close(found.matrix @ found.matrix.T, torch.eye(32), atol=1e-6, rtol=0)


def test_the_difference_of_a_shift_is_measured_not_assumed(monkeypatch):
    right = sinusoidal.positions.sinusoidal_shift
    monkeypatch.setattr(sinusoidal.positions, "sinusoidal_shift", lambda k, dim, base: right(k + 1, dim, base=base))
    assert sinusoidal.shift(p=3, k=2, n=16, dim=8, base=100.0).difference > 0.1


def test_wavelengths_and_turns_by_hand():
    found = sinusoidal.wavelengths(dim=4, base=10000.0, length=100)
    np.testing.assert_allclose(found.wavelengths.numpy(), [2 * math.pi, 200 * math.pi], rtol=1e-6)
    np.testing.assert_allclose(found.turns.numpy(), [100 / (2 * math.pi), 100 / (200 * math.pi)], rtol=1e-6)
    assert found.incomplete == 1
