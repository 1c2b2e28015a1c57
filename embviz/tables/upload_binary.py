"""Tables in word2vec's binary format and in .safetensors.

Both begin with what they claim to hold, which is compared with the limits and with the size of the file before memory
is taken for it; then the numbers are read in pieces. Rows, numbers and bytes are counted from 1 in a sentence.
"""

import json
import math
import re
from collections.abc import Sequence
from functools import partial

import numpy as np

from embviz.tables.upload_arrays import BFLOAT16, TensorChoice, check_finite, chosen, read_numbers, shape_fault
from embviz.tables.upload_file import (
    CHUNK_BYTES,
    Rows,
    UploadError,
    UploadFile,
    counted,
    decoded,
    empty_table,
    one_line,
    shown,
)
from embviz.tables.upload_text import NUMBER

MAX_HEADER_BYTES = 10_000_000  # of a .safetensors, whose header may hold the tokens
FLOATS = {"F16": "<f2", "BF16": BFLOAT16, "F32": "<f4", "F64": "<f8"}
ITEM_BYTES = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"), 1),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 8),
}


def read_word2vec(file: UploadFile) -> Rows:
    """The rows of word2vec's binary format: a line "rows dim", then of each row its token, a space and float32s."""
    rows, dim, start = _word2vec_header(file)  # `start` is the byte of the file at which `buffer` begins
    claim = f"line 1 says {counted(rows, 'row')} of {counted(dim, 'number')}"
    longest = file.limits.token_bytes

    def where(row: int, byte: int) -> str:
        return f"row {row + 1} of {file.name}, at byte {byte + 1:,},"

    def number_place(first: int, row: int, column: int) -> str:
        return f"number {column + 1} of row {first + row + 1} of {file.name}"

    file.seek(start)
    vectors, tokens, buffer = empty_table(file.name, rows, dim), [], b""
    while len(tokens) < rows:
        piece = file.read(CHUNK_BYTES)
        buffer += piece
        position, first = 0, len(tokens)
        while (row := len(tokens)) < rows:
            while buffer.startswith(b"\n", position):  # the original program ends each row with a line feed
                position += 1
            space = buffer.find(b" ", position, position + longest + 1)
            if space < 0 and len(buffer) - position > longest:
                raise UploadError(
                    f"{where(row, start + position)} has no space after its token, which may have at most {longest:,} "
                    f"bytes; {claim}"
                )
            end = space + 1 + 4 * dim
            if space < 0 or end > len(buffer):
                break
            tokens.append(decoded(buffer[position:space], partial(where, row, start + position), file.limits))
            vectors[row] = np.frombuffer(buffer, "<f4", dim, space + 1)
            position = end
        added = vectors[first : len(tokens)]
        check_finite(added, added, partial(number_place, first))
        if not piece:
            raise UploadError(f"{file.name} ends in row {len(tokens) + 1}; {claim}, so it is cut short")
        start, buffer = start + position, buffer[position:]
    if buffer + file.read(3) not in (b"", b"\n", b"\r\n"):
        raise UploadError(f"{file.name} goes on after its last row, at byte {start + 1:,}; {claim}")
    return Rows(vectors, tokens, lambda row: f"row {row + 1} of {file.name}")


def _word2vec_header(file: UploadFile) -> tuple[int, int, int]:
    """How many rows there are, how many numbers in each, and the byte at which they begin."""
    file.seek(0)
    line, found, _ = file.read(64).partition(b"\n")
    match = re.fullmatch(rb"(\d{1,18})[ \t]+(\d{1,18})[ \t\r]*", line)
    if not found or not match:
        raise UploadError(
            f"{file.name} begins with {shown(line)}; word2vec's binary format begins with a line of two whole numbers: "
            "rows, and numbers in a row"
        )
    rows, dim = map(int, match.groups())
    file.limits.check_shape(f"line 1 of {file.name} says that it", rows, dim)
    start = len(line) + 1
    file.seek(start)
    fields = file.read(file.limits.token_bytes + 32 * dim).partition(b"\n")[0].split()[1:]
    if len(fields) == dim and all(map(NUMBER.fullmatch, fields)):
        raise UploadError(f"{file.name} has its numbers in text, not in binary; word2vec's text format is called .txt")
    left, least = file.size - start, rows * (4 * dim + 2)
    if left < least:
        raise UploadError(
            f"{file.name} has {left:,} bytes after line 1; {counted(rows, 'row')} of {counted(dim, 'number')} take "
            f"{least:,} or more, so it is cut short or line 1 is wrong"
        )
    return rows, dim, start


