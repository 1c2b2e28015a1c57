"""Rotation in pictures: turns, moves, layouts and decay, against formulas in float64."""

import numpy as np
import pytest
import torch

from embviz.compute import rotation

SETTINGS = [(2, 10000.0, 0), (16, 10000.0, 6), (64, 10.0, 3), (128, 1e6, 9)]


def omegas(dim, base):
    return base ** (-np.arange(0, dim, 2) / dim)


def pairs(x, layout="interleaved"):
    """The pairs of x (…, dim) as complex numbers in float64."""
    x = np.asarray(x, np.float64)
    half = x.shape[-1] // 2
    return x[..., 0::2] + 1j * x[..., 1::2] if layout == "interleaved" else x[..., :half] + 1j * x[..., half:]


def turned(x, places, base, layout="interleaved"):
    """The pairs of x (dim,) at each of the places, (n, dim/2)."""
    return pairs(x, layout) * np.exp(1j * np.outer(places, omegas(len(x), base)))


@pytest.mark.parametrize(("dim", "base", "seed"), SETTINGS)
def test_turns_are_cosines_and_sines_at_every_quarter(dim, base, seed):
    found = rotation.arrows(dim=dim, base=base, seed=seed, places=20)
    angles = np.outer(np.arange(81) / 4, omegas(dim, base))
    assert found.turns.shape == (81, dim) and found.parts == 4 and found.places == 20
    np.testing.assert_allclose(found.turns[:, 0::2], np.cos(angles), atol=1e-6)
    np.testing.assert_allclose(found.turns[:, 1::2], np.sin(angles), atol=1e-6)
    np.testing.assert_allclose(found.frequencies, omegas(dim, base), rtol=1e-12)


