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
from embviz.tables.upload_file import counted

NEIGHBOURS = 12
MOST_FOUND = 60
LEAST_LISTED = 4
MOST_POINTS = 50_000
"""Rows of a table that a picture of all of them shows at the most, the first ones."""

LONGEST = 60
"""Letters of a token that the picture knows."""

VALUES = ("none", "length", "row")


@dataclass(frozen=True, slots=True)
class Cloud:
    """`points` (n, 2 or 3), the `tokens` of the rows, and a name for each axis.

    `shares` is the part of the table's variance along each axis (PCA). `unit` is the distance from 0 that the picture
    shows: the 99.5th percentile of |coordinate|. `width` and `of`, its rows, are the table's own. `rows` are the rows
    that the points are, where they are not the first ones.
    """

    points: Tensor
    tokens: tuple[str, ...]
    axes: tuple[str, ...]
    shares: tuple[float, ...]
    unit: float
    width: int
    of: int
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


def principal(*, table: str, components: int, listed: str = "") -> Cloud:
    """The rows of a table, or the first MOST_POINTS, along the first principal components of all.

    With `listed`, words with commas between, the rows of these alone, along their own components.
    """
    rows = tables.load(table)
    if listed:
        some = listed_rows(rows, listed)
        made = _pca(rows, rows.rows(some), components)
        return _part(rows, some, made.coordinates, tuple(made.explained_variance_ratio.tolist()))
    made = _pca(rows, rows.vectors, components)
    shares = tuple(made.explained_variance_ratio.tolist())
    return _all(rows, made.coordinates, tuple(map(_component, range(components), shares)), shares)


def chosen(*, table: str, n: int) -> Cloud:
    """The first n rows that are words, along their own first two principal components: where t-SNE starts from."""
    rows = tables.load(table)
    some = words_only(rows, n)
    made = _pca(rows, rows.rows(some), 2)
    shares = tuple(made.explained_variance_ratio.tolist())
    return _part(rows, some, made.coordinates, shares)


def tsne(*, table: str, n: int, seed: int, report: Callable[[float, str], None]) -> Cloud:
    """The first n rows that are words, by t-SNE. It takes its time: `report` hears how far it is."""
    rows = tables.load(table)
    some = words_only(rows, n)
    return _part(rows, some, run_tsne(rows.rows(some), seed=seed, report=report), ())


def words_only(table: EmbeddingTable, n: int) -> tuple[int, ...]:
    """The first n rows whose token is a word of two letters or more; in a table with few of them, the first n rows."""
    found = (row for row, token in enumerate(_shown(table)) if len(token) > 1 and token.isalpha())
    first, rows = tuple(islice(found, n)), min(n, len(table.tokens))
    return first if 2 * len(first) >= rows else tuple(range(rows))


def listed_rows(table: EmbeddingTable, listed: str) -> tuple[int, ...]:
    """The rows of the words that are listed, each once, in that order. ValueError if it has fewer than four of them."""
    rows = tuple(dict.fromkeys(words.look_up(table, _asked(listed)).rows))
    if len(rows) < LEAST_LISTED:
        raise ValueError(
            f"{table.name} has {counted(len(rows), 'word')} of those in the box “Find words”; "
            f"a picture of them alone needs {LEAST_LISTED} or more, with commas between"
        )
    return rows


def by_words(*, table: str, x: str, y: str) -> Cloud:
    """Each row by its cosine with two formulas of words."""
    rows = tables.load(table)
    directions = torch.stack([formula.direction(rows, formula.parse(text)) for text in (x, y)])
    points = similarity.cosine_similarity(rows.vectors, directions)
    return _all(rows, points, (f"cosine with {x.strip()}", f"cosine with {y.strip()}"), ())


