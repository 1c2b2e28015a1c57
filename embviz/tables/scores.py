"""Scores of a table on the Google analogies, WordSim-353 and SimLex-999: `python -m embviz.tables.scores` computes
those of the shipped tables and writes assets/scores.json.

What is scored, and how, is in `embviz.compute.evaluation`: analogies by 3CosAdd. The candidates are the whole words of
a table (`embviz.tables.analogies.whole_words`). Beside the score with the inputs taken out stand two baselines: the
score with them left in, and that of the nearest neighbour of c that is none of the inputs (Linzen 2016).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from embviz import tables
from embviz.compute import evaluation, similarity
from embviz.paths import ASSETS
from embviz.tables import shipped as files
from embviz.tables.analogies import Words, google_set, whole_words

SCORES = ASSETS / "scores.json"
PAIRS = {"WordSim-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}
NEIGHBOURS = 40
"""Neighbours of c looked through for one that is no input: more than three words have variants in case."""

COUNTS = ("questions", "answered", "correct", "with_inputs", "nearest")

SAME_RHO = 1e-6
"""Correlations that are nearer to each other are the same."""

Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a table reaches.

    candidates: words searched. sections: of the Google set, the last named "total", each with name, questions, answered
    (all four words are there), correct (inputs taken out), with_inputs (left in), nearest (the nearest neighbour of c
    is the answer). pairs: each with name, pairs, found (both words are there), rho (Spearman's; None of less than two).
    """

    table: str
    candidates: int
    sections: tuple[Mapping[str, Any], ...]
    pairs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Shipped:
    """The shipped scores by table, as `Scores`, and how many numbers each table's are."""

    scores: Mapping[str, Mapping[str, Any]]
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Again:
    """Scores computed anew, and how they compare: `same` of `compared` numbers are those that are shipped."""

    scores: Mapping[str, Any]
    same: int
    compared: int


def computed(
    *,
    table: str,
    sections: tuple[str, ...] = (),
    report: Report = lambda share, words: None,
) -> Scores:
    """The scores of a table now; of some sections only if they are named. `report` hears how far it is."""
    found, called = whole_words(table), tables.load(table).name
    questions = {name: part for name, part in google_set().items() if not sections or name in sections}
    report(0.0, f"{called}: {sum(map(len, questions.values())):,} questions")
    for step in evaluation.analogy_steps(found.vectors, found.words, questions, with_inputs=True):
        report(0.85 * step.done, f"{called}: {step.done:.0%} of the questions")
        last = step
    nearest = {}
    for done, (name, part) in enumerate(questions.items()):
        report(0.85 + 0.1 * done / len(questions), f"{called}: neighbours, {name}")
        nearest |= nearest_of_c(found, {name: part})
    rows = []
    for section in (*last.sections, last.total):
        near = sum(nearest.values()) if section is last.total else nearest[section.name]
        counts = (section.questions, section.answered, section.correct, section.correct_with_inputs, near)
        rows.append({"name": section.name, **dict(zip(COUNTS, counts, strict=True))})
    pairs = []
    for name, file in PAIRS.items():
        report(0.97, f"{called}: {name}")
        rated = evaluation.parse_pairs(files.read_file(file).decode("utf-8"))
        agreed = evaluation.word_similarity(found.vectors, found.words, rated)
        rho = None if math.isnan(agreed.rho) else round(agreed.rho, 9)
        pairs.append({"name": name, "pairs": agreed.pairs, "found": len(agreed.places), "rho": rho})
    return Scores(called, len(found.words), tuple(rows), tuple(pairs))


def nearest_of_c(found: Words, questions: Mapping[str, tuple[evaluation.Question, ...]]) -> dict[str, int]:
    """How many questions of each section the nearest neighbour of c answers that is none of the inputs."""
    stands = {word: places[0] for word, places in found.same.items()}
    rows = {
        name: [tuple(stands.get(word.upper(), -1) for word in question) for question in part]
        for name, part in questions.items()
    }
    thirds = sorted({row[2] for part in rows.values() for row in part if min(row) >= 0})
    near = similarity.nearest(found.vectors, found.vectors[thirds], min(NEIGHBOURS, len(found.words)))
    ranked = {
        c: list(dict.fromkeys(stands[found.words[place].upper()] for place in places))
        for c, places in zip(thirds, near.indices.tolist(), strict=True)
    }
    return {
        name: sum(next((w for w in ranked[row[2]] if w not in row[:3]), -1) == row[3] for row in part if min(row) >= 0)
        for name, part in rows.items()
    }


def again(*, table: str, report: Report) -> Again:
    """The scores of a table computed anew, and compared with the shipped ones."""
    new = asdict(computed(table=table, report=report))
    pairs = list(zip(_numbers(new), _numbers(read()[table]), strict=True))
    return Again(new, sum(abs(one - other) <= SAME_RHO for one, other in pairs), len(pairs))


def shipped() -> Shipped:
    """The scores in assets/scores.json."""
    return Shipped(read(), {table: len(_numbers(made)) for table, made in read().items()})


@lru_cache
def read() -> Mapping[str, Mapping[str, Any]]:
    """All of assets/scores.json, by table."""
    return json.loads(SCORES.read_text("utf-8"))


def _numbers(scores: Mapping[str, Any]) -> list[float]:
    parts = [scores, *scores["sections"], *scores["pairs"]]
    return [value for part in parts for value in part.values() if isinstance(value, int | float)]


def main() -> None:
    made = {table: asdict(computed(table=table, report=_print)) for table in files.LAYOUTS}
    SCORES.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


def _print(share: float, words: str) -> None:
    print(f"{share:4.0%} {words}", end="\r", flush=True)


if __name__ == "__main__":
    main()
