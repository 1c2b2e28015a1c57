"""Parameters of lessons: declared once, in the lesson, and bound to the address of the page.

A parameter is a frozen object with a key (its name in the address, unique in the whole app), a label, a default and
bounds. `widget(where)` draws it and returns its value. `query(value)` is what stands in an address for a value.
`probes` are values that every page must stand. A parameter that a component moves in the browser has no widget:
`value()` reads it from the address and `move(value)` writes it there, through `ui.address`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from embviz.ui import address


class _Addressed:
    """What all parameters share: their value stands in the address under their key, the default does not."""

    __slots__ = ()
    key: str
    default: Any
    parse: Callable[[str], Any]  # the value that a text in an address stands for; ValueError says what would be right

    @property
    def name(self) -> str:
        """The key without the lesson's prefix, as the browser calls it."""
        return self.key.partition("_")[2]

    def query(self, value: Any) -> dict[str, str]:
        """What stands in an address for `value`; ValueError if it is not allowed."""
        self.parse(str(value))
        return {} if value == self.default else {self.key: str(value)}

    def value(self) -> Any:
        """The value in the address; the default where there is none or an invalid one."""
        there = address.read(self.key)
        try:
            return self.default if there is None else self.parse(there)
        except ValueError:
            return self.default

    def move(self, value: Any) -> None:
        """Put `value` into the address, for a parameter without a widget."""
        address.write(self.key, self.query(value).get(self.key))

    def choose(self, value: Any) -> None:
        """Set the widget to `value`, from a callback."""
        self.query(value)
        st.session_state[self.key] = value

    def accepts(self, sent: object) -> bool:
        """Whether something that a browser sent is a value of this parameter, of its own type."""
        try:
            return type(sent) is type(self.default) and self.parse(str(sent)) == sent
        except ValueError:
            return False


def _number(text: str, kind: type, low: float, high: float, key: str) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        raise ValueError(f"{key} is {text!r}, but must be a number from {low} to {high}")
    return value


@dataclass(frozen=True, slots=True)
class _NumberParam(_Addressed):
    """A number from `low` to `high`, in steps of `step` from `low`: a slider, or what `drawn_by` says."""

    drawn_by = "slider"
    key: str
    label: str
    default: Any
    low: Any
    high: Any
    step: Any = 1
    help: str | None = None

    def widget(self, where: DeltaGenerator) -> Any:
        draw = getattr(where, self.drawn_by)
        bounds = (self.low, self.high, self.default, self.step)
        return draw(self.label, *bounds, key=self.key, help=self.help, bind="query-params")

    @property
    def probes(self) -> tuple[Any, ...]:
        return self.low, self.default, self.high


class IntParam(_NumberParam):
    """A whole number."""

    __slots__ = ()

    def upto(self, high: int) -> IntParam:
        """The same parameter with an end that depends on others, such as the last row of a table."""
        return replace(self, high=high, default=min(self.default, high))

    def parse(self, text: str) -> int:
        value = _number(text, int, self.low, self.high, self.key)
        if (value - self.low) % self.step:
            raise ValueError(f"{self.key} is {value}, but must be {self.low} plus a multiple of {self.step}")
        return value


class NumberParam(IntParam):
    """A whole number in a box to type it into, which a picture may move too."""

    __slots__ = ()
    drawn_by = "number_input"
    lines = 1  # of its box


class FloatParam(_NumberParam):
    """A real number; it need not lie on a step."""

    __slots__ = ()

    def parse(self, text: str) -> float:
        return _number(text, float, self.low, self.high, self.key)


@dataclass(frozen=True, slots=True)
class ChoiceParam(_Addressed):
    """One of a few words: a list that opens. The word itself stands in the address."""

    key: str
    label: str
    default: str
    options: tuple[str, ...]
    help: str | None = None

    def widget(self, where: DeltaGenerator) -> str:
        return where.selectbox(
            self.label,
            self.options,
            self.options.index(self.default),
            key=self.key,
            help=self.help,
            bind="query-params",
        )

    def parse(self, text: str) -> str:
        if text not in self.options:
            raise ValueError(f"{self.key} is {text!r}, but must be one of {', '.join(self.options)}")
        return text

    @property
    def probes(self) -> tuple[str, ...]:
        return self.options


OWN_TABLE = "your own"


class TableParam(ChoiceParam):
    """Which table: a shipped one, or one from a file of the person's own, of which the address says no more."""

    __slots__ = ()

    @property
    def shipped(self) -> tuple[str, ...]:
        return tuple(name for name in self.options if name != OWN_TABLE)


class ViewParam(ChoiceParam):
    """Which of a lesson's pictures stands on the page: a bar of words above it."""

    __slots__ = ()

    def widget(self, where: DeltaGenerator) -> str:
        return where.segmented_control(
            self.label,
            self.options,
            default=self.default,
            required=True,
            wrap=False,
            key=self.key,
            label_visibility="collapsed",
            bind="query-params",
        )


@dataclass(frozen=True, slots=True)
class LevelParam(_Addressed):
    """One of a few whole numbers that are far apart: a slider with a stop for each."""

    key: str
    label: str
    default: int
    levels: tuple[int, ...]
    help: str | None = None

    def widget(self, where: DeltaGenerator) -> int:
        return where.select_slider(
            self.label, self.levels, self.default, key=self.key, help=self.help, bind="query-params"
        )

    def parse(self, text: str) -> int:
        if text not in map(str, self.levels):
            raise ValueError(f"{self.key} is {text!r}, but must be one of {', '.join(map(str, self.levels))}")
        return int(text)

    @property
    def probes(self) -> tuple[int, ...]:
        return self.levels[0], self.default, self.levels[-1]


@dataclass(frozen=True, slots=True)
class TextParam(_Addressed):
    """Text of at most `limit` characters: a box of so many lines, or with 0 lines none, for a picture to change.

    What comes longer is cut, and the box says so.
    """

    key: str
    label: str
    default: str
    limit: int
    odd: tuple[str, ...] = ()
    help: str | None = None
    lines: int = 4

    def widget(self, where: DeltaGenerator) -> str:
        self._cut()
        box, size = (where.text_area, {"height": 27 * self.lines}) if self.lines > 1 else (where.text_input, {})
        text = box(
            self.label,
            self.default,
            key=self.key,
            help=self.help or f"Up to {self.limit} characters.",
            on_change=self._cut,
            bind="query-params",
            **size,
        )
        if len(text) > self.limit:  # it came with the address, and is cut before the box is drawn again
            st.rerun()
        if note := st.session_state.pop(f"{self.key}:note", None):
            where.caption(note)
        return text

    def _cut(self) -> None:
        text = st.session_state.get(self.key, "")
        if len(text) > self.limit:
            st.session_state[self.key] = text[: self.limit]
            st.session_state[f"{self.key}:note"] = f"Cut to the first {self.limit} of {len(text):,} characters."

    def parse(self, text: str) -> str:
        if len(text) > self.limit:
            raise ValueError(f"{self.key} has {len(text):,} characters, but may have {self.limit}")
        return text

    @property
    def probes(self) -> tuple[str, ...]:
        return self.default, *self.odd


Param = IntParam | FloatParam | LevelParam | ChoiceParam | TextParam