@pytest.mark.parametrize(("dim", "base", "seed"), SETTINGS)
def test_no_score_changes_while_both_move(dim, base, seed):
    found = rotation.arrows(dim=dim, base=base, seed=seed, places=30)
    size = (pairs(found.query) * pairs(found.key).conj()).__abs__()
    assert found.change.shape == (dim // 2,)
    assert bool((found.change >= 0).all()) and np.all(found.change.numpy() <= 2e-6 * np.maximum(size, 0.1))


def test_the_largest_change_is_one_along_a_diagonal():
    scores = torch.tensor([[[0.0, 1.0, 2.0], [5.0, 0.5, 3.0], [9.0, 5.0, -1.0]]])
    assert rotation._largest_change(scores).tolist() == [2.0]  # the diagonals 0, 0.5, -1; 1, 3; 2; 5, 5; 9


def test_a_narrow_head_has_the_first_pairs_of_a_wide_one():
    wide, narrow = (rotation.vectors(dim, seed=4) for dim in (128, 16))
    assert all(torch.equal(w[:16], n) for w, n in zip(wide, narrow, strict=True))
    assert not torch.equal(*wide) and not torch.equal(wide[0], rotation.vectors(128, seed=5)[0])


@pytest.mark.parametrize(("dim", "base", "seed"), SETTINGS)
def test_adding_changes_scores_and_lengths_and_rotating_does_not(dim, base, seed):
    found = rotation.added(dim=dim, base=base, seed=seed, places=25)
    places = np.arange(26)
    waves = np.exp(1j * np.outer(places, omegas(dim, base)))
    table = waves.imag + 1j * waves.real  # (sin, cos) of each pair
    np.testing.assert_allclose(pairs(found.added[::4]), table, atol=1e-6)
    tips = [pairs(x) + table for x in (found.query, found.key)]
    lengths = [np.ptp(np.abs(tip), axis=0).max() for tip in tips]
    assert found.length_change[0] == pytest.approx(max(lengths), abs=1e-5)
    changes = []
    for offset in range(-25, 26):
        m = places[max(0, offset) : 26 + min(0, offset)]
        changes.append(np.ptp((tips[0][m] * tips[1][m - offset].conj()).real, axis=0).max())
    assert found.score_change[0] == pytest.approx(max(changes), abs=1e-4) and max(changes) > 0.5
    assert found.score_change[1] < 1e-5 and found.length_change[1] < 1e-5


@pytest.mark.parametrize("layout", ["interleaved", "half"])
@pytest.mark.parametrize(("dim", "base", "seed"), SETTINGS)
def test_scores_of_both_layouts(dim, base, seed, layout):
    found = rotation.layouts(dim=dim, base=base, layout=layout, seed=seed, n=40, draws=50)
    query, key = rotation.vectors(dim, seed=seed)
    for name in ("interleaved", "half"):
        expected = (turned(query, range(40), base, name) * pairs(key, name).conj()).real.sum(axis=1)
        np.testing.assert_allclose(getattr(found, name), expected, atol=2e-5)
    np.testing.assert_allclose(pairs(found.turned, layout), turned(query, range(40), base, layout), atol=1e-5)
    assert found.interleaved[0].item() == pytest.approx(found.half[0].item(), abs=1e-5)
    assert 0 <= found.norm_change < 1e-5 * query.norm() and found.reordered < 5e-5


def test_two_columns_have_one_layout():
    found = rotation.layouts(dim=2, base=10000.0, layout="half", seed=1)
    assert torch.allclose(found.interleaved, found.half, atol=1e-6) and bool((found.apart < 1e-6).all())


def test_how_far_layouts_are_apart_is_the_distance_of_their_matrices():
    dim, n = 32, 30
    found = rotation.layouts(dim=dim, base=10000.0, layout="half", seed=2, n=n, draws=4000)
    eye = np.eye(dim)
    for place in (0, 1, 7, 29):
        images = []
        for layout in ("interleaved", "half"):
            rows = np.stack([turned(row, [place], 10000.0, layout)[0] for row in eye])
            parts = (rows.real, rows.imag)
            images.append(np.stack(parts, -1).reshape(dim, dim) if layout == "interleaved" else np.hstack(parts))
        expected = np.sqrt(((images[0] - images[1]) ** 2).sum() / dim)
        assert found.apart[place].item() == pytest.approx(expected, rel=0.06, abs=1e-6)


@pytest.mark.parametrize(("dim", "base"), [(2, 10000.0), (16, 100.0), (128, 10000.0)])
def test_curves_of_decay(dim, base):
    found = rotation.decay(dim=dim, base=base, length=200, seed=3, draws=3000)
    angles = np.outer(np.arange(201), omegas(dim, base))
    constant = np.cos(angles).mean(axis=1)
    np.testing.assert_allclose(found.constant, constant, atol=1e-6)
    partial = np.abs(np.cumsum(np.exp(1j * angles), axis=1)).mean(axis=1)
    np.testing.assert_allclose(found.bound, partial / partial[0], atol=1e-6)
    assert found.constant[0] == 1 and found.bound[0] == 1
    assert found.constant_last == pytest.approx(constant[-20:].mean(), abs=1e-6)
    assert found.bound_last == pytest.approx((partial / partial[0])[-20:].mean(), abs=1e-6)
    assert abs(found.rises - (np.diff(constant) > 0).sum()) <= 2  # two neighbours may be equal in float32


def test_random_queries_and_keys_do_not_decay():
    dim = 128
    found = rotation.decay(dim=dim, base=10000.0, length=400, seed=0, draws=3000)
    wide = 1.645 / dim**0.5  # 90 % of N(0, 1 / dim)
    assert found.band_first == pytest.approx(wide, rel=0.06) and found.band_last == pytest.approx(wide, rel=0.06)
    assert found.mean.abs().max() < 5 / (dim * 3000) ** 0.5
    assert found.constant_last < 0.35 and found.bound_last < 0.35 and found.rises > 50


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: rotation.vectors(130, seed=0), "130"),
        (lambda: rotation.vectors(7, seed=0), "7"),
        (lambda: rotation.vectors(8, seed=-1), "-1"),
        (lambda: rotation.arrows(dim=8, base=1.0, seed=0), "1.0"),
        (lambda: rotation.decay(dim=8, base=100.0, length=3, seed=0), "3"),
        (lambda: rotation.layouts(dim=8, base=100.0, layout="striped", seed=0), "striped"),
    ],
)
def test_bad_values_are_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()
