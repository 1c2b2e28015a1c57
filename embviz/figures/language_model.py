"""Pictures of a language model's training: losses of runs and of seeds, shares of the gradient, a run as it goes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import MARK, TEXT_SIZE, chart
from embviz.figures.curves import Curve, Mark, curves

HEIGHT = 420
LIVE_HEIGHT = 344
STYLES = {  # role, dash, width and marker of a line, by what it is called
    "none": ("muted", "dotted", 3, "x"),
    "learned": ("position", "solid", 3, "circle"),
    "sinusoidal": ("cos", "dashed", 3, "square"),
    "rotary": ("query", "solid", 3, "diamond"),
    "alibi": ("gradient", "dashdot", 3, "triangle-up"),
    "tied": ("query", "solid", 3, "circle"),
    "untied": ("gradient", "dashed", 3, "square"),
    "characters": ("query", "solid", 3, "diamond"),
    "pieces": ("position", "solid", 3, "circle"),
    "pieces, untied": ("gradient", "dashed", 3, "square"),
    "from glove": ("token", "solid", 3, "circle"),
    "at random": ("key", "dashed", 3, "square"),
}
NAMES = {"alibi": "ALiBi"}
SIGNS = {"x": "✕", "circle": "●", "square": "■", "diamond": "◆", "triangle-up": "▲"}


def losses(
    steps: np.ndarray,
    series: np.ndarray,
    last: np.ndarray,
    *,
    names: Sequence[str],
    first: int,
    unit: str,
    right: int = 190,
) -> go.Figure:
    """Losses on held text over the steps from `first` on, each named at its end with the loss read on more text."""
    seen = steps >= first
    lines = [
        Curve(steps[seen], line[seen], f"{_sign(name)} {NAMES.get(name, name)}  {end:.3f}", *_style(name))
        for name, line, end in zip(names, series, last, strict=True)
    ]
    return curves(lines, height=HEIGHT, x="step", y=f"loss on held text, nats a {unit}", zero=False, right=right)


def kept(steps: np.ndarray, cosines: np.ndarray, *, names: Sequence[str]) -> go.Figure:
    """Cosines of rows with themselves at the start, (runs, 3, steps): their mean in a band that holds 80 % of them."""
    lines = []
    for name, (mean, low, high) in zip(names, cosines, strict=True):
        role, dash, width, *_, marker = _style(name)
        called = f"{_sign(name)} {name}  {mean[-1]:.2f}"
        lines.append(Curve(steps, mean, called, role, dash, width, low=low, high=high, marker=marker))
    return curves(lines, height=HEIGHT, x="step", y="cosine of a row with its beginning", y_range=(0, 1), right=148)


def _style(name: str) -> tuple[str, str, float, None, None, str]:
    role, dash, width, marker = STYLES[name]
    return role, dash, width, None, None, marker


def _sign(name: str) -> str:
    """The mark of a line, as it stands before its name."""
    return SIGNS[STYLES[name][3]]


def seeds(values: np.ndarray, *, kinds: Sequence[str]) -> go.Figure:
    """Losses (K, seeds): a mark for each seed, a line at their mean, and the mean in numbers."""
    figure = chart(HEIGHT, x="", y="loss on held text, nats a piece", margin=(64, 24, 20, 40))
    for k, (kind, row) in enumerate(zip(kinds, values, strict=True)):
        known = row[np.isfinite(row)]
        if not len(known):
            continue
        role, _, _, marker = STYLES[kind]
        mean = float(known.mean())
        figure.add_scatter(
            x=k + 0.09 * (np.arange(len(row)) - (len(row) - 1) / 2),
            y=np.asarray(row, np.float32),
            mode="markers",
            marker={"size": 13, "symbol": marker, "color": MARK[role]},
            hovertemplate=[
                f"{NAMES.get(kind, kind)}, seed {j}<br>loss %{{y:.3f}}<extra></extra>" for j in range(len(row))
            ],
        )
        figure.add_scatter(
            x=[k - 0.24, k + 0.24],
            y=np.float32([mean, mean]),
            mode="lines",
            line={"color": MARK[role], "width": 2},
            hoverinfo="skip",
        )
        figure.add_annotation(
            x=k + 0.28, y=mean, text=f"{mean:.3f}", showarrow=False, xanchor="left", font={"size": TEXT_SIZE}
        )
    named = [NAMES.get(kind, kind) for kind in kinds]
    figure.update_xaxes(tickvals=list(range(len(kinds))), ticktext=named, range=[-0.5, len(kinds) - 0.3])
    return figure


def gradients(shares: np.ndarray, met: np.ndarray, *, names: Sequence[str], log: bool) -> go.Figure:
    """Shares of ten groups of rows: of the text, and of the gradient of each of the runs."""
    groups = np.arange(1, len(met) + 1)
    lines = [Curve(groups, met, f"{SIGNS['x']} of the text", "muted", "dotted", 3, marker="x")]
    lines += [
        Curve(groups, row, f"{_sign(name)} of the gradient, {name}", *_style(name))
        for name, row in zip(names, shares, strict=True)
    ]
    figure = curves(
        lines, height=HEIGHT, x="tenth of the rows, most frequent tokens first", y="share", log_y=log, right=214
    )
    figure.update_xaxes(tickvals=[1, 2, 4, 6, 8, 10])
    if log:
        decades = range(0, math.floor(math.log10(min(met.min(), shares.min()))) - 1, -1)
        named = [f"{100 * 10.0**k:.10f}".rstrip("0").rstrip(".") + "%" for k in decades]
        figure.update_yaxes(tickvals=[10.0**k for k in decades], ticktext=named)
        figure.update_layout(margin={"l": 92})
    else:
        figure.update_yaxes(tickformat=".0%")
    return figure


def touched(steps: Sequence[float], shares: np.ndarray, *, names: Sequence[str]) -> go.Figure:
    """The share of rows with any gradient in a step, over the steps."""
    lines = [
        Curve(np.asarray(steps), row, f"{_sign(name)} {name}  {row[-1]:.0%}", *_style(name))
        for name, row in zip(names, shares, strict=True)
    ]
    figure = curves(lines, height=HEIGHT, x="step", y="rows with a gradient", y_range=(0, 1), right=120)
    figure.update_yaxes(tickformat=".0%")
    return figure


def live(
    shipped: tuple[np.ndarray, np.ndarray],
    held: Sequence[tuple[float, float]],
    batches: Sequence[tuple[float, float]],
    *,
    end: float,
    called: str,
    even: float,
    unit: str,
) -> go.Figure:
    """A run as it goes, (tokens, loss) on held text and by its own batches, beside a shipped one up to `end`."""
    shown = np.searchsorted(shipped[0], end) + 1
    tokens, line = shipped[0][:shown] / 1000, shipped[1][:shown]
    lines = [Curve(tokens, line, f"{called}  {line[-1]:.3f}", "muted", "dashed", 3)]
    if held:
        (at, loss), (_, own) = (np.asarray(points, np.float64).T for points in (held, batches))
        lines.append(Curve(at / 1000, own, "", "sum", "dotted", 1.5))
        lines.append(Curve(at / 1000, loss, f"yours  {loss[-1]:.3f}", "query", marker="circle"))
    marks = [Mark(0, even, f"ln V = {even:.2f}", "muted")]
    y = f"loss, nats a {unit}"
    return curves(lines, height=LIVE_HEIGHT, x="thousand tokens", y=y, zero=False, marks=marks, right=126)


def means(kinds: Sequence[str], values: np.ndarray) -> tuple[list[tuple[str, float]], float]:
    """The mean of each row's known values, lowest first, and the widest range of a row."""
    known = [(kind, row[np.isfinite(row)]) for kind, row in zip(kinds, values, strict=True)]
    found = [(kind, float(row.mean()), float(np.ptp(row))) for kind, row in known if len(row)]
    ordered = sorted(found, key=lambda entry: entry[1])
    return [(kind, mean) for kind, mean, _ in ordered], max(spread for *_, spread in ordered)
