"""t-SNE (van der Maaten and Hinton 2008) by scikit-learn, in a process of its own, to be watched and stopped.

The process writes what scikit-learn says as it goes; `tsne` hears from it how far it is. Starts from PCA; with the same
seed the picture is the same on one machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from embviz.compute.checks import checked_size

MOST_ROWS = 5000
LEAST_ROWS = 100
PERPLEXITY = 30.0
STEPS = 1000
_SAID = re.compile(r"Iteration (\d+): error = ([\d.]+)")


def tsne(vectors: Tensor, *, seed: int, report: Callable[[float, str], None]) -> Tensor:
    """The rows (n, dim) in two dimensions, (n, 2).

    `report(share, words)` is called every 50 of STEPS steps; what it raises ends the process. ValueError for fewer
    than LEAST_ROWS or more than MOST_ROWS rows, RuntimeError if the process fails.
    """
    if not LEAST_ROWS <= len(vectors) <= MOST_ROWS:
        raise ValueError(f"{len(vectors):,} rows were chosen; t-SNE takes {LEAST_ROWS} to {MOST_ROWS:,}")
    checked_size("seed", seed, least=0)
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "given.npy"), Path(folder, "made.npy")
        np.save(given, vectors.cpu().numpy(), allow_pickle=False)
        command = [sys.executable, "-m", "embviz.compute.tsne", str(given), str(made), str(seed)]
        root = Path(__file__).resolve().parents[2]
        environment = os.environ | {
            "OMP_NUM_THREADS": "1"
        }  # threads that wait for each other cost more than they bring
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
        )
        try:
            report(0.0, f"t-SNE of {len(vectors):,} rows")
            for line in process.stdout:
                if said := _SAID.search(line):
                    report(int(said[1]) / STEPS, f"step {said[1]} of {STEPS}, divergence {said[2]}")
            if process.wait():
                raise RuntimeError(f"the t-SNE process ended with code {process.returncode}")
            return torch.from_numpy(np.load(made, allow_pickle=False))
        finally:
            process.kill()
            process.wait()


def main() -> None:
    import numpy as np
    from sklearn.manifold import TSNE

    given, made, seed = sys.argv[1:]
    made_by = TSNE(init="pca", perplexity=PERPLEXITY, max_iter=STEPS, random_state=int(seed), verbose=2)
    np.save(made, made_by.fit_transform(np.load(given, allow_pickle=False)), allow_pickle=False)


if __name__ == "__main__":
    main()
