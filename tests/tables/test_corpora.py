import gzip
import re

import pytest

from embviz.compute.corpora import contexts, sentences, vocabulary
from embviz.paths import DATA
from embviz.tables import shipped
from embviz.tables.corpora import SHAKESPEARE, WORK_SEPARATOR, shakespeare, spoken


@pytest.fixture(scope="module")
def works():
    return gzip.decompress((DATA / SHAKESPEARE).read_bytes()).decode("ascii").split(WORK_SEPARATOR)


@pytest.fixture(scope="module")
def corpus():
    return shakespeare()


PLAY = """A PLAY

by William Shakespeare

PERSONS REPRESENTED.

KING, a king.
HAM, a prince.

SCENE: Denmark.

ACT I. Scene 1.
Elsinore.

[Enter the KING,
and others.]

KING. [Aside.]
Come hither, sir.
I WILL speak.

  FIRST and SECOND LORD.
We come.

[They go.]

Go now.
And fast.

Ham.
No.

Ham.
{Aside.] Never.

[Exeunt.]

THE END
"""


def test_what_is_left_of_a_play():
    found = [" ".join(sentence) for sentence in sentences(spoken(PLAY))]
    assert found == ["come hither sir", "i will speak", "we come", "go now", "and fast", "no", "never"]


def test_what_is_left_of_a_poem():
    poem = "THE SONNETS\n\nby William Shakespeare\n\n\nI\n\nFrom fairest creatures\nwe desire.\n\nII.\n\nWhen forty\n"
    assert sentences(spoken(poem)) == (("from", "fairest", "creatures", "we", "desire"), ("when", "forty"))


def test_the_size_that_is_told(corpus):
    assert (corpus.n_words, len(corpus.sentences), corpus.classes) == (837_288, 57_595, {})
    assert shakespeare() is corpus


def test_every_work_keeps_its_speeches(works):
    """Between 87 % and all of its words."""
    for work in works:
        share = len(spoken(work).split()) / len(work.split())
        assert 0.87 < share < 1, work[:40]


def test_well_known_lines_are_whole(corpus):
    text = "\n".join(" ".join(sentence) for sentence in corpus.sentences)
    for line in (
        "to be or not to be that is the question",
        "if music be the food of love play on give me excess of it",
        "now is the winter of our discontent",
        "shall i compare thee to a summer's day",
        "friends romans countrymen lend me your ears",
        "my kingdom for a horse",
    ):
        assert line in text


def test_names_and_directions_are_gone(works, corpus):
    counts = dict(
        zip(*(lambda words: (words.words, words.counts.tolist()))(vocabulary(corpus, min_count=1)), strict=True)
    )
    whole = re.findall(r"[a-z]+", "\n".join(works).lower())
    for word in ("exeunt", "iago", "falstaff", "ham", "glou", "laer", "mercutio", "enter"):
        assert counts.get(word, 0) < 0.35 * whole.count(word), word
    assert len(contexts(corpus, "exeunt", 1)) < 5


def test_a_missing_file(monkeypatch):
    shakespeare.cache_clear()
    monkeypatch.setattr("embviz.tables.corpora.SHAKESPEARE", "nothing.txt.gz")
    with pytest.raises(shipped.TableFileError, match=r"nothing\.txt\.gz is missing"):
        shakespeare()
