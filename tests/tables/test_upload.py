"""Tables that are read: every format, what each of them tolerates, and how a file is read."""

import gzip
import io
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save
from safetensors.torch import save as save_tensors

from embviz.paths import DATA
from embviz.tables import EmbeddingTable, UploadError, load, read_upload
from embviz.tables.upload import SUFFIXES, tensor_choices
from embviz.tables.upload_decimals import read_decimals
from embviz.tables.upload_file import CHUNK_BYTES, LIMITS, PACKED, Limits, shown_name

TABLE = np.array([[0.25, -1.5, 3.0], [4.0, 5.5, -6.25]])
TOKENS = ("cat", "été")


def npy(array, **keywords) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **keywords)
    return file.getvalue()


def npz(*, packed: bool = False, **arrays) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(file, **arrays)
    return file.getvalue()


def word2vec(end: bytes = b"\n") -> bytes:
    rows = zip(TOKENS, TABLE.astype("<f4"), strict=True)
    return b"2 3\n" + b"".join(token.encode() + b" " + row.tobytes() + end for token, row in rows)


NUMBERS = "0.25\t-1.5\t3\n4\t5.5\t-6.25\n"
WITH_TOKENS = "cat\t0.25\t-1.5\t3\nété\t4\t5.5\t-6.25\n"
WORDS = "cat 0.25 -1.5 3\nété 4 5.5 -6.25\n"


def commas(text: str) -> str:
    return text.replace("\t", ",")


# Each of these is TABLE with TOKENS.
LABELLED = {
    "tokens in front": ("v.tsv", WITH_TOKENS),
    "a header": ("v.tsv", "word\tx\ty\tz\n" + WITH_TOKENS),
    "a header without a name": ("v.tsv", "\tx\ty\tz\n" + WITH_TOKENS),
    "a header of R, one name short": ("v.tsv", "x\ty\tz\n" + WITH_TOKENS),
    "CRLF": ("v.tsv", WITH_TOKENS.replace("\n", "\r\n")),
    "CRLF on some lines": ("v.tsv", WITH_TOKENS.replace("\n", "\r\n", 1)),
    "no line feed at the end": ("v.tsv", WITH_TOKENS[:-1]),
    "blank lines at the end": ("v.tsv", WITH_TOKENS + "\r\n \n\n"),
    "a byte order mark": ("v.tsv", "\ufeff" + WITH_TOKENS),
    "tabs at the ends": ("v.tsv", WITH_TOKENS.replace("\n", "\t\n")),
    "a suffix in capitals": ("V.TSV", WITH_TOKENS),
    "folders in the name": ("C:\\tables\\v.tsv", WITH_TOKENS),
    "csv": ("v.csv", commas(WITH_TOKENS)),
    "csv with spaces": ("v.csv", WITH_TOKENS.replace("\t", ", ")),
    "csv in quotes": ("v.csv", '"token","x","y","z"\n' + commas(WITH_TOKENS).replace("cat", '"cat"')),
    "csv of pandas": ("v.csv", ",0,1,2\ncat,0.25,-1.5,3.0\nété,4.0,5.5,-6.25\n"),
    "csv of pandas with a name": ("v.csv", "word,0,1,2\ncat,0.25,-1.5,3.0\nété,4.0,5.5,-6.25\n"),
    "word2vec": ("v.txt", "2 3\n" + WORDS),
    "word2vec, CRLF": ("v.txt", ("2 3\n" + WORDS).replace("\n", "\r\n")),
    "fastText": ("v.vec", "2 3\n" + WORDS.replace("\n", " \n")),
    "word2vec with tabs": ("v.txt", "2\t3\n" + WITH_TOKENS),
    "word2vec with wide spaces": ("v.txt", "2 3\n" + WORDS.replace(" ", "   ")),
    "GloVe": ("v.txt", WORDS),
    "GloVe with a mark": ("v.txt", "\ufeff" + WORDS),
    "GloVe with tabs": ("v.txt", WITH_TOKENS),
    "other ways to write numbers": ("v.txt", "cat .25 -150e-2 +3.\nété 4e0 0.55E+1 -0006.25\n"),
    "more digits than a double has": ("v.txt", WORDS.replace("5.5", "5.50000000000000000000000000000000001")),
    "packed": ("v.tsv.gz", gzip.compress(WITH_TOKENS.encode())),
    "packed in two parts": ("v.txt.gz", gzip.compress(WORDS[:9].encode()) + gzip.compress(WORDS[9:].encode())),
    "word2vec in binary": ("v.bin", word2vec()),
    "gensim's in binary": ("v.bin", word2vec(b"")),
    "word2vec in binary, packed": ("v.bin.gz", gzip.compress(word2vec())),
    "npz": ("v.npz", npz(vectors=TABLE, tokens=TOKENS)),
    "npz, packed": ("v.npz", npz(packed=True, vectors=TABLE, tokens=TOKENS)),
    "npz with strings under another name": ("v.npz", npz(a=TABLE, b=TOKENS, counts=[3, 4])),
    "npz with bytes": ("v.npz", npz(vectors=TABLE, words=[token.encode() for token in TOKENS])),
    "npz of another byte order": ("v.npz", npz(vectors=TABLE.astype(">f4"), words=np.array(TOKENS, ">U5"))),
    "npz with two lists of strings": ("v.npz", npz(vectors=TABLE, words=TOKENS, kinds=["a", "b"])),
    "safetensors": ("v.safetensors", save({"v": TABLE}, {"tokens": '["cat", "\\u00e9t\\u00e9"]'})),
}
# Each of these is TABLE without tokens.
BARE = {
    "tsv": ("v.tsv", NUMBERS),
    "csv": ("v.csv", commas(NUMBERS)),
    "a header": ("v.csv", "x,y,z\n" + commas(NUMBERS)),
    "a header of pandas": ("v.csv", "0,1,2\n0.25,-1.5,3.0\n4.0,5.5,-6.25\n"),
    "savetxt": ("v.tsv", "\n".join("\t".join(f"{x:.18e}" for x in row) for row in TABLE)),
    "npy": ("v.npy", npy(TABLE)),
    "npz": ("v.npz", npz(vectors=TABLE)),
    "safetensors": ("v.safetensors", save({"v": TABLE, "bias": TABLE[0]})),
}


