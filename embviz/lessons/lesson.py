"""What a lesson is, as data. Its words are in assets/text, in sections named after the ids here."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
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
    """A question whose answer is computed, in the sections `exercise_<id>` and `hint_<id>`, which `says` fills.

    `answer()` is a number, accepted within `tolerance`; or one of `choices`; or, if it is `ordered`, all of them in
    their order. `link` is the state that shows why, `level` is 1 (easy) to 3 (hard). `fresh(seed)`, for a seed from 1,
    is the same question with other numbers or words.
    """

    id: str
    answer: Callable[[], float | str | tuple[str, ...]]
    link: Mapping[Param, Any]
    choices: tuple[str, ...] = ()
    tolerance: float = 0.0
    level: int = 1
    says: Mapping[str, Any] = field(default_factory=dict)
    fresh: Callable[[int], Exercise] | None = None
    ordered: bool = False

    def variant(self, seed: int) -> Exercise:
        """The variant of this seed: the exercise itself for seed 0, and where there is no other."""
        return self.fresh(seed) if seed and self.fresh else self


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


def drawn(seed: int, *asked: tuple[Any, Sequence[Any]]) -> tuple[Any, ...]:
    """What a variant asks for: the first of each pair for seed 0, for other seeds another of its options.

    The first value goes through its options, so that two seeds in a row never ask the same; the others come by chance.
    """
    by_chance = random.Random(seed)
    made = []
    for first, options in asked:
        others = [option for option in options if option != first]
        chosen = by_chance.choice(others) if made else others[(seed - 1) % len(others)]
        made.append(chosen if seed else first)
    return tuple(made)


def written(number: float) -> str:
    """A number in a sentence, with a true minus."""
    return f"{number:,}".replace("-", "\u2212")


def query(state: Mapping[Param, Any]) -> dict[str, str]:
    """A state as it stands in an address."""
    return {key: text for param, value in state.items() for key, text in param.query(value).items()}
