"""One exercise on a page: a question, a field, a check against the computed answer, and the state that shows why."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import streamlit as st

from embviz.ui import components
from embviz.ui import text as prose
from embviz.ui.text import plain, text

if TYPE_CHECKING:
    from embviz.lessons.lesson import Exercise


@st.fragment
def show(stem: str, item: Exercise) -> None:
    """Draw the exercise on its lesson's page, with a button for a fresh variant where it has one."""
    seed = f"{stem}_exercise_{item.id}_seed"

    def again() -> None:
        st.session_state[seed] = st.session_state.get(seed, 0) + 1

    draw(stem, item, seed=st.session_state.get(seed, 0), again=again)


def draw(
    stem: str,
    item: Exercise,
    *,
    seed: int,
    again: Callable[[], None],
    page: str | None = None,
    before: str | None = None,
) -> dict[str, Any] | None:
    """Draw the variant `seed` of the exercise. The answer is computed when a person asks for the check, not before.

    `again` is called for another variant; `page` is the prefix of the page it stands on if that is not its lesson's;
    `before` is a line above the question. Returned is what the last check found: whether the answer is right, None if
    it was no answer. The browser is told of each check, and keeps the count.
    """
    item, number = item.variant(seed), [str(seed)] if seed and item.fresh else []
    key = "_".join([*([page] if page else []), stem, "exercise", item.id, *number])
    prompt = asked(stem, item, "exercise")
    with st.container(border=True, key=key):
        if before:
            st.caption(before)
        st.markdown(prompt)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            given = _field(item, prompt, f"{key}_given")
            if st.button(text("frame", "check"), key=f"{key}_check") and given:
                right, verdict = judge(item, given, asked(stem, item, "hint"))
                found = {"right": right, "verdict": verdict, "token": uuid.uuid4().hex}
                st.session_state[f"{key}_found"] = found
            if item.fresh:
                st.button(text("frame", "another"), key=f"{key}_again", on_click=again, type="tertiary")
            found = st.session_state.get(f"{key}_found")
            if found:
                # a tab of its own: st.page_link does not change the state of the page it stands on
                st.link_button(text("frame", "show_me"), f"{stem}?{urlencode(query_of(item))}", key=f"{key}_why")
        if found:
            st.markdown(found["verdict"])
            if found["right"] is not None:
                counted = {name: found[name] for name in ("right", "token")}
                components.beside("practice_record", key, id=f"{stem}.{item.id}", **counted)
    return found


def _field(item: Exercise, prompt: str, key: str) -> Any:
    kept = {"key": key, "label_visibility": "collapsed", "persist_state": "session"}
    if item.ordered:
        return st.multiselect(prompt, item.choices, placeholder=text("frame", "in_order"), select_all=False, **kept)
    if item.choices:
        return st.segmented_control(prompt, item.choices, wrap=True, **kept)
    return st.text_input(prompt, max_chars=40, width=180, **kept)


def asked(stem: str, item: Exercise, part: str) -> str:
    """The section `exercise_<id>` or `hint_<id>`, filled with what the exercise says."""
    section = prose.sections(stem)[f"{part}_{item.id}"]
    return prose.fill(section, **{name: item.says[name] for name in prose.placeholders(section)})


def judge(item: Exercise, given: Any, hint: str) -> tuple[bool | None, str]:
    """Whether an answer is right, None if it is none, and what to say to it."""
    if item.ordered and len(given) < len(item.choices):
        return None, text("frame", "not_all", count=len(item.choices))
    answer = item.answer()
    if item.ordered:
        return _said(tuple(given) == answer, ", ".join(given), ", ".join(answer), hint)
    if item.choices:
        return _said(given == answer, given, answer, hint)
    try:
        number = float(given.replace(",", "").replace("\u2212", "-").strip())
    except ValueError:
        return None, text("frame", "not_a_number", given=plain(given))
    shown = f"{answer:,}" if isinstance(answer, int) else f"{answer:.3g}"
    return _said(abs(number - answer) <= item.tolerance, given, shown, hint)


def _said(right: bool, given: str, answer: str, hint: str) -> tuple[bool, str]:
    sentence = (
        text("frame", "right", answer=plain(answer)) if right else text("frame", "wrong", given=plain(given), hint=hint)
    )
    return right, sentence


def query_of(item: Exercise) -> dict[str, str]:
    """The state that shows why, as it stands in an address."""
    return {key: value for param, state in item.link.items() for key, value in param.query(state).items()}
