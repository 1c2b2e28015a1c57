"""Pictures of likeness: the cosines of random pairs, and neighbours by three metrics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from embviz.figures.chart import FAINT, LINE, MARK, TEXT_SIZE, chart, signed

HEIGHT = 420
LANE_COLOURS = ("token", "query", "sum")
LABELLED = 12
LETTER = 7.6  # pixels of a letter at TEXT_SIZE
_PLACES = (("middle right", 1, 0), ("middle left", -1, 0), ("top center", 0, 1), ("bottom center", 0, -1))


def plain(word: str, longest: int = 14) -> str:
    """A word as text in a figure, not as markup, and not too long."""
    cut = word if len(word) <= longest else word[: longest - 1] + "…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def random_pairs(
    middles: np.ndarray,
    densities: np.ndarray,
    points: np.ndarray,
    expected: np.ndarray,
    *,
    names: Sequence[str],
    means: Sequence[float],
    outside: Sequence[float],
    high: float,
    words: tuple[str, str, str],
) -> go.Figure:
    """The density of cosines of random pairs, a lane for each kind of vector, and that of random directions dotted.

    `words` name the random directions, the mean and the share outside the band, with `{}` for the number.
    """
    random_words, mean_words, outside_words = words
    figure = chart(HEIGHT, x="cosine of a random pair", margin=(14, 14, 28, 48))
    most = 1.1 * float(max(np.max(densities), np.max(expected)))
    figure.add_vrect(x0=-high, x1=high, fillcolor=FAINT, opacity=0.7, line_width=0, layer="below")
    for lane, (name, density, mean, share) in enumerate(zip(names, densities, means, outside, strict=True)):
        role = LANE_COLOURS[lane]
        base = len(names) - 1 - lane
        heights = base + np.asarray(density, np.float64) / most
        figure.add_hline(y=base, line={"color": LINE, "width": 1}, layer="below")
        figure.add_scatter(
            x=np.concatenate([middles, middles[::-1]]).astype(np.float32),
            y=np.concatenate([heights, np.full(len(middles), base)]).astype(np.float32),
            fill="toself",
            fillcolor=_faded(MARK[role]),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=np.asarray(middles, np.float32),
            y=heights.astype(np.float32),
            name=name,
            customdata=np.asarray(density, np.float32),
            mode="lines",
            line={"color": MARK[role], "width": 3, "shape": "hvh"},
            hovertemplate=f"{name}<br>cosine %{{x:.2f}}<br>density %{{customdata:.2f}}<extra></extra>",
        )
        figure.add_scatter(
            x=np.asarray(points, np.float32),
            y=(base + np.asarray(expected, np.float64) / most).astype(np.float32),
            mode="lines",
            line={"color": MARK["muted"], "width": 2, "dash": "2px 4px"},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[mean, mean],
            y=[base, base + 0.86],
            mode="lines",
            line={"color": MARK["highlight"], "width": 2.5},
            hovertemplate=f"{name}<br>{mean_words.format(signed(mean))}<extra></extra>",
        )
        lines = (f"<b>{name}</b>", mean_words.format(three(mean)), outside_words.format(f"{100 * share:.0f}"))
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=base + 0.46, yanchor="middle", text="<br>".join(lines),
            align="left", showarrow=False, font={"size": 16},
        )  # fmt: skip
    figure.add_annotation(
        x=0, xanchor="center", y=1, yref="paper", yanchor="bottom", text=random_words, showarrow=False,
        font={"size": TEXT_SIZE},
    )  # fmt: skip
    figure.update_xaxes(
        range=[-1, 1], tickvals=[-1, -0.5, 0, 0.5, 1], ticktext=["\u22121", "\u22120.5", "0", "0.5", "1"]
    )
    return figure.update_yaxes(range=[-0.02, len(names) + 0.02], showticklabels=False)


def by_length(
    chosen: np.ndarray,
    left_out: np.ndarray,
    sample: np.ndarray,
    edge: tuple[np.ndarray, np.ndarray],
    *,
    tokens: Sequence[str],
    left_tokens: Sequence[str],
    metric: str,
    other: str,
    word: str,
    length: float,
) -> go.Figure:
    """Rows by length and cosine, (n, 3) score, cosine, length each; on `edge` a row scores like the last chosen.

    A thin line stands at `length`, that of the word's own row.
    """
    figure = chart(HEIGHT, x="length of the row", y="cosine with the word", margin=(64, 12, 28, 48))
    parts = _three_kinds(sample, left_out, chosen)
    middle = np.percentile(sample[:, 2], [0.5, 99.5])
    lengths = np.concatenate([middle, [length], *(part[:, 2] for part in parts[1:])])
    x_range = _room(lengths)
    top = max(0.2, float(max(part[:, 1].max() for part in parts if len(part))))
    lowest = min(float(part[:, 1].min()) for part in parts[1:] if len(part))
    low = min(-0.05, lowest - 0.05, float(np.percentile(sample[:, 1], 3)) - 0.03)
    y_range = [low, min(1.08, top + 0.12)]
    figure.add_hline(y=0, line={"color": LINE, "width": 1}, layer="below")
    figure.add_scatter(
        x=np.asarray(edge[0], np.float32),
        y=np.asarray(edge[1], np.float32),
        mode="lines",
        line={"color": MARK["value"], "width": 2.5, "dash": "7px 5px"},
        hoverinfo="skip",
    )
    figure.add_vline(x=length, line={"color": MARK["query"], "width": 1.5, "dash": "2px 4px"}, layer="below")
    right = length > (x_range[0] + x_range[1]) / 2
    figure.add_annotation(
        x=length, xanchor="right" if right else "left", y=1, yref="paper", yanchor="bottom", showarrow=False,
        text=f"length of “{plain(word)}”: {two(length)}", font={"size": TEXT_SIZE},
    )  # fmt: skip
    x, y = (np.asarray(part, np.float64) for part in edge)
    seen = np.flatnonzero((y > y_range[0]) & (y < y_range[1]) & (x > x_range[0]) & (x < x_range[1]))
    if len(seen):
        under = y[seen[0]] > y[seen[-1]]  # a falling line has room below its end
        figure.add_annotation(
            x=float(x[seen[-1]]), y=float(y[seen[-1]]), xanchor="right", yanchor="top" if under else "bottom",
            yshift=-6 if under else 6, text=f"{_score_name(metric)} {signed(float(chosen[-1, 0]))}",
            showarrow=False, font={"size": TEXT_SIZE},
        )  # fmt: skip
    _dots(figure, [(part[:, 2], part[:, 1]) for part in parts], parts, (tokens, left_tokens), metric, other)
    _labels(figure, chosen[:, 2], chosen[:, 1], left_out[:, 2], left_out[:, 1], tokens, left_tokens, x_range, y_range)
    figure.update_xaxes(range=x_range)
    return figure.update_yaxes(range=y_range)


def by_row(
    chosen: np.ndarray,
    left_out: np.ndarray,
    sample: np.ndarray,
    rows: tuple[Sequence[int], Sequence[int], Sequence[int]],
    *,
    tokens: Sequence[str],
    left_tokens: Sequence[str],
    metric: str,
    other: str,
) -> go.Figure:
    """The same rows by row number, of `rows` chosen, left out and sample, and score."""
    figure = chart(HEIGHT, x="row number, on a log axis", y=_score_name(metric), margin=(64, 12, 8, 48))
    parts = _three_kinds(sample, left_out, chosen)
    numbers = [np.asarray(part, np.float64) + 1 for part in (rows[2], rows[1], rows[0])]
    scores = np.concatenate([part[:, 0] for part in parts])
    room = 0.08 * float(np.ptp(scores))
    y_range = [float(scores.min()) - room, float(scores.max()) + room]
    x_range = [
        float(np.log10(max(1, min(n.min() for n in numbers if len(n))))) - 0.1,
        float(np.log10(max(n.max() for n in numbers if len(n)))) + 0.25,
    ]
    figure.add_hline(y=0, line={"color": LINE, "width": 1}, layer="below")
    figure.add_hline(y=float(chosen[-1, 0]), line={"color": MARK["value"], "width": 2.5, "dash": "7px 5px"})
    _dots(
        figure,
        list(zip(numbers, (part[:, 0] for part in parts), strict=True)),
        parts,
        (tokens, left_tokens),
        metric,
        other,
    )
    _labels(
        figure, numbers[2], chosen[:, 0], numbers[1], left_out[:, 0], tokens, left_tokens, x_range, y_range, log=True
    )
    figure.update_xaxes(
        type="log", range=x_range, tickvals=[1, 11, 101, 1001, 10001], ticktext=["0", "10", "100", "1,000", "10,000"]
    )
    return figure.update_yaxes(range=y_range)


def _three_kinds(sample: np.ndarray, left_out: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(part, np.float64).reshape(-1, 3) for part in (sample, left_out, chosen))


def _score_name(metric: str) -> str:
    return {"cosine": "cosine", "dot": "dot product", "euclidean": "distance"}[metric]


def _dots(figure: go.Figure, places: list, parts: tuple, names: tuple, metric: str, other: str) -> None:
    """Random rows as small grey dots, those only another metric chooses as open diamonds, the chosen full."""
    said = _score_name(metric)
    (x, y), _, _ = places
    figure.add_scatter(
        x=x.astype(np.float32), y=y.astype(np.float32), mode="markers", hoverinfo="skip",
        marker={"size": 4, "color": MARK["muted"], "opacity": 0.45},
    )  # fmt: skip
    only = {"symbol": "diamond-open", "size": 11, "color": MARK["key"], "line": {"width": 2}}
    full = {"symbol": "circle", "size": 11, "color": MARK["value"]}
    kinds = (
        (places[1], parts[1], names[1], only, f"nearest by {_score_name(other)} only"),
        (places[2], parts[2], names[0], full, f"among the nearest by {said}"),
    )
    for (x, y), part, tokens, marker, kind in kinds:
        figure.add_scatter(
            x=x.astype(np.float32),
            y=y.astype(np.float32),
            mode="markers",
            name=kind,
            text=[
                f"{plain(t, 30)}<br>{said} {signed(p[0])}<br>cosine {signed(p[1])}, length {signed(p[2])}"
                for t, p in zip(tokens, part, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
            marker=marker,
        )


def _labels(
    figure: go.Figure,
    x: np.ndarray,
    y: np.ndarray,
    left_x: np.ndarray,
    left_y: np.ndarray,
    tokens: Sequence[str],
    left_tokens: Sequence[str],
    x_range: Sequence[float],
    y_range: Sequence[float],
    *,
    log: bool = False,
    size: tuple[float, float] = (520.0, 348.0),
) -> None:
    """Names beside the first marks of both kinds, in turn, where no other name or mark is in the way."""
    xs, ys = (np.concatenate([one, other]).astype(np.float64) for one, other in ((x, left_x), (y, left_y)))
    across = np.log10(np.maximum(xs, 1e-9)) if log else xs
    px = (across - x_range[0]) / (x_range[1] - x_range[0]) * size[0]
    py = (ys - y_range[0]) / (y_range[1] - y_range[0]) * size[1]
    names = [plain(t) for t in (*tokens, *left_tokens)]
    firsts, others = list(range(len(x))), list(range(len(x), len(xs)))
    turns = [i for pair in zip(firsts, [*others, *[-1] * len(firsts)], strict=False) for i in pair if i >= 0]
    taken: list[tuple[float, float, float, float]] = []
    marks = [(a - 6, b - 6, a + 6, b + 6) for a, b in zip(px, py, strict=True)]
    placed: dict[int, str] = {}
    for i in turns:
        if len(placed) == LABELLED:
            break
        wide = LETTER * len(names[i])
        for position, right, up in _PLACES:
            middle = px[i] + right * (wide / 2 + 10), py[i] + up * 16
            box = middle[0] - wide / 2, middle[1] - 8, middle[0] + wide / 2, middle[1] + 8
            inside = box[0] > 2 and box[2] < size[0] - 2 and box[1] > 2 and box[3] < size[1] - 2
            if inside and not any(_meet(box, each) for each in (*taken, *(m for k, m in enumerate(marks) if k != i))):
                taken.append(box)
                placed[i] = position
                break
    figure.add_scatter(
        x=xs[list(placed)].astype(np.float32),
        y=ys[list(placed)].astype(np.float32),
        mode="markers+text",
        marker={"size": 14, "opacity": 0},
        text=[names[i] for i in placed],
        textposition=list(placed.values()),
        textfont={"size": TEXT_SIZE},
        hoverinfo="skip",
    )


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _room(values: np.ndarray) -> list[float]:
    low, high = float(values.min()), float(values.max())
    room = 0.06 * max(high - low, 1e-6)
    return [low - room, high + room]


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},.28)"


def two(value: float) -> str:
    """A number with two decimals."""
    return _decimals(value, 2)


def three(value: float) -> str:
    """A number with three decimals."""
    return _decimals(value, 3)


def _decimals(value: float, digits: int) -> str:
    return f"{round(float(value), digits) + 0.0:.{digits}f}".replace("-", "\u2212")
