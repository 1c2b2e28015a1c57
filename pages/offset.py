"""One word at two places, a vocabulary moved by a position, and the size of each part by width."""

from embviz import figures
from embviz.lessons import LESSONS
from embviz.lessons import offset as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY, PLANE_KEY = "off_picture", "off_plane"
KEYS = {"ArrowLeft": ("q", -1), "ArrowRight": ("q", 1), "ArrowUp": ("p", -1), "ArrowDown": ("p", 1)}
KEYS |= {"Shift+ArrowLeft": ("j", -1), "Shift+ArrowRight": ("j", 1)}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    return VIEWS[view](controls, stage)


def two_places(controls, stage):
    sentence, model = lesson.TEXT.widget(controls), lesson.MODEL.widget(controls)
    seed = lesson.SEED.widget(controls) if model != "minilm" else 0
    found = cached.computed("tables.offset.places", text=sentence, model=model, seed=seed)
    facts, places = found.facts, len(found.arrays["positions"])
    steered = (
        lesson.TOKEN.upto(len(facts["ids"]) - 1),
        lesson.PLACE_P.upto(places - 1),
        lesson.PLACE_Q.upto(places - 1),
        lesson.DIM.upto(facts["width"] - 1),
    )
    word = facts["tokens"][facts["token"]]
    twice = facts["ids"][facts["first"]] in facts["ids"][facts["first"] + 1 :]
    said = text(SLUG, "say_twice", word=word, first=facts["first"], second=facts["second"]) if twice else None
    frame.say(stage, said or text(SLUG, "say_once"))
    with stage:
        words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_places", width=facts["width"], places=places)}
        components.picture("offset", found, key=KEY, steered=steered, keys=KEYS, **words)
    with controls:
        components.sliders(KEY, steered[1:3], roles={"p": "position", "q": "position"}, play=steered[2])
    cut = text(SLUG, "cut", dropped=facts["dropped"]) + " " if facts["dropped"] else ""
    return cut + text(SLUG, f"note_{'minilm' if model == 'minilm' else 'fresh'}")


def in_the_plane(controls, stage):
    found = cached.computed("tables.offset.plane")
    facts = found.facts
    first, second = (f"{share:.1%}" for share in facts["shares"])
    axes = [text(SLUG, "axis", k=k + 1, share=share) for k, share in enumerate((first, second))]
    frame.say(stage, text(SLUG, "say_plane", rows=f"{len(facts['tokens']):,}"))
    with stage:
        words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_plane", rows=f"{len(facts['tokens']):,}")}
        keys = {"ArrowLeft": ("move", -1), "ArrowRight": ("move", 1)}
        components.picture("offset_plane", found, key=PLANE_KEY, steered=(lesson.MOVE,), keys=keys, axes=axes, **words)
    with controls:
        components.sliders(PLANE_KEY, (lesson.MOVE,), roles={"move": "position"}, play=lesson.MOVE)
    shares = {"first": first, "second": second, "step": f"{facts['step_share']:.1%}"}
    return text(SLUG, "note_plane", same=f"{facts['same']:.1g}", **shares)


def spread(controls, stage):
    std, scale = lesson.STD.widget(controls), lesson.SCALE.widget(controls)
    kind, seed = lesson.KIND.widget(controls), lesson.SEED.widget(controls)
    found = cached.computed("compute.offset.spread", std=std, scale=scale == "yes", position=kind, seed=seed)
    arrays, facts = found.arrays, found.facts
    names = [[name + times for times in ("", " × √d")] for name in lesson.STD.options]
    tokens = {name: arrays["tokens"][i][k] for i, pair in enumerate(names) for k, name in enumerate(pair)}
    chosen = std + (" × √d" if scale == "yes" else "")
    ratio = tokens[chosen].max() / tokens[chosen].min()
    verdict = "level" if chosen in facts["level"] else "grows"
    frame.say(stage, text(SLUG, f"say_{verdict}", chosen=chosen, ratio=f"{ratio:,.3g}"))
    figure = figures.offset.spread(arrays["widths"], tokens, arrays["position"], arrays["total"], chosen)
    levels = ", ".join(facts["level"])
    frame.chart(stage, figure, key="off_spread", alt=text(SLUG, "alt_spread", chosen=chosen, levels=levels))
    ratios = {name: f"{facts[f'{name}_ratio']:,.3g}" for name in ("position", "total")}
    return text(SLUG, "note_spread", levels=levels, **ratios)


VIEWS = {"Two places": two_places, "In the plane": in_the_plane, "Spread": spread}
CODE = ("tables.offset.places", "tables.offset.plane", "compute.offset.spread")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
