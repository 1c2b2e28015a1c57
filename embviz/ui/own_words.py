"""Words in the boxes of a lesson that the table has: where it lacks the defaults, the first words it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from embviz.tables import held
from embviz.ui.params import TextParam

if TYPE_CHECKING:
    from embviz.tables.table import EmbeddingTable

LISTED = 12  # words of a table in the place of a list
ENOUGH = 4  # words of a list's default with which it may stand
PUT = "own_words"  # in the session: by the key of a box, the table for which words were put into it, and the words

Boxes = Mapping[TextParam, str]


def put(name: str, table: EmbeddingTable, boxes: Sequence[Boxes]) -> None:
    """Put words that the table has in the place of defaults that it does not have, before the boxes are drawn.

    The boxes of one mapping change together. A pattern such as "{0} - {1}" is filled with the first words of the table;
    for an empty one, a list, those words of its default will do that the table has, if they are ENOUGH. What a person
    typed stays.
    """
    from embviz.tables.words import row_of

    done = st.session_state.setdefault(PUT, {})
    for together in boxes:
        if any(_is_typed(param, name, *done.get(param.key, ("", param.default))) for param in together):
            continue
        found = {param: [word for word in _words(param) if row_of(table, word) is not None] for param in together}
        whole = all(len(found[param]) == len(_words(param)) for param in together)
        first = () if whole else held.examples(table, LISTED)
        if not first:
            _fill({param: param.default for param in together}, name, done)
            continue
        cycle = [first[k % len(first)] for k in range(LISTED)]
        lists = {param: found[param] if len(found[param]) >= ENOUGH else first for param in together}
        made = {p: pattern.format(*cycle) if pattern else " ".join(lists[p]) for p, pattern in together.items()}
        _fill(made, name, done)


def take_back(boxes: Sequence[Boxes]) -> None:
    """The defaults again, where `put` put something and nobody changed it."""
    done = st.session_state.get(PUT, {})
    for param in (param for together in boxes for param in together):
        if param.key in done and _now(param) == done.pop(param.key)[1]:
            param.choose(param.default)


def _is_typed(param: TextParam, name: str, of: str, words: str) -> bool:
    """Whether a person typed what stands in the box, into which these words were put for the table `of`."""
    if _now(param) == words:
        return False
    return _now(param) != param.default or (of == name and param.key in st.session_state)


def _fill(made: Mapping[TextParam, str], name: str, done: dict[str, tuple[str, str]]) -> None:
    for param, words in made.items():
        if _now(param) != words:
            param.choose(words)
        done[param.key] = name, words


def _now(param: TextParam) -> str:
    return st.session_state.get(param.key, param.value())


def _words(param: TextParam) -> list[str]:
    return [word for word in param.default.replace(",", " ").split() if word not in ("+", "-")]
