"""The cloud of a table's rows, against scikit-learn and by hand."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from embviz import tables
from embviz.tables import formula, projector, words


@pytest.mark.parametrize("name", ["glove", "minilm"])
def test_principal_components_are_scikit_learn_s_up_to_sign(name):
    made = projector.principal(table=name, components=3)
    vectors = tables.load(name).vectors.numpy()
    peer = PCA(3, svd_solver="covariance_eigh").fit(vectors)
    np.testing.assert_allclose(made.shares, peer.explained_variance_ratio_, rtol=1e-3)
    theirs = peer.transform(vectors)
    signs = np.sign((theirs * made.points.numpy()).sum(axis=0))
    np.testing.assert_allclose(made.points.numpy(), theirs * signs, atol=5e-3)
    assert (made.points.abs().amax(dim=1) <= made.unit).float().mean() == pytest.approx(0.995, abs=0.001)
    assert len(made.tokens) == len(vectors) and made.width == vectors.shape[1] and made.rows == ()


def test_axes_of_words_are_cosines():
    made = projector.by_words(table="glove", x="she - he", y="king - man + woman")
    glove = tables.load("glove")
    unit = torch.nn.functional.normalize
    for column, text in enumerate(("she - he", "king - man + woman")):
        total = sum(sign * unit(glove.rows([words.row_of(glove, w)])[0], dim=0) for sign, w in formula.parse(text))
        expected = unit(glove.rows(range(100)), dim=1) @ unit(total, dim=0)
        torch.testing.assert_close(made.points[:100, column], expected, atol=1e-5, rtol=0)


def test_what_frequency_has_to_do_with_the_first_components():
    points = projector.principal(table="glove", components=2).points[1:].numpy()
    rank = np.log(np.arange(1, len(points) + 1))
    assert np.corrcoef(points[:, 0], rank)[0, 1] < -0.4 and np.corrcoef(points[:, 1], rank)[0, 1] > 0.4


def test_pieces_that_continue_a_word_are_not_set_apart():
    points = projector.principal(table="minilm", components=2).points
    minilm = tables.load("minilm")
    pieces = torch.zeros(len(points), dtype=torch.bool)
    pieces[list(words.category_rows(minilm, "continuation pieces"))] = True
    whole = torch.tensor([token.isalpha() for token in minilm.tokens])
    for k in (0, 1):
        for cut in points[:, k].quantile(torch.linspace(0.05, 0.95, 19)):
            right = ((points[pieces, k] < cut).float().mean() + (points[whole, k] >= cut).float().mean()) / 2
            assert 0.35 < right < 0.65


def test_neighbours_come_from_the_table_and_not_from_the_picture():
    glove = tables.load("glove")
    king = glove.row_numbers["king"]
    vectors = glove.vectors.double()
    cosines = torch.nn.functional.cosine_similarity(vectors, vectors[king], dim=1)
    cosines[king] = -2
    best = cosines.topk(projector.NEIGHBOURS)
    found = projector.neighbours(glove, king)
    assert [one["row"] for one in found] == best.indices.tolist()
    assert [one["score"] for one in found] == pytest.approx(best.values.tolist(), abs=1e-5)
    assert projector.neighbours(glove, -1) == ()


def test_paint_names_what_it_does_not_find():
    made = projector.paint(table="glove", colour="length", wanted="king, quen,, zzzzzzzzz", row=-1)
    assert made.found == (691,) and made.neighbours == ()
    assert dict(made.unknown)["quen"][0] == "queen" and dict(made.unknown)["zzzzzzzzz"] == ()
    assert made.values.min() == 0 and made.values.max() == 1 and made.low < made.high
    assert {group["name"] for group in made.groups} >= {"days", "byte tokens"}
    assert projector.paint(table="glove", colour="none", wanted="", row=-1).values is None


@pytest.mark.parametrize(
    ("bad", "said"),
    [({"colour": "red"}, "colour is 'red'"), ({"wanted": "a," * 61}, "61 words are listed; .* up to 60")],
)
def test_bad_wishes_are_named(bad, said):
    with pytest.raises(ValueError, match=said):
        projector.paint(**{"table": "glove", "colour": "none", "wanted": "", "row": -1} | bad)


def test_a_part_of_the_table_keeps_its_numbers_straight():
    cloud = projector.chosen(table="minilm", n=300)
    minilm = tables.load("minilm")
    assert len(cloud.rows) == 300 and all(minilm.tokens[row].isalpha() for row in cloud.rows)
    assert list(cloud.tokens) == [minilm.tokens[row] for row in cloud.rows]
    the = cloud.tokens.index("he")
    made = projector.paint(table="minilm", colour="row", wanted="she", row=the, n=300)
    assert [cloud.tokens[k] for k in made.found] == ["she"] and len(made.values) == 300
    whole = projector.neighbours(minilm, minilm.row_numbers["he"])
    assert [one["token"] for one in made.neighbours] == [one["token"] for one in whole]
    for one in made.neighbours:
        assert one["row"] == -1 or cloud.tokens[one["row"]] == one["token"]
    for group in made.groups:
        assert all(0 <= k < 300 for k in group["rows"])


def test_listed_words_stand_alone_along_their_own_components():
    glove = tables.load("glove")
    listed = "king, queen, zzzz, man, woman, king"
    made = projector.principal(table="glove", components=2, listed=listed)
    assert made.tokens == ("king", "queen", "man", "woman")
    rows = glove.rows(list(made.rows)).double().numpy()
    reference = PCA(2).fit(rows)
    assert made.shares == pytest.approx(reference.explained_variance_ratio_, abs=1e-4)
    apart = np.abs(np.abs(made.points.numpy()) - np.abs(reference.transform(rows))).max()
    assert apart < 1e-3
    paint = projector.paint(table="glove", colour="none", wanted=listed, row=0, alone=True)
    assert paint.found[:4] == (0, 1, 2, 3) and paint.unknown[0][0] == "zzzz"
    assert paint.neighbours == tuple(
        one | {"row": made.rows.index(one["row"]) if one["row"] in made.rows else -1}
        for one in projector.neighbours(glove, made.rows[0])
    )
    with pytest.raises(ValueError, match="glove has 2 words of those"):
        projector.principal(table="glove", components=2, listed="king, queen, zzzz")
