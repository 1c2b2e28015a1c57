"""A table, or some of its rows, as files that other programs read: `export(tokens, vectors, format)`.

format           files                       read by
tsv              vectors.tsv, metadata.tsv   the Embedding Projector, which loads the two
csv              vectors.csv                 spreadsheets, pandas, R: a header, the tokens in front
word2vec         vectors.txt                 gensim's load_word2vec_format
word2vec-binary  vectors.bin                 gensim's load_word2vec_format(binary=True), word2vec
npy              vectors.npy, tokens.txt     numpy.load
npz              vectors.npz                 numpy.load: arrays "vectors" and "tokens"
safetensors      vectors.safetensors         safetensors: tensor "vectors"; metadata "tokens", a list in JSON

`read_upload` reads each of them back: the binary ones to the bit, and text to the same float32, since a number is
written with the fewest digits that no other float32 has (0.418, not 0.418000013).

Not every format can hold every token: a line feed ends a line, a space ends a token of word2vec's. An `ExportError`,
one sentence, then names the token and the formats that can.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from safetensors.numpy import save
from torch import Tensor

from embviz.compute.checks import checked_choice, checked_rows
from embviz.tables.upload_binary import MAX_HEADER_BYTES
from embviz.tables.upload_file import shown

BLOCK_NUMBERS = 1 << 16  # what is turned into text, or strings, at once
ANY_TOKEN = "npz or safetensors"  # the formats that hold every token

Vectors = NDArray[np.float32]


class ExportError(ValueError):
    """A token cannot be written in a format. The message is one sentence: which, why, and which format can."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to save as `name`."""

    name: str
    data: bytes
    media_type: str


def export(
    tokens: Sequence[str], vectors: Tensor | ArrayLike, format: str, *, name: str = ""
) -> tuple[ExportedFile, ...]:
    """These rows in one of `FORMATS`: one file, or two that belong together. `name` goes in front of their names.

    vectors (rows, dim) become float32. Raises `ExportError` if the format cannot hold one of the tokens.
    """
    write = WRITERS[checked_choice("format", format, FORMATS)]
    rows = checked_rows("vectors", torch.as_tensor(vectors), "(rows, dim)").detach().to("cpu", torch.float32)
    checked_rows("vectors as float32", rows, "(rows, dim)")
    if len(tokens) != len(rows):
        raise ValueError(f"{len(tokens):,} tokens do not fit {len(rows):,} rows of vectors; every row needs one")
    for row, token in enumerate(tokens):
        if not token or "\0" in token or not _is_unicode(token):
            raise ExportError(
                f"token {shown(token)} of row {row} is empty or not text, and no format can hold that; rename it"
            )
    prefix = re.sub(r"[^\w.-]+", "_", name) + "." if name else ""
    return tuple(
        ExportedFile(prefix + file.name, file.data, file.media_type)
        for file in write(tokens, np.ascontiguousarray(rows.numpy(), "<f4"))
    )


def _write_tsv(tokens: Sequence[str], vectors: Vectors) -> Iterator[ExportedFile]:
    lines = _token_lines(tokens, "metadata.tsv")
    yield ExportedFile("vectors.tsv", _text([], vectors, b"\t"), "text/tab-separated-values")
    yield ExportedFile("metadata.tsv", lines, "text/tab-separated-values")


def _write_csv(tokens: Sequence[str], vectors: Vectors) -> Iterator[ExportedFile]:
    _refuse(tokens, "\n", "a line feed, which ends a line of .csv", ANY_TOKEN)
    quoted = [
        '"' + token.replace('"', '""') + '"' if re.search(r'[",\r]|^\s|\s$', token) else token for token in tokens
    ]
    header = ",".join(["token", *(f"d{column}" for column in range(vectors.shape[1]))])
    yield ExportedFile("vectors.csv", _text(quoted, vectors, b",", header), "text/csv")


def _write_word2vec(tokens: Sequence[str], vectors: Vectors) -> Iterator[ExportedFile]:
    _refuse_separated(tokens)
    header = f"{len(vectors)} {vectors.shape[1]}"
    yield ExportedFile("vectors.txt", _text(tokens, vectors, b" ", header), "text/plain")


def _write_word2vec_binary(tokens: Sequence[str], vectors: Vectors) -> Iterator[ExportedFile]:
    _refuse_separated(tokens)
    file = io.BytesIO()
    file.write(b"%d %d\n" % vectors.shape)
    for token, vector in zip(tokens, vectors, strict=True):
        file.write(b"%b %b\n" % (token.encode("utf-8"), vector.tobytes()))
    yield ExportedFile("vectors.bin", file.getvalue(), "application/octet-stream")


