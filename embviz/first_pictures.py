"""Make what each page shows first, as the compute layer makes it: `python -m embviz.first_pictures`.

The result stands in assets/first_pictures and lets a page paint before torch is imported. The pages are opened in
their default state, and every call across the bridge is written down; a file is named after the call that it answers.
"""

from __future__ import annotations

from embviz.paths import ROOT
from embviz.ui import cached
from embviz.ui.cached import FIRST_PICTURES, Tensors

LARGEST = 600_000
"""Bytes of a file that is worth shipping: a larger one takes longer to read than torch to be imported."""


def pictures() -> dict[str, Tensors]:
    """What the calls of all pages in their default state return, computed now, by call."""
    from streamlit.testing.v1 import AppTest

    from embviz.lessons import LESSONS

    made: dict[str, Tensors] = {}
    for lesson in LESSONS:
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
        with cached.recorded() as calls:
            page.switch_page(f"pages/{lesson.slug}.py").run()
        made |= {call: tensors for call, tensors in calls.items() if len(tensors.bytes) <= LARGEST}
    return made


def main() -> None:
    FIRST_PICTURES.mkdir(parents=True, exist_ok=True)
    for old in FIRST_PICTURES.glob("*.safetensors"):
        old.unlink()
    for call, made in pictures().items():
        path = cached.picture_path(call)
        path.write_bytes(made.bytes)
        print(f"{path.name}: {path.stat().st_size:,} bytes for {call[:80]}")


if __name__ == "__main__":
    main()
