"""Matrices of cells: signed values, where zero is the page, and similarities from -1 to 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import SIGNED, SIMILARITY, TEXT_SIZE, chart, signed

NUMBERS_UP_TO = 12  # cells a side that print their number


def signed_matrix(
    values: np.ndarray,
    *,
    limit: float,
    height: int,
    x: str,
    y: str,
    name: str,
    columns: Sequence[str] | None = None,
    rows: Sequence[str] | None = None,
) -> go.Figure:
    """Cells (rows, columns), blue below zero and orange above, full colour from `limit` on. Row 0 is on top."""
    return _cells(values, SIGNED, -limit, limit, height, x, y, name, columns, rows)


def similarity_matrix(
    values: np.ndarray,
    *,
    height: int,
    x: str,
    y: str,
    name: str,
    columns: Sequence[str] | None = None,
    rows: Sequence[str] | None = None,
) -> go.Figure:
    """Cells (rows, columns) of cosines, slate, from -1 to 1. Row 0 is on top."""
    return _cells(values, SIMILARITY, -1.0, 1.0, height, x, y, name, columns, rows)


def share_matrix(
    values: np.ndarray,
    *,
    height: int,
    x: str,
    y: str,
    name: str,
    columns: Sequence[str] | None = None,
    rows: Sequence[str] | None = None,
) -> go.Figure:
    """Cells (rows, columns) of shares from 0 to 1, such as attention weights, slate. Row 0 is on top."""
    scale = [[stop, colour.rsplit(",", 1)[0] + f",{stop**0.7:.3f})"] for stop, colour in SIMILARITY]
    return _cells(values, scale, 0.0, 1.0, height, x, y, name, columns, rows)


def _cells(
    values: np.ndarray,
    scale: list,
    low: float,
    high: float,
    height: int,
    x: str,
    y: str,
    name: str,
    columns: Sequence[str] | None,
    rows: Sequence[str] | None,
) -> go.Figure:
    values = np.asarray(values, np.float32)
    figure = chart(height, x=x, y=y, margin=(64, 12, 30 if columns else 12, 48))
    printed = max(values.shape) <= NUMBERS_UP_TO
    figure.add_heatmap(
        z=values,
        zmin=low,
        zmax=high,
        colorscale=scale,
        showscale=False,
        xgap=2 if printed else 0,
        ygap=2 if printed else 0,
        opacity=0.75 if printed else 1.0,
        hovertemplate=f"{name}[%{{y}}, %{{x}}] = %{{z:.3f}}<extra></extra>",
        hoverongaps=False,
    )
    if printed:
        row, column = np.indices(values.shape)
        known = np.isfinite(values)
        figure.add_scatter(
            x=column[known],
            y=row[known],
            text=[signed(float(v), 2) if abs(v) < 0.995 else signed(float(v), 3) for v in values[known]],
            mode="text",
            textfont={"size": TEXT_SIZE},
            hoverinfo="skip",
        )
    figure.update_xaxes(range=[-0.5, values.shape[1] - 0.5], constrain="domain")
    figure.update_yaxes(range=[values.shape[0] - 0.5, -0.5], constrain="domain")
    if columns:
        figure.update_xaxes(tickvals=list(range(len(columns))), ticktext=list(columns), side="top")
    if rows:
        figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=list(rows))
    return figure
