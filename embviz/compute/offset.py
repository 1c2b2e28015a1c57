"""How large a token's part, a position's part and their sum are at the start of training, by width.

Vaswani et al. 2017, section 3.4, multiply the token rows by sqrt(d); section 3.5 adds the sinusoids. A table is drawn
from N(0, std²). Variances are over all numbers of all rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.checks import checked_choice, checked_size
from embviz.compute.positions import sinusoidal

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
SPREADS = ("0.02", "1/√d", "1")
POSITIONS = ("sinusoidal", "learned")
ROWS = 4096
PLACES = 512
LEVEL = 1.1
"""A part is called level if its largest variance over the widths is less than this times its smallest."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances at each of the `widths`: `tokens` (3, 2, widths), by SPREADS and without or with the factor sqrt(d).

    `position` (widths,) and `total` (widths,) belong to the chosen spread and factor. `token_ratio` (3, 2),
    `position_ratio` and `total_ratio` are the largest variance over the smallest one.
    """

    widths: Tensor
    tokens: Tensor
    position: Tensor
    total: Tensor
    token_ratio: Tensor
    position_ratio: float
    total_ratio: float
    level: tuple[str, ...]


def spread(*, std: str, scale: bool, position: str, seed: int) -> Spread:
    """Sampled layers of every width: ROWS token rows, PLACES position rows, each token row at a place of its own."""
    checked_choice("std", std, SPREADS)
    checked_choice("position", position, POSITIONS)
    checked_size("seed", seed, least=0)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(ROWS, WIDTHS[-1], generator=generator)
    other = torch.randn(PLACES, WIDTHS[-1], generator=generator)
    places = torch.arange(ROWS) % PLACES
    tokens = torch.empty(len(SPREADS), 2, len(WIDTHS))
    position_part, total = torch.empty(len(WIDTHS)), torch.empty(len(WIDTHS))
    for k, width in enumerate(WIDTHS):
        rows = noise[:, :width]
        variance = rows.var().item()
        for i, name in enumerate(SPREADS):
            for with_scale in (False, True):
                tokens[i, int(with_scale), k] = variance * (_std(name, width) * _factor(with_scale, width)) ** 2
        table = sinusoidal(PLACES, width) if position == "sinusoidal" else _std(std, width) * other[:, :width]
        position_part[k] = table.var()
        total[k] = (rows * (_std(std, width) * _factor(scale, width)) + table[places]).var()
    ratio = tokens.amax(dim=2) / tokens.amin(dim=2)
    names = [(name, with_scale) for name in SPREADS for with_scale in (False, True)]
    level = tuple(combination(*name) for name, r in zip(names, ratio.flatten().tolist(), strict=True) if r < LEVEL)
    ratios = [float(part.max() / part.min()) for part in (position_part, total)]
    return Spread(torch.tensor(WIDTHS), tokens, position_part, total, ratio, *ratios, level)


def combination(std: str, scale: bool) -> str:
    """What a combination is called."""
    return f"{std} × √d" if scale else std


def part_ratio(width: int, std: float) -> float:
    """How many times the sinusoids' variance is that of a token table of spread `std`, without the factor."""
    return sinusoidal(PLACES, width).var().item() / std**2


def _std(name: str, width: int) -> float:
    return {"0.02": 0.02, "1/√d": 1 / math.sqrt(width), "1": 1.0}[name]


def _factor(scale: bool, width: int) -> float:
    return math.sqrt(width) if scale else 1.0
