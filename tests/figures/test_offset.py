"""The pictures of variances hold the numbers that they were given."""

import base64

import numpy as np
import pytest

from embviz.figures import offset


def numbers(values):
    """An array as a figure holds it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


WIDTHS = np.array([8, 16, 32, 64, 128, 256, 512, 1024], np.float32)


def test_each_part_has_its_line_and_its_shape():
    parts = {"tokens": WIDTHS, "position": np.full(8, 0.5), "total": WIDTHS + 0.5}
    figure = offset.spread(WIDTHS, **parts)
    lines = {trace.name: trace for trace in figure.data}
    assert list(lines) == ["sum <i>x</i>", "position <i>P</i>", "token <i>W</i>"]
    for line, part in zip(figure.data, ("total", "position", "tokens"), strict=True):
        np.testing.assert_allclose(numbers(line.x), WIDTHS)
        np.testing.assert_allclose(numbers(line.y), parts[part], rtol=1e-6)
    assert len({line.marker.symbol for line in figure.data}) == 3
    assert lines["position <i>P</i>"].line.dash != "solid" == lines["token <i>W</i>"].line.dash
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_the_scale_is_the_same_for_every_choice():
    small, large = (
        offset.spread(WIDTHS, tokens=np.full(8, v), position=np.full(8, v), total=np.full(8, v)) for v in (4e-4, 1e3)
    )
    assert small.layout.yaxis.range == large.layout.yaxis.range
    low, high = small.layout.yaxis.range
    assert low < np.log10(4e-4) and np.log10(1024.5) < high


@pytest.mark.parametrize("ends", [(0.84, 0.43, 0.41), (0.43, 0.43, 4e-4), (1000, 0.4, 999)])
def test_names_stand_apart_near_the_ends_of_their_lines(ends):
    total, position, tokens = (np.full(8, end) for end in ends)
    figure = offset.spread(WIDTHS, tokens=tokens, position=position, total=total)
    places = [note.y for note in figure.layout.annotations]
    assert [note.text for note in figure.layout.annotations] == ["sum <i>x</i>", "position <i>P</i>", "token <i>W</i>"]
    assert np.diff(np.sort(places)).min() > 0.39
    assert np.abs(np.array(places) - np.log10(ends)).max() < 0.6
    assert (np.argsort(places, kind="stable") == np.argsort(ends, kind="stable")).all()


def test_every_combination_has_both_ratios_and_the_chosen_one_a_frame():
    figure = offset.levels(["a", "b", "c"], tokens=np.array([1, 128, 2]), total=np.array([1.5, 3, 4]), chosen=1)
    tokens, total = figure.data
    assert numbers(tokens.x).tolist() == [1, 128, 2] and numbers(total.x).tolist() == [1.5, 3, 4]
    assert tokens.text[1].endswith(" 128") and total.text[0].endswith(" 1.5")
    assert tokens.marker.symbol != total.marker.symbol
    (frame,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert frame.y0 < 1 < frame.y1 and frame.y0 > 0.5 and frame.y1 < 1.5
    inside = [y for trace in figure.data for y in numbers(trace.y) if frame.y0 < y < frame.y1]
    assert len(inside) == 2
    assert figure.layout.yaxis.ticktext == ("a", "<b>b</b>", "c")
