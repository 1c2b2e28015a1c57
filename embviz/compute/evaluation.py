"""How well a table of word vectors agrees with people: the Google analogies, and similarities of pairs of words.

- Analogies: Mikolov, Chen, Corrado and Dean 2013, "Efficient Estimation of Word Representations in Vector Space",
  section 4.1. A question is answered correctly if the row that 3CosAdd ranks first is exactly the fourth word.
- Pairs: Spearman's rank correlation of cosines with people's mean ratings, ranks of equal values averaged: WordSim-353
  (Finkelstein and others 2002), SimLex-999 (Hill, Reichart and Korhonen 2015).

Conventions, those of gensim's `evaluate_word_analogies` and `evaluate_word_pairs`, so that scores can be compared.
Words match without regard to case, by their `str.upper`; of rows that differ in case alone, the first stands for the
word, and none of them answers a question that has the word among its inputs. A question or pair with a word that has no
row is left out, and `coverage` says how many were not. `candidates` limits everything to the first so many rows, in
most tables the most frequent words; the accuracy depends on it, since a question is harder among more candidates.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.checks import checked_choice, checked_size, checked_table
from embviz.compute.similarity import METHODS, Method, analogy, paired_cosines

Question = tuple[str, str, str, str]
"""a, b, c, d: a is to b as c is to d."""

Pair = tuple[str, str, float]
"""Two words and how similar people find them."""

STEP_PRODUCTS = 1 << 33
"""Questions times candidates times width between two steps of `analogy_steps`: part of a second on a processor."""


@dataclass(frozen=True, slots=True)
class SectionScore:
    """The answers to one kind of question.

    questions: how many there are; answered: of these, how many have rows for all four words; correct: of the answered,
    how many are right with the three inputs left out of the ranking; correct_with_inputs: with the inputs among the
    candidates, None if that was not asked.
    """

    name: str
    questions: int
    answered: int
    correct: int
    correct_with_inputs: int | None

    @property
    def accuracy(self) -> float:
        """Correct of the answered, NaN if none was answered."""
        return self.correct / self.answered if self.answered else math.nan

    @property
    def accuracy_with_inputs(self) -> float:
        """Likewise with the inputs among the candidates, NaN also if that was not asked."""
        known = self.answered and self.correct_with_inputs is not None
        return self.correct_with_inputs / self.answered if known else math.nan

    @property
    def coverage(self) -> float:
        """Answered of all questions, NaN if there are none."""
        return self.answered / self.questions if self.questions else math.nan


@dataclass(frozen=True, slots=True)
class AnalogyAccuracy:
    """Scores on a set of analogies.

    sections: in the order of the questions; total: all of them together; candidates: how many rows were searched, the
    inputs among them; done: the share of the questions with rows that have been asked so far, 1.0 in the end.
    """

    sections: tuple[SectionScore, ...]
    total: SectionScore
    candidates: int
    done: float


@dataclass(frozen=True, slots=True)
class WordSimilarity:
    """How the cosines of pairs agree with people's ratings.

    rho: Spearman's, from -1 to 1, NaN if fewer than two pairs have rows, or all are alike; places (found,): which of
    the pairs have rows, int64; cosines and ratings (found,), float32 and float64; pairs: how many there are.
    """

    rho: float
    places: Tensor
    cosines: Tensor
    ratings: Tensor
    pairs: int

    @property
    def coverage(self) -> float:
        """Pairs with rows of all pairs, NaN if there are none."""
        return len(self.places) / self.pairs if self.pairs else math.nan


def parse_analogies(text: str) -> dict[str, tuple[Question, ...]]:
    """The questions of a file like word2vec's questions-words.txt, by section.

    A line that begins with a colon names a section, every other line holds four words; empty lines do not count.
    ValueError with the line's number for anything else.
    """
    sections: dict[str, list[Question]] = {}
    current: list[Question] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if line.startswith(":"):
            name = line[1:].strip()
            if not name or name in sections:
                raise ValueError(f"line {number} is {line!r}; it must name a section that was not named before")
            current = sections[name] = []
        elif words:
            if current is None:
                raise ValueError(f"line {number} is {line!r}; before it there must be a section, such as ': family'")
            if len(words) != 4:
                raise ValueError(f"line {number} is {line!r}; a question is four words, not {len(words)}")
            current.append((words[0], words[1], words[2], words[3]))
    return {name: tuple(questions) for name, questions in sections.items()}


def parse_pairs(text: str) -> tuple[Pair, ...]:
    """The pairs of a file like wordsim353.tsv or simlex999.txt: two words and a number a line, with tabs between.

    Lines that begin with # and empty lines do not count. ValueError with the line's number for anything else.
    """
    pairs = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        try:
            first, second, rating = cells[0], cells[1], float(cells[2])
        except (IndexError, ValueError):
            first = second = ""
            rating = math.nan
        if len(cells) != 3 or not first or not second or not math.isfinite(rating):
            raise ValueError(f"line {number} is {line!r}; it must be two words and a number, with tabs between")
        pairs.append((first, second, rating))
    return tuple(pairs)


def analogy_accuracy(
    vectors: Tensor,
    vocabulary: Sequence[str],
    questions: Mapping[str, Sequence[Question]],
    *,
    candidates: int | None = None,
    with_inputs: bool = False,
    method: Method = "3cosadd",
) -> AnalogyAccuracy:
    """How many of the questions a table (n, dim) answers, where vocabulary[i] is the word of row i.

    `questions` are four words each, by section, as from `parse_analogies`. `candidates` is the number of rows, from the
    first, that have words and can be answers; all unless given. `with_inputs` asks everything a second time, with the
    inputs among the candidates.
    """
    steps = analogy_steps(vectors, vocabulary, questions, candidates=candidates, with_inputs=with_inputs, method=method)
    for step in steps:
        last = step
    return last


def analogy_steps(
    vectors: Tensor,
    vocabulary: Sequence[str],
    questions: Mapping[str, Sequence[Question]],
    *,
    candidates: int | None = None,
    with_inputs: bool = False,
    method: Method = "3cosadd",
) -> Iterator[AnalogyAccuracy]:
    """`analogy_accuracy` bit by bit: the scores so far, several times a second, at least once; the last is the result.

    To cancel, stop taking them. ValueErrors are raised on the call, before the first is taken.
    """
    table, folded, words = _checked_vocabulary(vectors, vocabulary, candidates)
    checked_choice("method", method, METHODS)
    for name, quadruples in questions.items():
        for question in quadruples:
            if isinstance(question, str) or len(question) != 4:
                raise ValueError(f"{question!r} in section {name!r} is no question; it must be four words")
    sizes = {name: len(quadruples) for name, quadruples in questions.items()}
    spelled = [word for quadruples in questions.values() for question in quadruples for word in question]
    known = {word: words.get(word.upper(), -1) for word in set(spelled)}
    asked = torch.tensor([known[word] for word in spelled], dtype=torch.int64, device="cpu").reshape(-1, 4)
    where = torch.repeat_interleave(torch.tensor(list(sizes.values()), dtype=torch.int64, device="cpu"))
    answerable = (asked >= 0).all(dim=1)
    asked, where = asked[answerable], where[answerable]
    return _asked(table, _same_word(folded, words), asked, where, sizes, with_inputs, method)


def _asked(
    table: Tensor,
    same: Tensor,
    asked: Tensor,
    where: Tensor,
    sizes: Mapping[str, int],
    with_inputs: bool,
    method: Method,
) -> Iterator[AnalogyAccuracy]:
    """The scores after every few of the questions `asked` (q, 4), row numbers, of which `where` (q,) is the section."""
    same, asked = same.to(table.device), asked.to(table.device)
    answered = torch.bincount(where, minlength=len(sizes)).tolist()
    correct = torch.zeros(1 + with_inputs, len(sizes), dtype=torch.int64, device="cpu")
    step = max(1, STEP_PRODUCTS // table.numel())
    for start in range(0, len(asked) or 1, step):
        few = slice(start, start + step)
        for inputs, counts in enumerate(correct):
            right = _right(table, same, asked[few], method, with_inputs=bool(inputs))
            counts += torch.bincount(where[few][right], minlength=len(sizes))
        without, *with_all = correct.tolist()
        counted = zip(sizes.items(), answered, without, *with_all or [[None] * len(sizes)], strict=True)
        sections = tuple(SectionScore(name, size, *counts) for (name, size), *counts in counted)
        sums = sum(sizes.values()), sum(answered), sum(without), sum(with_all[0]) if with_all else None
        done = min(1.0, (start + step) / max(1, len(asked)))
        yield AnalogyAccuracy(sections, SectionScore("total", *sums), len(table), done)


def _right(table: Tensor, same: Tensor, asked: Tensor, method: Method, *, with_inputs: bool) -> Tensor:
    """Which of the questions (q, 4) are answered with their fourth word, bool, on the CPU."""
    exclude = same[asked[:, :3]].flatten(1) if not with_inputs else asked[:, :0]
    right = torch.zeros(len(asked), dtype=torch.bool, device="cpu")
    if exclude.shape[1] < len(table):
        possible = slice(None)
    else:  # the inputs may be all rows there are, and then no answer is right
        possible = torch.tensor([len(set(rows)) < len(table) for rows in exclude.tolist()], dtype=torch.bool)
    a, b, c, wanted = asked[possible].T
    found = analogy(table, a, b, c, 1, exclude_inputs=False, exclude=exclude[possible], method=method)
    right[possible] = (same[found.indices[:, 0], 0] == wanted).cpu()
    return right


def word_similarity(
    vectors: Tensor, vocabulary: Sequence[str], pairs: Sequence[Pair], *, candidates: int | None = None
) -> WordSimilarity:
    """How the cosines of pairs of words agree with people's ratings; vocabulary[i] is the word of row i of (n, dim).

    `pairs` are two words and a rating each, as from `parse_pairs`. `candidates` is the number of rows, from the first,
    that have words; all unless given.
    """
    table, _, words = _checked_vocabulary(vectors, vocabulary, candidates)
    places, rows, ratings = [], [], []
    for place, pair in enumerate(pairs):
        if isinstance(pair, str) or len(pair) != 3 or not math.isfinite(pair[2]):
            raise ValueError(f"{pair!r} is no pair; it must be two words and a rating")
        found = [words.get(word.upper(), -1) for word in pair[:2]]
        if min(found) >= 0:
            places.append(place)
            rows.append(found)
            ratings.append(float(pair[2]))
    both = torch.tensor(rows, dtype=torch.int64, device=table.device).reshape(-1, 2)
    cosines = paired_cosines(table[both[:, 0]], table[both[:, 1]]).to("cpu", torch.float32)
    people = torch.tensor(ratings, dtype=torch.float64, device="cpu")
    return WordSimilarity(
        _spearman(cosines, people), torch.tensor(places, dtype=torch.int64, device="cpu"), cosines, people, len(pairs)
    )


def _spearman(a: Tensor, b: Tensor) -> float:
    """The correlation of ranks, ranks of equal values averaged; NaN where one side has no two values."""
    if len(a) < 2 or bool((a == a[0]).all()) or bool((b == b[0]).all()):
        return math.nan
    ranks = torch.stack((_ranks(a), _ranks(b)))
    return torch.corrcoef(ranks)[0, 1].item()


def _ranks(values: Tensor) -> Tensor:
    _, group, counts = torch.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum(0).to(torch.float64)
    return (last - (counts - 1) / 2)[group]


def _checked_vocabulary(
    vectors: Tensor, vocabulary: Sequence[str], candidates: int | None
) -> tuple[Tensor, list[str], dict[str, int]]:
    """The first `candidates` rows, their words in upper case, and the first row of each of those."""
    table = checked_table("vectors", vectors)
    if len(vocabulary) != len(table):
        raise ValueError(f"vocabulary has {len(vocabulary):,} words; vectors of {len(table):,} rows need as many")
    if candidates is not None:
        table = table[: checked_size("candidates", candidates)]
    folded = [word.upper() for word in vocabulary[: len(table)]]
    words = dict(zip(reversed(folded), range(len(table) - 1, -1, -1), strict=True))
    return table, folded, words


def _same_word(folded: Sequence[str], words: Mapping[str, int]) -> Tensor:
    """For each row all rows of the same word, first the one that stands for it, (n, most), with repeats."""
    first = torch.tensor([words[word] for word in folded], dtype=torch.int64, device="cpu")
    counts = torch.bincount(first)
    order = first.argsort(stable=True)
    place = (counts.cumsum(0) - counts)[first, None] + torch.arange(int(counts.max()), device="cpu") % counts[
        first, None
    ]
    return order[place]
