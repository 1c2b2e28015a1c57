import json
from dataclasses import asdict

import numpy as np
import pytest

from embviz.tables import scores
from embviz.tables.analogies import google_set, whole_words

FEW = ("currency", "family")


@pytest.mark.parametrize("table", ["glove", "wordllama"])
def test_the_shipped_scores_are_those_of_today(table):
    made = asdict(scores.computed(table=table, sections=FEW))
    shipped = scores.read()[table]
    by_name = {row["name"]: row for row in shipped["sections"]}
    assert [row for row in made["sections"] if row["name"] != "total"] == [by_name[name] for name in FEW]
    assert made["candidates"] == shipped["candidates"]
    for new, old in zip(made["pairs"], shipped["pairs"], strict=True):
        assert new["rho"] == pytest.approx(old["rho"], abs=scores.SAME_RHO) and new["found"] == old["found"]


def test_the_shipped_file_is_whole():
    assert set(scores.read()) == {"minilm", "glove", "wordllama"}
    for made in scores.read().values():
        rows, total = made["sections"][:-1], made["sections"][-1]
        assert [row["name"] for row in rows] == list(google_set()) and total["name"] == "total"
        for name in ("questions", "answered", "correct", "with_inputs", "nearest"):
            assert total[name] == sum(row[name] for row in rows)
        assert all(row["questions"] >= row["answered"] >= row["correct"] for row in rows)


def test_nearest_of_c_by_hand():
    found = whole_words("glove")
    question = ("man", "king", "woman", "queen")
    rows = found.vectors.double().numpy()
    right = 0
    asked = [*google_set()["family"][:40], question]
    for words in asked:
        a, b, c, d = (found.words.index(word.lower()) if word.lower() in found.words else -1 for word in words)
        if min(a, b, c, d) >= 0:
            cosines = rows @ rows[c]
            cosines[[a, b, c]] = -2
            right += int(np.argmax(cosines) == d)
    assert scores.nearest_of_c(found, {"few": tuple(asked)}) == {"few": right} and right > 0


def test_computing_again_counts_what_is_the_same(monkeypatch):
    few = scores.computed(table="wordllama", sections=("family",))
    shipped = json.loads(json.dumps(asdict(few)))
    shipped["sections"][0]["correct"] += 1
    monkeypatch.setattr(scores, "computed", lambda **_: few)
    monkeypatch.setattr(scores, "read", lambda: {"wordllama": shipped})
    found = scores.again(table="wordllama", report=lambda *_: None)
    assert (found.same, found.compared) == (1 + 2 * 5 + 2 * 3 - 1, 1 + 2 * 5 + 2 * 3)


def test_progress_is_told_and_can_stop_it():
    heard = []
    scores.computed(table="wordllama", sections=("currency",), report=lambda share, words: heard.append((share, words)))
    assert heard[0][0] == 0 and heard == sorted(heard, key=lambda pair: pair[0]) and "wordllama" in heard[-1][1]

    def stop(share, words):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        scores.computed(table="wordllama", sections=("currency",), report=stop)
