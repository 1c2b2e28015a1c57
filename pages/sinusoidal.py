"""Sines and cosines of the position: the table, its waves, how alike its rows are, its shift and its wavelengths."""

from embviz.figures import sinusoidal as figures
from embviz.lessons import LESSONS
from embviz.lessons import sinusoidal as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY = "sin_picture"
KEYS = {"ArrowLeft": ("p", -1), "ArrowRight": ("p", 1), "ArrowUp": ("p", -1), "ArrowDown": ("p", 1)}
KEYS |= {"Shift+ArrowLeft": ("j", -1), "Shift+ArrowRight": ("j", 1)}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    n, d, base = (param.widget(controls) for param in (lesson.N, lesson.D, lesson.BASE))
    return VIEWS[view](controls, stage, n, d, base)


def heatmap(controls, stage, n, d, base):
    layout = lesson.LAYOUT.widget(controls)
    table = cached.computed("compute.sinusoidal.table", n=n, dim=d, base=base, layout=layout)
    steered = (lesson.P.upto(n - 1), lesson.J.upto(d - 1))
    frame.say(stage, text(SLUG, f"say_{layout}"))
    with stage:
        words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_heatmap", n=n, d=d)}
        components.picture("sinusoidal", table, key=KEY, steered=steered, keys=KEYS, **words)
    with controls:
        components.sliders(KEY, steered[:1], roles={"p": "position"}, play=steered[0])
    means = text(SLUG, "means_heatmap") if n > 256 or d > 512 else ""
    same = text(SLUG, "check_heatmap", same=f"{table.facts['same_numbers']:.2g}")
    return f"{same} {means}"


def waves(controls, stage, n, d, base):
    layout = lesson.LAYOUT.widget(controls)
    dims = lesson.chosen_dims(lesson.DIMS.widget(controls), d)
    columns = cached.computed("compute.sinusoidal.columns", n=n, dim=d, base=base, layout=layout, dims=dims)
    frame.say(stage, text(SLUG, "say_waves"))
    figure = figures.waves(columns.arrays["values"], dims=dims, width=d, layout=layout)
    frame.chart(stage, figure, key="sin_waves", alt=text(SLUG, "alt_waves", dims=", ".join(map(str, dims)), n=n))
    return None


def similarity(controls, stage, n, d, base):
    found = cached.computed("compute.sinusoidal.similarity", n=n, dim=d, base=base)
    matrix, closed, rise = found.arrays["matrix"], found.arrays["closed"], found.facts.get("first_rise")
    said = text(SLUG, "say_rise", rise=rise) if rise else text(SLUG, "say_falls", n=n)
    frame.say(stage, text(SLUG, "say_similarity", one=f"{closed[1]:.3f}") + " " + said)
    left, right = stage.columns([430, 510], gap=16)
    alt = text(SLUG, "alt_matrix", m=len(matrix))
    frame.chart(left, figures.similarity(matrix), key="sin_matrix", alt=alt)
    alt = text(SLUG, "alt_distance", one=f"{closed[1]:.3f}", end=f"{closed[-1]:.3f}", n=n - 1)
    frame.chart(right, figures.distance(closed, rise), key="sin_distance", alt=alt)
    return text(SLUG, "check_similarity", difference=f"{found.facts['difference']:.1g}", m=len(matrix), d=d)


def shift(controls, stage, n, d, base):
    p, k = lesson.FROM.upto(n - 1).widget(controls), lesson.K.widget(controls)
    found = cached.computed("compute.sinusoidal.shift", p=p, k=k, n=n, dim=d, base=base)
    frame.say(stage, text(SLUG, "say_shift", p=p, k=k, target=p + k))
    left, right = stage.columns([430, 510], gap=16)
    part = min(d, figures.SHIFT_SHOWN)
    alt = text(SLUG, "alt_shift", k=k, part=part)
    frame.chart(left, figures.shift_matrix(found.arrays["matrix"], k), key="sin_shift", alt=alt)
    rows = (found.arrays[name] for name in ("start", "moved", "target"))
    alt = text(SLUG, "alt_shifted", p=p, target=p + k)
    frame.chart(right, figures.shifted_row(*rows, p, k), key="sin_shifted", alt=alt)
    cut = text(SLUG, "cut_shift", part=part, d=d) + " " if part < d else ""
    return cut + text(SLUG, "check_shift", difference=f"{found.facts['difference']:.1g}", n=n, k=k)


def wavelengths(controls, stage, n, d, base):
    length = lesson.LENGTH.widget(controls)
    found = cached.computed("compute.sinusoidal.wavelengths", dim=d, base=base, length=length)
    waves, less = found.arrays["wavelengths"], found.facts["incomplete"]
    ends = {"first": f"{waves[0]:.2f}", "last": f"{waves[-1]:,.0f}"}
    frame.say(stage, text(SLUG, "say_wavelengths", less=less, pairs=d // 2, length=f"{length:,}"))
    alt = text(SLUG, "alt_wavelengths", pairs=d // 2, length=f"{length:,}", less=less, **ends)
    frame.chart(stage, figures.wavelengths(waves, length), key="sin_wavelengths", alt=alt)
    return text(SLUG, "check_wavelengths", base=f"{base:,}", **ends)


VIEWS = {"Heatmap": heatmap, "Waves": waves, "Similarity": similarity, "Shift": shift, "Wavelengths": wavelengths}
CODE = ("positions.sinusoidal", "sinusoidal.table", "sinusoidal.similarity", "positions.sinusoidal_shift")
CODE += ("sinusoidal.shift", "sinusoidal.wavelengths")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=[f"compute.{name}" for name in CODE], lessons=LESSONS)
