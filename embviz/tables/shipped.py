"""What assets/data holds, and what is checked before a file of it is used. Standard library only: no torch here.

A table is a safetensors file: eight bytes with the length n of the header (little-endian), n bytes of JSON that name
each tensor's dtype, shape and place, then the numbers. Before a table is mapped, its header is read and compared with
`LAYOUTS`, and the file's size with what the header says; that costs one small read and finds files that are missing,
cut short, or not the table. It cannot find a changed byte among the numbers: for that the whole file must be read, so
`check()` (run by `python -m embviz.tables.build --check`, and by the tests) compares every file with SHA256SUMS. The
smaller files (words, tokenizers, merge ranks) are read whole in any case, and their SHA-256 is compared every time.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from embviz.paths import DATA

BUILD_COMMAND = "python -m embviz.tables.build"
CHECKSUMS = "SHA256SUMS"
MAX_HEADER_BYTES = 1 << 16


class TensorLayout(NamedTuple):
    """A tensor in a safetensors file: its dtype as safetensors writes it ("F16", "F32") and its shape."""

    dtype: str
    shape: tuple[int, ...]


LAYOUTS: Mapping[str, Mapping[str, TensorLayout]] = {
    "minilm": {
        "tokens": TensorLayout("F16", (30522, 384)),
        "positions": TensorLayout("F16", (512, 384)),
        "token_types": TensorLayout("F16", (2, 384)),
        "layer_norm.weight": TensorLayout("F32", (384,)),
        "layer_norm.bias": TensorLayout("F32", (384,)),
    },
    "glove": {"tokens": TensorLayout("F16", (50000, 50))},
    "wordllama": {"tokens": TensorLayout("F16", (32000, 256))},
}


class TableFileError(RuntimeError):
    """A shipped file is missing or damaged. The message is one sentence with the file's path and the build command."""

    def __init__(self, path: Path, fault: str):
        super().__init__(f"{path} {fault}; `{BUILD_COMMAND}` makes it again.")
        self.path = path


@dataclass(frozen=True, slots=True)
class AvailableTable:
    """A shipped table that `embviz.tables.load(name)` can load.

    `rows` x `dim` is the shape of its `.vectors`; `positions` counts its learned position rows, 0 where it has none;
    `bytes` is the size of its file.
    """

    name: str
    about: str
    rows: int
    dim: int
    positions: int
    bytes: int
    source: str
    licence: str


class TableHeader(NamedTuple):
    """The header of a safetensors file: tensor layouts by name, the file's own strings, and its size in bytes."""

    tensors: Mapping[str, TensorLayout]
    metadata: Mapping[str, str]
    bytes: int


def available(*, directory: Path = DATA) -> tuple[AvailableTable, ...]:
    """The shipped tables, in the order of `LAYOUTS`, read from the headers of their files.

    Raises `TableFileError` if one of them is missing or damaged.
    """
    entries = []
    for name in LAYOUTS:
        header = read_table_header(name, directory=directory)
        (rows, dim), metadata = header.tensors["tokens"].shape, header.metadata
        positions = header.tensors["positions"].shape[0] if "positions" in header.tensors else 0
        entries.append(
            AvailableTable(
                name, metadata["about"], rows, dim, positions, header.bytes, metadata["source"], metadata["licence"]
            )
        )
    return tuple(entries)


def table_path(name: str, *, directory: Path = DATA) -> Path:
    """Where the table is. Raises `ValueError` with the names there are if `name` is not one of them."""
    if name not in LAYOUTS:
        raise ValueError(f"no table is called {name!r}; there are {', '.join(LAYOUTS)}")
    return directory / f"{name}.safetensors"


def read_table_header(name: str, *, directory: Path = DATA) -> TableHeader:
    """The header of a table's file, after comparing it with `LAYOUTS` and with the size of the file.

    Raises `TableFileError` if the file is missing, cut short, or holds other tensors than the table's.
    """
    path = table_path(name, directory=directory)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            raw = file.read(length) if length <= MAX_HEADER_BYTES else b""
    except OSError as error:
        raise TableFileError(path, unreadable(error)) from error
    try:
        header = json.loads(raw)
        metadata = header.pop("__metadata__")
        tensors = {key: TensorLayout(value["dtype"], tuple(value["shape"])) for key, value in header.items()}
        expected_size = 8 + length + max(value["data_offsets"][1] for value in header.values())
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise TableFileError(path, "is damaged: it does not begin with a table's safetensors header") from None
    if tensors != LAYOUTS[name] or metadata.get("name") != name:
        raise TableFileError(path, f"is damaged: its tensors are not those of {name}")
    if size != expected_size:
        raise TableFileError(path, f"is damaged: it has {size:,} bytes instead of {expected_size:,}")
    return TableHeader(tensors, metadata, size)


def read_file(filename: str, *, directory: Path = DATA) -> bytes:
    """All bytes of a shipped file, after comparing their SHA-256 with SHA256SUMS.

    Raises `TableFileError` if the file is missing or differs.
    """
    path = directory / filename
    expected = read_checksums(directory=directory).get(filename)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableFileError(path, unreadable(error)) from error
    if hashlib.sha256(data).hexdigest() != expected:
        raise TableFileError(path, f"is damaged: its SHA-256 is not the one in {CHECKSUMS}")
    return data


def read_checksums(*, directory: Path = DATA) -> dict[str, str]:
    """SHA-256 in hexadecimal of every file that the build made, by file name; the format of `sha256sum`."""
    path = directory / CHECKSUMS
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise TableFileError(path, unreadable(error)) from error
    except UnicodeDecodeError:
        lines = [""]
    pairs = [line.partition("  ") for line in lines]
    if not pairs or any(len(digest) != 64 or not filename for digest, _, filename in pairs):
        raise TableFileError(path, "is damaged: a line of it is not a SHA-256 and a file name")
    return {filename: digest for digest, _, filename in pairs}


def check(*, directory: Path = DATA) -> tuple[str, ...]:
    """The names of all files that the build made, after reading each one whole and comparing its SHA-256.

    Raises `TableFileError` for the first file that is missing or differs.
    """
    for filename in read_checksums(directory=directory):
        read_file(filename, directory=directory)
    for name in LAYOUTS:
        read_table_header(name, directory=directory)
    return tuple(read_checksums(directory=directory))


def unreadable(error: OSError) -> str:
    """What to say of a file that could not be opened."""
    return "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
