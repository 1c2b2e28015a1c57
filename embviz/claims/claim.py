"""One sentence that is taught, and what a computation says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Outcome = Literal["holds", "holds with a condition", "does not hold"]
OUTCOMES = ("holds", "holds with a condition", "does not hold")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: the outcome, the number it went by, and one sentence on why, with its numbers."""

    verdict: Outcome
    value: float
    why: str


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
