"""Reading past the trained length: angles, wavelengths and biases, a table of all ways, and what they cost a model."""

from embviz.figures import long_context as figures
from embviz.figures import recipe as runs
from embviz.lessons import LESSONS
from embviz.lessons import long_context as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY = "lng_picture"


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def angles(controls, stage):
    scheme = lesson.SCHEME.widget(controls)
    length, factor, base = (param.widget(controls) for param in (lesson.LENGTH, lesson.FACTOR, lesson.BASE))
    found = cached.computed("compute.long_context.angles", scheme=scheme, length=length, factor=factor, base=base)
    fact, reach = found.facts, length * factor
    said = {"pairs": len(fact["rates"]), "incomplete": fact["incomplete"]}
    said |= {"reach": f"{reach:,}", "length": f"{length:,}"}
    said["new"] = text(SLUG, "some_new", beyond=fact["beyond"]) if fact["beyond"] else text(SLUG, "none_new")
    frame.say(stage, text(SLUG, "say_angles", **said))
    steered, step = (lesson.P.upto(reach), lesson.PAIR), max(1, reach // 64)
    keys = {"ArrowLeft": ("p", -step), "ArrowRight": ("p", step)}
    keys |= {"Shift+ArrowLeft": ("i", -1), "Shift+ArrowRight": ("i", 1)}
    with stage:
        words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_angles", **said)}
        components.picture("long_context", found, key=KEY, steered=steered, keys=keys, **words)
    with controls:
        components.sliders(KEY, steered[:1], roles={"p": "position"}, play=steered[0])
    return about(scheme, factor, base, fact) + " " + text(SLUG, "check_angles", difference=f"{fact['difference']:.1g}")


def about(scheme, factor, base, fact):
    """What the scheme does, in its own numbers."""
    name, own = lesson.SHORT[scheme], {}
    if name == "linear":
        own = {"factor": factor}
    elif name in ("ntk", "dynamic"):
        own = {"new": f"{fact['base']:,.0f}", "base": f"{base:,}", "slowed": f"{fact['slowed']:.4g}"}
    elif name == "yarn":
        own = {"growth": f"{fact['attention_factor']:.3f}"}
    elif name == "llama3":
        model = cached.computed("compute.long_context.llama_3_1").facts
        own = {key: f"{value:,}" for key, value in model.items()}
    return text(SLUG, f"about_{name}", **own)


def wavelengths(controls, stage):
    scheme = lesson.SCHEME.widget(controls)
    length, factor, base = (param.widget(controls) for param in (lesson.LENGTH, lesson.FACTOR, lesson.BASE))
    dim, reach = lesson.D.widget(controls), length * factor
    found = cached.computed("compute.long_context.wavelengths", length=length, factor=factor, base=base, dim=dim)
    waves, ratios = found.arrays["waves"], found.arrays["stretch"]
    own = ratios[tuple(lesson.SHORT).index(scheme)]
    said = {"less": found.facts["incomplete"], "pairs": dim // 2, "length": f"{length:,}", "scheme": scheme}
    said |= {"first": f"{own[0]:.3g}", "last": f"{own[-1]:.3g}"}
    frame.say(stage, text(SLUG, "say_wavelengths", **said))
    left, right = stage.columns([440, 500], gap=16)
    pick = {"schemes": tuple(lesson.SHORT), "chosen": scheme}
    drawn = figures.wavelengths(waves, found.arrays["turns"], length=length, reach=reach, **pick)
    frame.chart(left, drawn, key="lng_waves", alt=text(SLUG, "alt_waves", longest=f"{waves[0][-1]:,.0f}", **said))
    frame.chart(right, figures.stretch(ratios, **pick), key="lng_stretch", alt=text(SLUG, "alt_stretch", **said))
    beyond = ", ".join(f"{name} {count}" for name, count in zip(lesson.SHORT, found.facts["beyond"], strict=True))
    return text(SLUG, "check_wavelengths", less=said["less"], reach=f"{reach:,}", beyond=beyond)


def alibi(controls, stage):
    heads = lesson.HEADS.widget(controls)
    head = lesson.HEAD.upto(heads).widget(controls)
    length, factor = lesson.LENGTH.widget(controls), lesson.FACTOR.widget(controls)
    found = cached.computed("compute.long_context.alibi", heads=heads, head=head, length=length, factor=factor)
    arrays, fact = found.arrays, found.facts
    slope, half, past = (float(arrays[name][head - 1]) for name in ("slopes", "half", "past"))
    said = {"head": head, "slope": f"{slope:.3g}"}
    said["half"] = text(SLUG, "half_within", half=f"{half:.0f}") if half else text(SLUG, "half_itself")
    rest = f"{past:.1g}" if past > 1e-30 or factor == 1 else text(SLUG, "tiny")
    frame.say(stage, text(SLUG, "say_alibi", length=f"{length:,}", past=rest, **said))
    left, right = stage.columns([430, 510], gap=16)
    drawn = figures.slopes(arrays["slopes"], head=head, added=fact["added"])
    frame.chart(left, drawn, key="lng_slopes", alt=text(SLUG, "alt_slopes", heads=heads, **said))
    drawn = figures.bias(arrays["bias"], limit=fact["limit"], head=head)
    frame.chart(left, drawn, key="lng_bias", alt=text(SLUG, "alt_bias", head=head, slope=said["slope"]))
    lengths = {"length": length, "reach": length * factor}
    shown = (arrays[name] for name in ("weights", "distances", "half"))
    drawn = figures.weights(*shown, head=head, added=fact["added"], **lengths)
    frame.chart(right, drawn, key="lng_weights", alt=text(SLUG, "alt_weights", heads=heads, **said))
    added, below = fact["added"], heads - fact["added"]
    more = text(SLUG, "added_alibi", added=added, below=below, above=2 * below) + " " if added else ""
    drawn = len(figures.drawn_heads(heads, head))
    more += text(SLUG, "many_alibi", drawn=drawn) + " " if drawn < heads else ""
    return more + text(SLUG, "check_alibi", difference=f"{fact['difference']:.1g}")


def xpos(controls, stage):
    length, factor, base = (param.widget(controls) for param in (lesson.LENGTH, lesson.FACTOR, lesson.BASE))
    given = {"length": length, "factor": factor, "base": base, "scale_base": lesson.SCALE.widget(controls)}
    found = cached.computed("compute.long_context.xpos", **given)
    arrays, fact, lengths = found.arrays, found.facts, {"length": length, "reach": length * factor}
    said = {"plain": f"{fact['plain_past']:.2g}", "decayed": f"{fact['decayed_past']:.1g}", "length": f"{length:,}"}
    ends = {"fast": f"{arrays['decays'][0][-1]:.1g}", "slow": f"{arrays['decays'][-1][-1]:.2g}"}
    frame.say(stage, text(SLUG, "say_xpos", **said) if factor > 1 else text(SLUG, "say_xpos_within", **ends))
    left, right = stage.columns([460, 480], gap=16)
    drawn = figures.decays(arrays["decays"], arrays["distances"], pairs=fact["pairs"], **lengths)
    frame.chart(left, drawn, key="lng_decays", alt=text(SLUG, "alt_decays", reach=f"{lengths['reach']:,}", **ends))
    drawn = figures.scores(arrays["plain"], arrays["decayed"], arrays["distances"], **lengths)
    frame.chart(right, drawn, key="lng_scores", alt=text(SLUG, "alt_scores", **said))
    return text(SLUG, "check_xpos", difference=f"{fact['difference']:.1g}")


def learned(controls, stage):
    found = cached.computed("tables.long_context.stretched", factor=lesson.FACTOR.widget(controls))
    fact = found.facts
    said = {name: f"{fact[name]:,}" for name in ("rows", "new_rows", "told")}
    means = ("mean_before", "mean_after", "told_same")
    said |= {name: f"{fact[name]:.2f}".replace("-", "\u2212") for name in means}
    frame.say(stage, text(SLUG, "say_learned", **said))
    shown = (found.arrays[name] for name in ("places", "before", "after", "same"))
    alt = text(SLUG, "alt_learned", mean_same=f"{fact['mean_same']:.2f}", **said)
    frame.chart(stage, figures.stretched(*shown, told=fact["told"]), key="lng_learned", alt=alt)
    return text(SLUG, "check_learned")


def compared(controls, stage):
    given = (lesson.LENGTH, lesson.FACTOR, lesson.BASE, lesson.WIDTH)
    length, factor, base, width = (param.widget(controls) for param in given)
    found = cached.computed("compute.long_context.comparison", width=width, length=length, factor=factor, base=base)
    frame.say(stage, text(SLUG, "say_compared", length=f"{length:,}", reach=f"{length * factor:,}"))
    lines, sources = [text(SLUG, "table_head")], []
    for row in found.facts["rows"]:
        past = {"beyond": row["beyond"], "pairs": f"{row['pairs']:,}"} if "pairs" in row else {}
        past |= {"last": f"{length - 1:,}"} if row["past"] == "no_row" else {}
        cells = [text(SLUG, f"name_{row['id']}"), f"{row['parameters']:,}"]
        cells += [text(SLUG, f"enters_{row['enters']}"), text(SLUG, f"past_{row['past']}", **past)]
        cells.append(", ".join(f"[{use['model']}]({use['link']})" for use in row["uses"]))
        lines.append(f"| {' | '.join(cells)} |")
        sources += [f"{use['model']}: {use['source']}" for use in row["uses"]]
    stage.container(key="lng_table").markdown("\n".join(lines))
    return text(SLUG, "check_compared", sources="; ".join(sources))


def measured(controls, stage):
    part = lesson.PARTS[lesson.PART.widget(controls)]
    found = cached.computed("tables.recipe.lengths", shown="all", part=part, times=1)
    arrays, fact = found.arrays, found.facts
    changes = {each["label"]: f"{each['mean']:+.2f}".replace("-", "\u2212") for each in fact["growth"]}
    said = {"trained": fact["trained"], "longest": int(fact["trained"] * arrays["times"][-1])}
    ends = {name: fact[name] for name in ("lowest", "highest")}
    ends |= {"low": changes[fact["lowest"]], "high": changes[fact["highest"]]}
    frame.say(stage, text(SLUG, "say_measured", **ends, **said))
    drawn = runs.lengths(arrays["times"], arrays["losses"], names=fact["names"], trained=fact["trained"])
    told = ", ".join(f"{name} {change}" for name, change in changes.items())
    frame.chart(stage, drawn, key="lng_measured", alt=text(SLUG, "alt_measured", told=told, **said))
    return text(SLUG, "check_measured", tokens=f"{fact['tokens']:,}")


PICTURES = (angles, wavelengths, alibi, xpos, learned, compared, measured)
VIEWS = dict(zip(lesson.VIEWS, PICTURES, strict=True))
CODE = ("rotary.rotary_frequencies", "long_context.angles", "long_context.wavelengths", "alibi.alibi_slopes")
CODE += ("alibi.alibi_weights", "rotary.xpos_scale", "positions.interpolate_table", "long_context.comparison")
CODE += ("language_length.length_losses",)
frame.show(lesson.LESSON, picture, note=lambda said: said, code=[f"compute.{name}" for name in CODE], lessons=LESSONS)
