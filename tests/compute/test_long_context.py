"""What the long-context lesson computes, against float64 written out and cases by hand."""

import json
import math

import numpy as np
import pytest
import torch

from embviz.compute import layers
from embviz.compute import long_context as lesson

FIRST = {"length": 4096, "factor": 4, "base": 10000.0}
SECOND = {"length": 8192, "factor": 16, "base": 500000.0}
KINDS = {row["id"]: row for row in lesson.comparison(width=768, **FIRST).rows}


def frequencies(dim, base):
    return base ** (-2 * np.arange(dim // 2) / dim)


def by_hand(scheme, length, factor, base, dim):
    """Frequencies of the schemes that have one formula for all pairs."""
    match scheme:
        case "unchanged":
            return frequencies(dim, base)
        case "linear":
            return frequencies(dim, base) / factor
        case "NTK-aware":
            return frequencies(dim, base * factor ** (dim / (dim - 2)))
        case "dynamic NTK":
            scale = factor * (length * factor) / length - (factor - 1)
            return frequencies(dim, base * scale ** (dim / (dim - 2)))


@pytest.mark.parametrize("scheme", ["unchanged", "linear", "NTK-aware", "dynamic NTK"])
@pytest.mark.parametrize("given", [FIRST, SECOND])
def test_turns_are_length_over_wavelength(scheme, given):
    found = lesson.angles(scheme=scheme, **given)
    reach = given["length"] * given["factor"]
    np.testing.assert_allclose(
        found.trained.numpy(), given["length"] * frequencies(128, given["base"]) / (2 * np.pi), rtol=1e-12
    )
    expected = by_hand(scheme, dim=128, **given)
    np.testing.assert_allclose(found.read.numpy(), reach * expected / (2 * np.pi), rtol=1e-9)
    np.testing.assert_allclose(found.rates, expected / (2 * np.pi), rtol=1e-9)
    assert (found.length, found.reach) == (given["length"], reach)
    assert found.difference < 1e-6


@pytest.mark.parametrize(
    ("scheme", "first", "second"),
    [
        ("unchanged", 18, 29),
        ("linear", 0, 0),
        ("NTK-aware", 17, 28),
        ("dynamic NTK", 0, 0),
        ("YaRN", 0, 0),
        ("Llama 3", 0, 0),
    ],
)
def test_new_angles_are_those_that_no_position_of_training_had(scheme, first, second):
    for given, count, slow in ((FIRST, first, 18), (SECOND, second, 29)):
        found = lesson.angles(scheme=scheme, **given)
        trained, rates = found.trained.numpy(), np.array(found.rates)
        # every position on the way, as a share of a turn, against the largest share in training
        positions = np.linspace(0, found.reach, 8001)[:, None]
        shares = (positions * rates) % 1.0
        met = np.where(trained < 1, trained, 1.0)
        new = (shares > met * (1 + 1e-9)).any(axis=0)
        assert (found.incomplete, found.beyond) == (slow, count)
        assert new.sum() == count and int((trained < 1).sum()) == slow


@pytest.mark.parametrize("scheme", lesson.SCHEMES)
def test_reading_at_the_trained_length_brings_nothing_new(scheme):
    found = lesson.angles(scheme=scheme, length=4096, factor=1, base=10000.0)
    torch.testing.assert_close(found.read, found.trained, atol=0, rtol=0)
    assert found.beyond == 0 and found.incomplete == 18 and found.slowed == 1.0


def test_a_base_that_lets_every_pair_turn_leaves_no_new_angle():
    for scheme in lesson.SCHEMES:
        found = lesson.angles(scheme=scheme, length=131072, factor=32, base=100.0)
        assert (found.incomplete, found.beyond) == (0, 0)


def test_the_base_is_named_where_one_base_makes_the_frequencies():
    bases = {scheme: lesson.angles(scheme=scheme, **FIRST).base for scheme in lesson.SCHEMES}
    assert bases["unchanged"] == pytest.approx(10000)
    assert bases["NTK-aware"] == pytest.approx(10000 * 4 ** (128 / 126))
    assert bases["dynamic NTK"] == pytest.approx(10000 * 13 ** (128 / 126))
    assert bases["linear"] is bases["YaRN"] is bases["Llama 3"] is None
    assert lesson.angles(scheme="dynamic NTK", **FIRST).slowed == pytest.approx(13)
    assert lesson.angles(scheme="YaRN", **FIRST).attention_factor == pytest.approx(0.1 * math.log(4) + 1)


def test_the_difference_of_the_hands_is_measured(monkeypatch):
    right = lesson.rotary.apply_rotary
    monkeypatch.setattr(lesson.rotary, "apply_rotary", lambda x, at, omegas: right(x, [at[0] + 1], omegas))
    assert lesson.angles(scheme="unchanged", **FIRST).difference > 0.1


def test_wavelengths_keep_or_stretch():
    found = lesson.wavelengths(dim=128, **FIRST)
    rows = dict(zip(lesson.SCHEMES, found.stretch.numpy(), strict=True))
    np.testing.assert_allclose(found.waves[0].numpy(), 2 * np.pi / frequencies(128, 10000.0), rtol=1e-12)
    np.testing.assert_allclose(found.waves.numpy(), found.waves[0].numpy() * found.stretch.numpy(), rtol=1e-12)
    np.testing.assert_array_equal(rows["unchanged"], 1)
    np.testing.assert_allclose(rows["linear"], 4, rtol=1e-12)
    np.testing.assert_allclose(rows["NTK-aware"], 4 ** (np.arange(64) / 63), rtol=1e-9)
    turns = found.turns.numpy()
    for scheme, fast in (("YaRN", 32), ("Llama 3", 4)):
        np.testing.assert_array_equal(rows[scheme][turns >= fast], 1)
        np.testing.assert_allclose(rows[scheme][turns <= 1], 4, rtol=1e-12)
        between = rows[scheme][(turns < fast) & (turns > 1)]
        assert ((between > 1) & (between < 4)).all() and (np.diff(between) > 0).all()
    assert found.beyond == (18, 0, 17, 0, 0, 0) and found.incomplete == 18


def test_llama_3_1_reads_farther_than_its_scaling_alone_would_cover():
    found = lesson.llama_3_1()
    trained = found.length * frequencies(128, found.base) / (2 * np.pi)
    slow = trained < 1
    assert (found.length, found.reach, found.factor) == (8192, 131072, 8)
    assert found.incomplete == slow.sum() == 29
    assert (
        found.beyond == (found.reach / found.factor * frequencies(128, found.base) / (2 * np.pi) > trained)[slow].sum()
    )


def test_what_the_exercises_ask():
    assert lesson.trained_position(position=8000, factor=4) == pytest.approx(2000)
    assert lesson.slowed_first(**FIRST) == ("linear",)
    assert lesson.slowed_first(length=4096, factor=1, base=10000.0) == ()


@pytest.mark.parametrize(("heads", "head"), [(8, 3), (12, 9), (12, 8), (2, 1), (64, 64), (6, 5)])
@pytest.mark.parametrize(("length", "factor"), [(64, 4), (512, 1), (512, 8)])
def test_alibi_is_the_softmax_of_its_bias(heads, head, length, factor):
    found = lesson.alibi(heads=heads, head=head, length=length, factor=factor)
    reach = length * factor
    slopes = found.slopes.double().numpy()[:, None]
    exact = np.exp(-slopes * np.arange(reach))
    exact /= exact.sum(axis=1, keepdims=True)
    at = found.distances.numpy().astype(int)
    assert at[0] == 1 and at[-1] == reach - 1 and (np.diff(at) > 0).all()
    np.testing.assert_allclose(found.weights.numpy(), exact[:, at], rtol=1e-5, atol=1e-30)
    np.testing.assert_array_equal(found.half.numpy(), (exact.cumsum(axis=1) < 0.5).sum(axis=1))
    np.testing.assert_allclose(found.past.numpy(), exact[:, length:].sum(axis=1), rtol=1e-4, atol=1e-12)
    bias = found.bias.numpy()
    for i in range(len(bias)):
        for j in range(len(bias)):
            expected = -slopes[head - 1, 0] * (i - j)
            assert np.isnan(bias[i, j]) if j > i else bias[i, j] == pytest.approx(expected, rel=1e-6)
    assert found.limit == pytest.approx(slopes.max() * (len(bias) - 1))
    assert found.difference < 1e-6


def test_slopes_of_a_head_count_between_powers_come_from_both():
    found = lesson.alibi(heads=12, head=1, length=512, factor=2)
    expected = [2.0**-k for k in range(1, 9)] + [2.0**-k for k in (0.5, 1.5, 2.5, 3.5)]
    np.testing.assert_allclose(found.slopes.numpy(), expected, rtol=1e-6)
    assert found.added == 4 and lesson.alibi(heads=16, head=1, length=512, factor=2).added == 0
    assert found.half[8] == 0 and found.half[0] == 1  # head 9 looks less far than head 1


@pytest.mark.parametrize("head", [0, 9, -1])
def test_a_head_that_is_not_there_is_named(head):
    with pytest.raises(ValueError, match=f"head is {head}"):
        lesson.alibi(heads=8, head=head, length=512, factor=2)


@pytest.mark.parametrize(("length", "factor", "scale_base"), [(512, 4, 512), (256, 1, 64), (4096, 32, 4096)])
def test_xpos_multiplies_the_cosine_of_each_pair(length, factor, scale_base):
    found = lesson.xpos(length=length, factor=factor, base=10000.0, scale_base=scale_base)
    at = found.distances.numpy().astype(np.float64)[:, None]
    zeta = (2 * np.arange(64) / 128 + 0.4) / 1.4
    decay = zeta ** (at / scale_base)
    cosines = np.cos(at * frequencies(128, 10000.0))
    np.testing.assert_allclose(found.plain.numpy(), cosines.mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(found.decayed.numpy(), (cosines * decay).mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(found.decays.numpy(), decay[:, list(found.pairs)].T, rtol=1e-4, atol=1e-37)
    past = at[:, 0] > length
    assert found.plain_past == pytest.approx(np.abs(cosines.mean(axis=1))[past].max(initial=0), abs=1e-6)
    assert found.decayed_past == pytest.approx(np.abs((cosines * decay).mean(axis=1))[past].max(initial=0), abs=1e-6)
    assert found.difference < 2e-5


def test_the_difference_of_xpos_is_measured(monkeypatch):
    right = lesson.rotary.xpos_scale
    monkeypatch.setattr(lesson.rotary, "xpos_scale", lambda at, dim, **given: right(2 * at, dim, **given))
    assert lesson.xpos(length=512, factor=2, base=10000.0, scale_base=512).difference > 0.01


def test_the_comparison_counts_what_it_says():
    assert KINDS["learned"]["parameters"] == KINDS["stretched"]["parameters"] == 4096 * 768
    table = layers.LearnedPositionalEmbedding(4096, 768)
    assert sum(p.numel() for p in table.parameters()) == KINDS["learned"]["parameters"]
    assert {row["parameters"] for name, row in KINDS.items() if name not in ("learned", "stretched")} == {0}
    assert (KINDS["sinusoidal"]["beyond"], KINDS["sinusoidal"]["pairs"]) == (
        int((4096 * frequencies(768, 10000.0) / (2 * np.pi) < 1).sum()),
        384,
    )
    counts = dict(zip(lesson.SCHEMES, lesson.wavelengths(dim=128, **FIRST).beyond, strict=True))
    for row in KINDS.values():
        if row["scheme"]:
            assert (row["beyond"], row["pairs"]) == (counts[row["scheme"]], 64)


def test_no_row_past_the_trained_length_is_what_the_layer_says():
    assert KINDS["learned"]["past"] == "no_row"
    with pytest.raises(ValueError, match="positions 0 to 15"):
        layers.LearnedPositionalEmbedding(16, 8)(torch.zeros(1, 17, dtype=torch.long))


def test_every_model_has_a_source():
    uses = [use for row in KINDS.values() for use in row["uses"]]
    assert len(uses) >= len(KINDS) and all(row["uses"] for row in KINDS.values())
    for use in uses:
        assert use["model"] and use["source"] and use["link"].startswith("https://")
        if use["source"].startswith("arXiv "):
            assert use["link"].endswith(use["source"].removeprefix("arXiv "))
    json.dumps(list(KINDS.values()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"factor": 0}, "factor is 0"),
        ({"factor": 1.5}, "factor is 1.5"),
        ({"length": 0}, "length is 0"),
        ({"base": 1.0}, "base is 1"),
        ({"dim": 7}, "dim is 7"),
    ],
)
@pytest.mark.parametrize("scheme", lesson.SCHEMES)
def test_bad_values_are_named(scheme, change, said):
    with pytest.raises(ValueError, match=said):
        lesson.angles(scheme=scheme, **{**FIRST, **change})


def test_an_unknown_scheme_is_named():
    with pytest.raises(ValueError, match="scheme is 'longer'"):
        lesson.scaling("longer", length=10, factor=2)
