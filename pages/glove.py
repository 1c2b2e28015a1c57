"""GloVe: counts, ratios and weights of a corpus, a training beside word2vec's, and what seeds agree on."""

from functools import partial

import streamlit as st

from embviz.figures import glove as figures
from embviz.lessons import LESSONS
from embviz.lessons import glove as lesson
from embviz.ui import cached, components, frame, glove_live, own_corpus, training
from embviz.ui.text import plain, text

SLUG = lesson.LESSON.slug
KEY = "glv_picture"
METHODS, PREFIXES = ("GloVe", "word2vec"), ("", "other_")
KEYS = {"ArrowLeft": ("s", -1), "ArrowRight": ("s", 1), "ArrowUp": ("pick", -1), "ArrowDown": ("pick", 1)}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    if view == "Seeds":
        return seeds(controls, stage)
    corpus = own_corpus.choose(controls, stage, lesson.CORPUS)
    return VIEWS[view](controls, stage, corpus) if corpus else None


def trained(controls, stage, corpus):
    seed, other_seed = (param.widget(controls) for param in lesson.SEEDS)
    settings, pairs = chosen_settings(controls)
    asked = {"corpus": corpus, "seed": seed, **settings}
    on, course = training.is_on(glove_live.JOB), glove_live.course(corpus)
    with controls.container(key="glv_buttons", horizontal=True, gap="small"):
        st.button(
            text(SLUG, "train"),
            key="glv_train",
            width="stretch",
            on_click=begin,
            args=(glove_live.start, asked, other_seed),
        )
        if course and training.rests(glove_live.JOB):
            st.button(
                text("training", "go_on"),
                key="glv_go_on",
                width="stretch",
                on_click=begin,
                args=(training.go_on, glove_live.JOB),
            )
    found = None
    if not (on and course) and (course or corpus in lesson.CORPUS.options):
        found = glove_live.course_of(course, asked, other_seed, fit=lesson.FIT.value(), pairs=pairs)
    with stage:
        training.live(glove_live.JOB, partial(watch if on else played, found, asked, pairs))
    if on or found is None:
        return text(SLUG, "running") if on else failed()
    with controls:
        components.sliders(KEY, (lesson.STEP.upto(found.facts["snapshots"] - 1),), play=lesson.STEP)
    return after(course, found, asked, other_seed)


def chosen_settings(controls):
    with controls.popover(text(SLUG, "settings"), width="stretch"):
        where = st.container()
        pairs = lesson.PAIRS.widget(where)
        values = {param.name: param.widget(where) for param in lesson.SETTINGS}
    values["x_max"] = values.pop("xmax")
    return values | {"rate": float(values["rate"])}, pairs


def begin(start, *given):
    for param in (lesson.STEP, lesson.FIT, lesson.PICK):
        param.move(param.default)
    start(*given)


def watch(found, asked, pairs, course):
    """The newest snapshot of a training that is on, or waits; before it has one, what there is of this corpus."""
    training.status(glove_live.JOB, unit=text(SLUG, "unit"))
    if course and course.kept and course.about.corpus == asked["corpus"]:
        show(glove_live.newest(course, pairs=pairs), on=True)
    elif found is not None:
        show(found)


def played(found, asked, _, course):
    """Both trainings from their first snapshot to their last."""
    corpus = own_corpus.shown(asked["corpus"])
    if found is None:
        frame.say(st, text(SLUG, "not_shipped", corpus=corpus))
        return
    purity, said = found.arrays.get("purities"), text(SLUG, "say_plain", n=len(found.facts["words"]), corpus=corpus)
    if purity is not None:
        names = ("before", "other_before"), ("after", "other_after")
        ends = {
            name: f"{100 * v:.1f}%"
            for row, k in zip(names, (0, -1), strict=True)
            for name, v in zip(row, purity[k, 1:], strict=True)
        }
        said = text(SLUG, "say_training", **ends)
    frame.say(st, said)
    done = course and course.ended == "done" and course.about.corpus == asked["corpus"]
    show(found, replay=round(1000 * course.seconds) + 1 if done else 0)


def show(found, *, on=False, replay=0):
    facts, arrays = found.facts, found.arrays
    last = facts["snapshots"] - 1
    dashes = ("solid", "dashed", "dotted", "dashdot")
    roles = ("value", "key", "query", "position")
    lines = [{"name": name, "role": roles[k], "dash": dashes[k]} for k, name in enumerate(facts["pair_names"])]
    charts = []
    if lines:
        given = {"lines": lines, "range": (-1, 1), "digits": 2}
        charts = [
            {"array": f"{prefix}pairs", "title": text(SLUG, "cosine", by=by), **given}
            for prefix, by in zip(PREFIXES, METHODS, strict=True)
        ]
    if "purities" in arrays:
        of = [
            {"name": name, "role": role, "dash": dash}
            for name, role, dash in zip(METHODS, ("sum", "position"), dashes, strict=False)
        ]
        both = {"array": "purities", "title": text(SLUG, "purity"), "lines": of, "range": (0, 1), "digits": 2}
        charts.append(both | {"roomy": bool(lines)})  # on a phone the readings say it
    words = {name: text(SLUG, name) for name in ("near", "refit", "back")} | ({"refit": ""} if on else {})
    shares = [f"{share:.0%}" for share in facts["planes"]]
    given = {
        "label": text(SLUG, "title"),
        "alt": text(SLUG, "alt_training", n=len(facts["words"]), last=last, share=shares[0], other=shares[1]),
        "sides": [side(found, k) for k in (0, 1)],
        "ends": [text(SLUG, "begin"), text(SLUG, "end")],
        "charts": charts,
        "words_of": words,
        "first": last if on else 0,
        "snapshots": 1 if on else last + 1,
        "replay": replay,
    }
    steered = (lesson.STEP.upto(0 if on else last), lesson.PICK.upto(len(facts["words"]) - 1), lesson.FIT)
    components.picture("journey", found, key=KEY, steered=steered, keys=KEYS, **given)


