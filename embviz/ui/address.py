"""What stands in the address of the page, where the browser may be behind.

What is written here takes a while to reach the browser, and all that the browser says until then comes with the
address as it was. Taken at its word, that would undo what a hand has just done. So what was written holds against the
values that it replaced, for as long as a message may be under way. Going back in the browser's history is no such case.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LATE = 10.0  # seconds that a message of the browser may be behind
_WRITTEN = "address:written"
_PAGE = "address:page"


@dataclass(frozen=True, slots=True)
class _Written:
    text: str | None
    replaced: dict[str | None, float]  # what stood there before, and until when a message may still say so


def begin() -> None:
    """What a run of the app says first: on another page, what was written on the last no longer holds."""
    page = get_script_run_ctx().page_script_hash
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state.pop(_WRITTEN, None)


def read(key: str) -> str | None:
    """What stands in the address under `key`, or will as soon as the browser knows; None where nothing does."""
    there = st.query_params.get(key)
    written = _written().get(key)
    if written is None or there == written.text:
        return there
    if time.monotonic() < written.replaced.get(there, 0.0) and not _navigated():
        _put(key, written.text)
        return written.text
    del _written()[key]
    return there


def write(key: str, text: str | None) -> None:
    """Put `text` into the address under `key`; with None, take the key out."""
    now = time.monotonic()
    replaced = {st.query_params.get(key): now + LATE}
    if before := _written().get(key):
        recent = {old: until for old, until in before.replaced.items() if now < until}
        replaced = recent | {before.text: now + LATE} | replaced
    replaced.pop(text, None)
    _written()[key] = _Written(text, replaced)
    _put(key, text)


def _written() -> dict[str, _Written]:
    return st.session_state.setdefault(_WRITTEN, {})


def _navigated() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _put(key: str, text: str | None) -> None:
    if text is not None:
        if st.query_params.get(key) != text:
            st.query_params[key] = text
    elif key in st.query_params:
        del st.query_params[key]
