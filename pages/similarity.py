"""Likeness: two words as arrows, many words as a matrix, random pairs, and neighbours by three metrics."""

from embviz.figures import similarity as figures
from embviz.lessons import LESSONS
from embviz.lessons import similarity as lesson
from embviz.ui import cached, components, frame, table_file
from embviz.ui.text import placeholders, plain, sections, text

SLUG = lesson.LESSON.slug
two, three = figures.two, figures.three
KEYS = {"ArrowLeft": ("word", -1), "ArrowRight": ("word", 1)}
CELL_KEYS = {"ArrowLeft": ("j", -1), "ArrowRight": ("j", 1), "ArrowUp": ("i", -1), "ArrowDown": ("i", 1)}
SAID = ("outside", "inside", "shadow", "band", "std", "meaning", "alt_plane", "alt_line")
UNKNOWN_SHOWN = 5


def what(facts, table, vectors):
    """The table and how its vectors are taken, for the line under a picture."""
    rows = f"{facts['rows']:,}"
    vectors = text(SLUG, f"vectors_{vectors}", **({} if vectors == "raw" else {"rows": rows}))
    return {"table": table, "rows": rows, "d": facts["width"], "vectors": vectors}


def name_unknown(controls, table, unknown):
    """Under the list of words: which of them the table does not have."""
    for word, near in unknown[:UNKNOWN_SHOWN]:
        given = {"near": plain(", ".join(near))} if near else {}
        controls.caption(text(SLUG, "unknown_near" if near else "unknown", word=plain(word), table=table, **given))
    more = len(unknown) - UNKNOWN_SHOWN
    if more > 0:
        controls.caption(text(SLUG, "unknown_more", more=more))


def moving(name, shown, steered, *, keys, said, **given):
    """The moving picture `name` with the sentences `said`, in which the browser fills in what it shows."""
    holes = {part: placeholders(sections(SLUG)[part]) for part in said}
    words = {part: text(SLUG, part, **{hole: f"{{{hole}}}" for hole in holes[part]}) for part in said}
    given |= {"label": text(SLUG, "title"), "said": words, "keys": keys}
    components.picture(name, shown, key=f"sim_{name}", steered=steered, **given)


def picture(controls, stage):
    view = lesson.VIEW.widget(stage)
    with table_file.chosen(controls, stage, lesson.TABLE, *lesson.OWN_WORDS) as table:
        return table and VIEWS[view](controls, stage, table)


def arrows(controls, stage, table):
    a, b = lesson.A.widget(controls), lesson.B.widget(controls)
    vectors, listed = lesson.VECTORS.widget(controls), lesson.WORDS.widget(controls)
    found = cached.computed("tables.similarity.pair", table=table.name, vectors=vectors, a=a, b=b, listed=listed)
    facts = found.facts
    table.rows, table.what = facts["row_numbers"], text(SLUG, "listed")
    steered = (lesson.WORD.upto(len(facts["words"]) - 1),)
    with stage:
        moving("similarity", found, steered, keys=KEYS, said=SAID)
    name_unknown(controls, table.shown, facts["unknown"])
    return text(SLUG, "note_pair", difference=f"{facts['difference']:.0e}", **what(facts, table.shown, vectors))


def matrix(controls, stage, table):
    vectors, order = lesson.VECTORS.widget(controls), lesson.ORDER.widget(controls)
    listed = lesson.WORDS.widget(controls)
    found = cached.computed("tables.similarity.matrix", table=table.name, vectors=vectors, listed=listed, order=order)
    facts, cosines = found.facts, found.arrays["cosines"]
    table.rows, table.what = facts["row_numbers"], text(SLUG, "listed")
    (i, j), words = facts["nearest"], facts["words"]
    numbers = {"outside": f"{facts['outside']:,}", "pairs": f"{facts['pairs']:,}", "mean": two(facts["mean"])}
    numbers |= {"cosine": three(cosines[i][j]), "high": three(facts["high"])}
    frame.say(stage, text(SLUG, "say_matrix", a=plain(words[i]), b=plain(words[j]), **numbers))
    alt = text(SLUG, "alt_matrix", a=words[i], b=words[j], n=len(words), words=", ".join(words), **numbers)
    steered = tuple(param.upto(len(words) - 1) for param in (lesson.ROW, lesson.COLUMN))
    with stage:
        moving("similarity_cosines", found, steered, keys=CELL_KEYS, said=("outside_here", "inside_here"), alt=alt)
    name_unknown(controls, table.shown, facts["unknown"])
    what_is = what(facts, table.shown, vectors)
    return text(SLUG, "note_matrix", n=len(words), high=three(facts["high"]), std=three(facts["std"]), **what_is)


