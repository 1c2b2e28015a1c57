"""A trained table of positions beside a sinusoidal and a random one, and what each has past its last row."""

from embviz.figures import learned as figures
from embviz.lessons import LESSONS
from embviz.lessons import learned as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
NAMES = ("learned", "sinusoidal", "random")
MEASURES = dict(
    zip(lesson.MEASURE.options, (("lengths", "medians", "#.3g"), ("neighbours", "means", ".2f")), strict=True)
)
ROLES = {"p": "position", "q": "position", "m": "position"}


def keys(side, shifted=None, down=None):
    """Which key moves which part of the state."""
    found = {"ArrowLeft": (side, -1), "ArrowRight": (side, 1)}
    found |= {"Shift+ArrowLeft": (shifted, -1), "Shift+ArrowRight": (shifted, 1)} if shifted else {}
    return found | ({"ArrowUp": (down, -1), "ArrowDown": (down, 1)} if down else {})


def moving(controls, stage, entry, found, view, steered, turn, *, play=0, **facts):
    """A picture that a hand moves, and sliders for its state, of which one plays."""
    key = f"lrn_{view}_picture"
    facts |= {"view": view, "label": text(SLUG, "title"), "keys": turn}
    with stage:
        components.picture(entry, found, key=key, steered=steered, **facts)
    with controls:
        components.sliders(key, steered, roles=ROLES, play=steered[play])


def three(numbers, form):
    return {name: shown(float(v), form) for name, v in zip(NAMES, numbers, strict=True)}


def shown(number, form):
    return format(number, f"z{form}").replace("-", "\u2212")


def tables(controls, stage):
    by_wave = lesson.ORDER.widget(controls) == lesson.ORDER.default
    found = cached.computed("tables.learned.tables", seed=lesson.SEED.widget(controls), by_wave=by_wave)
    means = three(found.arrays["neighbours"].mean(axis=1), ".2f")
    frame.say(stage, text(SLUG, "say_tables", **means))
    alt = text(SLUG, "alt_tables", **means)
    moving(controls, stage, "learned", found, "tables", (lesson.P, lesson.J), keys("p", "j", "p"), alt=alt)
    return text(SLUG, "check_tables", **three(found.facts["deviations"], ".3g"))


def similarity(controls, stage):
    n, seed = lesson.N.widget(controls), lesson.SEED.widget(controls)
    found = cached.computed("tables.learned.similarity", seed=seed, n=n)
    line = found.arrays["lines"][0]
    said = {name: found.facts[name] for name in ("low", "high")}
    said |= {f"at_{name}": f"{line[at]:.2f}" for name, at in {"one": 1, **said}.items()}
    frame.say(stage, text(SLUG, "say_similarity", **said))
    steered = (lesson.P.upto(n - 1), lesson.Q.upto(n - 1))
    alt = text(SLUG, "alt_similarity", n=n, **said)
    moving(controls, stage, "learned", found, "similarity", steered, keys("q", None, "p"), play=1, alt=alt)
    step = found.facts["step"]
    return text(SLUG, "check_similarity", n=n) if step == 1 else text(SLUG, "check_thinned", n=n, step=step)


def norms(controls, stage):
    measure = lesson.MEASURE.widget(controls)
    name, average, form = MEASURES[measure]
    found = cached.computed(f"tables.learned.{name}", seed=lesson.SEED.widget(controls))
    values, facts = found.arrays["values"], found.facts
    averages = three(facts[average], form)
    peaks = words(f"{values[0, row]:#.3g} at row {row}" for row in facts["peaks"])
    frame.say(stage, text(SLUG, f"say_{name}", average=averages["learned"], peaks=peaks))
    parts = {key: facts[key] for key in ("medians", "apart", "peaks", "runs")}
    figure = figures.rows(values, names=NAMES, measure=measure, log=name == "lengths", **parts)
    frame.chart(stage, figure, key="lrn_norms", alt=text(SLUG, f"alt_{name}", peaks=peaks, **averages))
    return text(SLUG, f"check_{name}")


def spectrum(controls, stage):
    found = cached.computed("tables.learned.spectra", seed=lesson.SEED.widget(controls))
    slow = {"slow": found.facts["turns"], **three(found.facts["slow"], ".0%")}
    bands = words(f"{first}\u2013{last}" for first, last in found.facts["bands"])
    frame.say(stage, text(SLUG, "say_spectrum", bands=bands, held=f"{found.facts['held']:.0%}"))
    alt = text(SLUG, "alt_spectrum", **slow)
    moving(controls, stage, "learned", found, "spectrum", (lesson.K,), keys("k"), alt=alt)
    return text(SLUG, "check_spectrum", **slow)


def path(controls, stage):
    found = cached.computed("tables.learned.path", seed=lesson.SEED.widget(controls))
    parts = three(found.arrays["explained"].sum(axis=1), ".0%")
    frame.say(stage, text(SLUG, "say_path", **parts))
    alt = text(SLUG, "alt_path", **parts)
    moving(controls, stage, "learned_path", found, "path", (lesson.P, lesson.C), keys("p", "c"), alt=alt)
    return text(SLUG, "check_path")


def past(controls, stage):
    length, width = lesson.LENGTH.widget(controls), lesson.WIDTH.widget(controls)
    found = cached.computed("tables.learned.past", length=length)
    costs = cached.computed("tables.learned.sizes", length=length, width=width).facts
    facts = found.facts
    said = {"length": f"{length:,}", "before": f"{facts['before']:.3f}", "after": f"{facts['after']:.3f}"}
    frame.say(stage, text(SLUG, "say_past", **said) if "error" in facts else text(SLUG, "say_within", length=length))
    strips = []
    for name, cost in zip(costs["names"], costs["costs"], strict=True):
        title, note = text(SLUG, f"strip_{name}").split("\n")
        strips.append({"name": title, "note": note, "cost": [f"{number:,}" for number in cost]})
    more = {"strips": strips[:3], "others": strips[3:], "costs": text(SLUG, "costs").split("\n\n")}
    alt = text(SLUG, "alt_past", trained=facts["trained"], parameters=strips[1]["cost"][0], **said)
    moving(controls, stage, "learned_past", found, "past", (lesson.M.upto(length - 1),), keys("m"), alt=alt, **more)
    checked = {"every": facts["every"], "width": width, "head": costs["head"]}
    return text(SLUG, "check_past", difference=f"{facts['same_rows']:.2g}", **checked)


def words(parts):
    *first, last = map(str, parts)
    return f"{', '.join(first)} and {last}" if first else last


VIEWS = {"Tables": tables, "Similarity": similarity, "Norms": norms, "Spectrum": spectrum, "Path": path}
VIEWS |= {"Past the end": past}


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


CODE = ["learned.three", "learned.wave_order", "positions.neighbour_cosines", "learned.mean_by_distance"]
CODE += ["positions.spectrum", "learned.principal", "positions.interpolate_table", "learned.refusal", "learned.size"]
frame.show(lesson.LESSON, picture, note=lambda said: said, code=[f"compute.{name}" for name in CODE], lessons=LESSONS)
