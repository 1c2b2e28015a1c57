"""Files that are not tables: each is refused in one sentence, in bounded memory, and nothing of it stays."""

import gc
import gzip
import io
import json
import pickle
import re
import struct
import tracemalloc
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from embviz.tables import EmbeddingTable, UploadError, read_upload
from embviz.tables.upload import SUFFIXES, tensor_choices
from embviz.tables.upload_file import CHUNK_BYTES, LIMITS

TABLE = np.array([[0.25, -1.5, 3.0], [4.0, 5.5, -6.25]])
SLACK = 6_000_000  # bytes: what reading a small file may take at most


# Files, right ones first


def npy(array, **keywords) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **keywords)
    return file.getvalue()


def npy_of(descr: str, shape: str, data: bytes = b"", *, version: int = 1, padding: int = 0) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode() + b" " * padding + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header + data


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def zipped(entries: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def changed_sizes(archive: bytes, size: int) -> bytes:
    """The archive with another unpacked size in its list of contents, which is all that zipfile believes."""
    at = archive.index(b"PK\1\2") + 24
    return archive[:at] + struct.pack("<I", size) + archive[at + 4 :]


def safetensors_of(header: object, data: bytes = b"") -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def entry(dtype: object = "F32", shape: object = (2, 3), end: object = 24, begin: object = 0) -> dict:
    shape = list(shape) if isinstance(shape, tuple) else shape
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def word2vec(header: bytes = b"2 3\n", tokens=(b"a", b"b"), table=TABLE, end: bytes = b"\n") -> bytes:
    rows = table.astype("<f4")
    return header + b"".join(token + b" " + row.tobytes() + end for token, row in zip(tokens, rows, strict=True))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


class Opened:
    """Unpickling this would end the test: reading it must never do so."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


OBJECTS = np.array([Opened(), Opened()], dtype=object)
FLOATS = TABLE.astype("<f4").tobytes()
PAIR = ("v.tsv", b"1\t2\n3\t4\n")

# What is wrong, the file, and what the sentence says. A file with a metadata file beside it is a pair.
CASES: dict[str, tuple] = {
    # Names and sizes
    "unknown format": (
        "table.xlsx",
        b"PK",
        r"table\.xlsx is of no known format; the name must end in \.tsv, .* or \.saf",
    ),
    "no suffix": ("table", b"1\t2\n", r"^table is of no known format"),
    "an archive of another kind": ("glove.zip", b"PK", r"glove\.zip is of no known format"),
    "folders and a line feed in the name": ("../a/b\n.npy", b"x", r"^b\ufffd\.npy begins with \"x\""),
    "a very long name": ("a" * 5000 + ".npy", b"x", r"^a{60}…a{15}\.npy begins with"),
    "empty": ("v.tsv", b"", r"^v\.tsv is empty; it must hold at least one row"),
    "blank lines alone": ("v.tsv", b"\r\n\r\n  \n", r"^v\.tsv has no rows; it holds nothing but blank lines"),
    "too many bytes": ("v.tsv", b"1\n" * 50_001, r"v\.tsv has 100,002 bytes; a file may have at most 100 kB"),
    "too many rows": ("v.tsv", b"1\n" * 1001, r"v\.tsv has 1,001 rows; a table may have at most 1,000"),
    "far too many rows": ("v.txt", b"a 1\n" * 2000, r"v\.txt has 2,000 lines; a table may have at most 1,000 rows"),
    "too wide": ("v.tsv", b"1\t" * 100 + b"1\n", r"v\.tsv has 101 numbers in a row; a row may have at most 100"),
    "too many numbers": (
        "v.csv",
        (b"1," * 99 + b"1\n") * 451,
        r"451 rows of 100 numbers, 45,100 in all; .* at most 45,000",
    ),
    "a line too long": (
        "v.tsv",
        b"1" * 67_000,
        r"line 1 of v\.tsv has more than 66,536 bytes, the most that a line may",
    ),
    "a later line too long": ("v.tsv", b"1\t2\n" + b"1" * 67_000, r"line 2 of v\.tsv has more than 66,536 bytes"),
    # Separated text
    "too few numbers": (
        "v.tsv",
        b"1\t2\t3\n4\t5\n",
        r"line 2 of v\.tsv has 2 numbers; line 1 has 3, and every line must h",
    ),
    "too many on a line": (
        "v.csv",
        b"1,2\n3,4\n5,6,7\n",
        r"line 3 of v\.csv has 3 numbers; line 1 has 2, and every line",
    ),
    "two faults that even out": ("v.csv", b"1,2\n3,4,5\n6\n", r"line 2 of v\.csv has 3 numbers; line 1 has 2"),
    "a fault behind good blocks": (
        "v.tsv",
        b"0.5\t0.5\n" * 999 + b"0.5\n",
        r"^line 1000 of v\.tsv has 1 number; line 1 has 2, and every line must have as many$",
    ),
    "a word among numbers": (
        "v.tsv",
        b"1\t2\n3\tx\n",
        r"line 2, column 2 of v\.tsv is \"x\", not a number such as 0\.25",
    ),
    "a word among numbers of a token": (
        "v.csv",
        b"a,1,2\nb,3,?\n",
        r"line 2, column 3 of v\.csv is \"\?\", not a number",
    ),
    "an empty field": ("v.tsv", b"1\t\t2\n", r"line 1, column 2 of v\.tsv is empty; there must be a number"),
    "an empty field at the end": (
        "v.csv",
        b"1,2\n3,\n",
        r"line 2, column 2 of v\.csv is empty; there must be a number",
    ),
    "a blank line": (
        "v.tsv",
        b"1\t2\n\n3\t4\n",
        r"line 2 of v\.tsv is empty; there must be a row on every line up to the",
    ),
    "a blank line later": (
        "v.tsv",
        b"1\t2\n3\t4\n \n5\t6\n",
        r"line 3 of v\.tsv is empty; there must be a row on every li",
    ),
    "a blank first line": ("v.csv", b"\n1,2\n", r"line 1 of v\.csv is empty; there must be a row"),
    "decimal commas": (
        "v.tsv",
        b"1,5\t2,5\n",
        r"line 1, column 1 of v\.tsv is \"1,5\", with a decimal comma; .* \"1\.5\"",
    ),
    "decimal commas later": (
        "v.tsv",
        b"1.5\t2.5\n-3,5\t1\n",
        r"line 2, column 1 .* \"-3,5\", .* with a point: \"-3\.5\"",
    ),
    "a European .csv": (
        "v.csv",
        b"1,5;2,5\n3,5;4,5\n",
        r"line 1, column 2 of v\.csv is \"5;2\".* separated by semicolons; ",
    ),
    "semicolons": (
        "v.csv",
        b"1;2;3\n4;5;6\n",
        r"line 1 of v\.csv is one column \(it is separated by semicolons; this file",
    ),
    "tabs in a .csv": (
        "v.csv",
        b"1\t2\n3\t4\n",
        r"line 1 of v\.csv .* separated by tabs; .* must be separated by commas",
    ),
    "commas in a .tsv": (
        "v.tsv",
        b"a,1,2\nb,3,4\n",
        r"line 1 of v\.tsv .* separated by commas; .* must be separated by tabs",
    ),
    "spaces in a .tsv": (
        "v.tsv",
        b"0.1 0.2\n0.3 0.4\n",
        r"line 1 of v\.tsv .* separated by spaces; .* separated by tabs",
    ),
    "mixed separators": (
        "v.tsv",
        b"1\t2\n3 4\n",
        r"line 2 of v\.tsv .* separated by spaces; this file must be separated by",
    ),
    "spaces within a field": (
        "v.tsv",
        b"a\t0.1 0.2\n",
        r"line 1, column 2 of v\.tsv is \"0\.1 0\.2\", not a number \(it is",
    ),
    "spaces that even out": ("v.tsv", b"1\t2\t3\n4 5\t\t6\n", r"line 2, column 1 of v\.tsv is \"4 5\", not a number"),
    "not a number": ("v.tsv", b"1\t2\n3\tnan\n", r"line 2, column 2 of v\.tsv is \"nan\"; every number must be finite"),
    "infinity": (
        "v.csv",
        b"1,2\n-Infinity,3\n",
        r"line 2, column 1 of v\.csv is \"-Infinity\"; every number must be finite",
    ),
    "above float32": (
        "v.tsv",
        b"1\t2\n3\t1e39\n",
        r"line 2, column 2 of v\.tsv is \"1e39\", which is too large: float32 ends",
    ),
    "above float64": ("v.tsv", b"1\t9e999\n", r"line 1, column 2 of v\.tsv is \"9e999\", which is too large"),
    "an underscore": ("v.tsv", b"1\t1_000\n", r"line 1, column 2 of v\.tsv is \"1_000\", not a number"),
    "hexadecimal": ("v.tsv", b"1\t0x1p3\n", r"line 1, column 2 of v\.tsv is \"0x1p3\", not a number"),
    "half an exponent": ("v.tsv", b"1\t2e\n", r"line 1, column 2 of v\.tsv is \"2e\", not a number"),
    "two points": ("v.tsv", b"1\t1.2.3\n", r"line 1, column 2 of v\.tsv is \"1\.2\.3\", not a number"),
    "two signs": ("v.tsv", b"1\t--2\n", r"line 1, column 2 of v\.tsv is \"--2\", not a number"),
    "a point alone": ("v.tsv", b"1\t.\n", r"line 1, column 2 of v\.tsv is \"\.\", not a number"),
    "an expression": (
        "v.tsv",
        b"1\t__import__('os')\n",
        r"line 1, column 2 of v\.tsv is \"__import__\('os'\)\", not a num",
    ),
    "digits of another script": ("v.tsv", "1\t٣\n".encode(), r"line 1, column 2 of v\.tsv is \"٣\", not a number"),
    "a number in quotes": ("v.csv", b'1,"2"\n', r"line 1, column 2 of v\.csv is \"\"2\"\", not a number"),
    "a misspelt number in front": (
        "v.tsv",
        b"0.1x\t3\n0.2\t3\n",
        r"line 1, column 1 of v\.tsv is \"0\.1x\", not a number",
    ),
    "a word in front of numbers": (
        "v.tsv",
        b"oops\t0.5\n0.4\t0.2\n0.3\t0.1\n",
        r"line 1, column 1 of v\.tsv is \"oops\", and every other row begins with a number; put a number",
    ),
    "a very long word": (
        "v.tsv",
        b"1\t" + b"x" * 5000 + b"\n",
        r"line 1, column 2 of v\.tsv is \"x{40}…\", not a number",
    ),
    "control characters": ("v.tsv", b"1\t\x1b[31m\n", r"line 1, column 2 of v\.tsv is \"\\x1b\[31m\", not a number"),
    "a header alone": (
        "v.csv",
        b"token,d0,d1\n",
        r"v\.csv has a line that names its columns and no rows; there must be",
    ),
    "a header too short": (
        "v.csv",
        b"token,d0\na,1,2\n",
        r"line 1 of v\.csv names 2 columns; line 2 has 3; each needs a na",
    ),
    "a row below its header too short": (
        "v.csv",
        b"token,d0,d1\na,1,2\nb,1\n",
        r"line 3 of v\.csv has 1 number after its tok",
    ),
    "tokens without numbers": (
        "v.csv",
        b"word,x\ncat\ndog\n",
        r"line 2 of v\.csv has no number after its token \"cat\"; a line",
    ),
    "a token twice": (
        "v.csv",
        b"a,1\nb,2\na,3\n",
        r"line 3 of v\.csv has the token \"a\", which line 1 of v\.csv has alre",
    ),
    "a token twice below a header": (
        "v.csv",
        b"word,x\na,1\na,3\n",
        r"line 3 of v\.csv .* which line 2 of v\.csv has alread",
    ),
    "an empty token": (
        "v.tsv",
        b"a\t1\n\t2\n",
        r"line 2 of v\.tsv has an empty token; every row needs a token of its own",
    ),
    "an open quote": (
        "v.csv",
        b'a,1\n"b,2\n',
        r"line 2 of v\.csv begins with a quote that does not end before a comma; a",
    ),
    "a token too long": (
        "v.tsv",
        b"a\t1\n" + b"x" * 1001 + b"\t2\n",
        r"line 2 of v\.tsv has a token of 1,001 bytes; a token",
    ),
    "a zero byte in a token": (
        "v.tsv",
        b"a\t1\nb\0\t2\n",
        r"line 2 of v\.tsv has a token with a zero byte: \"b\\x00\"; tokens",
    ),
    "a zero byte in a number": ("v.tsv", b"1\t2\n3\t\0\n", r"line 2 of v\.tsv has a zero byte, so it is not text"),
    "bad UTF-8 in a number": (
        "v.tsv",
        b"1\t2\n3\t4\xff\n",
        r"line 2 of v\.tsv is not UTF-8 at its byte 4 \(0xFF\); save the",
    ),
    "bad UTF-8 in a token": (
        "v.tsv",
        b"a\t1\nb\xe9\t2\n",
        r"line 2 of v\.tsv has a token that is not UTF-8 at its byte 2 \(0xE9",
    ),
    "UTF-16": ("v.tsv", "1\t2\n".encode("utf-16"), r"v\.tsv is in UTF-16; save it in UTF-8"),
    "lines that end in CR": (
        "v.tsv",
        b"1\t2\r3\t4\r",
        r"v\.tsv ends its lines in CR alone; save it with lines that end in LF",
    ),
    # word2vec's text, GloVe's
    "rows missing": ("v.txt", b"3 2\na 1 2\nb 3 4\n", r"line 1 of v\.txt says 3 rows, but the lines after it number 2"),
    "rows too many": ("v.txt", b"1 2\na 1 2\nb 3 4\n", r"line 1 of v\.txt says 1 row, but the lines after it number 2"),
    "a header alone in .txt": ("v.vec", b"2 3\n", r"line 1 of v\.vec says 2 rows, but the lines after it number 0"),
    "a huge number of rows": (
        "v.txt",
        b"999999999999 3\na 1 2 3\n",
        r"line 1 of v\.txt says that it has 999,999,999,999 rows; a",
    ),
    "a huge width": (
        "v.txt",
        b"1 999999999999\na 1\n",
        r"line 1 of v\.txt says that it has 999,999,999,999 numbers in a row",
    ),
    "a header of more digits than a file has": (
        "v.txt",
        b"9" * 5000 + b" 3\na 1\n",
        r"line 1 of v\.txt has a token of 5,000 b",
    ),
    "no rows": (
        "v.txt",
        b"0 3\n",
        r"line 1 of v\.txt says that it has 0 rows of 3 numbers; a table has at least 1 row of 1 number",
    ),
    "no numbers": ("v.txt", b"1 0\na\n", r"line 1 of v\.txt says that it has 1 row of 0 numbers; a table has at least"),
    "another width than said": (
        "v.txt",
        b"2 3\na 1 2 3\nb 4 5\n",
        r"line 3 of v\.txt has 2 numbers after its token; line 1 says 3",
    ),
    "a number too many": (
        "v.txt",
        b"a 1 2\nb 3 4 5\n",
        r"line 2 of v\.txt has 3 numbers after its token; line 1 has 2, and",
    ),
    "a token without numbers": (
        "v.txt",
        b"a\nb\n",
        r"line 1 of v\.txt has no number after its token; it must be a token and num",
    ),
    "commas in .txt": (
        "v.txt",
        b"a,1,2\nb,3,4\n",
        r"line 1 of v\.txt is one column \(it is separated by commas; this file must",
    ),
    "decimal commas in .txt": (
        "v.txt",
        b"a 1.5 2\nb 1,5 2\n",
        r"line 2, column 2 of v\.txt is \"1,5\", with a decimal comma",
    ),
    "no tokens in .txt": (
        "v.txt",
        b"0.1 0.2\n0.3 0.4\n",
        r"line 1 of v\.txt begins with \"0\.1\", where a token must be; rows of",
    ),
    "an empty field in .txt": ("v.txt", b"a\t\t1\n", r"line 1, column 2 of v\.txt is empty; there must be a number"),
    "prose": ("v.txt", b"Once upon a time\n", r"line 1, column 2 of v\.txt is \"upon\", not a number"),
    "an empty token in .txt": (
        "v.txt",
        b"2 2\na 1 2\n 3 4\n",
        r"line 3 of v\.txt has an empty token; every row needs a token",
    ),
    "an empty first token in .txt": (
        "v.txt",
        b" 1 2\n",
        r"line 1 of v\.txt has an empty token; a line is a token and its num",
    ),
    "a token twice in .txt": (
        "v.vec",
        b"2 1\na 1\na 2\n",
        r"line 3 of v\.vec has the token \"a\", which line 2 of v\.vec has al",
    ),
    "a binary file called .txt": (
        "v.txt",
        word2vec(),
        r"line \d of v\.txt (has a zero byte|is not UTF-8)|but the lines after it",
    ),
    # word2vec's binary format
    "no header in .bin": (
        "v.bin",
        b"abc def\nx",
        r"v\.bin begins with \"abc def\"; word2vec's binary format begins with a line",
    ),
    "no line feed in .bin": (
        "v.bin",
        b"2 3 " * 40,
        r"v\.bin begins with \"2 3 .*; word2vec's binary format begins with a line",
    ),
    "rows missing in .bin": (
        "v.bin",
        word2vec(b"9 3\n"),
        r"v\.bin has 30 bytes after line 1; 9 rows of 3 numbers take 126 or more",
    ),
    "one row missing in .bin": (
        "v.bin",
        word2vec(b"1 3\n"),
        r"v\.bin goes on after its last row, at byte 19; line 1 says 1 row of 3 n",
    ),
    "a huge number of rows in .bin": (
        "v.bin",
        b"99999999999 3\na ",
        r"line 1 of v\.bin says that it has 99,999,999,999 rows; a",
    ),
    "a huge width in .bin": (
        "v.bin",
        b"1 99999999999\na ",
        r"line 1 of v\.bin says that it has 99,999,999,999 numbers in a row",
    ),
    "within the limits, but not there": (
        "v.bin",
        b"1000 45\na ",
        r"v\.bin has 2 bytes after line 1; 1,000 rows of 45 numbers take 182,000 or more",
    ),
    "another width in .bin": (
        "v.bin",
        word2vec(b"2 2\n"),
        r"row 2 of v\.bin, at byte 15,|goes on after its last row, at byte",
    ),
    "bad UTF-8 in .bin": (
        "v.bin",
        word2vec(tokens=(b"a", b"\xff")),
        r"row 2 of v\.bin, at byte 20, has a token that is not UTF-8",
    ),
    "a token twice in .bin": (
        "v.bin",
        word2vec(tokens=(b"a", b"a")),
        r"row 2 of v\.bin has the token \"a\", which row 1 of v\.bin",
    ),
    "an empty token in .bin": (
        "v.bin",
        word2vec(tokens=(b"a", b"")),
        r"row 2 of v\.bin, at byte 20, has an empty token; every",
    ),
    "no token in .bin": (
        "v.bin",
        b"1 600\n" + b"x" * 2500,
        r"row 1 of v\.bin, at byte 7, has no space after its token",
    ),
    "NaN in .bin": (
        "v.bin",
        word2vec(table=TABLE * [1, np.nan, 1]),
        r"number 2 of row 1 of v\.bin is nan; every number must be",
    ),
    "text called .bin": (
        "v.bin",
        b"1 3\na 1.5 2.5 3.5\n",
        r"v\.bin has its numbers in text, not in binary; word2vec's text format is called",
    ),
    # .npy
    "something else called .npy": (
        "v.npy",
        b"1\t2\n",
        r"v\.npy begins with \"1\\t2\\n\"; an array of numpy's begins with",
    ),
    "a pickle called .npy": (
        "v.npy",
        pickle.dumps(OBJECTS),
        r"v\.npy begins with \"\\x80.*; an array of numpy's begins with",
    ),
    "an unknown version": (
        "v.npy",
        b"\x93NUMPY\x07\x00",
        r"v\.npy is of numpy's format 7; numpy\.save writes formats 1 to 3",
    ),
    "a header too long": (
        "v.npy",
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        r"v\.npy says that its header has 4,294,967,295 bytes; it m",
    ),
    "a header cut short": ("v.npy", npy(TABLE)[:40], r"v\.npy is cut short: it ends in its header"),
    "a header that is no dictionary": (
        "v.npy",
        b"\x93NUMPY\x01\x00\x03\x00[1]",
        r"v\.npy has the header \"\[1\]\"; there must be",
    ),
    "a header to evaluate": (
        "v.npy",
        npy_of("__import__('os')", "(2, 3)"),
        r"v\.npy has the header .*; there must be one type",
    ),
    "a header nested deeply": (
        "v.npy",
        npy_of("'<f4'", nested(4000).decode()),
        r"v\.npy has the header .*; there must be",
    ),
    "a negative size": ("v.npy", npy_of("'<f4'", "(-2, 3)"), r"v\.npy has the header .*; there must be one type"),
    "a size of a thousand digits": (
        "v.npy",
        npy_of("'<f4'", f"({'9' * 1000}, 3)"),
        r"v\.npy has the header .*; there must",
    ),
    "records": ("v.npy", npy(np.zeros(2, dtype="f4,i4")), r"v\.npy has the header .*; there must be one type 'descr'"),
    "objects": (
        "v.npy",
        npy(OBJECTS, allow_pickle=True),
        r"v\.npy holds pickled Python objects \(\"\|O\"\), which are never o",
    ),
    "whole numbers": (
        "v.npy",
        npy(TABLE.astype("<i8")),
        r"v\.npy holds whole numbers \(\"<i8\"\); vectors are float16, floa",
    ),
    "truth values": ("v.npy", npy(TABLE > 0), r"v\.npy holds truth values \(\"\|b1\"\); vectors are float16"),
    "complex numbers": ("v.npy", npy(TABLE * 1j), r"v\.npy holds complex numbers \(\"<c16\"\); vectors are float16"),
    "long doubles": (
        "v.npy",
        npy_of("'<f16'", "(1, 1)", b"\0" * 16),
        r"v\.npy holds numbers of another size \(\"<f16\"\); vectors",
    ),
    "strings": ("v.npy", npy(np.array([["a"]])), r"v\.npy holds strings \(\"<U1\"\); vectors are float16"),
    "one axis": (
        "v.npy",
        npy(TABLE[0]),
        r"v\.npy is of shape \(3,\); a table has two axes, rows and the numbers of a row \(one row",
    ),
    "three axes": (
        "v.npy",
        npy(TABLE[None]),
        r"v\.npy is of shape \(1, 2, 3\); a table has two axes, rows and the numb",
    ),
    "no axes": ("v.npy", npy(np.float64(1)), r"v\.npy is of shape \(\); a table has two axes"),
    "no rows in .npy": (
        "v.npy",
        npy(TABLE[:0]),
        r"v\.npy has 0 rows of 3 numbers; a table has at least 1 row of 1 number",
    ),
    "a huge shape": (
        "v.npy",
        npy_of("'<f4'", "(4000000000, 4000000000)"),
        r"v\.npy has 4,000,000,000 rows; a table may have",
    ),
    "a shape that is not there": (
        "v.npy",
        npy_of("'<f8'", "(450, 100)"),
        r"v\.npy is cut short: .* it has 360,\d+ bytes, not \d+",
    ),
    "a byte missing": (
        "v.npy",
        npy(TABLE)[:-1],
        r"v\.npy is cut short: with the shape \(2, 3\) it has 176 bytes, not 175",
    ),
    "a byte too many": ("v.npy", npy(TABLE) + b"\0", r"v\.npy goes on behind its array: .* it has 176 bytes, not 177"),
    "NaN in .npy": ("v.npy", npy(TABLE * [1, 1, np.nan]), r"^\[0, 2\] of v\.npy is nan; every number must be finite"),
    "infinity in columns": (
        "v.npy",
        npy(np.asfortranarray(TABLE - [[0], [np.inf]])),
        r"^\[1, 0\] of v\.npy is -inf; every",
    ),
    "above float32 in .npy": (
        "v.npy",
        npy(TABLE * 1e39),
        r"^\[0, 0\] of v\.npy is 2\.5e\+38|\[0, 1\] of v\.npy is -1\.5e\+39, whi",
    ),
    "packed .npy": (
        "v.npy.gz",
        gzip.compress(npy(TABLE)),
        r"v\.npy\.gz is packed by gzip, which only text and \.bin may be; unpack",
    ),
    # .npz
    "something else called .npz": (
        "v.npz",
        b"1\t2\n",
        r"v\.npz does not end as a \.npz does; it is cut short, or numpy\.savez",
    ),
    "a .npy called .npz": ("v.npz", npy(TABLE), r"v\.npz does not end as a \.npz does"),
    "an empty archive": ("v.npz", zipped({}), r"v\.npz has no arrays; a \.npz is what numpy\.savez writes"),
    "an archive of texts": (
        "v.npz",
        zipped({"a.txt": b"1"}),
        r"v\.npz has no arrays; a \.npz is what numpy\.savez writes",
    ),
    "two tables": ("v.npz", npz(v=TABLE, w=TABLE), r"v\.npz has 2 tables; choose \"v\" \(2 × 3\) or \"w\" \(2 × 3\)"),
    "no table": (
        "v.npz",
        npz(v=TABLE[0], w=TABLE[0]),
        r"none of the 2 arrays of v\.npz is a table: \"v\" of v\.npz is of sha",
    ),
    "objects in .npz": (
        "v.npz",
        npz(v=OBJECTS),
        r"\"v\" of v\.npz holds pickled Python objects \(\"\|O\"\), which are neve",
    ),
    "tokens that are objects": (
        "v.npz",
        npz(v=TABLE, words=OBJECTS),
        r"\"words\" of v\.npz holds pickled Python objects, which",
    ),
    "too few tokens": (
        "v.npz",
        npz(v=TABLE, tokens=["a"]),
        r"\"tokens\" of v\.npz has 1 token; \"v\" has 2 rows, of which each",
    ),
    "lists of strings": (
        "v.npz",
        npz(v=TABLE, x=["a", "b"], y=["c", "d"]),
        r"v\.npz has 2 lists of strings; call the one with",
    ),
    "a token twice in .npz": (
        "v.npz",
        npz(v=TABLE, tokens=["a", "a"]),
        r"\[1\] of \"tokens\" of v\.npz has the token \"a\", which \[",
    ),
    "an empty token in .npz": (
        "v.npz",
        npz(v=TABLE, tokens=["a", ""]),
        r"\[1\] of \"tokens\" of v\.npz has an empty token; every",
    ),
    "a surrogate in .npz": (
        "v.npz",
        npz(v=TABLE, tokens=["a", "\ud800"]),
        r"\[1\] of \"tokens\" of v\.npz is not Unicode text; a",
    ),
    "bad UTF-8 in .npz": (
        "v.npz",
        npz(v=TABLE, tokens=[b"a", b"\xff"]),
        r"\[1\] of \"tokens\" of v\.npz has a token that is not UTF-8",
    ),
    "strings too long": (
        "v.npz",
        npz(v=TABLE, tokens=["a", "b" * 1001]),
        r"\"tokens\" of v\.npz has strings of 4,004 bytes; a tok",
    ),
    "two arrays of one name": (
        "v.npz",
        zipped({"v.npy": npy(TABLE), "w.npy": npy(TABLE)}).replace(b"w.npy", b"v.npy"),
        r"v\.npz has two arrays called \"v\"; every array needs a name of its own",
    ),
    "packed in another way": (
        "v.npz",
        zipped({"v.npy": npy(TABLE)}, method=zipfile.ZIP_LZMA),
        r"\"v\" of v\.npz is encrypted or not packed as numpy does; save it with numpy\.savez",
    ),
    "a list of contents too long": (
        "v.npz",
        npz(v=TABLE)[:-10] + struct.pack("<IIH", 2_000_000, 0, 0),
        r"v\.npz lists too many contents; save a \.npz with the vectors and the tokens alone",
    ),
    "a zip bomb": (
        "v.npz",
        zipped({"v.npy": npy(np.zeros((450, 100))) + b"\0" * 20_000_000}),
        r"\"v\" of v\.npz unpacks to 20,360,128 bytes; an array may unpack to 1 MB",
    ),
    "a zip bomb that lies": (
        "v.npz",
        changed_sizes(zipped({"v.npy": npy(TABLE) + b"\0" * 20_000_000}), len(npy(TABLE))),
        r"v\.npz is damaged \(Bad CRC-32 .*\); save it again with numpy\.savez",
    ),
    "a header that unpacks to more": (
        "v.npz",
        zipped({"v.npy": npy_of("'<f8'", "(450, 100)", b"\0" * 20_000_000)}),
        r"\"v\" of v\.npz unpacks to 20,000,\d+ bytes; an array may unpack to 1 MB",
    ),
    "an array shorter than its header": (
        "v.npz",
        zipped({"v.npy": npy_of("'<f8'", "(450, 100)", b"\0" * 100)}),
        r"\"v\" of v\.npz is cut short: with the shape \(450, 100\) it has 360,\d+ bytes, not \d+",
    ),
    "a changed byte": (
        "v.npz",
        npz(v=TABLE).replace(TABLE.tobytes(), (TABLE + 1).tobytes()),
        r"v\.npz is damaged \(Bad CRC-32 for file 'v\.npy'\); save it again with numpy\.savez",
    ),
    # .safetensors
    "shorter than a length": ("v.safetensors", b"abc", r"v\.safetensors is cut short: its header has"),
    "a huge header": (
        "v.safetensors",
        b"\xff" * 8 + b"{}",
        r"says that it has a header of 18,446,744,073,709,551,615 bytes; it",
    ),
    "a header cut short in .safetensors": (
        "v.safetensors",
        save({"v": TABLE})[:30],
        r"is cut short: its header has 64 bytes and",
    ),
    "no JSON": (
        "v.safetensors",
        safetensors_of(b"{'v': 1}"),
        r"v\.safetensors has a header that is not JSON \(Expecting prop",
    ),
    "nested JSON": (
        "v.safetensors",
        safetensors_of(nested(30_000)),
        r"v\.safetensors has a header that is not JSON \(maximum re",
    ),
    "bad UTF-8 in a header": (
        "v.safetensors",
        safetensors_of(b'{"\xff": 1}'),
        r"v\.safetensors has a header that is not JSON",
    ),
    "a list": (
        "v.safetensors",
        safetensors_of([1, 2]),
        r"v\.safetensors has a header that does not give .* a type, a shape, and",
    ),
    "no shape": (
        "v.safetensors",
        safetensors_of({"v": {"dtype": "F32"}}),
        r"does not give \"v\" a type, a shape, and its place",
    ),
    "a size that is not whole": (
        "v.safetensors",
        safetensors_of({"v": entry(shape=(2, 1.5))}),
        r"does not give \"v\" a type",
    ),
    "a negative size in .safetensors": (
        "v.safetensors",
        safetensors_of({"v": entry(shape=(-2, 3))}),
        r"does not give \"v\" a",
    ),
    "numbers that end before they begin": (
        "v.safetensors",
        safetensors_of({"v": entry(begin=25)}),
        r"does not give \"v\" a typ",
    ),
    "no tensors": ("v.safetensors", safetensors_of({}), r"v\.safetensors has no tensors; there must be one of rows"),
    "a huge shape in .safetensors": (
        "v.safetensors",
        safetensors_of({"v": entry(shape=(4_000_000_000, 4_000_000_000))}, FLOATS),
        r"\"v\" of v\.safetensors has 24 bytes; F32 of shape \(4000000000, 4000000000\) has 64,000,000,000,000,000,000",
    ),
    "numbers that are not there": (
        "v.safetensors",
        safetensors_of({"v": entry(shape=(450, 100), end=180_000)}, FLOATS),
        r"\"v\" of v\.safetensors ends at byte 180,000 of the numbers; the file has 24, so it is cut short",
    ),
    "more numbers than tensors": (
        "v.safetensors",
        safetensors_of({"v": entry()}, FLOATS + b"\0"),
        r"v\.safetensors has 25 bytes of numbers; its header says 24, so it is damaged",
    ),
    "whole numbers in .safetensors": (
        "v.safetensors",
        save({"v": TABLE.astype("i4")}),
        r"holds \"I32\"; vectors are F16, BF16",
    ),
    "an unknown type": (
        "v.safetensors",
        safetensors_of({"v": entry("F4")}, FLOATS),
        r"holds \"F4\"; vectors are F16, BF16, F32",
    ),
    "one axis in .safetensors": ("v.safetensors", save({"v": TABLE[0]}), r"is of shape \(3,\); a table has two axes"),
    "two tensors": (
        "v.safetensors",
        save({"v": TABLE, "w": TABLE[:1]}),
        r"has 2 tables; choose \"v\" \(2 × 3\) or \"w\" \(1 × 3\)",
    ),
    "NaN in .safetensors": (
        "v.safetensors",
        save({"v": TABLE * np.nan}),
        r"\[0, 0\] of \"v\" of v\.safetensors is nan; every num",
    ),
    "tokens that are no list": (
        "v.safetensors",
        save({"v": TABLE}, {"tokens": "a b"}),
        r"\"tokens\" in its metadata that are no",
    ),
    "too few tokens in the metadata": (
        "v.safetensors",
        save({"v": TABLE}, {"tokens": '["a"]'}),
        r"has 1 token in its metadata; \"v",
    ),
    "a surrogate in the metadata": (
        "v.safetensors",
        save({"v": TABLE}, {"tokens": '["a", "\\ud800"]'}),
        r"\[1\] of the tokens of v\.safetensors has a token that is not UTF-8",
    ),
    # .gz
    "something else called .gz": (
        "v.tsv.gz",
        b"1\t2\n",
        r"v\.tsv\.gz is damaged or cut short and cannot be unpacked \(Not a gz",
    ),
    "a .gz cut short": (
        "v.tsv.gz",
        gzip.compress(b"1\t2\n")[:-3],
        r"v\.tsv\.gz is damaged or cut short and cannot be unpacked",
    ),
    "a .gz with a changed byte": (
        "v.tsv.gz",
        gzip.compress(b"1\t2\n", mtime=0).replace(gzip.compress(b"1\t2\n", mtime=0)[-8:-4], b"abcd"),
        r"v\.tsv\.gz is damaged or cut short and cannot be unpacked \(CRC check failed",
    ),
    "a bomb of .gz": (
        "v.tsv.gz",
        gzip.compress(b"0" * 20_000_000),
        r"v\.tsv\.gz unpacks to more than 1 MB, which is the limit",
    ),
    "an empty .gz": ("v.tsv.gz", gzip.compress(b""), r"v\.tsv\.gz is empty; it must hold at least one row"),
    "a fault in a .gz": ("v.tsv.gz", gzip.compress(b"1\t2\n3\n"), r"line 2 of v\.tsv\.gz has 1 number; line 1 has 2"),
    # Metadata
    "too few lines": (*PAIR, ("m.tsv", b"a\n"), r"m\.tsv has 1 row; v\.tsv has 2, and there must be as many"),
    "a header of one column": (
        *PAIR,
        ("m.tsv", b"word\na\nb\n"),
        r"m\.tsv has 3 rows; .* one column has no line that names it",
    ),
    "several columns without a header": (
        *PAIR,
        ("m.tsv", b"a\t1\nb\t2\n"),
        r"m\.tsv has 1 row and a header; .* a line that names",
    ),
    "columns missing": (
        *PAIR,
        ("m.tsv", b"x\ty\na\t1\nb\n"),
        r"line 3 of m\.tsv has 1 column; line 1 names 2, and every line must",
    ),
    "a blank line of metadata": (
        *PAIR,
        ("m.tsv", b"\na\n"),
        r"line 1 of m\.tsv has an empty token; every row needs a token of its",
    ),
    "a token twice in metadata": (
        *PAIR,
        ("m.tsv", b"a\na\n"),
        r"line 2 of m\.tsv has the token \"a\", which line 1 of m\.tsv has",
    ),
    "bad UTF-8 in metadata": (
        *PAIR,
        ("m.tsv", b"a\n\xe9\n"),
        r"line 2 of m\.tsv has a token that is not UTF-8 at its byte 1 \(0xE9\)",
    ),
    "a token too long in metadata": (
        *PAIR,
        ("m.tsv", b"a\n" + b"b" * 2000),
        r"line 2 of m\.tsv has a token of 2,000 bytes; a to",
    ),
    "empty metadata": (*PAIR, ("m.tsv", b""), r"m\.tsv is empty; it must hold at least one row"),
    "metadata of no text": (
        *PAIR,
        ("m.npy", npy(TABLE)),
        r"m\.npy is of no known format; the name must end in \.tsv, \.txt or",
    ),
}
SMALL = replace(LIMITS, rows=1000, dim=1000, numbers=45_000, file_bytes=100_000, unpacked_bytes=1_000_000)


def refusal(filename: str, data: bytes, **keywords) -> str:
    with pytest.raises(UploadError) as caught:
        read_upload(filename, data, **keywords)
    return str(caught.value)


def test_there_are_many_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES)
def test_a_malformed_file_is_refused_in_one_sentence_and_little_memory(case):
    filename, data, *beside, expected = CASES[case]
    width = 100 if case == "too wide" else 1000
    tracemalloc.start()
    try:
        sentence = refusal(filename, data, metadata=beside[0] if beside else None, limits=SMALL, max_dim=width)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert re.search(expected, sentence), sentence
    assert sentence.isprintable() and len(sentence) < 500 and not sentence.endswith(".")
    assert peak < SLACK + 4 * len(data)


def test_nothing_of_a_refused_file_stays():
    data = npy(np.vstack([np.ones((20_000, 100)), np.full((1, 100), np.nan)]).astype("<f4"))
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        with pytest.raises(UploadError) as caught:
            read_upload("v.npy", data)
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert "[20000, 0] of v.npy is nan" in str(caught.value)
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    assert kept < 200_000  # the exception is at hand, and with it whatever its traceback holds; the array had 8 MB


def test_a_file_is_refused_before_memory_is_taken_for_it():
    """Sizes within the limits, of which the file has none."""
    rows, dim = 200_000, 500
    files = {
        "v.npy": npy_of("'<f4'", f"({rows}, {dim})"),
        "v.npz": zipped({"v.npy": npy_of("'<f4'", f"({rows}, {dim})")}),
        "v.bin": f"{rows} {dim}\na ".encode(),
        "v.txt": b"a" + b" 1" * dim + b"\n" + b"a\n" * (rows - 1),
        "v.tsv": b"1\t" * dim + b"1\n" + b"1\n" * (rows - 1),
        "v.safetensors": safetensors_of({"v": entry(shape=(rows, dim), end=4 * rows * dim)}),
    }
    for filename, data in files.items():
        tracemalloc.start()
        try:
            refusal(filename, data)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < SLACK + 8 * len(data), filename  # the table would take 400 MB


# Files cut short


LINES = {
    "v.tsv": b"0.25\t-1.5e-3\t+7\n.5\t12.\t-0\n1e2\t3\t4.75\n",
    "labelled.tsv": b"cat\t0.25\t-1.5e-3\nd g\t.5\t12.\n\xc3\xa9\t3\t4.75\n",
    "v.csv": b'token,d0,d1\ncat,0.25,-1.5e-3\n"a ""b"", c",.5,12.\n\xc3\xa9,3,4.75\n',
    "glove.txt": b"cat 0.25 -1.5e-3\ndog .5 12.\n\xc3\xa9 3 4.75\n",
    "v.vec": b"3 2\ncat 0.25 -1.5e-3\ndog .5 12.\n\xc3\xa9 3 4.75\n",
}
BINARY = {
    "v.bin": word2vec(tokens=(b"cat", b"\xc3\xa9"), end=b""),
    "v.npy": npy(TABLE),
    "fortran.npy": npy(np.asfortranarray(TABLE)),
    "v.npz": npz(vectors=TABLE, tokens=["cat", "é"]),
    "packed.npz": zipped({"vectors.npy": npy(TABLE), "tokens.npy": npy(np.array(["cat", "é"]))}),
    "v.safetensors": save({"vectors": TABLE}, {"tokens": '["cat", "é"]'}),
    "v.tsv.gz": gzip.compress(LINES["v.tsv"]),
    "v.bin.gz": gzip.compress(word2vec()),
}
SEPARATOR = {"v.tsv": "\t", "labelled.tsv": "\t", "v.csv": ",", "glove.txt": " ", "v.vec": " "}


def plainly(filename: str, data: bytes) -> tuple[list[str], list[list[float]]]:
    """What the lines of a file say, with as few rules as there can be."""
    tokens, rows = [], []
    for line in data.decode("utf-8").replace('"a ""b"", c"', "a b c").splitlines():
        fields = line.split(SEPARATOR[filename])
        if filename != "v.tsv":
            tokens.append(fields.pop(0))
        if fields[0] != "d0":
            rows.append([float(np.float32(float(field))) for field in fields])
    return tokens, rows


@pytest.mark.parametrize("filename", BINARY)
def test_a_binary_file_cut_anywhere_is_refused(filename):
    data = BINARY[filename]
    read_upload(filename, data)
    for length in range(len(data)):
        assert refusal(filename, data[:length]).isprintable()


@pytest.mark.parametrize("filename", LINES)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_text_cut_anywhere_is_refused_or_read_as_it_stands(filename, ends):
    """A cut within the last number cannot be seen if what is left is a number; any other number is the file's own."""
    data = LINES[filename].replace(b"\n", ends)
    whole = read_upload(filename, data)
    for length in range(len(data)):
        part = data[:length]
        try:
            table = read_upload(filename, part)
        except UploadError as error:
            assert str(error).isprintable()
            assert not (filename in ("v.tsv", "labelled.tsv", "glove.txt") and part.endswith(ends))
            continue
        rows, width = table.vectors.shape
        full = whole.vectors[:rows, :width]
        assert table.vectors[:-1].equal(full[:-1]) and table.vectors[-1, :-1].equal(full[-1, :-1])
        assert width == whole.vectors.shape[1] or rows == 1
        last = re.split(rb"[\t, ]", part.rstrip())[-1]
        assert table.vectors[-1, -1] == np.float32(float(last))
        assert table.tokens == (
            whole.tokens[:rows] if "vec" in filename or filename != "v.tsv" else ("0", "1", "2")[:rows]
        )
        assert filename != "v.vec" or rows == 3


def test_metadata_cut_anywhere_is_refused_or_lacks_the_end_of_its_last_token():
    data = b"word\tcount\ncat\t3\n\xc3\xa9t\xc3\xa9\t4\n"
    for length in range(len(data)):
        try:
            table = read_upload(*PAIR, metadata=("m.tsv", data[:length]))
        except UploadError:
            continue
        assert table.tokens == ("cat", "été")  # "4" may be missing, which is not read
    single = b"cat\n\xc3\xa9t\xc3\xa9\n"
    for length in range(len(single)):
        try:
            table = read_upload(*PAIR, metadata=("m.tsv", single[:length]))
        except UploadError:
            continue
        assert table.tokens[0] == "cat" and "été".startswith(table.tokens[1])


# Anything at all


def attempt(filename: str, data: bytes) -> None:
    """Read a file that may be anything: either it is a table that keeps every promise, or it is refused."""
    try:
        tensor_choices(filename, data, limits=SMALL)
        table = read_upload(filename, data, limits=SMALL)
    except UploadError as error:
        assert str(error).isprintable()
        return
    assert isinstance(table, EmbeddingTable)
    assert table.vectors.isfinite().all() and len(set(table.tokens)) == len(table.tokens) == len(table.vectors)
    assert all(table.tokens)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SUFFIXES), st.binary(max_size=200), st.booleans())
