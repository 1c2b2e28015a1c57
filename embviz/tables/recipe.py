"""What the shipped runs say about the choices of a recipe: differences seed by seed, lengths, and two sheets.

Runs with one seed begin alike and read the same batches, so two choices are compared seed by seed. `compared` gives the
mean difference with its 95 % interval by Student's t, which for three seeds is the mean plus or minus 2.48 standard
deviations. A difference counts only if that interval leaves out zero; one comparison in twenty does so by chance.

A sheet sets beside each choice what the runs say of it. Its verdicts follow from the comparisons alone (`verdict`):
"supported" where an alternative to the common advice ends higher and none ends lower, "against" where one ends lower,
"no difference" where none leaves the spread of the seeds. Losses are nats a token.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from embviz.compute import recipe, runs
from embviz.compute.checks import checked_choice, checked_size
from embviz.compute.language_length import FACTORS as TIMES
from embviz.compute.language_length import VARIANTS
from embviz.compute.language_model import MLP_FACTOR, ModelSettings, parameter_counts

PARTS = ("whole", "last")
SETS = {  # which ways of reading are drawn together
    "kinds": tuple((kind, ways[0]) for kind, ways in VARIANTS.items()),
    "scalings": tuple(("rotary", way) for way in VARIANTS["rotary"]),
    "all": tuple((kind, way) for kind, ways in VARIANTS.items() for way in ways),
}
ORDERS = ("fixed", "short_first")
BIN = 16  # positions that share a point
SHEETS = (4096, 131072)
PLACES = ("seeds", "measured", "scalings", "curriculum")
"""Where runs are shown that are no factor of the grid."""

EARNEST = {"width": 4096, "layers": 32, "vocabulary": 128_256}
"""A model in earnest, of the size of Llama 3 8B, to count what attention takes there."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Something minus something else, seed by seed: `mean`, and `margin`, half the width of its 95 % interval.

    `verdict` is "lower" or "higher" if the interval leaves out zero, else "same".
    """

    mean: float
    margin: float
    seeds: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The levels of a factor. The first is what the others are compared with; `differences` has one for each other.

    steps (n,); validation (levels, seeds, n); relative, the same minus the first level's of the same seed; final
    (levels, seeds), read over `read_tokens` of held text; norms (levels, 5): quantiles of the rows' lengths at the end,
    a mean over the seeds. diverged counts runs that ended as no numbers, by level, and `gone` are levels of which no
    run ended: they are in no tensor. `rate` is the first level's learning rate, `usual_rate` that of the base, `warmup`
    the steps over which it rises where it does. `times_read` is how often a token of the training text was read, in
    the mean; `comparisons` how many differences there are in all factors.
    """

    steps: Tensor
    validation: Tensor
    relative: Tensor
    final: Tensor
    norms: Tensor
    labels: tuple[str, ...]
    seeds: tuple[int, ...]
    differences: tuple[dict[str, Any], ...]
    diverged: tuple[int, ...]
    gone: tuple[str, ...]
    read_tokens: int
    rate: float
    usual_rate: float
    warmup: int
    times_read: float
    comparisons: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """Ways of reading past the trained length, in the order of `names`.

    losses (ways, times, seeds) at `times` (1, 2, 4, 8) the trained length; by_position (ways, seeds, bins) at the
    chosen one, means over positions around `places` (bins,). growth: for each way the loss at the longest length minus
    that at the trained one. `lowest` and `highest` name ways by their mean loss at the longest.
    """

    times: Tensor
    losses: Tensor
    places: Tensor
    by_position: Tensor
    names: tuple[str, ...]
    trained: int
    tokens: int
    growth: tuple[dict[str, Any], ...]
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class Curriculum:
    """Fixed lengths and short ones first, orders in this order.

    tokens (n,) read so far; validation (orders, seeds, n); by_length (orders, lengths, seeds) at `lengths`; seconds
    (orders, seeds) of a processor that a run took with its evaluations. `difference` is of the final losses; `ratios`
    are short first to fixed in processor time, seed by seed, `time` their mean. `saved` is the share of multiplications
    that a token is spared in these runs, `saved_in_earnest` in EARNEST at 131,072, with thirds at a quarter and a half
    of it first.
    """

    tokens: Tensor
    validation: Tensor
    by_length: Tensor
    seconds: Tensor
    lengths: tuple[int, ...]
    difference: dict[str, Any]
    ratios: tuple[float, ...]
    time: float
    saved: float
    saved_in_earnest: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A dict a choice: `id`, `verdict`, `evidence` (a label, a comparison and a `place` each), and its own `place`.

    A place is where the runs are shown. The counts say how many choices have each verdict. The rest is how small the
    runs are: `parameters` and `tokens` of the base, `shortest` and `longest` of the lengths trained at, and
    `attention`, the share of a token's multiplications that attention over the tokens takes at the shortest, and in
    EARNEST at the length of the sheet. `time` is that of the curriculum.
    """

    rows: tuple[dict[str, Any], ...]
    supported: int
    no_difference: int
    against: int
    parameters: int
    tokens: int
    attention: float
    attention_in_earnest: float
    time: float
    shortest: int
    longest: int
    seeds: int


def compared(differences: Tensor) -> Compared:
    """The mean of paired differences (seeds,) and its 95 % interval. ValueError for fewer than two."""
    from scipy.special import stdtrit

    n = len(differences)
    if n < 2:
        raise ValueError(f"{n} paired difference says nothing about its spread; it takes two seeds or more")
    values = differences.double()
    mean, margin = values.mean().item(), stdtrit(n - 1, 0.975).item() * values.std().item() / math.sqrt(n)
    return Compared(mean, margin, n, "same" if abs(mean) <= margin else "lower" if mean < 0 else "higher")


def verdict(alternatives: Sequence[Compared]) -> str:
    """What differences of alternatives from the advised choice say of the advice."""
    found = {each.verdict for each in alternatives}
    return "against" if "lower" in found else "supported" if "higher" in found else "no difference"


def grid(*, factor: str) -> Grid:
    """A factor of `recipe.FACTORS` by its id, from the shipped runs."""
    (chosen,) = [each for each in recipe.FACTORS if each.id == checked_choice("factor", factor, _factors())]
    facts = _facts("recipe")
    kept, gone = [], []
    for level in chosen.levels:
        ended = any(known["level"] == level.run and known["diverged"] is None for known in facts.values())
        (kept if ended else gone).append(level)
    levels = recipe.summary(dataclasses.replace(chosen, levels=tuple(kept)), facts)
    first = levels[0]
    one = facts[f"recipe/{first.run}-{first.seeds[0]}"]
    training = one["training"]
    validation = torch.stack([level.validation for level in levels])
    return Grid(
        steps=first.steps,
        validation=validation,
        relative=validation - validation[0],
        final=torch.stack([level.final for level in levels]),
        norms=torch.stack([level.norms.mean(dim=0) for level in levels]),
        labels=tuple(level.label for level in levels),
        seeds=first.seeds,
        differences=tuple({"label": each.label} | asdict(compared(each.difference)) for each in levels[1:]),
        diverged=tuple(each.diverged for each in levels),
        gone=tuple(level.label for level in gone),
        read_tokens=training["final_tokens"],
        rate=training["learning_rate"],
        usual_rate=facts["recipe/base-0"]["training"]["learning_rate"],
        warmup=training["warmup"],
        times_read=training["steps"] * training["batch"] * one["model"]["context"] / one["train_tokens"],
        comparisons=sum(len(each.levels) - 1 for each in recipe.FACTORS),
    )


def counted(*, factor: str, vocabulary: int) -> Tensor:
    """Parameters of the levels of a factor at another size of the vocabulary: (levels, 3), table, layers and head."""
    (chosen,) = [each for each in recipe.FACTORS if each.id == checked_choice("factor", factor, _factors())]
    made = []
    for level in chosen.levels:
        settings, _ = recipe.settings(level)
        counts = parameter_counts(dataclasses.replace(settings, vocab_size=vocabulary))
        made.append([counts.table, counts.layers, counts.head])
    return torch.tensor(made)


def lengths(*, shown: str, part: str, times: int) -> Lengths:
    """Losses of the ways called `shown`, over all positions ("whole") or the last trained length of them ("last").

    `times` is the length of the curves by position, as a multiple of the trained one.
    """
    ways = SETS[checked_choice("shown", shown, tuple(SETS))]
    key = {"whole": "loss", "last": "last"}[checked_choice("part", part, PARTS)]
    _checked_one("times", times, TIMES)
    losses = torch.stack([_lengths(kind, way, key) for kind, way in ways])
    curves = torch.stack([_by_position(kind, way, times) for kind, way in ways])
    trained = _run("length/rotary-0")["model"]["context"]
    names = tuple(_word(way if (kind, way) in SETS["scalings"][1:] else kind) for kind, way in ways)
    at_end = losses[:, -1].mean(dim=1)
    growth = tuple(
        {"label": name} | asdict(compared(each[-1] - each[0])) for name, each in zip(names, losses, strict=True)
    )
    return Lengths(
        times=torch.tensor(TIMES),
        losses=losses,
        places=torch.arange(curves.shape[-1]) * BIN + (BIN - 1) / 2,
        by_position=curves,
        names=names,
        trained=trained,
        tokens=_run("length/rotary-0")["lengths"][0]["tokens"],
        growth=growth,
        lowest=names[int(at_end.argmin())],
        highest=names[int(at_end.argmax())],
    )


def curriculum(*, position: str) -> Curriculum:
    """Runs of one kind of position, trained at one length and at shorter ones first."""
    checked_choice("position", position, ("rotary", "learned"))
    facts = _facts("curriculum")
    seeds = sorted({known["seed"] for known in facts.values()})
    by_order = [[facts[f"curriculum/{position}-{order}-{seed}"] for seed in seeds] for order in ORDERS]
    one = by_order[0][0]
    a_step = one["training"]["batch"] * one["model"]["context"]
    validation = torch.tensor([[known["snapshots"]["validation_loss"] for known in order] for order in by_order])
    final = torch.tensor([[known["final_loss"] for known in order] for order in by_order])
    by_length = torch.tensor([[[each["loss"] for each in run["lengths"]] for run in order] for order in by_order])
    by_length = by_length.transpose(1, 2)
    seconds = torch.tensor([[known["processor_seconds"] for known in order] for order in by_order])
    ratio = seconds[1] / seconds[0]
    plan = [(share, length) for share, length in by_order[1][0]["training"]["lengths"]]
    longest, own = one["model"]["context"], ModelSettings(**one["model"])
    size = {"width": own.width, "layers": own.n_layers, "vocabulary": own.vocab_size}
    return Curriculum(
        tokens=torch.tensor(one["snapshots"]["step"]) * a_step,
        validation=validation,
        by_length=by_length,
        seconds=seconds,
        lengths=tuple(each["length"] for each in one["lengths"]),
        difference=asdict(compared(final[1] - final[0])),
        ratios=tuple(ratio.tolist()),
        time=ratio.mean().item(),
        saved=_saved(plan, longest, longest, **size),
        saved_in_earnest=_saved(plan, longest, SHEETS[1], **EARNEST),
    )


def multiplications(length: int, *, width: int, layers: int, vocabulary: int) -> tuple[int, int]:
    """Multiplications a token of a forward pass: in all, and those over the tokens before it, which grow with length.

    A layer: 4 width² for queries, keys, values and output, 8 width² in the MLP, and for the scores and the mixing
    2 width for each of the (length + 1) / 2 tokens that one sees in the mean; the head: vocabulary · width.
    """
    over = layers * (checked_size("length", length) + 1) * width
    return layers * (4 + 2 * MLP_FACTOR) * width**2 + over + vocabulary * width, over


def sheet(*, length: int) -> Sheet:
    """The choices for a model of this context length, 4,096 or 131,072, beside what the runs say of them."""
    _checked_one("length", length, SHEETS)
    rows = [_row(name, evidence) for name, evidence in _evidence(length).items()]
    counts = {each: sum(row["verdict"] == each for row in rows) for each in ("supported", "no difference", "against")}
    base, short_first = _run("recipe/base-0"), curriculum(position="rotary")
    own, training = ModelSettings(**base["model"]), base["training"]
    size = {"width": own.width, "layers": own.n_layers, "vocabulary": own.vocab_size}
    shares = [
        over / whole for whole, over in (multiplications(own.context, **size), multiplications(length, **EARNEST))
    ]
    return Sheet(
        rows=tuple(rows),
        supported=counts["supported"],
        no_difference=counts["no difference"],
        against=counts["against"],
        parameters=parameter_counts(own).total,
        tokens=training["steps"] * training["batch"] * own.context,
        attention=shares[0],
        attention_in_earnest=shares[1],
        time=short_first.time,
        shortest=own.context,
        longest=max(short_first.lengths),
        seeds=short_first.difference["seeds"],
    )


Evidence = tuple[str, Compared, str]
"""An alternative: what it is called, it minus what is advised, and the place that shows its runs."""


def _evidence(length: int) -> dict[str, list[Evidence]]:
    """For each choice: alternatives to what is advised. A place is a factor of the grid, or one of `PLACES`."""
    rotary = _lengths("rotary", "unchanged", "loss")
    far = length == SHEETS[1]
    if far:  # read at 8 times the trained length
        advised = _lengths("rotary", "yarn", "loss")[-1]
        kinds = [(kind, ways[0]) for kind, ways in VARIANTS.items() if kind != "rotary"]
        ways = [way for way in VARIANTS["rotary"] if way != "yarn"]
        position = [
            (_word(kind), compared(_lengths(kind, way, "loss")[-1] - advised), "measured") for kind, way in kinds
        ]
        scaling = [(_word(way), compared(_lengths("rotary", way, "loss")[-1] - advised), "scalings") for way in ways]
    else:
        position = [
            (_word(kind), compared(_lengths(kind, ways[0], "loss")[0] - rotary[0]), "seeds")
            for kind, ways in VARIANTS.items()
            if kind != "rotary"
        ]
        ends = {way: _lengths("rotary", way, "loss")[-1] for way in VARIANTS["rotary"]}
        scaling = [(_word(way), compared(end - rotary[0]), "scalings") for way, end in ends.items()]
        scaling[0] = (f"at {TIMES[-1]} × {scaling[0][0]}", *scaling[0][1:])
    short = curriculum(position="rotary").difference
    swapped = Compared(-short["mean"], short["margin"], short["seeds"], _swapped(short["verdict"]))
    wide = "at spread 1/√d"
    return {
        "position": position,
        "scaling": scaling,
        "tied": _alternatives("head", {"untied": "untied"}) + _alternatives("wide_head", {"untied": f"untied {wide}"}),
        "table_rate": _alternatives("table_rate")
        + _alternatives("wide_table_rate", {"0.3": f"{wide} 0.3", "0.1": "0.1"}),
        "table_decay": _alternatives("table_decay"),
        "dropout": _alternatives("dropout"),
        "spread": _alternatives("spread"),
        "clipping": _alternatives("clipping") + _alternatives("hot", {"warm-up alone": "off, high rate"}),
        "warmup": _alternatives("warmup") + _alternatives("hot", {"clipping alone": "off, high rate"}),
        "curriculum": [("fixed", swapped, "curriculum")],
    }


def _alternatives(factor: str, labels: Mapping[str, str] | None = None) -> list[Evidence]:
    """The comparisons of a factor with its first level; of those in `labels` alone and under these names, if given."""
    found = grid(factor=factor).differences
    names = labels or {each["label"]: each["label"] for each in found}
    kept = [each for each in found if each["label"] in names]
    fields = [field.name for field in dataclasses.fields(Compared)]
    return [(names[each["label"]], Compared(**{field: each[field] for field in fields}), factor) for each in kept]


def _row(name: str, evidence: Sequence[Evidence]) -> dict[str, Any]:
    """A choice: its place is that of the alternative that decides, the furthest of those whose verdict it shares."""
    found = verdict([each for _, each, _ in evidence])
    deciding = {"against": "lower", "supported": "higher", "no difference": "same"}[found]
    _, _, place = max((each for each in evidence if each[1].verdict == deciding), key=lambda each: abs(each[1].mean))
    shown = [{"label": label, "place": at} | asdict(each) for label, each, at in evidence]
    return {"id": name, "verdict": found, "evidence": shown, "place": place}


def _swapped(found: str) -> str:
    return {"lower": "higher", "higher": "lower"}.get(found, found)


def _saved(plan: Sequence[tuple[float, int]], longest: int, reach: int, **size: int) -> float:
    """The share of multiplications that a curriculum spares, its lengths stretched so that the longest is `reach`."""
    whole, _ = multiplications(reach, **size)
    spent = sum(share * multiplications(length * reach // longest, **size)[0] for share, length in plan)
    return 1 - spent / whole


def _lengths(kind: str, way: str, key: str) -> Tensor:
    """Losses (times, seeds) of one way of reading."""
    runs_of = [known for _, known in sorted(_facts("length").items()) if known["position"] == kind]
    each = [[entry[key] for entry in known["lengths"] if entry["variant"] == way] for known in runs_of]
    return torch.tensor(each).T


def _by_position(kind: str, way: str, times: int) -> Tensor:
    """Losses (seeds, bins) at `times` the trained length, each a mean over BIN positions."""
    found = [
        entry["by_position"]
        for _, known in sorted(_facts("length").items())
        if known["position"] == kind
        for entry in known["lengths"]
        if entry["variant"] == way and entry["factor"] == times
    ]
    return torch.tensor(found).unflatten(1, (-1, BIN)).mean(dim=2)


def _word(name: str) -> str:
    """A kind or a way as it is written."""
    return {"alibi": "ALiBi", "ntk": "NTK-aware", "yarn": "YaRN"}.get(name, name)


def _checked_one(name: str, value: int, choices: Sequence[int]) -> int:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(str, choices))}")
    return value


def _factors() -> tuple[str, ...]:
    return tuple(each.id for each in recipe.FACTORS)


def _run(name: str) -> Mapping[str, Any]:
    return _facts(name.partition("/")[0])[name]


@cache
def _facts(folder: str) -> Mapping[str, Mapping[str, Any]]:
    """The facts of all shipped runs of a folder, by name."""
    return {name: runs.facts(name) for name in runs.names(f"{folder}/*")}
