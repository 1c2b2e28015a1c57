"""The stages of an embedding layer, against torch's own layer norm in float64 and sums done by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import layer_norm

from embviz.compute.pipeline import LayerNorm, colour_limit, stages


def table(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_sum_by_hand():
    made = stages(
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        factor=2.0,
        positions=torch.tensor([[10.0, 20.0], [30.0, 40.0]]),
        types=torch.tensor([0.5, -0.5]),
    )
    assert made.total.tolist() == [[12.5, 23.5], [36.5, 47.5]]
    assert made.output is made.total and made.mean is None and made.deviation is None
    assert made.tokens.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_nothing_added_is_the_rows_themselves():
    rows = table(5, 8)
    assert stages(rows).output.equal(rows)


@pytest.mark.parametrize("eps", [1e-12, 1e-5])
def test_the_norm_is_torchs(eps):
    rows, gamma, beta = table(6, 32) * 0.05, table(32, seed=1), table(32, seed=2)
    made = stages(rows, positions=table(6, 32, seed=3), norm=LayerNorm(gamma, beta, eps))
    expected = layer_norm(made.total.double(), (32,), gamma.double(), beta.double(), eps)
    assert (made.output - expected).abs().max() < 1e-5
    assert made.mean.shape == made.deviation.shape == (6, 1)


@pytest.mark.parametrize("shape", [(3,), (1, 2, 3)])
def test_rows_must_be_a_table(shape):
    with pytest.raises(ValueError, match="must be"):
        stages(torch.zeros(shape))


def test_parts_must_fit():
    with pytest.raises(ValueError, match=r"\(3, 4\).*\(2, 4\)"):
        stages(torch.zeros(2, 4), positions=torch.zeros(3, 4))


@given(st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=60))
def test_the_colour_limit_is_a_percentile(numbers):
    values = torch.tensor(numbers)
    expected = np.percentile(values.abs().numpy(), 95, method="inverted_cdf")
    assert colour_limit(values) == (float(f"{expected:.2g}") or 1.0)


def test_no_numbers_have_a_colour_limit_too():
    assert colour_limit(torch.zeros(4)) == 1.0 and colour_limit(torch.zeros(0)) == 1.0
