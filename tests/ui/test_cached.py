"""The bridge: what compute returns, as float32 arrays and facts."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
import torch

from embviz.ui import cached


@dataclass(frozen=True)
class Found:
    rows: torch.Tensor
    count: int
    none: float | None = None


class Pair(NamedTuple):
    left: torch.Tensor
    name: str


def test_a_tensor_a_dataclass_and_a_tuple_are_taken_apart():
    alone = cached.tensors_of(torch.arange(3))
    assert (
        alone.arrays["values"].dtype == np.float32
        and alone.arrays["values"].tolist() == [0, 1, 2]
        and alone.facts == {}
    )
    found = cached.tensors_of(Found(torch.ones(2, 2, dtype=torch.float64, requires_grad=True), 5))
    assert found.arrays["rows"].tolist() == [[1, 1], [1, 1]] and found.facts == {"count": 5}
    pair = cached.tensors_of(Pair(torch.eye(2).T[:, :1], "x"))
    assert pair.arrays["left"].tolist() == [[1], [0]] and pair.facts == {"name": "x"}


def test_computed_calls_what_it_names_and_once():
    cached._computed.clear()
    first = cached.computed("compute.positions.sinusoidal", n_positions=5, dim=4)
    expected = np.stack([[np.sin(p), np.cos(p), np.sin(p / 100), np.cos(p / 100)] for p in range(5)])
    np.testing.assert_allclose(first.arrays["values"], expected, atol=1e-6)
    assert cached.computed("compute.positions.sinusoidal", dim=4, n_positions=5).file == first.file
    assert cached.computed("compute.positions.sinusoidal", dim=4, n_positions=6).file != first.file


def test_a_bad_value_says_so_as_compute_does():
    with pytest.raises(ValueError, match="dim is 3"):
        cached.computed("compute.positions.sinusoidal", n_positions=5, dim=3)
