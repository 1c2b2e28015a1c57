"""The parts of a page that move in the browser: components of ours, and what they say back, checked.

Their source is in assets/components: ES modules and style sheets. Streamlit takes one script a component, so the
modules that an entry imports are joined into one, in the order of their imports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st

from embviz.paths import ASSETS
from embviz.ui import pipeline_text
from embviz.ui.cached import Tensors
from embviz.ui.params import FloatParam, IntParam, Param
from embviz.ui.text import text

COMPONENTS = ASSETS / "components"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)


def modules(entry: Path) -> dict[Path, str]:
    """The script `entry` and all modules that it imports, each after those that it imports itself, without imports."""
    joined: dict[Path, str] = {}

    def add(path: Path) -> None:
        if path in joined:
            return
        source = path.read_text("utf-8")
        for name in _IMPORT.findall(source):
            add(path.parent / name)
        body = _IMPORT.sub("", source)
        joined[path] = body if path == entry else re.sub(r"^export ", "", body, flags=re.MULTILINE)

    add(entry)
    return joined


def bundle(entry: Path) -> str:
    """The script `entry` with all modules it imports, in one scope. Modules may not share a top-level name."""
    return "\n".join(modules(entry).values())


def styles(entry: Path) -> str:
    """The style sheets of what `entry` is joined from: the one of all, then those with a module's name."""
    sheets = [COMPONENTS / "base.css", *(path.with_suffix(".css") for path in modules(entry))]
    return "\n".join(sheet.read_text("utf-8") for sheet in sheets if sheet.exists())


def _component(entry: Path) -> Callable[..., Any]:
    return st.components.v2.component(f"embviz_{entry.stem}", js=bundle(entry), css=styles(entry))


_entries = {  # a module that exports a default is a component by the name of its file
    path.stem: _component(path)
    for path in sorted(COMPONENTS.glob("*.js"))
    if "export default" in path.read_text("utf-8")
}


def copy_link(key: str) -> None:
    """A button that copies the address of the page."""
    words = {name: text("frame", f"link_{name}") for name in ("copy", "copied", "failed", "address")}
    _entries["copylink"](key=key, data=words)


def picture(
    name: str,
    tensors: Tensors,
    /,
    *,
    key: str,
    steered: Sequence[Param],
    told: Mapping[str, Callable[[object], None]] = MappingProxyType({}),
    **facts: Any,
) -> None:
    """The moving picture `name` of these tensors. Its state is the values of `steered`, each by its short name.

    `facts` go to the browser with those of the tensors: `label` and `alt` say what there is to see, `keys` says which
    key moves what. What the browser sends back is taken only if it has a value that each parameter accepts. `told` are
    functions that take what it tells beside that, by name; they check it.
    """
    heard = f"{key}:heard"

    def on_change() -> None:
        sent = st.session_state[key].get("state")
        if valid_state(sent, steered):
            st.session_state[heard] = {param.name: sent[param.name] for param in steered}
            for param in steered:
                (param.choose if _has_box(param) else param.move)(sent[param.name])

    start = _start(key, heard, {param.name: _value(param) for param in steered})
    bounds = {p.name: (p.low, p.high, p.step) for p in steered if isinstance(p, IntParam | FloatParam)}
    data = with_facts(tensors, store=key, start=start, bounds=bounds, **facts)
    hear = {f"on_{what}_change": lambda what=what: told[what](st.session_state[key].get(what)) for what in told}
    _entries[name](key=key, data=data, on_state_change=on_change, **hear)


def _has_box(param: Param) -> bool:
    return getattr(param, "lines", 0) > 0


def _value(param: Param) -> Any:
    """What stands in the address; for a text that has a box of its own on the page, what stands in the box."""
    return st.session_state.get(param.key, param.default) if _has_box(param) else param.value()


def companion(name: str, tensors: Tensors, /, *, picture_key: str, **facts: Any) -> None:
    """More numbers for the picture `name` with this key, sent apart so that the picture's own need not be again."""
    data = with_facts(tensors, store=picture_key, companion=True, **facts)
    _entries[name](key=f"{picture_key}_companion", data=data)


def beside(name: str, picture_key: str, /, **data: Any) -> None:
    """A component that shares the state of the picture with this key, and stands elsewhere on the page."""
    _entries[name](key=f"{picture_key}_{name}", data={"store": picture_key, **data})


def pipeline(tensors: Tensors, *, key: str, steered: Sequence[Param]) -> None:
    """The picture of the pipeline; its state is stage (from 1), token and dim."""
    picture("pipeline", tensors, key=key, steered=steered, **pipeline_text.words(tensors.facts))


def pipeline_miniature(tensors: Tensors, *, key: str) -> None:
    """The picture of the pipeline by itself: it plays once, and tells nobody where a hand moves it."""
    start = {"stage": 1, "token": 2, "dim": 17}
    data = with_facts(tensors, store=key, start=start, alone=True, **pipeline_text.words(tensors.facts))
    _entries["pipeline"](key=key, data=data)


def with_facts(tensors: Tensors, **facts: Any) -> bytes:
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
    _entries["pipeline"](key=f"{picture_key}_controls", data={"store": picture_key})


def sliders(
    picture_key: str,
    steered: Sequence[Param],
    *,
    roles: Mapping[str, str] = MappingProxyType({}),
    play: Param | None = None,
    key: str = "",
) -> None:
    """Sliders for `steered` parameters of the picture with this key, which follow the hand without the server.

    `roles` gives the colour of a slider by the short name of its parameter. `play` is the one that a button moves.
    `key` is for a second set, which a page shows elsewhere where the window is narrow.
    """
    given = [
        {"name": p.name, "label": p.label, "role": roles.get(p.name), "low": p.low, "high": p.high, "step": p.step}
        for p in steered
    ]
    words = play and {"name": play.name, "label": text("frame", "play"), "pause": text("frame", "pause")}
    data = {"store": picture_key, "sliders": given, "play": words}
    _entries["sliders"](key=key or f"{picture_key}_sliders", data=data)


def valid_state(sent: object, steered: Sequence[Param]) -> bool:
    """Whether `sent` has exactly the names of `steered`, each with a value of its own, and the time of sending."""
    return (
        isinstance(sent, Mapping)
        and set(sent) == {*(param.name for param in steered), "time"}
        and type(sent["time"]) is int
        and sent["time"] >= 0
        and all(param.accepts(sent[param.name]) for param in steered)
    )
