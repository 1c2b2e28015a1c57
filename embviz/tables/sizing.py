"""Models and what their tables take, as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from embviz.compute.sizing import READ, listed, memory_bytes

_OF_ROW = (  # names of columns, and what `listed` calls them
    ("model", "name"),
    ("vocabulary_V", "vocab_size"),
    ("width_d", "dim"),
    ("positions_n", "positions"),
    ("head", "tied"),
    ("token_table", "tokens"),
    ("position_table", "position_parameters"),
    ("own_head", "head"),
    ("all_tables", "tables"),
    ("whole_model", "total"),
    ("share_of_tables", "share"),
)
_WORDS = ("estimates", "source", "link")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A comma-separated file: a line of names, then one for each model."""

    name: str
    text: str


def as_csv(*, vocab_size: int, dim: int, positions: int, tied: bool, total: int) -> SheetFile:
    """All rows of `listed` with bytes in every number type, which numbers are estimates, source and link."""
    size = {"vocab_size": vocab_size, "dim": dim, "positions": positions, "tied": tied, "total": total}
    written = io.StringIO(newline="")
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([column for column, _ in _OF_ROW] + [f"tables_bytes_{name}" for name in READ] + list(_WORDS))
    for row in listed(**size).rows:
        values = {**row, "tied": "tied" if row["tied"] else "untied"}
        if row["kind"] == "scale":  # no table: nothing is tied to one
            values |= {"tied": ""}
        cells = [values[name] for _, name in _OF_ROW] + [memory_bytes(row["tables"], name) for name in READ]
        words = ("; ".join(row["estimates"]), row["source"], row["link"])
        lines.writerow([harmless(cell) for cell in (*cells, *words)])
    return SheetFile("embedding-tables.csv", written.getvalue())


def harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: words that begin like one get an apostrophe, None is empty."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
