"""A lookup as one-hot × W, what its zeros cost, and a table of width 2 as points."""

from embviz import figures
from embviz.lessons import LESSONS
from embviz.lessons import lookup as lesson
from embviz.ui import cached, components, frame, running
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY, PLANE_KEY, JOB = "lkp_picture", "lkp_plane", "lkp_timed"
KEYS = {"ArrowLeft": ("out", -1), "ArrowRight": ("out", 1), "ArrowUp": ("out", -1), "ArrowDown": ("out", 1)}
KEYS |= {"Shift+ArrowLeft": ("cell", -1), "Shift+ArrowRight": ("cell", 1)}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    return VIEWS[view](controls, stage)


def product(controls, stage):
    v, d = lesson.V.widget(controls), lesson.D.widget(controls)
    ids = lesson.chosen_ids(lesson.IDS.widget(controls), v)
    seed = lesson.SEED.widget(controls)
    found = cached.computed("compute.lookup.lookup", vocab_size=v, dim=d, seed=seed, ids=ids)
    frame.say(stage, text(SLUG, "say_product", n=len(ids), zeros=len(ids) * (v - 1)))
    last = min(lesson.MOST_IDS - 1, len(ids))  # one more than there are, for the id that a click adds
    steered = (lesson.OUT.upto(last), lesson.CELL.upto(d - 1), lesson.IDS)
    words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_product", n=len(ids), v=v, d=d)}
    with stage:
        components.picture("lookup", found, key=KEY, steered=steered, ids=ids, keys=KEYS, **words)
    return text(SLUG, "check_product", difference=f"{found.facts['difference']:.2g}")


def cost(controls, stage):
    n, d = lesson.N_IDS.widget(controls), lesson.WIDTH.widget(controls)
    found = cached.computed("compute.lookup.cost", n_ids=n, dim=d).arrays
    size = lesson.SIZE.widget(controls)
    asked = {"vocab_size": size, "n_ids": n, "dim": d}
    if controls.button(text(SLUG, "time"), key="lkp_run"):
        running.start(JOB, cached.work("compute.lookup.timing", **asked), about=asked)
    with controls:
        running.show(JOB)
    sizes, times = found["vocabularies"], found["product_multiplications"]
    shares = {"last": f"{sizes[-1]:,.0f}", "times": f"{times[-1]:,.0f}", "useful": f"{found['useful'][-1]:,.0f}"}
    frame.say(stage, text(SLUG, "say_cost", n=n, d=d, **shares))
    left, right = stage.columns(2, gap=16)
    figure = figures.lookup.multiplications(sizes, times, found["useful"])
    frame.chart(left, figure, key="lkp_multiplications", alt=text(SLUG, "alt_multiplications", **shares))
    held, read = found["product_bytes"], found["lookup_bytes"]
    alt = text(SLUG, "alt_bytes", held=f"{held[-1]:,.0f}", read=f"{read[-1]:,.0f}", last=shares["last"])
    frame.chart(right, figures.lookup.bytes_held(sizes, held, read), key="lkp_bytes", alt=alt)
    job = running.job(JOB)
    if job and job.result and job.about == asked:
        controls.caption(timed(job.result.facts, size))
    return text(SLUG, "note_cost")


def timed(facts, size):
    said = {"size": f"{size:,}", "device": facts["device"], "lookup": f"{1000 * facts['lookup']:.3g}"}
    if "product" not in facts:
        return text(SLUG, "too_large", **said)
    ratio = f"{facts['product'] / facts['lookup']:,.3g}"
    return text(SLUG, "timed", product=f"{1000 * facts['product']:.3g}", ratio=ratio, **said)


def plane(controls, stage):
    v = lesson.V.widget(controls)
    ids = lesson.chosen_ids(lesson.IDS.widget(controls), v)
    seed = lesson.SEED.widget(controls)
    found = cached.computed("compute.lookup.lookup", vocab_size=v, dim=2, seed=seed, ids=ids)
    frame.say(stage, text(SLUG, "say_plane"))
    steered = (lesson.ROW.upto(v - 1), lesson.X, lesson.Y)
    words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_plane", v=v)}
    with stage:
        facts = {"ids": ids, "unset": lesson.X.default, **words}
        components.picture("lookup_plane", found, key=PLANE_KEY, steered=steered, **facts)
    return text(SLUG, "note_plane")


VIEWS = {"One-hot × W": product, "Cost": cost, "In the plane": plane}
CODE = ("compute.lookup.lookup", "compute.onehot.one_hot_lookup", "compute.lookup.cost", "compute.lookup.timed")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
