"""The chart of variances holds the numbers that it was given."""

import numpy as np

from embviz.figures import offset


def test_the_chosen_combination_stands_out():
    widths = np.array([8, 16])
    tokens = {"a": np.array([1.0, 1.0]), "a × √d": np.array([8.0, 16.0])}
    figure = offset.spread(widths, tokens, np.array([0.5, 0.5]), np.array([8.5, 16.5]), "a × √d")
    lines = {trace.name: trace for trace in figure.data}
    assert set(lines) == {"a", "position part", "token part: a × √d", "sum x"}
    np.testing.assert_array_equal(np.asarray(lines["token part: a × √d"].y), [8, 16])
    np.testing.assert_array_equal(np.asarray(lines["sum x"].y), [8.5, 16.5])
    assert lines["token part: a × √d"].line.width > lines["a"].line.width
    assert len({trace.line.dash for trace in figure.data}) == 4
    assert list(figure.layout.xaxis.ticktext) == ["8", "16"]
