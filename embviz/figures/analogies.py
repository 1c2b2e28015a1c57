"""Pictures of analogies: rankings beside each other, the parallelogram in a plane, and the scores of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, TEXT_SIZE, chart

HEIGHT = 420
BAR, FAINT_BAR = "rgba(86,105,156,.30)", "rgba(86,105,156,.16)"
GAP = 0.07  # between two rankings, of the width of one
BAR_END = 0.76  # where a bar of full length ends: the number stands behind it
SLOT = 0.15  # before the word, for its place or its letter
LONGEST = 12  # letters of a word beside its number
WORD_SIZE, SMALL = 17, 14
NEAR = 14  # from a point to its label
SCREENS = ((900, 400), (340, 400))  # where labels of the plane must not collide: a wide page and a phone


@dataclass(frozen=True, slots=True)
class Ranking:
    """A column: its title, its words with their scores, and the letter of those that were asked about."""

    title: str
    words: Sequence[str]
    scores: np.ndarray
    marks: Sequence[str]


def short(word: str, longest: int = LONGEST) -> str:
    """A word that fits, safe for Plotly's own markup."""
    cut = word if len(word) <= longest else word[: longest - 1] + "…"
    return cut.replace("&", "&amp;").replace("<", "&lt;")


def rankings(columns: Sequence[Ranking], *, chosen: str, full: float = 1.0) -> go.Figure:
    """Rankings side by side; a bar of length `full` fills its column. `chosen` has an outline wherever it stands.

    A word that was asked about has its letter in a ring where others have their place.
    """
    figure = chart(HEIGHT, margin=(2, 2, 4, 2))
    rows = max(len(column.words) for column in columns)
    for index, column in enumerate(columns):
        left = index * (1 + GAP)
        scores = np.asarray(column.scores, np.float32)
        at = np.arange(len(scores))
        figure.add_bar(
            x=BAR_END * np.clip(scores / full, 0, 1),
            base=left,
            y=at,
            orientation="h",
            width=0.82,
            marker={"color": BAR, "line": {"width": 0}},
            customdata=[[short(word, 40), _signed(score)] for word, score in zip(column.words, scores, strict=True)],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )
        _words(figure, left + SLOT, at, [short(word) for word in column.words], "middle right", WORD_SIZE)
        _words(figure, left + 0.985, at, [_signed(score) for score in scores], "middle left", TEXT_SIZE)
        places = ["" if mark else str(k + 1) for k, mark in enumerate(column.marks)]
        _words(figure, left + SLOT / 2, at, places, "middle center", 14)
        rings = [k for k, mark in enumerate(column.marks) if mark]
        figure.add_scatter(
            x=np.full(len(rings), left + SLOT / 2),
            y=rings,
            mode="markers+text",
            marker={"symbol": "circle-open", "size": 20, "color": MARK["token"], "line": {"width": 2.5}},
            text=[f"<b>{column.marks[k]}</b>" for k in rings],
            textposition="middle center",
            textfont={"size": 14},
            hoverinfo="skip",
        )
        _words(figure, left, [-0.92], [f"<b>{column.title}</b>"], "middle right", TEXT_SIZE)
        for k in [k for k, word in enumerate(column.words) if word == chosen]:
            box = {"x0": left, "x1": left + 1, "y0": k - 0.45, "y1": k + 0.45}
            figure.add_shape(type="rect", line={"color": MARK["highlight"], "width": 2.5}, **box)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(visible=False, range=[-0.01, len(columns) * (1 + GAP) - GAP + 0.01])
    figure.update_yaxes(visible=False, range=[rows - 0.45, -1.35])
    return figure


