"""Figures of the lesson on word2vec: how often words occur, are drawn as negatives, and are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.curves import Curve, Mark, curves

HEIGHT = 400
SHOWN = 300
"""Points of a curve: of a longer one, so many on the log axis, evenly, with both ends."""


def places(n: int) -> np.ndarray:
    """Which of n ranks are drawn."""
    if n <= SHOWN:
        return np.arange(n)
    return np.unique(np.geomspace(1, n, SHOWN).round().astype(int)) - 1


def drawn_shares(share: np.ndarray, negatives: np.ndarray, *, power: float) -> go.Figure:
    """Each word's share of the corpus and of the negatives, over its rank by frequency, both axes log."""
    at = places(len(share))
    rank = (at + 1).astype(np.float32)
    lines = (
        Curve(rank, share[at], "in the text", "query", width=2.5),
        Curve(rank, negatives[at], f"as negatives,<br>counts to the {power:g}", "key", dash="dashed"),
    )
    figure = curves(lines, height=HEIGHT, x="rank of the word by count", y="share", log_x=True, log_y=True, right=128)
    return figure.update_xaxes(dtick=1, exponentformat="none").update_yaxes(dtick=1, exponentformat="none")


def kept_shares(counts: np.ndarray, kept: np.ndarray, named: Sequence[Mapping]) -> go.Figure:
    """The probability with which an occurrence of a word is kept, over the word's count (log)."""
    at = places(len(counts))[::-1]
    line = Curve(counts[at].astype(np.float32), kept[at], "", "value")
    marks = [Mark(one["count"], one["kept"], f"{one['word']} {one['kept']:.0%}") for one in named[:2]]
    figure = curves(
        [line],
        height=HEIGHT,
        x="count in the corpus",
        y="share kept",
        log_x=True,
        y_range=(0, 1),
        marks=marks,
        right=60,
    )
    for annotation, mark in zip(figure.layout.annotations, marks, strict=False):
        if mark is marks[0]:
            annotation.update(xanchor="right", xshift=8)
    return figure.update_xaxes(dtick=1, exponentformat="none")
