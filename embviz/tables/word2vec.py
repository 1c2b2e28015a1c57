"""What the lesson on word2vec shows: a training's snapshots, windows, networks, distributions, words in their places.

A training is either shipped (`assets/runs/word2vec`) or was made live from `Settings`; both are a `Trained`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from embviz.compute import corpora, journey, runs, similarity
from embviz.compute.runs import Run
from embviz.compute.snapshots import Snapshot, Stopping, never
from embviz.tables import held, texts, words

SHIPPED = {
    ("kingdom", "skip-gram"): "word2vec/kingdom-skipgram",
    ("kingdom", "CBOW"): "word2vec/kingdom-cbow",
    ("Shakespeare", "skip-gram"): "word2vec/shakespeare-skipgram",
    ("Shakespeare", "CBOW"): "word2vec/shakespeare-cbow",
}
ARCHITECTURES = {"skip-gram": "skipgram", "CBOW": "cbow"}
SAMPLE = 1e-3
SHIPPED_SNAPSHOTS, LIVE_SNAPSHOTS = 25, 96
MOST_SHOWN = 400
"""Words of a training whose vectors are kept at every snapshot."""

MOST_IN_SENTENCE = 12
"""Words of a sentence that the picture of the window has room for."""

OUTPUTS = 8
MOST_INPUTS = 4
MOST_PAIRS = 4
LINES = 12
NEAR = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training is asked for; `corpus` is a name of `texts`, `architecture` one of ARCHITECTURES."""

    corpus: str
    architecture: str
    dim: int = 50
    window: int = 5
    negative: int = 5
    epochs: int = 10
    rate: float = 0.025
    seed: int = 0

    @property
    def bytes(self) -> int:
        """About what a training by these settings takes: two tables, as many in snapshots, and the corpus as ids."""
        rows = len(texts.vocabulary(self.corpus))
        return 16 * rows * self.dim + 64 * texts.corpus(self.corpus).n_words


@dataclass(frozen=True)
class Trained:
    """A training, as far as it has got: S snapshots of n words that are shown.

    words (n,) and labels (n,), the class of each or None; tables (S, n, dim), float16; shares, epochs, losses and
    purities (S,). first and last: the whole table, (V, dim), before and after, and contexts
    (n, dim), the rows of the other table after; these are None while it runs.
    """

    settings: Mapping[str, Any]
    words: tuple[str, ...]
    labels: tuple[str | None, ...]
    tables: Tensor
    shares: tuple[float, ...]
    epochs: tuple[float, ...]
    losses: tuple[float, ...]
    purities: tuple[float | None, ...]
    first: Tensor | None = None
    last: Tensor | None = None
    contexts: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a snapshot while a training runs: rows (n, dim), float16, of the `words` that are shown, and the
    class purity among them, None where too few have a class."""

    words: tuple[str, ...]
    share: float
    epoch: float
    loss: float
    purity: float | None
    rows: Tensor


# --- training


def train(settings: Settings, *, snapshots: int = LIVE_SNAPSHOTS, stopping: Stopping = never) -> Iterator[Snapshot]:
    """The snapshots of a training by these settings."""
    from embviz.compute.word2vec import train_word2vec

    return train_word2vec(
        texts.corpus(settings.corpus),
        architecture=ARCHITECTURES[settings.architecture],
        dim=settings.dim,
        window=settings.window,
        negative=settings.negative,
        min_count=int(texts.vocabulary(settings.corpus).counts[-1]),
        sample=SAMPLE,
        epochs=settings.epochs,
        learning_rate=settings.rate,
        seed=settings.seed,
        snapshots=snapshots,
        stopping=stopping,
    )


def keep(snapshot: Snapshot, *, settings: Settings) -> Kept:
    """What stays of a snapshot."""
    shown, labels = chosen(settings.corpus)
    rows = snapshot.vectors[corpora.ids(shown, texts.vocabulary(settings.corpus))]
    pure = journey.purity(rows, labels)
    return Kept(shown, snapshot.share, snapshot.epoch, snapshot.loss, pure, rows.half())


def finish(first: Snapshot, last: Snapshot, *, settings: Settings) -> tuple[Tensor, Tensor, Tensor]:
    """What stays of the first and the last snapshot: both tables whole, and the other table's rows that are shown."""
    shown, _ = chosen(settings.corpus)
    rows = corpora.ids(shown, texts.vocabulary(settings.corpus))
    return first.vectors.half(), last.vectors.half(), last.context_vectors[rows].half()


