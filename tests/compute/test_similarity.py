import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import cosine_similarity as sklearn_cosines
from torch.utils._python_dispatch import TorchDispatchMode

from embviz import tables
from embviz.compute import ranking as engine
from embviz.compute.similarity import (
    METHODS,
    METRICS,
    analogy,
    centred,
    cosine_similarity,
    nearest,
    order_by_clustering,
    pair_cosines,
    paired_cosines,
    plane,
    random_cosine_band,
    standardised,
)

SIZES = {"n": st.integers(1, 40), "dim": st.integers(1, 9), "seed": st.integers(0, 10**6)}


def drawn(n: int, dim: int, seed: int = 0, *, whole: bool = False) -> torch.Tensor:
    """Rows of N(0, 1), or of -1, 0 and 1 alone, among which scores tie and rows are zero or repeated."""
    generator = torch.Generator().manual_seed(seed)
    if whole:
        return torch.randint(-1, 2, (n, dim), generator=generator).float()
    return torch.randn(n, dim, generator=generator)


def units(rows: torch.Tensor) -> np.ndarray:
    rows = rows.double().numpy()
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def scores_of(vectors: torch.Tensor, queries: torch.Tensor, metric: str) -> np.ndarray:
    """All scores in float64 by numpy, larger is better, rounded like the results."""
    exact, asked = vectors.double().numpy(), queries.double().numpy()
    if metric == "cosine":
        lengths = np.linalg.norm(asked, axis=1)[:, None] * np.linalg.norm(exact, axis=1)
        found = np.divide(asked @ exact.T, lengths, out=np.zeros((len(asked), len(exact))), where=lengths > 0)
    elif metric == "dot":
        found = asked @ exact.T
    else:
        found = -np.linalg.norm(asked[:, None] - exact, axis=2)
    return found.round(12).astype(np.float32)


def ranking(scores: np.ndarray, k: int, excluded: list[list[int]] | None = None) -> np.ndarray:
    """The k best by (-score, row number), the excluded rows left out."""
    order = [sorted(range(scores.shape[1]), key=lambda row: (-line[row], row)) for line in scores]
    left = [[row for row in line if not excluded or row not in excluded[q]] for q, line in enumerate(order)]
    return np.array([line[:k] for line in left]).reshape(len(scores), k)