def side(found, k):
    """One of the two clouds: its name, and what is read below it at each snapshot."""
    epochs, losses, purity = found.facts["epochs"][k], found.facts["losses"][k], found.arrays.get("purities")
    shares = [None] * len(epochs) if purity is None else purity[-len(epochs) :, 1 + k].tolist()
    said = []
    for loss, share in zip(losses, shares, strict=True):
        parts = [] if loss is None else [text(SLUG, f"loss_{METHODS[k]}", loss=f"{loss:.3g}")]
        parts += [] if share is None else [text(SLUG, "measure", share=f"{100 * share:.1f}%")]
        said.append(", ".join(parts))
    at = [text(SLUG, "at", epoch=f"{epoch:.3g}") for epoch in epochs]
    name = text(SLUG, "side", by=METHODS[k], seed=found.facts["settings"][k]["seed"])
    return {"prefix": PREFIXES[k], "name": name, "at": at, "said": said}


def failed():
    """What to say of a training that ended before it had anything to show; empty if there was none."""
    return "" if training.course(glove_live.JOB) else training.ended(glove_live.JOB, unit=text(SLUG, "unit"))


def after(course, found, asked, other_seed):
    """What stands below: whose trainings these are, what was asked for, and words that they do not have."""
    facts = found.facts
    mine, other = facts["settings"]
    size = {"words": f"{facts['words_in_all']:,}", "rows": f"{facts['rows_in_all']:,}"}
    epochs = {"epochs": mine["epochs"], "other_epochs": other["epochs"]}
    ended = training.ended(glove_live.JOB, unit=text(SLUG, "unit")) if course else failed()
    said = [ended] if ended else []
    said += [] if course else [text(SLUG, "shipped", **epochs, **size)]
    wanted = {name: value for name, value in asked.items() if name != "corpus"}
    if any(mine[name] != value for name, value in wanted.items()) or other["seed"] != other_seed:
        said.append(text(SLUG, "other_settings"))
    said.append(text(SLUG, "common", share=f"{facts['common'][-1]:.0%}"))
    said.append(
        text(SLUG, "plane", **dict(zip(("share", "other"), (f"{s:.0%}" for s in facts["planes"]), strict=True)))
    )
    return " ".join(said) + missing(facts["unknown"])


def missing(unknown):
    words = text(SLUG, "unknown", words=plain(", ".join(unknown)))
    return " " + words if unknown else ""


def counts(controls, stage, corpus):
    words, window = lesson.WORDS.widget(controls), lesson.WINDOW.widget(controls)
    found = cached.computed("tables.glove_counts.counts", corpus=corpus, words=words, window=window)
    facts = found.facts
    first, second, most = facts["largest"]
    named = {"a": plain(first), "b": plain(second), "most": f"{most:,.3g}" if most < 1000 else f"{most:,.0f}"}
    frame.say(stage, text(SLUG, "say_counts", empty=f"{facts['empty']:.0%}", **named))
    alt = text(SLUG, "alt_counts", words=", ".join(facts["words"]), **named)
    frame.chart(stage, figures.counts(found.arrays["values"], facts["words"]), key="glv_counts", alt=alt)
    row = len(facts["words"]) - 1
    total = {"word": plain(facts["words"][row]), "total": f"{found.arrays['totals'][row]:,.4g}"}
    said = text(SLUG, "check_counts", difference=f"{facts['difference']:.1g}", window=window, **total)
    return said + missing(facts["unknown"])


def ratios(controls, stage, corpus):
    pair, probes = lesson.TWO.widget(controls), lesson.PROBES.widget(controls)
    window = lesson.WINDOW.widget(controls)
    found = cached.computed("tables.glove_counts.ratios", corpus=corpus, pair=pair, probes=probes, window=window)
    facts, ratio = found.facts, found.arrays["ratio"].tolist()
    a, b = plain(facts["a"]), plain(facts["b"])
    frame.say(stage, told(list(zip(facts["probes"], ratio, strict=True)), a, b))
    shown = [f"{word} {value:.3g}" for word, value in zip(facts["probes"], ratio, strict=True)]
    figure = figures.ratios(*(found.arrays[name] for name in ("given_a", "given_b", "ratio")), a=a, b=b,
                            probes=facts["probes"])  # fmt: skip
    frame.chart(stage, figure, key="glv_ratios", alt=text(SLUG, "alt_ratios", a=a, b=b, ratios=", ".join(shown)))
    rare = min(min(found.arrays[name][k] for name in ("counts_a", "counts_b")) for k in range(len(ratio)))
    return text(SLUG, "check_ratios", least=f"{rare:.2g}", a=a) + missing(facts["unknown"])


