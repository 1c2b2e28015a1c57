"""Claims about positions: sinusoids, learned tables, rotation, and reading on past the trained length."""

from __future__ import annotations

from embviz.claims.claim import Case, Claim, Verdict, judged, number

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
SENTENCE = "The lion ate the hyena and the gazelle."
CLOSE = 1e-4
"""What counts as zero: far above rounding in float32, far below anything one sees."""


def first_two() -> Verdict:
    from embviz.compute.positions import sinusoidal_similarity

    cosines = {width: sinusoidal_similarity(1, width).item() for width in WIDTHS}
    width = max(cosines, key=cosines.__getitem__)
    why = f"cos(PE(0), PE(1)) is {cosines[64]:.3f} at width 64, and {cosines[width]:.3f} at most, at width {width:,}."
    cases = [Case(f"width {width:,}", cosine, cosine >= 0.99, f"{cosine:.3f}") for width, cosine in cosines.items()]
    return judged(cases, cosines[width], why, measure="cos(PE(0), PE(1))", wanted="0.99 or more", limit=0.99)


def nearer() -> Verdict:
    from embviz.compute.positions import first_rise

    rises = {width: first_rise(width) for width in WIDTHS}
    known = {width: rise for width, rise in rises.items() if rise is not None}
    first = rises[64]
    why = (
        f"The cosine rises again: at width 64 from distance {first - 1} to {first}, and somewhere in {len(known)} of "
        f"{len(rises)} widths."
    )
    cases = [
        Case(f"width {width:,}", rise or 0.0, rise is None, f"from {rise - 1} to {rise}" if rise else "never")
        for width, rise in rises.items()
    ]
    return judged(cases, first, why, measure="the first distance at which the cosine rises", wanted="it never rises")


def linear_shift() -> Verdict:
    from embviz.compute.positions import sinusoidal, sinusoidal_shift

    widths, shifts = (8, 64, 512), (1, 7, 300)
    apart = {
        (width, k): (table[:-k] @ sinusoidal_shift(k, width).T - table[k:]).abs().max().item()
        for width in widths
        for table in [sinusoidal(512, width)]
        for k in shifts
    }
    most = max(apart.values())
    why = (
        f"PE(p) M_kᵀ and PE(p + k) differ by at most {most:.0e}, for k of {', '.join(map(str, shifts))} at widths "
        f"{', '.join(map(str, widths))}: the matrix M_k depends on k alone."
    )
    cases = [Case(f"k = {k}, width {width}", value, value < CLOSE) for (width, k), value in apart.items()]
    shown = {"measure": "largest difference of PE(p) M_kᵀ and PE(p + k)", "wanted": "zero, but for rounding"}
    return judged(cases, most, why, **shown, limit=CLOSE, scale="log")


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
    cases = [
        Case(f"drawn with spread {name}", ratio, name in level, f"{number(ratio)}-fold")
        for name, ratio in ratios.items()
    ]
    shown = {"measure": "largest over smallest variance, widths 8 to 1,024", "wanted": "less than 1.5-fold"}
    return judged(cases, ratios[worst], why, **shown, limit=1.5, scale="log")


def order_is_lost() -> Verdict:
    """How far the outputs of the same tokens are apart in two orders, once both are put in one order."""
    from embviz.compute.order import permutation_number
    from embviz.tables import order

    n = len(order.sentence(text=SENTENCE).tokens)
    swapped = list(range(n))
    swapped[1], swapped[7] = swapped[7], swapped[1]  # the lion and the gazelle
    orders = {"read backwards": range(n)[::-1], "lion and gazelle swapped": swapped}
    settings = {"text": SENTENCE, "position": "none", "seed": 0}
    apart = {
        (causal, name): order.compare(order=permutation_number(tuple(places)), causal=causal, **settings).output_apart
        for causal in (False, True)
        for name, places in orders.items()
    }
    most = {causal: max(value for (mask, _), value in apart.items() if mask == causal) for causal in (False, True)}
    why = (
        f"Put back in order, the outputs of two orders differ by {most[False]:.0e} without a mask: equivariance. "
        f"Under a causal mask they differ by {most[True]:.1f}."
    )
    cases = [
        Case(f"{'causal mask' if causal else 'no mask'}, {name}", value, value < CLOSE)
        for (causal, name), value in apart.items()
    ]
    shown = {"measure": "largest difference of a token’s output", "wanted": "zero, but for rounding"}
    return judged(cases, most[True], why, **shown, limit=CLOSE, scale="log")


