import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from torch.utils._python_dispatch import TorchDispatchMode

from embviz import tables
from embviz.compute import projection
from embviz.compute.projection import axis, project


def drawn(n: int, dim: int, seed: int = 0) -> torch.Tensor:
    """Rows with a mean that is not 0 and a spread that differs from column to column, mixed by a rotation."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(n, dim, generator=generator) * torch.linspace(3, 0.2, dim)
    return rows @ torch.linalg.qr(torch.randn(dim, dim, generator=generator)).Q + torch.randn(dim, generator=generator)


@pytest.fixture
def way(request, monkeypatch):
    """Makes `project` take the SVD, or never."""
    monkeypatch.setattr(projection, "SVD_OPERATIONS", math.inf if request.param == "svd" else 0)
    return request.param


def same_up_to_sign(found: torch.Tensor, expected: np.ndarray, atol: float) -> None:
    """Each row is the expected one or its negative."""
    found = found.double().numpy()
    signs = np.sign((found * expected).sum(axis=-1, keepdims=True))
    np.testing.assert_allclose(found, signs * expected, atol=atol)


class TestPCA:
    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    @pytest.mark.parametrize(("n", "dim"), [(2, 1), (3, 3), (50, 8), (300, 60), (20, 100), (2000, 7), (9, 10)])
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
    def test_scikit_learns(self, way, n, dim, dtype):
        vectors = drawn(n, dim).to(dtype)
        k = min(4, n - 1, dim)
        found = project(vectors, n_components=k)
        peer = PCA(k, svd_solver="full").fit(vectors.double().numpy())
        np.testing.assert_allclose(found.mean, peer.mean_, atol=1e-5)
        np.testing.assert_allclose(found.explained_variance_ratio, peer.explained_variance_ratio_, atol=1e-6)
        same_up_to_sign(found.components, peer.components_, 1e-5)
        same_up_to_sign(found.coordinates.T, peer.transform(vectors.double().numpy()).T, 1e-4)
        assert found.coordinates.shape == (n, k) and found.components.shape == (k, dim)
        for each in (found.coordinates, found.explained_variance_ratio, found.components, found.mean):
            assert each.dtype == torch.float32

    @settings(max_examples=60, deadline=None)
    @given(n=st.integers(2, 40), dim=st.integers(1, 12), seed=st.integers(0, 10**6), svd=st.booleans())
    def test_properties(self, n, dim, seed, svd):
        vectors, k = drawn(n, dim, seed), min(n, dim)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(projection, "SVD_OPERATIONS", math.inf if svd else 0)
            found = project(vectors, n_components=k)
        gram = found.components @ found.components.T
        torch.testing.assert_close(gram, torch.eye(k), atol=1e-5, rtol=0)
        ratio = found.explained_variance_ratio
        assert (ratio >= 0).all() and (ratio.diff() <= 1e-6).all() and ratio.sum().item() == pytest.approx(1, abs=1e-5)
        torch.testing.assert_close(found.coordinates.mean(dim=0), torch.zeros(k), atol=1e-4, rtol=0)
        # all components together are the whole table, turned
        torch.testing.assert_close(found.coordinates @ found.components + found.mean, vectors, atol=1e-4, rtol=1e-4)
        variance = found.coordinates.double().var(dim=0)
        total = vectors.double().var(dim=0).sum()
        torch.testing.assert_close((variance / total).float(), ratio, atol=1e-5, rtol=0)
        # coordinates along different components are uncorrelated
        moments = found.coordinates.double().T @ found.coordinates.double() / (n - 1)
        assert (moments - moments.diag().diag()).abs().max() < 1e-4 * total

    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    def test_by_hand(self, way):
        # the points (±3, ±1) / sqrt(2) turned by 45 degrees, around (10, 20)
        vectors = torch.tensor([[1.0, 2.0], [2.0, 1.0], [-1.0, -2.0], [-2.0, -1.0]]) + torch.tensor([10.0, 20.0])
        found = project(vectors)
        root = math.sqrt(0.5)
        torch.testing.assert_close(found.components, torch.tensor([[root, root], [root, -root]]))
        torch.testing.assert_close(found.explained_variance_ratio, torch.tensor([0.9, 0.1]))
        torch.testing.assert_close(
            found.coordinates, root * torch.tensor([[3.0, -1.0], [3.0, 1.0], [-3.0, 1.0], [-3.0, -1.0]])
        )

    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    @pytest.mark.parametrize(("n", "dim"), [(40, 6), (6, 40)])
    def test_the_sign_is_fixed(self, way, n, dim):
        vectors = drawn(n, dim, 3)
        found = project(vectors, n_components=5)
        for component in found.components:
            assert component[component.abs().argmax()] > 0
        mirrored = project(-vectors, n_components=5)
        torch.testing.assert_close(mirrored.components, found.components, atol=1e-5, rtol=0)
        torch.testing.assert_close(mirrored.coordinates, -found.coordinates, atol=1e-4, rtol=0)
        order = torch.randperm(n, generator=torch.Generator().manual_seed(1))
        torch.testing.assert_close(
            project(vectors[order], n_components=5).coordinates, found.coordinates[order], atol=1e-4, rtol=0
        )

    def test_of_equal_loadings_the_first_is_positive(self):
        """(1, -1) / sqrt(2): which of the two is the larger is rounding."""
        line = torch.linspace(-1, 1, 101)[:, None]
        for factor in (1.0, 0.1, 3.3, 1e-4):
            for dim in (2, 5):
                direction = torch.tensor([(-1.0) ** i for i in range(dim)]) * factor
                found = project(line * -direction, n_components=1)
                assert found.components[0, 0] > 0 and found.coordinates[0] > 0

    def test_the_same_every_time(self):
        vectors = tables.load("glove").vectors[:3000]
        first, again = project(vectors), project(vectors.clone())
        assert torch.equal(first.coordinates, again.coordinates)

    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    @pytest.mark.parametrize("offset", [1e2, 1e5])
    def test_a_mean_far_from_0_costs_nothing(self, way, offset):
        """In the products of the numbers themselves, of 1e10, a variance of 1 is lost in float32."""
        vectors = drawn(3000, 10) + offset
        peer = PCA(3, svd_solver="full").fit(vectors.double().numpy())
        found = project(vectors, n_components=3)
        np.testing.assert_allclose(found.explained_variance_ratio, peer.explained_variance_ratio_, atol=5e-6)
        same_up_to_sign(found.components, peer.components_, 2e-5)
        same_up_to_sign(found.coordinates.T, peer.transform(vectors.double().numpy()).T, 2e-7 * offset + 2e-4)

    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    @pytest.mark.parametrize("size", [1e-30, 1e-12, 1e12, 1e25])
    def test_any_size_of_number(self, way, size):
        vectors = drawn(500, 6)
        found, expected = project(vectors * size), project(vectors)
        torch.testing.assert_close(found.components, expected.components, atol=1e-5, rtol=0)
        torch.testing.assert_close(found.explained_variance_ratio, expected.explained_variance_ratio)
        torch.testing.assert_close(found.coordinates / size, expected.coordinates, atol=1e-4, rtol=1e-4)

    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    @pytest.mark.parametrize(("n", "dim"), [(30, 4), (7, 50), (1, 1), (1, 5), (7, 1)])
    @pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 0.7])
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    def test_a_table_without_variance(self, way, n, dim, value, dtype):
        k = min(n, dim)
        found = project(torch.full((n, dim), value, dtype=dtype), n_components=k)
        assert torch.equal(found.explained_variance_ratio, torch.zeros(k))
        assert found.coordinates.abs().max() < 1e-6
        torch.testing.assert_close(found.components @ found.components.T, torch.eye(k))

    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    @pytest.mark.parametrize(("n", "dim"), [(50, 8), (8, 50)])
    def test_components_beyond_the_rank(self, way, n, dim):
        vectors = drawn(n, 2) @ torch.randn(2, dim, generator=torch.Generator().manual_seed(0))
        found = project(vectors, n_components=8)
        torch.testing.assert_close(found.components @ found.components.T, torch.eye(8), atol=1e-5, rtol=0)
        assert found.explained_variance_ratio[:2].sum().item() == pytest.approx(1)
        assert found.explained_variance_ratio[2:].max() < 1e-7 and found.coordinates[:, 2:].abs().max() < 1e-4

    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    def test_other_vectors_come_into_the_same_picture(self, way):
        vectors = drawn(200, 12)
        found = project(vectors, n_components=3)
        torch.testing.assert_close(found.placed(vectors), found.coordinates, atol=1e-5, rtol=1e-5)
        middle = (vectors[3] + vectors[9])[None] / 2
        torch.testing.assert_close(
            found.placed(middle)[0], (found.coordinates[3] + found.coordinates[9]) / 2, atol=1e-5, rtol=1e-5
        )
        assert found.placed(vectors[:0]).shape == (0, 3)

    @pytest.mark.parametrize("block", [1, 300, 5000])
    @pytest.mark.parametrize("way", ["svd", "other"], indirect=True)
    def test_blocks_do_not_show(self, way, block, monkeypatch):
        vectors = drawn(700, 9)
        whole = project(vectors, n_components=3)
        monkeypatch.setattr(projection, "BLOCK_ELEMENTS", block)
        found = project(vectors, n_components=3)
        torch.testing.assert_close(found.components, whole.components, atol=2e-6, rtol=0)
        torch.testing.assert_close(found.coordinates, whole.coordinates, atol=5e-5, rtol=0)

    def test_memory_is_bounded(self, monkeypatch):
        monkeypatch.setattr(projection, "BLOCK_ELEMENTS", 5000)
        vectors = drawn(20_000, 10)
        sizes = []

        class Sizes(TorchDispatchMode):
            def __torch_dispatch__(self, func, types, args=(), kwargs=None):
                out = func(*args, **(kwargs or {}))
                for each in out if isinstance(out, tuple | list) else [out]:
                    if isinstance(each, torch.Tensor):
                        view = vectors.data_ptr() <= each.data_ptr() < vectors.data_ptr() + 4 * vectors.numel()
                        sizes.append(0 if view else each.numel())
                return out

        monkeypatch.setattr(projection, "SVD_OPERATIONS", 0)
        with Sizes():
            project(vectors, n_components=2)
        assert 5000 <= max(sizes) <= 40_000  # the result is (20,000, 2)

    def test_on_the_device(self, device):
        for n, dim in ((400, 9), (9, 400)):
            vectors = drawn(n, dim)
            found, expected = project(vectors.to(device)), project(vectors)
            assert found.coordinates.device.type == found.components.device.type == device.type
            torch.testing.assert_close(found.coordinates.cpu(), expected.coordinates, atol=1e-4, rtol=1e-4)

    def test_real_table(self):
        vectors = tables.load("glove").vectors
        found = project(vectors, n_components=3)
        peer = PCA(3, svd_solver="full").fit(vectors.double().numpy())
        np.testing.assert_allclose(found.explained_variance_ratio, peer.explained_variance_ratio_, atol=1e-7)
        same_up_to_sign(found.components, peer.components_, 1e-5)
        same_up_to_sign(found.coordinates.T, peer.transform(vectors.double().numpy()).T, 1e-4)


@pytest.fixture(scope="module")
def groups():
    """120 rows in three groups, and which."""
    generator = torch.Generator().manual_seed(0)
    kind = torch.arange(120) % 3
    return torch.randn(3, 20, generator=generator)[kind] * 2 + torch.randn(120, 20, generator=generator) * 0.3, kind


class TestTSNE:
    def test_groups_come_apart(self, groups):
        vectors, kind = groups
        found = project(vectors, "tsne", perplexity=20.0)
        places = found.coordinates
        assert places.shape == (120, 2) and places.dtype == torch.float32
        nearest = torch.cdist(places, places).fill_diagonal_(math.inf).argmin(dim=1)
        assert (kind[nearest] == kind).float().mean() > 0.97
        assert trustworthiness(vectors.numpy(), places.numpy(), n_neighbors=5) > 0.85
        again = project(vectors.clone(), "tsne", perplexity=20.0)
        assert torch.equal(again.coordinates, places)
        assert found.explained_variance_ratio is None and found.components is None and found.mean is None
        with pytest.raises(ValueError, match="t-SNE places only"):
            found.placed(vectors)

    def test_dimensions_and_perplexity(self, groups):
        vectors = groups[0].half()
        for k in (1, 3):
            assert project(vectors, "tsne", k, perplexity=5).coordinates.shape == (120, k)
        few, many = (project(vectors, "tsne", 2, perplexity=p).coordinates for p in (5.0, 50.0))
        assert not torch.allclose(few, many)

    def test_the_start_is_pca(self, groups):
        start = projection._tsne_start(groups[0], 2)
        coordinates = project(groups[0]).coordinates
        assert start[:, 0].std(correction=0).item() == pytest.approx(1e-4)
        torch.testing.assert_close(start / start[0, 0], coordinates / coordinates[0, 0])

    def test_rows_that_are_all_equal(self):
        assert project(torch.ones(40, 3), "tsne", perplexity=5).coordinates.isfinite().all()


class TestAxis:
    @settings(max_examples=60, deadline=None)
    @given(n=st.integers(2, 30), dim=st.integers(1, 9), seed=st.integers(0, 10**6))
    def test_the_way_from_one_row_to_another(self, n, dim, seed):
        vectors = drawn(n, dim, seed)
        found = axis(vectors, 0, 1)
        exact = vectors.double().numpy()
        way = exact[1] - exact[0]
        np.testing.assert_allclose(found, exact @ way / np.linalg.norm(way), atol=1e-5)
        assert found.shape == (n,) and found.dtype == torch.float32
        assert (found[1] - found[0]).item() == pytest.approx(np.linalg.norm(way), rel=1e-3, abs=1e-5)
        torch.testing.assert_close(axis(vectors, 1, 0), -found)
        torch.testing.assert_close(axis(vectors, vectors[0], torch.tensor(1)), found)

    def test_by_hand(self, device):
        vectors = torch.tensor([[0.0, 0.0], [0.0, 10.0], [3.0, 4.0], [7.0, -1.0]], device=device)
        assert axis(vectors, 0, 1).tolist() == [0.0, 10.0, 4.0, -1.0]
        assert axis(vectors, vectors[0], torch.tensor([2.0, 0.0])).tolist() == [0.0, 0.0, 3.0, 7.0]

    @pytest.mark.parametrize("size", [1e-40, 1e-20, 1e20, 1e38])
    def test_any_size_of_step(self, size):
        vectors = torch.tensor([[1.0, 2.0]])
        end = torch.tensor([size, size])
        assert axis(vectors, torch.zeros(2), end).item() == pytest.approx(3 / math.sqrt(2), rel=1e-5)

    def test_blocks_do_not_show(self, monkeypatch):
        vectors = drawn(40, 5)
        whole = axis(vectors, 0, 1)
        monkeypatch.setattr(projection, "BLOCK_ELEMENTS", 12)
        assert torch.equal(axis(vectors, 0, 1), whole)


TABLE = drawn(6, 3)
BAD = TABLE.clone()
BAD[4, 1] = math.nan


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: project(BAD), ["vectors holds nan in row 4, column 1"]),
        (lambda: project(BAD, "tsne", perplexity=2), ["nan in row 4"]),
        (lambda: project(TABLE, "umap"), ["method", "'umap'", "tsne"]),
        (lambda: project(TABLE, n_components=0), ["n_components is 0"]),
        (lambda: project(TABLE, n_components=4), ["n_components is 4", "(6, 3)", "3 principal"]),
        (lambda: project(TABLE[:2], n_components=3), ["n_components is 3", "(2, 3)", "2 principal"]),
        (lambda: project(TABLE, seed=-1), ["seed is -1"]),
        (lambda: project(TABLE[0]), ["vectors", "(3,)", "(rows, dim)"]),
        (lambda: project(TABLE[:0]), ["vectors", "(0, 3)"]),
        (lambda: project(torch.zeros(5001, 2), "tsne"), ["5,001 rows", "at most 5,000"]),
        (lambda: project(TABLE, "tsne"), ["perplexity is 30.0", "6 rows", "below 6"]),
        (lambda: project(TABLE, "tsne", perplexity=0.5), ["perplexity is 0.5", "at least 1"]),
        (lambda: project(TABLE, "tsne", perplexity=math.nan), ["perplexity is nan"]),
        (lambda: project(torch.zeros(9, 5), "tsne", 4, perplexity=2), ["n_components is 4", "1 to 3"]),
        (lambda: project(torch.zeros(9, 1), "tsne", 2, perplexity=2), ["n_components is 2", "width 1", "1 to 1"]),
        (lambda: project(TABLE).placed(TABLE[:, :2]), ["(6, 2)", "3 wide"]),
        (lambda: axis(TABLE, 0, 6), ["end holds 6", "0 to 5"]),
        (lambda: axis(TABLE, 2, 2), ["same vector"]),
        (lambda: axis(TABLE, 0, TABLE[0, :2]), ["end is of shape (2,)", "(3,)"]),
        (lambda: axis(TABLE, torch.tensor([0, 1]), 2), ["start is of shape (2,)"]),
        (lambda: axis(TABLE, BAD[4], 0), ["start hold nan"]),
        (lambda: axis(BAD, 0, 1), ["row 4"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
