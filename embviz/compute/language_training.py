"""Training the small decoder of `embviz.compute.language_model`, told in snapshots: a generator, no thread.

AdamW (Loshchilov and Hutter 2019) with β = (0.9, 0.95) and a learning rate that rises linearly over the warm-up and
falls along a half cosine to a tenth. The table of tokens is a group of its own, with its own share of the rate and its
own decay, at the backbone's rate; matrices of the layers and a head of its own decay by `weight_decay`; norms and rows
of positions do not.

Losses are in nats a token. Every batch is drawn from the training part at random places by a generator of the seed, so
that a seed, a device and a number of threads reproduce a run on the CPU bit for bit. Memory is bounded by `MOST_BYTES`,
which `needed_bytes` estimates before anything is built, and time by `max_seconds`. A stopped generator leaves nothing.
"""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.checks import (
    checked_not_negative,
    checked_positive,
    checked_size,
    checked_table,
)
from embviz.compute.language_model import MLP_FACTOR, LanguageModel, ModelSettings, parameter_counts, sampled_ids
from embviz.compute.language_text import TrainingText
from embviz.compute.snapshots import DivergedError, Stopping, never

BETAS = (0.9, 0.95)
LAST_RATE = 0.1
GROUPS = 10
CHECKED_EVERY = 16
MOST = {
    "steps": 50_000,
    "batch": 512,
    "snapshots": 200,
    "sample_length": 1000,
    "validation_tokens": 1 << 18,
    "final_tokens": 1 << 20,
}
MOST_BYTES = 2_000_000_000
LONGEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a model is trained.

    `batch` sequences of the model's context make a step's tokens; `lengths` is a curriculum, (share of the steps,
    length) in order, whose shares add up to 1: shorter sequences then come in greater number, so that a step has about
    as many tokens. `table_rate` is the table's share of `learning_rate`, `table_decay` its weight decay. `clip` is the
    largest norm of the gradient, None for no clipping. `warmup` is in steps. `snapshots` counts them, first and last
    included; `dense` is the power by which they crowd at the start. `validation_tokens` are read at each snapshot, and
    after the last `final_tokens` as well. `sample_length` ids are drawn at every `sample_every`-th snapshot, and at the
    last.
    """

    steps: int = 600
    batch: int = 16
    learning_rate: float = 3e-3
    table_rate: float = 1.0
    weight_decay: float = 0.1
    table_decay: float = 0.0
    clip: float | None = 1.0
    warmup: int = 50
    lengths: tuple[tuple[float, int], ...] = ()
    snapshots: int = 16
    dense: float = 2.0
    validation_tokens: int = 8192
    final_tokens: int = 65_536
    sample_length: int = 200
    sample_every: int = 1
    temperature: float = 0.8
    max_seconds: float = 900.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            least = {"snapshots": 2, "sample_length": 0}.get(name, 1)
            if checked_size(name, getattr(self, name), least=least) > most:
                raise ValueError(f"{name} is {getattr(self, name)}; it may be at most {most} here")
        for name in ("learning_rate", "temperature", "max_seconds", "table_rate", "dense"):
            checked_positive(name, getattr(self, name))
        for name in ("weight_decay", "table_decay"):
            checked_not_negative(name, getattr(self, name))
        for name in ("warmup", "seed"):
            checked_size(name, getattr(self, name), least=0)
        checked_size("sample_every", self.sample_every)
        if self.clip is not None:
            checked_positive("clip", self.clip)
        if self.max_seconds > LONGEST_SECONDS:
            raise ValueError(f"max_seconds is {self.max_seconds:g}; it may be at most {LONGEST_SECONDS:g}")
        if self.lengths:
            for _, length in self.lengths:
                checked_size("a length of the curriculum", length, least=2)
            total = sum(share for share, _ in self.lengths)
            if abs(total - 1) > 1e-6 or min(share for share, _ in self.lengths) <= 0:
                raise ValueError(
                    f"the shares of lengths {self.lengths!r} add up to {total:g}; they must be above 0, and 1"
                )


@dataclass(frozen=True, slots=True)
class WarmStart:
    """Rows to begin with: `ids` (n,) of the vocabulary and `rows` (n, width or rank), put into the drawn table."""

    ids: Tensor
    rows: Tensor


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The model after `step` of `steps` steps and `tokens` tokens; tensors are float32, on the CPU, and its own.

    share: step / steps. train_loss: the mean since the snapshot before (that of the first batch at step 0), and
    `losses` each step's. validation_loss: the mean over the held text, the same places at every snapshot; final_loss:
    over more places of it, with the last snapshot only. table (vocab, width): the rows as looked up; head (vocab,
    width) or None where it is the table; positions (context, width) or None where they are not learned. norms (vocab,):
    lengths of the table's rows. gradients (vocab,): the mean length of each row's gradient since the snapshot before, 0
    at step 0, and `gradient_shares` (10,) how they divide among groups of equally many rows, most frequent first.
    touched: the share of rows with any gradient at all, mean of the steps. text: sampled, or None. seconds: since the
    start, without what the reader of the snapshots takes; stopped: None while it goes on, then "steps" or "time".
    weights: every tensor of the model by name, with the last snapshot and those out of turn only; `model_with` builds
    the model again.
    """

    step: int
    steps: int
    share: float
    tokens: int
    seconds: float
    tokens_per_second: float
    train_loss: float
    losses: Tensor
    validation_loss: float
    final_loss: float | None
    table: Tensor
    head: Tensor | None
    positions: Tensor | None
    norms: Tensor
    gradients: Tensor
    gradient_shares: Tensor
    touched: float
    text: str | None
    stopped: str | None
    weights: Mapping[str, Tensor] | None


