"""Attention over a sentence in two orders: weights, scores and outputs of both, and every kind of position at once."""

from embviz.figures import order as figures
from embviz.lessons import LESSONS
from embviz.lessons import order as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY = "ord_picture"
KEYS = {"ArrowLeft": ("k", -1), "ArrowRight": ("k", 1), "ArrowUp": ("q", -1), "ArrowDown": ("q", 1)}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    words = lesson.TEXT.widget(controls)
    settings = [param.widget(controls) for param in (lesson.POSITION, lesson.MASK, lesson.SEED)]
    sentence = cached.computed("tables.order.sentence", text=words)
    tokens, dropped = sentence.facts["tokens"], sentence.facts["dropped"]
    cut = text(SLUG, "cut", most=lesson.MOST, all=len(tokens) + dropped) + " " if dropped else ""
    return cut + VIEWS[view](controls, stage, words, tokens, *settings)


def compared(words, tokens, position, mask, seed):
    order = lesson.order_of(len(tokens)).value()
    settings = {"position": position, "causal": mask == "causal", "seed": seed}
    return cached.computed("tables.order.compare", text=words, order=order, **settings)


def weights(controls, stage, words, tokens, *settings):
    return both(controls, stage, words, tokens, *settings, show="weights")


def scores(controls, stage, words, tokens, *settings):
    return both(controls, stage, words, tokens, *settings, show="scores")


def both(controls, stage, words, tokens, position, mask, seed, show):
    found = compared(words, tokens, position, mask, seed)
    frame.say(stage, said(found.facts, position, mask, show))
    ends = [param.upto(len(tokens) - 1) for param in (lesson.Q, lesson.K)]
    steered = (lesson.order_of(len(tokens)), lesson.HEAD, *ends)
    given = {"tokens": tokens, "show": show, "position": position, "float_error": figures.FLOAT_ERROR}
    apart = figures.small(found.facts[f"{show}_apart"])
    alt = text(SLUG, "alt_both", n=len(tokens), what=text(SLUG, f"{show}_name"), apart=apart)
    with stage:
        components.picture(
            "order", found, key=KEY, steered=steered, keys=KEYS, label=text(SLUG, "title"), alt=alt, **given
        )
    with controls:
        components.sliders(KEY, (lesson.HEAD,))
    return check(found.facts, seed)


def named_kind(kind):
    return text(SLUG, "no_positions") if kind == "none" else figures.NAMES[kind]


def same_order(facts):
    return list(facts["permutation"]) == sorted(facts["permutation"])


def said(facts, position, mask, show):
    """What the two matrices show, from their numbers."""
    apart = figures.small(facts[f"{show}_apart"])
    what = text(SLUG, f"{show}_name")
    if same_order(facts):
        return text(SLUG, "say_same")
    if facts["hidden"]:
        numbers = {"hidden": facts["hidden"], "pairs": len(facts["permutation"]) ** 2, "apart": apart}
        if position == "none":
            return text(SLUG, f"say_hidden_{show}", **numbers)
        return text(SLUG, f"say_hidden_placed_{show}", position=figures.NAMES[position], **numbers)
    if facts[f"{show}_apart"] < figures.FLOAT_ERROR:
        if position == "none":
            return text(SLUG, "say_moved", what=what, apart=apart)
        return text(SLUG, "say_moved_placed", position=figures.NAMES[position], what=what, apart=apart)
    return text(SLUG, "say_apart", what=what, position=figures.NAMES[position], apart=apart)


def check(facts, seed):
    numbers = {name: figures.small(facts[name]) for name in ("in_place", "output_apart", "mean_apart")}
    return text(SLUG, "check", seed=seed, **numbers)


def outputs(controls, stage, words, tokens, position, mask, seed):
    found = compared(words, tokens, position, mask, seed)
    facts, arrays = found.facts, found.arrays
    numbers = {name: figures.small(facts[name]) for name in ("in_place", "output_apart", "mean_apart")}
    if same_order(facts):
        frame.say(stage, text(SLUG, "say_same"))
    elif facts["output_apart"] < figures.FLOAT_ERROR:
        frame.say(stage, text(SLUG, "say_equivariant", **numbers))
    else:
        frame.say(
            stage,
            text(SLUG, "say_not_equivariant", output_apart=numbers["output_apart"], mean_apart=numbers["mean_apart"]),
        )
    left, middle, right = stage.columns([345, 345, 234], gap=16)
    limit = facts["output_limit"]
    for where, name, key in ((left, "A", "output_a"), (middle, "B", "undone")):
        figure = figures.outputs(arrays[key], tokens, name=name, limit=limit)
        frame.chart(where, figure, key=f"ord_{key}", alt=text(SLUG, f"alt_{key}", n=len(tokens), limit=f"{limit:g}"))
    alt = text(SLUG, "alt_apart", most=numbers["output_apart"], mean=numbers["mean_apart"])
    frame.chart(right, figures.apart(arrays["apart"], tokens), key="ord_apart", alt=alt)
    return text(SLUG, "limit", limit=f"{limit:g}") + " " + check(facts, seed)


def every_kind(controls, stage, words, tokens, position, mask, seed):
    order = lesson.order_of(len(tokens)).value()
    found = cached.computed("tables.order.every_kind", text=words, order=order, seed=seed)
    kinds, apart, alike = found.facts["kinds"], found.arrays["apart"], found.facts["alike"]
    named = [text(SLUG, "masked" if masked else "unmasked", kind=named_kind(kind)) for kind, masked in alike]
    if order == 0:
        sentence = text(SLUG, "say_same_kinds")
    else:
        sentence = text(SLUG, "say_kinds", alike="; ".join(named), others=apart.size - len(alike))
    frame.say(stage, sentence)
    rows = [f"{kind} {figures.small(row[0])}, {figures.small(row[1])}" for kind, row in zip(kinds, apart, strict=True)]
    figure = figures.every_kind(apart, kinds, chosen=(kinds.index(position), int(mask == "causal")))
    frame.chart(stage, figure, key="ord_kinds", alt=text(SLUG, "alt_kinds", rows="; ".join(rows)))
    return text(SLUG, "check_kinds", seed=seed)


VIEWS = {"Weights": weights, "Scores": scores, "Outputs": outputs, "Every kind": every_kind}
CODE = ("tables.order.compare", "compute.order.compare", "compute.attention.attention", "compute.order.every_kind")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
