"""How large the parts of x are as layers are drawn, against what the variances must be."""

import math

import pytest
import torch

from embviz.compute import offset


@pytest.fixture(scope="module", params=offset.POSITIONS)
def found(request):
    return request.param, offset.spread(position=request.param, seed=0)


def std(name, width):
    return {"0.02": 0.02, "1/√d": width**-0.5, "1": 1.0}[name]


def room(rows, width):
    """Five standard errors of the variance of rows · width numbers, relative."""
    return 5 * math.sqrt(2 / (rows * width))


def test_token_parts_have_the_variance_they_are_drawn_with(found):
    _, made = found
    for i, name in enumerate(offset.SPREADS):
        for k, width in enumerate(offset.WIDTHS):
            expected = std(name, width) ** 2
            assert made.tokens[i, 0, k].item() == pytest.approx(expected, rel=room(offset.ROWS, width))
            assert made.tokens[i, 1, k].item() == pytest.approx(expected * width, rel=room(offset.ROWS, width))


def test_position_parts_are_the_formula_s_or_drawn_like_the_tokens(found):
    kind, made = found
    for i, name in enumerate(offset.SPREADS):
        for k, width in enumerate(offset.WIDTHS):
            if kind == "learned":
                expected, most = std(name, width) ** 2, room(offset.PLACES, width)
            else:
                p = torch.arange(offset.PLACES, dtype=torch.float64)[:, None]
                angles = p * 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
                expected, most = torch.cat([angles.sin(), angles.cos()], dim=1).var().item(), 1e-4
            assert made.position[i, k].item() == pytest.approx(expected, rel=most)


def test_sinusoids_vary_a_little_less_than_one_half(found):
    kind, made = found
    if kind == "sinusoidal":
        assert (made.position < 0.5).all() and (made.position > 0.4).all()


def test_the_sum_varies_by_both_parts(found):
    _, made = found
    parts = made.tokens + made.position[:, None]
    torch.testing.assert_close(made.total, parts, rtol=0.06, atol=0)  # independent but for chance


def test_ratios_are_of_the_largest_and_the_smallest(found):
    _, made = found
    for part, ratio in (
        (made.tokens, made.token_ratio),
        (made.position, made.position_ratio),
        (made.total, made.total_ratio),
    ):
        torch.testing.assert_close(ratio, part.max(dim=-1).values / part.min(dim=-1).values)
    assert made.token_ratio.shape == made.total_ratio.shape == (3, 2) and made.position_ratio.shape == (3,)


def test_with_the_factor_one_spread_alone_is_level(found):
    _, made = found
    assert made.level_scaled == ("1/√d × √d",) and made.level_raw == ("0.02", "1")
    widest = offset.WIDTHS[-1] / offset.WIDTHS[0]  # what is not level moves as the width does
    for i, scaled in ((0, 1), (1, 0), (2, 1)):
        assert made.token_ratio[i, scaled].item() == pytest.approx(widest, rel=0.1)


@pytest.mark.parametrize("seed", [1, 999])
def test_no_seed_makes_another_verdict(seed, monkeypatch):
    monkeypatch.setattr(offset, "WIDTHS", (8, 16, 32))  # the narrow ones, where chance shows most
    made = offset.spread(position="learned", seed=seed)
    assert made.level_scaled == ("1/√d × √d",) and made.level_raw == ("0.02", "1")


def test_a_seed_is_a_layer(monkeypatch):
    monkeypatch.setattr(offset, "WIDTHS", (8, 16))
    first, again, other = (offset.spread(position="learned", seed=seed) for seed in (3, 3, 4))
    assert first.tokens.equal(again.tokens) and first.total.equal(again.total)
    assert not first.tokens.equal(other.tokens)


@pytest.mark.parametrize(
    ("bad", "said"),
    [({"position": "rotary"}, "position is 'rotary'; it must be \"sinus"), ({"seed": -1}, "seed is -1")],
)
def test_bad_values_are_named(bad, said):
    with pytest.raises(ValueError, match=said):
        offset.spread(**{"position": "learned", "seed": 0} | bad)


def test_a_spread_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="std is '2'"):
        offset.std_of("2", 64)
