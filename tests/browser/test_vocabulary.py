"""The vocabulary lesson as a person uses it."""

import math
import re

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.lessons import vocabulary as lesson
from embviz.tables import vocabulary

GIVEN = {"width": 384, "layers": 6, "characters": 4096, "dtype": "float32"}
SHOWN = {"Trade": ".plots canvas", "Entries": ".st-key-voc_rows .main-svg", "Your text": ".size"}


def panel(page):
    """What stands beside the picture: name, entries, tokens."""
    name, size = re.fullmatch(r"(\w+), ([\d,]+) entries", page.locator(".panel h2").inner_text()).groups()
    values = page.locator(".panel .fact b").all_inner_texts()
    return name, int(size.replace(",", "")), int(values[1].replace(",", ""))


def true_panel(page, **given):
    """The panel, checked against the numbers themselves; gives name and entries."""
    name, size, tokens = panel(page)
    rows = vocabulary.trade(**GIVEN | given).rows
    row = next(row for row in rows if row["kind"] == name and row["size"] == size)
    assert tokens == row["tokens"]
    facts = page.locator(".panel .fact").all_inner_texts()
    assert f"{row['parameters']:,} numbers" in facts[0] and f"{row['trained']:,} by the rate" in facts[1]
    number, unit = re.search(r"([\d.]+) (million|billion|trillion)", facts[2]).groups()
    assert float(number) * {"million": 1e6, "billion": 1e9, "trillion": 1e12}[unit] == pytest.approx(
        row["total"], rel=5e-3
    )
    terms, sign, total = re.match(r"([\d., +]+) ([=≈]) ([\d.,]+)", page.locator(".reading").inner_text()).groups()
    added = sum(float(term.replace(",", "")) for term in terms.split(" + "))
    assert (abs(added - float(total.replace(",", ""))) < 1e-6) == (sign == "=")
    return name, size


def point(page, row):
    """Where the mark of a row stands in the upper picture."""
    box = page.locator(".plots canvas").bounding_box()
    tokens = vocabulary.trade(**GIVEN).rows
    most = math.log(max(each["tokens"] for each in tokens)) + 0.06
    floor = vocabulary.trade(**GIVEN).floor
    least = math.log(min(floor, *(each["tokens"] for each in tokens))) - 0.16
    x = 66 + (box["width"] - 96) * (math.log2(row["size"]) - 7.75) / (17.95 - 7.75)
    y = 28 + 132 * (1 - (math.log(row["tokens"]) - least) / (most - least))
    return box["x"] + x, box["y"] + y


def row_of(name):
    return next(row for row in vocabulary.trade(**GIVEN).rows if row["name"] == name)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("vocabulary", theme=theme, **SIZES[size])
    assert true_panel(page) == ("BPE", 8192)
    expect(page.locator(".st-key-said")).to_contain_text("BPE saves 23% of the tokens")
    for view, shown in SHOWN.items():
        page.locator(".st-key-voc_view").get_by_text(view, exact=True).click()
        page.locator(shown).first.wait_for()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(".st-key-failure").count() == 0
        if size == "wide":
            for part in page.locator(".reading, .js-plotly-plot").all():
                box = part.bounding_box()
                assert box["y"] + box["height"] <= 650
            tries = page.locator(".st-key-tries button").first.bounding_box()
            assert tries["y"] + tries["height"] <= 720


def test_keys_step_along_the_curve_and_change_the_trainer(open_page):
    page = open_page("vocabulary")
    page.evaluate(COUNT_SENT)
    for size in (4096, 2048, 1024):
        page.keyboard.press("ArrowLeft")
        assert true_panel(page) == ("BPE", size)
    page.keyboard.press("Shift+ArrowRight")
    assert true_panel(page) == ("Unigram", 1024)
    assert page.evaluate("() => window.sent") <= 1
    wait_url(page, "voc_of=1")
    wait_url(page, "voc_k=10")
    page.keyboard.press("Shift+ArrowRight")
    assert true_panel(page) == ("minilm", 30522)
    page.keyboard.press("ArrowRight")  # back to the curve that was left
    assert true_panel(page) == ("Unigram", 2048)
    slider = page.get_by_role("slider", name="Entries 2 to the power")
    slider.focus()
    page.keyboard.press("End")
    assert true_panel(page) == ("Unigram", 17460)
    expect(page.locator(".asked")).to_have_text("asked for 32,768")
    wait_url(page, "voc_k=15")


