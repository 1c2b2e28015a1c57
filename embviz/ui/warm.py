"""torch, imported in the background, so that the first page paints before it.

After the import one `gc.freeze()` takes what it made out of the garbage collector's sight. Streamlit's own full
collection after every run is turned off in .streamlit/config.toml: with torch in the heap it costs more than the run
(tests/bench/rerun.py measures it).
"""

import gc
import threading

_started = threading.Event()
_ready = threading.Event()


def start(delay: float) -> None:
    """Import torch in `delay` seconds, once a process, unless something needs it before."""
    if _started.is_set():
        return
    _started.set()
    timer = threading.Timer(delay, _load)
    timer.daemon = True
    timer.start()


def _load() -> None:
    import torch

    from embviz import compute

    torch.set_num_threads(1)  # tensors of a page are small: a second thread costs more in waiting than it computes
    for name in ("layers", "onehot", "pipeline"):
        getattr(compute, name)
    gc.collect()
    gc.freeze()
    _ready.set()


def device() -> str | None:
    """Which device runs the numbers, in words, or what is wrong with the one asked for; None until torch is there."""
    if not _ready.is_set():
        return None
    from embviz.compute.device import best_device, describe_device

    try:
        return describe_device(best_device())
    except ValueError as error:
        return f"no device: {error}"
