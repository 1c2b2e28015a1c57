"""Tables in numpy's .npy and .npz, read without numpy.load.

The header of an array is compared with the limits and with the size of the file before memory is taken for what it
claims. It is read by a regular expression, so that nothing in it is evaluated. Arrays of Python objects, which numpy
would unpickle, are refused. A .npz is a zip archive: the size of its list of contents is checked before the list is
read, and what an entry says it unpacks to is held against the limits, its array's header, and its checksum.
"""

import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from embviz.tables.upload_arrays import Read, TensorChoice, chosen, exactly, listed, read_numbers, shape_fault
from embviz.tables.upload_file import (
    CHUNK_BYTES,
    TOKEN_NAMES,
    Limits,
    Rows,
    UploadError,
    UploadFile,
    counted,
    decoded,
    one_line,
    shown,
    size_in_words,
)

MAX_HEADER_BYTES = 10_000  # numpy's own limit
MAX_CONTENTS_BYTES = 1_000_000  # of the list at the end of a .npz
END_BYTES, PLACE_BYTES = 22, 20  # the last record of a zip archive, and the one before it in archives of over 4 GB
FLOATS = ("f2", "f4", "f8")  # numpy's names without the byte order
KINDS = {
    "b": "truth values",
    "i": "whole numbers",
    "u": "whole numbers",
    "c": "complex numbers",
    "O": "pickled Python objects",
    "U": "strings",
    "S": "strings",
    "V": "records",
    "M": "dates",
    "m": "durations",
    "f": "numbers of another size",
}
ZIP_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, LookupError),
)
ENTRY = re.compile(
    r"""\s*["'](descr|fortran_order|shape)["']\s*:\s*(["'][^"']*["']|True|False|\([\d,\s]*\))\s*(?:,|$)"""
)


@dataclass(frozen=True, slots=True)
class _Array:
    """An array as its header describes it: numpy's name of its type ("<f4"), the order of its axes, and its shape."""

    dtype: str
    fortran: bool
    shape: tuple[int, ...]
    header_bytes: int

    @property
    def kind(self) -> str:
        """The name of the type without the byte order: "f4", "U12"."""
        return self.dtype.lstrip("<>=|")

    @property
    def item_bytes(self) -> int:
        """Bytes of one item, of a type of numbers or strings that is read here."""
        return int(self.kind[1:]) * (4 if self.kind[0] == "U" else 1)

    @property
    def is_strings(self) -> bool:
        return len(self.shape) == 1 and re.fullmatch(r"[US]\d{1,9}", self.kind) is not None


def read_npy(file: UploadFile) -> Rows:
    """The rows of the array in a .npy."""
    file.seek(0)
    array = _header(file.read, file.name)
    if fault := _fault(array, file.name, file.limits):
        raise UploadError(fault)
    _check_length(array, file.size, file.name)
    vectors = read_numbers(file.read, array.dtype, array.shape, file.name, fortran=array.fortran)
    return Rows(vectors, None, lambda row: f"row {row + 1} of {file.name}")


def npz_choices(file: UploadFile) -> tuple[TensorChoice, ...]:
    """The arrays in a .npz, in the order of the file; reads nothing but their headers."""
    with _archive(file) as archive:
        return tuple(_choice(name, array, file) for name, array in _arrays(archive, file).items())


def read_npz(file: UploadFile, tensor: str | None) -> Rows:
    """The rows of the array called `tensor`, or of the only table, and the tokens if an array of strings has them."""
    with _archive(file) as archive:
        arrays = _arrays(archive, file)
        table = chosen([_choice(name, array, file) for name, array in arrays.items()], tensor, file.name).name
        with _entry(archive, table, file) as (read, array, subject):
            vectors = read_numbers(read, array.dtype, array.shape, subject, fortran=array.fortran)
        strings = _token_array(arrays, file)
        if strings is None:
            return Rows(vectors, None, lambda row: f"row {row + 1} of {file.name}")
        with _entry(archive, strings, file) as (read, array, subject):
            tokens = list(_strings(read, array, subject, file.limits))
    if len(tokens) != len(vectors):
        raise UploadError(
            f"{shown(strings)} of {file.name} has {counted(len(tokens), 'token')}; {shown(table)} has "
            f"{counted(len(vectors), 'row')}, of which each needs one"
        )
    return Rows(vectors, tokens, lambda row: f"[{row}] of {shown(strings)} of {file.name}")


