import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute.alibi import alibi_bias
from embviz.compute.attention import POSITION_KINDS, Projections, attention, causal_mask, projections
from embviz.compute.positions import sinusoidal
from embviz.compute.rotary import apply_rotary, rotary_frequencies

SEQ, DIM, HEADS, HEAD_DIM = 9, 16, 3, 8
PLACED = [kind for kind in POSITION_KINDS if kind != "none"]


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


X, TABLE = draw(SEQ, DIM), draw(SEQ + 20, DIM, seed=1)
WEIGHTS = projections(DIM, HEAD_DIM, n_heads=HEADS, seed=5)


def test_mask_by_hand(device):
    found = causal_mask(3, device=device)
    assert found.tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert found.device.type == device.type and found.dtype == torch.bool


def test_projections_come_from_the_seed_alone(device):
    torch.manual_seed(0)
    first = projections(DIM, HEAD_DIM, n_heads=HEADS, seed=5, device=device)
    state = torch.get_rng_state()
    again, other = (projections(DIM, HEAD_DIM, n_heads=HEADS, seed=seed, device=device) for seed in (5, 6))
    assert torch.equal(torch.get_rng_state(), state)
    for name in ("query", "key", "value"):
        weight = getattr(first, name)
        assert weight.shape == (HEADS, DIM, HEAD_DIM) and weight.dtype == torch.float32
        assert weight.device.type == device.type
        assert torch.equal(weight.cpu(), getattr(WEIGHTS, name)) and torch.equal(weight, getattr(again, name))
        assert not torch.equal(weight, getattr(other, name))
    assert not torch.equal(first.query, first.key) and not torch.equal(first.key, first.value)


def test_projections_have_variance_of_one_over_dim():
    drawn = projections(400, 50, n_heads=4)
    for weight in (drawn.query, drawn.key, drawn.value):
        assert weight.var().item() * 400 == pytest.approx(1, abs=0.03) and abs(weight.mean().item()) < 1e-3


def by_torch(x: torch.Tensor, kind: str, causal: bool) -> torch.Tensor:
    """The output by torch's own attention, positions put in by hand."""
    if kind == "sinusoidal":
        x = x + sinusoidal(len(x), DIM)
    elif kind == "learned":
        x = x + TABLE[: len(x)]
    query, key, value = (x @ weight for weight in (WEIGHTS.query, WEIGHTS.key, WEIGHTS.value))
    if kind == "rotary":
        query, key = (apply_rotary(rows, range(len(x)), rotary_frequencies(HEAD_DIM)) for rows in (query, key))
    mask = torch.zeros(HEADS, len(x), len(x))
    if kind == "alibi":
        mask += alibi_bias(HEADS, len(x), len(x))
    if causal:
        mask += torch.full((len(x), len(x)), -math.inf).triu(1)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(0, 1).reshape(len(x), -1)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("kind", POSITION_KINDS)
def test_output_is_that_of_torch(device, kind, causal):
    moved = Projections(*(getattr(WEIGHTS, name).to(device) for name in ("query", "key", "value")))
    found = attention(X.to(device), moved, position=kind, position_table=TABLE.to(device), causal=causal)
    assert found.output.shape == (SEQ, HEADS * HEAD_DIM) and found.output.device.type == device.type
    torch.testing.assert_close(found.output.cpu(), by_torch(X, kind, causal), atol=1e-5, rtol=0)


def test_one_head_by_hand():
    x = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    weights = Projections(*(torch.eye(2)[None] * factor for factor in (1.0, 3.0, 10.0)))
    found = attention(x, weights)
    torch.testing.assert_close(found.scores, torch.tensor([[[3.0, 0.0], [0.0, 12.0]]]) / math.sqrt(2))
    share = 1 / (1 + math.exp(-3 / math.sqrt(2)))
    torch.testing.assert_close(found.weights[0, 0], torch.tensor([share, 1 - share]))
    torch.testing.assert_close(found.output[0], torch.tensor([10 * share, 20 * (1 - share)]))


