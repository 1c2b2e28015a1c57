"""PCA to 3 components against scikit-learn's solvers: `python -m tests.bench.pca`.

Prints a table in Markdown: 50,000 × 384, float32, with a mean that is not 0 and a spread that differs from column to
column, as in a trained table; the coordinates of all rows are part of it. One call of each in turn, in changing order,
so that all meet the same state of the machine, after a pause in which the threads of the one before stop waiting for
work; torch with one thread, as in the app, numpy and scikit-learn with all processors. Errors are of the first three
components against a decomposition in float64, up to sign: the largest absolute difference of a loading, and of a
coordinate.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.decomposition import PCA

sys.path.insert(0, str(Path(__file__).parents[2]))

from embviz.compute.projection import project

ROWS, WIDTH, COMPONENTS = 50_000, 384, 3
SOLVERS = {"covariance_eigh": 11, "randomized": 5, "arpack": 3, "full": 1}  # how often each is timed
ROUNDS = 11


def drawn() -> np.ndarray:
    draw = np.random.default_rng(0)
    turn, _ = np.linalg.qr(draw.standard_normal((WIDTH, WIDTH)))
    spread = 3 * np.exp(-np.arange(WIDTH) / 60) + 0.3
    rows = draw.standard_normal((ROWS, WIDTH), dtype=np.float32) * spread
    return (rows @ turn + draw.standard_normal(WIDTH)).astype(np.float32)


def errors(components: np.ndarray, coordinates: np.ndarray, exact: np.ndarray, places: np.ndarray) -> tuple:
    signs = np.sign((components * exact).sum(axis=1))
    return np.abs(components * signs[:, None] - exact).max(), np.abs(coordinates * signs - places).max()


def main() -> None:
    torch.set_num_threads(1)
    vectors = drawn()
    tensor = torch.from_numpy(vectors)
    reference = PCA(COMPONENTS, svd_solver="covariance_eigh").fit(vectors.astype(np.float64))
    places = reference.transform(vectors.astype(np.float64))
    results: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    times: dict[str, list[float]] = {}

    def theirs(solver: str) -> None:
        model = PCA(COMPONENTS, svd_solver=solver, random_state=0)
        coordinates = model.fit_transform(vectors)
        results[f"scikit-learn, {solver}"] = model.components_, coordinates

    def ours() -> None:
        found = project(tensor, "pca", COMPONENTS)
        results["embviz"] = found.components.numpy(), found.coordinates.numpy()

    calls: dict[str, tuple[Callable[[], None], int]] = {
        f"scikit-learn, {solver}": (lambda solver=solver: theirs(solver), rounds) for solver, rounds in SOLVERS.items()
    } | {"embviz": (ours, ROUNDS)}
    for index in range(ROUNDS + 1):
        for name in calls if index % 2 else reversed(calls):
            call, rounds = calls[name]
            if index <= rounds:
                time.sleep(0.3)  # threads of the other library still wait for work, on the cores that this one needs
                begin = time.perf_counter()
                call()
                if index or rounds == 1:
                    times.setdefault(name, []).append(time.perf_counter() - begin)

    print(f"CPU, {torch.get_num_threads()} threads; torch {torch.__version__}, scikit-learn {sklearn.__version__}")
    print(f"PCA of {ROWS:,} × {WIDTH}, float32, to {COMPONENTS} components; seconds\n")
    print("| | median | fastest | rounds | error of a loading | of a coordinate |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in calls:
        loading, coordinate = errors(*results[name], reference.components_, places)
        median = statistics.median(times[name])
        print(
            f"| {name} | {median:.3f} | {min(times[name]):.3f} | {len(times[name])} | {loading:.1e} | {coordinate:.1e} |"
        )
    best = min(statistics.median(times[name]) for name in calls if name != "embviz")
    print(f"\ntimes as fast as scikit-learn's best: {best / statistics.median(times['embviz']):.2f}")


if __name__ == "__main__":
    main()
