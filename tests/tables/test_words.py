"""Words in a table, spellings of those it lacks, groups of words, and sums of words."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embviz import tables
from embviz.tables import formula, words
from embviz.tables.table import EmbeddingTable

PLAIN = EmbeddingTable("plain", ("the", "king", "queen", "Paris", "kings"), torch.eye(5), "here", "none")
MARKED = EmbeddingTable("marked", ("king", "▁the", "▁king", "▁", "<0x41>", "##ing"), torch.eye(6), "here", "none")


@pytest.mark.parametrize(
    ("table", "word", "row"),
    [
        (PLAIN, "king", 1),
        (PLAIN, "KING", 1),
        (PLAIN, "paris", 3),
        (PLAIN, "emperor", None),
        (PLAIN, "", None),
        (MARKED, "king", 2),
        (MARKED, "The", 1),
        (MARKED, "▁king", 2),
    ],
)
def test_a_word_is_found_as_the_table_writes_it(table, word, row):
    assert words.row_of(table, word) == row


def test_unknown_words_come_with_their_nearest_spellings():
    found = words.look_up(PLAIN, ["queen", "QUEEN", "kingz", "zzz"])
    assert found.rows == (2,) and found.words == ("queen",)
    assert set(found.unknown["kingz"]) == {"king", "kings"} and found.unknown["zzz"] == ()


def test_spellings_on_a_real_table():
    glove = tables.load("glove")
    assert words.spellings(glove, "quen")[0] == "queen"
    assert "tuesday" in words.spellings(glove, "Teusday")
    assert words.spellings(glove, "x" * 5000) == ()


@pytest.mark.parametrize("name", ["glove", "minilm", "wordllama"])
def test_a_row_found_is_the_word(name):
    table = tables.load(name)
    for group in words.categories():
        rows = words.category_rows(table, group)
        assert len(set(rows)) == len(rows)
        assert {words.shown(table.tokens[row]).lower() for row in rows} <= set(words.categories()[group])


def test_kinds_of_pieces():
    assert words.category_rows(MARKED, "byte tokens") == (4,)
    assert words.category_rows(MARKED, "continuation pieces") == (5,)
    assert len(words.category_rows(tables.load("wordllama"), "byte tokens")) == 256


@pytest.mark.parametrize(("token", "shown"), [("▁king", "king"), ("▁", "▁"), ("king", "king")])
def test_a_token_as_a_person_reads_it(token, shown):
    assert words.shown(token) == shown


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("king", ((1.0, "king"),)),
        ("king - man + woman", ((1.0, "king"), (-1.0, "man"), (1.0, "woman"))),
        (" \u2212 man", ((-1.0, "man"),)),
        ("mother-in-law + king", ((1.0, "mother-in-law"), (1.0, "king"))),
    ],
)
def test_a_formula_is_read(text, terms):
    assert formula.parse(text) == terms


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("king man", "no . or - between “king” and “man”"),
        ("king +", "ends with “.”"),
        ("king + - man", "two signs follow each other"),
        (" + ".join(["king"] * 13), "13 words; it may have 12"),
    ],
)
def test_a_broken_formula_says_where(text, said):
    with pytest.raises(ValueError, match=said):
        formula.parse(text)


@given(st.text(max_size=60))
def test_no_text_is_run_or_breaks_the_grammar(text):
    try:
        terms = formula.parse(text)
    except ValueError:
        return
    assert [name for _, name in terms] == [part for part in text.split() if part not in formula.SIGNS]


def test_a_direction_by_hand():
    made = formula.direction(PLAIN, formula.parse("king - queen"))
    torch.testing.assert_close(made, torch.tensor([0.0, 0.5**0.5, -(0.5**0.5), 0.0, 0.0]))
    with pytest.raises(ValueError, match="cancel"):
        formula.direction(PLAIN, formula.parse("king - King"))
    with pytest.raises(ValueError, match="plain has no word “kinggs”; did you mean king"):
        formula.direction(PLAIN, formula.parse("kinggs"))
