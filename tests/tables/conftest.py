"""A copy of the shipped data in which a test can damage one file."""

import shutil
from pathlib import Path

import pytest

from embviz.paths import DATA


@pytest.fixture
def copied(tmp_path: Path):
    """A function that links every shipped file into a new directory, copies the named one for real, and gives both."""

    def copy(filename: str) -> tuple[Path, Path]:
        for path in DATA.iterdir():
            if path.name != filename:
                (tmp_path / path.name).symlink_to(path)
        return tmp_path, Path(shutil.copy(DATA / filename, tmp_path / filename))

    return copy
