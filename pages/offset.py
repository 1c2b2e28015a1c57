"""One token at two places, a vocabulary moved by a position, and the size of each part by width."""

import string

from embviz.figures import offset as figures
from embviz.lessons import LESSONS
from embviz.lessons import offset as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY, PLANE_KEY = "off_picture", "off_plane"
KEYS = {"ArrowLeft": ("q", -1), "ArrowRight": ("q", 1), "ArrowUp": ("p", -1), "ArrowDown": ("p", 1)}
KEYS |= {"Shift+ArrowLeft": ("j", -1), "Shift+ArrowRight": ("j", 1)}
AS_WRITTEN = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def two_places(controls, stage):
    layer = {"text": lesson.TEXT.widget(controls), "model": lesson.MODEL.widget(controls)}
    layer |= fresh_settings(controls, layer["model"])
    found = cached.computed("tables.offset.places", **layer)
    facts, places = found.facts, len(found.arrays["positions"])
    token = lesson.TOKEN.upto(len(facts["ids"]) - 1)
    steered = (token, lesson.P, lesson.Q, lesson.J.upto(facts["width"] - 1))
    frame.say(stage, said(facts, token.value()))
    alt = text(SLUG, "alt_places", width=facts["width"], places=places)
    with stage:
        components.picture(
            "offset", found, key=KEY, steered=steered, keys=KEYS, label=text(SLUG, "two_places"), alt=alt
        )
    with controls:
        components.sliders(KEY, steered[1:3], roles={"p": "position", "q": "position"}, play=lesson.Q)
    at = {param.name: param.value() for param in steered[:3]}
    after = cached.computed("tables.offset.received", **layer, **at).facts
    numbers = {"difference": f"{after['difference']:.1g}", "width": facts["width"]}
    if layer["model"] == "minilm":
        note = text(SLUG, "note_minilm", p=at["p"], q=at["q"], cosine=f"{after['cosine']:.3f}", **numbers)
    else:
        note = text(SLUG, "note_fresh", spread=layer["std"], **numbers)
    return (text(SLUG, "cut", dropped=facts["dropped"]) + " " if facts["dropped"] else "") + note


def fresh_settings(controls, model):
    """How a fresh layer is drawn; for minilm the defaults, which say nothing."""
    if model == "minilm":
        return {"std": lesson.STD.default, "scale": True, "seed": 0}
    with controls.popover(text(SLUG, "settings"), width="stretch") as where:
        std, scale, seed = (param.widget(where) for param in lesson.FRESH)
    return {"std": std, "scale": scale == "yes", "seed": seed}


def said(facts, token):
    """Where the followed token stands."""
    word = facts["tokens"][token].translate(AS_WRITTEN)
    stands = [str(place) for place, row in enumerate(facts["ids"]) if row == facts["ids"][token]]
    if len(stands) == 1:
        return text(SLUG, "say_once", word=word, place=stands[0])
    places = f"{', '.join(stands[:-1])} and {stands[-1]}"
    return text(SLUG, "say_twice", word=word, places=places, count=len(stands))


def in_the_plane(controls, stage):
    found = cached.computed("tables.offset.planes")
    facts = found.facts
    shares = {name: [f"{100 * share:.2g}%" for share in facts[f"shares_{name}"]] for name in "wp"}
    words = {name: {"w": held[0], "p": held[1]} for name, held in shares.items()}
    panels = [
        {part: text(SLUG, f"panel_{name}_{part}", **(words[name] if part == "held" else {})) for part in PARTS}
        for name in "wp"
    ]
    rows = f"{len(facts['tokens']):,}"
    frame.say(stage, text(SLUG, "say_plane", rows=rows))
    keys = {"ArrowLeft": ("move", -1), "ArrowRight": ("move", 1)}
    told = {"label": text(SLUG, "in_the_plane"), "alt": text(SLUG, "alt_plane", rows=rows), "panels": panels}
    with stage:
        components.picture("offset_plane", found, key=PLANE_KEY, steered=(lesson.MOVE,), keys=keys, **told)
    with controls:
        components.sliders(PLANE_KEY, (lesson.MOVE,), roles={"move": "position"}, play=lesson.MOVE)
    p = lesson.MOVE.value()
    same = cached.computed("tables.offset.moved_alike", p=p).facts["difference"]
    chance = f"{100 * facts['chance']:.2g}%"
    return text(
        SLUG, "note_plane", p=p, rows=rows, difference=f"{same:.1g}", chance=chance, turn=f"{facts['turn']:.0f}"
    )


def spread(controls, stage):
    std, scale, kind, seed = (param.widget(controls) for param in (lesson.STD, lesson.SCALE, lesson.KIND, lesson.SEED))
    found = cached.computed("compute.offset.spread", position=kind, seed=seed)
    arrays, facts = found.arrays, found.facts
    i, k = lesson.STD.options.index(std), int(scale == "yes")
    parts = {"tokens": arrays["tokens"][i, k], "position": arrays["position"][i], "total": arrays["total"][i, k]}
    names = [name + times for times in ("", " × √d") for name in lesson.STD.options]
    at = i + len(lesson.STD.options) * k
    level = {which: ", ".join(facts[f"level_{which}"]) or "–" for which in ("raw", "scaled")}
    first, last = (three_digits(parts["tokens"][end]) for end in (0, -1))
    verdict = "level" if names[at] in facts["level_raw"] + facts["level_scaled"] else "moves"
    frame.say(stage, text(SLUG, f"say_{verdict}", chosen=names[at], first=first, last=last, scaled=level["scaled"]))
    left, right = stage.columns([520, 420], gap=16)
    ends = {"chosen": names[at], "first": first, "last": last}
    alt = text(SLUG, "alt_spread", p=three_digits(parts["position"][-1]), x=three_digits(parts["total"][-1]), **ends)
    frame.chart(left, figures.spread(arrays["widths"], **parts), key="off_spread", alt=alt)
    ratios = {"tokens": arrays["token_ratio"].T.ravel(), "total": arrays["total_ratio"].T.ravel()}
    drawn = figures.levels(names, **ratios, chosen=at)
    frame.chart(right, drawn, key="off_levels", alt=text(SLUG, "alt_levels", **level))
    return text(SLUG, "note_spread", rows=f"{facts['rows']:,}", **level)


def three_digits(value):
    return f"{float(f'{value:.3g}'):,.10g}"


PARTS = ("title", "held", "short")
VIEWS = {"Two places": two_places, "In the plane": in_the_plane, "Spread": spread}
CODE = ("tables.offset.places", "tables.offset.received", "tables.offset.planes", "tables.offset.moved_alike")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=(*CODE, "compute.offset.spread"), lessons=LESSONS)
