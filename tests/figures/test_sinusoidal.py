"""The pictures of the sinusoidal table hold the numbers they were given."""

import base64

import numpy as np
import pytest

from embviz.figures import sinusoidal as figures
from embviz.figures.chart import signed
from embviz.figures.curves import Curve, Mark, curves
from embviz.figures.matrix import share_matrix, signed_matrix, similarity_matrix


def numbers(values):
    """An array as a figure holds it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def test_waves_are_solid_for_sines_and_dashed_for_cosines():
    columns = np.stack([np.sin(np.arange(9)), np.cos(np.arange(9))]).astype(np.float32)
    figure = figures.waves(columns, dims=(0, 1), width=4, layout="interleaved")
    sine, cosine = figure.data
    np.testing.assert_array_equal(numbers(sine.y), columns[0])
    np.testing.assert_array_equal(numbers(cosine.y), columns[1])
    assert sine.line.dash == "solid" and cosine.line.dash != "solid"
    assert [note.text for note in figure.layout.annotations] == ["PE[p, 0]  sin", "PE[p, 1]  cos"]


@pytest.mark.parametrize(
    ("j", "layout", "sine"),
    [(0, "interleaved", True), (1, "interleaved", False), (1, "concatenated", True), (2, "concatenated", False)],
)
def test_which_columns_are_sines(j, layout, sine):
    assert figures.is_sine(j, 4, layout) is sine


def test_the_first_rise_is_marked_where_it_is():
    closed = np.array([1, 0.5, 0.2, 0.4], np.float32)
    figure = figures.distance(closed, 3)
    (mark,) = [trace for trace in figure.data if trace.mode == "markers"]
    assert numbers(mark.x).tolist() == [3] and numbers(mark.y).tolist() == pytest.approx([0.4])
    assert not [trace for trace in figures.distance(closed, None).data if trace.mode == "markers"]


def test_pairs_that_never_turn_are_hollow():
    figure = figures.wavelengths(np.array([6.28, 60.0, 600.0]), 100)
    whole, hollow = [trace for trace in figure.data if trace.mode == "markers"]
    assert whole.marker.symbol == "circle" and numbers(whole.x).tolist() == [0, 1]
    assert hollow.marker.symbol == "circle-open" and numbers(hollow.x).tolist() == [2]


def test_the_shift_matrix_shows_its_first_columns():
    figure = figures.shift_matrix(np.eye(100, dtype=np.float32), 5)
    assert np.asarray(figure.data[0].z).shape == (figures.SHIFT_SHOWN, figures.SHIFT_SHOWN)


@pytest.mark.parametrize("builder", [similarity_matrix, share_matrix, lambda v, **o: signed_matrix(v, limit=2.0, **o)])
def test_small_matrices_print_their_numbers(builder):
    values = np.array([[1.0, -0.25], [0.5, np.nan]], np.float32)
    figure = builder(values, height=300, x="x", y="y", name="m", columns=["a", "b"], rows=["c", "d"])
    heat, words = figure.data
    np.testing.assert_array_equal(np.asarray(heat.z), values)
    assert list(words.text) == ["1", "\u22120.25", "0.5"]  # what is missing prints nothing
    assert len(builder(np.zeros((13, 13)), height=300, x="x", y="y", name="m").data) == 1


def test_a_signed_scale_is_symmetric_and_empty_at_zero():
    figure = signed_matrix(np.zeros((20, 20)), limit=3.0, height=300, x="x", y="y", name="m")
    (heat,) = figure.data
    assert (heat.zmin, heat.zmax) == (-3.0, 3.0)
    assert [stop for stop, colour in heat.colorscale if colour.endswith(",0.0)")] == [0.5, 0.5]


def test_names_at_the_ends_stand_apart_in_the_order_of_the_ends():
    at = np.arange(3)
    lines = [
        Curve(at, np.full(3, y), name, "value") for name, y in (("a", 0.500), ("b", 0.501), ("c", 1.0), ("d", 0.0))
    ]
    figure = curves(lines, height=300, x="x", y="y")
    places = {note.text: note.y for note in figure.layout.annotations}
    gap = 20 / (300 - 62)  # a line of text, of a range of 1
    assert places["b"] - places["a"] >= gap * 0.99
    assert places["d"] < places["a"] < places["b"] < places["c"]


def test_a_band_and_a_mark_stand_where_they_should():
    at = np.arange(4.0)
    figure = curves(
        [Curve(at, at, "m", "value", low=at - 1, high=at + 1)], height=300, x="x", y="y", marks=[Mark(2, 2, "here")]
    )
    band = figure.data[0]
    assert band.fill == "toself" and numbers(band.y).tolist() == [1, 2, 3, 4, 2, 1, 0, -1]
    assert "here" in [note.text for note in figure.layout.annotations]


def test_numbers_have_a_minus_of_their_own():
    assert signed(-1.2345) == "\u22121.23" and signed(0.5) == "0.5"
