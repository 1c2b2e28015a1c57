"""What courses say about embeddings: every sentence with its check, its verdict and the lesson that shows it."""

from __future__ import annotations

from functools import partial

from embviz.claims import CLAIMS, OUTCOMES, TOPICS, evidence, sources
from embviz.lessons.lesson import Exercise, Lesson, Try, drawn
from embviz.ui.params import ChoiceParam, TextParam

__all__ = ["CLAIMS", "LESSON", "OUTCOMES", "TOPICS", "sources"]
ALL = "all"


class ClaimParam(ChoiceParam):
    """Which sentence is open. Every page stands every one; tests open each once, by itself."""

    __slots__ = ()

    @property
    def probes(self) -> tuple[str, ...]:
        return self.default, "king-man-woman-queen", self.options[-1]


OPEN = ClaimParam("cl_open", "Sentence", CLAIMS[0].id, tuple(claim.id for claim in CLAIMS))
VERDICT = ChoiceParam("cl_verdict", "Verdict", ALL, (ALL, *OUTCOMES))
TOPIC = ChoiceParam("cl_topic", "About", ALL, (ALL, *TOPICS))
SEARCH = TextParam(
    "cl_search", "Search", "", limit=40, lines=0, odd=("rotary", "xylophone", "<b>*x*</b> $y$", "🦁 [[n]] {n}")
)

BY_ID = {claim.id: claim for claim in CLAIMS}
TOPIC_OF = {claim.id: topic for topic, claims in TOPICS.items() for claim in claims}


def _verdict(claim: str) -> str:
    return evidence(claim=claim).verdict


def _predict(claim: str) -> Exercise:
    """Predict the verdict of a claim, then look."""
    return Exercise(
        "predict",
        partial(_verdict, claim),
        {OPEN: claim},
        choices=OUTCOMES,
        says={"statement": BY_ID[claim].statement},
        fresh=_another,
    )


def _another(seed: int) -> Exercise:
    (claim,) = drawn(seed, (FIRST, tuple(BY_ID)))
    return _predict(claim)


def _counted(pair: str) -> int:
    (case,) = [case for case in evidence(claim="pairs-of-low").cases if case["label"] == pair]
    return round(case["value"])


def _pair(pair: str) -> Exercise:
    return Exercise(
        "pair",
        partial(_counted, pair),
        {OPEN: "pairs-of-low"},
        says={"pair": pair},
        fresh=lambda seed: _pair(*drawn(seed, ("we", ("lo", "ow", "ne", "we")))),
    )


def _blocks(model: str) -> str:
    """Whether the table of a model is larger than one of its blocks."""
    (case,) = [case for case in evidence(claim="table-is-largest").cases if case["label"] == model]
    return "the table" if case["value"] > 1 else "the block"


def _heavier(model: str) -> Exercise:
    return Exercise(
        "heavier",
        partial(_blocks, model),
        {OPEN: "table-is-largest"},
        choices=("the table", "the block"),
        says={"model": model},
        level=2,
        fresh=lambda seed: _heavier(*drawn(seed, (HEAVY, ("GPT-3", HEAVY, "Gemma 2B", "Llama 2 70B", "GPT-2")))),
    )


FIRST, HEAVY = "only-used-rows-learn", "Llama 3 70B"

LESSON = Lesson(
    slug="claims",
    widgets=(),
    steered=(OPEN, VERDICT, TOPIC, SEARCH),
    tries=(
        Try("wrong", {VERDICT: OUTCOMES[2], TOPIC: ALL, SEARCH: "", OPEN: "nearer-is-more-similar"}),
        Try("queen", {VERDICT: ALL, TOPIC: ALL, SEARCH: "", OPEN: "king-man-woman-queen"}),
        Try("order", {VERDICT: OUTCOMES[1], TOPIC: "Positions", SEARCH: "", OPEN: "attention-has-no-order"}),
        Try("long", {VERDICT: ALL, TOPIC: ALL, SEARCH: "extrapolate", OPEN: "rotary-extrapolates"}),
    ),
    exercises=(_predict(FIRST), _pair("we"), _heavier(HEAVY)),
)
