"""The tokenizers side by side, as a person uses them."""

import re
from urllib.parse import quote

import pytest
from acts import COUNT_SENT, LOOKS, SIDEWAYS, SIZES, wait_url
from playwright.sync_api import expect

from embviz.lessons import tokenizers as lesson
from embviz.tables import tokenizers
from embviz.tables.tokenizer_views import BY_SIZE, one_id, one_piece

TEXT = lesson.TEXT.default


def ids(page):
    """The ids that each row shows."""
    return [[int(i) for i in row.locator(".piece small").all_inner_texts()] for row in page.locator(".row").all()]


def outlined(page):
    return [[int(i) for i in row.locator(".piece.here small").all_inner_texts()] for row in page.locator(".row").all()]


def true_ids(text, at=None):
    """What the tokenizers say, of all tokens or of those that stand for one character."""
    found = [tokenizers.load(name).encode(text) for name in BY_SIZE]
    return [[t.id for t in tokens if at is None or t.start <= at < t.end] for tokens in found]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_every_picture_fits_and_is_on_the_first_screen(open_page, idle, size, theme):
    page = open_page("tokenizers", theme=theme, **SIZES[size])
    for view, part in (("One text", ".row"), ("Which words", "td.one"), ("One id", ".piece.here")):
        page.locator(".st-key-tok_view").get_by_text(view, exact=True).click()
        expect(page.locator(part).first).to_be_visible()
        idle(page)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator(part).first.bounding_box()["y"] < SIZES[size]["height"] / 2
        if size == "wide":
            assert page.locator(".reading").bounding_box()["y"] < 650
            assert page.locator(".st-key-tries button").first.bounding_box()["y"] + 36 <= 720


def test_pieces_and_ids_are_the_tokenizers_and_keys_follow_a_character(open_page):
    page = open_page("tokenizers")
    assert ids(page) == true_ids(TEXT) and outlined(page) == true_ids(TEXT, 0)
    page.evaluate(COUNT_SENT)
    for at in range(1, 8):
        page.keyboard.press("ArrowRight")
        assert outlined(page) == true_ids(TEXT, at)
    expect(page.locator(".reading")).to_contain_text("Character 7, “␣”")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => window.sent") <= 1
    wait_url(page, "tok_at=8")
    expect(page.locator(".st-key-tok_links")).to_contain_text("Neighbours of “embed” in wordllama")


def test_hovering_links_pieces_of_all_rows_and_reads_bytes(open_page):
    page = open_page("tokenizers")
    raw = page.locator(".row").nth(1).locator(".piece.raw").first
    raw.hover()
    assert outlined(page) == true_ids(TEXT, len(TEXT) - 1)
    said = page.locator(".reading")
    expect(said).to_contain_text("wordllama 243 is F0bytes F0; characters 24 to 24: “🦁” (F0 9F A6 81)")
    page.locator(".piece.unknown").hover()
    expect(said).to_contain_text("a special token; the unknown: “🦁” is lost")
    page.locator("h1").hover()
    assert outlined(page) == true_ids(TEXT, 0)
    page.locator(".row").nth(3).locator(".piece").nth(2).click()
    wait_url(page, "tok_at=7")


def test_a_text_of_ones_own_and_a_link(open_page):
    page = open_page(f"tokenizers?tok_text={quote(lesson.UNSEEN)}&tok_at=8")
    assert ids(page) == true_ids(lesson.UNSEEN) and outlined(page) == true_ids(lesson.UNSEEN, 8)
    expect(page.locator(".what p")).to_have_text("gives back: i saw a [UNK].")
    box = page.get_by_role("textbox", name="Text", exact=True)
    box.fill("the the")
    box.press("Control+Enter")
    expect(page.locator(".stats").first).to_have_text("2 tokens, 3.50 characters each")
    assert ids(page) == true_ids("the the")
    expect(page.locator(".piece.again")).to_have_count(4)  # minilm and wordllama have one id for both
    box.fill("")
    box.press("Control+Enter")
    expect(page.locator(".reading")).to_have_text("There is no text yet. Type one.")


def test_the_link_opens_the_neighbours(open_page):
    page = open_page("tokenizers")
    page.locator(".st-key-tok_links").get_by_text("Neighbours of “com” in minilm").click()
    wait_url(page, "sim_near=com")
    expect(page.locator(".st-key-sim_near_chart")).to_be_visible()
    expect(page.locator(".st-key-said").first).to_contain_text("com")


def test_the_matrix_says_which_words_are_one_piece(open_page, idle):
    page = open_page("tokenizers?tok_view=Which+words")
    for where in lesson.WHERE.options:
        if where != lesson.WHERE.default:
            page.get_by_role("combobox", name=re.compile("Each stands")).click()
            page.get_by_role("option", name=where).click()
            wait_url(page, "tok_where=after+a+space")
            expect(page.locator(".st-key-said")).to_contain_text("After a space")
            idle(page)
        found = one_piece(listed=lesson.ENTRIES, where=where)
        shown = [int(n) for n in page.locator("tbody tr:not(.total) td b").all_inner_texts()]
        assert shown == found.counts.int().flatten().tolist()
        one = (found.counts == 1).sum().item() - sum(map(sum, found.unknown))
        expect(page.locator("td.one")).to_have_count(one)
        expect(page.locator("td.unknown")).to_have_count(1)
    page.locator("tbody tr").first.locator("td").nth(2).hover()
    expect(page.locator(".reading")).to_have_text("“Comcast” is one piece in gpt2: “␣Comcast”")


def test_an_id_is_typed_and_its_neighbour_chosen(open_page):
    page = open_page("tokenizers?tok_view=One+id")
    box = page.get_by_role("textbox", name="Id")
    box.fill("50256")
    box.press("Enter")
    expect(page.locator(".st-key-said")).to_contain_text("Id 50256 stands for 3 different tokens in 3 vocabularies")
    assert outlined(page) == [[], [], [50256], [50256], [50256]]
    expect(page.locator(".row").first).to_contain_text("no id 50256 here; the last is 30521")
    page.locator(".row").nth(3).locator(".piece").first.click()
    expect(box).to_have_value("50252")
    wait_url(page, "tok_id=50252")
    shown = page.locator(".row").nth(3).locator(".piece.here > span").first.inner_text()
    row = one_id(number="50252").rows[3]
    assert shown == row["tokens"][row["middle"]]["text"].replace(" ", "␣")
    box.fill("many")
    box.press("Enter")
    expect(page.locator(".st-key-failure")).to_contain_text("“many” is no id; ids are whole numbers from 0 to 200018")
