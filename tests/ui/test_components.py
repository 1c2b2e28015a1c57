"""The bundles of the components, and what they may say back."""

import json
import re

import numpy as np
import pytest
from safetensors.numpy import load

from embviz.ui.cached import Tensors
from embviz.ui.components import COMPONENTS, bundle, styles, valid_state
from embviz.ui.params import ChoiceParam, IntParam

ENTRIES = [path for path in sorted(COMPONENTS.glob("*.js")) if "export default" in path.read_text("utf-8")]
STEERED = (
    IntParam("x_stage", "", 1, 1, 8),
    IntParam("x_token", "", 0, 0, 63),
    ChoiceParam("x_side", "", "q", ("q", "k")),
)
GOOD = {"stage": 1, "token": 0, "side": "k", "time": 1}


def test_a_module_brings_its_style_sheet():
    marks = (COMPONENTS / "claims_marks.css").read_text("utf-8")
    for name in ("claims", "claims_list"):
        own = (COMPONENTS / f"{name}.css").read_text("utf-8")
        assert marks in styles(COMPONENTS / f"{name}.js") and styles(COMPONENTS / f"{name}.js").endswith(own)
    assert marks not in styles(COMPONENTS / "practice.js")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: path.stem)
def test_a_bundle_is_one_scope(entry):
    script = bundle(entry)
    assert "import {" not in script
    assert len(re.findall(r"^export ", script, re.MULTILINE)) == script.count("export default ") == 1
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names)), "two modules share a top-level name"


def test_every_module_is_used():
    joined = "\n".join(bundle(entry) for entry in ENTRIES)
    for module in COMPONENTS.glob("*.js"):
        assert module.read_text("utf-8").splitlines()[0] in joined, module.name


def test_nothing_is_fetched_from_outside():
    for path in COMPONENTS.iterdir():
        assert not re.search(r"https?://|innerHTML|\beval\(|new Function", path.read_text("utf-8")), path.name


@pytest.mark.parametrize("change", [{}, {"stage": 8, "token": 63}, {"side": "q"}])
def test_a_state_that_the_parameters_accept_is_taken(change):
    assert valid_state(GOOD | change, STEERED)


@pytest.mark.parametrize("sent", [None, [], "stage", {}, {"stage": 1}, {**GOOD, "more": 0}])
def test_another_shape_is_not(sent):
    assert not valid_state(sent, STEERED)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [-1, 9e9, 1.0, True, "1", "x", None, [], {}])
def test_another_value_is_not(name, value):
    assert not valid_state({**GOOD, name: value}, STEERED)


def test_tensors_travel_as_safetensors():
    arrays = {"a": np.arange(6, dtype="<f4").reshape(2, 3)}
    data = Tensors.pack(arrays, {"text": "🦁"}).bytes
    assert load(data)["a"].tolist() == arrays["a"].tolist()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert json.loads(header["__metadata__"]["facts"]) == {"text": "🦁"}
