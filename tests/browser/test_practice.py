"""Practice as a person uses it: answers, progress that the browser keeps, sets that a link opens, pictures after a guess."""

import json

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.lessons import LESSONS, SECTIONS, practice
from embviz.ui.text import text

KNOWN = practice.entries(SECTIONS)
KEPT = "() => JSON.parse(localStorage.getItem('embviz.practice') ?? '{}').progress ?? {}"


def card(page):
    return page.locator(".st-key-pr_one")


def check(page, idle, given=None):
    """Type an answer, unless one is chosen already, and press Check."""
    if given is not None:
        field = card(page).locator("input[type=text]")
        field.fill(str(given))
        field.press("Tab")
        idle(page)
    card(page).get_by_role("button", name="Check", exact=True).click()
    idle(page)


def listed(page):
    return page.get_by_role("listbox").get_by_role("option")


def open_one(page):
    return page.get_by_role("listbox").locator(".open")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_view_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("practice?pr_set=rotary.turn,bpe.next", theme=theme, **SIZES[size])
    first = {"Exercise": ".st-key-pr_one", "Make a set": ".set", "Progress": ".kept"}
    for view, selector in first.items():
        page.locator(".st-key-pr_view").get_by_text(view, exact=True).click()
        page.locator(selector).wait_for()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        box = page.locator(selector).bounding_box()
        assert box["y"] < (260 if size == "wide" else 380)
        if size == "wide":
            assert box["y"] + box["height"] <= 680
            assert page.get_by_role("button", name="A set of four").bounding_box()["y"] < 700
        else:
            inside = page.locator(f"{selector} button:visible, {selector} a:visible").all()
            assert all(b["height"] >= 36 for b in (each.bounding_box() for each in inside))
        small = "e => [...e.querySelectorAll('*')].every((n) => n.offsetParent === null || parseFloat(getComputedStyle(n).fontSize) >= 14)"
        assert page.locator(selector).evaluate(small)


def test_an_answer_by_hand_is_counted_and_kept(open_page, idle):
    page = open_page("practice?pr_open=lookup.by_hand")
    expect(open_one(page)).to_contain_text("new")
    check(page, idle, 7)
    expect(card(page)).to_contain_text("Not 7.")
    expect(open_one(page)).to_contain_text("tried")
    check(page, idle, KNOWN["lookup.by_hand"].item.answer())
    expect(card(page)).to_contain_text("Right. The answer is")
    expect(open_one(page)).to_contain_text("done")
    check(page, idle, "many")  # no answer, so nothing is counted
    expect(card(page)).to_contain_text("not a number")
    assert page.evaluate(KEPT) == {"lookup.by_hand": {"tries": 2, "right": 1, "first": False}}
    page.reload()
    idle(page)
    expect(open_one(page)).to_contain_text("done")


def test_answers_in_a_lesson_count_too_and_all_can_be_cleared(open_page, idle):
    page = open_page("practice?pr_open=lookup.by_hand")
    check(page, idle, 7)
    check(page, idle, KNOWN["lookup.by_hand"].item.answer())
    page.goto(page.url.split("/practice")[0] + "/rotary")
    idle(page)
    own = page.locator(".st-key-rotary_exercise_turn")
    own.locator("input").fill(str(KNOWN["rotary.turn"].item.answer()))
    own.locator("input").press("Tab")
    idle(page)
    own.get_by_role("button", name="Check", exact=True).click()
    expect(own).to_contain_text("Right.")
    page.goto(page.url.split("/rotary")[0] + "/practice?pr_view=Progress")
    idle(page)
    kept = page.locator(".kept")
    expect(kept).to_contain_text(f"2 of {len(KNOWN)} exercises done, 1 of them right first time; 0 tried")
    expect(kept.locator(".line .mark.done")).to_have_count(1)
    expect(kept.locator(".line .mark.first")).to_have_count(1)
    page.evaluate(COUNT_SENT)
    kept.get_by_role("button", name="Clear all progress").click()
    assert len(page.evaluate(KEPT)) == 2  # not before the second press
    kept.get_by_role("button", name="Press again to clear").click()
    expect(kept).to_contain_text("All progress is cleared.")
    assert page.evaluate("localStorage.getItem('embviz.practice')") is None
    assert page.context.cookies() == [] or all("embviz" not in each["name"] for each in page.context.cookies())
    assert page.evaluate("sent") == 0  # the server hears nothing of it


