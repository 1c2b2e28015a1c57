"""The shipped tokenizers: text to tokens and back, each token with its place in the text.

`minilm` is BERT's WordPiece (Devlin et al., 2019), `wordllama` Llama 2's SentencePiece BPE with byte fallback (Touvron
et al., 2023), `gpt2`, `cl100k` and `o200k` OpenAI's byte-level BPE (Radford et al., 2019). The libraries that made them
popular do the work, from files in assets/data: Hugging Face tokenizers the first two, tiktoken the others. Nothing is
fetched.

Conventions. `encode` adds no special tokens, and a special token's string in the text ("[SEP]", "<s>", "<|endoftext|>")
is text like any other; `.special` has their ids for whoever wants to add them. Padding and truncation are off. `start`
and `end` count characters (Python's) of the text, so `text[start:end]` is what a token stands for:
- tokens that hold some of the bytes of a character span that character, so an emoji's byte tokens share one span;
- Llama's leading "▁", which stands for a space that is not in the text, has an empty span at 0 if it is a token by
  itself;
- BERT lower-cases, strips accents and drops control, format, private-use characters and U+FFFD: spans are of the text
  before that. Dropped characters and spaces belong to no token, but for a dropped combining mark, which belongs to the
  token that it follows.

What comes back. `decode(encode(text)) == text` for `gpt2`, `cl100k` and `o200k`, and for `wordllama` but for one
character: Llama 2 writes the space as "▁" (U+2581), and its tokenizer gives both the same ids, so that "▁" in a text
comes back as a space: `decode(encode(text)) == text.replace("▁", " ")`. `minilm` gives back words, not the text. A lone
surrogate is no Unicode text and is read as U+FFFD. A text of more than `MAX_CHARACTERS` raises `ValueError`: tiktoken's
regular expressions overflow on far longer runs of white space.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from operator import index
from pathlib import Path
from types import MappingProxyType

from embviz.paths import DATA
from embviz.tables.shipped import read_file

MAX_CHARACTERS = 100_000
SURROGATE = re.compile("[\ud800-\udfff]")

# How each byte-level encoding splits text before it merges bytes, and its special tokens: tiktoken's openai_public.py.
SPLIT = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
SPECIAL = {
    "gpt2": {"<|endoftext|>": 50256},
    "cl100k": {
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    },
    "o200k": {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
}


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text: its id, the vocabulary's piece as a person should see it, and its span `text[start:end]`."""

    id: int
    text: str
    start: int
    end: int


class Tokenizer(ABC):
    """A vocabulary with a way to cut text into its pieces. `special` maps the special tokens' strings to their ids."""

    name: str
    size: int
    """One more than the largest id, special tokens counted: the number of rows that an embedding table needs."""
    special: Mapping[str, int]

    def encode(self, text: str) -> tuple[Token, ...]:
        """The tokens of `text`, in order. Raises `ValueError` for more than `MAX_CHARACTERS` characters."""
        if len(text) > MAX_CHARACTERS:
            raise ValueError(
                f"the text has {len(text):,} characters; {self.name} takes at most {MAX_CHARACTERS:,} at once"
            )
        return tuple(self._tokens(SURROGATE.sub("\ufffd", text)))

    def decode(self, ids: Iterable[int]) -> str:
        """The text of these ids, special tokens written out; bytes that are not UTF-8 become U+FFFD.

        Raises `ValueError` for an id that is not in the vocabulary.
        """
        return self._text([self._checked(id_) for id_ in ids])

    def token(self, id_: int) -> str:
        """The piece with this id, as in `Token.text`. Raises `ValueError` for an id that is not in the vocabulary."""
        return self._piece(self._checked(id_))

    def _checked(self, id_: int) -> int:
        number = index(id_)
        if not 0 <= number < self.size:
            raise ValueError(f"id {number} is not in the vocabulary of {self.name}, which has {self.size:,} ids")
        return number

    @abstractmethod
    def _tokens(self, text: str) -> Iterator[Token]: ...

    @abstractmethod
    def _text(self, ids: list[int]) -> str: ...

    @abstractmethod
    def _piece(self, id_: int) -> str: ...


class _HuggingFaceTokenizer(Tokenizer):
    """What `minilm` and `wordllama` share: a tokenizer.json read by Hugging Face tokenizers."""

    def __init__(self, name: str, directory: Path):
        from tokenizers import Tokenizer as FromFile

        self.name = name
        self._library = FromFile.from_str(read_file(f"{name}.tokenizer.json", directory=directory).decode("utf-8"))
        self._library.encode_special_tokens = True  # "[SEP]" in a text is five characters, not a separator
        pieces = {id_: piece for piece, id_ in self._library.get_vocab(with_added_tokens=True).items()}
        self.size = len(pieces)
        self._pieces = tuple(pieces[id_] for id_ in range(self.size))
        added = self._library.get_added_tokens_decoder()
        self.special = MappingProxyType({token.content: id_ for id_, token in sorted(added.items()) if token.special})

    def _text(self, ids: list[int]) -> str:
        return self._library.decode(ids, skip_special_tokens=False)

    def _piece(self, id_: int) -> str:
        return self._pieces[id_]


