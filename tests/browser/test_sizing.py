"""What a table costs, as a person uses the page."""

import csv
import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.compute.sizing import listed, memory_bytes, saving_rank, table_cost

VIEWS = ("Table", "Training", "Models", "Sources")
OWN = {"vocab_size": 50_257, "dim": 768, "positions": 1024, "tied": True}
# what is written on the canvas from now on
LISTEN = """() => { window.written = []; const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) { window.written.push(text); return fill.call(this, text, ...at); }; }"""


# what stands in the cells of a table of the picture
CELLS = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"


def whole(text):
    return int(text.replace(",", ""))


def equations(page):
    """{part: (factors, count)} of the lines under the picture."""
    lines = {}
    for name, sign, factors, count in page.locator(".sums tr").evaluate_all(CELLS):
        assert sign or name in ("head", "sum")
        lines[name] = ([whole(number) for number in re.findall(r"\d[\d,]*", factors)], whole(count.strip("= ")))
    return lines


def true_cost(page, *, v=50_257, d=768, rank=0, **size):
    """The lines and the bytes, compared with those computed."""
    size = {"positions": 1024, "tied": True} | size
    cost, shown = table_cost(v, d, rank=rank, **size), equations(page)
    assert shown["tokens"] == ([v, rank, rank, d] if rank else [v, d], cost.tokens)
    assert shown["positions"] == ([size["positions"], d], cost.positions)
    assert shown["head"] == ([] if size["tied"] else [v, d], cost.head)
    assert shown["sum"] == ([], cost.total)
    head, *rows = page.locator(".bytes tr").evaluate_all(CELLS)
    units = {"kB": 1e3, "KiB": 2**10, "MB": 1e6, "MiB": 2**20, "GB": 1e9, "GiB": 2**30}
    for name, *sizes in rows:
        for unit, count, text in zip(head[1:], (cost.tokens,) * 2 + (cost.total,) * 2, sizes, strict=True):
            size = memory_bytes(count, name) / units[unit.split()[-1]]
            assert float(text.replace(",", "")) == pytest.approx(size, rel=6e-4, abs=6e-4)
    assert [name for name, *_ in rows] == ["float32", "bfloat16", "int8", "int4"]
    return cost


def middle(place):
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("sizing", theme=theme, **SIZES[size])
    true_cost(page)
    expect(page.locator(".st-key-said")).to_contain_text("38,597,376 numbers: 154.4 MB in float32, which is 147.2 MiB")
    for view in VIEWS:
        page.locator(".st-key-sz_view").get_by_text(view, exact=True).click()
        if view != VIEWS[0]:
            wait_url(page, f"sz_view={view}")
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0 and page.locator(".st-key-failure").count() == 0
        kind = {"Training": ".js-plotly-plot", "Sources": ".st-key-sz_table table"}.get(view, "canvas")
        picture = page.locator(kind).first
        expect(picture).to_be_visible(timeout=20_000)
        box = picture.bounding_box()
        assert box["y"] + min(box["height"], 420) <= SIZES[size]["height"]
        if view == "Table":
            slider = page.get_by_role("slider", name="Rank r").bounding_box()
            assert slider["y"] + slider["height"] <= SIZES[size]["height"]
        if size == "wide":
            under = page.locator({"Table": ".bytes", "Models": ".chosen", "Sources": ".st-key-sz_csv"}.get(view, kind))
            assert under.bounding_box()["y"] + under.bounding_box()["height"] <= 640
            tries = page.locator(".st-key-tries").bounding_box()
            assert tries["y"] + 36 <= 720


