import pytest
import torch

from embviz.compute.device import available_devices, best_device, describe_device


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    monkeypatch.delenv("EMBVIZ_DEVICE", raising=False)


def pretend(monkeypatch, *, n_cuda=0, mps=False):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: n_cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: n_cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("n_cuda", "mps", "best"), [(0, False, "cpu"), (0, True, "mps"), (1, False, "cuda"), (2, True, "cuda")]
)
def test_cuda_then_mps_then_cpu(monkeypatch, n_cuda, mps, best):
    pretend(monkeypatch, n_cuda=n_cuda, mps=mps)
    assert best_device() == torch.device(best)
    assert available_devices()[-1] == "cpu"


@pytest.mark.parametrize("value", ["cpu", " CPU "])
def test_the_variable_overrides(monkeypatch, value):
    pretend(monkeypatch, n_cuda=2, mps=True)
    monkeypatch.setenv("EMBVIZ_DEVICE", value)
    assert best_device() == torch.device("cpu")


@pytest.mark.parametrize("value", ["cuda", "cuda:1", "mps"])
def test_the_variable_names_what_is_there(monkeypatch, value):
    pretend(monkeypatch, n_cuda=2, mps=True)
    monkeypatch.setenv("EMBVIZ_DEVICE", value)
    assert best_device() == torch.device(value)


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_is_no_choice(monkeypatch, value):
    pretend(monkeypatch, mps=True)
    monkeypatch.setenv("EMBVIZ_DEVICE", value)
    assert best_device() == torch.device("mps")


@pytest.mark.parametrize("value", ["tpu", "cuda:2", "gpu", "cpu:x", "-1"])
def test_an_unknown_or_absent_device_is_one_clear_sentence(monkeypatch, value):
    pretend(monkeypatch, n_cuda=2)
    monkeypatch.setenv("EMBVIZ_DEVICE", value)
    with pytest.raises(ValueError) as error:
        best_device()
    message = str(error.value)
    assert "EMBVIZ_DEVICE" in message and repr(value) in message
    assert "cuda, cuda:0, cuda:1, cpu" in message and "mps" not in message and "\n" not in message


def test_absent_devices_are_not_offered(monkeypatch):
    pretend(monkeypatch)
    for value in ("cuda", "mps"):
        monkeypatch.setenv("EMBVIZ_DEVICE", value)
        with pytest.raises(ValueError, match=rf"{value}.* available here: cpu$"):
            best_device()


def test_descriptions(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert describe_device("cpu") == "CPU, 2 threads"
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    assert describe_device(torch.device("cpu")) == "CPU, 1 thread"
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA A100")
    monkeypatch.setattr(torch.version, "hip", None)
    assert describe_device("cuda:0") == "CUDA, NVIDIA A100"
    assert describe_device("mps") == "MPS, Apple GPU"


def test_the_devices_present_compute_and_have_a_description(device):
    assert (torch.ones(2, device=device) + 1).sum().item() == 4
    assert ", " in describe_device(device) and device.type in available_devices()
