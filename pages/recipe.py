"""A recipe by its runs: one choice at a time, tied and factorised tables, lengths, a curriculum, and two sheets."""

from urllib.parse import urlencode

from embviz.figures import recipe as figures
from embviz.lessons import LESSONS
from embviz.lessons import recipe as lesson
from embviz.lessons.lesson import query
from embviz.ui import cached, frame
from embviz.ui.text import text

SLUG = lesson.LESSON.slug


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def signed(value, digits=3):
    return f"{value:+.{digits}f}".replace("-", "\u2212")


def rounded(value):
    """Two decimals for a table; what rounds to zero has no sign."""
    return signed(value, 2) if abs(value) >= 0.005 else "0.00"


def with_margin(found):
    return f"{signed(found['mean'])} ± {found['margin']:.3f}"


def short(label):
    """A level's name beside its picture: all ranks are tied."""
    return label.removeprefix("tied, ")


def against(first, differences):
    """What the others do, in a sentence: those that differ by how much, those that do not by name."""
    said = [
        text(SLUG, each["verdict"], label=short(each["label"]), by=f"{abs(each['mean']):.3f}")
        for each in differences
        if each["verdict"] != "same"
    ]
    same = [short(each["label"]) for each in differences if each["verdict"] == "same"]
    said += [text(SLUG, "same", labels="**, **".join(same))] if same else []
    return text(SLUG, "say_levels", first=first, levels="; ".join(said))


def grid(controls, stage):
    factor, curve = lesson.FACTOR.widget(controls), lesson.CURVE.widget(controls)
    found = cached.computed("tables.recipe.grid", factor=lesson.FACTORS[factor])
    arrays, fact = found.arrays, found.facts
    labels, notes = fact["labels"], ["", *map(with_margin, fact["differences"])]
    frame.say(stage, against(labels[0], fact["differences"]))
    left, right = stage.columns([500, 440], gap=16)
    relative = curve == "difference"
    drawn = figures.by_step(
        arrays["steps"],
        arrays["relative" if relative else "validation"],
        labels=labels,
        x="step",
        y=f"loss minus that of {labels[0]}" if relative else "loss on held text",
        first_flat=relative,
    )
    ends = ", ".join(f"{name} {loss:.3f}" for name, loss in zip(labels, arrays["final"].mean(axis=1), strict=True))
    medians = ", ".join(f"{name} {row[2]:.3g}" for name, row in zip(labels, arrays["norms"], strict=True))
    frame.chart(left, drawn, key="rcp_steps", alt=text(SLUG, "alt_steps", factor=factor, ends=ends))
    drawn = figures.by_seed(arrays["final"], labels=labels, notes=notes, seeds=fact["seeds"], x="loss at the end")
    frame.chart(right, drawn, key="rcp_final", alt=text(SLUG, "alt_final", factor=factor, ends=ends))
    drawn = figures.norms(arrays["norms"], labels=labels)
    frame.chart(right, drawn, key="rcp_norms", alt=text(SLUG, "alt_norms", factor=factor, medians=medians))
    name = lesson.FACTORS[factor]
    read = {"times": f"{fact['times_read']:.2g}"}
    rates = {"rate": fact["rate"], "usual": fact["usual_rate"]}
    own = {"dropout": read, "small_dropout": read, "warmup": {"warmup": fact["warmup"]}, "hot": rates}.get(name, {})
    own = text(SLUG, f"about_{name}", **own)
    return f"{own} {check(fact)}"


def check(fact):
    gone = f" ({', '.join(fact['gone'])})" if fact["gone"] else ""
    said = {"tokens": f"{fact['read_tokens']:,}", "seeds": len(fact["seeds"]), "comparisons": fact["comparisons"]}
    return text(SLUG, "check_grid", diverged=sum(fact["diverged"]), gone=gone, **said)


def tied(controls, stage):
    vocabulary, factor = lesson.VOCABULARY.widget(controls), lesson.STARTS[lesson.START.widget(controls)]
    found = cached.computed("tables.recipe.grid", factor=factor)
    counts, totals = (
        cached.computed("tables.recipe.counted", factor=factor, vocabulary=size).arrays["values"]
        for size in (vocabulary, lesson.VOCABULARY.default)
    )
    labels, final = [short(label) for label in found.facts["labels"]], found.arrays["final"]
    frame.say(stage, against(labels[0], found.facts["differences"]))
    left, right = stage.columns([480, 460], gap=16)
    sums = counts.sum(axis=1)
    told = ", ".join(f"{name} {int(total):,}" for name, total in zip(labels, sums, strict=True))
    alt = text(SLUG, "alt_parameters", vocabulary=f"{vocabulary:,}", told=told)
    frame.chart(left, figures.parameters(counts, labels=labels), key="rcp_parameters", alt=alt)
    ends = ", ".join(f"{name} {loss:.3f}" for name, loss in zip(labels, final.mean(axis=1), strict=True))
    drawn = figures.by_parameters(totals.sum(axis=1), final, labels=labels)
    frame.chart(right, drawn, key="rcp_trade", alt=text(SLUG, "alt_trade", ends=ends))
    share = {"share": f"{100 * counts[0][0] / sums[0]:.0f}", "vocabulary": f"{vocabulary:,}"}
    differences = "; ".join(f"{short(each['label'])} {with_margin(each)}" for each in found.facts["differences"])
    return text(SLUG, "check_tied", differences=differences, **share) + " " + check(found.facts)


