import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from embviz.compute import corpora, grammar
from embviz.compute.corpora import (
    LEAST_WORDS,
    LIMIT_BYTES,
    Corpus,
    WindowPair,
    chance_purity,
    class_labels,
    class_purity,
    contexts,
    encode,
    ids,
    keep_probabilities,
    kingdom,
    negative_distribution,
    own,
    sentences,
    vocabulary,
    window_pairs,
)

WORDS = st.text("abc", min_size=1, max_size=2)
SENTENCES = st.lists(st.lists(WORDS, max_size=6), max_size=6)


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("The king's men. They ran!", ["the king's men", "they ran"]),
            ("'Tis o'er; th' end--so be't.", ["tis o'er th end so be't"]),
            ("To-morrow, and to-morrow - 'now'", ["to-morrow and to-morrow now"]),
            ("one\ntwo\n \nthree\r\n\r\nfour", ["one two", "three", "four"]),
            ("It's 3.5 metres. “Yes?” she said", ["it's 3 5 metres", "yes", "she said"]),
            ("a .b c. d e.f", ["a", "b c", "d e f"]),
            ("What?!... No… well", ["what", "no", "well"]),
            ("don’t “don't” DON'T", ["don't don't don't"]),
            ("soft\N{SOFT HYPHEN}ly caf\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}", ["softly café"]),
            ("हिन्दी भाषा, ελληνικά", ["हिन्दी भाषा ελληνικά"]),
            ("春眠。不覚！", ["春眠", "不覚"]),
            ("a_b <b>c</b> x=1", ["a b b c b x 1"]),
            (" .,;--'-' \n\n !", []),
            ("", []),
        ],
    )
    def test_the_rule(self, text, found):
        assert [" ".join(sentence) for sentence in sentences(text)] == found

    @settings(max_examples=200, deadline=None)
    @given(st.text(st.characters(codec="utf-8"), max_size=60))
    def test_every_word_is_clean_and_is_read_as_itself(self, text):
        found = sentences(text)
        for sentence in found:
            assert sentence
            for word in sentence:
                assert not any(c.isspace() for c in word) and word[0] not in "'-" and word[-1] not in "'-"
                assert "--" not in word and "''" not in word
        again = sentences("\n\n".join(" ".join(sentence) for sentence in found))
        assert again == found

    def test_no_letter_is_lost(self):
        text = "Wherefore art thou Romeo? Deny thy father, and refuse thy name."
        letters = "".join(word for sentence in sentences(text) for word in sentence)
        assert letters == "".join(c for c in text.lower() if c.isalpha())

    def test_a_large_text_of_any_characters(self):
        """Time grows with the length: this is the limit for a text of one's own, in unkind characters."""
        for character in "'-. \n":
            assert sentences((character * 60 + "a") * (LIMIT_BYTES // 61))


class TestOwn:
    TEXT = "The cat sat. " * 40

    def test_text_and_bytes(self):
        expected = (("the", "cat", "sat"),) * 40
        assert own(self.TEXT).sentences == own(b"\xef\xbb\xbf" + self.TEXT.encode()).sentences == expected
        assert own(self.TEXT).n_words == 120 and not own(self.TEXT).classes

    def test_limits(self):
        word = "é" * 9 + "1 "
        longest = word * (LIMIT_BYTES // len(word.encode()))
        assert len(longest.encode()) == LIMIT_BYTES
        assert own(longest).n_words == LIMIT_BYTES // 20
        for text in (longest + "a", (longest + "a").encode()):
            with pytest.raises(ValueError, match=r"has 2,000,001 bytes; the limit is 2,000,000 \(2 MB\)"):
                own(text)
        assert own("a " * LEAST_WORDS).n_words == LEAST_WORDS
        with pytest.raises(ValueError, match=f"too few words.*: {LEAST_WORDS - 1} of at least {LEAST_WORDS}"):
            own("a " * (LEAST_WORDS - 1))

    def test_not_utf8(self):
        with pytest.raises(ValueError, match=r"UTF-8.*byte 4 is 0xff"):
            own(b"text\xff")

    def test_lone_surrogates_do_not_stop_it(self):
        assert own("a \ud800 " * LEAST_WORDS).n_words == LEAST_WORDS


class TestKingdom:
    def test_a_seed_makes_it_again(self):
        assert kingdom(50, seed=3) == kingdom(50, seed=3) != kingdom(50, seed=4)
        assert kingdom(50, seed=3).sentences == kingdom(80, seed=3).sentences[:50]
        # the same on every machine and version, or shipped runs would not be of this corpus
        assert [" ".join(s) for s in kingdom(3).sentences] == FIRST

    def test_classes(self):
        corpus = kingdom()
        words = [word for members in corpus.classes.values() for word in members]
        assert len(words) == len(set(words)) and 120 <= len(words) <= 200
        assert not set(corpus.senses) & set(words)
        assert all(len(members) > 5 for members in corpus.classes.values())  # or the purity of 5 could not be 1
        counts = Counter(word for sentence in corpus.sentences for word in sentence)
        assert min(counts[word] for word in [*words, *corpus.senses]) >= 20
        assert {"royalty", "food", "animals", "days", "numbers"} <= set(corpus.classes)

    def test_every_slot_is_filled(self):
        words = {word for sentence in kingdom().sentences for word in sentence}
        assert all(word.isalpha() and word == word.lower() for word in words)

    def test_pronouns_agree(self):
        """He and his only where there is no woman before, she and her only where there is no man."""
        pairs = [pair for members in grammar._PAIRS.values() for pair in members]
        for own_words, other in (({"he", "his"}, 1), ({"she", "her"}, 0)):
            of_other = {pair[other] for pair in pairs}
            for sentence in kingdom().sentences:
                for place, word in enumerate(sentence):
                    if word in own_words:
                        people = [before for before in sentence[:place] if any(before in pair for pair in pairs)]
                        assert not people or people[-1] not in of_other, sentence

    def test_two_senses_share_contexts_with_two_classes(self):
        corpus = kingdom()
        for word, named in corpus.senses.items():
            around = {(line.before[-1:], line.after[:1]) for line in contexts(corpus, word, 1)}
            for name in named:
                others = {
                    (line.before[-1:], line.after[:1])
                    for member in corpus.classes[name]
                    for line in contexts(corpus, member, 1)
                }
                assert around & others, (word, name)

    def test_neighbouring_words_tell_the_classes(self):
        """Without any training: the rows of the co-occurrence matrix, by logarithm, are near within a class."""
        corpus = kingdom()
        words = vocabulary(corpus)
        encoded = encode(corpus, words)
        counts = np.zeros((len(words), len(words)))
        for begin, end in zip(encoded.starts[:-1].tolist(), encoded.starts[1:].tolist(), strict=True):
            row = encoded.ids[begin:end].numpy()
            for gap in (1, 2, 3):
                np.add.at(counts, (row[:-gap], row[gap:]), 1)
                np.add.at(counts, (row[gap:], row[:-gap]), 1)
        found = class_purity(torch.from_numpy(np.log1p(counts)), class_labels(words.words, corpus.classes))
        assert found > 0.8


FIRST = [
    "between saturday and wednesday the girl painted the door black",
    "the lion saw the cow near the hill",
    "the empress heard the music of the trumpet and the harp",
]


class TestVocabulary:
    @settings(max_examples=100, deadline=None)
    @given(tokens=SENTENCES, min_count=st.integers(1, 4))
    def test_counts_and_order(self, tokens, min_count):
        counted = Counter(word for sentence in tokens for word in sentence)
        kept = {word: n for word, n in counted.items() if n >= min_count}
        if not kept:
            with pytest.raises(ValueError, match=f"no word occurs {min_count} times"):
                vocabulary(tokens, min_count=min_count)
            return
        found = vocabulary(tokens, min_count=min_count)
        assert dict(zip(found.words, found.counts.tolist(), strict=True)) == kept
        keys = [(-n, word) for word, n in zip(found.words, found.counts.tolist(), strict=True)]
        assert keys == sorted(keys)
        assert [found.row_numbers[word] for word in found.words] == list(range(len(found)))
        encoded = encode(tokens, found)
        assert len(encoded.starts) == len(tokens) + 1 and encoded.starts[-1] == len(encoded.ids) == sum(kept.values())
        for number, sentence in enumerate(tokens):
            rows = encoded.ids[encoded.starts[number] : encoded.starts[number + 1]]
            assert [found.words[row] for row in rows] == [word for word in sentence if word in kept]

    def test_flat_tokens_are_one_sentence(self):
        flat = "a b a c".split()
        words = vocabulary(flat, min_count=1)
        assert words.words == ("a", "b", "c") and words.counts.tolist() == [2, 1, 1]
        assert encode(flat, words).starts.tolist() == [0, 4]
        assert encode(Corpus("x", (("a",), ("b", "c"))), words).starts.tolist() == [0, 1, 3]
        assert encode(iter([("a",), ("b",)]), words).starts.tolist() == [0, 1, 2]
        assert encode([], words).starts.tolist() == [0]

    def test_ids(self):
        words = vocabulary("a b a".split(), min_count=1)
        assert ids(["b", "a", "a"], words).tolist() == [1, 0, 0] and ids([], words).dtype == torch.int64


class TestSampling:
    COUNTS = torch.tensor([600, 300, 90, 9, 1])

    def test_gensims_numbers(self):
        """(sqrt(v / threshold) + 1) * threshold / v, threshold = sample * total: gensim 4.4, Word2VecVocab."""
        threshold = 1e-2 * 1000
        expected = [min(1.0, (math.sqrt(v / threshold) + 1) * threshold / v) for v in self.COUNTS.tolist()]
        assert keep_probabilities(self.COUNTS, 1e-2).tolist() == pytest.approx(expected, rel=1e-12)

    def test_the_papers(self):
        expected = [min(1.0, 1 - (1 - math.sqrt(1e-2 / (v / 1000)))) for v in self.COUNTS.tolist()]
        found = keep_probabilities(self.COUNTS, 1e-2, variant="paper")
        assert found.tolist() == pytest.approx(expected, rel=1e-12)
        assert bool((found <= keep_probabilities(self.COUNTS, 1e-2)).all())

    def test_nothing_is_thinned_out_at_0(self):
        assert keep_probabilities(self.COUNTS, 0).tolist() == [1.0] * 5

    def test_negatives(self):
        found = negative_distribution(self.COUNTS)
        weights = [v**0.75 for v in self.COUNTS.tolist()]
        assert found.tolist() == pytest.approx([w / sum(weights) for w in weights], rel=1e-12)
        assert negative_distribution(self.COUNTS, power=0).tolist() == pytest.approx([0.2] * 5)
        assert negative_distribution(self.COUNTS, power=1).tolist() == pytest.approx([0.6, 0.3, 0.09, 0.009, 0.001])

    def test_what_is_drawn_follows_it(self):
        """Chi-square of 100,000 draws; a right distribution fails once in 10,000 seeds."""
        draws = torch.multinomial(
            negative_distribution(self.COUNTS), 100_000, replacement=True, generator=torch.Generator().manual_seed(0)
        )
        seen = torch.bincount(draws, minlength=5).numpy()
        weights = np.array([600, 300, 90, 9, 1]) ** 0.75
        assert stats.chisquare(seen, 100_000 * weights / weights.sum()).pvalue > 1e-4


class TestWindows:
    SENTENCE = "the old king ate".split()

    def test_skipgram_by_hand(self):
        pairs = window_pairs(self.SENTENCE, 2)
        assert [(self.SENTENCE[pair.inputs[0]], self.SENTENCE[pair.output]) for pair in pairs] == [
            ("the", "old"),
            ("the", "king"),
            ("old", "the"),
            ("old", "king"),
            ("old", "ate"),
            ("king", "the"),
            ("king", "old"),
            ("king", "ate"),
            ("ate", "old"),
            ("ate", "king"),
        ]
        assert all(pair.inputs == (pair.centre,) for pair in pairs)

    def test_cbow_by_hand(self):
        assert window_pairs(self.SENTENCE, 1, "cbow") == (
            WindowPair(0, (1,), 0),
            WindowPair(1, (0, 2), 1),
            WindowPair(2, (1, 3), 2),
            WindowPair(3, (2,), 3),
        )

    @settings(max_examples=50, deadline=None)
    @given(n=st.integers(0, 12), window=st.integers(1, 14))
    def test_how_many(self, n, window):
        sentence = ["w"] * n
        expected = sum(2 * (n - gap) for gap in range(1, min(window, n - 1) + 1)) if n else 0
        skipgram, cbow = (window_pairs(sentence, window, architecture) for architecture in corpora.ARCHITECTURES)
        assert len(skipgram) == expected == sum(len(pair.inputs) for pair in cbow)
        assert len(cbow) == (n if n > 1 else 0)
        assert {(pair.centre, pair.output) for pair in skipgram} == {(p.output, i) for p in cbow for i in p.inputs}

    def test_contexts(self):
        tokens = [("a", "x", "b"), ("c",), ("x", "x", "d", "e")]
        lines = [(line.before, line.after, line.sentence, line.place) for line in contexts(tokens, "x", 2)]
        assert lines == [
            (("a",), ("b",), 0, 1),
            ((), ("x", "d"), 2, 0),
            (("x",), ("d", "e"), 2, 1),
        ]
        assert len(contexts(tokens, "x", 1, limit=2)) == 2 and contexts(tokens, "y", 1) == ()


class TestPurity:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 10**6), n=st.integers(8, 40), k=st.integers(1, 6), data=st.data())
    def test_scikit_learns_neighbours(self, seed, n, k, data):
        vectors = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
        labels = data.draw(st.lists(st.sampled_from(["x", "y", "z", None]), min_size=n, max_size=n))
        rows = [i for i, label in enumerate(labels) if label is not None]
        if len(rows) <= k:
            with pytest.raises(ValueError, match=f"{len(rows)} rows have a label"):
                class_purity(vectors, labels, k)
            return
        table = vectors[rows].double().numpy()
        found = NearestNeighbors(n_neighbors=k, metric="cosine").fit(table).kneighbors(return_distance=False)
        same = [labels[rows[i]] == labels[rows[j]] for i, near in enumerate(found) for j in near]
        assert class_purity(vectors, labels, k) == pytest.approx(np.mean(same), abs=1e-12)

    def test_chance(self):
        """The mean of 400 random tables, within 5 standard errors."""
        labels = ["x"] * 6 + ["y"] * 9 + [None] * 2
        generator = torch.Generator().manual_seed(0)
        found = [class_purity(torch.randn(17, 8, generator=generator), labels, 3) for _ in range(400)]
        assert chance_purity(labels) == pytest.approx((6 * 5 + 9 * 8) / (15 * 14))
        assert abs(np.mean(found) - chance_purity(labels)) < 5 * np.std(found) / 20

    def test_perfect(self, device):
        vectors = torch.eye(2, device=device).repeat_interleave(4, 0) + torch.arange(8, device=device)[:, None] * 1e-3
        assert class_purity(vectors, "aaaabbbb", 3) == 1.0
        assert class_purity(vectors, "abababab", 1) < 1.0

    def test_labels(self):
        assert class_labels(["king", "the", "dog"], kingdom(1).classes) == ("royalty", None, "animals")


@pytest.mark.parametrize(
    ("call", "facts"),
    [
        (lambda: sentences(b"a"), ["bytes", "str"]),
        (lambda: kingdom(0), ["n_sentences is 0"]),
        (lambda: kingdom(1, seed=-1), ["seed is -1"]),
        (lambda: vocabulary("a b a"), ["one str", "sentences(text)"]),
        (lambda: vocabulary(["a"], min_count=0), ["min_count is 0"]),
        (lambda: vocabulary(["a", "b", "a"], min_count=3), ["no word occurs 3 times", "occurs 2 times"]),
        (lambda: ids(["x"], vocabulary(["a"], min_count=1)), ["'x'", "vocabulary of 1"]),
        (lambda: ids("a", vocabulary(["a"], min_count=1)), ["'a'", "sequence of words"]),
        (lambda: keep_probabilities(torch.tensor([1]), 1), ["sample is 1", "below 1"]),
        (lambda: keep_probabilities(torch.tensor([1]), -0.1), ["sample is -0.1"]),
        (lambda: keep_probabilities(torch.tensor([1]), 0.1, variant="x"), ["variant", "'x'"]),
        (lambda: keep_probabilities(torch.tensor([1, 0]), 0.1), ["counts", "above 0"]),
        (lambda: negative_distribution(torch.tensor([[1]])), ["counts", "(V,)"]),
        (lambda: negative_distribution(torch.tensor([1]), power=-1), ["power is -1"]),
        (lambda: window_pairs(["a"], 0), ["window is 0"]),
        (lambda: window_pairs(["a"], 1, "glove"), ["architecture", "'glove'", "cbow"]),
        (lambda: contexts(["a"], "a", 0), ["window is 0"]),
        (lambda: contexts(["a"], "a", 1, limit=0), ["limit is 0"]),
        (lambda: class_purity(torch.ones(3, 2), ["a"]), ["1 labels", "3 rows"]),
        (lambda: class_purity(torch.full((9, 2), math.nan), ["a"] * 9), ["vectors", "nan"]),
        (lambda: chance_purity(["a", None]), ["1 rows have a label"]),
    ],
)
def test_bad_values(call, facts):
    with pytest.raises(ValueError) as error:
        call()
    assert all(fact in str(error.value) for fact in facts), error.value
