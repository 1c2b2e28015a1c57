"""The sinusoidal lesson as a person uses it."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute.positions import sinusoidal, sinusoidal_similarity

VIEWS = ("Heatmap", "Waves", "Similarity", "Shift", "Wavelengths")


def reading(page):
    """What the line under the picture says: position, dimension, value."""
    found = re.search(
        r"PE\[(\d+), (\d+)\] = \w+\(.*\) [=≈] (\S+?)clock", page.locator(".reading").inner_text().replace("\n", "")
    )
    return int(found[1]), int(found[2]), float(found[3].replace("\u2212", "-"))


def true_reading(page, *, d=64, base=10000.0, layout="interleaved"):
    p, j, value = reading(page)
    assert value == pytest.approx(sinusoidal(p + 1, d, base=base, layout=layout)[p, j].item(), abs=0.00051)
    return p, j


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("sinusoidal", theme=theme, **SIZES[size])
    assert true_reading(page) == (23, 12)
    for view in VIEWS:
        page.locator(".st-key-sin_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        shown = page.locator("canvas" if view == "Heatmap" else ".js-plotly-plot").first
        expect(shown).to_be_visible()
        box = shown.bounding_box()
        assert box["y"] + min(box["height"], 300) <= SIZES[size]["height"]
        if view != "Heatmap":
            wait_url(page, f"sin_view={view}")


def test_keys_move_the_cursor_and_the_address_follows(open_page, idle):
    page = open_page("sinusoidal")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert true_reading(page) == (25, 11)
    wait_url(page, "sin_p=25")
    wait_url(page, "sin_j=11")
    page.locator("canvas").focus()
    page.keyboard.press("ArrowDown")
    assert true_reading(page) == (26, 11)
    page.get_by_role("slider", name="Position p").focus()
    page.keyboard.press("Home")
    assert true_reading(page) == (0, 11)
    wait_url(page, "sin_p=0")


def test_a_drag_follows_the_hand_without_the_server(open_page):
    page = open_page("sinusoidal")
    page.evaluate(COUNT_SENT)
    box = page.locator("canvas").bounding_box()
    x, y = box["x"] + 300, box["y"] + 40
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for k in range(24):
        page.mouse.move(x + 8 * k, y + 6 * k)
        seen.add(true_reading(page))
    assert len(seen) > 15 and page.evaluate("() => window.sent") == 0
    at = reading(page)
    page.mouse.up()
    wait_url(page, f"sin_p={at[0]}")
    assert page.evaluate("() => window.sent") == 1


def test_hovering_reads_a_cell_and_lets_it_go(open_page):
    page = open_page("sinusoidal")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 500, box["y"] + 100)
    assert true_reading(page) != (23, 12)
    page.mouse.move(box["x"] + 500, box["y"] - 60)
    assert true_reading(page) == (23, 12)
    assert "sin_p" not in page.url


def test_the_slider_plays_and_pauses(open_page):
    page = open_page("sinusoidal")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_timeout(700)
    page.keyboard.press("Space")
    p, _ = true_reading(page)
    assert 23 < p < 127
    wait_url(page, f"sin_p={p}")


def test_less_motion_jumps_to_the_end(open_page):
    page = open_page("sinusoidal", reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert true_reading(page)[0] == 127


def test_a_link_restores_the_state(open_page):
    page = open_page("sinusoidal?sin_n=256&sin_d=16&sin_base=100&sin_layout=concatenated&sin_p=200&sin_j=9")
    assert true_reading(page, d=16, base=100.0, layout="concatenated") == (200, 9)
    expect(page.locator(".reading")).to_contain_text("cos(200 × ")
    page = open_page("sinusoidal?sin_view=Shift&sin_from=7&sin_k=100")
    expect(page.locator(".st-key-said")).to_contain_text("row 7 into row 107")


def test_a_change_of_width_keeps_the_cursor_where_it_can_be(open_page, idle):
    page = open_page("sinusoidal?sin_j=60")
    assert true_reading(page) == (23, 60)
    slider = page.get_by_role("slider", name="Width d")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    idle(page)
    page.wait_for_function("() => document.querySelectorAll('.stBidiComponent').length > 0")
    p, j = true_reading(page, d=32)
    assert p == 23 and j < 32


def test_touch_chooses_a_cell_and_a_clock(open_page):
    page = open_page("sinusoidal", **SIZES["phone"])
    box = page.locator("canvas").bounding_box()
    page.touchscreen.tap(box["x"] + 200, box["y"] + 100)
    assert true_reading(page) != (23, 12)
    before = reading(page)
    page.touchscreen.tap(box["x"] + box["width"] - 30, box["y"] + box["height"] - 26)
    after = true_reading(page)
    assert after[0] == before[0] and after[1] == 62


def test_similarity_says_what_is_computed(open_page):
    page = open_page("sinusoidal?sin_view=Similarity")
    one = sinusoidal_similarity(1.0, 64).item()
    expect(page.locator(".st-key-said")).to_contain_text(f"cosine {one:.3f}")
    expect(page.locator(".st-key-said")).to_contain_text("at distance 6 it rises again")


def test_a_word_that_is_no_dimension_is_named_and_forgotten(open_page, idle):
    page = open_page("sinusoidal?sin_view=Waves")
    box = page.get_by_role("textbox", name="Dimensions j, up to six")
    box.fill("12, many")
    box.press("Enter")
    expect(page.locator(".st-key-failure")).to_contain_text("“many” is no dimension; at width 64")
    box.fill("5")
    box.press("Enter")
    idle(page)
    assert page.locator(".st-key-failure").count() == 0
