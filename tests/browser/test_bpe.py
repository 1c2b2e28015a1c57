"""Byte pair encoding as a person uses it."""

from urllib.parse import quote

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, SLOW_LINE, wait_url
from playwright.sync_api import expect

from embviz.compute.bpe import moments, train_bpe
from embviz.lessons import bpe as lesson
from embviz.tables.bpe import spelled_out

LOW = spelled_out(lesson.LOW)
MADE = train_bpe(LOW, 256)
MOMENTS = list(moments(LOW, MADE))


def chips(place):
    return place.locator(".chip").all_inner_texts()


def true_picture(page, n, *, typed="lowest"):
    """All that the picture shows after n merges of the default text is what compute says."""
    moment = MOMENTS[n]
    rows = page.locator(".pairs li")
    shown = [(*chips(row), int(row.locator(".count").inner_text())) for row in rows.all()]
    assert shown == [(*pair, count) for pair, count in moment.ranked[:10]]
    words = page.locator(".word")
    assert [tuple(chips(word)) for word in words.all()] == list(moment.words)
    assert [word.locator(".times").inner_text() for word in words.all()] == [f"{count} ×" for count in moment.counts]
    known = [chip.inner_text() for chip in page.locator(".vocabulary .chip").all() if chip.is_visible()]
    assert known == [*MADE.alphabet, *(merge.token for merge in MADE.merges[:n])]
    assert tuple(chips(page.locator(".typed"))) == MADE.encode(typed, n)
    if n < len(MADE.merges):  # the next pair is outlined wherever it stands
        joined = [chips(join) for join in page.locator(".words .join").all()]
        assert joined and all(tuple(pair) == MADE.merges[n].pair for pair in joined)
        pair = " + ".join(MADE.merges[n].pair)
        expect(page.locator(".sentence")).to_contain_text(f"Merge {n + 1}: {pair} ")
    else:
        expect(page.locator(".sentence")).to_contain_text("no pair is left")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_it_fits_and_is_on_the_first_screen(open_page, size, theme):
    page = open_page("bpe", theme=theme, **SIZES[size])
    height = SIZES[size]["height"]
    expect(page.locator(".words .join").first).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 0
    typed, slider = page.locator(".typed").bounding_box(), page.get_by_role("slider", name="Merges made").bounding_box()
    assert typed["y"] + typed["height"] <= height and slider["y"] + slider["height"] <= height
    expect(page.locator(".sentence")).to_contain_text("e + s stands 4 times, and so does s + t. The tie goes to e + s")
    if size == "wide":
        assert page.locator(".st-key-tries button").first.bounding_box()["y"] + 36 <= height


def test_keys_step_forward_and_back_and_the_address_follows(open_page):
    page = open_page("bpe")
    true_picture(page, 2)
    page.evaluate(COUNT_SENT)
    for n in (3, 4, 5):
        page.keyboard.press("ArrowRight")
        true_picture(page, n)
    page.keyboard.press("ArrowLeft")
    true_picture(page, 4)
    wait_url(page, "bpe_n=4")
    slider = page.get_by_role("slider", name="Merges made")
    slider.focus()
    page.keyboard.press("Home")
    true_picture(page, 0)
    page.keyboard.press("End")
    true_picture(page, 12)
    wait_url(page, "bpe_n=12")


def test_keys_count_on_a_line_that_is_slow(open_page, idle):
    page = open_page("bpe")
    page.add_init_script(SLOW_LINE)
    page.reload()
    idle(page)
    slider = page.get_by_role("slider", name="Merges made")
    page.evaluate("window.late = 1500")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(700)  # the server hears of 3, and the browser not yet that it did
    page.get_by_role("combobox", name="Ties go to").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_url(page, "bpe_ties=lowest")
    slider.focus()
    wait_url(page, "bpe_n=3", "bpe_ties=lowest")
    page.wait_for_timeout(2000)  # all that is still under way has come
    idle(page)
    assert slider.input_value() == "3" and "bpe_n=3" in page.url and "bpe_ties=lowest" in page.url
    expect(page.locator(".sentence")).to_contain_text("Merge 4: ")
    expect(slider).to_be_focused()
    page.get_by_role("button", name="Another like it").first.evaluate("(button) => button.click()")
    page.wait_for_timeout(2000)
    idle(page)
    expect(slider).to_be_focused()


