"""Claims about what tables cost, in models that people use."""

from __future__ import annotations

from embviz.claims.claim import Claim, Verdict, by_cases

RECENT = ("LLaMA 7B", "Llama 2 70B", "Mistral 7B", "Llama 3 8B", "Llama 3 70B")
"""The models of the list that were published from 2023 on."""


def modern_is_tied() -> Verdict:
    from embviz.compute.sizing import MODELS

    recent = [model for model in MODELS if model.name in RECENT]
    tied = [model.name for model in recent if model.tied]
    older = [model.name for model in MODELS if model.tied and "tied" not in model.estimates]
    why = (
        f"Of {len(recent)} models of our list from 2023 on {len(tied)} tie them ({', '.join(RECENT)}); "
        f"{' and '.join(older)} do."
    )
    return Verdict(by_cases(model.tied for model in recent), float(len(tied)), why)


def largest_part() -> Verdict:
    from embviz.compute.sizing import MODELS

    known = [model for model in MODELS if "total" not in model.estimates]
    shares = {model.name: model.table_share for model in known}
    high, low = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    why = (
        f"Tables of tokens and positions with an untied head are {shares[high]:.0%} of {high}, the most, and "
        f"{shares[low]:.1%} of {low}, the least, of {len(known)} models; no table is half of one."
        if shares[high] <= 0.5
        else f"Tables are {shares[high]:.0%} of {high} and {shares[low]:.1%} of {low}."
    )
    return Verdict(by_cases(share > 0.5 for share in shares.values()), shares[high], why)


def known_tables() -> Verdict:
    from embviz.compute.sizing import MODELS, memory_bytes

    named = {model.name: model.token_parameters for model in MODELS}
    millions = {"GPT-2": 38.6, "GPT-3": 617, "LLaMA 7B": 131, "Llama 2 70B": 262}
    megabytes = {"GPT-2": 147, "LLaMA 7B": 500, "Llama 2 70B": 1000}
    counts = [abs(named[name] / 1e6 - taught) < 0.02 * taught for name, taught in millions.items()]
    sizes = {name: memory_bytes(named[name], "float32") for name in megabytes}
    binary = [abs(sizes[name] / 2**20 - taught) < 0.03 * taught for name, taught in megabytes.items()]
    decimal = [abs(sizes[name] / 1e6 - taught) < 0.03 * taught for name, taught in megabytes.items()]
    said = ", ".join(f"{name} {named[name] / 1e6:.1f}M" for name in millions)
    held = ", ".join(f"{size / 1e6:,.0f} MB or {size / 2**20:,.0f} MiB" for size in sizes.values())
    why = f"V × d gives {said}. In float32 GPT-2, LLaMA 7B and 70B take {held}; in two bytes a number, half of that."
    return Verdict(by_cases([*counts, *binary, *decimal]), float(sum(counts)), why)


CLAIMS = (
    Claim(
        "modern-models-tie",
        "Modern models tie input and output tables.",
        "courses on language models",
        modern_is_tied,
        "sizing",
    ),
    Claim(
        "table-is-largest",
        "A table is the largest single part of a model.",
        "posts on the cost of vocabularies",
        largest_part,
        "sizing",
    ),
    Claim(
        "known-tables",
        "GPT-2’s table is 38.6M parameters and 147 MB, GPT-3’s about 617M, LLaMA 7B’s 131M and 500 MB, "
        "70B’s 262M and 1 GB.",
        "course slides on embeddings",
        known_tables,
        "sizing",
    ),
)
