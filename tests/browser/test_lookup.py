"""The lookup lesson as a person uses it."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute import lookup

SEED = 44
PLANE = "lookup?lkp_view=In+the+plane"


def true_sum(page, *, rows=8, width=4, ids=(2, 0, 3), moved=()):
    """The reading line says a sum whose terms are the table's and whose result is the product's; where it stands."""
    line = page.locator(".reading .equation").inner_text().replace("\u2212", "-")
    out, cell, terms, result = re.fullmatch(r"W\[ids\]\[(\d+), (\d+)\] = (.*) = (\S+)", line).groups()
    out, cell = int(out), int(cell)
    found = lookup.lookup(ids=ids, rows=rows, width=width, seed=SEED, moved=moved)
    assert float(result) == pytest.approx(found.product[out, cell].item(), abs=1e-6)
    factors = [tuple(map(float, term)) for term in re.findall(r"([01]) × \(?(-?[\d.]+)\)?", terms)]
    assert sum(a * b for a, b in factors) == pytest.approx(float(result), abs=1e-6)
    assert (1.0, pytest.approx(float(result))) in factors
    column = found.table[:, cell].tolist()
    assert all(any(abs(value - other) < 1e-6 for other in column) for _, value in factors)
    return out, cell


def ids_box(page):
    return page.get_by_role("textbox", name="Ids", exact=True)


def place_of_row(page, row, *, rows=8):
    """Where a row of W is on the canvas: the pointer says where a click would look one up."""
    box = page.locator("canvas").bounding_box()

    def copies(x, y):
        page.mouse.move(x, y)
        return page.locator("canvas").evaluate("node => node.style.cursor") in ("copy", "not-allowed")

    middle = box["y"] + box["height"] / 2
    x = next(x for x in range(int(box["x"] + box["width"]) - 4, int(box["x"]), -12) if copies(x, middle)) - 20
    inside = [y for y in range(int(box["y"]) + 2, int(box["y"] + box["height"]) - 2, 5) if copies(x, y)]
    return x, inside[0] + (row + 0.5) * (inside[-1] - inside[0] + 5) / rows


def point(page, row):
    return page.get_by_role("button", name=re.compile(f"^Row {row} at "))


def at(page, row):
    found = re.match(r"Row \d+ at (\S+), (\S+)\. ", point(page, row).get_attribute("aria-label"))
    return tuple(float(part.replace("\u2212", "-")) for part in found.groups())


def drag(page, row, dx, dy):
    box = point(page, row).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for k in range(1, 11):
        page.mouse.move(x + dx * k / 10, y + dy * k / 10)
        seen.add(at(page, row))
    return seen


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("lookup", theme=theme, **SIZES[size])
    assert true_sum(page) == (0, 1)
    for view in ("One-hot × W", "Cost", "In the plane"):
        page.locator(".st-key-lkp_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        shown = page.locator(".js-plotly-plot" if view == "Cost" else "canvas").first
        expect(shown).to_be_visible()
        box = shown.bounding_box()
        assert box["y"] + min(box["height"], 500) <= SIZES[size]["height"]
        if size == "wide":
            assert page.locator(".st-key-lookup_code").bounding_box()["y"] < 700


def test_keys_move_the_sum_and_the_address_follows(open_page):
    page = open_page("lookup")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")  # there are three rows
    assert true_sum(page) == (2, 1)
    page.keyboard.press("ArrowLeft")
    page.locator("canvas").focus()
    page.keyboard.press("ArrowDown")
    assert true_sum(page) == (1, 2)
    wait_url(page, "lkp_out=1")
    wait_url(page, "lkp_cell=2")
    page.get_by_role("slider", name="Output row").focus()
    page.keyboard.press("Home")
    assert true_sum(page) == (0, 2)


def test_a_click_looks_up_a_row_at_once_and_the_box_follows(open_page, idle):
    page = open_page("lookup")
    x, y = place_of_row(page, 6)
    page.evaluate(COUNT_SENT)
    page.mouse.click(x, y)
    out, _ = true_sum(page, ids=(2, 0, 3, 6))
    assert out == 3  # before the server has heard of it
    expect(ids_box(page)).to_have_value("2, 0, 3, 6")
    wait_url(page, "lkp_ids=2%2C+0%2C+3%2C+6")
    assert page.evaluate("() => window.sent") == 1
    expect(page.locator(".st-key-said")).to_contain_text("4 × 8 × 4 = 128 multiplications, 112 of them by 0")
    page.mouse.click(x, y)  # the same row twice
    expect(ids_box(page)).to_have_value("2, 0, 3, 6, 6")
    page.locator("canvas").focus()
    page.keyboard.press("Delete")
    expect(ids_box(page)).to_have_value("2, 0, 3, 6")
    assert true_sum(page, ids=(2, 0, 3, 6))[0] == 3


def test_a_chip_takes_its_id_away_but_one_stays(open_page, idle):
    page = open_page("lookup?lkp_ids=5,1&lkp_out=1")
    canvas = page.locator("canvas")
    box = canvas.bounding_box()
    chips = []
    for y in range(int(box["y"]), int(box["y"] + box["height"]), 6):
        page.mouse.move(box["x"] + 40, y)
        if canvas.evaluate("node => node.style.cursor") == "pointer":
            chips.append(y)
    page.mouse.click(box["x"] + 40, chips[1])
    expect(ids_box(page)).to_have_value("1")
    assert true_sum(page, ids=(1,))[0] == 0
    idle(page)
    canvas.focus()
    page.keyboard.press("Delete")
    idle(page)
    expect(ids_box(page)).to_have_value("1")


def test_typing_looks_up_and_a_word_that_is_no_id_is_named(open_page, idle):
    page = open_page("lookup")
    ids_box(page).fill("7 7")
    ids_box(page).press("Enter")
    expect(page.locator(".st-key-said")).to_contain_text("What is left copies rows 7 and 7")
    assert true_sum(page, ids=(7, 7))[0] == 0
    ids_box(page).fill("2, 8")
    ids_box(page).press("Enter")
    expect(page.locator(".st-key-failure")).to_contain_text("“8” is no id of this table; its rows are 0 to 7.")
    ids_box(page).fill("2")
    ids_box(page).press("Enter")
    expect(page.locator(".st-key-said")).to_contain_text("copies row 2 of")
    assert page.locator(".st-key-failure").count() == 0


def test_twelve_ids_are_the_most(open_page, idle):
    page = open_page("lookup?lkp_ids=0+1+2+3+4+5+6+7+0+1+2+3&lkp_out=11")
    page.mouse.click(*place_of_row(page, 5))
    idle(page)
    expect(ids_box(page)).to_have_value("0 1 2 3 4 5 6 7 0 1 2 3")
    assert true_sum(page, ids=(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3))[0] == 11


def test_the_whole_table_at_its_largest(open_page):
    page = open_page("lookup?lkp_v=32&lkp_d=16&lkp_ids=31,0,17&lkp_out=2&lkp_cell=15")
    assert true_sum(page, rows=32, width=16, ids=(31, 0, 17)) == (2, 15)
    page.mouse.move(*place_of_row(page, 20, rows=32))  # cells too small for numbers: a card says the row's
    expect(page.locator(".card")).to_contain_text(re.compile(r"^W\[(19|20|21)\] = "))


def test_touch_chooses_a_cell_and_looks_up_a_row(open_page):
    page = open_page("lookup", **SIZES["phone"])
    box = page.locator("canvas").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 30, box["y"] + box["height"] - 26)
    assert true_sum(page) == (2, 3)
    page.touchscreen.tap(box["x"] + box["width"] - 30, box["y"] + 60)  # the first row of W
    expect(ids_box(page)).to_have_value("2, 0, 3, 0")


def test_costs_are_those_that_are_counted_and_timed_when_asked(open_page, idle):
    page = open_page("lookup?lkp_view=Cost&lkp_size=1000&lkp_n=8&lkp_width=64")
    table = page.locator(".st-key-lkp_table")
    counted = lookup.cost(n_ids=8, vocab_size=1000, dim=64)
    expect(table).to_contain_text(f"{counted.product_multiplications:,}")
    times = table.locator("td:last-child")
    assert times.all_inner_texts() == ["–", "–", "–"]
    expect(page.locator(".st-key-said")).to_contain_text("512,000 multiplications, 99.9 % of them by 0")
    button = page.get_by_role("button", name="Time them now")
    button.dblclick()
    expect(page.get_by_text(re.compile(r"Here the (product|lookup) took [\d,.]+ times as long"))).to_be_visible(
        timeout=30_000
    )
    shown = times.all_inner_texts()
    assert all(re.fullmatch(r"[\d.]+ (s|ms|µs)", words) for words in shown)
    expect(page.get_by_text("All ways gave the same rows: largest difference 0.")).to_be_visible()
    page.get_by_role("slider", name="Ids at once n").focus()
    page.keyboard.press("ArrowRight")  # another size has not been timed
    expect(times.first).to_have_text("–")


def test_what_does_not_fit_is_refused_in_a_sentence(open_page):
    page = open_page("lookup?lkp_view=Cost&lkp_size=200000&lkp_n=1&lkp_width=1024")
    page.get_by_role("button", name="Time them now").click()
    expect(page.get_by_text("W takes 819 MB, and up to 256 MB are timed here.")).to_be_visible(timeout=30_000)
    assert page.locator(".st-key-lkp_table td:last-child").all_inner_texts() == ["–", "–", "–"]


def test_a_point_follows_the_hand_without_the_server_and_the_lookup_reads_it(open_page):
    page = open_page(PLANE)
    table = lookup.table(rows=8, width=2, seed=SEED)
    assert [at(page, row) for row in range(8)] == [pytest.approx(row, abs=1e-6) for row in table.tolist()]
    page.evaluate(COUNT_SENT)
    seen = drag(page, 3, 120, 90)
    assert len(seen) == 10 and page.evaluate("() => window.sent") == 0
    there = at(page, 3)
    expect(page.locator(".reading")).to_contain_text("id 3 is looked up once")
    page.mouse.up()
    x, y = (round(100 * part) for part in there)
    wait_url(page, f"lkp_moved=3.{x}.{y}")
    assert page.evaluate("() => window.sent") == 1
    drag(page, 6, 40, -60)
    page.mouse.up()
    wait_url(page, f"lkp_moved=3.{x}.{y}_6.")
    assert at(page, 3) == there  # the first one stays where it was put
    expect(page.get_by_text("Rows moved by hand: 3 and 6.")).to_be_visible()
    again = open_page(page.url)
    assert (at(again, 3), at(again, 6)) == (there, at(page, 6))
    again.locator(".st-key-lkp_view").get_by_text("One-hot × W", exact=True).click()
    expect(again.locator(".legend")).to_be_visible()
    again.locator("canvas").focus()
    again.keyboard.press("ArrowRight")
    again.keyboard.press("ArrowRight")
    moved = ((3, x, y), (6, *(round(100 * part) for part in at(page, 6))))
    assert true_sum(again, moved=moved) == (2, 1)  # the same table, of which this is the moved row
    page.get_by_role("button", name="Put back").click()
    page.wait_for_function("() => !location.href.includes('lkp_moved')")
    assert at(page, 3) == pytest.approx(tuple(table[3].tolist()), abs=1e-6)


def test_keys_move_a_point_and_choose_a_row(open_page):
    page = open_page(PLANE)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading")).to_contain_text("id 3 → W[3]")
    wait_url(page, "lkp_row=3")
    x, y = at(page, 5)
    point(page, 5).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert at(page, 5) == pytest.approx((x + 0.06, y + 0.05))
    expect(page.locator(".reading")).to_contain_text("no id looks up row 5")
    wait_url(page, f"lkp_moved=5.{round(100 * x + 6)}.{round(100 * y + 5)}")
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
    assert at(page, 5)[0] == -1.0  # the end of the plane
    page.keyboard.press("Escape")
    assert at(page, 5) == (x, y)
    page.wait_for_function("() => !location.href.includes('lkp_moved')")


def test_a_finger_drags_a_point(open_page):
    page = open_page(PLANE, **SIZES["phone"])
    box = point(page, 4).bounding_box()
    assert min(box["width"], box["height"]) >= 40
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = at(page, 4)
    hand = page.context.new_cdp_session(page)
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 7):
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x - 10 * k, "y": y - 8 * k}]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_url(page, "lkp_moved=4.")
    assert at(page, 4)[0] < before[0] - 0.2 and at(page, 4)[1] > before[1] + 0.2


def test_a_broken_link_gives_the_defaults(open_page):
    page = open_page(f"{PLANE}&lkp_moved=3.900.0&lkp_row=99&lkp_v=3")
    assert at(page, 3) == pytest.approx(tuple(lookup.table(rows=8, width=2, seed=SEED)[3].tolist()), abs=1e-6)
    expect(page.locator(".reading")).to_contain_text("id 2 →")
