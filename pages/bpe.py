"""Byte pair encoding by hand: pairs by count, the words rewritten, the vocabulary growing, merge after merge."""

from urllib.parse import quote

from embviz.lessons import LESSONS
from embviz.lessons import bpe as lesson
from embviz.ui import cached, components, frame
from embviz.ui.text import plain, text

SLUG = lesson.LESSON.slug
KEY = "bpe_picture"
LONGEST_ADDRESS = 60_000  # a server takes 65,536 bytes with all that a browser sends beside it
KEYS = {"ArrowLeft": ("n", -1), "ArrowRight": ("n", 1)}
SAY = ("pairs", "of", "words", "frequent", "vocabulary", "size", "bytes", "more", "tokens", "before", "wins", "tied")
SAY += ("next", "once", "tie", "rival", "rivals", "tie_word", "tie_place", "tie_first", "tie_second", "done", "limit")
SAY += ("empty", "encoded", "never", "no_word")


def picture(controls, stage):
    typed_text = lesson.TEXT.widget(controls)
    slot = controls.container(key="bpe_sliders")  # a name by which the style sheet knows sliders
    word, base, ties = (param.widget(controls) for param in (lesson.WORD, lesson.BASE, lesson.TIES))
    trace = cached.computed("tables.bpe.trace", text=typed_text, base=base, ties=ties)
    encoded = cached.computed("tables.bpe.encoded", text=typed_text, base=base, ties=ties, typed=word)
    made = len(trace.facts["merges"])
    steered = (lesson.N.upto(made),)
    counts = [int(count) for count in encoded.arrays["counts"]]
    typed = encoded.facts | {"counts": counts, "word": word.strip()}
    tokens = [f"{trace.arrays['tokens'][n]:,.0f}" for n in (0, -1)]
    alt = text(SLUG, "alt", merges=made, first=tokens[0], last=tokens[1])
    words = {"label": text(SLUG, "title"), "alt": alt, "say": {name: text(SLUG, f"js_{name}") for name in SAY}}
    with stage:
        components.picture("bpe", trace, key=KEY, steered=steered, keys=KEYS, base=base, typed=typed, **words)
    if made:
        with slot:
            components.sliders(KEY, steered, roles={"n": "highlight"}, play=steered[0])
    return trace, len(quote(typed_text))


def note(drawn):
    trace, address = drawn
    library, merges = trace.facts["library"], trace.facts["merges"]
    if not merges:
        return None
    first, made = library["first"], len(merges)
    if first is None:
        said = text(SLUG, "same", made=made)
    else:
        pairs = [f"{pair['first']} + {pair['second']}" for pair in (merges[first], library["there"] or merges[first])]
        said = text(SLUG, "differ", at=first + 1, here=plain(pairs[0]), there=plain(pairs[1]))
        said += " " + text(SLUG, "tied", count=merges[first]["count"]) if library["tied"] else ""
        said += " " + text(SLUG, "by_ids", made=made) if library["by_ids"] else ""
    said += " " + text(SLUG, "bounds") if len(trace.facts["words"]) < trace.facts["different"] else ""
    said += " " + text(SLUG, "address", length=f"{address:,}") if address > LONGEST_ADDRESS else ""
    return said


CODE = ("compute.bpe.train_bpe", "compute.bpe.merged", "compute.bpe_steps.steps", "compute.bpe.Bpe.encode")
CODE += ("tables.bpe.library_merges",)
frame.show(lesson.LESSON, picture, note=note, code=CODE, lessons=LESSONS)
