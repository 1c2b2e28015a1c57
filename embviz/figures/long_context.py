"""Pictures of long contexts: wavelengths under each scaling, ALiBi by head, xPos over distance, a stretched table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, TEXT_SIZE, chart, signed
from embviz.figures.curves import DASHES, Curve, curves
from embviz.figures.matrix import signed_matrix

HEIGHT = 420
SLOPES_HEIGHT = 158
FLOOR = 1e-6  # the least weight that is drawn
HEADS_DRAWN = 16
STYLES = {  # a colour and a dash for each scheme
    "unchanged": ("position", "solid"),
    "linear": ("query", "dashed"),
    "NTK-aware": ("sum", "dashdot"),
    "dynamic NTK": ("gradient", "dotted"),
    "YaRN": ("key", "solid"),
    "Llama 3": ("value", "dashed"),
}


def wavelengths(
    waves: np.ndarray, turns: np.ndarray, *, schemes: Sequence[str], chosen: str, length: int, reach: int
) -> go.Figure:
    """The wavelength of each pair, before and after scaling; hollow where training never completed a turn."""
    pairs = np.arange(waves.shape[1])
    lines = [
        Curve(pairs, row, name if name in ("unchanged", chosen) else "", *STYLES[name], width=1.5)
        for name, row in zip(schemes, waves, strict=True)
    ]
    figure = curves(lines, height=HEIGHT, x="pair i", y="wavelength in positions", log_y=True, right=104)
    _named(figure, schemes, "one turn in %{y:,.4~g} positions")
    whole = turns >= 1
    for name in dict.fromkeys(("unchanged", chosen)):
        row, colour = waves[list(schemes).index(name)], MARK[STYLES[name][0]]
        for part, symbol, words in ((whole, "circle", "turned in training"), (~whole, "circle-open", "never turned")):
            figure.add_scatter(
                x=pairs[part],
                y=row[part].astype(np.float32),
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": 7 if len(pairs) <= 32 else 5,
                    "color": colour,
                    "line": {"width": 1.5, "color": colour},
                },
                hovertemplate=f"{name}<br>pair %{{x}}: one turn in %{{y:,.4~g}} positions<extra>{words}</extra>",
            )
    _level(figure, length, f"L = {length:,}", "dash")
    if reach > length:
        _level(figure, reach, f"N = {reach:,}", "dot")
    low, high = np.log10(min(waves.min(), length)), np.log10(max(waves.max(), reach))
    every = int(np.ceil((high - low) / 6))
    powers = [power for power in range(int(np.ceil(low - 0.2)), int(high + 0.35) + 1) if power % every == 0]
    named = {"tickvals": [10.0**power for power in powers], "ticktext": [_count(10**power) for power in powers]}
    figure.update_xaxes(range=[-1, len(pairs)])
    return figure.update_yaxes(range=[low - 0.2, high + 0.35], **named)


def stretch(ratios: np.ndarray, *, schemes: Sequence[str], chosen: str) -> go.Figure:
    """How many times as long each pair's wavelength became; names at the ends, with a piece of their line."""
    pairs = np.arange(ratios.shape[1])
    lines = [
        Curve(pairs, row, name, *STYLES[name], width=4.5 if name == chosen else 2.5)
        for name, row in zip(schemes, ratios, strict=True)
    ]
    figure = curves(lines, height=HEIGHT, x="pair i", y="times as long", log_y=True, right=144)
    _named(figure, schemes, "%{y:.3~g} times as long")
    for label, line in zip(figure.layout.annotations, lines, strict=True):
        label.update(xshift=38, text=f"<b>{line.name}</b>" if line.name == chosen else line.name)
        figure.add_shape(
            type="line", xref="paper", yref="y", xsizemode="pixel", xanchor=1, x0=6, x1=34,
            y0=10**label.y, y1=10**label.y,
            line={"color": MARK[line.role], "width": 4.5 if line.name == chosen else 2.5, "dash": DASHES[line.dash]},
        )  # fmt: skip
    top = max(float(ratios.max()), 2.0)
    ticks = [2**k for k in range(24) if 2**k <= top * 1.01]
    ticks = ticks[:: -(-len(ticks) // 6)]
    return figure.update_yaxes(tickvals=ticks, ticktext=[f"{t:,}" for t in ticks])


def slopes(values: np.ndarray, *, head: int, added: int) -> go.Figure:
    """The slope of each head: round where it belongs to the power of two below, a diamond where to the one above."""
    figure = chart(SLOPES_HEIGHT, margin=(64, 48, 26, 26))
    numbers = np.arange(1, len(values) + 1)
    colours = [MARK["highlight"] if number == head else MARK["value"] for number in numbers]
    figure.add_scatter(
        x=numbers,
        y=np.asarray(values, np.float32),
        mode="markers",
        marker={
            "symbol": ["diamond-open" if n > len(values) - added else "circle" for n in numbers],
            "size": [13 if number == head else 9 for number in numbers],
            "color": colours,
            "line": {"width": 2, "color": colours},
            "opacity": 1,
        },
        hovertemplate="head %{x}: slope %{y:.4~g}<extra></extra>",
        cliponaxis=False,
    )
    corners = {"slope": (0, 1, "right", "bottom", -6), "head": (1, 0, "left", "top", 4)}
    for name, (x, y, left, above, shift) in corners.items():
        figure.add_annotation(
            text=name, xref="paper", yref="paper", x=x, y=y, xanchor=left, yanchor=above, xshift=shift, yshift=2,
            showarrow=False, font={"size": TEXT_SIZE},
        )  # fmt: skip
    ticks = [2.0**-k for k in (1, 3, 5, 7)] if len(values) > 4 else [float(v) for v in values]
    figure.update_yaxes(type="log", tickvals=ticks, ticktext=[_fraction(t) for t in ticks])
    return figure.update_xaxes(range=[0.4, len(values) + 0.6], tickformat="d")


def bias(matrix: np.ndarray, *, limit: float, head: int) -> go.Figure:
    """What one head adds to its scores; hatched where the causal mask hides the future."""
    names = [str(k) for k in range(len(matrix))]
    figure = signed_matrix(
        matrix,
        limit=limit,
        height=HEIGHT - SLOPES_HEIGHT - 16,
        x="",
        y="query",
        name=f"bias of head {head}",
        columns=names,
        rows=names,
    )
    known = matrix[np.isfinite(matrix)]
    digits = 3 if np.abs(known).max() < 1 else 2
    figure.data[1].text = [f"{value:.{digits}f}".replace("-", "\u2212") if value else "0" for value in known]
    strokes: list[tuple[list[float | None], list[float | None]]] = []
    for row, column in zip(*np.nonzero(~np.isfinite(matrix)), strict=True):
        for shift in (-0.3, 0.0, 0.3):
            left, right = max(-0.4, -0.4 + shift), min(0.4, 0.4 + shift)
            strokes.append(([column + left, column + right, None], [row + left - shift, row + right - shift, None]))
    figure.add_scatter(
        x=[v for xs, _ in strokes for v in xs],
        y=[v for _, ys in strokes for v in ys],
        mode="lines",
        line={"color": LINE, "width": 1},
        hoverinfo="skip",
    )
    figure.data[0].hovertemplate = f"bias of head {head}<br>query %{{y}}, key %{{x}}: %{{z:.4~g}}<extra></extra>"
    return figure.update_layout(margin={"t": 30, "b": 6})


def weights(
    values: np.ndarray, distances: np.ndarray, half: np.ndarray, *, head: int, added: int, length: int, reach: int
) -> go.Figure:
    """Attention over distance for every head if all scores are equal, and within which distance half of it lies."""
    kept = np.asarray(values, np.float32)
    figure = chart(HEIGHT, x="distance in positions", y="weight", margin=(64, 16, 30, 48))
    heads = len(kept)
    drawn = drawn_heads(heads, head)
    for k in sorted(drawn, key=lambda k: k == head - 1):  # the chosen one on top
        chosen = k == head - 1
        shown = kept[k] >= FLOOR / 3
        figure.add_scatter(
            x=distances[shown].astype(np.float32),
            y=kept[k][shown],
            mode="lines",
            line={
                "color": MARK["highlight" if chosen else "value"],
                "width": 4 if chosen else 1.5,
                "dash": DASHES["dashed" if k >= heads - added else "solid"],
            },
            hovertemplate=f"head {k + 1}<br>distance %{{x:,}}<br>weight %{{y:.3~g}}<extra></extra>",
        )
    for k in drawn:
        if not 1 <= half[k] <= distances[-1]:
            continue
        figure.add_scatter(
            x=[float(half[k])],
            y=[float(np.interp(half[k], distances, kept[k]))],
            mode="markers",
            marker={
                "symbol": "circle" if k == head - 1 else "circle-open",
                "size": 12 if k == head - 1 else 8,
                "color": MARK["highlight" if k == head - 1 else "value"],
                "line": {"width": 2, "color": MARK["highlight" if k == head - 1 else "value"]},
            },
            hovertemplate=f"head {k + 1}: half of the weight within %{{x:,}}<extra></extra>",
        )
    for at, words, dash in ((length, f"L = {length:,}", "dash"), (reach, "N", "dot")):
        if at == reach == length and words == "N":
            continue
        figure.add_vline(x=at, line={"color": MARK["muted"], "width": 2, "dash": dash})
        figure.add_annotation(
            x=np.log10(at), y=1, yref="paper", yanchor="bottom", xanchor="right" if dash == "dash" else "center",
            text=words, showarrow=False, font={"size": TEXT_SIZE},
        )  # fmt: skip
    _name_heads(figure, kept, distances, drawn, head)
    _distances(figure, reach, 0.1)
    return figure.update_yaxes(type="log", range=[np.log10(FLOOR), 0.1], dtick=1, exponentformat="power")


def drawn_heads(heads: int, head: int) -> list[int]:
    """Which heads, counted from 0, are drawn: all if there is room, else evenly chosen ones and the one shown."""
    if heads <= HEADS_DRAWN:
        return list(range(heads))
    return sorted({head - 1, *np.linspace(0, heads - 1, HEADS_DRAWN).round().astype(int).tolist()})


def decays(values: np.ndarray, distances: np.ndarray, *, pairs: Sequence[int], length: int, reach: int) -> go.Figure:
    """By what xPos multiplies some pairs of a score, over the distance."""
    lines = [
        Curve(distances, row, "", "position", width=4 - 2.6 * k / max(1, len(pairs) - 1))
        for k, (pair, row) in enumerate(zip(pairs, values, strict=True))
    ]
    figure = curves(lines, height=HEIGHT, x="distance in positions", y="factor", log_x=True, y_range=(0, 1), right=16)
    _named(figure, [f"pair {pair}" for pair in pairs], "factor %{y:.3~g}", x="distance")
    for k, (pair, row) in enumerate(zip(pairs, values, strict=True)):  # named where a line passes a half, or at its end
        low = np.flatnonzero(row < 0.5)
        at = int(low[0]) if len(low) else len(row) - 1
        side = {"xanchor": "right", "xshift": -8} if not k else {"xanchor": "left", "xshift": 4}
        side = side if len(low) else {"xanchor": "right", "yanchor": "top", "xshift": -6, "yshift": -4}
        figure.add_annotation(
            x=float(np.log10(distances[at])), y=float(row[at]), text=str(pair) if k else f"pair {pair}",
            showarrow=False, font={"size": TEXT_SIZE}, **side,
        )  # fmt: skip
    return _lengths(figure, length, reach)


def scores(plain: np.ndarray, decayed: np.ndarray, distances: np.ndarray, *, length: int, reach: int) -> go.Figure:
    """The score of q = k over the distance, without and with xPos, as a share of that at distance 0."""
    lines = [Curve(distances, plain, "", "muted", width=1.5), Curve(distances, decayed, "", "value", width=4)]
    low = min(-0.1, float(plain.min()), float(decayed.min()))
    figure = curves(lines, height=HEIGHT, x="distance in positions", y="score", log_x=True, y_range=(low, 1), right=16)
    names = ("rotary alone", "with xPos")
    _named(figure, names, "score %{y:.3f}", x="distance")
    late = np.flatnonzero((distances >= distances[-1] ** 0.6) & (distances <= distances[-1] ** 0.8))
    places = (int(late[plain[late].argmax()]), int(np.searchsorted(distances, distances[-1] ** 0.3)))
    for name, row, k, (ax, ay) in zip(names, (plain, decayed), places, ((24, -56), (-26, 52)), strict=True):
        figure.add_annotation(
            x=float(np.log10(distances[k])), y=float(row[k]), text=name, font={"size": TEXT_SIZE}, ax=ax, ay=ay,
            arrowhead=0, arrowwidth=1, arrowcolor=MARK["muted"], standoff=4,
        )  # fmt: skip
    return _lengths(figure, length, reach)


def stretched(places: np.ndarray, before: np.ndarray, after: np.ndarray, same: np.ndarray, *, told: int) -> go.Figure:
    """A learned table, stretched: how alike neighbours are before and after, and old row p to new row p."""
    at = np.arange(len(before))
    lines = [
        Curve(places, after, "next row, after", "position", width=3),
        Curve(at, before, "next row, before", "position", dash="dashed", width=2),
        Curve(np.arange(len(same)), same, "row p, before<br>and after", "query", width=1.5),
    ]
    figure = curves(
        lines,
        height=HEIGHT,
        x="place in the old table",
        y="cosine",
        y_range=(min(-0.2, float(same.min())), 1),
        right=150,
    )
    figure.add_scatter(
        x=[told],
        y=[float(same[told])],
        mode="markers",
        marker={"symbol": "circle", "size": 11, "color": MARK["query"]},
        hovertemplate=f"row {told} and the row now at {told}: %{{y:.3f}}<extra></extra>",
    )
    return figure


def _level(figure: go.Figure, at: float, words: str, dash: str) -> None:
    figure.add_hline(y=at, line={"color": MARK["muted"], "width": 2, "dash": dash}, layer="below")
    figure.add_annotation(
        text=words, showarrow=False, font={"size": TEXT_SIZE}, xref="paper", x=0, xanchor="left", xshift=6,
        y=float(np.log10(at)), yanchor="bottom",
    )  # fmt: skip


def _lengths(figure: go.Figure, length: int, reach: int) -> go.Figure:
    """The trained and the read length on a logarithmic axis of distances, which ends at the latter."""
    figure.update_layout(margin={"t": 30})
    figure.add_vline(x=length, line={"color": MARK["muted"], "width": 2, "dash": "dash"}, layer="below")
    figure.add_annotation(
        x=float(np.log10(length)), y=1, yref="paper", yanchor="bottom", text=f"L = {length:,}", showarrow=False,
        font={"size": TEXT_SIZE}, xanchor="right" if length == reach else "center",
    )  # fmt: skip
    return _distances(figure, reach, 0.05)


def _distances(figure: go.Figure, reach: int, room: float) -> go.Figure:
    """A logarithmic axis from 1 to `reach`, with its powers of ten in words."""
    powers = range(int(np.log10(reach)) + 1)
    named = {"tickvals": [10**power for power in powers], "ticktext": [_count(10**power) for power in powers]}
    return figure.update_xaxes(type="log", range=[-0.05, float(np.log10(reach)) + room], **named)


def _name_heads(figure: go.Figure, values: np.ndarray, distances: np.ndarray, drawn: Sequence[int], head: int) -> None:
    """The number of each head drawn at the foot of its curve, as many as there is room for; the chosen one always."""
    feet = []
    for k in drawn:
        above = np.flatnonzero(values[k] >= FLOOR)
        if len(above) and above[-1] < len(distances) - 1:
            feet.append((float(np.log10(distances[above[-1]])), k + 1))
    span = float(np.log10(distances[-1]))
    taken: list[float] = []
    for at, number in sorted(feet, key=lambda foot: (foot[1] != head, foot[1])):
        if any(abs(at - other) < 0.05 * span for other in taken):
            continue
        taken.append(at)
        figure.add_annotation(
            x=at, y=0, yref="paper", yanchor="bottom", xanchor="left", xshift=3, showarrow=False,
            text=f"<b>{number}</b>" if number == head else str(number), font={"size": TEXT_SIZE},
        )  # fmt: skip


def _named(figure: go.Figure, names: Sequence[str], said: str, *, x: str = "pair") -> None:
    """Tell each line's own name under the hand."""
    for trace, name in zip(figure.data, names, strict=True):
        trace.update(name=name, hovertemplate=f"{name}<br>{x} %{{x:,.6~g}}: {said}<extra></extra>")


def _count(value: float) -> str:
    """A power of ten as a tick: 100,000 and from a million on 1M."""
    return f"{value / 1e6:,.0f}M" if value >= 1e6 else f"{value:,.0f}"


def _fraction(value: float) -> str:
    """1/8 for 0.125; three digits for what is no such fraction."""
    turned = 1 / value
    return f"1/{turned:.0f}" if abs(turned - round(turned)) < 1e-6 else signed(value)
