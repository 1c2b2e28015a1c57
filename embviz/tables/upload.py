"""A person's own table, read from an uploaded file: `read_upload`, and `tensor_choices` for files that hold several.

What can be read, by the end of the name (.gz may follow those of text and .bin):
.tsv .csv   vectors, a row a line: the Embedding Projector's, with its metadata file beside it or tokens in front
.txt .vec   word2vec's text (line 1 is "rows dim") and GloVe's (without it)
.bin        word2vec's binary format
.npy .npz   numpy's arrays; in a .npz an array of strings has the tokens
.safetensors  tensors; the tokens may be in the metadata as a list in JSON, under "tokens"

Whatever is wrong with a file is an `UploadError`, one sentence that says what, where, and what would be right. A file
is read in pieces from where it lies, into one float32 array; nothing of a refused file is kept. Two rows with one token
are refused: an app in which people look words up cannot show both, and one of them is a mistake.

What cannot be seen: text has no end of its own, so a file that was cut within its last token or number and still makes
a token or number is read as it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

import torch

from embviz.compute.checks import checked_size
from embviz.tables.table import EmbeddingTable
from embviz.tables.upload_arrays import TensorChoice
from embviz.tables.upload_binary import read_safetensors, read_word2vec, safetensors_choices
from embviz.tables.upload_file import LIMITS, Limits, Rows, UploadError, UploadFile, shown
from embviz.tables.upload_numpy import npz_choices, read_npy, read_npz
from embviz.tables.upload_text import read_metadata, read_separated, read_words

READERS = {
    ".tsv": read_separated,
    ".csv": read_separated,
    ".txt": read_words,
    ".vec": read_words,
    ".bin": read_word2vec,
    ".npy": read_npy,
}
CHOOSERS = {".npz": (npz_choices, read_npz), ".safetensors": (safetensors_choices, read_safetensors)}
SUFFIXES: Sequence[str] = (*READERS, *CHOOSERS)
METADATA_SUFFIXES: Sequence[str] = (".tsv", ".txt", ".csv")


def read_upload(
    filename: str,
    data: bytes | BinaryIO,
    *,
    max_rows: int | None = None,
    max_dim: int | None = None,
    metadata: tuple[str, bytes | BinaryIO] | None = None,
    tensor: str | None = None,
    limits: Limits = LIMITS,
) -> EmbeddingTable:
    """The table in a file called `filename`, whose end says its format, of these bytes or this binary file.

    `metadata` is the name and the content of a second file, with the token of each row on a line; its tokens go before
    those of the first. Without either, a row's token is its number. `tensor` chooses among several in a .npz or
    .safetensors. `max_rows` and `max_dim` take the place of those in `limits`.

    Raises `UploadError` if the file, or its metadata, cannot be read as a table within the limits.
    """
    limits = replace(
        limits,
        rows=limits.rows if max_rows is None else checked_size("max_rows", max_rows),
        dim=limits.dim if max_dim is None else checked_size("max_dim", max_dim),
    )
    try:
        return _table(filename, data, metadata, tensor, limits)
    except UploadError as error:
        sentence = str(error)
    raise UploadError(sentence)  # anew, since the first one's traceback holds all that was read


def tensor_choices(filename: str, data: bytes | BinaryIO, *, limits: Limits = LIMITS) -> tuple[TensorChoice, ...]:
    """The arrays to choose from in a .npz or .safetensors, those that are no table included; () for other formats.

    Reads nothing but headers. Raises `UploadError` if the file cannot be read.
    """
    file = UploadFile(filename, data, limits, SUFFIXES)
    return CHOOSERS[file.suffix][0](file) if file.suffix in CHOOSERS else ()


def _table(
    filename: str,
    data: bytes | BinaryIO,
    metadata: tuple[str, bytes | BinaryIO] | None,
    tensor: str | None,
    limits: Limits,
) -> EmbeddingTable:
    file = UploadFile(filename, data, limits, SUFFIXES)
    rows = CHOOSERS[file.suffix][1](file, tensor) if file.suffix in CHOOSERS else READERS[file.suffix](file)
    if metadata is not None:
        rows = read_metadata(UploadFile(*metadata, limits, METADATA_SUFFIXES), rows, file.name)
    if rows.tokens is None:
        tokens = tuple(map(str, range(len(rows.vectors))))
    else:
        tokens = tuple(rows.tokens)
        _check_unique(rows)
    return EmbeddingTable(file.name, tokens, torch.from_numpy(rows.vectors), source="your file", licence="unknown")


def _check_unique(rows: Rows) -> None:
    if len(set(rows.tokens)) == len(rows.tokens):
        return
    seen: dict[str, int] = {}
    for row, token in enumerate(rows.tokens):
        if token in seen:
            raise UploadError(
                f"{rows.place(row)} has the token {shown(token)}, which {rows.place(seen[token])} has already; "
                "every row needs a token of its own"
            )
        seen[token] = row
