"""The picture of a number of each row holds the numbers it was given."""

import base64

import numpy as np
import pytest

from embviz.figures import learned as figures

NAMES = ("learned", "sinusoidal", "random")


def numbers(values):
    """An array as a figure holds it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def made(*, log=True, **changes):
    values = np.full((3, 120), 0.5, np.float32)
    values[1] = 14
    values[0, [0, 50, 51, 119]] = (2.5, 0.8, 0.7, 0.9)
    values[0, 1:50] = 0.4
    given = {
        "names": NAMES,
        "medians": (0.5, 14.0, 0.5),
        "apart": (0, 50, 51, 119),
        "peaks": (0, 50, 119),
        "runs": ((1, 49, 0.4), (52, 118, 0.5), (60, 62, 0.5)),
        "measure": "length",
    }
    return values, figures.rows(values, log=log, **{**given, **changes})


def test_each_table_is_a_line_in_a_panel_of_its_own():
    values, figure = made()
    for line, row, axis in zip(figure.data[:3], values, ("x", "x2", "x3"), strict=True):
        np.testing.assert_array_equal(numbers(line.y), row)
        np.testing.assert_array_equal(numbers(line.x), np.arange(120))
        assert line.xaxis == axis
    domains = [figure.layout[name].domain for name in ("xaxis", "xaxis2", "xaxis3")]
    assert domains[0] == (0, 1) and domains[1][1] < domains[2][0]
    assert figure.layout.height == figures.HEIGHT


def test_rows_that_stand_apart_are_marked_and_the_peaks_named():
    _, figure = made()
    marks = figure.data[3]
    np.testing.assert_array_equal(numbers(marks.x), [0, 50, 51, 119])
    np.testing.assert_allclose(numbers(marks.y), [2.5, 0.8, 0.7, 0.9])
    words = [note.text for note in figure.layout.annotations]
    assert words == [
        "<b>learned</b>  median 0.500", "<b>sinusoidal</b>", "<b>random</b>",
        "row 0: 2.50", "row 50: 0.800", "row 119: 0.900",
        "rows 1\u201349<br>0.400", "rows 52\u2013118<br>0.500",
    ]  # fmt: skip
    sides = {note.text: note.xanchor for note in figure.layout.annotations}
    assert sides["row 0: 2.50"] == "left" and sides["row 119: 0.900"] == "right"


def test_logarithmic_axes_span_the_same_factor():
    _, figure = made()
    spans = [np.diff(figure.layout[name].range)[0] for name in ("yaxis", "yaxis2", "yaxis3")]
    assert spans == pytest.approx([spans[0]] * 3)
    for name, middle in (("yaxis", 0.5), ("yaxis2", 14), ("yaxis3", 0.5)):
        low, high = 10.0 ** np.array(figure.layout[name].range)
        assert low < middle < high and figure.layout[name].type == "log"
    assert figure.layout.yaxis2.ticktext == ("14.0",)
    notes = {note.text: note.y for note in figure.layout.annotations}
    assert notes["row 0: 2.50"] == pytest.approx(np.log10(2.5))  # Plotly takes the exponent for an annotation


def test_linear_axes_are_the_same_and_hold_every_number():
    values, figure = made(log=False, medians=(0.85, 0.97, -0.002))
    ranges = {tuple(figure.layout[name].range) for name in ("yaxis", "yaxis2", "yaxis3")}
    assert len(ranges) == 1 and figure.layout.yaxis.type == "linear"
    assert next(iter(ranges))[0] <= -0.2
    assert figure.layout.annotations[0].text == "<b>learned</b>  median 0.850"
    assert values.max() == 14


def test_nothing_apart_is_no_mark():
    _, figure = made(apart=(), peaks=(), runs=())
    assert len(numbers(figure.data[3].x)) == 0 and len(figure.layout.annotations) == 3


def test_round_numbers_are_one_two_and_five():
    assert figures.round_numbers(0.21, 2.9) == [0.5, 1, 2]
    assert figures.round_numbers(6, 90) == [10, 20, 50]
