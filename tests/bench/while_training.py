"""What a training costs other people: one session trains word2vec, another changes a parameter of another lesson.

From the key that changes the parameter to the new numbers on the page. The limit is 500 ms at
the 95th percentile.

python tests/bench/while_training.py
"""

import os
import sys

import measure

CHANGES = 40
LIMIT = 500
WATCH = """() => {
  const said = () => document.querySelector('.st-key-said')?.textContent;
  window.waits = [];
  let pressed = 0, before = said();
  addEventListener('keydown', (event) => { pressed = event.timeStamp; before = said(); }, { capture: true });
  new MutationObserver(() => {
    if (!pressed || !said() || said() === before) return;
    window.waits.push(performance.now() - pressed);
    pressed = 0;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
IDLE = (
    "() => document.querySelector('[data-testid=\"stApp\"]')?.getAttribute('data-test-script-state') === 'notRunning'"
)


def opened(browser, address):
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(address)
    page.wait_for_function(IDLE, timeout=60_000)
    page.wait_for_timeout(3000)
    return page


def train(browser, app, *, waits):
    longest = "w2v_corpus=Shakespeare&w2v_epochs=20&w2v_dim=100&w2v_window=10&w2v_negative=20"
    page = opened(browser, f"{app}/word2vec?{longest}")
    page.get_by_role("button", name="Train it yourself").click()
    page.locator(".st-key-w2v_training_status", has_text="Waiting" if waits else "left").wait_for(timeout=120_000)
    return page


def changes(page):
    """Waits for CHANGES of the base, in ms: curves over another number of positions each time."""
    slider = page.get_by_role("slider", name="Base")
    slider.focus()
    for k in range(CHANGES):
        slider.press("ArrowRight" if k % 8 < 4 else "ArrowLeft")
        page.wait_for_function("count => window.waits.length > count", arg=k, timeout=30_000)
        page.wait_for_timeout(120)
    return page.evaluate("() => window.waits.splice(0)")


def main():
    rows, worst, asked = [], 0.0, []
    at_once = max(1, (os.cpu_count() or 2) // 2)
    with measure.browser() as browser, measure.served() as (app, _):
        other = opened(browser, f"{app}/sinusoidal?sin_view=Similarity&sin_n=256")
        other.evaluate(WATCH)
        changes(other)  # caches and fonts
        for trainings in range(3):
            if trainings:
                asked.append(train(browser, app, waits=trainings > at_once))
            waits = changes(other)
            rows.append([trainings, *measure.row(waits)])
            if trainings:
                on = asked[0].locator(".st-key-w2v_training_status", has_text="left").count()
                rows[-1].append("yes" if on else "no, it ended before")
                worst = max(worst, measure.percentile(waits, 0.95))
            else:
                rows[-1].append("")
    head = ("trainings asked for", "p50 ms", "p95 ms", "changes", "the first still on at the end")
    measure.table("A parameter changed in one session while others train", head, rows)
    print(f"\nLimit: {LIMIT} ms at p95. Worst while training: {worst:.0f} ms.")
    return worst > LIMIT


if __name__ == "__main__":
    sys.exit(main())
