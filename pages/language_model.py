"""A small language model: its table of tokens from random to trained, losses, norms, positions, gradients, and live."""

import streamlit as st

from embviz.figures import language_model as figures
from embviz.lessons import LESSONS
from embviz.lessons import language_model as lesson
from embviz.ui import cached, components, frame, training
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
S = lesson.SNAPSHOT
KEY = "lm_picture"
KEYS = {"ArrowLeft": ("s", -1), "ArrowRight": ("s", 1)}


def words(*names):
    return {name: text(SLUG, f"word_{name}") for name in names}


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def chosen_run(controls):
    return lesson.RUNS[lesson.RUN.widget(controls)]


def table(controls, stage):
    run, common = chosen_run(controls), lesson.ROWS.widget(controls) == "common"
    rows = cached.computed("tables.language_model.rows", run=run, common=common, fit=lesson.FIT.value())
    progress = cached.computed("tables.language_model.progress", run=run)
    pure, lengths, losses = rows.arrays["purity"], rows.arrays["lengths"], progress.arrays["validation"]
    n = len(rows.facts["words"])
    said = {"start": percent(pure[0][1]), "end": percent(pure[-1][1])}
    frame.say(stage, text(SLUG, "say_table", **said))
    left, right = stage.columns([560, 380], gap=16)
    with left:
        steered = (S, lesson.PICK.upto(n - 1), lesson.FIT)
        at = [text(SLUG, "at_step", step=f"{step:,}") for step in rows.facts["steps"]]
        given = {
            "at": at,
            "senses": [],
            "charts": [],
            "first": 0,
            "words_of": words("near", "refit", "back", "measure"),
        }
        given |= {"label": text(SLUG, "label_table"), "alt": text(SLUG, "alt_table", rows=n, **said), "keys": KEYS}
        components.picture("journey", rows, key=KEY, steered=steered, **given)
        with st.container(key="below_picture"):  # on a phone the text of the panel comes after them
            components.sliders(KEY, (S,), play=S, key=f"{KEY}_stepper")
    with right:
        alt = text(SLUG, "alt_progress", first=f"{losses[0]:.2f}", last=f"{losses[-1]:.2f}")
        drawn = words("loss", "steps", "step", "even", "known", "text")
        components.companion("language_model", progress, picture_key=KEY, state="s", words=drawn, alt=alt)
    with controls:
        components.sliders(KEY, (S,), play=S)
    left_out = rows.facts["left_out"]
    out = text(SLUG, "left_out", count=left_out) + " " if left_out else ""
    ends = {"first": f"{lengths[0]:.2f}", "last": f"{lengths[-1]:.2f}"}
    shown = percent(sum(rows.facts["shares"]))
    if run == "pieces-warm":
        warmed = cached.computed("tables.language_model.warm")
        out += text(SLUG, "warmed", rows=warmed.facts["rows"], **ends_of_warm(warmed)) + " "
    if n < 100:
        out += text(SLUG, "letters", right=f"{rows.arrays['letters'][-1]:.0f}", of=rows.facts["lettered"]) + " "
    return out + text(SLUG, "check_table", share=shown, **ends)


def loss(controls, stage):
    compare = lesson.COMPARISONS[lesson.COMPARE.widget(controls)]
    if compare == "seeds":
        found = cached.computed("tables.language_model.seeds")
        losses, kinds = found.arrays["losses"], found.facts["kinds"]
        means, spread = figures.means(kinds, losses)
        said = ", ".join(f"{figures.NAMES.get(kind, kind)} {mean:.3f}" for kind, mean in means)
        frame.say(stage, text(SLUG, "say_seeds", means=said, spread=f"{spread:.2f}"))
        frame.chart(stage, figures.seeds(losses, kinds=kinds), key="lm_seeds", alt=text(SLUG, "alt_seeds", means=said))
        return text(SLUG, "check_seeds", **{name: found.facts[name] for name in ("width", "pieces", "steps")})
    first = lesson.FROM.widget(controls)
    if compare == "warm":
        return warm(stage, first)
    found = cached.computed("tables.language_model.losses", compare=compare)
    steps, last, names = found.arrays["steps"], found.arrays["last"], found.facts["names"]
    ends = ", ".join(
        f"{figures.NAMES.get(name, name)} {end:.3f}" for end, name in sorted(zip(last, names, strict=True))
    )
    unit = "character"
    frame.say(stage, text(SLUG, "say_compare" if compare == "positions" else f"say_{compare}", ends=ends))
    figure = figures.losses(steps, found.arrays["curves"], last, names=names, first=first, unit=unit)
    frame.chart(stage, figure, key="lm_loss", alt=text(SLUG, "alt_loss", ends=ends, steps=f"{steps[-1]:,.0f}"))
    sizes = ", ".join(f"{name} {size:,}" for name, size in zip(names, found.facts["parameters"], strict=True))
    return text(SLUG, "check_loss", sizes=sizes, seed=found.facts["seed"])


