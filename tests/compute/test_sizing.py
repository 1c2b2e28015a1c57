"""Sizes of tables, and the published models recomputed from their layers."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embviz.compute.layers import FactorizedTokenEmbedding, TokenEmbedding
from embviz.compute.sizing import (
    MODELS,
    MOST_ROWS,
    MOST_WIDTH,
    RESNET_50,
    counted,
    factorised_parameters,
    held,
    listed,
    memory_bytes,
    saving_rank,
    scaled,
    table_cost,
    token_parameters,
    training_memory,
)
from embviz.lessons import sizing as lesson

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


BY_HAND = {  # tokens, positions, head, and the whole of the tables, worked out on paper
    "ANDREA-12M": (1_671_552, 393_216, 0, 2_064_768),
    "ANDREA-120M": (6_488_832, 786_432, 0, 7_275_264),
    "ANDREA-480M": (25_560_576, 1_572_864, 0, 27_133_440),
    "BERT base": (23_440_896, 393_216, 0, 23_834_112),
    "GPT-2": (38_597_376, 786_432, 0, 39_383_808),
    "GPT-3": (617_558_016, 25_165_824, 0, 642_723_840),
    "LLaMA 7B": (131_072_000, 0, 131_072_000, 262_144_000),
    "Llama 2 70B": (262_144_000, 0, 262_144_000, 524_288_000),
    "Mistral 7B": (131_072_000, 0, 131_072_000, 262_144_000),
    "Llama 3 8B": (525_336_576, 0, 525_336_576, 1_050_673_152),
    "Llama 3 70B": (1_050_673_152, 0, 1_050_673_152, 2_101_346_304),
}


def on_paper(a, b):
    """a × b as one multiplies on paper: digit by digit, from the right, with what is carried."""
    rows = [int(digit) for digit in reversed(str(a))]
    columns = [0] * (len(str(a)) + len(str(b)))
    for place, digit in enumerate(int(digit) for digit in reversed(str(b))):
        for k, other in enumerate(rows):
            columns[place + k] += digit * other
    for k in range(len(columns) - 1):
        columns[k + 1] += columns[k] // 10
        columns[k] %= 10
    return int("".join(map(str, reversed(columns))))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_product_is_that_on_paper(model):
    tokens = on_paper(model.vocab_size, model.dim)
    found = (tokens, on_paper(model.positions, model.dim) if model.positions else 0, 0 if model.tied else tokens)
    assert BY_HAND[model.name] == (*found, sum(found))
    parts = (model.token_parameters, model.position_parameters, model.head_parameters, model.table_parameters)
    assert parts == BY_HAND[model.name]
    assert parts[-1] < model.total


def test_the_bytes_that_courses_name_are_mebibytes_in_float32():
    for name, named in (("GPT-2", 147.2), ("LLaMA 7B", 500.0), ("Llama 2 70B", 1000.0)):
        size = memory_bytes(NAMED[name].token_parameters, "float32")
        assert size / 2**20 == pytest.approx(named, abs=0.05)
        assert size / 10**6 > 1.04 * named


def test_resnet_50_is_as_its_layers_say():
    """Stem, four stages of bottlenecks with a projection each, a linear layer; two numbers a channel of each norm."""

    def conv(inward, outward, side):
        return inward * outward * side * side + 2 * outward

    total, inward = conv(3, 64, 7), 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            total += conv(inward, width, 1) + conv(width, width, 3) + conv(width, 4 * width, 1)
            total += conv(inward, 4 * width, 1) if block == 0 else 0
            inward = 4 * width
    assert total + 2048 * 1000 + 1000 == RESNET_50


@given(sizes, sizes, st.integers(0, 300), st.booleans(), st.integers(0, 60))
def test_a_cost_is_that_of_layers(vocab_size, dim, positions, tied, rank):
    cost = table_cost(vocab_size, dim, positions=positions, tied=tied, rank=rank)
    tokens = FactorizedTokenEmbedding(vocab_size, rank, dim) if rank else TokenEmbedding(vocab_size, dim)
    assert cost.tokens == count(tokens) and cost.whole == count(TokenEmbedding(vocab_size, dim))
    assert cost.tokens == (cost.first + cost.second if rank else cost.whole)
    assert cost.token_bytes == sum(part.numel() * part.element_size() for part in tokens.parameters())
    assert cost.total == cost.tokens + cost.positions + cost.head == cost.counted
    assert cost.positions == positions * dim and cost.head == (0 if tied else cost.whole)
    assert cost.counted == counted(vocab_size, dim, positions=positions, tied=tied, rank=rank)


@given(st.integers(16, 300_000), st.integers(4, 16_384), st.integers(0, 131_072), st.booleans())
def test_what_can_be_dragged_has_its_numbers(vocab_size, dim, positions, tied):
    made = scaled(vocab_size=vocab_size, dim=dim, positions=positions, tied=tied)
    rows, widths = made.rows.tolist(), made.widths.tolist()
    for levels, at, most in ((rows, vocab_size, MOST_ROWS), (widths, dim, MOST_WIDTH)):
        steps = {b - a for a, b in pairwise(levels)}
        assert len(levels) <= 160 and levels[0] > 0 and levels[-1] <= most and len(steps) <= 1
        assert levels[-1] > at or at > 0.9 * most  # there is room to drag it larger
    assert [saving_rank(size, dim) for size in rows[::37]] == made.saving_by_row[::37].tolist()
    assert [saving_rank(vocab_size, size) for size in widths[::37]] == made.saving_by_width[::37].tolist()
    assert made.saving == saving_rank(vocab_size, dim)
    assert made.frame_rows >= vocab_size + positions + dim and made.frame_width >= dim
    assert dict(made.types) == {"float32": 4, "bfloat16": 2, "int8": 1, "int4": 0.5}


def test_reading_has_weights_alone_and_training_what_its_parts_say():
    rows = held(parameters=1000).rows
    ways = [(row["kind"], row["dtype"], row["optimiser"]) for row in rows]
    assert [way for way in ways if way[0] == "read"] == [
        ("read", dtype, "") for dtype in ("float32", "bfloat16", "int8", "int4")
    ]
    assert {dtype for kind, dtype, _ in ways if kind == "train"} == {"float32", "bfloat16"}
    for row in rows:
        assert row["total"] == row["weights"] + row["gradients"] + row["copy"] + row["states"] == 1000 * row["each"]
    each = {(row["dtype"], row["optimiser"]): row["each"] for row in rows}
    assert [each["float32", name] for name in ("sgd", "momentum", "adam")] == [8, 12, 16]
    assert [each["bfloat16", name] for name in ("sgd", "momentum", "adam")] == [8, 12, 16]
    assert [row["total"] for row in rows[:4]] == [4000, 2000, 1000, 500]


def test_models_are_listed_with_ones_own():
    size = {"vocab_size": 1000, "dim": 100, "positions": 50, "tied": False}
    made = listed(**size, total=410_000)
    assert [row["total"] for row in made.rows[:-2]] == sorted((model.total for model in MODELS), reverse=True)
    for row in made.rows[:-2]:
        assert BY_HAND[row["name"]] == tuple(row[key] for key in ("tokens", "position_parameters", "head", "tables"))
        assert (
            row["share"] == row["tables"] / row["total"] and row["source"] and row["token_bytes"] == 4 * row["tokens"]
        )
    scale, own = made.rows[-2:]
    assert (scale["name"], scale["total"], scale["tables"]) == ("ResNet-50", RESNET_50, 0)
    assert (own["tokens"], own["position_parameters"], own["head"]) == (100_000, 5000, 100_000)
    assert own["share"] == pytest.approx(0.5) and (made.highest, made.lowest) == ("GPT-2", "GPT-3")
    assert listed(**size, total=204_999).rows[-1]["share"] is None
    assert listed(**size, total=205_000).rows[-1]["share"] == 1


def test_the_lesson_names_the_models_as_they_are_listed():
    for name, size in lesson.ANDREA.items():
        assert (NAMED[name].vocab_size, NAMED[name].dim, NAMED[name].positions) == (*size, lesson.POSITIONS)
    own = {"vocab_size": 50_257, "dim": 768, "positions": 1024, "tied": True, "total": lesson.TOTAL.default}
    rows = listed(**own).rows
    assert len(rows) == lesson.ROW.high + 1 and rows[lesson.ROW.default]["name"] == "GPT-2"
    assert own["total"] == NAMED["GPT-2"].total
    tries = {item.id: item.state for item in lesson.LESSON.tries}
    assert rows[tries["resnet"][lesson.ROW]]["name"] == "ANDREA-480M"


def test_exercises_by_hand_and_fresh():
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    tied, untied = 25_560_576 + 1_572_864, 2 * 1_671_552 + 393_216
    assert answers == {"tokens": 25_560_576, "tied": tied, "untied": untied, "rank": 704}
    for item in lesson.LESSON.exercises:
        for seed in range(1, 30):
            other = item.variant(seed)
            v, d = other.link[lesson.V], other.link[lesson.D]
            for param, value in other.link.items():
                param.query(value)
            assert other.id == item.id and other.says["v"] == f"{v:,}" and other.says["d"] == f"{d:,}"
            hand = {"tokens": v * d, "tied": (v + 1024) * d, "untied": (2 * v + 1024) * d}
            if item.id == "rank":
                r = other.answer()
                assert r * (v + d) < v * d <= (r + 1) * (v + d)
            else:
                assert other.answer() == hand[item.id]
    drawn = {lesson.fresh_size(seed) for seed in range(1, 30)}
    assert len(drawn) == 29


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
        (lambda: table_cost(4, 4, positions=-1), "positions is -1"),
        (lambda: table_cost(4, 4, rank=-1), "rank is -1"),
        (lambda: listed(vocab_size=4, dim=4, positions=0, tied=True, total=0), "total is 0"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()
