import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embviz.compute.attention import POSITION_KINDS, projections
from embviz.compute.order import FLOAT_ERROR, compare, every_kind, orders_alike, permutation, permutation_number

N, DIM, HEADS, HEAD_DIM = 7, 12, 3, 4
PLACED = [kind for kind in POSITION_KINDS if kind != "none"]


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


X, TABLE = draw(N, DIM), draw(N, DIM, seed=1)
WEIGHTS = projections(DIM, HEAD_DIM, n_heads=HEADS, seed=5)
orders = st.permutations(range(N)).map(tuple)


def inversions(order: tuple[int, ...]) -> int:
    return sum(a > b for a, b in itertools.combinations(order, 2))


def places(order: tuple[int, ...]) -> torch.Tensor:
    """Where in B each token is."""
    back = torch.empty(len(order), dtype=torch.long)
    for place, token in enumerate(order):
        back[token] = place
    return back


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_numbers_run_through_the_orders_as_a_dictionary_does(n):
    found = [permutation(number, n) for number in range(math.factorial(n))]
    assert found == list(itertools.permutations(range(n)))
    assert [permutation_number(order) for order in found] == list(range(math.factorial(n)))


@given(st.permutations(range(12)))
def test_a_number_stands_for_its_order(order):
    assert permutation(permutation_number(order), 12) == tuple(order)


@pytest.mark.parametrize("number", [-1, 6, 1.0, True])
def test_no_other_number_is_an_order(number):
    with pytest.raises(ValueError, match="number is"):
        permutation(number, 3)


@pytest.mark.parametrize("order", [(0, 0, 1), (1, 2, 3), (0, 2)])
def test_what_is_no_order_is_refused(order):
    with pytest.raises(ValueError, match="is no order of"):
        permutation_number(order)
    with pytest.raises(ValueError):
        compare(X, order, WEIGHTS)


def test_an_order_of_another_length_is_refused():
    with pytest.raises(ValueError, match=f"3 tokens and x {N} rows"):
        compare(X, (1, 0, 2), WEIGHTS)


def by_numpy(x: np.ndarray, causal: bool) -> tuple[np.ndarray, np.ndarray]:
    """Weights and output without positions, in float64, a head and a query at a time."""
    q, k, v = (np.asarray(w, np.float64) for w in (WEIGHTS.query, WEIGHTS.key, WEIGHTS.value))
    weights, output = np.zeros((HEADS, len(x), len(x))), np.zeros((len(x), HEADS * HEAD_DIM))
    for head, place in itertools.product(range(HEADS), range(len(x))):
        seen = slice(0, place + 1 if causal else len(x))
        grown = np.exp((x[place] @ q[head]) @ (x[seen] @ k[head]).T / math.sqrt(HEAD_DIM))
        weights[head, place, seen] = grown / grown.sum()
        output[place, head * HEAD_DIM : (head + 1) * HEAD_DIM] = weights[head, place] @ (x @ v[head])
    return weights, output


@pytest.mark.parametrize("causal", [False, True])
def test_both_orders_are_computed_from_their_own_rows(causal):
    order = (3, 0, 6, 2, 1, 5, 4)
    found = compare(X, order, WEIGHTS, causal=causal)
    x = X.numpy().astype(np.float64)
    for rows, weights, output in (
        (x, found.weights_a, found.output_a),
        (x[list(order)], found.weights_b, found.output_b),
    ):
        wanted = by_numpy(rows, causal)
        assert np.abs(weights.numpy() - wanted[0]).max() < 1e-6 and np.abs(output.numpy() - wanted[1]).max() < 1e-6
    for token in range(N):
        assert torch.equal(found.undone[token], found.output_b[order.index(token)])
    assert found.permutation == order


@given(orders)
@settings(max_examples=40, deadline=None)
def test_without_positions_and_mask_it_is_equivariant_not_invariant(order):
    exact = compare(X.double(), order, WEIGHTS)
    assert max(exact.weights_apart, exact.scores_apart, exact.output_apart, exact.mean_apart) < 1e-13
    rounded = compare(X, order, WEIGHTS)
    assert max(rounded.weights_apart, rounded.output_apart, rounded.mean_apart) < FLOAT_ERROR
    assert (rounded.in_place > 0.1) == (order != tuple(range(N)))
    assert rounded.hidden == 0


