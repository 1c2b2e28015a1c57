"""The frame that every lesson has: question, picture with its controls, things to try, code, exercises, neighbours."""

from __future__ import annotations

import inspect
import logging
import runpy
import textwrap
import threading
from collections.abc import Callable, Sequence
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import streamlit as st

from embviz import tables
from embviz.paths import ASSETS, ROOT
from embviz.ui import address, components, exercise, warm
from embviz.ui.text import text

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from embviz.lessons.lesson import Lesson, Try

_LOG = logging.getLogger(__name__)
_app_ran = threading.Event()
Code = Sequence[str] | Callable[[], Sequence[str]]


def page(slug: str) -> str:
    """The script of a lesson."""
    return f"pages/{slug}.py"


def begin() -> None:
    """What app.py says first: the app runs, and this is its style sheet."""
    _app_ran.set()
    address.begin()
    st.html(ASSETS / "style.css")


def through_app() -> None:
    """Run the app around a page that runs alone.

    Until app.py has called st.navigation once, Streamlit takes the folder pages for its old kind of multipage app. So
    the first address that a fresh server is asked for may run a page without app.py, which then finds it again.
    """
    if not _app_ran.is_set():
        runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
        st.stop()


def show(
    lesson: Lesson,
    picture: Callable[[DeltaGenerator, DeltaGenerator], Any],
    *,
    note: Callable[[Any], str | None],
    code: Code,
    lessons: Sequence[Lesson],
) -> None:
    """The whole page of a lesson.

    `picture(controls, stage)` draws the widgets and the picture and returns what it drew; `note` gets that and returns
    a line to stand below. They run again when a widget changes, the rest does not. `code` names the functions of
    embviz that made the numbers, or is a function that returns them for what is shown; their source is shown on demand.
    """
    through_app()
    place = lessons.index(lesson)
    with st.container(key="question", horizontal=True, vertical_alignment="center", gap="small"):
        number = text("frame", "lesson", number=place + 1)
        st.title(f":small[:gray[{number}]] {text(lesson.slug, 'question')}", anchor=False)
        with st.container(key="copylink", width="content"):
            components.copy_link(f"{lesson.slug}_link")
    with st.container(key="lesson", gap=8):
        body, tries, drawer, below = st.container(), st.container(), st.container(), st.empty()
    with body:
        _body(lesson, picture, note, code, below)
    with tries:
        _tries(lesson)
    with drawer:
        _code(lesson, code)
    _exercises(lesson)
    _neighbours(lessons, place)
    footer()


def say(stage: DeltaGenerator, sentence: str) -> None:
    """The sentence above a picture: what there is to see."""
    stage.container(key="said").markdown(sentence)


def chart(stage: DeltaGenerator, figure: Any, *, key: str, alt: str) -> None:
    """A Plotly figure that stands still; `alt` says its numbers."""
    stage.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})


@st.fragment
def _body(lesson: Lesson, picture: Callable, note: Callable, code: Code, below: DeltaGenerator) -> None:
    controls, stage = st.columns([242, 974], gap=36)  # 224 and 956 px at 1280
    try:
        drawn = picture(controls, stage)
    except Exception as error:
        with stage:
            _failure(lesson, error)
        below.empty()
        return
    try:
        said = note(drawn)
    except Exception as error:
        said = text("frame", "failed_note", reason=_reason(lesson, error))
    if said:
        below.caption(said)
    else:
        below.empty()
    _follow(lesson, code)


def _failure(lesson: Lesson, error: Exception) -> None:
    """Says in the place of the picture what failed, and offers a way back."""
    with st.container(key="failure"):
        st.markdown(text("frame", "failed", reason=_reason(lesson, error)))
        st.button(text("frame", "reset"), on_click=_reset, args=(lesson,))


def _reason(lesson: Lesson, error: Exception) -> str:
    """The error's own sentence where it was written for people."""
    if isinstance(error, ValueError | tables.TableFileError):
        return f"{str(error).rstrip('.')}.".replace("[", "\\[")  # neither links nor pictures from what was typed
    _LOG.error("a part of %s failed", lesson.slug, exc_info=error)
    return text("frame", "failed_log")


def _reset(lesson: Lesson) -> None:
    for param in lesson.params:
        (param.move if param in lesson.steered else param.choose)(param.default)


def _follow(lesson: Lesson, code: Code) -> None:
    """Draw the open drawer of code anew when what is shown is made by other functions now."""
    shown = f"{lesson.slug}_code_of"
    if callable(code) and st.session_state.get(f"{lesson.slug}_code"):
        names = tuple(code())
        if st.session_state.get(shown) != names:
            st.session_state[shown] = names
            st.rerun()


@st.fragment
def _code(lesson: Lesson, code: Code) -> None:
    drawer = st.expander(text("frame", "code"), key=f"{lesson.slug}_code", on_change="rerun")
    if drawer.open:
        names = tuple(code()) if callable(code) else code
        st.session_state[f"{lesson.slug}_code_of"] = names
        for name in names:
            drawer.code(textwrap.dedent(inspect.getsource(resolve_name(f"embviz.{name}"))), language="python")


def _tries(lesson: Lesson) -> None:
    tried = st.session_state.get(f"{lesson.slug}_tried")
    said = ""
    with st.container(key="tries", horizontal=True, vertical_alignment="center", gap=8):
        st.markdown(f":gray[{text('frame', 'try')}]", width="content")
        for item in lesson.tries:
            label, sentence = text(lesson.slug, f"try_{item.id}").split("\n", 1)
            said = sentence if item.id == tried else said
            st.button(label, key=f"{lesson.slug}_try_{item.id}", on_click=_apply, args=(lesson, item))
        st.markdown(f":gray[{said}]", width="stretch")


def _apply(lesson: Lesson, item: Try) -> None:
    for param, value in item.state.items():
        (param.move if param in lesson.steered else param.choose)(value)
    st.session_state[f"{lesson.slug}_tried"] = item.id


def _exercises(lesson: Lesson) -> None:
    if lesson.exercises:
        st.header(text("frame", "exercises"), anchor=False)
    for item in lesson.exercises:
        exercise.show(lesson.slug, item)


def _neighbours(lessons: Sequence[Lesson], place: int) -> None:
    with st.container(key="neighbours", horizontal=True, horizontal_alignment="distribute"):
        before = lessons[place - 1].slug if place else "home"
        st.page_link(page(before), label=text("frame", "previous", title=text(before, "title")))
        for lesson in lessons[place + 1 : place + 2]:
            st.page_link(page(lesson.slug), label=text("frame", "next", title=text(lesson.slug, "title")))


def footer() -> None:
    """Which device runs the numbers; until torch is there, that it is starting."""
    waiting = warm.device() is None
    st.fragment(_device, run_every=1.0 if waiting else None)(waiting)


def _device(waiting: bool) -> None:
    device = warm.device()
    if waiting and device:
        st.rerun()
    with st.container(key="footer"):
        st.caption(text("frame", "device", device=device) if device else text("frame", "waiting"))
