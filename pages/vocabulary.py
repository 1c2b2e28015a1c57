"""Small or large vocabulary: what more entries save and cost, which entries are used, a text through all of them."""

from embviz.figures import vocabulary as figures
from embviz.lessons import LESSONS
from embviz.lessons import vocabulary as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import plain, text

SLUG = lesson.LESSON.slug
KEY = "voc_picture"
KEYS = {"ArrowLeft": ("k", -1), "ArrowRight": ("k", 1), "ArrowUp": ("of", -1), "ArrowDown": ("of", 1)}
KEYS |= {"Shift+ArrowLeft": ("of", -1), "Shift+ArrowRight": ("of", 1)}
SAY = ("tokens", "costs", "costs_plain", "floor", "cheapest", "table", "numbers", "bytes", "sequence", "rate", "work")
SAY += ("least", "more", "times", "hand", "layers", "attention", "head", "entries", "asked", "sum", "formula")
SAY_TEXT = ("entries", "token", "raw", "at", "empty", "here")


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def trade(controls, stage):
    slider = controls.container()
    given = {"width": lesson.D.widget(controls), "layers": lesson.LAYERS.widget(controls)}
    given |= {"characters": lesson.CHARACTERS.widget(controls), "dtype": lesson.TYPE.widget(controls)}
    found = cached.computed("tables.vocabulary.trade", **given)
    fact = found.facts
    saved, least = fact["saved"], fact["rows"][fact["cheapest"]["BPE"]]
    said = {"early": f"{100 * saved['BPE'][1]:.0f}%", "late": f"{100 * saved['BPE'][-1]:.1f}%"}
    said["cheapest"] = f"{least['size']:,}"
    frame.say(stage, text(SLUG, "say_trade", **said))
    alt = text(SLUG, "alt_trade", least=f"{least['tokens']:,}", most=f"{fact['rows'][0]['tokens']:,}", **said)
    steered = (lesson.K, lesson.OF)
    with stage:
        say = {name: text(SLUG, f"js_{name}") for name in SAY}
        words = {"label": text(SLUG, "title"), "alt": alt, "say": say, "chosen": lesson.CHOSEN}
        components.picture("vocabulary", found, key=KEY, steered=steered, keys=KEYS, type=given["dtype"], **words)
    with slider:
        components.sliders(KEY, steered[:1], play=steered[0])
    about = cached.computed("tables.vocabulary.about").facts
    more = f"{-100 * saved['Unigram'][-2]:.1f}%"
    asked = {"found": f"{fact['rows'][2 * len(lesson.SIZES) - 1]['size']:,}", "more": more}
    return text(SLUG, "check_trade", characters=f"{about['characters']:,}", works=about["works"], **asked)


def entries(controls, stage):
    name, tokens, part = (param.widget(controls) for param in (lesson.ENTRIES, lesson.BATCH, lesson.PART))
    found = cached.computed("tables.vocabulary.batch", vocabulary=name, tokens=tokens, part=part)
    fact, arrays = found.facts, found.arrays
    never = fact["size"] - fact["used"]
    said = {"which": name, "size": f"{fact['size']:,}", "batch": f"{tokens:,}"}
    said["rows"] = f"{fact['rows']:,.0f}"
    best = max(range(len(fact["names"])), key=lambda at: arrays["trained"][at] / arrays["sizes"][at])
    said |= {"best": fact["names"][best], "most": f"{100 * arrays['trained'][best] / arrays['sizes'][best]:.0f}%"}
    frame.say(stage, text(SLUG, "say_entries", share=f"{100 * fact['rows'] / fact['size']:.0f}%", **said))
    left, right = stage.columns([470, 470], gap=16)
    shown = {"used": fact["used"], "size": fact["size"], "once": 1 / tokens}
    shown |= {"named_at": arrays["named_at"], "named": fact["named"]}
    drawn = figures.ranks(arrays["ranks"], arrays["shares"], **shown)
    lines = {key: f"{fact[key]:,}" for key in ("half", "once")} | {"never": f"{never:,}"}
    alt = text(SLUG, "alt_ranks", first=fact["named"][0], **lines, **said)
    frame.chart(left, drawn, key="voc_ranks", alt=alt)
    shown = {"names": fact["names"], "kinds": fact["kinds"], "chosen": name}
    drawn = figures.rows(arrays["sizes"], arrays["trained"], **shown)
    told = ", ".join(f"{each} {rows:,.0f}" for each, rows in zip(fact["names"], arrays["trained"], strict=True))
    frame.chart(right, drawn, key="voc_rows", alt=text(SLUG, "alt_rows", told=told, batch=said["batch"]))
    bytes_, others = fact["idle_bytes"], never - fact["idle_bytes"]
    examples = ", ".join(f"“{plain(piece)}”" for piece in fact["never"][:4])
    some = text(SLUG, "some_never", bytes=bytes_, others=f"{others:,}", examples=examples) if others else ""
    some = some or text(SLUG, "some_bytes", bytes=bytes_)
    some += " " + text(SLUG, "swallowed") if others and part == "training" and name.startswith("BPE") else ""
    short = text(SLUG, "short_text") if fact["tokens"] < tokens else ""
    size = name.partition(" ")[2]
    asked = text(SLUG, "asked_for", size=f"{int(size):,}") if size and int(size) != fact["size"] else ""
    text_ = {"part": lesson.PARTS[part], "tokens": f"{fact['tokens']:,}", "half": f"{fact['half']:,}"}
    said = (asked, some, text(SLUG, "check_entries", once=f"{fact['once']:,}", **text_), short)
    return " ".join(filter(None, said))


def own_text(controls, stage):
    typed, kind = lesson.TEXT.widget(controls), lesson.KIND.widget(controls)
    found = cached.computed("tables.vocabulary.pieces", text=typed, kind=kind)
    counts = [int(count) for count in found.arrays["counts"]]
    said = {"most": counts[0], "least": min(counts), "characters": len(typed)}
    first = next(at for at, count in enumerate(counts) if count == said["least"])
    said["size"] = f"{found.facts['rows'][first]['size']:,}"
    frame.say(stage, text(SLUG, "say_text", kind=kind, **said) if typed else text(SLUG, "say_empty"))
    at = lesson.AT.upto(max(0, len(typed) - 1))
    with stage:
        say = {name: text(SLUG, f"own_{name}") for name in SAY_TEXT}
        words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt_text", kind=kind, **said), "say": say}
        keys = {"ArrowLeft": ("at", -1), "ArrowRight": ("at", 1)}
        components.picture("vocabulary_text", found, key="voc_own", steered=(at,), keys=keys, kind=kind, **words)
    others = ", ".join(f"{name} {count}" for name, count in found.facts["others"].items())
    raw = text(SLUG, "raw_text", raw=plain(found.facts["raw"])) if found.facts["raw"] else text(SLUG, "no_raw")
    return raw + " " + text(SLUG, "check_text", others=others)


VIEWS = dict(zip(lesson.VIEW.options, (trade, entries, own_text), strict=True))
CODE = ("vocabularies.train_bpe", "vocabularies.train_unigram", "vocabularies.used", "vocabulary.trade")
CODE += ("vocabulary.cost", "recipe.multiplications", "vocabulary.rows_trained", "vocabulary.pieces")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=[f"tables.{name}" for name in CODE], lessons=LESSONS)
