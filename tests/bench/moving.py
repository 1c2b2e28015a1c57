"""Input to paint of a moving picture: in the app, and on a static page with no server that draws the same."""

import measure

from embviz.ui import components
from embviz.ui.cached import Tensors

PAGE = """<!doctype html><meta charset="utf-8"><title>static</title>
<style>:root{--st-font:sans-serif;--st-background-color:#fff;--st-text-color:#1c2026;--st-border-color:#d8dce3;
--st-primary-color:#a92a7c;--st-secondary-background-color:#f5f6f8} body{margin:0} #host{margin:220px 0 0 292px;width:956px}</style>
<div id="host"></div>
<script type="module">
import mount from "./picture.js";
const parentElement = document.getElementById("host").attachShadow({ mode: "open" });
const style = document.createElement("style");
style.textContent = await (await fetch("picture.css")).text();
parentElement.append(style);
const data = new Uint8Array(await (await fetch("data.bin")).arrayBuffer());
mount({ data, parentElement, setStateValue() {} });
</script>"""
KEYS, MOVES = 14, 42


def static_files(name: str, tensors: Tensors, /, **facts: object) -> dict[str, str | bytes]:
    """The files of a page that mounts the component `name` with these tensors and facts."""
    sheets = [components.COMPONENTS / "base.css", components.COMPONENTS / f"{name}.css"]
    return {
        "index.html": PAGE,
        "picture.js": components.bundle(components.COMPONENTS / f"{name}.js"),
        "picture.css": "\n".join(sheet.read_text() for sheet in sheets if sheet.exists()),
        "data.bin": components.with_facts(tensors, **{"store": "bench", "label": "bench"} | facts),
    }


def by_key(page) -> list[float]:
    page.evaluate(measure.WATCH, "keydown")
    for key in ["ArrowRight"] * (KEYS // 2) + ["ArrowLeft"] * (KEYS // 2):
        page.keyboard.press(key)
        page.wait_for_timeout(60)
    page.wait_for_timeout(100)
    return measure.paints(page)


def by_drag(path, *, on="canvas"):
    """Drag along `path(k)`, the place within the canvas (or another part) for k from 0 to 1."""

    def play(page) -> list[float]:
        box = page.locator(on).first.bounding_box()
        at = [path(k / MOVES) for k in range(MOVES + 1)]
        page.mouse.move(box["x"] + at[0][0], box["y"] + at[0][1])
        page.mouse.down()
        page.evaluate(measure.WATCH, "pointermove")
        for x, y in at[1:]:
            page.mouse.move(box["x"] + x, box["y"] + y)
            page.wait_for_timeout(25)
        found = measure.paints(page)
        page.mouse.up()
        page.wait_for_timeout(900)
        return found

    return play


def compare(title: str, path: str, files: dict[str, str | bytes], ways: dict[str, object], *, rounds: int = 12) -> None:
    """Print the table: each way of moving, in the app at `path` and on the static page, in turn."""
    with measure.browser() as browser, measure.served() as (app, _), measure.static(files) as peer:
        pages = {}
        for name, address in (("the app", f"{app}/{path}"), ("static page", f"{peer}/index.html")):
            pages[name] = browser.new_page(viewport={"width": 1280, "height": 720})
            pages[name].goto(address)
            pages[name].locator("canvas").first.wait_for()
            pages[name].wait_for_timeout(6000)
        rows = []
        for way, play in ways.items():
            times = {name: [] for name in pages}
            for _ in range(rounds):
                for name, page in pages.items():
                    page.bring_to_front()
                    page.reload()
                    page.locator("canvas").first.wait_for()
                    page.wait_for_timeout(1500)
                    times[name] += play(page)
            limit = measure.percentile(times["static page"], 0.95)
            for name, values in times.items():
                rows.append([way, name, *measure.row(values), f"{measure.percentile(values, 0.95) / limit:.2f}"])
    head = ("by", "page", "median ms", "p95 ms", "moves", "p95 against the static page (limit 1.2)")
    measure.table(title, head, rows)
