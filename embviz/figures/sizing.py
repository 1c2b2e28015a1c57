"""Pictures of what tables cost: bytes to read them and to train them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import MARK, TEXT_SIZE, chart

HEIGHT = 420
PARTS = (  # of the memory: its name in a row, in words, its role and how it is filled
    ("weights", "weights", "token", ""),
    ("gradients", "gradients", "gradient", "."),
    ("copy", "float32 copy", "token", "/"),
    ("states", "optimiser states", "muted", "x"),
)
OPTIMISERS = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
KINDS = {"read": "to read", "train": "to train"}
LEFT = 148


def training(rows: Sequence[dict], notes: Sequence[str], *, per: int, unit: str) -> go.Figure:
    """Bytes as `embviz.compute.sizing.held` gives them, in units of `per`: a bar for each row, its note at the end."""
    places, headings = _places(rows)
    names = [" ".join(part for part in (row["dtype"], OPTIMISERS.get(row["optimiser"])) if part) for row in rows]
    figure = chart(HEIGHT, x=unit, margin=(LEFT, _room(notes), 30, 46))
    start = np.zeros(len(rows))
    for key, words, role, fill in PARTS:
        sizes = np.array([row[key] for row in rows], np.float64) / per
        figure.add_bar(
            x=sizes,
            y=places,
            base=start.copy(),
            orientation="h",
            width=0.66,
            name=words,
            marker={
                "color": MARK[role],
                "line": {"width": 1, "color": "rgba(128,134,146,.6)"},
                "pattern": {
                    "shape": fill,
                    "fillmode": "overlay",
                    "fgcolor": "#ffffff",
                    "fgopacity": 0.85,
                    "size": 8,
                    "solidity": 0.25,
                },
            },
            text=[f"{name}, {KINDS[row['kind']]}" for name, row in zip(names, rows, strict=True)],
            textposition="none",
            hovertemplate=f"%{{text}}<br>{words} %{{x:,.4~g}} {unit}<extra></extra>",
        )
        start += sizes
    widest = max(row["total"] for row in rows) / per
    for words, place in headings:
        figure.add_annotation(
            x=0, xref="paper", xshift=-LEFT, y=place, xanchor="left", showarrow=False,
            text=f"<b>{words}</b>", font={"size": TEXT_SIZE},
        )  # fmt: skip
    _notes(figure, places, notes)
    figure.update_yaxes(tickvals=places, ticktext=names, range=[places[-1] + 0.6, -0.6])
    figure.update_xaxes(range=[0, widest * 1.02], nticks=5, tickformat=",~g")
    key = {"orientation": "h", "x": 0, "y": 1, "xref": "container", "yref": "container", "yanchor": "top"}
    key |= {"font": {"size": TEXT_SIZE}, "itemclick": False, "itemdoubleclick": False, "traceorder": "normal"}
    return figure.update_layout(barmode="overlay", showlegend=True, legend=key)


def _places(rows: Sequence[dict]) -> tuple[list[float], list[tuple[str, float]]]:
    """Where rows and the headings of their kinds stand, from the top."""
    places, headings, at = [], [], 0.0
    for k, row in enumerate(rows):
        if not k or row["kind"] != rows[k - 1]["kind"]:
            headings.append((KINDS[row["kind"]], at))
            at += 1
        places.append(at)
        at += 1
    return places, headings


def _notes(figure: go.Figure, places: Sequence[float], notes: Sequence[str]) -> None:
    for place, note in zip(places, notes, strict=True):
        figure.add_annotation(
            x=1, xref="paper", y=place, xanchor="left", xshift=10, text=note, showarrow=False, font={"size": TEXT_SIZE}
        )


def _room(words: Sequence[str]) -> int:
    """The margin, in px, that the longest of some words needs."""
    return 22 + round(7.6 * max((len(each) for each in words), default=0))
