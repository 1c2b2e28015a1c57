"""Two sentences that share their last words, and the rotated queries and keys of two of these words.

Each token's row is the one `minilm` makes of it before positions: token + token type, then LayerNorm. Random matrices
by a seed, `embviz.compute.attention.projections`, make a query and a key of it. Places count tokens from 0, [CLS] left
out. Rotation is that of `embviz.compute.rotary`, interleaved; scores are plain dot products.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from embviz.compute.attention import projections
from embviz.compute.pipeline import stages
from embviz.compute.rotary import apply_rotary, rotary_frequencies
from embviz.tables import tokenizers
from embviz.tables.pipeline import shipped_layer

SENTENCE = "The lion slept deeply."
QUERY, KEY = "slept", "lion"
LONGEST = 200  # characters before the sentence


@dataclass(frozen=True, slots=True)
class TwoSentences:
    """The sentence alone, and behind other words.

    tokens: those of each sentence; query_at, key_at: the place of QUERY and of KEY in each. frequencies (dim/2,) in
    radians a place. query, key (dim,): before rotation, the same in both; queries, keys (2, dim): rotated, one row a
    sentence; scores (2,): queries · keys. difference: the largest one between the scores of all the shared tokens with
    each other, of which there are shared²; spread: the standard deviation of these scores.
    """

    tokens: tuple[tuple[str, ...], tuple[str, ...]]
    query_at: tuple[int, int]
    key_at: tuple[int, int]
    frequencies: Tensor
    query: Tensor
    key: Tensor
    queries: Tensor
    keys: Tensor
    scores: Tensor
    shared: int
    difference: float
    spread: float


def two_sentences(*, before: str, dim: int, base: float, seed: int) -> TwoSentences:
    """SENTENCE, and SENTENCE with the words `before` in front, through random projections of width `dim`."""
    if len(before) > LONGEST:
        raise ValueError(f"there are {len(before)} characters before the sentence; it holds up to {LONGEST}")
    tokenizer = tokenizers.load("minilm")
    first = tokenizer.encode(SENTENCE)
    second = tokenizer.encode(f"{before} {SENTENCE[0].lower()}{SENTENCE[1:]}" if before.strip() else SENTENCE)
    moved = len(second) - len(first)
    if [token.id for token in second[moved:]] != [token.id for token in first]:
        raise ValueError(f"behind {before!r} the sentence is cut into other tokens; try plain words")
    texts = tuple(tuple(token.text for token in tokens) for tokens in (first, second))
    layer = shipped_layer("minilm")
    rows = layer.rows(torch.tensor([token.id for token in first], dtype=torch.int64))
    x = stages(rows, factor=1.0, positions=None, types=layer.types, norm=layer.norm).output
    made = projections(x.shape[1], dim, seed=seed, device="cpu")
    query, key = x @ made.query[0], x @ made.key[0]
    frequencies = rotary_frequencies(dim, base=base, device="cpu")
    turned = []
    for start in (0, moved):
        places = range(start, start + len(first))
        turned.append([apply_rotary(part, places, frequencies) for part in (query, key)])
    scores = [q @ k.T for q, k in turned]
    at_query, at_key = texts[0].index(QUERY), texts[0].index(KEY)
    return TwoSentences(
        tokens=texts,
        query_at=(at_query, at_query + moved),
        key_at=(at_key, at_key + moved),
        frequencies=frequencies,
        query=query[at_query],
        key=key[at_key],
        queries=torch.stack([q[at_query] for q, _ in turned]),
        keys=torch.stack([k[at_key] for _, k in turned]),
        scores=torch.stack([(q[at_query] * k[at_key]).sum() for q, k in turned]),
        shared=len(first),
        difference=(scores[0] - scores[1]).abs().max().item(),
        spread=scores[0].std().item(),
    )
