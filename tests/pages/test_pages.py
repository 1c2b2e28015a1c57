"""Every page through AppTest: at every probe of every parameter, and with every word of its text in use."""

import json
from collections import defaultdict

import pytest
import streamlit as st
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from embviz.lessons import LESSONS
from embviz.lessons import pipeline as lesson
from embviz.lessons.lesson import query
from embviz.paths import ASSETS, ROOT
from embviz.ui import exercise
from embviz.ui import text as prose

APP = str(ROOT / "app.py")
SECTIONS = prose.sections
asked: dict[str, set[str]] = defaultdict(set)  # sections that pages asked for, in the whole run
states: set[tuple[str, frozenset]] = set()  # states that were opened
AFTER_WORK = {  # said when long work has ended, or an answer was checked
    "practice": {"alt_curve", "alt_cells", "at_distance"},
    "language_model": {"wrote", "kept"},
    "lookup": {"longer", "shorter", "left_out", "make", "measured"},
    "projector": {"say_tsne", "part"},
    "word2vec": {"running", "say_plain", "not_shipped"},
    "glove": {"running", "not_shipped"},
    # said while the checks run and after, see tests/claims/test_page.py
    "claims": {"say", "say_checking", "alt_waiting", "waiting", "broken", "shipped", "computed", "note_words"},
    "analogies": {"checked", "compute", "compute_help", "say_not_yet", "say_no_question"},
}
PROBES = [(item, param, value) for item in LESSONS for param in item.params for value in param.probes]


@pytest.fixture(autouse=True)
def empty_caches():
    st.cache_data.clear()


@pytest.fixture(autouse=True)
def noted(monkeypatch):
    """Write down every section of the prose that a page asks for."""

    class Recorded(dict):
        def __init__(self, stem):
            super().__init__(SECTIONS(stem))
            self.stem = stem

        def __getitem__(self, name):
            asked[self.stem].add(name)
            return super().__getitem__(name)

    monkeypatch.setattr(prose, "sections", Recorded)


def opened(slug: str, **query: str) -> AppTest:
    """The page, opened through the app with this query."""
    states.add((slug, frozenset(query.items())))
    page = AppTest.from_file(APP, default_timeout=60).run().switch_page(f"pages/{slug}.py")
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def pictures(page: AppTest) -> list[tuple[dict, dict]]:
    """The facts and arrays of every picture on the page."""
    found = []
    for element in page.get("bidi_component"):
        data = element.proto.bytes
        if data:
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            found.append((json.loads(header["__metadata__"]["facts"]), load(data)))
    return found


@pytest.mark.parametrize(
    ("item", "param", "value"), PROBES, ids=lambda v: getattr(v, "key", getattr(v, "slug", repr(v)[:20]))
)
def test_a_page_stands_every_probe(item, param, value):
    page = opened(item.slug, **query(item.needs.get(param, {})), **param.query(value))
    assert not any(
        "could not be made" in markdown.value and "the server's log" in markdown.value for markdown in page.markdown
    )
    if param in item.widgets:
        assert page.session_state[param.key] == value
    else:
        (start,) = [facts["start"] for facts, _ in pictures(page) if param.name in facts.get("start", {})]
        assert start[param.name] == value


@pytest.mark.parametrize("item", LESSONS, ids=lambda item: item.slug)
def test_an_invalid_address_gives_the_defaults(item):
    page = opened(item.slug, **{param.key: "\x00nonsense" for param in item.params if not hasattr(param, "limit")})
    assert page.title


@pytest.mark.parametrize("item", LESSONS, ids=lambda item: item.slug)
def test_a_lesson_has_what_every_lesson_has(item):
    assert len(item.tries) in (3, 4, 5) and len(item.exercises) in ((0,) if item.slug == "practice" else (1, 2, 3, 4))
    assert len(prose.text(item.slug, "question")) <= 52
    keys = [param.key for param in item.params]
    assert len(set(keys)) == len(keys) and len({key.partition("_")[0] for key in keys}) == 1
    page = opened(item.slug)
    assert not any("could not be made" in markdown.value for markdown in page.markdown)
    page.session_state[f"{item.slug}_code"] = True
    page.run()
    assert page.code and not page.exception


