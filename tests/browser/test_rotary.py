"""The rotation lesson as a person uses it."""

import math
import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, expect_same_picture, wait_url
from playwright.sync_api import expect

from embviz.compute import rotation
from embviz.compute.rotary import apply_rotary, rotary_frequencies
from embviz.lessons.rotary import SEED, VIEW
from embviz.tables.rotary import two_sentences

SHOWN = {  # what only this picture has
    "Two arrows": ".moves",
    "Two sentences": ".chips >> nth=1",
    "All pairs": ".reading",
    "Decay": ".js-plotly-plot",
    "Add or rotate": "h3 >> nth=1",
}


def number(text):
    return float(text.replace("\u2212", "-").replace(",", ""))


def value(page, name):
    return int(page.get_by_role("slider", name=name).input_value())


def shown(page):
    """The equation of the plane: lengths, angle in degrees, score."""
    text = page.locator(".equation").inner_text()
    found = re.search(r"= ([\d.]+) × ([\d.]+) × cos\(([\d.]+)°\) [=≈] (\S+)", text)
    return tuple(number(part) for part in found.groups())


def true_pair(pair, at_q, at_k, *, dim=16, base=10000.0):
    """The turned pair of the query and of the key, each (x, y)."""
    query, key = rotation.vectors(dim, seed=SEED.default)
    omegas = rotary_frequencies(dim, base=base)
    q, k = (apply_rotary(x[None].double(), [at], omegas)[0] for x, at in ((query, at_q), (key, at_k)))
    return [tuple(x[2 * pair : 2 * pair + 2].tolist()) for x in (q, k)]


def check(page, pair, at_q, at_k, **settings):
    q, k = true_pair(pair, at_q, at_k, **settings)
    a, b, angle, score = shown(page)
    between = abs(math.degrees(math.atan2(q[1], q[0]) - math.atan2(k[1], k[0]))) % 360
    assert (a, b) == pytest.approx((math.hypot(*q), math.hypot(*k)), abs=6e-4)
    assert angle == pytest.approx(min(between, 360 - between), abs=0.06)
    assert score == pytest.approx(q[0] * k[0] + q[1] * k[1], abs=6e-4)


def point_on(page, which, pair, at_q, at_k):
    """A point of the window on an arrow, not far from its middle."""
    box = page.locator(".plane canvas").first.bounding_box()
    x, y = true_pair(pair, at_q, at_k)[which == "k"]
    angle, r = math.atan2(y, x), 60
    return box["x"] + box["width"] / 2 + r * math.cos(angle), box["y"] + box["height"] / 2 - r * math.sin(angle)


def turned_about(page, point, angle):
    """The point turned counter-clockwise about the middle of the plane."""
    box = page.locator(".plane canvas").first.bounding_box()
    cx, cy = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    x, y = point[0] - cx, cy - point[1]
    return cx + x * math.cos(angle) - y * math.sin(angle), cy - x * math.sin(angle) - y * math.cos(angle)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("rotary", theme=theme, **SIZES[size])
    check(page, 1, 23, 18)
    for view in VIEW.options:
        page.locator(".st-key-rot_view").get_by_text(view, exact=True).click()
        expect(page.locator(SHOWN[view])).to_be_visible()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        drawn = page.locator(".js-plotly-plot" if view == "Decay" else ".picture canvas").first
        expect(drawn).to_be_visible()
        box = drawn.bounding_box()
        assert box["y"] + min(box["height"], 300) <= SIZES[size]["height"]
        if size == "wide":
            last = page.locator(".js-plotly-plot" if view == "Decay" else ".picture").last.bounding_box()
            assert last["y"] + last["height"] <= 645
        if view != VIEW.default:
            wait_url(page, "rot_view=" + view.replace(" ", "+"))
    colour = page.locator(".lead").evaluate("e => getComputedStyle(e).color")
    assert colour == {"light": "rgb(28, 32, 38)", "dark": "rgb(233, 235, 239)"}[theme]


