"""Every exercise of every lesson: one at a time, as a set that a link opens, and what this browser keeps of them."""

from embviz.figures import curves, long_context, matrix, offset, recipe
from embviz.lessons import LESSONS, SECTIONS
from embviz.lessons import long_context as long_context_lesson
from embviz.lessons import offset as offset_lesson
from embviz.lessons import practice as lesson
from embviz.lessons import similarity as similarity_lesson
from embviz.lessons import sinusoidal as sinusoidal_lesson
from embviz.ui import cached, components, exercise, frame
from embviz.ui.text import plain, text

(LESSON,) = [each for each in LESSONS if each.slug == "practice"]
_, OF, LEVEL = LESSON.widgets
KNOWN = lesson.entries(SECTIONS)
NO_NUMBERS = cached.Tensors.pack({}, {})
KEY = "pr_picture"
STANDINGS = ("new", "tried", "done", "first")
LIST = (*STANDINGS, "count", "none")
MAKE = ("chosen", "empty", "add_this", "up", "down", "out", "variant", "less", "more", "link")
MAKE += ("copy", "copied", "failed", "open")
KEPT = (*STANDINGS, "sum", "unkept", "of", "export", "import", "clear", "sure", "exported", "imported", "cleared")
BAD = ("bad_large", "bad_json", "bad_shape")
LOOK_HEIGHT = 270


def words(*names):
    return {name: text(LESSON.slug, f"js_{name}") for name in names}


def brief(entry):
    """An exercise as a list shows it."""
    prompt = exercise.asked(entry.slug, entry.item, "exercise").split("\n")[0]
    return {"id": entry.id, "lesson": text(entry.slug, "title"), "prompt": prompt, "level": entry.level}


def picture(controls, stage):
    bar = stage.container(key="pr_bar", horizontal=True, horizontal_alignment="distribute")
    return VIEWS[lesson.VIEW.widget(bar)](controls, stage, bar)


def filtered(controls):
    """The exercises that the two lists leave, and the difficulty chosen."""
    left, right = controls.columns([3, 2])
    of, level = OF.widget(left), LEVEL.widget(right)
    return lesson.listed(KNOWN, of=of, level=level), level


def one(controls, stage, bar):
    chosen, unknown, more = lesson.named(lesson.SET.value(), KNOWN)
    if chosen:
        listed, level = chosen, "any"
        controls.button(text(LESSON.slug, "leave"), key="pr_leave", on_click=lambda: lesson.SET.move(""))
    else:
        listed, level = filtered(controls)
    wanted = lesson.OPEN.value()
    unknown += [wanted] if wanted and wanted not in KNOWN else []
    entry = KNOWN.get(wanted) or next(iter(listed), None)
    with controls:
        shown = {
            "items": [brief(each) for each in listed],
            "opened": entry.id if entry else "",
            "ordered": bool(chosen),
        }
        shown |= {"label": text(LESSON.slug, "alt_list"), "say": words(*LIST)}
        components.picture("practice", NO_NUMBERS, key=KEY, steered=LESSON.steered, **shown)
    if entry is None:
        frame.say(stage, text(LESSON.slug, "say_none", level=level))
        return text(LESSON.slug, "note")
    frame.say(stage, told(entry, chosen))
    if unknown:
        names = ", ".join(plain(name[:40]) for name in unknown[:3]) + (" …" if len(unknown) > 3 else "")
        stage.markdown(text(LESSON.slug, "unknown", names=names))
    if more:
        stage.markdown(text(LESSON.slug, "too_many", most=lesson.MOST, more=more))
    large(stage.container(key="pr_one"), entry)
    turns(bar, [each.id for each in listed], entry.id, keep_seed=bool(chosen))
    return text(LESSON.slug, "note_set" if chosen else "note")


def told(entry, chosen):
    """The line above an exercise: where it is from."""
    seed = lesson.SEED.value() if entry.item.fresh else 0
    variant = text(LESSON.slug, "variant", seed=seed) if seed else text(LESSON.slug, "as_written")
    said = {"title": text(entry.slug, "title"), "level": entry.level, "variant": variant}
    if entry not in chosen:
        return text(LESSON.slug, "say_one", part=entry.section, **said)
    return text(LESSON.slug, "say_set", count=len(chosen), place=chosen.index(entry) + 1, **said)


def large(where, entry):
    """The exercise, and for some the picture that answers it, once there is a guess."""
    seed, look = lesson.SEED.value(), LOOKS.get(entry.id)

    def again():
        lesson.OPEN.move(entry.id)
        lesson.SEED.move(seed % lesson.SEED.high + 1)

    before = text(LESSON.slug, "predict") if look else None
    with where:
        found = exercise.draw(entry.slug, entry.item, seed=seed, again=again, page="pr", before=before)
    if look and found and found["right"] is not None:
        variant = entry.item.variant(seed)
        figure, alt = look(variant.link, variant.says)
        frame.chart(where, figure, key="pr_look", alt=alt)


def turns(bar, ids, here, *, keep_seed):
    """The ways to the exercises before and after."""

    def go(to):
        lesson.OPEN.move(to)
        if not keep_seed:
            lesson.SEED.move(lesson.SEED.default)

    at = ids.index(here) if here in ids else -1
    row = bar.container(key="pr_turns", horizontal=True, width="content")
    for name, to in (("back", at - 1), ("on", at + 1)):
        there = 0 <= to < len(ids)
        label, args = text(LESSON.slug, name), (ids[to] if there else "",)
        row.button(label, key=f"pr_{name}", on_click=go, args=args, disabled=not there)


