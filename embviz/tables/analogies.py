"""Analogies in a table: a is to b as c is to …, with the words asked about left in and taken out.

- 3CosAdd, 3CosMul and the neighbours are those of `embviz.compute.similarity`. Neighbours of b and c alone are the
  baselines of Linzen 2016, "Issues in evaluating semantic spaces using word analogies".
- Every vector is scaled to length 1 first, as 3CosAdd does.

Only whole words are candidates: no continuation pieces, no tokens in brackets, and where a table marks the beginning of
a word, only what has the mark. A word that is taken out goes with all rows that differ from it in case alone, as in
`embviz.compute.evaluation`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from embviz import tables
from embviz.compute import evaluation, projection, similarity
from embviz.tables.shipped import read_file
from embviz.tables.table import EmbeddingTable
from embviz.tables.words import row_of, shown, spellings

SHOWN = 8
"""Rows of a ranking that are shown."""

REACH = 1000
"""Places of a ranking that are looked through for the word that the Google set expects."""

ANALOGIES = "questions-words.txt"
BLOCK_ROWS = 8192  # rows that are scaled at once

View = Literal["offsets", "words"]


@dataclass(frozen=True, slots=True)
class Words:
    """The whole words of a table: `words` as a person reads them, `vectors` (n, dim) of length 1, and `places`: from a
    row of the table to the word's place here. `same` are all places of a word in upper case."""

    words: tuple[str, ...]
    vectors: Tensor
    places: Mapping[int, int]
    same: Mapping[str, tuple[int, ...]]

    def variants(self, *places: int) -> list[int]:
        """These words and all that differ from one of them in case alone."""
        return sorted({other for place in places for other in self.same[self.words[place].upper()]})


@dataclass(frozen=True, slots=True)
class Rankings:
    """a is to b as c is to …, ranked.

    scores (4, SHOWN, or fewer in a small table): with the inputs left in, with the inputs taken out, the cosines of the
    neighbours of b, those of c; columns: their words; marks: "a", "b" or "c" where a word is that input (or differs in
    case alone), else "". row_numbers: of the inputs and of all words in the columns, each once. inputs: the three words
    as the table writes them. answer: the first of the words with the inputs taken out; places: its place among all
    neighbours of b, and of c, from 1. expected: what the Google set expects, where it asks this, and expected_place:
    where it stands with the inputs taken out, None beyond REACH. candidates: words searched with the inputs left in,
    and left: with them taken out; width: numbers of a vector.
    """

    scores: Tensor
    columns: tuple[tuple[str, ...], ...]
    marks: tuple[tuple[str, ...], ...]
    row_numbers: tuple[int, ...]
    inputs: tuple[str, ...]
    answer: str
    places: tuple[int, int]
    expected: str | None
    expected_place: int | None
    candidates: int
    left: int
    width: int


@dataclass(frozen=True, slots=True)
class Parallelogram:
    """Where a, b, c, b - a + c and the answer d lie in one plane.

    points (5, 2): in that order; off (5,): how far each lies off the plane, in the whole space. names: a, b, c, d,
    row_numbers: theirs. shares (2,): of the variance of the four words, what each axis of the plane holds. gap: from b
    - a + c to d, and gap_in_plane: what the plane shows of it. cosine: of b - a + c with d. angle: between b - a and d
    - c, in degrees, in the whole space, angle_in_plane: as drawn; length: of b - a + c. first: the word that is first
    with the inputs left in, and first_cosine: its cosine with b - a + c. candidates, left and width as in `Rankings`.
    """

    points: Tensor
    off: Tensor
    names: tuple[str, ...]
    row_numbers: tuple[int, ...]
    shares: Tensor
    gap: float
    gap_in_plane: float
    cosine: float
    angle: float
    angle_in_plane: float
    length: float
    first: str
    first_cosine: float
    candidates: int
    left: int
    width: int


_made: WeakKeyDictionary[EmbeddingTable, Words] = WeakKeyDictionary()


def whole_words(name: str) -> Words:
    """The whole words of a table, in the order of its rows, the same object for as long as the table is held."""
    table = tables.load(name)
    if table not in _made:
        _made[table] = _whole_words(table)
    return _made[table]


