"""One exercise on a page: a question, a field, a check against the computed answer, and the state that shows why."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from embviz.ui.text import text

if TYPE_CHECKING:
    from embviz.lessons.lesson import Exercise


@st.fragment
def show(stem: str, item: Exercise) -> None:
    """Draw the exercise. The answer is computed when a person asks for the check, not before."""
    key = f"{stem}_exercise_{item.id}"
    prompt = text(stem, f"exercise_{item.id}")
    with st.container(border=True, key=key):
        st.markdown(prompt)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if item.choices:
                given = st.segmented_control(
                    prompt, item.choices, key=f"{key}_given", label_visibility="collapsed", persist_state="session"
                )
            else:
                given = st.text_input(
                    prompt,
                    key=f"{key}_given",
                    max_chars=40,
                    width=180,
                    label_visibility="collapsed",
                    persist_state="session",
                )
            asked = st.button(text("frame", "check"), key=f"{key}_check")
        if asked and given:
            st.session_state[f"{key}_verdict"] = judge(item, given, text(stem, f"hint_{item.id}"))
        if verdict := st.session_state.get(f"{key}_verdict"):
            st.markdown(verdict)
            # a tab of its own: st.page_link does not change the state of the page it stands on
            st.link_button(text("frame", "show_me"), f"{stem}?{urlencode(query_of(item))}", key=f"{key}_why")


def judge(item: Exercise, given: str, hint: str) -> str:
    """What to say to an answer."""
    answer = item.answer()
    if item.choices:
        return _sentence(given == answer, given, answer, hint)
    try:
        number = float(given.replace(",", "").replace("\u2212", "-").strip())
    except ValueError:
        return text("frame", "not_a_number", given=given)
    shown = f"{answer:,}" if isinstance(answer, int) else f"{answer:.3g}"
    return _sentence(abs(number - answer) <= item.tolerance, given, shown, hint)


def _sentence(right: bool, given: str, answer: str, hint: str) -> str:
    return text("frame", "right", answer=answer) if right else text("frame", "wrong", given=given, hint=hint)


def query_of(item: Exercise) -> dict[str, str]:
    """The state that shows why, as it stands in an address."""
    return {key: value for param, state in item.link.items() for key, value in param.query(state).items()}
