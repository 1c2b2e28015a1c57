"""The pipeline as a person uses it."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, expect_same_picture, wait_url
from playwright.sync_api import expect

SENTENCE = "The lion ate the hyena and the gazelle."


def sentence(page):
    return page.locator(".sentence").inner_text().strip()


def stage(page):
    return int(page.get_by_role("slider", name="From text to x").get_attribute("aria-valuenow"))


def picture(page):
    return page.locator("canvas")


def painted(page):
    """How many pixels of the picture are not empty."""
    return page.evaluate(
        "() => { const c = document.querySelectorAll('.stBidiComponent');"
        "for (const host of c) { const canvas = host.querySelector('[data-testid=stBidiComponentIsolated]')?.shadowRoot?.querySelector('canvas');"
        "if (canvas) return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((v, i) => i % 4 === 3 && v).length; } return 0; }"
    )


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_a_person_types_steps_and_shares(open_page, idle, browser, size, theme):
    page = open_page("pipeline", theme=theme, permissions=["clipboard-read", "clipboard-write"], **SIZES[size])
    box = page.get_by_role("textbox", name="Sentence", exact=True)
    box.fill("Gazelle, gazelle!")
    box.press("Control+Enter")
    wait_url(page, "pipe_text=Gazelle")
    box.fill(SENTENCE)
    box.press("Control+Enter")
    page.wait_for_function("() => !location.href.includes('pipe_text')")
    idle(page)
    box.evaluate("box => box.blur()")
    seen = [sentence(page)]
    for step in range(2, 9):
        if size == "wide":
            page.keyboard.press("ArrowRight")
        else:
            page.get_by_role("button", name="Next step").first.tap()
        expect(page.get_by_role("slider", name="From text to x")).to_have_attribute("aria-valuenow", str(step))
        page.wait_for_timeout(750)
        seen.append(sentence(page))
        assert painted(page) > 2000
        assert page.evaluate(SIDEWAYS) <= 0
    assert len(set(seen)) == 8
    assert "12 pieces" in seen[1] and "14 × 384" in seen[7]
    wait_url(page, "pipe_stage=8")

    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert link == page.url and "pipe_stage=8" in link
    again = open_page(link, theme=theme, **SIZES[size])
    expect(again.get_by_role("textbox", name="Sentence", exact=True)).to_have_value(SENTENCE)
    assert stage(again) == 8
    again.wait_for_timeout(300)
    assert sentence(again).split("\n")[-1] == seen[7].split("\n")[-1]
    expect_same_picture(picture(again), picture(page).screenshot())


def test_a_link_restores_every_part_of_the_state(open_page, idle):
    query = "pipe_text=A%20hyena%20a%20hyena&pipe_model=fresh&pipe_width=16&pipe_position=learned&pipe_scale=no&pipe_padding=1&pipe_seed=7"
    page = open_page(f"pipeline?{query}&pipe_stage=7&pipe_token=3&pipe_dim=11")
    assert stage(page) == 7
    expect(page.locator("output")).to_contain_text("token 3, dim 11")
    expect(page.locator(".reading")).to_contain_text("x[3, 11] = ")
    expect(page.locator(".sentence")).to_contain_text("W + P = x")
    assert set(page.url.split("?")[1].split("&")) == set(f"{query}&pipe_stage=7&pipe_token=3&pipe_dim=11".split("&"))
    page.get_by_role("button", name="Layer settings").click()
    expect(page.get_by_role("slider", name="Width d")).to_have_value("16")


def test_dragging_the_track_never_asks_the_server(open_page):
    frames = []
    page = open_page("pipeline")
    # the socket is open already: count what the page sends from now on
    page.evaluate(
        "() => { window.sent = 0; const send = WebSocket.prototype.send;"
        "WebSocket.prototype.send = function (...a) { window.sent += 1; return send.apply(this, a); }; }"
    )
    box = page.get_by_role("slider", name="From text to x").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 20, y)
    page.mouse.down()
    for k in range(60):
        page.mouse.move(box["x"] + 20 + k * (box["width"] - 40) / 60, y)
        frames.append(page.evaluate("() => window.sent"))
    assert set(frames) == {0}
    assert stage(page) == 8
    page.mouse.up()
    wait_url(page, "pipe_stage=8")
    assert page.evaluate("() => window.sent") == 1


def test_stepping_sends_no_picture(open_page):
    received = []
    page = open_page("pipeline")
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    page.reload()
    page.wait_for_timeout(2500)
    received.clear()
    page.keyboard.press("ArrowRight")
    wait_url(page, "pipe_stage=2")
    page.wait_for_timeout(500)
    assert received and sum(received) < 12_000, received


def test_keys_step_play_and_leave_fields_alone(open_page):
    page = open_page("pipeline")
    for key, expected in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2)):
        page.keyboard.press(key)
        assert stage(page) == expected
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause").first).to_be_visible()
    page.wait_for_timeout(900)
    assert stage(page) == 3
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play").first).to_be_visible()
    page.wait_for_timeout(3000)
    assert stage(page) == 3
    box = page.get_by_role("textbox", name="Sentence", exact=True)
    box.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    assert stage(page) == 3


def test_held_keys_show_every_stage(open_page):
    page = open_page("pipeline")
    page.evaluate(COUNT_SENT)
    page.keyboard.down("ArrowRight")
    held = "() => { for (let k = 0; k < 9; k += 1) document.body.dispatchEvent(new KeyboardEvent('keydown', "
    held += "{ key: 'ArrowRight', repeat: true, bubbles: true, composed: true })); return window.sent; }"
    assert page.evaluate(held) == 0  # as fast as a key can repeat, so that no pause of this machine is in between
    assert stage(page) == 8
    page.keyboard.up("ArrowRight")
    wait_url(page, "pipe_stage=8")


def test_keys_are_told_though_the_text_changes_meanwhile(open_page):
    page = open_page("pipeline")
    box = page.get_by_role("textbox", name="Sentence", exact=True)
    box.fill("A lion eats.")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))")
    box.press("Control+Enter")  # the step is yet to be told when the new vectors come
    wait_url(page, "pipe_stage=2", "lion")
    assert stage(page) == 2


def test_a_cell_tells_where_it_comes_from(open_page):
    page = open_page("pipeline?pipe_stage=7")
    box = picture(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 120)
    card = page.locator(".card")
    expect(card).to_be_visible()
    words = card.inner_text()
    found = re.search(r"s\[(\d+), (\d+)\] = (.+) [=≈] (−?[\d.]+)\n", words)
    assert found, words
    terms = [float(term.strip("() ").replace("−", "-")) for term in found[3].split(" + ")]
    assert len(terms) == 3 and sum(terms) == pytest.approx(float(found[4].replace("−", "-")), abs=2e-3)
    assert re.search(r"row \d+ of W \+ row \d+ of P \+ token type 0$", words)
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()


def test_a_click_follows_a_token_and_stays(open_page):
    page = open_page("pipeline?pipe_stage=5")
    box = picture(page).bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + 34 + 6 * 24.7 + 8)
    wait_url(page, "pipe_token=6")
    page.mouse.move(5, 5)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".reading")).to_contain_text("row 6 has 30,522 places")
    assert stage(page) == 4


def test_the_keyboard_reaches_every_cell(open_page):
    page = open_page("pipeline?pipe_stage=5&pipe_dim=46")
    picture(page).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("output")).to_contain_text("token 3, dim 48")
    expect(page.get_by_role("group", name="dims")).to_contain_text("48–95 of 384")
    wait_url(page, "pipe_dim=48")
    assert stage(page) == 5


def test_columns_and_rows_are_paged(open_page):
    page = open_page("pipeline?pipe_stage=5&pipe_text=" + "word%20" * 40)
    dims, tokens = page.get_by_role("group", name="dims"), page.get_by_role("group", name="tokens")
    expect(dims).to_contain_text("0–47 of 384")
    dims.get_by_role("button", name="Later dims").click()
    expect(dims).to_contain_text("48–95 of 384")
    expect(tokens).to_contain_text("of 42")
    tokens.get_by_role("button", name="Later tokens").click()
    expect(tokens).not_to_contain_text("tokens 0–")
    wait_url(page, "pipe_token=")


def test_touch_taps_a_cell(open_page):
    page = open_page("pipeline?pipe_stage=5", **SIZES["phone"])
    box = picture(page).bounding_box()
    page.touchscreen.tap(box["x"] + 200, box["y"] + 34 + 24.7 * 4 + 8)
    wait_url(page, "pipe_token=4")
    expect(page.locator(".reading")).to_contain_text("W[1996, ")


def test_less_motion_jumps(open_page):
    page = open_page("pipeline?pipe_stage=6", reduced_motion="reduce")
    page.evaluate(
        "() => { window.frames_ = 0; const r = requestAnimationFrame; window.requestAnimationFrame = (f) => (window.frames_++, r(f)); }"
    )
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(900)
    assert stage(page) == 7
    assert page.evaluate("() => window.frames_") < 10  # a move of half a second takes some 30


def test_both_themes_are_drawn(open_page):
    light, dark = (open_page("pipeline?pipe_stage=5", theme=theme) for theme in ("light", "dark"))
    assert picture(light).screenshot() != picture(dark).screenshot()
    colours = [page.locator(".sentence").evaluate("e => getComputedStyle(e).color") for page in (light, dark)]
    assert colours == ["rgb(28, 32, 38)", "rgb(233, 235, 239)"]


def test_the_theme_can_change_while_a_person_looks(open_page):
    page = open_page("pipeline?pipe_stage=5")
    before = picture(page).screenshot()
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1200)
    assert picture(page).screenshot() != before
    assert page.locator(".sentence").evaluate("e => getComputedStyle(e).color") == "rgb(233, 235, 239)"


def test_a_resize_lays_out_anew(open_page):
    page = open_page("pipeline?pipe_stage=5")
    assert page.locator(".picture.phone").count() == 0
    for width in (390, 700, 861, 1024, 1600, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(500)
        assert page.evaluate(SIDEWAYS) <= 0, width
        assert painted(page) > 2000
        box, field = (
            picture(page).bounding_box(),
            page.get_by_role("textbox", name="Sentence", exact=True).bounding_box(),
        )
        beside = box["x"] >= field["x"] + field["width"] and box["y"] < field["y"] + 150
        below = field["y"] > box["y"] + box["height"]
        assert (beside, below) == (width > 860, width <= 860), width
        play = [b for b in page.get_by_role("button", name="Play").all() if b.is_visible()]
        assert len(play) == 1, width
    assert page.locator(".picture.phone").count() == 1


ODD = [
    "",
    "   ",
    "🦁👩‍👩‍👧",
    "שלום עולם",
    "a\x00b",
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked=1'>",
    "x" * 400,
    "a\nb\nc",
]


@pytest.mark.parametrize(("text", "model"), list(zip(ODD, ["minilm", "wordllama", "fresh"] * 3, strict=False)))
def test_any_text_is_shown_and_nothing_runs(open_page, idle, text, model):
    from urllib.parse import quote

    page = open_page(f"pipeline?pipe_model={model}&pipe_text={quote(text)}")
    for step in range(2, 9):
        page.keyboard.press("ArrowRight")
        assert stage(page) == step
    page.wait_for_timeout(750)
    idle(page)
    assert page.evaluate("() => window.hacked") is None
    assert page.locator("[data-testid=stException]").count() == 0
    assert "could not be made" not in page.inner_text("body")


def test_ten_thousand_pasted_characters_are_cut(open_page, idle):
    page = open_page("pipeline")
    box = page.get_by_role("textbox", name="Sentence", exact=True)
    box.fill("hyena " * 1667)
    box.press("Control+Enter")
    expect(page.get_by_text("Cut to the first 400 of 10,002 characters.")).to_be_visible()
    expect(box).to_have_value(("hyena " * 67)[:400])
    assert len(page.url) < 800


def test_a_try_moves_the_picture_even_twice(open_page, idle):
    page = open_page("pipeline")
    for _ in range(2):
        page.get_by_role("button", name="Compare three").click()
        expect(page.get_by_role("slider", name="From text to x")).to_have_attribute("aria-valuenow", "8")
        expect(page.get_by_text("Rows 1, 4 and 9 are one token.")).to_be_visible()
        wait_url(page, "pipe_stage=8")
        idle(page)
        page.keyboard.press("ArrowLeft")
        wait_url(page, "pipe_stage=7")
        idle(page)


def test_the_layer_settings_change_the_layer(open_page, idle):
    page = open_page("pipeline?pipe_model=fresh&pipe_stage=8")
    expect(page.locator(".sentence")).to_contain_text("14 × 64")
    page.get_by_role("button", name="Layer settings").click()
    page.get_by_role("slider", name="Padding rows").press("ArrowRight")
    wait_url(page, "pipe_padding=3")
    expect(page.locator(".sentence")).to_contain_text("15 × 64")


def test_an_exercise_is_checked_and_shows_why(open_page, idle):
    page = open_page("pipeline")
    page.get_by_label("A sentence gives 14 tokens").fill("5376")
    page.get_by_label("A sentence gives 14 tokens").press("Enter")
    page.locator(".st-key-pipeline_exercise_count").get_by_role("button", name="Check").click()
    expect(page.get_by_text("Right. The answer is 5,376.")).to_be_visible()
    with page.expect_popup() as opened:
        page.locator(".st-key-pipeline_exercise_count").get_by_role("link", name="Show me why").click()
    idle(opened.value)
    assert stage(opened.value) == 8
