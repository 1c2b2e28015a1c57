import math

import pytest
import torch

from embviz.compute.alibi import alibi_bias, alibi_slopes, alibi_weights


def test_slopes_of_8_and_16_heads_are_the_papers(device):
    found = alibi_slopes(8, device=device)
    assert found.tolist() == [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]
    assert found.device.type == device.type and found.dtype == torch.float32
    sixteen = [2 ** -(0.5 * head) for head in range(1, 17)]  # from 1/2^0.5 in steps of 2^-0.5 to 1/2^8
    torch.testing.assert_close(alibi_slopes(16), torch.tensor(sixteen))


def test_slopes_of_12_heads_are_those_of_8_and_every_second_of_16():
    expected = [2.0**-head for head in range(1, 9)] + [2**-0.5, 2**-1.5, 2**-2.5, 2**-3.5]
    torch.testing.assert_close(alibi_slopes(12), torch.tensor(expected))


def of_the_authors(n: int) -> list[float]:
    """The rule as the paper's code states it: slopes of the power of two below, then some of the one above."""
    if math.log2(n).is_integer():
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start**i for i in range(n)]
    below = 2 ** math.floor(math.log2(n))
    return of_the_authors(below) + of_the_authors(2 * below)[0::2][: n - below]


@pytest.mark.parametrize("n_heads", range(1, 41))
def test_slopes_of_any_number_of_heads(n_heads):
    found = alibi_slopes(n_heads, dtype=torch.float64)
    torch.testing.assert_close(found, torch.tensor(of_the_authors(n_heads), dtype=torch.float64))
    assert len(set(found.tolist())) == n_heads and (found > 0).all() and (found < 1).all()


def test_bias_by_hand(device):
    found = alibi_bias(2, 2, 3, device=device).cpu()
    distances = torch.tensor([[1.0, 0, 1], [2, 1, 0]])
    assert torch.equal(found, torch.stack([-distances / 16, -distances / 256]))
    assert not torch.signbit(found[0, 0, 1])  # 0, not -0


def test_bias_of_the_last_queries_is_the_end_of_all():
    whole = alibi_bias(6, 20, 20)
    assert whole.shape == (6, 20, 20) and torch.equal(whole, whole.transpose(1, 2))
    for n_query in (1, 7, 19):
        assert torch.equal(alibi_bias(6, n_query, 20), whole[:, -n_query:])


def test_a_row_differs_from_the_papers_linear_row_by_a_constant_that_softmax_takes_away():
    bias, slopes = alibi_bias(4, 5, 9), alibi_slopes(4)
    theirs = slopes[:, None] * torch.arange(9)  # as their code adds it, the same for all queries
    for query in range(5):
        seen = query + 5
        difference = bias[:, query, :seen] - theirs[:, :seen]
        torch.testing.assert_close(difference, difference[:, :1].expand(-1, seen))


def test_weights_are_the_last_row_of_the_softmax_by_distance(device):
    found = alibi_weights(6, 50, device=device)
    expected = torch.softmax(alibi_bias(6, 1, 50), dim=-1)[:, 0].flip(1)
    torch.testing.assert_close(found.cpu(), expected)
    assert (found.diff(dim=1) < 0).all() and found.device.type == device.type
    torch.testing.assert_close(found.sum(dim=1).cpu(), torch.ones(6))
    torch.testing.assert_close(found[0, 1] / found[0, 0], torch.exp(-alibi_slopes(6, device=device)[0]))


def test_dtype(dtype):
    assert alibi_slopes(3, dtype=dtype).dtype == dtype
    assert alibi_bias(3, 1, 4, dtype=dtype).dtype == dtype
    assert alibi_weights(3, 4, dtype=dtype).dtype == dtype


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: alibi_slopes(0), ["n_heads", "0", "at least 1"]),
        (lambda: alibi_slopes(-8), ["n_heads", "-8"]),
        (lambda: alibi_slopes(8.0), ["n_heads", "8.0", "whole"]),
        (lambda: alibi_bias(0, 1, 1), ["n_heads", "0"]),
        (lambda: alibi_bias(8, 0, 4), ["n_query", "0"]),
        (lambda: alibi_bias(8, -1, 4), ["n_query", "-1"]),
        (lambda: alibi_bias(8, 1, 0), ["n_key", "0"]),
        (lambda: alibi_bias(8, 5, 4), ["n_query", "5", "4", "last"]),
        (lambda: alibi_weights(0, 4), ["n_heads", "0"]),
        (lambda: alibi_weights(8, 0), ["n_key", "0"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
