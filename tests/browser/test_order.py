"""The lesson on order as a person uses it."""

import re
from functools import cache

import numpy as np
import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, expect_same_picture, wait_url
from playwright.sync_api import expect

from embviz.compute.order import permutation, permutation_number
from embviz.lessons.order import BACKWARDS, ORDER, TEXT
from embviz.tables import order as tables
from embviz.ui.cached import Tensors

VIEWS = ("Weights", "Scores", "Outputs", "Every kind")
SWAPPED = permutation(ORDER.default, 12)
TOKENS = tables.sentence(text=TEXT.default).tokens
LION, ATE = 1, 2


@cache
def computed(number=ORDER.default, position="none", causal=False, seed=0):
    return tables.compare(text=TEXT.default, order=number, position=position, causal=causal, seed=seed)


def shown(page):
    """The line under the picture: query, key, the number in A and in B (a word where there is none)."""
    words = page.locator(".reading .equation").inner_text()
    found = re.fullmatch(r"(\S+) → (\S+)\s+A\s+(\S+)\s+B\s+(.+)", " ".join(words.split()))
    assert found, words
    number = [float(part.replace("−", "-")) if re.match(r"−?\d", part) else part for part in found.groups()[2:]]
    return found[1], found[2], *number


def true_reading(page, q, k, *, name="weights", head=1, **settings):
    """The line says the pair (q, k), with the numbers that Python computes for each order."""
    found = computed(**settings)
    at = found.permutation.index
    a = getattr(found, f"{name}_a")[head - 1, q, k].item()
    b = getattr(found, f"{name}_b")[head - 1, at(q), at(k)].item()
    expect(page.locator(".reading .equation")).to_contain_text(f"B {f'{b:.3f}'.replace('-', '−')}")
    assert shown(page)[:2] == (TOKENS[q], TOKENS[k])
    assert shown(page)[2:] == (pytest.approx(a, abs=0.00051), pytest.approx(b, abs=0.00051))


def token(page, name, place):
    """The handle over a token of B."""
    return page.get_by_role("button", name=f"{name}, place {place} of B", exact=False)


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def moved(order, name, place):
    """The number of the order in which the token stands at another place."""
    others = [token for token in order if token != name]
    others.insert(place, name)
    return permutation_number(others)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("order", theme=theme, **SIZES[size])
    true_reading(page, ATE, LION)
    expect(page.locator(".reading")).to_contain_text("no pair differs in head 1")
    for view in VIEWS:
        page.locator(".st-key-ord_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        picture = page.locator("canvas" if view in VIEWS[:2] else ".js-plotly-plot").first
        expect(picture).to_be_visible()
        box = picture.bounding_box()
        assert box["y"] + min(box["height"], 300) <= SIZES[size]["height"]
    if size == "wide":
        assert page.get_by_text("The code that made these numbers").bounding_box()["y"] < 720


def test_a_drag_moves_rows_and_columns_without_the_server_and_the_drop_computes(open_page):
    page = open_page("order?ord_position=sinusoidal")
    true_reading(page, ATE, LION, position="sinusoidal")
    page.evaluate(COUNT_SENT)
    box = page.locator("canvas").bounding_box()
    before = page.locator("canvas").first.screenshot()
    x, y = middle(token(page, "lion", 10))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(x, y - step * (y - box["y"]) / 19)
        assert page.evaluate("() => window.sent") == 0
    expect(token(page, "lion", 0)).to_have_count(1)
    expect(page.locator(".reading")).to_contain_text("let go to compute B")
    assert page.locator("canvas").first.screenshot() != before
    page.mouse.up()
    number = moved(SWAPPED, LION, 0)
    wait_url(page, f"ord_order={number}")
    true_reading(page, ATE, LION, position="sinusoidal", number=number)
    assert page.evaluate("() => window.sent") == 1


def test_without_positions_the_drop_changes_no_number(open_page, idle):
    page = open_page("order")
    canvas = page.locator("canvas").bounding_box()
    panel = (canvas["width"] - 36) / 2
    cells = {"x": canvas["x"] + panel + 148, "y": canvas["y"] + 90, "width": panel - 112, "height": 290}
    before = page.screenshot(clip=cells)
    x, y = middle(token(page, "gaze", 1))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 5 * (384 - 90 - 4) / 12, steps=5)
    page.wait_for_timeout(400)
    carried = page.screenshot(clip=cells)
    page.mouse.up()
    wait_url(page, f"ord_order={moved(SWAPPED, 9, 6)}")
    idle(page)
    page.wait_for_timeout(400)
    assert carried != before
    expect_same_picture(page, carried, clip=cells)  # what was computed is what the hand carried
    true_reading(page, ATE, LION, number=moved(SWAPPED, 9, 6))
    expect(page.locator(".reading")).to_contain_text("no pair differs")
    expect(page.get_by_text("each weight moved with its two tokens")).to_be_visible()


