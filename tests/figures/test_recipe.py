"""The pictures of the recipe's runs hold the numbers they were given."""

import base64

import numpy as np
import pytest

from embviz.figures import recipe as figures

LABELS = ("on", "off", "neither")
STEPS = np.array([0, 5, 20, 50, 100], np.float32)
VALUES = np.stack([6 - STEPS / 50 + k * 0.1 + seed * 0.01 for k in range(3) for seed in range(3)]).reshape(3, 3, 5)


def numbers(values):
    """An array as a figure holds it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def words(figure):
    return [note.text for note in figure.layout.annotations]


def test_curves_are_means_in_bands_from_least_to_most():
    figure = figures.by_step(STEPS, VALUES, labels=LABELS, x="step", y="loss")
    lines = [trace for trace in figure.data if trace.fill != "toself"]
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(lines) == len(bands) == 3 and words(figure) == list(LABELS)
    for k, (line, band) in enumerate(zip(lines, bands, strict=True)):
        np.testing.assert_allclose(numbers(line.y), VALUES[k].mean(axis=0), rtol=1e-6)
        np.testing.assert_allclose(numbers(band.y)[:5], VALUES[k].max(axis=0), rtol=1e-6)
        np.testing.assert_allclose(numbers(band.y)[5:], VALUES[k].min(axis=0)[::-1], rtol=1e-6)
    assert len({line.line.dash for line in lines}) == 3  # not by colour alone
    assert figure.layout.xaxis.range == (20, 100)  # the steep start is left out
    low, high = figure.layout.yaxis.range
    assert low < VALUES.min() and VALUES[..., 3:].max() < high < VALUES[..., 2].max()


def test_the_first_level_is_a_flat_line_without_a_band():
    figure = figures.by_step(STEPS, VALUES - VALUES[:1], labels=LABELS, x="step", y="loss", first_flat=True)
    assert len([trace for trace in figure.data if trace.fill == "toself"]) == 2
    first = next(trace for trace in figure.data if trace.fill != "toself")
    assert not numbers(first.y).any()


def test_points_stand_in_the_row_of_their_level():
    final = VALUES[..., -1]
    figure = figures.by_seed(final, labels=LABELS, notes=("", "+0.1", "+0.2"), seeds=(0, 1, 2), x="loss")
    assert len(figure.data) == 3 and len({trace.marker.symbol for trace in figure.data}) == 3
    for seed, trace in enumerate(figure.data):
        np.testing.assert_allclose(numbers(trace.x), final[:, seed], rtol=1e-6)
        assert numbers(trace.y).tolist() == [0, 1, 2] and trace.mode == "lines+markers"
    assert [shape.x0 for shape in figure.layout.shapes] == pytest.approx(final.mean(axis=1).tolist())
    assert words(figure) == ["", "+0.1", "+0.2"] and figure.layout.yaxis.ticktext == LABELS
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first on top


def test_a_picture_of_differences_shows_its_zero():
    figure = figures.by_seed(
        np.array([[0.2, 0.3]]), labels=("a",), notes=("",), seeds=(0, 1), x="", zero=True, joined=False
    )
    low, high = figure.layout.xaxis.range
    assert low < 0 < 0.3 < high and all(trace.mode == "markers" for trace in figure.data)


def test_points_that_are_all_the_same_can_be_drawn():
    figure = figures.by_seed(np.ones((2, 3)), labels=("a", "b"), notes=("", ""), seeds=(0, 1, 2), x="loss")
    low, high = figure.layout.xaxis.range
    assert low < 1 < high


def test_rows_lengths_are_drawn_by_their_quantiles():
    quantiles = np.array([[0.1, 0.2, 0.3, 0.4, 0.5], [1, 2, 3, 4, 5]], np.float32)
    figure = figures.norms(quantiles, labels=("small", "large"))
    whole, half, median = figure.data[3:]
    assert [*whole.x, *half.x, *median.x] == [1, 5, 2, 4, 3]
    assert half.line.width > whole.line.width and words(figure) == ["0.3", "3"]
    assert figure.layout.xaxis.range[0] == 0 and figure.layout.xaxis.range[1] > 5


def test_bars_of_parameters_follow_each_other_and_add_up():
    counts = np.array([[100, 300, 0], [100, 300, 100]], np.float32)
    figure = figures.parameters(counts, labels=("tied", "untied"))
    table, layers, head = figure.data
    assert numbers(table.base).tolist() == [0, 0] and numbers(layers.base).tolist() == [100, 100]
    assert numbers(head.base).tolist() == [400, 400] and numbers(head.x).tolist() == [0, 100]
    assert figure.layout.barmode == "overlay"
    assert {"400", "500", "table", "layers", "head"} == set(words(figure))


def test_losses_stand_over_their_parameters():
    final = np.array([[3.0, 3.1], [2.9, 3.0], [3.3, 3.4]])
    figure = figures.by_parameters(np.array([400, 500, 300]), final, labels=LABELS)
    assert [(trace.x[0], trace.y[0]) for trace in figure.data] == [
        (total, loss) for total, row in zip((400, 500, 300), final, strict=True) for loss in row
    ]
    assert words(figure) == list(LABELS)


def test_lengths_have_a_style_each_and_name_the_trained_one():
    names, times = tuple(figures.WAYS), np.array([1, 2, 4, 8], np.float32)
    losses = 3 + np.arange(8)[:, None, None] * 0.1 + np.arange(3) * 0.01 + times[:, None] * 0.05
    figure = figures.lengths(times, losses, names=names, trained=64)
    lines = [trace for trace in figure.data if trace.fill != "toself"]
    assert [line.name for line in lines] == list(names) == sorted(words(figure), key=names.index)
    assert len({(line.line.color, line.line.dash) for line in lines}) == 8
    assert len({line.marker.symbol for line in lines}) == 8
    np.testing.assert_allclose(numbers(lines[2].y), losses[2].mean(axis=1), rtol=1e-6)
    assert list(figure.layout.xaxis.ticktext) == ["64<br>trained", "128", "256", "512"]


@pytest.mark.parametrize(("bins", "marked"), [(4, False), (32, True)])
def test_positions_past_the_trained_length_are_behind_a_line(bins, marked):
    places = np.arange(bins) * 16 + 7.5
    values = np.ones((2, 3, bins)) * np.array([3.0, 4.0])[:, None, None]
    figure = figures.by_position(places, values, names=("rotary", "ALiBi"), trained=64, bins=16)
    assert ("trained at 64" in words(figure)) is marked and figure.layout.xaxis.range == (0, bins * 16)
    named = [trace.name for trace in figure.data if trace.fill != "toself"]
    assert named == ["rotary", "ALiBi"]