def random_pairs(controls, stage, table):
    among, seed = lesson.AMONG.widget(controls), lesson.SEED.widget(controls)
    rows = lesson.rows_among(among)
    found = cached.computed("tables.similarity.random_pairs", table=table.name, among=rows, seed=seed)
    facts = found.facts
    raw, centred, standardised = (three(mean) for mean in facts["means"])
    share = f"{100 * facts['outside'][0]:.0f}"
    means = {"raw": raw, "centred": centred, "rows": f"{facts['among']:,}"}
    frame.say(stage, text(SLUG, "say_pairs", share=share, table=table.shown, **means))
    words = tuple(text(SLUG, name) for name in ("lane_random", "lane_mean", "lane_outside"))
    names = [text(SLUG, f"lane_{name}") for name in lesson.VECTORS.options]
    arrays = (found.arrays[name] for name in ("middles", "densities", "points", "expected"))
    given = {name: facts[name] for name in ("means", "outside", "high")}
    figure = figures.random_pairs(*arrays, names=names, words=words, **given)
    frame.chart(
        stage,
        figure,
        key="sim_pairs",
        alt=text(SLUG, "alt_pairs", standardised=standardised, share=share, table=table.called, **means),
    )
    apart = max(abs(m - d) for m, d in zip(facts["means"], facts["drawn_means"], strict=True))
    numbers = {"drawn": f"{facts['drawn']:,}", "pairs": f"{facts['pairs']:,}", "among": f"{facts['among']:,}"}
    numbers |= {"high": three(facts["high"]), "std": three(facts["std"]), "apart": f"{apart:.1g}", "seed": seed}
    return text(SLUG, "note_pairs", table=table.shown, d=facts["width"], rows=f"{facts['rows']:,}", **numbers)


def neighbours(controls, stage, table):
    word, metric = lesson.NEAR.widget(controls), lesson.METRIC.widget(controls)
    k, across = lesson.K.widget(controls), lesson.ACROSS.widget(controls)
    found = cached.computed("tables.similarity.neighbours", table=table.name, word=word, metric=metric, k=k)
    facts, arrays = found.facts, found.arrays
    shared, names = facts["shared"], {name: text(SLUG, f"by_{name}") for name in lesson.METRIC.options}
    said = {"word": plain(word.strip()), "metric": names[metric], "other": names[facts["other"]], "k": facts["k"]}
    table.rows, table.what = [facts["row"], *facts["row_numbers"]], text(SLUG, "near", word=said["word"])
    lengths = {"length": two(facts["median_length"]), "other_length": two(facts["other_length"])}
    ranks = {"row": facts["median_row"], "other_row": facts["other_row"]}
    medians = lengths if across == "length" else ranks
    frame.say(stage, text(SLUG, f"say_near_{across}", shared=shared, **said, **medians))
    left, right = stage.columns([600, 340], gap=16)
    parts = [arrays[name] for name in ("chosen", "left_out", "sample")]
    given = {name: facts[name] for name in ("tokens", "left_tokens")} | {"metric": metric, "other": facts["other"]}
    if across == "length":
        own = {"word": word.strip(), "length": facts["length"]}
        figure = figures.by_length(*parts, (arrays["edge_lengths"], arrays["edge_cosines"]), **given, **own)
    else:
        rows = tuple(facts[name] for name in ("row_numbers", "left_row_numbers", "sample_row_numbers"))
        figure = figures.by_row(*parts, rows, **given)
    first = ", ".join(f"{t} {three(s)}" for t, (s, _, _) in zip(facts["tokens"][:5], parts[0][:5], strict=True))
    alt = text(SLUG, "alt_near", first=first, across=across, **said | {"word": word.strip()})
    frame.chart(left, figure, key="sim_near_chart", alt=alt)
    lines = [text(SLUG, "list_head", score=text(SLUG, f"score_{metric}")), "| --: | :-- | --: | --: | --: |"]
    for rank, (token, row, (score, _, length)) in enumerate(
        zip(facts["tokens"], facts["row_numbers"], parts[0], strict=True)
    ):
        lines.append(f"| {rank + 1} | {plain(token)} | {three(score)} | {length:.2f} | {row} |")
    right.container(height=figures.HEIGHT, border=False, key="sim_list").markdown("\n".join(lines))
    candidates = f"{facts['candidates']:,}"
    return text(
        SLUG,
        "note_near",
        table=table.shown,
        d=facts["width"],
        candidates=candidates,
        sample=f"{len(parts[2]):,}",
        **said,
    )


VIEWS = dict(zip(lesson.VIEW.options, (arrows, matrix, random_pairs, neighbours), strict=True))
CODE = ("compute.similarity.plane", "compute.similarity.cosine_similarity", "compute.similarity.random_cosine_band")
CODE += ("compute.similarity.centred", "compute.similarity.standardised", "tables.similarity.mean_cosine")
CODE += ("tables.similarity.random_density", "tables.similarity.neighbours")
frame.show(lesson.LESSON, picture, note=lambda said: said, code=CODE, lessons=LESSONS)
