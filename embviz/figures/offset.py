"""The variance of each part of x by width."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from embviz.figures.curves import Curve, curves


def spread(
    widths: np.ndarray, tokens: dict[str, np.ndarray], position: np.ndarray, total: np.ndarray, chosen: str
) -> go.Figure:
    """Variances over width, both axes logarithmic: the chosen token part thick, the other combinations dotted."""
    others = [
        Curve(widths, values, name, "muted", dash="dotted", width=2, marker="circle-open")
        for name, values in tokens.items()
        if name != chosen
    ]
    lines = [
        *others,
        Curve(widths, position, "position part", "position", dash="dashed", marker="diamond"),
        Curve(widths, tokens[chosen], f"token part: {chosen}", "token", width=5, marker="circle"),
        Curve(widths, total, "sum x", "sum", dash="dashdot", marker="square"),
    ]
    figure = curves(lines, height=420, x="width d", y="variance", log_x=True, log_y=True, right=190, zero=False)
    figure.update_xaxes(tickvals=list(widths), ticktext=[f"{int(w):,}" for w in widths])
    figure.update_yaxes(exponentformat="power", dtick=1)
    return figure
