"""The verdicts of all claims, computed once a process beside the script, one after another, the same for everybody.

The claim that somebody looks at goes before the others, and the slow ones come last. A page shows what there is by now
(`known`), and runs again when there is more (`watch`).
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from embviz import claims
from embviz.ui import cached

LATER = ("king-man-woman-queen", "only-used-rows-learn", "larger-needs-fewer")  # a second or more each
NO_NUMBERS = cached.Tensors((2).to_bytes(8, "little") + b"{}", {})
EVERY = 0.6  # seconds
_LOG = logging.getLogger(__name__)
_lock = threading.Lock()
_found: dict[str, Known] = {}
_first = ""
_thread: threading.Thread | None = None
_leaving = threading.Event()


@dataclass(frozen=True, slots=True)
class Known:
    """What a check found (`embviz.claims.Evidence`, as a mapping; None if it failed), and how long it took."""

    evidence: dict[str, Any] | None
    seconds: float | None


def known(first: str) -> dict[str, Known]:
    """What is known by now, by claim; the checks go on in the background, with that of `first`.

    The claim that is open in the default state comes from assets/first_pictures, so that nobody waits for it.
    """
    global _first, _thread
    with _lock:
        _first = first
        if _thread is None and len(_found) < len(claims.CLAIMS):
            _thread = threading.Thread(target=_check_all, daemon=True)
            _thread.start()
        made = dict(_found)
    if first == claims.CLAIMS[0].id:
        made.setdefault(first, Known(cached.computed("claims.evidence", claim=first).facts, None))
    return made


def watch(shown: int) -> None:
    """Run the page again when more than so many verdicts are known."""
    if shown < len(claims.CLAIMS):
        st.fragment(_grown, run_every=EVERY)(shown, time.monotonic())


def _grown(shown: int, drawn: float) -> None:
    if len(_found) > shown and time.monotonic() - drawn > EVERY / 2:  # not in the run that drew the page
        st.rerun()


@atexit.register
def _leave() -> None:
    """Let the check that is on come to its end, for torch must not be torn down under it."""
    _leaving.set()
    if _thread:
        _thread.join()


def _check_all() -> None:
    global _thread
    while not _leaving.is_set():
        with _lock:
            left = [claim.id for claim in claims.CLAIMS if claim.id not in _found]
            if not left:
                _thread = None
                return
            left.sort(key=lambda claim: (claim != _first, claim in LATER))
        began, made = time.perf_counter(), None
        try:
            made = asdict(claims.evidence(claim=left[0]))
        except Exception as error:
            _LOG.error("the check of %s failed", left[0], exc_info=error)
        with _lock:
            _found[left[0]] = Known(made, time.perf_counter() - began)
