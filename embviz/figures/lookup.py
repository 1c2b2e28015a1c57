"""What a one-hot product costs against a lookup, by the size of the vocabulary."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import TEXT_SIZE
from embviz.figures.curves import Curve, Mark, curves

HEIGHT = 296
NONE = 0.02  # where no multiplication at all stands on a logarithmic axis, below a gap
TOP = 1e12
COUNTS = {1: "1", 1e3: "thousand", 1e6: "million", 1e9: "billion", 1e12: "trillion"}
BYTES = {1e1: "10 B", 1e3: "1 kB", 1e5: "100 kB", 1e7: "10 MB", 1e9: "1 GB"}
SIZES = {10: "10", 1000: "1,000", 100_000: "100,000"}


def multiplications(
    sizes: np.ndarray, product: np.ndarray, sparse: np.ndarray, *, chosen: int, count: int
) -> go.Figure:
    """Multiplications over the vocabulary: of the product, of the sparse product, and none at all for the lookup."""
    lines = [
        Curve(sizes, product, "one-hot × W", "muted", dash="dashed"),
        Curve(sizes, sparse, "by its ones alone", "token", dash="dashdot", width=2),
        Curve(sizes, np.full_like(sizes, NONE), "lookup: none", "token", width=4),
    ]
    figure = _figure(lines, "multiplications", chosen, count, COUNTS, (NONE, TOP))
    figure.data[2].hovertemplate = "lookup<br>0 multiplications<extra></extra>"
    ticks = [NONE, *COUNTS]
    return figure.update_yaxes(tickvals=ticks, ticktext=["0", *COUNTS.values()])


def bytes_read(
    sizes: np.ndarray, product: np.ndarray, one_hot: np.ndarray, lookup: np.ndarray, *, chosen: int, count: int
) -> go.Figure:
    """Bytes read over the vocabulary: by the product, its one-hot matrix, and by the lookup."""
    lines = [
        Curve(sizes, product, "one-hot + W", "muted", dash="dashed"),
        Curve(sizes, one_hot, "one-hot alone", "muted", dash="dotted", width=2),
        Curve(sizes, lookup, "lookup", "token", width=4),
    ]
    low = 10 ** np.floor(np.log10(min(one_hot.min(), lookup.min())))
    return _figure(lines, "bytes read", chosen, count, BYTES, (float(low), float(product.max())))


def _figure(
    lines: list[Curve], y: str, chosen: int, count: int, ticks: dict[float, str], ends: tuple[float, float]
) -> go.Figure:
    mark = Mark(chosen, count, f"V = {chosen:,}")
    figure = curves(
        lines, height=HEIGHT, x="vocabulary V", y=y, marks=[mark], log_x=True, log_y=True, y_range=ends, right=124
    )
    figure.update_xaxes(range=[0.96, 5.32])
    figure.update_xaxes(tickvals=list(SIZES), ticktext=list(SIZES.values()), tickfont={"size": TEXT_SIZE})
    return figure.update_yaxes(tickvals=list(ticks), ticktext=list(ticks.values()))


def in_bytes(count: int) -> str:
    """Bytes in words: 84 bytes, 66.2 kB, 109 MB."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def seconds(value: float | None) -> str:
    """A time in words: 1.2 s, 77.4 ms, 5.19 µs; a dash where there is none."""
    if value is None:
        return "–"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-6:.3g} µs"


def rounded(times: float) -> str:
    """A ratio to two digits: 1.7, 32,000."""
    return f"{float(f'{times:.2g}'):,.0f}" if times >= 10 else f"{times:.2g}"
