"""A lookup as one-hot × W, what its zeros cost, and a table of width 2 as points."""

from embviz.figures import lookup as figures
from embviz.lessons import LESSONS
from embviz.lessons import lookup as lesson
from embviz.ui import cached, components, frame, running
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY, PLANE_KEY, JOB = "lkp_picture", "lkp_plane", "lkp_timing"
KEYS = {"ArrowLeft": ("out", -1), "ArrowRight": ("out", 1), "ArrowUp": ("cell", -1), "ArrowDown": ("cell", 1)}
ROW_KEYS = {"ArrowLeft": ("row", -1), "ArrowRight": ("row", 1), "ArrowUp": ("row", -1), "ArrowDown": ("row", 1)}


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def looked_up(controls, width):
    """The small table and the rows that the ids pick; `width` is a number, or the parameter that sets it."""
    written = lesson.IDS.widget(controls)
    rows = lesson.V.widget(controls)
    width = width if isinstance(width, int) else width.widget(controls)
    seed = lesson.SEED.widget(controls)
    ids, moved = lesson.chosen_ids(written, rows), lesson.moved_rows(lesson.MOVED.value())
    found = cached.computed("compute.lookup.lookup", ids=ids, rows=rows, width=width, seed=seed, moved=moved)
    shape = {"n": len(ids), "v": rows, "d": width}
    named = [row for row, *_ in moved if row < rows]
    note = text(SLUG, "moved", rows=listed(named)) if named else ""
    check = text(SLUG, "check", difference=f"{found.facts['difference']:.2g}")
    return found, ids, shape, " ".join(filter(None, (check, note)))


def product(controls, stage):
    found, ids, shape, note = looked_up(controls, lesson.D)
    counted = {name: f"{found.facts[name]:,}" for name in ("multiplications", "by_zero")}
    frame.say(stage, text(SLUG, "say_product", copies=copied(ids), **counted, **shape))
    steered = (lesson.OUT, lesson.CELL.upto(shape["d"] - 1), lesson.IDS)
    words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_product", ids=listed(ids), **shape)}
    words |= {"ids": ids, "click": text(SLUG, "click"), **full()}
    with stage:
        components.picture("lookup", found, key=KEY, steered=steered, keys=KEYS, **words)
    if len(ids) > 1:
        out = lesson.OUT.upto(len(ids) - 1)
        with controls:
            components.sliders(KEY, (out,), roles={"out": "highlight"}, play=out)
    return note


def cost(controls, stage):
    size, width, n = (param.widget(controls) for param in (lesson.SIZE, lesson.WIDTH, lesson.N))
    asked = {"vocab_size": size, "n_ids": n, "dim": width}
    counted = cached.computed("compute.lookup.cost", **asked).facts
    over = cached.computed("compute.lookup.costs", n_ids=n, dim=width).arrays
    share = f"{100 * counted['by_zero'] / counted['product_multiplications']:.6g}"
    times = f"{counted['product_multiplications']:,}"
    frame.say(stage, text(SLUG, "say_cost", size=f"{size:,}", times=times, share=share))
    sizes = over["vocabularies"]
    left, right = stage.columns(2, gap=16)
    lines = (over["product_multiplications"], over["sparse_multiplications"])
    figure = figures.multiplications(sizes, *lines, chosen=size, count=counted["product_multiplications"])
    alt = text(SLUG, "alt_multiplications", size=f"{size:,}", times=times, last=f"{lines[0][-1]:.3g}")
    frame.chart(left, figure, key="lkp_multiplications", alt=alt)
    read = {name: figures.in_bytes(counted[f"{name}_bytes"]) for name in ("product", "sparse", "lookup")}
    lines = (over["product_bytes"], over["one_hot"], over["lookup_bytes"])
    figure = figures.bytes_read(sizes, *lines, chosen=size, count=counted["product_bytes"])
    alt = text(SLUG, "alt_bytes", size=f"{size:,}", product=read["product"], lookup=read["lookup"])
    frame.chart(right, figure, key="lkp_bytes", alt=alt)
    timing = timed(controls, asked)
    facts = timing.facts if timing else {}
    taken = {name: figures.seconds(facts.get(name)) for name in ("product", "sparse", "lookup")}
    rows = {f"{name}_{kind}": one[name] for kind, one in (("read", read), ("time", taken)) for name in one}
    rows |= {"times": times, "ones": f"{counted['sparse_multiplications']:,}"}
    left, right = stage.columns([556, 384], gap=16)
    left.container(key="lkp_table").markdown(text(SLUG, "ways", **rows))
    right.markdown(heard(facts))
    return text(SLUG, "formulas", n=n, d=width) + " " + measured(facts)


def heard(facts):
    """How the times compare."""
    if not facts:
        return text(SLUG, "untimed")
    if "left_out" in facts:
        return text(SLUG, "left_out", reason=facts["left_out"])
    times = facts["product"] / facts["lookup"]
    return text(SLUG, "longer" if times >= 1 else "shorter", times=figures.rounded(max(times, 1 / times)))


def measured(facts):
    """How the times were taken, or within which limits they would be."""
    if not facts:
        return text(SLUG, "limits")
    make = text(SLUG, "make", time=figures.seconds(facts["make"])) + " " if "make" in facts else ""
    return make + text(SLUG, "measured", device=facts["device"], difference=f"{facts['difference']:.2g}")


def timed(controls, asked):
    """The times of this size, if they were asked for and are there; a button asks, and waits while they are taken."""
    job = running.job(JOB)
    busy = bool(job and job.running and job.about == asked)
    if controls.button(text(SLUG, "time"), key="lkp_time", disabled=busy) and not busy:
        running.start(JOB, cached.work("compute.lookup.timed", **asked), about=asked)
    with controls:
        running.show(JOB)
    job = running.job(JOB)
    return job.result if job and job.about == asked else None


def plane(controls, stage):
    found, ids, shape, note = looked_up(controls, 2)
    frame.say(stage, text(SLUG, "say_plane"))
    row = lesson.ROW.upto(shape["v"] - 1)
    words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_plane", v=shape["v"], ids=listed(ids))}
    words |= {name: text(SLUG, name) for name in ("drag", "put_back")} | full()
    words["handle"] = text(SLUG, "handle", row="{row}", x="{x}", y="{y}")
    with stage:
        steered = (row, lesson.MOVED, lesson.IDS)
        components.picture("lookup_plane", found, key=PLANE_KEY, steered=steered, keys=ROW_KEYS, **words)
    with controls:
        components.sliders(PLANE_KEY, (row,), roles={"row": "highlight"})
    return note


def full():
    return {"most": lesson.MOST_IDS, "full": text(SLUG, "full", most=lesson.MOST_IDS)}


def copied(ids):
    if len(ids) > 4:
        return text(SLUG, "copies_many", n=len(ids))
    return text(SLUG, "copies", rows=listed(ids)) if len(ids) > 1 else text(SLUG, "copies_one", row=ids[0])


def listed(parts):
    *first, last = map(str, parts)
    return f"{', '.join(first)} and {last}" if first else last


VIEWS = {lesson.PRODUCT: product, lesson.COST: cost, lesson.PLANE: plane}
CODE = ("lookup.table", "lookup.lookup", "onehot.one_hot_lookup", "lookup.cost", "lookup.timed")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=[f"compute.{name}" for name in CODE], lessons=LESSONS)