def trained(
    text: TrainingText,
    model: ModelSettings,
    training: TrainingSettings | None = None,
    *,
    warm: WarmStart | None = None,
    weights: Mapping[str, Tensor] | None = None,
    device: torch.device | str | None = None,
    stopping: Stopping = never,
) -> Iterator[Snapshot]:
    """Train a model and yield its snapshots, the first before the first step and the last with the weights.

    `weights` of a last snapshot go on from there, with the optimiser's averages anew; `warm` then puts rows into the
    table. On `device`, the CPU if not given. While `stopping` is true, a snapshot with weights follows each step; asked
    for more, the iterator goes on with the optimiser as it was. ValueError, before anything is yielded, for settings
    that do not fit the text or need more memory than `MOST_BYTES`; `DivergedError` when the loss is no longer a number.
    """
    run = _Run(text, model, training or TrainingSettings(), warm, weights, torch.device(device or "cpu"))
    return run.snapshots(stopping)


def model_with(settings: ModelSettings, weights: Mapping[str, Tensor]) -> LanguageModel:
    """A model of these settings and the weights of a last snapshot, of any floating-point dtype, not training.

    ValueError if the weights are not those of such a model.
    """
    model = LanguageModel(settings)
    try:
        model.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    except RuntimeError as error:
        raise ValueError(f"the weights are not those of a model with these settings: {error}") from None
    return model.eval()


def fitted_rows(vectors: Tensor, width: int, *, std: float = 0.02, seed: int = 0) -> Tensor:
    """Vectors (n, dim) from elsewhere as rows (n, width) of root mean square `std`, to start a table with.

    Their mean is taken off, since it tells no row from another. A width of at least dim keeps every angle: they
    go through a random matrix with orthonormal columns, by `seed`. A smaller one keeps the first principal components.
    """
    table = checked_table("vectors", vectors).float()
    centred = table - table.mean(dim=0)
    dim = table.shape[1]
    if checked_size("width", width) >= dim:
        drawn = torch.randn(width, dim, generator=torch.Generator("cpu").manual_seed(seed))
        rows = centred @ torch.linalg.qr(drawn).Q.T.to(centred)
    else:
        rows = centred @ torch.linalg.svd(centred, full_matrices=False).Vh[:width].T
        rows = torch.nn.functional.pad(rows, (0, width - rows.shape[1]))  # fewer vectors than the width
    return rows * (checked_positive("std", std) / rows.square().mean().sqrt().clamp_min(1e-12))


