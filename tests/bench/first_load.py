"""From `streamlit run` to the first picture of Home in a fresh browser, against an app of one component and no import.

Also the bytes of the first load, the server's memory after it, and what a further session adds.

    python tests/bench/first_load.py
"""

import statistics
import tempfile
import time
from pathlib import Path

import measure

ROUNDS, SESSIONS = 7, 20
PEER = '''
import streamlit as st

draw = """export default function ({ parentElement }) {
  if (parentElement.querySelector("canvas")) return;
  const canvas = document.createElement("canvas");
  parentElement.append(canvas);
  canvas.getContext("2d").fillRect(0, 0, 200, 100);
}
"""
st.components.v2.component("peer", js=draw)(key="peer")
'''
PAINTED = """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].some((host) => {
  const canvas = host.shadowRoot?.querySelector('canvas');
  return canvas?.width && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v);
})"""


def first_picture(browser, script):
    """Seconds to the first picture, bytes of the load, resident MB after it and a further session's MB."""
    start = time.perf_counter()
    with measure.served(script) as (app, pid):
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        page = context.new_page()
        received = []
        client = context.new_cdp_session(page)
        client.send("Network.enable")
        client.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        client.on(
            "Network.webSocketFrameReceived", lambda event: received.append(len(event["response"]["payloadData"]))
        )
        page.goto(app)
        page.wait_for_function(PAINTED, polling="raf")
        seconds = time.perf_counter() - start
        page.wait_for_timeout(8000)
        context.close()
        return seconds, sum(received), measure.resident_mb(pid)


def further_sessions(browser):
    """Resident MB that one more person on Home, and one more on the pipeline, adds to the server."""
    grown = []
    with measure.served() as (app, pid):
        for path in ("", "pipeline?pipe_stage=7"):
            contexts = []
            for k in range(SESSIONS + 3):
                if k == 3:
                    before = measure.resident_mb(pid)
                contexts.append(browser.new_context())
                page = contexts[-1].new_page()
                page.goto(f"{app}/{path}")
                page.wait_for_function(PAINTED)
                page.wait_for_timeout(1500 if k else 8000)
            grown.append((measure.resident_mb(pid) - before) / SESSIONS)
            for context in contexts:
                context.close()
    return grown


def main():
    with measure.browser() as browser, tempfile.TemporaryDirectory() as folder:
        peer = Path(folder, "app.py")
        peer.write_text(PEER)
        scripts = {"embviz, Home": measure.ROOT / "app.py", "one component": peer}
        found = {name: [] for name in scripts}
        for _ in range(ROUNDS):
            for name, script in scripts.items():
                found[name].append(first_picture(browser, script))
        home, pipeline = further_sessions(browser)
    limit = statistics.median(seconds for seconds, *_ in found["one component"])
    rows = []
    for name, values in found.items():
        seconds, size, memory = (statistics.median(column) for column in zip(*values, strict=True))
        spread = f"{min(v[0] for v in values):.2f} to {max(v[0] for v in values):.2f}"
        rows.append([name, f"{seconds:.2f}", spread, f"{seconds / limit:.2f}", f"{size / 1e6:.2f}", f"{memory:.0f}"])
    head = ("app", "median s", "range s", "against one component (limit 1.2)", "MB loaded", "server MB after it")
    measure.table("From `streamlit run` to the first picture", head, rows)
    print(
        f"\nA further session adds {home:.2f} MB on Home, {pipeline:.2f} MB on the pipeline ({SESSIONS} sessions each)."
    )


if __name__ == "__main__":
    main()
