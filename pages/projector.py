"""The rows of a trained table as a cloud of points."""

from embviz.lessons import LESSONS
from embviz.lessons import projector as lesson
from embviz.ui import cached, components, frame, running, selection, table_file
from embviz.ui.text import plain, text

SLUG = lesson.LESSON.slug
KEY, JOB = "prj_picture", "prj_tsne"
HOME = {param.name: param.default for param in lesson.CAMERA}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    with table_file.chosen(controls, stage, lesson.TABLE, *lesson.OWN_WORDS) as chosen:
        return chosen and drawn(controls, stage, chosen, view)


def drawn(controls, stage, chosen, view):
    table, shown, called = chosen.name, chosen.shown, chosen.called
    wanted = lesson.WORDS.widget(controls)
    alone = view in PCA and lesson.OF.widget(controls) == lesson.OF.options[1]
    cloud, n = VIEWS[view](controls, stage, table, wanted if alone else "")
    colour = lesson.COLOUR.widget(controls)
    points = len(cloud.facts["tokens"])
    row = lesson.ROW.upto(points - 1)
    asked = {"colour": colour, "wanted": wanted, "row": row.value(), "n": n, "alone": alone}
    paint = cached.computed("tables.projector.paint", table=table, **asked)
    words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt", points=f"{points:,}", table=called)}
    of = (table, n, wanted if alone else "")
    rows = cloud.facts["rows"] or range(points)
    chosen.rows = [rows[k] for k in selection.selected(KEY, points, of)]
    chosen.what = text(SLUG, "selected")
    with stage:
        steered = (*lesson.CAMERA, row, lesson.GROUPS)
        told = {"selected": selection.hear(KEY, points, of)}
        facts = words | {"home": HOME, "file": f"{called} {view}", "points_of": repr(of)}
        components.picture("projector", cloud, key=KEY, steered=steered, told=told, **facts)
        said = {"neighbours": text(SLUG, "neighbours", table=called)}
        components.companion("projector", paint, picture_key=KEY, points=points, words=said)
    for word, near in paint.facts["unknown"]:
        given = {"near": plain(", ".join(near))} if near else {}
        controls.caption(text(SLUG, "unknown_near" if near else "unknown", word=plain(word), table=shown, **given))
    return " ".join([*part_of(cloud.facts), *shade(colour, paint.facts)])


def principal(wanted):
    def view(controls, stage, table, listed):
        asked = {"listed": listed} if listed else {}
        cloud = cached.computed("tables.projector.principal", table=table, components=wanted, **asked)
        shares = cloud.facts["shares"]
        said = {"k": len(shares), "d": cloud.facts["width"], "share": f"{sum(shares):.0%}"}
        if listed:
            frame.say(stage, text(SLUG, "say_listed", n=len(cloud.facts["rows"]), **said))
        else:
            frame.say(stage, text(SLUG, "say_pca", rest=f"{1 - sum(shares):.0%}", **said))
        return cloud, 0

    return view


def tsne(controls, stage, table, _):
    n, seed = lesson.N.widget(controls), lesson.SEED.widget(controls)
    asked = {"table": table, "n": n, "seed": seed}
    if controls.button(text(SLUG, "run"), key="prj_run"):
        running.start(JOB, cached.work("tables.projector.tsne", **asked), about=asked)
    with controls:
        running.show(JOB)
    job = running.job(JOB)
    if job and job.result and job.about == asked:
        frame.say(stage, text(SLUG, "say_tsne", n=f"{len(job.result.facts['tokens']):,}"))
        return job.result, n
    cloud = cached.computed("tables.projector.chosen", table=table, n=n)
    frame.say(stage, text(SLUG, "say_start", n=f"{len(cloud.facts['tokens']):,}"))
    return cloud, n


def by_words(controls, stage, table, _):
    x, y = lesson.X.widget(controls), lesson.Y.widget(controls)
    cloud = cached.computed("tables.projector.by_words", table=table, x=x, y=y)
    frame.say(stage, text(SLUG, "say_words", x=plain(x.strip()), y=plain(y.strip())))
    return cloud, 0


def part_of(facts):
    if facts["rows"] or len(facts["tokens"]) == facts["of"]:
        return []
    return [text(SLUG, "part", points=f"{len(facts['tokens']):,}", rows=f"{facts['of']:,}")]


def shade(colour, facts):
    if colour == "none":
        return []
    return [text(SLUG, f"shade_{colour}", low=f"{facts['low']:.3g}", high=f"{facts['high']:.3g}")]


PCA = {"PCA 3-D": principal(3), "PCA 2-D": principal(2)}
VIEWS = PCA | {"t-SNE": tsne, "By words": by_words}
CODE = ("compute.projection.project", "compute.tsne.tsne", "tables.projector.by_words", "tables.projector.neighbours")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