class _WordPieceTokenizer(_HuggingFaceTokenizer):
    def _tokens(self, text: str) -> Iterator[Token]:
        encoding = self._library.encode(text, add_special_tokens=False)
        limits = [*(start for start, _ in encoding.offsets), len(text)][1:]
        for id_, (start, end), limit in zip(encoding.ids, encoding.offsets, limits, strict=True):
            while end < limit and unicodedata.category(text[end]) == "Mn":
                end += 1
            yield Token(id_, self._pieces[id_], start, end)


class _SentencePieceTokenizer(_HuggingFaceTokenizer):
    def _tokens(self, text: str) -> Iterator[Token]:
        ids = self._library.encode(text, add_special_tokens=False).ids
        first_byte = self._library.token_to_id("<0x00>")
        lengths = [1 if first_byte <= id_ < first_byte + 256 else len(self._pieces[id_].encode()) for id_ in ids]
        # The vocabulary sees "▁" before the text and for every space: spans are found in that and moved back by one.
        for id_, (start, end) in zip(ids, character_spans("▁" + text.replace(" ", "▁"), lengths), strict=True):
            yield Token(id_, self._pieces[id_], max(start - 1, 0), end - 1)


class _ByteLevelTokenizer(Tokenizer):
    def __init__(self, name: str, directory: Path):
        from tiktoken import Encoding

        self.name = name
        ranks = parse_ranks(f"{name}.tiktoken", directory=directory)
        self.special = MappingProxyType(SPECIAL[name])
        self._library = Encoding(name, pat_str=SPLIT[name], mergeable_ranks=ranks, special_tokens=SPECIAL[name])
        self.size = self._library.n_vocab
        self._unassigned = frozenset(range(len(ranks), self.size)) - frozenset(self.special.values())

    def _tokens(self, text: str) -> Iterator[Token]:
        ids = self._library.encode_ordinary(text)
        pieces = self._library.decode_tokens_bytes(ids)
        for id_, piece, span in zip(ids, pieces, character_spans(text, map(len, pieces)), strict=True):
            yield Token(id_, readable(piece), *span)

    def _text(self, ids: list[int]) -> str:
        return self._library.decode(ids, errors="replace")

    def _piece(self, id_: int) -> str:
        return readable(self._library.decode_single_token_bytes(id_))

    def _checked(self, id_: int) -> int:
        number = super()._checked(id_)
        if number in self._unassigned:
            raise ValueError(f"id {number} of {self.name} is not given to any token")
        return number


def character_spans(text: str, byte_lengths: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Spans in characters of consecutive runs of the UTF-8 bytes of `text`, one for each (positive) length in bytes.

    A run that holds some of a character's bytes spans the character: starts are rounded down, ends up.
    """
    owner = list(accumulate(byte & 0xC0 != 0x80 for byte in text.encode()))  # of byte i: 1 + the index of its character
    for first, end in pairwise(accumulate(byte_lengths, initial=0)):
        yield owner[first] - 1, owner[end - 1]


def readable(piece: bytes) -> str:
    """The text of a piece, or its bytes as "<0xF0 0x9F>" where they are not UTF-8 by themselves."""
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return f"<{' '.join(f'0x{byte:02X}' for byte in piece)}>"


def parse_ranks(filename: str, *, directory: Path = DATA) -> dict[bytes, int]:
    """Merge ranks by the bytes they make, from a .tiktoken file: a line has the bytes in base64, a space, the rank."""
    lines = read_file(filename, directory=directory).splitlines()
    return {b64decode(piece): int(rank) for piece, rank in map(bytes.split, lines)}


KINDS: Mapping[str, type[Tokenizer]] = {
    "minilm": _WordPieceTokenizer,
    "wordllama": _SentencePieceTokenizer,
    "gpt2": _ByteLevelTokenizer,
    "cl100k": _ByteLevelTokenizer,
    "o200k": _ByteLevelTokenizer,
}
NAMES: Sequence[str] = tuple(KINDS)


@cache
def load(name: str, *, directory: Path = DATA) -> Tokenizer:
    """The shipped tokenizer `name`, one of `NAMES`; the same object every time.

    Raises `ValueError` if no tokenizer has that name, `TableFileError` if its file is missing or damaged.
    """
    if name not in KINDS:
        raise ValueError(f"no tokenizer is called {name!r}; there are {', '.join(NAMES)}")
    return KINDS[name](name, directory)
