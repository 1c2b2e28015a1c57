"""The sentences that are taught, and their verdicts, as a person goes through them."""

import itertools

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.claims import CLAIMS, OUTCOMES, evidence

BY_ID = {claim.id: claim for claim in CLAIMS}
DONE = 120_000  # ms until all checks have run beside a busy server


def title(page):
    return page.locator(".claim h2")


def sentences(page):
    return page.locator("[role=option] > span:nth-child(2)")


def all_checked(page):
    expect(page.locator(".st-key-said")).not_to_contain_text("Still", timeout=DONE)


def of(*, outcome):
    return [claim.statement for claim in CLAIMS if evidence(claim=claim.id).verdict == outcome]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_first_screen_fits_and_shows_real_numbers(open_page, idle, size, theme):
    page = open_page("claims", theme=theme, **SIZES[size])
    found = evidence(claim=CLAIMS[0].id)
    expect(page.locator(".case.holds, .case.fails")).to_have_count(len(found.cases), timeout=DONE)
    assert title(page).inner_text() == CLAIMS[0].statement
    rows = page.locator(".case.holds, .case.fails").all()
    assert [row.locator(".found").inner_text() for row in rows] == [case["found"] for case in found.cases]
    lefts = [float(row.locator(".dot").get_attribute("style").split(":")[1].rstrip("%;")) for row in rows]
    order = sorted(range(len(rows)), key=lambda k: found.cases[k]["value"])
    assert sorted(range(len(rows)), key=lambda k: lefts[k]) == order  # dots stand in the order of their numbers
    expect(page.locator(".outcome b")).to_have_text(found.verdict)
    for row, case in zip(rows, found.cases, strict=True):  # a shape, not a colour alone
        assert row.locator(".mark").get_attribute("class") == ("mark yes" if case["holds"] else "mark no")
    all_checked(page)
    idle(page)
    assert page.evaluate(SIDEWAYS) <= 0
    if size == "wide":
        assert page.locator(".st-key-cl_link").bounding_box()["y"] < 640
        assert page.locator(".st-key-tries button").first.bounding_box()["y"] + 36 <= 720
    else:
        assert page.locator(".case").last.bounding_box()["y"] < 844
        for button in page.locator(".turn, .kind, .narrow > *, [role=option]").all():
            assert button.bounding_box()["height"] >= 40
    small = page.evaluate(
        "() => [...document.querySelectorAll('.st-key-lesson *')].flatMap((e) => [...(e.shadowRoot?.querySelectorAll('*') ?? [])])"
        ".filter((e) => e.innerText && parseFloat(getComputedStyle(e).fontSize) < 14).length"
    )
    assert small == 0


