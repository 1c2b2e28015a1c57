"""A small language model trained on Shakespeare while a person looks on: what may be chosen, and what is shown of it.

Settings are those of the shipped runs (`embviz.compute.language_runs`) but for what a person changes: with 2 layers,
width 96, 1,200 steps and seed 0 a training is the shipped one again.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from embviz import tables
from embviz.compute import language_runs, language_training, runs
from embviz.compute.checks import checked_choice
from embviz.compute.device import best_device
from embviz.compute.language_model import ModelSettings, ParameterCounts, parameter_counts
from embviz.compute.language_text import Vocabulary
from embviz.compute.snapshots import Stopping, never
from embviz.tables.language_model import segments

TEXTS = {"characters": None, "512 pieces": language_runs.PIECES}
SNAPSHOTS = 41
WRITTEN = 160
"""How many tokens it writes at every fourth snapshot."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person chose. `rank` 0 is a full table, `dropout` in percent, `warm` the words whose rows glove gives."""

    position: str = "rotary"
    head: str = "tied"
    units: str = "characters"
    layers: int = 2
    width: int = 64
    rank: int = 0
    dropout: int = 0
    warm: str = ""
    steps: int = 600
    seed: int = 0

    @property
    def tied(self) -> bool:
        return self.head == "tied"

    @property
    def model(self) -> ModelSettings:
        """ValueError for a rank above the width."""
        return dataclasses.replace(
            language_runs.SHOWN_MODEL,
            vocab_size=vocabulary(self.units).size,
            width=self.width,
            n_layers=self.layers,
            position=self.position,
            tied=self.tied,
            rank=self.rank or None,
            embedding_dropout=self.dropout / 100,
            scale=self.position == "sinusoidal",
        )

    @property
    def training(self) -> language_training.TrainingSettings:
        return dataclasses.replace(
            language_runs.SHOWN_TRAINING,
            steps=self.steps,
            warmup=max(1, self.steps // 12),
            snapshots=SNAPSHOTS,
            dense=1.4,
            sample_length=WRITTEN,
            sample_every=4,
            final_tokens=language_runs.SHOWN_TRAINING.validation_tokens,  # nothing here reads the loss on more
            seed=self.seed,
        )

    @property
    def tokens(self) -> int:
        """How many tokens it reads."""
        return self.steps * language_runs.SHOWN_TRAINING.batch * language_runs.SHOWN_MODEL.context

    def same_model(self, other: Plan) -> bool:
        """Whether the other's weights fit: all but what is chosen anew when a training goes on."""
        return dataclasses.replace(self, steps=0, seed=0, warm="") == dataclasses.replace(
            other, steps=0, seed=0, warm=""
        )


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown of a snapshot. `tokens` are counted from the first training that this one goes on from.

    `text` is what it wrote, as `language_model.segments` has it, None where it wrote nothing. `kept` is the mean cosine
    of the rows that glove gave with what they were at the start, None without any. `weights` only at the end.
    """

    share: float
    seconds: float
    tokens_per_second: float
    train_loss: float
    step: int
    tokens: int
    validation_loss: float
    text: list[tuple[str, int]] | None
    kept: float | None
    weights: Mapping[str, Tensor] | None


def training(
    plan: Plan,
    *,
    weights: Mapping[str, Tensor] | None = None,
    tokens: int = 0,
    warm: str | None = None,
    stopping: Stopping = never,
) -> Iterator[Look]:
    """Train as planned; from `weights`, after so many `tokens`, if they are given. `warm` is the plan's own if None.

    ValueError, at the first snapshot, for words that have no row of their own, or settings that do not fit.
    """
    model = plan.model
    text = language_runs.shakespeare(TEXTS[plan.units])
    start = warm_start(plan.warm if warm is None else warm, text.vocabulary, plan.rank or plan.width)
    first: Tensor | None = None
    settings = dataclasses.replace(plan.training, seed=plan.seed + tokens)  # other batches than before
    given = {"warm": start, "weights": weights, "device": best_device(), "stopping": stopping}
    for each in language_training.trained(text, model, settings, **given):
        rows = each.table[start.ids] if start else None
        first = rows if first is None else first
        yield Look(
            share=each.share,
            seconds=each.seconds,
            tokens_per_second=each.tokens_per_second,
            train_loss=each.train_loss,
            step=each.step,
            tokens=tokens + each.tokens,
            validation_loss=each.validation_loss,
            text=segments(each.text) if each.text else None,
            kept=None if rows is None else torch.cosine_similarity(rows, first, dim=1).mean().item(),
            weights=each.weights,
        )


def without_weights(look: Look) -> Look:
    """What stays of a snapshot."""
    return dataclasses.replace(look, weights=None)


def weights_of(first: Look, last: Look) -> Mapping[str, Tensor] | None:
    """What stays of a training's first and last snapshots: what it can go on from."""
    del first
    return last.weights


def needs(plan: Plan) -> int:
    """About how many bytes the training takes."""
    return language_training.needed_bytes(plan.model, plan.training)


def parameters(plan: Plan) -> ParameterCounts:
    """How many numbers the planned model trains. ValueError for a plan that cannot be trained."""
    warm_start(plan.warm, vocabulary(plan.units), plan.rank or plan.width)
    return parameter_counts(plan.model)


@cache
def vocabulary(units: str) -> Vocabulary:
    """The vocabulary of characters, or of pieces, as the shipped runs have it."""
    run = {"characters": "language/rotary", "512 pieces": "language/pieces-tied"}
    facts = runs.facts(run[checked_choice("units", units, tuple(run))])
    return language_runs.vocabulary_of(runs.Run("", facts))


def words_with_rows(vocabulary: Vocabulary) -> dict[str, int]:
    """The ids of the pieces that are words of glove, by word: a blank, then two small letters or more."""
    rows = tables.load("glove").row_numbers
    found = {piece[1:]: id for id, piece in enumerate(vocabulary.pieces) if re.fullmatch(" [a-z]{2,}", piece)}
    return {word: id for word, id in found.items() if word in rows}


def warm_start(words: str, vocabulary: Vocabulary, width: int) -> language_training.WarmStart | None:
    """The rows of these words from glove, fitted to the width: words with blanks or commas between, or "all".

    ValueError for a word that is no piece, or is unknown to glove.
    """
    named = words.replace(",", " ").split()
    if not named:
        return None
    if not vocabulary.merges:
        raise ValueError("characters are no words: choose 512 pieces to start rows from glove, or name no words")
    known = words_with_rows(vocabulary)
    if named == [ALL]:
        named = list(known)
    if strange := [word for word in named if word not in known]:
        raise ValueError(
            f"“{strange[0]}” is no piece that is a word of glove; there are {len(known)}, such as "
            f"{', '.join(sorted(known, key=len)[-5:])}, or {ALL}"
        )
    glove = tables.load("glove")
    vectors = glove.vectors[[glove.row_numbers[word] for word in known]].float()
    rows = dict(zip(known, language_training.fitted_rows(vectors, width), strict=True))
    chosen = list(dict.fromkeys(named))
    ids = torch.tensor([known[word] for word in chosen])
    return language_training.WarmStart(ids, torch.stack([rows[word] for word in chosen]))
