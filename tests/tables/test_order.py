import math

import pytest
import torch

from embviz import tables
from embviz.compute.order import FLOAT_ERROR, permutation
from embviz.lessons import order as lesson
from embviz.tables import order

TEXT = lesson.TEXT.default


def test_the_default_order_is_the_other_sentence():
    tokens = order.sentence(text=TEXT).tokens
    swapped = order.sentence(text="The gazelle ate the hyena and the lion.").tokens
    assert tuple(tokens[token] for token in permutation(lesson.ORDER.default, 12)) == swapped
    assert permutation(lesson.BACKWARDS, 12) == tuple(reversed(range(12)))


@pytest.mark.parametrize("n", range(2, 13))
def test_each_length_has_orders_of_its_own(n):
    param = lesson.order_of(n)
    assert (param.low, param.high) == (0, math.factorial(n) - 1)
    assert param.default == (lesson.ORDER.default if n == 12 else param.high)
    assert param.key == lesson.ORDER.key and param.parse(str(param.default)) == param.default


def test_rows_are_those_of_minilm_times_the_root_of_their_width():
    table = tables.load("minilm")
    found = order.sentence(text=TEXT)
    assert len(found.tokens) == 12 and found.dropped == 0
    rows = order.rows(text=TEXT)
    assert rows.shape == (12, 384)
    for row, token, id_ in zip(rows, found.tokens, found.ids, strict=True):
        assert table.tokens[id_] == token
        assert torch.allclose(row / 384**0.5, table.vectors[id_])
    assert torch.allclose(order.position_rows() / 384**0.5, table.positions[:12])
    assert 0.9 < rows.std().item() < 1.3


def test_a_longer_sentence_is_cut_and_counted():
    found = order.sentence(text="one two three four five six seven eight nine ten eleven twelve thirteen fourteen")
    assert found.tokens[-1] == "twelve" and len(found.tokens) == order.MAX_TOKENS and found.dropped == 2


@pytest.mark.parametrize(("text", "said"), [("", "no token"), (" \n", "no token"), ("word", "one token")])
def test_a_text_without_an_order_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        order.sentence(text=text)


def facts(number, position, causal, head, q, k):
    """What the page says of a state: weights of the pair in both orders (None where hidden), and the comparison."""
    found = order.compare(text=TEXT, order=number, position=position, causal=causal, seed=0)
    at = found.permutation.index
    pair = (found.weights_a[head, q, k].item(), found.weights_b[head, at(q), at(k)].item())
    return found, pair


def tried(name):
    (state,) = [item.state for item in lesson.LESSON.tries if item.id == name]
    number, kind, mask, head, q, k = (
        state[param] for param in (lesson.ORDER, lesson.POSITION, lesson.MASK, lesson.HEAD, lesson.Q, lesson.K)
    )
    assert (state[lesson.TEXT], state[lesson.SEED]) == (TEXT, 0)
    return facts(number, kind, mask == "causal", head - 1, q, k)


def test_try_swap_every_number_moves_along():
    found, (a, b) = tried("swap")
    assert max(found.weights_apart, found.output_apart, found.mean_apart) < FLOAT_ERROR < 1 < found.in_place
    assert a == pytest.approx(b, abs=1e-6) and a > 2 / 12  # a pair that stands out


def test_try_positions_gives_another_weight():
    found, (a, b) = tried("positions")
    assert abs(a - b) > 0.1 and found.weights_apart > 0.1


def test_try_mask_hides_the_lion():
    found, (a, b) = tried("mask")
    assert a > 0.5 and b == 0 and found.hidden == 46 and found.scores_apart < FLOAT_ERROR < 1 < found.output_apart


def test_try_rotate_keeps_scores_of_pairs_that_kept_their_distance():
    found, _ = tried("rotate")
    back = torch.tensor(found.permutation).argsort()
    apart = (found.scores_b[:, back][:, :, back] - found.scores_a).abs()
    at = torch.arange(12)
    same = (at - at[:, None]) == (back - back[:, None])
    assert 12 < same.sum() < 144
    assert (apart[:, same] < FLOAT_ERROR).all() and (apart[:, ~same] > FLOAT_ERROR).all()


def test_try_backwards_finds_the_same_weights():
    found, (a, b) = tried("backwards")
    assert found.weights_apart < FLOAT_ERROR and found.output_apart < FLOAT_ERROR and a == pytest.approx(b, abs=1e-6)
    assert found.permutation == tuple(reversed(range(12)))


@pytest.mark.parametrize("seed", [0, 1, 42, 99])
def test_of_all_kinds_only_none_without_a_mask_cannot_tell(seed):
    assert order.every_kind(text=TEXT, order=lesson.ORDER.default, seed=seed).alike == (("none", False),)
    backwards = order.every_kind(text=TEXT, order=lesson.BACKWARDS, seed=seed).alike
    assert backwards == (("none", False), ("alibi", False))


def test_the_answers():
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    assert answers == {"backwards": "alibi", "mean": "it stays the same", "orders": 2}
    link = next(item.link for item in lesson.LESSON.exercises if item.id == "orders")
    shown = order.compare(text=link[lesson.TEXT], order=link[lesson.ORDER], position="sinusoidal", causal=False, seed=0)
    assert shown.permutation == (2, 1, 0, 3) and shown.in_place < FLOAT_ERROR < shown.output_apart