def test_progress_is_exported_and_imported_and_other_files_are_refused(open_page, idle, tmp_path):
    page = open_page("practice?pr_view=Progress")
    mine = {
        "rotary.turn": {"tries": 3, "right": 1, "first": False},
        "bpe.next": {"tries": 1, "right": 1, "first": True},
    }
    good = {"made_by": "embviz practice", "version": 1, "progress": mine}
    page.evaluate(COUNT_SENT)
    kept, given = page.locator(".kept"), page.locator(".kept input[type=file]")
    (tmp_path / "mine.json").write_text(json.dumps(good), "utf-8")
    given.set_input_files(tmp_path / "mine.json")
    expect(kept.get_by_role("status")).to_contain_text("Taken from the file: 2 exercises.")
    assert page.evaluate(KEPT) == mine
    with page.expect_download() as download:
        kept.get_by_role("button", name="Export as a file").click()
    assert json.loads(download.value.path().read_text("utf-8")) == good
    entry = mine["rotary.turn"]
    wrong = {
        "too large": "x" * 100_001,
        "not JSON": "not json",
        "no export": json.dumps([]),
        "is no export": json.dumps(good | {"version": 2}),
        "is no export of": json.dumps(good | {"progress": {"<b>": entry}}),
        "is no export of progress": json.dumps(good | {"progress": {"rotary.turn": entry | {"right": 9}}}),
        "is no export of progress made": json.dumps(good | {"progress": {f"a.b{n}": entry for n in range(501)}}),
    }
    for said, body in wrong.items():
        (tmp_path / "wrong.json").write_text(body, "utf-8")
        given.set_input_files(tmp_path / "wrong.json")
        expect(kept.get_by_role("status")).to_contain_text(said)
        expect(kept.get_by_role("status")).to_contain_text("Nothing was changed.")
        assert page.evaluate(KEPT) == mine
        page.evaluate("document.querySelectorAll('x')")
    assert page.evaluate("sent") == 0


def test_a_link_opens_a_set_in_its_order_and_keys_make_another(open_page, idle):
    page = open_page("practice?pr_set=rotary.turn,no.such,bpe.next,lookup.by_hand")
    expect(page.get_by_text("The address names what is no exercise here: no.such.")).to_be_visible()
    assert [each.inner_text().split("· ")[-1].split(".")[0] for each in listed(page).all()] == ["1", "2", "3"]
    expect(page.locator(".st-key-said")).to_contain_text("A set of 3: this is number 1, from Rotation")
    page.get_by_role("button", name="Next →").first.click()
    wait_url(page, "pr_open=bpe.next")
    idle(page)
    expect(page.locator(".st-key-said")).to_contain_text("this is number 2, from Byte pairs")
    page.get_by_role("listbox").focus()
    page.keyboard.press("End")
    wait_url(page, "pr_open=lookup.by_hand")
    expect(page.locator(".st-key-said")).to_contain_text("this is number 3")
    page.locator(".st-key-pr_view").get_by_text("Make a set", exact=True).click()
    page.locator(".set").wait_for()
    idle(page)
    page.get_by_role("button", name="Add gradients.three to the set").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move gradients.three up").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    wait_url(page, "pr_set=rotary.turn%2Cgradients.three%2Cbpe.next%2Clookup.by_hand")
    page.get_by_role("button", name="Take bpe.next out").click()
    page.get_by_role("button", name="The next variant").click()
    link = page.get_by_role("textbox", name="The link that opens this set").input_value()
    assert link.endswith("/practice?pr_set=rotary.turn,gradients.three,lookup.by_hand&pr_seed=1")
    made = open_page(link)
    assert listed(made).count() == 3
    expect(made.locator(".st-key-said")).to_contain_text("number 1, from Rotation, middle. Variant 1.")
    fresh = KNOWN["rotary.turn"].item.fresh(1)
    check(made, idle, fresh.answer())
    expect(card(made)).to_contain_text("Right.")
    made.get_by_role("button", name="Leave the set").click()
    expect(listed(made)).to_have_count(len(KNOWN))