def safetensors_choices(file: UploadFile) -> tuple[TensorChoice, ...]:
    """The tensors in a .safetensors, in the order of its header; reads nothing else."""
    return tuple(_safetensors(file)[0])


def read_safetensors(file: UploadFile, tensor: str | None) -> Rows:
    """The rows of the tensor called `tensor`, or of the only table, and the tokens if the metadata list them."""
    starts, tokens = _safetensors(file)
    table = chosen(tuple(starts), tensor, file.name)
    if tokens is not None and len(tokens) != table.shape[0]:
        raise UploadError(
            f"{file.name} has {counted(len(tokens), 'token')} in its metadata; {shown(table.name)} has "
            f"{counted(table.shape[0], 'row')}, of which each needs one"
        )
    file.seek(starts[table])
    vectors = read_numbers(file.read, FLOATS[table.dtype], table.shape, f"{shown(table.name)} of {file.name}")
    return Rows(vectors, tokens, partial(_token_place, file))


def _safetensors(file: UploadFile) -> tuple[dict[TensorChoice, int], list[str] | None]:
    """The tensors, each with the byte at which it begins, and the tokens in the metadata."""
    file.seek(0)
    prefix = file.read(8)
    length, follow = int.from_bytes(prefix, "little"), file.size - len(prefix)
    if length > MAX_HEADER_BYTES:
        raise UploadError(
            f"{file.name} says that it has a header of {length:,} bytes; it may have at most {MAX_HEADER_BYTES:,}"
        )
    if len(prefix) < 8 or length > follow:
        raise UploadError(f"{file.name} is cut short: its header has {length:,} bytes and {follow:,} follow")
    try:
        header = json.loads(file.read(length).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UploadError(
            f"{file.name} has a header that is not JSON ({one_line(error)}); safetensors.save_file writes it right"
        ) from None
    metadata = header.pop("__metadata__", {}) if isinstance(header, dict) else None
    held, last, starts = follow - length, 0, {}
    for name, entry in _entries(header, file):
        subject = f"{shown(name)} of {file.name}"
        dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        if end > held:
            raise UploadError(
                f"{subject} ends at byte {end:,} of the numbers; the file has {held:,}, so it is cut short or its "
                "header is wrong"
            )
        size = math.prod(shape) * ITEM_BYTES.get(dtype, 0)
        if dtype in ITEM_BYTES and size != end - begin:
            raise UploadError(
                f"{subject} has {end - begin:,} bytes; {dtype} of shape {shape} has {size:,}, so its header is wrong"
            )
        fault = shape_fault(shape, subject, file.limits)
        if dtype not in FLOATS:
            fault = f"{subject} holds {shown(dtype)}; vectors are F16, BF16, F32 or F64"
        starts[TensorChoice(name, shape, dtype, fault)] = 8 + length + begin
        last = max(last, end)
    if not starts:
        raise UploadError(f"{file.name} has no tensors; there must be one of rows")
    if last != held:
        raise UploadError(f"{file.name} has {held:,} bytes of numbers; its header says {last:,}, so it is damaged")
    return starts, _metadata_tokens(metadata, file)


def _entries(header: object, file: UploadFile) -> Sequence[tuple[str, dict]]:
    """The entries of a header. Raises `UploadError` if one of them lacks a type, a shape, or its place."""
    for name, entry in header.items() if isinstance(header, dict) else [("", None)]:
        match entry:
            case {"dtype": str(), "shape": [*shape], "data_offsets": [int(begin), int(end)]}:
                if len(shape) <= 32 and all(map(_is_size, shape)) and 0 <= begin <= end:
                    continue
        raise UploadError(
            f"{file.name} has a header that does not give {shown(name)} a type, a shape, and its place; "
            "safetensors.save_file writes it right"
        )
    return tuple(header.items())


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _metadata_tokens(metadata: object, file: UploadFile) -> list[str] | None:
    """The tokens that the metadata have under "tokens", a list in JSON, or None if they have none."""
    if not isinstance(metadata, dict) or "tokens" not in metadata:
        return None
    try:
        tokens = json.loads(metadata["tokens"])
    except (TypeError, ValueError, RecursionError):
        tokens = None
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise UploadError(f'{file.name} has "tokens" in its metadata that are no list in JSON, such as ["a", "b"]')
    return [
        decoded(token.encode("utf-8", "surrogatepass"), partial(_token_place, file, row), file.limits)
        for row, token in enumerate(tokens)
    ]


def _token_place(file: UploadFile, row: int) -> str:
    return f"[{row}] of the tokens of {file.name}"