def test_columns_can_be_dragged_and_escape_puts_back(open_page):
    page = open_page("order")
    canvas = page.locator("canvas").bounding_box()
    panel = (canvas["width"] - 36) / 2
    width = (panel - 104) / 12
    left = canvas["x"] + panel + 36 + 104
    x, y = left + 10.5 * width, canvas["y"] + 50  # lion, the key
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 4 * width, y, steps=6)
    expect(token(page, "lion", 6)).to_have_count(1)
    page.mouse.up()
    wait_url(page, f"ord_order={moved(SWAPPED, LION, 6)}")
    true_reading(page, ATE, LION, number=moved(SWAPPED, LION, 6))

    x, y = middle(token(page, "lion", 6))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 80, steps=4)
    expect(token(page, "lion", 6)).to_have_count(0)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(token(page, "lion", 6)).to_have_count(1)
    assert f"ord_order={moved(SWAPPED, LION, 6)}" in page.url


def test_keys_move_a_token_and_every_press_is_computed(open_page, idle):
    page = open_page("order?ord_position=learned")
    handle = token(page, "ate", 3)
    handle.focus()
    for place in (4, 5, 6, 7):  # faster than the server answers
        page.keyboard.press("ArrowDown")
        expect(token(page, "ate", place)).to_be_focused()
    number = moved(SWAPPED, ATE, 7)
    wait_url(page, f"ord_order={number}")
    true_reading(page, ATE, LION, position="learned", number=number)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")  # it is first already
    number = moved(SWAPPED, ATE, 0)
    wait_url(page, f"ord_order={number}")
    true_reading(page, ATE, LION, position="learned", number=number)
    assert shown(page)[:2] == ("ate", "lion")  # the keys did not choose another pair


def test_keys_choose_the_pair_and_the_slider_the_head(open_page):
    page = open_page("order?ord_view=Scores&ord_position=rotary")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.locator("canvas").focus()
    page.keyboard.press("ArrowDown")
    true_reading(page, 3, 3, name="scores", position="rotary")
    wait_url(page, "ord_k=3")
    wait_url(page, "ord_q=3")
    page.get_by_role("slider", name="Head").press("End")
    true_reading(page, 3, 3, name="scores", position="rotary", head=8)
    wait_url(page, "ord_head=8")


def test_the_card_tells_a_pair_in_both_orders(open_page):
    page = open_page("order?ord_position=alibi")
    canvas = page.locator("canvas").bounding_box()
    width, height = ((canvas["width"] - 36) / 2 - 104) / 12, (384 - 90 - 4) / 12
    page.mouse.move(canvas["x"] + 104 + 9.5 * width, canvas["y"] + 90 + 1.5 * height)  # lion → gaze in A
    card = page.locator(".card")
    expect(card).to_be_visible()
    found = computed(position="alibi")
    lines = card.inner_text().replace("−", "-").split("\n")
    for line, side, row, column in ((lines[0], "a", 1, 9), (lines[-1], "b", 10, 1)):
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", line)]
        wanted = [getattr(found, f"{name}_{side}")[0, row, column].item() for name in ("scores", "weights")]
        assert numbers == pytest.approx(wanted, abs=0.00051)
        assert f"places {row} → {column}" in line
    page.mouse.click(canvas["x"] + 104 + 9.5 * width, canvas["y"] + 90 + 1.5 * height)
    wait_url(page, "ord_k=9")
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()
    true_reading(page, 1, 9, position="alibi")


def test_touch_drags_a_token_and_the_page_stays(open_page):
    page = open_page("order", **SIZES["phone"])
    handle = token(page, "the", 0)
    x, y = middle(handle)
    assert min(handle.bounding_box()[side] for side in ("width", "height")) >= 40
    target = middle(token(page, "lion", 10))
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x + (target[0] - x) * step / 8, "y": y + (target[1] - y) * step / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    number = moved(SWAPPED, 0, 10)
    wait_url(page, f"ord_order={number}")
    true_reading(page, ATE, LION, number=number)
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollTop") == 0
    page.touchscreen.tap(*middle(token(page, "##a", 6)))  # a tap chooses the query
    wait_url(page, "ord_q=6")