# The header of an array


def _header(read: Read, subject: str) -> _Array:
    start = read(8)
    if start[:6] != b"\x93NUMPY":
        raise UploadError(f"{subject} begins with {shown(start)}; an array of numpy's begins with \\x93NUMPY")
    if len(start) == 8 and start[6] not in (1, 2, 3):
        raise UploadError(f"{subject} is of numpy's format {start[6]}; numpy.save writes formats 1 to 3")
    size = read(2 if start[6:7] == b"\1" else 4)
    length = int.from_bytes(size, "little")
    if length > MAX_HEADER_BYTES:
        raise UploadError(f"{subject} says that its header has {length:,} bytes; it may have {MAX_HEADER_BYTES:,}")
    header = read(length)
    if len(start) < 8 or len(size) < 2 or len(header) < length:
        raise UploadError(f"{subject} is cut short: it ends in its header")
    fields = _fields(header.decode("latin-1"))
    if not fields:
        raise UploadError(
            f"{subject} has the header {shown(header.strip(), most=100)}; there must be one type 'descr', "
            "'fortran_order' and 'shape', as numpy.save writes them for an array of numbers"
        )
    sizes = tuple(int(size) for size in re.findall(r"\d+", fields["shape"]))
    return _Array(fields["descr"].strip("\"'"), fields["fortran_order"] == "True", sizes, len(start + size + header))


def _fields(header: str) -> dict[str, str]:
    """The three entries of a header, or none if it is not a dictionary of just them."""
    header = header.strip()
    if not (header.startswith("{") and header.endswith("}")):
        return {}
    fields, rest = {}, header[1:-1].rstrip()
    while rest:
        match = ENTRY.match(rest)
        if not match or match[1] in fields or re.search(r"\d{19}", match[2]) or match[2].count(",") > 32:
            return {}
        fields[match[1]], rest = match[2], rest[match.end() :]
    starts = [fields.get(key, " ")[0] for key in ("descr", "fortran_order", "shape")]
    return fields if starts[0] in "\"'" and starts[1] in "TF" and starts[2] == "(" else {}


def _fault(array: _Array, subject: str, limits: Limits) -> str:
    """Why an array is no table, as a sentence about `subject`, or an empty string."""
    if array.kind in FLOATS:
        return shape_fault(array.shape, subject, limits)
    name = KINDS.get(array.kind[:1], "something else")
    never = ", which are never opened" if array.kind[:1] == "O" else ""
    return f"{subject} holds {name} ({shown(array.dtype)}){never}; vectors are float16, float32 or float64"


def _check_length(array: _Array, length: int, subject: str) -> None:
    """Refuse an array of `length` bytes if its header makes that many impossible."""
    claimed = array.header_bytes + math.prod(array.shape) * array.item_bytes
    if length != claimed:
        fault = "is cut short" if length < claimed else "goes on behind its array"
        raise UploadError(f"{subject} {fault}: with the shape {array.shape} it has {claimed:,} bytes, not {length:,}")


# The archive


@contextmanager
def _archive(file: UploadFile) -> Iterator[zipfile.ZipFile]:
    """The archive, once its list of contents is known to be short; whatever is wrong with it is an `UploadError`."""
    file.seek(max(0, file.size - END_BYTES - PLACE_BYTES))
    end = file.read(END_BYTES + PLACE_BYTES)
    record = end[-END_BYTES:]
    if len(record) < END_BYTES or not record.startswith(b"PK\5\6") or not record.endswith(b"\0\0"):
        raise UploadError(f"{file.name} does not end as a .npz does; it is cut short, or numpy.savez did not write it")
    if int.from_bytes(record[12:16], "little") > MAX_CONTENTS_BYTES or end.startswith(b"PK\6\7"):
        raise UploadError(f"{file.name} lists too many contents; save a .npz with the vectors and the tokens alone")
    try:
        with zipfile.ZipFile(file.stream) as archive:
            yield archive
    except UploadError:
        raise
    except ZIP_FAULTS as error:
        raise UploadError(f"{file.name} is damaged ({one_line(error)}); save it again with numpy.savez") from None


