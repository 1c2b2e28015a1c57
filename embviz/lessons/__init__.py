"""The lessons, in the order of a token's path. A new lesson is its four files and a line here."""

from embviz.lessons import (
    analogies,
    bpe,
    claims,
    glove,
    gradients,
    language_model,
    learned,
    long_context,
    lookup,
    offset,
    order,
    pipeline,
    practice,
    projector,
    recipe,
    rotary,
    similarity,
    sinusoidal,
    sizing,
    tokenizers,
    vocabulary,
    word2vec,
)
from embviz.lessons.lesson import Lesson

SECTIONS: dict[str, tuple[Lesson, ...]] = {
    "Overview": (pipeline.LESSON,),
    "Tokens": (bpe.LESSON, tokenizers.LESSON, vocabulary.LESSON, sizing.LESSON),
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
    "Learning": (word2vec.LESSON, glove.LESSON, language_model.LESSON, recipe.LESSON),
    "Check": (claims.LESSON,),
}
SECTIONS["Check"] += (practice.lesson(SECTIONS),)
LESSONS: tuple[Lesson, ...] = tuple(lesson for lessons in SECTIONS.values() for lesson in lessons)
