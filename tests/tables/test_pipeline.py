"""A sentence through the layers of real models: what is in the sequence, and x against a reference in float64."""

from functools import partial

import pytest
import torch
from torch.nn.functional import layer_norm

from embviz import tables
from embviz.compute.device import available_devices
from embviz.tables import pipeline
from embviz.tables.pipeline import MAX_TOKENS, SHIPPED, embed, fresh_layer, shipped_layer

SENTENCE = "The lion ate the hyena and the gazelle."
ODD = [
    "",
    "   ",
    "🦁",
    "👩‍👩‍👧 family",
    "שלום עולם",
    "a\x00b",
    "<script>alert(1)</script>",
    "[SEP] <s>",
    "x" * 400,
    "é e\u0301 ﬁ",
]


def fresh(**settings):
    return fresh_layer(**({"width": 16, "position": "sinusoidal", "scale": True, "padding": 2, "seed": 0} | settings))


def check(made):
    """The check of what `embed` made."""
    return pipeline.check(made.layer, made.ids, tokens=made.stages.tokens, output=made.stages.output)


LAYERS = {name: partial(shipped_layer, name) for name in SHIPPED} | {"fresh": fresh}


def test_minilm_is_the_models_own_sequence():
    pieces = embed(SENTENCE, shipped_layer("minilm")).pieces
    assert [piece.text for piece in pieces] == ("[CLS] the lion ate the h ##yen ##a and the gaze ##lle . [SEP]".split())
    assert [piece.kind for piece in pieces[1:-1]] == ["piece"] * 12
    assert pieces[0].kind == pieces[-1].kind == "special"


def test_minilm_x_is_berts():
    made = embed(SENTENCE, shipped_layer("minilm"))
    table = tables.load("minilm")
    total = table.vectors.double()[made.ids] + table.positions.double()[:14] + table.token_types.double()[0]
    norm = table.layer_norm
    expected = layer_norm(total, (384,), norm.weight.double(), norm.bias.double(), norm.eps)
    assert (made.stages.output - expected).abs().max() < 1e-5


def test_wordllama_adds_nothing():
    made = embed(SENTENCE, shipped_layer("wordllama"))
    assert made.stages.positions is None
    assert made.stages.output.equal(tables.load("wordllama").vectors[made.ids])


def test_a_fresh_layer_pads_with_zeros_and_places_them():
    made = embed(SENTENCE, fresh(padding=3))
    assert [piece.kind for piece in made.pieces[-3:]] == ["padding"] * 3
    assert not made.stages.tokens[-3:].any()
    assert made.stages.output[-3:].equal(made.stages.positions[-3:])
    assert made.stages.factor == 4.0


def test_a_seed_makes_a_fresh_layer_again():
    one, same, other = (embed(SENTENCE, fresh(seed=seed)).stages.output for seed in (1, 1, 2))
    assert one.equal(same) and not one.equal(other)


@pytest.mark.parametrize("position", ["learned", "sinusoidal", "none"])
@pytest.mark.parametrize("scale", [True, False])
def test_the_layer_taken_apart_is_the_layer(position, scale):
    found = check(embed(SENTENCE, fresh(position=position, scale=scale)))
    assert found.one_hot == 0.0 and found.layer < 1e-6


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_layers_taken_apart_are_the_layers(name):
    found = check(embed(SENTENCE, shipped_layer(name)))
    assert found.one_hot == 0.0 and found.layer < 1e-5


def test_the_check_sees_a_wrong_number():
    made = embed(SENTENCE, shipped_layer("minilm"))
    made.stages.tokens[3, 5] += 0.25
    made.stages.output[3, 5] += 0.5
    found = check(made)
    assert found.one_hot == pytest.approx(0.25) and found.layer == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("text", ODD)
def test_any_text_gives_a_bounded_sequence(name, text):
    made = embed(text, LAYERS[name]())
    assert len(made.pieces) <= MAX_TOKENS
    assert made.stages.output.shape == (len(made.pieces), made.layer.width)
    assert made.stages.output.isfinite().all()
    assert all(0 <= piece.start <= piece.end <= len(text) for piece in made.pieces)
    found = check(made)
    assert found.one_hot == 0.0 and found.layer < 1e-5


def test_what_has_no_room_is_counted():
    made = embed("word " * 80, shipped_layer("minilm"))
    assert len(made.pieces) == MAX_TOKENS and made.dropped == 80 - 62
    assert made.pieces[-1].text == "[SEP]"


def test_pieces_of_one_word_share_a_group():
    pieces = embed("A hyena 🦁 gazelle.", shipped_layer("wordllama")).pieces
    groups = {}
    for piece in pieces:
        groups.setdefault(piece.group, []).append(piece.text)
    assert ["▁hy", "ena"] in groups.values() and ["▁gaz", "elle"] in groups.values()
    assert ["<0xF0>", "<0x9F>", "<0xA6>", "<0x81>"] in groups.values()
    assert "." in groups[None] and "▁A" in groups[None]


def test_an_unknown_model_is_named():
    with pytest.raises(ValueError, match=r"'bert'.*minilm, wordllama"):
        shipped_layer("bert")


@pytest.mark.parametrize("device", available_devices(), ids=str)
@pytest.mark.parametrize("name", LAYERS)
def test_the_numbers_are_the_same_on_every_device(name, device):
    here, there = embed(SENTENCE, LAYERS[name]()), embed(SENTENCE, LAYERS[name](device=device))
    assert there.stages.output.device.type == torch.device(device).type
    assert (here.stages.output - there.stages.output.cpu()).abs().max() < 1e-5
    assert check(there).layer < 1e-5
