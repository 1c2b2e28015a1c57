"""Token and position as a person uses the page."""

import re

import pytest
import torch
from playwright.sync_api import expect

from embviz import tables

SIZES = {"wide": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844, "has_touch": True}}
SIDEWAYS = "() => document.querySelector('[data-testid=stMain]').scrollWidth - document.querySelector('[data-testid=stMain]').clientWidth"
COUNT_SENT = """() => { window.sent = 0; const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...a) { window.sent += 1; return send.apply(this, a); }; }"""


def cosine(word, p, q):
    minilm = tables.load("minilm")
    row = minilm.rows([minilm.row_numbers[word]])[0]
    return torch.nn.functional.cosine_similarity(row + minilm.positions[p], row + minilm.positions[q], dim=0).item()


def said(page):
    return float(re.search(r"\) = (\S+)", page.locator(".reading .equation").inner_text())[1].replace("\u2212", "-"))


def wait_url(page, part):
    page.wait_for_function("part => location.href.includes(part)", arg=part, timeout=10_000)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_picture_fits(open_page, idle, size, theme):
    page = open_page("offset", theme=theme, **SIZES[size])
    assert said(page) == pytest.approx(cosine("the", 0, 3), abs=0.00051)
    for view in ("In the plane", "Spread"):
        page.locator(".st-key-off_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        expect(page.locator("canvas, .js-plotly-plot").first).to_be_visible()


def test_keys_and_sliders_move_the_places(open_page):
    page = open_page("offset?off_p=10&off_q=20")
    assert said(page) == pytest.approx(cosine("the", 10, 20), abs=0.00051)
    page.keyboard.press("ArrowRight")
    assert said(page) == pytest.approx(cosine("the", 10, 21), abs=0.00051)
    page.get_by_role("slider", name="Place p").focus()
    page.keyboard.press("ArrowRight")
    assert said(page) == pytest.approx(cosine("the", 11, 21), abs=0.00051)
    wait_url(page, "off_p=11")
    wait_url(page, "off_q=21")


def test_a_drag_over_the_places_never_asks_the_server(open_page):
    page = open_page("offset")
    page.evaluate(COUNT_SENT)
    box = page.locator("canvas").bounding_box()
    y = box["y"] + 260
    page.mouse.move(box["x"] + 200, y)
    page.mouse.down()
    seen = set()
    for k in range(20):
        page.mouse.move(box["x"] + 200 + 20 * k, y)
        seen.add(page.locator(".reading .equation").inner_text())
    assert len(seen) > 12 and page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "off_q=")


def test_a_token_is_chosen_and_a_cell_says_its_sum(open_page):
    page = open_page("offset")
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 84 + 60, box["y"] + 16)  # the second token
    wait_url(page, "off_token=1")
    assert said(page) == pytest.approx(cosine("lion", 0, 3), abs=0.00051)
    page.mouse.move(box["x"] + 120, box["y"] + 98)
    found = re.search(r"x\[0, (\d+)\] = (\S+) \+ (\S+) [=≈] (\S+)", page.locator(".card").inner_text())
    minilm = tables.load("minilm")
    row = minilm.rows([minilm.row_numbers["lion"]])[0]
    numbers = [float(part.strip("()").replace("\u2212", "-")) for part in found.groups()[1:]]
    j = int(found[1])
    expected = [row[j].item(), minilm.positions[0, j].item(), (row + minilm.positions[0])[j].item()]
    assert numbers == pytest.approx(expected, abs=0.00051)


def test_one_slider_moves_the_whole_vocabulary(open_page):
    page = open_page("offset?off_view=In+the+plane&off_move=5")
    before = page.locator("canvas").screenshot()
    expect(page.locator(".reading")).to_contain_text("P[5] moves every point by (")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".reading")).to_contain_text("P[4] moves")
    assert page.locator("canvas").screenshot() != before
    wait_url(page, "off_move=4")
