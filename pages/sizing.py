"""What a table costs: to scale and factorised, to read and to train, and in models that people use."""

from embviz.figures import sizing as figures
from embviz.lessons import LESSONS
from embviz.lessons import sizing as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY = "sz_picture"
KEYS = {"ArrowLeft": ("r", -1), "ArrowRight": ("r", 1), "Shift+ArrowLeft": ("r", -16), "Shift+ArrowRight": ("r", 16)}
UNITS = {"MiB": 2**20, "MB": 10**6}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    v, d, n = (param.widget(controls) for param in (lesson.V, lesson.D, lesson.N))
    tied = lesson.HEAD.widget(controls) == "tied"
    return VIEWS[view](controls, stage, {"vocab_size": v, "dim": d, "positions": n, "tied": tied})


def table(controls, stage, size):
    rank = lesson.R.upto(size["dim"])
    found = cached.computed("compute.sizing.scaled", **size)
    cost = cached.computed("compute.sizing.table_cost", rank=rank.value(), **size).facts
    how = "whole" if not rank.value() else "saves" if cost["tokens"] < cost["whole"] else "loses"
    frame.say(stage, text(SLUG, f"say_{how}", **SAID[how](cost, rank.value())))
    alt = text(SLUG, "alt_table", total=f"{cost['total']:,}", saving=cost["saving"])
    words = {name: text(SLUG, f"js_{name}") for name in WORDS}
    with stage:
        steered = (lesson.V, lesson.D, rank)
        given = {"label": text(SLUG, "title"), "alt": alt, "words": words}
        components.picture("sizing", found, key=KEY, steered=steered, keys=KEYS, **given)
    with controls:
        components.sliders(KEY, (rank,), roles={"r": "token"})
    difference = f"{abs(cost['counted'] - cost['total']):,}"
    return text(SLUG, "check_table", counted=f"{cost['counted']:,}", difference=difference)


def shown(size, unit):
    """Bytes in a unit, with at most one decimal, and more digits of what is small."""
    amount = size / UNITS[unit]
    return f"{amount:,.1f}" if amount >= 10 else f"{amount:.3g}"


def training(controls, stage, size):
    unit, rank = lesson.UNIT.widget(controls), lesson.R.upto(size["dim"]).value()
    cost = cached.computed("compute.sizing.table_cost", rank=rank, **size).facts
    rows = cached.computed("compute.sizing.held", parameters=cost["total"]).facts["rows"]
    each = {f"{row['optimiser'] or 'read'}_{row['dtype']}": f"{row['each']:g}" for row in rows}
    most = max(rows, key=lambda row: row["total"])
    said = {name: each[name] for name in ("adam_float32", "adam_bfloat16", "read_int4")}
    frame.say(stage, text(SLUG, "say_training", **said))
    notes = [f"{shown(row['total'], unit)} {unit}" for row in rows]
    alt = text(SLUG, "alt_training", count=f"{cost['total']:,}", most=f"{shown(most['total'], unit)} {unit}")
    frame.chart(stage, figures.training(rows, notes, per=UNITS[unit], unit=unit), key="sz_training", alt=alt)
    what = text(SLUG, "what_factorised", rank=f"{rank:,}") if rank else text(SLUG, "what_whole")
    return text(SLUG, "check_training", count=f"{cost['total']:,}", what=what)


def models(controls, stage, size):
    total = lesson.TOTAL.widget(controls)
    found = cached.computed("compute.sizing.listed", total=total, **size)
    facts, rows = found.facts, found.facts["rows"]
    shares = {row["name"]: row["share"] for row in rows}
    own = rows[-1]
    said = {"highest": facts["highest"], "lowest": facts["lowest"]}
    said |= {"high": percent(shares[said["highest"]]), "low": percent(shares[said["lowest"]])}
    yours = (
        text(SLUG, "yours_cannot", tables=f"{own['tables']:,}")
        if own["share"] is None
        else text(SLUG, "yours", share=percent(own["share"]))
    )
    frame.say(stage, text(SLUG, "say_models", **said) + " " + yours)
    notes = [note(row) for row in rows]
    told = "; ".join(f"{row['name']} {said}" for row, said in zip(rows, notes, strict=True))
    words = {"label": text(SLUG, "models"), "alt": text(SLUG, "alt_models", told=told)}
    words |= {"notes": notes, "lines": [chosen(row) for row in rows]}
    words |= {"words": {name: text(SLUG, f"sign_{name}") for name in SIGNS}}
    keys = {"ArrowUp": ("row", -1), "ArrowDown": ("row", 1), "ArrowLeft": ("row", -1), "ArrowRight": ("row", 1)}
    with stage:
        components.picture("sizing_models", found, key="sz_rows", steered=(lesson.ROW,), keys=keys, **words)
    return text(SLUG, "check_models")


