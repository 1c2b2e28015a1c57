"""Make the first picture of each lesson, as the compute layer makes it: `python -m embviz.first_pictures`.

The result stands in assets/first_pictures and lets a page paint before torch is imported. Each file names the
arguments of the call that it answers.
"""

from dataclasses import replace

from embviz.lessons import pipeline
from embviz.ui.cached import FIRST_PICTURES, Tensors, pipeline_tensors


def pictures() -> dict[str, Tensors]:
    """All first pictures, computed now, by the name of their file."""
    arguments = {"text": pipeline.TEXT.default, "model": pipeline.MODEL.default, "settings": None}
    made = pipeline_tensors(**arguments)
    return {"pipeline": replace(made, facts=made.facts | {"arguments": arguments})}


def main() -> None:
    FIRST_PICTURES.mkdir(parents=True, exist_ok=True)
    for name, made in pictures().items():
        path = FIRST_PICTURES / f"{name}.safetensors"
        path.write_bytes(made.bytes)
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
