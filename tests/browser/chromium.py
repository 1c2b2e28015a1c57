"""A Chromium to drive, and the app to drive it on."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Playwright

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find(playwright: Playwright) -> str:
    """The path of a Chromium: an installed one, or playwright's own, fetched if it can be; RuntimeError says why not."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        if path := shutil.which(name):
            return path
    own = Path(playwright.chromium.executable_path)
    if not own.exists():
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        fetched = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if fetched.returncode or not own.exists():
            said = (fetched.stderr or fetched.stdout).strip().splitlines()
            raise RuntimeError(
                f"no Chromium is installed, and playwright could not fetch one: {said[-1] if said else ''}"
            )
    return str(own)


@contextlib.contextmanager
def served(script: Path = ROOT / "app.py", *, environment: dict[str, str] | None = None) -> Iterator[tuple[str, int]]:
    """The app, served by `streamlit run` on a free port of this machine: its address and the server's process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.address=127.0.0.1"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"],
        cwd=script.parent if (script.parent / ".streamlit").exists() else ROOT,
        env=os.environ | (environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_until_healthy(address: str, process: subprocess.Popen, seconds: float = 60) -> None:
    """Return when the server answers; RuntimeError if it does not within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        time.sleep(0.05)
    raise RuntimeError(f"the app did not start at {address}")
