import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes

from embviz.compute.agreement import agreement, neighbour_overlap, procrustes


def drawn(n, dim, seed=0):
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))


def rotation(dim, seed=0):
    return torch.linalg.qr(drawn(dim, dim, seed).double())[0].float()


class TestOverlap:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 10**6), n=st.integers(3, 25), k=st.integers(1, 8), noise=st.sampled_from([0.1, 1, 10]))
    def test_brute_force(self, seed, n, k, noise):
        a = drawn(n, 4, seed)
        b = torch.cat([a + noise * drawn(n, 4, seed + 1), drawn(n, 1, seed + 2)], dim=1)  # one wider
        if k >= n:
            with pytest.raises(ValueError, match=f"k is {k}; a row has {n - 1} other"):
                neighbour_overlap(a, b, k=k)
            return
        near = []
        for table in (a.double().numpy(), b.double().numpy()):
            unit = table / np.linalg.norm(table, axis=1, keepdims=True)
            cosines = unit @ unit.T
            np.fill_diagonal(cosines, -2)
            near.append([set(row[:k]) for row in np.argsort(-cosines, axis=1)])
        expected = [len(one & other) / k for one, other in zip(*near, strict=True)]
        assert neighbour_overlap(a, b, k=k).tolist() == pytest.approx(expected)
        assert neighbour_overlap(a, b, k=k, places=[n - 1, 0]).tolist() == pytest.approx([expected[-1], expected[0]])

    def test_chance(self):
        """Of 300 unrelated words, within 5 standard errors of the hypergeometric mean."""
        found = neighbour_overlap(drawn(300, 20, 1), drawn(300, 20, 2), k=30)
        expected = agreement(drawn(300, 20, 1), drawn(300, 20, 2), k=30).chance
        assert expected == 30 / 299
        assert abs(found.mean().item() - expected) < 5 * found.std().item() / 300**0.5


class TestProcrustes:
    @pytest.mark.parametrize("shape", [(30, 5), (4, 7)])
    def test_scipy(self, shape):
        a, b = drawn(*shape, 0), drawn(*shape, 1)
        found = procrustes(a, b)
        assert found.dtype == torch.float32
        torch.testing.assert_close(found @ found.T, torch.eye(shape[1]), rtol=0, atol=1e-5)
        expected, _ = orthogonal_procrustes(b.double().numpy(), a.double().numpy())
        distance, best = ((b.double() @ torch.as_tensor(q).double() - a.double()).norm() for q in (found, expected))
        assert distance == pytest.approx(best.item(), rel=1e-6)
        if shape[0] > shape[1]:  # otherwise more than one is best
            np.testing.assert_allclose(found, expected, atol=1e-5)


class TestAgreement:
    def test_a_turned_table_agrees_in_all_but_coordinates(self):
        a = drawn(200, 16)
        found = agreement(a, a @ rotation(16, 3))
        assert bool((found.neighbours == 1).all()) and found.neighbours.shape == (200,)
        torch.testing.assert_close(found.aligned_cosines, torch.ones(200), rtol=0, atol=1e-5)
        torch.testing.assert_close(found.aligned_correlations, torch.ones(16), rtol=0, atol=1e-5)
        assert found.cosines.abs().mean() < 0.5 and found.correlations.abs().mean() < 0.5

    def test_numpys_correlations(self):
        a, b = drawn(50, 3, 0), drawn(50, 3, 1)
        a[:, 1] = 2.0
        found = agreement(a, b, k=3, places=[4])
        assert found.correlations[1] == 0 and found.neighbours.shape == (1,)
        for column in (0, 2):
            expected = np.corrcoef(a[:, column].double(), b[:, column].double())[0, 1]
            assert found.correlations[column].item() == pytest.approx(expected, abs=1e-6)
        one, other = a.double().numpy(), (b @ procrustes(a, b)).double().numpy()
        expected = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
        np.testing.assert_allclose(found.aligned_cosines, expected, atol=1e-6)

    def test_on_the_device(self, device):
        a, b = drawn(20, 4, 0).to(device), drawn(20, 4, 1).to(device)
        found = agreement(a, b, k=3, places=torch.tensor([1, 2], device=device))
        torch.testing.assert_close(found.neighbours.cpu(), neighbour_overlap(a.cpu(), b.cpu(), k=3, places=[1, 2]))


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: neighbour_overlap(drawn(3, 2), drawn(4, 2)), ["3 rows", "b 4"]),
        (lambda: neighbour_overlap(drawn(3, 2), drawn(3, 2), k=0), ["k is 0"]),
        (lambda: neighbour_overlap(drawn(3, 2), drawn(3, 2), k=1, places=[3]), ["places", "3", "0 to 2"]),
        (lambda: procrustes(drawn(3, 2), drawn(3, 3)), ["(3, 2)", "(3, 3)"]),
        (lambda: agreement(drawn(3, 2) / 0, drawn(3, 2)), ["a holds"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
