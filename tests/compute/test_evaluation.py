import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from embviz import tables
from embviz.compute import evaluation
from embviz.compute.evaluation import (
    analogy_accuracy,
    analogy_steps,
    parse_analogies,
    parse_pairs,
    word_similarity,
)
from embviz.paths import DATA

# correct answers and questions with all four words, as gensim 4.4.0 counts them on this table:
# KeyedVectors.evaluate_word_analogies("questions-words.txt", restrict_vocab=50000)
GENSIM = {
    "capital-common-countries": (401, 506),
    "capital-world": (2520, 3560),
    "currency": (67, 502),
    "city-in-state": (374, 2394),
    "family": (321, 420),
    "gram1-adjective-to-adverb": (158, 992),
    "gram2-opposite": (79, 702),
    "gram3-comparative": (693, 1332),
    "gram4-superlative": (304, 930),
    "gram5-present-participle": (404, 992),
    "gram6-nationality-adjective": (1362, 1445),
    "gram7-past-tense": (586, 1560),
    "gram8-plural": (797, 1260),
    "gram9-plural-verbs": (286, 812),
}
# evaluate_word_pairs: Spearman's rho, and pairs left out
GENSIM_PAIRS = {"wordsim353.tsv": (0.5245571430398405, 5), "simlex999.txt": (0.26515728497677576, 4)}


def drawn(n: int, dim: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def glove():
    return tables.load("glove")


@pytest.fixture(scope="module")
def google():
    return parse_analogies((DATA / "questions-words.txt").read_text("utf-8"))


class TestParsers:
    def test_the_google_file(self, google):
        assert len(google) == 14 and sum(map(len, google.values())) == 19_544
        assert google["capital-common-countries"][0] == ("Athens", "Greece", "Baghdad", "Iraq")
        assert google["gram9-plural-verbs"][-1] == ("write", "writes", "work", "works")

    @pytest.mark.parametrize(
        ("name", "n", "first", "last"),
        [
            ("wordsim353.tsv", 353, ("love", "sex", 6.77), ("architecture", "century", 3.78)),
            ("simlex999.txt", 999, ("old", "new", 1.58), ("attend", "arrive", 6.08)),
        ],
    )
    def test_the_pairs(self, name, n, first, last):
        pairs = parse_pairs((DATA / name).read_text("utf-8"))
        assert (len(pairs), pairs[0], pairs[-1]) == (n, first, last)

    WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5)

    @settings(max_examples=60, deadline=None)
    @given(
        sections=st.dictionaries(WORDS, st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), max_size=4), max_size=4),
        newline=st.sampled_from(["\n", "\r\n", "\n\n"]),
    )
    def test_what_is_written_is_read(self, sections, newline):
        lines = [line for name, all_of_it in sections.items() for line in [f": {name}", *map(" ".join, all_of_it)]]
        found = parse_analogies(newline.join(lines))
        assert found == {name: tuple(questions) for name, questions in sections.items()}

    def test_comments_and_empty_lines(self):
        assert parse_pairs("# a\tb\t1\n\ncat\tNew York\t2.5\r\ndog\tcat\t-1e1\n") == (
            ("cat", "New York", 2.5),
            ("dog", "cat", -10.0),
        )

    @pytest.mark.parametrize(
        ("text", "facts"),
        [
            ("a b c d", ["line 1", "section"]),
            (": x\na b c d\n\na b c", ["line 4", "'a b c'", "four words, not 3"]),
            (": x\na b c d e", ["line 2", "not 5"]),
            (": x\n:\n", ["line 2", "name a section"]),
            (": x\n: y\n: x\n", ["line 3", "': x'", "before"]),
        ],
    )
    def test_bad_analogies(self, text, facts):
        with pytest.raises(ValueError) as error:
            parse_analogies(text)
        assert all(fact in str(error.value) for fact in facts), error.value

    @pytest.mark.parametrize(
        "line", ["a b 1", "a\tb", "a\tb\tc", "a\t\t1", "a\tb\tnan", "a\tb\t1\t2", "a\tb\tinf", "a"]
    )
    def test_bad_pairs(self, line):
        with pytest.raises(ValueError, match=r"line 3 is .*two words and a number"):
            parse_pairs(f"x\ty\t1\n\n{line}\n")


def by_brute_force(vectors, vocabulary, questions, candidates, with_inputs):
    """(answered, correct) by numpy in float64, question by question."""
    exact = vectors[:candidates].double().numpy()
    exact = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    words = [word.upper() for word in vocabulary[:candidates]]
    answered = correct = 0
    for question in questions:
        asked = [word.upper() for word in question]
        if not all(word in words for word in asked):
            continue
        answered += 1
        a, b, c = (exact[words.index(word)] for word in asked[:3])
        order = np.argsort(-(exact @ (b - a + c)), kind="stable")
        found = [words[row] for row in order if with_inputs or words[row] not in asked[:3]]
        correct += found[:1] == asked[3:]
    return answered, correct


