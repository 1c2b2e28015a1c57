"""The variance of each part of x by width, and how far each part is from level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, TEXT_SIZE, chart
from embviz.figures.curves import Curve, curves

HEIGHT = 420
DECADES = range(-4, 4)  # the same for every choice, so that a slope keeps its place
SYMBOLS = {"token": "circle", "position": "diamond", "sum": "square"}
ROW_OF = {"token": -0.19, "sum": 0.19}  # above and below the middle of its row


def spread(widths: np.ndarray, *, tokens: np.ndarray, position: np.ndarray, total: np.ndarray) -> go.Figure:
    """Variances over the widths, both axes logarithmic: the token part, the position part, and their sum."""
    lines = [
        Curve(widths, total, "sum <i>x</i>", "sum", width=3, marker=SYMBOLS["sum"]),
        Curve(widths, position, "position <i>P</i>", "position", dash="dashed", width=3, marker=SYMBOLS["position"]),
        Curve(widths, tokens, "token <i>W</i>", "token", width=5, marker=SYMBOLS["token"]),
    ]
    ends = (10.0 ** DECADES[0], 2.0 * 10.0 ** DECADES[-1])
    figure = curves(
        lines, height=HEIGHT, x="width d", y="variance", log_x=True, log_y=True, y_range=ends, right=92, zero=False
    )
    figure.update_traces(hovertemplate="%{y:.3g} at width %{x:,}<extra></extra>")
    named = {int(w): f"{int(w):,}" for w in (*widths[:-2:2], widths[-1])}  # so many have room on a phone
    figure.update_xaxes(tickvals=list(named), ticktext=list(named.values()), tickangle=0)
    places = _apart(np.log10([total[-1], position[-1], tokens[-1]]), gap=0.4)
    for note, place in zip(figure.layout.annotations, places, strict=True):
        note.y = place
    tens = [10.0**power for power in DECADES]
    return figure.update_yaxes(tickvals=tens, ticktext=[f"{ten:,g}" for ten in tens])


def levels(names: Sequence[str], *, tokens: np.ndarray, total: np.ndarray, chosen: int) -> go.Figure:
    """For each combination, how many times larger the largest variance is than the smallest; the chosen one framed."""
    figure = chart(HEIGHT, x="largest variance ÷ smallest", margin=(92, 30, 30, 48))
    figure.add_vline(x=1, line={"color": LINE, "width": 2})
    above = {"yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False, "font": {"size": TEXT_SIZE}}
    figure.add_annotation(x=0, text="level", xanchor="center", **above)
    for role, ratios, name in (("token", tokens, "<i>W</i>"), ("sum", total, "<i>x</i>")):
        figure.add_scatter(
            x=np.asarray(ratios, np.float32),
            y=np.arange(len(names)) + ROW_OF[role],
            mode="markers+text",
            marker={"symbol": SYMBOLS[role], "size": 12, "color": MARK[role]},
            text=[f" {name} {ratio:.3g}" for ratio in ratios],
            textposition="middle right",
            textfont={"size": TEXT_SIZE},
            hovertemplate=f"{name}: the largest is %{{x:.3g}} times the smallest<extra></extra>",
            cliponaxis=False,
        )
    frame = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1.06, "y0": chosen - 0.46, "y1": chosen + 0.46}
    figure.add_shape(**frame, line={"color": MARK["highlight"], "width": 2}, layer="above")
    figure.update_xaxes(type="log", range=[-0.12, 2.75], tickvals=[1, 10, 100], ticktext=["1", "10", "100"])
    rows = {
        "tickvals": list(range(len(names))),
        "ticktext": [f"<b>{name}</b>" if row == chosen else name for row, name in enumerate(names)],
    }
    return figure.update_yaxes(range=[len(names) - 0.5, -0.5], **rows)


def _apart(ends: np.ndarray, *, gap: float) -> list[float]:
    """The ends of lines, those nearer than `gap` pushed apart around their middle."""
    order = np.argsort(ends, kind="stable")
    places = np.asarray(ends, np.float64)[order]
    for _ in range(50):
        for k in range(len(places) - 1):
            push = max(0.0, gap - (places[k + 1] - places[k])) / 2
            places[k : k + 2] += (-push, push)
    result = np.empty(len(ends))
    result[order] = places
    return result.tolist()
