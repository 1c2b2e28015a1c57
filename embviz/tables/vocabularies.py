"""Vocabularies of 256 to 32,768 entries, trained on Shakespeare: `python -m embviz.tables.vocabularies` makes them.

The text is what is spoken in the works (`embviz.tables.corpora.spoken`), as it is written, with its line breaks. Every
seventh work is held out; the library `tokenizers` trains on the others:

- BPE (Sennrich and others 2016) once, to 32,768 entries: 256 bytes, the characters of the text, then a merge an entry.
  A smaller vocabulary is the beginning of a larger one.
- Unigram (Kudo 2018) for each size anew: it starts with many pieces and takes out the ones that are needed least.

Both have byte fallback (SentencePiece's): a character without an entry is written as the bytes of its UTF-8, each an
entry of its own, so that nothing is unknown. At 256 entries there are the bytes alone, and nothing to train. No piece
reaches over the end of a word, by the rule that GPT-2 splits text with. The trainer of Unigram starts with parts that
stand at two places or more in the list of distinct words, and so may find fewer than it is asked for.

It writes assets/vocabularies: `bpe.json` (characters, and merges in their order), `unigram.json` (pieces and their log
probabilities, by the size asked for) and `counts.json` (what each vocabulary, and each shipped tokenizer, needs for
both parts of the text). Nothing is drawn at random. Log probabilities are rounded, and equal ones sorted, for the
library adds them up in an order that may change: the same library gives the same files.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from embviz.paths import ASSETS
from embviz.tables import tokenizers
from embviz.tables.corpora import SHAKESPEARE, WORK_SEPARATOR, spoken
from embviz.tables.shipped import read_file
from embviz.tables.tokenizers import Token, Tokenizer, character_spans

if TYPE_CHECKING:
    from tokenizers.pre_tokenizers import PreTokenizer

FOLDER = ASSETS / "vocabularies"
KINDS = ("BPE", "Unigram")
SIZES = tuple(2**k for k in range(8, 16))
IN_USE = ("minilm", "wordllama", "gpt2", "cl100k", "o200k")
PARTS = ("training", "held out")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"  # GPT-2's
DIGITS = 4
"""Decimals that are kept of a log probability."""

NEAR = 0.01
"""Log probabilities nearer to the least than this are the least, for single characters."""

EVERY = 7
MOST_AT_ONCE = 60_000
"""Characters that are encoded at once: whole paragraphs, the same for all."""

RANKS = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700)
NAMED = tuple(rank * factor for factor in (1, 1000) for rank in RANKS if rank * factor <= 200_000)
"""Ranks whose entry is named."""

EXAMPLES = 8

Report = Callable[[str], None]


class Trained(Tokenizer):
    """A vocabulary of ours, as the library's tokenizer; bytes have the ids 0 to 255."""

    special: Mapping[str, int] = {}

    def __init__(self, name: str, model: Any, pieces: Sequence[str]):
        from tokenizers import Tokenizer as Library
        from tokenizers import decoders

        self.name, self._pieces, self.size = name, tuple(pieces), len(pieces)
        self._lengths = np.array([1] * 256 + [len(piece.encode()) for piece in pieces[256:]])
        self._library = Library(model)
        self._library.pre_tokenizer = splitter()
        self._library.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])

    def ids(self, text: str) -> list[int]:
        """The ids of the tokens of a text."""
        return self._library.encode(text).ids

    def _tokens(self, text: str) -> Iterator[Token]:
        ids = self.ids(text)
        for id_, span in zip(ids, character_spans(text, self._lengths[ids].tolist()), strict=True):
            yield Token(id_, self._pieces[id_], *span)

    def _text(self, ids: list[int]) -> str:
        return self._library.decode(ids, skip_special_tokens=False)

    def _piece(self, id_: int) -> str:
        return self._pieces[id_]


def splitter() -> PreTokenizer:
    """What no piece reaches over: words with the space before them, numbers, other signs, white space."""
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Split(Regex(SPLIT), "isolated")


def works() -> tuple[str, ...]:
    """The works of Shakespeare, what is spoken in each."""
    return tuple(map(spoken, _shipped_text().split(WORK_SEPARATOR)))