def paint(*, table: str, colour: str, wanted: str, row: int, n: int = 0, alone: bool = False) -> Paint:
    """The colours of a table's cloud, the words to find in it (commas between), and the neighbours of a point (or -1).

    With n the cloud holds the first n words alone, as in `chosen`, with `alone` those that are wanted, as in
    `principal`; neighbours are sought in the whole table even so.
    """
    checked_choice("colour", colour, VALUES)
    rows = tables.load(table)
    found = words.look_up(rows, _asked(wanted))
    values, low, high = _values(rows, colour)
    names = [*words.categories(), *words.PIECES]
    groups = tuple({"name": name, "rows": list(words.category_rows(rows, name))} for name in names)
    near = neighbours(rows, row)
    if n or alone:
        some = listed_rows(rows, wanted) if alone else words_only(rows, n)
        point = {of: k for k, of in enumerate(some)}
        values = None if values is None else values[list(some)]
        groups = tuple(group | {"rows": [point[of] for of in group["rows"] if of in point]} for group in groups)
        near = neighbours(rows, some[row]) if 0 <= row < len(some) else ()
        near = tuple(one | {"row": point.get(one["row"], -1)} for one in near)
        rows_found = tuple(point[of] for of in found.rows if of in point)
    else:
        shown = min(MOST_POINTS, len(rows.tokens))
        values = None if values is None else values[:shown]
        groups = tuple(group | {"rows": [of for of in group["rows"] if of < shown]} for group in groups)
        near = tuple(one | {"row": one["row"] if one["row"] < shown else -1} for one in near)
        rows_found = tuple(of for of in found.rows if of < shown)
    return Paint(values, low, high, groups, rows_found, tuple(found.unknown.items()), near)


def neighbours(table: EmbeddingTable, row: int) -> tuple[dict, ...]:
    """The rows with the largest cosine to this one, in the table's own space, without itself."""
    if not 0 <= row < len(table.tokens):
        return ()
    k = min(NEIGHBOURS, len(table.tokens) - 1)
    if not k:
        return ()
    near = similarity.nearest(table.vectors, table.rows([row])[0], k, exclude=(row,))
    found = zip(near.indices.tolist(), near.scores.tolist(), strict=True)
    return tuple({"row": i, "score": score, "token": _cut(table.tokens[i])} for i, score in found)


def _asked(listed: str) -> list[str]:
    asked = [word.strip() for word in listed.split(",") if word.strip()]
    if len(asked) > MOST_FOUND:
        raise ValueError(f"{len(asked)} words are listed; the picture finds up to {MOST_FOUND}")
    return asked


def _pca(table: EmbeddingTable, vectors: Tensor, components: int) -> projection.Projection:
    """PCA; ValueError in words of this page where there are too few rows or numbers, or all rows are the same."""
    n, dim = vectors.shape
    if min(n, dim) < components:
        raise ValueError(
            f"{table.name} has {counted(n, 'row')} of {counted(dim, 'number')}; "
            f"a picture of {components} components needs {components} of each or more"
        )
    made = projection.project(vectors, "pca", components)
    if not made.explained_variance_ratio.any():
        raise ValueError(f"all rows of {table.name} are the same; a picture needs rows that differ")
    return made


def _all(table: EmbeddingTable, points: Tensor, axes: tuple[str, ...], shares: tuple[float, ...]) -> Cloud:
    points = points[:MOST_POINTS].contiguous()
    tokens = _shown(table)[:MOST_POINTS]
    return Cloud(points, tokens, axes, shares, _unit(points), table.stored.shape[1], len(table.tokens))


def _part(table: EmbeddingTable, some: tuple[int, ...], points: Tensor, shares: tuple[float, ...]) -> Cloud:
    points = points - points.mean(dim=0)
    names = tuple(map(_component, range(len(shares)), shares))
    tokens = tuple(_cut(table.tokens[row]) for row in some)
    return Cloud(points, tokens, names, shares, _unit(points), table.stored.shape[1], len(table.tokens), some)


def _component(k: int, share: float) -> str:
    return f"component {k + 1}: {share:.1%}"


def _values(table: EmbeddingTable, colour: str) -> tuple[Tensor | None, float, float]:
    if colour == "none":
        return None, 0.0, 0.0
    rank = torch.arange(1, len(table.tokens) + 1)
    raw = table.vectors.norm(dim=1) if colour == "length" else rank.float().log10()
    low, high = (float(v) for v in torch.quantile(raw, torch.tensor([0.02, 0.98])))
    return ((raw - low) / max(high - low, 1e-12)).clamp(0, 1), low, high


def _shown(table: EmbeddingTable) -> tuple[str, ...]:
    return tuple(map(_cut, table.tokens))


def _cut(token: str) -> str:
    """A token as a person reads it, without the letters beyond LONGEST."""
    token = words.shown(token)
    return token if len(token) <= LONGEST else f"{token[: LONGEST - 1]}…"


def _unit(points: Tensor) -> float:
    sizes = points.abs().amax(dim=1)
    return max(float(sizes.kthvalue(max(1, int(0.995 * len(sizes)))).values), 1e-12)
