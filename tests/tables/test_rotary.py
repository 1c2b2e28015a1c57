"""One sentence at two places: equal queries and keys, other places, equal scores."""

import numpy as np
import pytest
import torch

from embviz import tables
from embviz.compute.attention import projections
from embviz.tables.rotary import LONGEST, two_sentences

BEFORE = "After a long day,"


def test_places_are_counted_in_tokens():
    found = two_sentences(before=BEFORE, dim=16, base=10000.0, seed=6)
    assert found.tokens[0] == ("the", "lion", "slept", "deeply", ".")
    assert found.tokens[1] == ("after", "a", "long", "day", ",", *found.tokens[0])
    assert (found.query_at, found.key_at, found.shared) == ((2, 7), (1, 6), 5)


@pytest.mark.parametrize(("dim", "base", "seed"), [(16, 10000.0, 6), (2, 10.0, 0), (128, 1e6, 9)])
def test_the_arrows_differ_and_the_score_does_not(dim, base, seed):
    found = two_sentences(before=BEFORE, dim=dim, base=base, seed=seed)
    assert found.difference < 1e-5 * max(1.0, found.spread) and found.spread > 0.05
    assert not torch.allclose(found.queries[0], found.queries[1], atol=1e-2)
    np.testing.assert_allclose(found.scores[0], found.scores[1], atol=1e-5)


def test_against_rows_of_the_table_in_float64():
    found = two_sentences(before=BEFORE, dim=8, base=10000.0, seed=1)
    table = tables.load("minilm")
    rows = table.vectors[[table.tokens.index("slept"), table.tokens.index("lion")]].double() + table.token_types[0]
    norm = torch.nn.functional.layer_norm(
        rows, (384,), *(part.double() for part in table.layer_norm[:2]), table.layer_norm.eps
    )
    made = projections(384, 8, seed=1, device="cpu")
    query, key = norm[0] @ made.query[0].double(), norm[1] @ made.key[0].double()
    np.testing.assert_allclose(found.query, query, atol=1e-5)
    np.testing.assert_allclose(found.key, key, atol=1e-5)
    complex_ = [np.asarray(part[0::2]) + 1j * np.asarray(part[1::2]) for part in (query, key)]
    omega = 10000.0 ** (-np.arange(0, 8, 2) / 8)
    for k, (m, n) in enumerate(((2, 1), (7, 6))):
        q, key_ = complex_[0] * np.exp(1j * m * omega), complex_[1] * np.exp(1j * n * omega)
        np.testing.assert_allclose(found.queries[k, 0::2], q.real, atol=1e-5)
        np.testing.assert_allclose(found.keys[k, 1::2], key_.imag, atol=1e-5)
        assert found.scores[k].item() == pytest.approx((q * key_.conj()).real.sum(), abs=1e-5)


@pytest.mark.parametrize("before", ["", "  \t "])
def test_nothing_in_front_changes_nothing(before):
    found = two_sentences(before=before, dim=4, base=100.0, seed=0)
    assert found.tokens[0] == found.tokens[1] and found.query_at == (2, 2) and found.difference == 0


@pytest.mark.parametrize("before", ["🦁 שלום", "a\x00b", "x" * LONGEST, "[SEP] ##s", "e\u0301\u0301"])
def test_odd_words_in_front_only_move_the_sentence(before):
    found = two_sentences(before=before, dim=4, base=100.0, seed=0)
    moved = len(found.tokens[1]) - 5
    assert found.tokens[1][moved:] == found.tokens[0] and found.query_at[1] == 2 + moved and found.difference < 1e-4


def test_too_many_words_in_front():
    with pytest.raises(ValueError, match="201"):
        two_sentences(before="y" * (LONGEST + 1), dim=4, base=100.0, seed=0)
