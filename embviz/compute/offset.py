"""How large a token's part, a position's part and their sum are before training, by width.

Vaswani et al. 2017, "Attention Is All You Need": section 3.4 multiplies the token rows by sqrt(d), section 3.5 adds the
sinusoids. Conventions: token tables, and learned position tables, are drawn from N(0, std²); a variance is taken over
all numbers of all rows, and is level if the largest over the widths is less than LEVEL times the smallest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.checks import checked_choice, checked_size
from embviz.compute.layers import LearnedPositionalEmbedding, SinusoidalPositionalEmbedding, TokenEmbedding

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
SPREADS = ("0.02", "1/√d", "1")
POSITIONS = ("sinusoidal", "learned")
PLACES = 512
SEQUENCES = 4
ROWS = SEQUENCES * PLACES
LEVEL = 1.1


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of layers as they are drawn, by SPREADS (3), without and with the factor sqrt(d) (2), and WIDTHS (8).

    `tokens` and `total` (3, 2, 8), `position` (3, 8), `widths` (8,). `token_ratio` and `total_ratio` (3, 2) and
    `position_ratio` (3,) are the largest variance over the widths divided by the smallest. `level_raw` and
    `level_scaled` name the combinations whose token part is level, `rows` says of how many rows a variance is taken.
    """

    widths: Tensor
    tokens: Tensor
    position: Tensor
    total: Tensor
    token_ratio: Tensor
    position_ratio: Tensor
    total_ratio: Tensor
    level_raw: tuple[str, ...]
    level_scaled: tuple[str, ...]
    rows: int


def std_of(name: str, width: int) -> float:
    """The standard deviation that one of SPREADS means at this width."""
    checked_choice("std", name, SPREADS)
    return {"0.02": 0.02, "1/√d": 1 / math.sqrt(width), "1": 1.0}[name]


def spread(*, position: str, seed: int) -> Spread:
    """Layers of every width, spread and factor: ROWS different tokens, in SEQUENCES sequences of PLACES positions."""
    checked_choice("position", position, POSITIONS)
    generator = torch.Generator().manual_seed(checked_size("seed", seed, least=0))
    ids = torch.arange(ROWS).view(SEQUENCES, PLACES)
    tokens, total = (torch.empty(len(SPREADS), 2, len(WIDTHS)) for _ in range(2))
    places = torch.empty(len(SPREADS), len(WIDTHS))
    with torch.no_grad():
        for k, width in enumerate(WIDTHS):
            for i, name in enumerate(SPREADS):
                std = std_of(name, width)
                if position == "learned":
                    layer = LearnedPositionalEmbedding(PLACES, width, init_std=std, generator=generator)
                else:
                    layer = SinusoidalPositionalEmbedding(PLACES, width)
                added = layer(ids)
                places[i, k] = added[0].var()
                for scale in (False, True):
                    token = TokenEmbedding(ROWS, width, init_std=std, scale=scale, generator=generator)
                    rows = token(ids)
                    tokens[i, int(scale), k] = rows.var()
                    total[i, int(scale), k] = rows.add_(added).var()
    ratios = [part.amax(dim=-1) / part.amin(dim=-1) for part in (tokens, places, total)]
    raw, scaled = (
        tuple(
            combination(name, scale)
            for name, ratio in zip(SPREADS, ratios[0][:, int(scale)], strict=True)
            if ratio < LEVEL
        )
        for scale in (False, True)
    )
    return Spread(torch.tensor(WIDTHS), tokens, places, total, *ratios, raw, scaled, ROWS)


def combination(std: str, scale: bool) -> str:
    """What a spread, without or with the factor, is called."""
    return f"{std} × √d" if scale else std
