"""Selected points, as the browser tells them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embviz.ui.selection import unpacked


def mask(rows, points):
    bits = bytearray(-(-points // 8))
    for row in rows:
        bits[row >> 3] |= 1 << (row & 7)
    return base64.b64encode(bytes(bits)).decode()


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_a_mask_is_the_points_in_order(case):
    points, rows = case
    assert unpacked(mask(rows, points), points) == tuple(sorted(rows))


def test_nothing_is_an_empty_text():
    assert unpacked("", 5) == () and unpacked(mask((), 5), 5) == ()


@pytest.mark.parametrize(
    "sent", [None, 5, [], {}, "AA", "AA==" * 9, "////", "*A==", "AA\n=", "gA==", mask((3,), 9), mask((3,), 50_000)]
)
def test_anything_else_is_refused(sent):
    assert unpacked(sent, 7) is None


def test_a_mask_of_many_points_is_short():
    assert len(mask((), 50_000)) < 8_400
