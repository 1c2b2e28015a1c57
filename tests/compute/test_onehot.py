import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from embviz.compute import onehot
from embviz.compute.onehot import one_hot, one_hot_gradient, one_hot_lookup, one_hot_sparse

SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)


class LargestResult(TorchDispatchMode):
    """Notes the size of the largest tensor that any torch operation makes."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            self.elements = max(self.elements, out.numel())
        return out


def drawn(vocab_size, dim, shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randint(vocab_size, shape, generator=g), torch.randn(vocab_size, dim, generator=g)


def test_one_hot_is_torchs(device):
    ids = torch.tensor([[3, 0, 3], [1, 4, 2]], device=device)
    assert torch.equal(one_hot(ids, 5), F.one_hot(ids, 5).float())
    assert one_hot(ids, 5, dtype=torch.float16).dtype == torch.float16
    assert one_hot(ids, 5).device.type == device.type


@settings(max_examples=60, deadline=None)
@given(shape=SHAPES, vocab_size=st.integers(1, 50), dim=st.integers(1, 9), seed=st.integers(0, 99))
def test_lookup_is_indexing(shape, vocab_size, dim, seed):
    ids, weight = drawn(vocab_size, dim, shape, seed)
    assert torch.equal(one_hot_lookup(ids, weight), weight[ids])
    assert one_hot_lookup(ids, weight).shape == (*shape, dim)


@settings(max_examples=60, deadline=None)
@given(shape=SHAPES, vocab_size=st.integers(1, 50), dim=st.integers(1, 9), seed=st.integers(0, 99))
def test_gradient_is_autograds(shape, vocab_size, dim, seed):
    ids, weight = drawn(vocab_size, dim, shape, seed)
    weight.requires_grad_()
    grad_output = torch.randn(*shape, dim, generator=torch.Generator().manual_seed(seed))
    (expected,) = torch.autograd.grad(weight[ids], weight, grad_output)
    found = one_hot_gradient(ids, grad_output, vocab_size)
    assert found.shape == (vocab_size, dim)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("block", [1, 7, 64])
def test_blocks_do_not_show(device, dtype, block, monkeypatch):
    monkeypatch.setattr(onehot, "BLOCK_ELEMENTS", block)
    ids, weight = drawn(50, 6, (3, 4))
    ids, weight = ids.to(device), weight.to(device, dtype)
    assert torch.equal(one_hot_lookup(ids, weight), weight[ids])
    ones = torch.ones(3, 4, 2, device=device, dtype=dtype)
    counts = torch.bincount(ids.cpu().flatten(), minlength=50)
    assert torch.equal(one_hot_gradient(ids, ones, 50).cpu().long(), counts[:, None].expand(50, 2))


def test_repeated_ids_add_up_by_hand(device):
    ids = torch.tensor([[2, 0], [2, 2]], device=device)
    grad = torch.tensor([[[1.0, 10.0], [2.0, 20.0]], [[4.0, 40.0], [8.0, 80.0]]], device=device)
    expected = torch.tensor([[2.0, 20.0], [0.0, 0.0], [13.0, 130.0], [0.0, 0.0]], device=device)
    assert torch.equal(one_hot_gradient(ids, grad, 4), expected)


def test_the_products_are_the_dense_ones(device):
    """A row that no id picks takes part, times zero: only then does a NaN in it reach the result."""
    weight = torch.ones(4, 2, device=device)
    weight[3, 0] = torch.nan
    found = one_hot_lookup(torch.tensor([0, 1], device=device), weight)
    assert found[:, 0].isnan().all() and (found[:, 1] == 1).all()


def test_a_large_one_hot_matrix_never_exists_whole():
    ids, weight = drawn(200_019, 4, (64,))
    saved = []
    weight.requires_grad_()
    hooks = torch.autograd.graph.saved_tensors_hooks(lambda t: saved.append(t.numel()) or t, lambda t: t)
    with LargestResult() as seen, hooks:
        rows = one_hot_lookup(ids, weight)
        rows.sum().backward()
    assert onehot.BLOCK_ELEMENTS / 2 < seen.elements <= onehot.BLOCK_ELEMENTS
    assert sum(saved) <= weight.numel() + 2 * ids.numel()
    assert torch.equal(weight.grad.sum(1), 4.0 * torch.bincount(ids, minlength=200_019))


def test_lookup_passes_gradient_to_the_table():
    ids, weight = drawn(6, 3, (2, 4))
    weight = weight.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda w: one_hot_lookup(ids, w) ** 2, weight)
    assert torch.autograd.gradgradcheck(lambda w: one_hot_lookup(ids, w) ** 2, weight)


@pytest.mark.parametrize(
    "call",
    [
        lambda ids: one_hot_lookup(ids, torch.zeros(9, 2, device=ids.device)),
        lambda ids: one_hot_gradient(ids, torch.zeros(*ids.shape, 2, device=ids.device), 9),
        lambda ids: one_hot(ids, 9),
    ],
    ids=["lookup", "gradient", "one_hot"],
)
@pytest.mark.parametrize("bad", [9, -1, 10**12, -(2**63)])
def test_ids_outside_the_table(call, bad, device):
    for ids in (torch.tensor([0, bad, 8], device=device), torch.tensor(bad, device=device)):
        with pytest.raises(ValueError, match=rf"id {bad}\b.*size 9\b.*0 to 8"):
            call(ids)
    with pytest.raises(ValueError, match=r"float32.*int64"):
        call(torch.tensor([0.0], device=device))


def test_shapes_that_do_not_belong_together():
    ids = torch.tensor([[1, 2, 3]])
    for shape in [(3, 4), (1, 2, 4), (), (1, 3)]:
        with pytest.raises(ValueError, match=r"\(1, 3, dim\)"):
            one_hot_gradient(ids, torch.zeros(shape), 5)
    for weight in (torch.zeros(5), torch.zeros(5, 2, 2), [[1.0]]):
        with pytest.raises(ValueError, match=r"weight.*\(vocab, dim\)"):
            one_hot_lookup(ids, weight)
    for size in (0, -1, 2.5):
        with pytest.raises(ValueError, match=f"vocab_size is {size}"):
            one_hot(ids, size)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(0, 9), vocab_size=st.integers(1, 50), dim=st.integers(1, 9), seed=st.integers(0, 99))
def test_the_sparse_matrix_is_the_dense_one(n, vocab_size, dim, seed):
    ids, weight = drawn(vocab_size, dim, (n,), seed)
    sparse = one_hot_sparse(ids, vocab_size)
    assert sparse.is_sparse and torch.equal(sparse.to_dense(), one_hot(ids, vocab_size))
    assert torch.equal(sparse @ weight, weight[ids])


def test_the_sparse_matrix_checks_its_ids(device):
    with pytest.raises(ValueError, match=r"id 5 .*size 5"):
        one_hot_sparse(torch.tensor([1, 5], device=device), 5)
