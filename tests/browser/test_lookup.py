"""The lookup lesson as a person uses it."""

import re

import pytest
from acts import SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute import lookup


def reading(page):
    return page.locator(".reading").inner_text()


@pytest.mark.parametrize(("size", "theme"), [("wide", "dark"), ("phone", "light")])
def test_every_picture_fits(open_page, idle, size, theme):
    page = open_page("lookup", theme=theme, **SIZES[size])
    for view in ("Cost", "In the plane", "One-hot × W"):
        page.locator(".st-key-lkp_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        expect(page.locator("canvas, .js-plotly-plot").first).to_be_visible()


def test_the_sum_of_a_cell_is_written_out(open_page):
    page = open_page("lookup?lkp_out=1&lkp_cell=3")
    table = lookup.noise(8, 4, 0)
    assert reading(page).split("\n")[0].replace("\u2212", "-").endswith(f"= {table[5, 3]:.2f}")
    page.keyboard.press("ArrowRight")
    assert reading(page).replace("\u2212", "-").split("= ")[1].startswith(f"{table[2, 3]:.2f}")
    wait_url(page, "lkp_out=2")


def test_a_click_on_a_row_adds_its_id_and_typing_does_too(open_page, idle):
    page = open_page("lookup")
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 0.62 * box["width"], box["y"] + 44 + 34 * 6 + 15)  # row 6 of W
    field = page.get_by_role("textbox", name="Ids", exact=True)
    expect(field).to_have_value("2, 5, 2, 6")
    wait_url(page, "lkp_ids=2")
    expect(page.locator(".reading")).to_contain_text("output row 3")
    field.fill("7")
    field.press("Enter")
    expect(page.locator(".st-key-said")).to_contain_text("7 zeros pick nothing")


def test_an_id_that_is_no_row_is_named(open_page):
    page = open_page("lookup")
    field = page.get_by_role("textbox", name="Ids", exact=True)
    field.fill("2, 9")
    field.press("Enter")
    expect(page.locator(".st-key-failure")).to_contain_text("“9” is no id of this table; its rows are 0 to 7")


def test_both_ways_are_timed_when_asked(open_page):
    page = open_page("lookup?lkp_view=Cost&lkp_size=100&lkp_n=8&lkp_width=64")
    page.get_by_role("button", name="Time both now").click()
    expect(page.get_by_text("The product took")).to_be_visible(timeout=20_000)


def test_a_point_is_dragged_and_the_link_keeps_it(open_page):
    page = open_page("lookup?lkp_view=In+the+plane&lkp_row=2&lkp_x=100&lkp_y=0")
    box = page.locator("canvas").bounding_box()
    side = min(box["height"] - 24, box["width"] - 320)
    left = box["x"] + 320 + (box["width"] - 320 - side) / 2
    at = lambda a, b: (left + (a + 3) / 6 * side, box["y"] + 8 + (3 - b) / 6 * side)  # noqa: E731
    page.mouse.move(*at(1, 0))
    page.mouse.down()
    page.mouse.move(*at(2, -1), steps=8)
    found = re.search(r"W\[2\] = \((\S+), (\S+)\)", reading(page))
    assert [float(part.replace("\u2212", "-")) for part in found.groups()] == pytest.approx([2, -1], abs=0.03)
    page.mouse.up()
    wait_url(page, "lkp_y=-")
    said = reading(page)
    assert reading(open_page(page.url)) == said
    page.locator("canvas").focus()
    page.keyboard.press("ArrowUp")
    assert reading(page) != said
