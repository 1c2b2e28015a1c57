"""Pictures of training runs: losses by step and by length with bands over seeds, points by seed, rows' lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, TEXT_SIZE, chart, signed
from embviz.figures.curves import Curve, curves

HEIGHT = 420
HALF = 206  # two charts one above the other, and the gap between them
LEVELS = (("token", "solid"), ("query", "dashed"), ("key", "dashdot"), ("sum", "dotted"))
SEED_MARKS = ("circle", "square-open", "diamond")
WAYS = {  # a colour and a dash for each way of reading, those of rotary as in the lesson on long context
    "none": ("muted", "dotted"),
    "learned": ("gradient", "dashed"),
    "sinusoidal": ("sin", "dashdot"),
    "rotary": ("position", "solid"),
    "linear": ("query", "dashed"),
    "NTK-aware": ("sum", "dashdot"),
    "YaRN": ("key", "solid"),
    "ALiBi": ("value", "solid"),
}
PARTS = (("table", "token"), ("layers", "muted"), ("head", "key"))
DRAWN = 0.1  # the share of the steps after which curves are drawn: before it all fall steeply
SETTLED = 0.25  # and that after which they set the range of the axis


def by_step(
    steps: np.ndarray, values: np.ndarray, *, labels: Sequence[str], x: str, y: str, first_flat: bool = False
) -> go.Figure:
    """A line for each level, values (levels, seeds, steps): the mean over the seeds in a band from least to most.

    With `first_flat` the first level is the zero line that the others are told from, and has no band.
    """
    lines = []
    for name, level, (role, dash) in zip(labels, values, LEVELS, strict=False):
        band = {} if first_flat and not lines else {"low": level.min(axis=0), "high": level.max(axis=0)}
        lines.append(Curve(steps, level.mean(axis=0), name, role, dash, 2.5, **band))
    late = values[..., steps >= SETTLED * steps[-1]]
    low, high = float(late.min()), float(late.max())
    room = max(0.02, 0.1 * (high - low))
    figure = curves(
        lines, height=HEIGHT, x=x, y=y, zero=first_flat, y_range=(low - room, high + room), right=_room(labels)
    )
    return figure.update_xaxes(range=[float(steps[steps >= DRAWN * steps[-1]][0]), float(steps[-1])], tickformat=",~s")


def by_seed(
    values: np.ndarray,
    *,
    labels: Sequence[str],
    notes: Sequence[str],
    seeds: Sequence[int],
    x: str,
    zero: bool = False,
    joined: bool = True,
) -> go.Figure:
    """A row for each label, values (rows, seeds): a point for each seed, a stroke at their mean, a note at the end.

    `joined` rows share their seeds: a thin line joins the points of one.
    """
    rows = np.arange(len(labels))
    figure = chart(HALF, x=x, margin=(_room(labels), _room(notes), 8, 44))
    if zero:
        figure.add_vline(x=0, line={"color": LINE, "width": 2}, layer="below")
    for k, seed in enumerate(seeds):
        figure.add_scatter(
            x=values[:, k].astype(np.float32),
            y=rows,
            mode="lines+markers" if joined else "markers",
            line={"color": LINE, "width": 1},
            marker={
                "symbol": SEED_MARKS[k % len(SEED_MARKS)],
                "size": 9,
                "color": [MARK[LEVELS[row % len(LEVELS)][0]] for row in rows],
                "line": {"width": 1.5, "color": [MARK[LEVELS[row % len(LEVELS)][0]] for row in rows]},
            },
            text=list(labels),
            hovertemplate=f"%{{text}}, seed {seed}: %{{x:,.5~g}}<extra></extra>",
            cliponaxis=False,
        )
    for row, mean in zip(rows, values.mean(axis=1), strict=True):
        figure.add_shape(
            type="line", x0=float(mean), x1=float(mean), y0=row - 0.3, y1=row + 0.3,
            line={"color": MARK["muted"], "width": 2},
        )  # fmt: skip
    _rows(figure, labels, notes)
    low, high = float(values.min()), float(values.max())
    if zero:
        low, high = min(low, 0), max(high, 0)
    room = max(0.08 * (high - low), 1e-6)
    return figure.update_xaxes(range=[low - room, high + room], nticks=4)


def norms(quantiles: np.ndarray, *, labels: Sequence[str]) -> go.Figure:
    """The lengths of a table's rows, quantiles (levels, 5): 5 to 95 % as a line, the middle half thick, the median."""
    notes = [signed(each[2]) for each in quantiles]
    figure = chart(HALF, x="length of a row: 5 to 95 %, middle half, median", margin=(_room(labels), 64, 8, 44))
    for row, (name, each) in enumerate(zip(labels, quantiles.astype(float), strict=True)):
        colour = MARK[LEVELS[row % len(LEVELS)][0]]
        for a, b, width in ((0, 4, 2), (1, 3, 9)):
            figure.add_scatter(
                x=[each[a], each[b]], y=[row, row], mode="lines", line={"color": colour, "width": width},
                hovertemplate=f"{name}: %{{x:.3~g}}<extra></extra>",
            )  # fmt: skip
        figure.add_scatter(
            x=[each[2]],
            y=[row],
            mode="markers",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": colour}},
            hovertemplate=f"{name}: median %{{x:.3~g}}<extra></extra>",
        )
    _rows(figure, labels, notes)
    return figure.update_xaxes(range=[0, float(quantiles.max()) * 1.05], nticks=5)


