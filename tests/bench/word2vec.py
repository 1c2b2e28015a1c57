"""word2vec on Shakespeare against gensim: words a second, and how good the vectors are, for the same settings.

python tests/bench/word2vec.py [python of an environment that has gensim]

Each training is a process of its own, theirs and ours in turn with the same seeds, so that all meet the same state of
the machine. Words are those of the corpus times epochs; the time is that of training alone, without counting words.
"Times as fast" is the median over the seeds of the ratio of two neighbouring runs. Where other work keeps the machine
busy, seconds of processor a million words say more than words a second.

Loss: on every twentieth stretch of 1,000 words, which nobody is trained on, pairs by the same windows, thinned out, with
the same negatives for all, from both tables; for skip-gram each pair in both directions. Overlap: the share of the ten
nearest neighbours of the 1,000 most frequent words that two tables have in common. Purity: `class_purity` of the
kingdom corpus. gensim is no requirement of the project: without an environment that has it (the argument, or
EMBVIZ_GENSIM_PYTHON) it is left out.
"""

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch.nn.functional import softplus

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from embviz.compute import corpora
from embviz.compute.similarity import nearest
from embviz.compute.word2vec import train_word2vec
from embviz.tables.corpora import shakespeare

ROOT = Path(__file__).resolve().parents[2]
SEEDS = (1, 2, 3)
EPOCHS, DIM, WINDOW, NEGATIVE, MIN_COUNT, SAMPLE = 5, 100, 5, 5, 5, 1e-3
ARCHITECTURES = ("skipgram", "cbow")
ENOUGH = 0.8  # purity at which clusters can be seen

OURS = f"""
import json, sys, time
sys.path.insert(0, {str(ROOT)!r})
import numpy as np
from embviz.compute.word2vec import train_word2vec
text, architecture, seed, threads, out = sys.argv[1:]
tokens = json.load(open(text))
made = train_word2vec(tokens, architecture=architecture, dim={DIM}, window={WINDOW}, negative={NEGATIVE},
    min_count={MIN_COUNT}, sample={SAMPLE}, epochs={EPOCHS}, seed=int(seed), threads=int(threads), device="cpu", snapshots=1)
next(made)
start, work = time.perf_counter(), time.process_time()
last = next(made)
seconds, work = time.perf_counter() - start, time.process_time() - work
np.savez(out, vectors=last.vectors.numpy(), contexts=last.context_vectors.numpy(), words=np.array(last.vocabulary))
print(json.dumps([seconds, work]))
"""
GENSIM = f"""
import json, sys, time
import numpy as np
from gensim.models import Word2Vec
text, architecture, seed, threads, out = sys.argv[1:]
tokens = json.load(open(text))
model = Word2Vec(vector_size={DIM}, window={WINDOW}, negative={NEGATIVE}, min_count={MIN_COUNT}, sample={SAMPLE},
    sg=int(architecture == "skipgram"), workers=int(threads), seed=int(seed))
model.build_vocab(tokens)
start, work = time.perf_counter(), time.process_time()
model.train(tokens, total_examples=model.corpus_count, epochs={EPOCHS})
seconds, work = time.perf_counter() - start, time.process_time() - work
np.savez(out, vectors=model.wv.vectors, contexts=model.syn1neg, words=np.array(model.wv.index_to_key))
print(json.dumps([seconds, work]))
"""


def trained(python: str, script: str, *arguments: object) -> tuple[float, float]:
    """Seconds, and seconds of processor, of a training in a process of its own."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # gensim's own threads each call BLAS
    command = [python, "-c", script, *map(str, arguments)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return tuple(json.loads(said.splitlines()[-1]))


def loaded(path: Path, words: tuple[str, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Both tables, rows in the order of `words`."""
    import numpy as np

    with np.load(path) as file:
        row = {word: i for i, word in enumerate(file["words"].tolist())}
        order = [row[word] for word in words]
        return torch.from_numpy(file["vectors"][order]), torch.from_numpy(file["contexts"][order])


