"""The rows of a table as points in two or three dimensions, and what to colour them by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from embviz import tables
from embviz.compute import projection, similarity
from embviz.compute.checks import checked_choice
from embviz.compute.tsne import tsne as run_tsne
from embviz.tables import formula, words
from embviz.tables.table import EmbeddingTable

NEIGHBOURS = 12
MOST_FOUND = 60
VALUES = ("none", "length", "row")


@dataclass(frozen=True, slots=True)
class Cloud:
    """`points` (n, 2 or 3), the `tokens` of the rows, and a name for each axis.

    `shares` is the part of the table's variance along each axis (PCA). `unit` is the distance from 0 that the picture
    shows: the 99.5th percentile of |coordinate|. `width` is the table's own. `rows` are the
    rows that the points are, where they are not all.
    """

    points: Tensor
    tokens: tuple[str, ...]
    axes: tuple[str, ...]
    shares: tuple[float, ...]
    unit: float
    width: int
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Paint:
    """What a cloud is coloured by: `values` (n,) from 0 to 1, rows of the `groups`, `found` rows, and `neighbours`.

    `low` and `high` are the values at 0 and 1. `unknown` words were looked for in vain, with the nearest spellings.
    """

    values: Tensor | None
    low: float
    high: float
    groups: tuple[dict, ...]
    found: tuple[int, ...]
    unknown: tuple[tuple[str, tuple[str, ...]], ...]
    neighbours: tuple[dict, ...]


def principal(*, table: str, components: int) -> Cloud:
    """All rows of a table along its first principal components."""
    rows = tables.load(table)
    made = projection.project(rows.vectors, "pca", components)
    shares = tuple(made.explained_variance_ratio.tolist())
    names = tuple(f"component {k + 1}: {share:.1%}" for k, share in enumerate(shares))
    return Cloud(made.coordinates, _shown(rows), names, shares, _unit(made.coordinates), rows.vectors.shape[1])


def chosen(*, table: str, n: int) -> Cloud:
    """The first n rows that are words, along their own first two principal components: where t-SNE starts from."""
    rows = tables.load(table)
    some = words_only(rows, n)
    made = projection.project(rows.rows(some), "pca", 2)
    shares = tuple(made.explained_variance_ratio.tolist())
    return _part(rows, some, made.coordinates, shares)


def tsne(*, table: str, n: int, seed: int, report: Callable[[float, str], None]) -> Cloud:
    """The first n rows that are words, by t-SNE. It takes its time: `report` hears how far it is."""
    rows = tables.load(table)
    some = words_only(rows, n)
    return _part(rows, some, run_tsne(rows.rows(some), seed=seed, report=report), ())


def words_only(table: EmbeddingTable, n: int) -> tuple[int, ...]:
    """The first n rows whose token is a word of two letters or more."""
    found = (row for row, token in enumerate(_shown(table)) if len(token) > 1 and token.isalpha())
    return tuple(islice(found, n))


def by_words(*, table: str, x: str, y: str) -> Cloud:
    """Each row by its cosine with two formulas of words."""
    rows = tables.load(table)
    directions = torch.stack([formula.direction(rows, formula.parse(text)) for text in (x, y)])
    points = similarity.cosine_similarity(rows.vectors, directions)
    return Cloud(
        points,
        _shown(rows),
        (f"cosine with {x.strip()}", f"cosine with {y.strip()}"),
        (),
        _unit(points),
        len(directions[0]),
    )


def paint(*, table: str, colour: str, wanted: str, row: int, n: int = 0) -> Paint:
    """The colours of a table's cloud, the words to find in it (commas between), and the neighbours of a point (or -1).

    With n the cloud holds the first n words alone, as in `chosen`; neighbours are sought in the whole table all the same.
    """
    checked_choice("colour", colour, VALUES)
    rows = tables.load(table)
    asked = [word.strip() for word in wanted.split(",") if word.strip()]
    if len(asked) > MOST_FOUND:
        raise ValueError(f"{len(asked)} words are listed; the picture finds up to {MOST_FOUND}")
    found = words.look_up(rows, asked)
    values, low, high = _values(rows, colour)
    names = [*words.categories(), *words.PIECES]
    groups = tuple({"name": name, "rows": list(words.category_rows(rows, name))} for name in names)
    near = neighbours(rows, row)
    if n:
        some = words_only(rows, n)
        point = {of: k for k, of in enumerate(some)}
        values = None if values is None else values[list(some)]
        groups = tuple(group | {"rows": [point[of] for of in group["rows"] if of in point]} for group in groups)
        near = neighbours(rows, some[row]) if 0 <= row < len(some) else ()
        near = tuple(one | {"row": point.get(one["row"], -1)} for one in near)
        rows_found = tuple(point[of] for of in found.rows if of in point)
    else:
        rows_found = found.rows
    return Paint(values, low, high, groups, rows_found, tuple(found.unknown.items()), near)


def neighbours(table: EmbeddingTable, row: int) -> tuple[dict, ...]:
    """The rows with the largest cosine to this one, in the table's own space, without itself."""
    if not 0 <= row < len(table.tokens):
        return ()
    near = similarity.nearest(table.vectors, table.rows([row])[0], NEIGHBOURS, exclude=(row,))
    found = zip(near.indices.tolist(), near.scores.tolist(), strict=True)
    return tuple({"row": i, "score": score, "token": words.shown(table.tokens[i])} for i, score in found)


def _part(table: EmbeddingTable, some: tuple[int, ...], points: Tensor, shares: tuple[float, ...]) -> Cloud:
    points = points - points.mean(dim=0)
    names = tuple(f"component {k + 1}: {share:.1%}" for k, share in enumerate(shares))
    tokens = tuple(words.shown(table.tokens[row]) for row in some)
    return Cloud(points, tokens, names, shares, _unit(points), table.stored.shape[1], some)


def _values(table: EmbeddingTable, colour: str) -> tuple[Tensor | None, float, float]:
    if colour == "none":
        return None, 0.0, 0.0
    rank = torch.arange(1, len(table.tokens) + 1)
    raw = table.vectors.norm(dim=1) if colour == "length" else rank.float().log10()
    low, high = (float(v) for v in torch.quantile(raw, torch.tensor([0.02, 0.98])))
    return ((raw - low) / max(high - low, 1e-12)).clamp(0, 1), low, high


def _shown(table: EmbeddingTable) -> tuple[str, ...]:
    return tuple(words.shown(token) for token in table.tokens)


def _unit(points: Tensor) -> float:
    sizes = points.abs().amax(dim=1)
    return max(float(sizes.kthvalue(max(1, int(0.995 * len(sizes)))).values), 1e-12)
