"""Tables of people's own: found while they are kept, gone when they are let go, and not too many."""

import gc

import pytest
import torch

from embviz import tables
from embviz.tables import analogies, held, projector, scores, similarity
from embviz.tables.table import EmbeddingTable


def own(vectors, tokens=None, name="v.tsv"):
    vectors = torch.as_tensor(vectors, dtype=torch.float32)
    return EmbeddingTable(
        name, tuple(tokens or map(str, range(len(vectors)))), vectors, source="your file", licence="unknown"
    )


def test_a_table_is_found_by_its_name_for_as_long_as_it_is_kept():
    table = own(torch.eye(3))
    name, other = held.hold(table), held.hold(table)
    assert held.is_own(name) and name != other and tables.load(name) is table
    held.release(other)
    with pytest.raises(ValueError, match="not held any more; choose its file again"):
        tables.load(other)
    analogies.whole_words(name)  # what is derived from it does not keep it
    del table
    gc.collect()
    with pytest.raises(ValueError, match="not held any more"):
        tables.load(name)


def test_shipped_tables_are_found_as_ever():
    assert tables.load("glove") is tables.load("glove") and not held.is_own("glove") and not held.is_own(None)
    with pytest.raises(ValueError, match="not held any more"):
        tables.load("own:guess")


def test_no_more_tables_than_the_server_can_hold(monkeypatch):
    kept = own(torch.eye(3))
    name = held.hold(kept)
    monkeypatch.setattr(held, "MOST_TABLES", len(held._tables))
    with pytest.raises(ValueError, match=r"this server holds \d+ tables of its visitors and no more"):
        held.hold(own(torch.eye(3)))
    monkeypatch.undo()
    taken = sum(map(held.size_of, held._tables.values()))
    monkeypatch.setattr(held, "MOST_BYTES", taken + held.size_of(kept))
    held.hold(own(torch.eye(3)))  # not kept, so it takes nothing
    with pytest.raises(ValueError, match=r"v\.tsv takes .* of which 4\d\d bytes are left; take fewer rows"):
        held.hold(own(torch.ones(4, 3)))
    assert tables.load(name) is kept


def test_the_size_counts_numbers_and_tokens():
    assert held.size_of(own(torch.zeros(10, 5), [f"w{k}" for k in range(10)])) == 4 * 50 + 4 * 20 + 150 * 10


@pytest.mark.parametrize("scale", [0.0, 1e-20, 1e20, -1e20])
def test_numbers_whose_products_are_no_float32_are_refused(scale):
    with pytest.raises(ValueError, match=r"the largest number of v\.tsv is .*scale the table"):
        held.hold(own(scale * torch.eye(3)))


def test_examples_are_words_that_can_be_typed():
    words = ["the", ",", "of", "New York", "and", "x" * 41, "+", "cat", "42"]
    assert held.examples(own(torch.ones(9, 2), words), 3) == ("the", "and", "cat")
    assert held.examples(own(torch.ones(9, 2), words), 4) == ("the", "of", "and", "cat")
    assert held.examples(own(torch.ones(9, 2), words), 9) == ("the", "of", "and", "cat", "42")
    assert held.examples(own(torch.ones(2, 2)), 12) == ("0", "1")


NAMES = ("a", "b", "c", "d", "e", "f")
SMALL = {  # vectors, tokens, and how many different sentences of refusal there are
    "one row": (torch.ones(1, 4), "a", 8),
    "one number": (torch.tensor([[1.0], [2.0], [-3.0], [1.5], [0.5], [4.0]]), NAMES, 5),
    "two numbers": (torch.tensor([[1.0, 0], [0, 1], [1, 1], [-1, 2], [2, 0.5], [0.1, 3]]), NAMES, 1),
    "all the same": (torch.ones(6, 4), NAMES, 3),
    "a row of zeros": (torch.cat([torch.zeros(1, 4), torch.eye(4), torch.ones(1, 4)]), NAMES, 1),
    "three rows": (torch.randn(3, 8, generator=torch.Generator().manual_seed(0)), "abc", 1),
    "long tokens": (torch.randn(6, 8, generator=torch.Generator().manual_seed(0)), ["y" * 900 + n for n in NAMES], 0),
}


