"""The chart of used and unused rows holds the numbers that it was given."""

import numpy as np
import pytest

from embviz.figures import gradients as figures

NAMES = ("SGD", "SGD, sparse", "AdamW + decay")
LABELS = {"with_gradient": "with", "without_gradient": "without", "unused": "never"}


def kinds(without):
    return {
        "with_gradient": np.array([0.1, 0.02, 0.3]),
        "without_gradient": np.array(without, float),
        "unused": np.array([0.0, 0.0, 1.5]),
    }


def test_zero_has_a_place_of_its_own_and_the_rest_is_logarithmic():
    placed = figures.place(np.array([0.0, 1e-9, 1e-4, 0.01, 1.0, np.nan]))
    assert placed[:5] == pytest.approx([figures.ZERO, figures.FLOOR, -4, -2, 0]) and np.isnan(placed[5])
    assert figures.ZERO < figures.FLOOR


def test_each_kind_has_its_shape_and_stands_at_its_length():
    given = kinds([0.0, 0.0, 0.9])
    figure = figures.used_and_unused(given, NAMES, LABELS)
    dots = {trace.name: trace for trace in figure.data if trace.mode == "markers+text"}
    assert set(dots) == set(LABELS.values())
    assert len({trace.marker.symbol for trace in dots.values()}) == 3
    for kind, values in given.items():
        trace = dots[LABELS[kind]]
        assert np.asarray(trace.x) == pytest.approx(figures.place(values))
        assert np.asarray(trace.y) == pytest.approx(np.arange(3) + figures.KINDS[kind][2])
        for text, value in zip(trace.text, values, strict=True):
            assert text.strip(" <b>/") == (f"{value:.2g}" if value else "")
    assert figure.layout.height == figures.HEIGHT
    assert list(figure.layout.yaxis.ticktext) == ["SGD", "sparse", "AdamW + decay"]
    ticks = dict(zip(figure.layout.xaxis.ticktext, figure.layout.xaxis.tickvals, strict=True))
    assert (ticks["0"], ticks["0.001"], ticks["1"]) == (figures.ZERO, -3, 0)


def test_a_kind_without_numbers_is_left_out_of_marks_and_key():
    figure = figures.used_and_unused(kinds([np.nan] * 3), NAMES, LABELS)
    assert "without" not in {trace.name for trace in figure.data}
    (key,) = [note.text for note in figure.layout.annotations]
    assert "◆" in key and "●" in key and "◇" not in key