def trained_of(course: Any) -> Trained:
    """A live training as it stands: `kept` of it are `Kept`, its `final` is what `finish` made, or None."""
    kept: Sequence[Kept] = course.kept
    settings: Settings = course.about
    _, labels = chosen(settings.corpus)
    first, last, contexts = course.final or (None, None, None)
    return Trained(
        asdict(settings),
        kept[0].words,
        labels,
        torch.stack([each.rows for each in kept]),
        tuple(each.share for each in kept),
        tuple(each.epoch for each in kept),
        tuple(each.loss for each in kept),
        tuple(each.purity for each in kept),
        first,
        last,
        contexts,
    )


@lru_cache(maxsize=len(SHIPPED))
def shipped(corpus: str, architecture: str) -> Trained:
    """A training that is shipped; ValueError if there is none of these."""
    if (corpus, architecture) not in SHIPPED:
        what = "your text" if held.is_own(corpus) else corpus
        raise ValueError(f"no training by {architecture} on {what} is shipped; open Training and train it yourself")
    return trained_in(runs.load(SHIPPED[corpus, architecture]))


def run_of(name: str, settings: Settings, snapshots: Sequence[Snapshot]) -> Run:
    """A training as it is shipped."""
    kept = [keep(each, settings=settings) for each in snapshots]
    first, last, contexts = finish(snapshots[0], snapshots[-1], settings=settings)
    shown, labels = chosen(settings.corpus)
    facts = {
        "kind": "word2vec",
        "settings": asdict(settings),
        "words": list(shown),
        "labels": list(labels),
        "vocabulary": len(snapshots[-1].vocabulary),
        "tokens_per_second": runs.rounded(snapshots[-1].tokens_per_second, 3),
        "snapshots": {
            "share": runs.rounded([each.share for each in kept]),
            "epoch": runs.rounded([each.epoch for each in kept]),
            "loss": runs.rounded([each.loss for each in kept]),
            "purity": runs.rounded([each.purity for each in kept]),
        },
    }
    tensors = {"tables": torch.stack([each.rows for each in kept]), "first": first, "last": last, "contexts": contexts}
    return Run(name, facts, tensors)


def trained_in(run: Run) -> Trained:
    """A training from its shipped run."""
    facts, each = run.facts, run.facts["snapshots"]
    losses = tuple(float("nan") if loss is None else loss for loss in each["loss"])
    return Trained(
        facts["settings"],
        tuple(facts["words"]),
        tuple(facts["labels"]),
        run.tensors["tables"],
        tuple(each["share"]),
        tuple(each["epoch"]),
        losses,
        tuple(each["purity"]),
        run.tensors["first"],
        run.tensors["last"],
        run.tensors["contexts"],
    )


def chosen(corpus: str) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """The words of a corpus that are shown, and the class of each: all with a class, then the most frequent.

    The kingdom has classes of its own; for other texts the groups of `assets/categories.toml` serve.
    """
    if not held.is_own(corpus):
        return _chosen(corpus)
    return _chosen_of(corpus)


@lru_cache(maxsize=len(texts.SHIPPED))
def _chosen(corpus: str) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    return _chosen_of(corpus)


def _chosen_of(corpus: str) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    every = texts.vocabulary(corpus).words
    classes = texts.corpus(corpus).classes or _categories()
    labels = dict(zip(every, corpora.class_labels(every, classes), strict=True))
    known = [word for word in every if labels[word] is not None]
    rest = [word for word in every if labels[word] is None]
    shown = (*known, *rest)[:MOST_SHOWN]
    return shown, tuple(labels[word] for word in shown)


