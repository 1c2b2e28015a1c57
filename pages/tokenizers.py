"""One text through every shipped tokenizer, side by side; which words are one piece where; what an id stands for."""

from embviz.lessons import LESSONS
from embviz.lessons import tokenizers as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import plain, text

SLUG = lesson.LESSON.slug
KEYS = {"ArrowLeft": ("at", -1), "ArrowRight": ("at", 1)}
SAY = ("entries", "stats", "back", "token", "chars", "bytes", "unknown", "nothing", "special", "at")
SAY += ("no_id", "empty")


def picture(controls, stage):
    return VIEWS[lesson.VIEW.widget(stage)](controls, stage)


def one_text(controls, stage):
    typed = lesson.TEXT.widget(controls)
    found = cached.computed("tables.tokenizer_views.side_by_side", text=typed)
    counts = [int(count) for count in found.arrays["counts"]]
    rows = found.facts["rows"]
    names = [row["name"] for row in rows]
    low, high = min(counts), max(counts)
    fewest = {"low": low, "fewest": _among(names, counts, low), "high": high, "most": _among(names, counts, high)}
    lost = sum(token["unknown"] for row in rows for token in row["tokens"])
    said = text(SLUG, "say_text" if low < high else "say_alike", characters=found.facts["characters"], **fewest)
    frame.say(stage, said + (" " + text(SLUG, "say_lost", lost=lost) if lost else ""))
    at = lesson.AT.upto(max(0, len(typed) - 1))
    alt = text(SLUG, "alt_text", counts=", ".join(f"{n} {c}" for n, c in zip(names, counts, strict=True)))
    with stage:
        components.picture("tokenizers", found, key="tok_picture", steered=(at,), keys=KEYS, alt=alt, **_words())
    if typed.strip():
        _links(stage, cached.computed("tables.tokenizer_views.links_at", text=typed, at=at.value()))
    controls.caption(text(SLUG, "hand"))
    exact = [row["name"] for row in rows if row["exact"]]
    return text(SLUG, "note_text", exact=", ".join(exact), marks=text(SLUG, "marks"))


def which_words(controls, stage):
    listed, where = lesson.WORDS.widget(controls), lesson.WHERE.widget(controls)
    found = cached.computed("tables.tokenizer_views.one_piece", listed=listed, where=where)
    facts, counts = found.facts, found.arrays["counts"]
    one = [
        sum(int(row[at]) == 1 and not unknown[at] for row, unknown in zip(counts, facts["unknown"], strict=True))
        for at in range(len(facts["names"]))
    ]
    said = {"first": one[0], "last": one[-1], "words": len(facts["words"]), "where": where.capitalize()}
    frame.say(stage, text(SLUG, "say_words", small=facts["names"][0], large=facts["names"][-1], **said))
    alt = text(SLUG, "alt_words", one=", ".join(f"{n} {k}" for n, k in zip(facts["names"], one, strict=True)))
    say = {name: text(SLUG, f"js_{name}") for name in ("total", "cell", "cell_one", "cell_unknown")}
    with stage:
        given = {"label": text(SLUG, "title"), "alt": alt, "say": say, "one": one}
        components.picture("tokenizers_words", found, key="tok_words_picture", steered=(), **given)
    return text(SLUG, "note_words", marks=text(SLUG, "marks"))


def one_id(controls, stage):
    number = lesson.ID.widget(controls)
    found = cached.computed("tables.tokenizer_views.one_id", number=number)
    rows = found.facts["rows"]
    there = [row["tokens"][row["middle"]]["text"] for row in rows if row["middle"] is not None]
    said = {"id": found.facts["id"], "different": len(set(there)), "vocabularies": len(there)}
    frame.say(stage, text(SLUG, "say_id" if len(there) > 1 else "say_id_one", **said))
    alt = text(SLUG, "alt_id", id=found.facts["id"], tokens=", ".join(there))
    with stage:
        components.picture("tokenizers", found, key="tok_id_picture", steered=(lesson.ID,), alt=alt, **_words())
    _links(stage, cached.computed("tables.tokenizer_views.links_of_id", number=number))
    return text(SLUG, "note_id", marks=text(SLUG, "marks"))


def _words():
    return {"label": text(SLUG, "title"), "say": {name: text(SLUG, f"js_{name}") for name in SAY}}


def _among(names, counts, count):
    return ", ".join(name for name, own in zip(names, counts, strict=True) if own == count)


def _links(stage, found):
    """Links to the neighbours of the chosen tokens, in the tables that have them."""
    links = found.facts["links"]
    row = stage.container(key="tok_links", horizontal=True, vertical_alignment="center", gap=12)
    for link in links[:4]:
        query = {"sim_view": "Neighbours", "sim_table": link["table"], "sim_near": link["word"]}
        label = text(SLUG, "link", token=plain(link["shown"]), table=link["table"])
        row.page_link(frame.page("similarity"), label=label, query_params=query)
    if not links:
        row.caption(text(SLUG, "no_link"))


VIEWS = dict(zip(lesson.VIEW.options, (one_text, which_words, one_id), strict=True))
CODE = ("tables.tokenizer_views.side_by_side", "tables.tokenizer_views.one_piece", "tables.tokenizer_views.one_id")
CODE += ("tables.tokenizers.character_spans", "tables.tokenizers.readable")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