def warm(stage, first):
    """Rows that start from glove, and the same rows started at random."""
    found = cached.computed("tables.language_model.warm")
    arrays, names = found.arrays, found.facts["names"]
    said = {"rows": found.facts["rows"], **ends_of_warm(found)}
    frame.say(stage, text(SLUG, "say_warm", **said))
    left, right = stage.columns(2, gap=16)
    losses = {"first_loss": f"{arrays['last'][0]:.3f}", "other_loss": f"{arrays['last'][1]:.3f}"}
    figure = figures.kept(arrays["steps"], arrays["kept"], names=names)
    frame.chart(left, figure, key="lm_kept", alt=text(SLUG, "alt_kept", **said))
    series = (arrays[name] for name in ("steps", "curves", "last"))
    figure = figures.losses(*series, names=names, first=first, unit="piece", right=160)
    frame.chart(right, figure, key="lm_warm_loss", alt=text(SLUG, "alt_warm", **losses))
    near = {name: percent(arrays["near"][k][-1]) for k, name in enumerate(("near", "other_near"))}
    seeds = cached.computed("tables.language_model.seeds")
    _, spread = figures.means(seeds.facts["kinds"], seeds.arrays["losses"])
    return text(SLUG, "check_warm", seed=found.facts["seed"], spread=f"{spread:.2f}", **losses, **near)


def ends_of_warm(found):
    """The mean cosines at the end, of rows from glove and of those begun at random."""
    return {name: signed(found.arrays["kept"][k][0][-1]) for k, name in enumerate(("cosine", "other"))}


def norms(controls, stage):
    found = cached.computed("tables.language_model.norms", run=chosen_run(controls))
    rare, common, ranks = (found.arrays[name] for name in ("rare", "common", "ranks"))
    unit = text(SLUG, "unit_pieces" if len(found.facts["tokens"]) > 200 else "unit_characters")
    frame.say(
        stage, text(SLUG, "say_norms", start=f"{rare[0]:.2f}", rare=f"{rare[-1]:.2f}", common=f"{common[-1]:.2f}")
    )
    said = {"rare": f"{rare[-1]:.2f}", "common": f"{common[-1]:.2f}", "rank": signed(ranks[-1])}
    drawn = words("length", "rows", "few", "never", "met", "step", "hovered", "medians")
    with stage:
        label, alt = text(SLUG, "label_norms"), text(SLUG, "alt_norms", unit=unit, **said)
        components.picture(
            "language_model_norms",
            found,
            key=f"{KEY}_norms",
            steered=(S,),
            keys=KEYS,
            label=label,
            alt=alt,
            words=drawn,
        )
    with controls:
        components.sliders(f"{KEY}_norms", (S,), play=S)
    if "head" not in found.arrays:
        return text(SLUG, "check_norms")
    ends = {"rare": f"{found.facts['head_rare']:.2f}", "common": f"{found.facts['head_common']:.2f}"}
    return text(SLUG, "check_head", **ends)


def positions(controls, stage):
    found = cached.computed("tables.language_model.positions")
    distances, lengths = found.arrays["distances"], found.arrays["lengths"]
    near, far = f"{distances[-1][1]:.2f}", f"{distances[-1][8]:.2f}"
    frame.say(stage, text(SLUG, "say_positions", start=signed(distances[0][1]), near=near, far=far))
    drawn = words("step", "alike")
    drawn |= {"titles": [text(SLUG, f"title_{k}") for k in ("rows", "cosines", "distances")]}
    drawn |= {"across": [text(SLUG, f"across_{k}") for k in ("rows", "cosines", "distances")]}
    with stage:
        label, alt = text(SLUG, "label_positions"), text(SLUG, "alt_positions", near=near, far=far)
        given = {"keys": KEYS, "label": label, "alt": alt, "words": drawn}
        components.picture("language_model_positions", found, key=f"{KEY}_positions", steered=(S,), **given)
    with controls:
        components.sliders(f"{KEY}_positions", (S,), play=S)
    ends = {"first": f"{lengths[-1][0]:.2f}", "last": f"{lengths[-1][-1]:.2f}", "start": f"{lengths[0].mean():.2f}"}
    return text(SLUG, "check_positions", limit=f"{found.facts['limit']:g}", n=found.facts["n"] - 1, **ends)


def gradients(controls, stage):
    unit = lesson.TEXT.widget(controls)
    found = cached.computed("tables.language_model.gradients", text=unit)
    names = found.facts["names"]
    axis = lesson.AXIS.widget(controls)
    if axis == "rows touched":
        steps, touched = found.facts["steps"], found.arrays["touched"]
        said = {"tied": percent(touched[0].mean()), "untied": percent(touched[1].mean())}
        unmoved = {"unmoved": found.facts["unmoved"], "rows": found.facts["rows"]}
        frame.say(stage, text(SLUG, "say_touched", **said, **unmoved))
        frame.chart(
            stage, figures.touched(steps, touched, names=names), key="lm_touched", alt=text(SLUG, "alt_touched", **said)
        )
        return text(SLUG, "check_touched")
    shares, met = found.arrays["shares"], found.arrays["met"]
    said = {"met": percent(met[0]), "tied": percent(shares[0][0]), "untied": percent(shares[1][0])}
    rare = {"rare_met": percent(met[-1]), "rare_tied": percent(shares[0][-1]), "rare_untied": percent(shares[1][-1])}
    frame.say(stage, text(SLUG, "say_gradients", **rare))
    figure = figures.gradients(shares, met, names=names, log=axis == "shares, log")
    frame.chart(stage, figure, key="lm_gradients", alt=text(SLUG, "alt_gradients", **said, **rare))
    return text(SLUG, "check_gradients", **said)


