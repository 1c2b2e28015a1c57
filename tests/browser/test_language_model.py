"""The lesson on the language model as a person uses it."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute import runs
from embviz.tables import language_model as shown

FACTS = runs.facts("language/rotary")
PICTURES = {  # what stands in each picture
    "Table": ".st-key-lm_picture canvas",
    "Loss": ".st-key-lm_loss .main-svg",
    "Norms": ".st-key-lm_picture_norms canvas",
    "Positions": ".st-key-lm_picture_positions canvas",
    "Gradients": ".st-key-lm_gradients .main-svg",
    "Train": ".st-key-lm_live .main-svg",
}


def said(page):
    return page.locator(".st-key-said")


def panel(page):
    """The step that the panel beside the table names, and the text in it."""
    step = int(page.locator(".panel .head b").inner_text().removeprefix("Step ").replace(",", ""))
    return step, page.locator(".panel .text").text_content()


def shows(page, s):
    """The panel and the picture show snapshot s, with what the run wrote then."""
    step = FACTS["snapshots"]["step"][s]
    expect(page.locator(".panel .head b")).to_have_text(f"Step {step:,}")
    assert panel(page) == (step, FACTS["texts"][s])
    share = shown.rows(run="rotary", common=True).purity[s, 1].item()
    reading = re.search(r"([\d.]+) ?% of the five nearest", page.locator(".picture .reading").inner_text())
    assert float(reading[1]) == pytest.approx(100 * share, abs=0.6)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("language_model", theme=theme, **SIZES[size])
    shows(page, 15)
    expect(said(page)).to_contain_text("29% were of its kind at first, 90% at the end")
    for view, place in PICTURES.items():
        page.locator(".st-key-lm_view").get_by_text(view, exact=True).click()
        picture = page.locator(place).first
        picture.wait_for()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        box = picture.bounding_box()
        assert box["y"] + min(box["height"], 300) <= SIZES[size]["height"]
        if size == "wide":
            bottom = max(
                b["y"] + b["height"] for b in (e.bounding_box() for e in page.locator("canvas, .main-svg").all())
            )
            assert bottom <= 650
            assert page.get_by_role("button", name="Go back to noise").bounding_box()["y"] < 690


def test_keys_and_the_curve_move_the_snapshot_and_the_text_follows(open_page):
    page = open_page("language_model")
    shows(page, 15)
    page.keyboard.press("ArrowLeft")
    shows(page, 14)
    wait_url(page, "lm_s=14")
    page.evaluate(COUNT_SENT)
    box = page.locator(".panel canvas").bounding_box()
    y = box["y"] + 80
    page.mouse.move(box["x"] + box["width"] - 20, y)
    page.mouse.down()
    seen = set()
    for k in range(20):
        page.mouse.move(box["x"] + box["width"] - 20 - 16 * k, y)
        seen.add(panel(page))
    assert len(seen) > 9 and page.evaluate("() => window.sent") == 0
    assert seen <= set(zip(FACTS["snapshots"]["step"], FACTS["texts"], strict=True))
    step, _ = panel(page)
    page.mouse.up()
    wait_url(page, f"lm_s={FACTS['snapshots']['step'].index(step)}")


def test_a_token_names_its_nearest(open_page):
    found = shown.rows(run="rotary", common=True)
    n = len(found.words)
    pick = found.words.index("E")
    page = open_page(f"language_model?lm_pick={pick}")
    near = [found.words[int(j)] for j in found.neighbours[15 * n + pick]]
    assert near[:2] != ["e", "e"]
    reading = page.locator(".picture .reading").inner_text()
    for word, cosine in zip(near, found.cosines[15 * n + pick].tolist(), strict=True):
        assert f"{word} {cosine:.2f}".replace("-", "\u2212") in reading
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Plane of this step").click()
    wait_url(page, "lm_fit=14")
    expect(page.get_by_role("button", name="Plane of the end")).to_be_visible()


def test_norms_follow_the_slider_and_the_pointer_reads_a_row(open_page):
    found = shown.norms(run="untied")
    page = open_page("language_model?lm_view=Norms&lm_run=rotary,+untied")
    reading = page.locator(".reading")

    def medians(s):
        rare, common = (f"{getattr(found, name)[s].item():.2f}" for name in ("rare", "common"))
        expect(reading).to_contain_text(f"Step {found.steps[s]:,}")
        expect(reading).to_contain_text(f"rarest tenth {rare}, commonest tenth {common}")

    medians(15)
    page.evaluate(COUNT_SENT)
    slider = page.get_by_role("slider", name="Snapshot")
    slider.focus()
    page.keyboard.press("Home")
    medians(0)
    for s in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        medians(s)
    wait_url(page, "lm_s=3")
    box = page.locator(".st-key-lm_picture_norms canvas").first.bounding_box()
    page.mouse.move(box["x"] + 64, box["y"] + box["height"] - 62)  # never met, at the length it was drawn with
    expect(reading).to_contain_text("met 0 times, row of length 0.")


def test_positions_read_a_cell(open_page):
    found = shown.positions()
    page = open_page("language_model?lm_view=Positions&lm_s=12")
    reading = page.locator(".reading")
    expect(reading).to_contain_text(f"cosine {found.distances[12, 1].item():.3f} one place apart")
    box = page.locator(".st-key-lm_picture_positions canvas").bounding_box()
    page.mouse.move(box["x"] + 44 + 316 + 66 + 100, box["y"] + 32 + 40)
    i, j, value = re.search(r"cos\(row (\d+), row (\d+)\) = (\S+)", reading.inner_text()).groups()
    n = found.n
    told = float(value.replace("\u2212", "-"))
    assert told == pytest.approx(found.cosines[12 * n + int(i), int(j)].item(), abs=6e-4) and i != j


def test_a_link_restores_the_state(open_page):
    page = open_page("language_model?lm_view=Loss&lm_compare=characters,+pieces&lm_from=192")
    last = shown.losses(compare="texts").last
    expect(said(page)).to_contain_text(f"characters {last[0].item():.3f}")
    page = open_page("language_model?lm_view=Train&lm_position=ALiBi&lm_width=32&lm_head=untied&lm_seed=7&lm_steps=300")
    expect(said(page)).to_contain_text("Its table and its head hold")
    expect(page.locator(".st-key-lm_status")).to_contain_text("460,800 tokens in 300 steps")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("slider", name="Seed")).to_have_value("7")


def share(words):
    return int(re.search(r"(\d+)%", words)[1])


def test_a_training_is_stopped_goes_on_where_it_was_and_begins_anew(open_page, idle):
    page = open_page("language_model?lm_view=Train&lm_width=32&lm_layers=3&lm_steps=600")
    go_on = page.get_by_role("button", name="Go on")
    expect(go_on).to_be_disabled()
    page.get_by_role("button", name="Train", exact=True).click()
    status = page.locator(".st-key-lm_status")
    expect(status).to_contain_text("tokens a second", timeout=90_000)
    expect(page.locator(".st-key-lm_live")).to_contain_text("yours")
    expect(page.locator(".panel .head b")).to_contain_text("Step")
    page.get_by_role("button", name="Stop").click()
    expect(status).to_contain_text("Stopped at", timeout=15_000)
    idle(page)
    at = share(status.inner_text())
    assert at < 100
    expect(page.locator(".st-key-lm_live")).to_contain_text("yours")
    expect(go_on).to_be_enabled()
    go_on.click()
    expect(status).to_contain_text("tokens a second", timeout=30_000)
    assert share(status.inner_text()) >= at
    expect(go_on).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(status).to_contain_text("Stopped at", timeout=15_000)
    assert share(status.inner_text()) >= at
    page.get_by_role("button", name="Train", exact=True).click()  # anew
    expect(status).to_contain_text(re.compile("Starting|^ *[0-9]%"), timeout=30_000)
    page.get_by_role("button", name="Stop").click()


def test_what_is_left_of_glove_is_shown_from_a_shipped_run(open_page):
    found = shown.warm()
    page = open_page("language_model")
    page.get_by_role("button", name="Start words from glove").click()
    cosines = [f"{found.kept[k, 0, -1].item():.2f}" for k in (0, 1)]
    expect(said(page)).to_contain_text(f"{found.rows} rows start from glove. Of that a cosine of {cosines[0]}")
    for name, cosine in zip(found.names, cosines, strict=True):
        expect(page.locator(".st-key-lm_kept")).to_contain_text(f"{name}  {cosine}")
    expect(page.locator(".st-key-lm_warm_loss")).to_contain_text(f"{found.last[0].item():.3f}")
    page = open_page("language_model?lm_run=pieces,+from+glove")
    expect(page.get_by_text(f"their mean cosine with where they began ends at {cosines[0]}")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_space_plays_and_halts(open_page, size):
    page = open_page("language_model?lm_s=2", **SIZES[size])
    slider = page.get_by_role("slider", name="Snapshot")
    expect(slider).to_have_value("2")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_have_count(1)
    page.wait_for_timeout(600)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_have_count(1)
    halted = slider.input_value()
    page.wait_for_timeout(800)
    assert slider.input_value() == halted and 2 < int(halted) < 15
    page.keyboard.press(" ")
    expect(slider).to_have_value("15", timeout=9000)


def test_on_a_phone_the_stepper_stands_at_the_picture(open_page):
    page = open_page("language_model", **SIZES["phone"])
    slider = page.get_by_role("slider", name="Snapshot")
    expect(slider).to_have_count(1)
    places = [
        page.locator(place).bounding_box() for place in (".journey-stage canvas", "[type=range]:visible", ".panel")
    ]
    tops = [box["y"] for box in places]
    assert tops == sorted(tops) and tops[1] - (tops[0] + places[0]["height"]) < 160
    play = page.get_by_role("button", name="Play")
    expect(play).to_have_count(1)
    assert play.bounding_box()["y"] + play.bounding_box()["height"] < SIZES["phone"]["height"]
    slider.press("ArrowLeft")
    shows(page, 14)


def test_a_word_without_a_row_is_named(open_page):
    page = open_page("language_model?lm_view=Train&lm_units=512+pieces&lm_warm=xyzzy")
    expect(page.locator(".st-key-failure")).to_contain_text("“xyzzy” is no piece that is a word of glove")
    page.get_by_role("button", name="Start again").click()
    expect(page.locator(".panel .head b")).to_have_text("Step 1,200")
