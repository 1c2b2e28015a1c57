"""One token at two places, against the layers themselves; and two planes in which a position moves every word alike."""

import math

import numpy as np
import pytest
import torch

from embviz import TransformerEmbedding, tables
from embviz.tables import offset

TEXT = "The lion ate the hyena and the gazelle."
MINILM = {"model": "minilm", "std": "0.02", "scale": True, "seed": 0}
IDS = (101, 1996, 7006, 8823, 1996, 1044, 20684, 2050, 1998, 1996, 14474, 6216, 1012, 102)


def cosine(a, b):
    a, b = a.double(), b.double()
    return (a @ b / (a.norm() * b.norm())).item()


@pytest.fixture(scope="module")
def planes():
    return offset.planes()


def test_minilm_s_parts_are_the_table_s_own():
    found = offset.places(text=TEXT, **MINILM)
    minilm = tables.load("minilm")
    assert found.tokens[:5] == ("[CLS]", "the", "lion", "ate", "the") and found.tokens[-1] == "[SEP]"
    assert [place for place, row in enumerate(found.ids) if row == 1996] == [1, 4, 9]
    torch.testing.assert_close(found.rows, minilm.rows(found.ids), rtol=0, atol=0)
    torch.testing.assert_close(found.positions, minilm.positions, rtol=0, atol=0)
    assert (found.factor, found.width, found.dropped) == (1.0, 384, 0)


@pytest.mark.parametrize("scale", [False, True])
def test_a_fresh_sum_is_the_layer_s_output(scale):
    found = offset.places(text=TEXT, model="fresh", std="0.02", scale=scale, seed=5)
    generator = torch.Generator().manual_seed(5)
    layer = TransformerEmbedding(
        30522, offset.WIDTH, 64, position="sinusoidal", dropout=0.0, scale=scale, generator=generator
    ).eval()
    sums = found.rows + found.positions[: len(found.ids)]
    torch.testing.assert_close(sums, layer(torch.tensor([found.ids]))[0].detach(), atol=1e-6, rtol=0)
    assert found.factor == (8.0 if scale else 1.0)


@pytest.mark.parametrize(("std", "size"), [("0.02", 0.02), ("1/√d", 0.125), ("1", 1.0)])
def test_a_fresh_table_has_the_spread_asked_for(std, size):
    found = offset.places(text="lion tiger hyena ate deep", model="fresh", std=std, scale=False, seed=1)
    assert found.rows.std().item() == pytest.approx(size, rel=5 / math.sqrt(2 * found.rows.numel()))


@pytest.mark.parametrize(("p", "q"), [(1, 4), (100, 400), (7, 7)])
def test_what_is_received_is_the_layer_s_own(p, q):
    found = offset.received(text=TEXT, **MINILM, token=1, p=p, q=q)
    minilm = tables.load("minilm")
    sums = minilm.rows([1996]).double() + minilm.positions[[p, q]].double() + minilm.token_types[0].double()
    weight, bias, eps = minilm.layer_norm
    out = torch.nn.functional.layer_norm(sums, (384,), weight.double(), bias.double(), eps)
    assert found.cosine == pytest.approx(cosine(*out), abs=1e-6)
    assert 0 <= found.difference < 1e-5


def test_without_a_norm_the_sum_is_received():
    fresh = {"text": TEXT, "model": "fresh", "std": "1/√d", "scale": True, "seed": 2}
    shown, found = offset.places(**fresh), offset.received(**fresh, token=2, p=3, q=90)
    expected = cosine(shown.rows[2] + shown.positions[3], shown.rows[2] + shown.positions[90])
    assert found.cosine == pytest.approx(expected, abs=1e-6) and found.difference < 1e-6


def test_a_difference_to_the_layer_is_measured_not_assumed(monkeypatch):
    right = offset.stages
    monkeypatch.setattr(offset, "stages", lambda tokens, **parts: right(1.01 * tokens, **parts))
    assert offset.received(text=TEXT, **MINILM, token=1, p=1, q=4).difference > 1e-3


