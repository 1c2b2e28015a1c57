"""Many decimal numbers at once: a block of text to float32, by arithmetic on eight characters at a time.

A number of at most 15 digits, up to 8 of them before the point, is a whole number below 2^53 over a power of ten of at
most 10^15. A double holds both exactly, so that one division gives the double nearest to the number (Clinger, "How to
read floating point numbers accurately", 1990): what strtod and Python's float give. Eight digits become a number in
three multiplications within a 64-bit word (Lemire, "Number parsing at a gigabyte per second", 2021). Numbers with an
exponent or more digits go to numpy's parser in C, three times as slow. Doubles are then rounded to float32.
"""

import numpy as np
from numpy.typing import NDArray

CHARACTERS = b"0123456789+-.eE"
NINES = np.uint64(0x7676767676767676)  # added to a byte, carries into its highest bit if the byte is above 9
HIGHEST = np.uint64(0x8080808080808080)
ZEROS = np.uint64(0x3030303030303030)  # "00000000"
POWERS = 10.0 ** np.arange(17)


def read_decimals(text: bytes, separator: bytes, rows: int, dim: int) -> NDArray[np.float32] | None:
    """The numbers in `rows` lines, each with its line feed, of `dim` fields between separators of one character.

    Returns float32 (rows, dim), or None if a line has another number of fields, or if a field is not a number of
    digits, sign, point and exponent or is not finite in float32: what is wrong, and where, is for the caller to find.
    """
    padded = b"0" * 8 + text + b"0" * 24
    characters = np.frombuffer(padded, np.uint8, len(text), 8)
    ends = np.flatnonzero((characters == separator[0]) | (characters == ord("\n")))
    if len(ends) != rows * dim or (characters[ends[dim - 1 :: dim]] != ord("\n")).any():
        return None
    if 4 * (text.count(b"e") + text.count(b"E")) > len(ends):
        values = _read_by_numpy(text, separator, len(ends))
    else:
        values = _read_by_words(text, padded, characters, ends)
    if values is None or not np.isfinite(values).all():
        return None
    return values.reshape(rows, dim)


def _read_by_words(
    text: bytes, padded: bytes, characters: NDArray[np.uint8], ends: NDArray[np.intp]
) -> NDArray[np.float32] | None:
    """The numbers of the fields that end at `ends`; `padded` has 8 characters before the text and 24 behind it."""
    words = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))  # words[i + 8]: the text's characters from i on
    starts = np.concatenate(([0], ends[:-1] + 1))
    signs = characters[starts]
    negative = signs == ord("-")
    starts += negative | (signs == ord("+"))
    points = np.flatnonzero(characters == ord("."))
    if len(points) != len(ends) or not ((points >= starts) & (points < ends)).all():
        found, points = points, ends.copy()  # a number without a point ends where the point would be
        points[np.searchsorted(ends, found)] = found
    whole, fraction = points - starts, np.maximum(ends - points - 1, 0)
    # What is not the number's own is shifted out, so that zeros stand before the whole part and behind the fraction.
    before, after = _bits(8 - whole), _bits(8 - fraction)
    left = ((words[points] ^ ZEROS) >> before) << before
    right = (words[points + 9] ^ ZEROS) << after
    read = (whole <= 8) & (whole + fraction > 0) & (whole + fraction <= 15) & _are_digits(left) & _are_digits(right)
    behind = _eight_digits(right)
    if fraction.max() > 8:
        right = (words[points + 17] ^ ZEROS) << _bits(16 - fraction)
        read &= _are_digits(right)
        behind = behind * POWERS[np.clip(fraction - 8, 0, 8)] + _eight_digits(right)
    power = POWERS[np.minimum(fraction, 15)]
    exact = (_eight_digits(left) * power + behind) / power
    np.negative(exact, out=exact, where=negative)
    with np.errstate(over="ignore"):
        values = exact.astype(np.float32)
    others = np.flatnonzero(~read)
    if len(others):
        starts = np.concatenate(([0], ends[:-1] + 1))[others].tolist()
        fields = [text[start:end] for start, end in zip(starts, ends[others].tolist(), strict=True)]
        numbers = _read_by_numpy(b"\n".join(fields), b"\n", len(fields))
        if numbers is None:
            return None
        values[others] = numbers
    return values


def _read_by_numpy(text: bytes, separator: bytes, count: int) -> NDArray[np.float32] | None:
    """The numbers of `count` fields between separators and line feeds, or None if not every field is one."""
    if text.translate(None, CHARACTERS + separator + b"\n"):
        return None
    try:
        values = np.fromstring(text.replace(separator, b" "), np.float32, sep=" ")
    except ValueError:
        return None
    return values if values.size == count else None  # a field has no white space: it is one number, or empty and none


def _bits(characters: NDArray[np.intp]) -> NDArray[np.uint64]:
    return (8 * np.clip(characters, 0, 8)).astype(np.uint64)


def _are_digits(words: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether every byte is one of 0 to 9."""
    return ((words | (words + NINES)) & HIGHEST) == 0


def _eight_digits(words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The number whose eight digits, 0 to 9, are the bytes of each word, the first of them in its lowest byte."""
    words = (words * np.uint64(10) + (words >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    words = (words * np.uint64(100) + (words >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return ((words * np.uint64(10000) + (words >> np.uint64(32))) & np.uint64(0xFFFFFFFF)).astype(np.float64)
