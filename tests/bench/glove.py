"""GloVe against a plain float64 loop over single pairs: `python -m tests.bench.glove [--shakespeare]`.

Prints tables in Markdown. The loop is the authors' program in numpy: pairs in a new random order in each epoch, one
AdaGrad step a pair, all in float64. Both get the counts of the kingdom corpus and start from their own random numbers,
three seeds each; the objective is that of the paper (equation 8) divided by the number of pairs. The second table shows
what the size of a batch does to it. With --shakespeare the last one times the corpus that is shipped.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from embviz.compute import corpora, glove
from embviz.compute.similarity import nearest
from embviz.tables.corpora import shakespeare

DIM, EPOCHS, SEEDS = 50, 25, (0, 1, 2)
BATCHES = (1, 12, 24, 48, 96, 192)
WATCHED = ("king", "daughter", "sword", "night", "rome")


def loop(counts: glove.Cooccurrences, seed: int, epochs: int, rate: float = 0.05) -> list[float]:
    """The objective after each epoch."""
    draw = np.random.default_rng(seed)
    n, x = counts.n_words, counts.values.double().numpy()
    rows, columns = counts.rows.tolist(), counts.columns.tolist()
    weight, log = np.minimum(1, x / 100) ** 0.75, np.log(x)
    tables = [(draw.random((n, DIM)) - 0.5) / DIM for _ in range(2)]
    biases = [(draw.random(n) - 0.5) / DIM for _ in range(2)]
    squares, bias_squares = np.ones((2, n, DIM)), np.ones((2, n))
    (w, c), (b, d) = tables, biases
    found = []
    for _ in range(epochs):
        for pair in draw.permutation(len(x)).tolist():
            i, j = rows[pair], columns[pair]
            step = rate * weight[pair] * (w[i] @ c[j] + b[i] + d[j] - log[pair])
            to_w, to_c = step * c[j], step * w[i]
            w[i] -= to_w / np.sqrt(squares[0, i])
            c[j] -= to_c / np.sqrt(squares[1, j])
            b[i] -= step / np.sqrt(bias_squares[0, i])
            d[j] -= step / np.sqrt(bias_squares[1, j])
            squares[0, i] += to_w**2
            squares[1, j] += to_c**2
            bias_squares[0, i] += step**2
            bias_squares[1, j] += step**2
        error = (w[rows] * c[columns]).sum(1) + b[rows] + d[columns] - log
        found.append(float(weight @ error**2) / len(x))
    return found


def ours(corpus: corpora.Corpus, seed: int) -> tuple[list[float], float]:
    seen = list(glove.train_glove(corpus, dim=DIM, epochs=EPOCHS, seed=seed, snapshots=EPOCHS, device="cpu"))
    return [snapshot.loss for snapshot in seen[1:]], seen[-1].seconds


def told(values: list[float]) -> str:
    return f"{statistics.mean(values):.5f} ± {statistics.stdev(values):.5f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shakespeare", action="store_true")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    corpus = corpora.kingdom()
    words = corpora.vocabulary(corpus)
    counts = glove.cooccurrences(corpus, words)
    print(f"CPU, {torch.get_num_threads()} threads; torch {torch.__version__}")
    print(f"kingdom: {len(words)} words, {len(counts.values):,} pairs; {DIM}-d, {EPOCHS} epochs, seeds {SEEDS}\n")

    begin = time.perf_counter()
    plain = [loop(counts, seed, EPOCHS) for seed in SEEDS]
    seconds = (time.perf_counter() - begin) / len(SEEDS)
    runs = [ours(corpus, seed) for seed in SEEDS]
    print("| | " + " | ".join(f"epoch {epoch}" for epoch in (1, 5, 10, EPOCHS)) + " | seconds |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, curves, spent in (
        ("plain float64 loop", plain, seconds),
        ("embviz", [curve for curve, _ in runs], statistics.median(spent for _, spent in runs)),
    ):
        at = [told([curve[epoch - 1] for curve in curves]) for epoch in (1, 5, 10, EPOCHS)]
        print(f"| {name} | {' | '.join(at)} | {spent:.2f} |")

    print("\n| batches an epoch | objective after the last epoch | seconds |\n| --- | --- | --- |")
    pairs, least = glove.BATCH_PAIRS, glove.LEAST_BATCHES
    for n_batches in BATCHES:
        glove.BATCH_PAIRS, glove.LEAST_BATCHES = 1 << 40, n_batches
        runs = [ours(corpus, seed) for seed in SEEDS]
        spent = statistics.median(seconds for _, seconds in runs)
        print(f"| {n_batches} | {told([curve[-1] for curve, _ in runs])} | {spent:.2f} |")
    glove.BATCH_PAIRS, glove.LEAST_BATCHES = pairs, least

    if options.shakespeare:
        corpus = shakespeare()
        begin = time.perf_counter()
        words = corpora.vocabulary(corpus)
        counts = glove.cooccurrences(corpus, words)
        counted = time.perf_counter() - begin
        print(f"\nShakespeare: {len(words):,} words, {len(counts.values):,} pairs, counted in {counted:.1f} s\n")
        print(f"| epoch | seconds | words/s | objective | {' | '.join(WATCHED)} |\n|{' --- |' * (4 + len(WATCHED))}")
        for seen in glove.train_glove(corpus, dim=DIM, epochs=EPOCHS, snapshots=5, device="cpu"):
            places = corpora.ids(WATCHED, words)
            near = nearest(seen.vectors, seen.vectors[places], 4, exclude=places[:, None]).indices.tolist()
            told_near = " | ".join(", ".join(seen.vocabulary[row] for row in rows) for rows in near)
            rate = f"{seen.tokens_per_second:,.0f}"
            print(f"| {seen.epoch:g} | {seen.seconds:.1f} | {rate} | {seen.loss:.5f} | {told_near} |", flush=True)


if __name__ == "__main__":
    main()
