"""Every exercise of every lesson, and fresh variants of it: what they ask, what they accept, and where they lead."""

import math

import pytest

from embviz.lessons import LESSONS, bpe, lesson
from embviz.ui import exercise
from embviz.ui.text import placeholders, sections

ALL = [(part.slug, item) for part in LESSONS for item in part.exercises]
SEEDS = (1, 2, 3, 7, 40)
named = pytest.mark.parametrize(
    ("slug", "first"), ALL, ids=lambda v: v if isinstance(v, str) else getattr(v, "id", None)
)


def variants(first):
    return [first, *(first.fresh(seed) for seed in SEEDS if first.fresh)]


def asked(item):
    """All that a person sees of it before the check."""
    return dict(item.says), item.choices


@named
def test_an_answer_is_a_number_or_one_of_the_choices_or_all_in_order(slug, first):
    for item in variants(first):
        answer = item.answer()
        assert len(set(item.choices)) == len(item.choices)
        if item.ordered:
            assert isinstance(answer, tuple) and sorted(answer) == sorted(item.choices) and len(answer) > 2
        elif item.choices:
            assert answer in item.choices and len(item.choices) > 1
        else:
            assert type(answer) in (int, float) and math.isfinite(answer)
            assert item.tolerance > 0 or isinstance(answer, int)


@named
def test_what_it_says_fills_its_text_and_nothing_is_left(slug, first):
    parts = [placeholders(sections(slug)[f"{part}_{first.id}"]) for part in ("exercise", "hint")]
    for item in variants(first):
        assert item.id == first.id and item.level == first.level in (1, 2, 3) and item.ordered == first.ordered
        assert set.union(*parts) <= set(item.says)
        assert all("[[" not in exercise.asked(slug, item, part) for part in ("exercise", "hint"))


@named
def test_its_link_is_a_state_of_its_lesson(slug, first):
    params = next(part.params for part in LESSONS if part.slug == slug)
    for item in variants(first):
        assert set(item.link) <= set(params)
        assert set(exercise.query_of(item)) <= {param.key for param in item.link}  # each value is parsed on the way


@named
def test_variants_differ_and_a_seed_gives_the_same_again(slug, first):
    if not first.fresh:
        assert first.variant(3) is first
        return
    made = [asked(item) for item in variants(first)]
    assert made[0] not in made[1:]
    assert any(other != made[1] for other in made[2:])
    assert asked(first.fresh(7)) == asked(first.variant(7)) == asked(first.fresh(1).fresh(7))
    assert first.variant(0) is first


@named
def test_the_answer_is_right_and_another_is_refused(slug, first):
    for item in variants(first)[:3]:
        answer = item.answer()
        hint = exercise.asked(slug, item, "hint")
        if item.ordered:
            right, wrong = list(answer), [*answer[1:], answer[0]]
            assert exercise.judge(item, right[:-1], hint)[0] is None  # not all of them
        elif item.choices:
            right, wrong = answer, next(choice for choice in item.choices if choice != answer)
        else:
            right, wrong = repr(answer), repr(answer + 1.01 * item.tolerance + 1e-6 * abs(answer) + 1e-9)
            assert exercise.judge(item, "many", hint)[0] is None
            assert exercise.judge(item, "nan", hint)[0] is False
        assert exercise.judge(item, right, hint)[0] is True
        found, said = exercise.judge(item, wrong, hint)
        assert found is False and hint in said


def test_most_exercises_have_variants_and_all_levels_occur():
    assert sum(item.fresh is not None for _, item in ALL) > 0.6 * len(ALL)
    assert {item.level for _, item in ALL} == {1, 2, 3}
    assert any(item.ordered for _, item in ALL)


def test_what_is_drawn_is_never_the_first():
    assert lesson.drawn(0, (3, (1, 2, 3)), ("a", "abc")) == (3, "a")
    for seed in range(1, 30):
        number, letter = lesson.drawn(seed, (3, (1, 2, 3)), ("a", "abc"))
        assert number in (1, 2) and letter in "bc"
        assert number != lesson.drawn(seed + 1, (3, (1, 2, 3)))[0]
    assert len({lesson.drawn(seed, (0, range(9)), (0, range(9))) for seed in range(1, 60)}) > 30


def test_a_number_is_written_with_a_true_minus():
    assert [lesson.written(x) for x in (-0.3, 50_000, 0.5)] == ["\u22120.3", "50,000", "0.5"]


def test_the_words_of_the_next_merge_are_those_of_the_training():
    found, moment = bpe.stands({"low": 5, "lower": 2, "newest": 3, "widest": 1}, 4)
    assert bpe.NEXT["merges"] == ", ".join(merge.token for merge in found.merges[:4])
    assert bpe.NEXT["words"] == " · ".join(" ".join(word) for word in moment.words)
