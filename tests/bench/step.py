"""Stepper, by key and by drag: input to paint in the app, against a static page with no server that draws the same.

python tests/bench/step.py
"""

import measure

from embviz.lessons import pipeline as lesson
from embviz.ui import cached, components, pipeline_text

ROUNDS, STEPS = 16, 14
PAGE = """<!doctype html><meta charset="utf-8"><title>static</title>
<style>:root{--st-font:sans-serif;--st-background-color:#fff;--st-text-color:#1c2026;--st-border-color:#d8dce3;
--st-primary-color:#a92a7c;--st-secondary-background-color:#f5f6f8} body{margin:0} #host{margin:143px 0 0 281px;width:967px}</style>
<div id="host"></div>
<script type="module">
import mount from "./pipeline.js";
const parentElement = document.getElementById("host").attachShadow({ mode: "open" });
const style = document.createElement("style");
style.textContent = await (await fetch("pipeline.css")).text();
parentElement.append(style);
const data = new Uint8Array(await (await fetch("data.bin")).arrayBuffer());
mount({ data, parentElement, setStateValue() {} });
</script>"""


def track(page):
    box = page.get_by_role("slider", name="From text to x").bounding_box()
    return box["x"], box["y"] + box["height"] / 2, box["width"]


def by_key(page):
    page.evaluate(measure.WATCH, "keydown")
    for _ in range(STEPS // 14):
        for key in ["ArrowRight"] * 7 + ["ArrowLeft"] * 7:
            page.keyboard.press(key)
            page.wait_for_timeout(60)
    page.wait_for_timeout(100)
    return measure.paints(page)


def by_drag(page):
    x, y, width = track(page)
    page.mouse.move(x + 20, y)
    page.mouse.down()
    page.evaluate(measure.WATCH, "pointermove")
    for k in range(STEPS * 3):
        page.mouse.move(x + 20 + (width - 40) * k / (STEPS * 3), y)
        page.wait_for_timeout(25)
    found = measure.paints(page)
    page.mouse.move(x + 20, y)
    page.mouse.up()
    page.wait_for_timeout(900)
    return found


def main():
    first = cached.pipeline(lesson.TEXT.default, lesson.MODEL.default, None)
    data = components.with_facts(
        first, store="bench", start={"stage": 1, "token": 2, "dim": 17}, **pipeline_text.words(first.facts)
    )
    css = "\n".join((components.COMPONENTS / name).read_text() for name in ("base.css", "pipeline.css"))
    script = components.bundle(components.COMPONENTS / "pipeline.js")
    files = {"index.html": PAGE, "pipeline.js": script, "pipeline.css": css, "data.bin": data}
    with measure.browser() as browser, measure.served() as (app, _), measure.static(files) as peer:
        pages = {}
        for name, address in (("the app", f"{app}/pipeline"), ("static page", f"{peer}/index.html")):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(address)
            page.get_by_role("slider", name="From text to x").wait_for()
            page.wait_for_timeout(6000)
            pages[name] = page
        rows = []
        for way, play in (("key", by_key), ("drag", by_drag)):
            times = {name: [] for name in pages}
            for _ in range(ROUNDS):
                for name, page in pages.items():
                    page.bring_to_front()
                    page.reload()
                    page.get_by_role("slider", name="From text to x").wait_for()
                    page.wait_for_timeout(1500)
                    times[name] += play(page)
            limit = measure.percentile(times["static page"], 0.95)
            for name, values in times.items():
                rows.append([way, name, *measure.row(values), f"{measure.percentile(values, 0.95) / limit:.2f}"])
    head = ("by", "page", "median ms", "p95 ms", "steps", "p95 against the static page (limit 1.2)")
    measure.table("Input to paint", head, rows)


if __name__ == "__main__":
    main()
