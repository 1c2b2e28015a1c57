"""How alike the words of a table are: two arrows, a matrix of cosines, random pairs, and nearest neighbours.

Vectors are taken raw, centred (minus the mean of all rows of the table) or standardised (each column of the whole table
with mean 0 and standard deviation 1). A cosine does not see lengths, a dot product and a distance do.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz import tables
from embviz.compute import similarity as compute
from embviz.compute.checks import checked_choice, checked_size
from embviz.tables import words
from embviz.tables.table import EmbeddingTable
from embviz.tables.upload_file import counted

VECTORS = ("raw", "centred", "standardised")
ORDERS = ("list", "clustering")
MOST_LISTED = 60
MOST_NEAR = 100
LONGEST = 60  # letters of a token that a picture shows
N_PAIRS = 20_000
BINS = 100
SAMPLE = 2_000

Unknown = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The word a, along the x axis, and other words, each in the plane that it spans with a.

    The first of the others is b, the rest are the listed words that the table has, the most alike first. `places` (n,
    2) are the tips of their arrows; `numbers` (n, 4) are length, dot product with a, cosine and angle in degrees of the
    whole vectors. `row_numbers` are of a and of the others. `unknown` words come with near spellings. `std` and `high`
    are where the cosine of random directions of this width is: its standard deviation, and the bound of 95 %.
    `difference` is the largest between a cosine in its plane, from `places` in float32, and the cosine of the whole
    vectors.
    """

    places: Tensor
    numbers: Tensor
    words: tuple[str, ...]
    row_numbers: tuple[int, ...]
    a: str
    length: float
    unknown: Unknown
    std: float
    high: float
    width: int
    rows: int
    difference: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """`cosines` (n, n) of the listed words that the table has, in the order asked for; `row_numbers` are theirs.

    `nearest` is the pair with the largest cosine, as places in the order; `outside` of `pairs` have a cosine outside
    the band of 95 % of random directions, which ends at `high`; `mean` is that of all pairs.
    """

    cosines: Tensor
    words: tuple[str, ...]
    row_numbers: tuple[int, ...]
    unknown: Unknown
    nearest: tuple[int, int]
    outside: int
    pairs: int
    mean: float
    std: float
    high: float
    width: int
    rows: int


@dataclass(frozen=True, slots=True)
class RandomPairs:
    """The cosines of random pairs of rows, for each of VECTORS in turn: `densities` (3, bins) over the bins' `middles`.

    `expected` is the density of the cosine of random directions at `points`. `means` are exact, over all `pairs`;
    `drawn_means` and `outside`, the share beyond the 95 % band, are those of the `drawn` pairs.
    """

    middles: Tensor
    densities: Tensor
    points: Tensor
    expected: Tensor
    means: tuple[float, ...]
    drawn_means: tuple[float, ...]
    outside: tuple[float, ...]
    drawn: int
    pairs: int
    among: int
    std: float
    high: float
    width: int
    rows: int


@dataclass(frozen=True, slots=True)
class Near:
    """The k rows of a table that are nearest to a word's, the nearest first: `chosen` (k, 3) score, cosine and length.

    `left_out` (m, 3) are rows that would be among the k nearest by `other`, but are not by this metric; `sample` (s, 3)
    are random rows of the rest. The score is in the metric asked for. `edge_lengths` and `edge_cosines` are the line on
    which a row has the score of the last chosen. `length` is that of the word's own row, `row`.
    `k` is what was asked for, or all that there are.
    """

    chosen: Tensor
    left_out: Tensor
    sample: Tensor
    edge_lengths: Tensor
    edge_cosines: Tensor
    tokens: tuple[str, ...]
    row_numbers: tuple[int, ...]
    left_tokens: tuple[str, ...]
    left_row_numbers: tuple[int, ...]
    sample_row_numbers: tuple[int, ...]
    row: int
    k: int
    other: str
    shared: int
    length: float
    median_length: float
    other_length: float
    median_row: int
    other_row: int
    candidates: int
    width: int


def pair(*, table: str, vectors: str, a: str, b: str, listed: str) -> Pair:
    """Two words as arrows, and the listed words, each as it would be in the place of b."""
    source = tables.load(table)
    row_a, row_b = row_of(source, a), row_of(source, b)
    found = _listed(source, listed)
    others = {row: word for row, word in zip(found.rows, found.words, strict=True) if row not in (row_a, row_b)}
    prepared = _prepared(source, vectors)
    query = prepared[row_a]
    cosines = compute.cosine_similarity(query[None], prepared[list(others)])[0]
    order = [list(others)[k] for k in cosines.argsort(descending=True, stable=True).tolist()]
    rows = [row_b, *order]
    planes = [compute.plane(query, prepared[row]) for row in rows]
    degrees = [math.nan if plane.angle is None else math.degrees(plane.angle) for plane in planes]
    numbers = [[p.length_b, p.dot, p.cosine, angle] for p, angle in zip(planes, degrees, strict=True)]
    places = torch.stack([plane.b for plane in planes])
    flat = torch.nn.functional.cosine_similarity(places, planes[0].a[None], dim=1)
    whole = torch.nn.functional.cosine_similarity(prepared[rows], query[None], dim=1)
    band = compute.random_cosine_band(len(query))
    return Pair(
        places=places,
        numbers=torch.tensor(numbers),
        words=(b.strip(), *(others[row] for row in order)),
        row_numbers=(row_a, *rows),
        a=a.strip(),
        length=planes[0].length_a,
        unknown=tuple(found.unknown.items()),
        std=band.std,
        high=band.high,
        width=len(query),
        rows=len(prepared),
        difference=(flat - whole).abs().max().item(),
    )


