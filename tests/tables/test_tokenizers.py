"""Tokenizers: known ids, spans found by counting another way, round trips over odd Unicode, and what is refused."""

import socket
import unicodedata
from dataclasses import FrozenInstanceError
from hashlib import sha256

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embviz.paths import DATA
from embviz.tables import load as load_table
from embviz.tables.table import _shipped as shipped_table
from embviz.tables.tokenizers import MAX_CHARACTERS, NAMES, SPLIT, Token, load

BYTE_LEVEL = ("gpt2", "cl100k", "o200k")
EXACT = (*BYTE_LEVEL, "wordllama")
SIZES = {"minilm": 30522, "wordllama": 32000, "gpt2": 50257, "cl100k": 100277, "o200k": 200019}
ODD = [
    "The lion ate the hyena and the gazelle.",
    "🦁",
    "👨‍👩‍👧‍👦 family",  # joined by U+200D
    "👍🏽🇳🇱",
    "שלום עולם, مرحبا",
    "\u202eright to left\u202c",
    "\x00a\x00\x00",
    "\n\n \t\r\n x",
    "  two  spaces  ",
    " ",
    "   ",
    "cafe\u0301 e\u0301\u0323 \u0301",
    "한국어 日本語 क्षि ไทย",
    "<|endoftext|><|fim_prefix|> [CLS] [SEP] [MASK] <s></s><unk> <0x41>",
    "İstanbul ǅ ﬁ ß ½",
    "\ufeff\u200b\u2028\x85",
    "a" * 300,
    "don't DON'T 12345 x=1;  // c",
    "\U0010ffff\ue000\ufffd",
]
PIECES = [
    *ODD,
    "a",
    "é",
    "e\u0301",
    "▁",
    " ",
    "\n",
    "\x00",
    "\u200d",
    "\ufe0f",
    "ß",
    "<s>",
    "[SEP]",
    "0",
    "'s",
    "\U0001f9a1",
]
texts = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=6).map("".join))


def examples(test):
    for text in ["", *ODD]:
        test = example(text)(test)
    return settings(max_examples=150, deadline=None)(test)


def ids(name: str, text: str) -> list[int]:
    return [token.id for token in load(name).encode(text)]


@pytest.mark.parametrize("name", NAMES)
def test_size_counts_special_tokens(name):
    tokenizer = load(name)
    assert tokenizer.name == name
    assert tokenizer.size == SIZES[name] > max(tokenizer.special.values())
    for text, id_ in tokenizer.special.items():
        assert tokenizer.token(id_) == text
        assert tokenizer.decode([id_]) == text


def test_special_tokens_are_the_published_ones():
    assert load("minilm").special == {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103}
    assert load("wordllama").special == {"<unk>": 0, "<s>": 1, "</s>": 2}
    assert load("gpt2").special == {"<|endoftext|>": 50256}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("minilm", "the lion", [1996, 7006]),
        ("minilm", "hello world", [7592, 2088]),
        ("minilm", "Hyena", [1044, 20684, 2050]),
        ("wordllama", "Hello world", [15043, 3186]),  # as Llama 2's, without <s>
        ("gpt2", "Hello world", [15496, 995]),
        ("cl100k", "hello world", [15339, 1917]),
        ("o200k", "hello world", [24912, 2375]),
    ],
)
def test_known_ids(name, text, expected):
    assert ids(name, text) == expected


def test_pieces_as_a_person_sees_them():
    assert [token.text for token in load("minilm").encode("Hyena")] == ["h", "##yen", "##a"]
    assert [token.text for token in load("wordllama").encode("The lion")] == ["▁The", "▁l", "ion"]
    assert [token.text for token in load("wordllama").encode("🦁")] == ["▁", "<0xF0>", "<0x9F>", "<0xA6>", "<0x81>"]
    assert [token.text for token in load("gpt2").encode("a 🦁")] == ["a", "<0x20 0xF0 0x9F>", "<0xA6>", "<0x81>"]
    assert load("gpt2").encode("🦁")[0] == Token(8582, "<0xF0 0x9F>", 0, 1)


@pytest.mark.parametrize("name", BYTE_LEVEL)
def test_the_byte_level_encodings_are_tiktokens_own(name, monkeypatch):
    """Split pattern, special tokens and the hash of the merge ranks, from the definitions in the installed tiktoken."""
    from tiktoken_ext import openai_public

    expected_hashes = []
    fake = lambda url, expected_hash: expected_hashes.append(expected_hash) or {}  # noqa: E731
    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", fake)
    theirs = {"gpt2": openai_public.r50k_base, "cl100k": openai_public.cl100k_base, "o200k": openai_public.o200k_base}[
        name
    ]()
    assert theirs["pat_str"] == SPLIT[name]
    assert theirs["special_tokens"] == load(name).special
    assert expected_hashes == [sha256((DATA / f"{name}.tiktoken").read_bytes()).hexdigest()]


