"""The shipped runs of the small language model: `language/*`, `length/*` and `curriculum/*` of `embviz.compute.runs`.

All learn Shakespeare, as shipped in assets/data, without page layout; its last tenth is held out.

- language/<kind>: characters, one run a kind of position, tied; language/untied: rotary with a head of its own.
- language/pieces-tied, pieces-untied: 512 byte-pair pieces, rotary.
- length/<kind>-<seed>: 512 pieces, trained at 64, evaluated at 64, 128, 256 and 512 by `language_length`.
- curriculum/<kind>-<fixed or short_first>-<seed>: 512 pieces, context 256; equal tokens a step, either all at 256 or a
  third each at 64, 128 and 256.

Sinusoidal runs multiply the rows of tokens by sqrt(width), as Vaswani et al. 2017 do; the others do not.
"""

import dataclasses
import gzip
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from embviz.compute.attention import POSITION_KINDS
from embviz.compute.language_length import FACTORS, LengthLoss, length_losses
from embviz.compute.language_model import LanguageModel, ModelSettings, parameter_counts
from embviz.compute.language_text import (
    TrainingText,
    Vocabulary,
    bpe_vocabulary,
    character_vocabulary,
    training_text,
    without_page_layout,
)
from embviz.compute.language_training import (
    Snapshot,
    TrainingSettings,
    frequency_groups,
    model_with,
    trained,
)
from embviz.compute.runs import Maker, Run, rounded

CORPUS = Path(__file__).resolve().parents[2] / "assets" / "data" / "shakespeare.txt.gz"
PIECES = 512
SEEDS = (0, 1, 2)
LENGTH_STEPS = 1000
CURRICULUM_STEPS = 600
LENGTH_RATE = 1e-2
"""Of runs by length: at half of it a learned table of positions has not begun to help by the last step."""

CURRICULUM_LENGTHS = (64, 128, 256)

SHOWN_MODEL = ModelSettings(vocab_size=2, width=96, n_layers=2, n_heads=4, context=96)
SHOWN_TRAINING = TrainingSettings(steps=1200, batch=16, learning_rate=5e-3, warmup=100, snapshots=16, sample_length=320)
SMALL_MODEL = ModelSettings(vocab_size=PIECES, width=64, n_layers=2, n_heads=4, context=64)
SMALL_TRAINING = TrainingSettings(steps=350, batch=16, learning_rate=5e-3, warmup=50, snapshots=10, sample_length=0)


def makers() -> dict[str, Maker]:
    """The runs of this module, by name."""
    found: dict[str, Maker] = {}
    for kind in POSITION_KINDS:
        found[f"language/{kind}"] = partial(shown, kind, None, kind, True)
    found["language/untied"] = partial(shown, "untied", None, "rotary", False)
    found["language/pieces-tied"] = partial(shown, "pieces-tied", PIECES, "rotary", True)
    found["language/pieces-untied"] = partial(shown, "pieces-untied", PIECES, "rotary", False)
    for seed in SEEDS:
        for kind in POSITION_KINDS:
            found[f"length/{kind}-{seed}"] = partial(by_length, kind, seed)
        for kind in ("rotary", "learned"):
            for order in ("fixed", "short_first"):
                found[f"curriculum/{kind}-{order}-{seed}"] = partial(by_curriculum, kind, order, seed)
    return found


@cache
def shakespeare(pieces: int | None = PIECES) -> TrainingText:
    """The shipped corpus as ids of so many pieces, or of characters for None. FileNotFoundError if it is missing."""
    text = without_page_layout(gzip.decompress(CORPUS.read_bytes()).decode("ascii"))
    return training_text(text, character_vocabulary(text) if pieces is None else bpe_vocabulary(text, pieces))


def shown(name: str, pieces: int | None, position: str, tied: bool) -> Run:
    """A run with its snapshots, for the lesson."""
    text = shakespeare(pieces)
    model = dataclasses.replace(
        SHOWN_MODEL,
        vocab_size=text.vocabulary.size,
        position=position,
        tied=tied,
        scale=position == "sinusoidal",
    )
    snapshots = tuple(trained(text, model, SHOWN_TRAINING))
    return Run(f"language/{name}", shown_facts(snapshots, text, model, SHOWN_TRAINING), shown_tensors(snapshots, text))


def shown_facts(
    snapshots: Sequence[Snapshot], text: TrainingText, model: ModelSettings, training: TrainingSettings
) -> dict[str, Any]:
    """What the JSON of a run with snapshots holds; lists have one entry a snapshot unless said in the module runs."""
    last = snapshots[-1]
    each = ("step", "share", "tokens", "train_loss", "validation_loss", "touched")
    return {
        "kind": "language",
        "model": dataclasses.asdict(model),
        "training": dataclasses.asdict(training),
        "parameters": dataclasses.asdict(parameter_counts(model)),
        "vocabulary": {"pieces": text.vocabulary.pieces, "merges": text.vocabulary.merges},
        "train_tokens": len(text.train),
        "validation_tokens": len(text.validation),
        "characters_a_token": rounded(text.characters / len(text.validation)),
        "snapshots": {name: [rounded(getattr(snapshot, name)) for snapshot in snapshots] for name in each},
        "texts": [snapshot.text for snapshot in snapshots],
        "final_loss": rounded(last.final_loss),
        "tokens_per_second": rounded(last.tokens_per_second, 3),
    }


