"""One sentence that is taught, and what a computation says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Outcome = Literal["holds", "holds with a condition", "does not hold"]
OUTCOMES = ("holds", "holds with a condition", "does not hold")
Scale = Literal["linear", "log", "none"]


@dataclass(frozen=True, slots=True)
class Case:
    """One case that was tried: its name, its number, whether the sentence is true in it, and what was found, in words.

    Without `found` the number itself is shown.
    """

    label: str
    value: float
    holds: bool
    found: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: the outcome, the number it went by, and one sentence on why, with its numbers.

    cases: all that were tried. measure: what their values are; wanted: when a case holds, in words, and `limit`, the
    number in them. scale: the axis on which the values compare, "none" where words compare better.
    """

    verdict: Outcome
    value: float
    why: str
    cases: tuple[Case, ...] = ()
    measure: str = ""
    wanted: str = ""
    limit: float | None = None
    scale: Scale = "linear"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as it is taught.

    id: its name in a link; statement: the sentence; taught_in: the kind of place; check: computes the verdict, without
    arguments; lesson and state: the page that shows it, and the values of that page's parameters by their keys.
    """

    id: str
    statement: str
    taught_in: str
    check: Callable[[], Verdict]
    lesson: str
    state: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def by_cases(cases: Iterable[bool]) -> Outcome:
    """Holds in all the cases that were tried, in some of them, or in none."""
    found = tuple(cases)
    return OUTCOMES[0] if all(found) else OUTCOMES[1] if any(found) else OUTCOMES[2]


def judged(cases: Iterable[Case], value: float, why: str, **shown: object) -> Verdict:
    """The verdict that the cases give; `shown` is the rest of a Verdict."""
    tried = tuple(cases)
    return Verdict(by_cases(case.holds for case in tried), float(value), why, tried, **shown)


def number(value: float) -> str:
    """A number as it stands in a sentence: three significant digits, one of a tiny one, U+2212 for minus."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.0e}" if 0 < abs(value) < 1e-3 else f"{value:.3g}"
    return text.replace("-", "\u2212")
