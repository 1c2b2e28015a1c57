"""The picture of decay holds the curves it was given."""

import base64

import numpy as np

from embviz.figures import rotary as figures


def numbers(values):
    """An array as a figure holds it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def test_three_curves_and_a_band():
    rng = np.random.default_rng(0)
    constant, mean, bound = rng.random((3, 50), np.float32)
    low, high = mean - 2, mean + 0.5
    figure = figures.decay(constant, mean, low, high, bound)
    lines = {trace.name: trace for trace in figure.data if trace.name}
    assert set(lines) == {note.text for note in figure.layout.annotations} and len(lines) == 3
    for name, curve in (("constant q = k", constant), ("RoFormer’s bound", bound), ("random q, k: 90 %", mean)):
        np.testing.assert_array_equal(numbers(lines[name].y), curve)
        np.testing.assert_array_equal(numbers(lines[name].x), np.arange(50, dtype=np.float32))
    (band,) = [trace for trace in figure.data if trace.fill == "toself"]
    np.testing.assert_array_equal(numbers(band.y), np.concatenate([high, low[::-1]]))
    assert len({trace.line.dash for trace in lines.values()}) == 3
    bottom, top = figure.layout.yaxis.range
    assert bottom < low.min() and top > max(1, high.max())
    assert figure.layout.height == figures.HEIGHT and figure.layout.width is None
