"""Training the small decoder against the plainest loop in torch: `python -m tests.bench.language_model` prints tables.

The plain one is what a course writes: nn.Embedding, nn.Linear, a softmax under a mask written out, AdamW and
clip_grad_norm_ as they come, the same shapes. Both learn the same batches in the same process, one step of each in
turn, the order changing every round, so that both meet the same state of the machine; tokens a second are of medians.
Shares of a step are of parts timed alone, forward and backward, on tensors of the step's shapes. On the best device
(EMBVIZ_DEVICE overrides). On the CPU one thread computes and its processor time is what counts, which is the time on
the clock of a machine that does nothing else.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2]))

from embviz.compute.device import best_device, describe_device
from embviz.compute.language_model import LanguageModel, ModelSettings, parameter_counts, sampled_ids
from embviz.compute.language_text import character_vocabulary, training_text
from embviz.compute.language_training import TrainingSettings, trained

ROUNDS = 20
SHAPES = (("characters", 84, 96, 96), ("512 pieces", 512, 64, 64), ("2,048 pieces", 2048, 128, 64))
BATCH = 16


class Plain(nn.Module):
    """Learned positions, tied head, two pre-norm layers, four heads."""

    def __init__(self, vocab: int, width: int, context: int) -> None:
        super().__init__()
        self.token, self.place = nn.Embedding(vocab, width), nn.Embedding(context, width)
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm1": nn.LayerNorm(width),
                    "q": nn.Linear(width, width, bias=False),
                    "k": nn.Linear(width, width, bias=False),
                    "v": nn.Linear(width, width, bias=False),
                    "out": nn.Linear(width, width, bias=False),
                    "norm2": nn.LayerNorm(width),
                    "up": nn.Linear(width, 4 * width, bias=False),
                    "down": nn.Linear(4 * width, width, bias=False),
                }
            )
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        batch, seq = ids.shape
        x = self.token(ids) + self.place(torch.arange(seq, device=ids.device))
        mask = torch.tril(torch.ones(seq, seq, device=ids.device)) == 0
        for layer in self.layers:
            y = layer["norm1"](x)
            q, k, v = (layer[name](y).view(batch, seq, 4, -1).transpose(1, 2) for name in "qkv")
            weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(mask, -math.inf).softmax(-1)
            x = x + layer["out"]((weights @ v).transpose(1, 2).reshape(batch, seq, -1))
            x = x + layer["down"](F.gelu(layer["up"](layer["norm2"](x))))
        return self.norm(x) @ self.token.weight.T


def seconds(call: Callable[[], object], device: torch.device) -> float:
    if device.type == "cpu":
        begin = time.process_time()
        call()
        return time.process_time() - begin
    begin = time.perf_counter()
    call()
    getattr(torch, device.type).synchronize()
    return time.perf_counter() - begin


def stepper(model: nn.Module, windows: torch.Tensor, *, fused: bool) -> Callable[[], None]:
    more = {"fused": True} if fused else {}
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, **more)

    def step() -> None:
        logits = model(windows[:, :-1])
        F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()

    return step


def copied(plain: Plain, vocab: int, width: int, context: int) -> LanguageModel:
    """Our model with the plain one's weights."""
    ours = LanguageModel(ModelSettings(vocab, width, 2, 4, context, "learned"))
    weights = {
        "token.weight": plain.token.weight,
        "position.weight": plain.place.weight,
        "norm.weight": plain.norm.weight,
        "norm.bias": plain.norm.bias,
    }
    for i, layer in enumerate(plain.layers):
        weights[f"blocks.{i}.qkv"] = torch.cat([layer[name].weight for name in "qkv"])
        for name, theirs in (("out", "out"), ("up", "up"), ("down", "down")):
            weights[f"blocks.{i}.{name}"] = layer[theirs].weight
        for name, theirs in (("norm_attention", "norm1"), ("norm_mlp", "norm2")):
            weights[f"blocks.{i}.{name}.weight"] = layer[theirs].weight
            weights[f"blocks.{i}.{name}.bias"] = layer[theirs].bias
    ours.load_state_dict({name: each.detach().clone() for name, each in weights.items()})
    return ours


