"""The live training of the lesson on GloVe: what may be asked for, and which training a page shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from embviz.ui import cached, training

if TYPE_CHECKING:
    from embviz.ui.cached import Tensors
    from embviz.ui.training import Course

JOB = "glv_training"


def start(asked: dict[str, Any]) -> None:
    """Begin a training by these settings (`tables.glove_lesson.Settings`)."""
    from embviz.tables import glove_lesson

    settings = glove_lesson.Settings(**asked)
    training.start(
        JOB,
        partial(glove_lesson.train, settings),
        keep=partial(glove_lesson.keep, settings=settings),
        about=settings,
        needs=settings.bytes,
    )


def course(corpus: str) -> Course | None:
    """The live training of this person, if it is of this corpus and has shown something."""
    found = training.course(JOB)
    return found if found and found.kept and found.about.corpus == corpus else None


def course_of(found: Course | None, asked: dict[str, Any], method: str, **shown: Any) -> Tensors:
    """The picture of a live training that has ended, or else of a shipped one."""
    if found:
        return training.tensors(JOB, "tables.glove_lesson.live_course", found, **shown)
    return cached.computed("tables.glove_lesson.course", method=method, **asked, **shown)


def newest(found: Course, **shown: Any) -> Tensors:
    """The picture of a live training that is on."""
    return training.tensors(JOB, "tables.glove_lesson.newest", found, **shown)