def length(controls, stage):
    shown, part, times = (param.widget(controls) for param in (lesson.SHOWN, lesson.PART, lesson.TIMES))
    given = {"shown": lesson.SETS[shown], "part": lesson.PARTS[part], "times": times}
    found = cached.computed("tables.recipe.lengths", **given)
    arrays, fact = found.arrays, found.facts
    names, trained = fact["names"], fact["trained"]
    grown = {each["label"]: with_margin(each) for each in fact["growth"]}
    said = {"trained": trained, "longest": f"{int(trained * arrays['times'][-1]):,}"}
    ends = {name: fact[name] for name in ("lowest", "highest")}
    ends |= {"low": grown[fact["lowest"]], "high": grown[fact["highest"]]}
    frame.say(stage, text(SLUG, "say_length", **ends, **said))
    left, right = stage.columns([540, 400], gap=16)
    told = ", ".join(f"{name} {change}" for name, change in grown.items())
    drawn = figures.lengths(arrays["times"], arrays["losses"], names=names, trained=trained)
    frame.chart(left, drawn, key="rcp_lengths", alt=text(SLUG, "alt_lengths", told=told, **said))
    drawn = figures.by_position(
        arrays["places"], arrays["by_position"], names=names, trained=trained, bins=int(2 * arrays["places"][0] + 1)
    )
    alt = text(SLUG, "alt_positions", read=f"{trained * times:,}", names=", ".join(names))
    frame.chart(right, drawn, key="rcp_positions", alt=alt)
    return text(SLUG, "check_length", tokens=f"{fact['tokens']:,}", **said)


def curriculum(controls, stage):
    position = lesson.POSITION.widget(controls)
    found = cached.computed("tables.recipe.curriculum", position=position)
    arrays, fact = found.arrays, found.facts
    labels = [text(SLUG, "order_fixed"), text(SLUG, "order_short_first")]
    said = against(labels[0], [{"label": labels[1]} | fact["difference"]])
    frame.say(stage, text(SLUG, "say_curriculum", said=said, time=f"{fact['time']:.2f}"))
    left, right = stage.columns([500, 440], gap=16)
    ends = ", ".join(f"{name} {row[:, -1].mean():.3f}" for name, row in zip(labels, arrays["validation"], strict=True))
    drawn = figures.by_step(arrays["tokens"], arrays["validation"], labels=labels, x="tokens", y="loss on held text")
    frame.chart(left, drawn, key="rcp_curriculum", alt=text(SLUG, "alt_curriculum", ends=ends))
    seeds = range(arrays["seconds"].shape[1])
    change = arrays["by_length"][1] - arrays["by_length"][0]
    rows = [f"read at {each}" for each in fact["lengths"]]
    means = [signed(float(row.mean())) for row in change]
    drawn = figures.by_seed(
        change, labels=rows, notes=means, seeds=seeds, x="loss, short first minus fixed", zero=True, joined=False
    )
    alt = text(SLUG, "alt_by_length", told=", ".join(f"{row} {mean}" for row, mean in zip(rows, means, strict=True)))
    frame.chart(right, drawn, key="rcp_by_length", alt=alt)
    times = [f"{row.mean():.1f} s" for row in arrays["seconds"]]
    drawn = figures.by_seed(
        arrays["seconds"], labels=labels, notes=times, seeds=seeds, x="seconds of a processor", joined=False
    )
    frame.chart(right, drawn, key="rcp_time", alt=text(SLUG, "alt_time", fixed=times[0], short=times[1]))
    shares = {name: f"{100 * fact[name]:.0f}" for name in ("saved", "saved_in_earnest")}
    ratios = {"low": f"{min(fact['ratios']):.2f}", "high": f"{max(fact['ratios']):.2f}"}
    return text(SLUG, "check_curriculum", difference=with_margin(fact["difference"]), **shares, **ratios)


def sheets(controls, stage):
    target = lesson.TARGET.widget(controls)
    fact = cached.computed("tables.recipe.sheet", length=target).facts
    counts = {name: fact[name] for name in ("supported", "no_difference", "against")}
    frame.say(stage, text(SLUG, "say_sheets", choices=len(fact["rows"]), length=f"{target:,}", **counts))
    lines = [text(SLUG, "table_head")]
    for row in fact["rows"]:
        name = row["id"]
        advice = text(SLUG, f"advice_{name}_{target}" if name in lesson.BY_LENGTH else f"advice_{name}")
        runs = ", ".join(linked(alternative(each), each["place"]) for each in row["evidence"])
        runs += text(SLUG, "longer", time=f"{1 / fact['time']:.2f}") if name == "curriculum" else ""
        verdict = linked(row["verdict"], row["place"])
        lines.append(f"| {text(SLUG, f'choice_{name}')} | {advice} | {verdict} | {runs} |")
    stage.container(key="rcp_table").markdown("\n".join(lines))
    sizes = {name: f"{fact[name]:,}" for name in ("parameters", "tokens", "shortest", "longest", "seeds")}
    sizes |= {"small": f"{100 * fact['attention']:.0f}", "earnest": f"{100 * fact['attention_in_earnest']:.0f}"}
    return text(SLUG, "check_sheets", length=f"{target:,}", **sizes)


def linked(words, place):
    """Words that lead to the runs that they are about."""
    slug, state = lesson.place_of(place)
    return f"[{words}]({slug}?{urlencode(query(state))})"


def alternative(found):
    """Its name and difference: in brackets within the seeds' spread, bold if it ends lower."""
    words = f"{found['label']} {rounded(found['mean'])}"
    return {"same": f"({words})", "lower": f"**{words}**", "higher": words}[found["verdict"]]


VIEWS = dict(zip(lesson.VIEW.options, (grid, tied, length, curriculum, sheets), strict=True))
CODE = ("tables.recipe.compared", "tables.recipe.verdict", "tables.recipe.grid", "compute.recipe.summary")
CODE += ("compute.language_length.length_losses", "tables.recipe.lengths", "tables.recipe.curriculum")
CODE += ("tables.recipe.multiplications", "tables.recipe.sheet")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
