"""What garbage collection costs a rerun: Streamlit's own after every run, with and without gc.freeze, and as embviz has it.

python tests/bench/rerun.py
"""

import tempfile
from pathlib import Path

import measure

STEPS, SESSIONS = 30, 20
NO_FREEZE = "import gc\ngc.freeze = lambda: None\n"


def main():
    rows = []
    with measure.browser() as browser, tempfile.TemporaryDirectory() as folder:
        Path(folder, "sitecustomize.py").write_text(NO_FREEZE)
        variants = {
            "Streamlit's default: collected after every run, nothing frozen": ("true", {"PYTHONPATH": folder}),
            "collected after every run, frozen": ("true", {}),
            "embviz: not collected after runs, frozen": ("false", {}),
        }
        for name, (collect, environment) in variants.items():
            with measure.served(environment=environment | {"STREAMLIT_RUNNER_POST_SCRIPT_GC": collect}) as (app, pid):
                contexts = []
                for sessions in (1, 1 + SESSIONS):
                    while len(contexts) < sessions:
                        contexts.append(browser.new_context(viewport={"width": 1280, "height": 720}))
                        page = contexts[-1].new_page()
                        page.goto(f"{app}/pipeline")
                        page.get_by_role("slider", name="From text to x").wait_for()
                        page.wait_for_timeout(6000 if sessions == 1 else 600)
                    before = measure.cpu_seconds(pid)
                    for k in range(STEPS):
                        page.keyboard.press("ArrowRight" if k % 2 == 0 else "ArrowLeft")
                        page.wait_for_timeout(350)
                    work = (measure.cpu_seconds(pid) - before) / STEPS * 1000
                    rows.append([name, sessions, f"{work:.1f}"])
                for context in contexts:
                    context.close()
    head = ("garbage collection", "open sessions", "server processor ms a committed step")
    measure.table(f"Reruns, {STEPS} each", head, rows)


if __name__ == "__main__":
    main()
