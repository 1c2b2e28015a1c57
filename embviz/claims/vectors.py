"""Claims about what the geometry of a table says of words, on every shipped table."""

from __future__ import annotations

import math

from embviz.claims.claim import Case, Claim, Verdict, judged

TABLES = ("glove", "minilm", "wordllama")
REACH = 1000


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
    from embviz.compute.similarity import analogy
    from embviz.tables.analogies import places_of, whole_words

    first, cases = {}, []
    for table in TABLES:
        words = whole_words(table)
        asked = places_of(table, "man", "king", "woman")
        for way, out in (("left in", ()), ("taken out", words.variants(*asked))):
            found = analogy(words.vectors, *asked, REACH, exclude_inputs=False, exclude=out)
            ranked = [words.words[place] for place in found.indices.tolist()]
            place = 1 + ranked.index("queen") if "queen" in ranked else REACH
            first[table, way] = ranked[0]
            said = "queen first" if place == 1 else f"{ranked[0]} first, queen at {place:,}"
            cases.append(Case(f"{table}, inputs {way}", place, place == 1, said))
    said = "; ".join(
        f"{t}: {first[t, 'left in']} with the inputs left in, {first[t, 'taken out']} without" for t in TABLES
    )
    right = sum(case.holds for case in cases)
    why = f"In {right} of {len(cases)} rankings. First comes, {said}."
    shown = {"measure": "place of queen among all words", "wanted": "the first place", "limit": 1.0, "scale": "log"}
    return judged(cases, right, why, **shown)


def nearer_pairs() -> Verdict:
    asked = (("cat", "dog", "code"), ("cancel", "terminate", "pizza"))
    cases, lacking, said = [], [], []
    for table in TABLES:
        cosines = _cosines(table, *((a, b) for a, near, far in asked for b in (near, far)))
        pairs = []
        for (a, near, far), one, other in zip(asked, cosines[::2], cosines[1::2], strict=True):
            if math.isnan(one + other):
                lacking.append(table)
                continue
            margin = one - other
            found = f"{one:.2f} against {other:.2f}"
            cases.append(Case(f"{table}: {a}, {near} or {far}", margin, margin > 0, found))
            pairs.append(found)
        said.append(f"{table}: {', '.join(pairs)}")
    least = min(case.value for case in cases)
    rest = f" No row for pizza in {', '.join(lacking)}." if lacking else ""
    shown = {"measure": "how much larger the first cosine is", "wanted": "above 0", "limit": 0.0}
    return judged(cases, least, f"Cosines, {'; '.join(said)}.{rest}", **shown)


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
    said = "; ".join(f"{table}: {a:.2f}, {b:.2f}, {c:.2f}" for table, (a, b, c) in found.items())
    cases = [
        Case(table, min(a - b, b - c), a > b > c, f"{a:.2f}, {b:.2f}, {c:.2f}") for table, (a, b, c) in found.items()
    ]
    right = sum(case.holds for case in cases)
    why = f"Dot products of believe with know, understand and stone, {said}."
    return judged(cases, right, why, measure="with know, understand, stone", wanted="each above the next", scale="none")


def equally_far() -> Verdict:
    import torch

    from embviz.compute.layers import TokenEmbedding

    made = {"one-hot": torch.eye(400)}
    for width in (8, 64, 512, 4096):
        made[width] = TokenEmbedding(400, width, generator=torch.Generator().manual_seed(0)).weight.detach()
    spreads = {}
    for width, table in made.items():
        apart = torch.pdist(table.double())
        spreads[width] = (apart.std() / apart.mean()).item()
    said = ", ".join(f"{spread:.1%} at width {width:,}" for width, spread in spreads.items() if width != "one-hot")
    why = (
        f"Distances between the rows of a fresh table spread around their mean by {said}: the wider, the more alike. "
        f"Only one-hot vectors are exactly as far apart, √2."
    )
    cases = [
        Case(f"width {width:,}" if width != "one-hot" else width, spread, spread < 0.05, f"± {spread:.1%}")
        for width, spread in spreads.items()
    ]
    shown = {"measure": "spread of the distances around their mean", "wanted": "less than 5%", "limit": 0.05}
    return judged(cases, spreads[64], why, **shown)


def lookup_is_product() -> Verdict:
    """The lookup itself, and what comes back through it: the gradient of the table."""
    import torch

    from embviz import tables
    from embviz.compute.onehot import one_hot_gradient, one_hot_lookup

    cases = []
    for table in TABLES:
        weight = tables.load(table).vectors.detach().requires_grad_()  # the table itself stays as it is
        draw = torch.Generator().manual_seed(0)
        ids = torch.randint(len(weight), (16,), generator=draw)
        back = torch.randn(16, weight.shape[1], generator=draw)
        (gradient,) = torch.autograd.grad(torch.nn.functional.embedding(ids, weight), weight, back)
        apart = {
            "rows": one_hot_lookup(ids, weight.detach()) - weight.detach()[ids],
            "gradient": one_hot_gradient(ids, back, len(weight)) - gradient,
        }
        for what, difference in apart.items():
            most = difference.abs().max().item()
            cases.append(Case(f"{table}, {len(weight):,} × {weight.shape[1]}, {what}", most, most < 1e-6, f"{most:g}"))
    most = max(case.value for case in cases)
    why = (
        f"For 16 ids in each of {len(TABLES)} tables, with every zero multiplied, one_hot(ids) @ W and W[ids] differ "
        f"by {most:g}, and so do the gradients of the table."
    )
    return judged(cases, most, why, measure="largest difference", wanted="0, but for rounding", scale="none")


