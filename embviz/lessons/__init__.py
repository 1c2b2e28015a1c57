"""The lessons, in the order of a token's path. A new lesson is its four files and a line here."""

from embviz.lessons import pipeline, sinusoidal
from embviz.lessons.lesson import Lesson

SECTIONS: dict[str, tuple[Lesson, ...]] = {
    "Overview": (pipeline.LESSON,),
    "Positions": (sinusoidal.LESSON,),
}
LESSONS: tuple[Lesson, ...] = tuple(lesson for lessons in SECTIONS.values() for lesson in lessons)