@pytest.mark.parametrize("name", EXACT)
@examples
@given(texts)
def test_decode_undoes_encode(name, text):
    text = text.replace("▁", "_") if name == "wordllama" else text
    assert load(name).decode(ids(name, text)) == text


@examples
@given(st.lists(st.sampled_from(["▁", " ", "a", "▁▁ ", "é"]), max_size=8).map("".join))
def test_wordllama_reads_its_space_sign_as_a_space(text):
    assert ids("wordllama", text) == ids("wordllama", text.replace("▁", " "))
    assert load("wordllama").decode(ids("wordllama", text)) == text.replace("▁", " ")


@pytest.mark.parametrize("name", NAMES)
@examples
@given(texts)
def test_spans_are_in_order_and_in_the_text(name, text):
    tokens = load(name).encode(text)
    starts = [token.start for token in tokens]
    assert starts == sorted(starts)
    assert all(0 <= token.start <= token.end <= len(text) for token in tokens)
    assert all(0 <= token.id < load(name).size for token in tokens)
    assert all(load(name).token(token.id) == token.text for token in tokens)
    if name in EXACT:
        covered = {position for token in tokens for position in range(token.start, token.end)}
        assert covered == set(range(len(text)))


@pytest.mark.parametrize("name", BYTE_LEVEL)
@examples
@given(texts)
def test_byte_level_spans_are_floor_and_ceil_of_the_bytes(name, text):
    data, position = text.encode(), 0
    for token in load(name).encode(text):
        size = len(piece_bytes(token.text))
        before, through = data[:position], data[: position + size]
        assert through.endswith(piece_bytes(token.text))
        assert token.start == len(before.decode(errors="ignore"))
        assert token.end == len(through.decode(errors="ignore")) + (
            len(through.decode(errors="ignore").encode()) < len(through)
        )
        position += size
    assert position == len(data)


def piece_bytes(text: str) -> bytes:
    """The bytes that `Token.text` shows; no vocabulary has a piece of text that looks like '<0x..>'."""
    return bytes(int(byte, 16) for byte in text[1:-1].split()) if text.startswith("<0x") else text.encode()


@examples
@given(texts)
def test_wordllama_spans_are_the_text_of_its_pieces(text):
    for number, token in enumerate(load("wordllama").encode(text)):
        span = text[token.start : token.end]
        if 3 <= token.id < 259:
            assert len(span) == 1 and bytes([token.id - 3]) in span.encode()
        elif number == 0:
            assert "▁" + span.replace(" ", "▁") == token.text
        else:
            assert span.replace(" ", "▁") == token.text


@examples
@given(texts)
def test_minilm_spans_hold_what_its_pieces_were_made_of(text):
    def as_bert(part: str) -> str:
        kept = [char for char in unicodedata.normalize("NFD", part) if unicodedata.category(char)[0] != "C"]
        return "".join(char.lower() for char in kept if unicodedata.category(char) != "Mn" and char != "\ufffd")

    text = "".join(char for char in text if unicodedata.category(char) != "Cn")  # libraries differ on what is assigned
    tokens = load("minilm").encode(text)
    for token in tokens:
        if token.text != "[UNK]":
            piece = token.text.removeprefix("##") or token.text
            assert unicodedata.normalize("NFD", piece) in as_bert(text[token.start : token.end])
    if all(unicodedata.category(char)[0] in "LNPSZ" for char in text):
        left_out = set(range(len(text))).difference(*(range(token.start, token.end) for token in tokens))
        assert all(text[position].isspace() or text[position] == "\ufffd" for position in left_out)


def test_spans_of_words_that_bert_changes():
    spans = lambda text: [(token.text, text[token.start : token.end]) for token in load("minilm").encode(text)]  # noqa: E731
    assert spans("CAFÉ") == [("cafe", "CAFÉ")]
    assert spans("Cafe\u0301!") == [("cafe", "Cafe\u0301"), ("!", "!")]  # the accent goes with its letter
    assert spans("x\x00y") == [("x", "x"), ("##y", "y")]
    assert spans("日本") == [("日", "日"), ("本", "本")]
    assert spans("한") == [("ᄒ", "한"), ("##ᅡ", "한"), ("##ᆫ", "한")]
    assert spans("🦁 lion") == [("[UNK]", "🦁"), ("lion", "lion")]