def parameters(counts: np.ndarray, *, labels: Sequence[str]) -> go.Figure:
    """What is trained, counts (levels, 3): table, layers and head as bars in one row a level, the sum at its end."""
    figure = chart(HEIGHT, x="parameters", margin=(_room(labels), 84, 30, 48))
    start = np.zeros(len(counts))
    for part, (name, role) in enumerate(PARTS):
        share = counts[:, part].astype(float)
        figure.add_bar(
            x=share, y=np.arange(len(counts)), base=start.copy(), orientation="h", width=0.5, name=name,
            marker={"color": MARK[role], "line": {"width": 0}, "pattern": {"shape": ("", "", "/")[part]}},
            text=list(labels), textposition="none",
            hovertemplate=f"%{{text}}: {name} %{{customdata:,}}<extra></extra>", customdata=counts[:, part].astype(int),
        )  # fmt: skip
        start += share
    wide = float(counts.sum(axis=1).max())
    row = int(counts[:, 2].argmax())  # where all three are
    at = 0.0
    for part, (name, _) in enumerate(PARTS):
        figure.add_annotation(
            x=at + float(counts[row, part]) / 2, y=row - 0.27, yanchor="bottom", text=name, showarrow=False,
            font={"size": TEXT_SIZE},
        )  # fmt: skip
        at += float(counts[row, part])
    _rows(figure, labels, [f"{int(total):,}" for total in counts.sum(axis=1)])
    return figure.update_xaxes(range=[0, wide], nticks=4, tickformat="~s").update_layout(barmode="overlay")


def by_parameters(totals: np.ndarray, final: np.ndarray, *, labels: Sequence[str]) -> go.Figure:
    """The loss at the end, final (levels, seeds), over how many parameters were trained, totals (levels,)."""
    figure = chart(HEIGHT, x="parameters", y="loss at the end", margin=(72, 24, 30, 48))
    for k, (name, total, losses) in enumerate(zip(labels, totals.astype(float), final, strict=True)):
        colour = MARK[LEVELS[k % len(LEVELS)][0]]
        for seed, loss in enumerate(losses.astype(float)):
            figure.add_scatter(
                x=[total],
                y=[loss],
                mode="markers",
                marker={
                    "symbol": SEED_MARKS[seed % len(SEED_MARKS)],
                    "size": 10,
                    "color": colour,
                    "line": {"width": 1.5, "color": colour},
                },
                hovertemplate=f"{name}: %{{x:,}} parameters, loss %{{y:.4f}}<extra></extra>",
            )
        left = total in (totals.min(), totals.max())  # the names of the ends stand left of them, those between right
        figure.add_annotation(
            x=total, y=float(losses.mean()), text=name, showarrow=False, font={"size": TEXT_SIZE},
            xanchor="right" if left else "left", xshift=-12 if left else 12,
        )  # fmt: skip
    span = float(totals.max() - totals.min())
    figure.update_xaxes(range=[float(totals.min()) - 0.6 * span, float(totals.max()) + 0.08 * span], nticks=5)
    figure.update_xaxes(tickformat="~s")
    return figure


