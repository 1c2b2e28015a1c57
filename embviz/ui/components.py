"""The parts of a page that move in the browser: components of ours, and what they say back, checked.

Their source is in assets/components: ES modules and style sheets. Streamlit takes one script a component, so the
modules that an entry imports are joined into one, in the order of their imports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from embviz.paths import ASSETS
from embviz.ui import pipeline_text
from embviz.ui.cached import Tensors
from embviz.ui.text import text

COMPONENTS = ASSETS / "components"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)


def bundle(entry: Path) -> str:
    """The script `entry` with all modules it imports, in one scope. Modules may not share a top-level name."""
    joined: dict[str, str] = {}

    def add(path: Path) -> None:
        if path.name in joined:
            return
        source = path.read_text("utf-8")
        for name in _IMPORT.findall(source):
            add(path.parent / name)
        body = _IMPORT.sub("", source)
        joined[path.name] = body if path == entry else re.sub(r"^export ", "", body, flags=re.MULTILINE)

    add(entry)
    return "\n".join(joined.values())


def _component(name: str) -> Callable[..., Any]:
    css = "\n".join((COMPONENTS / sheet).read_text("utf-8") for sheet in ("base.css", f"{name}.css"))
    return st.components.v2.component(f"embviz_{name}", js=bundle(COMPONENTS / f"{name}.js"), css=css)


_pipeline = _component("pipeline")
_copylink = _component("copylink")


def copy_link(key: str) -> None:
    """A button that copies the address of the page."""
    words = {name: text("frame", f"link_{name}") for name in ("copy", "copied", "failed", "address")}
    _copylink(key=key, data=words)


def pipeline(
    tensors: Tensors,
    *,
    key: str,
    state: Mapping[str, int],
    bounds: Mapping[str, tuple[int, int]],
    on_state: Callable[[dict[str, int]], None],
) -> None:
    """The picture of the pipeline. `state` has stage (from 1), token and dim; `on_state` gets what a hand made of it.

    What the browser sends is taken only if it has these three whole numbers within `bounds`.
    """
    heard = f"{key}:heard"

    def on_change() -> None:
        sent = st.session_state[key].get("state")
        if valid_state(sent, {**bounds, "time": (0, 2**53)}):
            st.session_state[heard] = {name: sent[name] for name in bounds}
            on_state(st.session_state[heard])

    _pipeline(key=key, data=with_words(tensors, key, start=_start(key, heard, dict(state))), on_state_change=on_change)


def pipeline_miniature(tensors: Tensors, *, key: str) -> None:
    """The picture of the pipeline by itself: it plays once, and tells nobody where a hand moves it."""
    _pipeline(key=key, data=with_words(tensors, key, start={"stage": 1, "token": 2, "dim": 17}, alone=True))


def with_words(tensors: Tensors, key: str, **facts: Any) -> bytes:
    facts |= {"store": key, **pipeline_text.words(tensors.facts)}
    return replace(tensors, facts=tensors.facts | facts).bytes


def _start(key: str, heard: str, state: dict[str, int]) -> dict[str, int]:
    """What to tell the browser to start from: the state, unless the browser itself reported it.

    While a person steps, the data stays the same to the byte, so nothing is sent. `turn` counts what came from here.
    """
    told = f"{key}:told"
    new = key not in st.session_state
    before = st.session_state.get(told, {"turn": 0})
    if new or st.session_state.get(heard) != state:
        if new or heard in st.session_state or {**before, **state} != before:
            st.session_state[told] = {**state, "turn": before["turn"] + 1}
        st.session_state.pop(heard, None)
    return st.session_state[told]


def pipeline_controls(picture_key: str) -> None:
    """The controls that belong to the picture with this key: step, pages of dimensions and tokens, what is followed."""
    _pipeline(key=f"{picture_key}_controls", data={"store": picture_key})


def valid_state(sent: object, bounds: Mapping[str, tuple[int, int]]) -> bool:
    """Whether `sent` has exactly the names of `bounds`, each a whole number within them."""
    return (
        isinstance(sent, Mapping)
        and set(sent) == set(bounds)
        and all(type(sent[name]) is int and low <= sent[name] <= high for name, (low, high) in bounds.items())
    )