def test_an_ordering_is_given_by_keyboard_alone(open_page, idle):
    page = open_page("practice?pr_open=similarity.order")
    answer = KNOWN["similarity.order"].item.answer()
    assert len(answer) == 3

    def give(words):
        card(page).get_by_role("combobox").focus()
        for word in words:
            page.keyboard.type(word)
            page.keyboard.press("Enter")
            idle(page)
        page.keyboard.press("Escape")
        card(page).get_by_role("button", name="Check", exact=True).focus()
        page.keyboard.press("Enter")
        idle(page)

    give(answer[:2])
    expect(card(page)).to_contain_text("Put all 3 into their order")
    give(answer[2:])
    expect(card(page)).to_contain_text("Right. The answer is know, understand, stone.")
    expect(open_one(page)).to_contain_text(
        "right first time" if page.evaluate(KEPT)["similarity.order"]["first"] else "done"
    )
    assert page.evaluate(KEPT)["similarity.order"] == {"tries": 1, "right": 1, "first": True}


@pytest.mark.parametrize("name", ["sinusoidal.neighbours", "similarity.nearest", "offset.level"])
def test_the_picture_comes_after_the_guess_in_place(open_page, idle, name):
    page = open_page(f"practice?pr_open={name}&pr_seed=2")
    expect(card(page)).to_contain_text("Predict, then look")
    assert page.locator(".st-key-pr_look").count() == 0
    item = KNOWN[name].item.variant(2)
    if item.choices:
        wrong = next(choice for choice in item.choices if choice != item.answer())
        card(page).get_by_role("radio", name=wrong, exact=True).or_(
            card(page).get_by_text(wrong, exact=True)
        ).first.click()
        idle(page)
        check(page, idle)
    else:
        check(page, idle, item.answer() + 0.5)
    expect(card(page)).to_contain_text("Not ")
    page.locator(".st-key-pr_look .main-svg").first.wait_for()
    box = page.locator(".st-key-pr_look").bounding_box()
    assert box["y"] <= 520 and box["height"] >= 240
    if name == "sinusoidal.neighbours":
        value = f"{item.answer():.3f}".replace("-", "\u2212")
        expect(page.locator(".st-key-pr_look")).to_contain_text(f"{value} at distance {item.says['k']}")
    page.get_by_role("button", name="Next →").first.click()
    idle(page)
    assert page.locator(".st-key-pr_look").count() == 0


def test_another_like_it_has_an_address_and_the_lists_narrow(open_page, idle):
    page = open_page("practice?pr_open=rotary.turn")
    card(page).get_by_role("button", name="Another like it").click()
    wait_url(page, "pr_seed=1")
    idle(page)
    says = KNOWN["rotary.turn"].item.fresh(1).says
    expect(card(page)).to_contain_text(f"Turn [{says['x']}, {says['y']}] by {says['places']} places")
    with page.context.expect_page() as opened:
        check(page, idle, 12)
        card(page).get_by_role("link", name="Show me why").click()
    assert f"rot_p={says['places']}" in opened.value.url or says["places"] == 5
    page.get_by_role("combobox", name="Lessons").click()
    page.get_by_role("option", name="Tokens: bpe", exact=True).click()
    wait_url(page, "pr_of=Tokens")
    expect(listed(page)).to_have_count(3)
    page.get_by_role("combobox", name="Difficulty").click()
    page.get_by_role("option", name="hard", exact=True).click()
    wait_url(page, "pr_level=hard")
    expect(listed(page)).to_have_count(1)


def test_a_browser_that_keeps_nothing_says_so(open_page, idle):
    page = open_page("practice?pr_open=lookup.by_hand")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full'); }; }")
    check(page, idle, KNOWN["lookup.by_hand"].item.answer())
    page.locator(".st-key-pr_view").get_by_text("Progress", exact=True).click()
    expect(page.locator(".kept")).to_contain_text("This browser keeps nothing for this page")


def test_the_lists_hold_every_exercise_of_every_lesson(open_page):
    page = open_page("practice")
    assert listed(page).count() == sum(len(lesson.exercises) for lesson in LESSONS) == len(KNOWN)
    for title in {text(entry.slug, "title") for entry in KNOWN.values()}:
        assert page.locator("li.lesson").get_by_text(title, exact=True).count() == 1
