import math

import numpy as np
import pytest
import torch

from embviz import tables
from embviz.tables import analogies

ASKED = [
    ("glove", "man", "king", "woman"),
    ("minilm", "germany", "beer", "france"),
    ("wordllama", "man", "king", "woman"),
]


def units(name):
    found = analogies.whole_words(name)
    table = tables.load(name)
    stored = table.stored[list(found.places)].double().numpy()
    return found, stored / np.maximum(np.linalg.norm(stored, axis=1, keepdims=True), 1e-300)


def folded(found, scores, without):
    """The words from the best score on, without those that are the same as one of `without` but for case."""
    ranked = [found.words[place] for place in np.argsort(-scores, kind="stable")[:60]]
    return [word for word in ranked if word.upper() not in {w.upper() for w in without}][:8]


@pytest.mark.parametrize(("name", "a", "b", "c"), ASKED)
def test_rankings_are_those_of_float64(name, a, b, c):
    made = analogies.rankings(table=name, a=a, b=b, c=c)
    found, rows = units(name)
    one, two, three = (rows[found.words.index(word)] for word in made.inputs)
    sums = rows @ (two - one + three) / np.linalg.norm(two - one + three)
    wanted = [folded(found, sums, ()), folded(found, sums, made.inputs)]
    wanted += [folded(found, rows @ two, made.inputs[1:2]), folded(found, rows @ three, made.inputs[2:])]
    assert [list(column) for column in made.columns] == wanted
    assert made.scores[0, 0].item() == pytest.approx(sums.max(), abs=1e-6)
    assert made.answer == wanted[1][0] and made.candidates == len(rows) and made.width == rows.shape[1]
    letters = dict(zip((word.upper() for word in made.inputs), "abc", strict=True))
    for words, marks in zip(made.columns, made.marks, strict=True):
        assert list(marks) == [letters.get(word.upper(), "") for word in words]
    assert not any(made.marks[1])
    answer = found.words.index(made.answer)
    for place, word, own in zip(made.places, (two, three), made.inputs[1:], strict=True):
        before = {found.words[k] for k in np.flatnonzero(rows @ word > (rows @ word)[answer] + 1e-9)}
        assert place == 1 + len([w for w in before if w.upper() != own.upper()])


@pytest.mark.parametrize(("name", "a", "b", "c"), ASKED)
def test_the_ratio_is_that_of_levy_and_goldberg(name, a, b, c):
    made = analogies.rankings(table=name, a=a, b=b, c=c, method="3cosmul")
    found, rows = units(name)
    one, two, three = ((1 + rows @ rows[found.words.index(word)]) / 2 for word in made.inputs)
    ratios = two * three / (one + 0.001)
    assert list(made.columns[1]) == folded(found, ratios, made.inputs)
    assert made.scores[0, 0].item() == pytest.approx(ratios.max(), abs=1e-5)


def test_only_whole_words_are_searched():
    assert len(analogies.whole_words("glove").words) == 50_000
    assert not any(word.startswith("##") or word == "[CLS]" for word in analogies.whole_words("minilm").words)
    words = analogies.whole_words("wordllama")
    assert all(tables.load("wordllama").tokens[row] == "▁" + words.words[at] for row, at in words.places.items())
    assert torch.allclose(torch.linalg.vector_norm(words.vectors, dim=1), torch.ones(len(words.words)), atol=1e-6)
    king = words.words.index("king")
    assert {words.words[place] for place in words.variants(king)} >= {"king", "King"}


def test_what_the_google_set_expects():
    made = analogies.rankings(table="glove", a="man", b="king", c="woman")
    assert (made.expected, made.expected_place) == ("queen", 1)
    made = analogies.rankings(table="wordllama", a="man", b="king", c="woman")
    found, rows = units("wordllama")
    one, two, three = (rows[found.words.index(word)] for word in made.inputs)
    ranked = [found.words[place].upper() for place in np.argsort(-(rows @ (two - one + three)))]
    ranked = [word for word in ranked if word not in {"MAN", "KING", "WOMAN"}]
    assert made.expected.lower() == "queen" and made.expected_place == 1 + ranked.index("QUEEN") > 8
    made = analogies.rankings(table="minilm", a="japan", b="yen", c="india")
    assert (made.expected, made.expected_place) == ("rupee", None)  # it has no such word
    assert analogies.rankings(table="glove", a="hand", b="glove", c="foot").expected is None


@pytest.mark.parametrize("plane", ["offsets", "pca"])
@pytest.mark.parametrize(("name", "a", "b", "c"), ASKED)
def test_the_plane_and_what_lies_off_it(name, a, b, c, plane):
    made = analogies.parallelogram(table=name, a=a, b=b, c=c, plane=plane)
    found, rows = units(name)
    words = np.stack([rows[found.words.index(word)] for word in made.names])
    total = words[1] - words[0] + words[2]
    points, off = made.points.double().numpy(), made.off.double().numpy()
    assert np.allclose(points[3], points[1] - points[0] + points[2], atol=1e-6)  # it stays a parallelogram
    five = np.stack([*words[:3], total, words[3]])
    for k in range(5):  # what the plane shows and what it does not add up to the distance from the sum
        for other in range(k):
            whole = np.linalg.norm(five[k] - five[other])
            assert np.linalg.norm(points[k] - points[other]) <= whole + 1e-6
    if plane == "offsets":
        assert off[:4].max() < 1e-6
        for k in range(4):
            assert np.linalg.norm(points[k] - points[0]) == pytest.approx(np.linalg.norm(five[k] - five[0]), abs=1e-6)
        assert math.hypot(made.gap_in_plane, off[4]) == pytest.approx(made.gap, abs=1e-6)
        held = np.array([points[[0, 1, 2, 4], axis].var() for axis in (0, 1)])
    else:
        _, singular, _ = np.linalg.svd(words - words.mean(0))
        held = singular[:2] ** 2 / 4
    assert np.allclose(made.shares, held / words.var(0).sum(), atol=1e-6)
    assert made.gap == pytest.approx(np.linalg.norm(words[3] - total), abs=1e-6)
    assert made.cosine == pytest.approx(words[3] @ total / np.linalg.norm(total), abs=1e-6)
    one, two = words[1] - words[0], words[3] - words[2]
    cosine = one @ two / np.linalg.norm(one) / np.linalg.norm(two)
    assert made.angle == pytest.approx(math.degrees(math.acos(cosine)), abs=1e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("man", "kingg", "woman"), "glove has no word “kingg”; the nearest spellings are king"),
        (("", "king", "woman"), "the box of a is empty"),
        (("man", "king", "  "), "the box of c is empty"),
        (("man", "king", "\u6f22\u6f22"), "nothing in it is spelled nearly so"),
    ],
)
def test_a_word_that_is_not_there_is_named(words, said):
    with pytest.raises(ValueError, match=said):
        analogies.rankings(table="glove", **dict(zip("abc", words, strict=True)))


def test_two_equal_words_span_nothing():
    with pytest.raises(ValueError, match="“king” stands twice"):
        analogies.parallelogram(table="glove", a="man", b="king", c="King")
    assert analogies.rankings(table="glove", a="man", b="man", c="woman").columns[0][0] == "woman"
