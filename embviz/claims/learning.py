"""Claims about which rows learn."""

from __future__ import annotations

from embviz.claims.claim import Claim, Verdict, by_cases

IDS = (7, 3, 7, 1, 7, 5, 0)
"""A batch with a repeated id and the padding row, 0."""


def looked_up_only() -> Verdict:
    from embviz.compute.gradients import optimiser_steps

    ways = {
        "SGD": {"optimiser": "sgd"},
        "Adam": {"optimiser": "adam"},
        "AdamW with decay": {"optimiser": "adamw", "weight_decay": 0.1},
        "SGD, tied head": {"optimiser": "sgd", "tied": True},
    }
    strangers = {}
    for name, settings in ways.items():
        found = optimiser_steps(IDS, vocab_size=12, dim=8, upstream="cross-entropy", padding_idx=0, **settings)
        absent = found.counts == 0
        strangers[name] = (
            int((found.gradients[absent] > 0).any(dim=1).sum()),
            int((found.movement[absent] > 0).any(dim=1).sum()),
        )
    said = "; ".join(f"{name}: {pulled} get a gradient, {moved} move" for name, (pulled, moved) in strangers.items())
    total = int(absent.sum())
    why = f"Of {total} rows that no id picks, {said}."
    return Verdict(by_cases(pulled == moved == 0 for pulled, moved in strangers.values()), float(total), why)


def padding_is_zero() -> Verdict:
    import torch

    from embviz import tables
    from embviz.compute.gradients import loss_gradients
    from embviz.tables.words import row_of

    plain, tied = (
        loss_gradients(IDS, vocab_size=12, dim=8, upstream="cross-entropy", tied=tied, padding_idx=0)
        for tied in (False, True)
    )
    start = plain.weight[0].abs().max().item()
    pulls = [found.by_hand[0].norm().item() for found in (plain, tied)]
    minilm = tables.load("minilm")
    length = torch.linalg.vector_norm(minilm.rows(torch.tensor([row_of(minilm, "[PAD]")]))).item()
    why = (
        f"A fresh layer’s padding row is {start:g}, its gradient through the lookup {pulls[0]:g}; a tied head gives it "
        f"one of length {pulls[1]:.2g}, and minilm’s trained [PAD] row has length {length:.2f}."
    )
    return Verdict(by_cases([start == 0 and pulls[0] == 0, pulls[1] == 0, length == 0]), length, why)


CLAIMS = (
    Claim(
        "only-used-rows-learn",
        "Only looked-up rows get a gradient and change.",
        "courses on embedding layers",
        looked_up_only,
        "gradients",
        {"grd_view": "Used and unused"},
    ),
    Claim(
        "padding-is-zero",
        "Padding rows are zero and get no gradient.",
        "documentation of embedding layers",
        padding_is_zero,
        "gradients",
    ),
)
