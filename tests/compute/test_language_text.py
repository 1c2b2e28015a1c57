"""Characters and byte-pair pieces: what is encoded comes back, and merges are applied as the paper says."""

import re
from itertools import pairwise

import pytest
import torch

from embviz.compute.language_text import (
    UNKNOWN,
    Vocabulary,
    bpe_vocabulary,
    character_vocabulary,
    training_text,
    without_page_layout,
)

TEXT = (
    "The king's men are here.\nThe queen is there; the kings and the queens are 1, 2, 33.\n\n Who?  Ünïcode, naïve!\n"
) * 20


def merged(word, merges):
    """One word by the paper's rule: the earliest merge that applies, everywhere, until none does."""
    pieces = list(word)
    while True:
        pairs = {pair for pair in pairwise(pieces) if pair in merges}
        if not pairs:
            return pieces
        best = min(pairs, key=merges.get)
        joined, i = [], 0
        while i < len(pieces):
            if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == best:
                joined.append(pieces[i] + pieces[i + 1])
                i += 2
            else:
                joined.append(pieces[i])
                i += 1
        pieces = joined


@pytest.mark.parametrize(
    "vocabulary", [character_vocabulary(TEXT), bpe_vocabulary(TEXT, 70)], ids=["characters", "bpe"]
)
def test_text_comes_back(vocabulary):
    for text in (TEXT, "kingqueen\n\n", "", "   here  \n"):
        ids = vocabulary.encode(text)
        assert ids.dtype == torch.int64 and vocabulary.decode(ids) == text
    assert vocabulary.pieces[0] == UNKNOWN and len(set(vocabulary.pieces)) == vocabulary.size
    assert vocabulary.decode(vocabulary.encode("a§n")) == f"a{UNKNOWN}n"


def test_merges_are_applied_as_the_paper_says():
    vocabulary = bpe_vocabulary(TEXT, 75)
    ranks = {pair: rank for rank, pair in enumerate(vocabulary.merges)}
    assert vocabulary.size == 75 and len(ranks) == 75 - character_vocabulary(TEXT).size
    words = re.findall(r" ?[^\W\d_]+| ?\d+| ?[^\s\w]+|\s", TEXT)
    expected = [piece for word in words for piece in merged(word, ranks)]
    assert [vocabulary.pieces[each] for each in vocabulary.encode(TEXT).tolist()] == expected
    assert len(expected) < len(TEXT) / 2


def test_the_first_merge_is_the_most_frequent_pair_and_no_piece_spans_words():
    vocabulary = bpe_vocabulary("ab ab ab abc\nxy ab", 9)
    assert vocabulary.merges[0] == ("a", "b")
    assert not [piece for piece in bpe_vocabulary(TEXT, 120).pieces if re.search(r"\S\s|\s\s|[a-z][.,;'?!]", piece)]


def test_a_vocabulary_is_its_pieces_and_merges():
    vocabulary = bpe_vocabulary(TEXT, 70)
    again = Vocabulary(vocabulary.pieces, vocabulary.merges)
    assert again == vocabulary == bpe_vocabulary(TEXT, 70)
    assert torch.equal(again.encode(TEXT), vocabulary.encode(TEXT))


def test_rare_characters_make_room():
    many = "".join(chr(0x4E00 + i) for i in range(600)) + "common" * 10
    vocabulary = character_vocabulary(many)
    assert vocabulary.size == 512 and set("common") <= set(vocabulary.pieces)
    assert UNKNOWN in vocabulary.decode(vocabulary.encode(many))


def test_training_text_keeps_its_end_from_training():
    vocabulary = character_vocabulary(TEXT)
    text = training_text(TEXT, vocabulary, validation=0.2)
    assert vocabulary.decode(text.train) + vocabulary.decode(text.validation) == TEXT
    assert text.characters == len(text.validation) == round(0.2 * len(TEXT))
    assert text.counts.tolist() == [TEXT[: len(text.train)].count(piece) for piece in vocabulary.pieces]


def test_page_layout():
    assert without_page_layout("\f\n  A line  \r\n\n\n\n\nB\t\n\n") == "A line\n\nB\n"


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: bpe_vocabulary(TEXT, 10), ["size", "10", "characters"]),
        (lambda: bpe_vocabulary(TEXT, 9000), ["9000", "8192"]),
        (lambda: training_text("ab", character_vocabulary("ab")), ["too short"]),
        (lambda: training_text(TEXT, character_vocabulary(TEXT), validation=1.0), ["validation", "1.0"]),
        (lambda: training_text("a" * 10_000_001, character_vocabulary("a")), ["10,000,001", "10,000,000"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