def test_a_drag_of_an_edge_follows_the_hand_without_the_server(open_page, idle):
    page = open_page("sizing?sz_r=700")
    page.evaluate(LISTEN)
    page.evaluate(COUNT_SENT)
    x, y = middle(page.locator(".grip.widths"))
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for k in range(1, 7):
        page.mouse.move(x - 14 * k, y)
        d = equations(page)["positions"][0][1]
        true_cost(page, d=d, rank=min(700, d))  # a table has no rank above its width
        said = [text for text in page.evaluate("() => window.written") if text.startswith("saves up to")]
        assert said[-1] == f"saves up to rank {saving_rank(50_257, d):,}"
        seen.add(d)
    assert len(seen) == 6 and min(seen) < 700 and page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, f"sz_d={d}")
    assert page.evaluate("() => window.sent") == 1
    idle(page)
    expect(page.get_by_role("spinbutton", name="Width d")).to_have_value(str(d))
    x, y = middle(page.locator(".grip.rows"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 25, steps=3)
    v = equations(page)["tokens"][0][0]
    assert v > 50_257 and v % 500 == 0
    true_cost(page, v=v, d=d, rank=min(700, d))
    said = [text for text in page.evaluate("() => window.written") if text.startswith("saves up to")]
    assert said[-1] == f"saves up to rank {saving_rank(v, d):,}"
    page.mouse.up()
    wait_url(page, f"sz_v={v}")


def test_keys_and_the_curve_move_the_rank(open_page):
    page = open_page("sizing?sz_r=100")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    true_cost(page, rank=117)
    wait_url(page, "sz_r=117")
    expect(page.locator(".st-key-said")).to_contain_text(f"{table_cost(50_257, 768, rank=117).tokens:,}")
    box = page.locator("canvas").bounding_box()
    page.evaluate(COUNT_SENT)
    page.mouse.move(box["x"] + box["width"] - 200, box["y"] + 150)
    page.mouse.down()
    ranks = []
    for k in range(6):
        page.mouse.move(box["x"] + box["width"] - 200 + 10 * k, box["y"] + 150)
        ranks.append(equations(page)["tokens"][0][1])
        true_cost(page, rank=ranks[-1])
    assert ranks == sorted(set(ranks)) and page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, f"sz_r={ranks[-1]}")
    page.locator(".grip.widths").focus()
    page.keyboard.press("ArrowLeft")
    slider = page.get_by_role("slider", name="Rank r")
    slider.focus()
    true_cost(page, d=760, rank=ranks[-1])
    wait_url(page, "sz_d=760")
    expect(slider).to_have_attribute("max", "760")  # its end moves under the hand that holds it
    expect(slider).to_be_focused()
    page.keyboard.press("Home")
    true_cost(page, d=760)


def test_a_link_restores_the_state(open_page, idle):
    page = open_page("sizing?sz_v=30000&sz_d=4096&sz_n=512&sz_head=untied&sz_r=128")
    true_cost(page, v=30_000, d=4096, positions=512, tied=False, rank=128)
    expect(page.locator(".st-key-said")).to_contain_text("rank 128 it holds 4,364,288 numbers, 3.55 %")
    page.goto(page.url.split("?")[0] + "?sz_view=Models&sz_row=2&sz_v=1000&sz_d=100&sz_n=0&sz_total=400000")
    idle(page)
    chosen = page.locator(".chosen")
    expect(chosen).to_contain_text(
        "Llama 2 70B: 32,000 × 8,192 = 262,144,000, in float32 1,048.6 MB or 1,000.0 MiB", timeout=20_000
    )
    expect(chosen).to_contain_text("Touvron and others 2023b")
    expect(page.locator(".st-key-said")).to_contain_text("Of yours: 25 %")


def test_what_is_typed_is_taken_or_not(open_page, idle):
    page = open_page("sizing")
    box = page.get_by_role("spinbutton", name="Vocabulary V")
    box.fill("7")
    box.press("Enter")
    idle(page)
    assert "sz_v" not in page.url
    true_cost(page)  # as it was
    box.fill("128256")
    box.press("Enter")
    wait_url(page, "sz_v=128256")
    idle(page)
    true_cost(page, v=128_256)
    box.fill("")
    box.press("Enter")
    page.wait_for_function("() => !location.href.includes('sz_v')")
    idle(page)
    true_cost(page)
    page.locator(".st-key-sz_view").get_by_text("Models", exact=True).click()
    total = page.get_by_role("spinbutton", name="Whole model, parameters")
    total.fill("1000")
    total.press("Enter")
    expect(page.locator(".st-key-said")).to_contain_text("Yours cannot be: its tables alone hold 39,383,808.")


