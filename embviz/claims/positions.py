"""Claims about positions: sinusoids, learned tables, rotation, and reading on past the trained length."""

from __future__ import annotations

from embviz.claims.claim import Claim, Verdict, by_cases

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
SENTENCE = "The lion ate the hyena and the gazelle."
CLOSE = 1e-4
"""What counts as zero: far above rounding in float32, far below anything one sees."""


def first_two() -> Verdict:
    from embviz.compute.positions import sinusoidal_similarity

    cosines = {width: sinusoidal_similarity(1, width).item() for width in WIDTHS}
    width = max(cosines, key=cosines.__getitem__)
    why = f"cos(PE(0), PE(1)) is {cosines[64]:.3f} at width 64, and {cosines[width]:.3f} at most, at width {width:,}."
    return Verdict(by_cases(cosine >= 0.99 for cosine in cosines.values()), cosines[width], why)


def nearer() -> Verdict:
    from embviz.compute.positions import first_rise

    rises = {width: first_rise(width) for width in WIDTHS}
    known = {width: rise for width, rise in rises.items() if rise is not None}
    first = rises[64]
    why = (
        f"The cosine rises again: at width 64 from distance {first - 1} to {first}, and somewhere in {len(known)} of "
        f"{len(rises)} widths."
    )
    return Verdict(by_cases(rise is None for rise in rises.values()), float(first), why)


def linear_shift() -> Verdict:
    from embviz.compute.positions import sinusoidal, sinusoidal_shift

    table = sinusoidal(512, 64)
    offsets = (1, 7, 64, 300)
    apart = max((table[:-k] @ sinusoidal_shift(k, 64).T - table[k:]).abs().max().item() for k in offsets)
    why = (
        f"PE(p) M_kᵀ and PE(p + k) differ by at most {apart:.0e}, for k of {', '.join(map(str, offsets))} at width 64."
    )
    return Verdict(by_cases([apart < CLOSE]), apart, why)


def root_of_width() -> Verdict:
    from embviz.compute.offset import SPREADS, spread

    found = spread(position="sinusoidal", seed=0)
    ratios = dict(zip(SPREADS, found.token_ratio[:, 1].tolist(), strict=True))
    level = [name for name, ratio in ratios.items() if ratio < 1.5]
    worst = max(ratios, key=ratios.__getitem__)
    why = (
        f"From width 8 to 1,024 the variance of scaled tokens changes {min(ratios.values()):.2f}-fold for an initial "
        f"spread of {', '.join(level)}, and {ratios[worst]:.0f}-fold for {worst}."
    )
    return Verdict(by_cases(name in level for name in ratios), ratios[worst], why)


def order_is_lost() -> Verdict:
    apart = {causal: _apart_after_undoing(causal) for causal in (False, True)}
    why = (
        f"Read backwards and put back in order, the outputs differ by {apart[False]:.0e} without a mask: equivariance. "
        f"Under a causal mask they differ by {apart[True]:.1f}."
    )
    return Verdict(by_cases(value < CLOSE for value in apart.values()), apart[True], why)


def _apart_after_undoing(causal: bool) -> float:
    from embviz.compute.order import permutation_number
    from embviz.tables import order

    n = len(order.sentence(text=SENTENCE).tokens)
    backwards = permutation_number(range(n)[::-1])
    return order.compare(text=SENTENCE, order=backwards, position="none", causal=causal, seed=0).output_apart


def only_distance() -> Verdict:
    import torch

    from embviz.compute.rotary import apply_rotary, rotary_frequencies

    frequencies = rotary_frequencies(64)
    query, key = torch.randn(2, 64, generator=torch.Generator().manual_seed(0))
    starts = torch.arange(0, 4096, 64)
    turned = [apply_rotary(x.expand(len(starts), 64), starts + at, frequencies) for x, at in ((query, 9), (key, 0))]
    scores = (turned[0] * turned[1]).sum(dim=-1)
    apart = (scores - scores[0]).abs().max().item()
    why = (
        f"The score of a query 9 places behind a key changes by at most {apart:.0e} over {len(starts)} places "
        f"up to {starts[-1].item():,}."
    )
    return Verdict(by_cases([apart < 1e-3]), apart, why)


def angle_stays() -> Verdict:
    import torch

    from embviz.compute.rotary import apply_rotary, rotary_frequencies
    from embviz.compute.similarity import cosine_similarity

    pair = torch.randn(2, 64, generator=torch.Generator().manual_seed(1))
    frequencies = rotary_frequencies(64)
    places = (0, 10, 100, 1000, 4000)
    cosines = [cosine_similarity(apply_rotary(pair, [place + 3, place], frequencies))[0, 1].item() for place in places]
    apart = max(cosines) - min(cosines)
    why = f"Both moved together, up to place {places[-1]:,}, their cosine changes by less than {max(apart, 1e-7):.0e}."
    return Verdict(by_cases([apart < CLOSE]), apart, why)


def scores_decay() -> Verdict:
    from embviz.compute.rotation import decay

    found = decay(dim=64, base=10000.0, length=2048, seed=0)
    constant = found.constant_last < 0.5 * found.constant[0].item()
    random = found.band_last < 0.5 * found.band_first
    why = (
        f"For q = k = (1, …, 1) the score falls from {found.constant[0].item():.2f} to {found.constant_last:.2f}, "
        f"though it rises {found.rises:,} times on the way; for random q and k the band is "
        f"{found.band_first:.2f} wide at the start and {found.band_last:.2f} at the end."
    )
    return Verdict(by_cases([constant, random]), found.band_last / found.band_first, why)


