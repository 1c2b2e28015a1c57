"""50,000 points in two and three dimensions: our cloud against Plotly's scattergl and scatter3d, each in its own page.

python tests/bench/clouds.py

All four pages are Streamlit's and get the same coordinates, `glove` along its principal components, without labels.
First paint is from the start of the navigation, in a browser that has seen the page before, until a photograph of the
picture has 2,000 pixels that are not its background. Frames are those the page was given while a hand turned (3-D) or
moved (2-D) the picture for three seconds, and their longest time apart. Hover is from the pointer's event to the frame
in which the label stands. Bytes are those of the data, over the socket.
"""

import io
import statistics
import tempfile
import textwrap
from pathlib import Path

import measure
import numpy as np
from PIL import Image
from playwright.sync_api import Page

ROUNDS, HOVERS = 5, 12
PEER = """
import sys
sys.path.insert(0, {root!r})
import plotly.graph_objects as go
import streamlit as st
from embviz.ui import cached

st.set_page_config(layout="wide")
kind = st.query_params["kind"]
cloud = cached.computed("tables.projector.principal", table="glove", components=2 if kind == "scattergl" else 3)
axes = dict(zip("xyz", cloud.arrays["points"].T))
make = go.Scattergl if kind == "scattergl" else go.Scatter3d
trace = make(mode="markers", marker={{"size": 2}}, text=cloud.facts["tokens"], hoverinfo="text", **axes)
figure = go.Figure(trace, layout={{"height": 420, "margin": dict(l=0, r=0, t=0, b=0), "dragmode": "pan" if kind == "scattergl" else "turntable"}})
st.plotly_chart(figure, config={{"scrollZoom": True}})
"""
FRAMES = """() => { window.frames_ = []; const each = (t) => { window.frames_.push(t); window.raf_ = requestAnimationFrame(each); };
  window.raf_ = requestAnimationFrame(each); }"""
COUNTED = "() => { cancelAnimationFrame(window.raf_); return window.frames_; }"
HOVER = """(selector) => { window.hover_ = null;
  const found = () => { const seek = (root) => [...root.querySelectorAll('*')].some((e) =>
      (e.matches(selector) && e.getClientRects().length) || (e.shadowRoot && seek(e.shadowRoot))); return seek(document); };
  addEventListener('pointermove', (event) => { const start = event.timeStamp;
    const look = () => found() ? (window.hover_ = performance.now() - start)
      : performance.now() - start < 3000 ? requestAnimationFrame(look) : (window.hover_ = -1);
    requestAnimationFrame(look); }, { capture: true, once: true }); }"""


def drawn(page: Page, box: dict[str, float]) -> int:
    """How many pixels of the picture are not its background."""
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")).astype(int)
    return int((np.abs(pixels - pixels[2, 2]).max(axis=2) > 24).sum())


def first_paint(page: Page, address: str, place: str) -> float:
    """Milliseconds from the navigation to the picture."""
    page.goto(address, wait_until="commit")
    picture = page.locator(place).first
    picture.wait_for(timeout=60_000)
    while (box := picture.bounding_box()) is None or box["height"] < 100 or drawn(page, inner(box)) < 2000:
        page.wait_for_timeout(20)
    return page.evaluate("() => performance.now()")


def inner(box: dict[str, float]) -> dict[str, float]:
    """The middle of the picture, without buttons and axes."""
    return {"x": box["x"] + box["width"] * 0.2, "y": box["y"] + 40, "width": box["width"] * 0.6, "height": 280}


def turned(page: Page, box: dict[str, float]) -> tuple[float, float]:
    """Frames a second while a hand drags for three seconds, and the longest time between two, in milliseconds."""
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    begin = page.evaluate("() => performance.now()")
    step = 0
    while page.evaluate("() => performance.now()") - begin < 3000:
        step += 1
        page.mouse.move(x + 100 * np.sin(step / 15), y + 30 * np.cos(step / 15))
    frames = page.evaluate(COUNTED)
    page.mouse.up()
    apart = np.diff(frames)
    return 1000 / apart.mean(), apart.max()


def hovered(page: Page, box: dict[str, float], label: str) -> list[float]:
    """Milliseconds from the pointer's event to the label, at several places near the middle."""
    times = []
    for k in range(HOVERS):
        page.mouse.move(box["x"] + 12, box["y"] + 12)
        page.wait_for_timeout(400)
        page.evaluate(HOVER, label)
        page.mouse.move(box["x"] + box["width"] / 2 + 6 * (k - HOVERS / 2), box["y"] + box["height"] / 2 + 3 * k)
        page.wait_for_function("() => window.hover_ !== null")
        times.append(page.evaluate("() => window.hover_"))
    return [value for value in times if value > 0]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        peer = Path(folder, "peer.py")
        peer.write_text(textwrap.dedent(PEER.format(root=str(measure.ROOT))))
        with measure.browser() as browser, measure.served() as (app, _), measure.served(peer) as (other, _):
            ours = (".cloud-stage canvas", ".card")
            theirs = (".js-plotly-plot", ".hoverlayer .hovertext")
            pages = {
                "2-D, embviz": (f"{app}/projector?prj_view=PCA+2-D&prj_groups=0", *ours),
                "2-D, scattergl": (f"{other}/?kind=scattergl", *theirs),
                "3-D, embviz": (f"{app}/projector?prj_view=PCA+3-D&prj_groups=0", *ours),
                "3-D, scatter3d": (f"{other}/?kind=scatter3d", *theirs),
            }
            found = {name: {"paint": [], "fps": [], "longest": [], "hover": [], "bytes": []} for name in pages}
            for index in range(ROUNDS + 1):
                for name, (address, place, label) in pages.items():
                    page = browser.contexts[0].new_page() if browser.contexts else browser.new_context().new_page()
                    page.set_viewport_size({"width": 1280, "height": 720})
                    received = []
                    page.on("websocket", lambda s, r=received: s.on("framereceived", lambda f, r=r: r.append(len(f))))
                    paint = first_paint(page, address, place)
                    page.wait_for_timeout(2500)
                    size = sum(received)
                    box = page.locator(place).first.bounding_box()
                    if index:  # the first round fills the caches
                        values = found[name]
                        values["hover"] += hovered(page, box, label)
                        fps, longest = turned(page, box)
                        values["paint"].append(paint)
                        values["fps"].append(fps)
                        values["longest"].append(longest)
                        values["bytes"].append(size)
                    page.close()
    rows = []
    for name, values in found.items():
        middle = {key: statistics.median(numbers) if numbers else float("nan") for key, numbers in values.items()}
        hover95 = measure.percentile(values["hover"], 0.95) if values["hover"] else float("nan")
        cells = [f"{middle['paint']:.0f}", f"{middle['fps']:.1f}", f"{middle['longest']:.0f}"]
        rows.append([name, *cells, f"{middle['hover']:.0f}", f"{hover95:.0f}", f"{middle['bytes']:,.0f}"])
    head = ("page", "first paint ms", "frames a second", "longest ms", "hover ms", "hover p95 ms", "bytes")
    measure.table(f"50,000 points, medians of {ROUNDS} rounds", head, rows)


if __name__ == "__main__":
    main()
