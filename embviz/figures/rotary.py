"""Pictures of rotation: the score over distance."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from embviz.figures.curves import Curve, curves

HEIGHT = 420


def decay(constant: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray, bound: np.ndarray) -> go.Figure:
    """Three curves over the distance: a constant q = k, random q and k with their band, and RoFormer's bound."""
    at = np.arange(len(constant))
    lines = [
        Curve(at, mean, "random q, k: 90 %", "muted", dash="dashed", width=2, low=low, high=high),
        Curve(at, bound, "RoFormer’s bound", "value", dash="dotted", width=2),
        Curve(at, constant, "constant q = k", "value", width=3.5),
    ]
    extent = [float(min(part.min() for part in (low, constant))), float(max(1.0, high.max()))]
    return curves(lines, height=HEIGHT, x="distance |m − n|", y="score / d", y_range=(extent[0], extent[1]), right=130)
