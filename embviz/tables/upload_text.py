"""Tables in text: TSV and CSV, word2vec and GloVe, and the metadata file that belongs to a table without tokens.

A file is read twice, in pieces. The first pass counts lines, so that the array is made once and has the right size; the
second parses. A piece that is nothing but numbers, as many on each line as there should be, is read at once
(`read_decimals`); any other is read line by line, by the rules below, to find the fault, or that there is none (spaces
around commas, say). Decimals are read as doubles and rounded to float32.

Conventions. Lines end in LF or CRLF, the last one need not; blank lines may follow it. Text is UTF-8, with or without a
byte order mark. Lines, columns and bytes are counted from 1, the column of tokens included.
- .tsv is separated by tabs, .csv by commas (a token there may be in double quotes, RFC 4180). A first line that names
  the columns is skipped. The first column holds tokens if the header calls it so ("token", "word", "") or, failing
  that, if the first row does not begin with a number.
- .txt and .vec hold a token and its numbers a line, separated by spaces, or by tabs where line 1 has them. A first line
  of two whole numbers is word2vec's: rows, and numbers a row; GloVe has none. A token may have spaces as long as what
  follows them cannot be a number.
- Metadata is the Embedding Projector's: one column without a header, or several with a header; the column of tokens is
  the one with a name of `TOKEN_NAMES`, or the first.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embviz.tables.upload_decimals import read_decimals
from embviz.tables.upload_file import (
    CHUNK_BYTES,
    TOKEN_NAMES,
    Rows,
    UploadError,
    UploadFile,
    counted,
    decoded,
    empty_table,
    shown,
)

ROW_NAMES = ("", "id", "index", "key", "row", "item", "unnamed: 0")
"""What a header may call a first column that is not numbers of the vector."""

BLOCK_BYTES = CHUNK_BYTES // 4  # of text parsed at once: a line of two bytes takes a hundred as Python's bytes
NUMBER = re.compile(rb"[+-]?+(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?+\d++)?+")
NOT_FINITE = re.compile(rb"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
DECIMAL_COMMA = re.compile(rb"[+-]?+\d*+,\d++")
STARTS_A_NUMBER = re.compile(rb"[+-]?[.,]?\d")
STARTS_A_DECIMAL = re.compile(rb"[+-]?\d*+[.,]\d")
QUOTED_TOKEN = re.compile(rb'"((?:[^"]|"")*+)",')
WORD2VEC_HEADER = re.compile(rb"(\d{1,18})[ \t]+(\d{1,18})")
SEPARATORS = {b"\t": "tabs", b",": "commas", b";": "semicolons", b" ": "spaces"}
MARK = b"\xef\xbb\xbf"  # U+FEFF, the byte order mark


@dataclass(frozen=True, slots=True)
class _Text:
    """What one pass over a file finds: where its text starts, how many lines it has, and the first two of them.

    Blank lines at the end do not count. `crlf` says whether most lines end in CRLF.
    """

    start: int
    lines: int
    crlf: bool
    head: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a line becomes a token and numbers.

    `header` counts the lines before the rows; `labelled` says whether a token is in front, `guessed` that no header
    said so; `dim` is how many numbers a row has, and `says` the line that says it.
    """

    separator: bytes
    header: int
    labelled: bool
    guessed: bool
    dim: int
    says: str


def read_separated(file: UploadFile) -> Rows:
    """The rows of a .tsv or .csv file."""
    text = _survey_of_numbers(file)
    return _read_rows(file, text, _separated_layout(file, text, b"," if file.suffix == ".csv" else b"\t"))


def read_words(file: UploadFile) -> Rows:
    """The rows of word2vec's or GloVe's text."""
    text = _survey_of_numbers(file)
    return _read_rows(file, text, _words_layout(file, text))


