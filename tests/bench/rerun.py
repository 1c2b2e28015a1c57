"""What Streamlit's own garbage collection after every run costs, and what gc.freeze alone leaves of it.

python tests/bench/rerun.py
"""

import measure

STEPS = 40


def main():
    rows = []
    with measure.browser() as browser:
        for name, collect in (("postScriptGC on, Streamlit's default", "true"), ("off, as in config.toml", "false")):
            with measure.served(environment={"STREAMLIT_RUNNER_POST_SCRIPT_GC": collect}) as (app, pid):
                page = browser.new_page(viewport={"width": 1280, "height": 720})
                page.goto(f"{app}/pipeline")
                page.get_by_role("slider", name="From text to x").wait_for()
                page.wait_for_timeout(6000)
                before = measure.cpu_seconds(pid)
                for k in range(STEPS):
                    page.keyboard.press("ArrowRight" if k % 2 == 0 else "ArrowLeft")
                    page.wait_for_timeout(300)
                work = (measure.cpu_seconds(pid) - before) / STEPS * 1000
                rows.append([name, f"{work:.1f}", STEPS])
                page.close()
    measure.table("Server work a committed step", ("garbage collection", "processor ms a rerun", "reruns"), rows)


if __name__ == "__main__":
    main()
