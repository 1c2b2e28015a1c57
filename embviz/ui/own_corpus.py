"""The choice of a corpus in a lesson, among them a text of the person's own, pasted or from a file.

The text is held for the session and let go when the tab closes. Neither it nor its name stands in the address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from embviz.tables import held
from embviz.ui import cached, frame
from embviz.ui.params import ChoiceParam
from embviz.ui.text import plain, text

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from embviz.tables.texts import Text

STEM = "own_corpus"
OWN = "your own"
MB = 1_000_000


class Own(NamedTuple):
    """A text that is held for this person, and its name for the bridge."""

    name: str
    text: Text


def choose(controls: DeltaGenerator, stage: DeltaGenerator, param: ChoiceParam) -> str | None:
    """Draw the control of the corpus and return its name for the bridge.

    None if there is none yet: then the stage asks for a text.
    """
    chosen = param.widget(controls)
    if chosen != OWN:
        return chosen
    if own := _mine().get("text"):
        with controls.popover(text(STEM, "about", words=f"{own.text.corpus.n_words:,}"), width="stretch"):
            st.markdown(text(STEM, "held"))
            st.button(text(STEM, "another"), key="own_text_another", on_click=forget)
        return own.name
    _ask(stage)
    return None


def shown(name: str) -> str:
    """A corpus in a sentence."""
    return text(STEM, "yours") if held.is_own(name) else plain(name)


def forget() -> None:
    """Let go of this person's text, and of all that was computed of it."""
    if own := _mine().pop("text", None):
        _release(own)
        cached.forget_own()


def _release(own: Own) -> None:
    from embviz.tables import texts

    texts.release(own.name)


@st.cache_resource(
    scope="session", on_release=lambda mine: [_release(own) for own in mine.values()], show_spinner=False
)
def _mine() -> dict[str, Own]:
    return {}


def _ask(stage: DeltaGenerator) -> None:
    """Say the limits, and ask for a text."""
    from embviz.compute.corpora import LEAST_WORDS, LIMIT_BYTES

    keys = _keys()
    frame.say(stage, text(STEM, "ask"))
    with stage.container(key="own_text_ask"):
        st.text_area(text(STEM, "paste"), key=keys["paste"], height=190, max_chars=LIMIT_BYTES)
        st.file_uploader(
            text(STEM, "file"), key=keys["file"], type=["txt", "md"], max_upload_size=max(1, LIMIT_BYTES // MB)
        )
        if reason := st.session_state.get("own_text_refused"):
            st.markdown(text(STEM, "refused", reason=plain(reason)))
        st.button(text(STEM, "use"), key="own_text_use", on_click=_read)
        st.caption(text(STEM, "limits", most=f"{LIMIT_BYTES / MB:g}", least=LEAST_WORDS))


def _keys() -> dict[str, str]:
    """The keys of what asks. They are new after each text, so that nothing of it stays."""
    turn = st.session_state.setdefault("own_text_turn", 0)
    return {name: f"own_text_{name}_{turn}" for name in ("paste", "file")}


def _read() -> None:
    """Take the text that is given."""
    from embviz.compute import corpora
    from embviz.tables import texts

    keys = _keys()
    file, pasted = st.session_state.get(keys["file"]), st.session_state.get(keys["paste"], "")
    st.session_state.pop("own_text_refused", None)
    try:
        name, kept = texts.hold(corpora.own(file.getvalue() if file else pasted))
        texts.vocabulary(name)  # a text without a frequent word is of no use
    except ValueError as error:
        st.session_state["own_text_refused"] = f"{str(error).rstrip('.')}."
        return
    _mine()["text"] = Own(name, kept)
    if file is not None:
        _let_go(file.file_id)
    st.session_state["own_text_turn"] += 1


def _let_go(file: str) -> None:
    """Let go of the file that was uploaded, which Streamlit would keep until the session ends."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file)
