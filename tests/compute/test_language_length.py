"""Losses beyond the trained length: the same tokens at every length, each way of reading them as it says."""

import dataclasses

import pytest
import torch

from embviz.compute.attention import POSITION_KINDS
from embviz.compute.language_length import length_losses, losses_by_position, scaling_of, variants
from embviz.compute.language_model import LanguageModel, ModelSettings
from embviz.compute.rotary import LinearScaling, NTKScaling, YarnScaling

SETTINGS = ModelSettings(vocab_size=9, width=16, n_layers=1, n_heads=2, context=8, init_std=0.5)
IDS = torch.randint(9, (300,), generator=torch.Generator().manual_seed(0))


def model_of(position, **change):
    return LanguageModel(dataclasses.replace(SETTINGS, position=position, **change)).eval()


@pytest.mark.parametrize("position", POSITION_KINDS)
def test_losses_are_those_of_windows_read_one_by_one(position):
    model = model_of(position)
    found = length_losses(model, IDS, factors=(1, 2, 4), stretches=3)
    assert [(each.variant, each.factor) for each in found] == [
        (variant, factor) for variant in variants(position) for factor in (1, 2, 4)
    ]
    starts = torch.linspace(0, 300 - 33, 3).long().tolist()
    for each in found:
        length = 8 * each.factor
        scaling = scaling_of(each.variant, each.factor, 8)
        more = {"stretch": True} if position == "learned" else {"scaling": scaling}
        by_window = []
        for start in starts:
            for inner in range(start, start + 32, length):
                window = IDS[inner : inner + length + 1]
                chances = model(window[None, :-1], **more)[0].log_softmax(-1)
                by_window.append(-chances[torch.arange(length), window[1:]])
        expected = torch.stack(by_window)
        torch.testing.assert_close(each.by_position, expected.mean(0))
        assert each.length == length and each.tokens == expected.numel() == 96
        assert each.loss == pytest.approx(expected.mean().item(), rel=1e-5)
        assert each.last == pytest.approx(expected[:, -8:].mean().item(), rel=1e-5)


def test_at_the_trained_length_no_scaling_changes_anything_and_beyond_each_does():
    found = {(each.variant, each.factor): each.loss for each in length_losses(model_of("rotary"), IDS, factors=(1, 4))}
    assert len({found[variant, 1] for variant in variants("rotary")}) == 1
    assert len({found[variant, 4] for variant in variants("rotary")}) == 4


def test_chosen_ways_and_trained_length():
    found = length_losses(
        model_of("learned", context=32), IDS, trained_length=8, factors=(1, 4), ways=("interpolated",)
    )
    plain = length_losses(model_of("learned", context=32), IDS, trained_length=32, factors=(1,))
    assert [each.length for each in found] == [8, 32]
    torch.testing.assert_close(found[1].by_position, plain[0].by_position)


def test_blocks_of_windows_change_nothing_and_the_model_goes_on_training():
    model = model_of("alibi", embedding_dropout=0.5).train()
    windows = IDS[:170].view(10, 17)
    whole = losses_by_position(model, windows)
    torch.testing.assert_close(losses_by_position(model, windows, tokens=20), whole)
    assert whole.shape == (10, 16) and model.training


def test_scalings():
    assert scaling_of("linear", 4, 64) == LinearScaling(4) and scaling_of("ntk", 4, 64) == NTKScaling(4)
    assert scaling_of("yarn", 4, 64) == YarnScaling(4, 64) and scaling_of("unchanged", 4, 64) is None


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: length_losses(model_of("none"), IDS[:64]), ["64", "65"]),
        (lambda: length_losses(model_of("none"), IDS, factors=(2, 3)), ["(2, 3)", "divide"]),
        (lambda: length_losses(model_of("none"), IDS, factors=(0,)), ["factor", "0"]),
        (lambda: variants("xpos"), ["xpos", "rotary"]),
        (lambda: scaling_of("longer", 2, 64), ["longer", "yarn"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
