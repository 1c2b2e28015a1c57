"""Curves over one axis, each named at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import FAINT, LINE, MARK, TEXT_SIZE, chart, signed

DASHES = {"solid": "solid", "dashed": "7px 5px", "dotted": "2px 4px", "dashdot": "9px 4px 2px 4px"}


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: its points, its name, its role's colour, its dash, and where wanted a band around it."""

    x: np.ndarray
    y: np.ndarray
    name: str
    role: str
    dash: str = "solid"
    width: float = 3
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A point worth a word, which stands above the chart."""

    x: float
    y: float
    words: str
    role: str = "highlight"


def curves(
    lines: Sequence[Curve],
    *,
    height: int,
    x: str,
    y: str,
    marks: Sequence[Mark] = (),
    zero: bool = True,
    log_x: bool = False,
    log_y: bool = False,
    y_range: tuple[float, float] | None = None,
    right: int = 130,
) -> go.Figure:
    """The lines in one chart. Names stand at the right end of each line, moved apart where they would collide."""
    figure = chart(height, x=x, y=y, margin=(64, right, 30 if marks else 14, 48))
    if zero and not log_y:
        figure.add_hline(y=0, line={"color": LINE, "width": 1}, layer="below")
    for line in lines:
        colour = MARK[line.role]
        if line.low is not None and line.high is not None:
            figure.add_scatter(
                x=np.concatenate([line.x, line.x[::-1]]).astype(np.float32),
                y=np.concatenate([line.high, line.low[::-1]]).astype(np.float32),
                fill="toself",
                fillcolor=_faded(colour),
                line={"width": 0},
                mode="lines",
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=np.asarray(line.x, np.float32),
            y=np.asarray(line.y, np.float32),
            name=line.name,
            mode="lines+markers" if line.marker else "lines",
            marker={"symbol": line.marker, "size": 8, "color": colour} if line.marker else None,
            line={"color": colour, "width": line.width, "dash": DASHES[line.dash]},
            hovertemplate=f"{line.name}<br>{x} %{{x:,.6~g}}<br>{y} %{{y:.3~g}}<extra></extra>",
        )
    ends = [_at_end(line) for line in lines if line.name]
    low, high = y_range or _extent(lines)
    for (at, line), place in zip(ends, _apart([end for end, _ in ends], low, high, height, log_y), strict=True):
        del at
        figure.add_annotation(
            x=1.0,
            xref="paper",
            y=place,
            yref="y",
            text=line.name,
            font={"size": TEXT_SIZE},
            showarrow=False,
            xanchor="left",
            xshift=8,
            align="left",
        )
    for mark in marks:
        figure.add_scatter(
            x=[mark.x],
            y=[mark.y],
            mode="markers",
            marker={"size": 12, "color": MARK[mark.role], "line": {"color": "rgba(128,134,146,.5)", "width": 1}},
            hovertemplate=f"{mark.words}<br>{x} {signed(mark.x, 6)}<br>{y} {signed(mark.y)}<extra></extra>",
            cliponaxis=False,
        )
        at = float(np.log10(mark.x)) if log_x else mark.x
        figure.add_annotation(
            x=at, y=1, yref="paper", yanchor="bottom", xanchor="left", xshift=-8, text=mark.words,
            showarrow=False, font={"size": TEXT_SIZE},
        )  # fmt: skip
        figure.add_vline(x=mark.x, line={"color": MARK[mark.role], "width": 1, "dash": "dot"}, layer="below")
    figure.update_yaxes(range=_axis_range(low, high, log_y), gridcolor=FAINT, type="log" if log_y else "linear")
    if log_x:
        figure.update_xaxes(type="log")
    return figure


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},.18)"


def _at_end(line: Curve) -> tuple[float, Curve]:
    finite = np.asarray(line.y, np.float64)
    finite = finite[np.isfinite(finite)]
    return (float(finite[-1]) if len(finite) else 0.0), line


def _extent(lines: Sequence[Curve]) -> tuple[float, float]:
    values = [
        np.asarray(part, np.float64) for line in lines for part in (line.y, line.low, line.high) if part is not None
    ]
    whole = np.concatenate(values) if values else np.zeros(1)
    whole = whole[np.isfinite(whole)]
    low, high = (float(whole.min()), float(whole.max())) if len(whole) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _axis_range(low: float, high: float, log: bool) -> list[float]:
    if log:
        low, high = np.log10(low), np.log10(high)
    room = 0.06 * (high - low)
    return [float(low - room), float(high + room)]


def _apart(ends: Sequence[float], low: float, high: float, height: int, log: bool) -> list[float]:
    """Where the names stand: at their line's end, but a line of text apart; the order of the ends is kept."""
    if not ends:
        return []
    scale = np.log10 if log else np.asarray
    a, b = float(scale(low)), float(scale(high))
    gap = 1.12 * (b - a) * 20 / max(1, height - 62)
    at = np.clip([float(scale(max(end, low) if log else end)) for end in ends], a, b)
    order = np.argsort(at, kind="stable")
    placed = at[order].astype(np.float64)
    for k in range(1, len(placed)):
        placed[k] = max(placed[k], placed[k - 1] + gap)
    over = placed[-1] - (b + 0.5 * gap)
    if over > 0:
        placed[-1] -= over
        for k in range(len(placed) - 2, -1, -1):
            placed[k] = min(placed[k], placed[k + 1] - gap)
    result = np.empty(len(ends))
    result[order] = placed
    return [float(v) for v in result]  # on a log axis Plotly takes an annotation's place as the exponent