def read(filename: str, data: str | bytes, **keywords) -> EmbeddingTable:
    return read_upload(filename, data.encode() if isinstance(data, str) else data, **keywords)


def check(table: EmbeddingTable, tokens=TOKENS) -> None:
    assert table.tokens == tokens
    assert table.vectors.dtype == torch.float32
    assert table.vectors.tolist() == TABLE.tolist()


@pytest.mark.parametrize("case", LABELLED)
def test_a_file_with_tokens(case):
    filename, data = LABELLED[case]
    check(read(filename, data))


@pytest.mark.parametrize("case", BARE)
def test_a_file_without_tokens_numbers_its_rows(case):
    filename, data = BARE[case]
    check(read(filename, data), ("0", "1"))


def test_an_upload_is_a_table_like_any_other():
    table = read("mine.tsv", WITH_TOKENS)
    assert isinstance(table, EmbeddingTable)
    assert (table.name, table.source, table.licence) == ("mine.tsv", "your file", "unknown")
    assert table.positions is table.token_types is table.layer_norm is table.tokenizer is None
    assert table.rows([1]).tolist() == TABLE[1:].tolist()
    assert table.vectors is table.stored  # no second copy


METADATA = {
    "one column": ("m.tsv", "cat\nété\n"),
    "one column, CRLF and a mark": ("m.txt", "\ufeffcat\r\nété"),
    "several columns": ("metadata.tsv", "count\tword\tid\n3\tcat\t0\n4\tété\t1\n"),
    "several columns, the first for want of a name": ("m.tsv", "entry\tcount\ncat\t3\nété\t4\n"),
    "csv": ("m.csv", 'count,word\n"3,0",cat\n4,"été"\n'),
    "packed": ("m.tsv.gz", gzip.compress("cat\nété\n".encode())),
}


@pytest.mark.parametrize("case", METADATA)
@pytest.mark.parametrize(
    "vectors", [("v.tsv", NUMBERS), ("v.npy", npy(TABLE)), ("v.csv", "a,0.25,-1.5,3\na,4,5.5,-6.25\n")]
)
def test_metadata_bring_the_tokens(case, vectors):
    name, data = METADATA[case]
    check(read(*vectors, metadata=(name, data.encode() if isinstance(data, str) else data)))


