"""Likeness in the shipped tables, against numpy in float64, against integrals, and by definition."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import beta

from embviz import tables
from embviz.lessons import similarity as lesson
from embviz.tables import similarity

TABLES = ("glove", "minilm", "wordllama")
KINDS = [("glove", vectors) for vectors in similarity.VECTORS] + [("minilm", "centred"), ("wordllama", "standardised")]


def rows(table: str, words: list[str], vectors: str = "raw") -> np.ndarray:
    source = tables.load(table)
    whole = source.vectors.double().numpy()
    if vectors != "raw":
        whole = whole - whole.mean(axis=0)
    if vectors == "standardised":
        whole = whole / whole.std(axis=0)
    return whole[[similarity.row_of(source, word) for word in words]]


def cosines(x: np.ndarray) -> np.ndarray:
    units = x / np.linalg.norm(x, axis=1, keepdims=True)
    return units @ units.T


@pytest.mark.parametrize(("table", "vectors"), KINDS)
def test_the_arrows_are_the_vectors_in_their_plane(table, vectors):
    made = similarity.pair(table=table, vectors=vectors, a="believe", b="know", listed="stone understand, believe")
    x = rows(table, ["believe", *made.words], vectors)
    assert made.words[0] == "know" and set(made.words[1:]) == {"stone", "understand"}
    length, dot, cosine, angle = made.numbers.double().numpy().T
    np.testing.assert_allclose(length, np.linalg.norm(x[1:], axis=1), rtol=1e-5)
    np.testing.assert_allclose(dot, x[1:] @ x[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(cosine, cosines(x)[0, 1:], atol=1e-5)
    np.testing.assert_allclose(np.cos(np.radians(angle)), cosine, atol=1e-5)
    places = made.places.double().numpy()
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), length, rtol=1e-5)
    np.testing.assert_allclose(places[:, 0] * made.length, dot, rtol=1e-4, atol=1e-4)
    assert (places[:, 1] >= 0).all() and made.difference < 1e-6
    assert list(cosine[1:]) == sorted(cosine[1:], reverse=True)
    assert made.std == pytest.approx(made.width**-0.5)
    assert made.high**2 == pytest.approx(beta(0.5, (made.width - 1) / 2).ppf(0.95))


def test_a_word_with_itself():
    made = similarity.pair(table="glove", vectors="raw", a="cat", b="Cat", listed="cat")
    assert made.words == ("Cat",) and made.numbers[0, 2] == 1 and made.numbers[0, 3] == 0


def test_unknown_words_are_named_with_what_is_spelled_like_them():
    made = similarity.pair(table="glove", vectors="raw", a="cat", b="dog", listed="xylophone <b>q</b>")
    assert dict(made.unknown)["xylophone"] == ("symphonies", "typhoon", "cyclone") and "<b>q</b>" in dict(made.unknown)
    for field in ("a", "b"):
        given = {"a": "cat", "b": "dog", field: " xylophone "}
        with pytest.raises(ValueError, match="glove has no row for “xylophone”; spelled most like it: symphonies"):
            similarity.pair(table="glove", vectors="raw", listed="", **given)
    with pytest.raises(ValueError, match="none that is spelled like it"):
        similarity.neighbours(table="wordllama", word="xylophone", metric="dot", k=3)
    with pytest.raises(ValueError, match="a word is missing"):
        similarity.pair(table="glove", vectors="raw", a="  ", b="dog", listed="")


@pytest.mark.parametrize(("table", "vectors"), KINDS)
def test_the_matrix_is_that_of_the_words(table, vectors):
    made = similarity.matrix(table=table, vectors=vectors, listed=lesson.GROUPS, order="list")
    expected = cosines(rows(table, list(made.words), vectors))
    np.testing.assert_allclose(made.cosines.numpy(), expected, atol=1e-5)
    above = expected[np.triu_indices(len(expected), 1)]
    assert made.pairs == len(above) and made.mean == pytest.approx(above.mean(), abs=1e-5)
    assert made.outside == (np.abs(above) > made.high).sum()
    assert expected[made.nearest] == pytest.approx(above.max(), abs=1e-6)


def test_clustering_puts_groups_together_that_the_list_mixes():
    groups = ("lion tiger wolf bear", "march june april may", "violin piano guitar drum", "seven three nine five")
    groups = [set(group.split()) for group in (*groups, "copper iron silver gold")]
    made = similarity.matrix(table="glove", vectors="raw", listed=lesson.MIXED, order="clustering")
    assert [set(made.words[k : k + 4]) in groups for k in range(0, 20, 4)] == [True] * 5
    listed = similarity.matrix(table="glove", vectors="raw", listed=lesson.MIXED, order="list")
    assert list(listed.words) == lesson.MIXED.split() and set(listed.words) == set(made.words)


def test_too_many_and_too_few_words():
    assert len(similarity.matrix(table="glove", vectors="raw", listed=lesson.SIXTY, order="list").words) == 60
    with pytest.raises(ValueError, match="61 words are listed; up to 60"):
        similarity.matrix(table="glove", vectors="raw", listed=lesson.SIXTY + " x", order="list")
    with pytest.raises(ValueError, match="a row for 1 of the listed words"):
        similarity.matrix(table="glove", vectors="raw", listed="cat xylophone", order="list")


@pytest.mark.parametrize("dim", [2, 3, 50, 384])
def test_the_density_of_random_directions(dim):
    def density(t):
        return similarity.random_density(torch.tensor([t], dtype=torch.float64), dim).item()

    edge = 1 - 1e-9 if dim == 2 else 1
    assert quad(density, -edge, edge, limit=200, points=[0])[0] == pytest.approx(1, abs=2e-4)
    assert quad(lambda t: t * t * density(t), -edge, edge, limit=200)[0] == pytest.approx(1 / dim, rel=1e-3)


def test_the_mean_cosine_is_that_of_all_pairs():
    x = torch.randn(40, 7, generator=torch.Generator().manual_seed(3)) + 0.5
    expected = cosines(x.double().numpy())[np.triu_indices(40, 1)].mean()
    assert similarity.mean_cosine(x) == pytest.approx(expected, abs=1e-7)
    with_zero = torch.cat([x, torch.zeros(1, 7)])
    assert similarity.mean_cosine(with_zero) == pytest.approx(expected * (40 * 39) / (41 * 40), abs=1e-7)


@pytest.mark.parametrize("table", TABLES)
def test_random_pairs_are_those_of_the_rows(table):
    made = similarity.random_pairs(table=table, among=5000, seed=1)
    assert made.densities.sum(dim=1).numpy() * 2 / similarity.BINS == pytest.approx(1, abs=1e-3)
    assert made.pairs == 5000 * 4999 // 2 and made.among == 5000
    spread = 0.25 / similarity.N_PAIRS**0.5
    assert all(abs(m - d) < 5 * spread for m, d in zip(made.means, made.drawn_means, strict=True))
    seen = (made.densities * made.middles).sum(dim=1) * 2 / similarity.BINS
    np.testing.assert_allclose(seen, made.drawn_means, atol=2e-3)


def test_frequent_words_are_alike_and_one_mean_does_not_part_them():
    first = similarity.random_pairs(table="glove", among=1000, seed=0)
    whole = similarity.random_pairs(table="glove", among=10**9, seed=0)
    assert first.means[0] > 0.45 and first.outside[0] > 0.9 and first.means[1] > 0.35
    assert whole.among == whole.rows == 50_000 and abs(whole.means[0]) < 0.05 and abs(whole.means[1]) < 0.001


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_the_neighbours_are_the_best_of_all_rows(table, metric):
    made = similarity.neighbours(table=table, word="dog", metric=metric, k=20)
    source = tables.load(table)
    x, row = source.vectors.double().numpy(), similarity.row_of(source, "dog")
    dot, length = x @ x[row], np.linalg.norm(x, axis=1)
    scores = {"cosine": dot / (length * length[row]), "dot": dot, "euclidean": np.linalg.norm(x - x[row], axis=1)}
    sign = 1 if metric == "euclidean" else -1
    order = [i for i in np.argsort(sign * scores[metric], kind="stable") if i != row][:20]
    assert set(made.row_numbers) == set(order) and made.candidates == len(x) - 1
    expected = np.stack([scores[metric], scores["cosine"], length], axis=1)
    np.testing.assert_allclose(made.chosen.numpy(), expected[list(made.row_numbers)], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(made.sample.numpy(), expected[list(made.sample_row_numbers)], rtol=1e-4, atol=1e-4)
    assert made.shared + len(made.left_tokens) == 20
    assert not {row, *made.row_numbers, *made.left_row_numbers} & set(made.sample_row_numbers)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_the_edge_parts_the_chosen_from_the_rest(metric):
    made = similarity.neighbours(table="glove", word="dog", metric=metric, k=20)
    edge = np.interp(made.chosen[:, 2], made.edge_lengths, made.edge_cosines)
    assert (made.chosen[:, 1].numpy() >= edge - 2e-3).all()
    for part in (made.left_out, made.sample):
        edge = np.interp(part[:, 2], made.edge_lengths, made.edge_cosines)
        assert (part[:, 1].numpy() <= edge + 2e-3).all()


def test_dot_products_prefer_long_and_frequent_rows_and_distances_short_ones():
    dot = similarity.neighbours(table="glove", word="dog", metric="dot", k=15)
    assert dot.median_length > 1.1 * dot.other_length and 2 * dot.median_row < dot.other_row
    assert {"you", "your", "my"} < set(dot.tokens) and "puppy" in dot.left_tokens
    near = similarity.neighbours(table="minilm", word="believe", metric="euclidean", k=15)
    assert 2 * near.median_length < near.other_length and "[MASK]" in near.tokens


def test_the_sentences_of_the_lesson_are_true():
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    assert answers == {"order": ("know", "understand", "stone"), "missing": "xylophone", "nearest": "dog · pet"}
    king = similarity.pair(table="glove", vectors="raw", a="king", b="emperor", listed="prince")
    assert king.numbers[0, 1] > king.numbers[1, 1] and king.numbers[0, 2] < king.numbers[1, 2]
    means = {
        v: _between(similarity.matrix(table="glove", vectors=v, listed=lesson.GROUPS, order="list"))
        for v in similarity.VECTORS
    }
    assert means["raw"] > means["centred"] > means["standardised"]
    in_glove = similarity.matrix(table="glove", vectors="raw", listed="cat dog pet Tuesday", order="list")
    assert {in_glove.words[k] for k in in_glove.nearest} == {"cat", "dog"}


def _between(made) -> float:
    """The mean size of a cosine between words of different groups of four."""
    group = torch.arange(16) // 4
    return made.cosines[group[:, None] != group].abs().mean().item()


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="vectors"):
        similarity.pair(table="glove", vectors="x", a="cat", b="dog", listed="")
    with pytest.raises(ValueError, match="order"):
        similarity.matrix(table="glove", vectors="raw", listed="cat dog", order="x")
    with pytest.raises(ValueError, match="holds up to 100"):
        similarity.neighbours(table="glove", word="dog", metric="dot", k=101)