@pytest.mark.parametrize("case", SMALL)
def test_a_small_or_odd_table_is_computed_or_refused_in_a_sentence(case):
    vectors, tokens, refused = SMALL[case]
    table = own(vectors, tuple(tokens))
    name = held.hold(table)
    a, b, c = (table.tokens[k % len(table.tokens)] for k in range(3))
    calls = [
        lambda: projector.principal(table=name, components=3),
        lambda: projector.principal(table=name, components=2),
        lambda: projector.chosen(table=name, n=200),
        lambda: projector.by_words(table=name, x=f"{a} - {b}", y=c),
        lambda: projector.paint(table=name, colour="length", wanted=f"{a}, {b}, no", row=0),
        lambda: projector.paint(table=name, colour="row", wanted=f"{a}, {b}", row=0, n=200),
        lambda: similarity.pair(table=name, vectors="standardised", a=a, b=b, listed=f"{a} {b} {c}"),
        lambda: similarity.matrix(table=name, vectors="centred", listed=f"{a} {b} {c}", order="clustering"),
        lambda: similarity.random_pairs(table=name, among=10**9, seed=0),
        *(
            lambda metric=metric: similarity.neighbours(table=name, word=a, metric=metric, k=15)
            for metric in ("cosine", "dot", "euclidean")
        ),
        lambda: analogies.rankings(table=name, a=a, b=b, c=c),
        lambda: analogies.rankings(table=name, a=a, b=b, c=c, method="3cosmul"),
        lambda: analogies.parallelogram(table=name, a=a, b=b, c=c),
        lambda: analogies.parallelogram(table=name, a=a, b=b, c=c, plane="pca"),
    ]
    said = set()
    for call in calls:
        try:
            made = call()
        except ValueError as error:
            said.add(str(error))
            continue
        tensors = {field: getattr(made, field) for field in made.__slots__}
        for field, tensor in tensors.items():
            if isinstance(tensor, torch.Tensor) and (type(made).__name__, field) != ("Pair", "numbers"):
                assert tensor.isfinite().all(), (case, type(made).__name__, field)
    assert len(said) == refused, said
    assert all("own:" not in one and "\n" not in one and "vectors is" not in one for one in said), said


def test_a_table_without_any_question_is_scored_as_such():
    table = own(torch.randn(5, 4, generator=torch.Generator().manual_seed(0)))
    made = scores.computed(table=held.hold(table))
    assert made.table == "v.tsv" and made.sections[-1]["questions"] == 19544
    assert all(section["answered"] == section["nearest"] == 0 for section in made.sections)
    assert [pair["rho"] for pair in made.pairs] == [None, None]


def test_own_rows_of_glove_are_scored_as_the_words_they_are():
    """Half of glove's words, as a table of one's own: each number by hand from the whole words of that half."""
    glove = tables.load("glove")
    table = own(glove.vectors[:4000], glove.tokens[:4000])
    made = scores.computed(table=held.hold(table), sections=("family",))
    row = made.sections[0]
    units = torch.nn.functional.normalize(table.vectors.double(), dim=1)
    right = answered = 0
    for question in analogies.google_set()["family"]:
        if all(word in table.row_numbers for word in question):
            a, b, c, d = (table.row_numbers[word] for word in question)
            cosines = units @ (units[b] - units[a] + units[c])
            cosines[[a, b, c]] = -9.0
            answered += 1
            right += int(cosines.argmax()) == d
    assert (row["answered"], row["correct"]) == (answered, right) and 0 < right < answered


def test_a_table_of_many_rows_is_drawn_in_part():
    table = own(torch.randn(projector.MOST_POINTS + 7, 3, generator=torch.Generator().manual_seed(0)))
    name, last = held.hold(table), str(projector.MOST_POINTS + 6)
    cloud = projector.principal(table=name, components=2)
    assert len(cloud.points) == len(cloud.tokens) == projector.MOST_POINTS and cloud.of == len(table.tokens)
    paint = projector.paint(table=name, colour="row", wanted=f"5, {last}", row=0)
    assert len(paint.values) == projector.MOST_POINTS and paint.found == (5,) and not paint.unknown
    assert all(one["row"] < projector.MOST_POINTS for one in paint.neighbours)


def test_words_with_spaces_stand_between_commas():
    table = own(torch.eye(4), ["New York", "New", "York", "Rome"])
    listed = {"New York, Rome": ("New York", "Rome"), "New York Rome": ("New", "York", "Rome")}
    for text, words in listed.items():
        found = similarity.matrix(table=held.hold(table), vectors="raw", listed=text, order="list")
        assert found.words == words
        assert found.row_numbers == tuple(table.tokens.index(word) for word in words)
