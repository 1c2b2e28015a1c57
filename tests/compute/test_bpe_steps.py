"""What stands between merges, against counting everything anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embviz.compute.bpe import TIES, moments, train_bpe
from embviz.compute.bpe_steps import steps

LOW = "low " * 5 + "lower " * 2 + "newest " * 3 + "widest"
texts = st.text("ab cd", max_size=80)


@given(texts, st.sampled_from(TIES), st.integers(1, 6))
def test_steps_are_the_moments_counted_anew(text, ties, most):
    made = train_bpe(text, 20, ties=ties)
    words = {}
    for number, (step, moment) in enumerate(
        zip(steps(text, made, ties=ties, most=most), moments(text, made), strict=True)
    ):
        words |= step.changed
        assert tuple(words[n] for n in range(len(words))) == moment.words
        assert step.n_pairs == len(moment.ranked)
        assert step.n_tokens == sum(len(w) * n for w, n in zip(moment.words, moment.counts, strict=True))
        counts = dict(moment.ranked)
        highest = max(counts.values(), default=0)
        assert {place.pair for place in step.tied} == {pair for pair, count in counts.items() if count == highest}
        assert [count for _, count in step.ranked] == sorted(counts.values(), reverse=True)[:most]
        assert all(counts[pair] == count for pair, count in step.ranked)
        if number < len(made.merges):
            assert step.ranked[0] == (made.merges[number].pair, made.merges[number].count)
            assert step.tied[0].pair == made.merges[number].pair
        if ties == "first seen":
            assert step.ranked == moment.ranked[:most]


def test_the_places_of_tied_pairs_by_hand():
    first = next(steps(LOW, train_bpe(LOW, 12)))
    # ids by code point: d 0, e 1, i 2, l 3, n 4, o 5, r 6, s 7, t 8, w 9
    found = [(place.pair, place.ids, place.word, place.offset) for place in first.tied]
    assert found == [(("l", "o"), (3, 5), 0, 0), (("o", "w"), (5, 9), 0, 1)]


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match="most is 0"):
        next(steps("ab", train_bpe("ab", 1), most=0))
    with pytest.raises(ValueError, match="ties is 'x'"):
        next(steps("ab", train_bpe("ab", 1), ties="x"))