def matrix(*, table: str, vectors: str, listed: str, order: str) -> Matrix:
    """The cosine of each two of the listed words; ValueError if the table has fewer than two of them."""
    checked_choice("order", order, ORDERS)
    source = tables.load(table)
    found = _listed(source, listed)
    if len(found.rows) < 2:
        raise ValueError(f"{source.name} has a row for {len(found.rows)} of the listed words; list two or more it has")
    prepared = _prepared(source, vectors)[list(found.rows)]
    places = compute.order_by_clustering(prepared) if order == "clustering" else torch.arange(len(prepared))
    cosines = compute.cosine_similarity(prepared[places])
    above = torch.triu_indices(len(places), len(places), offset=1)
    each = cosines[above[0], above[1]]
    best = int(each.argmax())
    band = compute.random_cosine_band(prepared.shape[1])
    return Matrix(
        cosines=cosines,
        words=tuple(found.words[place] for place in places.tolist()),
        row_numbers=tuple(found.rows[place] for place in places.tolist()),
        unknown=tuple(found.unknown.items()),
        nearest=(int(above[0, best]), int(above[1, best])),
        outside=int((each.abs() > band.high).sum()),
        pairs=len(each),
        mean=each.double().mean().item(),
        std=band.std,
        high=band.high,
        width=prepared.shape[1],
        rows=len(source.tokens),
    )


def random_pairs(*, table: str, among: int, seed: int) -> RandomPairs:
    """The cosines of N_PAIRS random pairs of the first `among` rows, or of all if the table has no more."""
    source = tables.load(table)
    count = min(checked_size("among", among, least=2), len(source.tokens))
    edges = torch.linspace(-1, 1, BINS + 1)
    bin_width = 2 / BINS
    width = source.vectors.shape[1]
    if count < 2 or width < 2:
        raise ValueError(
            f"{source.name} has {counted(len(source.tokens), 'row')} of {counted(width, 'number')}; "
            "the angles of pairs need 2 of each or more"
        )
    band = compute.random_cosine_band(width)
    densities, means, drawn, outside = [], [], [], []
    for vectors in VECTORS:
        rows = _prepared(source, vectors)[:count]
        cosines = compute.pair_cosines(rows, N_PAIRS, seed=seed)
        densities.append(torch.histc(cosines, BINS, -1, 1) / (N_PAIRS * bin_width))
        means.append(mean_cosine(rows))
        drawn.append(cosines.double().mean().item())
        outside.append((cosines.abs() > band.high).double().mean().item())
    points = torch.linspace(-1, 1, 401)
    expected = random_density(points, width)
    expected[[0, -1]] = expected[[1, -2]].where(expected[[0, -1]].isinf(), expected[[0, -1]])  # at the ends of width 2
    return RandomPairs(
        middles=(edges[:-1] + edges[1:]) / 2,
        densities=torch.stack(densities),
        points=points,
        expected=expected,
        means=tuple(means),
        drawn_means=tuple(drawn),
        outside=tuple(outside),
        drawn=N_PAIRS,
        pairs=count * (count - 1) // 2,
        among=count,
        std=band.std,
        high=band.high,
        width=width,
        rows=len(source.tokens),
    )


def mean_cosine(rows: Tensor) -> float:
    """The mean cosine of all pairs of distinct rows (n, dim), from the sum of their directions alone.

    The squared length of that sum is the sum of the cosines of all ordered pairs, those of a row with itself included.
    """
    units = torch.nn.functional.normalize(rows, dim=1)
    n, themselves = len(units), int(units.any(dim=1).sum())  # a row that is zero has cosine 0 with itself
    return ((units.sum(dim=0, dtype=torch.float64).square().sum() - themselves) / (n * (n - 1))).item()


def random_density(points: Tensor, dim: int) -> Tensor:
    """The density at `points` of the cosine of two random directions in `dim` dimensions, two or more.

    (1 - t²) ** ((dim - 3) / 2) / B(1/2, (dim - 1)/2): Cai, Fan and Jiang 2013, equation 4.
    """
    half = (dim - 1) / 2
    log_beta = math.lgamma(0.5) + math.lgamma(half) - math.lgamma(half + 0.5)
    inside = (1 - points.double().square()).clamp_(min=0)
    return (inside ** ((dim - 3) / 2) * math.exp(-log_beta)).to(points.dtype)


