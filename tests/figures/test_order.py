import numpy as np
import pytest

from embviz.figures import order as figures

TOKENS = ["the", "lion", "photosynthesis", "<b>"]
ROWS = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (4.77e-7, "5e−07"), (9.9e-5, "1e−04"), (0.00012, "0.00012"), (0.4312, "0.43"), (12.3, "12")],
)
def test_small_numbers_in_words(value, said):
    assert figures.small(value) == said


def test_rows_and_their_mean():
    figure = figures.outputs(ROWS, TOKENS, name="A", limit=1.3)
    cells = figure.data[0]
    z = np.asarray(cells.z)
    assert np.array_equal(z[:4], ROWS) and np.isnan(z[4]).all() and np.allclose(z[5], ROWS.mean(0))
    assert (cells.zmin, cells.zmax) == (-1.3, 1.3) and figure.layout.height == figures.HEIGHT
    assert list(figure.layout.yaxis.ticktext) == ["the", "lion", "photos…", "&lt;b>", "", "<b>mean</b>"]
    assert list(figure.layout.yaxis.tickvals) == list(range(6))
    assert "put back" in figures.outputs(ROWS, TOKENS, name="B", limit=1.3).layout.xaxis.title.text


def test_the_difference_of_each_row_stands_at_its_row():
    values = np.array([4e-7, 0, 2.1, 0.3, 1e-7])
    figure = figures.apart(values, TOKENS)
    dots = figure.data[1]
    assert np.allclose(dots.x, [4e-7, figures.FLOOR, 2.1, 0.3, 1e-7]) and list(dots.y) == [0, 1, 2, 3, 5]
    assert [text.strip(" <b>/") for text in dots.text] == ["4e−07", "0", "2.1", "0.3", "1e−07"]
    assert figure.layout.xaxis.type == "log" and list(figure.layout.yaxis.range) == [5.5, -0.5]
    assert list(figure.layout.yaxis.tickvals) == [0, 1, 2, 3, 5]
    assert figure.layout.yaxis.ticktext[-1] == "<b>mean</b>"


def test_every_kind_has_two_lanes_and_the_chosen_one_a_ring():
    kinds = ("none", "sinusoidal", "learned", "rotary", "alibi")
    values = np.array([[5e-7, 3.3], [2.1, 3.8], [2.2, 5.8], [2.7, 3.4], [0.92, 3.5]])
    figure = figures.every_kind(values, kinds, chosen=(4, 1))
    dots = [trace for trace in figure.data if trace.text is not None]
    assert [trace.marker.symbol for trace in dots] == ["circle", "square"]
    for column, trace in enumerate(dots):
        assert np.allclose(trace.x, values[:, column])
        assert np.allclose(trace.y, np.arange(5) + (column - 0.5) * 2 * figures.LANE)
    ring = figure.data[-1]
    assert list(ring.x) == [3.5] and ring.y[0] == pytest.approx(4 + figures.LANE)
    labels = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert labels[4 - figures.LANE] == "<b>ALiBi</b>" and labels[4 + figures.LANE] == "+ mask"


def test_the_band_of_float_error_ends_where_it_says():
    (band,) = [shape for shape in figures.apart(np.ones(5), TOKENS).layout.shapes if shape.type == "rect"]
    assert band.x1 == figures.FLOAT_ERROR