def test_a_line_is_taken_for_a_header_only_if_it_cannot_be_a_row():
    assert read("v.csv", "0,1,2\n5,6,7\n").vectors.tolist() == [[0, 1, 2], [5, 6, 7]]
    assert read("v.csv", "0,1\n0.5,0.5\n").vectors.tolist() == [[0, 1], [0.5, 0.5]]
    assert read("v.tsv", "word\t1\t2\nthe\t3\t4\n").tokens == ("word", "the")
    assert read("v.tsv", "7\t1\n8\t2\n").vectors.tolist() == [[7, 1], [8, 2]]
    assert read("v.tsv", "id\tx\n7\t1\n8\t2\n").tokens == ("7", "8")
    assert read("v.tsv", "x\ty\n7\t1\n8\t2\n").vectors.tolist() == [[7, 1], [8, 2]]
    assert read("v.tsv", "x\n7\n8\n").vectors.tolist() == [[7], [8]]


def test_tokens_that_look_like_something_else():
    assert read("v.txt", "2 1\n1 5\n2.5 6\n").tokens == ("1", "2.5")
    assert read("v.txt", "the 5 5\n. . . 6 6\nNew York 7 7\n").tokens == ("the", ". . .", "New York")
    assert read("v.txt", "2 1\nthe 5\n\u00a0\u2028\x85 6\n").tokens == ("the", "\u00a0\u2028\x85")
    assert read("v.csv", '"a, ""b""",1\n"""",2\n\' ,3\n').tokens == ('a, "b"', '"', "' ")
    assert read("v.tsv", '"\t1\n"a"\t2\n').tokens == ('"', '"a"')  # a .tsv has no quotes
    assert read("v.tsv", "1\n2\n3\n", metadata=("m.tsv", b"a\n\r\n b\n")).tokens == ("a", "\r", " b")


# Arrays


@pytest.mark.parametrize("kind", ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_layout_of_npy(kind, order, version):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.array(TABLE, kind, order=order), version)
    check(read("v.npy", file.getvalue()), ("0", "1"))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (3, 40_000), (40_000, 3), (700, 500)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_larger_than_a_piece(shape, order):
    array = np.random.default_rng(0).normal(size=shape)
    table = read("v.npy", npy(np.array(array, order=order)), limits=Limits(dim=40_000))
    assert np.array_equal(table.vectors.numpy(), array.astype(np.float32))


def test_a_header_as_other_programs_write_it():
    for header in (
        '{"descr": "<f8", "fortran_order": False, "shape": (2, 3)}',
        "{'shape':(2,3),'fortran_order':False,'descr':'<f8'}\n",
        "{ 'fortran_order' : False , 'descr' : '<f8' , 'shape' : ( 2 , 3 , ) , }  \n",
    ):
        raw = b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode() + TABLE.tobytes()
        check(read("v.npy", raw), ("0", "1"))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_type_of_safetensors(dtype):
    check(read("v.safetensors", save_tensors({"v": torch.tensor(TABLE, dtype=dtype)})), ("0", "1"))


def test_bfloat16_is_exact():
    values = torch.randn(300, 500, generator=torch.Generator().manual_seed(0)).bfloat16()
    assert read("v.safetensors", save_tensors({"v": values})).vectors.equal(values.float())


def test_the_shipped_table_is_read_as_it_is():
    path = DATA / "glove.safetensors"
    with path.open("rb") as file:
        assert read_upload(path.name, file).vectors.equal(load("glove").vectors)


def test_choosing_among_several():
    arrays = {"small": TABLE[:1], "bias": TABLE[0], "large": TABLE, "ids": np.arange(6).reshape(2, 3)}
    for filename, data in (("v.npz", npz(**arrays)), ("v.safetensors", save(arrays))):
        choices = {choice.name: choice for choice in tensor_choices(filename, data)}
        assert list(choices) == list(arrays) if filename == "v.npz" else choices.keys() == arrays.keys()
        assert {name: choice.shape for name, choice in choices.items()} == {k: v.shape for k, v in arrays.items()}
        assert [name for name in arrays if not choices[name].fault] == ["small", "large"]
        assert "two axes" in choices["bias"].fault and "holds" in choices["ids"].fault
        assert read(filename, data, tensor="small").vectors.tolist() == TABLE[:1].tolist()
        check(read(filename, data, tensor="large"), ("0", "1"))
        for name, sentence in (
            (None, f'{filename} has 2 tables; choose "small" (1 × 3) or "large" (2 × 3)'),
            ("bias", choices["bias"].fault),
            ("none", f'{filename} has no array called "none"; choose '),
        ):
            with pytest.raises(UploadError) as caught:
                read(filename, data, tensor=name)
            if filename == "v.npz" or name:  # safetensors writes its tensors in an order of its own
                assert str(caught.value).startswith(sentence)


