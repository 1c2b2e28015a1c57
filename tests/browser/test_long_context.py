"""The long-context lesson as a person uses it."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute import long_context
from embviz.tables import recipe

SHOWN = {  # what stands first in each picture
    "Angles": "canvas",
    "Wavelengths": ".st-key-lng_waves .main-svg",
    "ALiBi": ".st-key-lng_slopes .main-svg",
    "xPos": ".st-key-lng_decays .main-svg",
    "Learned": ".st-key-lng_learned .main-svg",
    "Side by side": "table",
    "Measured": ".st-key-lng_measured .main-svg",
}
DEFAULT = {"scheme": "unchanged", "length": 4096, "factor": 4, "base": 10000}


def reading(page):
    """What the lines under the picture say: pair, position, turns, how many pairs are at new angles."""
    text = page.locator(".reading").inner_text().replace("\n", " ").replace(",", "")
    pair, position, turns = re.search(r"pair (\d+): (\d+) ÷ [\d.]+ [=≈] ([\d.]+) turn", text).groups()
    new = re.search(r"(\d+) new", page.locator(".legend").inner_text())
    return int(pair), int(position), float(turns), int(new[1])


def true_reading(page, **given):
    """The reading, checked against the numbers themselves."""
    pair, position, turns, new = reading(page)
    found = long_context.angles(**{**DEFAULT, **given})
    assert turns == pytest.approx(found.rates[pair] * position, rel=6e-3)
    trained = found.trained.tolist()
    assert new == sum(t < 1 and rate * position > t * (1 + 1e-6) for t, rate in zip(trained, found.rates, strict=True))
    return pair, position


def said(page):
    return page.locator(".st-key-said")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("long_context", theme=theme, **SIZES[size])
    assert reading(page) == (52, 16384, 1.47, 18) and true_reading(page) == (52, 16384)
    expect(said(page)).to_contain_text("18 of 64 pairs never made a turn in 4,096 tokens. Read to 16,384, 18 of them")
    for view in SHOWN:
        page.locator(".st-key-lng_view").get_by_text(view, exact=True).click()
        shown = page.locator(SHOWN[view]).first
        shown.wait_for()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        box = shown.bounding_box()
        assert box["y"] + min(box["height"], 300) <= SIZES[size]["height"]
        if size == "wide":
            bottom = max(
                b["y"] + b["height"]
                for b in (e.bounding_box() for e in page.locator(".js-plotly-plot, canvas, table").all())
            )
            assert bottom <= 650
            assert page.get_by_role("button", name="12 heads").bounding_box()["y"] < 690
        if view != "Angles":
            wait_url(page, f"lng_view={view.replace(' ', '+')}")


def test_keys_move_the_position_and_the_pair_and_the_address_follows(open_page):
    page = open_page("long_context")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    assert true_reading(page) == (53, 16384 - 2 * 256)
    wait_url(page, "lng_p=15872")
    wait_url(page, "lng_i=53")
    page.get_by_role("slider", name="Position p").focus()
    page.keyboard.press("Home")
    pair, position, _, new = (*true_reading(page), *reading(page)[2:])
    assert (pair, position, new) == (53, 0, 0)
    wait_url(page, "lng_p=0")


def test_the_slider_follows_the_hand_without_the_server(open_page):
    page = open_page("long_context")
    page.evaluate(COUNT_SENT)
    box = page.get_by_role("slider", name="Position p").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, y)
    page.mouse.down()
    seen, new = set(), []
    for k in range(24):
        page.mouse.move(box["x"] + box["width"] - 8 - 8 * k, y)
        seen.add(true_reading(page))
        new.append(reading(page)[3])
    assert len(seen) > 18 and page.evaluate("() => window.sent") == 0
    assert new[0] == 18 and new[-1] == 0 and new == sorted(new, reverse=True)
    position = reading(page)[1]
    page.mouse.up()
    wait_url(page, f"lng_p={position}")
    assert page.evaluate("() => window.sent") == 1


def test_hovering_reads_a_pair_and_a_drag_keeps_it(open_page):
    page = open_page("long_context")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 120)
    hovered, _ = true_reading(page)
    assert hovered != 52
    page.mouse.move(box["x"] + 200, box["y"] - 90)
    assert true_reading(page) == (52, 16384) and "lng_i" not in page.url
    page.mouse.move(box["x"] + 200, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 120, steps=8)
    chosen, _ = true_reading(page)
    page.mouse.up()
    assert chosen > hovered
    wait_url(page, f"lng_i={chosen}")


def test_touch_chooses_a_clock(open_page):
    page = open_page("long_context", **SIZES["phone"])
    box = page.locator("canvas").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 24, box["y"] + box["height"] - 46)
    assert true_reading(page)[0] == 63
    wait_url(page, "lng_i=63")


def test_play_turns_the_clocks_up_to_the_end(open_page):
    page = open_page("long_context?lng_p=2000")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_timeout(600)
    page.keyboard.press("Space")
    _, position = true_reading(page)
    assert 2000 < position < 16384
    wait_url(page, f"lng_p={position}")


def test_less_motion_jumps_to_the_end(open_page):
    page = open_page("long_context?lng_p=2000", reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert true_reading(page) == (52, 16384)


def test_a_link_restores_the_state(open_page):
    page = open_page(
        "long_context?lng_scheme=NTK-aware&lng_length=8192&lng_factor=16&lng_base=500000&lng_p=100000&lng_i=63"
    )
    given = {"scheme": "NTK-aware", "length": 8192, "factor": 16, "base": 500000}
    assert true_reading(page, **given) == (63, 100000)
    expect(said(page)).to_contain_text("29 of 64 pairs never made a turn in 8,192 tokens. Read to 131,072, 28 of them")
    page = open_page("long_context?lng_view=ALiBi&lng_heads=12&lng_head=9")
    expect(said(page)).to_contain_text("Head 9: slope 0.707.")
    expect(said(page)).to_contain_text("half its weight lies on the token itself")


def test_a_shorter_text_keeps_the_position_where_it_can_be(open_page, idle):
    page = open_page("long_context?lng_p=9000")
    slider = page.get_by_role("slider", name="Read at L times")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("Read to 8,192")
    idle(page)
    assert true_reading(page, factor=2) == (52, 8192)


def test_each_scaling_says_how_many_pairs_reach_new_angles(open_page, idle):
    page = open_page("long_context")
    for scheme, new in (("linear", 0), ("NTK-aware", 17), ("dynamic NTK", 0), ("YaRN", 0), ("Llama 3", 0)):
        page.get_by_role("combobox", name="Scaling").click()
        page.get_by_role("option", name=scheme, exact=True).click()
        page.wait_for_function(
            "part => decodeURIComponent(location.search).includes(part)", arg="lng_scheme=" + scheme.replace(" ", "+")
        )
        expect(said(page)).to_contain_text(f"{new} of them reach new angles" if new else "no pair reaches a new angle")
        idle(page)
        assert true_reading(page, scheme=scheme) == (52, 16384)


def test_the_table_counts_and_links_its_sources(open_page, idle):
    page = open_page("long_context?lng_view=Side+by+side", **SIZES["phone"])
    rows = page.locator("table tr")
    assert rows.count() == 1 + len(long_context.KINDS)
    expect(rows.filter(has_text="NTK-aware")).to_contain_text("new angles: 17 of 64 pairs")
    expect(rows.filter(has_text="no row after 4,095")).to_contain_text("16,777,216")
    expect(page.locator("table").get_by_role("link", name="BLOOM")).to_have_attribute(
        "href", "https://arxiv.org/abs/2211.05100"
    )
    box = page.locator(".st-key-lng_table")
    assert box.evaluate("e => e.scrollWidth > e.clientWidth") and page.evaluate(SIDEWAYS) <= 0
    assert page.locator("table td").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 15


def test_what_small_models_lose_past_their_length_is_told(open_page):
    page = open_page("long_context?lng_view=Measured&lng_part=its+last+64+tokens")
    found = recipe.lengths(shown="all", part="last", times=1)
    change = {each["label"]: f"{each['mean']:+.2f}".replace("-", "\u2212") for each in found.growth}
    lowest, highest = (f"{name} {change[name]}" for name in (found.lowest, found.highest))
    expect(said(page)).to_contain_text(f"{found.lowest} ends lowest ({change[found.lowest]})")
    figure = page.get_by_role("figure", name="Loss at 1, 2, 4 and 8 times the trained length of 64")
    for told in (lowest, highest):
        expect(figure).to_have_attribute("aria-label", re.compile(re.escape(told)))


def test_a_try_sets_both_presets(open_page, idle):
    page = open_page("long_context?lng_p=7&lng_i=3")
    page.get_by_role("button", name="Read at 131,072").click()
    expect(said(page)).to_contain_text("29 of 64 pairs never made a turn in 8,192 tokens. Read to 131,072, 29 of them")
    idle(page)
    assert true_reading(page, length=8192, factor=16, base=500000) == (52, 131072)
    page.get_by_role("button", name="Trained at 4,096").click()
    expect(said(page)).to_contain_text("18 of 64 pairs never made a turn in 4,096 tokens")
    idle(page)
    assert true_reading(page) == (52, 16384)
