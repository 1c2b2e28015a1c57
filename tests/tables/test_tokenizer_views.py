"""Side by side, one piece or several, and what an id stands for, against the tokenizers themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embviz import tables
from embviz.lessons import tokenizers as lesson
from embviz.tables import tokenizers
from embviz.tables.tokenizer_views import (
    BY_SIZE,
    id_of,
    link_of,
    links_at,
    links_of_id,
    one_id,
    one_piece,
    side_by_side,
)
from embviz.tables.words import row_of


def test_all_tokenizers_are_shown_the_smallest_first():
    assert set(BY_SIZE) == set(tokenizers.NAMES)
    sizes = [tokenizers.load(name).size for name in BY_SIZE]
    assert sizes == sorted(sizes) == [30_522, 32_000, 50_257, 100_277, 200_019]


@given(st.text(max_size=40))
def test_a_row_is_what_the_tokenizer_says(text):
    found = side_by_side(text=text)
    for row, count, per in zip(found.rows, found.counts, found.per_token, strict=True):
        true = tokenizers.load(row["name"]).encode(text)
        assert [(t["id"], t["text"], t["start"], t["end"]) for t in row["tokens"]] == [
            (t.id, t.text, t.start, t.end) for t in true
        ]
        assert count == len(true) and (not true or per.item() == pytest.approx(len(text) / len(true)))
        assert row["exact"] == (row["back"] == text)
        for token in row["tokens"]:
            if token["bytes"] and row["name"] != "wordllama":
                assert bytes.fromhex(token["bytes"]) in text.encode(errors="replace") or "\ufffd" in row["back"]


def test_only_wordpiece_has_an_unknown_and_it_swallows_the_word():
    found = side_by_side(text=lesson.UNSEEN)
    unknown = {row["name"]: [t for t in row["tokens"] if t["unknown"]] for row in found.rows}
    (lost,) = unknown.pop("minilm")
    assert found.text[lost["start"] : lost["end"]] == "lion🦁" and lost["text"] == "[UNK]"
    assert not any(unknown.values())
    assert [row["exact"] for row in found.rows] == [False, True, True, True, True]


def test_special_tokens_written_in_a_text_are_text():
    found = side_by_side(text="[UNK] <s> <|endoftext|>")
    assert not any(token["special"] for row in found.rows for token in row["tokens"])


def test_the_matrix_by_hand():
    start, behind = (one_piece(listed="Comcast\nJohn\n🦁", where=where) for where in lesson.WHERE.options)
    assert start.counts.tolist() == [[2, 2, 2, 2, 2], [1, 1, 1, 1, 1], [1, 5, 3, 3, 3]]
    assert behind.counts[0].tolist() == [2, 2, 1, 1, 1] and behind.pieces[0][2] == [" Comcast"]
    assert start.unknown == [[False] * 5, [False] * 5, [True, False, False, False, False]]
    assert start.pieces[2][2] == ["<0xF0 0x9F>", "<0xA6>", "<0x81>"]


@given(st.text("abc é", min_size=1, max_size=12).filter(str.strip))
def test_pieces_behind_a_space_are_those_within_a_text(word):
    found = one_piece(listed=word, where="after a space")
    word = word.rstrip()
    for name, count in zip(BY_SIZE, found.counts[0].tolist(), strict=True):
        whole, alone = (len(tokenizers.load(name).encode(text)) for text in (f"a {word}", "a"))
        assert count == whole - alone or word.startswith(" ")


def test_entries_are_bounded():
    for listed, said in (("", "0 entries"), ("\n".join("abcdefghijklm"), "13 entries")):
        with pytest.raises(ValueError, match=said):
            one_piece(listed=listed, where="at the start")


def test_an_id_is_another_token_in_every_vocabulary():
    found = one_id(number="1996")
    texts = [row["tokens"][row["middle"]]["text"] for row in found.rows]
    assert texts == [tokenizers.load(name).token(1996) for name in BY_SIZE] and len(set(texts)) == 5
    assert [t["id"] for t in found.rows[0]["tokens"]] == list(range(1992, 2001))
    assert [row["middle"] for row in one_id(number="50256").rows][:2] == [None, None]
    assert one_id(number="100256").rows[3]["middle"] is None  # given to no token
    assert one_id(number="0").rows[0]["middle"] == 0
    assert id_of(" 30,522 ") == 30522


@pytest.mark.parametrize(
    ("number", "said"), [("", "“” is no id"), ("-1", "“-1” is no id"), ("²", "no id"), ("200019", "id 200019 is in no")]
)
def test_what_is_no_id_is_said(number, said):
    with pytest.raises(ValueError, match=said):
        one_id(number=number)


@pytest.mark.parametrize(
    ("name", "id_"), [("minilm", 1996), ("minilm", 10526), ("wordllama", 422), ("wordllama", 1678)]
)
def test_a_link_looks_up_the_tokens_own_row(name, id_):
    link = link_of(name, id_)
    assert link["table"] == name and row_of(tables.load(name), link["word"]) == id_


def test_links_name_rows_that_are_there():
    assert link_of("wordllama", 4384) is None  # “cast” would find the row of “▁cast”
    links = links_at(text=lesson.TEXT.default, at=0).links
    assert [(link["table"], link["word"]) for link in links] == [
        ("minilm", "com"),
        ("wordllama", "Com"),
        ("glove", "com"),
    ]
    for number in ("0", "1996", "50256", "100262", "200018"):
        for link in links_of_id(number=number).links:
            assert row_of(tables.load(link["table"]), link["word"]) is not None
    words = [(link["table"], link["word"]) for link in links_at(text="🦁", at=0).links]
    assert words == [("minilm", "[UNK]"), ("wordllama", "<0xF0>")]
