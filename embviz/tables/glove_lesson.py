"""What the lesson on GloVe shows: counts, ratios, the weighting, a training beside word2vec's, and what seeds agree on.

A training is either shipped (`assets/runs/glove`) or was made live from `Settings`; both are a `Trained`, as in the
lesson on word2vec.
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
from embviz.compute.snapshots import Snapshot
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
SNAPSHOTS = {"glove/kingdom-0": 25, "glove/kingdom-long": 21}  # of the others 13
COUNTS = "glove/shakespeare-counts"
WORD2VEC_SEEDS = {1: "glove/word2vec-1", 2: "glove/word2vec-2"}  # seed 0 is the other lesson's


# --- training


def train(settings: Settings, *, snapshots: int = LIVE_SNAPSHOTS) -> Iterator[Snapshot]:
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
    )


keep = word2vec.keep


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


@dataclass(frozen=True, slots=True)
class Course:
    """A training as the picture takes it; the fields are those of `word2vec.Course`.

    purity (S, 2): the snapshot, and the share by this method; purities (S, 2 or 3): a share for each of `purity_names`.
    """

    points: Tensor
    neighbours: Tensor
    cosines: Tensor
    loss: Tensor | None
    purity: Tensor | None
    purities: Tensor | None
    pairs: Tensor | None
    words: tuple[str, ...]
    groups: tuple[dict, ...]
    senses: tuple[int, ...]
    unit: float
    shares: tuple[float, float]
    fit: int
    snapshots: int
    epochs: tuple[float, ...]
    pair_names: tuple[str, ...]
    purity_names: tuple[str, ...]
    unknown: tuple[str, ...]
    settings: dict[str, Any]
    words_in_all: int
    rows_in_all: int


def course(*, corpus: str, method: str, fit: int, pairs: str, **asked: Any) -> Course:
    """A shipped training by `method`, "GloVe" or "word2vec"; of GloVe the one that was asked for, if there is one, or
    else the corpus's first."""
    if method == "word2vec":
        return _course(word2vec.shipped(corpus, "skip-gram"), method, fit, pairs)
    settings = Settings(corpus, **asked)
    name = SHIPPED.get(settings) or SHIPPED.get(Settings(corpus))
    if name is None:
        raise ValueError("no training by GloVe on this text is shipped; train it yourself")
    return _course(shipped(name), method, fit, pairs)


def live_course(found: Any, *, fit: int, pairs: str) -> Course:
    """A live training that has ended."""
    return _course(word2vec.trained_of(found), "GloVe", fit, pairs)


def newest(found: Any, *, pairs: str) -> Course:
    """A live training that is on: its newest snapshot alone, in a plane that follows it, and the curves so far."""
    made = word2vec.trained_of(found)
    return _course(made, "GloVe", -1, pairs, points=journey.following(made.tables, labels=made.labels))


def _course(made: Trained, method: str, fit: int, pairs: str, *, points: Tensor | None = None) -> Course:
    on = points is not None
    last = len(made.tables) - 1
    if fit > last:  # a link to a snapshot of a longer training
        fit = -1
    way = journey.journey(made.tables[-1:] if on else made.tables, fit=-1 if on else fit, labels=made.labels)
    index = {word: place for place, word in enumerate(made.words)}
    named, unknown = word2vec.watched(pairs, index)
    at = torch.arange(last + 1, dtype=torch.float32)[:, None]
    losses = [(k, loss) for k, loss in enumerate(made.losses) if loss == loss]
    cosines = journey.pair_cosines(made.tables, [(index[a], index[b]) for a, b in named]) if named else None
    corpus = made.settings["corpus"]
    pure = _purities(made, method, corpus)
    return Course(
        points=points if on else way.points,
        neighbours=way.neighbours,
        cosines=way.cosines,
        loss=torch.tensor(losses) if losses else None,
        purity=torch.cat([at, pure[method][:, None]], dim=1) if pure else None,
        purities=torch.cat([at, *(values[:, None] for values in pure.values())], dim=1) if pure else None,
        pairs=torch.cat([at, cosines], dim=1) if named else None,
        words=made.words,
        groups=_groups(made.labels),
        senses=tuple(index[word] for word in texts.corpus(corpus).senses if word in index),
        unit=max(points.abs().max().item(), 1e-12) if on else way.unit,
        shares=way.shares,
        fit=last if on else way.fit,
        snapshots=last + 1,
        epochs=made.epochs,
        pair_names=tuple(f"{a}–{b}" for a, b in named),
        purity_names=tuple(pure),
        unknown=unknown,
        settings={name: value for name, value in made.settings.items() if name != "corpus"},
        words_in_all=texts.corpus(corpus).n_words,
        rows_in_all=len(texts.vocabulary(corpus)),
    )


def _purities(made: Trained, method: str, corpus: str) -> dict[str, Tensor]:
    """The class purity of a training, and of the shipped one by the other method at the same shares of its work, this
    training's own first; empty where too few words have a class."""
    if None in made.purities:
        return {}
    found = {method: torch.tensor(made.purities)}
    other = None
    if not held.is_own(corpus):
        other = word2vec.shipped(corpus, "skip-gram") if method == "GloVe" else shipped(SHIPPED[Settings(corpus)])
    if other and None not in other.purities:
        placed = np.interp(made.shares, other.shares, other.purities)
        found["word2vec" if method == "GloVe" else "GloVe"] = torch.tensor(placed, dtype=torch.float32)
    return found


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
