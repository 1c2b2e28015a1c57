"""Nearest neighbours against scikit-learn's brute force: `python -m tests.bench.neighbours`.

Prints a table in Markdown: the 10 nearest of 100 queries among 50,000 and 400,000 random vectors of width 50, float32,
by cosine and by Euclidean distance, everything counted from the table and the queries as they are: both look whether
all numbers are finite, and measure lengths, in every call. Each pair is timed in the same run, one call of each in
turn, the order changing every round, so that both meet the same state of the machine; both have all its processors. The
neighbours must be the same, but for rows whose distances in scikit-learn are equal to five digits.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.neighbors import NearestNeighbors

sys.path.insert(0, str(Path(__file__).parents[2]))

from embviz.compute.similarity import nearest

ROWS, WIDTH, QUERIES, K = (50_000, 400_000), 50, 100, 10
ROUNDS = 11


def timed(calls: list[Callable[[], object]], rounds: int) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in calls]
    for index in range(rounds + 1):
        order = range(len(calls)) if index % 2 else reversed(range(len(calls)))
        for which in order:
            begin = time.perf_counter()
            calls[which]()
            if index:
                times[which].append(time.perf_counter() - begin)
    return times


def check(vectors: np.ndarray, queries: np.ndarray, metric: str) -> None:
    distances, rows = NearestNeighbors(n_neighbors=K, algorithm="brute", metric=metric).fit(vectors).kneighbors(queries)
    found = nearest(torch.from_numpy(vectors), torch.from_numpy(queries), K, metric=metric)
    scores = found.scores.numpy() if metric == "euclidean" else 1 - found.scores.numpy()
    np.testing.assert_allclose(scores, distances, atol=1e-5, rtol=1e-5)
    differ = found.indices.numpy() != rows
    assert differ.mean() < 0.01, "the neighbours are not the same"


def main() -> None:
    torch.set_num_threads(os.cpu_count() or 1)
    print(f"CPU, {torch.get_num_threads()} threads; torch {torch.__version__}, scikit-learn {sklearn.__version__}")
    print(f"the {K} nearest of {QUERIES} queries, width {WIDTH}, float32; {ROUNDS} rounds, seconds\n")
    print("| rows | metric | scikit-learn: median | fastest | embviz: median | fastest | times as fast |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    draw = np.random.default_rng(0)
    for n in ROWS:
        vectors = draw.standard_normal((n, WIDTH), dtype=np.float32)
        queries = draw.standard_normal((QUERIES, WIDTH), dtype=np.float32)
        tensors = torch.from_numpy(vectors), torch.from_numpy(queries)
        for metric in ("euclidean", "cosine"):
            check(vectors, queries, metric)
            model = NearestNeighbors(n_neighbors=K, algorithm="brute", metric=metric)
            calls = [
                lambda model=model, v=vectors, q=queries: model.fit(v).kneighbors(q),
                lambda t=tensors, metric=metric: nearest(*t, K, metric=metric),
            ]
            theirs, ours = timed(calls, ROUNDS)
            ratio = statistics.median(theirs) / statistics.median(ours)
            cells = [statistics.median(theirs), min(theirs), statistics.median(ours), min(ours)]
            print(f"| {n:,} | {metric} | " + " | ".join(f"{c:.4f}" for c in cells) + f" | {ratio:.1f} |", flush=True)


if __name__ == "__main__":
    main()
