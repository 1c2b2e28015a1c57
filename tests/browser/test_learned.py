"""The lesson on learned tables as a person uses it."""

import re

import pytest
import torch
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute.learned import cosines, three
from embviz.tables import learned

VIEWS = ("Tables", "Similarity", "Norms", "Spectrum", "Path", "Past the end")
WIDE = 271  # a panel, at 1280 px
PANELS = tuple(46 + k * (WIDE + 46) + WIDE / 2 for k in range(3))  # the middle of each
CELL = r"P\[(\d+), (\d+)\] = (\S+) learned, (\S+) sinusoidal, (\S+) random"


def said(page):
    return page.locator(".reading").inner_text().replace("\n", " ").replace("\u2212", "-")


def numbers(page, pattern):
    """What the line under the picture says, by a pattern with a group for each number."""
    found = re.search(pattern, said(page))
    assert found, said(page)
    return [float(group.replace(",", "")) for group in found.groups()]


def true_cell(page, seed=0):
    """The position and dimension that the picture reads, after comparing its three numbers with the tables."""
    p, j, *values = numbers(page, CELL)
    for value, table in zip(values, three(learned.trained(), seed=seed), strict=True):
        assert value == pytest.approx(table[int(p), int(j)].item(), rel=0.006, abs=1e-6)
    return p, j


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("learned", theme=theme, **SIZES[size])
    assert true_cell(page) == (23, 99)
    for view in VIEWS:
        page.locator(".st-key-lrn_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        shown = page.locator(".js-plotly-plot" if view == "Norms" else "canvas").first
        expect(shown).to_be_visible()
        box = shown.bounding_box()
        assert box["y"] + box["height"] <= SIZES[size]["height"] - 30
        if size == "wide":
            chip = page.locator(".st-key-tries button").first.bounding_box()
            assert chip["y"] + chip["height"] <= 680
        if view != "Tables":
            wait_url(page, f"lrn_view={view.replace(' ', '+')}")


def test_keys_move_the_cursor_and_the_address_follows(open_page):
    page = open_page("learned")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert true_cell(page) == (25, 98)
    wait_url(page, "lrn_p=25")
    wait_url(page, "lrn_j=98")
    page.locator("canvas").focus()
    page.keyboard.press("ArrowUp")
    assert true_cell(page) == (24, 98)
    page.get_by_role("slider", name="Position p").focus()
    page.keyboard.press("End")
    assert true_cell(page) == (511, 98)
    wait_url(page, "lrn_p=511")


@pytest.mark.parametrize("panel", [0, 2])
def test_a_drag_in_any_table_follows_the_hand_without_the_server(open_page, panel):
    page = open_page("learned?lrn_seed=3")
    page.evaluate(COUNT_SENT)
    box = page.locator("canvas").bounding_box()
    x, y = box["x"] + PANELS[panel] - 100, box["y"] + 40
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for k in range(20):
        page.mouse.move(x + 9 * k, y + 8 * k)
        seen.add(true_cell(page, seed=3))
    assert len(seen) > 15 and page.evaluate("() => window.sent") == 0
    p, _ = true_cell(page, seed=3)
    assert p == pytest.approx((8 * 19 + 10) / 234 * 512, abs=2)
    page.mouse.up()
    wait_url(page, f"lrn_p={p:.0f}")
    assert page.evaluate("() => window.sent") == 1


def test_columns_stand_where_their_order_puts_them(open_page):
    page = open_page("learned")
    box = page.locator("canvas").bounding_box()

    def columns():
        found = []
        for middle in PANELS:
            page.mouse.move(box["x"] + middle, box["y"] + 60)
            found.append(true_cell(page)[1])
        return found

    by_wave = learned.tables(seed=0, by_wave=True).dims
    assert all(j in by_wave[i, 190:195] for i, j in enumerate(columns()))
    page.mouse.move(5, 5)
    assert true_cell(page) == (23, 99) and "lrn_p" not in page.url
    page = open_page("learned?lrn_order=as%20stored")
    assert columns() == pytest.approx([192] * 3, abs=2)


@pytest.mark.parametrize(("n", "step"), [(64, 1), (512, 2)])
def test_similarity_reads_the_cosines_of_the_positions(open_page, n, step):
    page = open_page(f"learned?lrn_view=Similarity&lrn_n={n}&lrn_p=31&lrn_q=36")
    p, q, *values = numbers(page, r"cos\((\d+), (\d+)\) = (\S+) learned, (\S+) sinusoidal, (\S+) random")
    assert (p, q) == (31 // step * step, 36)
    wanted = [cosines(table)[int(p), int(q)].item() for table in three(learned.trained(), seed=0)]
    assert values == pytest.approx(wanted, abs=6e-4)
    distance, *means = numbers(page, r"mean at distance (\d+): (\S+), (\S+), (\S+)$")
    assert distance == q - p
    assert means == pytest.approx(learned.similarity(seed=0, n=n).lines[:, int(distance)].tolist(), abs=6e-3)
    page.keyboard.press("ArrowRight")
    wait_url(page, "lrn_q=37")


def test_the_spectrum_adds_up_the_waves_to_the_cursor(open_page):
    page = open_page("learned?lrn_view=Spectrum&lrn_k=92")
    lines = learned.spectra(seed=0).lines

    def true_parts():
        k, *parts = numbers(page, r"up to (\d+) turns?: (\d+)% learned, (\d+)% sinusoidal, (\d+)% random")
        assert parts == pytest.approx((100 * lines[:, : int(k)].sum(dim=1)).tolist(), abs=0.51)
        return k

    assert true_parts() == 92
    box = page.locator("canvas").bounding_box()
    left = box["x"] + PANELS[0] - WIDE / 2
    octaves = torch.log2(torch.tensor(2 * 256 * 257).sqrt())  # of the axis, from 1 / √2 to √(256 · 257)
    for turns in (1, 3, 30, 200):
        x = left + WIDE * (torch.log2(torch.tensor(turns * 2**0.5)) / octaves).item()
        page.mouse.move(x, box["y"] + 100)
        assert true_parts() == pytest.approx(turns, rel=0.03, abs=0.01)
    page.mouse.click(left + 3, box["y"] + 340)  # the line below takes a hand too
    wait_url(page, "lrn_k=1")


def test_the_path_is_walked_by_keys_hand_and_play(open_page):
    page = open_page("learned?lrn_view=Path&lrn_p=200")
    turns = learned.path(seed=0).turns

    def component():
        c, *times = numbers(page, r"component (\d+)’s strongest wave: (\d+) learned, (\d+) sinusoidal, (\d+) random")
        assert times == turns[:, int(c) - 1].tolist()
        return c

    assert numbers(page, r"row (\d+)") == [200] and component() == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert numbers(page, r"row (\d+)") == [201] and component() == 2
    wait_url(page, "lrn_c=2")
    page.keyboard.press("Shift+ArrowLeft")
    box = page.locator("canvas").bounding_box()
    found = learned.path(seed=0)
    scale = (WIDE / 2 - 14) / found.sinusoidal[:, :2].abs().max().item()
    x, y = (found.sinusoidal[300, :2] * scale).tolist()
    page.mouse.click(box["x"] + PANELS[1] + x, box["y"] + 30 + 165 - y)
    assert numbers(page, r"row (\d+)")[0] == pytest.approx(300, abs=2)
    page.mouse.click(box["x"] + PANELS[1], box["y"] + 60)  # far from the path
    assert numbers(page, r"row (\d+)")[0] == pytest.approx(300, abs=2)
    page.locator("canvas").focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(500)
    page.keyboard.press("Space")
    (p,) = numbers(page, r"row (\d+)")
    assert 303 < p < 511
    wait_url(page, f"lrn_p={p:.0f}")


def test_past_the_end_each_table_says_what_it_has(open_page, idle):
    page = open_page("learned?lrn_view=Past%20the%20end")
    expect(page.locator(".st-key-said")).to_contain_text("Asked for 1,024 rows, the learned layer refuses")
    assert "position 700: no learned row" in said(page)
    first, low, second, high = numbers(page, r"stretched: (\S+) × row (\d+) \+ (\S+) × row (\d+)")
    place = 700 * 511 / 1023
    assert (low, high) == (349, 350) and second == pytest.approx(place - 349, abs=0.006)
    assert first + second == pytest.approx(1, abs=0.011)
    expect(page.locator("canvas")).to_have_attribute(
        "aria-label", re.compile("ends after 512 rows.*393,216 parameters")
    )
    page.evaluate(COUNT_SENT)
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 4 + 636 * 0.25, box["y"] + 150)
    assert "learned has a row" in said(page) and numbers(page, r"position (\d+)")[0] == pytest.approx(256, abs=2)
    assert page.evaluate("() => window.sent") == 0
    page.get_by_role("slider", name="Positions asked for T").press("End")
    wait_url(page, "lrn_length=4096")
    idle(page)
    expect(page.locator(".st-key-said")).to_contain_text("0.851 to 0.998")
    page.get_by_role("slider", name="Position m").press("End")
    assert "position 4,095: no learned row" in said(page) and "old row 511" in said(page)


def test_on_a_phone_the_layer_speaks_below_the_picture(open_page):
    page = open_page("learned?lrn_view=Past%20the%20end", **SIZES["phone"])
    assert learned.past(length=1024).error in said(page)
    box = page.locator("canvas").bounding_box()
    page.touchscreen.tap(box["x"] + 40, box["y"] + 120)
    wait_url(page, "lrn_m=")
    assert "learned has a row" in said(page) and "The layer" not in said(page)


def test_norms_show_what_stands_apart(open_page, idle):
    page = open_page("learned?lrn_view=Norms")
    expect(page.locator(".st-key-said")).to_contain_text("2.36 at row 0, 0.689 at row 127 and 0.970 at row 511")
    chart = page.locator(".js-plotly-plot")
    expect(chart).to_contain_text("row 127: 0.689")
    expect(chart).to_contain_text("rows 128–509")
    page.get_by_role("combobox", name="Measure of a row").click()
    page.get_by_role("option", name="cosine with the next").click()
    idle(page)
    expect(page.locator(".st-key-said")).to_contain_text("0.439 at row 126")
    expect(page.locator(".js-plotly-plot")).to_contain_text("row 510: 0.516")
    wait_url(page, "lrn_measure=cosine")


def test_a_link_restores_the_state(open_page):
    page = open_page("learned?lrn_order=as%20stored&lrn_seed=41&lrn_p=0&lrn_j=267")
    assert true_cell(page, seed=41) == (0, 267)
    expect(page.get_by_role("combobox", name="Order of the columns")).to_have_value("as stored")
    page = open_page("learned?lrn_view=Path&lrn_p=77&lrn_c=9&lrn_seed=5")
    assert "row 77" in said(page) and "component 9’s" in said(page)
    page = open_page("learned?lrn_view=Past%20the%20end&lrn_length=2048&lrn_m=2000")
    assert "position 2,000" in said(page)


def test_less_motion_jumps_to_the_end(open_page):
    page = open_page("learned", reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert true_cell(page) == (511, 99)


@pytest.mark.parametrize("view", ["Tables", "Path", "Past the end"])
def test_the_theme_can_change_while_a_person_looks(open_page, view):
    page = open_page(f"learned?lrn_view={view.replace(' ', '%20')}")
    before = page.locator("canvas").screenshot()
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(900)
    assert page.locator("canvas").screenshot() != before
