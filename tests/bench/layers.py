"""Forward passes of the layers against torch's own: `python -m tests.bench.layers` prints a table.

Each pair is timed in the same run, one call of each in turn, the order changing every round, so that both meet the same
state of the machine. Batch 32 × 512, width 768, vocabulary 30,522, float32, on the best device (EMBVIZ_DEVICE
overrides). The id check is timed alone as well, since it vanishes in the noise of a lookup that moves 50 MB.
"""

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2]))

from embviz.compute.checks import checked_ids
from embviz.compute.device import best_device, describe_device
from embviz.compute.layers import BertEmbedding, TokenEmbedding, TransformerEmbedding

BATCH, SEQ, WIDTH, VOCAB = 32, 512, 768, 30_522
ROUNDS = 100


def seconds(call: Callable[[], object], device: torch.device) -> float:
    begin = time.perf_counter()
    call()
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()
    return time.perf_counter() - begin


def row(name: str, times: list[float], against: list[float] | None = None) -> str:
    def at(values: list[float], share: float) -> float:
        return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)))] * 1000

    ratio = (
        "" if against is None else f"{at(times, 0.5) / at(against, 0.5):8.3f}{at(times, 0.95) / at(against, 0.95):8.3f}"
    )
    return f"{name:<58}{at(times, 0.5):10.3f}{at(times, 0.95):10.3f}{ratio}"


@torch.no_grad()
def main() -> None:
    device = best_device()
    draw = torch.Generator().manual_seed(0)
    ids = torch.randint(VOCAB, (BATCH, SEQ), generator=draw).to(device)
    few = ids[:1, :8]

    token = TokenEmbedding(VOCAB, WIDTH, generator=draw).to(device)
    torchs = nn.Embedding.from_pretrained(token.weight)
    learned = TransformerEmbedding(VOCAB, WIDTH, SEQ, generator=draw).to(device).eval()
    waves = TransformerEmbedding(VOCAB, WIDTH, SEQ, position="sinusoidal", generator=draw).to(device).eval()
    bert = BertEmbedding(VOCAB, WIDTH, SEQ, generator=draw).to(device).eval()
    table, places, formula = learned.token.weight, learned.position.weight, waves.position.table
    zeros = torch.zeros_like(ids)

    def plain_bert() -> torch.Tensor:
        total = bert.token(ids) + bert.position.weight[:SEQ] + bert.token_type(zeros)
        return F.layer_norm(total, (WIDTH,), bert.norm.weight, bert.norm.bias, bert.norm.eps)

    pairs = [
        ("nn.Embedding", lambda: torchs(ids), "TokenEmbedding", lambda: token(ids)),
        ("nn.Embedding, 1 × 8 ids", lambda: torchs(few), "TokenEmbedding, 1 × 8 ids", lambda: token(few)),
        (
            "F.embedding(ids, W) * sqrt(d) + P[:n]",
            lambda: F.embedding(ids, table) * math.sqrt(WIDTH) + places[:SEQ],
            "TransformerEmbedding, learned",
            lambda: learned(ids),
        ),
        (
            "F.embedding(ids, W) * sqrt(d) + PE[:n]",
            lambda: F.embedding(ids, waves.token.weight) * math.sqrt(WIDTH) + formula[:SEQ],
            "TransformerEmbedding, sinusoidal",
            lambda: waves(ids),
        ),
        ("layer_norm(W[ids] + P[:n] + T[types])", plain_bert, "BertEmbedding", lambda: bert(ids)),
    ]
    print(f"{describe_device(device)}; torch {torch.__version__}")
    print(f"{BATCH} × {SEQ} ids, width {WIDTH}, vocabulary {VOCAB:,}")
    print(f"{ROUNDS} rounds; milliseconds; ratios of medians and of p95, ours to torch's\n")
    print(f"{'forward pass':<58}{'median':>10}{'p95':>10}{'ratio':>8}{'p95':>8}")
    for their_name, theirs, our_name, ours in pairs:
        torch.testing.assert_close(ours(), theirs(), atol=1e-5, rtol=1e-5)
        calls, times = (theirs, ours), ([], [])
        for index in range(ROUNDS + 5):
            for which in (0, 1) if index % 2 else (1, 0):
                times[which].append(seconds(calls[which], device))
        print(row(their_name, times[0][5:]))
        print(row(our_name, times[1][5:], times[0][5:]))
    for name, some in ((f"the id check alone, {BATCH} × {SEQ}", ids), ("the id check alone, 1 × 8", few)):
        times = [seconds(lambda some=some: checked_ids(some, VOCAB, rank=2), device) for _ in range(20 * ROUNDS)]
        print(row(name, times))


if __name__ == "__main__":
    main()