def test_back_and_forward_step_too(open_page, idle):
    page = open_page("bpe")
    slider = page.get_by_role("slider", name="Merges made")
    for n in (3, 4):
        page.keyboard.press("ArrowRight")
        wait_url(page, f"bpe_n={n}")
        idle(page)
    for move, n in ((page.go_back, "3"), (page.go_back, "2"), (page.go_forward, "3")):
        move()
        expect(slider).to_have_value(n)
        idle(page)


def test_a_drag_follows_the_hand_without_the_server(open_page):
    page = open_page("bpe")
    page.evaluate(COUNT_SENT)
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 6, box["y"] + 60)
    page.mouse.down()
    seen = []
    for k in range(0, 13, 3):
        page.mouse.move(box["x"] + 6 + k / 12 * (box["width"] - 12), box["y"] + 60)
        assert page.locator(".vocabulary .newest").count() == (k > 0)
        seen.append(tuple(chips(page.locator(".typed"))))
    assert seen == [MADE.encode("lowest", n) for n in range(0, 13, 3)]
    assert page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "bpe_n=12")
    assert page.evaluate("() => window.sent") == 1


def test_space_plays_and_less_motion_jumps(open_page):
    page = open_page("bpe?bpe_n=0")
    page.keyboard.press("Space")
    expect(page.locator(".vocabulary .newest")).not_to_have_text("lo")  # it went on from the first merge
    page.keyboard.press("Space")
    wait_url(page, "bpe_n=")
    page = open_page("bpe", reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    true_picture(page, 12)


def test_a_word_and_a_text_of_ones_own(open_page, idle):
    page = open_page("bpe?bpe_n=6&bpe_word=newer")
    true_picture(page, 6, typed="newer")
    box = page.get_by_role("textbox", name="Encode a word")
    box.fill("slow zebra")
    box.press("Enter")
    expect(page.locator(".typed")).to_contain_text("z b a: never met in the text")
    assert chips(page.locator(".typed")) == ["s", "low", *"zebra"]
    text = page.get_by_role("textbox", name="Text", exact=True)
    text.fill("banana banana")
    text.press("Control+Enter")
    expect(page.locator(".word")).to_have_count(1)
    own = train_bpe("banana banana", 256)  # fewer merges than 6: the step is the default again
    expect(page.locator(".sentence")).to_contain_text(f"Merge 3: {' + '.join(own.merges[2].pair)} stands 2 times")
    page.keyboard.press("Tab")
    for _ in own.merges:
        page.locator(".sentence").click()
        page.keyboard.press("ArrowRight")
    expect(page.locator(".sentence")).to_contain_text(f"After {len(own.merges)} merges no pair is left")
    text.fill("   ")
    text.press("Control+Enter")
    expect(page.locator(".sentence")).to_contain_text("There is no word yet")
    expect(page.get_by_role("slider", name="Merges made")).to_have_count(0)


def test_the_rule_for_ties_is_said_and_so_is_the_library(open_page):
    page = open_page("bpe?bpe_n=4&bpe_ties=lowest+ids")
    expect(page.locator(".sentence")).to_contain_text("e has id 1, n has 4")
    expect(page.get_by_text("makes the same merges from this text, all 12 of them")).to_be_visible()
    page = open_page("bpe?bpe_n=4")
    expect(page.locator(".sentence")).to_contain_text("Merge 5: n + e stands 3 times, and so do 2 more pairs")
    expect(page.get_by_text("first differs at merge 5: it takes e + w, this page n + e")).to_be_visible()


def test_a_link_restores_bytes_and_a_long_text(open_page):
    page = open_page(f"bpe?bpe_text={quote(lesson.SCRIPTS)}&bpe_base=bytes&bpe_word={quote('🐯')}&bpe_n=10")
    assert chips(page.locator(".typed")) == ["F0 9F", "90", "AF"]
    expect(page.locator(".known h3")).to_contain_text("256 + 10 = 266")
    page = open_page(f"bpe?bpe_text={quote(lesson.HAMLET)}&bpe_n=60", **SIZES["phone"])
    expect(page.locator(".rewritten h3")).to_contain_text("40 most frequent of 145")
    assert page.evaluate(SIDEWAYS) <= 0


def test_counts_beyond_the_bound_are_refused_in_words(open_page):
    page = open_page("bpe?bpe_text=low+x999999")
    expect(page.locator(".st-key-failure")).to_contain_text("up to 1,000,000 are taken")