def test_choices_take_no_numbers():
    data = npz(v=np.zeros((1000, 1000)))
    header = save({"v": np.zeros((1000, 1000))})
    for filename, raw in (("v.npz", data), ("v.safetensors", header)):
        tracemalloc.start()
        assert tensor_choices(filename, raw)[0].shape == (1000, 1000)
        assert tracemalloc.get_traced_memory()[1] < 2 * CHUNK_BYTES
        tracemalloc.stop()


def test_formats_of_one_table_have_no_choices():
    assert tensor_choices("v.tsv", NUMBERS.encode()) == () == tensor_choices("v.npy", npy(TABLE))


# How a file is given, and the limits


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_bytes_and_files_are_the_same(suffix, tmp_path):
    filename, data = next(
        (name, data.encode() if isinstance(data, str) else data)
        for name, data in [*BARE.values(), *LABELLED.values()]
        if name == f"v{suffix}"
    )
    path = tmp_path / filename
    path.write_bytes(data)
    expected = read(filename, data)
    stream = io.BytesIO(data)
    stream.read()  # wherever it stands
    with path.open("rb") as file:
        for source in (bytearray(data), memoryview(data), stream, file):
            table = read_upload(filename, source)
            assert table.vectors.equal(expected.vectors) and table.tokens == expected.tokens
        assert not file.closed and not stream.closed
    assert stream.getvalue() == data


def test_data_that_is_no_binary_file():
    for data in ("1\t2\n", io.StringIO("1\t2\n"), None, 3):
        with pytest.raises(TypeError, match="it must be bytes or a binary file"):
            read_upload("v.tsv", data)


def test_the_limits_are_announced():
    assert LIMITS.sentence == (
        "A file may have up to 200 MB (400 MB unpacked), 200,000 rows, 4,096 numbers in a row and "
        "40,000,000 numbers in all."
    )


@pytest.mark.parametrize(("filename", "data"), [("v.tsv", NUMBERS), ("v.bin", word2vec()), ("v.npy", npy(TABLE))])
def test_rows_and_width_may_be_limited(filename, data):
    assert read(filename, data, max_rows=2, max_dim=3).vectors.shape == (2, 3)
    with pytest.raises(UploadError, match=r"has 2 rows; a table may have at most 1$"):
        read(filename, data, max_rows=1)
    with pytest.raises(UploadError, match=r"has 3 numbers in a row; a row may have at most 2$"):
        read(filename, data, max_dim=2)
    for bad in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="max_rows is"):
            read(filename, data, max_rows=bad)


def test_every_row_that_is_allowed_is_read():
    limits = Limits(rows=1000)
    text = "x\ty\n" + "0.5\t1\n" * 1000
    assert read("v.tsv", text, limits=limits).vectors.shape == (1000, 2)
    assert read("v.txt", "1000 1\n" + "".join(f"w{i} 1\n" for i in range(1000)), limits=limits).vectors.shape == (
        1000,
        1,
    )


def test_names_are_shown_on_one_line():
    assert shown_name("/tmp/a\tb\x1b.tsv") == "a\ufffdb\ufffd.tsv"
    assert len(shown_name("x" * 300 + ".safetensors.gz")) == 80
    assert shown_name("x" * 300 + ".safetensors.gz").endswith(".safetensors.gz")


def test_what_may_be_packed_is_a_format():
    assert set(PACKED) <= set(SUFFIXES)


