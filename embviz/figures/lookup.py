"""What a one-hot product costs against a lookup, by the size of the vocabulary."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from embviz.figures.curves import Curve, curves


def multiplications(vocabularies: np.ndarray, product: np.ndarray, useful: np.ndarray) -> go.Figure:
    """Multiplications of the product, and those of them that are by 1, over the vocabulary; both axes logarithmic."""
    lines = [
        Curve(vocabularies, product, "one-hot × W", "gradient", dash="dotted", marker="diamond"),
        Curve(vocabularies, useful, "of them by 1", "token", width=4, marker="circle"),
    ]
    return _figure(lines, "multiplications")


def bytes_held(vocabularies: np.ndarray, product: np.ndarray, lookup: np.ndarray) -> go.Figure:
    """Bytes that the product reads and holds, and those of the lookup."""
    lines = [
        Curve(vocabularies, product, "one-hot × W", "gradient", dash="dotted", marker="diamond"),
        Curve(vocabularies, lookup, "lookup", "token", width=4, marker="circle"),
    ]
    return _figure(lines, "bytes")


def _figure(lines: list[Curve], what: str) -> go.Figure:
    figure = curves(lines, height=420, x="vocabulary V", y=what, log_x=True, log_y=True, zero=False, right=104)
    figure.update_xaxes(dtick=1, exponentformat="power")
    return figure.update_yaxes(exponentformat="SI", dtick=2)
