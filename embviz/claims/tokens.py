"""Claims about tokens: pairs, pieces and vocabularies."""

from __future__ import annotations

from itertools import pairwise

from embviz.claims.claim import Claim, Verdict, by_cases

TOKENIZERS = ("minilm", "wordllama", "gpt2", "cl100k", "o200k")
LOW = "low " * 5 + "lower " * 2 + "newest " * 3 + "widest"


def pairs_of_low() -> Verdict:
    from embviz.compute.bpe import moments, train_bpe

    taught = {"lo": 7, "ow": 7, "ne": 3, "we": 3}
    first = next(moments(LOW, train_bpe(LOW, 1)))
    counted = {"".join(pair): count for pair, count in first.ranked}
    said = ", ".join(f"{name} {counted[name]}" for name in taught)
    return Verdict(
        by_cases([all(counted[name] == count for name, count in taught.items())]),
        float(counted["we"]),
        f"Counted in low × 5, lower × 2, newest × 3, widest × 1: {said}. “we” is in lower and in newest.",
    )


def larger_is_shorter() -> Verdict:
    from embviz.compute.bpe import train_bpe
    from embviz.tables import tokenizers
    from embviz.tables.corpora import shakespeare

    sentences = shakespeare().sentences[:4000]
    text = " ".join(" ".join(sentence) for sentence in sentences)
    trained = train_bpe(text, 2000)
    own = [len(trained.encode(text, n)) for n in (0, 250, 500, 1000, 2000)]
    loaded = sorted(map(tokenizers.load, TOKENIZERS), key=lambda each: each.size)
    sample = text[:50_000]
    counts = [len(each.encode(sample)) for each in loaded]
    falls = [a >= b for a, b in pairwise(counts)]
    sizes = ", ".join(f"{each.size:,}: {count:,}" for each, count in zip(loaded, counts, strict=True))
    why = (
        f"One trainer’s merges shorten a text of Shakespeare stepwise, {own[0]:,} to {own[-1]:,} tokens. Tokenizers "
        f"trained apart need, by size of vocabulary, {sizes}."
    )
    return Verdict(by_cases([own == sorted(own, reverse=True), *falls]), counts[-1] / counts[0], why)


def comcast() -> Verdict:
    from embviz.tables import tokenizers

    taught = {"Comcast": ("com", "cast"), "Kuznetsov": ("k", "uz", "nets", "ov")}
    held, said = [], []
    for name in TOKENIZERS:
        tokenizer = tokenizers.load(name)
        for word, pieces in taught.items():
            found = tuple(word[token.start : token.end] for token in tokenizer.encode(word) if token.end > token.start)
            held.append(tuple(piece.lower() for piece in found) == pieces)
            said.append(f"{name} {' + '.join(found)}")
    why = f"At the start of a text: {'; '.join(said)}."
    return Verdict(by_cases(held), float(sum(held)), why)


CLAIMS = (
    Claim(
        "pairs-of-low",
        "In the text low, lower, newest, widest the pairs lo, ow, ne, we occur 7, 7, 3, 3 times.",
        "course slides on byte pair encoding",
        pairs_of_low,
        "bpe",
    ),
    Claim(
        "larger-needs-fewer",
        "Larger vocabularies need fewer tokens.",
        "posts on tokenizers",
        larger_is_shorter,
        "vocabulary",
    ),
    Claim(
        "comcast-kuznetsov",
        "Comcast is Com + cast, and Kuznetsov is K + uz + nets + ov.",
        "course slides on subwords",
        comcast,
        "tokenizers",
    ),
)
