"""The figures of the lesson on word2vec hold the numbers that they were given."""

import numpy as np
import pytest

from embviz.figures import word2vec as figures


def test_shares_are_drawn_over_the_rank_and_both_ends_are_there():
    share = np.geomspace(0.1, 1e-5, 2000).astype(np.float32)
    negatives = np.geomspace(0.05, 4e-5, 2000).astype(np.float32)
    figure = figures.drawn_shares(share, negatives, power=0.75)
    for trace, values in zip(figure.data, (share, negatives), strict=True):
        at = np.asarray(trace.x).astype(int) - 1
        assert at[0] == 0 and at[-1] == 1999 and len(at) <= figures.SHOWN and (np.diff(at) > 0).all()
        np.testing.assert_array_equal(np.asarray(trace.y), values[at])
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert {annotation.text for annotation in figure.layout.annotations} == {
        "in the text",
        "as negatives,<br>counts to the 0.75",
    }


@pytest.mark.parametrize("n", [1, 2, 300, 301, 8621])
def test_every_word_of_a_short_list_is_drawn(n):
    found = figures.places(n)
    assert found[0] == 0 and found[-1] == n - 1 and len(found) == min(n, len(found))
    assert n > figures.SHOWN or len(found) == n


def test_what_is_kept_is_drawn_over_the_count_with_two_words():
    counts, kept = np.array([900.0, 30, 5], np.float32), np.array([0.1, 0.8, 1], np.float32)
    named = [{"word": "the", "count": 900, "kept": 0.1}, {"word": "king", "count": 30, "kept": 0.8}, {"word": "x"}]
    figure = figures.kept_shares(counts, kept, named)
    assert list(figure.data[0].x) == [5, 30, 900] and list(figure.data[0].y) == pytest.approx([1, 0.8, 0.1])
    assert [annotation.text for annotation in figure.layout.annotations] == ["the 10%", "king 80%"]
    assert min(figure.layout.yaxis.range) <= 0 and max(figure.layout.yaxis.range) >= 1