def titles() -> tuple[str, ...]:
    """The first line of each work."""
    return tuple(work.strip().partition("\n")[0].strip() for work in _shipped_text().split(WORK_SEPARATOR))


def is_held_out(place: int) -> bool:
    """Whether the work at this place is held out."""
    return place % EVERY == EVERY - 1


def part(name: str) -> tuple[str, ...]:
    """The works of one of PARTS."""
    return tuple(work for place, work in enumerate(works()) if is_held_out(place) == (name == PARTS[1]))


def _shipped_text() -> str:
    return gzip.decompress(read_file(SHAKESPEARE)).decode("ascii")


def chunks(text: str) -> Iterator[str]:
    """The text in runs of whole paragraphs of at most `MOST_AT_ONCE` characters (a longer paragraph is one run)."""
    held = ""
    for each in text.split("\n\n"):
        if held and len(held) + len(each) + 2 > MOST_AT_ONCE:
            yield held
            held = ""
        held += each + "\n\n"
    yield held.removesuffix("\n\n")


# --- training


def train_bpe(texts: Iterable[str], size: int) -> dict[str, list]:
    """BPE of `size` entries, or of all merges there are: its characters and its merges in their order."""
    from tokenizers import Tokenizer as Library
    from tokenizers import models, trainers

    library = Library(models.BPE(byte_fallback=True))
    library.pre_tokenizer = splitter()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=list(BYTES), show_progress=False)
    library.train_from_iterator(texts, trainer)
    model = json.loads(library.to_str())["model"]
    places = sorted(model["vocab"], key=model["vocab"].__getitem__)
    characters = [piece for piece in places[256:] if len(piece) == 1]
    return {"characters": characters, "merges": [list(pair) for pair in model["merges"]]}


def train_unigram(texts: Iterable[str], size: int) -> list[list]:
    """Unigram of at most `size` entries: pieces beside the bytes, with log probabilities, likely ones first."""
    from tokenizers import Tokenizer as Library
    from tokenizers import models, trainers

    library = Library(models.Unigram())
    library.pre_tokenizer = splitter()
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=list(BYTES), unk_token=BYTES[0], show_progress=False
    )
    library.train_from_iterator(texts, trainer)
    return settled(json.loads(library.to_str())["model"]["vocab"][256:])


def settled(found: Sequence[Sequence]) -> list[list]:
    """Pieces with rounded log probabilities, likely ones first, equal ones sorted.

    Characters that the trainer takes out and has to put back get about the least that there is, in an order of chance;
    here they get the least.
    """
    least = min((score for _, score in found), default=0.0)
    scores = {piece: least if len(piece) == 1 and score < least + NEAR else score for piece, score in found}
    rounded = ([piece, round(score, DIGITS)] for piece, score in scores.items())
    return sorted(rounded, key=lambda each: (-each[1], each[0]))


def bpe(made: Mapping[str, list], size: int) -> Trained:
    """The first `size` entries of trained BPE. Fewer than bytes and characters are the bytes alone."""
    from tokenizers import models

    base = [*BYTES, *made["characters"]] if size >= 256 + len(made["characters"]) else list(BYTES)
    merges = [tuple(pair) for pair in made["merges"][: size - len(base)]] if len(base) > 256 else []
    pieces = [*base, *("".join(pair) for pair in merges)]
    vocab = {piece: id_ for id_, piece in enumerate(pieces)}
    return Trained(f"BPE {size}", models.BPE(vocab=vocab, merges=merges, byte_fallback=True), pieces)


def unigram(found: Sequence[Sequence], size: int) -> Trained:
    """A trained Unigram vocabulary. An unknown character is written in bytes, so its own id, 0, is never given."""
    from tokenizers import models

    vocab = [(piece, 0.0) for piece in BYTES] + [(piece, score) for piece, score in found]
    model = models.Unigram(vocab, 0, byte_fallback=True)
    return Trained(f"Unigram {size}", model, [piece for piece, _ in vocab])


@cache
def load(kind: str, size: int) -> Trained:
    """A shipped vocabulary, by kind and the size that was asked for."""
    if kind not in KINDS or size not in SIZES:
        raise ValueError(f"there is no {kind} of {size:,} entries; there are {', '.join(KINDS)} of 256 to 32,768")
    if kind == "BPE":
        return bpe(_read("bpe"), size)
    return unigram(_read("unigram").get(str(size), []), size)