class LargestResult(TorchDispatchMode):
    """Notes the size of the largest tensor that any torch operation makes."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for each in out if isinstance(out, tuple | list) else [out]:
            if isinstance(each, torch.Tensor):
                self.elements = max(self.elements, each.numel())
        return out


@pytest.fixture(scope="module")
def glove():
    return tables.load("glove")


@pytest.fixture
def small_blocks(monkeypatch):
    """A function that makes blocks, tiles, groups and pieces so small that every result takes many of them."""

    def make(block: int) -> None:
        monkeypatch.setattr(engine, "BLOCK_ELEMENTS", block)
        monkeypatch.setattr(engine, "_TILE_ELEMENTS", max(1, block // 3))
        monkeypatch.setattr(engine, "_TILE_QUERIES", 2 + block % 3)
        monkeypatch.setattr(engine, "_PAIR_ELEMENTS", block)
        monkeypatch.setattr(engine, "_MAX_GROUP", 1 + block % 7)
        monkeypatch.setattr(engine, "_GROUP_SHARE", 1.0)

    return make


class TestCosines:
    @settings(max_examples=60, deadline=None)
    @given(**SIZES, m=st.integers(0, 30), whole=st.booleans())
    def test_scikit_learns(self, n, m, dim, seed, whole):
        a, b = drawn(n, dim, seed, whole=whole), drawn(m, dim, seed + 1, whole=whole)
        found = cosine_similarity(a, b)
        assert found.shape == (n, m) and found.dtype == torch.float32
        expected = sklearn_cosines(a.double(), b.double()) if m else np.zeros((n, 0))
        np.testing.assert_allclose(found, expected, atol=1e-7)
        assert torch.equal(cosine_similarity(a), cosine_similarity(a, a))

    @settings(max_examples=40, deadline=None)
    @given(**SIZES)
    def test_a_row_with_itself_is_exactly_1(self, n, dim, seed):
        rows = drawn(n, dim, seed) * 10.0 ** torch.arange(n)[:, None].fmod(9)
        assert torch.equal(cosine_similarity(rows).diagonal(), torch.ones(n))
        assert torch.equal(paired_cosines(rows, -rows), -torch.ones(n))

    def test_zero_rows_have_cosine_0(self, device):
        rows = torch.tensor([[0.0, 0.0], [3.0, 4.0]], device=device)
        assert cosine_similarity(rows).tolist() == [[0.0, 0.0], [0.0, 1.0]]
        assert paired_cosines(rows, rows).tolist() == [0.0, 1.0]

    @pytest.mark.parametrize(
        ("size", "dtype"),
        [(s, torch.float32) for s in (1e-44, 1e-30, 1e-8, 1e25, 3e38)] + [(s, torch.float64) for s in (1e-320, 1e308)],
    )
    def test_any_length_of_row(self, size, dtype):
        rows = torch.tensor([[1.0, 0.0], [1.0, 1.0], [-1.0, 0.0], [0.0, 0.0]], dtype=dtype) * size
        root = math.sqrt(0.5)
        found = cosine_similarity(rows, torch.tensor([[1.0, 0.0], [0.0, 0.5]], dtype=dtype))
        expected = torch.tensor([[1, 0], [root, root], [-1, 0], [0, 0]], dtype=dtype)
        torch.testing.assert_close(found, expected, atol=1e-7, rtol=0)
        torch.testing.assert_close(paired_cosines(rows, rows.flip(0)), found.new_tensor([0, -root, -root, 0]))
        assert nearest(rows, torch.tensor([2.0, 2.0], dtype=dtype), 4).indices.tolist() == [1, 0, 3, 2]

    def test_orthogonal_rows_have_cosine_exactly_0(self):
        """As the products say, whatever rounding the lengths bring."""
        rows = torch.tensor([[1.0, 1.0, 1.0], [1.0, 2.0, -3.0], [5.0, -4.0, -1.0], [0.1, 0.1, -0.2]])
        assert cosine_similarity(rows[:1], rows[1:]).tolist() == [[0.0, 0.0, 0.0]]
        assert nearest(rows, rows[0], 4).indices.tolist() == [0, 1, 2, 3]

    @pytest.mark.parametrize("block", [1, 7, 64, 1000])
    def test_blocks_do_not_show(self, block, small_blocks, device, dtype):
        a, b = drawn(23, 5).to(device, dtype), drawn(11, 5, 1).to(device, dtype)
        whole = cosine_similarity(a, b)
        small_blocks(block)
        torch.testing.assert_close(cosine_similarity(a, b), whole, atol=0 if dtype != torch.float64 else 1e-15, rtol=0)
        assert whole.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
        assert whole.device.type == device.type

    def test_products_are_bounded(self, monkeypatch):
        monkeypatch.setattr(engine, "BLOCK_ELEMENTS", 10_000)
        a, b = drawn(500, 20), drawn(300, 20)
        products = []

        class Products(TorchDispatchMode):
            def __torch_dispatch__(self, func, types, args=(), kwargs=None):
                out = func(*args, **(kwargs or {}))
                if func is torch.ops.aten.mm.default:
                    products.append(out.numel())
                return out

        with Products():
            cosine_similarity(a, b)
        assert 5_000 < max(products) <= 10_000 and sum(products) == 150_000


class TestNearest:
    @settings(max_examples=150, deadline=None)
    @given(**SIZES, q=st.integers(0, 5), metric=st.sampled_from(METRICS), whole=st.booleans(), data=st.data())
    def test_every_ranking_is_numpys(self, n, q, dim, seed, metric, whole, data):
        vectors, queries = drawn(n, dim, seed, whole=whole), drawn(q, dim, seed + 1, whole=whole)
        k = data.draw(st.integers(1, n))
        found = nearest(vectors, queries, k, metric=metric)
        scores = scores_of(vectors, queries, metric)
        expected = ranking(scores, k)
        assert found.indices.shape == found.scores.shape == (q, k) and found.indices.dtype == torch.int64
        assert found.indices.tolist() == expected.tolist()
        sign = -1 if metric == "euclidean" else 1
        np.testing.assert_allclose(
            found.scores, sign * np.take_along_axis(scores, expected, 1) if q else np.zeros((0, k)), atol=2e-6
        )
        assert found.candidates.tolist() == [n] * q

    @settings(max_examples=80, deadline=None)
    @given(**SIZES, metric=st.sampled_from(METRICS), data=st.data())
    def test_excluded_rows_are_left_out(self, n, dim, seed, metric, data):
        vectors, queries = drawn(n, dim, seed, whole=True), drawn(3, dim, seed + 1, whole=True)
        rows = st.integers(0, n - 1)
        shared = data.draw(st.lists(rows, max_size=n - 1))
        own = data.draw(st.lists(st.tuples(rows, rows), min_size=3, max_size=3))
        left = n - max(len(set(pair)) for pair in own)
        scores = scores_of(vectors, queries, metric)
        k = data.draw(st.integers(1, n - len(set(shared))))
        found = nearest(vectors, queries, k, metric=metric, exclude=shared)
        assert found.indices.tolist() == ranking(scores, k, [shared] * 3).tolist()
        assert found.candidates.tolist() == [n - len(set(shared))] * 3
        if left:
            k = data.draw(st.integers(1, left))
            found = nearest(vectors, queries, k, metric=metric, exclude=torch.tensor(own))
            assert found.indices.tolist() == ranking(scores, k, own).tolist()
            assert found.candidates.tolist() == [n - len(set(pair)) for pair in own]

    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 1000), metric=st.sampled_from(METRICS), k=st.integers(1, 300))
    def test_many_rows_and_groups(self, seed, metric, k):
        """Enough rows that groups, tiles and the bound matter, a third of them equal to another row."""
        vectors = drawn(2000, 6, seed)[torch.randint(0, 1500, (2000,), generator=torch.Generator().manual_seed(seed))]
        queries = torch.cat((vectors[:3], drawn(2, 6, seed + 1)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "_TILE_ELEMENTS", 1000 + seed)
            found = nearest(vectors, queries, k, metric=metric)
        assert found.indices.tolist() == ranking(scores_of(vectors, queries, metric), k).tolist()

    @pytest.mark.parametrize("metric", METRICS)
    @pytest.mark.parametrize("block", [1, 5, 50, 500, 20_000])
    def test_blocks_do_not_show(self, block, metric, small_blocks, device):
        vectors, queries = drawn(150, 6).to(device), drawn(9, 6, 1).to(device)
        vectors[100:] = vectors[:50]
        exclude = torch.arange(18, device=device).reshape(9, 2)
        whole = [nearest(vectors, queries, 7, metric=metric, exclude=rows) for rows in (exclude, [3, 77, 149])]
        small_blocks(block)
        for before, rows in zip(whole, (exclude, [3, 77, 149]), strict=True):
            found = nearest(vectors, queries, 7, metric=metric, exclude=rows)
            assert torch.equal(found.indices, before.indices) and torch.equal(found.scores, before.scores)
            assert found.indices.device.type == device.type

    @settings(max_examples=60, deadline=None)
    @given(
        seed=st.integers(0, 1000),
        metric=st.sampled_from(("cosine", "dot")),
        k=st.integers(1, 60),
        side=st.sampled_from((-1.0, 0.0, 1.0)),
        noise=st.sampled_from((1.0, 1e-2, 1e-5)),
    )
    def test_tiles_in_bfloat16_change_nothing(self, seed, metric, k, side, noise):
        """Rows all on the query's side, all on the other, so that every score is negative, or on both; some closer to
        each other than bfloat16 can tell; some excluded."""
        vectors = noise * drawn(700, 7, seed) + side
        vectors[600:] = vectors[:100]
        queries = torch.cat((torch.full((1, 7), 1.0), drawn(3, 7, seed + 1)))
        exclude = torch.randint(0, 700, (4, 5), generator=torch.Generator().manual_seed(seed))
        plain = nearest(vectors, queries, k, metric=metric, exclude=exclude)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "_COARSE_PRODUCTS", 0)
            patch.setattr(engine, "_coarse_is_faster", lambda device, dtype: True)
            patch.setattr(engine, "_TILE_ELEMENTS", 600 + seed)
            made = []
            products = torch.mm
            patch.setattr(torch, "mm", lambda *rows, out: made.append(out.dtype) or products(*rows, out=out))
            coarse = nearest(vectors, queries, k, metric=metric, exclude=exclude)
        assert torch.equal(coarse.indices, plain.indices) and torch.equal(coarse.scores, plain.scores)
        assert torch.bfloat16 in made
        assert side >= 0 or noise == 1.0 or torch.float32 in made  # no positive score: asked again, finer

    def test_products_in_bfloat16_stay_within_their_slack(self):
        """The bound that candidates are chosen by: three roundings of 2 ** -9, of scores up to 1."""
        rows = torch.nn.functional.normalize(drawn(4000, 50))
        products = (rows[:500].bfloat16() @ rows.bfloat16().T).double()
        assert (products - rows[:500].double() @ rows.double().T).abs().max() <= 3.05 * 2.0**-9

    @pytest.mark.parametrize("metric", METRICS)
    def test_a_query_alone_or_among_others(self, metric):
        vectors, queries = drawn(3000, 50), drawn(40, 50, 1)
        together = nearest(vectors, queries, 10, metric=metric)
        for i in range(40):
            alone = nearest(vectors, queries[i], 10, metric=metric)
            assert alone.indices.shape == (10,) and alone.candidates.tolist() == 3000
            assert torch.equal(alone.indices, together.indices[i]) and torch.equal(alone.scores, together.scores[i])

    @pytest.mark.parametrize("metric", METRICS)
    def test_ties_go_to_the_smaller_row_number(self, metric):
        vectors = torch.ones(1000, 3)
        vectors[700] = 2.0
        query = torch.full((3,), 1.0 if metric != "dot" else 0.0)
        expected = [row for row in range(31) if row != 5][:30]
        found = nearest(vectors, query, 30, metric=metric, exclude=[5])
        assert found.indices.tolist() == expected
        assert len(found.scores.unique()) == 1

    def test_a_multiple_of_a_row_ties_with_it(self):
        """Their cosines can differ in the last bits of float64, and are equal as float32."""
        factors = (3.0, 7.0, 1.0, 11.0, 2.0**-40, 3 * 2.0**60)  # times a small whole number, exact in float32
        for seed in range(20):
            vectors = torch.cat([drawn(1, 50, seed, whole=True) * factor for factor in factors])
            found = nearest(vectors, drawn(1, 50, 1)[0], 6)
            assert found.indices.tolist() == list(range(6))

    @pytest.mark.parametrize("metric", METRICS)
    def test_close_scores_are_told_apart(self, metric):
        """Rows far from the origin that differ in the last places: what products in float32 say of them is rounding."""
        generator = torch.Generator().manual_seed(3)
        base = torch.full((400, 64), 1000.0) + torch.randint(0, 3, (400, 64), generator=generator) * 2.0**-14
        query = base[7] + torch.randint(0, 3, (64,), generator=generator) * 2.0**-14
        found = nearest(base, query, 400, metric=metric)
        exact = scores_of(base, query[None], metric)
        assert len(np.unique(exact)) > 20 if metric == "euclidean" else len(np.unique(exact)) == 1
        assert found.indices.tolist() == ranking(exact, 400)[0].tolist()

    def test_lengths_apart_by_many_powers_of_ten(self):
        sizes = torch.tensor([1e-30, 1e-10, 1.0, 1e10, 1e18])[:, None]
        vectors = drawn(5, 8).abs() * sizes
        query = drawn(1, 8, 1)[0].abs()
        assert nearest(vectors, query, 5, metric="dot").indices.tolist() == [4, 3, 2, 1, 0]
        for size in (1e-30, 1.0, 1e9, 1e18):
            expected = ranking(scores_of(vectors, query[None] * size, "euclidean"), 5)[0]
            assert nearest(vectors, query * size, 5, metric="euclidean").indices.tolist() == expected.tolist()
        assert nearest(vectors, vectors[2], 1, metric="euclidean").scores.tolist() == [0.0]
        assert nearest(vectors, vectors * 7, 1).indices.flatten().tolist() == list(range(5))

    def test_precision_of_the_table(self, dtype, device):
        vectors, query = drawn(30, 7).to(device, dtype), drawn(1, 7, 1)[0].to(device, dtype)
        found = nearest(vectors, query, 4)
        assert found.scores.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
        expected = units(query[None].cpu()) @ units(vectors.cpu()).T
        best = np.argsort(-expected[0])[:4]
        assert found.indices.tolist() == best.tolist()
        atol = 1e-14 if dtype == torch.float64 else 1e-7
        np.testing.assert_allclose(found.scores.cpu(), expected[0][best], atol=atol)

    def test_zero_query_and_zero_rows(self):
        vectors = torch.tensor([[0.0, 0.0], [0.0, -1.0], [0.0, 0.0], [1.0, 0.0]])
        assert nearest(vectors, torch.zeros(2), 4).indices.tolist() == [0, 1, 2, 3]
        found = nearest(vectors, torch.tensor([0.0, 2.0]), 4)
        assert found.indices.tolist() == [0, 2, 3, 1] and found.scores.tolist() == [0.0, 0.0, 0.0, -1.0]

    def test_memory_is_bounded(self, monkeypatch):
        monkeypatch.setattr(engine, "BLOCK_ELEMENTS", 1 << 14)
        monkeypatch.setattr(engine, "_TILE_ELEMENTS", 1 << 13)
        monkeypatch.setattr(engine, "_PAIR_ELEMENTS", 1 << 13)
        vectors, queries = drawn(4000, 8), drawn(2000, 8, 1)
        with LargestResult() as seen:
            nearest(vectors, queries, 3)
            nearest(torch.ones(4000, 8), torch.ones(100, 8), 3)  # all rows are candidates of every query
        assert seen.elements <= max(1 << 14, vectors.numel())

    def test_history_is_not_kept(self):
        table = torch.nn.Parameter(drawn(5, 3))
        assert not nearest(table, table[0], 2).scores.requires_grad
        assert not cosine_similarity(table).requires_grad

    def test_real_words(self, glove):
        row = {word: i for i, word in enumerate(glove.tokens)}
        found = nearest(glove.vectors, glove.vectors[row["tuesday"]], 6, exclude=[row["tuesday"]])
        assert {glove.tokens[i] for i in found.indices} >= {"monday", "wednesday", "thursday", "friday", "sunday"}
        queries = glove.vectors[100:110]
        for metric in METRICS:
            got = nearest(glove.vectors, queries, 20, metric=metric)
            scores = scores_of(glove.vectors, queries, metric)
            best = np.take_along_axis(scores, got.indices.numpy(), 1)
            np.testing.assert_allclose(best, -np.sort(-scores, axis=1)[:, :20], atol=2e-6)


def mul_scores(vectors: torch.Tensor, a: int, b: int, c: int) -> np.ndarray:
    """3CosMul as Levy and Goldberg write it."""
    cosines = (units(vectors) @ units(vectors)[[a, b, c]].T + 1) / 2
    return cosines[:, 1] * cosines[:, 2] / (cosines[:, 0] + 0.001)


def add_scores(vectors: torch.Tensor, a: int, b: int, c: int) -> np.ndarray:
    """3CosAdd in its other form, cos(d, b) - cos(d, a) + cos(d, c), over the length of b - a + c."""
    unit = units(vectors)
    length = np.linalg.norm(unit[b] - unit[a] + unit[c])
    return unit @ (unit[b] - unit[a] + unit[c]) / length if length > 1e-9 else np.zeros(len(unit))


class TestAnalogy:
    @settings(max_examples=100, deadline=None)
    @given(
        n=st.integers(4, 60),
        dim=st.integers(1, 9),
        seed=st.integers(0, 10**6),
        method=st.sampled_from(METHODS),
        inputs=st.booleans(),
        data=st.data(),
    )
    def test_formulas_of_the_papers(self, n, dim, seed, method, inputs, data):
        vectors = drawn(n, dim, seed)
        row = st.integers(0, n - 1)
        asked = data.draw(st.lists(st.tuples(row, row, row), min_size=1, max_size=4))
        k = data.draw(st.integers(1, n if inputs else n - 3))
        found = analogy(vectors, *torch.tensor(asked).T, k, exclude_inputs=not inputs, method=method)
        assert found.indices.shape == found.scores.shape == (len(asked), k)
        formula = add_scores if method == "3cosadd" else mul_scores
        for q, (a, b, c) in enumerate(asked):
            expected = formula(vectors, a, b, c)
            left = np.array([d for d in range(n) if inputs or d not in (a, b, c)])
            assert found.candidates[q] == len(left)
            assert len(set(found.indices[q].tolist())) == k and set(found.indices[q].tolist()) <= set(left.tolist())
            rtol = 1e-4 if method == "3cosmul" else 0  # near 1/0.001 a rounding error of the cosine grows
            np.testing.assert_allclose(found.scores[q], expected[found.indices[q]], atol=3e-7, rtol=rtol)
            np.testing.assert_allclose(found.scores[q], -np.sort(-expected[left])[:k], atol=3e-7, rtol=rtol)

    def test_by_hand(self):
        # a = (1, 0), b = (0, 1), c = (-1, 0); b - a + c = (-2, 1)
        vectors = torch.tensor([[1.0, 0.0], [0.0, 3.0], [-2.0, 0.0], [-4.0, 2.0], [0.5, 0.5]])
        found = analogy(vectors, 0, 1, 2, 2)
        assert found.indices.tolist() == [3, 4] and found.candidates == 2
        assert found.scores.tolist() == pytest.approx([1.0, -1 / math.sqrt(10)])
        with_inputs = analogy(vectors, 0, 1, 2, 5, exclude_inputs=False)
        assert with_inputs.indices.tolist() == [3, 2, 1, 4, 0] and with_inputs.candidates == 5
        mul = analogy(vectors, 0, 1, 2, 1, method="3cosmul")
        x, y, z = ((1 + cosine) / 2 for cosine in (1 / math.sqrt(5), 2 / math.sqrt(5), -2 / math.sqrt(5)))
        assert mul.indices.tolist() == [3] and mul.scores.tolist() == pytest.approx([x * y / (z + 0.001)], rel=1e-6)

    def test_lengths_of_the_rows_do_not_matter(self):
        vectors = drawn(50, 6)
        longer = vectors * (2.0 ** torch.randint(-8, 9, (50, 1), generator=torch.Generator().manual_seed(1)))
        for method in METHODS:
            assert torch.equal(
                analogy(longer, 1, 2, 3, 9, method=method).indices, analogy(vectors, 1, 2, 3, 9, method=method).indices
            )

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("block", [1, 5, 50, 500, 20_000])
    def test_blocks_do_not_show(self, block, method, small_blocks, device):
        vectors = drawn(120, 6).to(device)
        vectors[60:90] = vectors[:30]
        asked = torch.randint(0, 120, (3, 11), generator=torch.Generator().manual_seed(0)).to(device)
        whole = analogy(vectors, *asked, 5, method=method, exclude=[7, 9])
        small_blocks(block)
        found = analogy(vectors, *asked, 5, method=method, exclude=[7, 9])
        assert torch.equal(found.indices, whole.indices) and torch.equal(found.scores, whole.scores)

    def test_one_row_number_stands_for_all(self):
        vectors = drawn(30, 4)
        found = analogy(vectors, 0, torch.tensor([1, 2]), 3, 3)
        for q, b in enumerate((1, 2)):
            assert torch.equal(found.indices[q], analogy(vectors, 0, b, 3, 3).indices)
        assert analogy(vectors, 0, 1, 2, 3).indices.shape == (3,)
        assert analogy(vectors, *torch.empty(3, 0, dtype=torch.int64), 3).indices.shape == (0, 3)

    @pytest.mark.parametrize("method", METHODS)
    def test_more_rows_can_be_excluded(self, method):
        vectors = drawn(20, 4)
        all_of_them = analogy(vectors, 0, 1, 2, 17, method=method).indices.tolist()
        found = analogy(vectors, 0, 1, 2, 16, method=method, exclude=[all_of_them[0], 1])
        assert found.indices.tolist() == all_of_them[1:] and found.candidates == 16
        own = torch.tensor([[all_of_them[0]], [all_of_them[1]]])
        found = analogy(vectors, torch.tensor([0, 0]), 1, 2, 1, method=method, exclude=own).indices
        assert found.flatten().tolist() == all_of_them[1::-1]

    def test_real_words(self, glove):
        row = {word: i for i, word in enumerate(glove.tokens)}
        king = [row[word] for word in ("man", "king", "woman")]
        for method in METHODS:
            assert glove.tokens[analogy(glove.vectors, *king, 1, method=method).indices] == "queen"
        left_in = analogy(glove.vectors, *king, 3, exclude_inputs=False)
        assert [glove.tokens[i] for i in left_in.indices[:2]] == ["king", "queen"]  # the answer that is usually hidden


class TestTables:
    @settings(max_examples=60, deadline=None)
    @given(**SIZES, offset=st.sampled_from([0.0, 1.0, 1000.0]))
    def test_centred_and_standardised(self, n, dim, seed, offset):
        vectors = drawn(n, dim, seed) * torch.linspace(0.5, 3, dim) + offset
        exact = vectors.double().numpy()
        np.testing.assert_allclose(centred(vectors), exact - exact.mean(0), atol=1e-6)
        found = standardised(vectors)
        if n > 1:
            np.testing.assert_allclose(found, stats.zscore(exact, axis=0), atol=1e-5)
        else:
            assert torch.equal(found, torch.zeros(1, dim))

    def test_a_constant_column_becomes_0(self, monkeypatch):
        vectors = torch.cat((torch.full((7, 1), 0.1), drawn(7, 1)), dim=1)
        for block in (engine.BLOCK_ELEMENTS, 4):
            monkeypatch.setattr(engine, "BLOCK_ELEMENTS", block)
            found = standardised(vectors)
            assert torch.equal(found[:, 0], torch.zeros(7))
            assert found[:, 1].std(correction=0).item() == pytest.approx(1)
        for value in (0.1, 1 / 3, 0.7):  # of which the mean in float64 is off by a rounding
            constant = torch.full((7, 1), value, dtype=torch.float64)
            assert torch.equal(standardised(constant), torch.zeros(7, 1, dtype=torch.float64))

    @pytest.mark.parametrize("dim", [2, 3, 10, 50, 384])
    @pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
    def test_band_holds_its_share(self, dim, level):
        band = random_cosine_band(dim, level=level)
        assert band.std == 1 / math.sqrt(dim) and band.low == -band.high and band.level == level
        # by the density (1 - t²) ** ((d - 3) / 2), integrated over the angle, where nothing is infinite
        angles = np.linspace(math.acos(band.high), math.pi / 2, 200_001)
        half = np.linspace(0, math.pi / 2, 200_001)
        share = np.trapezoid(np.sin(angles) ** (dim - 2), angles) / np.trapezoid(np.sin(half) ** (dim - 2), half)
        assert share == pytest.approx(level, abs=1e-6)

    def test_band_of_wide_vectors_is_nearly_normal(self):
        band = random_cosine_band(100_000)
        assert band.high * math.sqrt(100_000) == pytest.approx(stats.norm.ppf(0.975), rel=1e-4)
        assert random_cosine_band(3, level=0.5).high == pytest.approx(0.5)  # on the sphere: Archimedes
        assert random_cosine_band(1).high == 1.0

    @pytest.mark.parametrize("dim", [3, 50])
    def test_band_against_random_directions(self, dim):
        cosines = pair_cosines(drawn(3000, dim), 40_000, seed=1)
        band = random_cosine_band(dim)
        inside = ((cosines > band.low) & (cosines < band.high)).float().mean().item()
        assert inside == pytest.approx(0.95, abs=0.006)
        assert cosines.std().item() == pytest.approx(band.std, rel=0.02)

    def test_pairs_are_distinct_and_all_of_them(self):
        vectors = torch.eye(4)
        vectors[0] = torch.tensor([1.0, 1.0, 1.0, 1.0])
        found = pair_cosines(vectors, 4000, seed=3)
        assert found.shape == (4000,)
        values, counts = torch.unique(found, return_counts=True)
        assert values.tolist() == [0.0, 0.5]  # 1 would be a row with itself
        assert counts[1] / 4000 == pytest.approx(0.5, abs=0.04)  # 6 of the 12 ordered pairs have row 0

    def test_pairs_come_from_the_seed_alone(self, device):
        vectors = drawn(100, 5).to(device)
        state = torch.get_rng_state()
        first, again, other = (pair_cosines(vectors, 50, seed=seed) for seed in (5, 5, 6))
        assert torch.equal(torch.get_rng_state(), state)
        assert torch.equal(first, again) and not torch.equal(first, other)
        torch.testing.assert_close(first.cpu(), pair_cosines(vectors.cpu(), 50, seed=5))

    def test_centring_takes_away_what_all_rows_share(self, glove):
        raw, shifted = (pair_cosines(t, 5000).mean().item() for t in (glove.vectors, centred(glove.vectors)))
        assert abs(shifted) < 0.01 < raw


class TestPlane:
    @settings(max_examples=100, deadline=None)
    @given(dim=st.integers(1, 20), seed=st.integers(0, 10**6))
    def test_nothing_is_lost(self, dim, seed):
        a, b = drawn(2, dim, seed)
        found = plane(a, b)
        exact_a, exact_b = a.double(), b.double()
        assert found.length_a == pytest.approx(exact_a.norm().item())
        assert found.length_b == pytest.approx(exact_b.norm().item())
        assert found.dot == pytest.approx((exact_a @ exact_b).item())
        assert found.cosine == pytest.approx(found.dot / found.length_a / found.length_b)
        assert found.angle == pytest.approx(math.acos(max(-1, min(1, found.cosine))), abs=1e-6)
        assert found.a.tolist() == pytest.approx([found.length_a, 0])
        assert found.b.norm().item() == pytest.approx(found.length_b, rel=1e-6) and found.b[1] >= 0
        assert (found.a @ found.b).item() == pytest.approx(found.dot, rel=1e-5, abs=1e-5)
        torch.testing.assert_close(found.a @ found.basis, a, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(found.b @ found.basis, b, atol=1e-5, rtol=1e-5)
        gram = found.basis @ found.basis.T
        torch.testing.assert_close(gram, torch.eye(2) if dim > 1 else torch.diag(torch.tensor([1.0, 0.0])))

    def test_by_hand(self):
        found = plane(torch.tensor([0.0, 2.0]), torch.tensor([-3.0, 3.0]))
        torch.testing.assert_close(found.a, torch.tensor([2.0, 0.0]))
        torch.testing.assert_close(found.b, torch.tensor([3.0, 3.0]))
        assert found.angle == pytest.approx(math.pi / 4) and found.dot == 6
        torch.testing.assert_close(found.basis, torch.tensor([[0.0, 1.0], [-1.0, 0.0]]))

    def test_small_angles_are_exact(self):
        found = plane(torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1e-6]))
        assert found.angle == pytest.approx(float(torch.tensor(1e-6)), rel=1e-9)
        assert found.b[1].item() == pytest.approx(1e-6)

    def test_axes_of_nearly_parallel_vectors_are_at_right_angles(self):
        a, across = drawn(2, 50).double()
        found = plane(a, a + 1e-9 * across)
        assert found.angle == pytest.approx(1e-9 * across.norm().item() / a.norm().item(), rel=0.1)
        torch.testing.assert_close(found.basis @ found.basis.T, torch.eye(2).double(), atol=1e-14, rtol=0)

    @pytest.mark.parametrize(("factor", "angle"), [(3.0, 0.0), (-0.1, math.pi)])
    def test_parallel_vectors(self, factor, angle):
        a = drawn(1, 50)[0].double()
        found = plane(a, a * factor)
        assert found.angle == angle and found.cosine == math.copysign(1, factor)
        assert found.b.tolist() == pytest.approx([factor * found.length_a, 0.0]) and found.b[1] == 0
        assert torch.equal(found.basis[1], torch.zeros(50, dtype=torch.float64))

    def test_zero_vectors(self):
        zero, vector = torch.zeros(2), torch.tensor([0.0, -5.0])
        found = plane(zero, vector)
        assert found.a.tolist() == [0, 0] and found.b.tolist() == [5, 0]
        assert (found.angle, found.cosine, found.dot) == (None, 0.0, 0.0)
        assert found.basis.tolist() == [[0, -1], [0, 0]]
        found = plane(vector, zero)
        assert found.a.tolist() == [5, 0] and found.b.tolist() == [0, 0] and found.angle is None
        assert plane(zero, zero).basis.tolist() == [[0, 0], [0, 0]]


class TestOrder:
    @settings(max_examples=40, deadline=None)
    @given(n=st.integers(1, 30), seed=st.integers(0, 10**6), whole=st.booleans())
    def test_it_is_an_order_and_the_better_direction_of_it(self, n, seed, whole):
        order = order_by_clustering(drawn(n, 4, seed, whole=whole))
        assert sorted(order.tolist()) == list(range(n)) and order[0] <= order[-1]

    def test_clusters_stay_together(self):
        generator = torch.Generator().manual_seed(0)
        centres, kind = drawn(3, 10), torch.randint(0, 3, (30,), generator=generator)
        order = order_by_clustering(centres[kind] + 0.05 * drawn(30, 10, 1))
        assert (torch.diff(kind[order]) != 0).sum() == 2

    def test_it_is_a_leaf_order_of_average_linkage(self):
        """In any order of the tree's leaves, distances in the tree grow with the distance in the order."""
        vectors = drawn(25, 6)
        order = order_by_clustering(vectors).numpy()
        exact = vectors.double().numpy()
        heights = cophenet(linkage(pdist(exact, "cosine"), "average"))
        square = np.zeros((25, 25))
        square[np.triu_indices(25, 1)] = heights
        square = (square + square.T)[np.ix_(order, order)]
        for i in range(25):
            assert (np.diff(square[i, i:]) >= -1e-9).all() and (np.diff(square[i, : i + 1]) <= 1e-9).all()

    def test_neighbours_are_closer_than_in_the_plain_order(self):
        vectors = drawn(40, 5)
        cosines = cosine_similarity(vectors)
        order = order_by_clustering(vectors)
        assert cosines[order[:-1], order[1:]].mean() > cosines[torch.arange(39), torch.arange(1, 40)].mean() + 0.3

    def test_zero_rows(self):
        assert sorted(order_by_clustering(torch.zeros(4, 2)).tolist()) == [0, 1, 2, 3]