class HeldOut:
    """What the loss is computed on."""

    def __init__(self, sentences: list[list[str]], vocabulary: corpora.Vocabulary) -> None:
        drawn = torch.Generator().manual_seed(7)
        keep = corpora.keep_probabilities(vocabulary.counts, SAMPLE)
        text = corpora.encode(sentences, vocabulary)
        self.centres, self.means, inputs, outputs = [], [], [], []
        for start, end in itertools.pairwise(text.starts.tolist()):
            ids = text.ids[start:end]
            ids = ids[torch.rand(len(ids), generator=drawn) < keep[ids]]
            places = torch.arange(len(ids))
            reach = torch.randint(1, WINDOW + 1, (len(ids), 1), generator=drawn)
            near = ((places[:, None] - places).abs() <= reach) & (places[:, None] != places)
            centre, context = near.nonzero(as_tuple=True)
            inputs += [ids[centre], ids[context]]
            outputs += [ids[context], ids[centre]]
            if len(ids) > 1:
                self.means.append((near / near.sum(dim=1, keepdim=True), ids))
                self.centres.append(ids)
        self.inputs, self.outputs = torch.cat(inputs), torch.cat(outputs)
        distribution = corpora.negative_distribution(vocabulary.counts)
        self.negatives = distribution.multinomial(len(self.inputs) * NEGATIVE, True, generator=drawn).view(-1, NEGATIVE)

    def loss(self, architecture: str, vectors: torch.Tensor, contexts: torch.Tensor) -> float:
        if architecture == "skipgram":
            inputs, outputs = vectors[self.inputs], self.outputs
        else:
            inputs = torch.cat([shares @ vectors[ids] for shares, ids in self.means])
            outputs = torch.cat(self.centres)
        total = 0.0
        for few in torch.arange(len(inputs)).split(20_000):
            x = inputs[few]
            total += softplus(-(x * contexts[outputs[few]]).sum(dim=1)).double().sum().item()
            total += softplus(contexts[self.negatives[few]] @ x[:, :, None]).double().sum().item()
        return total / len(inputs)


def overlap(one: torch.Tensor, other: torch.Tensor, n: int = 1000, k: int = 10) -> float:
    rows = torch.arange(n)
    a, b = (nearest(table, table[:n], k, exclude=rows[:, None]).indices for table in (one, other))
    return (a[:, :, None] == b[:, None, :]).any(dim=2).double().mean().item()


def spread(values: list[float], digits: int) -> str:
    return f"{min(values):.{digits}f} … {max(values):.{digits}f}"


def shakespeare_table(peers: dict[str, tuple[str, str, int]], folder: Path, *, in_one: bool) -> None:
    sentences = [list(sentence) for sentence in shakespeare().sentences]
    if in_one:
        flat = list(itertools.chain.from_iterable(sentences))
        sentences = [flat[i : i + 1000] for i in range(0, len(flat), 1000)]
    kept, held = [], []
    for before, sentence in zip(itertools.accumulate(map(len, sentences), initial=0), sentences, strict=False):
        (held if before // 1000 % 20 == 7 else kept).append(sentence)
    text = folder / f"text{in_one}.json"
    text.write_text(json.dumps(kept))
    n_words = EPOCHS * sum(map(len, kept))
    vocabulary = corpora.vocabulary(kept, min_count=MIN_COUNT)
    judge = HeldOut(held, vocabulary)
    cut = "cut into 1,000 words" if in_one else f"in {len(sentences):,} sentences"
    print(f"\nShakespeare {cut}: {n_words // EPOCHS:,} words × {EPOCHS} epochs, {len(vocabulary):,} rows")
    for architecture in ARCHITECTURES:
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in peers}
        tables: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {name: [] for name in peers}
        for seed in SEEDS:
            for number, (name, (python, script, threads)) in enumerate(peers.items()):
                out = folder / f"{in_one}{architecture}{seed}{number}.npz"
                times[name].append(trained(python, script, text, architecture, seed, threads, out))
                tables[name].append(loaded(out, vocabulary.words))
        first, *_ = peers
        medians = {name: statistics.median(seconds for seconds, _ in times[name]) for name in peers}
        works = {name: statistics.median(work for _, work in times[name]) for name in peers}
        print(
            f"\n| {architecture} | words/s | fastest | times as fast | processor s / 10⁶ words | held-out loss | overlap |"
        )
        print(f"|{' --- |' * 7}")
        for name in peers:
            losses = [judge.loss(architecture, *both) for both in tables[name]]
            others = [
                (a, b) for a in range(len(SEEDS)) for b in range(len(SEEDS)) if a < b or (name != first and a == b)
            ]
            shared = [overlap(tables[name][a][0], tables[first][b][0]) for a, b in others]
            fastest = n_words / min(seconds for seconds, _ in times[name])
            ratio = statistics.median(a / b for (a, _), (b, _) in zip(times[first], times[name], strict=True))
            cells = [
                f"{n_words / medians[name]:,.0f}", f"{fastest:,.0f}", f"{ratio:.2f}",
                f"{1e6 * works[name] / n_words:.2f}", spread(losses, 4), spread(shared, 3),
            ]  # fmt: skip
            print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\noverlap is with {first}'s tables of the other seeds, and of the same seed unless it is its own")


