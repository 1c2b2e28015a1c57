"""What the text says of minilm's position table, computed a second way: numpy, float64, scikit-learn."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.decomposition import PCA

from embviz.lessons.learned import LESSON
from embviz.tables import learned


@pytest.fixture(scope="module")
def table():
    return learned.trained().double().numpy()


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def shares(rows):
    """The share of each number of turns, 1 to n/2, in each column."""
    power = np.abs(np.fft.rfft(rows - rows.mean(axis=0), axis=0)[1:]) ** 2
    power[:-1] *= 2
    return power / power.sum(axis=0)


def test_the_table_is_what_it_is_said_to_be(table):
    assert table.shape == (512, 384) and learned.trained().dtype.is_floating_point


def test_row_0_stands_apart_and_so_do_the_ends_of_128_and_512(table):
    found = learned.lengths(seed=0)
    lengths = np.linalg.norm(table, axis=1)
    np.testing.assert_allclose(found.values[0], lengths, rtol=1e-6)
    assert found.apart == (0, 127, 510, 511) and found.peaks == (0, 127, 511)
    middle = np.sort(lengths)[255]
    assert [f"{lengths[row]:.3g}" for row in found.peaks] == ["2.36", "0.689", "0.97"]
    assert set(np.flatnonzero(np.abs(lengths / middle - 1) > 0.25)) == {0, 127, 510, 511}
    assert [run[:2] for run in found.runs] == [(1, 126), (128, 509)]
    assert np.median(lengths[1:127]) < 0.9 * np.median(lengths[128:510])


def test_position_0_has_one_number_that_no_other_row_reaches(table):
    assert f"{table[0, 99]:.3g}" == "1.87" and f"{np.abs(table[1:]).max():.3g}" == "0.184"


def test_neighbours_are_alike_but_for_three_places(table):
    found = learned.neighbours(seed=0)
    cosines = np.array([cosine(a, b) for a, b in pairwise(table)])
    np.testing.assert_allclose(found.values[0], cosines, atol=1e-6)
    assert found.peaks == (0, 126, 510) and found.apart == (0, 126, 127, 509, 510)
    assert found.means[0] == pytest.approx(0.851, abs=5e-4)
    assert found.means[1] == pytest.approx(0.9727, abs=5e-4) and found.means[2] == pytest.approx(0, abs=0.01)


def test_rows_are_alike_in_waves(table):
    assert cosine(table[30], table[36]) > cosine(table[30], table[33]) + 0.1
    found = learned.similarity(seed=0, n=64)
    assert (found.low, found.high) == (3, 6)
    at = [np.mean([cosine(table[p], table[p + k]) for p in range(64 - k)]) for k in (1, 3, 6)]
    np.testing.assert_allclose(found.lines[0, [1, 3, 6]], at, atol=1e-6)
    assert learned.similarity(seed=0, n=512).learned.shape == (256, 256)


@pytest.mark.parametrize("n", [16, 32, 64, 128, 256, 512])
def test_every_choice_of_n_has_the_turning_points_that_the_text_names(n):
    found = learned.similarity(seed=0, n=n)
    assert found.low == 3 and found.high in (5, 6)


def test_four_bands_of_waves_hold_most_of_the_power(table):
    found = learned.spectra(seed=0)
    mean = shares(table).mean(axis=1)
    np.testing.assert_allclose(found.lines[0], mean, atol=1e-6)
    assert found.bands == ((1, 5), (8, 11), (25, 32), (77, 92))
    within = np.concatenate([np.arange(first - 1, last) for first, last in found.bands])
    assert found.held == pytest.approx(mean[within].sum(), abs=1e-5) and found.held == pytest.approx(0.85, abs=0.005)
    strong = np.flatnonzero(mean >= 2 / 256)
    assert set(strong) <= set(within)  # whatever is twice as strong as in noise lies in a band
    assert [f"{part:.0%}" for part in found.slow] == ["49%", "81%", "6%"]
    assert [f"{part:.0%}" for part in found.lines[:, :92].sum(dim=1)] == ["93%", "100%", "36%"]


@pytest.mark.parametrize("seed", [0, 7, 99])
def test_noise_has_no_bands_and_its_neighbours_nothing_in_common(seed):
    found = learned.spectra(seed=seed)
    assert found.bands == ((1, 5), (8, 11), (25, 32), (77, 92))  # the seed is the random table's alone
    assert found.lines[2].max() < 1.5 / 256
    assert abs(learned.neighbours(seed=seed).means[2]) < 0.01


def test_ten_components_hold_it(table):
    found = learned.path(seed=0)
    expected = PCA(10, svd_solver="full").fit(table)
    np.testing.assert_allclose(found.explained[0], expected.explained_variance_ratio_, rtol=1e-4)
    np.testing.assert_allclose(found.learned.abs(), np.abs(expected.transform(table)), atol=1e-4)
    assert [f"{part:.0%}" for part in found.explained.sum(dim=1)] == ["89%", "49%", "8%"]
    assert found.turns[0, :2].tolist() == [88, 88]


def test_past_its_end_the_table_refuses_or_is_stretched():
    found = learned.past(length=1024)
    assert "1024 positions is longer than max_seq_len, 512" in found.error
    assert found.before == pytest.approx(0.851, abs=5e-4) and found.after == pytest.approx(0.965, abs=5e-4)
    assert found.places[700].item() == pytest.approx(700 * 511 / 1023, abs=1e-4)  # between old rows 349 and 350
    assert found.same_rows == 0.0
    assert learned.past(length=512).error is None


def test_costs_come_in_the_order_of_their_names():
    found = learned.sizes(length=1024, width=384)
    assert found.names == ("learned", "stretched", "sinusoidal", "rotary", "none")
    assert found.costs[1] == (393216, 1572864, 1572864) and found.costs[4] == (0, 0, 0)


def test_the_answers_by_hand():
    answers = {item.id: item.answer() for item in LESSON.exercises}
    assert answers == {
        "smooth": "about 0.85",
        "which": "either, then only sinusoidal",
        "parameters": 1024 * 384,
    }