@cache
def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def counts() -> Mapping[str, Any]:
    """All of assets/vocabularies/counts.json."""
    return _read("counts")


# --- measuring


def used(tokenizer: Tokenizer, texts: Iterable[str]) -> np.ndarray:
    """How often each entry is used for the texts, (size)."""
    found = np.zeros(tokenizer.size, np.int64)
    for text in texts:
        for run in chunks(text):
            ids = tokenizer.ids(run) if isinstance(tokenizer, Trained) else [each.id for each in tokenizer.encode(run)]
            found += np.bincount(ids, minlength=tokenizer.size)
    return found


def runs(uses: np.ndarray) -> list[list[int]]:
    """Uses as [uses, entries used so often], the most used first."""
    values, entries = np.unique(uses, return_counts=True)
    return [[int(value), int(many)] for value, many in zip(values[::-1], entries[::-1], strict=True)]


def measured(tokenizer: Tokenizer, texts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a tokenizer needs for each part of the text.

    size; for each part its runs (`runs`), the entry at some ranks (`NAMED`), entries that are bytes and never used,
    and some others that are never used.
    """
    facts: dict[str, Any] = {"size": tokenizer.size}
    for name, part_ in texts.items():
        uses = used(tokenizer, part_)
        order = np.argsort(-uses, kind="stable")
        named = [tokenizer.token(int(order[rank - 1])) for rank in NAMED if rank <= int((uses > 0).sum())]
        never = [piece for id_ in np.flatnonzero(uses == 0) if (piece := _piece(tokenizer, int(id_)))]
        raw = [piece for piece in never if piece in BYTES]
        others = [piece for piece in never if piece not in BYTES]
        facts[name] = {"runs": runs(uses), "named": named, "bytes": len(raw), "never": others[-EXAMPLES:]}
    return facts


def _piece(tokenizer: Tokenizer, id_: int) -> str | None:
    try:
        return tokenizer.token(id_)
    except ValueError:  # an id that no token has
        return None


def text_facts(texts: Sequence[str]) -> dict[str, int]:
    """Characters of a text, and the words (with signs and white space between them) that no piece reaches over."""
    split = splitter()
    words = Counter(word for text in texts for run in chunks(text) for word, _ in split.pre_tokenize_str(run))
    characters = sum(len(run) for text in texts for run in chunks(text))
    return {"works": len(texts), "characters": characters, "words": words.total(), "distinct": len(words)}


def main(report: Report = print) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one order of adding up
    FOLDER.mkdir(exist_ok=True)
    texts = {name: part(name) for name in PARTS}
    report(f"training on {len(texts['training'])} works")
    made = train_bpe(texts["training"], SIZES[-1])
    _write("bpe", made)
    found = {str(size): train_unigram(texts["training"], size) for size in SIZES[1:]}
    _write("unigram", found)
    _read.cache_clear()
    load.cache_clear()
    rows = []
    for kind in KINDS:
        for size in SIZES:
            rows.append({"kind": kind, "asked": size, **measured(load(kind, size), texts)})
            report(_told(rows[-1]))
    for name in IN_USE:
        rows.append({"kind": name, **measured(tokenizers.load(name), texts)})
        report(_told(rows[-1]))
    held = [title for place, title in enumerate(titles()) if is_held_out(place)]
    _write("counts", {"texts": {name: text_facts(texts[name]) for name in PARTS}, "held": held, "vocabularies": rows})
    for path in sorted(FOLDER.glob("*.json")):
        report(f"{path.name:14} {path.stat().st_size:>9,} bytes")


def _told(row: Mapping[str, Any]) -> str:
    tokens = (sum(uses * entries for uses, entries in row[name]["runs"]) for name in PARTS)
    return f"{row['kind']:10} {row['size']:>7,} entries: " + " ".join(f"{count:>9,}" for count in tokens)


def _write(name: str, content: Mapping[str, Any]) -> None:
    """JSON with a line for each part at the top, so that one can see what changed."""
    rows = [f"{json.dumps(key)}:{_compact(value)}" for key, value in content.items()]
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