def test_moving_both_keeps_the_score_and_moving_the_key_does_not(open_page):
    page = open_page("rotary?rot_s=0")
    first = shown(page)
    for s in range(1, 8):
        page.keyboard.press("ArrowRight")
        assert value(page, "Move by") == s and shown(page) == first
        check(page, 1, 9 + s, 4 + s)
    expect(page.locator(".lead")).to_contain_text("Both moved 7 places.")
    page.locator(".moves").get_by_role("button", name="Move only the key").click()
    check(page, 1, 9, 11)
    assert shown(page) != first
    for s in (8, 9, 10):
        page.keyboard.press("ArrowRight")
        check(page, 1, 9, 4 + s)
    expect(page.locator(".lead")).to_contain_text("Only the key moved, by 10 places.")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    check(page, 7, 9, 14)
    expect(page.locator(".lead")).to_contain_text("This pair is slow: it turned by 0.2°.")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowLeft")
    wait_url(page, "rot_s=10")
    wait_url(page, "rot_alone=1")
    page.wait_for_function("() => !location.href.includes('rot_pair')")  # pair 1 is the default
    page.wait_for_timeout(800)
    again = open_page(page.url)
    check(again, 1, 9, 14)
    for name in ("plane", "line", "clocks"):
        expect_same_picture(again.locator(f".{name} canvas"), page.locator(f".{name} canvas").screenshot())


def test_an_arrow_follows_the_hand_and_never_asks_the_server(open_page):
    page = open_page("rotary")
    page.evaluate(COUNT_SENT)
    start = point_on(page, "q", 1, 23, 18)
    page.mouse.move(*start)
    page.mouse.down()
    step = 10000.0 ** (-2 / 16)
    for k in range(1, 31):  # six places on, a fifth of a place at a time
        page.mouse.move(*turned_about(page, start, step * k / 5))
        assert value(page, "Query starts at m") == 9 + round(k / 5 + 1e-9)
    check(page, 1, 29, 18)
    for k in range(30, -90, -5):  # and back by a whole turn, to the end of what it can
        page.mouse.move(*turned_about(page, start, step * k / 5))
    assert value(page, "Query starts at m") == 0 and value(page, "Key starts at n") == 4
    assert page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "rot_m=0")
    assert page.evaluate("() => window.sent") == 1
    check(page, 1, 14, 18)


def test_a_finger_turns_the_key_and_elsewhere_scrolls(open_page):
    page = open_page("rotary", **SIZES["phone"])
    touch = page.context.new_cdp_session(page)
    start = point_on(page, "k", 1, 23, 18)

    def drag(points):
        for kind, (x, y) in (("touchStart", points[0]), *(("touchMove", point) for point in points[1:])):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    top = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    drag([turned_about(page, start, k * 10000.0 ** (-2 / 16) / 4) for k in range(13)])
    assert value(page, "Key starts at n") == 7 and page.evaluate(top) == 0
    check(page, 1, 23, 21)
    wait_url(page, "rot_n=7")
    box = page.locator(".plane canvas").bounding_box()
    drag([(box["x"] + 20, box["y"] + 240 - 12 * k) for k in range(18)])
    page.wait_for_timeout(400)
    assert page.evaluate(top) > 60 and value(page, "Query starts at m") == 9


