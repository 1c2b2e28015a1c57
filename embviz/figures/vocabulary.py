"""Pictures of vocabularies: how often entries are used by rank, and how many rows a batch trains by size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import LINE, MARK, TEXT_SIZE, chart

HEIGHT = 420
LINES = {"BPE": ("token", "solid", "circle"), "Unigram": ("query", "7px 5px", "square")}
NAMED = (1, 10, 100, 1000, 10_000)
"""Ranks whose entry is written beside the line."""

LEFT = ("minilm", "wordllama", "o200k")
"""Whose name stands left of its mark."""

SHIFT = {"minilm": 8, "wordllama": -9, "o200k": -12}
TICKS = (256, 2048, 16_384, 131_072)


def ranks(
    at: np.ndarray,
    shares: np.ndarray,
    *,
    named_at: np.ndarray,
    named: Sequence[str],
    used: int,
    size: int,
    once: float,
) -> go.Figure:
    """The share of each entry over its rank, both on log axes; the rank of the last that is used, and of all.

    `once` is the share of an entry that a batch has once in the mean.
    """
    figure = chart(HEIGHT, x="rank of the entry", y="share of the tokens", margin=(72, 20, 30, 48))
    figure.add_scatter(
        x=at.astype(np.float32), y=shares.astype(np.float32), mode="lines", line={"color": MARK["token"], "width": 3},
        hoverinfo="skip",
    )  # fmt: skip
    heights = np.interp(np.log(named_at), np.log(at), np.log(shares))
    words = [_safe(word) for word in named]
    figure.add_scatter(
        x=named_at.astype(np.float32), y=np.exp(heights).astype(np.float32), mode="markers", text=words,
        marker={"size": 8, "color": MARK["token"]},
        hovertemplate="rank %{x:,}: “%{text}”<br>share %{y:.3~g}<extra></extra>",
    )  # fmt: skip
    for rank, height, word in zip(named_at.astype(int), heights, words, strict=True):
        if rank in NAMED and word:
            figure.add_annotation(
                x=np.log10(rank), y=height / np.log(10), text=f"“{word}”", showarrow=False, font={"size": TEXT_SIZE},
                xanchor="left" if rank < NAMED[-1] else "right", xshift=8 if rank < NAMED[-1] else -6,
                yanchor="bottom" if rank < NAMED[-1] else "top",
            )  # fmt: skip
    low = min(float(shares.min()), once)
    bottom, top = np.log10(low) - 0.35, np.log10(float(shares.max())) + 0.25
    right = np.log10(size)
    if right > np.log10(used):
        figure.add_shape(
            type="rect", x0=used, x1=size, y0=0, y1=1, yref="paper", line={"width": 0},
            fillcolor="rgba(128,134,146,.2)", layer="below",
        )  # fmt: skip
    figure.add_hline(y=once, line={"color": MARK["highlight"], "width": 1.5, "dash": "dash"}, layer="below")
    figure.add_annotation(
        x=0, xref="paper", y=np.log10(once), text="once in a batch", showarrow=False, xanchor="left", xshift=6,
        yanchor="bottom", font={"size": TEXT_SIZE},
    )  # fmt: skip
    figure.add_annotation(
        x=right, y=1, yref="paper", text=f"{size - used:,} never used", showarrow=False, xanchor="right",
        yanchor="bottom", font={"size": TEXT_SIZE},
    )  # fmt: skip
    figure.update_xaxes(type="log", range=[-0.08, right + 0.04], tickvals=_powers(size), tickformat=",")
    figure.update_yaxes(type="log", range=[bottom, top], dtick=1, exponentformat="power")
    return figure


def rows(
    sizes: np.ndarray, trained: np.ndarray, *, names: Sequence[str], kinds: Sequence[str], chosen: str
) -> go.Figure:
    """The share of its rows that a batch trains over the entries there are, on a log axis."""
    figure = chart(HEIGHT, x="entries V", y="share of rows a batch trains", margin=(72, 52, 30, 48))
    share = (trained / sizes).astype(np.float32)
    words = [f"{name}: {row:,.0f} of {size:,.0f} rows" for name, row, size in zip(names, trained, sizes, strict=True)]
    for kind, (role, dash, symbol) in LINES.items():
        own = [at for at, each in enumerate(kinds) if each == kind]
        figure.add_scatter(
            x=sizes[own].astype(np.float32), y=share[own], name=kind, mode="lines+markers",
            line={"color": MARK[role], "width": 2.5, "dash": dash}, text=[words[at] for at in own],
            marker={"symbol": symbol, "size": 9, "color": MARK[role]}, hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
        end = own[-1]
        figure.add_annotation(
            x=np.log10(sizes[end]), y=float(share[end]), text=kind, showarrow=False, font={"size": TEXT_SIZE},
            xanchor="left" if kind == "BPE" else "right", xshift=12 if kind == "BPE" else -16,
        )  # fmt: skip
    others = [at for at, each in enumerate(kinds) if each not in LINES]
    figure.add_scatter(
        x=sizes[others].astype(np.float32), y=share[others], mode="markers", text=[words[at] for at in others],
        hovertemplate="%{text}<extra></extra>", cliponaxis=False,
        marker={"symbol": "diamond-open", "size": 10, "color": MARK["muted"], "line": {"width": 2}},
    )  # fmt: skip
    for at in others:
        left = names[at] in LEFT
        figure.add_annotation(
            x=np.log10(sizes[at]), y=float(share[at]), text=names[at], showarrow=False, font={"size": TEXT_SIZE},
            xanchor="right" if left else "left", xshift=-9 if left else 9, yshift=SHIFT.get(names[at], 0),
        )  # fmt: skip
    at = list(names).index(chosen)
    figure.add_scatter(
        x=[float(sizes[at])], y=[float(share[at])], mode="markers", hoverinfo="skip", cliponaxis=False,
        marker={"symbol": "circle-open", "size": 18, "color": MARK["highlight"], "line": {"width": 2.5}},
    )  # fmt: skip
    low, high = np.log10(sizes.min()), np.log10(sizes.max())
    figure.update_xaxes(type="log", range=[low - 0.1, high + 0.08], tickvals=TICKS, tickformat=",")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", dtick=0.25, showline=True, linecolor=LINE)
    return figure


def _powers(size: int) -> list[int]:
    return [10**k for k in range(6) if 10**k <= size]


def _safe(word: str) -> str:
    """A piece that Plotly will not take for markup."""
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
