"""An upload of 50,000 × 300 vectors, read by `read_upload` and by gensim's loader, and the same table written.

python tests/bench/upload.py [python of an environment that has gensim]

Each file is read in a new process, by each in turn, `ROUNDS` times. Memory is the peak of the process while it reads,
less what it had before, libraries loaded and a small file read; the table itself is 60 MB of it. The file is on disk,
for both. gensim is no requirement of the project: without an environment that has it (the argument, or
EMBVIZ_GENSIM_PYTHON) it is left out. What both read must be the same tokens and numbers.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS, DIM, ROUNDS = 50_000, 300, 5

# What each process runs: `read(path)` gives tokens and vectors.
OURS = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from embviz.tables import read_upload
def read(path):
    with open(path, "rb") as file:
        table = read_upload(path, file)
    return table.tokens, table.vectors.numpy()
"""
GENSIM = """
from gensim.models import KeyedVectors
def read(path):
    loaded = KeyedVectors.load_word2vec_format(path, binary=path.endswith(".bin"))
    return loaded.index_to_key, loaded.vectors
"""
MEASURED = """
import hashlib, json, sys, time
def memory(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) * 1024 / 1e6
small, path = sys.argv[1:]
read(small)
before = memory("VmRSS:")
start, work = time.perf_counter(), time.process_time()
tokens, vectors = read(path)
seconds, work, peak = time.perf_counter() - start, time.process_time() - work, memory("VmHWM:") - before
digest = hashlib.sha256(vectors.tobytes() + "\\n".join(tokens).encode()).hexdigest()
print(json.dumps([seconds, work, peak, digest]))
"""


def files(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """What a file is, its path, and that of a small one of its kind."""
    sys.path.insert(0, str(ROOT))
    import torch

    from embviz.tables.export import export

    vectors = 0.4 * torch.randn(ROWS, DIM, generator=torch.Generator().manual_seed(0))
    rounded = torch.round(vectors.double(), decimals=5).float()
    tokens = [f"word{row}" for row in range(ROWS)]
    for about, format, table in (
        ("text, five decimals as GloVe's", "word2vec", rounded),
        ("text, all digits", "word2vec", vectors),
        ("binary", "word2vec-binary", vectors),
    ):
        paths = []
        for rows in (ROWS, 10):
            start = time.process_time()
            (file,) = export(tokens[:rows], table[:rows], format, name=f"{about[:6].strip(',')}{rows}")
            if rows == ROWS:
                print(
                    f"written, {about}: {len(file.data) / 1e6:.0f} MB, {time.process_time() - start:.1f} s of processor"
                )
            paths.append(folder / file.name)
            paths[-1].write_bytes(file.data)
        yield about, *paths


def run(python: str, code: str, small: Path, path: Path) -> list:
    """Seconds, processor seconds, MB and a digest of what was read."""
    command = [python, "-c", code + MEASURED, str(small), str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def find_gensim() -> str | None:
    python = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("EMBVIZ_GENSIM_PYTHON", sys.executable)
    found = subprocess.run([python, "-c", "import gensim; print(gensim.__version__)"], capture_output=True, text=True)
    print(
        f"gensim {found.stdout.strip()}" if found.returncode == 0 else "gensim is not importable here and is left out"
    )
    return python if found.returncode == 0 else None


def main() -> None:
    readers = [("read_upload", sys.executable, OURS)]
    if python := find_gensim():
        readers.append(("gensim", python, GENSIM))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for about, path, small in files(Path(folder)):
            runs: dict[str, list[list]] = {name: [] for name, *_ in readers}
            for turn in range(ROUNDS):
                for name, python, code in readers if turn % 2 else reversed(readers):
                    runs[name].append(run(python, code, small, path))
            if len({digest for results in runs.values() for *_, digest in results}) > 1:
                raise AssertionError(f"{about}: not the same tokens and numbers")
            for name, results in runs.items():
                seconds, work, peak, _ = zip(*results, strict=True)
                size = f"{path.stat().st_size / 1e6:.0f}"
                times = f"{statistics.median(seconds):.2f}", f"{min(seconds):.2f}", f"{statistics.median(work):.2f}"
                rows.append([about, size, name, *times, f"{statistics.median(peak):.0f}"])
    print(f"\nReading {ROWS:,} × {DIM} vectors, {ROUNDS} rounds; the table has {4 * ROWS * DIM / 1e6:.0f} MB\n")
    head = ("file", "MB", "reader", "median s", "best s", "processor s, median", "peak MB above the start")
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for cells in rows:
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
