"""Long work of one person, beside the script: it shows how far it is, can be stopped, and ends with the tab.

At most AT_ONCE run in the whole process; the others wait in a queue and say their place in it. Trainings, which take
minutes, have a lane of their own, so that nothing short waits for them (`training`). The work is a function
of `report(share, words)`, which it calls as it goes; `report` raises `Stopped` when the person stopped it. A third
argument of `report` is what there is to see so far, the job's `partial`.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

from embviz.ui.text import text

AT_ONCE = 2
TRAINING = "training"  # a lane
_LOG = logging.getLogger(__name__)
_room = threading.Condition()
_queue: list[Job] = []  # those that run, then those that wait

Work = Callable[[Callable[..., None]], Any]


def _at_once(lane: str) -> int:
    """How many of a lane run at once: of trainings half as many as there are processors, for pages need some too."""
    return max(1, (os.cpu_count() or 2) // 2) if lane == TRAINING else AT_ONCE


class Stopped(Exception):
    """The person stopped the work, or left."""


class Job:
    """One piece of work: `share` of it done, in `words`, `partial` of it to see; then `result`, or `error`, a sentence.

    `about` says what it was asked for, to know whether the result still answers the question.
    """

    def __init__(self, work: Work, about: Any = None, lane: str = "", partial: Any = None) -> None:
        self.about, self.lane = about, lane
        self.share, self.words = 0.0, ""
        self.partial: Any = partial
        self.result: Any = None
        self.error: str | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        with _room:
            _queue.append(self)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def place(self) -> int:
        """How many have to end before this one starts; 0 once it runs."""
        with _room:
            return max(0, self._ahead() - _at_once(self.lane) + 1) if self in _queue else 0

    def stop(self) -> None:
        self._stop.set()
        with _room:
            _room.notify_all()

    def join(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _ahead(self) -> int:
        return [job for job in _queue if job.lane == self.lane].index(self)

    def _report(self, share: float, words: str, partial: Any = None) -> None:
        if partial is not None:
            self.partial = partial
        if self._stop.is_set():
            raise Stopped
        self.share, self.words = min(1.0, max(0.0, share)), words

    def _run(self, work: Work) -> None:
        try:
            with _room:
                _room.wait_for(lambda: self._stop.is_set() or self._ahead() < _at_once(self.lane))
            self._report(0.0, "")
            self.result = work(self._report)
        except Stopped:
            self.error = text("frame", "stopped")
        except ValueError as error:
            self.error = f"{str(error).rstrip('.')}."
        except Exception as error:
            _LOG.error("long work failed", exc_info=error)
            self.error = text("frame", "work_failed")
        finally:
            with _room:
                _queue.remove(self)
                _room.notify_all()


@st.cache_resource(scope="session", on_release=lambda jobs: [job.stop() for job in jobs.values()], show_spinner=False)
def _mine() -> dict[str, Job]:
    return {}


def start(key: str, work: Work, *, about: Any = None, lane: str = "", partial: Any = None) -> None:
    """Begin the work called `key`, in place of one of that name that is still on; `partial` is there to see at once."""
    stop(key)
    _mine()[key] = Job(work, about, lane, partial)


def stop(key: str) -> None:
    if job := _mine().pop(key, None):
        job.stop()


def stop_about(table: str) -> None:
    """Stop, and forget, all work of this person about a table."""
    for key, mine in list(_mine().items()):
        if isinstance(mine.about, dict) and mine.about.get("table") == table:
            stop(key)


def job(key: str) -> Job | None:
    """The work called `key` of this person, on or done."""
    return _mine().get(key)


def show(key: str) -> None:
    """How far the work called `key` is, with a button to stop it; when it ends, the page runs again."""
    if (mine := job(key)) and mine.running:
        st.fragment(_progress, run_every=0.4)(key)
    elif mine and mine.error:
        st.caption(mine.error)


def _progress(key: str) -> None:
    mine = job(key)
    if mine is None or not mine.running:
        st.rerun()
    waiting = text("frame", "queued", place=mine.place) if mine.place else mine.words
    st.progress(mine.share, waiting or text("frame", "starting"))
    st.button(text("frame", "stop"), key=f"{key}_stop", on_click=mine.stop)
