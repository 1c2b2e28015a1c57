"""The shipped runs of the small language model as pictures need them: float32, one entry a snapshot.

A run's snapshots are S moments of one training (`embviz.compute.language_runs`); the last is after the last step.
Losses are in nats a token. A row of the table belongs to a token: a character, or a piece of a word.
"""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from embviz.compute import agreement, journey, language_model, language_runs, runs
from embviz.compute.checks import checked_choice
from embviz.compute.language_text import without_page_layout

KINDS = ("vowels", "other letters", "capitals", "signs and blanks", "digits")
PIECE_KINDS = ("begin a word", "go on in a word", "capitals", "signs and blanks", "digits")
CAPITALS = 2
CASES = (0, 1, CAPITALS)
OFTEN = 2000
"""A token is common if it is at least one of so many in the text that is trained on."""
BINS = 40
POSITIONS = ("none", "learned", "sinusoidal", "rotary", "alibi")
SEEDS = (0, 1, 2)
COMPARED = {  # what a comparison of losses holds: the runs, and what each is called
    "positions": {kind: kind for kind in POSITIONS},
    "heads": {"rotary": "tied", "untied": "untied"},
    "texts": {"rotary": "characters", "pieces-tied": "pieces", "pieces-untied": "pieces, untied"},
    "warm": {"pieces-warm": "from glove", "pieces-tied": "at random"},
}
WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")


@dataclass(frozen=True, slots=True)
class Rows:
    """n rows of the table through S snapshots, in one plane: points (S · n, 2), neighbours and cosines (S · n, 5).

    As in `embviz.compute.journey`, with lengths as they are. `purity` (S, 2): the snapshot, and the share of the five
    nearest rows that are of the row's own kind. `lengths` (S,) are the mean lengths of rows; `letters` (S,) tells how
    many of the `lettered` rows that begin with a letter the first axis puts on the side of their own case, parted where
    that is right most often at the end. `words` (n,) are the tokens, `groups` their kinds with the rows of each.
    `shares` of the fitted snapshot's variance lie in the plane; `left_out` tokens are not common.
    """

    points: Tensor
    neighbours: Tensor
    cosines: Tensor
    purity: Tensor
    lengths: Tensor
    letters: Tensor
    lettered: int
    unit: float
    fit: int
    shares: tuple[float, float]
    words: list[str]
    groups: list[dict[str, object]]
    left_out: int
    steps: list[int]
    snapshots: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run went: `train` and `validation` losses (S,), after `steps` (S,), and what it wrote each time.

    `tokens` (S,) were seen by then. `texts` are lists of (words, known): known is 1 for a word that Shakespeare has, 0
    for one that he has not, and -1 between words. `shares` (S,) of all words written are known. `even` is ln V, the
    loss of even chances; `held` is the loss at the end, on more of the held text than `validation` reads.
    """

    steps: Tensor
    train: Tensor
    validation: Tensor
    shares: Tensor
    tokens: Tensor
    texts: list[list[tuple[str, int]]]
    even: float
    vocabulary: int
    rows: str
    held: float


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses on held text (R, S) of the R runs of a comparison, after `steps` (S,), and at the end (R,).

    `last` is read on more text than the curves. In the comparison of texts all are a character, not a token.
    """

    steps: Tensor
    curves: Tensor
    last: Tensor
    names: list[str]
    even: float
    parameters: list[int]
    seed: int


@dataclass(frozen=True, slots=True)
class Seeds:
    """Losses at the end (K, 3) of smaller models, K kinds of position with three seeds each; NaN for a missing run."""

    losses: Tensor
    kinds: tuple[str, ...]
    steps: int
    width: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Warm:
    """What becomes of n rows that start from glove, and of the same rows where they start at random.

    steps (S,) and, for both in this order, curves (2, S): losses on held text, and last (2,): at the end, on more of
    it; kept (2, 3, S): the cosine of a row with itself at the start, mean over the rows, and the tenth and ninetieth of
    100 parts of them; near (2, S): how much of a row's five nearest among the n is what it was at the start.
    """

    steps: Tensor
    curves: Tensor
    last: Tensor
    kept: Tensor
    near: Tensor
    names: list[str]
    rows: int
    seed: int


@dataclass(frozen=True, slots=True)
class Norms:
    """Lengths of the table's rows (S, V), how often each token was met (V,), and of a head of its own at the end (V,).

    `bars` (S, bins) count the rows by length, between `edges` (bins + 1,). `ranks` (S,) is Spearman's rank correlation
    of length and count; `rare` and `common` (S,) are median lengths of the rarest and the most common tenth.
    """

    norms: Tensor
    counts: Tensor
    bars: Tensor
    edges: Tensor
    ranks: Tensor
    rare: Tensor
    common: Tensor
    tokens: list[str]
    kinds: list[int]
    names: tuple[str, ...]
    steps: list[int]
    unmet: list[str]
    head: Tensor | None
    head_rare: float | None
    head_common: float | None


