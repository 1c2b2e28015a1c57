"""What all figures share: the colours of the roles, the scales of cells, axes without a box, labels at the lines' ends.

Marks have one colour on both themes, and text takes the theme's own, so no figure asks which theme is on.
"""

from __future__ import annotations

import plotly.graph_objects as go

MARK = {
    "token": "#04a57a",
    "position": "#ae73fe",
    "sum": "#b78a0b",
    "query": "#047bb6",
    "key": "#f95870",
    "value": "#4b7b3e",
    "gradient": "#c93206",
    "sin": "#3291b9",
    "cos": "#697321",
    "highlight": "#b92f8b",
    "muted": "#8f929a",
}
TEXT_SIZE = 15
LINE = "rgba(128,134,146,.45)"
FAINT = "rgba(128,134,146,.22)"

_STOPS = ((1.0, 1.0), (0.75, 0.82), (0.5, 0.62), (0.25, 0.38), (0.1, 0.20), (0.0, 0.0))
SIGNED = [[0.5 - share / 2, f"rgba(58,102,224,{alpha})"] for share, alpha in _STOPS] + [
    [0.5 + share / 2, f"rgba(217,97,26,{alpha})"] for share, alpha in reversed(_STOPS)
]
SIMILARITY = [[k / 10, f"rgba(86,105,156,{0.04 + 0.96 * (k / 10) ** 1.8:.3f})"] for k in range(11)]


def chart(height: int, *, x: str = "", y: str = "", margin: tuple[int, int, int, int] = (56, 16, 12, 44)) -> go.Figure:
    """An empty figure of `height` px with axes named `x` and `y`; margins are left, right, top, bottom."""
    left, right, top, bottom = margin
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "nticks": 6,
        "tickfont": {"size": TEXT_SIZE},
        "title": {"font": {"size": TEXT_SIZE}, "standoff": 6},
        "fixedrange": True,
    }
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 4},
            "xaxis": axis | {"title": axis["title"] | {"text": x}},
            "yaxis": axis | {"title": axis["title"] | {"text": y}},
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {"font": {"size": TEXT_SIZE}, "align": "left"},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "dragmode": False,
            "font": {"size": TEXT_SIZE},
        }
    )


def signed(value: float, digits: int = 3) -> str:
    """A number as it stands on a page: three significant digits, U+2212 for minus."""
    return f"{value:.{digits}g}".replace("-", "\u2212")
