"""Claims about tokens: pairs, pieces and vocabularies."""

from __future__ import annotations

from itertools import pairwise

from embviz.claims.claim import Case, Claim, Verdict, judged

TOKENIZERS = ("minilm", "wordllama", "gpt2", "cl100k", "o200k")
LOW = "low " * 5 + "lower " * 2 + "newest " * 3 + "widest"


def pairs_of_low() -> Verdict:
    from embviz.compute.bpe import moments, train_bpe

    taught = {"lo": 7, "ow": 7, "ne": 3, "we": 3}
    counts = [{"".join(pair): count for pair, count in each.ranked} for each in moments(LOW, train_bpe(LOW, 2))]
    first, after = counts[0], counts[2]
    said = ", ".join(f"{name} {first[name]}" for name in taught)
    cases = tuple(
        Case(name, first[name], first[name] == count, f"{first[name]}, taught {count}")
        for name, count in taught.items()
    )
    why = (
        f"Counted in low × 5, lower × 2, newest × 3, widest × 1: {said}. “we” is in lower and in newest; it is counted "
        f"{after.get('we', 0)} times once low is a piece of its own, when lo and ow are gone."
    )
    verdict = "holds" if all(case.holds for case in cases) else "does not hold"  # four counts of one text: no condition
    return Verdict(verdict, float(first["we"]), why, cases, "how often it occurs", "as often as taught")


def larger_is_shorter() -> Verdict:
    """Vocabularies of one trainer after each other, and the tokenizers in use, on 50,000 characters of Shakespeare."""
    from embviz.tables import tokenizers, vocabularies

    sample = "\n".join(vocabularies.part("held out"))[:50_000]
    families = [
        [(f"{kind}, {made.size:,} entries", made) for size in sizes for made in [vocabularies.load(kind, size)]]
        for kind, sizes in (("BPE", (512, 2048, 8192, 32_768)), ("Unigram", (512, 2048, 8192, 16_384, 32_768)))
    ]
    used = sorted(((name, tokenizers.load(name)) for name in TOKENIZERS), key=lambda each: each[1].size)
    families.append([(f"{name}, {made.size:,} entries", made) for name, made in used])
    counts = [[(name, len(made.encode(sample))) for name, made in family] for family in families]
    cases = [
        Case(name, count / before, count < before, f"{count:,} after {before:,}")
        for family in counts
        for (_, before), (name, count) in pairwise(family)
    ]
    more = "; ".join(case.label for case in cases if not case.holds) or "never"
    fewer = sum(case.holds for case in cases)
    (_, first), (largest, last) = counts[0][0], counts[0][-1]
    why = (
        f"In {fewer} of {len(cases)} steps to a larger vocabulary {len(sample):,} characters of Shakespeare take fewer "
        f"tokens: by byte pairs from {first:,} to {last:,} ({largest}). More than with the smaller one before: {more}."
    )
    shown = {"measure": "tokens over those with the vocabulary before", "wanted": "fewer tokens, below 1", "limit": 1.0}
    return judged(cases, max(case.value for case in cases), why, **shown)


def comcast() -> Verdict:
    from embviz.tables import tokenizers

    taught = {"Comcast": ("com", "cast"), "Kuznetsov": ("k", "uz", "nets", "ov")}
    cases, after_a_space = [], 0
    for word, pieces in taught.items():
        for name in TOKENIZERS:
            found, later = (_pieces(tokenizers.load(name), word, before) for before in ("", "by "))
            holds = tuple(piece.lower() for piece in found) == pieces
            cases.append(Case(f"{word}, {name}", len(found), holds, " + ".join(found)))
            after_a_space += tuple(piece.lower() for piece in later) == pieces
    right = {word: sum(case.holds for case in cases if case.label.startswith(word)) for word in taught}
    said = ", ".join(f"{count} of {len(TOKENIZERS)} cut {word} so" for word, count in right.items())
    why = f"At the start of a text {said}. After a space it is so in {after_a_space} of {len(cases)}."
    shown = {"measure": "pieces at the start of a text", "wanted": "Com + cast, K + uz + nets + ov"}
    return judged(cases, sum(right.values()), why, **shown, scale="none")


def _pieces(tokenizer, word: str, before: str) -> tuple[str, ...]:
    """The parts of a word that its tokens cover, when `before` stands in front of it."""
    text = before + word
    cut = [(max(token.start, len(before)), token.end) for token in tokenizer.encode(text)]
    return tuple(text[start:end] for start, end in cut if end > start)


CLAIMS = (
    Claim(
        "pairs-of-low",
        "In the text low, lower, newest, widest the pairs lo, ow, ne, we occur 7, 7, 3, 3 times.",
        "course slides on byte pair encoding",
        pairs_of_low,
        "bpe",
        {"bpe_n": "0"},
    ),
    Claim(
        "larger-needs-fewer",
        "Larger vocabularies need fewer tokens.",
        "posts on tokenizers",
        larger_is_shorter,
        "vocabulary",
        {"voc_of": "1", "voc_k": "14"},
    ),
    Claim(
        "comcast-kuznetsov",
        "Comcast is Com + cast, and Kuznetsov is K + uz + nets + ov.",
        "course slides on subwords",
        comcast,
        "tokenizers",
        {"tok_text": "Comcast Kuznetsov"},
    ),
)
