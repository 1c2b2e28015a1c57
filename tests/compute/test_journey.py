"""The way of rows through training: one plane for all snapshots, neighbours, and purity, against plain loops."""

import pytest
import torch

from embviz.compute import corpora
from embviz.compute.journey import following, journey, pair_cosines, purity, unit_rows


@pytest.fixture
def tables():
    return torch.randn(4, 30, 7, generator=torch.Generator().manual_seed(0))


LABELS = tuple("abc"[k % 3] if k < 24 else None for k in range(30))


def test_the_plane_is_that_of_one_snapshot_and_of_its_labelled_rows(tables):
    exact = unit_rows(tables.double())
    for fit, labels in ((-1, None), (1, None), (-1, LABELS)):
        found = journey(tables, fit=fit, labels=labels)
        rows = exact[fit][:24] if labels else exact[fit]
        mean = rows.mean(dim=0)
        values, vectors = torch.linalg.eigh((rows - mean).T @ (rows - mean))
        assert found.shares == pytest.approx((values.flip(0)[:2] / values.sum()).tolist(), abs=1e-5)
        assert found.fit == fit % 4
        expected = (exact - mean) @ vectors.flip(1)[:, :2]
        points = found.points.reshape(4, 30, 2)
        for axis in range(2):  # a component's sign is free
            signed = expected[..., axis] * torch.sign((expected[..., axis] * points[..., axis]).sum())
            torch.testing.assert_close(points[..., axis].double(), signed, atol=1e-5, rtol=0)
        assert found.unit == pytest.approx(points.abs().max().item())


def test_neighbours_are_the_nearest_by_cosine(tables):
    found = journey(tables, k=3)
    for s in range(4):
        unit = unit_rows(tables[s].double())
        for i in range(30):
            others = sorted((-(unit[i] @ unit[j]).item(), j) for j in range(30) if j != i)[:3]
            assert found.neighbours[30 * s + i].tolist() == [j for _, j in others]
            assert found.cosines[30 * s + i].tolist() == pytest.approx([-c for c, _ in others], abs=1e-6)


def test_purity_is_that_of_the_corpora(tables):
    found = journey(tables, labels=LABELS)
    expected = [corpora.class_purity(table, LABELS) for table in tables]
    assert found.purity.tolist() == pytest.approx(expected)
    assert purity(tables[2], LABELS) == pytest.approx(expected[2])
    assert purity(tables[0], (None,) * 30) is None and journey(tables).purity is None


def test_pairs_are_followed(tables):
    cosines = pair_cosines(tables, [(0, 1), (3, 3)])
    expected = torch.nn.functional.cosine_similarity(tables[:, 0], tables[:, 1])
    torch.testing.assert_close(cosines[:, 0], expected)
    torch.testing.assert_close(cosines[:, 1], torch.ones(4))


def test_the_newest_plane_does_not_jump(tables):
    """A snapshot that is the one before, turned in the space, looks the same; without the turn its signs are free."""
    turn = torch.linalg.qr(torch.randn(7, 7, generator=torch.Generator().manual_seed(1)))[0]
    for table in tables:
        still = following(table[None])
        torch.testing.assert_close(following(torch.stack([table, table @ turn])), still, atol=1e-4, rtol=0)
        torch.testing.assert_close(still.pow(2).sum(), journey(table[None]).points.pow(2).sum())


@pytest.mark.parametrize("given", [torch.zeros(3, 4), torch.zeros(2, 2, 4), torch.zeros(0, 5, 4)])
def test_what_is_no_row_of_snapshots_is_refused(given):
    with pytest.raises(ValueError, match="three rows or more"):
        journey(given)


def test_a_snapshot_that_is_not_there_is_refused(tables):
    with pytest.raises(ValueError, match="no snapshot 4"):
        journey(tables, fit=4)