def test_no_two_parameters_share_a_key():
    keys = [param.key for item in LESSONS for param in item.params]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("item", "number"), [(item, i) for item in LESSONS for i in range(len(item.tries))])
def test_a_try_sets_its_state_and_says_so(item, number):
    chosen = item.tries[number]
    page = opened(item.slug)
    label, sentence = prose.text(item.slug, f"try_{chosen.id}").split("\n", 1)
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    for param, value in chosen.state.items():
        if param in item.widgets:
            assert page.session_state[param.key] == value
        elif value != param.default:
            assert page.query_params[param.key] in (str(value), [str(value)])
    assert any(sentence in markdown.value for markdown in page.markdown)


@pytest.mark.parametrize(("item", "number"), [(item, i) for item in LESSONS for i in range(len(item.exercises))])
def test_an_exercise_knows_its_answer(item, number):
    chosen = item.exercises[number]
    answer = chosen.answer()
    opened(item.slug, **query(chosen.link))
    if chosen.ordered:
        tried = [(answer, "Right."), (answer[::-1], "Not "), (answer[:-1], "into their order")]
    elif chosen.choices:
        tried = [(answer, "Right."), (next(choice for choice in chosen.choices if choice != answer), "Not ")]
    else:
        tried = [(str(answer), "Right."), (str(answer + 1 + 2 * chosen.tolerance), "Not "), ("many", "not a number")]
    for given, word in tried:
        page = opened(item.slug)
        key = f"{item.slug}_exercise_{chosen.id}"
        if chosen.ordered:
            page.multiselect(key=f"{key}_given").set_value(list(given))
        elif chosen.choices:
            page.segmented_control(key=f"{key}_given").set_value(given)
        else:
            page.text_input(key=f"{key}_given").set_value(given)
        page.button(key=f"{key}_check").click().run()
        assert not page.exception
        assert any(word in markdown.value for markdown in page.markdown)


@pytest.mark.parametrize("item", LESSONS, ids=lambda item: item.slug)
def test_another_like_it_asks_with_other_numbers(item):
    for chosen in [each for each in item.exercises if each.fresh][:1]:
        page = opened(item.slug)
        key = f"{item.slug}_exercise_{chosen.id}"
        page.button(key=f"{key}_again").click().run()
        assert not page.exception
        fresh = chosen.fresh(1)
        assert exercise.asked(item.slug, fresh, "exercise") in [markdown.value for markdown in page.markdown]
        if not fresh.choices:
            page.text_input(key=f"{key}_1_given").set_value(str(fresh.answer()))
            page.button(key=f"{key}_1_check").click().run()
            assert any("Right." in markdown.value for markdown in page.markdown)


def test_the_answers_by_hand():
    answers = {item.id: item.answer() for item in lesson.LESSON.exercises}
    assert answers["stage"] == "Sum"
    assert answers["count"] == 14 * 384
    assert answers["scaled"] == pytest.approx(0.3 * 1.41421356 + 0.1)


def test_the_code_is_the_source_of_what_ran():
    import inspect

    from embviz.compute.pipeline import stages

    page = opened("pipeline")
    assert not page.code
    page.session_state["pipeline_code"] = True
    page.run()
    assert inspect.getsource(stages).strip() in [block.value.strip() for block in page.code]


def test_long_text_is_cut_and_says_so():
    page = opened("pipeline")
    page.text_area(key="pipe_text").set_value("long " * 2000).run()
    assert page.session_state["pipe_text"] == ("long " * 2000)[:400]
    assert any("first 400 of 10,000" in caption.value for caption in page.caption)


