"""What the compute layer accepts. Each check raises ValueError naming what came and what would be right.

The range of ids is checked before the lookup, so that it is the same sentence on every device: torch itself raises
IndexError on the CPU, kills the process's CUDA context by a device assert, and reads on in silence on MPS. Finding the
smallest and the largest id costs microseconds (tests/bench/layers.py); on CUDA and MPS it waits for the device once.
Code compiled by torch.compile keeps every check but the range, which needs the ids' values: there the compiled kernel's
own bounds check speaks.
"""

import math
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor


def checked_size(name: str, value: Any, *, least: int = 1) -> int:
    """`value` as an int of at least `least`, for the argument called `name`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of at least {least}")
    return int(value)


def checked_even(name: str, value: Any) -> int:
    """`value` as an even int of at least 2: sines and cosines come in pairs."""
    size = checked_size(name, value)
    if size % 2:
        raise ValueError(f"{name} is {size}, which is odd; sines and cosines come in pairs, so it must be even")
    return size


def checked_base(base: Any) -> float:
    """`base` as a finite float above 1: at 1 every pair would turn at the same speed."""
    if not _is_number(base) or not 1.0 < base < math.inf:
        raise ValueError(f"base is {base!r}; it must be a finite number above 1, such as 10000")
    return float(base)


def checked_std(name: str, value: Any) -> float:
    """`value` as a standard deviation: finite and not negative."""
    if not _is_number(value) or not 0.0 <= value < math.inf:
        raise ValueError(f"{name} is {value!r}; a standard deviation must be a finite number of at least 0")
    return float(value)


def checked_dropout(value: Any) -> float:
    """`value` as the share of numbers that dropout sets to zero, in [0, 1)."""
    if not _is_number(value) or not 0.0 <= value < 1.0:
        raise ValueError(f"dropout is {value!r}; it must be at least 0 and below 1")
    return float(value)


def checked_padding(padding_idx: Any, vocab_size: int) -> int | None:
    """`padding_idx` as the id of one of `vocab_size` rows, or None."""
    if padding_idx is None:
        return None
    if not isinstance(padding_idx, Integral) or isinstance(padding_idx, bool) or not 0 <= padding_idx < vocab_size:
        raise ValueError(
            f"padding_idx is {padding_idx!r}; it must be None or an id of the vocabulary of size {vocab_size}: "
            f"0 to {vocab_size - 1}"
        )
    return int(padding_idx)


def checked_length(length: int, max_seq_len: int) -> None:
    """Refuse a sequence of `length` positions where the table of positions has `max_seq_len` rows."""
    if length > max_seq_len:
        raise ValueError(
            f"a sequence of {length} positions is longer than max_seq_len, {max_seq_len}: "
            f"there is a learned row only for positions 0 to {max_seq_len - 1}"
        )


def checked_shape(ids: Any, *, rank: int | None = None) -> Tensor:
    """`ids` as a tensor of int64 (or int32), of rank `rank` if that is given; nothing is asked of its values."""
    if not isinstance(ids, Tensor):
        raise ValueError(f"ids must be a tensor of whole numbers, not {type(ids).__name__}; try torch.tensor(ids)")
    if ids.dtype == torch.bool or ids.is_floating_point() or ids.is_complex():
        raise ValueError(f"ids are of {ids.dtype}; they must be whole numbers, torch.int64; try ids.long()")
    if rank is not None and ids.dim() != rank:
        wanted = "(batch, seq)" if rank == 2 else f"rank {rank}"
        hint = "; a single sequence is ids.unsqueeze(0)" if (rank, ids.dim()) == (2, 1) else ""
        raise ValueError(f"ids are of shape {tuple(ids.shape)}; they must be {wanted}{hint}")
    return ids if ids.dtype in (torch.int64, torch.int32) else ids.long()


def checked_ids(ids: Any, size: int, *, rank: int | None = None, of: str = "the vocabulary") -> Tensor:
    """`ids` as a tensor of int64 (or int32) in which every id is the number of one of `size` rows, 0 to size - 1."""
    ids = checked_shape(ids, rank=rank)
    if torch.compiler.is_compiling() or ids.is_meta or not ids.numel():
        return ids
    low, high = torch.stack(torch.aminmax(ids)).tolist()
    if low < 0 or high >= size:
        outside = ((ids < 0) | (ids >= size)).nonzero()
        place = tuple(outside[0].tolist())
        at = f" at {list(place)}" if place else ""
        more = f" (and {len(outside) - 1} more)" if len(outside) > 1 else ""
        raise ValueError(
            f"id {ids[place].item()}{at}{more} is outside {of} of size {size}: ids run from 0 to {size - 1}"
        )
    return ids


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
