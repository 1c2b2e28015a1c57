"""How large the parts of x are, against what the variances must be."""

import math

import pytest
import torch

from embviz.compute import offset
from embviz.compute.positions import sinusoidal


@pytest.fixture(scope="module")
def found():
    return offset.spread(std="0.02", scale=True, position="sinusoidal", seed=0)


def test_token_parts_have_the_variance_of_their_spread(found):
    for i, name in enumerate(offset.SPREADS):
        for k, width in enumerate(offset.WIDTHS):
            std = {"0.02": 0.02, "1/√d": width**-0.5, "1": 1.0}[name]
            # the relative error of a variance of N numbers is sqrt(2 / N): 4 of them for 4,096 · width numbers
            room = 4 * math.sqrt(2 / (offset.ROWS * width))
            assert found.tokens[i, 0, k].item() == pytest.approx(std**2, rel=room)
            assert found.tokens[i, 1, k].item() == pytest.approx(std**2 * width, rel=room)


def test_with_the_factor_one_spread_alone_is_level(found):
    assert [name for name in found.level if "×" in name] == ["1/√d × √d"]
    assert {name for name in found.level if "×" not in name} == {"0.02", "1"}


def test_the_sinusoids_vary_a_little_less_than_a_half(found):
    for k, width in enumerate(offset.WIDTHS):
        table = sinusoidal(offset.PLACES, width).double()
        assert found.position[k].item() == pytest.approx(float(((table - table.mean()) ** 2).mean()), rel=1e-3)
        assert found.position[k] < 0.5


@pytest.mark.parametrize("std", offset.SPREADS)
@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("position", offset.POSITIONS)
def test_the_sum_varies_by_both_parts(std, scale, position):
    made = offset.spread(std=std, scale=scale, position=position, seed=3)
    parts = made.tokens[offset.SPREADS.index(std), int(scale)] + made.position
    torch.testing.assert_close(made.total, parts, rtol=0.06, atol=0)  # the parts are independent but for chance
    assert made.total_ratio == pytest.approx(float(made.total.max() / made.total.min()))


def test_the_part_ratio_by_hand():
    half = sinusoidal(offset.PLACES, 512).double()
    assert offset.part_ratio(512, 0.02) == pytest.approx(float(half.var()) / 0.0004, rel=1e-4)


@pytest.mark.parametrize(
    ("bad", "said"),
    [({"std": "2"}, "std is '2'"), ({"position": "x"}, "position is 'x'"), ({"seed": -1}, "seed is -1")],
)
def test_bad_values_are_named(bad, said):
    with pytest.raises(ValueError, match=said):
        offset.spread(**{"std": "1", "scale": True, "position": "learned", "seed": 0} | bad)