def test_importing_the_package_reads_no_heavy_library():
    code = (
        "import sys; from embviz.tables import UploadError; from embviz.tables.upload_file import LIMITS\n"
        "assert 'torch' not in sys.modules and 'streamlit' not in sys.modules\n"
        "from embviz.tables import read_upload; assert 'torch' in sys.modules and 'streamlit' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=DATA.parents[1])


# Memory


def big(filename: str) -> bytes:
    numbers = np.random.default_rng(0).normal(size=(6000, 300)).astype(np.float32)
    if filename == "v.npy":
        return npy(numbers.astype(np.float64))
    if filename == "v.npz":
        return npz(packed=True, v=np.round(numbers, 1))
    if filename == "v.bin":
        return b"6000 300\n" + b"".join(b"w%d %b" % (i, row.tobytes()) for i, row in enumerate(numbers))
    if filename == "v.safetensors":
        return save({"v": numbers.astype(np.float16)})
    lines = [b"w%d " % i + b" ".join(b"%.5f" % x for x in row) for i, row in enumerate(numbers.tolist())]
    text = b"\n".join(lines)
    return gzip.compress(text, 1) if filename.endswith(".gz") else text


@pytest.mark.parametrize("filename", ["v.txt", "v.txt.gz", "v.bin", "v.npy", "v.npz", "v.safetensors"])
def test_reading_takes_the_memory_of_the_table_and_some_pieces(filename):
    data = big(filename)
    read_upload(filename, data, max_rows=6000)
    tracemalloc.start()
    try:
        table = read_upload(filename, io.BytesIO(data))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert table.vectors.shape == (6000, 300)
    assert peak < table.vectors.nbytes + 24 * CHUNK_BYTES + 1_000_000


def test_an_array_in_columns_takes_no_second_copy():
    data = npy(np.asfortranarray(np.random.default_rng(0).normal(size=(6000, 300))))
    tracemalloc.start()
    try:
        table = read_upload("v.npy", data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < table.vectors.nbytes + 8 * CHUNK_BYTES


# Decimals


NUMBER = st.one_of(
    st.from_regex(r"[+-]?[0-9]{1,3}\.[0-9]{1,9}", fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{0,9}\.?[0-9]{1,18}", fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{1,2}\.[0-9]{0,9}([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(lambda x: str(np.float32(x))),
    st.floats(-3e38, 3e38).map(repr),
)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 4).flatmap(lambda dim: st.lists(st.lists(NUMBER, min_size=dim, max_size=dim), min_size=1)))
def test_decimals_are_what_python_reads_rounded_to_float32(rows):
    with np.errstate(over="ignore"):
        expected = np.array([[float(number) for number in row] for row in rows]).astype(np.float32)
    for separator in ("\t", ",", " "):
        text = "".join(separator.join(row) + "\n" for row in rows).encode()
        found = read_decimals(text, separator.encode(), *expected.shape)
        assert (found is None) == (not np.isfinite(expected).all())
        assert found is None or found.tobytes() == expected.tobytes()


@settings(max_examples=400, deadline=None)
@given(st.text("0159.+-eE ,\tx:/\v\0", max_size=24), st.integers(1, 3))
def test_decimals_are_all_numbers_or_none_is_read(text, dim):
    fields = text.split(",")
    found = read_decimals(text.encode() + b"\n", b",", 1, dim)
    try:
        with np.errstate(over="ignore"):
            expected = np.array([float(field) for field in fields]).astype(np.float32)
    except ValueError:
        expected = np.array([np.nan])
    clean = set(text).isdisjoint(" \t\v") and len(fields) == dim
    assert (found is not None) == (clean and bool(np.isfinite(expected).all()))
    assert found is None or found.tobytes() == expected.tobytes()


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5), st.lists(st.sampled_from(["0.5", "-12.25", "1e-3", "7", ".5"]), min_size=5, max_size=5))
def test_both_ways_of_reading_agree(rows, numbers):
    """Blocks of clean lines are read at once; a space before a comma sends the same numbers to the other reader."""
    text = "".join(",".join(numbers) + "\n" for _ in range(rows))
    spaced = text.replace(",", " , ")
    assert read("v.csv", text).vectors.equal(read("v.csv", spaced).vectors)
    assert read("v.csv", text).vectors.shape == (rows, 5)


def test_lines_may_lie_across_pieces():
    """Lines of all lengths, so that pieces end everywhere in them, CR and LF included."""
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 10**6, size=(30_000, 3))
    for end in ("\n", "\r\n"):
        text = "".join("\t".join(str(x) for x in row) + end for row in numbers.tolist())
        assert len(text) > 2 * CHUNK_BYTES
        assert np.array_equal(read("v.tsv", text).vectors.numpy(), numbers.astype(np.float32))
        for pad in range(4):
            words = "".join(f"{'w' * pad}{i}\t{row[0]}{end}" for i, row in enumerate(numbers.tolist()))
            table = read("v.tsv", words, metadata=("m.tsv", "".join(f"é{i}{end}" for i in range(30_000)).encode()))
            assert table.tokens[29_999] == "é29999"
            assert np.array_equal(table.vectors.numpy()[:, -1], numbers[:, 0].astype(np.float32))


def test_an_entry_of_an_archive_that_is_no_array_is_passed_over():
    data = io.BytesIO(npz(vectors=TABLE, tokens=TOKENS))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("README.txt", "a note")
    check(read("v.npz", data.getvalue()))
