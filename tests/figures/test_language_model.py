"""The figures of the language-model lesson hold the numbers that they were given."""

import numpy as np
import pytest

from embviz.figures import language_model as figures

STEPS = np.array([0, 10, 50, 100], np.float32)
SERIES = np.array([[4.4, 3.0, 2.5, 2.0], [4.4, 3.1, 2.8, 2.4]], np.float32)


def named(figure):
    return [trace for trace in figure.data if trace.name]


def notes(figure):
    return [annotation.text for annotation in figure.layout.annotations]


def test_losses_hold_the_curves_and_name_them_by_the_end():
    figure = figures.losses(STEPS, SERIES, np.array([2.01, 2.41]), names=("rotary", "alibi"), first=0, unit="character")
    for trace, line in zip(named(figure), SERIES, strict=True):
        assert np.array_equal(trace.y, line) and np.array_equal(trace.x, STEPS)
    assert notes(figure) == ["◆ rotary  2.010", "▲ ALiBi  2.410"]
    symbols = {trace.marker.symbol for trace in named(figure)}
    assert len(symbols) == 2
    later = figures.losses(STEPS, SERIES, np.array([2.01, 2.41]), names=("rotary", "alibi"), first=50, unit="piece")
    assert all(np.array_equal(trace.x, [50, 100]) for trace in named(later))
    assert "piece" in later.layout.yaxis.title.text


def test_every_line_has_a_mark_of_its_own_in_its_picture():
    for names in (
        ("none", "learned", "sinusoidal", "rotary", "alibi"),
        ("tied", "untied"),
        ("characters", "pieces", "pieces, untied"),
    ):
        marks = [figures.STYLES[name][3] for name in names]
        assert len(set(marks)) == len(names)
        assert len({figures.STYLES[name][1] for name in names}) >= min(2, len(names))


def test_seeds_stand_at_their_kind_with_their_mean():
    values = np.array([[2.0, 2.2, 2.4], [1.0, np.nan, 1.2]], np.float32)
    figure = figures.seeds(values, kinds=("rotary", "alibi"))
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [np.round(trace.x).tolist() for trace in marks] == [[0, 0, 0], [1, 1, 1]]
    assert np.array_equal(marks[0].y, values[0])
    assert notes(figure) == ["2.200", "1.100"]
    means, spread = figures.means(("rotary", "alibi"), values)
    assert [kind for kind, _ in means] == ["alibi", "rotary"] and means[0][1] == pytest.approx(1.1, abs=1e-6)
    assert spread == pytest.approx(0.4, abs=1e-6)


def test_gradients_hold_shares_on_both_axes():
    shares = np.array([np.geomspace(0.4, 0.005, 10), np.geomspace(0.4, 0.0003, 10)], np.float32)
    met = np.geomspace(0.6, 6e-6, 10).astype(np.float32)
    for log in (True, False):
        figure = figures.gradients(shares, met, names=("tied", "untied"), log=log)
        assert [np.array_equal(trace.y, line) for trace, line in zip(named(figure), (met, *shares), strict=True)] == [
            True
        ] * 3
        assert figure.layout.yaxis.type == ("log" if log else "linear")
    ticks = figures.gradients(shares, met, names=("tied", "untied"), log=True).layout.yaxis
    assert ticks.ticktext[:4] == ("100%", "10%", "1%", "0.1%")
    assert np.allclose(ticks.tickvals[:4], [1, 0.1, 0.01, 0.001])


def test_touched_rows_are_shares_of_all():
    figure = figures.touched([5, 9], np.array([[1.0, 1.0], [0.7, 0.68]]), names=("tied", "untied"))
    assert notes(figure) == ["● tied  100%", "■ untied  68%"]


def test_a_run_as_it_goes_stands_beside_the_shipped_one_as_far_as_it_will_go():
    shipped = (np.array([0, 1000, 2000, 3000, 4000.0]), np.array([4.4, 3.0, 2.5, 2.2, 2.0]))
    empty = figures.live(shipped, [], [], end=1500, called="shipped", even=4.43, unit="character")
    (line,) = named(empty)
    assert np.array_equal(line.x, [0, 1, 2]) and notes(empty)[0] == "shipped  2.500"
    held, batches = [(0, 4.4), (500, 3.3)], [(0, 4.5), (500, 3.4)]
    figure = figures.live(shipped, held, batches, end=9e9, called="shipped", even=4.43, unit="character")
    lines = [trace for trace in figure.data if trace.mode and "lines" in trace.mode]
    assert [len(trace.x) for trace in lines] == [5, 2, 2]
    assert np.allclose(lines[1].y, [4.5, 3.4]) and np.allclose(lines[2].y, [4.4, 3.3])
    assert "yours  3.300" in notes(figure) and "ln V = 4.43" in notes(figure)


def test_what_is_kept_is_drawn_in_a_band_and_named_by_its_end():
    cosines = np.array([[[1, 0.5, 0.25], [1, 0.4, 0.1], [1, 0.6, 0.4]], [[1, 0.3, 0.125], [1, 0.2, 0], [1, 0.4, 0.2]]])
    figure = figures.kept(np.array([0, 10, 20]), cosines, names=("from glove", "at random"))
    bands, lines = figure.data[0::2], figure.data[1::2]
    for band, line, (mean, low, high) in zip(bands, lines, cosines, strict=True):
        np.testing.assert_allclose(line.y, mean, rtol=1e-6)
        np.testing.assert_allclose(band.y, [*high, *low[::-1]], rtol=1e-6)
    named = [note.text for note in figure.layout.annotations]
    assert named == ["● from glove  0.25", "■ at random  0.12"]
    assert lines[0].line.dash != lines[1].line.dash and lines[0].line.color != lines[1].line.color
