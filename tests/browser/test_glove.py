"""GloVe as a person uses it: a training played back beside word2vec's, trained live, counts, ratios, weights, seeds."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.lessons import glove as lesson
from embviz.tables import glove_counts, glove_lesson, glove_seeds, glove_training


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


def sides(page):
    """What is read below both clouds."""
    return page.locator(".reading .side").all_inner_texts()


def test_both_are_played_back_by_one_stepper_and_linked(open_page):
    page = open_page("glove?glv_seed=1&glv_other_seed=2")
    made = glove_training.shipped("glove/kingdom-1"), glove_training.shipped("glove/word2vec-2")
    expect(snapshot(page)).to_have_value("24")
    ends = [f"{100 * purity:.1f}%" for each in made for purity in (each.purities[0], each.purities[-1])]
    for share in ends:  # the numbers of the sentence are those of the first and the last snapshot
        expect(page.locator(".st-key-said")).to_contain_text(share)
    for said, share in zip(sides(page), ends[1::2], strict=True):
        assert share in said
    page.evaluate(COUNT_SENT)
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".reading .side").first).to_contain_text(f"epoch {made[0].epochs[4]:.3g}")
    for said, each in zip(sides(page), made, strict=True):
        assert f"epoch {each.epochs[4]:.3g}" in said and f"{100 * each.purities[4]:.1f}% of 5 nearest" in said
        assert f"{each.losses[4]:.3g}" in said
    assert page.evaluate("() => window.sent") == 0
    wait_url(page, "glv_s=4")
    page.goto(page.url.replace("glv_other_seed=2", "glv_other_seed=7"))
    expect(page.get_by_text("Other seeds or settings are chosen than these have")).to_be_visible()
    expect(snapshot(page)).to_have_value("4")


def test_a_word_is_chosen_in_both_by_hand(open_page):
    page = open_page("glove", reduced_motion="reduce")
    found = glove_lesson.course(corpus="kingdom", other_seed=0, fit=-1, pairs="", seed=0)
    box = page.locator(".journey-stage canvas").bounding_box()
    assert box["width"] > 900
    for x in range(60, 420, 20):  # somewhere in the right cloud there is a word
        page.mouse.click(box["x"] + box["width"] / 2 + x, box["y"] + 150)
        page.wait_for_timeout(120)
        if "Nearest" in sides(page)[0]:
            break
    left, right = sides(page)
    word = left.split()[0]
    assert right.split()[0] == word
    row, n = 24 * len(found.words) + found.words.index(word), len(found.words)
    for said, neighbours, cosines in (
        (left, found.neighbours, found.cosines),
        (right, found.other_neighbours, found.other_cosines),
    ):
        near = [found.words[int(i)] for i in neighbours[row]]
        told = ", ".join(f"{w} {c:.2f}" for w, c in zip(near, cosines[row].tolist(), strict=True))
        assert told.replace("-", "−") in said.replace("\n", " ")
    assert n == 281
    wait_url(page, "glv_pick=")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Re-fit the plane here").click()
    wait_url(page, "glv_fit=23")


def test_a_person_trains_both_and_stops_and_goes_on(open_page):
    page = open_page("glove?glv_seed=5&glv_other_seed=6&glv_epochs=10", reduced_motion="reduce")
    expect(page.get_by_text("Other seeds or settings are chosen")).to_be_visible()
    page.get_by_role("button", name="Train both").click()
    expect(page.get_by_text(re.compile(r"Trained in [\d.]+ s at [\d,]+ words a second"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Other seeds or settings are chosen")).to_have_count(0)
    expect(snapshot(page)).to_have_value("24")  # with less motion it is not played but at its end at once
    assert "glv_seed=5" in page.url and "glv_s=" not in page.url
    expect(page.get_by_role("button", name="Go on")).to_have_count(0)

    page.goto(page.url.replace("glv_epochs=10", "glv_epochs=400&glv_corpus=Shakespeare"))
    page.get_by_role("button", name="Train both").click()
    status = page.locator(".st-key-glv_training_status")
    expect(status).to_contain_text(re.compile(r"loss [\d.]+, [\d,]+ words a second"), timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    stopped = page.get_by_text(re.compile(r"Stopped at \d+%"))
    expect(stopped).to_be_visible(timeout=30_000)
    expect(snapshot(page)).to_be_visible()
    share = int(re.search(r"Stopped at (\d+)%", stopped.inner_text())[1])
    page.get_by_role("button", name="Go on").click()
    expect(status).to_contain_text("words a second", timeout=60_000)
    assert int(re.search(r"(\d+)%", status.inner_text())[1]) >= share
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=30_000)


def test_one_that_is_stopped_while_it_counts_says_so(open_page):
    page = open_page("glove?glv_corpus=Shakespeare&glv_epochs=400")
    page.get_by_role("button", name="Train both").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(r"Stopped( at 0%)?\."))).to_be_visible(timeout=15_000)
    expect(page.locator(".reading .side").first).to_contain_text("epoch")
    expect(page.get_by_role("button", name="Train both")).to_be_visible()


def test_counts_and_ratios_are_asked_for(open_page):
    page = open_page("glove?glv_view=Counts")
    found = glove_counts.counts(corpus="kingdom", words=lesson.WORDS.default, window=10)
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
    found = glove_seeds.seeds(pair="word2vec: seeds 0 and 1", coordinate=7, word="monday")
    expect(page.locator(".st-key-said")).to_contain_text(f"{found.overlap.mean():.0%} of the 10 nearest")
    for k, r in enumerate(found.correlation):
        expect(page.locator(".js-plotly-plot").nth(k)).to_contain_text(f"r = {r:.2f}".replace("-", "−"))
    expect(page.get_by_text(f"Nearest to “monday”: {', '.join(found.near[0])}")).to_be_visible()
