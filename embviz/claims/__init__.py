"""What courses and posts say about embeddings, each sentence with a check that computes whether it holds.

`CLAIMS` are data: the sentence, where it is taught, the check, and the lesson in the state that shows it. No verdict is
written down: `check()` calls the compute layer and the tables, and decides by the number it finds. It takes from
milliseconds to a few seconds and imports what it needs on the first call.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from embviz.claims import learning, positions, sizes, tokens, vectors
from embviz.claims.claim import OUTCOMES, Case, Claim, Verdict, number

__all__ = ["CLAIMS", "OUTCOMES", "TOPICS", "Case", "Claim", "Evidence", "Verdict", "evidence", "sources"]

TOPICS: dict[str, tuple[Claim, ...]] = {
    "Positions": positions.CLAIMS,
    "Vectors": vectors.CLAIMS,
    "Learning": learning.CLAIMS,
    "Tokens": tokens.CLAIMS,
    "Sizes": sizes.CLAIMS,
}
CLAIMS: tuple[Claim, ...] = tuple(claim for claims in TOPICS.values() for claim in claims)
_BY_ID = {claim.id: claim for claim in CLAIMS}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict as plain data: `cases` are those of the Verdict, as mappings."""

    verdict: str
    value: float
    why: str
    cases: tuple[dict[str, Any], ...]
    measure: str
    wanted: str
    limit: float | None
    scale: str


@cache
def evidence(*, claim: str) -> Evidence:
    """What the check of the claim with this id finds, computed once a process. ValueError for another id."""
    if claim not in _BY_ID:
        raise ValueError(f"there is no claim {claim!r}")
    found = asdict(_BY_ID[claim].check())
    found["cases"] = tuple(case | {"found": case["found"] or number(case["value"])} for case in found["cases"])
    return Evidence(**found)


def sources(claim: str) -> tuple[str, ...]:
    """The names below `embviz` of the check of a claim and of what it calls in its own module, in that order."""
    check = _BY_ID[claim].check
    own = {
        name: made for name, made in check.__globals__.items() if getattr(made, "__module__", "") == check.__module__
    }
    names, after = [], [check.__name__]
    while after:
        name = after.pop(0)
        if name in names or not hasattr(own.get(name), "__code__"):
            continue
        names.append(name)
        after += own[name].__code__.co_names
    return tuple(f"{check.__module__.removeprefix('embviz.')}.{name}" for name in names)
