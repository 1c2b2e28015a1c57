"""What the compute layer accepts. Each check raises ValueError naming what came and what would be right.

The range of ids is checked before the lookup, so that it is the same sentence on every device: torch itself raises
IndexError on the CPU, kills the process's CUDA context by a device assert, and reads on in silence on MPS. Finding the
smallest and the largest id costs microseconds (tests/bench/layers.py); on CUDA and MPS it waits for the device once.
Code compiled by torch.compile keeps every check but the range, which needs the ids' values: there the compiled kernel's
own bounds check speaks.
"""

import math
from collections.abc import Sequence
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


def checked_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """`value` as one of the words in `choices`."""
    if value not in choices:
        *others, last = (f'"{choice}"' for choice in choices)
        raise ValueError(f"{name} is {value!r}; it must be {', '.join(others)} or {last}")
    return value


def checked_factor(name: str, value: Any) -> float:
    """`value` as the factor by which a context is made longer: finite and at least 1."""
    if not _is_number(value) or not 1.0 <= value < math.inf:
        raise ValueError(f"{name} is {value!r}; it must be a finite number of at least 1, and 1 changes nothing")
    return float(value)


def checked_positive(name: str, value: Any) -> float:
    """`value` as a finite float above 0."""
    if not _is_number(value) or not 0.0 < value < math.inf:
        raise ValueError(f"{name} is {value!r}; it must be a finite number above 0")
    return float(value)


def checked_order(low_name: str, low: Any, high_name: str, high: Any) -> None:
    """Refuse two bounds, each a finite number above 0, of which the first is not below the second."""
    if not checked_positive(low_name, low) < checked_positive(high_name, high):
        raise ValueError(f"{low_name} is {low!r} and {high_name} is {high!r}; {low_name} must be below {high_name}")


def checked_numbers(name: str, values: Any, *, device: torch.device | str | None = None) -> Tensor:
    """`values`, a tensor or numbers nested in sequences, as finite float64 on `device`, or where the tensor is."""
    if not isinstance(values, Tensor):
        try:
            values = torch.as_tensor(values, device="cpu", dtype=torch.float64)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ValueError(f"{name} must be a tensor or a sequence of numbers; {values!r} is not: {error}") from None
    if values.is_complex() or values.dtype == torch.bool:
        raise ValueError(f"{name} are of {values.dtype}; they must be real numbers")
    exact = values.detach().to(device).to(torch.float64)  # in this order: a device left behind may have no float64
    finite = exact.isfinite()
    if not bool(finite.all()):
        wrong = exact[~finite]
        raise ValueError(f"{name} hold {wrong[0].item()}; every one must be finite (not so: {len(wrong)})")
    return exact


def checked_rows(name: str, value: Any, axes: str = "(positions, dim)") -> Tensor:
    """`value` as a matrix of finite floating-point numbers without an empty axis; `axes` says what its two axes are."""
    if not isinstance(value, Tensor) or value.dim() != 2 or not value.is_floating_point() or not value.numel():
        came = f"{value.dtype} of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise ValueError(f"{name} is {came}; it must be a tensor {axes} of floating-point numbers, none of them 0 long")
    if not bool(value.isfinite().all()):
        at = (~value.isfinite()).nonzero()[0].tolist()
        raise ValueError(f"{name} holds {value[tuple(at)].item()} at {at}; every number must be finite")
    return value


def checked_table(name: str, value: Any, *, least_rows: int = 1) -> Tensor:
    """`value` as a table (rows, dim) of finite floating-point numbers, dim at least 1, detached from autograd.

    One pass finds the smallest and the largest number; only a table that is not finite is looked through for where.
    """
    if not isinstance(value, Tensor) or value.dim() != 2 or not value.is_floating_point() or not value.shape[1]:
        came = f"{value.dtype} of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise ValueError(f"{name} is {came}; it must be a tensor (rows, dim) of floating-point numbers")
    if len(value) < least_rows:
        raise ValueError(f"{name} is of shape {tuple(value.shape)}; it must have at least {least_rows} rows")
    table = value.detach()
    if table.numel() and not bool(torch.stack(torch.aminmax(table)).isfinite().all()):
        wrong = (~table.isfinite()).nonzero()
        row, column = wrong[0].tolist()
        more = len(wrong[:, 0].unique()) - 1
        raise ValueError(
            f"{name} holds {table[row, column].item()} in row {row}, column {column}"
            f"{f' (and {more} more rows are not finite)' if more else ''}; every number must be finite"
        )
    return table


def checked_places(name: str, value: Any, n_rows: int, *, device: torch.device | str = "cpu") -> Tensor:
    """`value`, a row number, several, or a tensor of them, as int64 on `device`, each the number of one of `n_rows`."""
    try:
        places = value if isinstance(value, Tensor) else torch.as_tensor(value, device="cpu")
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{name} must be row numbers; {value!r} is not: {error}") from None
    if not places.numel():
        return places.to(device=device, dtype=torch.int64)
    if places.dtype == torch.bool or places.is_floating_point() or places.is_complex():
        raise ValueError(f"{name} are of {places.dtype}; row numbers are whole numbers, torch.int64")
    outside = places[(places < 0) | (places >= n_rows)]
    if len(outside.reshape(-1)):
        raise ValueError(
            f"{name} holds {outside.reshape(-1)[0].item()}; a table of {n_rows} has rows 0 to {n_rows - 1}"
        )
    return places.to(device=device, dtype=torch.int64)


def checked_share(name: str, value: Any) -> float:
    """`value` as a share of the whole, above 0 and below 1."""
    if not _is_number(value) or not 0.0 < value < 1.0:
        raise ValueError(f"{name} is {value!r}; it must be above 0 and below 1, such as 0.9")
    return float(value)


def checked_not_negative(name: str, value: Any) -> float:
    """`value` as a finite float of at least 0."""
    if not _is_number(value) or not 0.0 <= value < math.inf:
        raise ValueError(f"{name} is {value!r}; it must be a finite number of at least 0")
    return float(value)
