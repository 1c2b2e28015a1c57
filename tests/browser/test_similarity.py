"""Similarity as a person uses it."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.lessons import similarity as lesson
from embviz.tables import similarity


def said(page):
    """The words and the four numbers of the equation."""
    line = page.locator(".equation").inner_text().replace("\u2212", "-")
    a, b, *numbers = re.fullmatch(r"(.+) · (.+) = (\S+) × (\S+) × (\S+) [=≈] (\S+)", line).groups()
    return a, b, [float(number) for number in numbers]


def check(page, word):
    made = similarity.pair(table="glove", vectors="raw", a="believe", b="know", listed=lesson.GROUPS)
    a, b, numbers = said(page)
    length, dot, cosine, _ = made.numbers[word].tolist()
    assert (a, b) == ("believe", made.words[word])
    assert numbers == pytest.approx([made.length, length, cosine, dot], abs=0.00051)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits(open_page, idle, size, theme):
    page = open_page("similarity", theme=theme, **SIZES[size])
    check(page, 0)
    for view in ("Many words", "Random pairs", "Neighbours"):
        page.locator(".st-key-sim_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
    expect(page.locator(".st-key-sim_list tr")).to_have_count(16)


def test_keys_and_a_drag_go_through_the_words_without_the_server(open_page):
    page = open_page("similarity")
    page.keyboard.press("ArrowRight")
    check(page, 1)
    wait_url(page, "sim_word=1")
    page.evaluate(COUNT_SENT)
    box = page.locator(".line canvas").bounding_box()
    page.mouse.move(box["x"] + 130, box["y"] + 30)
    page.mouse.down()
    seen = set()
    for k in range(16):
        page.mouse.move(box["x"] + 130, box["y"] + 30 + 17 * k)
        seen.add(said(page)[1])
    assert len(seen) > 10 and page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "sim_word=14")
    check(page, 14)
    assert page.evaluate("() => window.sent") == 1


def test_a_cell_is_read_by_hovering_and_chosen_by_keys(open_page):
    page = open_page("similarity?sim_view=Many words&sim_words=cat dog pet Tuesday&sim_table=minilm&sim_i=1&sim_j=2")
    made = similarity.matrix(table="minilm", vectors="raw", listed="cat dog pet Tuesday", order="list").cosines
    reading = page.locator(".equation")
    expect(reading).to_have_text(f"cos(dog, pet) = {made[1, 2]:.3f}")
    page.keyboard.press("ArrowRight")
    expect(reading).to_have_text(f"cos(dog, Tuesday) = {made[1, 3]:.3f}")
    expect(page.locator(".reading small")).to_contain_text("within ±0.100")
    wait_url(page, "sim_j=3")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 60)
    expect(reading).to_have_text("cos(cat, cat) = 1.000")
    page.mouse.move(box["x"] + 150, box["y"] - 60)
    expect(reading).to_contain_text("Tuesday")


def test_an_unknown_word_is_named_with_near_spellings_and_forgotten(open_page, idle):
    page = open_page("similarity?sim_words=cat xylophone")
    expect(page.locator("[data-testid=stCaptionContainer]").first).to_contain_text("no row for “xylophone”")
    field = page.get_by_role("textbox", name="Word b")
    field.fill("xylophone")
    field.press("Enter")
    expect(page.locator(".st-key-failure")).to_contain_text("spelled most like it: symphonies, typhoon, cyclone")
    field.fill("stone")
    field.press("Enter")
    expect(page.locator(".equation")).to_contain_text("stone")
    idle(page)
    assert page.locator(".st-key-failure").count() == 0


def test_touch_chooses_a_word(open_page):
    page = open_page("similarity", **SIZES["phone"])
    box = page.locator(".line canvas").bounding_box()
    page.touchscreen.tap(box["x"] + 130, box["y"] + 16)
    expect(page.locator(".lead")).to_contain_text("“think”")
    check(page, 1)


def test_a_link_restores_the_state(open_page):
    page = open_page("similarity?sim_view=Neighbours&sim_near=king&sim_metric=cosine&sim_k=3&sim_across=row")
    made = similarity.neighbours(table="glove", word="king", metric="cosine", k=3)
    for token, row in zip(made.tokens, made.row_numbers, strict=True):
        expect(page.locator(".st-key-sim_list")).to_contain_text(token)
        expect(page.locator(".st-key-sim_list")).to_contain_text(str(row))
    expect(page.locator(".st-key-said")).to_contain_text(f"Median row {made.median_row}")
