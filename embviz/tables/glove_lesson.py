"""What the lesson on GloVe shows: counts, ratios, the weighting, a training beside word2vec's, and what seeds agree on.

A training is either shipped (`assets/runs/glove`) or was made live from `Settings`; both are a `Trained`, as in the
lesson on word2vec. What is shown is two of them side by side: one by GloVe and one by word2vec, a `Pair` of settings.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embviz.compute import agreement, corpora, glove, journey, runs
from embviz.compute.corpora import Encoded
from embviz.compute.glove import Cooccurrences
from embviz.compute.runs import Run
from embviz.compute.snapshots import Snapshot, Stopping, never
from embviz.tables import held, texts, word2vec
from embviz.tables.word2vec import Trained

LIVE_SNAPSHOTS = 96
MOST_WORDS = 12
"""Words of the matrix of counts, and probes of the ratios."""

BINS_A_DECADE = 4
NEIGHBOURS = 10
WIDEST = 10
"""The window of the counts that the weighting is shown on."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training is asked for; `corpus` is a name of `texts`."""

    corpus: str
    dim: int = 50
    window: int = 10
    x_max: int = 100
    alpha: int = 75
    epochs: int = 25
    rate: float = 0.05
    seed: int = 0

    @property
    def bytes(self) -> int:
        """About what a training by these settings takes: counting pairs, the pairs, and its tables."""
        rows, words = len(texts.vocabulary(self.corpus)), texts.corpus(self.corpus).n_words
        pairs = min(rows * rows, self.window * words // 2)
        return 24 * self.window * words + 30 * pairs + 40 * rows * self.dim


KINGDOM, SHAKESPEARE = Settings("kingdom"), Settings("Shakespeare")
SHIPPED = {
    KINGDOM: "glove/kingdom-0",
    replace(KINGDOM, seed=1): "glove/kingdom-1",
    replace(KINGDOM, seed=2): "glove/kingdom-2",
    replace(KINGDOM, epochs=400): "glove/kingdom-long",
    SHAKESPEARE: "glove/shakespeare",
}
SNAPSHOTS = {"glove/kingdom-long": 21, "glove/shakespeare": 13}  # of the others 25
COUNTS = "glove/shakespeare-counts"
WORD2VEC_SEEDS = {1: "glove/word2vec-1", 2: "glove/word2vec-2"}  # seed 0 is the other lesson's
WORD2VEC_EPOCHS = {"Shakespeare": 5}  # of the others 10


# --- training


def train(settings: Settings, *, snapshots: int = LIVE_SNAPSHOTS, stopping: Stopping = never) -> Iterator[Snapshot]:
    """The snapshots of a training by these settings."""
    return glove.train_glove(
        texts.corpus(settings.corpus),
        dim=settings.dim,
        window=settings.window,
        x_max=float(settings.x_max),
        alpha=settings.alpha / 100,
        learning_rate=settings.rate,
        epochs=settings.epochs,
        min_count=int(texts.vocabulary(settings.corpus).counts[-1]),
        seed=settings.seed,
        snapshots=snapshots,
        stopping=stopping,
    )


keep = word2vec.keep


@dataclass(frozen=True, slots=True)
class Pair:
    """What two trainings of one corpus are asked for, one by GloVe and one by skip-gram."""

    glove: Settings
    word2vec: word2vec.Settings

    @property
    def corpus(self) -> str:
        return self.glove.corpus

    @property
    def bytes(self) -> int:
        return self.glove.bytes + self.word2vec.bytes


@dataclass(frozen=True, slots=True)
class PairSnapshot:
    """A moment of both: GloVe's snapshot, and word2vec's when it has done as large a share of its work.

    share and loss are GloVe's, seconds those of both, tokens_per_second the words that both read in these.
    """

    glove: Snapshot
    word2vec: Snapshot

    @property
    def share(self) -> float:
        return self.glove.share

    @property
    def loss(self) -> float:
        return self.glove.loss

    @property
    def seconds(self) -> float:
        return self.glove.seconds + self.word2vec.seconds

    @property
    def tokens_per_second(self) -> float:
        read = sum(each.tokens_per_second * each.seconds for each in (self.glove, self.word2vec))
        return read / self.seconds if self.seconds else 0.0


def pair(other_seed: int, **asked: Any) -> Pair:
    """GloVe as asked for, and word2vec with a seed of its own and the same width, as it is shipped in all else."""
    mine = Settings(**asked)
    epochs = WORD2VEC_EPOCHS.get(mine.corpus, 10)
    return Pair(mine, word2vec.Settings(mine.corpus, "skip-gram", dim=mine.dim, epochs=epochs, seed=other_seed))


def train_both(asked: Pair, *, snapshots: int = LIVE_SNAPSHOTS, stopping: Stopping = never) -> Iterator[PairSnapshot]:
    """Both trainings at once: whenever GloVe has a snapshot, word2vec works on until it has done as much of its own."""
    others = word2vec.train(asked.word2vec, snapshots=snapshots)
    other = next(others)
    for each in train(asked.glove, snapshots=snapshots, stopping=stopping):
        while other.share < each.share - 1e-9:
            other = next(others)
        yield PairSnapshot(each, other)


def keep_both(snapshot: PairSnapshot, *, asked: Pair) -> tuple[Any, Any]:
    """What stays of a snapshot."""
    return keep(snapshot.glove, settings=asked.glove), keep(snapshot.word2vec, settings=asked.word2vec)


def run_of(name: str, settings: Any, snapshots: Sequence[Snapshot]) -> Run:
    """A training as it is shipped: the words that are shown, at every snapshot."""
    kept = [keep(each, settings=settings) for each in snapshots]
    _, labels = word2vec.chosen(settings.corpus)
    facts = {
        "kind": name.partition("/")[0],
        "settings": asdict(settings),
        "words": list(kept[0].words),
        "labels": list(labels),
        "tokens_per_second": runs.rounded(snapshots[-1].tokens_per_second, 3),
        "snapshots": {
            field: runs.rounded([getattr(each, field) for each in kept])
            for field in ("share", "epoch", "loss", "purity")
        },
    }
    return Run(name, facts, {"tables": torch.stack([each.rows for each in kept])})


@lru_cache(maxsize=8)
def shipped(name: str) -> Trained:
    """A shipped training by its name."""
    run = runs.load(name)
    each = run.facts["snapshots"]
    return Trained(
        run.facts["settings"],
        tuple(run.facts["words"]),
        tuple(run.facts["labels"]),
        run.tensors["tables"],
        tuple(each["share"]),
        tuple(each["epoch"]),
        tuple(float("nan") if loss is None else loss for loss in each["loss"]),
        tuple(each["purity"]),
    )


# --- the picture of a training


METHODS = ("GloVe", "word2vec")


@dataclass(frozen=True, slots=True)
class Course:
    """Two trainings as the picture takes them, S snapshots at the shares of GloVe's work, word2vec's nearest to these.

    points, neighbours, cosines and pairs are GloVe's, those that begin with other_ word2vec's; they are as in
    `word2vec.Course`, and each has a plane of its own. purities (S, 3): the snapshot, and the class purity of both,
    None where too few words have a class. epochs and losses (2, S): of both, None before it is known. common (S,): the
    share of a word's NEIGHBOURS nearest that are the same in both, mean over the words. settings: of both; planes: the
    shares of the variance that their planes hold.
    """

    points: Tensor
    neighbours: Tensor
    cosines: Tensor
    pairs: Tensor | None
    other_points: Tensor
    other_neighbours: Tensor
    other_cosines: Tensor
    other_pairs: Tensor | None
    purities: Tensor | None
    common: tuple[float, ...]
    losses: tuple[tuple[float | None, ...], ...]
    epochs: tuple[tuple[float, ...], ...]
    words: tuple[str, ...]
    groups: tuple[dict, ...]
    senses: tuple[int, ...]
    planes: tuple[float, float]
    fit: int
    snapshots: int
    pair_names: tuple[str, ...]
    unknown: tuple[str, ...]
    settings: tuple[dict[str, Any], dict[str, Any]]
    words_in_all: int
    rows_in_all: int


def course(*, corpus: str, other_seed: int, fit: int, pairs: str, **asked: Any) -> Course:
    """Shipped trainings: those that were asked for, or else the corpus's first. ValueError for a text without any."""
    if Settings(corpus) not in SHIPPED:
        raise ValueError("no training by GloVe on this text is shipped; train it yourself")
    mine = shipped(SHIPPED.get(Settings(corpus, **asked)) or SHIPPED[Settings(corpus)])
    return _course(mine, _other(corpus, other_seed), fit, pairs)


def _other(corpus: str, seed: int) -> Trained:
    """The shipped training by word2vec with this seed, or else with seed 0."""
    if corpus == "kingdom" and seed in WORD2VEC_SEEDS:
        return shipped(WORD2VEC_SEEDS[seed])
    return word2vec.shipped(corpus, "skip-gram")


def live_course(found: Any, *, fit: int, pairs: str) -> Course:
    """A live training that has ended."""
    return _course(*_both(found), fit, pairs)


def newest(found: Any, *, pairs: str) -> Course:
    """A live training that is on: its newest snapshot alone, in planes that follow it, and the curves so far."""
    return _course(*_both(found), -1, pairs, on=True)


def _both(found: Any) -> tuple[Trained, Trained]:
    """Both trainings of a live one, as they stand."""
    asked: Pair = found.about
    sides = zip(*found.kept, strict=True)
    mine, other = (
        word2vec.trained_of(replace(found, kept=tuple(kept), about=settings, final=None))
        for kept, settings in zip(sides, (asked.glove, asked.word2vec), strict=True)
    )
    return mine, other


def _course(mine: Trained, other: Trained, fit: int, pairs: str, *, on: bool = False) -> Course:
    other = _at(other, mine.shares)
    both, last = (mine, other), len(mine.tables) - 1
    if fit > last:  # a link to a snapshot of a longer training
        fit = -1
    ways = [_way(made, fit, on) for made in both]
    index = {word: place for place, word in enumerate(mine.words)}
    named, unknown = word2vec.watched(pairs, index)
    at = torch.arange(last + 1, dtype=torch.float32)[:, None]
    lines: list[Tensor | None] = [None, None]
    if named:
        places = [(index[a], index[b]) for a, b in named]
        lines = [torch.cat([at, journey.pair_cosines(made.tables, places)], dim=1) for made in both]
    corpus, known = mine.settings["corpus"], None not in mine.purities
    pure = [torch.tensor(made.purities)[:, None] for made in both] if known else []
    shown = slice(last, None) if on else slice(None)
    units = [[journey.unit_rows(table.float()) for table in made.tables[shown]] for made in both]
    settings = [{name: value for name, value in made.settings.items() if name != "corpus"} for made in both]
    return Course(
        points=ways[0].points,
        neighbours=ways[0].neighbours,
        cosines=ways[0].cosines,
        pairs=lines[0],
        other_points=ways[1].points,
        other_neighbours=ways[1].neighbours,
        other_cosines=ways[1].cosines,
        other_pairs=lines[1],
        purities=torch.cat([at, *pure], dim=1) if known else None,
        common=tuple(
            agreement.neighbour_overlap(a, b, k=min(NEIGHBOURS, len(a) - 1)).mean().item()
            for a, b in zip(*units, strict=True)
        ),
        losses=tuple(tuple(loss if loss == loss else None for loss in made.losses[shown]) for made in both),
        epochs=tuple(made.epochs[shown] for made in both),
        words=mine.words,
        groups=_groups(mine.labels),
        senses=tuple(index[word] for word in texts.corpus(corpus).senses if word in index),
        planes=tuple(sum(way.shares) for way in ways),
        fit=last if on else ways[0].fit,
        snapshots=last + 1,
        pair_names=tuple(f"{a}–{b}" for a, b in named),
        unknown=unknown,
        settings=tuple(settings),
        words_in_all=texts.corpus(corpus).n_words,
        rows_in_all=len(texts.vocabulary(corpus)),
    )


def _at(made: Trained, shares: Sequence[float]) -> Trained:
    """A training as it stood when it had done such shares of its work: its nearest snapshots."""
    there = torch.tensor(made.shares, dtype=torch.float64)
    nearest = (there - torch.tensor(shares, dtype=torch.float64)[:, None]).abs().argmin(dim=1)
    each = {name: getattr(made, name) for name in ("shares", "epochs", "losses", "purities")}
    picked = {name: tuple(values[k] for k in nearest.tolist()) for name, values in each.items()}
    return replace(made, tables=made.tables[nearest], **picked)


def _way(made: Trained, fit: int, on: bool) -> journey.Journey:
    """The snapshots in the plane of one; while a training is on, the newest alone in a plane that follows it."""
    if not on:
        return journey.journey(made.tables, fit=fit, labels=made.labels)
    newest = journey.journey(made.tables[-1:], labels=made.labels)
    return replace(newest, points=journey.following(made.tables, labels=made.labels))


def _groups(labels: Sequence[str | None]) -> tuple[dict, ...]:
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if label is not None:
            places.setdefault(label, []).append(place)
    return tuple({"name": name, "rows": rows} for name, rows in sorted(places.items()) if len(rows) > 1)


# --- counts


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts among some words, values (n, n), and each word's sum over all words, totals (n,).

    unknown: words asked for that have no row. difference: the largest between the matrix and its transpose. empty: the
    share of the cells that are 0. largest: the two different words with the largest count, and it.
    """

    values: Tensor
    totals: Tensor
    words: tuple[str, ...]
    unknown: tuple[str, ...]
    difference: float
    empty: float
    largest: tuple[str, str, float]


def counts(*, corpus: str, words: str, window: int) -> Counts:
    """How often some words occur near each other, a pair d words apart counting 1/d.

    Where words are asked for that the corpus has not, and fewer than two others, its most frequent ones come in.
    """
    rows = texts.vocabulary(corpus)
    known, unknown = _named(words, corpus)
    if len(known) < 2 and unknown:
        known = _filled(known, corpus, 8)
    if len(known) < 2:
        raise ValueError(f"a matrix needs two words of this corpus; it has {_some(known, unknown, corpus)}")
    places = corpora.ids(known, rows)
    near = near_words(corpus, places.tolist(), window)
    found = near.dense(places)
    apart = found.clone().fill_diagonal_(-1)
    first, second = divmod(int(apart.argmax()), len(known))
    return Counts(
        values=found,
        totals=torch.stack([near.row(place).sum() for place in places.tolist()]),
        words=known,
        unknown=unknown,
        difference=(found - found.T).abs().max().item(),
        empty=(found == 0).double().mean().item(),
        largest=(known[first], known[second], found[first, second].item()),
    )


def near_words(corpus: str, places: Sequence[int], window: int) -> Cooccurrences:
    """`glove.cooccurrences` of a corpus in some of its rows alone, which even in a long text takes no time."""
    rows, encoded = texts.vocabulary(corpus), _encoded(corpus)
    ids = encoded.ids.numpy()
    sentence = np.repeat(np.arange(len(encoded.starts) - 1), encoded.starts.diff().numpy())
    ordered = sorted(set(places))
    slot = np.full(len(rows), -1)
    slot[ordered] = np.arange(len(ordered))
    found = np.zeros(len(ordered) * len(rows))
    asked = slot[ids]
    for gap in range(1, min(window, len(ids) - 1) + 1):
        same = sentence[:-gap] == sentence[gap:]
        for mine, others in ((asked[:-gap], ids[gap:]), (asked[gap:], ids[:-gap])):
            here = same & (mine >= 0)
            found += np.bincount(mine[here] * len(rows) + others[here], minlength=len(found)) / gap
    cells = np.flatnonzero(found)
    row, column = np.divmod(cells, len(rows))
    return Cooccurrences(
        torch.tensor(ordered, dtype=torch.int32)[torch.from_numpy(row)],
        torch.from_numpy(column.astype(np.int32)),
        torch.from_numpy(found[cells].astype(np.float32)),
        len(rows),
        window,
    )


def _encoded(corpus: str) -> Encoded:
    return _encoding(corpus) if held.is_own(corpus) else _shipped_encoding(corpus)


@lru_cache(maxsize=len(texts.SHIPPED))
def _shipped_encoding(corpus: str) -> Encoded:
    return _encoding(corpus)


def _encoding(corpus: str) -> Encoded:
    return corpora.encode(texts.corpus(corpus), texts.vocabulary(corpus))


def _named(words: str, corpus: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a text that have a row, at most MOST_WORDS, and those that have none."""
    rows = texts.vocabulary(corpus).row_numbers
    given = tuple(dict.fromkeys(words.lower().replace(",", " ").split()))
    known = tuple(word for word in given if word in rows)
    return known[:MOST_WORDS], tuple(word[:40] for word in given if word not in rows)[:MOST_WORDS]


def _filled(known: Sequence[str], corpus: str, n: int, apart: Sequence[str] = ()) -> tuple[str, ...]:
    """The words, and the most frequent others of the corpus, but those `apart`, up to n."""
    others = (word for word in texts.vocabulary(corpus).words if word not in known and word not in apart)
    return (*known, *islice(others, n - len(known)))


def _some(known: Sequence[str], unknown: Sequence[str], corpus: str) -> str:
    rows = texts.vocabulary(corpus).words
    near = difflib.get_close_matches(unknown[0], rows, n=3, cutoff=0.6) if unknown else []
    examples = [word for word in (*near, *rows[:60:6]) if word not in known]
    return f"“{known[0]}” and also {', '.join(examples[:5])}" if known else ", ".join(examples[:6])


# --- ratios


@dataclass(frozen=True, slots=True)
class Ratios:
    """For probes k: counts_a and counts_b (n,), X_ak and X_bk; given_a and given_b (n,), P(k | a) and P(k | b); ratio
    (n,), with infinity where only b's is 0, and NaN where both are. unknown: words without a row."""

    counts_a: Tensor
    counts_b: Tensor
    given_a: Tensor
    given_b: Tensor
    ratio: Tensor
    a: str
    b: str
    probes: tuple[str, ...]
    unknown: tuple[str, ...]


def ratios(*, corpus: str, pair: str, probes: str, window: int) -> Ratios:
    """What tells two words apart, by the probes. ValueError for what is not a pair of words.

    Words that the corpus has not are `unknown`; where none are left, its most frequent ones come in.
    """
    rows = texts.vocabulary(corpus)
    two, missing = _named(pair, corpus)
    if len(two) < 2 and missing:
        two = _filled(two, corpus, 2)
    if len(two) != 2:
        raise ValueError(f"two words of this corpus are compared; it has {_some(two[:1], missing, corpus)}")
    known, unknown = _named(probes, corpus)
    if unknown and not known:
        known = _filled((), corpus, 8, apart=two)
    if not known:
        raise ValueError(f"a probe must be a word of this corpus; it has {_some((), unknown, corpus)}")
    near = near_words(corpus, corpora.ids(two, rows).tolist(), window)
    if any(near.row(rows.row_numbers[word]).sum() == 0 for word in two):
        raise ValueError(f"“{two[0]}” or “{two[1]}” never stands near another word; other words can be compared")
    found = glove.ratios(near, rows, *two, known)
    places = corpora.ids(known, rows)
    given = (near.row(rows.row_numbers[word])[places] for word in two)
    return Ratios(*given, found.given_a, found.given_b, found.ratio, *two, known, (*missing, *unknown))


# --- the weighting


@dataclass(frozen=True, slots=True)
class Weights:
    """The weighting over the counts of a corpus.

    x and f (p,): the curve. edges (b + 1,), pairs (b,) and weight (b,): bins of counts, the share of all pairs that
    fall in each, and its share of the sum of f over all pairs. n_pairs pairs occur together of n_cells; `rare` of them
    have X < 1, with the share `rare_weight` of the weight; `full` have f = 1, with `full_weight`. once: f(1).
    """

    x: Tensor
    f: Tensor
    edges: Tensor
    pairs: Tensor
    weight: Tensor
    n_pairs: int
    n_cells: int
    largest: float
    rare: float
    rare_weight: float
    full: float
    full_weight: float
    once: float


def weights(*, corpus: str, x_max: int, alpha: int) -> Weights:
    """f(x), and the counts of a corpus beneath it; `alpha` in per cent."""
    values, times = distinct(corpus)
    given = {"x_max": float(x_max), "alpha": alpha / 100}
    each = glove.weighting(values, **given) * times
    pairs, weight = times / times.sum(), each / each.sum()
    low, high = np.log10(values.min().item()), np.log10(max(values.max().item(), 1.2 * x_max))
    at = torch.logspace(low, high, 200, dtype=torch.float64)
    first, end = np.floor(low * BINS_A_DECADE + 1e-9), np.floor(high * BINS_A_DECADE + 1e-9) + 1
    edges = 10 ** (torch.arange(first, end + 1, dtype=torch.float64) / BINS_A_DECADE)
    places = torch.bucketize(values, edges, right=True) - 1
    bins = [torch.zeros(len(edges) - 1, dtype=torch.float64).index_add_(0, places, part) for part in (pairs, weight)]
    rare, full = values < 1, values >= x_max
    return Weights(
        at, glove.weighting(at, **given), edges, *bins,
        n_pairs=int(times.sum()),
        n_cells=len(texts.vocabulary(corpus)) ** 2,
        largest=values.max().item(),
        rare=pairs[rare].sum().item(),
        rare_weight=weight[rare].sum().item(),
        full=pairs[full].sum().item(),
        full_weight=weight[full].sum().item(),
        once=glove.weighting([1.0], **given).item(),
    )  # fmt: skip


def distinct(corpus: str) -> tuple[Tensor, Tensor]:
    """The counts that occur among all pairs of words, float64, and how many pairs have each, with a window of 10."""
    if corpus == "Shakespeare":
        found = runs.load(COUNTS).tensors
        return found["values"].double(), found["times"].double()
    near = glove.cooccurrences(texts.corpus(corpus), texts.vocabulary(corpus), window=WIDEST)
    values, times = near.values.unique(return_counts=True)
    return values.double(), times.double()


# --- seeds

SEEDS = {
    "GloVe: seeds 0 and 1": (("GloVe", 0), ("GloVe", 1)),
    "GloVe: seeds 0 and 2": (("GloVe", 0), ("GloVe", 2)),
    "GloVe: seeds 1 and 2": (("GloVe", 1), ("GloVe", 2)),
    "word2vec: seeds 0 and 1": (("word2vec", 0), ("word2vec", 1)),
    "word2vec: seeds 1 and 2": (("word2vec", 1), ("word2vec", 2)),
    "GloVe and word2vec": (("GloVe", 0), ("word2vec", 0)),
}


@dataclass(frozen=True, slots=True)
class Seeds:
    """Two trainings of the kingdom, vectors scaled to length 1.

    before and after (n, 2): one coordinate of every word in the first table and in the second, as it is and turned onto
    the first; overlap (n,): the share of its NEIGHBOURS nearest that the tables have in common, `chance` at random.
    correlation: of that coordinate before and after; typical: the mean over all coordinates of its size before, and
    after; cosine: the mean over words, before and after. held_out: `typical` of the words that the rotation was not
    fitted on, when fitted on every second word. shuffled: `typical` when the second table's rows are dealt to wrong
    words. word: where it stands, and its nearest five in both.
    """

    before: Tensor
    after: Tensor
    overlap: Tensor
    chance: float
    correlation: tuple[float, float]
    typical: tuple[float, float]
    cosine: tuple[float, float]
    held_out: float
    shuffled: float
    words: tuple[str, ...]
    place: int
    near: tuple[tuple[str, ...], tuple[str, ...]]
    unknown: str
    names: tuple[str, str]


def seeds(*, pair: str, coordinate: int, word: str) -> Seeds:
    """What two trainings agree on."""
    tables = [_final(*which) for which in SEEDS[pair]]
    words = shipped(SHIPPED[KINGDOM]).words
    first, second = (journey.unit_rows(table) for table in tables)
    found = agreement.agreement(first, second, k=NEIGHBOURS)
    turned = second @ agreement.procrustes(first, second)
    fitted, rest = slice(0, None, 2), slice(1, None, 2)
    partly = second @ agreement.procrustes(first[fitted], second[fitted])
    wrong = second[torch.randperm(len(second), generator=torch.Generator().manual_seed(0))]
    asked = word.strip().lower()
    place = words.index(asked) if asked in words else words.index("king")
    return Seeds(
        before=torch.stack([first[:, coordinate], second[:, coordinate]], dim=1),
        after=torch.stack([first[:, coordinate], turned[:, coordinate]], dim=1),
        overlap=found.neighbours,
        chance=found.chance,
        correlation=(found.correlations[coordinate].item(), found.aligned_correlations[coordinate].item()),
        typical=(found.correlations.abs().mean().item(), found.aligned_correlations.mean().item()),
        cosine=(found.cosines.mean().item(), found.aligned_cosines.mean().item()),
        held_out=agreement.agreement(first[rest], partly[rest], k=1).correlations.mean().item(),
        shuffled=agreement.agreement(first, wrong, k=1).aligned_correlations.mean().item(),
        words=words,
        place=place,
        near=tuple(_nearest(table, place, words) for table in (first, second)),
        unknown="" if asked in words else asked[:40],
        names=tuple(f"{method}, seed {seed}" for method, seed in SEEDS[pair]),
    )


def _final(method: str, seed: int) -> Tensor:
    """The vectors of all words of the kingdom at a training's end."""
    if method == "GloVe":
        return shipped(SHIPPED[replace(KINGDOM, seed=seed)]).tables[-1].float()
    if seed == 0:
        return word2vec.shipped("kingdom", "skip-gram").tables[-1].float()
    return shipped(WORD2VEC_SEEDS[seed]).tables[-1].float()


def _nearest(unit: Tensor, place: int, words: Sequence[str], k: int = 5) -> tuple[str, ...]:
    scores = unit @ unit[place]
    scores[place] = -torch.inf
    return tuple(words[i] for i in scores.topk(k).indices.tolist())
