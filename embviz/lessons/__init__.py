"""The lessons, in the order of a token's path. A new lesson is its four files and a line here."""

from embviz.lessons import (
    analogies,
    bpe,
    glove,
    gradients,
    language_model,
    learned,
    long_context,
    lookup,
    offset,
    order,
    pipeline,
    projector,
    recipe,
    rotary,
    similarity,
    sinusoidal,
    tokenizers,
    word2vec,
)
from embviz.lessons.lesson import Lesson

SECTIONS: dict[str, tuple[Lesson, ...]] = {
    "Overview": (pipeline.LESSON,),
    "Tokens": (bpe.LESSON, tokenizers.LESSON),
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
}
LESSONS: tuple[Lesson, ...] = tuple(lesson for lessons in SECTIONS.values() for lesson in lessons)
