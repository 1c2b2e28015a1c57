"""Token and position as a person uses the page."""

import re

import pytest
import torch
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz import tables
from embviz.compute import offset
from embviz.tables import offset as shown

SENTENCE = "The lion ate the hyena and the gazelle."
VIEWS = ("Two places", "In the plane", "Spread")
# what is written on the canvas from now on
LISTEN = """() => { window.written = []; const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) { window.written.push(text); return fill.call(this, text, ...at); }; }"""


def value(text):
    return float(text.strip("()").replace("\u2212", "-"))


def equations(page):
    """The sums under the picture: [(place, dimension, token part, position part, sum)] for p and q."""
    said = page.locator(".reading").inner_text().replace("\n", " ")
    found = re.findall(r"x\[(\d+), (\d+)\] = (\S+) \+ (\S+) [=≈] (\S+)", said)
    return [(int(place), int(j), *map(value, numbers)) for place, j, *numbers in found]


def true_equations(page, *, token=1, text=SENTENCE, **layer):
    """The two places, after the numbers shown were compared with those computed."""
    layer = {"model": "minilm", "std": "0.02", "scale": True, "seed": 0} | layer
    made = shown.places(text=text, **layer)
    (p, j, *first), (q, same, *second) = equations(page)
    assert same == j
    for place, numbers in ((p, first), (q, second)):
        parts = [made.rows[token, j].item(), made.positions[place, j].item()]
        assert numbers == pytest.approx([*parts, sum(parts)], abs=0.00051)
    return p, q, j


def cosines(page):
    """Those of the rows of P and of the sums, as they were last written."""
    written = [text for text in page.evaluate("() => window.written") if text.startswith("cosine ")]
    return [value(text.removeprefix("cosine ")) for text in written[-2:]]


def true_cosines(row, p, q):
    positions = tables.load("minilm").positions
    cosine = torch.nn.functional.cosine_similarity
    parts = (positions[p], positions[q]), (row + positions[p], row + positions[q])
    return [cosine(a, b, dim=0).item() for a, b in parts]


def word(name):
    minilm = tables.load("minilm")
    return minilm.rows([minilm.row_numbers[name]])[0]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("offset", theme=theme, **SIZES[size])
    assert true_equations(page) == (1, 4, 33)
    expect(page.locator(".st-key-said")).to_contain_text("“the” stands at places 1, 4 and 9")
    for view in VIEWS:
        page.locator(".st-key-off_view").get_by_text(view, exact=True).click()
        if view != VIEWS[0]:
            wait_url(page, f"off_view={view.replace(' ', '+')}")
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        picture = page.locator(".js-plotly-plot" if view == "Spread" else "canvas").first
        expect(picture).to_be_visible(timeout=20_000)
        box = picture.bounding_box()
        assert box["y"] + min(box["height"], 420) <= SIZES[size]["height"]
        if size == "wide":
            assert box["y"] + box["height"] <= 640
        if view != "Spread":
            slider = page.get_by_role("slider", name="Place p")
            expect(slider).to_be_visible(timeout=20_000)
            slider = slider.bounding_box()
            assert slider["y"] + slider["height"] <= SIZES[size]["height"]


def test_keys_and_sliders_move_the_places(open_page):
    page = open_page("offset?off_p=10&off_q=20")
    page.evaluate(LISTEN)
    page.keyboard.press("ArrowRight")
    assert true_equations(page) == (10, 21, 33)
    assert cosines(page) == pytest.approx(true_cosines(word("the"), 10, 21), abs=0.00051)
    page.locator("canvas").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert true_equations(page) == (11, 21, 34)
    page.get_by_role("slider", name="Place p").focus()
    page.keyboard.press("End")
    assert true_equations(page) == (511, 21, 34)
    for part in ("off_p=511", "off_q=21", "off_j=34"):
        wait_url(page, part)


def test_a_drag_over_the_places_never_asks_the_server(open_page):
    page = open_page("offset")
    page.evaluate(LISTEN)
    page.evaluate(COUNT_SENT)
    box = page.locator("canvas").bounding_box()
    y = box["y"] + 290
    page.mouse.move(box["x"] + 200, y)
    page.mouse.down()
    seen = set()
    for k in range(20):
        page.mouse.move(box["x"] + 200 + 30 * k, y)
        p, q, _ = true_equations(page)
        assert p == 1 and cosines(page) == pytest.approx(true_cosines(word("the"), 1, q), abs=0.00051)
        seen.add(q)
    assert len(seen) == 20 and page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, f"off_q={q}")
    assert page.evaluate("() => window.sent") == 1


def test_a_token_takes_p_and_q_to_its_places(open_page):
    page = open_page("offset")
    page.evaluate(LISTEN)
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 204, box["y"] + 16)  # lion, which stands once
    wait_url(page, "off_token=2")
    expect(page.locator(".st-key-said")).to_contain_text("“lion” stands at place 2 alone")
    assert true_equations(page, token=2)[:2] == (2, 4)
    assert cosines(page) == pytest.approx(true_cosines(word("lion"), 2, 4), abs=0.00051)
    page.mouse.click(box["x"] + 516, box["y"] + 16)  # the third “the”
    wait_url(page, "off_token=9")
    assert true_equations(page, token=9)[:2] == (9, 1)
    wait_url(page, "off_p=9")
    wait_url(page, "off_q=1")


def test_a_cell_says_its_sum_and_a_click_keeps_it(open_page):
    page = open_page("offset")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 700, box["y"] + 150)  # in the row of q
    card = page.locator(".card")
    expect(card).to_contain_text("row 1996 of W + row 4 of P")
    _, _, j = true_equations(page)
    assert j != 33 and f"x[4, {j}]" in card.inner_text()
    assert "off_j" not in page.url
    page.mouse.down()
    page.mouse.up()
    wait_url(page, f"off_j={j}")
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    expect(card).to_be_hidden()
    assert true_equations(page)[2] == j


