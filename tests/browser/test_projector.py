"""The cloud of words as a person uses it."""

import csv

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz import tables
from embviz.tables import projector


def cloud(page):
    return page.locator(".cloud-stage canvas")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_view_fits(open_page, idle, size, theme):
    page = open_page("projector", theme=theme, **SIZES[size])
    for view in ("PCA 3-D", "PCA 2-D", "By words", "t-SNE"):
        page.locator(".st-key-prj_view").get_by_text(view, exact=True).click()
        idle(page)
        expect(cloud(page)).to_be_visible()
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0


def test_turning_asks_nobody_and_the_address_keeps_it(open_page):
    page = open_page("projector")
    page.evaluate(COUNT_SENT)
    box = cloud(page).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = cloud(page).screenshot()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 30, steps=12)
    assert page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "prj_yaw=70")
    wait_url(page, "prj_pitch=30")
    assert cloud(page).screenshot() != before
    again = open_page(page.url)
    cloud(again).focus()
    again.keyboard.press("ArrowRight")  # five degrees on from where the link stands
    wait_url(again, "prj_yaw=75")
    wait_url(again, "prj_pitch=30")


def test_a_point_lists_its_neighbours_in_the_table(open_page):
    glove = tables.load("glove")
    king = glove.row_numbers["king"]
    page = open_page(f"projector?prj_row={king}")
    expect(page.locator(".panel h3")).to_have_text("king")
    near = projector.neighbours(glove, king)
    expect(page.locator(".panel li")).to_have_count(len(near))
    assert page.locator(".panel li button").all_inner_texts() == [one["token"] for one in near]
    assert [float(text) for text in page.locator(".panel li span").all_inner_texts()] == pytest.approx(
        [one["score"] for one in near], abs=0.0006
    )
    page.locator(".panel li button").nth(1).click()
    expect(page.locator(".panel h3")).to_have_text(near[1]["token"])
    page.get_by_role("button", name="Close the list").click()
    expect(page.locator(".panel")).to_be_hidden()
    page.wait_for_function("() => !location.href.includes('prj_row')")


def test_hovering_names_a_point_and_a_click_takes_it(open_page):
    page = open_page("projector?prj_view=PCA+2-D&prj_groups=0")
    box = cloud(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".card")).to_be_visible()
    name = page.locator(".card .equation").inner_text()
    page.mouse.down()
    page.mouse.up()
    wait_url(page, "prj_row=")
    expect(page.locator(".panel h3")).to_have_text(name)


def test_a_lasso_selects_and_the_selection_survives_a_change_of_shade(open_page, idle):
    page = open_page("projector?prj_view=PCA+2-D")
    page.get_by_role("button", name="Lasso").click()
    box = cloud(page).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for dx, dy in ((40, 0), (40, 40), (0, 40), (0, 5)):
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()
    said = page.locator(".panel h3")
    expect(said).to_contain_text("selected")
    count = said.inner_text()
    assert int(count.split()[0].replace(",", "")) > 20
    page.get_by_test_id("stSelectbox").filter(has_text="Shade").locator("input").click()
    page.get_by_role("option", name="length").click()
    idle(page)
    expect(said).to_have_text(count)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:2] == ["row", "token"] and len(rows) == int(count.split()[0].replace(",", ""))
    points = projector.principal(table="glove", components=2)
    for row, token, *numbers in rows[:50]:
        assert points.tokens[int(row)] == token
        assert [float(v) for v in numbers] == pytest.approx(points.points[int(row)].tolist(), abs=1e-6)


@pytest.mark.parametrize("kind", ["PNG", "SVG", "HTML"])
def test_the_picture_is_saved(open_page, kind):
    page = open_page("projector?prj_view=By+words&prj_words=king,queen")
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    data = download.value.path().read_bytes()
    assert download.value.suggested_filename.endswith(kind.lower())
    assert data[:4] == b"\x89PNG" if kind == "PNG" else b"<svg" in data and b"<circle" in data


def test_groups_are_switched_and_words_found(open_page, idle):
    page = open_page("projector?prj_groups=0")
    before = cloud(page).screenshot()
    page.get_by_role("button", name="months").click()
    wait_url(page, "prj_groups=2")
    assert cloud(page).screenshot() != before
    box = page.get_by_role("textbox", name="Find words")
    box.fill("king, quen")
    box.press("Enter")
    expect(page.get_by_text("glove has no “quen”. Near in spelling: queen")).to_be_visible()
    wait_url(page, "prj_words=king")


def test_a_formula_that_cannot_be_read_says_why(open_page, idle):
    page = open_page("projector?prj_view=By+words")
    box = page.get_by_role("textbox", name="Across")
    box.fill("she he")
    box.press("Enter")
    expect(page.locator(".st-key-failure")).to_contain_text("there is no + or - between “she” and “he”")
    box.fill("she - he")
    box.press("Enter")
    expect(cloud(page)).to_be_visible()


def test_tsne_runs_can_be_stopped_and_ends_as_a_picture(open_page):
    page = open_page("projector?prj_view=t-SNE&prj_n=2000")
    page.get_by_role("button", name="Run t-SNE").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. What was there before still stands.")).to_be_visible(timeout=60_000)
    page.goto(page.url.replace("prj_n=2000", "prj_n=200"))
    page.get_by_role("button", name="Run t-SNE").click()
    expect(page.locator(".st-key-said")).to_contain_text("200 rows by t-SNE", timeout=60_000)


def test_the_keyboard_turns_enlarges_and_lets_go(open_page):
    page = open_page("projector")
    cloud(page).focus()
    page.keyboard.press("ArrowRight")
    wait_url(page, "prj_yaw=30")
    page.keyboard.press("+")
    wait_url(page, "prj_zoom=120")
    page.get_by_role("button", name="Whole cloud").click()
    page.wait_for_function("() => !location.href.includes('prj_zoom') && !location.href.includes('prj_yaw')")
