"""Rotation: two arrows, two sentences, all pairs, the score over distance, and adding beside rotating."""

from embviz.figures import rotary as figures
from embviz.lessons import LESSONS
from embviz.lessons import rotary as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import placeholders, sections, text

SLUG = lesson.LESSON.slug
MOVES = {"ArrowLeft": ("s", -1), "ArrowRight": ("s", 1)}
PLACES = {"ArrowLeft": ("p", -1), "ArrowRight": ("p", 1)}
PAIRS = {"Shift+ArrowLeft": ("pair", -1), "Shift+ArrowRight": ("pair", 1)}
EITHER = PAIRS | {"ArrowLeft": ("pair", -1), "ArrowRight": ("pair", 1)}
ROLES = {"m": "query", "n": "key", "p": "query"}
FIRST = {"dim": lesson.D.default, "base": lesson.BASE.default, "seed": lesson.SEED.default}


def words(*names: str) -> dict[str, str]:
    """Sentences whose numbers the browser fills in: it finds `{name}` where the text has a placeholder."""
    return {
        name: text(SLUG, name, **{hole: f"{{{hole}}}" for hole in placeholders(sections(SLUG)[name])}) for name in names
    }


def moving(name: str, shown: cached.Tensors, *steered, keys, said, **alts: str) -> None:
    """The moving picture `name` with the sentences `said`, in which the browser fills in the numbers."""
    told = {"label": text(SLUG, "title"), "words": words(*said), "keys": keys, **alts}
    components.picture(name, shown, key=f"{name}_picture", steered=steered, **told)


def tiny(value: float) -> str:
    """A small difference with one digit."""
    return f"{value:.1g}".replace("-", "\u2212")


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def arrows(controls, stage):
    steered = (lesson.M, lesson.N, lesson.S)
    with controls:
        components.sliders("rotary_picture", steered, roles=ROLES, play=lesson.S)
    d, base = lesson.D.widget(controls), lesson.BASE.widget(controls)
    shown = cached.computed("compute.rotation.arrows", dim=d, base=base, seed=lesson.SEED.default)
    said = (
        "start",
        "moved_both",
        "moved_key",
        "moved_slow",
        "place",
        "places",
        "move_both",
        "move_key",
        "if_both",
        "if_key",
        "axis",
    )
    said += ("score", "score_flat", "small", "query", "key")
    said += ("clocks", "some_clocks", "one_clock", "clocks_both", "clocks_key")
    alts = {name: text(SLUG, name) for name in ("alt", "alt_line", "alt_clocks")}
    pair = lesson.PAIR.upto(d // 2 - 1)
    with stage:
        moving("rotary", shown, *steered, pair, lesson.ALONE, keys=MOVES | PAIRS, said=said, **alts)
    change, places = tiny(shown.arrays["change"].max()), shown.facts["places"]
    return text(SLUG, "check_arrows", change=change, pairs=d // 2, places=places, seed=lesson.SEED.default)


def sentences(controls, stage):
    before = lesson.BEFORE.widget(controls)
    d, base, seed = (param.widget(controls) for param in (lesson.D, lesson.BASE, lesson.SEED))
    shown = cached.computed("tables.rotary.two_sentences", before=before, dim=d, base=base, seed=seed)
    facts, score = shown.facts, f"{shown.arrays['scores'][0]:.3f}".replace("-", "\u2212")
    places = {f"{name}{k + 1}": facts[f"{name}_at"][k] for name in ("query", "key") for k in (0, 1)}
    moved = places["query1"] != places["query2"]
    frame.say(stage, text(SLUG, "say_sentences", score=score, **places) if moved else text(SLUG, "say_in_front"))
    said = ("arrow_of", "query_word", "key_word", "angle_between", "score_all", "alt_panel")
    pair = lesson.PAIR.upto(d // 2 - 1)
    with stage:
        moving("rotary_sentences", shown, pair, keys=EITHER, said=said, alt=text(SLUG, "alt_clocks"))
    checked = {"shared": facts["shared"], "seed": seed, "d": d, "spread": f"{facts['spread']:.2g}"}
    return text(SLUG, "check_sentences", difference=tiny(facts["difference"]), **checked)


def pairs(controls, stage):
    with controls:
        components.sliders("rotary_pairs_picture", (lesson.P,), roles=ROLES, play=lesson.P)
    d, base, layout, seed = (p.widget(controls) for p in (lesson.D, lesson.BASE, lesson.LAYOUT, lesson.SEED))
    shown = cached.computed("compute.rotation.layouts", dim=d, base=base, layout=layout, seed=seed)
    said = ("two_scores", "no_turn", "pair_is", "interleaved", "half", "axis_p")
    alt = text(SLUG, "alt_pairs", d=d, pairs=d // 2)
    with stage:
        steered = (lesson.P, lesson.PAIR.upto(d // 2 - 1))
        moving("rotary_pairs", shown, *steered, keys=PLACES | PAIRS, said=said, alt=alt)
    norm, same = (tiny(shown.facts[name]) for name in ("norm_change", "reordered"))
    return text(SLUG, f"check_{layout}", norm=norm, same=same, half=d // 2, draws=f"{shown.facts['draws']:,}")


def decay(controls, stage):
    length = lesson.LENGTH.widget(controls)
    d, base, seed = (param.widget(controls) for param in (lesson.WIDE, lesson.BASE, lesson.SEED))
    found = cached.computed("compute.rotation.decay", dim=d, base=base, length=length, seed=seed)
    names = ("constant_last", "bound_last", "band_first", "band_last")
    ends = {name: f"{found.facts[name]:.2f}".replace("-", "\u2212") for name in names}
    frame.say(stage, text(SLUG, "say_decay" if d > 2 else "say_no_decay", **ends))
    figure = figures.decay(*(found.arrays[name] for name in ("constant", "mean", "low", "high", "bound")))
    frame.chart(stage, figure, key="rot_decay", alt=text(SLUG, "alt_decay", length=length, **ends))
    draws, rises = f"{found.facts['draws']:,}", found.facts["rises"]
    return text(SLUG, "check_decay", draws=draws, rises=rises, length=length, seed=seed)


def adding(controls, stage):
    steered = (lesson.M, lesson.N, lesson.S, lesson.PAIR.upto(FIRST["dim"] // 2 - 1))
    with controls:
        components.sliders("rotary_add_picture", steered, roles=ROLES, play=lesson.S)
    shown = cached.computed("compute.rotation.added", **FIRST)
    said = ("both_ways", "both_start", "place", "places", "axis", "add", "rotate", "line_add", "line_rotate")
    said += ("query_length", "key_length", "angle", "score_here")
    alts = {f"alt_{name}": text(SLUG, f"alt_{name}") for name in ("add", "rotate", "line")}
    with stage:
        moving("rotary_add", shown, *steered, keys=MOVES | PAIRS, said=said, **alts)
    facts = shown.facts
    added, rotated = (
        {f"{name}_{way}": tiny(facts[f"{name}_change"][k]) for name in ("score", "length")}
        for k, way in enumerate(("add", "rotate"))
    )
    return text(SLUG, "check_add", **FIRST, places=facts["places"], **added, **rotated)


VIEWS = dict(zip(lesson.VIEW.options, (arrows, sentences, pairs, decay, adding), strict=True))
CODE = ("compute.rotary.rotary_frequencies", "compute.rotary.apply_rotary", "compute.rotation.arrows")
CODE += ("tables.rotary.two_sentences", "compute.rotation.layouts", "compute.rotation.decay", "compute.rotation.added")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