def _whole_words(table: EmbeddingTable) -> Words:
    if "▁the" in table.row_numbers:
        rows = [i for i, token in enumerate(table.tokens) if token.startswith("▁") and token.strip("▁")]
    else:
        rows = [i for i, token in enumerate(table.tokens) if not (token.startswith("##") or _bracketed(token))]
    if not rows:
        raise ValueError(f"{table.name} has only pieces of words and no whole ones, and an analogy is of whole words")
    words = tuple(shown(table.tokens[row]) for row in rows)
    same: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        same.setdefault(word.upper(), []).append(place)
    normalize = torch.nn.functional.normalize
    blocks = torch.tensor(rows).split(BLOCK_ROWS)
    vectors = torch.cat([normalize(table.stored[block].double(), dim=1).float() for block in blocks])
    places = {row: place for place, row in enumerate(rows)}
    return Words(words, vectors, places, {word: tuple(found) for word, found in same.items()})


def rankings(*, table: str, a: str, b: str, c: str, method: similarity.Method = "3cosadd") -> Rankings:
    """The four rankings; ValueError names a word that the table does not have, and its nearest spellings."""
    found, inputs = whole_words(table), places_of(table, a, b, c)
    one, two, three = inputs
    out = found.variants(*inputs)
    k = min(SHOWN, _left(table, found, out))
    settings = {"k": k, "exclude_inputs": False, "method": method}
    ranked = [
        similarity.analogy(found.vectors, one, two, three, **settings),
        similarity.analogy(found.vectors, one, two, three, exclude=out, **settings),
    ]
    ranked += [
        similarity.nearest(found.vectors, found.vectors[word], k, exclude=found.variants(word)) for word in (two, three)
    ]
    answer = int(ranked[1].indices[0])
    expected = _expected(*(found.words[place] for place in inputs))
    wanted = found.same[expected.upper()][0] if expected and expected.upper() in found.same else None
    letters = {place: letter for letter, word in zip("abc", inputs, strict=True) for place in found.variants(word)}
    indices = [ranking.indices.tolist() for ranking in ranked]
    rows = list(found.places)
    return Rankings(
        torch.stack([ranking.scores for ranking in ranked]),
        tuple(tuple(found.words[place] for place in column) for column in indices),
        tuple(tuple(letters.get(place, "") for place in column) for column in indices),
        tuple(dict.fromkeys(rows[place] for column in (inputs, *indices) for place in column)),
        tuple(found.words[place] for place in inputs),
        found.words[answer],
        (_place(found, two, answer), _place(found, three, answer)),
        found.words[wanted] if wanted is not None else expected,
        _place_in_analogy(found, inputs, out, wanted, method) if wanted is not None else None,
        len(found.words),
        int(ranked[1].candidates),
        found.vectors.shape[1],
    )


def parallelogram(*, table: str, a: str, b: str, c: str, plane: View = "offsets") -> Parallelogram:
    """The plane of the offsets b - a and c - a, which goes through a, b, c and b - a + c, or that of the first two
    principal components of the words a, b, c and d. d is the first of 3CosAdd with the inputs taken out.

    ValueError as `rankings`, and if two of the words are the same.
    """
    found, inputs = whole_words(table), places_of(table, a, b, c)
    if len(set(inputs)) < 3:
        twice = next(found.words[place] for place in inputs if inputs.count(place) > 1)
        raise ValueError(f"“{twice}” stands twice; three different words span a parallelogram")
    _left(table, found, found.variants(*inputs))
    asked = {"k": 1, "exclude_inputs": False}
    answer = similarity.analogy(found.vectors, *inputs, exclude=found.variants(*inputs), **asked)
    four = (*inputs, int(answer.indices[0]))
    first = similarity.analogy(found.vectors, *inputs, **asked)
    words = found.vectors[list(four)].double()
    if words.shape[1] < 2 or not (words - words[0]).any():
        why = "have one number each" if words.shape[1] < 2 else "have the same direction"
        raise ValueError(f"these rows of {tables.load(table).name} {why}; a parallelogram needs a plane")
    target = words[1] - words[0] + words[2]
    five = torch.cat([words[:3], target[None], words[3:]])
    if plane == "offsets":
        basis, origin = similarity.plane(words[1] - words[0], words[2] - words[0]).basis.double(), words[0]
    else:
        pca = projection.project(words, "pca", 2)
        basis, origin = pca.components.double(), pca.mean.double()
    points = (five - origin) @ basis.T
    centred = words - words.mean(0)
    shares = (centred @ basis.T).square().sum(0) / centred.square().sum()
    places = points[[0, 1, 2, 4]]
    return Parallelogram(
        points.float(),
        torch.linalg.vector_norm(five - origin - points @ basis, dim=1).float(),
        tuple(found.words[place] for place in four),
        tuple(list(found.places)[place] for place in four),
        shares.float(),
        torch.linalg.vector_norm(five[4] - five[3]).item(),
        torch.linalg.vector_norm(points[4] - points[3]).item(),
        answer.scores[0].item(),
        _angle(words),
        _angle(places),
        torch.linalg.vector_norm(target).item(),
        found.words[int(first.indices[0])],
        first.scores[0].item(),
        len(found.words),
        int(answer.candidates),
        found.vectors.shape[1],
    )


