"""The live training of the lesson on word2vec: what may be asked for, and which training a page shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from embviz.ui import cached, training

if TYPE_CHECKING:
    from embviz.ui.cached import Tensors
    from embviz.ui.training import Course

JOB = "w2v_training"


def start(asked: dict[str, Any]) -> None:
    """Begin a training by these settings (`tables.word2vec_training.Settings`)."""
    from embviz.tables import trained, word2vec_training

    settings = word2vec_training.Settings(**asked)
    training.start(
        JOB,
        partial(word2vec_training.train, settings),
        keep=partial(trained.keep, settings=settings),
        finish=partial(word2vec_training.finish, settings=settings),
        about=settings,
        needs=settings.bytes,
    )


def course(corpus: str, architecture: str) -> Course | None:
    """The live training of this person, if it is of this corpus and architecture."""
    found = training.course(JOB)
    return found if found and (found.about.corpus, found.about.architecture) == (corpus, architecture) else None


def course_of(found: Course | None, corpus: str, architecture: str, **asked: Any) -> Tensors:
    """The picture of a live training that has ended, or else of the shipped one."""
    if found:
        return training.tensors(JOB, "tables.word2vec.live_course", found, **asked)
    return cached.computed("tables.word2vec.course", corpus=corpus, architecture=architecture, **asked)


def newest(found: Course, **asked: Any) -> Tensors:
    """The picture of a live training that is on."""
    return training.tensors(JOB, "tables.word2vec.newest", found, **asked)


def of(corpus: str, architecture: str, name: str, /, **asked: Any) -> Tensors:
    """`tables.word2vec_<name>` of the training that was done live, or else of the shipped one.

    ValueError if there is neither.
    """
    found = course(corpus, architecture)
    if found and found.final is not None:
        return training.tensors(JOB, f"tables.word2vec_{name}.live", found, **asked)
    return cached.computed(f"tables.word2vec_{name}.shipped", corpus=corpus, architecture=architecture, **asked)
