"""What the lesson on learned tables computes, against scikit-learn, plain loops and tables whose waves are known."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from embviz.compute import learned, positions
from embviz.compute.layers import LearnedPositionalEmbedding


def noise(n, dim, seed=0):
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))


def waves(n, *turns_and_phases):
    """A table whose columns are cosines of so many turns over n rows."""
    at = 2 * np.pi * np.arange(n) / n
    return torch.tensor(np.stack([np.cos(k * at + phase) for k, phase in turns_and_phases], axis=1)).float()


def test_the_three_tables_are_comparable():
    table = 0.03 * noise(64, 16, seed=5)
    same, sinusoid, random = learned.three(table, seed=1)
    assert same is table and sinusoid.shape == random.shape == (64, 16)
    assert sinusoid.equal(positions.sinusoidal(64, 16))
    assert random.std().item() == pytest.approx(0.03, rel=0.1)
    assert random.equal(learned.three(table, seed=1)[2]) and not random.equal(learned.three(table, seed=2)[2])


def test_waves_are_found_and_sorted_from_fast_to_slow_and_by_phase():
    table = waves(48, (3, 0.5), (20, 0.0), (1, 0.0), (3, -0.5), (3, 0.0))
    assert learned.strongest_waves(table).tolist() == [3, 20, 1, 3, 3]
    assert learned.wave_order(table).tolist() == [1, 3, 4, 0, 2]


def test_sorted_tables_say_which_dimension_each_column_is():
    table = noise(40, 12)
    plain = learned.tables(table, seed=3, by_wave=False)
    by_wave = learned.tables(table, seed=3, by_wave=True)
    assert plain.dims.tolist() == [list(range(12))] * 3 and plain.learned.equal(table)
    assert by_wave.dims[1].tolist() == list(range(12))  # the sinusoid comes sorted
    for name, dims, turns in zip(learned.NAMES, by_wave.dims, by_wave.turns, strict=True):
        assert sorted(dims.tolist()) == list(range(12))
        assert getattr(by_wave, name).equal(getattr(plain, name)[:, dims])
        assert turns.equal(learned.strongest_waves(getattr(by_wave, name)))
    assert (by_wave.turns[0].diff() <= 0).all() and (by_wave.turns[2].diff() <= 0).all()
    np.testing.assert_allclose(by_wave.lengths[0], np.linalg.norm(table.double(), axis=1), rtol=1e-6)
    assert by_wave.tops[0] == table[1:].abs().max() and by_wave.lengths.equal(plain.lengths)


def test_the_mean_at_a_distance_is_the_mean_of_all_pairs_there():
    matrix = noise(9, 9).double()
    pairs = [[matrix[p, p + k] for p in range(9 - k)] for k in range(9)]
    np.testing.assert_allclose(learned.mean_by_distance(matrix), [np.mean(row) for row in pairs], rtol=1e-12)


def test_cosines_are_those_of_float64():
    table = noise(20, 7)
    rows = table.double().numpy()
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(learned.cosines(table), rows @ rows.T, atol=1e-6)


def test_a_single_wave_is_least_alike_at_half_a_turn():
    table = waves(60, (3, 0.0), (3, np.pi / 2))  # one turn in 20 rows: cosine cos(2π distance / 20)
    found = learned.similarity(table, seed=0, n=60)
    assert (found.step, found.low, found.high) == (1, 10, 20)
    np.testing.assert_allclose(found.lines[0], np.cos(2 * np.pi * np.arange(60) / 20), atol=1e-5)


def test_a_table_that_only_falls_has_no_turning_point():
    at = torch.linspace(0, 1, 30)
    found = learned.similarity(torch.stack([at.cos(), at.sin()], dim=1), seed=0, n=30)
    assert found.low is None and found.high is None


def test_matrices_are_thinned_and_lines_are_not():
    table = noise(40, 8)
    whole, thin = (learned.similarity(table, seed=0, n=40, most=most) for most in (40, 16))
    assert whole.step == 1 and thin.step == 3
    assert thin.learned.equal(whole.learned[::3, ::3]) and thin.lines.equal(whole.lines)
    assert learned.similarity(table, seed=0, n=8).learned.shape == (8, 8)


def test_rows_that_stand_apart_are_found():
    table = torch.nn.functional.normalize(noise(50, 30), dim=1)
    table[0] *= 3
    table[20] *= 1.3
    table[21] *= 2
    table[40] *= 1.2  # within a quarter
    found = learned.lengths(table, seed=0)
    assert found.apart == (0, 20, 21) and found.peaks == (0, 21)
    assert [run[:2] for run in found.runs] == [(1, 19), (22, 49)]
    assert [run[2] for run in found.runs] == pytest.approx([1, 1])
    assert found.medians[1] == pytest.approx(15**0.5)


def test_seams_between_neighbours_are_found():
    table = torch.ones(30, 4) + 0.01 * noise(30, 4)
    table[12:] *= torch.tensor([1.0, -1.0, 1.0, -1.0])  # at right angles to those before
    found = learned.neighbours(table, seed=0)
    assert found.apart == found.peaks == (11,)
    assert [run[:2] for run in found.runs] == [(0, 10), (12, 28)]
    assert found.values.shape == (3, 29) and found.means[0] == pytest.approx(28 / 29, abs=0.01)


def test_nothing_stands_apart_among_equals():
    found = learned.lengths(torch.ones(10, 4), seed=0)
    assert found.apart == found.peaks == () and found.runs == ((0, 9, 2.0),)


def test_spectra_name_the_bands_that_hold_the_power():
    table = waves(128, (3, 0.0), (4, 1.0), (30, 0.0), (4, 2.0))
    found = learned.spectra(table, seed=0)
    assert found.bands == ((3, 4), (30, 30)) and found.held == pytest.approx(1, abs=1e-5)
    assert found.slow[0] == pytest.approx(0.75, abs=1e-5) and found.slow[2] == pytest.approx(16 / 64, abs=0.12)
    assert found.dims[0].tolist() == [2, 1, 3, 0]
    assert found.learned.argmax(dim=1).tolist() == [29, 3, 3, 2]  # column k - 1 is k turns
    np.testing.assert_allclose(found.lines.sum(dim=1), 1, atol=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_components_are_those_of_scikit_learn_up_to_sign(scale):
    table = scale * noise(80, 12) @ torch.diag(torch.linspace(3, 0.2, 12)) + 5
    found, explained = learned.principal(table, 5)
    expected = PCA(5, svd_solver="full").fit(table.double().numpy())
    coordinates = expected.transform(table.double().numpy())
    np.testing.assert_allclose(found.abs(), np.abs(coordinates), atol=2e-5 * scale)
    np.testing.assert_allclose(explained, expected.explained_variance_ratio_, rtol=1e-4)


def test_the_sign_of_a_component_is_fixed():
    table = noise(30, 6).double()
    found, _ = learned.principal(table, 6)
    axes = torch.linalg.lstsq(found, table - table.mean(dim=0)).solution
    assert (axes.gather(1, axes.abs().argmax(dim=1, keepdim=True)) > 0).all()
    np.testing.assert_allclose(learned.principal(table.flip(0), 6)[0].flip(0), found, atol=1e-12)


def test_a_wave_is_a_ring_and_its_turns_are_counted():
    table = torch.cat([10 * waves(64, (5, 0.0), (5, np.pi / 2)), 0.1 * noise(64, 14)], dim=1)
    found = learned.path(table, seed=0)
    assert found.turns[0, :2].tolist() == [5, 5]
    radius = found.learned[:, :2].norm(dim=1)
    assert radius.min() > 0.95 * radius.max()
    assert found.learned.shape == (64, learned.COMPONENTS) and (found.explained.sum(dim=1) <= 1.00001).all()


@pytest.mark.parametrize("length", [1, 30, 31, 100])
def test_the_refusal_is_the_layer_s_own(length):
    said = learned.refusal(noise(30, 4), length)
    try:
        LearnedPositionalEmbedding(30, 4)(torch.zeros(1, length, dtype=torch.long))
        assert said is None and length <= 30
    except ValueError as error:
        assert said == str(error) and length > 30


def test_past_the_end_the_table_is_stretched_and_the_sinusoid_goes_on():
    table = noise(30, 24)
    found = learned.past(table, length=88, every=5)
    order = learned.wave_order(table)[::5]
    assert found.learned.equal(table[:, order].T) and found.trained == 30
    expected = [np.interp(np.arange(88) * 29 / 87, np.arange(30), table[:, j]) for j in order]
    np.testing.assert_allclose(found.stretched, np.array(expected), atol=1e-6)
    np.testing.assert_allclose(found.places, np.arange(88) * 29 / 87, atol=1e-5)
    assert found.sinusoidal.equal(positions.sinusoidal(88, 24)[:, ::5].T)
    assert found.same_rows == 0.0 and "88 positions" in found.error
    assert found.before < 0.2 < 0.8 < found.after


def test_at_its_own_length_a_table_stays():
    table = noise(30, 8)
    found = learned.past(table, length=30, every=1)
    assert found.error is None and found.before == found.after
    np.testing.assert_allclose(found.stretched, found.learned, atol=1e-7)


def test_costs_are_counted_by_hand():
    costs = learned.sizes(trained=512, length=1024, width=384)
    assert costs["learned"] == learned.Size(512 * 384, 4 * 512 * 384, 4 * 512 * 384)
    assert costs["stretched"] == learned.Size(1024 * 384, 4 * 1024 * 384, 4 * 1024 * 384)
    assert costs["sinusoidal"] == learned.Size(0, 0, 4 * 1024 * 384)
    assert costs["rotary"] == learned.Size(0, 0, 32 * 8) and costs["none"] == learned.Size(0, 0, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: learned.three(torch.zeros(3), seed=0), "table is torch.float32 of shape"),
        (lambda: learned.three(torch.tensor([[1.0, float("nan")]]), seed=0), "every number must be finite"),
        (lambda: learned.past(torch.zeros(4, 2), length=1), "at least 2"),
        (lambda: learned.sizes(trained=4, length=0, width=4), "length is 0"),
        (lambda: learned.sizes(trained=4, length=4, width=3), "odd"),
    ],
)
def test_bad_values_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
