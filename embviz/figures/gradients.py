"""How far rows move by optimiser: used rows, and rows that no batch contains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import FAINT, LINE, MARK, TEXT_SIZE, chart, signed

HEIGHT = 420
ZERO = -4.6  # where 0 stands, left of the logarithmic part, which begins at FLOOR
LEFT = 122
FLOOR, CEILING = -4.0, 0.75  # exponents of 10
KINDS = {  # symbol, role, and where in its lane a kind stands
    "with_gradient": ("diamond", "gradient", -0.31),
    "without_gradient": ("diamond-open", "gradient", 0.0),
    "unused": ("circle", "token", 0.31),
}
GLYPHS = {"diamond": "◆", "diamond-open": "◇", "circle": "●"}


def place(values: np.ndarray) -> np.ndarray:
    """Where lengths stand on the axis: their exponent of 10, and 0 at a place of its own; NaN stays."""
    values = np.asarray(values, np.float64)
    with np.errstate(divide="ignore"):
        exponents = np.maximum(np.log10(values), FLOOR)
    return np.where(values == 0, ZERO, exponents)


def used_and_unused(kinds: dict[str, np.ndarray], names: Sequence[str], labels: dict[str, str]) -> go.Figure:
    """The mean path of a row by kind (optimisers,), a lane for each optimiser, lengths on a logarithmic axis.

    `labels` names the kinds; a kind that is all NaN is left out. Zero stands left of a broken axis.
    """
    figure = chart(HEIGHT, x="distance in 12 steps, logarithmic", margin=(LEFT + 4, 44, 34, 52))
    shown = [kind for kind, values in kinds.items() if not np.isnan(values).all()]
    for kind in shown:
        values = kinds[kind]
        symbol, role, lane = KINDS[kind]
        at, x = np.arange(len(names)) + lane, place(values)
        start = np.where(x == ZERO, ZERO, FLOOR)
        stems = np.column_stack([start, x, np.full(len(x), np.nan)]).ravel()
        figure.add_scatter(
            x=stems,
            y=np.repeat(at, 3),
            mode="lines",
            line={"color": MARK[role], "width": 1.5},
            opacity=0.55,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=x,
            y=at,
            name=labels[kind],
            mode="markers+text",
            marker={"symbol": symbol, "size": 10, "color": MARK[role], "line": {"width": 2, "color": MARK[role]}},
            text=[f"  <b>{signed(float(v), 2)}</b>" if v else "" for v in values],
            textposition="middle right",
            textfont={"size": TEXT_SIZE},
            customdata=np.array(
                [f"{name}<br>{labels[kind]}: {signed(float(v), 3)}" for name, v in zip(names, values, strict=True)]
            ),
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    ticks = [-4, -3, -2, -1, 0]
    figure.update_xaxes(
        range=[ZERO - 0.15, CEILING],
        tickvals=[ZERO, *ticks],
        ticktext=["0", "", "0.001", "", "0.1", "1"],
        tickangle=0,
    )
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=[_short(name) for name in names], range=[len(names) - 0.5, -0.5]
    )
    for edge in range(1, len(names)):
        figure.add_hline(y=edge - 0.5, line={"color": FAINT, "width": 1}, layer="below")
    figure.add_vline(x=(ZERO + FLOOR) / 2 + 0.12, line={"color": LINE, "width": 1, "dash": "dot"}, layer="below")
    glyphs = (
        f'<span style="font-size:19px;color:{MARK[KINDS[kind][1]]}">{GLYPHS[KINDS[kind][0]]}</span> {labels[kind]}'
        for kind in shown
    )
    key = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -LEFT, "yref": "paper", "y": 1, "yanchor": "bottom"}
    figure.add_annotation(text="   ".join(glyphs), showarrow=False, font={"size": TEXT_SIZE}, yshift=6, **key)
    return figure


def _short(name: str) -> str:
    """A name beside its lane: what is sparse stands below its own kind."""
    return "sparse" if name.endswith(", sparse") else name
