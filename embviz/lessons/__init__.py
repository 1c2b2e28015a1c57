"""The lessons, in the order of a token's path. A new lesson is its four files and a line here."""

from embviz.lessons import (
    analogies,
    gradients,
    learned,
    long_context,
    lookup,
    offset,
    order,
    pipeline,
    projector,
    rotary,
    similarity,
    sinusoidal,
)
from embviz.lessons.lesson import Lesson

SECTIONS: dict[str, tuple[Lesson, ...]] = {
    "Overview": (pipeline.LESSON,),
    "Vectors": (
        lookup.LESSON,
        gradients.LESSON,
        similarity.LESSON,
        analogies.LESSON,
        projector.LESSON,
    ),
    "Positions": (
        order.LESSON,
        offset.LESSON,
        sinusoidal.LESSON,
        learned.LESSON,
        rotary.LESSON,
        long_context.LESSON,
    ),
}
LESSONS: tuple[Lesson, ...] = tuple(lesson for lessons in SECTIONS.values() for lesson in lessons)
