"""The lesson on gradients as a person uses it."""

import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute import gradient_views as views

IDS = (7, 3, 7, 1, 7, 5, 0)
VIEWS = ("Gradient", "Tied head", "Optimisers", "Used and unused")
TOP, PITCH = 46, (384 - 46) / 12


def equation(page):
    """The cell that the line names, its terms, and what they come to."""
    words = page.locator(".reading .equation").inner_text().replace("−", "-")
    row, j, rest = re.fullmatch(r"∂L/∂W\[(\d+), (\d+)\] = (.+)", words).groups()
    *terms, result = re.split(r" [=≈] ", rest)
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", terms[0])] if terms else []
    return int(row), int(j), numbers, float(result)


def cell(page, row, j, *, table=1):
    """The middle of a cell of dL/dW in the first picture: by hand (1) or by autograd (2)."""
    box = page.locator("canvas").bounding_box()
    w = (box["width"] - 2 - 62 - 88 - 76 - 32) / 18
    left = 62 + 6 * w + 88 + 76 + (table - 1) * (6 * w + 32)
    return box["x"] + left + (j + 0.5) * w, box["y"] + TOP + (row + 0.5) * PITCH


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("gradients", theme=theme, **SIZES[size])
    for view in VIEWS:
        page.locator(".st-key-grd_view").get_by_text(view, exact=True).click()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        picture = page.locator("canvas" if view != VIEWS[-1] else ".js-plotly-plot").first
        expect(picture).to_be_visible()
        box = picture.bounding_box()
        assert box["y"] + min(box["height"], 384) <= SIZES[size]["height"]
        if size == "wide":
            assert page.get_by_text("The code that made these numbers").bounding_box()["y"] < 720


def test_the_line_says_which_rows_of_g_add_up(open_page):
    found = views.row_gradients(ids=IDS)
    page = open_page("gradients")
    row, j, terms, result = equation(page)
    assert (row, j) == (7, 2)
    assert terms == pytest.approx([found.upstream[token, 2].item() for token in (0, 2, 4)], abs=0.00051)
    assert result == pytest.approx(found.by_autograd[7, 2].item(), abs=0.00051)
    expect(page.locator(".reading small")).to_have_text("rows 0, 2 and 4 of G")
    page.mouse.move(*cell(page, 10, 4, table=2))
    expect(page.locator(".reading small")).to_have_text("id 10 is not in the batch: the row gets nothing")
    assert equation(page) == (10, 4, [], 0)
    page.mouse.move(5, 5)
    assert equation(page)[:2] == (7, 2)


def test_a_drag_reads_cells_without_the_server_and_the_drop_is_in_the_address(open_page):
    found = views.row_gradients(ids=IDS)
    page = open_page("gradients")
    page.evaluate(COUNT_SENT)
    page.mouse.move(*cell(page, 7, 2))
    page.mouse.down()
    for row, j in ((5, 2), (3, 3), (1, 5)):
        page.mouse.move(*cell(page, row, j))
        expect(page.locator(".reading .equation")).to_contain_text(f"[{row}, {j}]")
        assert equation(page)[3] == pytest.approx(found.by_hand[row, j].item(), abs=0.00051)
        assert page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "grd_row=1")
    wait_url(page, "grd_j=5")
    page.keyboard.press("ArrowLeft")
    page.locator("canvas").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".reading .equation")).to_contain_text("[2, 4] = 0")
    wait_url(page, "grd_row=2")


def test_a_link_restores_a_step_and_its_number(open_page):
    page = open_page("gradients?grd_view=Optimisers&grd_optimiser=Adam&grd_decay=0&grd_row=3&grd_step=4")
    found = views.row_steps(ids=IDS, optimiser="adam")
    line = page.locator(".reading .equation")
    expect(line).to_have_text(f"row 3, step 4: moved {found.movement[3, 3].item():#.2g}")
    expect(page.locator(".reading small")).to_have_text("its gradient is 0 in this step")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(line).to_have_text(f"row 3, step 1: moved {found.movement[3, 0].item():#.2g}")
    expect(page.locator(".reading small")).to_contain_text(f"length {found.gradients[3, 0].item():#.2g}")
    wait_url(page, "grd_step=1")
    expect(page.get_by_text("Of rows in no batch, 0 of 7 moved.")).to_be_visible()


def test_a_typed_batch_and_one_that_is_none(open_page, idle):
    page = open_page("gradients?grd_upstream=ones")
    box = page.get_by_role("textbox", name="Ids of the batch")
    box.fill("4 9 4")
    box.press("Enter")
    expect(page.get_by_text("This batch teaches rows 4 and 9.")).to_be_visible()
    idle(page)
    page.mouse.click(*cell(page, 4, 0))
    expect(page.locator(".reading .equation")).to_have_text("∂L/∂W[4, 0] = 1 + 1 = 2")
    box.fill("4 12")
    box.press("Enter")
    expect(page.get_by_text("“12” is no row of this table")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("This batch teaches rows 1, 3 and 7.")).to_be_visible()


def test_a_tap_on_a_phone_shows_both_parts_of_a_tied_head(open_page):
    page = open_page("gradients?grd_view=Tied%20head&grd_row=10", **SIZES["phone"])
    found = views.row_gradients(ids=IDS, tied=True)
    row, j, terms, result = equation(page)
    assert (row, j, terms[0]) == (10, 2, 0)
    assert result == pytest.approx(found.by_hand[10, 2].item(), abs=0.00051)
    box = page.locator("canvas").bounding_box()
    w = (box["width"] - 2 - 64 - 24) / 18
    page.touchscreen.tap(box["x"] + 64 + 3.5 * w, box["y"] + TOP + 7.5 * 26)
    wait_url(page, "grd_j=3")
    row, j, terms, result = equation(page)
    assert (row, j) == (7, 3)
    parts = [found.lookup_part[7, 3].item(), found.logits_part[7, 3].item()]
    assert terms == pytest.approx(parts, abs=0.00051) and result == pytest.approx(sum(parts), abs=0.0011)
