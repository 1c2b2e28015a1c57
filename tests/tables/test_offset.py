"""One word at two places, against the layers themselves; and the plane in which a position moves every row alike."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from embviz import TransformerEmbedding, tables
from embviz.tables import offset

TEXT = "The lion ate the hyena and the gazelle."


def test_minilm_s_parts_are_the_table_s_own():
    found = offset.places(text=TEXT, model="minilm", seed=0)
    minilm = tables.load("minilm")
    assert found.tokens[:4] == ("the", "lion", "ate", "the") and (found.first, found.second, found.token) == (0, 3, 0)
    torch.testing.assert_close(found.rows, minilm.rows(found.ids), rtol=0, atol=0)
    torch.testing.assert_close(found.positions, minilm.positions, rtol=0, atol=0)
    assert found.factor == 1.0 and found.width == 384


@pytest.mark.parametrize(("model", "scale"), [("fresh", False), ("fresh × √d", True)])
def test_a_fresh_sum_is_the_layer_s_output(model, scale):
    found = offset.places(text=TEXT, model=model, seed=5)
    generator = torch.Generator().manual_seed(5)
    layer = TransformerEmbedding(
        30522, offset.WIDTH, 64, position="sinusoidal", dropout=0.0, scale=scale, generator=generator
    ).eval()
    sums = found.rows + found.positions[: len(found.ids)]
    torch.testing.assert_close(sums, layer(torch.tensor([found.ids]))[0].detach(), atol=1e-6, rtol=0)
    assert found.factor == (8.0 if scale else 1.0)


@pytest.mark.parametrize(("text", "first", "second"), [("lion", 0, 1), ("a b b a", 0, 3), ("lion ate lion", 0, 2)])
def test_where_a_token_stands_twice(text, first, second):
    found = offset.places(text=text, model="minilm", seed=0)
    assert (found.first, found.second) == (first, second)


def test_long_and_empty_texts():
    assert offset.places(text="a " * 40, model="minilm", seed=0).dropped == 24
    with pytest.raises(ValueError, match="no token; type a word"):
        offset.places(text="  ", model="minilm", seed=0)
    with pytest.raises(ValueError, match="no model 'x'"):
        offset.places(text="a", model="x", seed=0)


def test_a_position_moves_every_point_of_the_plane_alike():
    made = offset.plane()
    minilm = tables.load("minilm")
    peer = PCA(2).fit(minilm.vectors.numpy())
    signs = np.sign((peer.transform(minilm.vectors.numpy()[:50]) * made.points[:50].numpy()).sum(axis=0))
    for place in (0, 17, 511):
        moved = peer.transform((minilm.vectors[:2000] + minilm.positions[place]).numpy()) * signs
        np.testing.assert_allclose(moved, (made.points[:2000] + made.steps[place]).numpy(), atol=2e-4)
    np.testing.assert_allclose(made.shares, peer.explained_variance_ratio_, rtol=1e-3)
    assert made.same < 1e-5 and made.steps.norm(dim=1).argmax() == 0
    assert 0 < made.step_share < 0.1 and len(made.tokens) == len(made.points) == 30522
