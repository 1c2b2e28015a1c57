"""What is shipped for the first paint is what the compute layer makes today."""

import json
import subprocess
import sys

import numpy as np
import pytest

from embviz.first_pictures import pictures
from embviz.lessons import LESSONS
from embviz.lessons import pipeline as lesson
from embviz.ui import cached


@pytest.fixture(scope="module")
def made():
    return pictures()


def test_every_shipped_picture_is_asked_for_and_every_one_asked_for_is_shipped(made):
    assert {cached.picture_path(call) for call in made} == cached._shipped_paths()
    assert len(made) >= len(LESSONS) / 2


def test_a_shipped_picture_is_what_is_computed(made):
    for call, computed in made.items():
        shipped = cached._shipped(cached.picture_path(call))
        assert shipped.arrays.keys() == computed.arrays.keys(), call
        for key, array in computed.arrays.items():
            scale = np.abs(array).max() if array.size else 0.0
            np.testing.assert_allclose(shipped.arrays[key], array, atol=1e-5 * max(1.0, scale), err_msg=call)
        assert close(shipped.facts, json.loads(json.dumps(computed.facts))), call


def close(one, other):
    """Whether two facts are the same, numbers up to the rounding of another machine."""
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-3, abs=1e-5)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == other


def test_the_default_state_needs_no_torch():
    script = (
        "import sys\n"
        "from embviz.lessons import pipeline as lesson\n"
        "from embviz.ui import cached, components\n"
        "made = cached.pipeline(lesson.TEXT.default, lesson.MODEL.default, None)\n"
        "assert len(components.with_facts(made, store='key', start={})) > 100_000\n"
        "assert not {'torch', 'numpy'} & set(sys.modules), 'a heavy import'\n"
        "assert made.arrays['output'].shape == (14, 384)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_any_other_state_is_computed():
    made = cached.pipeline("One two three.", lesson.MODEL.default, None)
    assert [piece["text"] for piece in made.facts["pieces"]] == ["[CLS]", "one", "two", "three", ".", "[SEP]"]
