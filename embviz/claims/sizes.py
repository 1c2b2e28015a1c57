"""Claims about what tables cost, in models that people use."""

from __future__ import annotations

from embviz.claims.claim import Case, Claim, Verdict, judged, number

MODERN = 2023
"""The year from which on a model counts as modern."""


def modern_is_tied() -> Verdict:
    from embviz.claims.shapes import SHAPES

    modern = sorted((shape for shape in SHAPES if shape.year >= MODERN), key=lambda shape: -shape.table / shape.total)
    share = {shape.name: shape.table / (shape.total - (0 if shape.tied else shape.table)) for shape in modern}
    tied = [shape.name for shape in modern if shape.tied]
    own = [share[shape.name] for shape in modern if not shape.tied]
    older = [shape.name for shape in SHAPES if shape.tied and shape.year < MODERN]
    why = (
        f"Of {len(modern)} models of our list from {MODERN} on {len(tied)} tie them. In those, one table is "
        f"{min(share[name] for name in tied):.1%} of the model or more; in the others {max(own):.1%} or less. Of the "
        f"older ones {', '.join(older)} tied."
    )
    cases = [
        Case(f"{shape.name}, {shape.year}", share[shape.name], shape.tied,
             f"{share[shape.name]:.1%}, {'tied' if shape.tied else 'a head of its own'}")
        for shape in sorted(modern, key=lambda shape: -share[shape.name])
    ]  # fmt: skip
    shown = {"measure": "one table as a share of the model without a second one", "wanted": "tied", "scale": "log"}
    return judged(cases, len(tied), why, **shown)


def largest_part() -> Verdict:
    from embviz.claims.shapes import SHAPES

    matrices = {shape.name: shape.table / shape.largest_matrix for shape in SHAPES}
    blocks = {shape.name: shape.table / shape.block for shape in SHAPES}
    shares = {shape.name: shape.table / shape.total for shape in SHAPES}
    least, most = min(matrices, key=matrices.__getitem__), max(shares, key=shares.__getitem__)
    over = [name for name, ratio in matrices.items() if ratio > 1]
    whole = [name for name, ratio in blocks.items() if ratio > 1]
    why = (
        f"Against the largest matrix of a block the table is the larger in {len(over)} of {len(SHAPES)} models, in "
        f"{least} by {matrices[least]:.2f} times; against a whole block in {len(whole)}. At most it is "
        f"{shares[most]:.0%} of a model, {most}."
    )
    cases = [
        Case(name, blocks[name], blocks[name] > 1 and matrices[name] > 1,
             f"{number(blocks[name])} blocks, {number(matrices[name])} matrices")
        for name in sorted(blocks, key=lambda name: -blocks[name])
    ]  # fmt: skip
    shown = {"measure": "table over one whole block", "wanted": "larger than any block", "limit": 1.0, "scale": "log"}
    return judged(cases, min(blocks.values()), why, **shown)


def known_tables() -> Verdict:
    from embviz.compute.sizing import MODELS, memory_bytes

    named = {model.name: model.token_parameters for model in MODELS}
    millions = {"GPT-2": 38.6, "GPT-3": 617, "LLaMA 7B": 131, "Llama 2 70B": 262}
    megabytes = {"GPT-2": 147, "LLaMA 7B": 500, "Llama 2 70B": 1000}
    sizes = {name: memory_bytes(named[name], "float32") for name in megabytes}
    cases = []
    for unit, one, taught, found, near in (
        ("parameters", 1e6, millions, named, 0.01),
        ("decimal megabytes, MB", 1e6, megabytes, sizes, 0.025),
        ("binary megabytes, MiB", 2**20, megabytes, sizes, 0.025),
    ):
        for name, said in taught.items():
            ratio = found[name] / one / said
            value = f"{found[name] / one:,.1f}M" if unit == "parameters" else f"{found[name] / one:,.0f}"
            cases.append(Case(f"{name}, {unit}", ratio, abs(ratio - 1) < near, f"{value}, taught {said:,}"))
    said = ", ".join(f"{name} {named[name] / 1e6:.1f}M" for name in millions)
    held = ", ".join(f"{size / 1e6:,.0f} MB or {size / 2**20:,.0f} MiB" for size in sizes.values())
    why = f"V × d gives {said}. In float32 GPT-2, LLaMA 7B and 70B take {held}; in two bytes a number, half of that."
    shown = {"measure": "computed over taught", "wanted": "within 1% (parameters) or 2.5%", "limit": 1.0}
    return judged(cases, sum(case.holds for case in cases[: len(millions)]), why, **shown)


CLAIMS = (
    Claim(
        "modern-models-tie",
        "Modern models tie input and output tables.",
        "courses on language models",
        modern_is_tied,
        "sizing",
        {"sz_view": "Sources"},
    ),
    Claim(
        "table-is-largest",
        "A table is the largest single part of a model.",
        "posts on the cost of vocabularies",
        largest_part,
        "sizing",
        {"sz_view": "Models"},
    ),
    Claim(
        "known-tables",
        "GPT-2’s table is 38.6M parameters and 147 MB, GPT-3’s about 617M, LLaMA 7B’s 131M and 500 MB, "
        "70B’s 262M and 1 GB.",
        "course slides on embeddings",
        known_tables,
        "sizing",
        {
            "sz_view": "Models",
            "sz_v": "32000",
            "sz_d": "4096",
            "sz_n": "0",
            "sz_head": "untied",
            "sz_total": "6738415616",
        },
    ),
)
