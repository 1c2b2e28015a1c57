"""Pictures of numbers: arrays, labels and scalars in, one Plotly figure out. Each module loads on first use."""

from embviz._lazy import on_first_use

MODULES = (
    "analogies",
    "chart",
    "curves",
    "gradients",
    "learned",
    "long_context",
    "lookup",
    "matrix",
    "offset",
    "order",
    "projector",
    "rotary",
    "similarity",
    "sinusoidal",
)

__getattr__, __dir__ = on_first_use(__name__, dict.fromkeys(MODULES))
