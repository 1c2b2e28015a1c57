"""Tables of people's own: found by a name for as long as somebody keeps them, and within what one server can hold.

`hold(table)` gives a table a name that nobody can guess, by which `tables.load` finds it. Only a weak reference is kept
here: the table belongs to who uploaded it, and when they let go of it, it is gone. Neither torch nor numpy here.
"""

from __future__ import annotations

import secrets
import threading
from itertools import islice
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from embviz.tables.table import EmbeddingTable

PREFIX = "own:"

MOST_TABLES = 500
"""Tables that are held at once, of all people together: a few lecture halls of them."""

MOST_BYTES = 1_000_000_000
"""What they may take together. What a lesson derives from a table while it computes comes on top, for two at a time."""

TOKEN_BYTES = 150
"""What a token takes, with its place in the list and in the table's index, beside its letters."""

SMALLEST, LARGEST = 1e-10, 1e15
"""Between these must be the largest number of a table, so that products of rows stay within float32."""

SIGNS = ("+", "-", "\u2212")  # which are no words in a formula

_tables: WeakValueDictionary[str, EmbeddingTable] = WeakValueDictionary()
_lock = threading.Lock()


def is_own(name: object) -> bool:
    """Whether a name is one that `hold` could have given."""
    return isinstance(name, str) and name.startswith(PREFIX)


def hold(table: EmbeddingTable) -> str:
    """A name by which `tables.load` finds this table, for as long as the caller keeps the table.

    ValueError if the tables that are held already leave no room for it, or its numbers are out of all proportion.
    """
    from embviz.tables.upload_file import size_in_words

    low, high = (end.item() for end in table.stored.aminmax())
    largest = max(-low, high)
    if not SMALLEST <= largest <= LARGEST:
        raise ValueError(
            f"the largest number of {table.name} is {largest:g}; it must be from {SMALLEST:g} to {LARGEST:g}, so that "
            "dot products fit into float32; scale the table"
        )
    with _lock:
        others = list(_tables.values())
        if len(others) >= MOST_TABLES:
            raise ValueError(
                f"this server holds {len(others):,} tables of its visitors and no more; come back when others have left"
            )
        taken, size = sum(map(size_of, others)), size_of(table)
        if taken + size > MOST_BYTES:
            raise ValueError(
                f"{table.name} takes {size_in_words(size)} and the tables of all visitors together may take "
                f"{size_in_words(MOST_BYTES)}, of which {size_in_words(MOST_BYTES - taken)} are left; take fewer rows, "
                "or come back when others have left"
            )
        name = PREFIX + secrets.token_urlsafe(16)
        _tables[name] = table
    return name


def release(name: str) -> None:
    """From now on no table has this name."""
    _tables.pop(name, None)


def table(name: str) -> EmbeddingTable:
    """The table that is held under this name; ValueError if there is none."""
    found = _tables.get(name)
    if found is None:
        raise ValueError("this table of your own is not held any more; choose its file again")
    return found


def size_of(table: EmbeddingTable) -> int:
    """Bytes that a table takes: its numbers, about four for a letter, and TOKEN_BYTES for a token."""
    return table.stored.nbytes + 4 * sum(map(len, table.tokens)) + TOKEN_BYTES * len(table.tokens)


def examples(table: EmbeddingTable, count: int, *, longest: int = 40) -> tuple[str, ...]:
    """Up to `count` tokens of a table that a person can type: its first words of letters, or else its first ones."""
    words = (token for token in table.tokens if 2 < len(token) <= longest and token.isalpha())
    found = tuple(islice(words, count))
    if len(found) == count:
        return found
    typed = (token for token in table.tokens if len(token) <= longest and not set(token) & set(" \t\r\n,;"))
    return tuple(islice((token for token in typed if token not in SIGNS), count))
