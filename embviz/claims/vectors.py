"""Claims about what the geometry of a table says of words, on every shipped table."""

from __future__ import annotations

import math

from embviz.claims.claim import Claim, Verdict, by_cases

TABLES = ("glove", "minilm", "wordllama")


def _cosines(table: str, *pairs: tuple[str, str]) -> tuple[float, ...]:
    """The cosine of each pair, NaN where the table lacks a word."""
    import torch

    from embviz import tables
    from embviz.compute.similarity import paired_cosines
    from embviz.tables.words import row_of

    found = tables.load(table)
    rows = [[row_of(found, word) for word in pair] for pair in pairs]
    known = torch.tensor([pair for pair in rows if None not in pair])
    cosines = iter(paired_cosines(found.rows(known[:, 0]), found.rows(known[:, 1])).tolist())
    return tuple(math.nan if None in pair else next(cosines) for pair in rows)


def queen() -> Verdict:
    from embviz.tables.analogies import rankings

    first = {
        table: [column[0] for column in rankings(table=table, a="man", b="king", c="woman").columns[:2]]
        for table in TABLES
    }
    said = "; ".join(
        f"{table}: {left_in} with the inputs left in, {out} without" for table, (left_in, out) in first.items()
    )
    right = [word == "queen" for pair in first.values() for word in pair]
    return Verdict(
        by_cases(right), float(sum(right)), f"In {sum(right)} of {len(right)} rankings. First comes, {said}."
    )


def nearer_pairs() -> Verdict:
    pairs = ("cat", "dog"), ("cat", "code"), ("cancel", "terminate"), ("cancel", "pizza")
    found = {table: _cosines(table, *pairs) for table in TABLES}
    sides = {table: [(c[0], c[1]), (c[2], c[3])] for table, c in found.items()}
    known = {table: [side for side in both if not any(map(math.isnan, side))] for table, both in sides.items()}
    margins = [near - far for each in known.values() for near, far in each]
    said = "; ".join(
        f"{table}: {', '.join(f'{near:.2f} against {far:.2f}' for near, far in each)}" for table, each in known.items()
    )
    lacking = [table for table in found if len(known[table]) < 2]
    rest = f" No row for pizza in {', '.join(lacking)}." if lacking else ""
    return Verdict(by_cases(margin > 0 for margin in margins), min(margins), f"Cosines, {said}.{rest}")


def believe() -> Verdict:
    import torch

    from embviz import tables
    from embviz.tables.words import row_of

    found = {}
    for table in TABLES:
        loaded = tables.load(table)
        rows = loaded.rows(
            torch.tensor([row_of(loaded, w) for w in ("believe", "know", "understand", "stone")])
        ).double()
        found[table] = (rows[1:] @ rows[0]).tolist()
    held = [products == sorted(products, reverse=True) for products in found.values()]
    said = "; ".join(f"{table}: {a:.2f}, {b:.2f}, {c:.2f}" for table, (a, b, c) in found.items())
    return Verdict(
        by_cases(held), float(sum(held)), f"Dot products of believe with know, understand and stone, {said}."
    )


def equally_far() -> Verdict:
    import torch

    from embviz.compute.layers import TokenEmbedding

    spreads = {}
    for width in (8, 64, 512, 4096):
        table = TokenEmbedding(400, width, generator=torch.Generator().manual_seed(0)).weight.detach()
        apart = torch.pdist(table)
        spreads[width] = (apart.std() / apart.mean()).item()
    said = ", ".join(f"{spread:.1%} at width {width:,}" for width, spread in spreads.items())
    why = f"Distances between the rows of a fresh table spread around their mean by {said}: the wider, the more alike."
    return Verdict(by_cases(spread < 0.05 for spread in spreads.values()), spreads[64], why)


CLAIMS = (
    Claim(
        "king-man-woman-queen",
        "king − man + woman = queen.",
        "Mikolov, Yih and Zweig 2013, and nearly every course since",
        queen,
        "analogies",
    ),
    Claim(
        "cat-dog-code",
        "cat is nearer to dog than to code, and cancel to terminate than to pizza.",
        "introductions to embeddings",
        nearer_pairs,
        "similarity",
    ),
    Claim(
        "believe-know-stone",
        "believe · know > believe · understand > believe · stone.",
        "course slides on similarity",
        believe,
        "similarity",
    ),
    Claim(
        "untrained-equally-far",
        "Before training all words are equally far apart.",
        "introductions to one-hot and embeddings",
        equally_far,
        "similarity",
    ),
)