def parallelogram(points: np.ndarray, names: Sequence[str]) -> go.Figure:
    """a, b, c, b − a + c and d (5, 2) in their plane; names are those of a, b, c and d.

    b − a is a solid arrow with a full head, c − a a dashed one with an open head, both drawn twice. The way from c to d
    is an arrow in the colour of what is chosen, that from the sum to d is dotted.
    """
    a, b, c, total, d = points = np.asarray(points, np.float64)
    figure = chart(HEIGHT, margin=(8, 8, 8, 8))
    for start, end in ((a, b), (c, total)):
        _arrow(figure, start, end, MARK["token"], "solid", "arrow")
    for start, end in ((a, c), (b, total)):
        _arrow(figure, start, end, MARK["sin"], "8px 5px", "arrow-open")
    if np.linalg.norm(d - c) > 0.1 * np.ptp(points, axis=0).max():  # a shorter one is all head
        _arrow(figure, c, d, MARK["highlight"], "solid", "arrow")
    line = {"color": MARK["muted"], "width": 2, "dash": "2px 4px"}
    figure.add_scatter(x=[total[0], d[0]], y=[total[1], d[1]], mode="lines", line=line, hoverinfo="skip")
    shown = [short(name, 16) for name in names]
    labels = [f"{shown[0]} (<i>a</i>)", f"{shown[1]} (<i>b</i>)", f"{shown[2]} (<i>c</i>)"]
    labels += [f"{shown[1]} − {shown[0]} + {shown[2]}", f"<b>{shown[3]}</b>"]
    marks = [("circle", MARK["token"], 15)] * 3 + [("diamond-open", MARK["sum"], 17), ("circle", MARK["highlight"], 15)]
    ways = _label_places(points, labels)
    for point, label, (symbol, colour, size), (x, y) in zip(points, labels, marks, ways, strict=True):
        figure.add_scatter(
            x=[point[0]],
            y=[point[1]],
            mode="markers+text",
            marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 2.5, "color": colour}},
            text=[label],
            textposition=f"{('bottom', 'middle', 'top')[y + 1]} {('left', 'center', 'right')[x + 1]}",
            textfont={"size": WORD_SIZE},
            hovertemplate=f"{label}<br>%{{x:.3f}}, %{{y:.3f}}<extra></extra>",
            cliponaxis=False,
        )
    low, high = points.min(0), points.max(0)
    room = 0.13 * max(high - low) + 1e-9
    figure.update_xaxes(visible=False, range=[low[0] - room, high[0] + room])
    figure.update_yaxes(visible=False, range=[low[1] - room, high[1] + room], scaleanchor="x", scaleratio=1)
    return figure


def scores(table: Mapping[str, Any], names: Mapping[str, str], *, chosen: bool) -> go.Figure:
    """One table: for each section its accuracy with the inputs taken out (bar and number), left in, of the nearest
    neighbour of c, and the coverage, in per cent; below, Spearman's rho of the pairs. `names` are of the sections."""
    figure = chart(HEIGHT, margin=(2, 2, 2, 2))
    rows = table["sections"]
    at = np.array([*range(len(rows) - 1), len(rows) - 0.7])
    out, left_in, nearest, cover = (_shares(rows, *pair) for pair in _SHARES)
    marker = {"color": BAR if chosen else FAINT_BAR, "line": {"width": 0}}
    below = at[-1] + 2.35 + np.arange(len(table["pairs"]))
    for values, y, hover in (
        (np.nan_to_num(out), at, [_hover(row, names) for row in rows]),
        (
            [100 * max(0.0, pair["rho"] or 0) for pair in table["pairs"]],
            below,
            [_found(pair) for pair in table["pairs"]],
        ),
    ):
        bar = {"orientation": "h", "width": 0.8, "marker": marker, "hovertemplate": "%{customdata}<extra></extra>"}
        figure.add_bar(x=BARS * np.asarray(values, np.float32), y=y, customdata=hover, **bar)
    _words(figure, 1, at, [names[row["name"]] for row in rows], "middle right", SMALL)
    for k, values in enumerate((out, left_in, nearest, cover)):
        cells = ["–" if np.isnan(value) else f"{value:.0f}" for value in values]
        _words(figure, _COLUMNS[k], at, cells if k else _bold(cells), "middle left", SMALL)
    _words(figure, 1, below, [pair["name"] for pair in table["pairs"]], "middle right", SMALL)
    rhos = [pair["rho"] for pair in table["pairs"]]
    rhos = _bold("–" if rho is None else f"{rho:.2f}".replace("-", "\u2212") for rho in rhos)
    covers = [f"{100 * pair['found'] / pair['pairs']:.0f}" for pair in table["pairs"]]
    for k, cells in ((0, rhos), (3, covers)):
        _words(figure, _COLUMNS[k], below, cells, "middle left", SMALL)
    heads = [(x, -1.05, head) for x, head in zip(_COLUMNS, ("out", "in", "near", "cover"), strict=True)]
    heads += [(1, -1.05, f"<b>{short(table['table'], 24)}</b>"), (1, below[0] - 1, "people’s ratings")]
    heads += [(_COLUMNS[0], below[0] - 1, "<i>ρ</i>"), (_COLUMNS[3], below[0] - 1, "cover")]
    for x, y, head in heads:
        _words(figure, x, [y], [head], "middle right" if x == 1 else "middle left", SMALL)
    figure.add_hline(y=(at[-2] + at[-1]) / 2, line={"color": LINE, "width": 1})
    if chosen:
        top = {"x0": 0, "x1": 1, "xref": "paper", "y0": -1.7, "y1": -1.7}
        figure.add_shape(type="line", line={"color": MARK["highlight"], "width": 3}, **top)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(visible=False, range=[0, 100])
    figure.update_yaxes(visible=False, range=[below[-1] + 0.5, -1.75])
    return figure