@dataclass(frozen=True, slots=True)
class Positions:
    """The learned table of positions: `tables` (S · n, d), `cosines` (S · n, n) of its rows with each other.

    `distances` (S, n) are the mean cosines at each distance, `lengths` (S, n) of the rows.
    """

    tables: Tensor
    cosines: Tensor
    distances: Tensor
    lengths: Tensor
    n: int
    limit: float
    steps: list[int]


@dataclass(frozen=True, slots=True)
class Gradients:
    """How the gradient is shared among ten groups of equally many rows, most frequent tokens first.

    `shares` (2, 10): of the lengths of the rows' gradients, mean of all steps, tied and untied; `met` (10,): of the
    text. `touched` (2, S - 1): the share of rows with any gradient in a step, after each of `steps`.
    """

    shares: Tensor
    met: Tensor
    touched: Tensor
    steps: list[int]
    rows: int
    unmoved: int
    names: tuple[str, str]


def rows(*, run: str, common: bool, fit: int = -1) -> Rows:
    """The table from random to trained, in the plane of the snapshot `fit`, the last for -1."""
    found = _run(run)
    tables, counts = found.tensors["tables"].float(), found.tensors["counts"].long()
    kept = counts * OFTEN >= counts.sum() if common else torch.ones_like(counts, dtype=torch.bool)
    pieces = found.facts["vocabulary"]["pieces"]
    names, kinds = kinds_of(pieces)
    chosen = kept.nonzero()[:, 0].tolist()
    mine = [kinds[row] for row in chosen]
    way = journey.journey(tables[:, kept], fit=fit, scaled=False)
    points = way.points.unflatten(0, (len(tables), -1))
    lettered = torch.tensor([kind in CASES for kind in mine])
    capital = torch.tensor([kind == CAPITALS for kind in mine])[lettered]
    pure = torch.tensor([journey.purity(table, [str(kind) for kind in mine]) for table in tables[:, kept]])
    return Rows(
        points=way.points,
        neighbours=way.neighbours,
        cosines=way.cosines,
        purity=torch.stack([torch.arange(len(tables)).float(), pure], dim=1),
        lengths=tables[:, kept].norm(dim=2).mean(dim=1),
        letters=_parted(points[:, lettered, 0], capital),
        lettered=len(capital),
        unit=way.unit,
        fit=fit,
        shares=way.shares,
        words=[visible(pieces[row]) for row in chosen],
        groups=[
            {"name": name, "rows": [place for place, each in enumerate(mine) if each == kind]}
            for kind, name in enumerate(names)
            if kind in mine
        ],
        left_out=int((~kept).sum()),
        steps=found.facts["snapshots"]["step"],
        snapshots=len(tables),
    )


def _parted(places: Tensor, capital: Tensor) -> Tensor:
    """How many of places (S, n) lie on the side of their kind, of the best threshold for the last, by snapshot (S,)."""
    sides = places[-1] > places[-1][:, None]  # a threshold a row
    right = (sides == capital).sum(dim=1)
    best = (right - len(capital) / 2).abs().argmax()
    found = ((places > places[-1][best]) == capital).sum(dim=1)
    return found if right[best] * 2 >= len(capital) else len(capital) - found


def progress(*, run: str) -> Progress:
    """Losses and texts of a run, a snapshot at a time."""
    facts = _run(run).facts
    told, size = facts["snapshots"], facts["model"]["vocab_size"]
    texts = [segments(text) for text in facts["texts"]]
    return Progress(
        steps=torch.tensor(told["step"]),
        train=torch.tensor(told["train_loss"]),
        validation=torch.tensor(told["validation_loss"]),
        shares=torch.tensor([known_share(text) for text in texts]),
        texts=texts,
        even=math.log(size),
        vocabulary=size,
        rows="pieces" if facts["vocabulary"]["merges"] else "characters",
        tokens=torch.tensor(told["tokens"]),
        held=facts["final_loss"],
    )


