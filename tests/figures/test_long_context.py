"""The pictures of long contexts hold the numbers they were given."""

import base64

import numpy as np
import pytest

from embviz.figures import long_context as figures

SCHEMES = tuple(figures.STYLES)
TURNS = np.array([650, 32, 0.9, 0.1], np.float32)
WAVES = np.array([[6.0, 128, 4500, 41000]] * 6, np.float32) * np.array([[1], [4], [2], [13], [3], [3.5]], np.float32)


def numbers(values):
    """An array as a figure holds it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def words(figure):
    return [note.text for note in figure.layout.annotations]


def test_wavelengths_hold_every_scheme_and_hollow_pairs():
    figure = figures.wavelengths(WAVES, TURNS, schemes=SCHEMES, chosen="YaRN", length=4096, reach=16384)
    for k, name in enumerate(SCHEMES):
        assert figure.data[k].name == name
        np.testing.assert_array_equal(numbers(figure.data[k].y), WAVES[k])
    assert len({(trace.line.color, trace.line.dash) for trace in figure.data[:6]}) == 6
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.marker.symbol for trace in marks] == ["circle", "circle-open"] * 2
    assert [numbers(trace.x).tolist() for trace in marks] == [[0, 1], [2, 3]] * 2
    np.testing.assert_array_equal(numbers(marks[3].y), WAVES[4, 2:])
    assert {"L = 4,096", "N = 16,384", "YaRN", "unchanged"} == set(words(figure))


def test_unchanged_is_marked_once_and_one_length_too():
    figure = figures.wavelengths(WAVES, TURNS, schemes=SCHEMES, chosen="unchanged", length=4096, reach=4096)
    assert len([trace for trace in figure.data if trace.mode == "markers"]) == 2
    assert words(figure) == ["unchanged", "L = 4,096"]


def test_every_scheme_is_named_beside_a_piece_of_its_line():
    ratios = WAVES / WAVES[0]
    figure = figures.stretch(ratios, schemes=SCHEMES, chosen="linear")
    assert sorted(words(figure)) == sorted(["<b>linear</b>", *(name for name in SCHEMES if name != "linear")])
    for k, name in enumerate(SCHEMES):
        np.testing.assert_allclose(numbers(figure.data[k].y), ratios[k])
        (note,) = [n for n in figure.layout.annotations if name in n.text and len(n.text.strip("</b>")) == len(name)]
        (piece,) = [s for s in figure.layout.shapes if s.line.color == figure.data[k].line.color]
        assert piece.line.dash == figure.data[k].line.dash and np.log10(piece.y0) == pytest.approx(note.y)


def test_names_of_lines_that_end_together_stand_apart():
    figure = figures.stretch(np.ones((6, 4), np.float32), schemes=SCHEMES, chosen="unchanged")
    places = sorted(note.y for note in figure.layout.annotations)
    assert len(places) == 6 and min(np.diff(places)) > 0


def test_slopes_tell_both_kinds_of_heads_apart():
    values = np.array([0.5, 0.25, 0.7, 0.3], np.float32)
    (trace,) = figures.slopes(values, head=3, added=2).data
    np.testing.assert_array_equal(numbers(trace.y), values)
    assert trace.marker.symbol == ("circle", "circle", "diamond-open", "diamond-open")
    assert trace.marker.size[2] == max(trace.marker.size) and trace.marker.size.count(max(trace.marker.size)) == 1


@pytest.mark.parametrize(("slope", "said"), [(0.125, "−0.125"), (0.5, "−0.50"), (0.00390625, "−0.004")])
def test_a_bias_prints_its_numbers_and_hatches_the_future(slope, said):
    at = np.arange(6)
    matrix = np.where(at[:, None] >= at, -slope * (at[:, None] - at), np.nan).astype(np.float32)
    cells, printed, hatch = figures.bias(matrix, limit=3.5, head=1).data
    assert np.isnan(np.asarray(cells.z)[0, 1]) and np.asarray(cells.z)[1, 0] == pytest.approx(-slope)
    assert len(printed.text) == 21 and said in printed.text and printed.text[0] == "0"
    across = [x for x in numbers(hatch.x) if x is not None]
    down = [y for y in numbers(hatch.y) if y is not None]
    assert len(across) == 15 * 3 * 2 and all(x > y for x, y in zip(across, down, strict=True))


def heads_of(count, n=300):
    distances = np.unique(np.geomspace(1, n, 60).round())
    slopes = 2.0 ** -np.arange(1, count + 1)[:, None]
    return np.exp(-slopes * distances) * slopes, distances, (0.69 / slopes[:, 0]).round()


def test_weights_show_the_chosen_head_and_where_half_lies():
    values, distances, half = heads_of(4)
    figure = figures.weights(values, distances, half, head=3, added=1, length=100, reach=300)
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert len(lines) == 4 and lines[-1].line.width > lines[0].line.width
    np.testing.assert_allclose(numbers(lines[-1].y), values[2][values[2] >= figures.FLOOR / 3].astype(np.float32))
    assert [line.line.dash != "solid" for line in lines] == [False, False, True, False]
    points = [trace for trace in figure.data if trace.mode == "markers"]
    assert [numbers(point.x)[0] for point in points] == [h for h in half if h >= 1]
    assert [point.marker.symbol for point in points].count("circle") == 1
    assert {"L = 100", "N", "<b>3</b>"} <= set(words(figure))


def test_many_heads_are_drawn_in_part_with_the_chosen_one():
    assert figures.drawn_heads(16, 5) == list(range(16))
    drawn = figures.drawn_heads(64, 6)
    assert {0, 5, 63} <= set(drawn) and len(drawn) <= figures.HEADS_DRAWN + 1


def test_xpos_holds_factors_and_scores():
    distances = np.array([1, 10, 100, 1000], np.float32)
    factors = np.array([[1, 0.9, 0.3, 0], [1, 1, 0.95, 0.8]], np.float32)
    figure = figures.decays(factors, distances, pairs=(0, 63), length=100, reach=1000)
    for trace, row in zip(figure.data, factors, strict=True):
        np.testing.assert_array_equal(numbers(trace.y), row)
    assert words(figure) == ["pair 0", "63", "L = 100"]
    plain, decayed = np.array([0.9, 0.5, 0.3, -0.2], np.float32), np.array([0.9, 0.5, 0.1, 0.0], np.float32)
    figure = figures.scores(plain, decayed, distances, length=100, reach=1000)
    np.testing.assert_array_equal(numbers(figure.data[0].y), plain)
    np.testing.assert_array_equal(numbers(figure.data[1].y), decayed)
    assert words(figure) == ["rotary alone", "with xPos", "L = 100"]


def test_a_stretched_table_holds_three_lines_and_the_row_told():
    before, after = np.full(9, 0.8, np.float32), np.full(19, 0.95, np.float32)
    same = np.linspace(1, 0.1, 10).astype(np.float32)
    figure = figures.stretched(np.linspace(0, 8.5, 19), before, after, same, told=4)
    for trace, values in zip(figure.data, (after, before, same), strict=False):
        np.testing.assert_array_equal(numbers(trace.y), values)
    assert numbers(figure.data[3].x).tolist() == [4] and numbers(figure.data[3].y)[0] == pytest.approx(same[4])


@pytest.mark.parametrize(("value", "said"), [(100_000, "100,000"), (1_000_000, "1M"), (1, "1")])
def test_counts_on_an_axis_are_words(value, said):
    figure = figures.decays(
        np.ones((1, 2), np.float32), np.array([1, 4e6], np.float32), pairs=(0,), length=100, reach=4_000_000
    )
    ticks = dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True))
    assert ticks[value] == said