BARS = 0.45  # a bar of 100 per cent ends before the numbers
_COLUMNS = (57, 71, 85, 99.5)
_SHARES = (("correct", "answered"), ("with_inputs", "answered"), ("nearest", "answered"), ("answered", "questions"))


def _shares(rows: Sequence[Mapping[str, Any]], part: str, whole: str) -> np.ndarray:
    return np.array([100 * row[part] / row[whole] if row[whole] else np.nan for row in rows])


def _bold(cells: Iterable[str]) -> list[str]:
    return [f"<b>{cell}</b>" for cell in cells]


def _signed(score: float) -> str:
    return f"{score:.3f}".replace("-", "\u2212")


def _found(pair: Mapping[str, Any]) -> str:
    return f"{pair['name']}: {pair['found']:,} of {pair['pairs']:,} pairs have both words"


def _hover(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    lines = [f"{names[row['name']]}: {row['answered']:,} of {row['questions']:,} questions have all words"]
    lines += [f"{row['correct']:,} right with the inputs taken out", f"{row['with_inputs']:,} with them left in"]
    return "<br>".join([*lines, f"{row['nearest']:,} by the nearest neighbour of c"])


def _words(figure: go.Figure, x: float, y: Sequence[float], words: Sequence[str], where: str, size: int) -> None:
    figure.add_scatter(
        x=np.full(len(y), x), y=y, mode="text", text=list(words), textposition=where, textfont={"size": size},
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip


def _arrow(figure: go.Figure, start: np.ndarray, end: np.ndarray, colour: str, dash: str, head: str) -> None:
    figure.add_scatter(
        x=[start[0], end[0]],
        y=[start[1], end[1]],
        mode="lines+markers",
        line={"color": colour, "width": 3, "dash": dash},
        marker={
            "symbol": head,
            "angleref": "previous",
            "size": [0, 17],
            "standoff": [0, 9],
            "color": colour,
            "line": {"width": 2.5, "color": colour},
            "opacity": 1,
        },
        hoverinfo="skip",
    )


def _label_places(points: np.ndarray, labels: Sequence[str]) -> list[tuple[int, int]]:
    """For each label a direction from its point, so that it lies on no other, no point and no arrow, on a wide page and
    on a phone. Points are a, b, c, b - a + c and d."""
    ways = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
    low, extent = points.min(0), np.maximum(points.max(0) - points.min(0), 1e-9)
    taken: list[list[tuple[float, float, float, float]]] = [[] for _ in SCREENS]
    at = []
    for width, height in SCREENS:
        scale = min(width / (extent[0] + 0.26 * extent.max()), height / (extent[1] + 0.26 * extent.max()))
        at.append(np.array([width, height]) / 2 + (points - low - extent / 2) * scale)
    middle = points.mean(0)
    places: dict[int, tuple[int, int]] = {}
    for index, label in sorted(enumerate(labels), key=lambda pair: -len(pair[1])):  # the longest has the least choice
        size = np.array([8.2 * len(re.sub(r"<[^>]*>", "", label)), 20.0])
        outward = np.sign(points[index, 1] - middle[1]) or 1
        costs = {}
        for way in ways:
            cost = (0.0 if way[1] == outward else 40.0 if not way[1] else 20.0) + 5.0 * abs(way[0])
            for screen, (width, height) in enumerate(SCREENS):
                box = _box(at[screen][index], way, size)
                beyond = (-box[0], box[2] - width, -box[1], box[3] - height)
                dots = [(*(dot - 12), *(dot + 12)) for k, dot in enumerate(at[screen]) if k != index]
                dots += [(*(dot - 4), *(dot + 4)) for dot in _along(at[screen])]
                cost += 60 * sum(max(0.0, over) for over in beyond)
                cost += sum(_overlap(box, other) for other in [*taken[screen], *dots])
            costs[way] = cost
        places[index] = min(costs, key=costs.get)
        for screen in range(len(SCREENS)):
            taken[screen].append(_box(at[screen][index], places[index], size))
    return [places[index] for index in range(len(labels))]


def _along(points: np.ndarray) -> np.ndarray:
    """Points on the five arrows and the dotted line."""
    share = np.linspace(0.05, 0.95, 40)[:, None]
    ends = ((0, 1), (2, 3), (0, 2), (1, 3), (2, 4), (3, 4))
    return np.concatenate([points[start] + share * (points[end] - points[start]) for start, end in ends])


def _box(at: np.ndarray, way: tuple[int, int], size: np.ndarray) -> tuple[float, float, float, float]:
    """The space of a label of this size beside a point, y upward."""
    x, y = at + NEAR * np.array(way) + (np.array(way) - 1) / 2 * size
    return x, y, x + size[0], y + size[1]


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
