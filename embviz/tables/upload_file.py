"""How large an uploaded file may be, how it is refused, and how it is read: in pieces, from where it lies.

Nothing here needs torch, so a page can announce `LIMITS` before anything is uploaded.
"""

import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

CHUNK_BYTES = 1 << 18
"""What is read at once. Reading a table takes the memory of its float32 rows and a few times this."""


class UploadError(ValueError):
    """An uploaded file cannot be read as a table. The message is one sentence: what is wrong, where, what is right."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an uploaded table may be. Each limit is checked before memory is taken for what it bounds.

    `numbers` bounds rows × numbers a row, and with it the table in memory: 4 bytes each. `unpacked_bytes` bounds what
    comes out of a compressed file (.gz, .npz), `token_bytes` one token in UTF-8.
    """

    rows: int = 200_000
    dim: int = 4_096
    numbers: int = 40_000_000
    file_bytes: int = 200_000_000
    unpacked_bytes: int = 400_000_000
    token_bytes: int = 1_000

    @property
    def sentence(self) -> str:
        """The limits in one sentence, to be shown before a file is chosen."""
        return (
            f"A file may have up to {size_in_words(self.file_bytes)} ({size_in_words(self.unpacked_bytes)} unpacked), "
            f"{self.rows:,} rows, {self.dim:,} numbers in a row and {self.numbers:,} numbers in all."
        )

    def check_shape(self, name: str, rows: int, dim: int) -> None:
        """Refuse a table of no rows or no numbers, or of more than the limits."""
        if rows < 1 or dim < 1:
            raise UploadError(
                f"{name} has {counted(rows, 'row')} of {counted(dim, 'number')}; a table has at least 1 row of 1 number"
            )
        if rows > self.rows:
            raise UploadError(f"{name} has {rows:,} rows; a table may have at most {self.rows:,}")
        if dim > self.dim:
            raise UploadError(f"{name} has {dim:,} numbers in a row; a row may have at most {self.dim:,}")
        if rows * dim > self.numbers:
            raise UploadError(
                f"{name} has {rows:,} rows of {dim:,} numbers, {rows * dim:,} in all; "
                f"a table may have at most {self.numbers:,}"
            )


LIMITS = Limits()


TOKEN_NAMES = ("token", "tokens", "word", "words", "term", "terms", "vocab", "name", "names", "label", "labels", "text")
"""What a file may call its column or array of tokens, the likeliest first."""
PACKED: Sequence[str] = (".tsv", ".csv", ".txt", ".vec", ".bin")
"""The formats that may be packed by gzip."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds: vectors, float32 (rows, dim); tokens, or None where it has none; and where each row is.

    `place(i)` says where row i is, as in "line 7 of vectors.tsv".
    """

    vectors: NDArray[np.float32]
    tokens: Sequence[str] | None
    place: Callable[[int], str]


