"""The live training of the lesson on GloVe, beside word2vec's: what may be asked for, and what a page shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from embviz.ui import cached, training

if TYPE_CHECKING:
    from embviz.ui.cached import Tensors
    from embviz.ui.training import Course

JOB = "glv_training"


def start(asked: dict[str, Any], other_seed: int) -> None:
    """Begin a training by these settings (`tables.glove_training.Settings`), and by word2vec with this seed."""
    from embviz.tables import glove_training

    both = glove_training.pair(other_seed, **asked)
    training.start(
        JOB,
        partial(glove_training.train_both, both),
        keep=partial(glove_training.keep_both, asked=both),
        about=both,
        needs=both.bytes,
    )


def course(corpus: str) -> Course | None:
    """The live training of this person, if it is of this corpus and has shown something."""
    found = training.course(JOB)
    return found if found and found.kept and found.about.corpus == corpus else None


def course_of(found: Course | None, asked: dict[str, Any], other_seed: int, **shown: Any) -> Tensors:
    """The picture of a live training that has ended, or else of shipped ones."""
    if found:
        return training.tensors(JOB, "tables.glove_lesson.live_course", found, **shown)
    return cached.computed("tables.glove_lesson.course", other_seed=other_seed, **asked, **shown)


def newest(found: Course, **shown: Any) -> Tensors:
    """The picture of a live training that is on."""
    return training.tensors(JOB, "tables.glove_lesson.newest", found, **shown)
