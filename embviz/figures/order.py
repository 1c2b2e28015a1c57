"""Pictures of two orders: output rows, how far apart they are, and every kind of position at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import FAINT, MARK, TEXT_SIZE, chart
from embviz.figures.matrix import signed_matrix

HEIGHT = 420
FLOAT_ERROR = 1e-5
FLOOR, CEILING = 1e-9, 1e3  # the ends of the log axes; a difference of 0 stands at the floor
NAMES = {"none": "none", "sinusoidal": "sinusoidal", "learned": "learned", "rotary": "rotary", "alibi": "ALiBi"}
LANE = 0.22  # how far the two lanes of a kind stand from its middle
LONGEST = 7  # letters of a token beside a row


def small(value: float) -> str:
    """A difference in words: 0, 5e-07, 0.00012, 2.7."""
    if value == 0:
        return "0"
    return f"{value:.0e}".replace("-", "\u2212") if value < 1e-4 else f"{value:.2g}"


def outputs(rows: np.ndarray, tokens: Sequence[str], *, name: str, limit: float) -> go.Figure:
    """The output rows (n, width) of tokens, and below a gap their mean."""
    rows = np.asarray(rows, np.float32)
    gap = np.full((1, rows.shape[1]), np.nan, np.float32)
    values = np.concatenate([rows, gap, rows.mean(0, keepdims=True)])
    x = "outputs of A" if name == "A" else "outputs of B, put back in A's order"
    figure = signed_matrix(values, limit=limit, height=HEIGHT, x=x, y="", name=name, rows=_labels(tokens))
    figure.data[0].update(
        ygap=2,
        customdata=np.repeat(np.array([*tokens, "", "mean"], dtype=object)[:, None], rows.shape[1], axis=1),
        hovertemplate=f"{name}: %{{customdata}}, number %{{x}} = %{{z:.3f}}<extra></extra>",
    )
    return figure.update_layout(margin={"l": 68, "r": 4, "t": 8})


def apart(values: np.ndarray, tokens: Sequence[str]) -> go.Figure:
    """The largest difference (n + 1,) of each token's row, the last that of the mean, on a log axis."""
    at = np.array([*range(len(tokens)), len(tokens) + 1])
    figure = _log_axis("largest |B \u2212 A|", top=8, left=68)
    _dots(figure, np.asarray(values, np.float64), at, [*tokens, "mean"], "circle")
    figure.update_yaxes(tickvals=at, ticktext=[t for t in _labels(tokens) if t], range=[len(tokens) + 1.5, -0.5])
    return figure


def every_kind(values: np.ndarray, kinds: Sequence[str], *, chosen: tuple[int, int]) -> go.Figure:
    """The largest difference (kinds, 2), without and with the causal mask, two lanes a kind; `chosen` has a ring."""
    figure = _log_axis("largest difference of a token’s output", top=26, left=104)
    values = np.asarray(values, np.float64)
    lanes = np.arange(len(kinds))[:, None] + np.array([-LANE, LANE])
    for column, (symbol, words) in enumerate((("circle", "no mask"), ("square", "masked"))):
        _dots(figure, values[:, column], lanes[:, column], [f"{NAMES[kind]}, {words}" for kind in kinds], symbol)
    row, column = chosen
    figure.add_scatter(
        x=[max(values[row, column], FLOOR)],
        y=[lanes[row, column]],
        mode="markers",
        marker={
            "symbol": "circle-open",
            "size": 24,
            "color": MARK["highlight"],
            "line": {"width": 2.5, "color": MARK["highlight"]},
        },
        hoverinfo="skip",
        cliponaxis=False,
    )
    names = [name for kind in kinds for name in (f"<b>{NAMES[kind]}</b>", "+ mask")]
    figure.update_yaxes(tickvals=lanes.ravel(), ticktext=names, range=[len(kinds) - 0.45, -0.55])
    for edge in np.arange(1, len(kinds)) - 0.5:
        figure.add_hline(y=edge, line={"color": FAINT, "width": 1}, layer="below")
    return figure


def _labels(tokens: Sequence[str]) -> list[str]:
    short = [token if len(token) <= LONGEST else token[: LONGEST - 1] + "…" for token in tokens]
    return [*(label.replace("<", "&lt;") for label in short), "", "<b>mean</b>"]


def _log_axis(title: str, *, top: int, left: int) -> go.Figure:
    figure = chart(HEIGHT, x=title, margin=(left, 12, top, 48))
    ends = [float(np.log10(FLOOR)) - 0.25, float(np.log10(CEILING))]
    ticks = {"tickvals": [1e-8, 1e-4, 1], "ticktext": ["10⁻⁸", "10⁻⁴", "1"]}
    figure.update_xaxes(type="log", range=ends, tickangle=0, automargin=False, **ticks)
    figure.add_vrect(x0=10 ** ends[0], x1=FLOAT_ERROR, fillcolor=FAINT, opacity=0.6, line_width=0, layer="below")
    if top > 20:
        figure.add_annotation(
            x=np.log10(FLOAT_ERROR), y=1, yref="paper", yanchor="bottom", xanchor="right", text="float error",
            showarrow=False, font={"size": TEXT_SIZE},
        )  # fmt: skip
    return figure


def _dots(figure: go.Figure, values: np.ndarray, at: np.ndarray, names: Sequence[str], symbol: str) -> None:
    """A mark for each value with a thin line from the floor, its number beside it."""
    x = np.maximum(values, FLOOR)
    stems = np.array([[FLOOR, value, np.nan] for value in x]).ravel()
    line = {"color": MARK["value"], "width": 1.5}
    figure.add_scatter(x=stems, y=np.repeat(at, 3), mode="lines", line=line, hoverinfo="skip")
    figure.add_scatter(
        x=x,
        y=at,
        mode="markers+text",
        marker={"symbol": symbol, "size": 11, "color": MARK["value"]},
        text=[f"   <b>{small(value)}</b>" for value in values],
        textposition="middle right",
        textfont={"size": TEXT_SIZE},
        customdata=np.array(names, dtype=object),
        hovertemplate="%{customdata}: %{x:.2g}<extra></extra>",
        cliponaxis=False,
    )
