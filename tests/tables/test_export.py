"""Tables as files: back through `read_upload`, and into the programs that the formats belong to."""

import csv
import io
import json

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors import safe_open
from safetensors.torch import load as load_tensors

from embviz.tables import EmbeddingTable, load, read_upload
from embviz.tables.export import FORMATS, ExportedFile, ExportError, export

TOKENS = ("cat", "é", "2.5", '"', ",", "New_York", "▁the", "🦁", "\ufeff", "nan", "\u2028")
VECTORS = torch.randn(len(TOKENS), 7, generator=torch.Generator().manual_seed(0))


def read(files: tuple[ExportedFile, ...]) -> EmbeddingTable:
    (first, *others) = files
    return read_upload(first.name, first.data, metadata=(others[0].name, others[0].data) if others else None)


def word_llama() -> tuple[tuple[str, ...], torch.Tensor]:
    """Llama's tokens with quotes, commas, CR and U+FEFF, and some others."""
    table = load("wordllama")
    ids = [i for i, token in enumerate(table.tokens) if i % 50 == 0 or set(token) & set('",\r\ufeff')]
    return tuple(table.tokens[i] for i in ids), table.rows(ids)


@pytest.mark.parametrize("format", FORMATS)
def test_a_table_comes_back_to_the_bit(format):
    table = read(export(TOKENS, VECTORS, format))
    assert table.tokens == TOKENS and table.vectors.numpy().tobytes() == VECTORS.numpy().tobytes()


@pytest.mark.parametrize("format", FORMATS)
def test_every_shipped_table_can_be_written(format):
    glove = load("glove")
    for tokens, vectors in ((glove.tokens[:2000], glove.rows(range(2000))), word_llama()):
        table = read(export(tokens, vectors, format))
        assert table.tokens == tokens and table.vectors.equal(vectors)


FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
ROWS = st.tuples(st.integers(1, 6), st.integers(1, 5)).flatmap(lambda s: arrays.arrays(np.float32, s, elements=FINITE))
ANY = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
TAME = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zs")), min_size=1, max_size=8).map("x".__add__)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=60, deadline=None)
@given(data=st.data(), rows=ROWS)
def test_any_table_comes_back(format, data, rows):
    """Numbers to the bit, be they tiny, huge or -0, and every token that makes no trouble."""
    tokens = data.draw(st.lists(TAME, min_size=len(rows), max_size=len(rows), unique=True))
    table = read(export(tokens, torch.tensor(rows), format))
    assert table.tokens == tuple(tokens) and table.vectors.numpy().tobytes() == rows.tobytes()


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=120, deadline=None)
@given(tokens=st.lists(ANY, min_size=1, max_size=6, unique=True))
@example(tokens=["a\r", "b", "c"])
@example(tokens=["a\r"])
@example(tokens=["\r"])
@example(tokens=["b", "\r"])
@example(tokens=["\ufeffa"])
@example(tokens=["\x1a", " ", "  a "])
@example(tokens=['"a",', '"', '""', ",", "'"])
@example(tokens=["token"])
@example(tokens=["d0", "1", "2"])
@example(tokens=["1.5", "2.5"])
@example(tokens=["x", "1.5", "2.5"])
def test_any_token_comes_back_or_is_refused_in_a_sentence(format, tokens):
    vectors = torch.arange(1.0, 1 + 2 * len(tokens)).reshape(-1, 2) / 4
    try:
        files = export(tokens, vectors, format)
    except ExportError as error:
        assert format not in ("npz", "safetensors") or "\0" in "".join(tokens)
        assert str(error).isprintable()
        return
    table = read(files)
    assert table.tokens == tuple(tokens) and table.vectors.equal(vectors)


# The programs that the formats belong to


def test_the_projectors_pair():
    vectors, metadata = export(TOKENS, VECTORS, "tsv")
    assert (vectors.name, metadata.name) == ("vectors.tsv", "metadata.tsv")
    assert np.array_equal(np.loadtxt(io.BytesIO(vectors.data), np.float32, delimiter="\t"), VECTORS.numpy())
    assert metadata.data.decode().split("\n") == [*TOKENS, ""]


def test_csv_of_python():
    (file,) = export(TOKENS, VECTORS, "csv")
    header, *rows = csv.reader(io.StringIO(file.data.decode(), newline=""), strict=True)
    assert header == ["token", *(f"d{i}" for i in range(7))]
    assert tuple(row[0] for row in rows) == TOKENS
    assert np.array_equal(np.array([row[1:] for row in rows], float).astype(np.float32), VECTORS.numpy())


def test_numpys_arrays():
    vectors, tokens = export(TOKENS, VECTORS, "npy")
    assert np.array_equal(np.load(io.BytesIO(vectors.data)), VECTORS.numpy())
    assert tokens.data.decode().split("\n") == [*TOKENS, ""]
    (file,) = export(TOKENS, VECTORS, "npz")
    with np.load(io.BytesIO(file.data)) as archive:
        assert archive.files == ["vectors", "tokens"]
        assert np.array_equal(archive["vectors"], VECTORS.numpy()) and tuple(archive["tokens"].tolist()) == TOKENS