def losses(*, compare: str) -> Losses:
    """The losses of runs that differ in one thing: `positions`, `heads`, `texts`, or `warm`."""
    named = COMPARED[checked_choice("compare", compare, tuple(COMPARED))]
    found = [runs.facts(f"language/{run}") for run in named]
    units = [facts["characters_a_token"] if compare == "texts" else 1.0 for facts in found]
    told = [facts["snapshots"] for facts in found]
    curves = torch.stack([torch.tensor(each["validation_loss"]) / unit for each, unit in zip(told, units, strict=True)])
    return Losses(
        steps=torch.tensor(told[0]["step"]),
        curves=curves,
        last=torch.tensor([facts["final_loss"] / unit for facts, unit in zip(found, units, strict=True)]),
        names=list(named.values()),
        even=math.log(found[0]["model"]["vocab_size"]),
        parameters=[sum(facts["parameters"].values()) for facts in found],
        seed=found[0]["training"]["seed"],
    )


def warm() -> Warm:
    """The run whose words start from glove, beside the one that is like it in all else."""
    compared = losses(compare="warm")
    found = [_run(run) for run in COMPARED["warm"]]
    ids = torch.tensor(found[0].facts["warm"])
    kept, near = [], []
    for run in found:
        tables = run.tensors["tables"].float()[:, ids]
        cosines = torch.cosine_similarity(tables, tables[:1], dim=2)
        parts = torch.quantile(cosines, torch.tensor([0.1, 0.9]), dim=1)
        kept.append(torch.cat([cosines.mean(dim=1)[None], parts]))
        near.append(torch.stack([agreement.neighbour_overlap(each, tables[0], k=5).mean() for each in tables]))
    return Warm(
        steps=compared.steps,
        curves=compared.curves,
        last=compared.last,
        kept=torch.stack(kept),
        near=torch.stack(near),
        names=compared.names,
        rows=len(ids),
        seed=compared.seed,
    )


def course(*, run: str) -> Tensor:
    """The loss of every step's own batch, (steps,)."""
    return _run(run).tensors["losses"].float()


def seeds() -> Seeds:
    """What three seeds of each kind of position end at, in the smaller runs `length/*`."""
    there = set(runs.names("length/*"))
    table = torch.full((len(POSITIONS), len(SEEDS)), math.nan)
    facts = {}
    for i, kind in enumerate(POSITIONS):
        for j, seed in enumerate(SEEDS):
            if (name := f"length/{kind}-{seed}") in there:
                facts = runs.facts(name)
                table[i, j] = facts["final_loss"]
    if not facts:
        raise ValueError("the runs of three seeds are not shipped here; python -m embviz.compute.runs makes them")
    model = facts["model"]
    return Seeds(table, POSITIONS, facts["training"]["steps"], model["width"], model["vocab_size"])


