import copy
import io
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from embviz.compute.layers import (
    BertEmbedding,
    FactorizedTokenEmbedding,
    LearnedPositionalEmbedding,
    SinusoidalPositionalEmbedding,
    TokenEmbedding,
    TransformerEmbedding,
    demonstrate_embeddings,
)
from embviz.compute.positions import sinusoidal

IDS = torch.tensor([[1, 2, 3], [4, 1, 0]])


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def facts_in(error: pytest.ExceptionInfo, *facts: object) -> None:
    message = str(error.value)
    assert all(str(fact) in message for fact in facts), message
    assert "\n" not in message


LAYERS = {
    "token": lambda **k: TokenEmbedding(10, 6, **k),
    "token scaled": lambda **k: TokenEmbedding(10, 6, scale=True, padding_idx=1, **k),
    "factorized": lambda **k: FactorizedTokenEmbedding(10, 2, 6, **k),
    "transformer learned": lambda **k: TransformerEmbedding(10, 6, 8, **k),
    "transformer sinusoidal": lambda **k: TransformerEmbedding(10, 6, 8, position="sinusoidal", **k),
    "transformer none": lambda **k: TransformerEmbedding(10, 6, 8, position="none", **k),
    "bert": lambda **k: BertEmbedding(10, 6, 8, **k),
}
POSITIONS = {
    "learned": lambda **k: LearnedPositionalEmbedding(8, 6, **k),
    "sinusoidal": lambda **k: SinusoidalPositionalEmbedding(8, 6),
}
takes_ids = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
every_layer = pytest.mark.parametrize("make", [*LAYERS.values(), *POSITIONS.values()], ids=[*LAYERS, *POSITIONS])


# What every layer promises


@every_layer
def test_shape_dtype_and_device_follow_the_module(make, device, dtype):
    layer = make().to(device, dtype).eval()
    for shape in [(2, 3), (1, 8), (3, 1), (0, 4), (4, 0), (0, 0)]:
        out = layer(torch.zeros(shape, dtype=torch.int64, device=device))
        assert out.shape == (*shape, 6) and out.dtype == dtype and out.device.type == device.type


@every_layer
@pytest.mark.parametrize("kind", [torch.int32, torch.int16, torch.int8, torch.uint8])
def test_other_whole_numbers_are_ids_too(make, kind, device):
    layer = make().to(device).eval()
    assert torch.equal(layer(IDS.to(device, kind)), layer(IDS.to(device)))


@every_layer
def test_what_is_not_ids(make, device):
    layer = make().to(device)
    for bad, facts in [
        (torch.ones(2, 3), ["torch.float32", "int64"]),
        (torch.ones(2, 3, dtype=torch.bool), ["torch.bool", "int64"]),
        (torch.ones(2, 3, dtype=torch.complex64), ["torch.complex64", "int64"]),
        (torch.ones(3, dtype=torch.int64), [(3,), "(batch, seq)"]),
        (torch.tensor(3), ["()", "(batch, seq)"]),
        (torch.ones(2, 3, 6, dtype=torch.int64), [(2, 3, 6), "(batch, seq)"]),
    ]:
        with pytest.raises(ValueError) as error:
            layer(bad.to(device))
        facts_in(error, *facts)
    for bad in ([[1, 2]], None, "12"):
        with pytest.raises(ValueError) as error:
            layer(bad)
        facts_in(error, type(bad).__name__, "tensor")


@takes_ids
@pytest.mark.parametrize("bad", [10, -1, -10, 2**40, -(2**63), 2**63 - 1])
def test_an_id_outside_the_vocabulary(make, bad, device):
    layer = make().to(device)
    for _ in range(2):  # the device still works after the first
        with pytest.raises(ValueError) as error:
            layer(torch.tensor([[1, 9, 0], [2, bad, 3]], device=device))
        facts_in(error, f"id {bad} ", "[1, 1]", "size 10", "0 to 9")
    layer(torch.tensor([[0, 9]], device=device))


