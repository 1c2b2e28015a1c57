"""word2vec: windows, two networks, negatives, and a training to play back or to run."""

from functools import partial

import streamlit as st

from embviz.figures import word2vec as figures
from embviz.lessons import LESSONS
from embviz.lessons import word2vec as lesson
from embviz.ui import cached, components, frame, own_corpus, training, word2vec_live
from embviz.ui.text import plain, text

SLUG = lesson.LESSON.slug
KEY = "w2v_picture"
KEYS = {"ArrowLeft": ("s", -1), "ArrowRight": ("s", 1), "ArrowUp": ("pick", -1), "ArrowDown": ("pick", 1)}
WINDOW_KEYS = {"ArrowLeft": ("at", -1), "ArrowRight": ("at", 1)}
NETWORK_KEYS = {"ArrowLeft": ("out", -1), "ArrowRight": ("out", 1), "ArrowUp": ("cell", -1), "ArrowDown": ("cell", 1)}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    corpus = own_corpus.choose(controls, stage, lesson.CORPUS)
    return VIEWS[view](controls, stage, corpus) if corpus else None


def trained(controls, stage, corpus):
    architecture, pairs = lesson.ARCHITECTURE.widget(controls), lesson.PAIRS.widget(controls)
    asked = {"corpus": corpus, "architecture": architecture, **chosen_settings(controls)}
    with controls.container(key="w2v_buttons", horizontal=True, gap="small"):
        st.button(
            text(SLUG, "train"), key="w2v_train", width="stretch", on_click=begin, args=(word2vec_live.start, asked)
        )
        if training.rests(word2vec_live.JOB) and word2vec_live.course(corpus, architecture):
            given = (training.go_on, word2vec_live.JOB)
            st.button(text("training", "go_on"), key="w2v_go_on", width="stretch", on_click=begin, args=given)
    if training.is_on(word2vec_live.JOB):
        with stage:
            training.live(word2vec_live.JOB, partial(watch, asked, pairs))
        return text(SLUG, "running")
    with stage.container():
        found = played(asked, pairs)
    if found is None:
        return failed()
    with controls:
        components.sliders(KEY, (lesson.STEP.upto(found.facts["snapshots"] - 1),), play=lesson.STEP)
    return after(word2vec_live.course(corpus, architecture), found, asked)


def chosen_settings(controls):
    with controls.popover(text(SLUG, "settings"), width="stretch"):
        where = st.container()
        values = {param.name: param.widget(where) for param in lesson.SETTINGS}
    return values | {"rate": float(values["rate"])}


def begin(start, *given):
    for param in (lesson.STEP, lesson.FIT, lesson.PICK):
        param.move(param.default)
    start(*given)


def watch(asked, pairs, course):
    """The newest snapshot of a training that is on or waits; if it is another's corpus, what there is of this one."""
    training.status(word2vec_live.JOB, unit=text(SLUG, "unit"))
    if not word2vec_live.course(asked["corpus"], asked["architecture"]):
        played(asked, pairs)
    elif course.kept:
        show(word2vec_live.newest(course, pairs=pairs), on=True)


def played(asked, pairs):
    """A training from its first snapshot to its last: the one that was done here, or else a shipped one, or None."""
    corpus, architecture = asked["corpus"], asked["architecture"]
    course = word2vec_live.course(corpus, architecture)
    if not course and (corpus, architecture) not in lesson.SHIPPED:
        frame.say(st, text(SLUG, "not_shipped", corpus=own_corpus.shown(corpus), by=architecture))
        return None
    found = word2vec_live.course_of(course, corpus, architecture, fit=lesson.FIT.value(), pairs=pairs)
    purity = found.arrays.get("purity")
    if purity is None:
        words = {"n": f"{len(found.facts['words']):,}", "corpus": own_corpus.shown(corpus)}
        frame.say(st, text(SLUG, "say_plain", **words))
    else:
        ends = {"before": f"{purity[0, 1]:.1%}", "after": f"{purity[-1, 1]:.1%}"}
        frame.say(st, text(SLUG, "say_training", **ends))
    show(found, replay=round(1000 * course.seconds) + 1 if course and course.ended == "done" else 0)
    return found


def failed():
    """What to say of a training that ended before it had anything to show; None if there was none."""
    return (
        training.ended(word2vec_live.JOB, unit=text(SLUG, "unit")) if not training.course(word2vec_live.JOB) else None
    )


