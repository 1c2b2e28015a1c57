"""The recipe grid: one choice at a time changed from a base, three seeds each; the plan, its runs, and their summary.

The base is a tied decoder with rotary positions over 512 pieces of Shakespeare (`language_runs.SMALL_MODEL`), trained
for 350 steps of 1,024 tokens, a sixth of the text: AdamW at 5e-3, the table at the full rate without decay, initial
spread 0.02, clipping at 1, 50 steps of warm-up, no embedding dropout. Some choices are asked again elsewhere, because
the base cannot answer them: dropout where the text is small enough to be read ten times over, clipping and warm-up
where the rate is six times as high, and the table's rate and head where the table begins at a spread of 1/√d, since one
that begins at 0.02 has yet to grow and a low rate keeps it from that.

A run with a seed begins with the same weights (where shapes allow) and reads the same batches whatever is chosen, so
differences to the base are taken seed by seed (`difference`), which most of the seeds' own spread is not in.
"""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor

from embviz.compute.language_model import ModelSettings, parameter_counts
from embviz.compute.language_runs import SEEDS, SMALL_MODEL, SMALL_TRAINING, shakespeare
from embviz.compute.language_text import TrainingText
from embviz.compute.language_training import Snapshot, TrainingSettings, trained
from embviz.compute.runs import Maker, Run, rounded
from embviz.compute.snapshots import DivergedError

SMALL_TEXT = 36_000
HOT = 3e-2
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Level:
    """One choice: `run` is what its runs are called before the seed, `label` what is written beside it."""

    run: str
    label: str
    model: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """A question of the recipe and its levels; the first is what the others are compared with."""

    id: str
    label: str
    levels: tuple[Level, ...]


BASE = Level("base", "base")
_SMALL = Level("small", "0", tokens=SMALL_TEXT)
_WIDE = {"init_std": SMALL_MODEL.width**-0.5}
_HOT = Level("hot", "both", training={"learning_rate": HOT})

FACTORS = (
    Factor(
        "table_rate",
        "Learning rate of the table, as a share of the backbone's",
        (
            dataclasses.replace(BASE, label="1"),
            Level("table_rate-0.3", "0.3", training={"table_rate": 0.3}),
            Level("table_rate-0.1", "0.1", training={"table_rate": 0.1}),
        ),
    ),
    Factor(
        "wide_table_rate",
        "Learning rate of the table, begun at a spread of 1/√d",
        (
            Level("spread-sqrt", "1", _WIDE),
            Level("wide_table_rate-0.3", "0.3", _WIDE, {"table_rate": 0.3}),
            Level("wide_table_rate-0.1", "0.1", _WIDE, {"table_rate": 0.1}),
        ),
    ),
    Factor(
        "table_decay",
        "Weight decay on the table",
        (
            dataclasses.replace(BASE, label="0"),
            Level("table_decay-0.1", "0.1", training={"table_decay": 0.1}),
            Level("table_decay-1", "1", training={"table_decay": 1.0}),
        ),
    ),
    Factor(
        "dropout",
        "Embedding dropout, each token read once at the most",
        (
            dataclasses.replace(BASE, label="0"),
            Level("dropout-0.05", "5 %", {"embedding_dropout": 0.05}),
            Level("dropout-0.1", "10 %", {"embedding_dropout": 0.1}),
        ),
    ),
    Factor(
        "small_dropout",
        "Embedding dropout, a small text read ten times",
        (
            _SMALL,
            Level("small_dropout-0.05", "5 %", {"embedding_dropout": 0.05}, tokens=SMALL_TEXT),
            Level("small_dropout-0.1", "10 %", {"embedding_dropout": 0.1}, tokens=SMALL_TEXT),
        ),
    ),
    Factor(
        "spread",
        "Initial spread of the table",
        (
            dataclasses.replace(BASE, label="0.02"),
            Level("spread-sqrt", "1/√d = 0.125", _WIDE),
            Level("spread-1", "1", {"init_std": 1.0}),
        ),
    ),
    Factor(
        "clipping",
        "Clipping the gradient",
        (
            dataclasses.replace(BASE, label="at norm 1"),
            Level("clipping-0.1", "at norm 0.1", training={"clip": 0.1}),
            Level("clipping-off", "off", training={"clip": None}),
        ),
    ),
    Factor(
        "warmup",
        "Warm-up over the first 50 steps",
        (dataclasses.replace(BASE, label="on"), Level("warmup-off", "off", training={"warmup": 0})),
    ),
    Factor(
        "hot",
        "Clipping and warm-up at six times the rate",
        (
            _HOT,
            Level("hot-no_clipping", "warm-up alone", training={"learning_rate": HOT, "clip": None}),
            Level("hot-no_warmup", "clipping alone", training={"learning_rate": HOT, "warmup": 0}),
            Level("hot-neither", "neither", training={"learning_rate": HOT, "clip": None, "warmup": 0}),
        ),
    ),
    Factor(
        "head",
        "Tied, untied and factorised",
        (
            dataclasses.replace(BASE, label="tied"),
            Level("untied", "untied", {"tied": False}),
            Level("rank-24", "tied, rank 24", {"rank": 24}),
            Level("rank-8", "tied, rank 8", {"rank": 8}),
        ),
    ),
    Factor(
        "wide_head",
        "Tied and untied, begun at a spread of 1/√d",
        (Level("spread-sqrt", "tied", _WIDE), Level("wide_untied", "untied", {**_WIDE, "tied": False})),
    ),
)