@pytest.mark.parametrize("name", EXACT)
def test_the_bytes_of_an_emoji_share_its_span(name):
    tokens = [token for token in load(name).encode("a🦁b") if "<0x" in token.text]
    assert len(tokens) >= 3
    assert {(token.start, token.end) for token in tokens} == {(1, 2)}


@pytest.mark.parametrize("name", NAMES)
def test_special_strings_in_a_text_are_text(name):
    special = load(name).special
    unknown = {special.get("[UNK]")}  # what minilm makes of a word that it has no pieces for
    for string in special:
        for text in (string, f"a {string} b", string + string):
            assert not set(ids(name, text)) & set(special.values()) - unknown


def test_minilm_neither_pads_nor_cuts():
    assert ids("minilm", "the") == [1996]
    assert ids("minilm", "the " * 1000) == [1996] * 1000
    assert len(ids("wordllama", "the " * 1000)) == 1001


@pytest.mark.parametrize("name", NAMES)
def test_empty_and_blank_texts(name):
    assert load(name).encode("") == ()
    assert load(name).decode([]) == ""
    assert len(load(name).encode(" \n ")) == (0 if name == "minilm" else len(ids(name, " \n ")))


@pytest.mark.parametrize("name", NAMES)
def test_a_lone_surrogate_is_read_as_the_replacement_character(name):
    assert load(name).encode("a\ud83db\udc00") == load(name).encode("a\ufffdb\ufffd")
    assert load(name).encode("\ud83e\udd81") == load(name).encode("\ufffd\ufffd")  # two halves are not put together


@pytest.mark.parametrize("name", NAMES)
def test_long_runs_neither_fail_nor_take_long(name):
    for unit in ("a", "A", "aA", " ", "^", "7", "\u0301", "中", "🦁", " x", "'s", "\r\n", "\x00"):
        text = (unit * 20_000)[:20_000]
        found = [token.id for token in load(name).encode(text)]
        assert name == "minilm" or load(name).decode(found) == text


@pytest.mark.parametrize("name", NAMES)
def test_the_longest_text_is_bounded(name):
    for unit in (" ", "\n", "a"):  # runs of white space ten times as long make tiktoken panic
        load(name).encode(unit * (MAX_CHARACTERS - 1) + "x")
    with pytest.raises(ValueError, match=r"100,001 characters; .* at most 100,000"):
        load(name).encode("a" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize("name", NAMES)
def test_ids_outside_the_vocabulary_are_named(name):
    for bad in (-1, SIZES[name], 10**9):
        for action in (lambda bad=bad: load(name).decode([0, bad]), lambda bad=bad: load(name).token(bad)):
            with pytest.raises(ValueError, match=rf"id {bad} .*{SIZES[name]:,}"):
                action()
    with pytest.raises(TypeError):
        load(name).decode([1.0])


@pytest.mark.parametrize(
    ("name", "gap"), [("cl100k", 100256), ("cl100k", 100270), ("o200k", 199998), ("o200k", 200000)]
)
def test_ids_that_no_token_has_are_named(name, gap):
    with pytest.raises(ValueError, match=f"id {gap}"):
        load(name).decode([gap])


@pytest.mark.parametrize("name", NAMES)
def test_every_other_id_has_a_token(name):
    unassigned = 0
    for id_ in range(SIZES[name]):
        try:
            assert load(name).token(id_)
        except ValueError:
            unassigned += 1
    assert unassigned == {"cl100k": 16, "o200k": 19}.get(name, 0)


def test_decode_takes_a_tensor_and_a_slice():
    table = load_table("minilm")
    assert table.tokenizer.decode(torch.tensor([101, 1996, 7006, 102])) == "[CLS] the lion [SEP]"
    assert load("gpt2").decode(ids("gpt2", "🦁")[:1]) == "\ufffd"


def test_tokens_are_frozen():
    with pytest.raises(FrozenInstanceError):
        load("gpt2").encode("a")[0].id = 3
    with pytest.raises(TypeError):
        load("gpt2").special["x"] = 1


def test_an_unknown_name_lists_the_names():
    with pytest.raises(ValueError, match=r"'bert'.*minilm, wordllama, gpt2, cl100k, o200k"):
        load("bert")


def test_loading_again_gives_the_same_object():
    assert load("gpt2") is load("gpt2")


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_arguments, **_options):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in NAMES:
        assert load.__wrapped__(name).encode("The lion")
    for name in ("minilm", "glove", "wordllama"):
        assert shipped_table.__wrapped__(name, DATA).rows([1]).isfinite().all()