def read_metadata(file: UploadFile, vectors: Rows, vectors_name: str) -> Rows:
    """`vectors` with the tokens of a metadata file, one line a row."""
    text = _survey(file, blank=b"\n")
    separator = b"," if file.suffix == ".csv" else b"\t"
    names = _cells(text.head[0], separator)
    header = int(len(names) > 1)
    rows = len(vectors.vectors)
    if text.lines - header != rows:
        hint = "" if header or text.lines != rows + 1 else "; a metadata file of one column has no line that names it"
        if header and text.lines == rows:
            hint = "; a metadata file of several columns begins with a line that names them"
        raise UploadError(
            f"{file.name} has {counted(text.lines - header, 'row')}{' and a header' * header}; {vectors_name} has "
            f"{rows:,}, and there must be as many{hint}"
        )
    known = [name.decode("utf-8", "replace").strip().lower() for name in names]
    column = next((known.index(name) for name in TOKEN_NAMES if name in known), 0)
    tokens = []
    for first, lines in _blocks(file, text, header):
        for number, line in enumerate(lines, first):
            cells = [line]
            if header:
                cells = _cells(line, separator)
                if len(cells) != len(names):
                    raise UploadError(
                        f"line {number} of {file.name} has {counted(len(cells), 'column')}; line 1 names {len(names)}, "
                        "and every line must have as many"
                    )
            elif separator == b"," and b'"' in line:
                cells = _cells(line, separator)
            tokens.append(decoded(cells[column], lambda number=number: f"line {number} of {file.name}", file.limits))
    return Rows(vectors.vectors, tokens, lambda row: f"line {row + header + 1} of {file.name}")


def _survey(file: UploadFile, *, blank: bytes) -> _Text:
    """The survey of a file in which lines of `blank` characters are blank; CR is one of them if lines end in CRLF."""
    file.seek(0)
    head = file.read(3)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UploadError(f"{file.name} is in UTF-16; save it in UTF-8")
    start = len(MARK) if head == MARK else 0
    file.seek(start)
    head = file.read(2 * _longest_line(file))
    file.seek(start)
    ends = crlf = lines = lines_of_crlf = 0
    last = b""
    while piece := file.read(CHUNK_BYTES):
        crlf += (last + piece).count(b"\r\n")
        last = b"\r" if piece.endswith(b"\r") else b""
        if content := piece.rstrip(blank):
            lines = ends + content.count(b"\n") + 1
        if content := piece.rstrip(blank + b"\r"):
            lines_of_crlf = ends + content.count(b"\n") + 1
        ends += piece.count(b"\n")
    is_crlf = 2 * crlf > ends
    lines = lines_of_crlf if is_crlf else lines
    if not lines:
        raise UploadError(f"{file.name} has no rows; it holds nothing but blank lines")
    if lines > file.limits.rows + 1:  # and one that names the columns
        raise UploadError(f"{file.name} has {lines:,} lines; a table may have at most {file.limits.rows:,} rows")
    first, *others = head.split(b"\n", 2)
    if len(first) > _longest_line(file):
        raise _too_long(file, 1)
    return _Text(start, lines, is_crlf, (first.removesuffix(b"\r"), *others[: lines > 1]))


def _survey_of_numbers(file: UploadFile) -> _Text:
    """The survey of a file whose every line ends in numbers, so that a blank one is no row."""
    text = _survey(file, blank=b"\r\n\t ")
    for number, line in enumerate(text.head, 1):
        if not line.strip(b" \r\t"):
            raise _empty(number, file)
    if text.lines == 1 and b"\r" in text.head[0].strip(b"\r"):
        raise UploadError(f"{file.name} ends its lines in CR alone; save it with lines that end in LF or CRLF")
    return text


def _longest_line(file: UploadFile) -> int:
    return file.limits.token_bytes + 64 * max(file.limits.dim, 1024)  # 1024, so that metadata have room


def _too_long(file: UploadFile, number: int) -> UploadError:
    return UploadError(
        f"line {number} of {file.name} has more than {_longest_line(file):,} bytes, the most that a line may have "
        f"(a row may have at most {file.limits.dim:,} numbers)"
    )


def _empty(number: int, file: UploadFile) -> UploadError:
    return UploadError(f"line {number} of {file.name} is empty; there must be a row on every line up to the last")


