"""Home, the menu, and the first visit to a fresh server."""

import chromium
import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_home_plays_once_and_leads_on(open_page, idle, width, theme):
    page = open_page("", width=width, height=800, theme=theme)
    track = page.get_by_role("slider", name="From text to x")
    expect(track).to_have_attribute("aria-valuenow", "2", timeout=8_000)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("link", name="Type your own sentence").click()
    page.wait_for_url("**/pipeline")
    idle(page)
    expect(page.get_by_role("textbox", name="Sentence", exact=True)).to_be_visible()
    expect(track).to_have_attribute("aria-valuenow", "1")


def test_home_stands_still_for_less_motion(open_page):
    page = open_page("", reduced_motion="reduce")
    expect(page.get_by_role("slider", name="From text to x")).to_have_attribute("aria-valuenow", "8")


def test_the_footer_names_the_device(open_page):
    page = open_page("")
    expect(page.get_by_text("Numbers by torch on")).to_be_visible(timeout=30_000)


def test_a_state_left_is_not_carried_to_the_next_visit(open_page, idle):
    page = open_page("pipeline?pipe_stage=5")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.href.includes('pipe_stage=6')")
    page.get_by_role("link", name="embviz").first.click()
    page.wait_for_function("() => !location.href.includes('pipeline')")
    idle(page)
    page.get_by_role("link", name="Type your own sentence").click()
    page.wait_for_url("**/pipeline*")
    idle(page)
    stage = page.get_by_role("slider", name="From text to x").get_attribute("aria-valuenow")
    assert ("pipe_stage=6" in page.url) == (stage == "6"), (page.url, stage)


def test_the_first_address_of_a_fresh_server_may_be_a_lesson(browser):
    with chromium.served() as (address, _):
        page = browser.new_page()
        page.goto(f"{address}/pipeline?pipe_stage=6")
        expect(page.get_by_role("slider", name="From text to x")).to_have_attribute(
            "aria-valuenow", "6", timeout=30_000
        )
        expect(page.get_by_role("link", name="embviz")).to_be_visible()
        assert page.get_by_text("app", exact=True).count() == 0
        page.close()
