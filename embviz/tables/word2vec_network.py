"""The network of word2vec: words in, the row or mean that goes on, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embviz.compute import corpora, journey
from embviz.tables import texts, trained, word2vec_training
from embviz.tables.trained import Trained

OUTPUTS = 8
MOST_INPUTS = 4


@dataclass(frozen=True, slots=True)
class Network:
    """Words into a trained network, and what comes out.

    inputs: the words, of which `rows` (m, dim) are their rows of W, and hidden (dim,) is what goes on: the row itself
    (skip-gram) or the mean (CBOW). outputs: the k words, of those shown, whose score hidden · row of C is largest, with
    their `scores`, their `chances` σ(score), and rows of C (k, dim). limit: a colour limit for W and hidden; c_limit,
    for C. purity: of the five nearest neighbours of each word with a class, by W, by C and by their sum; None without
    classes. unknown: as `texts.unknown` has it.
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


def shipped(*, corpus: str, architecture: str, words: str) -> Network:
    """Words through a shipped network."""
    return _network(word2vec_training.shipped(corpus, architecture), words)


def live(found: Any, *, words: str) -> Network:
    """Words through a network that was trained live."""
    return _network(trained.live(found), words)


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
        unknown=texts.unknown(" ".join(missing), tuple(rows_of)) if missing or not given else None,
    )


def _purities(made: Trained) -> tuple[float, float, float] | None:
    if sum(label is not None for label in made.labels) <= journey.NEIGHBOURS:
        return None
    first, second = (journey.unit_rows(table.float()) for table in (made.tables[-1], made.contexts))
    return tuple(corpora.class_purity(table, made.labels) for table in (first, second, first + second))


def _limit(table: Tensor) -> float:
    sizes = table.abs().flatten()
    return float(f"{sizes.kthvalue(max(1, int(0.95 * len(sizes)))).values.item():.2g}") or 1.0
