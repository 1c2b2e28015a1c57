"""The position table of minilm, 512 x 384, trained, under the views of `compute.learned`.

all-MiniLM-L6-v2 adds these rows to its token rows. Its card says that it was last trained on at most 128 tokens a text.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from embviz import tables as shipped
from embviz.compute import learned


@dataclass(frozen=True, slots=True)
class Sizes:
    """What each choice of positions costs: numbers trained, bytes in a checkpoint, bytes in memory.

    Rotary embedding turns heads of width `head`.
    """

    names: tuple[str, ...]
    costs: tuple[tuple[int, int, int], ...]
    head: int


def trained() -> Tensor:
    """minilm's position table, (512, 384)."""
    return shipped.load("minilm").positions


def tables(*, seed: int, by_wave: bool) -> learned.Tables:
    """The trained table, a sinusoidal one and noise."""
    return learned.tables(trained(), seed=seed, by_wave=by_wave)


def similarity(*, seed: int, n: int) -> learned.Similarity:
    """How alike the first n positions are."""
    return learned.similarity(trained(), seed=seed, n=n)


def lengths(*, seed: int) -> learned.Rows:
    """The length of every row."""
    return learned.lengths(trained(), seed=seed)


def neighbours(*, seed: int) -> learned.Rows:
    """The cosine of every row and the next."""
    return learned.neighbours(trained(), seed=seed)


def spectra(*, seed: int) -> learned.Spectra:
    """The waves in the columns."""
    return learned.spectra(trained(), seed=seed)


def path(*, seed: int) -> learned.Path:
    """The positions as paths."""
    return learned.path(trained(), seed=seed)


def past(*, length: int) -> learned.Past:
    """What each table has for `length` positions."""
    return learned.past(trained(), length=length)


def sizes(*, length: int, width: int) -> Sizes:
    """What each choice costs."""
    found = learned.sizes(trained=len(trained()), length=length, width=width)
    return Sizes(tuple(found), tuple((s.parameters, s.checkpoint, s.memory) for s in found.values()), learned.HEAD)
