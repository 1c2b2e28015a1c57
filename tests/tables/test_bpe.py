"""A training as the page shows it, against the trainer itself and the library's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embviz.compute.bpe import BASES, train_bpe
from embviz.lessons import bpe as lesson
from embviz.tables.bpe import MOST_MERGES, MOST_TOKENS, MOST_WORDS, encoded, library_merges, spelled_out, trace

LOW = " ".join(["low"] * 5 + ["lower"] * 2 + ["newest"] * 3 + ["widest"])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("low x5, lower x2, newest x3, widest x1", LOW),
        ("low x5 lower x2\nnewest ×3,widest x1,", LOW),
        ("low x5 lower", "low x5 lower"),
        ("x5", "x5"),
        ("BMW x5 is a car", "BMW x5 is a car"),
        ("a x0, b x2", "b b"),
        ("low x5low", "low x5low"),
        ("", ""),
    ],
)
def test_counts_are_spelled_out_if_every_word_has_one(text, meant):
    assert spelled_out(text) == meant


def test_counts_are_bounded():
    with pytest.raises(ValueError, match="1,999,998 characters; up to 1,000,000"):
        spelled_out("a x999999")


def state(states, n):
    return [each for each in states if each[0] <= n][-1]


@given(st.text("ab cd", max_size=60), st.sampled_from(("first seen", "lowest ids")))
def test_the_words_of_a_trace_are_the_encoded_words(text, ties):
    made = train_bpe(text, MOST_MERGES, ties=ties)
    found = trace(text=text, base="characters", ties=ties)
    assert [(m["first"], m["second"], m["count"]) for m in found.merges] == [(*m.pair, m.count) for m in made.merges]
    assert found.complete
    for n in range(len(made.merges) + 1):
        assert found.tokens[n] == len(made.encode(text, n))
        for word in found.words:
            _, tokens, marks, left = state(word["states"], n)
            true = made.encode(word["word"], n)
            assert tuple(tokens) == true[:MOST_TOKENS] and left == max(0, len(true) - MOST_TOKENS)
            if n < len(made.merges):  # a mark is where the next merge begins
                after = made.encode(word["word"], n + 1)
                assert len(marks) == len(true) - len(after) or left
                assert all((tokens[at], tokens[at + 1]) == made.merges[n].pair for at in marks)


@given(st.text("ab cdé🦊", min_size=3, max_size=80), st.sampled_from(BASES))
def test_by_lowest_ids_the_merges_are_the_librarys(text, base):
    by_ids = trace(text=text, base=base, ties="lowest ids").library
    assert by_ids["first"] is None and by_ids["by_ids"]
    seen = trace(text=text, base=base, ties="first seen").library
    if seen["first"] is not None:
        assert seen["tied"]


def test_where_the_library_differs_in_the_example():
    found = trace(text=LOW, base="characters", ties="first seen").library
    assert found == {"first": 4, "there": {"first": "e", "second": "w", "token": "ew"}, "tied": True, "by_ids": True}
    assert library_merges({"low": 5, "lower": 2, "newest": 3, "widest": 1}, 5, "characters") == [
        ("l", "o"), ("lo", "w"), ("e", "s"), ("es", "t"), ("e", "w")
    ]  # fmt: skip


def test_ties_are_explained():
    seen = trace(text=LOW, base="characters", ties="first seen").steps
    assert seen[0]["tie"] == {"by": "place", "words": ["low", "low"]} and seen[0]["tied"] == 2
    assert seen[6]["tie"] is None
    ids = trace(text=LOW, base="characters", ties="lowest ids").steps
    assert ids[0]["tie"] == {"by": "first", "tokens": ["l", "o"], "ids": [3, 5]}
    assert ids[4]["ranked"][0] == ["e", "w", 3]
    other = trace(text="ab cd", base="characters", ties="first seen").steps
    assert other[0]["tie"] == {"by": "word", "words": ["ab", "cd"]}
    second = trace(text="ac ab", base="characters", ties="lowest ids").steps
    assert second[0]["tie"] == {"by": "second", "tokens": ["b", "c"], "ids": [1, 2]}


def test_a_typed_word_is_encoded_with_the_merges_so_far():
    found = encoded(
        text="low x5, lower x2, newest x3, widest x1", base="characters", ties="first seen", typed="lowest ß"
    )
    assert state(found.states, 2)[1:] == [[["low", "e", "s", "t"], ["ß"]], [[False] * 4, [True]]]
    assert state(found.states, 12)[1] == [["low", "est"], ["ß"]]
    assert found.counts.tolist() == [7, 6, 5, 4, *[3] * 9] and found.characters == 7


def test_bytes_are_named_and_none_is_strange():
    found = encoded(text=lesson.SCRIPTS, base="bytes", ties="first seen", typed="🐯")
    assert found.states[-1][1:] == [[["<0xF0 0x9F>", "<0x90>", "<0xAF>"]], [[False] * 3]]
    sizes = trace(text=lesson.SCRIPTS, base="bytes", ties="first seen").vocabulary
    assert sizes[0] == 256 and sizes[-1] == 266


def test_a_long_text_is_bounded():
    found = trace(text=lesson.HAMLET, base="characters", ties="first seen")
    assert len(found.merges) == MOST_MERGES and not found.complete and len(found.words) == MOST_WORDS
    assert found.tokens[0] == len(lesson.HAMLET.replace(" ", "")) and found.different == len(set(lesson.HAMLET.split()))
    long = trace(text="ab" * 10_000, base="characters", ties="first seen")
    (word,) = long.words
    assert len(word["word"]) == MOST_TOKENS + 1
    assert all(len(tokens) <= MOST_TOKENS for _, tokens, _, _ in word["states"])
    assert word["states"][0][3] == 20_000 - MOST_TOKENS


def test_no_word_is_no_error():
    found = trace(text=" ", base="bytes", ties="first seen")
    assert found.merges == [] and found.words == [] and found.tokens.tolist() == [0]
