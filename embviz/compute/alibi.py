"""Linear biases by distance: Press et al. 2021, "Train Short, Test Long: Attention with Linear Biases", section 3.

    softmax(q_i · K / sqrt(head_dim) + slope_h · [-(i - 1), …, -2, -1, 0])

Conventions. Nothing is added to the embeddings: head h adds -slope_h · |i - j| to its score of query i and key j, so a
key costs more the farther away it is. The paper is causal and says nothing of keys after the query; here they get
-slope_h · |i - j| too (the usual form in encoders, and finite), and what hides the future is the causal mask, which is
`embviz.compute.attention.causal_mask`. Slopes for 2^a heads are the geometric sequence that starts at, and has as its
ratio, 2^(-8 / n_heads); for another number of heads the authors' code takes all slopes of the power of two below, then
every second one, from the first, of the power of two above.
"""

import torch
from torch import Tensor

from embviz.compute.checks import checked_size


def alibi_slopes(
    n_heads: int, *, device: torch.device | str | None = None, dtype: torch.dtype = torch.float32
) -> Tensor:
    """The slope of each head, (heads,), in score a position. ValueError for a number of heads below 1.

    8 heads: 1/2, 1/4, … 1/256. 12 heads: those 8, then 2^-0.5, 2^-1.5, 2^-2.5, 2^-3.5, so that the slopes of a number
    that is not a power of two do not come in order.
    """
    return torch.tensor(_slopes(checked_size("n_heads", n_heads)), device=device, dtype=dtype)


def alibi_bias(
    n_heads: int,
    n_query: int,
    n_key: int,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """What is added to the scores, (heads, query, key): -slope · distance, 0 where a query meets its own position.

    The queries are the last n_query of the n_key positions, as when earlier keys are kept in a cache. Keys after a
    query, if there are any, get the bias of their distance and are not hidden. ValueError for sizes below 1 and for
    more queries than keys.
    """
    checked_size("n_query", n_query)
    checked_size("n_key", n_key)
    if n_query > n_key:
        raise ValueError(f"n_query is {n_query} and n_key {n_key}; the queries are the last positions of the keys")
    slopes = alibi_slopes(n_heads, device=device, dtype=dtype)
    keys = torch.arange(n_key, device=slopes.device)
    distances = (keys[n_key - n_query :, None] - keys).abs()
    return slopes[:, None, None] * -distances


def alibi_weights(
    n_heads: int, n_key: int, *, device: torch.device | str | None = None, dtype: torch.dtype = torch.float32
) -> Tensor:
    """The attention of the last position if all its scores are equal, (heads, n_key), by distance: column 0 is itself.

    The softmax of -slope · distance over distances 0 … n_key - 1; each row falls and adds up to 1.
    """
    checked_size("n_key", n_key)
    slopes = alibi_slopes(n_heads, device=device, dtype=dtype)
    return torch.softmax(slopes[:, None] * -torch.arange(n_key, device=slopes.device), dim=1)


def _slopes(n_heads: int) -> list[float]:
    below = 1 << (n_heads.bit_length() - 1)
    slopes = [2.0 ** (-8 * head / below) for head in range(1, below + 1)]
    if below == n_heads:
        return slopes
    return slopes + _slopes(2 * below)[0::2][: n_heads - below]
