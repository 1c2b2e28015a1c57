"""Analogies: the ranking with the words asked about and without, the parallelogram in a plane, and scores."""

from embviz.figures import analogies as figures
from embviz.lessons import LESSONS
from embviz.lessons import analogies as lesson
from embviz.ui import cached, frame, running
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
JOB = "ana_scores"


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def shown(number, digits=3):
    return f"{number:.{digits}f}".replace("-", "\u2212")


def rankings(controls, stage):
    asked = {name: lesson.LESSON.widgets[k + 1].widget(controls) for k, name in enumerate("abc")}
    table, method = lesson.TABLE.widget(controls), lesson.METHOD.widget(controls)
    found = cached.computed("tables.analogies.rankings", table=table, method=method.lower(), **asked)
    facts, scores = found.facts, found.arrays["scores"]
    columns, marks, answer = facts["columns"], facts["marks"], facts["answer"]
    _, b, c = facts["inputs"]
    place, word = min(zip(facts["places"], (b, c), strict=True))
    said = {"first": columns[0][0], "score": shown(scores[0][0]), "answer": answer, "answer_score": shown(scores[1][0])}
    said |= {"place": f"{place:,}", "word": word}
    name = "say_input_first" if marks[0][0] else "say_answer_first"
    if not marks[0][0]:
        del said["first"], said["answer_score"]
    frame.say(stage, text(SLUG, name, **said))
    titles = ("title_in", "title_out", "title_b", "title_c")
    words = ({}, {}, {"word": figures.short(b)}, {"word": figures.short(c)})
    lists = [
        figures.Ranking(text(SLUG, title, **word), column, score, mark)
        for title, word, column, score, mark in zip(titles, words, columns, scores, marks, strict=True)
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
    return {"method": text(SLUG, f"is_{method.lower()}"), "table": table, "width": facts["width"], **numbers}


def expected(facts):
    """What the Google set wants, if it asks this."""
    if "expected" not in facts:
        return text(SLUG, "not_asked")
    if "expected_place" not in facts:
        return text(SLUG, "expected_nowhere", expected=facts["expected"])
    return text(SLUG, "expected", expected=facts["expected"], place=f"{facts['expected_place']:,}")


def parallelogram(controls, stage):
    asked = {name: lesson.LESSON.widgets[k + 1].widget(controls) for k, name in enumerate("abc")}
    table, plane = lesson.TABLE.widget(controls), lesson.PLANE.widget(controls)
    found = cached.computed("tables.analogies.parallelogram", table=table, plane=plane, **asked)
    facts, off, shares = found.facts, found.arrays["off"], found.arrays["shares"]
    said = dict(zip("abcd", facts["names"], strict=True))
    angles = {"angle": f"{facts['angle']:.1f}", "seen": f"{facts['angle_in_plane']:.1f}"}
    frame.say(stage, text(SLUG, "say_parallelogram", **said, **angles))
    said |= {"gap": shown(facts["gap"]), "gap_in_plane": shown(facts["gap_in_plane"]), "off": shown(off[4])}
    alt = text(SLUG, "alt_parallelogram", **said, **angles)
    drawn = figures.parallelogram(found.arrays["points"], facts["names"])
    frame.chart(stage, drawn, key="ana_plane_chart", alt=alt)
    held = {"first": f"{shares[0]:.1%}", "second": f"{shares[1]:.1%}", "both": f"{shares.sum():.1%}"}
    note = text(SLUG, f"note_{plane}", **said, **held, total_off=shown(off[3]))
    numbers = {name: f"{facts[name]:,}" for name in ("candidates", "left")}
    more = {"cosine": shown(facts["cosine"]), "first": facts["first"], "first_cosine": shown(facts["first_cosine"])}
    return f"{note} {text(SLUG, 'note_plane', table=table, width=facts['width'], d=said['d'], **numbers, **more)}"


def scores(controls, stage):
    table = lesson.TABLE.widget(controls)
    found = cached.computed("tables.scores.shipped").facts
    tables = {name: found["scores"][name] for name in lesson.TABLE.options}
    again(controls, {"table": table}, found["numbers"][table])
    total = tables[table]["sections"][-1]
    shares = {name: f"{total[name] / total['answered']:.1%}" for name in ("correct", "with_inputs", "nearest")}
    shares["cover"] = f"{total['answered'] / total['questions']:.1%}"
    frame.say(stage, text(SLUG, "say_scores", table=table, **shares))
    for where, (name, made) in zip(stage.columns(3, gap=16), tables.items(), strict=True):
        rows = "; ".join(read_row("alt_row", row, lesson.SECTIONS[row["name"]]) for row in made["sections"])
        pairs = "; ".join(read_row("alt_pairs", row, row["name"]) for row in made["pairs"])
        figure = figures.scores(made, lesson.SECTIONS, chosen=name == table)
        alt = text(SLUG, "alt_scores", table=name, rows=rows, pairs=pairs)
        frame.chart(where, figure, key=f"ana_scores_{name}", alt=alt)
    sizes = ", ".join(f"{name} {made['candidates']:,}" for name, made in tables.items())
    return text(SLUG, "note_scores", sizes=sizes)


def read_row(section, row, called):
    """A row of scores in words."""
    counts = {name: value for name, value in row.items() if name != "name"}
    numbers = {name: f"{value:,}" if isinstance(value, int) else shown(value) for name, value in counts.items()}
    return text(SLUG, section, called=called, **numbers)


def again(controls, asked, compared):
    """The button that computes the scores anew, how far that is, and how many numbers came out the same."""
    if controls.button(text(SLUG, "again"), key="ana_again", help=text(SLUG, "again_help")):
        running.start(JOB, cached.work("tables.scores.again", **asked), about=asked)
    with controls:
        running.show(JOB)
    job = running.job(JOB)
    same = job.result.facts["same"] if job and job.result and job.about == asked else 0
    controls.caption(text(SLUG, "checked", same=same, compared=compared, table=asked["table"]))


VIEWS = {"Ranking": rankings, "Parallelogram": parallelogram, "Scores": scores}
CODE = ("compute.similarity.analogy", "tables.analogies.rankings", "tables.analogies.parallelogram")
CODE += ("compute.evaluation.analogy_accuracy", "compute.evaluation.word_similarity")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