def frequency_groups(counts: Tensor, n: int = GROUPS) -> Tensor:
    """The group of each row, (vocab,), 0 for the most frequent: groups of equally many rows, by counts (vocab,)."""
    ranks = torch.empty_like(counts)
    ranks[counts.argsort(descending=True, stable=True)] = torch.arange(len(counts), device=counts.device)
    return ranks * n // len(counts)


def needed_bytes(model: ModelSettings, training: TrainingSettings) -> int:
    """About how much memory training takes: weights, gradients and two averages, and what a step keeps for backward.

    Float32 throughout; a layer keeps about 12 widths a token and its MLP 3 times 4, logits are held three times.
    """
    _, longest = _batch(training, max((length for _, length in training.lengths), default=model.context), model.context)
    tokens = training.batch * max(model.context, longest)
    kept = model.n_layers * (12 + 3 * MLP_FACTOR) * model.width + 4 * model.width + 3 * model.vocab_size
    bias = model.n_heads * longest * longest if model.position == "alibi" else 0
    return 4 * (4 * parameter_counts(model).total + tokens * kept + bias)


def snapshot_steps(training: TrainingSettings) -> list[int]:
    """After which steps a snapshot is made: 0, the last, and between them by a power that crowds them at the start."""
    last = training.snapshots - 1
    return sorted({round(training.steps * (index / last) ** training.dense) for index in range(training.snapshots)})


