"""The batch that a person types, and what the choices mean."""

import pytest

from embviz.lessons import gradients as lesson


@pytest.mark.parametrize(
    ("text", "ids"), [("7 3 7", (7, 3, 7)), ("0,11", (0, 11)), (" 1,  2 ,3 ", (1, 2, 3)), ("007", (7,))]
)
def test_ids_with_spaces_or_commas(text, ids):
    assert lesson.chosen_ids(text) == ids


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 ids are named"),
        (" , ", "0 ids are named"),
        ("1 " * 13, "13 ids are named"),
        ("12", "“12” is no row"),
        ("1 -1", "“-1” is no row"),
        ("1 2.5", "“2.5” is no row"),
        ("³", "“³” is no row"),
        ("<b>", "“<b>” is no row"),
    ],
)
def test_what_is_no_batch_is_named(text, said):
    with pytest.raises(ValueError, match=r"are named|is no row") as error:
        lesson.chosen_ids(text)
    assert said in str(error.value)


def test_sparse_gradients_never_decay_and_have_no_adamw():
    assert lesson.loop("AdamW", "first step only", "0.1", "sparse") == {
        "optimiser": "adam",
        "batches": "first only",
        "decay": 0.0,
        "sparse": True,
        "tied": False,
    }
    assert lesson.loop("SGD", "the same in every step", "0.1", "tied head") == {
        "optimiser": "sgd",
        "batches": "same",
        "decay": 0.1,
        "sparse": False,
        "tied": True,
    }


def test_the_answers_by_hand():
    assert {item.id: item.answer() for item in lesson.LESSON.exercises} == {
        "learning": 3,
        "three": 3,
        "stranger": "AdamW, decay 0.01",
    }
