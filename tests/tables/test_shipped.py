"""What is in assets/data, and that a missing or damaged file gives one clear sentence."""

import gzip
import re
import subprocess
import sys

import pytest

from embviz.paths import DATA
from embviz.tables import TableFileError, available, load, shipped, tokenizers

LISTS = {"NOTICE.md", "SHA256SUMS"}


def python(code: str) -> None:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=DATA.parents[1])
    assert result.returncode == 0, result.stderr


def refusal(action, path) -> str:
    with pytest.raises(TableFileError) as caught:
        action()
    sentence = str(caught.value)
    assert sentence.startswith(f"{path} ") and "python -m embviz.tables.build" in sentence and "\n" not in sentence
    return sentence


def test_importing_and_listing_need_no_heavy_library():
    python(
        "import sys, embviz.tables as t; names = [e.name for e in t.available()]; t.tokenizers.NAMES\n"
        "assert names == ['minilm', 'glove', 'wordllama'], names\n"
        "heavy = {'torch', 'numpy', 'safetensors', 'tokenizers', 'tiktoken', 'streamlit'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )


def test_a_tokenizer_loads_only_its_own_library():
    start = "import sys; from embviz.tables.tokenizers import load; "
    python(start + "load('gpt2'); assert 'tokenizers' not in sys.modules")
    python(start + "load('minilm'); assert 'tiktoken' not in sys.modules")


def test_available_says_what_load_gives():
    for entry in available():
        table = load(entry.name)
        assert (entry.rows, entry.dim) == tuple(table.vectors.shape)
        assert entry.positions == (0 if table.positions is None else len(table.positions))
        assert entry.bytes == (DATA / f"{entry.name}.safetensors").stat().st_size
        assert (entry.source, entry.licence) == (table.source, table.licence)


def test_every_file_is_as_it_was_made():
    listed = set(shipped.check())
    on_disk = {path.name for path in DATA.iterdir() if path.is_file() and not path.name.startswith(".")}
    assert on_disk - LISTS == listed


def test_the_notice_lists_every_file_with_its_hash_and_size_and_every_package():
    text = (DATA / "NOTICE.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+) \| ([\d,]+) \| `([0-9a-f]{64})` \|$", text, re.MULTILINE)
    assert {name: digest for name, _, digest in rows} == shipped.read_checksums()
    assert all((DATA / name).stat().st_size == int(size.replace(",", "")) for name, size, _ in rows)
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    packages = [part for part in parts if not part.startswith("Licence text")]
    assert len(packages) == 6
    for part in packages:
        assert all(f"- {label}: " in part for label in ("Files", "Source", "Work", "Licence", "Changed")), part
    described = {name for part in packages for name in re.search("- Files: (.*)", part)[1].split(", ")}
    assert described == shipped.read_checksums().keys()
    licences = "\n".join(part for part in parts if part.startswith("Licence text"))
    for words in (
        "Version 2.0, January 2004",
        "Copyright (c) 2024 Lee Miller",
        "Copyright (c) 2023-2024 Bazyli Brzoska",
    ):
        assert words in licences


def test_shipped_data_is_small_enough_to_commit():
    assert sum((DATA / name).stat().st_size for name in shipped.read_checksums()) < 60e6


def test_the_corpus_holds_each_work_once_and_nothing_of_its_publisher():
    text = gzip.decompress((DATA / "shakespeare.txt.gz").read_bytes()).decode("ascii")
    works = text.split("\f")
    titles = [work.split("\n", 1)[0] for work in works]
    assert len(works) == len(set(titles)) == 42
    assert all("by William Shakespeare" in work[:120] for work in works)
    assert {"HAMLET, PRINCE OF DENMARK", "KING JOHN", "THE SONNETS"} <= set(titles)
    assert "To be, or not to be,--that is the question:--" in text
    assert not re.search(r"gutenberg|\betext\b|copyright|@", text, re.IGNORECASE)
    assert "vpon" not in text.split()  # the folio's spelling


def test_the_evaluation_sets_have_their_published_sizes():
    analogies = (DATA / "questions-words.txt").read_text().splitlines()
    assert sum(not line.startswith(":") for line in analogies) == 19544  # Mikolov et al. 2013
    assert sum(line.startswith(":") for line in analogies) == 14
    for filename, pairs in (("wordsim353.tsv", 353), ("simlex999.txt", 999)):
        rows = [line.split("\t") for line in (DATA / filename).read_text().splitlines() if not line.startswith("#")]
        assert len(rows) == pairs
        assert all(len(row) == 3 and 0 <= float(row[2]) <= 10 for row in rows)


def cut_in_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def reshaped(data: bytes) -> bytes:
    return data.replace(b'"shape":[50000,50]', b'"shape":[50,50000]')


DAMAGES = {
    "cut in half": cut_in_half,
    "cut by one byte": lambda data: data[:-1],
    "one byte too long": lambda data: data + b"\0",
    "empty": lambda data: b"",
    "a pointer instead of the file": lambda data: b"version 1\noid sha256:00\nsize 5000376\n",
    "a page instead of the file": lambda data: b"<!doctype html><title>404</title>" * 1000,
    "no JSON": lambda data: data[:8] + b"x" + data[9:],
    "nested JSON": lambda data: (60000).to_bytes(8, "little") + b"[" * 60000,
    "other shape": reshaped,
    "other table": lambda data: (DATA / "wordllama.safetensors").read_bytes(),
    "header only": lambda data: data[: 8 + int.from_bytes(data[:8], "little")],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_table_is_refused(copied, damage):
    directory, path = copied("glove.safetensors")
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert "is damaged" in refusal(lambda: load("glove", directory=directory), path)
    assert "is damaged" in refusal(lambda: available(directory=directory), path)


@pytest.mark.parametrize("filename", ["glove.safetensors", "glove.words.txt", "SHA256SUMS"])
def test_a_missing_file_is_named(copied, filename):
    directory, path = copied(filename)
    path.unlink()
    assert "is missing" in refusal(lambda: load("glove", directory=directory), path)


def test_a_directory_in_the_place_of_a_file_is_named(copied):
    directory, path = copied("glove.safetensors")
    path.unlink()
    path.mkdir()
    assert "cannot be read" in refusal(lambda: load("glove", directory=directory), path)


@pytest.mark.parametrize("name", tokenizers.NAMES)
def test_a_tokenizer_with_one_changed_byte_is_refused(copied, name):
    kind = "tokenizer.json" if name in ("minilm", "wordllama") else "tiktoken"
    directory, path = copied(f"{name}.{kind}")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "SHA-256" in refusal(lambda: tokenizers.load(name, directory=directory), path)
    if kind == "tokenizer.json":
        refusal(lambda: load(name, directory=directory), path)


@pytest.mark.parametrize("content", [b"", b"not a list\n", b"\xff\xfe"])
def test_a_damaged_list_of_hashes_is_named(copied, content):
    directory, path = copied("SHA256SUMS")
    path.write_bytes(content)
    assert "is damaged" in refusal(lambda: tokenizers.load("gpt2", directory=directory), path)


def test_check_finds_one_changed_number(copied):
    directory, path = copied("glove.safetensors")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    load("glove", directory=directory)  # loading reads no numbers, so it cannot know
    assert "SHA-256" in refusal(lambda: shipped.check(directory=directory), path)


def test_a_repaired_file_loads_after_a_failure(copied):
    directory, path = copied("glove.safetensors")
    path.unlink()
    refusal(lambda: load("glove", directory=directory), path)
    path.symlink_to(DATA / "glove.safetensors")
    assert load("glove", directory=directory).tokens[0] == "the"