@pytest.mark.parametrize("kind", POSITION_KINDS)
def test_axes_weights_and_mask(kind):
    found = attention(X, WEIGHTS, position=kind, position_table=TABLE, causal=True)
    hidden = ~causal_mask(SEQ)
    assert found.scores.shape == found.weights.shape == (HEADS, SEQ, SEQ)
    assert (found.scores[:, hidden] == -math.inf).all() and (found.weights[:, hidden] == 0).all()
    assert found.scores[:, ~hidden].isfinite().all() and (found.weights[:, ~hidden] > 0).all()
    torch.testing.assert_close(found.weights.sum(dim=-1), torch.ones(HEADS, SEQ))
    seen = attention(X, WEIGHTS, position=kind, position_table=TABLE)
    torch.testing.assert_close(found.scores[:, ~hidden], seen.scores[:, ~hidden])


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(SEQ)), seed=st.integers(0, 100))
def test_without_positions_and_mask_it_is_equivariant(order, seed):
    x, weights = draw(SEQ, DIM, seed=seed), projections(DIM, HEAD_DIM, n_heads=HEADS, seed=seed)
    before, after = attention(x, weights), attention(x[order], weights)
    torch.testing.assert_close(after.output, before.output[order], atol=1e-5, rtol=0)
    torch.testing.assert_close(after.scores, before.scores[:, order][:, :, order], atol=1e-5, rtol=0)
    torch.testing.assert_close(after.weights, before.weights[:, order][:, :, order], atol=1e-5, rtol=0)


def broken(**arguments: object) -> float:
    """By how much the outputs change, token for token, when the first and the last row change places."""
    order = [SEQ - 1, *range(1, SEQ - 1), 0]
    before, after = (attention(x, WEIGHTS, **arguments).output for x in (X, X[order]))
    return (after - before[order]).abs().max().item()


def test_it_is_not_invariant():
    order = [SEQ - 1, *range(1, SEQ - 1), 0]
    assert (attention(X[order], WEIGHTS).output - attention(X, WEIGHTS).output).abs().max() > 0.1


@pytest.mark.parametrize("kind", PLACED)
def test_positions_break_the_equivariance(kind):
    assert broken() < 1e-5
    assert broken(position=kind, position_table=TABLE) > 0.05


def test_a_causal_mask_alone_makes_the_output_depend_on_order():
    assert broken(causal=True) > 0.1


