"""The rows of a trained table as a cloud of points."""

from embviz.lessons import LESSONS
from embviz.lessons import projector as lesson
from embviz.ui import cached, components, frame, running
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY, JOB = "prj_picture", "prj_tsne"
HOME = {param.name: param.default for param in lesson.CAMERA}


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    table = lesson.TABLE.widget(controls)
    cloud, n = VIEWS[view](controls, stage, table)
    wanted, colour = lesson.WORDS.widget(controls), lesson.COLOUR.widget(controls)
    points = len(cloud.facts["tokens"])
    row = lesson.ROW.upto(points - 1)
    paint = cached.computed("tables.projector.paint", table=table, colour=colour, wanted=wanted, row=row.value(), n=n)
    words = {"label": text(SLUG, "title"), "alt": text(SLUG, "alt", points=f"{points:,}", table=table)}
    with stage:
        steered = (*lesson.CAMERA, row, lesson.GROUPS)
        components.picture("projector", cloud, key=KEY, steered=steered, home=HOME, file=f"{table} {view}", **words)
        said = {"neighbours": text(SLUG, "neighbours", table=table)}
        components.companion("projector", paint, picture_key=KEY, points=points, words=said)
    for word, near in paint.facts["unknown"]:
        name = "unknown_near" if near else "unknown"
        controls.caption(text(SLUG, name, word=word, table=table, **({"near": ", ".join(near)} if near else {})))
    return shade(colour, paint.facts)


def principal(wanted):
    def view(controls, stage, table):
        cloud = cached.computed("tables.projector.principal", table=table, components=wanted)
        shares = cloud.facts["shares"]
        said = {"k": len(shares), "d": cloud.facts["width"], "share": f"{sum(shares):.0%}"}
        frame.say(stage, text(SLUG, "say_pca", rest=f"{1 - sum(shares):.0%}", **said))
        return cloud, 0

    return view


def tsne(controls, stage, table):
    n, seed = lesson.N.widget(controls), lesson.SEED.widget(controls)
    asked = {"table": table, "n": n, "seed": seed}
    if controls.button(text(SLUG, "run"), key="prj_run"):
        running.start(JOB, cached.work("tables.projector.tsne", **asked), about=asked)
    with controls:
        running.show(JOB)
    job = running.job(JOB)
    if job and job.result and job.about == asked:
        frame.say(stage, text(SLUG, "say_tsne", n=f"{n:,}"))
        return job.result, n
    cloud = cached.computed("tables.projector.chosen", table=table, n=n)
    frame.say(stage, text(SLUG, "say_start", n=f"{len(cloud.facts['tokens']):,}"))
    return cloud, n


def by_words(controls, stage, table):
    x, y = lesson.X.widget(controls), lesson.Y.widget(controls)
    cloud = cached.computed("tables.projector.by_words", table=table, x=x, y=y)
    frame.say(stage, text(SLUG, "say_words", x=x.strip(), y=y.strip()))
    return cloud, 0


def shade(colour, facts):
    if colour == "none":
        return None
    return text(SLUG, f"shade_{colour}", low=f"{facts['low']:.3g}", high=f"{facts['high']:.3g}")


VIEWS = {"PCA 3-D": principal(3), "PCA 2-D": principal(2), "t-SNE": tsne, "By words": by_words}
CODE = ("compute.projection.project", "compute.tsne.tsne", "tables.projector.by_words", "tables.projector.neighbours")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
