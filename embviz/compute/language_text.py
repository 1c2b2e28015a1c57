"""Text as ids for a small language model: characters, or pieces of words that byte-pair encoding finds in the text.

Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units", section 3.2, trained by Hugging
Face's `tokenizers` over characters. Before merging, the text is cut into words with the blank before them, runs of
digits, runs of other signs, and single line ends and blanks, as in GPT-2's pattern, so that no piece spans two words.
Joined, the pieces of a text are the text again: `decode(encode(text)) == text` for characters that were met.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from embviz.compute.checks import checked_share, checked_size

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
WORDS = r" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s"
MOST_CHARACTERS = 512
MOST_PIECES = 8192
LONGEST_TEXT = 10_000_000
"""Characters of a text at the most."""


@dataclass(frozen=True)
class Vocabulary:
    """What the ids stand for: `pieces` by id, and the `merges` of pairs that made them, none for characters.

    `pieces[0]` is what a character that was never met becomes, U+FFFD. Equal fields encode equally.
    """

    pieces: tuple[str, ...]
    merges: tuple[tuple[str, str], ...] = field(default=())

    @property
    def size(self) -> int:
        """How many pieces there are."""
        return len(self.pieces)

    def encode(self, text: str) -> Tensor:
        """The ids of a text, (n,), int64."""
        if not self.merges:
            return torch.tensor([self._ids.get(character, 0) for character in text], dtype=torch.int64)
        lines = text.splitlines(keepends=True)  # a piece never spans a line's end, and many short texts go in parallel
        found = self._encoder.encode_batch_fast(lines, add_special_tokens=False)
        return torch.tensor([each for line in found for each in line.ids], dtype=torch.int64)

    def decode(self, ids: Tensor) -> str:
        """The text of ids, (n,): their pieces joined."""
        return "".join(self.pieces[each] for each in ids.tolist())

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {piece: id for id, piece in enumerate(self.pieces)}

    @cached_property
    def _encoder(self) -> Any:
        from tokenizers import Tokenizer, models

        return _cutting(Tokenizer(models.BPE(vocab=self._ids, merges=list(self.merges), unk_token=UNKNOWN)))


@dataclass(frozen=True, slots=True)
class TrainingText:
    """A text as ids: `train` (n,) and `validation` (m,), its last part, int64, and `counts` (vocab,) of train.

    `characters` are those of the validation part, so that a loss a token can be told as one a character.
    """

    vocabulary: Vocabulary
    train: Tensor
    validation: Tensor
    counts: Tensor
    characters: int


def character_vocabulary(text: str) -> Vocabulary:
    """The characters of a text, the 511 most frequent if there are more, in the order of their code points."""
    common = Counter(text).most_common(MOST_CHARACTERS - 1)
    return Vocabulary((UNKNOWN, *sorted(character for character, _ in common if character != UNKNOWN)))


def bpe_vocabulary(text: str, size: int) -> Vocabulary:
    """At most `size` pieces: the characters of the text, at most 511, then merges of the most frequent pairs.

    ValueError for a size above 8,192, or one that leaves no room for a merge beside the characters.
    """
    from tokenizers import Tokenizer, models, trainers

    characters = character_vocabulary(text).size
    if not characters < checked_size("size", size) <= MOST_PIECES:
        raise ValueError(
            f"size is {size}; this text has {characters - 1} characters, so it must be above {characters} and at most "
            f"{MOST_PIECES}"
        )
    tokenizer = _cutting(Tokenizer(models.BPE(unk_token=UNKNOWN)))
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[UNKNOWN], limit_alphabet=MOST_CHARACTERS - 1, show_progress=False
    )
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    known = {piece for piece, _ in pieces}
    merges = _merges(tokenizer)
    return Vocabulary(tuple(piece for piece, _ in pieces), tuple(pair for pair in merges if "".join(pair) in known))


def training_text(text: str, vocabulary: Vocabulary, *, validation: float = 0.1) -> TrainingText:
    """The text as ids, its last share `validation` kept from training. ValueError for a text that is too long or short.

    Nothing but the ids is held: 8 bytes a token.
    """
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise ValueError(f"the text has {len(text):,} characters; it may have at most {LONGEST_TEXT:,}")
    split = len(text) - round(len(text) * checked_share("validation", validation))
    train, held = vocabulary.encode(text[:split]), vocabulary.encode(text[split:])
    if min(len(train), len(held)) < 2:
        raise ValueError(
            f"the text has {len(train)} tokens to train on and {len(held)} to validate; it is too short for a model"
        )
    return TrainingText(vocabulary, train, held, torch.bincount(train, minlength=vocabulary.size), len(text) - split)


def without_page_layout(text: str) -> str:
    """A text without form feeds, blanks at the ends of lines, or more than one empty line in a row."""
    lines = (line.strip() for line in text.replace("\f", "").splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _cutting(tokenizer: Any) -> Any:
    from tokenizers import Regex, pre_tokenizers

    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORDS), "isolated")
    return tokenizer


def _merges(tokenizer: Any) -> list[tuple[str, str]]:
    import json

    found = json.loads(tokenizer.to_str())["model"]["merges"]
    return [tuple(pair) for pair in found]