def test_the_line_is_a_slider_and_a_clock_is_a_choice(open_page):
    page = open_page("rotary?rot_d=64")
    box = page.locator(".line canvas").bounding_box()
    x = lambda s: box["x"] + 46 + (box["width"] - 62) * s / 40  # noqa: E731
    page.mouse.move(x(14), box["y"] + 60)
    page.mouse.down()
    page.mouse.move(x(30), box["y"] + 60, steps=6)
    page.mouse.up()
    assert value(page, "Move by") == 30
    box = page.locator(".clocks canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 4.5 / 16, box["y"] + 80)
    check(page, 20, 39, 34, dim=64)
    page.keyboard.press("Shift+ArrowLeft")
    check(page, 19, 39, 34, dim=64)
    for part in ("rot_s=30", "rot_pair=19"):
        wait_url(page, part)
    page.locator(".st-key-rot_d").get_by_role("slider").press("ArrowLeft")
    wait_url(page, "rot_d=32")
    expect(page.locator(".head")).to_contain_text("16 pairs")
    check(page, 1, 39, 34, dim=32)  # there is no pair 19 any more


def test_play_runs_and_stops(open_page):
    page = open_page("rotary?rot_s=0")
    first = shown(page)
    page.keyboard.press(" ")
    page.wait_for_timeout(700)
    page.keyboard.press(" ")
    s = value(page, "Move by")
    assert 1 <= s < 40 and shown(page)[3] == pytest.approx(first[3], abs=2e-3)
    wait_url(page, f"rot_s={s}")
    still = open_page("rotary?rot_s=0", reduced_motion="reduce")
    still.keyboard.press(" ")
    assert value(still, "Move by") == 40


def test_two_sentences_turn_other_arrows_by_the_same_angle(open_page, idle):
    page = open_page("rotary?rot_view=Two+sentences&rot_pair=2")

    def panels():
        return [
            [number(each.rstrip("°")) for each in panel.locator("dd").all_inner_texts()]
            for panel in page.locator(".panel").all()
        ]

    left, right = panels()
    assert left[0] != right[0] and left[1] != right[1] and left[2:] == right[2:]
    found = two_sentences(before="After a long day,", dim=16, base=10000.0, seed=SEED.default)
    assert left[3] == pytest.approx(found.scores[0].item(), abs=6e-4)
    for k, panel in enumerate((left, right)):
        for row, name in enumerate(("queries", "keys")):
            x, y = getattr(found, name)[k, 4:6].tolist()
            assert panel[row] == pytest.approx(math.degrees(math.atan2(y, x)), abs=0.06)
    assert page.locator(".panel").nth(1).locator(".chip").all_inner_texts()[-3:] == ["q 7\nslept", "8\ndeeply", "9\n."]
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => !location.href.includes('rot_pair')")  # pair 1 is the default
    assert panels()[0][3] == left[3] and panels()[0][2] != left[2]
    box = page.get_by_role("textbox", name="Words in front")
    box.fill("word " * 12)
    box.press("Control+Enter")
    chips = page.locator(".panel").nth(1).locator(".chip")
    expect(chips.first).to_contain_text("word")
    assert chips.first.inner_text() == "0\nword" and "q 14\nslept" in chips.all_inner_texts()
    assert page.locator(".panel").nth(1).locator(".gap").count() == 1


def test_all_pairs_turn_and_the_other_layout_has_another_score(open_page, idle):
    page = open_page("rotary?rot_view=All+pairs&rot_layout=half")
    found = rotation.layouts(dim=16, base=10000.0, layout="half", seed=SEED.default)

    def agrees(p):
        lead = page.locator(".lead").inner_text()
        said = [
            number(part)
            for part in re.search(r"score (\S+) interleaved, (\S+) half\. .* (\S+) standard", lead).groups()
        ]
        assert said == pytest.approx(
            [found.interleaved[p].item(), found.half[p].item(), found.apart[p].item()], abs=6e-3
        )
        result = re.search(r"\[1\] = .* [=≈] (\S+)", page.locator(".equation").inner_text())[1]
        assert number(result) == pytest.approx(found.turned[p, 1].item(), abs=6e-4)

    agrees(5)
    page.keyboard.press("ArrowRight")
    agrees(6)
    page.get_by_role("slider", name="Query at p").fill("100")
    agrees(100)
    box = page.locator(".picture canvas").bounding_box()
    page.mouse.click(box["x"] + 52 + 11.5 * (box["width"] - 52) / 16, box["y"] + 40)
    expect(page.locator(".reading")).to_contain_text("columns 3 and 11")
    wait_url(page, "rot_pair=3")
    page.get_by_role("slider", name="Query at p").fill("0")
    expect(page.locator(".lead")).to_contain_text("nothing has turned")


def test_adding_changes_the_score_and_rotating_does_not(open_page):
    page = open_page("rotary?rot_view=Add+or+rotate")
    query, key = rotation.vectors(16, seed=SEED.default)
    omega = 10000.0 ** (-2 / 16)

    def agrees(s):
        q, k = ([float(v) for v in x[2:4]] for x in (query, key))
        sums = [[x + math.sin(at * omega), y + math.cos(at * omega)] for (x, y), at in ((q, 9 + s), (k, 4 + s))]
        expected = [math.hypot(*sums[0]), math.hypot(*sums[1]), sums[0][0] * sums[1][0] + sums[0][1] * sums[1][1]]
        rows = [
            [number(text.split("→")[1].rstrip("°")) for text in panel.locator("dd").all_inner_texts()]
            for panel in page.locator(".panel").all()
        ]
        assert [rows[0][0], rows[0][1], rows[0][3]] == pytest.approx(expected, abs=6e-4)
        assert rows[1][:2] == pytest.approx([math.hypot(*q), math.hypot(*k)], abs=6e-4)
        return rows[0][3], rows[1][3]

    first = agrees(14)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    second = agrees(20)
    assert first[1] == second[1] and abs(first[0] - second[0]) > 0.3
    wait_url(page, "rot_s=20")


def test_tries_say_what_is_seen(open_page):
    page = open_page("rotary")
    for label, at in (("Same place", (9, 9)), ("10 apart", (14, 4)), ("Move only the key", (9, 12))):
        page.locator(".st-key-tries").get_by_role("button", name=label).click()
        expect(page.locator(".side small")).to_contain_text(f"query at {at[0]}, key at {at[1]}.")
        check(page, 1, *at)
    page.locator(".st-key-tries").get_by_role("button", name="The wrong layout").click()
    expect(page.locator(".lead").first).to_contain_text("score 2.215 interleaved, −1.641 half")
