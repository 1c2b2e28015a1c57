"""The whole Google analogy set on `glove` against gensim: `python -m tests.bench.analogies [path]`.

Prints a table in Markdown: seconds for all 19,544 questions with all 50,000 words as candidates (`restrict_vocab` in
gensim), from the vectors, the words and the file to the score of each section, and whether the scores are the same. One
call of each in turn, so that both meet the same state of the machine, with all its processors.

gensim is no requirement of the project. Where it is not installed, only our own time is printed; `path` is a folder
to import it from, such as the site-packages of another virtual environment with the same Python.
"""

import importlib
import os
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))
if len(sys.argv) > 1:
    sys.path.append(sys.argv[1])

from embviz import tables
from embviz.compute.evaluation import analogy_accuracy, parse_analogies
from embviz.paths import DATA

FILE = DATA / "questions-words.txt"
ROUNDS = 3


def ours(table: tables.EmbeddingTable) -> dict[str, tuple[int, int]]:
    found = analogy_accuracy(table.vectors, table.tokens, parse_analogies(FILE.read_text("utf-8")))
    return {score.name: (score.correct, score.answered) for score in found.sections}


def theirs(model: object, n: int) -> dict[str, tuple[int, int]]:
    model.fill_norms(force=True)  # what `evaluate_word_analogies` leaves behind for the next call
    _, sections = model.evaluate_word_analogies(str(FILE), restrict_vocab=n)
    return {
        each["section"]: (len(each["correct"]), len(each["correct"]) + len(each["incorrect"])) for each in sections[:-1]
    }


def main() -> None:
    torch.set_num_threads(os.cpu_count() or 1)
    table = tables.load("glove")
    n, dim = table.vectors.shape
    calls = {"embviz": lambda: ours(table)}
    try:
        models = importlib.import_module("gensim.models")
    except ImportError as error:
        print(f"gensim cannot be imported ({error}): no comparison")
    else:
        model = models.KeyedVectors(dim)
        model.add_vectors(list(table.tokens), table.vectors.numpy())
        version = importlib.import_module("gensim").__version__
        calls = {f"gensim {version}": lambda: theirs(model, n)} | calls
    times: dict[str, list[float]] = {name: [] for name in calls}
    scores = {}
    calls["embviz"]()
    for _ in range(ROUNDS):
        for name, call in calls.items():
            time.sleep(0.3)  # threads of the other library still wait for work, on the cores that this one needs
            begin = time.perf_counter()
            scores[name] = call()
            times[name].append(time.perf_counter() - begin)
    print(f"CPU, {torch.get_num_threads()} threads; torch {torch.__version__}; {ROUNDS} rounds; seconds")
    print(f"Google analogies, {n:,} candidates, width {dim}\n")
    print("| | median | fastest | correct | of |")
    print("| --- | --- | --- | --- | --- |")
    for name in calls:
        correct, answered = map(sum, zip(*scores[name].values(), strict=True))
        print(
            f"| {name} | {statistics.median(times[name]):.2f} | {min(times[name]):.2f} | {correct:,} | {answered:,} |"
        )
    if len(calls) > 1:
        peer, own = calls
        same = all(scores[peer][name] == score for name, score in scores[own].items())
        ratio = statistics.median(times[peer]) / statistics.median(times[own])
        print(f"\nthe same in all {len(scores[own])} sections: {same}; times as fast: {ratio:.1f}")


if __name__ == "__main__":
    main()
