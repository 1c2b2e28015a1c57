"""Figures of the lesson on GloVe hold the numbers that they are given."""

import numpy as np
import pytest

from embviz.figures import glove


def test_the_matrix_of_counts_says_each_count_and_leaves_zero_empty():
    values = np.array([[2196.96, 0.2, 0.0], [0.2, 0.0, 12.4], [0.0, 12.4, 9.97]], np.float32)
    figure = glove.counts(values, ("the", "bread", "king"))
    heat, said = figure.data
    np.testing.assert_array_equal(heat.customdata, values)
    np.testing.assert_allclose(heat.z, np.log1p(10 * values))
    assert heat.z.min() == 0 and heat.colorscale[0][1].endswith(",0.000)")  # zero is the page
    assert list(said.text) == ["2197", "0.2", "", "0.2", "", "12", "", "12", "10"]
    assert heat.text[1][2] == "bread, king" and list(figure.layout.xaxis.ticktext) == ["the", "bread", "king"]


def test_ratios_stand_by_size_and_those_without_one_at_the_edge():
    ratio = np.array([0.5, np.inf, np.nan, 0.0, 20.0])
    given = np.full(5, 0.02)
    figure = glove.ratios(given, given / 2, ratio, a="king", b="man", probes=("p", "q", "r", "s", "t"))
    assert list(figure.layout.yaxis.ticktext) == ["q", "t", "r", "p", "s"]
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    at = [trace.x[0] for trace in marks]
    assert at == sorted(at, reverse=True) and at[1:4] == [20.0, 1.0, 0.5]
    said = {each.y: each for each in figure.layout.annotations if each.x == 0 and each.yref != "paper"}
    assert [said[row].text for row in range(5)] == ["\u221e", "20", "neither", "0.5", "0"]
    assert [said[row].xanchor for row in range(5)] == ["right"] * 3 + ["left"] * 2  # where no line is
    assert len({trace.marker.symbol for trace in marks}) == 5  # not by colour alone
    low, high = figure.layout.xaxis.range
    assert low < np.log10(at[-1]) and high > np.log10(at[0])
    assert any(shape.x0 == 1 for shape in figure.layout.shapes)
    assert sum(annotation.text == "2% : 1%" for annotation in figure.layout.annotations) == 5


@pytest.mark.parametrize(("value", "said"), [(0, "0"), (0.000312, "0.031%"), (0.0996, "10%"), (0.5, "50%")])
def test_a_share_is_short(value, said):
    assert glove.share(value) == said


def test_how_far_a_ratio_is_from_one():
    assert glove.distance(10) == glove.distance(0.1) == 1 and glove.distance(0) == glove.distance(np.inf) == np.inf


@pytest.mark.parametrize("alike", [True, False])
def test_the_weighting_and_what_lies_beneath_it(alike):
    x, edges = np.geomspace(0.1, 100, 5), np.geomspace(0.1, 100, 4)
    pairs = np.array([0.6, 0.3, 0.1])
    weight = pairs if alike else pairs[::-1]
    figure = glove.weights(x, x / 100, edges, pairs, weight, x_max=100)
    curve, all_pairs, all_weight = figure.data
    np.testing.assert_allclose(curve.y, x / 100)
    np.testing.assert_allclose(all_pairs.y[:-1], pairs, rtol=1e-6)
    np.testing.assert_allclose(all_weight.y[:-1], weight, rtol=1e-6)
    assert all_pairs.yaxis == "y2" and all_pairs.line.dash != all_weight.line.dash
    said = {annotation.text: annotation for annotation in figure.layout.annotations}
    assert {"60% of the pairs", "60% of the weight", "x_max = 100"} <= set(said)
    apart = said["60% of the pairs"].x != said["60% of the weight"].x or said["60% of the weight"].yshift >= 20
    assert apart


def test_coordinates_and_overlaps():
    values = np.array([[0.1, -0.3], [0.2, 0.4]])
    figure = glove.coordinates(values, words=("a", "b"), place=1, x="x", y="y", r=-0.5, turned=False)
    np.testing.assert_array_equal(np.stack([figure.data[1].x, figure.data[1].y], axis=1), values)
    assert figure.data[2].text == ("<b>b</b>",) and (figure.data[2].x[0], figure.data[2].y[0]) == (0.2, 0.4)
    assert figure.layout.annotations[0].text == "r = \u22120.50"
    figure = glove.overlaps(np.array([0.0, 1.0, 1.0, 0.7]), chance=0.04, k=10)
    assert list(figure.data[0].y) == [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2]
    assert [shape.x0 for shape in figure.layout.shapes] == pytest.approx([0.4, 6.75])