def test_a_fresh_layer_and_its_settings(open_page, idle):
    page = open_page("offset?off_model=fresh&off_seed=3&off_p=2&off_q=77")
    fresh = {"model": "fresh", "seed": 3}
    assert true_equations(page, **fresh)[:2] == (2, 77)
    expect(page.locator(".reading")).to_contain_text("8 × row 1996 of W")
    page.get_by_role("button", name="Layer settings").click()
    page.get_by_role("combobox", name="Multiply tokens by √d").click()
    page.get_by_role("option", name="no").click()
    wait_url(page, "off_scale=no")
    idle(page)
    true_equations(page, scale=False, **fresh)
    expect(page.locator(".reading")).not_to_contain_text("8 ×")


def test_play_moves_q_and_less_motion_jumps(open_page):
    page = open_page("offset")
    page.keyboard.press("Space")
    page.wait_for_timeout(700)
    page.keyboard.press("Space")
    p, q, _ = true_equations(page)
    assert p == 1 and 4 < q < 511
    wait_url(page, f"off_q={q}")
    page = open_page("offset", reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert true_equations(page)[1] == 511


def test_a_link_restores_the_state(open_page):
    page = open_page("offset?off_text=red+lion+red&off_token=3&off_p=3&off_q=400&off_j=100")
    assert true_equations(page, text="red lion red", token=3) == (3, 400, 100)
    expect(page.locator(".st-key-said")).to_contain_text("“red” stands at places 1 and 3")


def test_what_is_typed_is_shown_as_written(open_page, idle):
    page = open_page("offset")
    box = page.get_by_role("textbox", name="Sentence", exact=True)
    for text, said in (("* <b> $x$ `y`", "“*” stands at place 1 alone"), ("", "“[SEP]” stands at place 1 alone")):
        box.fill(text)
        box.press("Control+Enter")
        expect(page.locator(".st-key-said")).to_contain_text(said)
        idle(page)
        assert page.locator(".st-key-failure").count() == 0


def test_touch_chooses_a_token_a_cell_and_a_place(open_page):
    page = open_page("offset", **SIZES["phone"])
    box = page.locator("canvas").bounding_box()
    page.touchscreen.tap(box["x"] + 120, box["y"] + 20)  # lion
    wait_url(page, "off_token=2")
    assert true_equations(page, token=2)[0] == 2
    page.touchscreen.tap(box["x"] + 60, box["y"] + 150)
    wait_url(page, "off_j=")
    assert true_equations(page, token=2)[2] != 33
    page.touchscreen.tap(box["x"] + 250, box["y"] + 300)
    wait_url(page, "off_q=")
    assert true_equations(page, token=2)[1] > 200


def arrows(page):
    """The arrow of a place in both planes, as the line under the picture says."""
    found = re.findall(r"P\[(\d+)\]: \((\S+), (\S+)\)", page.locator(".reading").inner_text())
    assert len({place for place, *_ in found}) == 1
    return int(found[0][0]), [[value(x), value(y)] for _, x, y in found]


def test_one_slider_moves_the_whole_vocabulary_without_the_server(open_page):
    page = open_page("offset?off_view=In+the+plane&off_move=0")
    made = shown.planes()
    page.evaluate(COUNT_SENT)
    track = page.get_by_role("slider", name="Place p")
    before = page.locator("canvas").screenshot()
    box = track.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, y)
    page.mouse.down()
    seen = set()
    for k in range(12):
        page.mouse.move(box["x"] + 8 + 14 * k, y)
        place, (left, right) = arrows(page)
        assert left == pytest.approx(made.steps_w[place].tolist(), abs=0.00051)
        assert right == pytest.approx(made.steps_p[place].tolist(), abs=0.00051)
        seen.add(place)
    assert len(seen) > 9 and page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, f"off_move={place}")
    assert page.locator("canvas").screenshot() != before
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    assert arrows(page)[0] == place - 1
    wait_url(page, f"off_move={place - 1}")


def test_a_word_says_where_it_came_from_and_where_it_is(open_page):
    page = open_page("offset?off_view=In+the+plane")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 240, box["y"] + 180)
    card = page.locator(".card")
    expect(card).to_contain_text("of W")
    row = int(re.search(r"row (\d+) of W", card.inner_text())[1])
    made = shown.planes()
    assert f"“{made.tokens[row]}”" in card.inner_text()
    for side, words, steps in (("left", made.words_w, made.steps_w), ("right", made.words_p, made.steps_p)):
        found = re.search(rf"{side} \((\S+), (\S+)\) to \((\S+), (\S+)\)", card.inner_text())
        expected = [*words[row].tolist(), *(words[row] + steps[4]).tolist()]
        assert [value(number) for number in found.groups()] == pytest.approx(expected, abs=0.00051)


def test_the_spread_says_what_is_computed(open_page, idle):
    page = open_page("offset?off_view=Spread&off_seed=5")
    made = offset.spread(position="sinusoidal", seed=5)
    said = page.locator(".st-key-said")
    expect(said).to_contain_text(f"variance {made.tokens[0, 1, 0]:.3g} at width 8 to {made.tokens[0, 1, -1]:.3g}")
    expect(said).to_contain_text("Level with √d: 1/√d × √d.")
    page.get_by_role("combobox", name="Initial spread of W").click()
    page.get_by_role("option", name="1/√d").click()
    wait_url(page, "off_std=1")
    expect(said).to_contain_text("1/√d × √d: the token part stays level")
    idle(page)
    names = page.locator(".js-plotly-plot .annotation-text").all_text_contents()
    assert {"sum x", "token W", "position P", "level"} == set(names)