def only_distance() -> Verdict:
    import torch

    from embviz.compute.rotary import apply_rotary, rotary_frequencies

    frequencies = rotary_frequencies(64)
    query, key = torch.randn(2, 64, generator=torch.Generator().manual_seed(0))
    starts = torch.arange(0, 4096, 64)
    apart = {}
    for distance in (0, 1, 9, 100, 1000):
        turned = [
            apply_rotary(x.expand(len(starts), 64), starts + at, frequencies) for x, at in ((query, distance), (key, 0))
        ]
        scores = (turned[0] * turned[1]).sum(dim=-1)
        apart[distance] = (scores - scores[0]).abs().max().item()
    most = max(apart.values())
    why = (
        f"Moved together over {len(starts)} places up to {starts[-1].item():,}, a query and a key keep their score to "
        f"{most:.0e}, at each of {len(apart)} distances."
    )
    cases = [Case(f"{distance:,} places apart", value, value < 1e-3) for distance, value in apart.items()]
    shown = {"measure": "largest change of the score", "wanted": "zero, but for rounding"}
    return judged(cases, most, why, **shown, limit=1e-3, scale="log")


def angle_stays() -> Verdict:
    import torch

    from embviz.compute.rotary import apply_rotary, rotary_frequencies
    from embviz.compute.similarity import cosine_similarity

    pair = torch.randn(2, 64, generator=torch.Generator().manual_seed(1))
    frequencies = rotary_frequencies(64)
    places = (0, 10, 100, 1000, 4000)
    apart = {}
    for distance in (0, 1, 3, 20, 100):
        turned = [apply_rotary(pair, [place + distance, place], frequencies) for place in places]
        cosines = [cosine_similarity(both)[0, 1].item() for both in turned]
        apart[distance] = max(cosines) - min(cosines)
    most = max(apart.values())
    why = (
        f"Both moved together, up to place {places[-1]:,}, the cosine of two words changes by {most:.0e} at most, at "
        f"each of {len(apart)} distances between them."
    )
    cases = [Case(f"{distance} places apart", value, value < CLOSE) for distance, value in apart.items()]
    shown = {"measure": "largest change of their cosine", "wanted": "zero, but for rounding"}
    return judged(cases, most, why, **shown, limit=CLOSE, scale="log")


def scores_decay() -> Verdict:
    from embviz.compute.rotation import decay

    found = decay(dim=64, base=10000.0, length=2048, seed=0)
    constant = found.constant_last / found.constant[0].item()
    random = found.band_last / found.band_first
    why = (
        f"For q = k = (1, …, 1) the score falls from {found.constant[0].item():.2f} to {found.constant_last:.2f}, "
        f"though it rises {found.rises:,} times on the way; for random q and k the band is "
        f"{found.band_first:.2f} wide at the start and {found.band_last:.2f} at the end."
    )
    cases = [
        Case("q = k = (1, …, 1)", constant, constant < 0.5, f"{constant:.2f} of the start"),
        Case("RoFormer’s bound", found.bound_last, found.bound_last < 0.5, f"{found.bound_last:.2f} of the start"),
        Case("random q and k, the band", random, random < 0.5, f"{random:.2f} of the start"),
    ]
    shown = {"measure": "what is left after 2,048 places", "wanted": "less than half", "limit": 0.5}
    return judged(cases, random, why, **shown)


def _longer(kind: str, way: str = "unchanged") -> tuple[dict[tuple[int, int], float], int]:
    """The loss at 2, 4 and 8 times the trained length over that at it, by (seed, times), and the trained length."""
    from embviz.compute import runs

    found, trained = {}, 0
    for name in runs.names(f"length/{kind}-*"):
        facts = runs.facts(name)
        losses = {each["factor"]: each["loss"] for each in facts["lengths"] if each["variant"] == way}
        found |= {(facts["seed"], times): losses[times] / losses[1] for times in (2, 4, 8)}
        trained = facts["model"]["context"]
    return found, trained


