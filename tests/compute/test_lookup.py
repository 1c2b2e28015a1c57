"""The lookup lesson's numbers, by hand and by torch."""

import pytest
import torch

from embviz.compute import lookup


def test_the_product_is_the_rows():
    found = lookup.lookup(vocab_size=8, dim=4, seed=3, ids=(2, 5, 2))
    assert found.one_hot.tolist() == torch.eye(8)[[2, 5, 2]].tolist()
    torch.testing.assert_close(found.product, found.one_hot @ found.table, rtol=0, atol=0)
    torch.testing.assert_close(found.product, found.table[[2, 5, 2]], rtol=0, atol=0)
    assert found.difference == 0.0


def test_the_table_is_noise_to_two_decimals():
    table = lookup.noise(2000, 12, 0)
    torch.testing.assert_close(table, (table.double() * 100).round().div(100).float(), rtol=0, atol=0)
    assert abs(float(table.mean())) < 0.05 and float(table.std()) == pytest.approx(1.0, abs=0.03)
    assert lookup.noise(8, 4, 1).equal(lookup.noise(8, 4, 1)) and not lookup.noise(8, 4, 1).equal(lookup.noise(8, 4, 2))


def test_costs_counted_by_hand():
    found = lookup.cost(n_ids=3, dim=4)
    assert found.vocabularies[0] == 10 and found.vocabularies[-1] == 200_000
    assert found.product_multiplications[0] == 3 * 10 * 4
    assert found.product_bytes[0] == 4 * (3 * 10 + 10 * 4 + 3 * 4)
    assert found.lookup_bytes.tolist() == [3 * 8 + 2 * 4 * 3 * 4] * 10
    assert found.useful.tolist() == [12.0] * 10
    assert lookup.multiplications(32, 50_000, 512) == 819_200_000


def test_both_ways_are_timed_and_what_does_not_fit_is_left_out():
    small = lookup.timed(vocab_size=100, n_ids=8, dim=16)
    assert small.product > 0 and small.lookup > 0 and small.device == "cpu" and small.vocab_size == 100
    large = lookup.timed(vocab_size=200_000, n_ids=2048, dim=512)
    assert large.product is None and large.lookup > 0


@pytest.mark.parametrize(
    ("bad", "said"),
    [({"ids": (8,)}, "id 8"), ({"ids": (-1,)}, "id -1"), ({"dim": 0}, "dim is 0"), ({"seed": -1}, "seed is -1")],
)
def test_bad_values_are_named(bad, said):
    with pytest.raises(ValueError, match=said):
        lookup.lookup(**{"vocab_size": 8, "dim": 4, "seed": 0, "ids": (1,)} | bad)
