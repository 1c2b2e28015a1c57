"""The choice of a table with a menu beside it: what a table of one's own is, and files to save a table or rows in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from embviz import tables
from embviz.tables import held
from embviz.ui import cached, own_table
from embviz.ui.own_table import STEM, Chosen
from embviz.ui.own_words import Boxes
from embviz.ui.params import TableParam
from embviz.ui.text import plain, text

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_one_at_a_time = threading.Lock()  # a large table is written as text for seconds


@contextmanager
def chosen(
    controls: DeltaGenerator, stage: DeltaGenerator, param: TableParam, *boxes: Boxes
) -> Iterator[Chosen | None]:
    """`own_table.choose`, and when the picture has been drawn, or could not be, the menu."""
    table = own_table.choose(controls, stage, param, *boxes)
    try:
        yield table
    except Exception:
        if table:
            menu(table)
        raise
    if table:
        menu(table)


def menu(chosen: Chosen) -> None:
    """Draw the menu beside the choice of a table."""
    box = chosen.beside.popover(text(STEM, "file"), key="table_file", on_change="rerun")
    if not box.open:
        return
    from embviz.tables.saved import FORMATS  # which needs torch

    table = tables.load(chosen.name)
    size = {"rows": f"{len(table.tokens):,}", "width": f"{table.stored.shape[1]:,}"}
    box.markdown(text(STEM, "about", table=chosen.shown, **size))
    if held.is_own(chosen.name):
        last = len(table.tokens) - 1
        if (table.tokens[0], table.tokens[-1]) == ("0", str(last)):
            box.caption(text(STEM, "no_names", last=f"{last:,}"))
        box.caption(text(STEM, "forgotten"))
        box.button(text(STEM, "another"), key="own_forget", on_click=own_table.forget)
    every, rows = text(STEM, "every", rows=size["rows"]), None
    if chosen.rows:
        some = text(STEM, "some", rows=f"{len(chosen.rows):,}", what=chosen.what)
        rows = tuple(chosen.rows) if box.radio(text(STEM, "save"), (every, some), index=1) == some else None
    else:
        hint = f" {text(STEM, 'select')}" if chosen.what else ""
        box.caption(f"{text(STEM, 'save')}: {every}.{hint}")
    kinds = {text(STEM, kind.replace("-", "_")): kind for kind in FORMATS}
    kind = kinds[box.selectbox(text(STEM, "format"), list(kinds), key="table_format")]
    _offer(box, {"table": chosen.name, "rows": rows, "kind": kind})


def _offer(box: DeltaGenerator, asked: dict) -> None:
    """A button for each file; what stands in it is made when it is pressed."""
    found = cached.computed("tables.saved.files", **asked).facts
    if found["fault"]:
        box.markdown(text(STEM, "cannot", reason=f"{plain(found['fault'])}."))
    for place, name in enumerate(found["names"]):
        made = partial(_content, **asked, place=place)
        key = f"table_save_{place}"
        box.download_button(name, made, file_name=name, mime="application/octet-stream", on_click="ignore", key=key)


def _content(**asked) -> bytes:
    from embviz.tables import saved

    with _one_at_a_time:
        return saved.content(**asked)