@pytest.mark.parametrize("kind", PLACED)
def test_positions_that_move_with_their_tokens_keep_the_equivariance(kind):
    order = [3, 1, 8, 0, 2, 7, 5, 4, 6]
    before = attention(X, WEIGHTS, position=kind, position_table=TABLE)
    after = attention(X[order], WEIGHTS, position=kind, position_table=TABLE, positions=order)
    torch.testing.assert_close(after.output, before.output[order], atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", ["rotary", "alibi"])
def test_relative_kinds_depend_on_differences_alone(kind):
    here, there = (
        attention(X.double(), WEIGHTS, position=kind, positions=torch.arange(SEQ) + start) for start in (0, 100_000)
    )
    torch.testing.assert_close(there.scores, here.scores, atol=1e-9, rtol=0)


@pytest.mark.parametrize("kind", ["sinusoidal", "learned"])
def test_absolute_kinds_do_not(kind):
    here, there = (
        attention(X, WEIGHTS, position=kind, position_table=TABLE, positions=torch.arange(SEQ) + start)
        for start in (0, 20)
    )
    assert (there.scores - here.scores).abs().max() > 0.1


def test_far_sinusoidal_positions_are_rows_of_the_table():
    start = 131_072 - SEQ
    found = attention(X, WEIGHTS, position="sinusoidal", positions=range(start, 131_072), base=500.0)
    shifted = attention(X + sinusoidal(131_072, DIM, base=500.0)[start:], WEIGHTS)
    torch.testing.assert_close(found.output, shifted.output, atol=1e-6, rtol=0)


def test_rotary_takes_base_frequencies_layout_and_factor():
    omegas = rotary_frequencies(HEAD_DIM, base=77.0)
    by_base = attention(X, WEIGHTS, position="rotary", base=77.0)
    assert torch.equal(attention(X, WEIGHTS, position="rotary", frequencies=omegas).scores, by_base.scores)
    assert (attention(X, WEIGHTS, position="rotary").scores - by_base.scores).abs().max() > 0.01
    halves = attention(X, WEIGHTS, position="rotary", base=77.0, layout="half")
    assert (halves.scores - by_base.scores).abs().max() > 0.1
    grown = attention(X, WEIGHTS, position="rotary", base=77.0, attention_factor=1.5)
    torch.testing.assert_close(grown.scores, 2.25 * by_base.scores, atol=1e-5, rtol=1e-5)


def test_alibi_with_positions_apart_costs_their_distance():
    plain = attention(X, WEIGHTS).scores
    found = attention(X, WEIGHTS, position="alibi", positions=[0, 10, 20, 30, 40, 50, 60, 70, 80]).scores
    torch.testing.assert_close(found - plain, 10 * alibi_bias(HEADS, SEQ, SEQ), atol=1e-5, rtol=0)


def test_dtype_follows_x(dtype):
    found = attention(X.to(dtype), WEIGHTS, position="alibi", causal=True)
    assert found.scores.dtype == found.weights.dtype == found.output.dtype == dtype


@pytest.mark.parametrize("kind", POSITION_KINDS)
def test_gradients_against_numbers(kind):
    x, table = draw(3, 4, dtype=torch.float64), draw(3, 4, seed=1, dtype=torch.float64)
    weights = [draw(2, 4, 2, seed=seed, dtype=torch.float64) for seed in (2, 3, 4)]

    def output(x, table, *weights):
        return attention(x, Projections(*weights), position=kind, position_table=table, causal=True).output

    inputs = [tensor.requires_grad_() for tensor in (x, table, *weights)]
    assert torch.autograd.gradcheck(output, inputs)
    if kind == "learned":
        assert torch.autograd.grad(output(*inputs).sum(), table)[0].abs().sum() > 0


ODD = projections(DIM, 5)


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: causal_mask(0), ["n is 0"]),
        (lambda: projections(0, 4), ["dim", "0"]),
        (lambda: projections(4, 0), ["head_dim", "0"]),
        (lambda: projections(4, 4, n_heads=0), ["n_heads", "0"]),
        (lambda: projections(4, 4, seed=-1), ["seed", "-1"]),
        (lambda: attention(X, WEIGHTS, position="rope"), ["position", "'rope'", "rotary", "alibi", "none"]),
        (lambda: attention(X[None], WEIGHTS), ["x", "(1, 9, 16)", "(seq, dim)"]),
        (lambda: attention(X[:0], WEIGHTS), ["x", "(0, 16)"]),
        (lambda: attention(X.long(), WEIGHTS), ["x", "int64"]),
        (lambda: attention([[1.0]], WEIGHTS), ["x", "list"]),
        (lambda: attention(X.clone().index_fill_(0, torch.tensor(2), math.nan), WEIGHTS), ["x", "nan", "[2, 0]"]),
        (lambda: attention(X[:, :8], WEIGHTS), ["(9, 8)", "(3, 16, 8)", "(heads, 8, head_dim)"]),
        (lambda: attention(X, Projections(WEIGHTS.query[0], WEIGHTS.key, WEIGHTS.value)), ["(16, 8)", "head_dim"]),
        (lambda: attention(X, Projections(WEIGHTS.query[:2], WEIGHTS.key, WEIGHTS.value)), ["(2, 16, 8)"]),
        (lambda: attention(X, Projections(*[WEIGHTS.query[:0]] * 3)), ["(0, 16, 8)"]),
        (
            lambda: attention(X, Projections(WEIGHTS.query * math.nan, WEIGHTS.key, WEIGHTS.value)),
            ["projections.query", "nan"],
        ),
        (lambda: attention(X, WEIGHTS, position="learned"), ["position_table", "None", "max_len"]),
        (lambda: attention(X, WEIGHTS, position="learned", position_table=TABLE[:5]), ["position 5", "0 to 4"]),
        (lambda: attention(X, WEIGHTS, position="learned", position_table=TABLE[:, :4]), ["(29, 4)", "16 wide"]),
        (lambda: attention(X, WEIGHTS, position="learned", position_table=TABLE / 0), ["position_table", "inf"]),
        (
            lambda: attention(X, WEIGHTS, position="learned", position_table=TABLE, positions=range(-1, SEQ - 1)),
            ["position -1", "0 to 28"],
        ),
        (
            lambda: attention(X, WEIGHTS, position="learned", position_table=TABLE, positions=[0.5] * SEQ),
            ["position 0.5", "whole"],
        ),
        (lambda: attention(X, WEIGHTS, position="rotary", positions=range(4)), ["positions", "(4,)", "(9,)"]),
        (lambda: attention(X, WEIGHTS, positions=[math.nan] * SEQ), ["positions", "nan"]),
        (lambda: attention(X, WEIGHTS, position="rotary", base=1), ["base", "1", "above 1"]),
        (lambda: attention(X, WEIGHTS, position="rotary", layout="halves"), ["layout", "'halves'"]),
        (lambda: attention(X, WEIGHTS, position="rotary", frequencies=torch.ones(3)), ["frequencies", "(3,)"]),
        (lambda: attention(X, ODD, position="rotary"), ["head_dim", "5", "odd"]),
        (
            lambda: attention(X[:, :5], projections(5, 4), position="sinusoidal"),
            ["dim", "5", "odd"],
        ),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