class TestAnalogies:
    @settings(max_examples=60, deadline=None)
    @given(seed=st.integers(0, 10**6), n=st.integers(3, 12), dim=st.integers(2, 5), data=st.data())
    def test_brute_force(self, seed, n, dim, data):
        """On words that differ in case alone, words without a row, and rows beyond the candidates."""
        vectors = drawn(n, dim, seed)
        vocabulary = data.draw(st.lists(st.sampled_from("a A b B c C d D e f g h".split()), min_size=n, max_size=n))
        candidates = data.draw(st.one_of(st.none(), st.integers(1, n)))
        words = st.sampled_from("a B c D e F x".split())
        asked = st.lists(st.tuples(words, words, words, words), max_size=6)
        questions = data.draw(st.dictionaries(st.sampled_from("12345"), asked, max_size=3))
        with_inputs = data.draw(st.booleans())
        found = analogy_accuracy(vectors, vocabulary, questions, candidates=candidates, with_inputs=with_inputs)
        assert [score.name for score in found.sections] == list(questions)
        assert found.candidates == (candidates or n) and found.done == 1.0
        for score, quadruples in zip(found.sections, questions.values(), strict=True):
            expected = by_brute_force(vectors, vocabulary, quadruples, candidates or n, False)
            assert (score.answered, score.correct) == expected
            assert score.questions == len(quadruples)
            if with_inputs:
                expected = by_brute_force(vectors, vocabulary, quadruples, candidates or n, True)
                assert (score.answered, score.correct_with_inputs) == expected
            else:
                assert score.correct_with_inputs is None
        for name in ("questions", "answered", "correct"):
            assert getattr(found.total, name) == sum(getattr(score, name) for score in found.sections)

    def test_the_whole_google_set_scores_as_in_gensim(self, glove, google):
        found = analogy_accuracy(glove.vectors, glove.tokens, google)
        assert {score.name: (score.correct, score.answered) for score in found.sections} == GENSIM
        total = found.total
        assert (total.correct, total.answered, total.questions, found.candidates) == (8352, 17_407, 19_544, 50_000)
        assert total.accuracy == 8352 / 17_407 and total.coverage == 17_407 / 19_544

    def test_fewer_candidates_make_it_easier_and_cover_less(self, glove, google):
        family = {"family": google["family"]}
        few, many = (
            analogy_accuracy(glove.vectors, glove.tokens, family, candidates=n, with_inputs=True).total
            for n in (10_000, 50_000)
        )
        assert few.answered < many.answered and few.accuracy > many.accuracy
        assert many.accuracy_with_inputs < 0.6 < 0.7 < many.accuracy  # left in, an input is often the best

    def test_by_3cosmul(self, glove, google):
        family = {"family": google["family"]}
        add, mul = (analogy_accuracy(glove.vectors, glove.tokens, family, method=m) for m in ("3cosadd", "3cosmul"))
        assert mul.total.answered == add.total.answered and mul.total.correct != add.total.correct
        exact = glove.vectors.double().numpy()
        exact /= np.linalg.norm(exact, axis=1, keepdims=True)
        row = {word: i for i, word in enumerate(glove.tokens)}
        right = 0
        for question in itertools.islice((q for q in google["family"] if all(w in row for w in q)), 40):
            a, b, c, d = (row[word] for word in question)
            cosines = (exact @ exact[[a, b, c]].T + 1) / 2
            scores = cosines[:, 1] * cosines[:, 2] / (cosines[:, 0] + 0.001)
            scores[[a, b, c]] = -1
            right += scores.argmax() == d
        first = {"family": [q for q in google["family"] if all(w in row for w in q)][:40]}
        assert analogy_accuracy(glove.vectors, glove.tokens, first, method="3cosmul").total.correct == right

    def test_steps_add_up_and_can_be_left(self, glove, google, monkeypatch):
        monkeypatch.setattr(evaluation, "STEP_PRODUCTS", 100 * 5000 * 50)
        some = {name: google[name] for name in ("family", "gram8-plural")}
        steps = analogy_steps(glove.vectors, glove.tokens, some, candidates=5000)
        first = next(steps)
        assert 0 < first.done < 1 and 0 < first.total.correct <= 100
        *between, last = steps
        correct = [step.total.correct for step in [first, *between, last]]
        assert len(correct) > 3 and correct == sorted(correct) and last.done == 1.0
        monkeypatch.undo()
        assert last == analogy_accuracy(glove.vectors, glove.tokens, some, candidates=5000)

    def test_nothing_to_answer(self):
        found = analogy_accuracy(drawn(3, 2), "abc", {"none": [("x", "y", "z", "w")], "empty": []})
        assert math.isnan(found.total.accuracy) and found.total.coverage == 0.0 and found.done == 1.0
        assert math.isnan(found.sections[1].coverage) and math.isnan(found.total.accuracy_with_inputs)
        assert analogy_accuracy(drawn(3, 2), "abc", {}).sections == ()

    def test_questions_that_exclude_every_row(self):
        found = analogy_accuracy(drawn(3, 2), ["a", "A", "b"], {"all": [("a", "b", "a", "b")]})
        assert (found.total.answered, found.total.correct) == (1, 0)

    def test_on_the_device(self, device):
        vectors = drawn(30, 4)
        words = [f"w{i}" for i in range(30)]
        questions = {"s": [tuple(words[(i * k) % 30] for k in (1, 3, 7, 11)) for i in range(30)]}
        assert analogy_accuracy(vectors.to(device), words, questions) == analogy_accuracy(vectors, words, questions)