@takes_ids
def test_several_ids_outside_are_counted(make):
    with pytest.raises(ValueError) as error:
        make()(torch.tensor([[1, 77, -3], [2, 10, 3]]))
    facts_in(error, "id 77 ", "[0, 1]", "2 more")


@every_layer
def test_a_generator_gives_the_same_layer_and_leaves_torchs_seed_alone(make):
    before = torch.get_rng_state()
    first, second, other = make(generator=seeded()), make(generator=seeded()), make(generator=seeded(1))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    if any(True for _ in first.parameters()):
        assert not torch.equal(next(first.parameters()), next(other.parameters()))


@every_layer
def test_state_dict_copy_and_pickle_give_the_same_layer(make):
    layer = make(generator=seeded()).eval()
    loaded = make(generator=seeded(1)).eval()
    saved = io.BytesIO()
    torch.save(layer.state_dict(), saved)
    saved.seek(0)
    loaded.load_state_dict(torch.load(saved))
    for other in (loaded, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert torch.equal(other(IDS), layer(IDS))


@every_layer
def test_the_result_is_nobodys_table(make):
    """Who writes into the result, wrongly for positions, changes no later result."""
    layer = make().eval()
    with torch.no_grad():
        before = layer(IDS[:1]).clone()
        layer(IDS[:1]).fill_(5.0)
        assert torch.equal(layer(IDS[:1]), before)


@every_layer
def test_compiles_without_a_break(make):
    torch._dynamo.reset()
    layer = make().eval()
    assert torch.equal(torch.compile(layer, backend="eager", fullgraph=True)(IDS), layer(IDS))


@every_layer
def test_a_layer_made_without_memory_can_be_filled_in(make):
    with torch.device("meta"):
        empty = make()
    filled, full = empty.to_empty(device="cpu").eval(), make().eval()
    filled.load_state_dict(full.state_dict())
    assert torch.equal(filled(IDS), full(IDS))


@pytest.mark.parametrize(
    ("make", "facts"),
    [
        (lambda: TokenEmbedding(0, 4), ["vocab_size", 0, "at least 1"]),
        (lambda: TokenEmbedding(4, -1), ["embed_dim", -1, "at least 1"]),
        (lambda: TokenEmbedding(4, 2.0), ["embed_dim", "2.0", "whole"]),
        (lambda: TokenEmbedding(True, 2), ["vocab_size", "True", "whole"]),
        (lambda: TokenEmbedding(4, 2, padding_idx=4), ["padding_idx", 4, "0 to 3"]),
        (lambda: TokenEmbedding(4, 2, padding_idx=-1), ["padding_idx", -1, "0 to 3"]),
        (lambda: TokenEmbedding(4, 2, padding_idx=1.0), ["padding_idx", "1.0", "0 to 3"]),
        (lambda: TokenEmbedding(4, 2, init_std=-0.1), ["init_std", "-0.1", "at least 0"]),
        (lambda: TokenEmbedding(4, 2, init_std=math.nan), ["init_std", "nan", "finite"]),
        (lambda: LearnedPositionalEmbedding(0, 4), ["max_seq_len", 0, "at least 1"]),
        (lambda: LearnedPositionalEmbedding(4, 0), ["embed_dim", 0, "at least 1"]),
        (lambda: LearnedPositionalEmbedding(4, 2, init_std=-1), ["init_std", -1]),
        (lambda: SinusoidalPositionalEmbedding(0, 4), ["max_seq_len", 0, "at least 1"]),
        (lambda: SinusoidalPositionalEmbedding(4, 0), ["embed_dim", 0, "at least 1"]),
        (lambda: SinusoidalPositionalEmbedding(4, 5), ["embed_dim", 5, "odd", "even"]),
        (lambda: SinusoidalPositionalEmbedding(4, 4, base=1.0), ["base", "1.0", "above 1"]),
        (lambda: SinusoidalPositionalEmbedding(4, 4, base=0), ["base", 0, "above 1"]),
        (lambda: SinusoidalPositionalEmbedding(4, 4, base=math.inf), ["base", "inf", "finite"]),
        (lambda: TransformerEmbedding(0, 4, 4), ["vocab_size", 0]),
        (lambda: TransformerEmbedding(4, 0, 4), ["embed_dim", 0]),
        (lambda: TransformerEmbedding(4, 4, 0), ["max_seq_len", 0]),
        (lambda: TransformerEmbedding(4, 4, 0, position="none"), ["max_seq_len", 0]),
        (lambda: TransformerEmbedding(4, 5, 4, position="sinusoidal"), ["embed_dim", 5, "odd"]),
        (lambda: TransformerEmbedding(4, 4, 4, position="rope"), ["'rope'", '"learned"', '"sinusoidal"', '"none"']),
        (lambda: TransformerEmbedding(4, 4, 4, position=None), ["None", '"none"']),
        (lambda: TransformerEmbedding(4, 4, 4, dropout=1.0), ["dropout", "1.0", "below 1"]),
        (lambda: TransformerEmbedding(4, 4, 4, dropout=-0.1), ["dropout", "-0.1", "at least 0"]),
        (lambda: TransformerEmbedding(4, 4, 4, dropout=math.nan), ["dropout", "nan"]),
        (lambda: TransformerEmbedding(4, 4, 4, padding_idx=4), ["padding_idx", 4, "0 to 3"]),
        (lambda: FactorizedTokenEmbedding(0, 2, 4), ["vocab_size", 0]),
        (lambda: FactorizedTokenEmbedding(9, 0, 4), ["rank", 0, "at least 1"]),
        (lambda: FactorizedTokenEmbedding(9, 2, -4), ["embed_dim", -4]),
        (lambda: BertEmbedding(9, 4, 4, n_token_types=0), ["n_token_types", 0]),
        (lambda: BertEmbedding(9, 4, 4, dropout=2), ["dropout", 2]),
    ],
)
def test_bad_sizes(make, facts):
    with pytest.raises(ValueError) as error:
        make()
    facts_in(error, *facts)


# TokenEmbedding


@settings(max_examples=50, deadline=None)
@given(
    vocab_size=st.integers(1, 40),
    dim=st.integers(1, 9),
    shape=st.tuples(st.integers(0, 4), st.integers(0, 5)),
    scale=st.booleans(),
    seed=st.integers(0, 99),
)
def test_token_rows_and_gradient_are_those_of_torchs_layer(vocab_size, dim, shape, scale, seed):
    padding = seed % vocab_size if seed % 2 else None
    layer = TokenEmbedding(vocab_size, dim, padding_idx=padding, scale=scale, generator=seeded(seed))
    torchs = nn.Embedding.from_pretrained(layer.weight.detach().clone(), freeze=False, padding_idx=padding)
    ids = torch.randint(vocab_size, shape, generator=seeded(seed))
    expected = torchs(ids) * (dim**0.5 if scale else 1)
    out = layer(ids)
    torch.testing.assert_close(out, expected, atol=1e-6, rtol=1e-6)
    out.pow(2).sum().backward()
    expected.pow(2).sum().backward()
    torch.testing.assert_close(layer.weight.grad, torchs.weight.grad, atol=1e-5, rtol=1e-5)


def test_scale_is_the_root_of_the_width():
    plain, scaled = (TokenEmbedding(5, 16, scale=s, generator=seeded()) for s in (False, True))
    assert torch.equal(plain.weight, scaled.weight)
    assert torch.equal(scaled(IDS), 4 * plain(IDS))


@pytest.mark.parametrize("std", [0.02, 1.0, 0.0])
def test_tables_are_drawn_from_a_normal_of_the_given_deviation(std):
    for weight in (
        TokenEmbedding(2000, 50, init_std=std, generator=seeded()).weight,
        LearnedPositionalEmbedding(2000, 50, init_std=std, generator=seeded()).weight,
        FactorizedTokenEmbedding(2000, 50, 8, init_std=std, generator=seeded()).token.weight,
    ):
        w = weight.detach().double()
        assert abs(w.mean()) <= 0.02 * std and abs(w.std() - std) <= 0.02 * std
        if std:
            z = w / std  # normal also in its tails: 68.3 % within one deviation, 4.55 % outside two
            assert abs((z.abs() < 1).double().mean() - 0.683) < 0.01
            assert abs((z.abs() > 2).double().mean() - 0.0455) < 0.005
            assert z.abs().max() > 3.5


def test_default_deviation():
    assert abs(TokenEmbedding(2000, 50, generator=seeded()).weight.std() - 0.02) < 0.0005
    assert abs(LearnedPositionalEmbedding(2000, 50, generator=seeded()).weight.std() - 0.02) < 0.0005


# Padding

OPTIMIZERS = {
    "SGD with momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.1, weight_decay=0.1),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.1, amsgrad=True),
}


def with_another_parameter(layer: TokenEmbedding) -> TokenEmbedding:
    head = nn.Linear(layer.embed_dim, layer.vocab_size, bias=False)
    with torch.no_grad():
        head.weight[layer.padding_idx] = 0
    layer.weight = head.weight
    return layer


WAYS = {
    "as made": lambda layer: layer,
    "copied": copy.deepcopy,
    "pickled": lambda layer: pickle.loads(pickle.dumps(layer)),
    "loaded": lambda layer: (layer.load_state_dict(copy.deepcopy(layer.state_dict())), layer)[1],
    "loaded by assignment": lambda layer: (
        layer.load_state_dict(copy.deepcopy(layer.state_dict()), assign=True),
        layer,
    )[1],
    "tied to another parameter": with_another_parameter,
    "in half precision and back": lambda layer: layer.bfloat16().float(),
    "frozen for a while": lambda layer: layer.requires_grad_(False).requires_grad_(True),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("tied", [False, True], ids=["alone", "weight also used as the output layer"])
def test_the_padding_row_stays_zero_in_training(optimizer, way, tied, device):
    layer = way(TokenEmbedding(7, 4, padding_idx=3, generator=seeded())).to(device)
    ids = torch.tensor([[1, 3, 5, 3], [0, 3, 3, 2]], device=device)
    targets = torch.tensor([[3, 5, 3, 1], [3, 0, 2, 6]], device=device)
    to_logits = torch.randn(4, 7, generator=seeded()).to(device)
    steps = optimizer(layer.parameters())
    before = layer.weight.detach().clone()
    for _ in range(20):
        steps.zero_grad()
        vectors = layer(ids) + 0.1  # so that a padding token's vector has a gradient and takes part in logits
        logits = F.linear(vectors, layer.weight) if tied else vectors @ to_logits
        F.cross_entropy(logits.flatten(0, 1), targets.flatten()).backward()
        assert (layer.weight.grad[3] == 0).all()
        steps.step()
        assert (layer.weight[3] == 0).all() and (layer(ids)[ids == 3] == 0).all()
    moved = (layer.weight.detach() - before).abs().amax(dim=1)
    assert (moved[[0, 1, 2, 5]] > 1e-3).all()


def test_padding_starts_as_zeros_and_only_that_row():
    for padding in (0, 3, 6):
        rows = TokenEmbedding(7, 4, padding_idx=padding).weight.detach()
        assert (rows == 0).all(dim=1).nonzero().flatten().tolist() == [padding]
    assert not (TokenEmbedding(7, 4).weight == 0).any()
    assert (TransformerEmbedding(7, 4, 5).token.weight[0] == 0).all()


def test_padding_has_no_gradient_when_that_is_asked_for_alone():
    layer = TokenEmbedding(7, 4, padding_idx=3)
    (grad,) = torch.autograd.grad(layer(torch.tensor([[3, 2, 3]])).sum(), layer.weight)
    assert grad.sum(1).tolist() == [0, 0, 4, 0, 0, 0, 0]


# Positions


def test_learned_positions_are_the_first_rows(device):
    layer = LearnedPositionalEmbedding(8, 6).to(device)
    out = layer(IDS.to(device))
    assert out.shape == (2, 3, 6)
    assert all(torch.equal(out[b], layer.weight[:3]) for b in range(2))
    assert torch.equal(layer(torch.full((2, 3), 999, device=device)), out), "only the shape of the ids counts"
    out.sum().backward()
    expected = torch.tensor([2.0, 2, 2, 0, 0, 0, 0, 0], device=device)[:, None].expand(8, 6)
    assert torch.equal(layer.weight.grad, expected), "each used row once a sequence"


@pytest.mark.parametrize(
    "make",
    [
        lambda: LearnedPositionalEmbedding(8, 6),
        lambda: TransformerEmbedding(10, 6, 8),
        lambda: BertEmbedding(10, 6, 8),
    ],
    ids=["learned", "transformer", "bert"],
)
def test_a_sequence_too_long_for_learned_positions(make, device):
    layer = make().to(device)
    assert layer(torch.zeros(1, 8, dtype=torch.int64, device=device)).shape == (1, 8, 6)
    for length in (9, 100):
        with pytest.raises(ValueError) as error:
            layer(torch.zeros(2, length, dtype=torch.int64, device=device))
        facts_in(error, length, "max_seq_len", 8)


def test_sinusoidal_positions_are_the_formula_and_nothing_to_train(device):
    layer = SinusoidalPositionalEmbedding(8, 6, base=100.0).to(device)
    assert not list(layer.parameters()) and not layer.state_dict()
    out = layer(IDS.to(device))
    assert not out.requires_grad
    for p in range(3):
        for i in range(3):
            angle = p / 100.0 ** (2 * i / 6)
            assert abs(out[1, p, 2 * i].item() - math.sin(angle)) < 1e-6
            assert abs(out[0, p, 2 * i + 1].item() - math.cos(angle)) < 1e-6


def test_sinusoidal_grows_to_what_a_long_table_is(device, dtype):
    grown = SinusoidalPositionalEmbedding(3, 10).to(device, dtype)
    short = grown(torch.zeros(1, 3, dtype=torch.int64, device=device)).clone()
    for length in (4, 5, 50, 7, 333, 1000):
        ids = torch.zeros(2, length, dtype=torch.int64, device=device)
        at_once = SinusoidalPositionalEmbedding(length, 10).to(device, dtype)
        out = grown(ids)
        assert out.shape == (2, length, 10) and torch.equal(out, at_once(ids))
        assert torch.equal(out[:1, :3], short)


def test_a_checkpoint_fits_before_and_after_growth():
    def make(length):
        return TransformerEmbedding(10, 6, length, position="sinusoidal").eval()

    long_ids = torch.arange(10).repeat(1, 5)
    grown, fresh = make(4), make(4)
    grown(long_ids)
    fresh.load_state_dict(grown.state_dict())
    assert torch.equal(fresh(long_ids), grown(long_ids))
    other = make(4)
    grown.load_state_dict(other.state_dict())
    assert torch.equal(grown(long_ids), other(long_ids))


def test_a_table_that_grew_without_gradient_serves_training():
    layer = SinusoidalPositionalEmbedding(2, 6)
    with torch.inference_mode():
        layer(IDS)
    w = torch.ones(6, requires_grad=True)
    (layer.table[:3] * w + layer(IDS)).sum().backward()  # keeps the table for backward, which inference tensors refuse
    torch.testing.assert_close(w.grad, 2 * sinusoidal(3, 6).sum(0))


def test_a_wider_dtype_has_its_own_accuracy():
    layer = SinusoidalPositionalEmbedding(100, 8).half().double()
    assert torch.equal(layer.table, sinusoidal(100, 8, dtype=torch.float64))


def test_large_positions_stay_accurate(device):
    layer = SinusoidalPositionalEmbedding(131_073, 8).to(device)
    angle = 131_072 / 10000.0 ** (2 / 8)
    expected = [math.sin(131_072), math.cos(131_072), math.sin(angle), math.cos(angle)]
    torch.testing.assert_close(layer.table[131_072, :4].cpu(), torch.tensor(expected), atol=1e-6, rtol=0)


# TransformerEmbedding


@pytest.mark.parametrize("position", ["learned", "sinusoidal", "none"])
@pytest.mark.parametrize("scale", [True, False])
def test_transformer_is_the_plain_expression(position, scale, device):
    layer = TransformerEmbedding(10, 16, 8, position=position, scale=scale, generator=seeded()).to(device).eval()
    ids = IDS.to(device)
    expected = layer.token.weight[ids] * (4.0 if scale else 1.0)
    if position == "learned":
        expected = expected + layer.position.weight[:3]
    elif position == "sinusoidal":
        expected = expected + sinusoidal(3, 16, device=device)
    else:
        assert layer.position is None
    torch.testing.assert_close(layer(ids), expected, atol=1e-6, rtol=1e-6)
    layer(ids).pow(2).sum().backward()
    found = layer.token.weight.grad.clone()
    (grad,) = torch.autograd.grad(expected.pow(2).sum(), layer.token.weight)
    grad[0] = 0  # the padding row
    torch.testing.assert_close(found, grad, atol=1e-5, rtol=1e-5)


def test_parts_seen_by_hooks_are_the_parts():
    layer = TransformerEmbedding(10, 6, 8, generator=seeded()).eval()
    seen = {}
    for name in ("token", "position"):
        getattr(layer, name).register_forward_hook(lambda _, __, out, name=name: seen.update({name: out}))
    x = layer(IDS)
    torch.testing.assert_close(seen["token"], layer.token.weight[IDS] * 6**0.5)
    assert torch.equal(seen["position"], layer.position.weight[:3].expand(2, 3, 6))
    assert torch.equal(seen["token"] + seen["position"], x)


def test_a_padding_token_has_its_position_and_nothing_else():
    layer = TransformerEmbedding(10, 6, 8, padding_idx=2).eval()
    assert torch.equal(layer(torch.full((1, 4), 2)), layer.position(torch.zeros(1, 4, dtype=torch.int64)))
    assert (TransformerEmbedding(10, 6, 8, padding_idx=None).token.weight != 0).all()


def test_dropout_drops_in_training_only():
    layer = TransformerEmbedding(10, 64, 50, dropout=0.25, padding_idx=None)
    ids = torch.randint(10, (8, 50), generator=seeded())
    whole = layer.eval()(ids)
    assert torch.equal(layer(ids), whole)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        dropped = layer.train()(ids)
    gone = dropped == 0
    assert abs(gone.float().mean() - 0.25) < 0.02
    torch.testing.assert_close(dropped[~gone], whole[~gone] / 0.75)
    assert isinstance(layer.dropout, nn.Dropout) and TransformerEmbedding(3, 2, 2).dropout.p == 0.1
    still = TransformerEmbedding(10, 6, 8, dropout=0.0)
    assert torch.equal(still(IDS), still(IDS))


def test_only_learned_positions_limit_the_length():
    ids = torch.zeros(1, 20, dtype=torch.int64)
    for position in ("sinusoidal", "none"):
        assert TransformerEmbedding(10, 6, 8, position=position)(ids).shape == (1, 20, 6)


def test_parameters_counted_by_hand():
    def count(layer):
        return sum(p.numel() for p in layer.parameters())

    assert count(TokenEmbedding(11, 4)) == 44
    assert count(LearnedPositionalEmbedding(5, 4)) == 20
    assert count(TransformerEmbedding(11, 4, 5)) == 64
    assert count(TransformerEmbedding(11, 4, 5, position="sinusoidal")) == 44
    assert count(TransformerEmbedding(11, 4, 5, position="none")) == 44
    assert count(FactorizedTokenEmbedding(11, 3, 4)) == 33 + 12
    assert count(FactorizedTokenEmbedding(30_000, 128, 768)) == 30_000 * 128 + 128 * 768
    assert count(BertEmbedding(11, 4, 5)) == 44 + 20 + 8 + 8


# FactorizedTokenEmbedding


def test_factorized_is_a_full_table_of_low_rank(device):
    layer = FactorizedTokenEmbedding(40, 3, 16, generator=seeded()).to(device)
    full = layer.token.weight @ layer.projection.T
    assert full.shape == (40, 16) and torch.linalg.matrix_rank(full.detach().cpu()) == 3
    ids = torch.arange(40, device=device).reshape(4, 10)
    torch.testing.assert_close(layer(ids), full[ids])
    layer(ids).pow(2).sum().backward()
    expected = torch.autograd.grad(full.pow(2).sum(), [layer.token.weight, layer.projection])
    torch.testing.assert_close([layer.token.weight.grad, layer.projection.grad], list(expected))


def test_factorized_padding_is_zero():
    layer = FactorizedTokenEmbedding(9, 3, 6, padding_idx=4)
    assert (layer(torch.tensor([[4, 4]])) == 0).all()


# BertEmbedding


def bert_tensors(dtype=torch.float32, device="cpu"):
    g = seeded()
    shapes = [(10, 6), (8, 6), (2, 6), (6,), (6,)]
    return [torch.randn(shape, generator=g).to(device, dtype) for shape in shapes]


def test_bert_is_the_formula(device):
    tensors = bert_tensors(device=device)
    tokens, positions, types, weight, bias = tensors
    layer = BertEmbedding.from_tensors(*tensors)
    ids, kinds = IDS.to(device), torch.tensor([[0, 0, 1], [0, 1, 1]], device=device)
    for asked, used in [((), torch.zeros_like(ids)), ((kinds,), kinds)]:
        total = tokens[ids] + positions[:3] + types[used]
        expected = F.layer_norm(total, (6,), weight, bias, eps=1e-12)
        torch.testing.assert_close(layer(ids, *asked), expected, atol=1e-6, rtol=1e-6)
        exact = total.cpu().double()
        centred = exact - exact.mean(-1, keepdim=True)
        by_hand = centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-12).sqrt()
        by_hand = by_hand * weight.cpu().double() + bias.cpu().double()
        torch.testing.assert_close(layer(ids, *asked).cpu().double(), by_hand, atol=1e-5, rtol=1e-5)


def test_bert_reads_the_given_tables_and_is_frozen():
    tensors = bert_tensors()
    layer = BertEmbedding.from_tensors(*tensors, eps=0.5)
    held = [layer.token.weight, layer.position.weight, layer.token_type.weight, layer.norm.weight, layer.norm.bias]
    for ours, theirs in zip(held, tensors, strict=True):
        assert ours.data_ptr() == theirs.data_ptr() and not ours.requires_grad
    assert layer.norm.eps == 0.5
    assert torch.equal(layer.train()(IDS), layer.eval()(IDS)), "no dropout"


def test_bert_with_float16_tables_computes_in_the_norms_dtype(device):
    tensors = bert_tensors(device=device)
    halves = [t.half() for t in tensors[:3]]
    layer = BertEmbedding.from_tensors(*halves, *tensors[3:])
    assert layer.token.weight.data_ptr() == halves[0].data_ptr() and layer.token.weight.dtype == torch.float16
    exact = BertEmbedding.from_tensors(*(t.float() for t in halves), *tensors[3:])
    out = layer(IDS.to(device))
    assert out.dtype == torch.float32 and torch.equal(out, exact(IDS.to(device)))


def test_bert_trains_as_torch_does():
    layer = BertEmbedding(10, 6, 8, dropout=0.0, generator=seeded())
    torch.testing.assert_close(layer(IDS).mean(-1), torch.zeros(2, 3), atol=1e-6, rtol=0)
    (layer(IDS) * torch.arange(6.0)).sum().backward()
    assert all(p.grad is not None and p.grad.shape == p.shape for p in layer.parameters())
    assert (layer.token_type.weight.grad[1] == 0).all() and (layer.token_type.weight.grad[0] != 0).any()
    assert BertEmbedding(10, 6, 8).dropout.p == 0.1 and BertEmbedding(10, 6, 8).norm.eps == 1e-12


def test_bert_refuses_token_types_it_does_not_have(device):
    layer = BertEmbedding.from_tensors(*bert_tensors(device=device))
    ids = IDS.to(device)
    for bad in (2, -1):
        with pytest.raises(ValueError) as error:
            layer(ids, torch.full_like(ids, bad))
        facts_in(error, f"id {bad} ", "token types", "size 2", "0 to 1")
    with pytest.raises(ValueError) as error:
        layer(ids, ids[:, :2] * 0)
    facts_in(error, (2, 2), (2, 3))


@pytest.mark.parametrize("which", range(5))
def test_bert_refuses_tensors_that_do_not_belong_together(which):
    for bad in (torch.zeros(5), torch.zeros(4, 5), torch.zeros(4, 6, 1), torch.zeros(())):
        tensors = bert_tensors()
        tensors[which] = bad
        with pytest.raises(ValueError) as error:
            BertEmbedding.from_tensors(*tensors)
        facts_in(error, tuple(bad.shape), "(vocab, dim)", "one dim")


# demonstrate_embeddings


def test_demonstration_returns_what_it_says():
    walk = demonstrate_embeddings(verbose=False)
    assert {name: tuple(t.shape) for name, t in walk.items()} == {
        "token_ids": (1, 8),
        "token_table": (100, 32),
        "one_hot": (1, 8, 100),
        "token_embeddings": (1, 8, 32),
        "position_embeddings": (1, 8, 32),
        "embeddings": (1, 8, 32),
    }
    ids, table = walk["token_ids"], walk["token_table"]
    assert ids.dtype == torch.int64 and ids.min() > 0 and ids[0, 0] == ids[0, -1]
    assert torch.equal(walk["one_hot"], F.one_hot(ids, 100).float())
    assert torch.equal(walk["one_hot"] @ table, table[ids])
    torch.testing.assert_close(walk["token_embeddings"], table[ids] * 32**0.5)
    assert torch.equal(walk["embeddings"], walk["token_embeddings"] + walk["position_embeddings"])
    assert torch.equal(walk["token_embeddings"][0, 0], walk["token_embeddings"][0, -1])
    assert not torch.equal(walk["embeddings"][0, 0], walk["embeddings"][0, -1])
    assert (demonstrate_embeddings(2, 4, 50, verbose=False)["token_ids"] == 1).all(), "never padding"
    assert (table[0] == 0).all() and not any(t.requires_grad for t in walk.values())


@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 7, 3), (2, 5, 1), (5, 64, 30), (1000, 3, 2)])
def test_demonstration_of_any_sizes(sizes, capsys):
    vocab_size, dim, seq = sizes
    walk = demonstrate_embeddings(*sizes)
    assert walk["embeddings"].shape == (1, seq, dim) and walk["token_table"].shape == (vocab_size, dim)
    told = capsys.readouterr().out
    assert f"{vocab_size} x {dim} = {vocab_size * dim:,}" in told and str((1, seq, dim)) in told
    assert " ".join(map(str, walk["token_ids"][0].tolist())) in told
    assert "max |one_hot @ W - W[ids]| = 0\n" in told