def shown_tensors(snapshots: Sequence[Snapshot], text: TrainingText) -> dict[str, Tensor]:
    """The tensors of a run with S snapshots, float16 unless said.

    tables (S, vocab, width); gradients (S, vocab); gradient_shares (S, 10) float32; losses (steps,) float32; counts
    (vocab,) int32; groups (vocab,) uint8, of `frequency_groups`; positions (S, context, width) where learned; head
    (vocab, width) where untied; "weights." and the name of each weight of the last model.
    """
    last = snapshots[-1]
    found = {
        "tables": torch.stack([each.table for each in snapshots]).half(),
        "gradients": torch.stack([each.gradients for each in snapshots]).half(),
        "gradient_shares": torch.stack([each.gradient_shares for each in snapshots]),
        "losses": torch.cat([each.losses for each in snapshots[1:]]),
        "counts": text.counts.int(),
        "groups": frequency_groups(text.counts).to(torch.uint8),
    }
    if last.positions is not None:
        found["positions"] = torch.stack([each.positions for each in snapshots]).half()
    if last.head is not None:
        found["head"] = last.head.half()
    return found | {f"weights.{name}": weight.half() for name, weight in last.weights.items()}


def vocabulary_of(run: Run) -> Vocabulary:
    """The vocabulary of a run with snapshots."""
    held = run.facts["vocabulary"]
    return Vocabulary(tuple(held["pieces"]), tuple(tuple(pair) for pair in held["merges"]))


def model_of(run: Run) -> LanguageModel:
    """The trained model of a run with snapshots, to sample from; its weights were rounded to float16."""
    weights = {name[8:]: tensor for name, tensor in run.tensors.items() if name.startswith("weights.")}
    return model_with(ModelSettings(**run.facts["model"]), weights)


def by_length(kind: str, seed: int) -> Run:
    """A model trained at one length and read at eight times that."""
    model = dataclasses.replace(SMALL_MODEL, position=kind, scale=kind == "sinusoidal")
    training = dataclasses.replace(SMALL_TRAINING, steps=LENGTH_STEPS, learning_rate=LENGTH_RATE, seed=seed)
    *_, last = trained(shakespeare(), model, training)
    found = length_losses(model_with(model, last.weights), shakespeare().validation, factors=FACTORS)
    return Run(f"length/{kind}-{seed}", _length_facts("length", model, training, last, found))


def by_curriculum(kind: str, order: str, seed: int) -> Run:
    """A model of context 256, trained at that length throughout or at shorter ones first, on as many tokens."""
    longest = max(CURRICULUM_LENGTHS)
    model = dataclasses.replace(SMALL_MODEL, position=kind, context=longest)
    share = 1 / len(CURRICULUM_LENGTHS)
    lengths = tuple((share, length) for length in CURRICULUM_LENGTHS) if order == "short_first" else ()
    training = dataclasses.replace(
        SMALL_TRAINING, batch=4, steps=CURRICULUM_STEPS, learning_rate=LENGTH_RATE, seed=seed, lengths=lengths
    )
    snapshots = tuple(trained(shakespeare(), model, training))
    way = "interpolated" if kind == "learned" else "unchanged"  # up to the context this is the table as it is
    found = length_losses(
        model_with(model, snapshots[-1].weights),
        shakespeare().validation,
        trained_length=CURRICULUM_LENGTHS[0],
        factors=(1, 2, 4),
        ways=(way,),
    )
    facts = _length_facts("curriculum", model, training, snapshots[-1], found)
    curve = {name: [rounded(getattr(each, name)) for each in snapshots] for name in ("step", "validation_loss")}
    return Run(f"curriculum/{kind}-{order}-{seed}", facts | {"order": order, "snapshots": curve})


def _length_facts(
    kind: str, model: ModelSettings, training: TrainingSettings, last: Snapshot, found: Sequence[LengthLoss]
) -> dict[str, Any]:
    return {
        "kind": kind,
        "position": model.position,
        "seed": training.seed,
        "model": dataclasses.asdict(model),
        "training": dataclasses.asdict(training),
        "tokens": last.tokens,
        "final_loss": rounded(last.final_loss),
        "tokens_per_second": rounded(last.tokens_per_second, 3),
        "lengths": [rounded(dataclasses.asdict(each)) for each in found],
    }