def lengths(times: np.ndarray, losses: np.ndarray, *, names: Sequence[str], trained: int, right: int = 0) -> go.Figure:
    """Loss at 1, 2, 4, 8 times the trained length, losses (ways, times, seeds), a band from the least to the most."""
    lines = [
        Curve(times, way.mean(axis=1), name, *WAYS[name], 2.5, low=way.min(axis=1), high=way.max(axis=1), marker=mark)
        for name, way, mark in zip(names, losses, _marks(names), strict=True)
    ]
    figure = curves(
        lines, height=HEIGHT, x="tokens read", y="loss", zero=False, log_x=True, right=right or _room(names)
    )
    told = [f"{trained * int(each):,}" for each in times]
    told[0] += "<br>trained"
    span = float(np.log10(times[-1]))
    figure.update_xaxes(tickvals=times.tolist(), ticktext=told, tickangle=0, range=[-0.03 * span, 1.03 * span])
    return figure.update_layout(margin={"b": 64}).update_yaxes(nticks=6)


def by_position(places: np.ndarray, values: np.ndarray, *, names: Sequence[str], trained: int, bins: int) -> go.Figure:
    """Loss by position, values (ways, seeds, bins), a band from the least to the most; dashed where training ended."""
    lines = [
        Curve(places, way.mean(axis=0), "", *WAYS[name], 2, low=way.min(axis=0), high=way.max(axis=0))
        for name, way in zip(names, values, strict=True)
    ]
    figure = curves(lines, height=HEIGHT, x=f"position, in steps of {bins}", y="loss", zero=False, right=16)
    drawn = [trace for trace in figure.data if trace.fill != "toself"]
    for trace, name in zip(drawn, names, strict=True):
        trace.update(name=name, hovertemplate=f"{name}<br>around position %{{x}}: %{{y:.3f}}<extra></extra>")
    end = float(places[-1] + places[0] + 1)
    if end > trained:
        figure.add_vline(x=trained, line={"color": MARK["muted"], "width": 2, "dash": "dash"}, layer="below")
        figure.add_annotation(
            x=trained, y=1, yref="paper", yanchor="bottom", text=f"trained at {trained}", showarrow=False,
            xanchor="left", xshift=-8, font={"size": TEXT_SIZE},
        )  # fmt: skip
    return figure.update_xaxes(range=[0, end]).update_layout(margin={"t": 30, "b": 64})


def _marks(names: Sequence[str]) -> list[str]:
    shapes = ("circle", "square", "diamond", "cross", "triangle-up", "triangle-down", "star", "x")
    return [shapes[tuple(WAYS).index(name)] for name in names]


def _rows(figure: go.Figure, labels: Sequence[str], notes: Sequence[str]) -> None:
    """A row for each label, the first on top, its note at the right."""
    count = len(labels)
    figure.update_yaxes(tickvals=list(range(count)), ticktext=list(labels), range=[count - 0.4, -0.6])
    for row, note in enumerate(notes):
        figure.add_annotation(
            x=1, xref="paper", y=row, xanchor="left", xshift=10, text=note, showarrow=False, font={"size": TEXT_SIZE}
        )


def _room(words: Sequence[str]) -> int:
    """The margin, in px, that the longest of some words needs."""
    return 26 + round(7.6 * max((len(each) for each in words), default=0))