def test_demonstration_shows_numbers_of_its_tensors(capsys):
    walk = demonstrate_embeddings()
    told = capsys.readouterr().out
    for name in ("token_embeddings", "position_embeddings", "embeddings"):
        assert " ".join(f"{v:+.4f}" for v in walk[name][0, 0, :6].tolist()) in told
    assert "3,456" in told and max(map(len, told.splitlines())) <= 100


def test_demonstration_is_silent_deterministic_and_leaves_the_seed_alone(capsys):
    before = torch.get_rng_state()
    first = demonstrate_embeddings(verbose=False)
    with torch.random.fork_rng():
        torch.manual_seed(123)
        second = demonstrate_embeddings(verbose=False)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert torch.equal(torch.get_rng_state(), before)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["vocab_size", "embed_dim", "seq_len"])
@pytest.mark.parametrize("bad", [0, -3, 2.5])
def test_demonstration_refuses_bad_sizes(name, bad, capsys):
    with pytest.raises(ValueError) as error:
        demonstrate_embeddings(**{name: bad})
    facts_in(error, name, bad)
    assert capsys.readouterr().out == ""


def test_demonstration_runs_from_the_command_line():
    code = "from embviz import demonstrate_embeddings; demonstrate_embeddings()"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert b"Parameters" in done.stdout and done.stdout.isascii(), "readable on any terminal"