def train(controls, stage):
    chosen = {
        param.name: param.widget(controls) for param in (lesson.POSITION, lesson.HEAD, lesson.UNITS, lesson.WIDTH)
    }
    more = controls.popover(text(SLUG, "more"), width="stretch")
    rest = (lesson.LAYERS, lesson.STEPS, lesson.SEED, lesson.RANK, lesson.DROPOUT, lesson.WARM)
    chosen |= {param.name: param.widget(more) for param in rest}
    plan = lesson.plan(**chosen)
    counts = lesson.parameters(plan)
    course = training.course(lesson.JOB)
    with controls.container(key="lm_buttons", horizontal=True, gap="small"):
        buttons(plan, course)
    share = percent((counts.table + counts.head) / counts.total)
    frame.say(stage, text(SLUG, "say_tied" if plan.tied else "say_untied", total=f"{counts.total:,}", share=share))
    run = lesson.beside(plan)
    shipped = cached.computed("tables.language_model.progress", run=lesson.RUNS[run])
    with stage:
        training.live(lesson.JOB, lambda course: draw(course, plan, shipped, run))
    return text(
        SLUG, "check_train", run=run, held=f"{shipped.facts['held']:.3f}", steps=f"{shipped.arrays['steps'][-1]:,.0f}"
    )


def buttons(plan, course):
    st.button(text(SLUG, "train"), key="lm_train", on_click=begin, args=(lesson.begin, plan))
    if training.rests(lesson.JOB) and lesson.same(plan, course):  # where it was stopped, with its optimiser
        st.button(text(SLUG, "go_on"), key="lm_go_on", on_click=training.go_on, args=(lesson.JOB,))
        return
    off = training.is_on(lesson.JOB) or not lesson.fits(plan, course)
    st.button(text(SLUG, "go_on"), key="lm_go_on", on_click=begin, args=(lesson.go_on, plan, course), disabled=off)


def begin(start, *given):
    training.start(lesson.JOB, **start(*given))


def draw(course, plan, shipped, run):
    """The training so far beside the shipped run, with what it wrote last."""
    looks = lesson.looks(course)
    with st.container(height=60, border=False, key="lm_status"):
        status(course, plan)
    left, right = st.columns([560, 380], gap=16)
    figure = figures.live(
        (shipped.arrays["tokens"], shipped.arrays["validation"]),
        [(look.tokens, look.validation_loss) for look in looks],
        [(look.tokens, look.train_loss) for look in looks],
        end=lesson.end(course, plan),
        called=text(SLUG, "shipped"),
        even=shipped.facts["even"],
        unit=shipped.facts["rows"].removesuffix("s"),
    )
    frame.chart(left, figure, key="lm_live", alt=text(SLUG, "alt_train", run=run))
    written = [look for look in looks if look.text]
    drawn = words("known", "text")
    drawn["title"] = text(SLUG, "wrote", step=f"{written[-1].step:,}") if written else text(SLUG, "shipped_wrote")
    shown = cached.Tensors.pack({}, {"texts": [written[-1].text if written else shipped.facts["texts"][-1]]})
    with right:
        components.companion("language_model", shown, picture_key="lm_live", words=drawn)


def status(course, plan):
    """How the training is, how it ended, or how long the planned one would be."""
    unit, kept = text(SLUG, "unit_tokens"), None
    training.status(lesson.JOB, unit=unit)
    if training.is_on(lesson.JOB):
        return
    if looks := lesson.looks(course):
        kept = looks[-1].kept
    said = training.ended(lesson.JOB, unit=unit) or text(
        SLUG, "idle", steps=f"{plan.steps:,}", tokens=f"{plan.tokens:,}"
    )
    st.caption(said if kept is None else f"{said} {text(SLUG, 'kept', cosine=signed(kept))}")


def signed(value):
    return f"{value:.2f}".replace("-", "\u2212")


def percent(share):
    return f"{100 * share:.0f}%" if share >= 0.01 else f"{100 * share:.1g}%"


VIEWS = {"Table": table, "Loss": loss, "Norms": norms, "Positions": positions, "Gradients": gradients, "Train": train}
CODE = (
    "language_model.LanguageModel",
    "language_training.trained",
    "language_training.frequency_groups",
    "language_training.fitted_rows",
)
frame.show(
    lesson.LESSON,
    picture,
    note=lambda said: said,
    code=[*(f"compute.{name}" for name in CODE), "tables.language_model.rows", "tables.language_model.gradients"],
    lessons=LESSONS,
)
