"""Parameters: what stands in an address is what was set, and nothing else gets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embviz.lessons import LESSONS
from embviz.ui.params import ChoiceParam, FloatParam, IntParam, LevelParam, TextParam, ViewParam

WIDTH = IntParam("t_width", "Width", 64, low=8, high=256, step=8)
RATE = FloatParam("t_rate", "Rate", 0.5, low=0.0, high=2.0, step=0.1)
KIND = ChoiceParam("t_kind", "Kind", "a", ("a", "b"))
TEXT = TextParam("t_text", "Text", "hello", limit=10)
LEVEL = LevelParam("t_level", "Level", 100, (10, 100, 1000))
VIEW = ViewParam("t_view", "View", "One", ("One", "Two"))


@given(st.integers(1, 32).map(lambda k: 8 * k))
def test_a_whole_number_comes_back_from_its_address(value):
    query = WIDTH.query(value)
    assert (WIDTH.parse(query["t_width"]) if query else WIDTH.default) == value


@given(st.floats(0.0, 2.0))
def test_a_real_number_comes_back_from_its_address(value):
    query = RATE.query(value)
    assert (RATE.parse(query["t_rate"]) if query else RATE.default) == value


@pytest.mark.parametrize("param", [WIDTH, RATE, KIND, TEXT, LEVEL, VIEW])
def test_the_default_is_left_out(param):
    assert param.query(param.default) == {}


@pytest.mark.parametrize(
    ("param", "text", "fact"),
    [
        (WIDTH, "7", "from 8 to 256"),
        (WIDTH, "257", "from 8 to 256"),
        (WIDTH, "12", "multiple of 8"),
        (WIDTH, "8.0", "number"),
        (WIDTH, "", "number"),
        (RATE, "nan", "from 0.0 to 2.0"),
        (RATE, "inf", "from 0.0 to 2.0"),
        (RATE, "-0.1", "from 0.0 to 2.0"),
        (KIND, "c", "one of a, b"),
        (LEVEL, "50", "one of 10, 100, 1000"),
        (LEVEL, "0100", "one of 10, 100, 1000"),
        (VIEW, "Three", "one of One, Two"),
        (TEXT, "x" * 11, "11 characters, but may have 10"),
    ],
)
def test_what_is_not_allowed_is_named(param, text, fact):
    with pytest.raises(ValueError, match=fact):
        param.parse(text)


@pytest.mark.parametrize(
    ("param", "sent"), [(WIDTH, 8), (WIDTH, 256), (RATE, 0.25), (KIND, "b"), (LEVEL, 1000), (TEXT, "")]
)
def test_a_value_of_its_own_type_is_accepted(param, sent):
    assert param.accepts(sent)


@pytest.mark.parametrize(
    ("param", "sent"),
    [(WIDTH, 9), (WIDTH, 264), (WIDTH, 8.0), (WIDTH, "8"), (WIDTH, True), (WIDTH, None), (RATE, 1), (RATE, 9.0)],
)
def test_anything_else_is_not_accepted(param, sent):
    assert not param.accepts(sent)


@pytest.mark.parametrize(
    ("param", "sent"),
    [(RATE, float("nan")), (KIND, "c"), (KIND, 1), (LEVEL, 50), (LEVEL, True), (TEXT, "x" * 11), (TEXT, [])],
)
def test_nor_is_anything_else_of_the_other_kinds(param, sent):
    assert not param.accepts(sent)


def test_an_end_can_depend_on_others():
    last = WIDTH.upto(32)
    assert (last.key, last.high, last.default) == ("t_width", 32, 32)
    assert last.accepts(32) and not last.accepts(40)
    assert WIDTH.name == "width"


def test_keys_are_unique_in_the_whole_app():
    keys = [param.key for lesson in LESSONS for param in lesson.params]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("param", [param for lesson in LESSONS for param in lesson.params], ids=lambda p: p.key)
def test_every_probe_can_stand_in_an_address(param):
    assert param.default in param.probes
    for value in param.probes:
        param.query(value)