def _longer(kind: str) -> tuple[list[float], int]:
    """The loss at four times the trained length over that at the trained length, for each seed, and that length."""
    from embviz.compute import runs

    found, trained = [], 0
    for name in runs.names(f"length/{kind}-*"):
        facts = runs.facts(name)
        losses = {each["factor"]: each["loss"] for each in facts["lengths"] if each["variant"] == "unchanged"}
        found.append(losses[4] / losses[1])
        trained = facts["model"]["context"]
    return found, trained


def _extrapolates(kind: str, name: str) -> Verdict:
    ratios, trained = _longer(kind)
    mean = sum(ratios) / len(ratios)
    why = (
        f"In {len(ratios)} small models trained at {trained} tokens, {name}’s loss at {4 * trained} is {mean:.2f} "
        f"times that at {trained} (from {min(ratios):.2f} to {max(ratios):.2f} by seed)."
    )
    return Verdict(by_cases(ratio <= 1.01 for ratio in ratios), mean, why)


def rotary_extrapolates() -> Verdict:
    return _extrapolates("rotary", "rotary")


def alibi_extrapolates() -> Verdict:
    return _extrapolates("alibi", "ALiBi")


def table_ends() -> Verdict:
    from embviz.compute.learned import refusal
    from embviz.compute.positions import interpolate_table, neighbour_cosines
    from embviz.tables.learned import trained

    table = trained()
    n = len(table)
    refused = refusal(table, n + 1) is not None
    stretched = interpolate_table(table, 2 * n)
    cosine = neighbour_cosines(stretched).mean().item()
    why = (
        f"minilm’s layer refuses position {n}. Its {n} rows can be stretched to {2 * n} by interpolation, where "
        f"neighbours have a mean cosine of {cosine:.2f}, but then every position has another row than in training."
    )
    return Verdict("holds with a condition" if refused and len(stretched) > n else "does not hold", float(n), why)


def trained_is_smooth() -> Verdict:
    from embviz.compute.positions import neighbour_cosines
    from embviz.tables.learned import neighbours, trained

    cosines = neighbour_cosines(trained())
    apart = neighbours(seed=0).apart
    why = (
        f"In minilm’s table a row and the next have a mean cosine of {cosines.mean().item():.2f}, but the lowest is "
        f"{cosines.min().item():.2f}: {len(apart)} of {len(cosines)} steps are jumps."
    )
    return Verdict(by_cases([cosines.mean().item() > 0.7, cosines.min().item() > 0.7]), cosines.min().item(), why)


CLAIMS = (
    Claim(
        "first-two-positions",
        "cos(PE(0), PE(1)) is about 0.99 or more.",
        "course slides on positional encoding",
        first_two,
        "sinusoidal",
        {"sin_view": "Similarity"},
    ),
    Claim(
        "nearer-is-more-similar",
        "Nearer positions are always more similar.",
        "posts on sinusoidal encoding",
        nearer,
        "sinusoidal",
        {"sin_view": "Similarity"},
    ),
    Claim(
        "shift-is-linear",
        "PE(p + k) is a linear function of PE(p).",
        "Vaswani and others 2017, section 3.5",
        linear_shift,
        "sinusoidal",
        {"sin_view": "Shift"},
    ),
    Claim(
        "root-d-keeps-variance",
        "Multiplying by √d keeps the variance level across widths.",
        "tutorials on the transformer’s input",
        root_of_width,
        "offset",
        {"off_view": "Spread"},
    ),
    Claim(
        "attention-has-no-order",
        "Attention without positions cannot tell order.",
        "almost every course on transformers",
        order_is_lost,
        "order",
        {"ord_mask": "causal"},
    ),
    Claim(
        "rotary-only-distance",
        "Rotary scores depend only on distance.",
        "Su and others 2021 (RoFormer), section 3.2",
        only_distance,
        "rotary",
    ),
    Claim(
        "rotation-keeps-angle",
        "Rotation keeps the angle of two words that move together.",
        "posts on rotary embeddings",
        angle_stays,
        "rotary",
        {"rot_view": "Two sentences"},
    ),
    Claim(
        "rotary-decays",
        "Rotary scores decay with distance.",
        "Su and others 2021 (RoFormer), section 3.3",
        scores_decay,
        "rotary",
        {"rot_view": "Decay"},
    ),
    Claim(
        "rotary-extrapolates",
        "Rotary positions extrapolate beyond the trained length.",
        "posts that compare position encodings",
        rotary_extrapolates,
        "recipe",
    ),
    Claim(
        "alibi-extrapolates",
        "ALiBi extrapolates beyond the trained length.",
        "Press, Smith and Lewis 2022, abstract",
        alibi_extrapolates,
        "recipe",
    ),
    Claim(
        "learned-cannot-go-on",
        "Learned positions cannot go past the end of their table.",
        "courses on BERT and GPT-2",
        table_ends,
        "learned",
        {"lrn_view": "Past the end"},
    ),
    Claim(
        "trained-table-is-smooth",
        "A trained position table is smooth.",
        "posts that plot GPT-2’s or BERT’s positions",
        trained_is_smooth,
        "learned",
    ),
)
