"""Pictures of the sinusoidal table: waves, similarity over distance, the shift matrix, wavelengths."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, TEXT_SIZE
from embviz.figures.curves import Curve, Mark, curves
from embviz.figures.matrix import signed_matrix, similarity_matrix

HEIGHT = 420
SHIFT_SHOWN = 64  # columns of M_k in the picture


def is_sine(j: int, width: int, layout: str) -> bool:
    """Whether column j of the table holds sines."""
    return j % 2 == 0 if layout == "interleaved" else j < width // 2


def waves(columns: np.ndarray, *, dims: tuple[int, ...], width: int, layout: str) -> go.Figure:
    """Columns of the table over the positions: sines solid, cosines dashed, thinner as j grows."""
    at = np.arange(columns.shape[1])
    lines = [
        Curve(
            at,
            column,
            f"PE[p, {j}]  {'sin' if is_sine(j, width, layout) else 'cos'}",
            "sin" if is_sine(j, width, layout) else "cos",
            dash="solid" if is_sine(j, width, layout) else "dashed",
            width=4 - 2.5 * k / max(1, len(dims) - 1),
        )
        for k, (j, column) in enumerate(zip(dims, columns, strict=True))
    ]
    return curves(lines, height=HEIGHT, x="position p", y="PE[p, j]", y_range=(-1, 1), right=150)


def similarity(matrix: np.ndarray) -> go.Figure:
    """The cosine of each two positions."""
    return similarity_matrix(matrix, height=HEIGHT, x="position q", y="position p", name="cos")


def distance(closed: np.ndarray, first_rise: int | None) -> go.Figure:
    """The closed form over distance, with the place where it first rises again."""
    line = Curve(np.arange(len(closed)), closed, "", "position")
    marks = []
    if first_rise is not None:
        words = f"rises again at distance {first_rise}"
        marks = [Mark(first_rise, float(closed[first_rise]), words)]
    return curves([line], height=HEIGHT, x="distance |p \u2212 q|", y="cosine", marks=marks, right=16)


def shift_matrix(matrix: np.ndarray, k: int) -> go.Figure:
    """M_k: a turn of each pair of columns by its own angle."""
    part = matrix[:SHIFT_SHOWN, :SHIFT_SHOWN]
    return signed_matrix(part, limit=1.0, height=HEIGHT, x="column of M", y="row of M", name=f"M<sub>{k}</sub>")


def shifted_row(start: np.ndarray, moved: np.ndarray, target: np.ndarray, p: int, k: int) -> go.Figure:
    """The row PE(p), the same row times M_k, and PE(p + k), over the dimensions."""
    at = np.arange(len(start))
    lines = [
        Curve(at, start, "", "muted", dash="dotted", width=1.5),
        Curve(at, moved, "", "position", width=2.5),
    ]
    figure = curves(lines, height=HEIGHT, x="dimension j", y="", y_range=(-1, 1), right=16)
    figure.add_scatter(
        x=at,
        y=np.asarray(target, np.float32),
        mode="markers",
        marker={"symbol": "circle-open", "size": 9, "color": MARK["highlight"], "line": {"width": 2}},
        hovertemplate=f"PE({p + k})[%{{x}}] = %{{y:.3f}}<extra></extra>",
    )
    names = (f"PE({p})", f"PE({p}) Mᵀ", f"PE({p + k})")
    for trace, name in zip(figure.data, names, strict=True):
        trace.update(name=name, showlegend=True)
    legend = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": TEXT_SIZE}}
    return figure.update_layout(showlegend=True, legend=legend, margin_t=44)


def wavelengths(waves: np.ndarray, length: int) -> go.Figure:
    """The wavelength of each pair on a log axis, against the context length."""
    pairs = np.arange(len(waves))
    whole = waves <= length
    figure = curves(
        [Curve(pairs, waves, "", "muted", width=1.5)],
        height=HEIGHT,
        x="pair i",
        y="wavelength in positions",
        log_y=True,
        right=40,
    )
    for part, symbol, name in ((whole, "circle", "turns at least once"), (~whole, "circle-open", "less than one turn")):
        figure.add_scatter(
            x=pairs[part],
            y=waves[part].astype(np.float32),
            mode="markers",
            marker={
                "symbol": symbol,
                "size": 10,
                "color": MARK["position"],
                "line": {"width": 2, "color": MARK["position"]},
            },
            hovertemplate="pair %{x}: one turn in %{y:,.4~g} positions<extra>" + name + "</extra>",
        )
    figure.add_hline(y=length, line={"color": MARK["highlight"], "width": 2, "dash": "dash"})
    words = f"context length L = {length:,}"
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": 8, "y": np.log10(length), "yanchor": "bottom"}
    figure.add_annotation(text=words, showarrow=False, font={"size": TEXT_SIZE}, **place)
    low, high = np.log10(min(waves.min(), length)), np.log10(max(waves.max(), length))
    figure.update_yaxes(range=[low - 0.15, high + 0.3], dtick=1, tickformat=",~g", showline=True, linecolor=LINE)
    return figure
