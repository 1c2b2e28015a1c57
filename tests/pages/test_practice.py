"""Practice through AppTest: what a guess shows, sets from an address, and what the lists leave."""

import inspect

import pytest
from streamlit.testing.v1 import AppTest

from embviz.lessons import SECTIONS, practice
from embviz.paths import ROOT
from embviz.ui import exercise

KNOWN = practice.entries(SECTIONS)
LOOKS = ("sinusoidal.neighbours", "sinusoidal.rise", "similarity.nearest")
LOOKS += ("offset.level", "long_context.fastest", "recipe.length")


def opened(**query):
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/practice.py")
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def said(page):
    return "\n".join(markdown.value for markdown in page.markdown)


def test_pictures_that_answer_are_these():
    source = (ROOT / "pages" / "practice.py").read_text("utf-8")
    assert all(f'"{name}": ' in source for name in LOOKS)
    assert len({name.split(".")[0] for name in LOOKS}) >= 3


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("seed", [0, 3])
def test_a_guess_is_judged_and_then_the_picture_is_shown(name, seed):
    item = KNOWN[name].item.variant(seed)
    answer = item.answer()
    wrong = next(choice for choice in item.choices if choice != answer) if item.choices else str(answer + 1)
    key = f"pr_{name.replace('.', '_exercise_')}" + (f"_{seed}" if seed and item.fresh else "")
    for given, word in ((wrong, "Not "), (str(answer), "Right.")):
        page = opened(pr_open=name, pr_seed=str(seed))
        assert not page.get("plotly_chart")
        field = page.segmented_control if item.choices else page.text_input
        field(key=f"{key}_given").set_value(given)
        page.button(key=f"{key}_check").click().run()
        assert not page.exception and word in said(page) and "could not be made" not in said(page)
        (chart,) = page.get("plotly_chart")
        assert chart.proto.spec


def test_an_answer_that_is_none_shows_no_picture():
    page = opened(pr_open=LOOKS[0])
    page.text_input(key="pr_sinusoidal_exercise_neighbours_given").set_value("many")
    page.button(key="pr_sinusoidal_exercise_neighbours_check").click().run()
    assert "not a number" in said(page) and not page.get("plotly_chart")


def test_a_set_is_bounded_and_what_it_does_not_know_is_named():
    ids = list(KNOWN)
    found, unknown, more = practice.named(",".join(ids[:30]), KNOWN)
    assert [entry.id for entry in found] == ids[: practice.MOST] and not unknown and more == 30 - practice.MOST
    found, unknown, more = practice.named("rotary.turn,,bpe.next,rotary.turn,x.y,<b>", KNOWN)
    assert [entry.id for entry in found] == ["rotary.turn", "bpe.next"]
    assert unknown == ["x.y", "<b>"] and more == 0
    assert len(",".join(sorted(ids, key=len)[-practice.MOST :])) <= practice.SET.limit
    page = opened(pr_set="rotary.turn,x.y,<b>")
    assert "no exercise here: x\\.y, \\<b\\>" in said(page)
    assert exercise.asked("rotary", KNOWN["rotary.turn"].item, "exercise") in said(page)


def test_the_lists_leave_what_they_say():
    assert practice.listed(KNOWN) == list(KNOWN.values())
    for entry in practice.listed(KNOWN, of="Positions: rotary", level="hard"):
        assert entry.slug == "rotary" and entry.item.level == 3
    parts = [practice.listed(KNOWN, of=section) for section in SECTIONS]
    assert sum(map(len, parts)) == len(KNOWN)
    assert sum(len(practice.listed(KNOWN, level=level)) for level in practice.LEVELS) == len(KNOWN)


def test_what_the_issue_asks_for_is_there():
    wanted = "sizing.tokens sizing.tied sizing.untied lookup.by_hand lookup.coordinate rotary.turn bpe.next"
    assert set(f"{wanted} similarity.order similarity.missing similarity.nearest".split()) <= set(KNOWN)
    assert "ANDREA-480M" in KNOWN["sizing.tokens"].item.says.values()
    assert "ANDREA-12M" in KNOWN["sizing.untied"].item.says.values()
    assert inspect.signature(KNOWN["bpe.next"].item.answer).parameters == {}
