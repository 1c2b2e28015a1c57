"""The lesson on analogies as a person uses it."""

from functools import cache

import pytest
from acts import SIDEWAYS, SIZES
from playwright.sync_api import expect

from embviz.tables import analogies


@cache
def ranked(**asked):
    return analogies.rankings(**asked)


def said(page):
    return page.locator(".st-key-said").inner_text().replace("\u2212", "-")


def drawn(page, key):
    """The texts of a chart, as they stand in it."""
    return page.locator(f".st-key-{key} .textpoint text").all_text_contents()


def test_the_ranking_is_there_at_once_and_follows_the_words(open_page, idle):
    page = open_page("analogies")
    made = ranked(table="glove", a="man", b="king", c="woman")
    assert f"{made.columns[0][0]} itself is first ({made.scores[0, 0]:.3f})" in said(page)
    assert f"{made.answer} ({made.scores[1, 0]:.3f})" in said(page)
    texts = drawn(page, "ana_ranked")
    for words, scores in zip(made.columns[:2], made.scores, strict=False):
        assert set(words) <= set(texts) and {f"{score:.3f}" for score in scores.tolist()} <= set(texts)
    box = page.locator(".st-key-ana_ranked .js-plotly-plot").bounding_box()
    assert box["y"] + box["height"] <= 645
    page.locator(".st-key-ana_b input").fill("doctor")
    page.locator(".st-key-ana_b input").press("Enter")
    expect(page.locator(".st-key-said")).to_contain_text("nurse")
    idle(page)
    assert "ana_b=doctor" in page.url
    page.reload()
    idle(page)
    assert "doctor itself is first" in said(page) and "nurse" in drawn(page, "ana_ranked")


def test_a_word_that_is_not_there_is_named_and_the_way_back_works(open_page, idle):
    page = open_page("analogies?ana_b=kingg")
    failure = page.locator(".st-key-failure")
    expect(failure).to_contain_text("glove has no word “kingg”; the nearest spellings are king")
    failure.get_by_role("button").click()
    expect(page.locator(".st-key-said")).to_contain_text("queen")
    idle(page)
    assert "ana_b" not in page.url


def test_a_try_and_the_parallelogram(open_page, idle):
    page = open_page("analogies", theme="dark")
    page.get_by_role("button", name="No queen in wordllama").click()
    expect(page.locator(".st-key-said")).to_contain_text("lady")
    idle(page)
    page.get_by_role("radio", name="Parallelogram").click()
    expect(page.locator(".st-key-ana_plane_chart")).to_be_visible()
    idle(page)
    made = analogies.parallelogram(table="wordllama", a="man", b="king", c="woman")
    assert f"{made.angle:.1f}°" in said(page) and f"{made.angle_in_plane:.1f}°" in said(page)
    assert {"king − man + woman", "lady"} <= set(drawn(page, "ana_plane_chart"))
    note = page.locator("[data-testid=stCaptionContainer]").filter(has_text="four words").inner_text()
    assert f"{made.off[4]:.3f}" in note and f"{made.shares.sum():.1%}" in note


def test_scores_can_be_computed_again_and_stopped(open_page, idle):
    page = open_page("analogies?ana_view=Scores&ana_table=minilm")  # the widest table takes longest
    page.get_by_role("button", name="Compute it again").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=60_000)
    idle(page)
    assert page.locator("[data-testid=stCaptionContainer]").filter(has_text="computed again").count() == 0


@pytest.mark.parametrize("view", ["Ranking", "Scores"])
def test_a_phone_shows_the_picture_first_and_nothing_sideways(open_page, view):
    page = open_page(f"analogies?ana_view={view}", **SIZES["phone"])
    assert page.evaluate(SIDEWAYS) <= 0
    chart = page.locator(".js-plotly-plot").first.bounding_box()
    assert chart["y"] < 320 and chart["x"] >= 0 and chart["x"] + chart["width"] <= 390
    box = page.get_by_role("combobox").first.bounding_box()
    assert box["y"] > chart["y"] + chart["height"]