def _blocks(file: UploadFile, text: _Text, header: int) -> Iterator[tuple[int, list[bytes]]]:
    """The lines after `header`, without their ends, some at a time: the number of the first, and all of them."""
    file.seek(text.start)
    done, rest = 0, b""
    while done < text.lines:
        piece = file.read(BLOCK_BYTES)
        block = rest + piece
        end = block.rfind(b"\n") + 1 if piece else len(block)
        block, rest = block[:end], block[end:]
        if len(rest) > _longest_line(file):
            raise _too_long(file, done + block.count(b"\n") + 1)
        if text.crlf:
            block = block.replace(b"\r\n", b"\n")
            block = block if piece else block.removesuffix(b"\r")
        lines = block.removesuffix(b"\n").split(b"\n") if block else []
        lines = lines[: text.lines - done]
        skipped = max(header - done, 0)
        if len(lines) > skipped:
            yield done + skipped + 1, lines[skipped:]
        done += len(lines)
        if not piece:
            return


def _read_rows(file: UploadFile, text: _Text, layout: _Layout) -> Rows:
    rows, dim = text.lines - layout.header, layout.dim
    file.limits.check_shape(file.name, rows, dim)
    # A row takes a digit a number and what separates them: where the file is too small for its lines, one is too short.
    vectors = empty_table(file.name, min(rows, file.size // (2 * dim - 1) + 1), dim)
    tokens: list[str] = []
    row = 0
    for first, lines in _blocks(file, text, layout.header):
        labels, values = _parsed(lines, layout) or _parsed_line_by_line(lines, first, layout, file)
        vectors[row : row + len(lines)] = values
        row += len(lines)
        if labels is not None:
            tokens.extend(_decoded_labels(labels, first, file))
    if layout.guessed and rows > 1 and all(_is_decimal(token.encode()) for token in tokens[1:]):
        raise UploadError(
            f"line {layout.header + 1}, column 1 of {file.name} is {shown(tokens[0])}, and every other row begins with "
            'a number; put a number there, or call the column "token" in a first line'
        )
    return Rows(
        vectors, tokens if layout.labelled else None, lambda row: f"line {row + layout.header + 1} of {file.name}"
    )


def _decoded_labels(labels: list[bytes], first: int, file: UploadFile) -> list[str]:
    try:
        if all(labels) and max(map(len, labels)) <= file.limits.token_bytes:
            joined = b"\n".join(labels)
            if b"\0" not in joined:
                return joined.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        pass
    return [
        decoded(label, lambda number=number: f"line {number} of {file.name}", file.limits)
        for number, label in enumerate(labels, first)
    ]


# How the numbers of a line are found.


def _parsed(lines: list[bytes], layout: _Layout) -> tuple[list[bytes] | None, NDArray[np.float32]] | None:
    """Tokens and numbers of these lines, or None if not each of them is exactly as it should be."""
    separator, labels, bodies = layout.separator, None, lines
    if layout.labelled:
        if separator == b"," and any(line.startswith(b'"') for line in lines):
            parts = [_partitioned(line, separator) for line in lines]
        else:
            parts = [line.partition(separator) for line in lines]
        labels, bodies = [part[0] for part in parts], [part[2] for part in parts]
    if bodies[0].endswith((b" ", b"\r")):
        bodies = [body.rstrip(b" \r") for body in bodies]
    text = b"\n".join([*bodies, b""])
    if separator == b",":
        text = text.replace(b", ", b",")
    values = read_decimals(text, separator, len(lines), layout.dim)
    return None if values is None else (labels, values)


def _parsed_line_by_line(
    lines: list[bytes], first: int, layout: _Layout, file: UploadFile
) -> tuple[list[bytes] | None, NDArray[np.float32]]:
    """Tokens and numbers of these lines. Raises `UploadError` for the first that is not as it should be."""
    labels, rows = [], []
    for number, line in enumerate(lines, first):
        label, fields = _fields(line, number, layout, file)
        for column, field in enumerate(fields, 1 + layout.labelled):
            if not NUMBER.fullmatch(field):
                raise UploadError(f"line {number}, column {column} of {file.name} is {_fault(field, layout)}")
        with np.errstate(over="ignore"):
            row = np.array([float(field) for field in fields]).astype(np.float32)
        if not np.isfinite(row).all():
            large = int(np.argmin(np.isfinite(row)))
            raise UploadError(
                f"line {number}, column {large + 1 + layout.labelled} of {file.name} is {shown(fields[large])}, "
                "which is too large: float32 ends at 3.4e38"
            )
        labels.append(label)
        rows.append(row)
    return (labels if layout.labelled else None), np.stack(rows)


def _fields(line: bytes, number: int, layout: _Layout, file: UploadFile) -> tuple[bytes, list[bytes]]:
    """The token (empty if the file has none) and as many fields as a row has numbers."""
    where = f"line {number} of {file.name}"
    if b"\0" in line:
        raise UploadError(
            f"{where} has a zero byte, so it is not text; word2vec's binary files are called .bin, numpy's .npy"
        )
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UploadError(
            f"{where} is not UTF-8 at its byte {error.start + 1} (0x{line[error.start]:02X}); save the file in UTF-8"
        ) from None
    line = line.rstrip(b" \r\t")
    if not line:
        raise _empty(number, file)
    label, fields = _split(line, layout)
    if layout.separator == b"," and layout.labelled and line.startswith(b'"') and not QUOTED_TOKEN.match(line):
        raise UploadError(
            f'{where} begins with a quote that does not end before a comma; a token is quoted "like this",'
        )
    if len(fields) != layout.dim:
        raise UploadError(
            f"{where} has {counted(len(fields), 'number')}{' after its token' * layout.labelled}; {layout.says}, and "
            "every line must have as many"
            f"{'' if layout.separator in line else _other_separator(line, layout.separator)}"
        )
    return label, fields


def _split(line: bytes, layout: _Layout) -> tuple[bytes, list[bytes]]:
    """The token (empty if the file has none) and all fields after it."""
    separator, label = layout.separator, b""
    if separator == b" ":
        parts = [part for part in line.split(b" ") if part]
        words = 0 if line.startswith(b" ") else 1
        extra = len(parts) - words - layout.dim
        if words and extra > 0 and not any(map(STARTS_A_NUMBER.match, parts[1 : 1 + extra])):
            words += extra
        return b" ".join(parts[:words]), parts[words:]
    if layout.labelled:
        label, found, line = _partitioned(line, separator)
        if not found:
            return label, []
    return label, [field.strip(b" ") for field in line.split(separator)]


def _partitioned(line: bytes, separator: bytes) -> tuple[bytes, bytes, bytes]:
    """`line.partition(separator)` that takes the quotes off a token in a .csv file, and is the line if one is open."""
    if separator != b"," or not line.startswith(b'"'):
        return line.partition(separator)
    match = QUOTED_TOKEN.match(line)
    return (match[1].replace(b'""', b'"'), separator, line[match.end() :]) if match else (line, b"", b"")


# What a fault is called.


def _fault(field: bytes, layout: _Layout) -> str:
    """What is wrong with a field that is not a number, and what would be right."""
    if not field:
        return "empty; there must be a number"
    if NOT_FINITE.fullmatch(field):
        return f"{shown(field)}; every number must be finite"
    if DECIMAL_COMMA.fullmatch(field):
        right = shown(field.replace(b",", b"."))
        return f"{shown(field)}, with a decimal comma; numbers are written with a point: {right}"
    if hint := _other_separator(field, layout.separator):
        return f"{shown(field)}, not a number{hint}"
    return f"{shown(field)}, not a number such as 0.25 or -1e-5"


def _other_separator(text: bytes, separator: bytes) -> str:
    """A half-sentence if the text falls apart into numbers at another separator than its own."""
    for other, name in SEPARATORS.items():
        parts = [part.strip(b" ") for part in text.split(other)]
        if other != separator and len(parts) > 1 and all(map(STARTS_A_NUMBER.match, parts[1:])):
            if other == b"," and DECIMAL_COMMA.fullmatch(text):
                continue
            return f" (it is separated by {name}; this file must be separated by {SEPARATORS[separator]})"
    return ""


# How the first lines say what the file is.


def _words_layout(file: UploadFile, text: _Text) -> _Layout:
    first, *others = text.head
    first = first.rstrip(b" \t\r")
    if match := WORD2VEC_HEADER.fullmatch(first):
        rows, dim = map(int, match.groups())
        file.limits.check_shape(f"line 1 of {file.name} says that it", rows, dim)
        if text.lines - 1 != rows:
            raise UploadError(
                f"line 1 of {file.name} says {counted(rows, 'row')}, but the lines after it number {text.lines - 1:,}"
            )
        separator = b"\t" if b"\t" in others[0] else b" "
        return _Layout(separator, 1, True, False, dim, f"line 1 says {dim:,}")
    separator = b"\t" if b"\t" in first else b" "
    parts = [part for part in first.split(separator) if part or separator == b"\t"]
    if first.startswith(separator):
        raise UploadError(f"line 1 of {file.name} has an empty token; a line is a token and its numbers")
    if len(parts) == 1:
        hint = _other_separator(first, separator)
        fault = f"is one column{hint}" if hint else "has no number after its token; it must be a token and numbers"
        raise UploadError(f"line 1 of {file.name} {fault}")
    starts = [line.split(separator, 1)[0] for line in text.head]
    if all(map(_is_decimal, starts)):
        raise UploadError(
            f"line 1 of {file.name} begins with {shown(starts[0])}, where a token must be; "
            "rows of numbers alone belong in a .tsv file, separated by tabs"
        )
    return _Layout(separator, 0, True, False, len(parts) - 1, f"line 1 has {len(parts) - 1:,}")


def _separated_layout(file: UploadFile, text: _Text, separator: bytes) -> _Layout:
    first, *others = ([cell.strip(b" ") for cell in _cells(line.rstrip(b" \r\t"), separator)] for line in text.head)
    for number, line in enumerate(text.head, 1):
        hint = "" if separator in line else _other_separator(line.rstrip(b" \r\t"), separator)
        if hint:
            raise UploadError(f"line {number} of {file.name} is one column{hint}")
    second = others[0] if others else []
    header, row = (1, second) if _is_header(first, second) else (0, first)
    if header and not second:
        raise UploadError(f"{file.name} has a line that names its columns and no rows; there must be at least one")
    name = first[0].decode("utf-8", "replace").lower() if header else None
    said = name in TOKEN_NAMES or name in ROW_NAMES
    labelled = said or not (_is_number(row[0]) or STARTS_A_DECIMAL.match(row[0]))
    dim = len(row) - labelled
    if labelled and not dim:
        raise UploadError(
            f"line {header + 1} of {file.name} has no number after its token {shown(row[0])}; "
            f"a line is a token and its numbers, separated by {SEPARATORS[separator]}"
        )
    guessed = labelled and not said
    if header and len(first) not in (len(row), len(row) - guessed):  # R leaves out the name of the tokens' column
        raise UploadError(
            f"line 1 of {file.name} names {counted(len(first), 'column')}; line 2 has {len(row):,}; each needs a name"
        )
    return _Layout(separator, header, labelled, guessed, dim, f"line {header + 1} has {dim:,}")


def _is_header(first: Sequence[bytes], second: Sequence[bytes]) -> bool:
    """Whether line 1 names the columns rather than holds a row; `second` has the cells of line 2."""
    start, rest = first[0], first[1:]
    numbers = [b"%d" % index for index in range(len(first))]  # the names that pandas gives to columns without any
    named = start.decode("utf-8", "replace").lower() in (*TOKEN_NAMES, *ROW_NAMES)
    if (list(first) == numbers and len(first) > 2) or (named and rest and list(rest) == numbers[: len(rest)]):
        return len(second) == len(first) and all(map(_is_decimal, second[1:]))
    if _is_number(start) or STARTS_A_NUMBER.match(start):
        return False
    return any(rest or first) and not any(_is_number(cell) or STARTS_A_NUMBER.match(cell) for cell in rest)


def _is_number(cell: bytes) -> bool:
    return bool(NUMBER.fullmatch(cell) or NOT_FINITE.fullmatch(cell))


def _is_decimal(cell: bytes) -> bool:
    """Whether the cell is a number with a point or an exponent."""
    return bool(NUMBER.fullmatch(cell)) and not cell.lstrip(b"+-").isdigit()


def _cells(line: bytes, separator: bytes) -> list[bytes]:
    """The cells of a line: in a .csv file, quotes are taken off."""
    if separator == b"," and b'"' in line:
        try:
            (cells,) = csv.reader([line.decode("utf-8", "surrogateescape")], strict=True)
            return [cell.encode("utf-8", "surrogateescape") for cell in cells]
        except (csv.Error, ValueError):
            pass
    return line.split(separator)
