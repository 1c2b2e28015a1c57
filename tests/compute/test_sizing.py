"""Sizes of tables, and the published models recomputed from their layers."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embviz.compute.layers import FactorizedTokenEmbedding, TokenEmbedding
from embviz.compute.sizing import (
    MODELS,
    factorised_parameters,
    memory_bytes,
    saving_rank,
    token_parameters,
    training_memory,
)

NAMED = {model.name: model for model in MODELS}
sizes = st.integers(1, 400)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@given(sizes, sizes, st.integers(1, 50))
def test_parameters_are_those_of_the_layers(vocab_size, dim, rank):
    assert token_parameters(vocab_size, dim) == count(TokenEmbedding(vocab_size, dim))
    assert factorised_parameters(vocab_size, rank, dim) == count(FactorizedTokenEmbedding(vocab_size, rank, dim))


@given(sizes, sizes)
def test_a_factorised_table_saves_up_to_this_rank_and_not_above(vocab_size, dim):
    rank, whole = saving_rank(vocab_size, dim), token_parameters(vocab_size, dim)
    assert rank == 0 or factorised_parameters(vocab_size, rank, dim) < whole
    assert factorised_parameters(vocab_size, rank + 1, dim) >= whole


@given(st.integers(0, 10**12))
def test_bytes_are_those_of_a_tensor(parameters):
    for dtype in (torch.float32, torch.bfloat16, torch.float16, torch.int8):
        name = str(dtype).removeprefix("torch.")
        each = torch.empty((), dtype=dtype).element_size()
        assert memory_bytes(parameters, dtype) == memory_bytes(parameters, name) == each * parameters
    assert memory_bytes(parameters, "int4") * 2 - parameters in (0, 1)


def test_training_holds_what_torch_holds():
    layer = TokenEmbedding(50, 8)
    optimiser = torch.optim.Adam(layer.parameters())
    layer(torch.arange(6)[None]).sum().backward()
    optimiser.step()
    states = sum(t.numel() for state in optimiser.state.values() for t in state.values() if t.ndim)
    held = training_memory(400, "float32", "adam")
    assert (held.weights, held.gradients, held.copy, held.states) == (1600, 1600, 0, 4 * states)
    # ZeRO's 16 bytes a parameter: 2 + 2, and 4 + 4 + 4 in float32
    assert training_memory(1000, "bfloat16", "adam").total == 16_000
    assert training_memory(1000, "float32", "sgd").total == 8_000


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_product_is_its_factors(model):
    rows = model.vocab_size * (1 if model.tied else 2) + model.positions
    assert model.token_parameters == model.vocab_size * model.dim
    assert model.position_parameters == model.positions * model.dim
    assert model.table_share == pytest.approx(rows * model.dim / model.total) and 0 < model.table_share < 1
    assert model.source and all(hasattr(model, name) for name in model.estimates)


def llama(vocab_size, dim, layers, inner, key_value):
    """Parameters of a LLaMA-like decoder: four projections, three of the MLP, two norms a layer, a norm, two tables."""
    layer = 2 * dim * dim + 2 * dim * key_value + 3 * dim * inner + 2 * dim
    return 2 * vocab_size * dim + layers * layer + dim


def transformer(vocab_size, dim, positions, layers):
    """Parameters of a GPT-2: tables, then attention and MLP with biases and two norms a layer, a norm."""
    return (vocab_size + positions) * dim + layers * (12 * dim * dim + 13 * dim) + 2 * dim


def test_whole_models_from_their_layers():
    assert NAMED["LLaMA 7B"].total == llama(32_000, 4096, 32, 11_008, 4096)
    assert NAMED["Llama 2 70B"].total == llama(32_000, 8192, 80, 28_672, 1024)
    assert NAMED["Mistral 7B"].total == llama(32_000, 4096, 32, 14_336, 1024)
    assert NAMED["Llama 3 8B"].total == llama(128_256, 4096, 32, 14_336, 1024)
    assert NAMED["Llama 3 70B"].total == llama(128_256, 8192, 80, 28_672, 1024)
    assert NAMED["GPT-2"].total == transformer(50_257, 768, 1024, 12)
    assert NAMED["GPT-3"].total == pytest.approx(transformer(50_257, 12_288, 2048, 96), rel=3e-3)
    # BERT: the norm after the tables instead of at the end, types, and a pooler
    assert NAMED["BERT base"].total == transformer(30_522, 768, 512, 12) + 2 * 768 + 768 * 768 + 768


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: token_parameters(0, 4), "vocab_size is 0"),
        (lambda: memory_bytes(-1, "int8"), "parameters is -1"),
        (lambda: memory_bytes(1, "int2"), "dtype is 'int2'"),
        (lambda: training_memory(1, "int8"), "dtype is 'int8'"),
        (lambda: training_memory(1, "float32", "lion"), "optimiser is 'lion'"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()