def _arrays(archive: zipfile.ZipFile, file: UploadFile) -> dict[str, _Array]:
    """The arrays in an archive, by name."""
    arrays = {}
    for entry in archive.infolist():
        if not entry.filename.endswith(".npy"):
            continue
        name = entry.filename.removesuffix(".npy")
        subject = f"{shown(name)} of {file.name}"
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1:
            raise UploadError(f"{subject} is encrypted or not packed as numpy does; save it with numpy.savez")
        if name in arrays:
            raise UploadError(f"{file.name} has two arrays called {shown(name)}; every array needs a name of its own")
        with archive.open(entry) as stream:
            arrays[name] = _header(stream.read, subject)
    if not arrays:
        raise UploadError(f"{file.name} has no arrays; a .npz is what numpy.savez writes")
    return arrays


def _choice(name: str, array: _Array, file: UploadFile) -> TensorChoice:
    return TensorChoice(name, array.shape, array.dtype, _fault(array, f"{shown(name)} of {file.name}", file.limits))


@contextmanager
def _entry(archive: zipfile.ZipFile, name: str, file: UploadFile) -> Iterator[tuple[Read, _Array, str]]:
    """How to read the items of an array of the archive, its header, and what a sentence calls it.

    It has the length that its header says, within the limits. At the end its items must all have been read, and their
    checksum is right.
    """
    subject, entry = f"{shown(name)} of {file.name}", archive.getinfo(f"{name}.npy")
    if entry.file_size > file.limits.unpacked_bytes:
        raise UploadError(
            f"{subject} unpacks to {entry.file_size:,} bytes; an array may unpack to "
            f"{size_in_words(file.limits.unpacked_bytes)}"
        )
    with archive.open(entry) as stream:
        array = _header(stream.read, subject)
        _check_length(array, entry.file_size, subject)
        yield stream.read, array, subject
        stream.read(1)  # at its end the stream compares the checksum


# Tokens in an archive


def _token_array(arrays: dict[str, _Array], file: UploadFile) -> str | None:
    """The name of the array that holds the tokens, or None if there is none."""
    for name, array in arrays.items():
        if name.lower() in TOKEN_NAMES and array.kind.startswith("O"):
            raise UploadError(
                f"{shown(name)} of {file.name} holds pickled Python objects, which are never opened; "
                "save the tokens as numpy.array(tokens, dtype=str)"
            )
    strings = {name.lower(): name for name, array in arrays.items() if array.is_strings}
    if len(strings) > 1 and strings.keys().isdisjoint(TOKEN_NAMES):
        raise UploadError(
            f'{file.name} has {len(strings)} lists of strings; call the one with the tokens "tokens", be it '
            f"{listed(map(shown, strings.values()))}"
        )
    return next((strings[name] for name in (*TOKEN_NAMES, *strings) if name in strings), None)


def _strings(read: Read, array: _Array, subject: str, limits: Limits) -> Iterator[str]:
    """The strings of an array, checked, from pieces of its items."""
    (count,), width = array.shape, array.item_bytes
    if count > limits.rows:
        raise UploadError(f"{subject} has {count:,} strings; a table may have at most {limits.rows:,} rows")
    if width > 4 * limits.token_bytes:
        raise UploadError(f"{subject} has strings of {width:,} bytes; a token may have {limits.token_bytes:,}")
    encoding = None if array.kind[0] == "S" else "utf-32-be" if array.dtype[0] == ">" else "utf-32-le"
    step = max(1, CHUNK_BYTES // max(1, width))
    for first in range(0, count, step):
        number = min(step, count - first)
        data = exactly(read, number * width, subject)
        for index in range(number):
            token, place = data[index * width : (index + 1) * width], f"[{first + index}] of {subject}"
            if encoding:
                try:
                    token = token.decode(encoding).encode("utf-8")
                except UnicodeDecodeError:
                    raise UploadError(f"{place} is not Unicode text; a token must be") from None
            yield decoded(token.rstrip(b"\0"), lambda place=place: place, limits)