def test_a_link_restores_the_state(open_page):
    query = (
        f"order?ord_view=Scores&ord_position=learned&ord_mask=causal&ord_seed=7&ord_order={BACKWARDS}"
        "&ord_head=3&ord_q=9&ord_k=4"
    )
    page, again = open_page(query), open_page(query)
    found = computed(BACKWARDS, "learned", True, 7)
    assert shown(page) == ("gaze", "h", pytest.approx(found.scores_a[2, 9, 4].item(), abs=0.00051), "hidden")
    expect_same_picture(page.locator("canvas").first, again.locator("canvas").first.screenshot())
    assert set(page.url.split("?")[1].split("&")) == set(query.split("?")[1].split("&"))
    expect(page.get_by_text("132 of 144 pairs are hidden in one only")).to_be_visible()


def test_another_sentence_starts_backwards_and_can_be_put_in_order(open_page, idle):
    page = open_page("order?ord_text=dog%20bites%20man&ord_position=sinusoidal")
    expect(token(page, "man", 0)).to_have_count(1)
    token(page, "man", 0).focus()
    page.keyboard.press("End")
    token(page, "bites", 0).focus()
    page.keyboard.press("ArrowRight")
    wait_url(page, "ord_order=0")
    expect(page.get_by_text("Order B is order A.")).to_be_visible()
    box = page.get_by_role("textbox", name="Sentence, order A")
    box.fill("one two three four five six seven eight nine ten eleven twelve thirteen")
    box.press("Control+Enter")
    expect(page.get_by_text("Only the first 12 of 13 tokens are used.")).to_be_visible()
    box.fill("alone")
    box.press("Control+Enter")
    expect(page.get_by_text("the sentence has one token")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    idle(page)
    true_reading(page, ATE, LION)


def test_a_try_turns_the_picture(open_page, idle):
    page = open_page("order")
    page.get_by_role("button", name="Mask the future").click()
    wait_url(page, "ord_mask=causal")
    expect(page.locator(".reading")).to_contain_text("hidden")
    assert shown(page)[3] == "hidden" and shown(page)[2] > 0.5
    page.get_by_role("button", name="Read it backwards").click()
    wait_url(page, f"ord_order={BACKWARDS}")
    expect(token(page, ".", 0)).to_have_count(1)
    true_reading(page, ATE, LION, position="alibi", number=BACKWARDS)
    expect(page.locator(".reading")).to_contain_text("no pair differs")
    expect(page.get_by_text("ALiBi positions cannot tell this order from A")).to_be_visible()


def test_less_motion_jumps_and_the_theme_is_followed(open_page):
    page = open_page("order", reduced_motion="reduce")
    token(page, "ate", 3).press("End")
    page.wait_for_timeout(60)
    settled = page.locator("canvas").first.screenshot()
    page.wait_for_timeout(250)  # nothing travels
    expect_same_picture(page.locator("canvas").first, settled)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(900)
    assert page.locator("canvas").first.screenshot() != settled


def test_an_answer_that_comes_while_a_hand_moves_does_not_silence_it(browser, modules):
    page = browser.new_page()
    page.goto(f"{modules}/base.css")
    facts = {"store": "x", "label": "x", "start": {"order": 0, "turn": 1}, "bounds": {"order": [0, 9, 1]}}
    answers = [list(Tensors.pack({"values": np.full(2, k, "<f4")}, facts).bytes) for k in range(2)]
    sent = page.evaluate(
        f"""async (answers) => {{
          const {{ picture }} = await import('{modules}/picture.js');
          const [first, second] = answers.map((bytes) => new Uint8Array(bytes));
          const sent = [];
          let scene;
          const mount = picture((made) => ((scene = made), {{ draw() {{}} }}));
          const show = (data) => mount({{ data, parentElement: document.body, setStateValue: (_, state) => sent.push(state.order) }});
          show(first);
          scene.move({{ order: 1 }});
          scene.move({{ order: 2 }}, {{ settled: false }}); // the next drag has begun
          show(second); // the answer to order 1
          scene.move({{}}, {{ settled: true }});
          scene.move({{}}, {{ settled: true }});
          return sent;
        }}""",
        answers,
    )
    page.close()
    assert sent == [1, 2]