@lru_cache(maxsize=1)
def _categories() -> dict[str, tuple[str, ...]]:
    """The groups of words that other lessons use too, each word in the first group that has it."""
    seen: set[str] = set()
    found = {}
    for name, members in words.categories().items():
        found[name] = tuple(word for word in members if word not in seen)
        seen |= set(members)
    return found


# --- the picture of a training


@dataclass(frozen=True, slots=True)
class Course:
    """A training as the picture takes it.

    points (S · n, 2), neighbours and cosines (S · n, 5): as in `compute.journey`. words (n,), groups (names and the
    places of their words), senses: words of two senses, as places. curves, each with a column 0 that says at which
    snapshot a value stands: loss (S - 1, 2), purity (S, 2) or None, pairs (S, 1 + pairs) or None. unit, shares: of the
    plane, which is fitted on snapshot `fit`. epochs and losses (S,). `pair_names`; `unknown` words of the pairs.
    """

    points: Tensor
    neighbours: Tensor
    cosines: Tensor
    loss: Tensor | None
    purity: Tensor | None
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
    unknown: tuple[str, ...]
    corpus: str
    settings: dict[str, Any]
    words_in_all: int
    rows_in_all: int


def course(*, corpus: str, architecture: str, fit: int, pairs: str) -> Course:
    """A shipped training."""
    return _course(shipped(corpus, architecture), fit, pairs)


def live_course(found: Any, *, fit: int, pairs: str) -> Course:
    """A live training that has ended."""
    return _course(trained_of(found), fit, pairs)


def newest(found: Any, *, pairs: str) -> Course:
    """A live training that is on: its newest snapshot alone, in a plane that follows it, and the curves so far."""
    made = trained_of(found)
    return _course(made, -1, pairs, points=journey.following(made.tables, labels=made.labels))


def _course(made: Trained, fit: int, pairs: str, points: Tensor | None = None) -> Course:
    if points is None:
        way = journey.journey(made.tables, fit=fit, labels=made.labels)
    else:
        way = journey.journey(made.tables[-1:], labels=made.labels)
    index = {word: place for place, word in enumerate(made.words)}
    named, unknown = watched(pairs, index)
    each = [(k, loss) for k, loss in enumerate(made.losses) if loss == loss]
    cosines = journey.pair_cosines(made.tables, [(index[a], index[b]) for a, b in named]) if named else None
    pure = None if None in made.purities else torch.tensor(made.purities)[:, None]
    at = torch.arange(len(made.tables), dtype=torch.float32)[:, None]
    corpus = made.settings["corpus"]
    return Course(
        points=way.points if points is None else points,
        neighbours=way.neighbours,
        cosines=way.cosines,
        loss=torch.tensor(each) if each else None,
        purity=None if pure is None else torch.cat([at, pure], dim=1),
        pairs=None if cosines is None else torch.cat([at, cosines], dim=1),
        words=made.words,
        groups=groups(made.labels),
        senses=tuple(index[word] for word in texts.corpus(corpus).senses if word in index),
        unit=way.unit if points is None else max(points.abs().max().item(), 1e-12),
        shares=way.shares,
        fit=way.fit if points is None else len(made.tables) - 1,
        snapshots=len(made.tables),
        epochs=made.epochs,
        pair_names=tuple(f"{a}–{b}" for a, b in named),
        unknown=unknown,
        corpus="" if held.is_own(corpus) else corpus,
        settings={name: value for name, value in made.settings.items() if name != "corpus"},
        words_in_all=texts.corpus(corpus).n_words,
        rows_in_all=len(texts.vocabulary(corpus)),
    )


