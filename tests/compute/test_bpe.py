"""Byte pair encoding against hand counts, a trainer that counts everything anew, and the library tokenizers."""

import json
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from embviz.compute.bpe import BASES, TIES, merged, moments, train_bpe

SENNRICH = "low " * 5 + "lower " * 2 + "newest " * 3 + "widest"
small_texts = st.text("ab cd", max_size=60)


def plain(text, n_merges, base, ties):
    """Merges by counting every pair of every word of the text anew before each."""
    words = [list(word if base == "characters" else word.encode().decode("latin-1")) for word in text.split()]
    ids = {symbol: number for number, symbol in enumerate(sorted({s for word in words for s in word}))}
    found = []
    for _ in range(n_merges):
        counts = Counter(pair for word in words for pair in pairwise(word))  # in the order in which they are seen
        if not counts:
            break
        most = max(counts.values())
        tied = [pair for pair, count in counts.items() if count == most]
        pair = tied[0] if ties == "first seen" else min(tied, key=lambda p: (ids[p[0]], ids[p[1]]))
        words = [merged(word, pair) for word in words]
        ids.setdefault(pair[0] + pair[1], len(ids))
        found.append((pair, most))
    return found, words


def library(text, n_merges, alphabet):
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.train_from_iterator(
        [text], trainers.BpeTrainer(vocab_size=alphabet + n_merges, min_frequency=0, show_progress=False)
    )
    return made, [tuple(pair) for pair in json.loads(made.to_str())["model"]["merges"]]


def test_the_example_of_the_paper_by_hand():
    # low 5, lower 2, newest 3, widest 1: lo and ow 7 each, lo seen first; then low 7; es, st 4 each, and so on
    made = train_bpe(SENNRICH, 6)
    assert [(merge.token, merge.count) for merge in made.merges] == [
        ("lo", 7),
        ("low", 7),
        ("es", 4),
        ("est", 4),
        ("ne", 3),
        ("new", 3),
    ]
    assert made.encode("lowest newer slow") == ("low", "est", "new", "e", "r", "s", "low")
    assert made.encode("lowest", 2) == ("low", "e", "s", "t") and made.encode("lowest", 0) == tuple("lowest")
    assert made.alphabet == tuple("lowernstid")


def test_pairs_of_the_example_by_hand():
    first = next(moments(SENNRICH, train_bpe(SENNRICH, 1)))
    counts = {"".join(pair): count for pair, count in first.ranked}
    assert {name: counts[name] for name in ("lo", "ow", "ne", "we")} == {"lo": 7, "ow": 7, "ne": 3, "we": 5}
    assert first.counts == (5, 2, 3, 1) and first.words[0] == ("l", "o", "w")


@given(small_texts, st.integers(0, 30), st.sampled_from(BASES), st.sampled_from(TIES))
def test_merges_are_those_of_counting_everything_anew(text, n_merges, base, ties):
    made = train_bpe(text, n_merges, base=base, ties=ties)
    found, words = plain(text, n_merges, base, ties)
    assert [(merge.pair, merge.count) for merge in made.merges] == found
    assert made.encode(text) == tuple(token for word in words for token in word)


@given(small_texts)
def test_moments_lead_from_merge_to_merge(text):
    made = train_bpe(text, 12)
    seen = list(moments(text, made))
    assert len(seen) == len(made.merges) + 1
    for moment, merge in zip(seen, made.merges, strict=False):
        assert moment.ranked[0] == (merge.pair, merge.count)
    times = Counter(text.split())
    assert [("".join(word), n) for word, n in zip(seen[-1].words, seen[-1].counts, strict=True)] == list(times.items())


@given(st.text("abc d", min_size=3, max_size=200), st.integers(1, 40))
def test_with_ties_by_id_merges_are_those_of_the_library(text, n_merges):
    made = train_bpe(text, n_merges, ties="lowest ids")
    theirs, merges = library(text, n_merges, len(made.alphabet))
    assert [merge.pair for merge in made.merges][: len(merges)] == merges
    if len(set(merges)) == len(merges) == len(made.merges) and len(made.vocabulary) == theirs.get_vocab_size():
        assert list(made.encode(text)) == theirs.encode(text).tokens


@given(st.text(max_size=40), st.text(max_size=40))
def test_bytes_encode_any_text_and_lose_nothing(learnt, text):
    made = train_bpe(learnt, 20, base="bytes")
    tokens = made.encode(text)
    assert "".join(tokens).encode("latin-1") == "".join(text.split()).encode()


def test_a_character_never_met_stays_alone():
    assert train_bpe("low low", 5).encode("lowß") == ("low", "ß")


def test_training_ends_when_no_pair_is_left():
    assert [merge.token for merge in train_bpe("ab ab", 10).merges] == ["ab"]
    assert train_bpe("", 5).merges == () and train_bpe("a b c", 5).merges == ()


def test_places_that_overlap_count_and_merges_go_from_left_to_right():
    made = train_bpe("aaa", 1)
    assert made.merges[0].count == 2 and made.encode("aaa") == ("aa", "a")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"n_merges": -1}, "n_merges is -1"), ({"base": "letters"}, "base is 'letters'"), ({"ties": "x"}, "ties is 'x'")],
)
def test_what_is_wrong_is_said(arguments, words):
    with pytest.raises(ValueError, match=words):
        train_bpe("a", **{"n_merges": 1} | arguments)
