"""What a lesson is, as data. Its words are in assets/text, in sections named after the ids here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from embviz.ui.params import Param


@dataclass(frozen=True, slots=True)
class Try:
    """Something to try: a button that sets `state`. The section `try_<id>` holds its label, then what happens."""

    id: str
    state: Mapping[Param, Any]


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question whose answer is computed, in the sections `exercise_<id>` and `hint_<id>`.

    `answer()` is a number, accepted within `tolerance`, or one of `choices`. `link` is the state that shows why.
    """

    id: str
    answer: Callable[[], float | str]
    link: Mapping[Param, Any]
    choices: tuple[str, ...] = ()
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page. `widgets` are set by a person in the controls, `steered` are moved in the picture.

    `needs` is the state in which a parameter is on the page, for those that the default state does not show.
    `more` are states that say what no single parameter brings about; tests open them.
    The sections `title`, `question` and `summary` of its text name it in the menu, on the page and on the map.
    """

    slug: str
    widgets: tuple[Param, ...]
    steered: tuple[Param, ...]
    tries: tuple[Try, ...]
    exercises: tuple[Exercise, ...]
    needs: Mapping[Param, Mapping[Param, Any]] = field(default_factory=dict)
    more: tuple[Mapping[Param, Any], ...] = ()

    @property
    def params(self) -> tuple[Param, ...]:
        return self.widgets + self.steered


def query(state: Mapping[Param, Any]) -> dict[str, str]:
    """A state as it stands in an address."""
    return {key: text for param, value in state.items() for key, text in param.query(value).items()}