def test_long_text_in_an_address_is_cut_too():
    page = opened("pipeline", pipe_text="long " * 2000)
    assert page.session_state["pipe_text"] == ("long " * 2000)[:400]
    (facts, _), *_ = pictures(page)
    assert facts["text"] == ("long " * 2000)[:400]
    assert any("first 400 of 10,000" in caption.value for caption in page.caption)


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
@pytest.mark.parametrize("model", lesson.MODEL.options)
def test_no_text_is_no_error(text, model):
    page = opened("pipeline", pipe_text=text, pipe_model=model)
    assert len(pictures(page)) == 1


def test_the_check_line_holds():
    page = opened("pipeline")
    (line,) = [caption.value for caption in page.caption if "one_hot @ W" in caption.value]
    assert "max |one_hot @ W − W[ids]| = 0," in line


def test_every_section_is_used_and_exists():
    """All pages in all their states ask for exactly the sections that assets/text holds."""
    AppTest.from_file(APP, default_timeout=60).run()
    for item in LESSONS:
        wanted = [{**query(item.needs.get(param, {})), **param.query(v)} for param in item.params for v in param.probes]
        for state in [*wanted, *map(query, item.more)]:
            if (item.slug, frozenset(state.items())) not in states:  # the tests above opened most of them
                opened(item.slug, **state)
        for number, each in enumerate(item.exercises):
            if f"hint_{each.id}" not in asked[item.slug]:
                test_an_exercise_knows_its_answer(item, number)
    # when a picture fails; before torch is there; while long work runs
    asked["frame"].update({"failed", "failed_log", "failed_note", "reset", "waiting"})
    asked["frame"].update({"stop", "stopped", "work_failed", "queued", "starting"})
    asked["own_table"] = set(SECTIONS("own_table"))  # see test_own_table.py
    for stem in ("training", "own_corpus"):  # while and after a training; see test_training.py
        asked[stem] = set(SECTIONS(stem))
    for path in (ASSETS / "text" / "en").glob("*.md"):
        assert set(SECTIONS(path.stem)) == asked[path.stem] | AFTER_WORK.get(path.stem, set()), path.stem


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("secret detail"), "the server's log says why"),
        (ValueError("id 9 is outside the vocabulary of size 5"), "id 9 is outside the vocabulary of size 5."),
    ],
)
def test_a_picture_that_fails_says_so_and_leaves_the_page(monkeypatch, error, said):
    from embviz.ui import cached

    def broken(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(cached, "pipeline", broken)
        page = opened("pipeline", pipe_stage="5", pipe_model="wordllama")
        (sentence,) = [markdown.value for markdown in page.markdown if "could not be made" in markdown.value]
        assert said in sentence and ("secret" in sentence) is False
        assert page.header
    next(button for button in page.button if button.label.startswith("Start again")).click().run()
    assert not page.exception and len(pictures(page)) == 1
    assert page.session_state["pipe_model"] == "minilm" and "pipe_stage" not in page.query_params


def test_a_missing_table_is_named_on_the_page(monkeypatch, tmp_path):
    from embviz.tables import pipeline, table
    from embviz.ui import cached

    monkeypatch.setattr(pipeline, "shipped_layer", lambda *_, **__: table.load("minilm", directory=tmp_path))
    cached._layer.clear()
    page = opened("pipeline", pipe_text="one two")
    (sentence,) = [markdown.value for markdown in page.markdown if "could not be made" in markdown.value]
    assert "minilm.safetensors" in sentence and "python -m embviz.tables.build" in sentence


def test_a_device_that_is_not_there_is_named_on_the_page(monkeypatch):
    from embviz.ui import cached

    monkeypatch.setenv("EMBVIZ_DEVICE", "abacus")
    cached._layer.clear()
    page = opened("pipeline")
    assert len(pictures(page)) == 1  # the shipped first picture needs no device
    assert any("EMBVIZ_DEVICE is 'abacus'" in caption.value for caption in page.caption)