def neighbours(*, table: str, word: str, metric: str, k: int) -> Near:
    """The k nearest rows to a word's by this metric, without itself, and what another metric would have chosen."""
    source = tables.load(table)
    row = row_of(source, word)
    if checked_size("k", k) > MOST_NEAR:
        raise ValueError(f"k is {k}; the list holds up to {MOST_NEAR}")
    rows = source.vectors
    query = rows[row]
    if len(rows) < 2:
        raise ValueError(f"{source.name} has only this one row; neighbours need more")
    if not query.any():
        raise ValueError(f"the row of “{word.strip()}” in {source.name} is all zeros; it has no direction to compare")
    k = min(k, len(rows) - 1)
    other = "dot" if metric == "cosine" else "cosine"
    best, instead = (compute.nearest(rows, query, k, metric=name, exclude=(row,)) for name in (metric, other))
    chosen, rivals = best.indices.tolist(), instead.indices.tolist()
    left_out = [i for i in rivals if i not in set(chosen)]
    drawn = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[: SAMPLE + 2 * k + 1].tolist()
    sample = [i for i in drawn if i not in {row, *chosen, *left_out}][:SAMPLE]
    numbers = {name: _numbers(rows[ids], query, metric) for name, ids in (("chosen", chosen), ("left", left_out))}
    lengths = torch.linalg.vector_norm(rows, dim=1)
    along = torch.linspace(float(lengths.min()), float(lengths.max()), 200).clamp(min=1e-6)
    return Near(
        chosen=numbers["chosen"],
        left_out=numbers["left"],
        sample=_numbers(rows[sample], query, metric),
        edge_lengths=along,
        edge_cosines=_edge(metric, best.scores[-1].item(), query.norm().item(), along),
        tokens=tuple(_piece(source.tokens[i]) for i in chosen),
        row_numbers=tuple(chosen),
        left_tokens=tuple(_piece(source.tokens[i]) for i in left_out),
        left_row_numbers=tuple(left_out),
        sample_row_numbers=tuple(sample),
        row=row,
        k=k,
        other=other,
        shared=k - len(left_out),
        length=query.norm().item(),
        median_length=lengths[chosen].median().item(),
        other_length=lengths[rivals].median().item(),
        median_row=int(best.indices.median()),
        other_row=int(instead.indices.median()),
        candidates=int(best.candidates),
        width=len(query),
    )


def row_of(table: EmbeddingTable, word: str) -> int:
    """The row of a word; ValueError names it and what is spelled like it."""
    word = word.strip()
    if not word:
        raise ValueError("a word is missing; type one")
    row = words.row_of(table, word)
    if row is None:
        near = words.spellings(table, word)
        instead = f"; spelled most like it: {', '.join(near)}" if near else ", and none that is spelled like it"
        raise ValueError(f"{table.name} has no row for “{word}”{instead}")
    return row


def _piece(token: str) -> str:
    """A token as its tokenizer writes it, with the mark of a word's beginning as a visible space, and not too long."""
    token = token.replace("▁", "␣")
    return token if len(token) <= LONGEST else f"{token[: LONGEST - 1]}…"


def _listed(table: EmbeddingTable, listed: str) -> words.Found:
    """The listed words, between spaces or commas; between commas, spaces belong to a word that the table has so."""
    parts = filter(None, (part.strip() for part in re.split(r"[,;\n]", listed)))
    words_of = ([part] if " " in part and part in table.row_numbers else part.split() for part in parts)
    asked = list(dict.fromkeys(word for found in words_of for word in found))
    if len(asked) > MOST_LISTED:
        raise ValueError(f"{len(asked)} words are listed; up to {MOST_LISTED} can be")
    return words.look_up(table, asked)


def _prepared(table: EmbeddingTable, vectors: str) -> Tensor:
    """All rows of the table, raw, centred or standardised, (rows, dim)."""
    checked_choice("vectors", vectors, VECTORS)
    make = {"raw": lambda rows: rows, "centred": compute.centred, "standardised": compute.standardised}
    return make[vectors](table.vectors)


def _numbers(rows: Tensor, query: Tensor, metric: str) -> Tensor:
    """Score, cosine and length of each row, (n, 3)."""
    cosines = compute.cosine_similarity(rows, query[None])[:, 0]
    lengths = torch.linalg.vector_norm(rows, dim=1)
    scores = {"cosine": cosines, "dot": rows @ query, "euclidean": torch.linalg.vector_norm(rows - query, dim=1)}
    return torch.stack((scores[metric], cosines, lengths), dim=1)


def _edge(metric: str, score: float, query: float, lengths: Tensor) -> Tensor:
    """The cosine at which a row of each length has this score with a query of this length."""
    if metric == "cosine":
        return torch.full_like(lengths, score)
    if metric == "dot":
        return score / (query * lengths)
    return (query**2 + lengths.square() - score**2) / (2 * query * lengths)