def note(row):
    """What stands at the end of a model's row."""
    if row["kind"] == "scale":
        return text(SLUG, "no_table")
    share = "" if row["share"] is None else f"{percent(row['share'])} %"
    head = text(SLUG, "tied" if row["tied"] else "untied")
    estimate = text(SLUG, "estimate") if row["estimates"] else ""
    words = ", ".join(part for part in (head, estimate) if part)
    return f"{share} {words}".strip()


def chosen(row):
    """What is said of the model that is chosen: its table, and where the numbers are from."""
    if row["kind"] == "scale":
        return [text(SLUG, "chosen_scale", model=row["name"], total=f"{row['total']:,}"), row["source"]]
    said = {"model": row["name"], "v": f"{row['vocab_size']:,}", "d": f"{row['dim']:,}", "tokens": f"{row['tokens']:,}"}
    said |= {"mb": shown(row["token_bytes"], "MB"), "mib": shown(row["token_bytes"], "MiB")}
    guessed = [text(SLUG, f"guess_{name}") for name in row["estimates"]]
    guess = text(SLUG, "guessed", what=", ".join(guessed)) if guessed else ""
    return [text(SLUG, "chosen", **said), f"{row['source']}. {guess}".strip()]


def percent(share):
    return f"{100 * share:.3g}"


def sources(controls, stage, size):
    total = lesson.TOTAL.widget(controls)
    rows = cached.computed("compute.sizing.listed", total=total, **size).facts["rows"]
    frame.say(stage, text(SLUG, "say_sources"))
    lines = [text(SLUG, "table_head"), *(f"| {' | '.join(cells(row))} |" for row in rows)]
    stage.container(key="sz_table").markdown("\n".join(lines))
    made = cached.computed("tables.sizing.as_csv", total=total, **size).facts
    save = {"file_name": made["name"], "mime": "text/csv", "on_click": "ignore", "key": "sz_csv"}
    stage.download_button(text(SLUG, "save"), made["text"].encode(), **save)
    return text(SLUG, "check_sources")


def cells(row):
    """A line of the table of sources; an estimate has the word beside it."""
    guess = {name: f" {text(SLUG, 'estimate')}" if name in row["estimates"] else "" for name in FIELDS}
    numbers = [f"{row[name]:,}{guess[name]}" if row[name] else "–" for name in FIELDS[:3]]
    head = "–" if row["kind"] == "scale" else text(SLUG, "tied" if row["tied"] else "untied") + guess["tied"]
    tokens = f"{row['tokens']:,}" if row["tokens"] else "–"
    source = f"[{row['source']}]({row['link']})" if row["link"] else row["source"]
    return [row["name"], *numbers, head, tokens, f"{row['total']:,}{guess['total']}", source]


SIGNS = ("position_parameters", "head", "tokens", "total", "estimate", "share", "axis")
FIELDS = ("vocab_size", "dim", "positions", "tied", "total")
WORDS = ("tied", "whole", "saves", "rank", "rank_whole", "both", "loses", "area", "row_grip", "width_grip")
SAID = {
    "whole": lambda cost, _: {
        "tokens": f"{cost['tokens']:,}",
        "mb": shown(cost["token_bytes"], "MB"),
        "mib": shown(cost["token_bytes"], "MiB"),
    },
    "saves": lambda cost, rank: ranked(cost, rank) | {"share": percent(cost["tokens"] / cost["whole"])},
    "loses": lambda cost, rank: ranked(cost, rank) | {"saving": f"{cost['saving']:,}"},
}


def ranked(cost, rank):
    return {"rank": f"{rank:,}", "tokens": f"{cost['tokens']:,}", "whole": f"{cost['whole']:,}"}


VIEWS = dict(zip(lesson.VIEWS, (table, training, models, sources), strict=True))
CODE = ("token_parameters", "factorised_parameters", "saving_rank", "table_cost", "counted", "memory_bytes")
CODE += ("training_memory", "listed")
frame.show(
    lesson.LESSON, picture, note=lambda said: said, code=[f"compute.sizing.{it}" for it in CODE], lessons=LESSONS
)
