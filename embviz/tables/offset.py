"""One word at two places, in minilm's embedding layer or a fresh one; and a vocabulary moved by a position."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from embviz import tables
from embviz.compute.pipeline import colour_limit
from embviz.compute.positions import sinusoidal
from embviz.compute.projection import project
from embviz.tables import words
from embviz.tables.pipeline import Layer, fresh_layer, shipped_layer

MODELS = ("minilm", "fresh × √d", "fresh")
WIDTH = 64
MOST_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Places:
    """`rows` factor · W[ids] (tokens, d) of the sentence's tokens, `positions` P (places, d); what each row is.

    `first` and `second` are places at which one token stands twice, or 0 and 1; `limit` ends the colour scale.
    """

    rows: Tensor
    positions: Tensor
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    dropped: int
    factor: float
    width: int
    limit: float
    first: int
    second: int
    token: int


@dataclass(frozen=True, slots=True)
class Plane:
    """`points` (vocabulary, 2) of the token rows in the plane of their first two principal components.

    `steps` (places, 2) is the same projection of the position rows, without the mean: what each adds to every point.
    `shares` are the parts of the variance of the token rows along both axes; `step_share` is how much of the position
    rows' squared length lies in this plane. `same` is the largest difference between a sum projected and a point moved.
    """

    points: Tensor
    steps: Tensor
    tokens: tuple[str, ...]
    shares: tuple[float, ...]
    step_share: float
    unit: float
    same: float
    named: tuple[int, ...]


def places(*, text: str, model: str, seed: int) -> Places:
    """The sentence's token rows and the table of positions; ValueError for a text without a token."""
    layer = _layer(model, seed)
    found = tables.tokenizers.load("minilm").encode(text)
    kept = found[:MOST_TOKENS]
    if not kept:
        raise ValueError("the sentence has no token; type a word")
    ids = [token.id for token in kept]
    rows = layer.factor * layer.rows(torch.tensor(ids))
    positions = tables.load("minilm").positions if model == "minilm" else sinusoidal(512, WIDTH)
    first, second = _twice(ids)
    return Places(
        rows=rows.detach(),
        positions=positions,
        ids=tuple(ids),
        tokens=tuple(token.text for token in kept),
        dropped=len(found) - len(kept),
        factor=layer.factor,
        width=layer.width,
        limit=colour_limit(rows, positions),
        first=first,
        second=second,
        token=first,
    )


def plane() -> Plane:
    """All token rows of minilm in the plane of their first two components, and its position rows as steps in it."""
    table = tables.load("minilm")
    made = project(table.vectors, "pca", 2)
    steps = table.positions @ made.components.T
    some = torch.arange(0, len(table.tokens), 997)
    moved = project_sums(table.vectors[some], table.positions[300], made.mean, made.components)
    return Plane(
        points=made.coordinates,
        steps=steps,
        tokens=tuple(words.shown(token) for token in table.tokens),
        shares=tuple(made.explained_variance_ratio.tolist()),
        step_share=float(steps.square().sum() / table.positions.square().sum()),
        unit=float(made.coordinates.abs().amax(dim=1).quantile(0.998)),
        same=float((moved - (made.coordinates[some] + steps[300])).abs().max()),
        named=_named(table),
    )


def project_sums(rows: Tensor, position: Tensor, mean: Tensor, components: Tensor) -> Tensor:
    """Rows with a position added, in the plane."""
    return (rows + position - mean) @ components.T


def _named(table: tables.EmbeddingTable) -> tuple[int, ...]:
    asked = ("the", "lion", "hyena", "king", "paris", "monday", "seven", "run", "because", "smith", "##ing", "red")
    return tuple(row for word in asked if (row := table.row_numbers.get(word)) is not None)


def _layer(model: str, seed: int) -> Layer:
    if model == "minilm":
        return shipped_layer("minilm")
    if model not in MODELS:
        raise ValueError(f"there is no model {model!r}; there are {', '.join(MODELS)}")
    return fresh_layer(width=WIDTH, position="none", scale=model != "fresh", padding=0, seed=seed)


def _twice(ids: list[int]) -> tuple[int, int]:
    """Two places of the first token that stands twice; the first two places if none does."""
    for place, token in enumerate(ids):
        if token in ids[place + 1 :]:
            return place, ids.index(token, place + 1)
    return 0, 1