@torch.no_grad()
def mean_loss(model: LanguageModel, ids: Tensor, *, length: int, tokens: int, at_once: int = 4096) -> float:
    """The mean loss over about `tokens` targets of ids (n,), in windows of `length` spread evenly over them.

    About `at_once` tokens are read at a time, which bounds the memory and changes nothing else.
    """
    n = max(1, min(tokens // length, (len(ids) - 1) // length))
    length = min(length, len(ids) - 1)
    starts = torch.linspace(0, len(ids) - 1 - length, n).long()
    windows = ids[starts[:, None] + torch.arange(length + 1)]
    was_training = model.training
    model.eval()
    losses = [
        model.loss(part[:, :-1], part[:, 1:]).item() * len(part) for part in _parts(model, windows, at_once // length)
    ]
    model.train(was_training)
    return sum(losses) / n


class _Run:
    """One training run: what `trained` holds between snapshots."""

    def __init__(
        self,
        text: TrainingText,
        settings: ModelSettings,
        training: TrainingSettings,
        warm: WarmStart | None,
        weights: Mapping[str, Tensor] | None,
        device: torch.device,
    ) -> None:
        if settings.vocab_size != text.vocabulary.size:
            raise ValueError(
                f"vocab_size is {settings.vocab_size}; the text's vocabulary has {text.vocabulary.size} pieces"
            )
        longest = max([settings.context, *(length for _, length in training.lengths)])
        if longest > settings.context:
            raise ValueError(f"the curriculum has a length of {longest}; the model's context is {settings.context}")
        if min(len(text.train), len(text.validation)) <= longest:
            raise ValueError(
                f"the text has {len(text.train):,} tokens to train on and {len(text.validation):,} to validate; "
                f"both must be more than the context, {longest}"
            )
        needed = needed_bytes(settings, training)
        if needed > MOST_BYTES:
            raise ValueError(
                f"these settings need about {needed / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:,.0f} MB may be used: "
                "make batch, context, width or vocabulary smaller"
            )
        self.text, self.settings, self.training, self.device = text, settings, training, device
        model = model_with(settings, weights).train() if weights else LanguageModel(settings, seed=training.seed)
        if warm is not None:
            _put(model, warm)
        self.model = model.to(device)
        self.draw = torch.Generator("cpu").manual_seed(training.seed)
        self.train_ids = text.train.to(device)
        self.groups = frequency_groups(text.counts)

    def snapshots(self, stopping: Stopping) -> Iterator[Snapshot]:
        training, model = self.training, self.model
        optimiser = self._optimiser()
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate_share)
        wanted = snapshot_steps(training)
        self.began = time.perf_counter()
        self._forget()
        self.tokens, self.in_training = 0, 0.0
        with torch.no_grad():
            inputs, targets = self._next_batch(0, torch.Generator("cpu").manual_seed(training.seed))
            first = model.loss(inputs, targets)
        yield from self._shown(self._snapshot(0, 0, first[None], None))
        model.train()
        number = 1
        for step in range(1, training.steps + 1):
            now = time.perf_counter()
            inputs, targets = self._next_batch(step - 1, self.draw)
            loss = model.loss(inputs, targets)
            loss.backward()
            self._watch(loss)
            if training.clip is not None:
                torch.nn.utils.clip_grad_norm_(model.parameters(), training.clip, foreach=True)
            optimiser.step()
            optimiser.zero_grad()
            scheduler.step()
            self.tokens += inputs.numel()
            self.in_training += time.perf_counter() - now
            out_of_time = time.perf_counter() - self.began > training.max_seconds
            due = step == wanted[number]
            asked = stopping()
            here = due or asked or out_of_time
            if (here or step % CHECKED_EVERY == 0) and not math.isfinite(loss.item()):
                raise DivergedError(step, step / training.steps, training.learning_rate)
            if here:
                over = "time" if out_of_time and step < training.steps else "steps" if step == training.steps else None
                yield from self._shown(self._snapshot(step, number, torch.stack(self.losses), over, asked))
                if over:
                    return
                self._forget()
                number += due

    def _optimiser(self) -> torch.optim.AdamW:
        model, training = self.model, self.training
        table = {id(model.table)}
        if self.settings.rank is not None:
            table.add(id(model.token.projection))
        plain = {id(model.position.weight)} if self.settings.position == "learned" else set()
        others = [parameter for parameter in model.parameters() if id(parameter) not in table]
        rate = training.learning_rate
        decay = training.table_decay / training.table_rate  # AdamW multiplies a group's decay by the group's own rate

        def decays(parameter: Tensor) -> bool:
            return parameter.dim() == 2 and id(parameter) not in plain

        groups = [
            {
                "params": [each for each in model.parameters() if id(each) in table],
                "lr": rate * training.table_rate,
                "weight_decay": decay,
            },
            {"params": [each for each in others if decays(each)], "weight_decay": training.weight_decay},
            {"params": [each for each in others if not decays(each)], "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=rate, betas=BETAS, fused=self.device.type in ("cpu", "cuda"))

    def _rate_share(self, step: int) -> float:
        """What the rate is multiplied by at a step, counted from 0: never 0, so that no step is lost."""
        warmup, steps = self.training.warmup, self.training.steps
        if step < warmup:
            return (step + 1) / (warmup + 1)
        progress = (step - warmup) / max(1, steps - warmup)
        return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * min(1.0, progress))) / 2

    def _next_batch(self, step: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        batch, length = _batch(
            self.training, _length(self.training, step, self.settings.context), self.settings.context
        )
        starts = torch.randint(len(self.train_ids) - length, (batch,), generator=draw)
        windows = self.train_ids[(starts[:, None] + torch.arange(length + 1)).to(self.device)]
        return windows[:, :-1], windows[:, 1:]

    def _forget(self) -> None:
        self.losses: list[Tensor] = []
        self.gradients = torch.zeros(self.settings.vocab_size, device=self.device)
        self.touched = torch.zeros((), device=self.device)

    def _watch(self, loss: Tensor) -> None:
        norms = self.model.table.grad.norm(dim=1)
        self.losses.append(loss.detach())
        self.gradients += norms
        self.touched += (norms > 0).float().mean()

    def _shown(self, snapshot: Snapshot) -> Iterator[Snapshot]:
        """Hand a snapshot out; the time that its reader takes is not the training's."""
        handed = time.perf_counter()
        yield snapshot
        self.began += time.perf_counter() - handed

    def _snapshot(self, step: int, number: int, losses: Tensor, stopped: str | None, asked: bool = False) -> Snapshot:
        training, model, settings = self.training, self.model, self.settings
        held, length = self.text.validation, settings.context
        validation = mean_loss(model, held, length=length, tokens=training.validation_tokens)
        if not math.isfinite(validation):  # the last update may be the one that was too large
            raise DivergedError(step, step / training.steps, training.learning_rate)
        n = max(1, len(self.losses))
        gradients = (self.gradients / n).cpu()
        sums = torch.zeros(GROUPS).index_add_(0, self.groups, gradients)
        table = model.full_table().float().cpu().clone()
        losses = losses.detach().cpu()
        return Snapshot(
            step=step,
            steps=training.steps,
            share=step / training.steps,
            tokens=self.tokens,
            seconds=time.perf_counter() - self.began,
            tokens_per_second=self.tokens / self.in_training if self.in_training else 0.0,
            train_loss=losses.mean().item(),
            losses=losses,
            validation_loss=validation,
            final_loss=mean_loss(model, held, length=length, tokens=training.final_tokens) if stopped else None,
            table=table,
            head=None if model.head is None else model.head.detach().cpu().clone(),
            positions=model.position.weight.detach().cpu().clone() if settings.position == "learned" else None,
            norms=table.norm(dim=1),
            gradients=gradients,
            gradient_shares=sums / sums.sum().clamp_min(1e-30),
            touched=self.touched.item() / n,
            text=self._sampled() if stopped or (number % training.sample_every == 0 and not asked) else None,
            stopped=stopped,
            weights={name: each.cpu().clone() for name, each in model.state_dict().items()}
            if stopped or asked
            else None,
        )

    def _sampled(self) -> str | None:
        """A continuation of the first line end of the held text, or of its first token where there is none."""
        training, held = self.training, self.text.validation
        if not training.sample_length:
            return None
        ends = (held == self.text.vocabulary.encode("\n")[0]).nonzero()
        prompt = held[int(ends[0]) if len(ends) else 0][None]
        ids = sampled_ids(
            self.model, prompt, training.sample_length, temperature=training.temperature, seed=training.seed
        )
        return self.text.vocabulary.decode(ids[1:])


def _length(training: TrainingSettings, step: int, context: int) -> int:
    """The length of sequences at a step, counted from 0."""
    done = 0.0
    for share, length in training.lengths:
        done += share
        if step < round(done * training.steps):
            return length
    return training.lengths[-1][1] if training.lengths else context


def _batch(training: TrainingSettings, length: int, context: int) -> tuple[int, int]:
    """How many sequences of `length` make a step: as many tokens as `batch` sequences of the context."""
    return max(1, training.batch * context // length), length


def _parts(model: LanguageModel, windows: Tensor, batch: int) -> Iterator[Tensor]:
    for part in windows.split(max(1, batch)):
        yield part.to(model.table.device)


def _put(model: LanguageModel, warm: WarmStart) -> None:
    table = model.table
    rows = checked_table("the rows of the warm start", warm.rows)
    ids = warm.ids
    if ids.shape != rows.shape[:1] or rows.shape[1] != table.shape[1]:
        raise ValueError(
            f"the warm start has ids of shape {tuple(ids.shape)} and rows of shape {tuple(rows.shape)}; they must be "
            f"(n,) and (n, {table.shape[1]})"
        )
    if len(ids) and not 0 <= int(ids.min()) <= int(ids.max()) < len(table):
        raise ValueError(
            f"the warm start has ids up to {int(ids.max())}; a table of {len(table)} has 0 to {len(table) - 1}"
        )
    with torch.no_grad():
        table[ids] = rows.to(table)
