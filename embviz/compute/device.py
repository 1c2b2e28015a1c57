"""Which device computes: CUDA if there is one, then Apple's MPS, then the CPU; EMBVIZ_DEVICE overrides.

Only code that makes new tensors from nothing (a table loaded from disk, a fresh layer) asks here. The functions of this
package compute on whatever device their arguments are on.
"""

import os

import torch

VARIABLE = "EMBVIZ_DEVICE"


def available_devices() -> tuple[str, ...]:
    """Names of the devices present, best first: "cuda", "cuda:0", …, "mps", "cpu"."""
    n_cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cuda = ("cuda", *(f"cuda:{index}" for index in range(n_cuda))) if n_cuda else ()
    mps = ("mps",) if torch.backends.mps.is_available() else ()
    return (*cuda, *mps, "cpu")


def best_device() -> torch.device:
    """The device to compute on: the one EMBVIZ_DEVICE names if that is set, otherwise the first available.

    ValueError if the variable names a device that does not exist or is not here.
    """
    available = available_devices()
    wanted = os.environ.get(VARIABLE, "").strip()
    if not wanted:
        return torch.device(available[0])
    if wanted.lower() not in available:
        raise ValueError(f"{VARIABLE} is {wanted!r}, but available here: {', '.join(available)}")
    return torch.device(wanted.lower())


def describe_device(device: torch.device | str) -> str:
    """A few words for a footer: "CPU, 2 threads", "CUDA, NVIDIA A100-SXM4-40GB", "MPS, Apple GPU"."""
    device = torch.device(device)
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'' if threads == 1 else 's'}"
    if device.type == "cuda":
        return f"{'ROCm' if torch.version.hip else 'CUDA'}, {torch.cuda.get_device_name(device)}"
    if device.type == "mps":
        return "MPS, Apple GPU"
    return device.type.upper()
