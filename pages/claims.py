"""What courses say about embeddings: each sentence with its verdict, the cases that were tried, and the lesson."""

from embviz.lessons import LESSONS
from embviz.lessons import claims as lesson
from embviz.ui import components, frame, verdicts
from embviz.ui.text import text

SLUG = lesson.LESSON.slug
KEY = "cl_picture"
SAY = ("wanted", "true", "false", "tried", "place", "outside", "back", "on", "waiting", "failed", "taught")
LIST = ("all", "topic", "topics", "search", "list", "none", "clear", "verdict", "waiting", "failed")
SHOWN = ("why", "cases", "measure", "wanted", "scale")


def picture(controls, stage):
    open_now = lesson.BY_ID[lesson.OPEN.value()]
    found = verdicts.known(open_now.id)
    rows = [row(claim, found.get(claim.id)) for claim in lesson.CLAIMS]
    counts = [sum(each["verdict"] == outcome for each in rows) for outcome in lesson.OUTCOMES]
    said = dict(zip(("holds", "condition", "fails"), counts, strict=True)) | {"count": len(rows)}
    left = len(rows) - len(found)
    frame.say(stage, text(SLUG, "say_checking", left=left, **said) if left else text(SLUG, "say", **said))
    with controls:
        brief = [{name: each[name] for name in ("id", "statement", "taught", "topic", "verdict")} for each in rows]
        names = {"topics": list(lesson.TOPICS), "verdicts": list(lesson.OUTCOMES)}
        components.beside("claims_list", KEY, claims=brief, say=words(LIST), **names)
    with stage:
        (now,) = [each for each in rows if each["id"] == open_now.id]
        cases = len(now.get("cases", ()))
        alt = text(SLUG, "alt", statement=open_now.statement, cases=cases) if cases else None
        alt = alt or text(SLUG, "alt_waiting", statement=open_now.statement)
        shown = {"label": text(SLUG, "title"), "alt": alt, "claims": rows, "say": words(SAY)}
        components.picture("claims", verdicts.NO_NUMBERS, key=KEY, steered=lesson.LESSON.steered, **shown)
        link(stage, open_now)
        verdicts.watch(len(found))
    return found.get(open_now.id), now


def row(claim, known):
    """A claim as the browser gets it."""
    about = {
        "id": claim.id,
        "statement": claim.statement,
        "taught": claim.taught_in,
        "topic": lesson.TOPIC_OF[claim.id],
    }
    if known is None or known.evidence is None:
        return about | {"verdict": known and "failed"}
    made = known.evidence
    return about | {"verdict": made["verdict"], "limit": made.get("limit")} | {name: made[name] for name in SHOWN}


def words(names):
    outcomes = {f"is {outcome}": text(SLUG, f"js_is_{place}") for place, outcome in enumerate(lesson.OUTCOMES)}
    return {name: text(SLUG, f"js_{name}") for name in names} | outcomes


def link(stage, claim):
    """The way to the lesson that shows it."""
    if claim.lesson in {each.slug for each in LESSONS}:
        label = text(SLUG, "link", title=text(claim.lesson, "title"))
        stage.container(key="cl_link").page_link(frame.page(claim.lesson), label=label, query_params=dict(claim.state))


def note(drawn):
    known, now = drawn
    if known is None:
        return text(SLUG, "waiting")
    if known.evidence is None:
        return text(SLUG, "broken")
    took = known.seconds
    computed = text(SLUG, "shipped") if took is None else text(SLUG, "computed", seconds=f"{took:.2f}")
    return text(SLUG, "note_words" if now["scale"] == "none" else "note", computed=computed)


frame.show(lesson.LESSON, picture, note=note, code=lambda: lesson.sources(lesson.OPEN.value()), lessons=LESSONS)