def groups(labels: Sequence[str | None]) -> tuple[dict, ...]:
    """The classes that several words have, each with the places of its words."""
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if label is not None:
            places.setdefault(label, []).append(place)
    return tuple({"name": name, "rows": rows} for name, rows in sorted(places.items()) if len(rows) > 1)


def watched(pairs: str, index: Mapping[str, int]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The pairs that a text names, "king queen, king pizza", and the words that are not in `index`.

    ValueError for a part that is not two words, or too many pairs.
    """
    found, unknown = [], {}
    for part in filter(None, (part.strip() for part in pairs.lower().split(","))):
        two = part.replace("–", " ").split()
        if len(two) != 2:
            raise ValueError(
                f"“{part[:40]}” is not a pair; write two words, and a comma between pairs: king queen, cat dog"
            )
        missing = [word for word in two if word not in index]
        unknown |= dict.fromkeys(missing)
        if not missing and tuple(two) not in found:
            found.append(tuple(two))
    if len(found) > MOST_PAIRS:
        raise ValueError(f"{len(found)} pairs are named; the picture follows up to {MOST_PAIRS}")
    return tuple(found), tuple(unknown)


# --- the window


@dataclass(frozen=True, slots=True)
class Window:
    """A sentence under the window.

    words (m,); counts (m,): how often each occurs in the corpus. skipgram (p, 2) and cbow (c, 2): for each example of
    the sentence the place of its centre, then of its output; a CBOW example has all words within the window as inputs.
    """

    words: tuple[str, ...]
    counts: Tensor
    skipgram: Tensor
    cbow: Tensor
    window: int
    sentence: int
    sentences: int


def window(*, corpus: str, sentence: int, window: int) -> Window:
    """A sentence of a corpus, and the examples that the window makes of it; words without a row are left out."""
    found, rows = texts.corpus(corpus), texts.vocabulary(corpus)
    if not 0 <= sentence < len(found.sentences):
        raise ValueError(f"there is no sentence {sentence}; they run from 0 to {len(found.sentences) - 1:,}")
    kept = [word for word in found.sentences[sentence] if word in rows.row_numbers][:MOST_IN_SENTENCE]
    pairs = {name: corpora.window_pairs(kept, window, kind) for name, kind in ARCHITECTURES.items()}
    skipgram = torch.tensor([[pair.centre, pair.output] for pair in pairs["skip-gram"]]).reshape(-1, 2)
    cbow = torch.tensor([[pair.centre, pair.output] for pair in pairs["CBOW"]]).reshape(-1, 2)
    counts = rows.counts[corpora.ids(kept, rows)] if kept else torch.zeros(0)
    return Window(tuple(kept), counts, skipgram, cbow, window, sentence, len(found.sentences))


# --- the network


@dataclass(frozen=True, slots=True)
class Network:
    """Words into a trained network, and what comes out.

    inputs: the words, of which `rows` (m, dim) are their rows of W, and hidden (dim,) is what goes on: the row itself
    (skip-gram) or the mean (CBOW). outputs: the k words, of those shown, whose score hidden · row of C is largest, with
    their `scores`, their `chances` σ(score), and rows of C (k, dim). limit: a colour limit for W and hidden; c_limit,
    for C. purity: of the five nearest neighbours of each word with a class, by W, by C and by their sum; None without
    classes. unknown: as in `Word`.
    """

    inputs: tuple[str, ...]
    ids: tuple[int, ...]
    rows: Tensor
    hidden: Tensor
    outputs: tuple[str, ...]
    output_ids: tuple[int, ...]
    scores: Tensor
    chances: Tensor
    columns: Tensor
    limit: float
    c_limit: float
    vocabulary: int
    dim: int
    difference: float
    purity: tuple[float, float, float] | None
    architecture: str
    unknown: dict | None


def network(*, corpus: str, architecture: str, words: str) -> Network:
    """Words through a shipped network."""
    return _network(shipped(corpus, architecture), words)


def live_network(found: Any, *, words: str) -> Network:
    """Words through a network that was trained live."""
    return _network(trained_of(found), words)


def _network(made: Trained, asked: str) -> Network:
    rows_of = texts.vocabulary(made.settings["corpus"]).row_numbers
    one = made.settings["architecture"] == "skip-gram"
    given = list(dict.fromkeys(asked.lower().replace(",", " ").split()))[: 1 if one else MOST_INPUTS]
    known = [word for word in given if word in rows_of]
    missing = [word for word in given if word not in rows_of]
    known = known or [made.words[0]]
    ids = [rows_of[word] for word in known]
    whole = made.last.float()
    inputs = whole[ids]
    hidden = inputs.mean(dim=0)
    one_hot = torch.zeros(len(whole))
    one_hot[ids] = 1 / len(ids)
    contexts = made.contexts.float()
    scores = contexts @ hidden
    best = scores.topk(min(OUTPUTS, len(scores)))
    return Network(
        inputs=tuple(known),
        ids=tuple(ids),
        rows=inputs,
        hidden=hidden,
        outputs=tuple(made.words[i] for i in best.indices.tolist()),
        output_ids=tuple(rows_of[made.words[i]] for i in best.indices.tolist()),
        scores=best.values,
        chances=best.values.sigmoid(),
        columns=contexts[best.indices],
        limit=_limit(whole),
        c_limit=_limit(contexts),
        vocabulary=len(whole),
        dim=whole.shape[1],
        difference=(one_hot @ whole - hidden).abs().max().item(),
        purity=_purities(made),
        architecture=made.settings["architecture"],
        unknown=_unknown(" ".join(missing), tuple(rows_of)) if missing or not given else None,
    )


def _purities(made: Trained) -> tuple[float, float, float] | None:
    if sum(label is not None for label in made.labels) <= journey.NEIGHBOURS:
        return None
    first, second = (journey.unit_rows(table.float()) for table in (made.tables[-1], made.contexts))
    return tuple(corpora.class_purity(table, made.labels) for table in (first, second, first + second))


def _limit(table: Tensor) -> float:
    sizes = table.abs().flatten()
    return float(f"{sizes.kthvalue(max(1, int(0.95 * len(sizes)))).values.item():.2g}") or 1.0


def _unknown(asked: str, known: Sequence[str]) -> dict:
    """What was asked for in vain, and words of the vocabulary that are spelled like it."""
    return {"asked": asked[:40], "near": difflib.get_close_matches(asked[:40], known, n=3, cutoff=0.6)}


# --- what is drawn at random


@dataclass(frozen=True, slots=True)
class Draws:
    """Words of a corpus by falling count: counts (V,), their share of all words, negatives (V,), the probability with
    which each is drawn as a negative, and kept (V,), with which an occurrence of it is kept. `named` are words to point
    at, with their rows. often: the share of all words that the first ten make up, before and after the thinning."""

    counts: Tensor
    share: Tensor
    negatives: Tensor
    kept: Tensor
    words: tuple[str, ...]
    named: tuple[dict, ...]
    often: tuple[float, float]
    total: int


def draws(*, corpus: str, power: float, sample: float) -> Draws:
    """How often each word is there, is drawn as a negative, and is kept when frequent words are thinned out."""
    rows = texts.vocabulary(corpus)
    share = rows.counts / rows.counts.sum()
    negatives = corpora.negative_distribution(rows.counts, power=power)
    kept = corpora.keep_probabilities(rows.counts, sample)
    left = rows.counts * kept
    often = (share[:10].sum().item(), (left[:10].sum() / left.sum()).item())
    some = (0, len(rows) // 20, len(rows) // 4, len(rows) - 1)
    named = tuple(
        {"word": rows.words[i], "row": i, "count": int(rows.counts[i]), "share": share[i].item(),
         "negative": negatives[i].item(), "kept": kept[i].item()}
        for i in dict.fromkeys(some)
    )  # fmt: skip
    return Draws(rows.counts, share, negatives, kept, rows.words, named, often, int(rows.counts.sum()))


# --- words in their places


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its corpus: its row, its count, `lines` of it (before, after), and the NEAR words nearest to it by
    cosine among all rows, before and after training, each a word, its cosine, and its class.

    senses: the two classes of a word of two senses. closeness: the mean cosine of the word with the words of each
    class, `score`, the largest first; `own` is what the words of that class have with each other, and `least` what the
    loneliest of them has.
    unknown: what was asked for, where the vocabulary does not have it, and words spelled like it; then the word is
    another.
    """

    word: str
    row: int
    count: int
    rank: int
    share: float
    lines: tuple[dict, ...]
    before: tuple[dict, ...]
    after: tuple[dict, ...]
    senses: tuple[str, ...]
    closeness: tuple[dict, ...]
    vocabulary: int
    unknown: dict | None


def word(*, corpus: str, architecture: str, word: str) -> Word:
    """A word in a corpus; its neighbours in a shipped training, if there is one."""
    made = shipped(corpus, architecture) if (corpus, architecture) in SHIPPED else None
    return _word(corpus, word, made)


def live_word(found: Any, *, word: str) -> Word:
    """A word in the corpus of a live training, and its neighbours there."""
    made = trained_of(found)
    return _word(made.settings["corpus"], word, made)


def _word(corpus: str, asked: str, made: Trained | None) -> Word:
    found, rows = texts.corpus(corpus), texts.vocabulary(corpus)
    word = asked.strip().lower()
    unknown = None if word in rows.row_numbers else _unknown(word, rows.words)
    if unknown:
        word = chosen(corpus)[0][0]
    row = rows.row_numbers[word]
    lines = _spread(corpora.contexts(found, word, 6, limit=2000))
    tables = (made.first, made.last) if made is not None and made.last is not None else ()
    label = dict(zip(rows.words, corpora.class_labels(rows.words, found.classes or _categories()), strict=True))
    near = [_near(table.float(), row, rows.words, label) for table in tables] or [(), ()]
    senses = found.senses.get(word, ())
    count = int(rows.counts[row])
    return Word(
        word=word,
        row=row,
        count=count,
        rank=row + 1,
        share=count / found.n_words,
        lines=tuple({"before": list(line.before), "after": list(line.after)} for line in lines),
        before=near[0],
        after=near[1],
        senses=tuple(senses),
        closeness=_closeness(tables[1].float(), row, [label[each] for each in rows.words]) if tables else (),
        vocabulary=len(rows),
        unknown=unknown,
    )


def _spread(lines: Sequence[Any]) -> Sequence[Any]:
    """Up to LINES of them, evenly spread."""
    return [lines[k * len(lines) // LINES] for k in range(LINES)] if len(lines) > LINES else lines


def _closeness(table: Tensor, row: int, labels: Sequence[str | None]) -> tuple[dict, ...]:
    """The mean cosine of a row with the rows of each class, itself left out, and that of the class's own rows."""
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if label is not None:
            places.setdefault(label, []).append(place)
    found = []
    for name, members in places.items():
        if len(members) < 3:
            continue
        unit = journey.unit_rows(table[[row, *members]])
        mine, each = unit[0] @ unit[1:].T, unit[1:] @ unit[1:].T
        others = torch.tensor([place != row for place in members])
        own = (each.sum(dim=1) - 1) / (len(members) - 1)
        score = mine[others].mean().item()
        found.append({"label": name, "score": score, "own": own.mean().item(), "least": own.min().item()})
    return tuple(sorted(found, key=lambda one: -one["score"]))


def _near(table: Tensor, row: int, every: Sequence[str], label: Mapping[str, str | None]) -> tuple[dict, ...]:
    found = similarity.nearest(table, table[row], min(NEAR, len(table) - 1), exclude=(row,))
    scored = zip(found.indices.tolist(), found.scores.tolist(), strict=True)
    return tuple({"word": every[i], "score": score, "label": label[every[i]]} for i, score in scored)
