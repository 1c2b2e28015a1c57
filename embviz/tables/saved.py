"""A table, or some of its rows, as files to save: their names, whether they can be written, and their content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from embviz import tables
from embviz.tables.export import FORMATS, ExportedFile, ExportError, export
from embviz.tables.table import EmbeddingTable

__all__ = ["FORMATS", "Files", "content", "files"]


@dataclass(frozen=True, slots=True)
class Files:
    """The names of the files in which rows are saved, or the `fault` for which they cannot be."""

    names: tuple[str, ...]
    fault: str


def files(*, table: str, rows: tuple[int, ...] | None, kind: str) -> Files:
    """The files of a table, or of these rows of it, in one of FORMATS."""
    try:
        made = _written(tables.load(table), rows, kind, numbers=False)
    except ExportError as error:
        return Files((), str(error))
    return Files(tuple(file.name for file in made), "")


def content(*, table: str, rows: tuple[int, ...] | None, kind: str, place: int) -> bytes:
    """What stands in the file at this place of `files`. ExportError if it cannot be written."""
    return _written(tables.load(table), rows, kind, numbers=not place)[place].data


def _written(
    table: EmbeddingTable, rows: tuple[int, ...] | None, kind: str, *, numbers: bool
) -> tuple[ExportedFile, ...]:
    """The files; without all numbers the first of them has one a row, and the others are what they are."""
    tokens = table.tokens if rows is None else tuple(table.tokens[row] for row in rows)
    vectors = table.vectors if rows is None else table.rows(rows)
    stem = PurePath(table.name.lower().removesuffix(".gz")).stem
    parts = ([] if stem == "vectors" else [stem]) + ([] if rows is None else [f"{len(rows)}_rows"])
    return export(tokens, vectors if numbers else vectors[:, :1], kind, name=".".join(parts))
