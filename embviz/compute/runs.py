"""Training runs that are shipped: `python -m embviz.compute.runs` makes them, with fixed seeds, in assets/runs.

A run is NAME.json, its facts and how long it took, and NAME.safetensors where it has tensors (never pickle); a name may
hold a folder, as "language/rotary". What is there already is left alone, so that an interrupted making goes on where it
stopped. A module of `SOURCES` offers runs by a function `makers()`, which returns a mapping from the run's name to a
function without arguments that makes it.

    python -m embviz.compute.runs                    all that are missing
    python -m embviz.compute.runs 'recipe/*' --again some, though they are there
    python -m embviz.compute.runs --part 1/2         every second of them, for two processes side by side
    python -m embviz.compute.runs --list             which there are, with their sizes and times
"""

import argparse
import importlib
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from safetensors.torch import save as packed
from torch import Tensor

RUNS = Path(__file__).resolve().parents[2] / "assets" / "runs"
SOURCES = (
    "embviz.compute.language_runs",
    "embviz.compute.recipe",
    "embviz.tables.word2vec_runs",
    "embviz.tables.glove_runs",
    "embviz.tables.language_model_runs",
)
MOST_BYTES = 30_000_000
"""What all shipped runs together may take."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run: `facts`, which JSON can hold, and `tensors` by name, as shipped (float16 where that is enough)."""

    name: str
    facts: Mapping[str, Any]
    tensors: Mapping[str, Tensor] = field(default_factory=dict)


Maker = Callable[[], Run]


def makers(sources: Iterable[str] = SOURCES) -> dict[str, Maker]:
    """All runs that can be made, by name, in the order in which they are. ValueError for a name offered twice."""
    found: dict[str, Maker] = {}
    for source in sources:
        offered = importlib.import_module(source).makers()
        if twice := sorted(found.keys() & offered.keys()):
            raise ValueError(f"{source} offers runs that another source offers too: {', '.join(twice)}")
        found |= offered
    return found


def names(pattern: str = "*", *, directory: Path = RUNS) -> tuple[str, ...]:
    """The names of the runs that are shipped and match the pattern, such as "recipe/*", sorted."""
    found = (path.relative_to(directory).with_suffix("").as_posix() for path in directory.rglob("*.json"))
    return tuple(sorted(name for name in found if fnmatch(name, pattern)))


def facts(name: str, *, directory: Path = RUNS) -> dict[str, Any]:
    """The facts of a shipped run alone. ValueError with the names there are if it is not one of them."""
    return json.loads(_path(name, directory).read_text("utf-8"))


def load(name: str, *, directory: Path = RUNS) -> Run:
    """A shipped run with its tensors, as they are in the file. ValueError if there is none of that name."""
    path = _path(name, directory)
    tensors = path.with_suffix(".safetensors")
    return Run(name, facts(name, directory=directory), load_file(tensors) if tensors.exists() else {})


def save(run: Run, *, directory: Path = RUNS) -> int:
    """Write a run and return its size in bytes. The JSON comes last and in one piece: with it the run is there.

    ValueError for a fact that is NaN or infinite, which JSON cannot hold.
    """
    path = directory / f"{run.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(run.facts, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
    tensors = path.with_suffix(".safetensors")
    tensors.unlink(missing_ok=True)
    if run.tensors:
        tensors.write_bytes(packed({name: tensor.contiguous() for name, tensor in run.tensors.items()}))
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(path)
    return _size(path)


def rounded(value: Any, digits: int = 5) -> Any:
    """Numbers, or mappings and sequences of them, to so many significant digits, as JSON ships them.

    Tensors become lists; NaN and infinities, which JSON has not, become None.
    """
    if isinstance(value, Tensor):
        return rounded(value.tolist(), digits)
    if isinstance(value, Mapping):
        return {key: rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, Sequence):
        return [rounded(inner, digits) for inner in value]
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def chosen(every: Iterable[str], patterns: Sequence[str], part: str = "1/1") -> tuple[str, ...]:
    """The names that match any of the patterns, all if there are none, of which `part` "k/n" takes every n-th.

    ValueError for a pattern that matches nothing, or a part that is not k/n with 1 <= k <= n.
    """
    every = tuple(every)
    for pattern in patterns:
        if not any(fnmatch(name, pattern) for name in every):
            raise ValueError(f"no run matches {pattern!r}; there are {', '.join(every)}")
    k, _, n = part.partition("/")
    if not (k.isdecimal() and n.isdecimal() and 1 <= int(k) <= int(n)):
        raise ValueError(f"part is {part!r}; it must be k/n with k from 1 to n, such as 1/2")
    fitting = [name for name in every if not patterns or any(fnmatch(name, pattern) for pattern in patterns)]
    return tuple(fitting[int(k) - 1 :: int(n)])


def make(
    wanted: Mapping[str, Maker], *, directory: Path = RUNS, again: bool = False
) -> Iterable[tuple[str, int, float]]:
    """Make and save each run that is not there, and yield its name, size in bytes, and the seconds it took.

    The facts of a run get "seconds", "processor_seconds" and "made_with".
    """
    for name, maker in wanted.items():
        if not again and (directory / f"{name}.json").exists():
            continue
        began, processor = time.perf_counter(), time.process_time()
        run = maker()
        took = time.perf_counter() - began
        times = {"seconds": round(took, 1), "processor_seconds": round(time.process_time() - processor, 1)}
        made = f"torch {torch.__version__}, {torch.get_num_threads()} threads"
        size = save(Run(name, {**run.facts, **times, "made_with": made}, run.tensors), directory=directory)
        yield name, size, took


def total_bytes(directory: Path = RUNS) -> int:
    """What all files of the shipped runs take."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m embviz.compute.runs", description="Make the shipped training runs."
    )
    parser.add_argument("patterns", nargs="*", help="names, or patterns such as 'recipe/*'; all if none is given")
    parser.add_argument("--again", action="store_true", help="make them though they are there")
    parser.add_argument("--part", default="1/1", help="k/n: every n-th of them, for n processes")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch; results are made with 1")
    parser.add_argument("--directory", type=Path, default=RUNS, help="where to write")
    parser.add_argument("--list", action="store_true", help="say which are there, and make none")
    given = parser.parse_args(arguments)
    offered = makers()
    try:
        wanted = chosen(offered, given.patterns, given.part)
    except ValueError as error:
        parser.error(str(error))
    if given.list:
        for name in wanted:
            path = given.directory / f"{name}.json"
            there = "not made"
            if path.exists():
                seconds = facts(name, directory=given.directory)["seconds"]
                there = f"{_size(path):>10,} bytes {seconds:8.1f} s"
            print(f"{name:<44}{there}")
    else:
        torch.set_num_threads(given.threads)
        began = time.perf_counter()
        for name, size, took in make(
            {name: offered[name] for name in wanted}, directory=given.directory, again=given.again
        ):
            print(f"{name:<44}{size:>10,} bytes {took:8.1f} s", flush=True)
        print(f"{time.perf_counter() - began:.0f} s in all")
    size = total_bytes(given.directory)
    print(f"{size / 1e6:.1f} MB of at most {MOST_BYTES / 1e6:.0f}")


def _path(name: str, directory: Path) -> Path:
    path = directory / f"{name}.json"
    if name not in names(directory=directory):
        raise ValueError(f"no shipped run is called {name!r}; there are {', '.join(names(directory=directory))}")
    return path


def _size(path: Path) -> int:
    tensors = path.with_suffix(".safetensors")
    return path.stat().st_size + (tensors.stat().st_size if tensors.exists() else 0)


if __name__ == "__main__":
    main()
