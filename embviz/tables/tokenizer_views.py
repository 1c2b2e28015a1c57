"""One text through every shipped tokenizer, words that are one piece in some of them, and what an id stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embviz import tables
from embviz.tables import tokenizers
from embviz.tables.tokenizers import Token, Tokenizer
from embviz.tables.words import row_of, shown

BY_SIZE = ("minilm", "wordllama", "gpt2", "cl100k", "o200k")
METHODS = {
    "minilm": "WordPiece",
    "wordllama": "BPE, bytes as a last resort",
    **dict.fromkeys(("gpt2", "cl100k", "o200k"), "BPE of bytes"),
}
BYTES = re.compile(r"<(0x[0-9A-F]{2}(?: 0x[0-9A-F]{2})*)>")
MOST_WORDS = 12
AROUND = 4


@dataclass(frozen=True)
class SideBySide:
    """A text through every tokenizer, the smallest first.

    counts: tokens, (5); per_token: characters of the text a token, (5), 0 without tokens. rows: name, size, method,
    tokens, what they give `back`, and whether that is the text `exact`ly. A token has id, text, start, end, bytes (as
    hexadecimal, or None), and whether it is `special` and stands for the `unknown`. `text` is what was given, of so
    many `characters`.
    """

    counts: Tensor
    per_token: Tensor
    rows: list[dict[str, Any]]
    text: str
    characters: int


def side_by_side(*, text: str) -> SideBySide:
    """The tokens of a text in every shipped tokenizer."""
    found = []
    for name in BY_SIZE:
        tokenizer = tokenizers.load(name)
        tokens = tokenizer.encode(text)
        back = tokenizer.decode(token.id for token in tokens) if tokens else ""
        facts = {"name": name, "size": tokenizer.size, "method": METHODS[name], "back": back, "exact": back == text}
        found.append(facts | {"tokens": [_token(tokenizer, token) for token in tokens]})
    counts = torch.tensor([len(row["tokens"]) for row in found], dtype=torch.float32)
    per_token = torch.where(counts > 0, len(text) / counts.clamp(min=1), torch.zeros(()))
    return SideBySide(counts, per_token, found, text, len(text))


@dataclass(frozen=True)
class Links:
    """Rows of shipped tables that the tokens have: table, the word to look up there, and the token as it is shown."""

    links: list[dict[str, str]]


def links_at(*, text: str, at: int) -> Links:
    """The rows of shipped tables that the tokens at one character of the text have."""
    found = []
    for name in BY_SIZE:
        here = [token for token in tokenizers.load(name).encode(text) if token.start <= at < token.end]
        found += [link for token in here[:1] if (link := link_of(name, token.id)) is not None]
    return Links(_once(found))


def links_of_id(*, number: str) -> Links:
    """The rows of shipped tables that the tokens with this id have."""
    wanted = id_of(number)
    found = [link_of(name, wanted) for name in BY_SIZE if wanted < tokenizers.load(name).size]
    return Links(_once([link for link in found if link is not None]))


def link_of(name: str, id_: int) -> dict[str, str] | None:
    """Where a token is a row of a shipped table and can be looked up: its own row, else that of its word in glove."""
    try:
        piece = tokenizers.load(name).token(id_)
    except ValueError:
        return None
    if name in ("minilm", "wordllama"):
        table, word = name, piece.removeprefix("▁") if name == "wordllama" else piece
        row = row_of(tables.load(table), word) if word else None
        return (
            {"table": table, "word": word, "shown": shown(piece) if piece.strip("▁") else "␣" * len(piece)}
            if row == id_
            else None
        )
    word = piece.strip().lower()
    known = word and row_of(tables.load("glove"), word) is not None
    return {"table": "glove", "word": word, "shown": word} if known else None


@dataclass(frozen=True)
class Matrix:
    """counts: pieces of every word in every tokenizer, (words, 5). words; pieces: those, for every word and tokenizer;
    unknown: where a piece stands for the unknown; names and sizes of the tokenizers."""

    counts: Tensor
    words: list[str]
    pieces: list[list[list[str]]]
    unknown: list[list[bool]]
    names: list[str]
    sizes: list[int]


def one_piece(*, listed: str, where: str) -> Matrix:
    """The pieces of words, one a line, at the start of a text or after a space.

    ValueError for no word or for more than `MOST_WORDS`.
    """
    words = list(dict.fromkeys(line.rstrip() for line in listed.splitlines() if line.strip()))
    if not 1 <= len(words) <= MOST_WORDS:
        raise ValueError(f"there are {len(words)} entries; the picture holds 1 to {MOST_WORDS}, one a line")
    loaded = [tokenizers.load(name) for name in BY_SIZE]
    cells = [[_alone(tokenizer, word, where) for tokenizer in loaded] for word in words]
    unknown = [
        [any(is_unknown(t, token.id) for token in cell) for t, cell in zip(loaded, row, strict=True)] for row in cells
    ]
    return Matrix(
        counts=torch.tensor([[len(cell) for cell in row] for row in cells], dtype=torch.float32),
        words=words,
        pieces=[[[token.text for token in cell] for cell in row] for row in cells],
        unknown=unknown,
        names=list(BY_SIZE),
        sizes=[tokenizer.size for tokenizer in loaded],
    )


@dataclass(frozen=True)
class OneId:
    """What an id stands for in every tokenizer, among the ids around it.

    rows: name, size, method, tokens as in `SideBySide` (without a place) and `middle`, the one asked for, None if there
    is none.
    """

    id: int
    rows: list[dict[str, Any]]


def one_id(*, number: str) -> OneId:
    """The token with this id in every tokenizer. ValueError if it is no whole number, or an id of none."""
    wanted = id_of(number)
    rows = []
    for name in BY_SIZE:
        tokenizer = tokenizers.load(name)
        tokens = []
        if wanted < tokenizer.size:
            for id_ in range(max(0, wanted - AROUND), min(tokenizer.size, wanted + AROUND + 1)):
                try:
                    tokens.append(_token(tokenizer, Token(id_, tokenizer.token(id_), 0, 0)))
                except ValueError:  # an id that no token has
                    continue
        middle = next((at for at, token in enumerate(tokens) if token["id"] == wanted), None)
        facts = {"name": name, "size": tokenizer.size, "method": METHODS[name]}
        rows.append(facts | {"tokens": tokens, "middle": middle})
    return OneId(wanted, rows)


def id_of(number: str) -> int:
    """A typed id. ValueError if it is no whole number, or larger than every vocabulary."""
    word = number.strip().replace(",", "")
    largest = max(tokenizers.load(name).size for name in BY_SIZE) - 1
    if not (word.isascii() and word.isdigit()):
        raise ValueError(f"“{number.strip()}” is no id; ids are whole numbers from 0 to {largest}")
    if int(word) > largest:
        raise ValueError(f"id {int(word)} is in no vocabulary; the largest id is {largest}, in {BY_SIZE[-1]}")
    return int(word)


def is_unknown(tokenizer: Tokenizer, id_: int) -> bool:
    """Whether a token stands for what the vocabulary cannot write."""
    return tokenizer.token(id_) in ("[UNK]", "<unk>") and id_ in tokenizer.special.values()


def _token(tokenizer: Tokenizer, token: Token) -> dict[str, Any]:
    found = BYTES.fullmatch(token.text)
    facts = {"id": token.id, "text": token.text, "start": token.start, "end": token.end}
    return facts | {
        "bytes": found[1].replace("0x", "") if found else None,
        "unknown": is_unknown(tokenizer, token.id),
        "special": token.id in tokenizer.special.values(),
    }


def _alone(tokenizer: Tokenizer, word: str, where: str) -> list[Token]:
    """The pieces of a word at the start of a text, or after another word and a space, which they may hold."""
    if where == "at the start":
        return list(tokenizer.encode(word))
    return [token for token in tokenizer.encode(f"a {word}") if token.end > 1]


def _once(found: list[dict[str, str]]) -> list[dict[str, str]]:
    return list({(link["table"], link["word"]): link for link in found}.values())
