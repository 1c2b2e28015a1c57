"""The charts of cost hold their numbers."""

import numpy as np

from embviz.figures import lookup


def test_both_lines_are_there_on_logarithmic_axes():
    sizes, product, other = np.array([10.0, 100]), np.array([1e3, 1e4]), np.array([50.0, 50])
    for figure in (lookup.multiplications(sizes, product, other), lookup.bytes_held(sizes, product, other)):
        first, second = figure.data
        np.testing.assert_array_equal(np.asarray(first.y), product)
        np.testing.assert_array_equal(np.asarray(second.y), other)
        assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
        assert first.line.dash != second.line.dash
