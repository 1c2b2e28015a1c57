import numpy as np
import pytest

from embviz.figures import analogies as figures
from embviz.figures.chart import MARK

SCORES = np.array([0.9, 0.5, -0.25], np.float32)


def drawn(figure, mode):
    return [trace for trace in figure.data if trace.type == "scatter" and trace.mode == mode]


def texts(figure):
    return {text.replace("<b>", "").replace("</b>", "") for trace in figure.data for text in (trace.text or ())}


def test_a_ranking_holds_its_words_scores_places_and_letters():
    columns = [figures.Ranking("in", ["king", "a<b", "c"], SCORES, ["b", "", ""])]
    columns.append(figures.Ranking("out", ["queen", "king", "electroencephalograph"], SCORES / 2, ["", "b", ""]))
    figure = figures.rankings(columns, chosen="king")
    one, two = [trace for trace in figure.data if trace.type == "bar"]
    assert np.allclose(one.x, figures.BAR_END * np.array([0.9, 0.5, 0])) and one.base == 0
    assert np.allclose(two.x, figures.BAR_END * np.array([0.45, 0.25, 0])) and two.base == 1 + figures.GAP
    assert {"in", "out", "king", "a&lt;b", "queen", "0.900", "\u22120.250", "0.450", "electroence…"} <= texts(figure)
    rings = drawn(figure, "markers+text")
    assert [list(ring.y) for ring in rings] == [[0], [1]] and rings[0].text == ("<b>b</b>",)
    outlines = figure.layout.shapes  # where king stands: first on the left, second on the right
    assert [(shape.x0, (shape.y0 + shape.y1) / 2) for shape in outlines] == [(0, 0), (1 + figures.GAP, 1)]
    assert figure.layout.height == figures.HEIGHT and figure.layout.barmode == "overlay"
    places = [trace.text for trace in drawn(figure, "text") if trace.text[0] in ("", "1")]
    assert places == [("", "2", "3"), ("1", "", "3")]


def test_bars_of_scores_above_one_keep_their_proportion():
    figure = figures.rankings([figures.Ranking("x", ["p", "q", "r"], 2 * SCORES, ["", "", ""])], chosen="p", full=1.8)
    assert np.allclose(figure.data[0].x, figures.BAR_END * np.array([1, 5 / 9, 0]))


def test_the_parallelogram_has_its_points_and_arrows():
    points = np.array([[0, 0], [2, 0], [0, 1], [2, 1], [1.5, 0.8]])
    figure = figures.parallelogram(points, ["man", "king", "woman", "queen"])
    arrows = drawn(figure, "lines+markers")
    ends = [tuple(zip(arrow.x, arrow.y, strict=True)) for arrow in arrows]
    assert ends[:2] == [((0, 0), (2, 0)), ((0, 1), (2, 1))] and {a.marker.symbol for a in arrows[:2]} == {"arrow"}
    assert ends[2:4] == [((0, 0), (0, 1)), ((2, 0), (2, 1))]
    assert {a.marker.symbol for a in arrows[2:4]} == {"arrow-open"} and arrows[2].line.dash != "solid"
    assert ends[4] == ((0, 1), (1.5, 0.8)) and arrows[4].line.color == MARK["highlight"]
    dots = drawn(figure, "markers+text")
    assert [(dot.x[0], dot.y[0]) for dot in dots] == [tuple(point) for point in points]
    assert [dot.text[0] for dot in dots][3:] == ["king − man + woman", "<b>queen</b>"]
    assert figure.layout.yaxis.scaleanchor == "x" and figure.layout.yaxis.scaleratio == 1


@pytest.mark.parametrize("seed", range(8))
def test_labels_lie_on_no_other_label(seed):
    a, b, c, off = np.random.default_rng(seed).uniform(-1, 1, (4, 2))
    points = np.stack([a, b, c, b - a + c, b - a + c + off])
    labels = ["paris (a)", "france (b)", "tokyo (c)", "france − paris + tokyo", "japan"]
    low, extent = points.min(0), np.ptp(points, axis=0)
    width, height = figures.SCREENS[0]
    scale = min(width / (extent[0] + 0.26 * extent.max()), height / (extent[1] + 0.26 * extent.max()))
    at = np.array([width, height]) / 2 + (points - low - extent / 2) * scale
    boxes = []
    for place, way, label in zip(at, figures._label_places(points, labels), labels, strict=True):
        box = figures._box(place, way, np.array([8.2 * len(label), 20.0]))
        assert all(figures._overlap(box, other) < 40 for other in boxes), label
        boxes.append(box)


def test_scores_stand_in_per_cent_of_what_could_be_asked():
    row = {"name": "family", "questions": 50, "answered": 40, "correct": 30, "with_inputs": 10, "nearest": 4}
    empty = {"name": "currency", "questions": 5, "answered": 0, "correct": 0, "with_inputs": 0, "nearest": 0}
    total = row | {"name": "total", "questions": 55}
    pairs = [{"name": "SimLex-999", "pairs": 999, "found": 333, "rho": -0.3}]
    made = {"table": "glove", "sections": [row, empty, total], "pairs": pairs}
    names = {"family": "family", "currency": "currency", "total": "all sections"}
    figure = figures.scores(made, names, chosen=True)
    sections, ratings = [trace for trace in figure.data if trace.type == "bar"]
    assert np.allclose(sections.x, figures.BARS * np.array([75, 0, 75])) and list(ratings.x) == [0]
    columns = [trace.text for trace in drawn(figure, "text") if len(trace.text) == 3][1:]
    assert columns[0] == ("<b>75</b>", "<b>–</b>", "<b>75</b>")
    assert columns[1:] == [("25", "–", "25"), ("10", "–", "10"), ("80", "0", "73")]
    assert {"glove", "SimLex-999", "\u22120.30", "33", "all sections"} <= texts(figure)
    assert "30 right" in sections.customdata[0] and "40 of 50" in sections.customdata[0]
    assert len(figure.layout.shapes) == 2 and len(figures.scores(made, names, chosen=False).layout.shapes) == 1
