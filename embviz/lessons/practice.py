"""All exercises of all lessons in one place: by lesson and difficulty, in fresh variants, or as a set in an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from embviz.lessons.lesson import Exercise, Lesson, Try
from embviz.ui.params import ChoiceParam, IntParam, TextParam, ViewParam

LEVELS = ("easy", "middle", "hard")
MOST = 24  # exercises of a set
ALL = "all lessons"

EXERCISE, SET_VIEW, PROGRESS = "Exercise", "Make a set", "Progress"
VIEW = ViewParam("pr_view", "Picture", EXERCISE, (EXERCISE, SET_VIEW, PROGRESS))
LEVEL = ChoiceParam("pr_level", "Difficulty", "any", ("any", *LEVELS))
OPEN = TextParam("pr_open", "Exercise", "", limit=80, lines=0, odd=("rotary.turn", "no.such", "<b>*x*</b> [[n]] {n}"))
SEED = IntParam("pr_seed", "Variant", 0, low=0, high=9999)
SET = TextParam(
    "pr_set",
    "Set",
    "",
    limit=1500,
    lines=0,
    odd=("rotary.turn,bpe.next", "rotary.turn,nosuch.one,<b>*x*</b>", "bpe.next,,bpe.next"),
)


class OfParam(ChoiceParam):
    """Which lessons. Every page stands every one; tests open a few."""

    __slots__ = ()

    @property
    def probes(self) -> tuple[str, ...]:
        return self.default, self.options[1], self.options[-1]


@dataclass(frozen=True, slots=True)
class Entry:
    """An exercise with its place: `id` is `<slug of the lesson>.<id of the exercise>`."""

    id: str
    section: str
    slug: str
    item: Exercise

    @property
    def level(self) -> str:
        return LEVELS[self.item.level - 1]


def entries(sections: Mapping[str, tuple[Lesson, ...]]) -> dict[str, Entry]:
    """Every exercise of every lesson by its id, in the order of the lessons."""
    found = [
        Entry(f"{lesson.slug}.{item.id}", section, lesson.slug, item)
        for section, lessons in sections.items()
        for lesson in lessons
        for item in lesson.exercises
    ]
    return {entry.id: entry for entry in found}


def listed(known: Mapping[str, Entry], *, of: str = ALL, level: str = "any") -> list[Entry]:
    """The exercises of some lessons and of one difficulty."""
    section, _, slug = of.partition(": ")
    return [
        entry
        for entry in known.values()
        if (of == ALL or entry.section == section)
        and (not slug or entry.slug == slug)
        and level in ("any", entry.level)
    ]


def named(text: str, known: Mapping[str, Entry]) -> tuple[list[Entry], list[str], int]:
    """What the text of a set names: its exercises, each once and at most `MOST`; the names that are none; how many
    exercises are left out because they are too many."""
    names = list(dict.fromkeys(name for name in text.split(",") if name))
    found = [known[name] for name in names if name in known]
    return found[:MOST], [name for name in names if name not in known], len(found[MOST:])


def lesson(sections: Mapping[str, tuple[Lesson, ...]]) -> Lesson:
    """The page on the exercises of these sections."""
    parts = [f"{section}: {each.slug}" for section, lessons in sections.items() for each in lessons if each.exercises]
    of = OfParam("pr_of", "Lessons", ALL, (ALL, *sections, *parts))
    one = {VIEW: EXERCISE, SET: "", SEED: 0}
    too_many = ",".join(list(entries(sections))[: MOST + 3])
    return Lesson(
        slug="practice",
        widgets=(VIEW, of, LEVEL),
        steered=(OPEN, SEED, SET),
        tries=(
            Try("predict", {**one, OPEN: "sinusoidal.neighbours"}),
            Try("fresh", {**one, OPEN: "rotary.turn", SEED: 3}),
            Try("order", {**one, OPEN: "similarity.order"}),
            Try("set", {**one, OPEN: "", SET: "lookup.by_hand,rotary.turn,bpe.next,similarity.order"}),
            Try("make", {VIEW: SET_VIEW, SET: "bpe.count,bpe.next,bpe.tokens", SEED: 0, OPEN: ""}),
        ),
        exercises=(),
        more=(
            {VIEW: SET_VIEW},
            {VIEW: PROGRESS},
            {SET: too_many},
            {OPEN: "similarity.nearest", SEED: 2},
            {LEVEL: "hard", of: "Overview"},
        ),
    )