def test_safetensors(tmp_path):
    (file,) = export(TOKENS, VECTORS, "safetensors")
    assert load_tensors(file.data)["vectors"].equal(VECTORS)
    path = tmp_path / file.name
    path.write_bytes(file.data)
    with safe_open(path, framework="pt") as opened:
        assert tuple(json.loads(opened.metadata()["tokens"])) == TOKENS


@pytest.mark.parametrize("format", ["word2vec", "word2vec-binary"])
def test_gensim_reads_word2vec(format, tmp_path):
    models = pytest.importorskip("gensim.models", reason="gensim is no requirement of this project")
    for tokens, vectors in ((TOKENS, VECTORS), word_llama()):
        (file,) = export(tokens, vectors, format)
        path = tmp_path / file.name
        path.write_bytes(file.data)
        loaded = models.KeyedVectors.load_word2vec_format(str(path), binary=format == "word2vec-binary")
        assert tuple(loaded.index_to_key) == tokens
        assert np.array_equal(loaded.vectors, vectors.numpy())
        loaded.save_word2vec_format(str(path), binary=format == "word2vec-binary")
        table = read_upload(path.name, path.read_bytes())
        assert table.tokens == tokens and table.vectors.equal(vectors)


# What is written


def test_numbers_have_no_more_digits_than_they_need():
    vectors = torch.tensor([[0.418, -0.0, 1e-5, 16777216.0, 0.1]])
    (file,) = export(["a"], vectors, "word2vec")
    assert file.data == b"1 5\na 0.418 -0.0 1e-05 1.6777216e+07 0.1\n"


def test_files_are_named_after_the_table():
    assert [file.name for file in export(TOKENS, VECTORS, "tsv", name="glove")] == [
        "glove.vectors.tsv",
        "glove.metadata.tsv",
    ]
    assert export(TOKENS, VECTORS, "npz", name="../a b/é.txt")[0].name == ".._a_b_é.txt.vectors.npz"


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_table_makes_the_same_files(format):
    assert export(TOKENS, VECTORS, format) == export(TOKENS, VECTORS, format)


@pytest.mark.parametrize("format", FORMATS)
def test_other_types_are_written_as_float32(format):
    for vectors in (VECTORS.half(), VECTORS.double(), VECTORS.T.contiguous().T, VECTORS.numpy(), VECTORS.tolist()):
        assert read(export(TOKENS, vectors, format)).vectors.equal(torch.as_tensor(vectors).float())


@pytest.mark.parametrize(
    ("tokens", "format", "sentence"),
    [
        (["a", "New York"], "word2vec", 'token "New York" of row 1 has a space, tab or line feed, which end a token'),
        (["a\tb", "c"], "word2vec-binary", "choose csv, npz or safetensors"),
        (["a\nb", "c"], "csv", r'token "a\nb" of row 0 has a line feed, which ends a line of .csv; choose npz or'),
        (["a", "b\tc"], "tsv", "has a line feed or a tab, which end a cell of metadata.tsv; choose npz or safetensors"),
        (["a\r", "b\r"], "npy", r'token "a\r" of row 0 is lost in tokens.txt; choose csv, npz or safetensors'),
        (["a", ""], "npz", 'token "" of row 1 is empty or not text, and no format can hold that; rename it'),
        (["a", "\ud800"], "safetensors", r'token "\ud800" of row 1 is empty or not text'),
        (["a\0", "b"], "npz", r'token "a\x00" of row 0 is empty or not text'),
    ],
)
def test_a_token_that_a_format_cannot_hold(tokens, format, sentence):
    with pytest.raises(ExportError) as caught:
        export(tokens, VECTORS[:2], format)
    assert sentence in str(caught.value)


def test_tokens_too_many_for_a_header():
    tokens = [f"{i}{'x' * 900}" for i in range(11_000)]
    with pytest.raises(ExportError, match=r"a \.safetensors may have one of 10,000,000; choose npz, or fewer rows"):
        export(tokens, torch.zeros(len(tokens), 1), "safetensors")


@pytest.mark.parametrize(
    ("vectors", "sentence"),
    [
        (torch.zeros(0, 3), "none of them 0 long"),
        (torch.zeros(3), "it must be a tensor"),
        (torch.zeros(2, 3, dtype=torch.long), "floating-point"),
        (torch.tensor([[1.0], [torch.nan]]), r"vectors holds nan at \[1, 0\]"),
        (torch.tensor([[1e39], [1.0]], dtype=torch.float64), r"holds inf at \[0, 0\]"),
        (torch.zeros(3, 1), r"2 tokens do not fit 3 rows of vectors; every row needs one"),
    ],
)
def test_vectors_that_are_no_table(vectors, sentence):
    with pytest.raises(ValueError, match=sentence):
        export(["a", "b"], vectors, "npz")


def test_an_unknown_format_lists_the_formats():
    with pytest.raises(ValueError, match=r'format is .xlsx.; it must be "tsv", .* or "safetensors"'):
        export(["a"], torch.zeros(1, 1), "xlsx")