def test_long_and_empty_texts():
    cut = offset.places(text="a " * 40, **MINILM)
    assert cut.dropped == 26 and len(cut.ids) == offset.MOST_TOKENS and cut.tokens[-1] == "[SEP]"
    assert offset.places(text="  ", **MINILM).tokens == ("[CLS]", "[SEP]")


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="model is 'x'"):
        offset.places(text="a", **MINILM | {"model": "x"})


@pytest.fixture(scope="module")
def tables_and_axes():
    """W and P in float64, each with its two directions of the largest variance."""
    found = {}
    for name, table in (("w", tables.load("minilm").vectors), ("p", tables.load("minilm").positions)):
        exact = table.numpy().astype(np.float64)
        found[name] = exact, np.linalg.eigh(np.cov(exact.T))[1][:, :-3:-1]
    return found


@pytest.mark.parametrize("of", ["w", "p"])
def test_a_position_moves_every_word_alike(planes, tables_and_axes, of):
    (vectors, _), (positions, _), (_, axes) = (tables_and_axes[name] for name in ("w", "p", of))
    words, steps = (getattr(planes, f"{part}_{of}").numpy() for part in ("words", "steps"))
    signs = np.sign((steps * (positions @ axes)).sum(axis=0))
    for place in (0, 17, 511):
        moved = (vectors + positions[place] - vectors.mean(axis=0)) @ axes * signs
        np.testing.assert_allclose(words + steps[place], moved, atol=1e-4)


def test_shares_are_those_of_the_variance(planes, tables_and_axes):
    for name, given in (("w", planes.shares_w), ("p", planes.shares_p)):
        axes = tables_and_axes[name][1]
        for of, share in zip("wp", given, strict=True):
            table = tables_and_axes[of][0]
            expected = (table @ axes).var(axis=0).sum() / table.var(axis=0).sum()
            assert share == pytest.approx(expected, rel=1e-3)
    assert planes.chance == pytest.approx(2 / 384)


def test_what_the_page_says_of_the_two_planes(planes):
    among_words, among_places = planes.steps_w.norm(dim=1), planes.steps_p.norm(dim=1)
    assert among_words.argmax() == 0  # place 0 has the longest arrow where words differ
    assert (planes.steps_w[1:] - planes.steps_w[1:].mean(dim=0)).norm(dim=1).max() < 0.04 < among_words[1:].min()
    assert among_places[1:].min() > 0.1 and planes.steps_p[1:].mean(dim=0).norm() < 0.01  # round the middle
    a, b = (np.arctan2(*planes.steps_p[1:].numpy().T[::-1])[part] for part in (slice(None, -1), slice(1, None)))
    assert planes.turn == pytest.approx(np.median(np.degrees((b - a + np.pi) % (2 * np.pi) - np.pi)), abs=0.01)
    assert planes.shares_w[1] < planes.chance > planes.shares_p[0]  # each table avoids the other's plane
    assert [planes.tokens[row] for row in planes.named] == offset.NAMED.split() and len(planes.tokens) == 30522


@pytest.mark.parametrize("p", [0, 300])
def test_adding_before_or_after_projecting_is_the_same(p):
    assert offset.moved_alike(p=p).difference < 1e-6


def test_that_it_is_the_same_is_measured(monkeypatch):
    right = offset._planes()

    class Bent:
        components = right[0].components

        @property
        def T(self):
            return self

        def __rmatmul__(self, rows):
            return (rows @ right[0].components.T).tanh()

    class Plane:
        components = Bent()

    monkeypatch.setattr(offset, "_planes", lambda: (Plane(),))
    assert offset.moved_alike(p=0).difference > 1e-3


@pytest.mark.parametrize(
    ("model", "p", "q", "rows", "sums"),
    [("minilm", 100, 101, 0.863, 0.979), ("minilm", 100, 400, 0.022, 0.825), ("fresh", 100, 400, 0.292, 0.299)],
)
def test_the_numbers_in_the_things_to_try(model, p, q, rows, sums):
    found = offset.places(text=TEXT, model=model, std="0.02", scale=False, seed=0)
    a, b = found.positions[p], found.positions[q]
    assert cosine(a, b) == pytest.approx(rows, abs=5e-4)
    assert cosine(found.rows[1] + a, found.rows[1] + b) == pytest.approx(sums, abs=5e-4)
