"""Sums of words, such as "king - man + woman": words with + and - between them, read by a small grammar, never by eval.

    formula = ["+" | "-"] word { ("+" | "-") word }

Signs stand by themselves, so that a word may hold a hyphen; "\u2212" is a minus too.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from embviz.tables import words
from embviz.tables.table import EmbeddingTable

MOST_WORDS = 12
SIGNS = {"+": 1.0, "-": -1.0, "\u2212": -1.0}


def parse(text: str) -> tuple[tuple[float, str], ...]:
    """The signed words of a formula; ValueError says where it breaks off and what would be right."""
    parts = text.split()
    if not parts:
        raise ValueError("the formula is empty; write words with + or - between them, such as king - man + woman")
    if parts[0] not in SIGNS:
        parts = ["+", *parts]
    signs, names = parts[0::2], parts[1::2]
    for name in names:
        if name in SIGNS:
            raise ValueError(f"two signs follow each other in “{text.strip()}”; a word stands between two signs")
    for place, sign in enumerate(signs):
        if sign not in SIGNS:
            raise ValueError(f"there is no + or - between “{names[place - 1]}” and “{sign}”")
    if len(names) < len(signs):
        raise ValueError(f"the formula ends with “{signs[-1]}”; a word must follow it")
    if len(names) > MOST_WORDS:
        raise ValueError(f"the formula has {len(names)} words; it may have {MOST_WORDS}")
    return tuple((SIGNS[sign], name) for sign, name in zip(signs, names, strict=True))


def direction(table: EmbeddingTable, terms: Sequence[tuple[float, str]]) -> Tensor:
    """The signed sum of the words' vectors at length 1, itself at length 1, (dim,).

    ValueError names a word that the table does not have, or says that the sum is zero.
    """
    total = torch.zeros(table.stored.shape[1])
    for sign, name in terms:
        row = words.row_of(table, name)
        if row is None:
            near = words.spellings(table, name)
            offer = f"; did you mean {', '.join(near)}?" if near else ""
            raise ValueError(f"{table.name} has no word “{name}”{offer}")
        total += sign * torch.nn.functional.normalize(table.rows([row])[0], dim=0)
    if total.norm() < 1e-6:
        raise ValueError("the words of this formula cancel: it has no direction")
    return torch.nn.functional.normalize(total, dim=0)