def kingdom_table(peers: dict[str, tuple[str, str, int]], folder: Path) -> None:
    corpus = corpora.kingdom()
    text = folder / "kingdom.json"
    text.write_text(json.dumps(corpus.sentences))
    words = corpora.vocabulary(corpus, min_count=MIN_COUNT).words
    labels = corpora.class_labels(words, corpus.classes)
    print(f"\nkingdom: {corpus.n_words:,} words × {EPOCHS} epochs; chance is {corpora.chance_purity(labels):.3f}\n")
    print("| | architecture | purity of 5 neighbours | training s |")
    print(f"|{' --- |' * 4}")
    for architecture in ARCHITECTURES:
        for name, (python, script, threads) in peers.items():
            purities, seconds = [], []
            for seed in SEEDS:
                out = folder / "kingdom.npz"
                seconds.append(trained(python, script, text, architecture, seed, threads, out)[0])
                purities.append(corpora.class_purity(loaded(out, words)[0], labels))
            print(f"| {name} | {architecture} | {spread(purities, 3)} | {statistics.median(seconds):.2f} |", flush=True)
    for architecture in ARCHITECTURES:
        start = time.perf_counter()
        for snapshot in train_word2vec(corpus, architecture=architecture, device="cpu"):
            purity = corpora.class_purity(snapshot.vectors, labels)
            if purity >= ENOUGH:
                seconds = time.perf_counter() - start
                print(
                    f"\nembviz, {architecture}: from the start to {purity:.3f} in {seconds:.2f} s, counting and scoring included"
                )
                break


def parts_table() -> None:
    """What the time of a training goes on, by torch's profiler, in one thread."""
    from torch.profiler import ProfilerActivity, profile

    parts = {
        "products of matrices": ("aten::bmm", "aten::baddbmm_"),
        "weighted sums of rows (embedding_bag)": ("aten::_embedding_bag_forward_only",),
        "rows taken (index_select)": ("aten::index_select",),
        "rows added to (index_add_)": ("aten::index_add_", "aten::scatter_add_"),
        "products of elements, σ, copies": (
            "aten::sigmoid_", "aten::sigmoid", "aten::addcmul", "aten::mul_", "aten::add_", "aten::mul", "aten::sum",
            "aten::copy_",
        ),
        "windows, subsampling, negatives": (
            "aten::searchsorted", "aten::uniform_", "aten::random_", "aten::index", "aten::cumsum", "aten::minimum",
            "aten::repeat_interleave", "aten::randperm", "aten::nonzero", "aten::remainder", "aten::add", "aten::lt",
        ),
    }  # fmt: skip
    print(f"\n| share of the time | {' | '.join(ARCHITECTURES)} |\n|{' --- |' * 3}")
    shares: dict[str, list[str]] = {name: [] for name in [*parts, "everything else, calls from Python among it"]}
    for architecture in ARCHITECTURES:
        made = train_word2vec(shakespeare(), architecture=architecture, dim=DIM, epochs=1, snapshots=1, device="cpu")
        next(made)
        with profile(activities=[ProfilerActivity.CPU]) as profiled:
            next(made)
        spent = {event.key: event.self_cpu_time_total for event in profiled.key_averages()}
        total = sum(spent.values())
        known = 0.0
        for name, keys in parts.items():
            part = sum(spent.get(key, 0.0) for key in keys)
            shares[name].append(f"{part / total:.0%}")
            known += part
        shares["everything else, calls from Python among it"].append(f"{1 - known / total:.0%}")
    for name, cells in shares.items():
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    gensim = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("EMBVIZ_GENSIM_PYTHON")
    peers = {"embviz, 1 thread": (sys.executable, OURS, 1), "embviz, 2 threads": (sys.executable, OURS, 2)}
    if gensim:
        version = subprocess.run(
            [gensim, "-c", "import gensim; print(gensim.__version__)"], capture_output=True, text=True, check=True
        ).stdout.strip()
        peers = {f"gensim {version}, 2 threads": (gensim, GENSIM, 2)} | peers
    print(f"CPU, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; torch {torch.__version__}; seeds {SEEDS}")
    with tempfile.TemporaryDirectory() as folder:
        for in_one in (False, True):
            shakespeare_table(peers, Path(folder), in_one=in_one)
        kingdom_table(peers, Path(folder))
    parts_table()
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
