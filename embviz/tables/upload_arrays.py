"""What the formats of arrays share: which array is a table, and its numbers read in pieces into float32.

Numbers of float16, bfloat16, float32 and float64, in either byte order and in C or Fortran order, become float32. In a
sentence [3, 5] is row 3, column 5, counted from 0 as in numpy and torch.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embviz.tables.upload_file import CHUNK_BYTES, Limits, UploadError, empty_table, shown

BFLOAT16 = "bfloat16"  # numpy has no such type: its 16 bits are the upper ones of a float32

Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class TensorChoice:
    """An array in a file. `dtype` is what the file calls its numbers; `fault` says why it is no table, or is empty."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    fault: str


def shape_fault(shape: tuple[int, ...], subject: str, limits: Limits) -> str:
    """Why an array of this shape is no table, as a sentence about `subject`, or an empty string."""
    if len(shape) != 2:
        hint = " (one row alone is array[None])" if len(shape) == 1 else ""
        return f"{subject} is of shape {shape}; a table has two axes, rows and the numbers of a row{hint}"
    try:
        limits.check_shape(subject, *shape)
    except UploadError as error:
        return str(error)
    return ""


def chosen(choices: Sequence[TensorChoice], name: str | None, filename: str) -> TensorChoice:
    """The choice called `name`, or the only table there is if that is None."""
    if name is not None:
        found = next((choice for choice in choices if choice.name == name), None)
        if found is None:
            raise UploadError(
                f"{filename} has no array called {shown(name)}; choose {listed(shown(c.name) for c in choices)}"
            )
        if found.fault:
            raise UploadError(found.fault)
        return found
    tables = [choice for choice in choices if not choice.fault]
    if not tables:
        few = "" if len(choices) == 1 else f"none of the {len(choices):,} arrays of {filename} is a table: "
        raise UploadError(few + choices[0].fault)
    if len(tables) > 1:
        names = listed(f"{shown(table.name)} ({' × '.join(f'{size:,}' for size in table.shape)})" for table in tables)
        raise UploadError(f"{filename} has {len(tables):,} tables; choose {names}")
    return tables[0]


def listed(names: Iterable[str], *, most: int = 6) -> str:
    """Names to choose from: "a, b or c", or "a, b, … or one of 7 more"."""
    *others, last = names
    if len(others) >= most:
        others, last = others[:most], f"one of {len(others) + 1 - most:,} more"
    return f"{', '.join(others)} or {last}" if others else last


def read_numbers(
    read: Read, dtype: str, shape: tuple[int, int], subject: str, *, fortran: bool = False
) -> NDArray[np.float32]:
    """The numbers of an array, of a shape within the limits, from the bytes that `read` gives.

    `dtype` is numpy's name of their type, or `BFLOAT16`.
    """
    vectors = empty_table(subject, *shape)
    target = vectors.T if fortran else vectors
    stored = np.dtype("<u2" if dtype == BFLOAT16 else dtype)
    width = target.shape[1] * stored.itemsize
    step = max(1, CHUNK_BYTES // width)
    for first in range(0, len(target), step):
        part = target[first : first + step]
        numbers = np.frombuffer(exactly(read, len(part) * width, subject), stored).reshape(part.shape)
        if dtype == BFLOAT16:
            numbers = (numbers.astype("<u4") << 16).view("<f4")
        with np.errstate(over="ignore", invalid="ignore"):
            part[...] = numbers

        def place(line: int, item: int, first: int = first) -> str:
            return f"{[item, first + line] if fortran else [first + line, item]} of {subject}"

        check_finite(part, numbers, place)
    return vectors


def check_finite(
    numbers: NDArray[np.float32], original: NDArray[np.floating], place: Callable[[int, int], str]
) -> None:
    """Refuse rows with a number that is not finite; `original` has them before they became float32."""
    finite = np.isfinite(numbers)
    if finite.all():
        return
    row, column = (int(index) for index in np.argwhere(~finite)[0])
    value = original[row, column]
    if np.isfinite(value):
        raise UploadError(f"{place(row, column)} is {value:g}, which is too large: float32 ends at 3.4e38")
    raise UploadError(f"{place(row, column)} is {value}; every number must be finite")


def exactly(read: Read, count: int, subject: str) -> bytes:
    """`count` bytes. Raises `UploadError` if there are fewer."""
    data = read(count)
    if len(data) != count:
        raise UploadError(f"{subject} is cut short: it ends before its last item")
    return data