WORDS = ("dog", "house", "believe", "river", "king", "music", "green", "seven", "doctor", "paper", "run", "cold")


def dot_ranks_alike() -> Verdict:
    import torch

    from embviz import tables
    from embviz.compute.similarity import nearest
    from embviz.tables.analogies import whole_words

    shared = {}
    for table in TABLES:
        words = whole_words(table)
        unit = words.vectors
        raw = tables.load(table).rows(torch.tensor(list(words.places))).float()
        asked = torch.tensor([words.words.index(word) for word in WORDS])
        for name, rows in (("as stored", raw), ("rows of length 1", unit)):
            found = [
                nearest(rows, rows[asked], 10, metric=metric, exclude=asked[:, None]).indices.tolist()
                for metric in ("cosine", "dot")
            ]
            same = [len(set(one) & set(other)) / 10 for one, other in zip(*found, strict=True)]
            shared[table, name] = sum(same) / len(same)
    stored = {table: share for (table, name), share in shared.items() if name == "as stored"}
    least = min(stored, key=stored.__getitem__)
    said = ", ".join(f"{table} {share:.0%}" for table, share in stored.items())
    why = (
        f"Of the ten nearest by cosine to each of {len(WORDS)} words the dot product finds, on average, {said}. "
        f"Where all rows have length 1 they are the same number."
    )
    cases = [Case(f"{table}, {name}", share, share > 0.999, f"{share:.0%}") for (table, name), share in shared.items()]
    shown = {"measure": "share of the ten nearest in common", "wanted": "all ten", "limit": 1.0}
    return judged(cases, stored[least], why, **shown)


def nearly_orthogonal() -> Verdict:
    import torch

    from embviz import tables
    from embviz.compute.similarity import pair_cosines

    made = {
        f"drawn, width {width:,}": torch.randn(400, width, generator=torch.Generator().manual_seed(0))
        for width in (8, 64, 512, 4096)
    }
    for table in TABLES:
        loaded = tables.load(table)
        some = torch.arange(0, len(loaded.tokens), len(loaded.tokens) // 5000)
        made[f"{table}, width {loaded.vectors.shape[1]}"] = loaded.rows(some)
    ends = {name: pair_cosines(rows, 5000, seed=0).abs().quantile(0.95).item() for name, rows in made.items()}
    limit = math.sin(math.radians(6))
    drawn = {name: end for name, end in ends.items() if name.startswith("drawn")}
    trained = {name: end for name, end in ends.items() if name not in drawn}
    widest, worst = min(drawn, key=drawn.__getitem__), max(trained, key=trained.__getitem__)
    why = (
        f"95 of 100 random pairs have a cosine between −c and c: c is {drawn[widest]:.2f} for vectors {widest}, "
        f"and {trained[worst]:.2f} for rows of {worst}. The rows of a trained table are not random."
    )
    cases = [Case(name, end, end < limit, f"{end:.2f}") for name, end in ends.items()]
    shown = {"measure": "|cosine| of 95 in 100 random pairs", "wanted": "within 6° of a right angle", "limit": limit}
    return judged(cases, trained[worst], why, **shown)


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
        {"sim_view": "Many words", "sim_words": "cat dog code cancel terminate pizza"},
    ),
    Claim(
        "believe-know-stone",
        "believe · know > believe · understand > believe · stone.",
        "course slides on similarity",
        believe,
        "similarity",
        {"sim_words": "understand stone"},
    ),
    Claim(
        "untrained-equally-far",
        "Before training all words are equally far apart.",
        "introductions to one-hot and embeddings",
        equally_far,
        "similarity",
        {"sim_view": "Random pairs"},
    ),
    Claim(
        "lookup-is-one-hot",
        "Looking up a row is multiplying a one-hot vector with the table.",
        "courses on neural language models",
        lookup_is_product,
        "lookup",
    ),
    Claim(
        "dot-ranks-as-cosine",
        "Dot product and cosine find the same neighbours.",
        "posts on vector search",
        dot_ranks_alike,
        "similarity",
        {"sim_view": "Neighbours"},
    ),
    Claim(
        "random-is-orthogonal",
        "In many dimensions two random vectors are almost orthogonal.",
        "courses on high-dimensional geometry",
        nearly_orthogonal,
        "similarity",
        {"sim_view": "Random pairs", "sim_table": "minilm"},
    ),
)