@given(orders)
@settings(max_examples=40, deadline=None)
def test_with_a_mask_scores_stay_and_what_is_hidden_depends_on_order(order):
    found = compare(X, order, WEIGHTS, causal=True)
    assert found.scores_apart < FLOAT_ERROR
    assert found.hidden == 2 * inversions(order)
    assert (found.output_apart > 0.01) == (order != tuple(range(N)))


@pytest.mark.parametrize("kind", PLACED)
@pytest.mark.parametrize("causal", [False, True])
def test_every_kind_of_position_tells_a_swap(kind, causal):
    found = compare(X, (0, 1, 5, 3, 4, 2, 6), WEIGHTS, position=kind, position_table=TABLE, causal=causal)
    assert found.output_apart > 0.01 and found.weights_apart > 0.01 and found.mean_apart > 0.001


@given(orders)
@settings(max_examples=30, deadline=None)
def test_rotary_keeps_the_score_of_two_tokens_at_the_same_distance_and_alibi_in_both_directions(order):
    back = places(order)
    before = torch.arange(N) - torch.arange(N)[:, None]
    after = back - back[:, None]
    for kind, same in (("rotary", before == after), ("alibi", before.abs() == after.abs())):
        found = compare(X.double(), order, WEIGHTS, position=kind)
        apart = (found.scores_b[:, back][:, :, back] - found.scores_a).abs()
        assert apart[:, same].max() < 1e-9
        assert not same.logical_not().any() or apart[:, ~same].min() > 1e-6


def test_only_alibi_cannot_tell_forwards_from_backwards():
    found = every_kind(X, tuple(reversed(range(N))), WEIGHTS, position_table=TABLE)
    assert found.alike == (("none", False), ("alibi", False))


def test_every_kind_holds_what_each_comparison_holds():
    order = (3, 0, 6, 2, 1, 5, 4)
    found = every_kind(X, order, WEIGHTS, position_table=TABLE)
    assert found.kinds == POSITION_KINDS and found.alike == (("none", False),)
    for (row, kind), causal in itertools.product(enumerate(POSITION_KINDS), (False, True)):
        alone = compare(X, order, WEIGHTS, position=kind, position_table=TABLE, causal=causal)
        assert found.apart[row, int(causal)].item() == pytest.approx(alone.output_apart)


def test_the_differences_of_rows_and_of_the_mean():
    found = compare(X, (1, 0, 2, 3, 4, 5, 6), WEIGHTS, position="sinusoidal")
    wanted = np.abs(found.undone.numpy() - found.output_a.numpy()).max(1)
    assert np.allclose(found.apart[:-1].numpy(), wanted, atol=1e-7) and found.output_apart == pytest.approx(
        wanted.max()
    )
    mean = np.abs(found.output_b.numpy().mean(0) - found.output_a.numpy().mean(0)).max()
    assert found.apart[-1].item() == pytest.approx(mean, abs=1e-6) and found.mean_apart == pytest.approx(mean, abs=1e-6)
    assert found.in_place == pytest.approx((found.output_b - found.output_a).abs().max().item())


@pytest.mark.parametrize(
    ("rows", "position", "count"),
    [
        ((0, 1, 2, 3), "none", 24),  # every order
        ((0, 1, 2, 3), "sinusoidal", 1),  # its own alone
        ((0, 1, 0, 2), "sinusoidal", 2),  # two equal tokens may change places
        ((0, 1, 0, 0), "learned", 6),
        ((0, 1, 2, 3), "alibi", 2),  # forwards and backwards
        ((0, 0, 0), "rotary", 6),
    ],
)
def test_how_many_orders_give_the_same_rows(rows, position, count):
    assert orders_alike(X[list(rows)], WEIGHTS, position=position, position_table=TABLE) == count


def test_more_devices(device):
    found = compare(
        X.to(device), (1, 0, 2, 3, 4, 5, 6), projections(DIM, HEAD_DIM, n_heads=HEADS, seed=5, device=device)
    )
    assert found.output_apart < FLOAT_ERROR and found.undone.device.type == device.type
