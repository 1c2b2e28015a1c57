"""Analogies: the ranking with the words asked about and without, the parallelogram in a plane, and scores."""

from embviz.figures import analogies as figures
from embviz.lessons import LESSONS
from embviz.lessons import analogies as lesson
from embviz.ui import cached, frame, running, table_file
from embviz.ui.text import plain, text

SLUG = lesson.LESSON.slug
JOB = "ana_scores"


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    words, below = controls.container(), controls.container()  # the words stand above the table, and are drawn after it
    with table_file.chosen(below, stage, lesson.TABLE, *lesson.OWN_WORDS) as table:
        return table and VIEWS[view](words, below, stage, table)


def asked(words):
    return {name: param.widget(words) for name, param in zip("abc", (lesson.A, lesson.B, lesson.C), strict=True)}


def shown(number, digits=3):
    return f"{number:.{digits}f}".replace("-", "\u2212")


def rankings(words, below, stage, table):
    given, method = asked(words), lesson.METHOD.widget(below)
    found = cached.computed("tables.analogies.rankings", table=table.name, method=method.lower(), **given)
    facts, scores = found.facts, found.arrays["scores"]
    table.rows, table.what = facts["row_numbers"], text(SLUG, "ranked")
    columns, marks, answer = facts["columns"], facts["marks"], facts["answer"]
    _, b, c = facts["inputs"]
    place, word = min(zip(facts["places"], (b, c), strict=True))
    said = {"first": plain(columns[0][0]), "score": shown(scores[0][0])}
    said |= {"answer": plain(answer), "answer_score": shown(scores[1][0]), "place": f"{place:,}", "word": plain(word)}
    name = "say_input_first" if marks[0][0] else "say_answer_first"
    if not marks[0][0]:
        del said["first"], said["answer_score"]
    frame.say(stage, text(SLUG, name, **said))
    titles = ("title_in", "title_out", "title_b", "title_c")
    near = ({}, {}, {"word": figures.short(b)}, {"word": figures.short(c)})
    lists = [
        figures.Ranking(text(SLUG, title, **word), column, score, mark)
        for title, word, column, score, mark in zip(titles, near, columns, scores, marks, strict=True)
    ]
    pairs = {"ana_ranked": lists[:2], "ana_near": lists[2:]}
    for where, (key, pair) in zip(stage.columns(2, gap=16), pairs.items(), strict=True):
        alt = "; ".join(text(SLUG, "alt_ranking", title=list_.title, words=read_out(list_)) for list_ in pair)
        full = max(1.0, *(float(list_.scores.max()) for list_ in pair))
        frame.chart(where, figures.rankings(pair, chosen=answer, full=full), key=key, alt=alt)
    return f"{text(SLUG, 'note_rankings', **searched(facts, table, method))} {expected(facts)}"


def read_out(ranking):
    """A ranking in words."""
    return ", ".join(f"{word} {shown(score)}" for word, score in zip(ranking.words, ranking.scores, strict=True))


def searched(facts, table, method):
    """What was ranked, and how."""
    numbers = {name: f"{facts[name]:,}" for name in ("candidates", "left")}
    return {"method": text(SLUG, f"is_{method.lower()}"), "table": table.shown, "width": facts["width"], **numbers}


def expected(facts):
    """What the Google set wants, if it asks this."""
    if "expected" not in facts:
        return text(SLUG, "not_asked")
    if "expected_place" not in facts:
        return text(SLUG, "expected_nowhere", expected=plain(facts["expected"]))
    return text(SLUG, "expected", expected=plain(facts["expected"]), place=f"{facts['expected_place']:,}")