def make(controls, stage, _):
    listed, _ = filtered(controls)
    frame.say(stage, text(LESSON.slug, "say_make"))
    about = {each.id: {name: brief(each)[name] for name in ("lesson", "prompt")} for each in KNOWN.values()}
    shown = {"items": [brief(each) for each in listed], "all": about, "most": lesson.MOST}
    shown |= {
        "label": text(LESSON.slug, "alt_list"),
        "say": words(*MAKE) | {"clear": text(LESSON.slug, "js_clear_set")},
    }
    with stage:
        components.picture("practice_set", NO_NUMBERS, key="pr_make", steered=(lesson.SEED, lesson.SET), **shown)
    controls.caption(text(LESSON.slug, "note_set"))
    return None


def kept(controls, stage, _):
    frame.say(stage, text(LESSON.slug, "say_kept"))
    lessons = {}
    for entry in KNOWN.values():
        lessons.setdefault(text(entry.slug, "title"), []).append(brief(entry))
    told = [{"title": title, "items": items} for title, items in lessons.items()]
    with stage:
        components.beside("practice_kept", KEY, lessons=told, say=words(*KEPT, *BAD))
    controls.markdown(text(LESSON.slug, "note_kept"))
    return None


def of(link, *params):
    """What a link sets these parameters to."""
    return [link.get(param, param.default) for param in params]


def curve(link, says):
    d, base = of(link, sinusoidal_lesson.D, sinusoidal_lesson.BASE)
    found = cached.computed("compute.sinusoidal.similarity", n=128, dim=d, base=base)
    closed, k = found.arrays["closed"], says.get("k") or found.facts["first_rise"]
    said = {"k": k, "value": f"{closed[k]:.3f}".replace("-", "\u2212")}
    line = curves.Curve(range(len(closed)), closed, "", "position")
    marks = [curves.Mark(k, float(closed[k]), text(LESSON.slug, "at_distance", **said))]
    drawn = curves.curves([line], height=LOOK_HEIGHT, x="distance |p \u2212 q|", y="cosine", marks=marks, right=16)
    return drawn, text(LESSON.slug, "alt_curve", n=len(closed) - 1, **said)


def cells(link, _):
    table, listed = of(link, similarity_lesson.TABLE, similarity_lesson.WORDS)
    found = cached.computed("tables.similarity.matrix", table=table, vectors="raw", listed=listed, order="list")
    names, cosines, (i, j) = found.facts["words"], found.arrays["cosines"], found.facts["nearest"]
    drawn = matrix.similarity_matrix(cosines, height=LOOK_HEIGHT, x="", y="", name="cos", columns=names, rows=names)
    said = {"a": names[i], "b": names[j], "value": f"{cosines[i][j]:.3f}", "table": table, "words": ", ".join(names)}
    return drawn, text(LESSON.slug, "alt_cells", **said)


def levels(_, __):
    found = cached.computed("compute.offset.spread", position="sinusoidal", seed=0)
    names = [name + times for times in ("", " × √d") for name in offset_lesson.STD.options]
    ratios = {"tokens": found.arrays["token_ratio"].T.ravel(), "total": found.arrays["total_ratio"].T.ravel()}
    level = {which: ", ".join(found.facts[f"level_{which}"]) or "\u2013" for which in ("raw", "scaled")}
    chosen = names.index(found.facts["level_scaled"][0])
    return offset.levels(names, **ratios, chosen=chosen), text("offset", "alt_levels", **level)


def stretches(link, _):
    (scheme,) = of(link, long_context_lesson.SCHEME)
    given = {"length": 4096, "factor": 4, "base": 10000, "dim": 128}
    found = cached.computed("compute.long_context.wavelengths", **given)
    schemes = tuple(long_context_lesson.SHORT)
    own = found.arrays["stretch"][schemes.index(scheme)]
    said = {"pairs": len(own), "scheme": scheme, "length": "4,096", "less": found.facts["incomplete"]}
    alt = text("long_context", "alt_stretch", first=f"{own[0]:.3g}", last=f"{own[-1]:.3g}", **said)
    return long_context.stretch(found.arrays["stretch"], schemes=schemes, chosen=scheme), alt


def lengths(_, __):
    found = cached.computed("tables.recipe.lengths", shown="kinds", part="whole", times=8)
    arrays, names, trained = found.arrays, found.facts["names"], found.facts["trained"]
    told = ", ".join(f"{each['label']} {each['mean']:+.3f}" for each in found.facts["growth"])
    said = {"trained": trained, "longest": f"{int(trained * arrays['times'][-1]):,}", "told": told}
    drawn = recipe.lengths(arrays["times"], arrays["losses"], names=names, trained=trained)
    return drawn, text("recipe", "alt_lengths", **said)


LOOKS = {  # predict, then look: the picture that answers an exercise, and what it says
    "sinusoidal.neighbours": curve,
    "sinusoidal.rise": curve,
    "similarity.nearest": cells,
    "offset.level": levels,
    "long_context.fastest": stretches,
    "recipe.length": lengths,
}
VIEWS = dict(zip(lesson.VIEW.options, (one, make, kept), strict=True))
CODE = ("lessons.lesson.Exercise", "lessons.lesson.drawn", "ui.exercise.judge")
frame.show(LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
