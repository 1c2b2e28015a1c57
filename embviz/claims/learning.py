"""Claims about which rows learn."""

from __future__ import annotations

from embviz.claims.claim import Case, Claim, Verdict, judged

IDS = (7, 3, 7, 1, 7, 5, 0)
"""A batch with a repeated id and the padding row, 0."""
ROWS = 12


def looked_up_only() -> Verdict:
    from embviz.compute.gradients import optimiser_steps

    ways = {
        "SGD": {"optimiser": "sgd"},
        "Adam": {"optimiser": "adam"},
        "AdamW with decay": {"optimiser": "adamw", "weight_decay": 0.1},
        "SGD, tied head": {"optimiser": "sgd", "tied": True},
    }
    strangers, cases = {}, []
    for name, settings in ways.items():
        found = optimiser_steps(IDS, vocab_size=ROWS, dim=8, upstream="cross-entropy", padding_idx=0, **settings)
        absent = found.counts == 0
        pulled = int((found.gradients[absent] > 0).any(dim=1).sum())
        moved = int((found.movement[absent] > 0).any(dim=1).sum())
        strangers[name] = f"{name}: {pulled} get a gradient, {moved} move"
        cases.append(Case(f"{name}, never in a batch", moved, pulled == moved == 0, f"{pulled} pulled, {moved} move"))
    total, most = int(absent.sum()), ROWS
    later = {}
    for name in ("SGD", "Adam"):  # rows of the first batch, in the steps after it, whose batches have no tokens
        found = optimiser_steps(IDS, vocab_size=ROWS, dim=8, padding_idx=0, batches="first only", **ways[name])
        pulled = int((found.gradients[:, 1:] > 0).any(dim=1).sum())
        later[name] = int((found.movement[:, 1:] > 0).any(dim=1).sum())
        holds = pulled == later[name] == 0
        cases.append(Case(f"{name}, after its last batch", later[name], holds, f"{pulled} pulled, {later[name]} move"))
    why = (
        f"Of {total} rows that no id picks, {'; '.join(strangers.values())}. Adam goes on moving {later['Adam']} rows "
        f"that were in an earlier batch, SGD {later['SGD']}."
    )
    shown = {"measure": f"rows that move though not looked up, of {most}", "wanted": "none pulled, none moved"}
    return judged(cases, total, why, **shown)


def padding_is_zero() -> Verdict:
    import torch

    from embviz import tables
    from embviz.compute.gradients import loss_gradients
    from embviz.tables.words import row_of

    plain, tied = (
        loss_gradients(IDS, vocab_size=ROWS, dim=8, upstream="cross-entropy", tied=tied, padding_idx=0)
        for tied in (False, True)
    )
    minilm = tables.load("minilm")
    found = {
        "a fresh layer’s row, its length": plain.weight[0],
        "its gradient through the lookup": plain.by_hand[0],
        "its gradient with a tied head": tied.by_hand[0],
        "minilm’s trained [PAD] row, its length": minilm.rows(torch.tensor([row_of(minilm, "[PAD]")]))[0],
    }
    lengths = {name: torch.linalg.vector_norm(row).item() for name, row in found.items()}
    start, pull, tied_pull, length = lengths.values()
    why = (
        f"A fresh layer’s padding row is {start:g}, its gradient through the lookup {pull:g}; a tied head gives it "
        f"one of length {tied_pull:.2g}, and minilm’s trained [PAD] row has length {length:.2f}."
    )
    cases = [Case(name, value, value == 0) for name, value in lengths.items()]
    return judged(cases, length, why, measure="length", wanted="exactly 0", limit=0.0)


CLAIMS = (
    Claim(
        "only-used-rows-learn",
        "Only looked-up rows get a gradient and change.",
        "courses on embedding layers",
        looked_up_only,
        "gradients",
        {"grd_view": "Optimisers"},
    ),
    Claim(
        "padding-is-zero",
        "Padding rows are zero and get no gradient.",
        "documentation of embedding layers",
        padding_is_zero,
        "gradients",
        {"grd_view": "Tied head", "grd_row": "0"},
    ),
)
