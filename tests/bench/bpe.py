"""Byte pair encoding of all of Shakespeare to 8,192 merges, against the library tokenizers: `python -m tests.bench.bpe`.

Prints a table in Markdown: seconds, merges a second and the most memory taken, each trainer in a process of its own, from
the text to the merges; and whether the merges are the same, ties by the library's rule. The library is compiled; ours
is Python, to be read.
"""

import gzip
import json
import multiprocessing
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from embviz.compute.bpe import train_bpe
from embviz.paths import DATA

MERGES, ROUNDS = 8192, 3


def ours(text: str) -> list[tuple[str, str]]:
    return [merge.pair for merge in train_bpe(text, MERGES, ties="lowest ids").merges]


def first_seen(text: str) -> list[tuple[str, str]]:
    return [merge.pair for merge in train_bpe(text, MERGES).merges]


def library(text: str) -> list[tuple[str, str]]:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    size = len(set("".join(text.split()))) + MERGES
    made.train_from_iterator([text], trainers.BpeTrainer(vocab_size=size, min_frequency=0, show_progress=False))
    return [tuple(pair) for pair in json.loads(made.to_str())["model"]["merges"]]


def measured(train, text, answers) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    merges = train(text)
    took = time.perf_counter() - begin
    answers.put((took, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, merges))


def main() -> None:
    text = gzip.decompress((DATA / "shakespeare.txt.gz").read_bytes()).decode()
    trainers = {"tokenizers": library, "embviz, the library's ties": ours, "embviz, first seen": first_seen}
    fork, best = multiprocessing.get_context("fork"), {}
    for _ in range(ROUNDS):
        for name, train in trainers.items():
            answers = fork.Queue()
            process = fork.Process(target=measured, args=(train, text, answers))
            process.start()
            result = answers.get()
            process.join()
            best[name] = min(best.get(name, result), result, key=lambda each: each[0])
    print(f"{len(text):,} characters, {MERGES:,} merges, fastest of {ROUNDS} rounds\n")
    print("| trainer | seconds | merges a second | MiB | times the library's seconds (limit 20) |")
    print("| --- | --- | --- | --- | --- |")
    for name, (took, memory, _) in best.items():
        print(f"| {name} | {took:.2f} | {MERGES / took:,.0f} | {memory:.0f} | {took / best['tokenizers'][0]:.1f} |")
    same = best["tokenizers"][2] == best["embviz, the library's ties"][2]
    print(f"\nthe same {len(best['tokenizers'][2]):,} merges in the same order: {same}")


if __name__ == "__main__":
    main()