def _extrapolates(kind: str, name: str) -> Verdict:
    """Holds for a run and a length if the loss there is at most 1% above that at the trained length."""
    ratios, trained = _longer(kind)
    at_four = [ratio for (_, times), ratio in ratios.items() if times == 4]
    mean = sum(at_four) / len(at_four)
    why = (
        f"In {len(at_four)} small models trained at {trained} tokens, {name}’s loss at {4 * trained} is {mean:.2f} "
        f"times that at {trained} (from {min(at_four):.2f} to {max(at_four):.2f} by seed)."
    )
    cases = [
        Case(f"{times * trained} tokens, seed {seed}", ratio, ratio <= 1.01, f"× {ratio:.3f}")
        for (seed, times), ratio in sorted(ratios.items(), key=lambda each: (each[0][1], each[0][0]))
    ]
    shown = {"measure": f"loss over that at {trained} tokens", "wanted": "at most 1.01 times"}
    return judged(cases, mean, why, **shown, limit=1.01)


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
    ratios, context = _longer("learned", "interpolated")
    why = (
        f"minilm’s layer refuses position {n}. Its {n} rows can be stretched to {2 * n:,} by interpolation, where "
        f"neighbours have a mean cosine of {cosine:.2f}, but then every position has another row than in training. "
        f"Small models stretched so from {context} to {2 * context} tokens lose at most "
        f"{max(ratio for (_, times), ratio in ratios.items() if times == 2) - 1:.1%}."
    )
    cases = [Case(f"minilm’s table as it is, position {n}", n, refused, "refused" if refused else "has a row")]
    cases.append(Case(f"minilm’s table stretched to {2 * n:,}", 2 * n, len(stretched) <= n, f"{len(stretched):,} rows"))
    for times in (2, 4, 8):
        ends = [ratio for (_, each), ratio in ratios.items() if each == times]
        found = f"loss × {min(ends):.3f} to {max(ends):.3f}"
        cases.append(Case(f"small models, {context} stretched to {times * context}", max(ends), False, found))
    return judged(cases, n, why, measure="what comes past the end", wanted="there is nothing", scale="none")


def trained_is_smooth() -> Verdict:
    import math

    from embviz.compute import runs
    from embviz.compute.positions import neighbour_cosines
    from embviz.tables.learned import neighbours, trained

    own = runs.load("language/learned").tensors["positions"][-1].float()
    found = {"minilm": neighbour_cosines(trained()), "our small model": neighbour_cosines(own)}
    apart, limit = neighbours(seed=0).apart, math.cos(math.radians(45))
    cosines = found["minilm"]
    own_mean = found["our small model"].mean().item()
    why = (
        f"In minilm’s table a row and the next have a mean cosine of {cosines.mean().item():.2f}, but the lowest is "
        f"{cosines.min().item():.2f}: {len(apart)} of {len(cosines)} steps are jumps. In a small model of ours, "
        f"trained for minutes, the mean is {own_mean:.2f}."
    )
    cases = [
        Case(f"{name}, {part}", value, value > limit, f"{value:.2f}".replace("-", "\u2212"))
        for name, each in found.items()
        for part, value in (("mean of all steps", each.mean().item()), ("largest step", each.min().item()))
    ]
    shown = {"measure": "cosine of a row with the next", "wanted": "less than 45° apart, above 0.71"}
    return judged(cases, cosines.min().item(), why, **shown, limit=limit)


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
        {"rot_m": "14"},
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
        {"rot_view": "Decay", "rot_wide": "64", "rot_length": "2048"},
    ),
    Claim(
        "rotary-extrapolates",
        "Rotary positions extrapolate beyond the trained length.",
        "posts that compare position encodings",
        rotary_extrapolates,
        "recipe",
        {"rcp_view": "Length"},
    ),
    Claim(
        "alibi-extrapolates",
        "ALiBi extrapolates beyond the trained length.",
        "Press, Smith and Lewis 2022, abstract",
        alibi_extrapolates,
        "recipe",
        {"rcp_view": "Length"},
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
        {"lrn_view": "Norms", "lrn_measure": "cosine with the next"},
    ),
)