def test_random_bytes_are_refused_or_read(suffix, data, packed):
    attempt(f"v{suffix}", data)
    attempt(f"v{suffix}.gz", gzip.compress(data) if packed else data)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from([".tsv", ".csv", ".txt"]), st.text('01.5e-+\t, "\n\raé;_', max_size=60))
def test_random_text_of_numbers_is_refused_or_read(suffix, text):
    attempt(f"v{suffix}", text.encode())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_file_with_some_bytes_changed_is_refused_or_read(data):
    filename, valid = data.draw(st.sampled_from([*BINARY.items(), *LINES.items()]))
    damaged = bytearray(valid)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        kind = data.draw(st.sampled_from(("change", "remove", "insert")))
        if kind == "remove" and len(damaged) > 1:
            del damaged[at]
        else:
            damaged[at : at + (kind == "change")] = data.draw(st.binary(min_size=1, max_size=4))
    attempt(filename, bytes(damaged))


@pytest.mark.parametrize("filename", BINARY)
def test_every_byte_of_a_binary_file_may_be_changed(filename):
    for at in range(len(BINARY[filename])):
        for change in (0x00, 0xFF, 0x80):
            damaged = bytearray(BINARY[filename])
            damaged[at] ^= change or 0x01
            attempt(filename, bytes(damaged))


def test_the_piece_that_is_read_at_once_is_far_below_what_a_refusal_may_take():
    assert 10 * CHUNK_BYTES < SLACK
