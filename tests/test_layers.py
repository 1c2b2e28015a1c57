"""The arrows between folders, read from the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BASE = {"embviz.paths", "embviz._lazy"}
ALLOWED = {  # what a folder may import of ours
    "embviz/compute": {"embviz.compute", "embviz._lazy"},
    "embviz/figures": {"embviz.figures", "embviz._lazy"},
    "embviz/tables": {"embviz.tables", "embviz.compute", *BASE},
    "embviz/ui": {"embviz.ui", "embviz.compute", "embviz.tables", "embviz.claims", *BASE},  # verdicts beside the script
    "embviz/claims": {"embviz.claims", "embviz.compute", "embviz.tables"},
    "embviz/lessons": {"embviz.lessons", "embviz.ui.params", "embviz.compute", "embviz.tables", "embviz.claims"},
    "pages": {"embviz.ui", "embviz.figures", "embviz.lessons"},
}
FORBIDDEN = {  # what a folder may not import of others
    "embviz/compute": {"streamlit", "plotly"},
    "embviz/figures": {"streamlit", "torch", "sklearn"},
    "embviz/tables": {"streamlit", "plotly"},
    "embviz/lessons": {"streamlit", "plotly"},
    "pages": {"numpy", "torch", "plotly", "sklearn"},
}


def imports(source: str) -> Iterator[str]:
    """Every module that the source imports, but for type checkers; `from a import b` counts as a.b and a."""
    tree = ast.parse(source)
    unchecked = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in unchecked:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their arrow"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, allowed: set[str]) -> bool:
    return any(name == base or name.startswith(f"{base}.") for base in allowed)


def wrong(folder: str, source: str) -> list[str]:
    allowed, forbidden = ALLOWED[folder], FORBIDDEN.get(folder, set())
    return [
        name
        for name in imports(source)
        if within(name, forbidden) or (within(name, {"embviz"}) and not within(name, allowed))
    ]


def scripts(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", ALLOWED)
def test_every_arrow_points_the_right_way(folder):
    found = {str(path.relative_to(ROOT)): wrong(folder, path.read_text("utf-8")) for path in scripts(folder)}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("folder", ALLOWED)
def test_the_folders_are_there(folder):
    assert scripts(folder)


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("pages", "import numpy as np"),
        ("pages", "from torch import nn"),
        ("pages", "def f():\n    import plotly.graph_objects"),
        ("pages", "from embviz.compute import layers"),
        ("pages", "from embviz import tables"),
        ("embviz/compute", "import streamlit"),
        ("embviz/compute", "from embviz.ui import cached"),
        ("embviz/tables", "from embviz.ui.text import text"),
        ("embviz/lessons", "from embviz.ui import frame"),
        ("embviz/ui", "from embviz.lessons import LESSONS"),
    ],
)
def test_a_wrong_arrow_is_found(folder, source):
    assert wrong(folder, source)


def test_imports_for_type_checkers_are_no_arrows():
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from embviz.lessons.lesson import Lesson\n"
    assert not wrong("embviz/ui", source)