def test_a_drag_follows_the_hand_without_the_server(open_page):
    page = open_page("vocabulary")
    page.evaluate(COUNT_SENT)
    rows = vocabulary.trade(**GIVEN).rows
    page.mouse.move(*point(page, rows[5]))
    page.mouse.down()
    seen = []
    for row in reversed(rows[1:5]):
        page.mouse.move(*point(page, row), steps=3)
        seen.append(true_panel(page))
    assert seen == [("BPE", size) for size in (4096, 2048, 1024, 512)]
    page.mouse.move(*point(page, rows[9]), steps=3)  # over to the other curve
    assert true_panel(page) == ("Unigram", 512) and page.evaluate("() => window.sent") == 0
    page.mouse.up()
    wait_url(page, "voc_of=1")
    assert page.evaluate("() => window.sent") == 1
    page.mouse.move(*point(page, row_of("o200k")))  # looked at, not chosen
    assert true_panel(page) == ("o200k", 200019)
    page.mouse.move(10, 400)
    assert true_panel(page) == ("Unigram", 512)
    page.mouse.click(*point(page, row_of("cl100k")))
    assert true_panel(page) == ("cl100k", 100277)
    wait_url(page, "voc_of=5")


def test_touch_chooses_a_mark(open_page):
    page = open_page("vocabulary", **SIZES["phone"])
    box = page.locator(".plots canvas").bounding_box()
    x = 54 + (box["width"] - 64) * (math.log2(200_019) - 7.75) / (17.95 - 7.75)
    page.touchscreen.tap(box["x"] + x, box["y"] + 130)
    assert true_panel(page) == ("o200k", 200019)
    wait_url(page, "voc_of=6")


def test_a_link_restores_the_state(open_page):
    page = open_page("vocabulary?voc_d=4096&voc_layers=32&voc_characters=16384&voc_type=int8&voc_k=15")
    given = {"width": 4096, "layers": 32, "characters": 16384, "dtype": "int8"}
    assert true_panel(page, **given) == ("BPE", 32768)
    expect(page.locator(".panel .fact").first).to_contain_text("134 MB")
    expect(page.locator(".panel")).to_contain_text("the least of BPE")


def test_entries_are_those_of_the_address(open_page):
    page = open_page("vocabulary?voc_view=Entries&voc_entries=gpt2&voc_batch=10000&voc_part=held+out")
    found = vocabulary.batch(vocabulary="gpt2", tokens=10_000, part="held out")
    expect(page.locator(".st-key-said")).to_contain_text(f"10,000 tokens look up, and so train, {found.rows:,.0f} of")


def test_fewer_layers_move_the_least(open_page, idle):
    page = open_page("vocabulary?voc_layers=2")
    slider = page.get_by_role("slider", name="Layers L")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    found = vocabulary.trade(**GIVEN | {"layers": 1})
    least = found.rows[found.cheapest["BPE"]]["size"]
    assert least < row_of("BPE 4096")["size"]
    expect(page.locator(".st-key-said")).to_contain_text(f"Least work: {least:,}.")
    idle(page)
    assert true_panel(page, layers=1) == ("BPE", 8192)


def test_a_typed_text_is_cut_by_every_size(open_page, idle):
    page = open_page("vocabulary?voc_view=Your+text")
    found = vocabulary.pieces(text=lesson.TEXT.default, kind="BPE")
    shown = page.locator(".whose span").all_inner_texts()
    assert [int(count) for count in shown] == found.counts.tolist()
    expect(page.locator(".reading")).to_contain_text("“␣multitudinous” is one piece first with 32,768 entries")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading")).to_contain_text("Character 10, “u”")
    page.locator(".size").last.locator(".bit").nth(2).hover()
    expect(page.locator(".bit.here").first).to_have_text("20")
    assert page.locator(".size").nth(1).locator(".bit.here").all_inner_texts() == ["␣se", "as"]
    box = page.get_by_role("textbox", name="Text", exact=True)
    box.fill("thé")
    box.press("Control+Enter")
    expect(page.locator(".whose span").last).to_have_text(
        str(int(vocabulary.pieces(text="thé", kind="BPE").counts[-1]))
    )
    idle(page)
    assert page.locator(".size").last.locator(".bit.raw").all_inner_texts() == ["C3", "A9"]
    box.fill("")
    box.press("Control+Enter")
    expect(page.locator(".reading")).to_have_text("There is no text yet. Type one.")