@dataclass(frozen=True, slots=True)
class LevelSummary:
    """The runs of one level: axes are seeds, and snapshots where told by step.

    validation (seeds, snapshots) and steps (snapshots,): the curve; final (seeds,): the loss at the end, read over more
    of the held text; difference (seeds,): final minus the first level's with the same seed, 0 for itself; train
    (seeds,): the mean training loss since the snapshot before the last. norms (seeds, 5): the 5th, 25th, 50th, 75th and
    95th of 100 parts of the rows' lengths at the end. norm_frequency (seeds,): the correlation of a row's length and
    the logarithm of its token's count. parameters: what is trained. diverged: how many runs stopped being numbers,
    which are in no tensor.
    """

    label: str
    run: str
    seeds: tuple[int, ...]
    steps: Tensor
    validation: Tensor
    final: Tensor
    difference: Tensor
    train: Tensor
    norms: Tensor
    norm_frequency: Tensor
    parameters: int
    diverged: int


def makers() -> dict[str, Maker]:
    """The runs of the grid, by name: recipe/<level>-<seed>, levels that several factors share once."""
    levels = {level.run: level for factor in FACTORS for level in factor.levels}
    return {f"recipe/{run}-{seed}": partial(one, level, seed) for seed in SEEDS for run, level in levels.items()}


def settings(level: Level, seed: int = 0) -> tuple[ModelSettings, TrainingSettings]:
    """What a level's run is made with."""
    model = dataclasses.replace(SMALL_MODEL, **level.model)
    return model, dataclasses.replace(SMALL_TRAINING, seed=seed, **level.training)


def one(level: Level, seed: int, *, text: TrainingText | None = None) -> Run:
    """Train one run of the grid, on Shakespeare unless a text is given; a diverged one says at which step."""
    model, training = settings(level, seed)
    text = text or shakespeare()
    if level.tokens is not None:
        text = dataclasses.replace(text, train=text.train[: level.tokens])
    known: dict[str, Any] = {
        "kind": "recipe",
        "level": level.run,
        "seed": seed,
        "model": dataclasses.asdict(model),
        "training": dataclasses.asdict(training),
        "train_tokens": len(text.train),
        "parameters": dataclasses.asdict(parameter_counts(model)),
        "diverged": None,
        "final_loss": None,
    }
    snapshots: list[Snapshot] = []
    try:
        for snapshot in trained(text, model, training):
            snapshots.append(snapshot)
        known["final_loss"] = rounded(snapshots[-1].final_loss)
    except DivergedError as error:
        known["diverged"] = error.step
    curve = {
        name: [rounded(getattr(each, name)) for each in snapshots]
        for name in ("step", "train_loss", "validation_loss", "touched", "gradient_shares")
    }
    curve["norms"] = [rounded(torch.quantile(each.norms, torch.tensor(QUANTILES))) for each in snapshots]
    curve["norm_frequency"] = [rounded(norm_frequency(each.norms, text.counts)) for each in snapshots]
    return Run(f"recipe/{level.run}-{seed}", known | {"snapshots": curve})


def norm_frequency(norms: Tensor, counts: Tensor) -> float:
    """The correlation of rows' lengths (vocab,) and ln counts (vocab,), over tokens that occur; 0 if one is flat."""
    met = counts > 0
    pair = torch.stack((norms[met].double(), counts[met].double().log()))
    found = torch.corrcoef(pair)[0, 1].item()
    return found if math.isfinite(found) else 0.0


def summary(factor: Factor, facts: Mapping[str, Mapping[str, Any]]) -> tuple[LevelSummary, ...]:
    """What the runs of a factor show, a level each, from their facts by run name ("recipe/base-0").

    Only seeds that all levels have are compared. ValueError if a level has no run that ended.
    """
    ended = [_ended(level, facts) for level in factor.levels]
    common = sorted(set.intersection(*(set(runs) for runs, _ in ended)))
    if not common:
        raise ValueError(f"the runs of factor {factor.id!r} have no seed in common that ended in every level")
    first = torch.tensor([ended[0][0][seed]["final_loss"] for seed in common])
    found = []
    for level, (runs, diverged) in zip(factor.levels, ended, strict=True):
        curves = [runs[seed]["snapshots"] for seed in common]
        final = torch.tensor([runs[seed]["final_loss"] for seed in common])
        found.append(
            LevelSummary(
                label=level.label,
                run=level.run,
                seeds=tuple(common),
                steps=torch.tensor(curves[0]["step"]),
                validation=torch.tensor([curve["validation_loss"] for curve in curves]),
                final=final,
                difference=final - first,
                train=torch.tensor([curve["train_loss"][-1] for curve in curves]),
                norms=torch.tensor([curve["norms"][-1] for curve in curves]),
                norm_frequency=torch.tensor([curve["norm_frequency"][-1] for curve in curves]),
                parameters=sum(runs[common[0]]["parameters"].values()),
                diverged=diverged,
            )
        )
    return tuple(found)


def _ended(level: Level, facts: Mapping[str, Mapping[str, Any]]) -> tuple[dict[int, Mapping[str, Any]], int]:
    """The runs of a level by seed, and how many of its runs diverged."""
    runs = _of(level.run, facts.items())
    return {run["seed"]: run for run in runs if run["diverged"] is None}, sum(
        run["diverged"] is not None for run in runs
    )


def _of(run: str, facts: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    return [known for _, known in facts if known.get("kind") == "recipe" and known["level"] == run]
