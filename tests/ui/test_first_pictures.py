"""What is shipped for the first paint is what the compute layer makes today."""

import numpy as np
import pytest

from embviz.first_pictures import pictures
from embviz.lessons import pipeline as lesson
from embviz.ui import cached


@pytest.mark.parametrize("name", ["pipeline"])
def test_a_shipped_picture_is_what_is_computed(name):
    made = pictures()[name]
    arguments, shipped = cached._shipped(name)
    assert arguments == made.facts["arguments"]
    assert shipped.facts | {"arguments": arguments} == cached.json.loads(cached.json.dumps(made.facts))
    assert shipped.arrays.keys() == made.arrays.keys()
    for key, array in made.arrays.items():
        np.testing.assert_allclose(shipped.arrays[key], array, atol=1e-5)


def test_the_default_state_needs_no_torch():
    import subprocess
    import sys

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
