"""A lookup is a matrix product: row t of W is one_hot(t) @ W, and the gradient of W is one_hot.T @ gradient.

The one-hot vector of id t has a 1 in place t and 0 elsewhere, so its product with W (vocab, dim) adds up one row times
1 and all others times 0. Read backwards, each output's gradient goes to the row that its id picked, and an id that
occurs twice gets the sum of both. Here both products are really carried out, every multiplication by zero included, to
show that `weight[ids]` and the gradient that autograd scatters into the table are these numbers. (The shared matrix C
of Bengio et al. 2003, section 2, is this table; Rong 2014, "word2vec Parameter Learning Explained", equation 1, writes
the lookup as this product.)

No one-hot matrix of many ids over a large vocabulary exists whole: the products go block by block over the vocabulary.
Because 0 · ∞ and 0 · NaN are NaN, `one_hot_lookup` equals `weight[ids]` exactly if the table's numbers are finite.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from embviz.compute.checks import checked_ids, checked_size

BLOCK_ELEMENTS = 1 << 21
"""Numbers of the one-hot matrix that exist at a time: 8 MB in float32. 64 ids of 200,019 entries make 12.8 million."""


def one_hot(ids: Tensor, vocab_size: int, *, dtype: torch.dtype = torch.float32) -> Tensor:
    """One row a token, all 0 but a 1 in the id's place: ids (...) to (..., vocab_size), whole, in `dtype`."""
    checked_size("vocab_size", vocab_size)
    ids = checked_ids(ids, vocab_size)
    return _columns(ids, 0, vocab_size, dtype)


def one_hot_sparse(ids: Tensor, vocab_size: int, *, dtype: torch.dtype = torch.float32) -> Tensor:
    """The matrix of `one_hot` for ids (n,), (n, vocab_size), as a sparse tensor that does not store its zeros.

    Its product with W multiplies by the ones alone, so it costs what a lookup costs.
    """
    checked_size("vocab_size", vocab_size)
    ids = checked_ids(ids, vocab_size, rank=1)
    places = torch.stack([torch.arange(len(ids), device=ids.device), ids])
    ones = torch.ones(len(ids), dtype=dtype, device=ids.device)
    return torch.sparse_coo_tensor(places, ones, (len(ids), vocab_size), check_invariants=True)


def one_hot_lookup(ids: Tensor, weight: Tensor) -> Tensor:
    """one_hot(ids) @ weight, the dense product: ids (...) and weight (vocab, dim) to (..., dim); equals weight[ids].

    Differentiable in `weight`; its gradient is `one_hot_gradient`. ValueError for an id outside the table.
    """
    if not isinstance(weight, Tensor) or weight.dim() != 2:
        came = f"of shape {tuple(weight.shape)}" if isinstance(weight, Tensor) else f"a {type(weight).__name__}"
        raise ValueError(f"weight is {came}; it must be a tensor (vocab, dim)")
    ids = checked_ids(ids, len(weight))
    return _OneHotProduct.apply(ids.reshape(-1), weight).reshape(*ids.shape, weight.shape[1])


def one_hot_gradient(ids: Tensor, grad_output: Tensor, vocab_size: int) -> Tensor:
    """one_hot(ids).T @ grad_output, (vocab_size, dim): the gradient of the table; rows of repeated ids add up.

    `ids` (...) and `grad_output` (..., dim), the gradient of the loss for each looked-up row. The row of an id that
    does not occur is zero. ValueError for an id outside the vocabulary or shapes that do not belong together.
    """
    checked_size("vocab_size", vocab_size)
    ids = checked_ids(ids, vocab_size)
    if grad_output.shape[:-1] != ids.shape or not grad_output.dim():
        raise ValueError(
            f"grad_output is of shape {tuple(grad_output.shape)}; for ids of shape {tuple(ids.shape)} it must be "
            f"({', '.join([*map(str, ids.shape), 'dim'])})"
        )
    rows = grad_output.reshape(ids.numel(), grad_output.shape[-1])
    blocks = [block.T @ rows for _, _, block in _blocks(ids.reshape(-1), vocab_size, rows.dtype)]
    return torch.cat(blocks)


class _OneHotProduct(torch.autograd.Function):
    """The product with a backward of its own, since autograd would keep every block of the one-hot matrix for it."""

    @staticmethod
    def forward(ids: Tensor, weight: Tensor) -> Tensor:
        rows = weight.new_zeros(len(ids), weight.shape[1])
        for start, stop, block in _blocks(ids, len(weight), weight.dtype):
            rows.addmm_(block, weight[start:stop])
        return rows

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ids, weight = inputs
        ctx.save_for_backward(ids)
        ctx.vocab_size = len(weight)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[None, Tensor]:
        (ids,) = ctx.saved_tensors
        return None, one_hot_gradient(ids, grad_output, ctx.vocab_size)


def _blocks(ids: Tensor, vocab_size: int, dtype: torch.dtype) -> Iterator[tuple[int, int, Tensor]]:
    """The one-hot matrix of ids (n,) in blocks of columns: start, stop, (n, stop - start)."""
    width = max(1, BLOCK_ELEMENTS // max(1, len(ids)))
    for start in range(0, vocab_size, width):
        stop = min(start + width, vocab_size)
        yield start, stop, _columns(ids, start, stop, dtype)


def _columns(ids: Tensor, start: int, stop: int, dtype: torch.dtype) -> Tensor:
    return (ids[..., None] == torch.arange(start, stop, device=ids.device)).to(dtype)
