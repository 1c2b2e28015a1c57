"""The pictures hold the numbers that they were given."""

import numpy as np

from embviz.figures import similarity as figures

CHOSEN = np.array([[9.0, 0.9, 5.0], [8.0, 0.7, 6.0]], np.float32)
LEFT = np.array([[7.0, 0.8, 4.0]], np.float32)
SAMPLE = np.array([[k / 10, k / 100 - 0.2, 3 + k / 20] for k in range(50)], np.float32)
GIVEN = {"tokens": ("a<b>", "cat"), "left_tokens": ("dog",), "metric": "dot", "other": "cosine"}


def test_each_lane_holds_its_density_and_its_mean():
    middles = np.linspace(-0.95, 0.95, 20)
    densities = np.stack([np.full(20, 0.5), np.full(20, 0.25), np.full(20, 1.0)])
    points = np.linspace(-1, 1, 11)
    figure = figures.random_pairs(
        middles,
        densities,
        points,
        np.full(11, 0.5),
        names=("raw", "centred", "standardised"),
        means=(0.5, -0.25, 0.0),
        outside=(0.94, 0.5, 0.05),
        high=0.28,
        words=("random", "mean {}", "{} % outside"),
    )
    lanes = {trace.name: trace for trace in figure.data if trace.name}
    for k, name in enumerate(("raw", "centred", "standardised")):
        np.testing.assert_allclose(np.asarray(lanes[name].customdata).ravel(), densities[k])
        np.testing.assert_allclose(np.asarray(lanes[name].y), 2 - k + densities[k] / 1.1, rtol=1e-6)
    said = " ".join(note.text for note in figure.layout.annotations)
    for part in ("mean 0.500", "mean \u22120.250", "mean 0.000", "94 % outside", "5 % outside", "random"):
        assert part in said
    (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (band.x0, band.x1) == (-0.28, 0.28)
    assert figure.layout.height == figures.HEIGHT and figure.layout.width is None


def test_rows_by_length_are_where_their_numbers_are():
    edge = (np.linspace(3, 7, 9), 8.0 / (2 * np.linspace(3, 7, 9)))
    figure = figures.by_length(CHOSEN, LEFT, SAMPLE, edge, word="<i>", length=5.5, **GIVEN)
    kinds = {trace.name: trace for trace in figure.data if trace.name}
    full, only = kinds["among the nearest by dot product"], kinds["nearest by cosine only"]
    np.testing.assert_array_equal(np.stack([full.x, full.y], axis=1), CHOSEN[:, [2, 1]])
    np.testing.assert_array_equal(np.stack([only.x, only.y], axis=1), LEFT[:, [2, 1]])
    assert full.marker.symbol != only.marker.symbol
    assert "a&lt;b&gt;" in full.text[0] and "dot product 9" in full.text[0]
    (dashed,) = [trace for trace in figure.data if trace.mode == "lines"]
    np.testing.assert_allclose(np.asarray(dashed.y), edge[1], rtol=1e-6)
    said = [note.text for note in figure.layout.annotations]
    assert "length of “&lt;i&gt;”: 5.50" in said and "dot product 8" in said
    low, high = figure.layout.xaxis.range
    assert low < 4 and high > 6


def test_rows_by_number_are_where_their_numbers_are():
    figure = figures.by_row(CHOSEN, LEFT, SAMPLE, ((3, 99), (999,), tuple(range(50))), **GIVEN)
    kinds = {trace.name: trace for trace in figure.data if trace.name}
    full = kinds["among the nearest by dot product"]
    np.testing.assert_array_equal(np.asarray(full.x), [4, 100])
    np.testing.assert_array_equal(np.asarray(full.y), [9, 8])
    assert figure.layout.xaxis.type == "log" and list(figure.layout.xaxis.ticktext)[:2] == ["0", "10"]
    assert any(shape.y0 == shape.y1 == 8 for shape in figure.layout.shapes)


def test_nothing_left_out_is_no_error():
    none = np.zeros((0, 3), np.float32)
    given = GIVEN | {"left_tokens": ()}
    edge = (np.linspace(3, 7, 9), np.full(9, 0.7))
    assert figures.by_length(CHOSEN, none, SAMPLE, edge, word="x", length=4.0, **given).data
    assert figures.by_row(CHOSEN, none, SAMPLE, ((3, 99), (), tuple(range(50))), **given).data


def test_no_two_names_lie_on_each_other():
    crowd = np.array([[1.0, 0.5 + k / 1000, 5 + k / 1000] for k in range(30)], np.float32)
    tokens = tuple(f"word{k}" for k in range(30))
    edge = (np.linspace(3, 7, 9), np.full(9, 0.4))
    figure = figures.by_length(
        crowd, LEFT, SAMPLE, edge, word="x", length=4.0, **GIVEN | {"tokens": tokens, "left_tokens": ("dog",)}
    )
    names = figure.data[-1]
    assert 0 < len(names.text) <= figures.LABELLED and "dog" in names.text


def test_numbers_with_decimals():
    assert figures.two(-0.001) == "0.00" and figures.two(-0.126) == "\u22120.13" and figures.three(1) == "1.000"
    assert figures.plain("a" * 20) == "a" * 13 + "…" and figures.plain("<b>&") == "&lt;b&gt;&amp;"
