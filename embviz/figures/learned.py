"""Pictures of what a trained table of positions is like: a number of each row, in three tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, TEXT_SIZE, chart, signed

HEIGHT = 424
PLACES = (  # of the three panels, as shares of the figure: x from, x to, y from, y to; the learned table has most room
    (0.0, 1.0, 0.46, 1.0),
    (0.0, 0.4, 0.0, 0.26),
    (0.6, 1.0, 0.0, 0.26),
)
TICKS = ([0, 127, 255, 383, 511], [0, 255, 511], [0, 255, 511])
BELOW, ABOVE = 0.43, 6.0  # how far a logarithmic axis goes below and above the median
NAMED = 40  # a run of at least so many rows gets its median written
NEAR = 0.75  # from this share of the rows on, words stand on the left of their mark


def rows(
    values: np.ndarray,
    *,
    names: Sequence[str],
    medians: Sequence[float],
    apart: Sequence[int],
    peaks: Sequence[int],
    runs: Sequence[tuple[int, int, float]],
    measure: str,
    log: bool,
) -> go.Figure:
    """A number of each row (3, n), one panel a table. `apart` rows of the first are marked, the `peaks` named.

    `runs` (first, last, median) are the rows between. With `log` the three axes span the same factor around their own
    median, without they are the same.
    """
    figure = chart(HEIGHT, margin=(56, 16, 34, 44))
    at = np.arange(values.shape[1], dtype=np.float32)
    shared = [min(-0.2, float(values.min()) - 0.05), 1.05]
    for i, (name, place, middle) in enumerate(zip(names, PLACES, medians, strict=True)):
        number = str(i + 1) if i else ""
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        words = f"{middle:#.3g}" if log else f"{middle:z.3f}".replace("-", "\u2212")
        span = np.log10([middle * BELOW, middle * ABOVE]).tolist() if log else shared
        ticks = round_numbers(middle * BELOW, middle * ABOVE) if log else [0, 0.5, 1]
        figure.update_layout(
            {
                f"xaxis{number}": figure.layout.xaxis.to_plotly_json()
                | {"domain": place[:2], "anchor": axes["yaxis"], "range": [-6, values.shape[1] + 5]}
                | {"tickvals": TICKS[i], "ticktext": ["position 0", *map(str, TICKS[i][1:])] if i == 0 else None},
                f"yaxis{number}": figure.layout.yaxis.to_plotly_json()
                | {"domain": place[2:], "anchor": axes["xaxis"], "range": span, "type": "log" if log else "linear"}
                | {
                    "tickvals": [middle] if log and i else ticks,
                    "ticktext": [words] if log and i else list(map(signed, ticks)),
                },
            }
        )
        figure.add_shape(
            type="line", xref=axes["xaxis"], yref=axes["yaxis"], x0=0, x1=values.shape[1], y0=middle, y1=middle,
            line={"color": LINE, "width": 1}, layer="below",
        )  # fmt: skip
        figure.add_scatter(
            x=at,
            y=np.asarray(values[i], np.float32),
            mode="lines",
            line={"color": MARK["position"], "width": 2},
            hovertemplate=f"{name}, row %{{x}}<br>{measure} %{{y:.3~g}}<extra></extra>",
            **axes,
        )
        title = f"<b>{name}</b>" if i else f"<b>{name}</b>  median {words}"
        figure.add_annotation(
            x=place[0], xref="paper", y=place[3], yref="paper", yanchor="bottom", xanchor="left", yshift=6,
            text=title, showarrow=False, font={"size": TEXT_SIZE + 1},
        )  # fmt: skip
    _mark(figure, values[0], apart, peaks, medians[0], log)
    for run in runs:
        _run(figure, *run, log)
    return figure


def round_numbers(low: float, high: float) -> list[float]:
    """1, 2 and 5 of each decade from `low` to `high`."""
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    return [float(f"{decade * k:.6g}") for decade in decades for k in (1, 2, 5) if low <= decade * k <= high]


def _mark(
    figure: go.Figure, values: np.ndarray, apart: Sequence[int], peaks: Sequence[int], middle: float, log: bool
) -> None:
    """A diamond at each row that stands apart; the peaks among them say their row and number."""
    figure.add_scatter(
        x=np.asarray(apart, np.float32),
        y=np.asarray(values[list(apart)], np.float32),
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 11,
            "color": MARK["highlight"],
            "line": {"color": "rgba(128,134,146,.5)", "width": 1},
        },
        hovertemplate="row %{x}: %{y:.3~g}<extra></extra>",
        cliponaxis=False,
    )
    for row in peaks:
        left = row > NEAR * len(values)
        figure.add_annotation(
            x=row,
            y=float(np.log10(values[row]) if log else values[row]),
            text=f"row {row}: {values[row]:#.3g}",
            font={"size": TEXT_SIZE},
            showarrow=False,
            xanchor="right" if left else "left",
            xshift=-10 if left else 10,
            yshift=6 if values[row] > middle else -12,
        )


def _run(figure: go.Figure, first: int, last: int, middle: float, log: bool) -> None:
    """The rows first to last and their median, written below their line."""
    if last - first < NAMED:
        return
    figure.add_annotation(
        x=(first + last) / 2,
        y=float(np.log10(middle) if log else middle),
        text=f"rows {first}\u2013{last}<br>{middle:#.3g}",
        font={"size": TEXT_SIZE, "color": MARK["muted"]},
        showarrow=False,
        yanchor="top",
        yshift=-8,
    )
