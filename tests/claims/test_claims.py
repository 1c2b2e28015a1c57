"""Claims: each check, and the numbers behind the verdicts computed a second time by other means."""

import math
from functools import cache

import numpy as np
import pytest
import torch

from embviz import tables
from embviz.claims import CLAIMS
from embviz.claims.claim import OUTCOMES, by_cases
from embviz.compute.sizing import MODELS

BY_ID = {claim.id: claim for claim in CLAIMS}


@cache
def verdict(name):
    return BY_ID[name].check()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_is_checked_and_says_why(claim):
    found = verdict(claim.id)
    assert found.verdict in OUTCOMES and math.isfinite(found.value)
    assert found.why.endswith(".") and any(character.isdigit() for character in found.why)
    assert claim.statement.endswith(".") and claim.taught_in


def test_names_are_unique():
    assert len(BY_ID) == len(CLAIMS) >= 24


def test_cases_decide():
    assert [by_cases(cases) for cases in ([True, True], [True, False], [False])] == list(OUTCOMES)


def waves(position, width, base=10000.0):
    angles = position * base ** -(np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=1).ravel()


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_the_first_two_positions_in_float64():
    widest = max(cosine(waves(0, width), waves(1, width)) for width in (8, 16, 32, 64, 128, 256, 512, 1024))
    assert verdict("first-two-positions").value == pytest.approx(widest, abs=1e-6)
    assert verdict("first-two-positions").verdict == by_cases([widest >= 0.99])


def test_the_first_rise_in_float64():
    cosines = [cosine(waves(0, 64), waves(k, 64)) for k in range(40)]
    first = next(k for k in range(1, 40) if cosines[k] > cosines[k - 1])
    assert verdict("nearer-is-more-similar").value == first


def vector(table, word):
    loaded = tables.load(table)
    names = {"glove": word, "minilm": word, "wordllama": f"▁{word}"}
    return loaded.vectors[loaded.tokens.index(names[table])].double().numpy()


def test_orders_of_products_and_cosines_in_float64():
    right = []
    for table in ("glove", "minilm", "wordllama"):
        know, understand, stone = (vector(table, "believe") @ vector(table, w) for w in ("know", "understand", "stone"))
        right.append(know > understand > stone)
    assert verdict("believe-know-stone").verdict == by_cases(right)
    near = [
        cosine(vector(t, a), vector(t, b)) > cosine(vector(t, a), vector(t, c))
        for t in ("glove", "minilm")
        for a, b, c in (("cat", "dog", "code"), ("cancel", "terminate", "pizza"))
    ]
    near.append(
        cosine(vector("wordllama", "cat"), vector("wordllama", "dog"))
        > cosine(vector("wordllama", "cat"), vector("wordllama", "code"))
    )
    assert verdict("cat-dog-code").verdict == by_cases(near)


def test_queen_in_float64():
    table = tables.load("glove")
    rows = table.vectors.double().numpy()
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    at = {word: table.tokens.index(word) for word in ("man", "king", "woman")}
    scores = rows @ (rows[at["king"]] - rows[at["man"]] + rows[at["woman"]])
    assert table.tokens[int(scores.argmax())] == "king"
    scores[list(at.values())] = -np.inf
    assert table.tokens[int(scores.argmax())] == "queen"
    assert "glove: king with the inputs left in, queen without" in verdict("king-man-woman-queen").why


def test_rows_by_torch_itself():
    table = torch.nn.Embedding(12, 8, padding_idx=0)
    head = torch.nn.Linear(8, 12, bias=False)
    optimiser = torch.optim.AdamW(table.parameters(), weight_decay=0.1, lr=0.1)
    ids = torch.tensor([7, 3, 7, 1, 7, 5, 0])
    before = table.weight.detach().clone()
    torch.nn.functional.cross_entropy(head(table(ids[:-1])), ids[1:]).backward()
    optimiser.step()
    absent = torch.tensor([row for row in range(12) if row not in ids])
    assert not table.weight.grad[absent].any()
    moved = int((table.weight.detach()[absent] != before[absent]).any(dim=1).sum())
    assert moved == len(absent) == verdict("only-used-rows-learn").value
    assert f"AdamW with decay: 0 get a gradient, {moved} move" in verdict("only-used-rows-learn").why


def test_pairs_counted_by_find():
    text = "low " * 5 + "lower " * 2 + "newest " * 3 + "widest"
    assert verdict("pairs-of-low").value == text.count("we")
    taught = {"lo": 7, "ow": 7, "ne": 3, "we": 3}
    assert verdict("pairs-of-low").verdict == by_cases([all(text.count(pair) == n for pair, n in taught.items())])


def test_the_padding_row_of_minilm():
    row = tables.load("minilm").vectors[0]
    assert tables.load("minilm").tokens[0] == "[PAD]"
    assert verdict("padding-is-zero").value == pytest.approx(row.double().norm().item(), rel=1e-5)


def test_shares_of_models():
    known = [model for model in MODELS if "total" not in model.estimates]
    shares = [(m.vocab_size * m.dim * (1 if m.tied else 2) + m.positions * m.dim) / m.total for m in known]
    assert verdict("table-is-largest").value == pytest.approx(max(shares))
    assert verdict("table-is-largest").verdict == by_cases(share > 0.5 for share in shares)
