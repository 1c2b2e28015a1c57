"""The choice of a table in a lesson, among them one from a file of the person's own.

The file is read beside the script, within limits that are said before. The table is held for the session and let go
when the tab closes; what was uploaded is let go as soon as it has been read or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from embviz import tables
from embviz.tables import held
from embviz.ui import cached, frame, own_words, running
from embviz.ui.params import OWN_TABLE, TableParam
from embviz.ui.text import plain, text

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from embviz.tables.table import EmbeddingTable
    from embviz.tables.upload_file import Limits

STEM = "own_table"
JOB = "own_read"
WAIT = 0.8  # seconds that a page stands still while a file is read, before it says how far that is
MB = 1_000_000
PASSES = {".tsv": 2, ".csv": 2, ".txt": 2, ".vec": 2, ".gz": 3}  # how often a file is read from end to end


@dataclass
class Chosen:
    """A table: its `name` for the bridge, what it is `called`, and where more about it stands.

    `rows` are those that the picture is about, and `what` says what they are; the picture sets them.
    """

    name: str
    called: str
    beside: DeltaGenerator
    rows: Sequence[int] = ()
    what: str = ""

    @property
    def shown(self) -> str:
        """What it is called, in Markdown."""
        return plain(self.called)


class Own(NamedTuple):
    """A table that is held for this person, and its name for the bridge."""

    name: str
    table: EmbeddingTable


def choose(
    controls: DeltaGenerator, stage: DeltaGenerator, param: TableParam, *boxes: own_words.Boxes
) -> Chosen | None:
    """Draw the control of the table. None if there is none yet: then the stage asks for a file.

    `boxes` of words, not drawn yet, get words that the table has (`own_words.put`).
    """
    row = controls.container(horizontal=True, vertical_alignment="bottom", gap="small", key="table_row")
    name = param.widget(row)
    if name != OWN_TABLE:
        own_words.take_back(boxes)
        return Chosen(name, name, row)
    own = _mine().own or _arrived(stage)
    if own is None:
        return None
    own_words.put(own.name, own.table, boxes)
    return Chosen(own.name, own.table.name, row)


def forget() -> None:
    """Let go of this person's table, and of all that was computed of it."""
    if own := _mine().own:
        _mine().own = None
        held.release(own.name)
        running.stop_about(own.name)
        cached.forget_own()


class _Mine:
    """What is held for one person: a table, and files that were uploaded and not yet read."""

    def __init__(self) -> None:
        context = get_script_run_ctx()
        self.own: Own | None = None
        self._session, self._store = context.session_id, context.uploaded_file_mgr
        self._files: set[str] = set()

    def keep(self, *files: UploadedFile | None) -> None:
        """Let go of all uploaded files but these; Streamlit itself would keep them for as long as the session."""
        kept = {file.file_id for file in files if file is not None}
        if isinstance(self._store, MemoryUploadedFileManager):
            for file in self._files - kept:
                self._store.remove_file(session_id=self._session, file_id=file)
        self._files = kept

    def release(self) -> None:
        self.keep()
        if self.own:
            held.release(self.own.name)
            self.own = None


@st.cache_resource(scope="session", on_release=_Mine.release, show_spinner=False)
def _mine() -> _Mine:
    return _Mine()


def limits() -> Limits:
    """How large a file may be: what can be read, or less if the server takes less."""
    from embviz.tables.upload_file import LIMITS

    return replace(LIMITS, file_bytes=min(LIMITS.file_bytes, MB * st.get_option("server.maxUploadSize")))


def _arrived(stage: DeltaGenerator) -> Own | None:
    """The table, if its file has just been read; else the stage asks for one, or shows how far the reading is."""
    job = running.job(JOB)
    if job is None:
        _ask(stage)
        return None
    job.join(WAIT)
    if job.running:
        frame.say(stage, text(STEM, "reading", file=plain(job.about)))
        with stage.container(key="own_ask"):
            running.show(JOB)
        return None
    running.stop(JOB)
    _ask_anew()
    if job.error:
        st.session_state["own_refused"] = job.error
        _ask(stage)
        return None
    _mine().own = job.result
    return job.result