def _write_npy(tokens: Sequence[str], vectors: Vectors) -> Iterator[ExportedFile]:
    lines = _token_lines(tokens, "tokens.txt")
    file = io.BytesIO()
    np.save(file, vectors, allow_pickle=False)
    yield ExportedFile("vectors.npy", file.getvalue(), "application/octet-stream")
    yield ExportedFile("tokens.txt", lines, "text/plain")


def _write_npz(tokens: Sequence[str], vectors: Vectors) -> Iterator[ExportedFile]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open(zipfile.ZipInfo("vectors.npy"), "w") as entry:
            np.save(entry, vectors, allow_pickle=False)
        width = max(map(len, tokens))
        packed = zipfile.ZipInfo("tokens.npy")
        packed.compress_type = zipfile.ZIP_DEFLATED  # every string takes as much as the longest
        with archive.open(packed, "w") as entry:
            header = {"descr": f"<U{width}", "fortran_order": False, "shape": (len(tokens),)}
            np.lib.format.write_array_header_1_0(entry, header)
            step = max(1, BLOCK_NUMBERS // width)
            for first in range(0, len(tokens), step):
                entry.write(np.array(tokens[first : first + step], f"<U{width}").tobytes())
    yield ExportedFile("vectors.npz", file.getvalue(), "application/octet-stream")


def _write_safetensors(tokens: Sequence[str], vectors: Vectors) -> Iterator[ExportedFile]:
    data = save({"vectors": vectors}, metadata={"tokens": json.dumps(list(tokens), ensure_ascii=False)})
    length = int.from_bytes(data[:8], "little")
    if length > MAX_HEADER_BYTES:
        raise ExportError(
            f"these tokens make a header of {length:,} bytes, and a .safetensors may have one of {MAX_HEADER_BYTES:,}; "
            "choose npz, or fewer rows"
        )
    yield ExportedFile("vectors.safetensors", data, "application/octet-stream")


WRITERS: Mapping[str, Callable[[Sequence[str], Vectors], Iterator[ExportedFile]]] = {
    "tsv": _write_tsv,
    "csv": _write_csv,
    "word2vec": _write_word2vec,
    "word2vec-binary": _write_word2vec_binary,
    "npy": _write_npy,
    "npz": _write_npz,
    "safetensors": _write_safetensors,
}
FORMATS: Sequence[str] = tuple(WRITERS)


def _text(labels: Sequence[str], vectors: Vectors, separator: bytes, header: str = "") -> bytes:
    """Lines of numbers, a label in front of each if there are any, below a header if there is one."""
    file = io.BytesIO()
    if header:
        file.write(f"{header}\n".encode())
    step = max(1, BLOCK_NUMBERS // vectors.shape[1])
    for first in range(0, len(vectors), step):
        numbers = vectors[first : first + step].astype("S16").tolist()  # the shortest form of a float32 has at most 15
        if labels:
            numbers = (
                [label.encode("utf-8"), *row] for label, row in zip(labels[first : first + step], numbers, strict=True)
            )
        file.writelines(separator.join(row) + b"\n" for row in numbers)
    return file.getvalue()


def _token_lines(tokens: Sequence[str], filename: str) -> bytes:
    """A line a token."""
    _refuse(tokens, "\n\t", f"a line feed or a tab, which end a cell of {filename}", ANY_TOKEN)
    ends = [token.endswith("\r") for token in tokens]
    crlf = 2 * sum(ends) > len(ends)
    for row, token in enumerate(tokens):
        # A reader takes CR before a line feed for part of the line's end if most lines have one.
        if (ends[row] and crlf) or (not row and token[0] == "\ufeff"):
            raise ExportError(f"token {shown(token)} of row {row} is lost in {filename}; choose csv, {ANY_TOKEN}")
    return "".join(f"{token}\n" for token in tokens).encode("utf-8")


def _refuse_separated(tokens: Sequence[str]) -> None:
    _refuse(tokens, " \t\n", "a space, tab or line feed, which end a token of word2vec's formats", f"csv, {ANY_TOKEN}")


def _refuse(tokens: Sequence[str], characters: str, what: str, formats: str) -> None:
    for row, token in enumerate(tokens):
        if not set(characters).isdisjoint(token):
            raise ExportError(f"token {shown(token)} of row {row} has {what}; choose {formats}")


def _is_unicode(token: str) -> bool:
    try:
        token.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