def speeds(name: str, vocab: int, width: int, context: int, device: torch.device) -> None:
    draw = torch.Generator().manual_seed(0)
    windows = torch.randint(vocab, (BATCH, context + 1), generator=draw).to(device)
    torch.manual_seed(0)
    plain = Plain(vocab, width, context)
    with torch.no_grad():
        plain.token.weight.mul_(0.02)
    ours = copied(plain, vocab, width, context).to(device)
    plain = plain.to(device)
    torch.testing.assert_close(ours(windows[:, :-1]), plain(windows[:, :-1]), atol=1e-4, rtol=1e-4)
    models = {"plain torch": plain, "ours, learned": ours}
    for kind in ("none", "sinusoidal", "rotary", "alibi"):
        models[f"ours, {kind}"] = LanguageModel(ModelSettings(vocab, width, 2, 4, context, kind)).to(device)
    steps = {
        label: stepper(model, windows, fused=label != "plain torch" and device.type in ("cpu", "cuda"))
        for label, model in models.items()
    }
    times: dict[str, list[float]] = {label: [] for label in steps}
    for index in range(ROUNDS + 3):
        for label in steps if index % 2 else reversed(steps):
            times[label].append(seconds(steps[label], device))
    against = statistics.median(times["plain torch"][3:])
    tokens = BATCH * context
    for label in steps:
        median = statistics.median(times[label][3:])
        print(f"| {name} | {label} | {tokens / median:,.0f} | {against / median:.2f} |")


def shares(name: str, vocab: int, width: int, context: int, device: torch.device) -> None:
    """Where a step's time goes, rotary and tied."""
    settings = ModelSettings(vocab, width, 2, 4, context, "rotary")
    model = LanguageModel(settings).to(device).train()
    draw = torch.Generator().manual_seed(0)
    ids = torch.randint(vocab, (BATCH, context), generator=draw).to(device)
    x = torch.randn(BATCH, context, width, generator=draw).to(device).requires_grad_()
    y = torch.ones_like(x)
    block, places = model.blocks[0], model.places(context)
    optimiser = torch.optim.AdamW(model.parameters(), fused=device.type in ("cpu", "cuda"))
    model.loss(ids, ids).backward()
    parts: dict[str, tuple[int, Callable[[], object]]] = {
        "embedding": (1, lambda: model.embedded(ids).backward(y)),
        "attention": (2, lambda: block.attention(block.norm_attention(x), places).backward(y)),
        "MLP": (2, lambda: F.linear(F.gelu(F.linear(block.norm_mlp(x), block.up)), block.down).backward(y)),
        "head and loss": (
            1,
            lambda: F.cross_entropy(model.logits(model.norm(x)).flatten(0, 1), ids.flatten()).backward(),
        ),
        "clipping and AdamW": (
            1,
            lambda: (nn.utils.clip_grad_norm_(model.parameters(), 1.0), optimiser.step()),
        ),
    }
    taken: dict[str, list[float]] = {part: [] for part in parts}
    for _ in range(ROUNDS):
        for part, (times, call) in parts.items():
            taken[part].append(times * seconds(call, device))
    medians = {part: statistics.median(each) for part, each in taken.items()}
    whole = sum(medians.values())
    counts = parameter_counts(settings)
    cells = [f"{medians[part] / whole:.0%}" for part in parts]
    print(f"| {name} | {' | '.join(cells)} | {counts.table / counts.total:.0%} |")


def trainer(device: torch.device) -> None:
    """The whole trainer, snapshots and sampling apart, and sampling."""
    vocabulary = character_vocabulary("".join(map(chr, range(32, 115))))
    text = "".join(chr(32 + (i * i + i // 7) % 83) for i in range(60_000))
    prepared = training_text(text, vocabulary)
    settings = ModelSettings(vocabulary.size, 96, 2, 4, 96, "rotary")
    training = TrainingSettings(steps=60, snapshots=2, sample_length=0, validation_tokens=96, final_tokens=96)
    took = seconds(lambda: list(trained(prepared, settings, training, device=device)), device)
    print(f"\ntrainer, rotary, characters: {60 * BATCH * 96 / took:,.0f} tokens a second")
    model = LanguageModel(settings).to(device)
    took = seconds(lambda: sampled_ids(model, torch.tensor([1]), 300), device)
    print(f"sampling: {300 / took:,.0f} tokens a second")


def main() -> None:
    device = best_device()
    torch.set_num_threads(1)
    print(f"{describe_device(device)}; torch {torch.__version__}; batch {BATCH}, 2 layers, 4 heads, {ROUNDS} rounds")
    print("\n| vocabulary | model | tokens/s | times the plain loop |\n| --- | --- | --- | --- |")
    for shape in SHAPES:
        speeds(*shape, device)
    print(
        "\n| vocabulary | embedding | attention | MLP | head and loss | clipping and AdamW | table's share of parameters |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for shape in SHAPES:
        shares(*shape, device)
    trainer(device)


if __name__ == "__main__":
    main()