# --- asking for a file


def _ask(stage: DeltaGenerator) -> None:
    """Say the limits, and ask for a file."""
    keys, given = _keys(), {}
    frame.say(stage, text(STEM, "ask"))
    with stage.container(key="own_ask"):
        for column, name in zip(st.columns(2, gap="medium"), ("vectors", "names"), strict=True):
            given[name] = column.file_uploader(
                text(STEM, name),
                key=keys[name],
                help=text(STEM, f"{name}_help"),
                max_upload_size=limits().file_bytes // MB,
                on_change=_look,
            )
            column.caption(text(STEM, f"{name}_kinds"))
        choices = st.session_state.get(keys["choices"], {})
        if len(choices) > 1:
            rows = [shape[0] for _, shape in choices.values()]
            st.selectbox(text(STEM, "tensor"), list(choices), index=rows.index(max(rows)), key=keys["tensor"])
        if reason := st.session_state.get("own_refused"):
            st.container(key="own_refused").markdown(text(STEM, "refused", reason=plain(reason)))
        st.button(text(STEM, "use"), key="own_use", disabled=given["vectors"] is None, on_click=_read)
        st.caption(f"{limits().sentence} {text(STEM, 'forgotten')}")


def _keys() -> dict[str, str]:
    """The keys of what asks. They are new after each file, so that nothing of it stays."""
    turn = st.session_state.setdefault("own_turn", 0)
    return {name: f"own_{name}_{turn}" for name in ("vectors", "names", "tensor", "choices")}


def _given() -> tuple[UploadedFile | None, UploadedFile | None]:
    keys = _keys()
    return st.session_state.get(keys["vectors"]), st.session_state.get(keys["names"])


def _look() -> None:
    """Look at the beginning of the file that is given: it may be refused at once, or hold several tables."""
    from embviz.tables.upload import tensor_choices

    file, names = _given()
    _mine().keep(file, names)
    st.session_state.pop("own_refused", None)
    st.session_state.pop(_keys()["choices"], None)
    if file is None or file.name.lower().endswith(".gz"):  # which would have to be unpacked
        return
    try:
        found = [one for one in tensor_choices(file.name, file, limits=limits()) if not one.fault]
    except ValueError as error:
        _ask_anew()
        st.session_state["own_refused"] = f"{str(error).rstrip('.')}."
        return
    named = {f"{one.name}: {' × '.join(f'{size:,}' for size in one.shape)}": (one.name, one.shape) for one in found}
    st.session_state[_keys()["choices"]] = named


def _read() -> None:
    """Begin to read what is given."""
    file, names = _given()
    if file is None:
        return
    choices: Mapping[str, Any] = st.session_state.get(_keys()["choices"], {})
    tensor = choices[st.session_state[_keys()["tensor"]]][0] if _keys()["tensor"] in st.session_state else None
    running.start(JOB, partial(_own, file, names, tensor, limits()), about=file.name)


def _own(
    file: UploadedFile,
    names: UploadedFile | None,
    tensor: str | None,
    most: Limits,
    report: Callable[[float, str], None],
) -> Own:
    """The table in a file, held under a name."""
    metadata = names and (names.name, names)
    table = tables.read_upload(file.name, _Watched(file, report), metadata=metadata, tensor=tensor, limits=most)
    return Own(held.hold(table), table)


class _Watched:
    """A binary file that reports how far it has been read."""

    def __init__(self, file: UploadedFile, report: Callable[[float, str], None]) -> None:
        self._file, self._report, self._done = file, report, 0
        passes = next((times for end, times in PASSES.items() if file.name.lower().endswith(end)), 1)
        self._all = max(1, passes * file.size)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        share = min(0.99, self._done / self._all)
        self._report(share, f"{share:.0%}")
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _ask_anew() -> None:
    """Let go of the files that were given, and ask for others."""
    _mine().keep()
    st.session_state.pop(_keys()["choices"], None)
    st.session_state["own_turn"] += 1