class UploadFile:
    """An uploaded file by name, unpacked if it is a .gz; `size` counts the unpacked bytes.

    `suffix` is the end of its name that says the format, one of `suffixes`. Opening it finds out its size and holds no
    more than a piece of it. Every failure to read it is an `UploadError`.
    """

    def __init__(self, filename: str, data: bytes | BinaryIO, limits: Limits, suffixes: Sequence[str]):
        self.name = shown_name(filename)
        self.limits = limits
        self.suffix = os.path.splitext(self.name.lower().removesuffix(".gz"))[1]
        packed = self.name.lower().endswith(".gz")
        if self.suffix not in suffixes:
            *others, last = suffixes
            raise UploadError(f"{self.name} is of no known format; the name must end in {', '.join(others)} or {last}")
        if packed and self.suffix not in PACKED:
            raise UploadError(f"{self.name} is packed by gzip, which only text and .bin may be; unpack it first")
        self._stream = _binary(data)
        self._stream.seek(0, os.SEEK_END)
        self.size = self._stream.tell()
        if self.size > limits.file_bytes:
            raise UploadError(
                f"{self.name} has {self.size:,} bytes; a file may have at most {size_in_words(limits.file_bytes)}"
            )
        if packed:
            self.seek(0)
            self._stream = gzip.GzipFile(fileobj=self._stream)
            self.size = 0
            while piece := self.read(CHUNK_BYTES):
                self.size += len(piece)
                if self.size > limits.unpacked_bytes:
                    raise UploadError(
                        f"{self.name} unpacks to more than {size_in_words(limits.unpacked_bytes)}, which is the limit"
                    )
        if not self.size:
            raise UploadError(f"{self.name} is empty; it must hold at least one row")

    @property
    def stream(self) -> BinaryIO:
        """The bytes themselves, for a library that reads a file object."""
        return self._stream

    def seek(self, position: int) -> None:
        self._stream.seek(position)

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, OSError, zlib.error) as error:
            raise UploadError(
                f"{self.name} is damaged or cut short and cannot be unpacked ({error}); pack it again"
            ) from None


def empty_table(name: str, rows: int, dim: int) -> NDArray[np.float32]:
    """Memory for a table whose shape has been checked; the rows take it as they are written."""
    try:
        return np.empty((rows, dim), np.float32)
    except MemoryError:
        raise UploadError(
            f"{name} has {rows:,} rows of {dim:,} numbers, which need {size_in_words(4 * rows * dim)}; "
            "there is not so much memory here, so take fewer rows"
        ) from None


def shown_name(filename: str) -> str:
    """The file's own name without its folders, on one line, in at most 80 characters that can be printed."""
    name = re.split(r"[/\\]", str(filename))[-1]
    name = "".join(character if character.isprintable() else "\ufffd" for character in name)
    return name if len(name) <= 80 else f"{name[:60]}…{name[-19:]}"


def shown(text: bytes | str, *, most: int = 40) -> str:
    """A piece of a file in double quotes, on one line, at most `most` characters of it."""
    if isinstance(text, bytes):
        text = text[: 4 * most].decode("utf-8", "backslashreplace")
    cut = f"{text[:most]}…" if len(text) > most else text
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut) + '"'


def counted(count: int, noun: str) -> str:
    """A count and what it counts: "1 row", "2,000 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def one_line(error: Exception) -> str:
    """What an exception says, on one line."""
    return shown(str(error) or type(error).__name__, most=80)[1:-1]


def decoded(token: bytes, place: Callable[[], str], limits: Limits) -> str:
    """A token of a file. Raises `UploadError` if it is empty, too long, or not UTF-8, or has a zero byte."""
    if not token:
        raise UploadError(f"{place()} has an empty token; every row needs a token of its own")
    if len(token) > limits.token_bytes:
        raise UploadError(
            f"{place()} has a token of {len(token):,} bytes; a token may have at most {limits.token_bytes:,}"
        )
    if b"\0" in token:  # which numpy cannot keep at the end of a string, and which text in UTF-16 is full of
        raise UploadError(f"{place()} has a token with a zero byte: {shown(token)}; tokens are text in UTF-8")
    try:
        return token.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UploadError(
            f"{place()} has a token that is not UTF-8 at its byte {error.start + 1} (0x{token[error.start]:02X}): "
            f"{shown(token)}; tokens are written in UTF-8"
        ) from None


def _binary(data: bytes | BinaryIO) -> BinaryIO:
    if isinstance(data, bytes | bytearray | memoryview):
        return io.BytesIO(data)
    if not hasattr(data, "read") or not hasattr(data, "seek") or isinstance(data, io.TextIOBase):
        raise TypeError(f"data is {type(data).__name__}; it must be bytes or a binary file that can seek")
    return data


def size_in_words(count: int) -> str:
    """Bytes in words, in units of 1,000."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.4g} {name}"
    return f"{count} bytes"
