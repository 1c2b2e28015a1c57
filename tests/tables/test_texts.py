"""Corpora by name: shipped ones, texts of people's own within limits, and the words that get a row."""

import gc

import pytest

from embviz.compute import corpora
from embviz.compute.corpora import Corpus
from embviz.tables import texts


def corpus(*sentences):
    return Corpus("your text", tuple(tuple(sentence.split()) for sentence in sentences))


def test_shipped_ones_are_found_by_name():
    assert texts.corpus("kingdom") is texts.corpus("kingdom")
    assert texts.corpus("kingdom").sentences == corpora.kingdom().sentences
    assert texts.vocabulary("kingdom").words == corpora.vocabulary(corpora.kingdom()).words
    with pytest.raises(ValueError, match="no corpus 'Klingon'; there are kingdom, Shakespeare"):
        texts.corpus("Klingon")


def test_a_text_of_ones_own_is_found_for_as_long_as_it_is_kept():
    name, text = texts.hold(corpus(*["the cat sat"] * 9))
    other, kept = texts.hold(corpus(*["a dog ran"] * 9))
    assert name != other and len(name) > 20
    assert texts.corpus(name).sentences[0] == ("the", "cat", "sat")
    assert texts.vocabulary(name).words == ("cat", "sat", "the") and texts.vocabulary(other).words == (
        "a",
        "dog",
        "ran",
    )
    assert texts.vocabulary(name) is texts.vocabulary(name)
    del text
    gc.collect()
    with pytest.raises(ValueError, match="not held any more"):
        texts.corpus(name)
    assert texts.corpus(other).n_words == 27
    texts.release(other)
    with pytest.raises(ValueError, match="not held any more"):
        texts.vocabulary(other)
    assert kept.corpus.n_words == 27


def test_words_are_held_once():
    twice = ["".join(["king", "dom"]), "".join(["king", "dom"])]
    _, text = texts.hold(Corpus("your text", ((twice[0],), (twice[1],))))
    first, second = (sentence[0] for sentence in text.corpus.sentences)
    assert first is second and text.bytes > 0


def test_no_more_are_held_than_fit(monkeypatch):
    kept = [texts.hold(corpus("a b c"))]
    monkeypatch.setattr(texts, "MOST_BYTES", sum(text.bytes for text in texts._texts.values()) + kept[0][1].bytes)
    kept.append(texts.hold(corpus("d e f")))
    with pytest.raises(ValueError, match="as many texts"):
        texts.hold(corpus("g h i"))
    monkeypatch.setattr(texts, "MOST_BYTES", 10**9)
    monkeypatch.setattr(texts, "MOST_TEXTS", len(texts._texts))
    with pytest.raises(ValueError, match="as many texts"):
        texts.hold(corpus("g h i"))


def test_the_vocabulary_is_bounded_and_a_trainer_can_make_the_same(monkeypatch):
    monkeypatch.setattr(texts, "MOST_WORDS", 3)
    words = "a " * 9 + "b " * 8 + "c " * 7 + "d " * 7 + "e " * 6
    name, text = texts.hold(corpus(words))
    found = texts.vocabulary(name)
    assert found.words == ("a", "b")  # c and d are alike, and both would be too many
    assert corpora.vocabulary(text.corpus, min_count=int(found.counts[-1])).words == found.words