def show(found, *, on=False, replay=0):
    facts = found.facts
    last = facts["snapshots"] - 1
    dashes = ("solid", "dashed", "dotted", "dashdot")
    roles = ("value", "key", "query", "position")
    pairs = [{"name": name, "role": roles[k], "dash": dashes[k]} for k, name in enumerate(facts["pair_names"])]
    charts = [{"array": "loss", "title": text(SLUG, "loss"), "lines": [{"role": "gradient"}], "digits": 2}]
    if "purity" in found.arrays:
        line = [{"role": "sum"}]
        charts.append({"array": "purity", "title": text(SLUG, "purity"), "lines": line, "range": (0, 1), "digits": 3})
    if pairs:
        charts.append(
            {"array": "pairs", "title": text(SLUG, "cosine"), "lines": pairs, "range": (-0.2, 1), "digits": 2}
        )
    words = {name: text(SLUG, name) for name in ("near", "refit", "back", "measure")}
    words |= {"refit": ""} if on else {}
    given = {
        "label": text(SLUG, "title"),
        "alt": text(SLUG, "alt_training", n=len(facts["words"]), last=last, share=f"{sum(facts['shares']):.0%}"),
        "at": [text(SLUG, "at", epoch=f"{epoch:.3g}") for epoch in (facts["epochs"][-1:] if on else facts["epochs"])],
        "ends": ["0", text(SLUG, "epochs", epoch=f"{facts['epochs'][-1]:.3g}")],
        "charts": charts,
        "words_of": words,
        "first": last if on else 0,
        "snapshots": 1 if on else last + 1,
        "replay": replay,
    }
    steered = (lesson.STEP.upto(0 if on else last), lesson.PICK.upto(len(facts["words"]) - 1), lesson.FIT)
    components.picture("journey", found, key=KEY, steered=steered, keys=KEYS, **given)


def after(course, found, asked):
    """What stands below: whose training this is, what it was asked for, and words that it does not have."""
    facts = found.facts
    size = {"words": f"{facts['words_in_all']:,}", "rows": f"{facts['rows_in_all']:,}"}
    ended = training.ended(word2vec_live.JOB, unit=text(SLUG, "unit")) if course else failed()
    said = [ended or text(SLUG, "shipped", **size)]
    mine = {name: value for name, value in asked.items() if name not in ("corpus", "architecture")}
    differs = any(facts["settings"][name] != value for name, value in mine.items() if name != "epochs" or course)
    if differs:
        said.append(text(SLUG, "other_settings", seed=facts["settings"]["seed"]))
    said.append(text(SLUG, "plane", share=f"{sum(facts['shares']):.0%}", n=facts["fit"]))
    if facts["unknown"]:
        said.append(text(SLUG, "unknown", words=plain(", ".join(facts["unknown"]))))
    return " ".join(said)


def window(controls, stage, corpus):
    sentence, span = lesson.SENTENCE.widget(controls), lesson.SPAN.widget(controls)
    found = cached.computed("tables.word2vec.window", corpus=corpus, sentence=sentence, window=span)
    words = found.facts["words"]
    counted = {"skipgram": len(found.arrays["skipgram"]), "cbow": len(found.arrays["cbow"]), "n": len(words)}
    frame.say(stage, text(SLUG, "say_window", **counted))
    at = lesson.AT.upto(max(0, len(words) - 1))
    alt = text(SLUG, "alt_window", sentence=" ".join(words), window=span)
    with stage:
        label = text(SLUG, "title")
        components.picture(
            "word2vec_window", found, key="w2v_window_picture", steered=(at,), keys=WINDOW_KEYS, label=label, alt=alt
        )
    if len(words) > 1:
        with controls:
            components.sliders("w2v_window_picture", (at,), play=at)
    return text(SLUG, "check_window", sentence=sentence, last=f"{min(found.facts['sentences'], 1000) - 1}")


