"""A table of one's own: limits said are limits kept, reading is watched, and results are one person's alone."""

import gzip
import io
import tomllib

import pytest
import torch

from embviz.paths import ROOT
from embviz.tables import export, held, read_upload
from embviz.tables.table import EmbeddingTable
from embviz.tables.upload_file import LIMITS
from embviz.ui import cached, own_table, running


class Uploaded(io.BytesIO):
    """A file as Streamlit hands it out."""

    def __init__(self, name, data):
        super().__init__(data)
        self.name, self.size = name, len(data)


def test_the_server_takes_the_files_that_are_announced(monkeypatch):
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["maxUploadSize"] * own_table.MB == LIMITS.file_bytes
    monkeypatch.setattr(own_table.st, "get_option", {"server.maxUploadSize": 32}.get)
    assert own_table.limits().file_bytes == 32_000_000 and "up to 32 MB" in own_table.limits().sentence
    monkeypatch.setattr(own_table.st, "get_option", {"server.maxUploadSize": 999}.get)
    assert own_table.limits() == LIMITS


@pytest.mark.parametrize("kind", ["tsv", "csv", "word2vec", "word2vec-binary", "npy", "npz", "safetensors", "gz"])
def test_reading_is_watched_from_beginning_to_end(kind):
    tokens, vectors = [f"w{k}" for k in range(3000)], torch.randn(3000, 60)
    file = export.export(tokens, vectors, "word2vec" if kind == "gz" else kind)[0]
    name, data = (f"{file.name}.gz", gzip.compress(file.data)) if kind == "gz" else (file.name, file.data)
    seen = []
    table = read_upload(name, own_table._Watched(Uploaded(name, data), lambda share, words: seen.append(share)))
    assert table.vectors.equal(vectors)
    assert seen == sorted(seen) and len(seen) > 2 and seen[0] < 0.6 and seen[-1] > 0.9


def test_watched_reading_can_be_stopped():
    def stop(share, words):
        raise running.Stopped

    (file,) = export.export(["a"], torch.ones(1, 3), "npz")
    with pytest.raises(running.Stopped):
        read_upload(file.name, own_table._Watched(Uploaded(file.name, file.data), stop))


def test_what_is_computed_of_an_own_table_is_not_kept_for_everybody(monkeypatch):
    table = EmbeddingTable("v.tsv", ("a", "b", "c"), torch.eye(3), source="your file", licence="unknown")
    name = held.hold(table)
    kept = []
    monkeypatch.setattr(cached, "_computed", lambda *_: pytest.fail("kept for everybody"))
    monkeypatch.setattr(cached, "_computed_of_own", lambda *call: kept.append(call))
    cached.computed("tables.projector.principal", table=name, components=2)
    assert kept == [("tables.projector.principal", (("components", 2), ("table", name)))]
