"""The charts of cost hold their numbers, and none at all stands below a gap."""

import base64

import numpy as np
import pytest

from embviz.figures import lookup

SIZES = np.array([10.0, 1000.0, 200_000.0])


def numbers(values):
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def test_multiplications_of_all_ways_and_none_for_the_lookup():
    figure = lookup.multiplications(SIZES, SIZES * 64, np.full(3, 64.0), chosen=1000, count=64_000)
    product, sparse, none, mark = figure.data
    np.testing.assert_array_equal(numbers(product.y), SIZES * 64)
    np.testing.assert_array_equal(numbers(sparse.y), [64.0] * 3)
    np.testing.assert_allclose(numbers(none.y), [lookup.NONE] * 3, rtol=1e-6)
    assert "0 multiplications" in none.hovertemplate
    ticks = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert ticks[lookup.NONE] == "0" and ticks[1] == "1" and lookup.NONE < 1
    assert (mark.x[0], mark.y[0]) == (1000, 64_000)
    assert len({line.line.dash for line in (product, sparse, none)}) == 3


def test_bytes_of_the_product_its_one_hot_and_the_lookup():
    one_hot, lookup_bytes = SIZES * 4, np.full(3, 72.0)
    figure = lookup.bytes_read(SIZES, SIZES * 20, one_hot, lookup_bytes, chosen=200_000, count=4_000_000)
    for line, values in zip(figure.data, (SIZES * 20, one_hot, lookup_bytes), strict=False):
        np.testing.assert_array_equal(numbers(line.y), values)
    names = [note.text for note in figure.layout.annotations]
    assert names[:3] == ["one-hot + W", "one-hot alone", "lookup"] and "V = 200,000" in names
    low, high = figure.layout.yaxis.range
    assert low < np.log10(40) and high > np.log10(4_000_000)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


@pytest.mark.parametrize(
    ("value", "words"), [(84, "84 bytes"), (1000, "1 kB"), (66_176, "66.2 kB"), (108_800_000, "109 MB"), (2e9, "2 GB")]
)
def test_bytes_in_words(value, words):
    assert lookup.in_bytes(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (1.25, "1.25 s"), (0.0774, "77.4 ms"), (5.19e-6, "5.19 µs"), (1e-3, "1 ms")]
)
def test_seconds_in_words(value, words):
    assert lookup.seconds(value) == words


@pytest.mark.parametrize(("value", "words"), [(1.73, "1.7"), (9.96, "10"), (32_456, "32,000"), (12.4, "12")])
def test_ratios_to_two_digits(value, words):
    assert lookup.rounded(value) == words
