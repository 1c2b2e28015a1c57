"""A table as files to save, whole and in part, which are read back."""

import io

import pytest
import torch

from embviz import tables
from embviz.tables import held, read_upload, saved
from embviz.tables.table import EmbeddingTable

TABLE = EmbeddingTable(
    "my table.txt.gz", ("a", "b", "New York", "d"), torch.randn(4, 3), source="your file", licence="unknown"
)


@pytest.fixture(scope="module")
def name():
    return held.hold(TABLE)


@pytest.mark.parametrize("kind", saved.FORMATS)
@pytest.mark.parametrize("rows", [None, (3, 0)], ids=["all", "some"])
def test_what_is_saved_is_the_table_or_its_rows(name, kind, rows):
    found = saved.files(table=name, rows=rows, kind=kind)
    if rows is None and kind.startswith("word2vec"):
        assert found.names == () and "choose csv, npz or safetensors" in found.fault
        return
    made = {file: saved.content(table=name, rows=rows, kind=kind, place=k) for k, file in enumerate(found.names)}
    first, *others = made.items()
    assert all(file.startswith("my_table." if rows is None else "my_table.2_rows.") for file in made)
    read = read_upload(*first, metadata=others[0] if others else None)
    expected = torch.tensor(range(4) if rows is None else rows)
    assert read.vectors.equal(TABLE.vectors[expected])
    assert read.tokens == tuple(TABLE.tokens[row] for row in expected)


def test_shipped_tables_are_saved_as_well():
    found = saved.files(table="glove", rows=(5, 6), kind="tsv")
    assert found.names == ("glove.2_rows.vectors.tsv", "glove.2_rows.metadata.tsv")
    words = saved.content(table="glove", rows=(5, 6), kind="tsv", place=1).decode().split()
    assert words == list(tables.load("glove").tokens[5:7])
    data = saved.content(table="glove", rows=None, kind="npy", place=0)
    assert read_upload("glove.npy", io.BytesIO(data)).vectors.equal(tables.load("glove").vectors)
