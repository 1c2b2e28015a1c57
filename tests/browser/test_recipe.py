"""The recipe as a person uses it."""

import pytest
from acts import LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.tables import recipe

SHOWN = {  # what stands first in each picture, and last
    "Grid": (".st-key-rcp_steps .main-svg", ".st-key-rcp_norms .main-svg"),
    "Tied": (".st-key-rcp_parameters .main-svg", ".st-key-rcp_trade .main-svg"),
    "Length": (".st-key-rcp_lengths .main-svg", ".st-key-rcp_positions .main-svg"),
    "Curriculum": (".st-key-rcp_curriculum .main-svg", ".st-key-rcp_time .main-svg"),
    "Sheets": (".st-key-rcp_table table", ".st-key-rcp_table table"),
}


def said(page):
    return page.locator(".st-key-said")


def expected(factor):
    """The part of the sentence above the grid that is about each level."""
    words = {"lower": "{label} ends {by} lower", "higher": "{label} ends {by} higher"}
    found = recipe.grid(factor=factor).differences
    return [
        words[each["verdict"]].format(label=each["label"], by=f"{abs(each['mean']):.3f}")
        if each["verdict"] != "same"
        else each["label"]
        for each in found
    ]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("recipe", theme=theme, **SIZES[size])
    for view, (first, last) in SHOWN.items():
        page.locator(".st-key-rcp_view").get_by_text(view, exact=True).click()
        page.locator(last).first.wait_for()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        box = page.locator(first).first.bounding_box()
        assert box["y"] + min(box["height"], 300) <= SIZES[size]["height"]
        if size == "wide":
            bottom = max(
                b["y"] + b["height"] for b in (e.bounding_box() for e in page.locator(".js-plotly-plot, table").all())
            )
            assert bottom <= 650
            assert page.get_by_role("button", name="The sheet for 131,072").bounding_box()["y"] < 690
        if view != "Grid":
            wait_url(page, f"rcp_view={view}")


def test_a_factor_is_told_by_its_runs_and_a_head_by_its_parameters(open_page, idle):
    page = open_page("recipe")
    for part in expected("table_rate"):
        expect(said(page)).to_contain_text(part)
    page.get_by_role("combobox", name="What is changed").click()
    page.get_by_role("option", name="initial spread", exact=True).click()
    wait_url(page, "rcp_factor=initial+spread")
    for part in expected("spread"):
        expect(said(page)).to_contain_text(part)
    idle(page)
    found = recipe.grid(factor="spread").differences[0]
    margin = f"{found['mean']:+.3f} ± {found['margin']:.3f}".replace("-", "\u2212")
    expect(page.locator(".st-key-rcp_final .annotation-text").get_by_text(margin)).to_be_visible()
    page.locator(".st-key-rcp_view").get_by_text("Tied", exact=True).click()
    page.get_by_role("slider", name="Count for a vocabulary of").focus()
    page.keyboard.press("End")
    wait_url(page, "rcp_vocabulary=8192")
    for total in recipe.counted(factor="head", vocabulary=8192).sum(dim=1).tolist():
        expect(page.locator(".st-key-rcp_parameters").get_by_text(f"{int(total):,}")).to_be_visible()


def test_a_link_restores_the_state(open_page):
    page = open_page("recipe?rcp_factor=warm-up&rcp_curve=difference")
    expect(page.get_by_role("combobox", name="What is changed")).to_have_value("warm-up")
    expect(page.locator(".st-key-rcp_steps").get_by_text("loss minus that of on")).to_be_visible()
    page = open_page("recipe?rcp_view=Length&rcp_shown=scalings+of+rotary&rcp_part=its+last+64+tokens&rcp_times=4")
    found = recipe.lengths(shown="scalings", part="last", times=4)
    expect(said(page)).to_contain_text(f"{found.lowest} ends lowest")
    expect(page.get_by_role("figure", name="Loss by position in texts of 256 tokens")).to_be_visible()


def test_the_sheet_follows_the_keys_and_its_verdicts_open_the_runs(open_page, idle):
    page = open_page("recipe?rcp_view=Sheets", **SIZES["phone"])
    near, far = (recipe.sheet(length=length) for length in recipe.SHEETS)
    rows = page.locator("table tr")
    assert rows.count() == 1 + len(near.rows)
    expect(said(page)).to_contain_text(f"support {near.supported}, see no difference in {near.no_difference}")
    page.get_by_role("slider", name="Sheet for so many tokens").focus()
    page.keyboard.press("ArrowRight")
    wait_url(page, "rcp_target=131072")
    expect(said(page)).to_contain_text(f"131,072 tokens: of {len(far.rows)} choices our runs support {far.supported}")
    idle(page)
    verdicts = page.locator("table td:nth-child(3) a")
    assert [each.inner_text() for each in verdicts.all()] == [row["verdict"] for row in far.rows]
    links = page.locator("table td:nth-child(4) a")
    assert links.count() == sum(len(row["evidence"]) for row in far.rows)
    assert {each.get_attribute("href").partition("?")[0] for each in links.all()} == {"recipe", "long_context"}
    box = page.locator(".st-key-rcp_table")
    assert box.evaluate("e => e.scrollWidth > e.clientWidth") and page.evaluate(SIDEWAYS) <= 0
    assert page.locator("table td").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 14
    addresses = [
        rows.filter(has_text=name).locator("td:nth-child(3) a").get_attribute("href")
        for name in ("initial spread", "positions")
    ]
    page = open_page(addresses[0])
    expect(page.get_by_role("combobox", name="What is changed")).to_have_value("initial spread")
    expect(page.locator(".st-key-rcp_steps").get_by_text("loss minus that of 0.02")).to_be_visible()
    page = open_page(addresses[1])  # in another lesson
    expect(page.locator(".st-key-lng_measured .main-svg").first).to_be_visible()
