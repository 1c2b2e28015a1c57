"""Words in a table: which row a word has, how it would be spelled there, and groups of words that belong together.

A word is looked for as it is written, then in lower case, then with a capital, each time also with the mark that the
table's tokenizer puts before a word ("▁" in SentencePiece). `assets/categories.toml` names groups such as days or
animals; groups of pieces (bytes, continuation pieces) are found by how a table writes them.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from embviz.paths import ASSETS
from embviz.tables.table import EmbeddingTable

CATEGORIES = ASSETS / "categories.toml"
PIECES = {"byte tokens": re.compile(r"<0x[0-9A-F]{2}>"), "continuation pieces": re.compile(r"##.+")}
CLOSE = 5  # spellings offered for an unknown word
MOST_COMPARED = 20_000  # rows looked through for a spelling, after a sieve by length and first letter


@dataclass(frozen=True, slots=True)
class Found:
    """`rows` of the words that a table has, `words` as asked for, and `unknown`: a word and its nearest spellings."""

    rows: tuple[int, ...]
    words: tuple[str, ...]
    unknown: Mapping[str, tuple[str, ...]]


def row_of(table: EmbeddingTable, word: str) -> int | None:
    """The row of a word, or None."""
    index = table.row_numbers
    for form in (word, word.lower(), word.capitalize()):
        for written in (f"▁{form}", form) if "▁the" in index else (form,):
            if written in index:
                return index[written]
    return None


def shown(token: str) -> str:
    """A token as a person reads it: without the mark of a word's beginning."""
    return token.removeprefix("▁") or token


def look_up(table: EmbeddingTable, words: Sequence[str]) -> Found:
    """The rows of these words, each once, and the nearest spellings of those that the table does not have."""
    rows: dict[int, str] = {}
    unknown = {}
    for word in dict.fromkeys(words):
        row = row_of(table, word)
        if row is None:
            unknown[word] = spellings(table, word)
        else:
            rows.setdefault(row, word)
    return Found(tuple(rows), tuple(rows.values()), unknown)


def spellings(table: EmbeddingTable, word: str) -> tuple[str, ...]:
    """Up to CLOSE words of the table that are spelled most like `word`, the most alike first."""
    wanted = word.lower()[:40]
    if not wanted:
        return ()
    near = [
        token
        for token in _whole_words(table)
        if abs(len(token) - len(wanted)) <= 2 and (token[0] == wanted[0] or token[1:2] == wanted[1:2])
    ]
    return tuple(difflib.get_close_matches(wanted, near[:MOST_COMPARED], n=CLOSE, cutoff=0.6))


@lru_cache
def categories() -> Mapping[str, tuple[str, ...]]:
    """The groups of words in assets/categories.toml, by name."""
    return {name: tuple(words) for name, words in tomllib.loads(CATEGORIES.read_text("utf-8"))["words"].items()}


def category_rows(table: EmbeddingTable, name: str) -> tuple[int, ...]:
    """The rows of a group of words, or of a kind of pieces, that this table has."""
    if name in PIECES:
        return tuple(i for i, token in enumerate(table.tokens) if PIECES[name].fullmatch(token))
    found = (row_of(table, word) for word in categories()[name])
    return tuple(dict.fromkeys(row for row in found if row is not None))


def _whole_words(table: EmbeddingTable) -> tuple[str, ...]:
    """Words of letters, as a person reads them, in the order of the rows."""
    marked = "▁the" in table.row_numbers
    written = (token[1:] for token in table.tokens if token.startswith("▁")) if marked else table.tokens
    return tuple(dict.fromkeys(word for word in written if word.isalpha()))
