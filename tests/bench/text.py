"""Change of text to repaint, and the server's processor time a rerun.

python tests/bench/text.py
"""

import statistics
import tempfile
from pathlib import Path

import measure

CHANGES = 60
WORDS = "the lion ate the hyena and gazelle while birds watched from trees near rivers".split()
REPAINT = """async (text) => {
  const host = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].find((e) => e.shadowRoot?.querySelector('canvas'));
  const canvas = host.shadowRoot.querySelector('canvas');
  const start = await new Promise((done) => addEventListener('keydown', (e) => e.key === 'Enter' && done(e.timeStamp), { capture: true }));
  while (!canvas.getAttribute('aria-label').includes(text)) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""

# Loaded by the server's Python at its start: notes the processor time of each run of the script.
TIMED = """
import os, time
from streamlit.runtime.scriptrunner import script_runner
run = script_runner.ScriptRunner._run_script
def timed(self, data):
    start = time.thread_time()
    try:
        return run(self, data)
    finally:
        with open(os.environ["EMBVIZ_BENCH_TIMES"], "a") as file:
            file.write(f"{time.thread_time() - start}\\n")
script_runner.ScriptRunner._run_script = timed
"""


def texts():
    """Sentences of 4 to 13 words, each new to every cache."""
    for k in range(CHANGES + 5):
        yield " ".join([*WORDS[: 3 + k % 10], f"number {k}"])


def main():
    rows = []
    folder = tempfile.mkdtemp()
    runs = Path(folder, "runs")
    Path(folder, "sitecustomize.py").write_text(TIMED)
    environment = {"PYTHONPATH": folder, "EMBVIZ_BENCH_TIMES": str(runs)}
    with measure.browser() as browser, measure.served(environment=environment) as (app, pid):
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        for model in ("minilm", "wordllama", "fresh"):
            page.goto(f"{app}/pipeline?pipe_stage=7&pipe_model={model}")
            page.get_by_role("slider", name="From text to x").wait_for()
            page.wait_for_timeout(6000)
            box = page.get_by_role("textbox", name="Sentence", exact=True)
            times, before = [], 0.0
            for number, text in enumerate(texts()):
                if number == 5:  # the first ones warm up
                    times, before = [], measure.cpu_seconds(pid)
                    runs.write_text("")
                box.fill(text)
                page.evaluate(f"(text) => {{ window.repaint = ({REPAINT})(text); }}", text)
                box.press("Control+Enter")
                times.append(page.evaluate("() => window.repaint"))
                page.wait_for_timeout(150)
            work = (measure.cpu_seconds(pid) - before) / len(times) * 1000
            script = [float(line) * 1000 for line in runs.read_text().split()]
            rows.append([model, *measure.row(times), f"{statistics.median(script):.1f}", f"{work:.1f}"])
    head = ("model", "median ms", "p95 ms (limit 150)", "changes", "the rerun itself, processor ms (limit 15)")
    head += ("all of the server, processor ms",)
    measure.table("Change of text to repaint", head, rows)


if __name__ == "__main__":
    main()
