"""The cursor on a table of 512 x 256: input to paint; and a change of width or base to repaint, with its bytes.

python tests/bench/sinusoidal.py
"""

import measure
import moving

from embviz.ui import cached

N, D = 512, 256
PATH = f"sinusoidal?sin_n={N}&sin_d={D}&sin_p=100"
CHANGES = 40
REPAINT = """async ([key, wanted]) => {
  const host = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].find((e) => e.shadowRoot?.querySelector('canvas'));
  const canvas = host.shadowRoot.querySelector('canvas');
  const start = await new Promise((done) => addEventListener('keydown', (e) => e.key === key && done(e.timeStamp), { capture: true, once: true }));
  const reading = host.shadowRoot.querySelector('.reading');
  const before = reading.textContent;
  while (reading.textContent === before) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def cursor():
    tensors = cached.computed("compute.sinusoidal.table", n=N, dim=D, base=10000, layout="interleaved")
    keys = {"ArrowLeft": ("p", -1), "ArrowRight": ("p", 1)}
    facts = {"start": {"p": 100, "j": 12}, "bounds": {"p": (0, N - 1, 1), "j": (0, D - 1, 1)}, "keys": keys}
    files = moving.static_files("sinusoidal", tensors, **facts)
    ways = {"key": moving.by_key, "drag": moving.by_drag(lambda k: (80 + 800 * k, 20 + 190 * k))}
    moving.compare(f"Cursor on {N} x {D}, input to paint", PATH, files, ways)


def change():
    rows = []
    with measure.browser() as browser, measure.served() as (app, _):
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        received = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
        for name, path in (("Width d", PATH), ("Base", PATH)):
            page.goto(f"{app}/{path}&sin_j=40")
            page.locator("canvas").wait_for()
            page.wait_for_timeout(5000)
            slider = page.get_by_role("slider", name=name)
            times, sizes = [], []
            for k in range(CHANGES):
                key = "ArrowLeft" if k % 2 else "ArrowRight"
                slider.focus()
                received.clear()
                page.evaluate(f"(given) => {{ window.repaint = ({REPAINT})(given); }}", [key, k])
                page.keyboard.press(key)
                times.append(page.evaluate("() => window.repaint"))
                page.wait_for_timeout(700)
                sizes.append(sum(received))
            rows.append([name, *measure.row(times), f"{max(sizes):,}"])
    head = ("changed", "median ms", "p95 ms (limit 300)", "changes", "most bytes a change")
    measure.table(f"A change of the table, from or to {N} x {D}, to repaint", head, rows)


if __name__ == "__main__":
    cursor()
    change()