def told(probes, a, b):
    """Which probe speaks most for one word, which for the other, and which for neither."""
    known = sorted(((ratio, plain(word)) for word, ratio in probes if ratio == ratio), key=lambda pair: pair[0])
    said = {name: text(SLUG, f"say_{name}", a=a, b=b) for name in ("neither", "both")}
    if not known:
        return said["neither"]
    parts = []
    if known[-1][0] > 1:
        parts.append(text(SLUG, "say_speaks", probe=known[-1][1], word=a))
    if known[0][0] < 1:
        parts.append(text(SLUG, "say_speaks", probe=known[0][1], word=b))
    even = min(known, key=lambda pair: figures.distance(pair[0]))
    if 0.8 < even[0] < 1.25:
        parts.append(text(SLUG, "say_even", probe=even[1], ratio=f"{even[0]:.2f}"))
    return " ".join(parts) or said["both"]


def weighting(controls, stage, corpus):
    x_max, alpha = lesson.X_MAX.widget(controls), lesson.ALPHA.widget(controls)
    found = cached.computed("tables.glove_counts.weights", corpus=corpus, x_max=x_max, alpha=alpha)
    facts = found.facts
    shares = {name: f"{facts[name]:.1%}" for name in ("rare", "rare_weight", "full", "full_weight")}
    frame.say(stage, text(SLUG, "say_weights", **shares))
    figure = figures.weights(*(found.arrays[name] for name in ("x", "f", "edges", "pairs", "weight")), x_max=x_max)
    alt = text(SLUG, "alt_weights", x_max=x_max, alpha=f"{alpha / 100:g}", **shares)
    frame.chart(stage, figure, key="glv_weights", alt=alt)
    size = {"pairs": f"{facts['n_pairs']:,}", "cells": f"{facts['n_cells']:,}"}
    part = f"{facts['n_pairs'] / facts['n_cells']:.0%}"
    once = {"once": f"{facts['once']:.3g}"}
    return text(SLUG, "check_weights", part=part, x_max=f"{x_max:,}", **size, **once)


def seeds(controls, stage):
    pair, axis = lesson.AGREE.widget(controls), lesson.AXIS.widget(controls)
    word = lesson.WORD.widget(controls)
    found = cached.computed("tables.glove_seeds.seeds", pair=pair, coordinate=axis, word=word)
    facts, arrays = found.facts, found.arrays
    (before, after_), overlap = facts["typical"], arrays["overlap"]
    numbers = {"overlap": f"{overlap.mean():.0%}", "chance": f"{facts['chance']:.0%}"}
    frame.say(stage, text(SLUG, "say_seeds", before=f"{before:.2f}", after=f"{after_:.2f}", **numbers))
    first, second = facts["names"]
    axes = {"words": facts["words"], "place": facts["place"], "x": text(SLUG, "coordinate", k=axis, of=first)}
    columns = stage.columns(3, gap=16)
    for where, name, turned in ((columns[0], "before", False), (columns[1], "after", True)):
        r = facts["correlation"][turned]
        y = text(SLUG, "turned" if turned else "same", of=second)
        figure = figures.coordinates(arrays[name], y=y, r=r, turned=turned, **axes)
        frame.chart(where, figure, key=f"glv_{name}", alt=text(SLUG, "alt_seeds", x=axes["x"], y=y, r=f"{r:.2f}"))
    figure = figures.overlaps(overlap, chance=facts["chance"], k=10)
    frame.chart(columns[2], figure, key="glv_overlap", alt=text(SLUG, "alt_overlap", **numbers))
    cosines = {name: f"{value:.2f}" for name, value in zip(("cos", "cos_after"), facts["cosine"], strict=True)}
    near = {"one": plain(", ".join(facts["near"][0])), "other": plain(", ".join(facts["near"][1]))}
    checks = {"held_out": f"{facts['held_out']:.2f}", "shuffled": f"{facts['shuffled']:.2f}"}
    said = text(SLUG, "check_seeds", word=plain(facts["words"][facts["place"]]), **cosines, **near, **checks)
    return said.replace("-", "\u2212") + missing([facts["unknown"]] if facts["unknown"] else [])


VIEWS = {"Training": trained, "Counts": counts, "Ratios": ratios, "Weighting": weighting}
CODE = ("compute.glove.train_glove", "compute.glove.cooccurrences", "compute.glove.ratios", "compute.glove.weighting")
CODE += ("compute.glove.objective_and_gradients", "compute.agreement.procrustes", "compute.agreement.neighbour_overlap")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