def places_of(table: str, *words: str) -> tuple[int, ...]:
    """The places of words among `whole_words`; ValueError names the first that is not there, with nearest spellings."""
    loaded, found = tables.load(table), whole_words(table)
    places = []
    for letter, word in zip("abc", words, strict=False):
        if not word.strip():
            raise ValueError(f"the box of {letter} is empty; type one word")
        row = row_of(loaded, word.strip())
        if row not in found.places:
            near = spellings(loaded, word.strip())
            offer = f"the nearest spellings are {', '.join(near)}" if near else "nothing in it is spelled nearly so"
            raise ValueError(f"{loaded.name} has no word “{word.strip()}”; {offer}")
        places.append(found.places[row])
    return tuple(places)


@lru_cache
def google_set() -> Mapping[str, tuple[evaluation.Question, ...]]:
    """The questions of the Google set by section."""
    return evaluation.parse_analogies(read_file(ANALOGIES).decode("utf-8"))


@lru_cache
def _asked() -> Mapping[tuple[str, str, str], str]:
    """The fourth word of each question in lower case; b and c may change places, since b - a + c is the same."""
    questions = [[word.lower() for word in question] for part in google_set().values() for question in part]
    swapped = {(a, c, b): d for a, b, c, d in questions}
    return swapped | {(a, b, c): d for a, b, c, d in questions}


def _expected(a: str, b: str, c: str) -> str | None:
    return _asked().get((a.lower(), b.lower(), c.lower()))


def _angle(four: Tensor) -> float:
    """The angle in degrees between the ways from the first row to the second, and from the third to the fourth."""
    return math.degrees(similarity.plane(four[1] - four[0], four[3] - four[2]).angle or 0.0)


def _left(table: str, found: Words, out: list[int]) -> int:
    """How many words are left without these; ValueError if none."""
    if len(found.words) > len(out):
        return len(found.words) - len(out)
    raise ValueError(f"{tables.load(table).name} has no word but a, b and c themselves; an answer must be another")


def _bracketed(token: str) -> bool:
    return len(token) > 2 and token[0] == "[" and token[-1] == "]"


def _place(found: Words, word: int, other: int) -> int:
    """Where `other` stands among the neighbours of a word, from 1."""
    cosines = similarity.cosine_similarity(found.vectors[word][None], found.vectors)[0]
    cosines[found.variants(word)] = -2.0
    return 1 + int((cosines > cosines[other]).sum())


def _place_in_analogy(found: Words, inputs: tuple[int, ...], out: list[int], wanted: int, method: str) -> int | None:
    """Where a word first stands, in any case, among the first REACH without the inputs, from 1."""
    k = min(REACH, len(found.words) - len(out))
    ranked = similarity.analogy(found.vectors, *inputs, k, exclude_inputs=False, exclude=out, method=method)
    words = [found.words[place].upper() for place in ranked.indices.tolist()]
    upper = found.words[wanted].upper()
    return 1 + words.index(upper) if upper in words else None
