"""What the benchmarks share: a browser, the app or a peer beside it, paint times, and a table."""

import contextlib
import functools
import http.server
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

import chromium  # noqa: E402

served = chromium.served

# From an input event to the second animation frame after it: what a person waits for, plus a frame at the most.
WATCH = """(kind) => {
  window.paints = [];
  addEventListener(kind, (event) => {
    const start = event.timeStamp;
    requestAnimationFrame(() => requestAnimationFrame(() => window.paints.push(performance.now() - start)));
  }, { capture: true });
}"""


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium.find(playwright), args=chromium.ARGUMENTS)
        yield launched
        launched.close()


@contextlib.contextmanager
def static(files: dict[str, str | bytes]) -> Iterator[str]:
    """The address of a folder of these files, served without any application."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def paints(page: Page) -> list[float]:
    """The paint times since the last call, in milliseconds."""
    return page.evaluate("() => window.paints.splice(0)")


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def row(values: Sequence[float]) -> list[str]:
    return [f"{statistics.median(values):.1f}", f"{percentile(values, 0.95):.1f}", str(len(values))]


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for cells in rows:
        print(f"| {' | '.join(str(cell) for cell in cells)} |")


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB (10^6 bytes)."""
    with open(f"/proc/{pid}/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return kilobytes * 1024 / 1e6


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    import os

    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