class TestPairs:
    @settings(max_examples=80, deadline=None)
    @given(seed=st.integers(0, 10**6), n=st.integers(2, 15), ratings=st.lists(st.integers(0, 4), min_size=2))
    def test_scipys_rho(self, seed, n, ratings):
        """Ratings and rows repeat, so that ranks tie on both sides."""
        vectors = drawn(n, 3, seed)[torch.randint(0, n, (n,), generator=torch.Generator().manual_seed(seed))]
        rows = np.random.default_rng(seed).integers(0, n, (len(ratings), 2))
        pairs = [(f"W{i}", f"w{j}", r) for (i, j), r in zip(rows, ratings, strict=True)]
        found = word_similarity(vectors, [f"w{i}" for i in range(n)], pairs)
        unit = (vectors / vectors.norm(dim=1, keepdim=True)).double().numpy()
        cosines = [unit[int(a[1:])] @ unit[int(b[1:])] for a, b, _ in pairs]
        np.testing.assert_allclose(found.cosines, cosines, atol=1e-6)
        assert found.pairs == len(found.places) == len(ratings) and found.coverage == 1.0
        rounded = np.round(cosines, 6)
        if len(set(ratings)) == 1 or len(set(rounded)) == 1:
            assert math.isnan(found.rho)
        else:
            assert found.rho == pytest.approx(stats.spearmanr(rounded, ratings).statistic, abs=1e-9)

    @pytest.mark.parametrize("name", GENSIM_PAIRS)
    def test_the_shipped_sets_score_as_in_gensim(self, name, glove):
        pairs = parse_pairs((DATA / name).read_text("utf-8"))
        found = word_similarity(glove.vectors, glove.tokens, pairs)
        rho, missing = GENSIM_PAIRS[name]
        assert found.rho == pytest.approx(rho, abs=1e-9)
        assert found.pairs - len(found.places) == missing and found.coverage == 1 - missing / found.pairs
        place = int(found.places[-1])
        assert found.ratings[-1] == pairs[place][2]

    def test_words_without_a_row(self):
        vectors = torch.eye(4)
        pairs = [("a", "b", 1), ("a", "zebra", 2), ("D", "a", 3), ("b", "c", 4)]
        found = word_similarity(vectors, ["a", "b", "A", "d"], pairs, candidates=3)
        assert found.places.tolist() == [0] and math.isnan(found.rho) and found.coverage == 0.25
        found = word_similarity(vectors, "abcd", pairs)
        assert found.places.tolist() == [0, 2, 3] and found.ratings.tolist() == [1, 3, 4]
        assert math.isnan(found.rho)  # all cosines are 0
        assert math.isnan(word_similarity(vectors, "abcd", []).coverage)

    def test_perfect_agreement(self):
        vectors = torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, 0.0]])
        pairs = [("a", "b", 9.0), ("a", "c", 5.0), ("a", "d", 0.0)]
        assert word_similarity(vectors, "abcd", pairs).rho == pytest.approx(1.0)
        assert word_similarity(vectors, "abcd", [(a, b, -r) for a, b, r in pairs]).rho == pytest.approx(-1.0)


BAD = drawn(3, 2)
BAD[1, 0] = math.nan


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: analogy_accuracy(BAD, "abc", {}), ["vectors", "nan", "row 1"]),
        (lambda: word_similarity(BAD, "abc", []), ["vectors", "nan", "row 1"]),
        (lambda: analogy_accuracy(drawn(3, 2), "ab", {}), ["2 words", "3 rows"]),
        (lambda: analogy_accuracy(drawn(3, 2), "abc", {}, candidates=0), ["candidates is 0"]),
        (lambda: analogy_accuracy(drawn(3, 2), "abc", {"s": [("a", "b", "c")]}), ["('a', 'b', 'c')", "'s'", "four"]),
        (lambda: analogy_accuracy(drawn(3, 2), "abc", {"s": ["abca"]}), ["'abca'", "four words"]),
        (lambda: analogy_steps(drawn(3, 2), "abc", {}, method="add"), ["method", "'add'"]),
        (lambda: word_similarity(drawn(3, 2), "abc", [("a", "b")]), ["('a', 'b')", "rating"]),
        (lambda: word_similarity(drawn(3, 2), "abc", [("a", "b", math.nan)]), ["nan", "rating"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