def norms(*, run: str) -> Norms:
    """Lengths of the rows through training, and against how often their tokens are met."""
    found = _run(run)
    lengths, counts = found.tensors["tables"].float().norm(dim=2), found.tensors["counts"].long()
    head = found.tensors["head"].float().norm(dim=1) if "head" in found.tensors else None
    most = max(lengths.max().item(), 0.0 if head is None else head.max().item())
    edges = torch.linspace(0, math.ceil(most * 4) / 4, BINS + 1)
    bars = torch.stack([torch.histc(each, BINS, 0, edges[-1].item()) for each in lengths])
    order = counts.argsort(descending=True, stable=True)
    tenth = max(1, len(order) // 10)
    pieces = found.facts["vocabulary"]["pieces"]
    names, kinds = kinds_of(pieces)
    return Norms(
        norms=lengths,
        counts=counts.float(),
        bars=bars,
        edges=edges,
        ranks=torch.tensor([_rank_correlation(each, counts) for each in lengths]),
        rare=lengths[:, order[-tenth:]].median(dim=1).values,
        common=lengths[:, order[:tenth]].median(dim=1).values,
        tokens=[visible(piece) for piece in pieces],
        kinds=kinds,
        names=names,
        steps=found.facts["snapshots"]["step"],
        unmet=[visible(pieces[row]) for row in (counts == 0).nonzero()[:, 0].tolist()],
        head=head,
        head_rare=None if head is None else head[order[-tenth:]].median().item(),
        head_common=None if head is None else head[order[:tenth]].median().item(),
    )


def positions() -> Positions:
    """The rows of positions of the run that learned them, and how alike they become."""
    found = _run("learned")
    tables = found.tensors["positions"].float()
    unit = torch.nn.functional.normalize(tables, dim=2)
    cosines = unit @ unit.transpose(1, 2)
    n = tables.shape[1]
    distances = torch.stack([cosines.diagonal(k, 1, 2).mean(dim=1) for k in range(n)], dim=1)
    return Positions(
        tables=tables.flatten(0, 1),
        cosines=cosines.flatten(0, 1),
        distances=distances,
        lengths=tables.norm(dim=2),
        n=n,
        limit=float(f"{tables[-1].abs().quantile(0.95).item():.1g}"),
        steps=found.facts["snapshots"]["step"],
    )


def gradients(*, text: str) -> Gradients:
    """Which rows the gradient reaches, tied and untied, for `characters` or `pieces`."""
    pair = {"characters": ("rotary", "untied"), "pieces": ("pieces-tied", "pieces-untied")}
    found = [_run(run) for run in pair[checked_choice("text", text, tuple(pair))]]
    told = [run.facts["snapshots"] for run in found]
    counts, groups = found[0].tensors["counts"].float(), found[0].tensors["groups"].long()
    weights = torch.tensor(told[0]["step"]).diff().float()  # a snapshot's mean is over the steps since the one before
    shares = []
    for run in found:
        lengths = (run.tensors["gradients"].float()[1:] * weights[:, None]).sum(dim=0)
        shares.append(torch.zeros(10).index_add_(0, groups, lengths) / lengths.sum())
    untied = found[1].tensors["tables"].float()
    return Gradients(
        shares=torch.stack(shares),
        met=torch.zeros(10).index_add_(0, groups, counts) / counts.sum(),
        touched=torch.tensor([each["touched"][1:] for each in told]),
        steps=told[0]["step"][1:],
        rows=len(counts),
        unmoved=int((untied[-1] == untied[0]).all(dim=1).sum()),
        names=("tied", "untied"),
    )


def even_loss() -> float:
    """ln V of the runs of characters."""
    return math.log(runs.facts("language/rotary")["model"]["vocab_size"])


def head_parameters() -> int:
    """How many numbers more the untied run of pieces trains than the tied one."""
    settings = [language_model.ModelSettings(**runs.facts(f"language/pieces-{kind}")["model"]) for kind in _HEADS]
    tied, untied = (language_model.parameter_counts(each).total for each in settings)
    return untied - tied


def longer_rows(*, run: str) -> str:
    """Which rows end longer, by the rank correlation of length and count: `rare`, `common`, or `neither`."""
    rank = norms(run=run).ranks[-1].item()
    return "neither" if abs(rank) < 0.1 else "common" if rank > 0 else "rare"


_HEADS = ("tied", "untied")


def kinds_of(pieces: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """The names of the groups, and which one each piece is in: by its first letter, digit or sign."""
    whole = any(len(piece) > 1 for piece in pieces)
    return (PIECE_KINDS if whole else KINDS), [_kind(piece, whole) for piece in pieces]


def _kind(piece: str, whole: bool) -> int:
    first = piece.strip()[:1]
    if first.isupper():
        return CAPITALS
    if not first.isalpha():
        return 4 if first.isdigit() else 3
    return int(not piece.startswith(" ")) if whole else int(first not in "aeiou")


def visible(piece: str) -> str:
    """A piece as a person can see it: blanks as ␣, a line's end as ⏎."""
    return piece.replace(" ", "␣").replace("\n", "⏎")


def segments(text: str) -> list[tuple[str, int]]:
    """A text as words, known or not, and what stands between them. A single letter is a word if it is a, I or O."""
    found: list[tuple[str, int]] = []
    end = 0
    for match in WORD.finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], -1))
        word = match[0].lower()
        found.append((match[0], int(word in _words() and (len(word) > 1 or word in "aio"))))
        end = match.end()
    return [*found, (text[end:], -1)] if end < len(text) else found


def known_share(found: Sequence[tuple[str, int]]) -> float:
    """The share of a text's words that are known; 0 for a text without words."""
    known = [kind for _, kind in found if kind >= 0]
    return sum(known) / len(known) if known else 0.0


@cache
def _words() -> frozenset[str]:
    text = gzip.decompress(language_runs.CORPUS.read_bytes()).decode("ascii")
    return frozenset(word.lower() for word in WORD.findall(without_page_layout(text)))


def _rank_correlation(a: Tensor, b: Tensor) -> float:
    """Spearman's: the correlation of ranks, equal values sharing their mean rank."""
    ranks = [_ranks(each.double()) for each in (a, b)]
    x, y = (each - each.mean() for each in ranks)
    return (x @ y / (x.norm() * y.norm()).clamp_min(1e-12)).item()


def _ranks(values: Tensor) -> Tensor:
    _, inverse, counts = torch.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum(0).double() - (counts.double() + 1) / 2)[inverse]


@cache
def _run(run: str) -> runs.Run:
    """A shipped run, read once."""
    return runs.load(f"language/{run}")