TABLE = drawn(6, 3)


def spoilt(value: float) -> torch.Tensor:
    table = TABLE.clone()
    table[4, 1] = table[5, 0] = value
    return table


@pytest.mark.parametrize(
    "call",
    [
        cosine_similarity,
        lambda t: cosine_similarity(TABLE, t),
        lambda t: nearest(t, TABLE[0], 1),
        lambda t: nearest(TABLE, t, 1),
        lambda t: analogy(t, 0, 1, 2, 1),
        centred,
        standardised,
        lambda t: pair_cosines(t, 3),
        order_by_clustering,
    ],
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_named_by_row(call, value):
    with pytest.raises(ValueError, match=rf"holds {value} in row 4, column 1 \(and 1 more row"):
        call(spoilt(value))


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: cosine_similarity(TABLE, TABLE[:, :2]), ["(6, 3)", "(6, 2)", "one width"]),
        (lambda: cosine_similarity(TABLE[0]), ["a is", "(3,)", "(rows, dim)"]),
        (lambda: cosine_similarity(TABLE.long()), ["int64", "floating-point"]),
        (lambda: cosine_similarity([[1.0]]), ["a is list"]),
        (lambda: paired_cosines(TABLE, TABLE[:5]), ["(6, 3)", "(5, 3)", "one shape"]),
        (lambda: nearest(TABLE[:0], TABLE[0], 1), ["vectors", "(0, 3)", "at least 1"]),
        (lambda: nearest(TABLE, TABLE[0], 0), ["k is 0"]),
        (lambda: nearest(TABLE, TABLE[0], 7), ["k is 7", "6 rows", "6 to give"]),
        (lambda: nearest(TABLE, TABLE[0], 5, exclude=[1, 1, 2]), ["k is 5", "without the 2 excluded", "4 to give"]),
        (lambda: nearest(TABLE, TABLE[0], 1, exclude=[6]), ["exclude holds 6", "0 to 5"]),
        (lambda: nearest(TABLE, TABLE[0], 1, exclude=[-1]), ["exclude holds -1"]),
        (lambda: nearest(TABLE, TABLE[0], 1, exclude=[0.5]), ["exclude", "float32", "whole"]),
        (lambda: nearest(TABLE, TABLE[0], 1, exclude=["cat"]), ["exclude", "cat"]),
        (lambda: nearest(TABLE, TABLE[:2], 1, exclude=torch.zeros(3, 1).long()), ["(3, 1)", "(2, m)"]),
        (lambda: nearest(TABLE, TABLE[0, :2], 1), ["query", "(2,)", "3 wide"]),
        (lambda: nearest(TABLE, TABLE[None], 1), ["query", "(1, 6, 3)", "(dim,)"]),
        (lambda: nearest(TABLE, 3, 1), ["query", "int"]),
        (lambda: nearest(TABLE, TABLE[0], 1, metric="manhattan"), ["metric", "'manhattan'", "euclidean"]),
        (lambda: analogy(TABLE, 0, 1, 6, 1), ["c holds 6", "0 to 5"]),
        (lambda: analogy(TABLE, -1, 1, 2, 1), ["a holds -1"]),
        (lambda: analogy(TABLE, 0.5, 1, 2, 1), ["a are of torch.float32"]),
        (lambda: analogy(TABLE, True, 1, 2, 1), ["a are of torch.bool"]),
        (lambda: analogy(TABLE, torch.tensor([0, 1]), torch.tensor([1, 2, 3]), 2, 1), ["(2,), (3,), ()"]),
        (lambda: analogy(TABLE, torch.tensor([[0]]), 1, 2, 1), ["(1, 1), (), ()"]),
        (lambda: analogy(TABLE, 0, 1, 2, 4), ["k is 4", "without the 3 excluded", "3 to give"]),
        (lambda: analogy(TABLE, 0, 1, 2, 1, method="add"), ["method", "'add'", "3cosmul"]),
        (lambda: random_cosine_band(0), ["dim is 0"]),
        (lambda: random_cosine_band(5, level=1.0), ["level is 1.0"]),
        (lambda: pair_cosines(TABLE[:1], 3), ["vectors", "(1, 3)", "at least 2"]),
        (lambda: pair_cosines(TABLE, 0), ["n_pairs is 0"]),
        (lambda: pair_cosines(TABLE, 1, seed=-1), ["seed is -1"]),
        (lambda: plane(TABLE[0], TABLE[0, :2]), ["b is", "(2,)", "one width"]),
        (lambda: plane(TABLE, TABLE), ["a is", "(6, 3)"]),
        (lambda: plane(TABLE[0], spoilt(math.nan)[4]), ["b hold nan"]),
        (lambda: order_by_clustering(torch.ones(1001, 2)), ["1,001", "1,000"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