def test_each_model_says_its_table_and_its_source(open_page):
    page = open_page("sizing?sz_view=Models&sz_row=0")
    rows = listed(**OWN, total=124_439_808).rows
    page.evaluate(LISTEN)
    for row in rows:
        said = page.locator(".chosen").inner_text()
        assert row["name"] in said and row["source"] in said
        if row["tokens"]:
            assert f"{row['vocab_size']:,} × {row['dim']:,} = {row['tokens']:,}" in said
            assert f"{row['token_bytes'] / 1e6:,.1f} MB" in said or row["token_bytes"] < 1e7
        assert ("Estimates:" in said) == bool(row["estimates"])
        page.keyboard.press("ArrowRight")
    wait_url(page, "sz_row=12")
    written = set(page.evaluate("() => window.written"))
    for row in rows[:-2]:
        words = ", ".join(["tied" if row["tied"] else "untied", *(["est."] if row["estimates"] else [])])
        assert f"{100 * row['share']:.3g} % {words}" in written
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 500, box["y"] + 26 + 24 * 7 + 12)
    wait_url(page, "sz_view=Models")
    expect(page.locator(".chosen")).to_contain_text("GPT-2: 50,257 × 768 = 38,597,376")


def test_touch_chooses_a_model_and_a_rank(open_page, idle):
    page = open_page("sizing?sz_view=Models", **SIZES["phone"])
    box = page.locator("canvas").bounding_box()
    page.touchscreen.tap(box["x"] + 200, box["y"] + 50 + 34 * 3 + 17)
    wait_url(page, "sz_row=3")
    expect(page.locator(".chosen")).to_contain_text("Llama 3 8B: 128,256 × 4,096")
    page.locator(".st-key-sz_view").get_by_text("Table", exact=True).click()
    wait_url(page, "sz_row=3")
    idle(page)
    grip = page.locator(".grip.widths").bounding_box()
    assert grip["width"] >= 40 and grip["height"] >= 40
    canvas = page.locator("canvas").bounding_box()
    page.touchscreen.tap(canvas["x"] + canvas["width"] / 2, canvas["y"] + 30 + 138 + 50 + 50)
    wait_url(page, "sz_r=")
    rank = equations(page)["tokens"][0][1]
    true_cost(page, rank=rank)
    assert 200 < rank < 600
    page.goto(page.url.split("?")[0] + "?sz_v=300000&sz_d=16384&sz_n=131072&sz_head=untied&sz_r=16000")
    idle(page)
    true_cost(page, v=300_000, d=16_384, positions=131_072, tied=False, rank=16_000)
    for table in (".sums", ".bytes"):
        box = page.locator(table).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_the_file_holds_what_the_page_shows(open_page, tmp_path):
    page = open_page("sizing?sz_view=Sources&sz_v=1000&sz_d=100&sz_n=0&sz_total=200000")
    with page.expect_download() as started:
        page.get_by_role("button", name="Save as CSV").click()
    path = tmp_path / "models.csv"
    started.value.save_as(path)
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    shown = page.locator(".st-key-sz_table tbody tr").evaluate_all(CELLS)
    assert len(shown) == len(lines) == 13
    for cells, line in zip(shown, lines, strict=True):
        assert cells[0] == line["model"] and cells[-1] == line["source"]
        assert whole(cells[6].removesuffix(" est.")) == int(line["whole_model"])
        assert cells[5] == (f"{int(line['token_table']):,}" if line["model"] != "ResNet-50" else "–")
    assert lines[-1]["share_of_tables"] == "0.5"
    links = page.locator(".st-key-sz_table a")
    assert all(link.get_attribute("href").startswith("https://") for link in links.all()) and links.count() == 9