def test_a_link_opens_one_sentence_and_leads_to_the_lesson_that_shows_it(open_page, idle):
    claim = BY_ID["believe-know-stone"]
    page = open_page(f"claims?cl_open={claim.id}&cl_topic=Vectors")
    expect(page.locator(".outcome b")).to_have_text(evidence(claim=claim.id).verdict, timeout=DONE)
    assert title(page).inner_text() == claim.statement
    assert page.locator("[role=option][aria-selected=true]").inner_text().startswith(claim.statement)
    assert page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('.claim h2') ?? document.body).fontSize)"
    )
    assert float(title(page).evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")) >= 23  # for a projector
    page.locator(".st-key-cl_link a").click()
    expect(page.locator("h1")).to_contain_text("When are two words alike", timeout=60_000)
    idle(page)
    assert "/similarity" in page.url and "sim_words=understand" in page.url
    assert page.locator(".st-key-sim_words textarea").input_value() == claim.state["sim_words"]


def test_keys_and_the_filter_by_verdict_walk_through_what_is_left(open_page, idle):
    page = open_page("claims")
    all_checked(page)
    idle(page)
    page.evaluate(COUNT_SENT)
    wrong = of(outcome=OUTCOMES[2])
    page.get_by_role("button", name=f"{OUTCOMES[2]} {len(wrong)}").click()
    expect(sentences(page)).to_have_text(wrong)
    wait_url(page, "cl_verdict=does+not+hold")
    idle(page)
    sent = page.evaluate("() => window.sent")
    for k in range(1, len(wrong) + 1):
        page.keyboard.press("ArrowRight")
        assert title(page).inner_text() == wrong[k % len(wrong)]
    page.keyboard.press("ArrowLeft")
    assert title(page).inner_text() == wrong[-1]
    assert page.evaluate("() => window.sent") - sent <= 1  # the server hears of it when the keys rest
    wait_url(page, f"cl_open={next(claim.id for claim in CLAIMS if claim.statement == wrong[-1])}")
    idle(page)
    page.get_by_role("listbox").focus()
    page.keyboard.press("Home")
    assert title(page).inner_text() == wrong[0]
    page.keyboard.press("ArrowDown")
    assert title(page).inner_text() == wrong[1]
    page.get_by_role("button", name=f"All {len(CLAIMS)}").click()
    page.get_by_role("button", name="Next sentence").click()
    after = CLAIMS[[claim.statement for claim in CLAIMS].index(wrong[1]) + 1]
    assert title(page).inner_text() == after.statement
    wait_url(page, f"cl_open={after.id}")
    page.reload()
    idle(page)
    expect(title(page)).to_have_text(after.statement)
    open_row = page.locator("[role=option][aria-selected=true]").bounding_box()
    box = page.get_by_role("listbox").bounding_box()
    assert box["y"] - 1 <= open_row["y"] and open_row["y"] + open_row["height"] <= box["y"] + box["height"] + 1


def test_search_and_topic_narrow_the_list_and_nothing_left_says_so(open_page, idle):
    page = open_page("claims")
    search = page.get_by_role("searchbox", name="Search")
    search.fill("rotary")
    about_it = [c.statement for c in CLAIMS if "otary" in f"{c.statement}{c.taught_in}{c.id}"]
    expect(sentences(page)).to_have_text(about_it)  # the list follows at the next frame
    wait_url(page, "cl_search=rotary")
    page.get_by_role("combobox").select_option("Sizes")
    expect(page.get_by_text("No sentence is left.")).to_be_visible()
    assert title(page).inner_text() == CLAIMS[0].statement
    idle(page)
    page.get_by_role("button", name="Show all").click()
    expect(sentences(page)).to_have_count(len(CLAIMS))
    expect(search).to_have_value("")
    idle(page)
    assert "cl_search" not in page.url and "cl_topic" not in page.url
    page = open_page("claims?cl_search=%3Cb%3Ezzzz&cl_open=nonsense")
    assert title(page).inner_text() == CLAIMS[0].statement
    expect(page.get_by_text("No sentence is left.")).to_be_visible()


def test_the_open_drawer_of_code_follows_the_open_sentence(open_page, idle):
    page = open_page("claims?cl_topic=Positions")
    page.get_by_text("The code that made these numbers").click()
    expect(page.locator("[data-testid=stCode]").first).to_contain_text("def first_two()")
    page.get_by_role("button", name="Next sentence").click()
    expect(page.locator("[data-testid=stCode]").first).to_contain_text("def nearer()")
    idle(page)
    page.get_by_role("button", name="Is it queen?").click()
    expect(page.locator("[data-testid=stCode]").first).to_contain_text("def queen()")
    expect(title(page)).to_have_text(BY_ID["king-man-woman-queen"].statement)
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("queen")
    idle(page)
    assert "cl_topic" not in page.url and "cl_open=king-man-woman-queen" in page.url


@pytest.mark.parametrize(
    ("values", "limit", "scale", "order"),
    [
        ([0.884, 0.974], 0.99, "linear", [0.884, 0.974, 0.99]),
        ([-0.2, 0.3], 0.0, "linear", [-0.2, 0.0, 0.3]),
        ([1e-7, 3.1], 1e-4, "log", [1e-7, 1e-4, 3.1]),
        ([0, 1e-7, 3.1], 1e-4, "log", [0, 1e-7, 1e-4, 3.1]),
        ([2, 8, 8], None, "linear", [2, 8]),
        ([0, 0], 0.0, "linear", [0]),
        ([1, 1], 1.0, "log", [1]),
    ],
)
def test_numbers_stand_on_their_axis_in_order_and_inside(browser, modules, values, limit, scale, order):
    page = browser.new_page()
    page.goto(f"{modules}/base.css")
    script = "async ([from, v, l, s, at]) => { const { axis } = await import(from + '/claims_marks.js'); return at.map(axis(v, l, s)); }"
    shares = page.evaluate(script, [modules, values, limit, scale, order])
    page.close()
    assert all(0 <= share <= 1 for share in shares) and all(a < b for a, b in itertools.pairwise(shares))


def test_words_and_filters_leave_what_they_name_and_steps_go_round(browser, modules):
    page = browser.new_page()
    page.goto(f"{modules}/base.css")
    claims = [
        {
            "id": "a",
            "statement": "Rotary scores decay.",
            "taught": "RoFormer",
            "topic": "Positions",
            "verdict": "holds",
        },
        {"id": "b", "statement": "king − man = queen.", "taught": "posts", "topic": "Vectors", "verdict": None},
        {
            "id": "c",
            "statement": "cos(PE(0), PE(1)) is 0.99.",
            "taught": "slides",
            "topic": "Positions",
            "verdict": "holds",
        },
    ]
    script = """async ([from, claims, state, by]) => {
      const { matching, stepped } = await import(from + '/claims_marks.js');
      return by === null ? matching(claims, state).map((each) => each.id) : stepped(claims, state, by); }"""

    def run(by=None, **state):
        given = {"open": "a", "verdict": "all", "topic": "all", "search": "", **state}
        return page.evaluate(script, [modules, claims, given, by])

    assert run() == ["a", "b", "c"] and run(verdict="holds") == ["a", "c"] and run(topic="Vectors") == ["b"]
    assert run(search="ROTARY roformer") == ["a"] and run(search="pe(0)") == ["c"] and run(search="<>") == []
    assert run(search="  ") == ["a", "b", "c"]
    assert run(1) == "b" and run(-1) == "c" and run(1, verdict="holds") == "c"
    assert run(1, topic="Vectors") == "b" and run(1, search="zzz") == "a"  # nothing left: it stays
    page.close()
