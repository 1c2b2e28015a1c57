"""The bars hold the bytes given, end to end, and are told apart without colour."""

import numpy as np
import pytest

from embviz.figures.sizing import HEIGHT, PARTS, training

EACH = {"float32": 4, "bfloat16": 2, "int8": 1, "int4": 0.5}


def rows(count=3_000_000):
    made = [
        {"kind": "read", "dtype": name, "optimiser": "", "weights": int(each * count), "gradients": 0, "copy": 0}
        | {"states": 0}
        for name, each in EACH.items()
    ]
    for name in ("float32", "bfloat16"):
        for optimiser, states in (("sgd", 0), ("momentum", 1), ("adam", 2)):
            parts = {"weights": EACH[name] * count, "gradients": EACH[name] * count, "states": 4 * states * count}
            parts["copy"] = 0 if name == "float32" else 4 * count
            made.append({"kind": "train", "dtype": name, "optimiser": optimiser, **parts})
    return [row | {"total": sum(row[key] for key, *_ in PARTS)} for row in made]


@pytest.mark.parametrize(("per", "unit"), [(2**20, "MiB"), (10**6, "MB")])
def test_bars_hold_the_bytes_given_end_to_end(per, unit):
    given = rows()
    figure = training(given, [f"note {k}" for k in range(10)], per=per, unit=unit)
    assert figure.layout.height == HEIGHT and figure.layout.width is None
    assert figure.layout.xaxis.title.text == unit
    start = np.zeros(10)
    for bar, (key, words, *_) in zip(figure.data, PARTS, strict=True):
        assert bar.name == words and bar.orientation == "h"
        assert list(bar.x) == pytest.approx([row[key] / per for row in given])
        assert list(bar.base) == pytest.approx(list(start))
        start += bar.x
    assert list(start) == pytest.approx([row["total"] / per for row in given])
    assert max(start) < figure.layout.xaxis.range[1]


def test_rows_have_their_names_and_notes_in_their_place():
    notes = [f"note {k}" for k in range(10)]
    figure = training(rows(), notes, per=1, unit="B")
    places, names = figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext
    assert list(names) == ["float32", "bfloat16", "int8", "int4"] + [
        f"{name} {optimiser}" for name in ("float32", "bfloat16") for optimiser in ("SGD", "momentum", "Adam")
    ]
    assert all(tuple(bar.y) == tuple(places) for bar in figure.data)
    written = {each.text: each.y for each in figure.layout.annotations}
    assert [written[note] for note in notes] == list(places)
    headings = [written[f"<b>{words}</b>"] for words in ("to read", "to train")]
    assert headings[0] < places[0] and places[3] < headings[1] < places[4]


def test_parts_differ_without_colour():
    figure = training(rows(), ["x"] * 10, per=1, unit="B")
    shapes = [bar.marker.pattern.shape for bar in figure.data]
    assert len(set(shapes)) == len(shapes) == 4 and figure.layout.showlegend