def parallelogram(words, below, stage, table):
    given, plane = asked(words), lesson.PLANE.widget(below)
    found = cached.computed("tables.analogies.parallelogram", table=table.name, plane=plane, **given)
    facts, off, shares = found.facts, found.arrays["off"], found.arrays["shares"]
    table.rows, table.what = facts["row_numbers"], text(SLUG, "corners")
    said = dict(zip("abcd", map(plain, facts["names"]), strict=True))
    angles = {"angle": f"{facts['angle']:.1f}", "seen": f"{facts['angle_in_plane']:.1f}"}
    frame.say(stage, text(SLUG, "say_parallelogram", **said, **angles))
    said |= {"gap": shown(facts["gap"]), "gap_in_plane": shown(facts["gap_in_plane"]), "off": shown(off[4])}
    alt = text(SLUG, "alt_parallelogram", **said | dict(zip("abcd", facts["names"], strict=True)), **angles)
    drawn = figures.parallelogram(found.arrays["points"], facts["names"])
    frame.chart(stage, drawn, key="ana_plane_chart", alt=alt)
    held = {"first": f"{shares[0]:.1%}", "second": f"{shares[1]:.1%}", "both": f"{shares.sum():.1%}"}
    note = text(SLUG, f"note_{plane}", **said, **held, total_off=shown(off[3]))
    numbers = {name: f"{facts[name]:,}" for name in ("candidates", "left")}
    more = {
        "cosine": shown(facts["cosine"]),
        "first": plain(facts["first"]),
        "first_cosine": shown(facts["first_cosine"]),
    }
    return f"{note} {text(SLUG, 'note_plane', table=table.shown, width=facts['width'], d=said['d'], **numbers, **more)}"


def scores(words, below, stage, table):
    shipped = cached.computed("tables.scores.shipped").facts["scores"]
    name, work = ("again", "tables.scores.again") if table.name in shipped else ("compute", "tables.scores.computed")
    about = {"table": table.name}
    if below.button(text(SLUG, name), key="ana_compute", help=text(SLUG, f"{name}_help")):
        running.start(JOB, cached.work(work, **about), about=about)
    with below:
        running.show(JOB)
    job = running.job(JOB)
    found = job.result.facts if job and job.result and job.about == about else None
    if name == "again":
        if found:
            counts = {count: found[count] for count in ("same", "compared")}
            below.caption(text(SLUG, "checked", table=table.shown, **counts))
        return compared(stage, table, [shipped[one] for one in lesson.TABLE.shipped])
    return compared(stage, table, [found, shipped[lesson.TABLE.default]])


def compared(stage, table, made):
    """The scores of tables beside each other, and in a sentence those of the chosen one."""
    chosen = next((one for one in made if one and one["table"] == table.called), None)
    total = chosen and chosen["sections"][-1]
    if chosen is None:
        frame.say(stage, text(SLUG, "say_not_yet", table=table.shown))
    elif answered := total["answered"]:
        shares = {name: f"{total[name] / answered:.1%}" for name in ("correct", "with_inputs", "nearest")}
        cover = f"{answered / total['questions']:.1%}"
        frame.say(stage, text(SLUG, "say_scores", table=table.shown, cover=cover, **shares))
    else:
        frame.say(stage, text(SLUG, "say_no_question", table=table.shown))
    for place, (where, one) in enumerate(zip(stage.columns(len(made), gap=16), made, strict=True)):
        if one is None:
            continue
        rows = "; ".join(read_row("alt_row", row, lesson.SECTIONS[row["name"]]) for row in one["sections"])
        pairs = "; ".join(read_row("alt_pairs", row, row["name"]) for row in one["pairs"])
        figure = figures.scores(one, lesson.SECTIONS, chosen=one is chosen)
        alt = text(SLUG, "alt_scores", table=one["table"], rows=rows, pairs=pairs)
        frame.chart(where, figure, key=f"ana_scores_{len(made)}_{place}", alt=alt)
    sizes = ", ".join(f"{plain(one['table'])} {one['candidates']:,}" for one in made if one)
    return text(SLUG, "note_scores", sizes=sizes)


def amount(value):
    """A count, a share, or the lack of one."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else shown(value)


def read_row(section, row, called):
    """A row of scores in words."""
    counts = {name: value for name, value in row.items() if name != "name"}
    numbers = {name: amount(value) for name, value in counts.items()}
    return text(SLUG, section, called=called, **numbers)


VIEWS = {"Ranking": rankings, "Parallelogram": parallelogram, "Scores": scores}
CODE = ("compute.similarity.analogy", "tables.analogies.rankings", "tables.analogies.parallelogram")
CODE += ("compute.evaluation.analogy_accuracy", "compute.evaluation.word_similarity")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
