import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Each process of the tests, and each app that they start, computes with one thread: several already share the cores.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

settings.register_profile("untimed", deadline=None)  # no test is about how fast this machine is
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
