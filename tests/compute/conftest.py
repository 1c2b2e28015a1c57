"""Every test that takes `device` runs once on each device present."""

import pytest
import torch


def devices_present() -> list[str]:
    return ["cpu"] + ["cuda"] * torch.cuda.is_available() + ["mps"] * torch.backends.mps.is_available()


@pytest.fixture(params=devices_present())
def device(request: pytest.FixtureRequest) -> torch.device:
    return torch.device(request.param)


@pytest.fixture(params=["float32", "float16", "bfloat16", "float64"])
def dtype(request: pytest.FixtureRequest, device: torch.device) -> torch.dtype:
    if device.type == "mps" and request.param == "float64":
        pytest.skip("MPS has no float64")
    return getattr(torch, request.param)
