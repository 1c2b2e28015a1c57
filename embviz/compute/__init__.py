"""The mathematics: tensors in, tensors out; no Streamlit, no Plotly. Each module loads on first use."""

from embviz._lazy import on_first_use

MODULES = (
    "alibi",
    "attention",
    "bpe",
    "device",
    "evaluation",
    "gradient_views",
    "gradients",
    "layers",
    "learned",
    "long_context",
    "lookup",
    "offset",
    "onehot",
    "order",
    "pipeline",
    "positions",
    "projection",
    "rotary",
    "rotation",
    "similarity",
    "sinusoidal",
    "sizing",
    "tsne",
)

__getattr__, __dir__ = on_first_use(__name__, dict.fromkeys(MODULES))
