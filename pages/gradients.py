"""The gradient of each row of a small table, with and without a tied head, and which rows an optimiser then moves."""

from embviz.figures import gradients as figures
from embviz.figures.chart import signed
from embviz.lessons import LESSONS
from embviz.lessons import gradients as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEYS = {"ArrowLeft": ("j", -1), "ArrowRight": ("j", 1), "ArrowUp": ("row", -1), "ArrowDown": ("row", 1)}
STEP_KEYS = {"ArrowLeft": ("step", -1), "ArrowRight": ("step", 1), "ArrowUp": ("row", -1), "ArrowDown": ("row", 1)}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    ids = lesson.chosen_ids(lesson.IDS.widget(controls))
    return VIEWS[view](controls, stage, ids)


def settled(controls, ids):
    """The padding row and the seed, which every table here has."""
    padding = lesson.padding_row(lesson.PADDING.widget(controls))
    return {"ids": ids, "padding": padding, "seed": lesson.SEED.widget(controls)}


def rows(numbers):
    """Row numbers in a sentence: row 1; rows 1, 3 and 7; no row; all 12 rows."""
    if not numbers:
        return text(SLUG, "no_row")
    if len(numbers) == lesson.ROWS:
        return text(SLUG, "all_rows")
    if len(numbers) == 1:
        return text(SLUG, "one_row", row=numbers[0])
    return text(SLUG, "some_rows", most=", ".join(map(str, numbers[:-1])), last=numbers[-1])


def sent(text_of):
    """A sentence begins with a capital."""
    return text_of[:1].upper() + text_of[1:]


def gradient(controls, stage, ids):
    upstream = lesson.UPSTREAM.widget(controls)
    given = settled(controls, ids)
    found = cached.computed("compute.gradient_views.row_gradients", upstream=upstream, **given)
    facts = found.facts
    often = max(set(ids) - {given["padding"]}, key=ids.count, default=None)
    said = text(SLUG, "say_gradient", rows=rows(facts["learning"]))
    if often is not None and ids.count(often) > 1 and often in facts["learning"]:
        said += " " + text(SLUG, "say_sum", row=often, times=ids.count(often))
    if facts["silent"]:
        said += " " + text(SLUG, "say_silent", rows=rows(facts["silent"]))
    frame.say(stage, said)
    shown = {"kind": "lookup", "ids": ids, "padding": given["padding"]}
    names = [("G", text(SLUG, "name_upstream")), ("∂L/∂W", text(SLUG, "name_hand")), ("", text(SLUG, "name_autograd"))]
    alt = text(SLUG, "alt_gradient", rows=rows(facts["learning"]), tokens=len(ids))
    draw(stage, "gradients", found, "grd_picture", (lesson.ROW, lesson.COLUMN), KEYS, alt, names=names, **shown)
    why = text(SLUG, "why_cross") if upstream == "cross-entropy" else text(SLUG, "why_ones")
    return why + " " + text(SLUG, "check", difference=small(facts["largest_difference"]))


def tied(controls, stage, ids):
    given = settled(controls, ids)
    found = cached.computed("compute.gradient_views.row_gradients", upstream="cross-entropy", tied=True, **given)
    own = cached.computed("compute.gradient_views.row_gradients", upstream="cross-entropy", **given)
    facts = found.facts
    frame.say(stage, text(SLUG, "say_tied", own=rows(own.facts["learning"]), count=len(facts["learning"])))
    shown = {"kind": "tied", "ids": ids, "padding": given["padding"]}
    names = [("", text(SLUG, f"name_{part}")) for part in ("lookup", "logits")] + [("∂L/∂W", text(SLUG, "name_sum"))]
    alt = text(SLUG, "alt_tied", own=rows(own.facts["learning"]), count=len(facts["learning"]))
    draw(stage, "gradients", found, "grd_tied", (lesson.ROW, lesson.COLUMN), KEYS, alt, names=names, **shown)
    padded = text(SLUG, "why_tied") if given["padding"] is not None else text(SLUG, "why_tied_plain")
    return padded + " " + text(SLUG, "check", difference=small(facts["largest_difference"]))


def optimisers(controls, stage, ids):
    optimiser, batches = (param.widget(controls) for param in (lesson.OPTIMISER, lesson.BATCHES))
    kind = lesson.GRADIENT.widget(controls)
    decay = "0" if kind == "sparse" else lesson.DECAY.widget(controls)
    loop = lesson.loop(optimiser, batches, decay, kind)
    found = cached.computed("compute.gradient_views.row_steps", ids=ids, padding=0, seed=0, **loop)
    facts = found.facts
    all_later = facts["later"] == facts["learning"]
    said = text(SLUG, "say_later" if all_later else "say_learned", rows=sent(rows(facts["learning"])))
    said += " " + text(SLUG, "say_strangers", count=len(facts["strangers"]), all=lesson.ROWS - len(set(ids)))
    if kind == "sparse" and optimiser == "AdamW":
        said = text(SLUG, "say_no_sparse") + " " + said
    frame.say(stage, said)
    alt = text(SLUG, "alt_steps", optimiser=optimiser, moved=rows(facts["moved"]), learned=rows(facts["learning"]))
    shown = {"padding": 0, "batches": loop["batches"]}
    draw(stage, "gradients_steps", found, "grd_steps", (lesson.ROW, lesson.STEP), STEP_KEYS, alt, **shown)
    return text(SLUG, "note_steps")


def every_optimiser(controls, stage, ids):
    batches, decay = lesson.BATCHES.widget(controls), lesson.DECAY.widget(controls)
    given = settled(controls, ids) | {"batches": lesson.batches_named(batches), "decay": float(decay)}
    found = cached.computed("compute.gradient_views.used_and_unused", **given)
    names, arrays = found.facts["names"], found.arrays
    kinds = {name: arrays[name] for name in figures.KINDS}
    labels = {name: text(SLUG, f"kind_{name}") for name in kinds}
    far = dict(zip(names, kinds["unused"], strict=True))
    moving = [f"{name} ({signed(float(far[name]), 2)})" for name in names if far[name] > 0]
    if not found.facts["unused_rows"]:
        frame.say(stage, text(SLUG, "say_all_used"))
    elif moving:
        frame.say(stage, text(SLUG, "say_unused", names=" and ".join(moving)))
    else:
        frame.say(stage, text(SLUG, "say_none_unused"))
    told = "; ".join(
        f"{name} " + ", ".join(signed(float(values[k]), 2) for values in kinds.values()) for k, name in enumerate(names)
    )
    figure = figures.used_and_unused(kinds, names, labels)
    frame.chart(stage, figure, key="grd_used", alt=text(SLUG, "alt_used", told=told))
    used = {"used": rows(found.facts["used_rows"]), "unused": rows(found.facts["unused_rows"])}
    return text(SLUG, "note_used", decay=decay, **used)


def small(value):
    return "0" if value == 0 else f"{value:.0e}".replace("-", "−")


def draw(stage, name, found, key, steered, keys, alt, **facts):
    with stage:
        components.picture(
            name, found, key=key, steered=steered, keys=keys, label=text(SLUG, "title"), alt=alt, **facts
        )


VIEWS = {"Gradient": gradient, "Tied head": tied, "Optimisers": optimisers, "Used and unused": every_optimiser}
CODE = ("gradients.loss_gradients", "onehot.one_hot_gradient", "gradients.optimiser_steps")
CODE += ("gradient_views.used_and_unused",)
frame.show(lesson.LESSON, picture, note=lambda said: said, code=[f"compute.{name}" for name in CODE], lessons=LESSONS)