def network(controls, stage, corpus):
    architecture, words = lesson.ARCHITECTURE.widget(controls), lesson.INPUT.widget(controls)
    found = word2vec_live.of(corpus, architecture, "network", words=words)
    facts = found.facts
    size, n = {"v": f"{facts['vocabulary']:,}", "d": facts["dim"]}, len(facts["inputs"])
    numbers = f"{2 * facts['vocabulary'] * facts['dim']:,}"
    frame.say(stage, text(SLUG, "say_one", **size) if n == 1 else text(SLUG, "say_mean", n=n, **size))
    steered = (lesson.CELL.upto(min(lesson.CELL.high, facts["dim"] - 1)), lesson.OUT.upto(len(facts["outputs"]) - 1))
    named = {"words": ", ".join(facts["inputs"]), "outputs": ", ".join(facts["outputs"])}
    alt = text(SLUG, "alt_network", numbers=numbers, **named, **size)
    with stage:
        given = {"label": text(SLUG, "title"), "alt": alt, "sums": text(SLUG, "sums")}
        components.picture(
            "word2vec_network", found, key="w2v_network_picture", steered=steered, keys=NETWORK_KEYS, **given
        )
    said = text(SLUG, "check_network", difference=f"{facts['difference']:.1g}", numbers=numbers)
    if facts.get("purity"):
        w, c, both = (f"{share:.1%}" for share in facts["purity"])
        said += " " + text(SLUG, "halves", w=w, c=c, both=both)
    return instead(facts, facts["inputs"][0]) + said


def instead(facts, word):
    """What to say of a word that the vocabulary does not have; empty where it has it."""
    if not facts.get("unknown"):
        return ""
    near = ", ".join(facts["unknown"]["near"]) or text(SLUG, "nothing")
    return text(SLUG, "instead", asked=plain(facts["unknown"]["asked"]), near=plain(near), word=plain(word)) + " "


def negatives(controls, stage, corpus):
    power, sample = lesson.POWER.widget(controls) / 100, float(lesson.SAMPLE.widget(controls))
    found = cached.computed("tables.word2vec.draws", corpus=corpus, power=power, sample=sample)
    facts, arrays = found.facts, found.arrays
    first, *_, last = facts["named"]
    words = {"first": plain(first["word"]), "last": plain(last["word"])}
    words |= {"share": f"{first['share']:.2%}", "negative": f"{first['negative']:.2%}"}
    frame.say(stage, text(SLUG, "say_negatives", more=f"{last['negative'] / last['share']:.2g}", **words))
    left, right = stage.columns(2, gap=16)
    alt = text(SLUG, "alt_negatives", power=f"{power:g}", **words)
    frame.chart(left, figures.drawn_shares(arrays["share"], arrays["negatives"], power=power), key="w2v_drawn", alt=alt)
    kept = {"first": words["first"], "kept": f"{first['kept']:.1%}"}
    figure = figures.kept_shares(arrays["counts"], arrays["kept"], facts["named"])
    frame.chart(right, figure, key="w2v_kept", alt=text(SLUG, "alt_kept", **kept))
    before, left_over = (f"{share:.0%}" for share in facts["often"])
    return text(SLUG, "check_negatives", before=before, after=left_over, v=f"{len(arrays['counts']):,}", **kept)


def places(controls, stage, corpus):
    architecture, word = lesson.ARCHITECTURE.widget(controls), lesson.WORD.widget(controls)
    found = word2vec_live.of(corpus, architecture, "word", word=word)
    facts = found.facts
    counted = {
        "word": plain(facts["word"]),
        "count": f"{facts['count']:,}",
        "rank": f"{facts['rank']:,}",
        "v": f"{facts['vocabulary']:,}",
    }
    frame.say(stage, text(SLUG, "say_word", **counted))
    given = {
        "label": text(SLUG, "title"),
        "alt": text(SLUG, "alt_word", word=facts["word"], near=", ".join(one["word"] for one in facts["after"])),
        "heads": [text(SLUG, "before"), text(SLUG, "after")],
        "empty": text(SLUG, "empty"),
        "close": text(SLUG, "close"),
    }
    with stage:
        components.picture("word2vec_words", found, key="w2v_words_picture", steered=(lesson.WORD,), **given)
    close = {one["label"]: one for one in facts["closeness"]}
    if facts["senses"] and close:
        first, second = facts["senses"]
        shares = {
            "a": close[first]["score"],
            "b": close[second]["score"],
            "own": close[first]["own"],
            "other": close[second]["own"],
        }
        shares = {name: f"{share:.2f}" for name, share in shares.items()}
        return text(SLUG, "two_senses", word=counted["word"], first=first, second=second, **shares)
    return instead(facts, facts["word"]) + (text(SLUG, "cosines") if facts["after"] else "")


VIEWS = {"Training": trained, "Window": window, "Network": network, "Negatives": negatives, "Words": places}
CODE = ("compute.word2vec.train_word2vec", "compute.word2vec_steps.Skipgram", "compute.word2vec_steps.Cbow")
CODE += ("compute.word2vec_steps.Part", "compute.corpora.window_pairs")
CODE += ("compute.corpora.negative_distribution", "compute.corpora.keep_probabilities", "compute.journey.journey")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
