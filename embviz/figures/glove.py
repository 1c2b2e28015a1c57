"""Figures of the lesson on GloVe: counts, ratios, the weighting over the counts, and two trainings compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, SIMILARITY, TEXT_SIZE, chart

HEIGHT = 400
SEEDS_HEIGHT = 356
EDGE = 0.35  # decades between the largest ratio and the edge, where those stand that have none


def count(value: float) -> str:
    """A count in a cell: whole from 10 on, nothing for 0."""
    return "" if value == 0 else f"{value:.0f}" if value >= 9.95 else f"{value:.2g}"


def counts(values: np.ndarray, words: Sequence[str]) -> go.Figure:
    """Cells of counts (n, n), their strength log(1 + 10 X), each with its number; zero is the page."""
    values = np.asarray(values, np.float32)
    figure = chart(HEIGHT, margin=(72, 8, 34, 8))
    strength = np.log1p(10 * values)  # a pair 10 words apart counts 0.1
    scale = [[stop, colour.rsplit(",", 1)[0] + f",{stop:.3f})"] for stop, colour in SIMILARITY]
    figure.add_heatmap(
        z=strength,
        customdata=values,
        zmin=0,
        zmax=max(1.0, float(strength.max())),
        colorscale=scale,
        showscale=False,
        opacity=0.75,
        xgap=2,
        ygap=2,
        hovertemplate="X[%{text}] = %{customdata:,.4~g}<extra></extra>",
        text=[[f"{row}, {column}" for column in words] for row in words],
    )
    row, column = np.indices(values.shape)
    figure.add_scatter(
        x=column.ravel(),
        y=row.ravel(),
        text=[count(value) for value in values.ravel().tolist()],
        mode="text",
        textfont={"size": TEXT_SIZE},
        hoverinfo="skip",
    )
    at, n = list(range(len(words))), len(words)
    figure.update_xaxes(range=[-0.5, n - 0.5], tickvals=at, ticktext=list(words), side="top")
    return figure.update_yaxes(range=[n - 0.5, -0.5], tickvals=at, ticktext=list(words))


def share(value: float) -> str:
    """A probability in a few characters."""
    return "0" if value == 0 else f"{100 * value:.2g}%" if value < 0.0995 else f"{100 * value:.0f}%"


def ratios(
    given_a: np.ndarray, given_b: np.ndarray, ratio: np.ndarray, *, a: str, b: str, probes: Sequence[str]
) -> go.Figure:
    """For each probe the ratio of its probabilities, on a log axis with 1 marked, the largest on top.

    A number stands on the side of 1 that its row leaves free. Probes near one word alone have their mark at the edge.
    """
    ratio = np.asarray(ratio, np.float64)
    order = np.argsort(-np.where(np.isnan(ratio), 1.0, ratio), kind="stable")
    finite = ratio[np.isfinite(ratio) & (ratio > 0)]
    reach = max(0.8, float(np.abs(np.log10(finite)).max()) if len(finite) else 0.0) + EDGE
    figure = chart(HEIGHT, x="", margin=(84, 132, 30, 44))
    figure.add_vline(x=1, line={"color": MARK["highlight"], "width": 2}, layer="below")
    for row, k in enumerate(order.tolist()):
        value, said = ratio[k], f"{share(float(given_a[k]))} : {share(float(given_b[k]))}"
        end, role, symbol, told = _mark(float(value), reach)
        if role:
            figure.add_scatter(
                x=[1, end],
                y=[row, row],
                mode="lines",
                line={"color": MARK[role], "width": 3, "dash": "solid" if role == "query" else "7px 5px"},
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=[end],
            y=[row],
            mode="markers",
            marker={"size": 13, "color": MARK[role or "muted"], "symbol": symbol},
            hovertemplate=f"P({probes[k]} | {a}) = {given_a[k]:.4g}<br>P({probes[k]} | {b}) = {given_b[k]:.4g}"
            f"<br>ratio {told}<extra></extra>",
            cliponaxis=False,
        )
        free = role != "key"  # the side of 1 that the row leaves free has room for its number on every screen
        figure.add_annotation(
            x=0, y=row, xanchor="right" if free else "left", xshift=-10 if free else 10, text=told, showarrow=False,
            font={"size": TEXT_SIZE + 1},
        )  # fmt: skip
        figure.add_annotation(
            x=1, xref="paper", y=row, xanchor="left", xshift=10, text=said, showarrow=False, font={"size": TEXT_SIZE}
        )
    head = {"showarrow": False, "font": {"size": TEXT_SIZE}, "y": 1, "yref": "paper", "yanchor": "bottom"}
    figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=10, text=f"near {a} : {b}", **head)
    figure.add_annotation(x=0, xref="x", text="ratio 1", **head)
    decades = [k for k in range(-6, 7) if abs(k) <= reach]
    figure.update_xaxes(
        type="log",
        range=[-reach - 0.1, reach + 0.1],
        tickvals=[10.0**k for k in decades],
        ticktext=[f"{10.0**k:g}" for k in decades],
        title={"text": f"P(probe | {a}) / P(probe | {b})"},
    )
    return figure.update_yaxes(
        range=[len(order) - 0.5, -0.5], tickvals=list(range(len(order))), ticktext=[probes[k] for k in order]
    )


def _mark(value: float, reach: float) -> tuple[float, str, str, str]:
    """Where a ratio stands, its role, the shape of its mark, and what is said of it."""
    if np.isnan(value):
        return 1.0, "", "circle-open", "neither"
    if np.isinf(value):
        return 10.0**reach, "query", "triangle-right", "\u221e"
    if value == 0:
        return 10.0**-reach, "key", "triangle-left", "0"
    return value, "query" if value >= 1 else "key", "circle" if value >= 1 else "diamond-open", f"{value:.3g}"


def weights(
    x: np.ndarray, f: np.ndarray, edges: np.ndarray, pairs: np.ndarray, weight: np.ndarray, *, x_max: float
) -> go.Figure:
    """f(x) above, and on the same axis which share of all pairs has such a count, and of the whole weight."""
    figure = chart(HEIGHT, x="count X of a pair of words", margin=(60, 16, 26, 46))
    figure.add_scatter(
        x=np.asarray(x, np.float32), y=np.asarray(f, np.float32), mode="lines",
        line={"color": MARK["query"], "width": 3}, hovertemplate="f(%{x:.3~g}) = %{y:.3~g}<extra></extra>",
    )  # fmt: skip
    middle = np.sqrt(edges[:-1] * edges[1:])
    for values, name, role, dash, fill in (
        (pairs, "pairs", "muted", "4px 3px", "rgba(143,146,154,.22)"),
        (weight, "weight", "value", "solid", "rgba(75,123,62,.30)"),
    ):
        steps = np.concatenate([values, values[-1:]])
        figure.add_scatter(
            x=np.asarray(edges, np.float32), y=np.asarray(steps, np.float32), yaxis="y2", mode="lines",
            line={"color": MARK[role], "width": 2, "dash": dash, "shape": "hv"}, fill="tozeroy", fillcolor=fill,
            hovertemplate=f"X from %{{x:.3~g}}<br>%{{y:.1%}} of the {name}<extra></extra>",
        )  # fmt: skip
    both = np.stack([pairs, weight])
    for k, name in enumerate(("of the pairs", "of the weight")):
        ahead = both[k] - both[1 - k]
        alone = bool((ahead > 1e-9).any())
        top = int(np.where(ahead > 1e-9, both[k], -1).argmax() if alone else both[k].argmax())
        figure.add_annotation(
            x=float(np.log10(middle[top])),
            y=float(both[k, top]),
            yref="y2",
            yanchor="bottom",
            xanchor="left" if k else "center",
            yshift=2 if alone or k == 0 else 22,
            text=f"{both[k, top]:.0%} {name}",
            showarrow=False,
            font={"size": TEXT_SIZE},
        )
    figure.add_vline(x=x_max, line={"color": MARK["highlight"], "width": 1.5, "dash": "dot"}, layer="below")
    figure.add_annotation(
        x=float(np.log10(x_max)), y=1, yref="paper", yanchor="bottom", text=f"x_max = {x_max:g}", showarrow=False,
        font={"size": TEXT_SIZE},
    )  # fmt: skip
    figure.update_xaxes(type="log", dtick=1, anchor="y2")
    same = {"showgrid": False, "zeroline": False, "fixedrange": True, "tickfont": {"size": TEXT_SIZE}, "ticks": ""}
    top = float(both.max())
    figure.update_layout(
        yaxis={"domain": [0.56, 1], "range": [0, 1.06], "tickvals": [0, 0.5, 1], "title": {"text": "weight f"}},
        yaxis2=same
        | {
            "domain": [0, 0.44],
            "range": [0, 1.3 * top],
            "tickformat": ".0%",
            "nticks": 4,
            "title": {"text": "share", "font": {"size": TEXT_SIZE}, "standoff": 6},
        },
    )
    return figure


def coordinates(
    values: np.ndarray, *, words: Sequence[str], place: int, x: str, y: str, r: float, turned: bool
) -> go.Figure:
    """One coordinate of every word in two tables (n, 2), one table to the right and one up, with their correlation."""
    figure = chart(SEEDS_HEIGHT, x=x, y=y, margin=(60, 14, 30, 46))
    limit = 1.08 * max(1e-6, float(np.abs(values).max()))
    figure.add_scatter(
        x=[-limit, limit], y=[-limit, limit], mode="lines", line={"color": LINE, "width": 1}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=values[:, 0],
        y=values[:, 1],
        mode="markers",
        marker={
            "size": 7,
            "color": MARK["token" if turned else "position"],
            "symbol": "circle" if turned else "diamond-open",
        },
        text=list(words),
        hovertemplate="%{text}<br>%{x:.3f}, %{y:.3f}<extra></extra>",
    )
    at = values[place]
    figure.add_scatter(
        x=[at[0]],
        y=[at[1]],
        mode="markers+text",
        marker={"size": 13, "symbol": "circle-open", "color": MARK["highlight"], "line": {"width": 2.5}},
        text=[f"<b>{words[place]}</b>"],
        textposition="top left" if at[0] > 0 else "top right",
        textfont={"size": TEXT_SIZE},
        hoverinfo="skip",
    )
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom",
        text=f"r = {r:.2f}".replace("-", "\u2212"), showarrow=False, font={"size": TEXT_SIZE + 1},
    )  # fmt: skip
    figure.update_xaxes(range=[-limit, limit], nticks=7)
    return figure.update_yaxes(range=[-limit, limit], nticks=5)


def overlaps(overlap: np.ndarray, *, chance: float, k: int) -> go.Figure:
    """How many words have 0, 1, … k of their k nearest neighbours in common; chance and the mean are marked."""
    figure = chart(SEEDS_HEIGHT, x=f"of the {k} nearest, in both", y="words", margin=(60, 14, 30, 46))
    common = np.bincount(np.round(k * overlap).astype(int), minlength=k + 1)
    figure.add_bar(
        x=list(range(k + 1)), y=common, width=0.8, marker={"color": MARK["value"]},
        hovertemplate="%{y} words have %{x} of " + str(k) + "<extra></extra>",
    )  # fmt: skip
    marks = ((k * chance, "chance", "muted", "left"), (k * float(overlap.mean()), "mean", "highlight", "right"))
    for at, name, role, side in marks:
        figure.add_vline(x=at, line={"color": MARK[role], "width": 2, "dash": "dot"})
        figure.add_annotation(
            x=at, y=1, yref="paper", yanchor="bottom", xanchor=side, xshift=-8 if side == "left" else 8,
            text=f"{name} {at:.1f}", showarrow=False, font={"size": TEXT_SIZE},
        )  # fmt: skip
    return figure.update_xaxes(range=[-0.6, k + 0.6], tickvals=list(range(0, k + 1, 2)))


def distance(ratio: float) -> float:
    """How far a ratio is from 1, in decades; infinite where one side has no count."""
    return abs(float(np.log10(ratio))) if 0 < ratio < np.inf else float("inf")
