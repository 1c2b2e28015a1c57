"""GloVe as a person uses it: a training played back beside word2vec's, trained live, counts, ratios, weights, seeds."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.lessons import glove as lesson
from embviz.tables import glove_lesson


def snapshot(page):
    return page.get_by_role("slider", name="Snapshot")


def view(page, name):
    page.locator(".st-key-glv_view").get_by_text(name, exact=True).click()


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_view_fits(open_page, idle, size, theme):
    page = open_page("glove", theme=theme, **SIZES[size])
    for name in lesson.VIEW.options:
        view(page, name)
        idle(page)
        expect(page.locator("canvas, .js-plotly-plot").first).to_be_visible()
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        if size == "wide":
            assert page.locator(".st-key-tries").bounding_box()["y"] < 660


def test_a_training_is_played_back_beside_the_other_method_and_linked(open_page):
    page = open_page("glove?glv_seed=1")
    made = glove_lesson.shipped("glove/kingdom-1")
    expect(snapshot(page)).to_have_value("12")
    expect(page.locator(".reading")).to_contain_text(f"{100 * made.purities[-1]:.1f}%")
    expect(page.get_by_text("seed 1, 25 epochs")).to_be_visible()
    page.evaluate(COUNT_SENT)
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".reading")).to_contain_text(f"epoch {made.epochs[4]:.3g}")
    expect(page.locator(".reading")).to_contain_text(f"{100 * made.purities[4]:.1f}%")
    assert page.evaluate("() => window.sent") == 0
    wait_url(page, "glv_s=4")
    page.goto(page.url + "&glv_method=word2vec")
    expect(page.get_by_text("A shipped training by word2vec")).to_be_visible()
    expect(snapshot(page)).to_have_value("4")
    expect(page.get_by_role("button", name="Train it yourself")).to_have_count(0)


def test_a_person_trains_it_and_stops_it(open_page):
    page = open_page("glove?glv_seed=5&glv_epochs=10", reduced_motion="reduce")
    expect(page.get_by_text("It has other settings than those chosen")).to_be_visible()
    page.get_by_role("button", name="Train it yourself").click()
    expect(page.get_by_text(re.compile(r"Trained in [\d.]+ s at [\d,]+ words a second"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("It has other settings than those chosen")).to_have_count(0)
    expect(snapshot(page)).to_have_value("24")  # with less motion it is not played but at its end at once
    assert "glv_seed=5" in page.url and "glv_s=" not in page.url

    page.goto(page.url.replace("glv_epochs=10", "glv_epochs=400&glv_corpus=Shakespeare"))
    page.get_by_role("button", name="Train it yourself").click()
    status = page.locator(".st-key-glv_training_status")
    expect(status).to_contain_text(re.compile(r"loss [\d.]+, [\d,]+ words a second"), timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(r"Stopped at \d+%"))).to_be_visible(timeout=30_000)
    expect(snapshot(page)).to_be_visible()


def test_counts_and_ratios_are_asked_for(open_page):
    page = open_page("glove?glv_view=Counts")
    found = glove_lesson.counts(corpus="kingdom", words=lesson.WORDS.default, window=10)
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    row, column, n = found.words.index("king"), found.words.index("palace"), len(found.words)
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / n, box["y"] + (row + 0.5) * box["height"] / n)
    expect(page.locator(".hoverlayer")).to_contain_text(f"X[king, palace] = {found.values[row, column]:.4g}")
    words = page.get_by_label("Words", exact=True)
    words.fill("king throne qqqq")
    words.press("Enter")
    expect(page.get_by_text("Not among the words here: qqqq.")).to_be_visible()
    expect(page.locator(".js-plotly-plot", has_text="throne")).to_be_visible()
    wait_url(page, "glv_words=king")
    page.get_by_role("button", name="Tell a king from a man").click()
    expect(page.get_by_text("“henry” speaks for “king”")).to_be_visible()
    expect(page.locator(".js-plotly-plot", has_text="henry")).to_contain_text("132")
    two = page.get_by_label("Two words", exact=True)
    two.fill("king")
    two.press("Enter")
    expect(page.get_by_text("two words of this corpus are compared")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator(".journey-stage canvas")).to_be_visible()


def test_seeds_say_what_they_share(open_page):
    page = open_page("glove?glv_view=Seeds&glv_agree=word2vec%3A+seeds+0+and+1&glv_axis=7&glv_word=monday")
    found = glove_lesson.seeds(pair="word2vec: seeds 0 and 1", coordinate=7, word="monday")
    expect(page.locator(".st-key-said")).to_contain_text(f"{found.overlap.mean():.0%} of the 10 nearest")
    for k, r in enumerate(found.correlation):
        expect(page.locator(".js-plotly-plot").nth(k)).to_contain_text(f"r = {r:.2f}".replace("-", "−"))
    expect(page.get_by_text(f"Nearest to “monday”: {', '.join(found.near[0])}")).to_be_visible()
