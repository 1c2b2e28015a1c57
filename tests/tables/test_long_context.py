"""A stretched table of positions, against numpy's interpolation."""

import numpy as np
import pytest

from embviz import tables
from embviz.tables import long_context


def cosines(a, b):
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


@pytest.mark.parametrize("factor", [1, 3, 4])
def test_stretched_rows_are_interpolated_ones(factor):
    found = long_context.stretched(factor=factor)
    old = tables.load("minilm").positions.double().numpy()
    at = np.linspace(0, 511, 512 * factor)
    new = np.stack([np.interp(at, np.arange(512), column) for column in old.T], axis=1)
    assert (found.rows, found.new_rows) == (512, 512 * factor)
    np.testing.assert_allclose(found.before.numpy(), cosines(old[:-1], old[1:]), atol=1e-5)
    np.testing.assert_allclose(found.after.numpy(), cosines(new[:-1], new[1:]), atol=1e-5)
    np.testing.assert_allclose(found.places.numpy(), at[:-1], atol=1e-3)
    np.testing.assert_allclose(found.same.numpy(), cosines(old, new[:512]), atol=1e-5)
    assert found.mean_after == pytest.approx(cosines(new[:-1], new[1:]).mean(), abs=1e-5)
    assert found.told_same == pytest.approx(cosines(old, new[:512])[found.told], abs=1e-5)


def test_stretching_by_one_changes_nothing():
    found = long_context.stretched(factor=1)
    assert found.same.min().item() == pytest.approx(1, abs=1e-5) and found.mean_after == found.mean_before


def test_a_long_table_is_drawn_in_part():
    found = long_context.stretched(factor=32)
    assert found.new_rows == 16384 and len(found.after) == len(found.places) == long_context.SHOWN
    assert found.places[-1].item() == pytest.approx(511, abs=0.1)


@pytest.mark.parametrize("factor", [0, -1, 1.5])
def test_a_bad_factor_is_named(factor):
    with pytest.raises(ValueError, match="factor is"):
        long_context.stretched(factor=factor)
