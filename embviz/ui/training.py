"""A training while it runs: its newest snapshot and a short history, how fast it is, how long it will take, and a stop.

A trainer is a generator of snapshots, each with `share`, `seconds`, `tokens_per_second` and `loss` (or `train_loss`).
It runs beside the script (`running`), in a queue with all other trainings, and ends with the tab. Whatever the settings
are, it takes no more than MOST_SECONDS, and of its snapshots no more than MOST_KEPT stay. Its thread gives way to those
that answer people.

One that was stopped, or ran out of time, is not lost: its generator rests where it was, with its tables, its optimiser
and its random numbers, and `go_on` takes it up again, as if nothing had been. It rests until another of that name
begins or the tab closes; of all that rest in the process the oldest are given up, so that they take no more than
MOST_RESTING together.

On a page:

    training.start(JOB, train, keep=…, about=…)                 in the callback of a button
    training.live(JOB, draw)                                    draws, and draws again while it runs
    draw(course)                                                the function of the page; a course or None
    training.go_on(JOB)                                         in the callback of a button, if training.rests(JOB)
"""

from __future__ import annotations

import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pkgutil import resolve_name
from typing import Any, Literal

import streamlit as st

from embviz.ui import cached, running
from embviz.ui.cached import Tensors
from embviz.ui.running import Stopped
from embviz.ui.text import text

STEM = "training"
PERIOD = 0.7  # seconds between two looks at a training
MOST_SECONDS = 240.0
MOST_KEPT = 25
LONGEST = 400
MOST_BYTES = 500_000_000
MOST_RESTING = 2 * MOST_BYTES
NICENESS = 10

Trainer = Callable[..., Iterator[Any]]
Ended = Literal["", "done", "stopped", "time", "failed"]


@dataclass(eq=False)
class Rest:
    """What a training is taken up from: its generator, which nobody asks at present, and what is made of it.

    `asked` is what the generator looks at, `wanted` of it whether the one who runs it wants it to stop. It is apart
    from this object, which the generator must not hold: what rests is to go at once when nothing points here.
    """

    keep: Callable[[Any], Any]
    finish: Callable[[Any, Any], Any] | None
    needs: int
    asked: Asked
    snapshots: Iterator[Any] | None = None
    first: Any = None
    last: Any = None

    def give_up(self) -> None:
        """Close the generator, and with it what it holds."""
        snapshots, self.snapshots = self.snapshots, None
        if snapshots is not None:
            snapshots.close()


class Asked:
    """Whether a training is to stop: a function that a trainer gets, of whoever runs it now."""

    wanted: Callable[[], bool] = staticmethod(lambda: False)

    def __call__(self) -> bool:
        return self.wanted()


_resting: list[weakref.ref[Rest]] = []  # the oldest first
_one = threading.Lock()


@dataclass(frozen=True)
class Course:
    """What a training has shown so far. It is never changed: each snapshot makes a new one.

    about: what was asked for. kept: what `keep` made of snapshots, about evenly spread from the first to the newest, at
    most MOST_KEPT. shares and losses: of every snapshot with a loss, at most LONGEST of them. share, loss, rate (tokens
    a second) and seconds are the newest snapshot's. ended: "done", or why it ended before: "stopped", "time", "failed".
    final: what `finish` made of the first and the last snapshot. error: one sentence, when it failed. rest: what it can
    be taken up from, when it was stopped or ran out of time.
    """

    about: Any
    kept: tuple[Any, ...] = ()
    shares: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    share: float = 0.0
    loss: float = math.nan
    rate: float = 0.0
    seconds: float = 0.0
    ended: Ended = ""
    final: Any = None
    error: str | None = None
    rest: Rest | None = field(default=None, repr=False, compare=False)
    _stride: int = field(default=1, repr=False)
    _seen: int = field(default=0, repr=False)
    _unknown: bool = field(default=False, repr=False)
    _base: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def left(self) -> float | None:
        """Seconds that it still takes, by its speed so far; None before there is one."""
        return self.seconds * (1 / self.share - 1) if self.share and not self.ended else None

    def then(self, snapshot: Any, keep: Callable[[Any], Any]) -> Course:
        """The course with one more snapshot. ValueError if the loss is infinite, or no number twice in a row."""
        share, loss = float(snapshot.share), _loss(snapshot)
        if math.isinf(loss) or (share > 0 and math.isnan(loss) and self._unknown):
            raise ValueError(text(STEM, "diverged", share=f"{share:.0%}"))
        kept = keep(snapshot)
        base, stride = self._base, self._stride
        if self._seen % stride == 0:
            base = (*base, kept)
        if len(base) > MOST_KEPT:
            base, stride = base[::2], 2 * stride
        shares, losses = self.shares, self.losses
        if math.isfinite(loss):
            shares, losses = _thinned((*shares, share)), _thinned((*losses, loss))
        return replace(
            self,
            kept=base if base[-1] is kept else (*base[: MOST_KEPT - 1], kept),
            shares=shares,
            losses=losses,
            share=share,
            loss=self.loss if math.isnan(loss) else loss,
            rate=float(snapshot.tokens_per_second),
            seconds=float(snapshot.seconds),
            _stride=stride,
            _seen=self._seen + 1,
            _unknown=share > 0 and math.isnan(loss),
            _base=base,
        )


def start(
    key: str,
    train: Trainer,
    *,
    keep: Callable[[Any], Any],
    finish: Callable[[Any, Any], Any] | None = None,
    about: Any = None,
    needs: int = 0,
) -> None:
    """Begin a training called `key`, in place of one of that name that is still on.

    `train` is called in a thread of its own and gives the generator; ValueErrors of it are told to the person. It gets
    `stopping`, a function that tells whether to stop: a trainer that looks at it often, and then yields a snapshot, is
    stopped at once and not at the next. `keep` makes of a snapshot what stays of it, which should be small; `finish`
    gets the first and the last snapshot and makes what stays of those. `needs` are the bytes that the training takes:
    more than MOST_BYTES are refused.
    """
    if rests(key):
        course(key).rest.give_up()
    running.start(key, partial(_trained, train, keep, finish, about, needs), about=about, lane=running.TRAINING)


def rests(key: str) -> bool:
    """Whether the training called `key` can be taken up where it was stopped."""
    found = course(key)
    return bool(found and found.rest and found.rest.snapshots is not None) and not is_on(key)


def go_on(key: str) -> None:
    """Take up the training called `key` where it was stopped; nothing happens if there is nothing to take up."""
    if not rests(key):
        return
    found = replace(course(key), ended="", final=None)
    running.start(key, partial(_run, found.rest, found), about=found.about, lane=running.TRAINING, partial=found)


def course(key: str) -> Course | None:
    """What the training called `key` of this person has shown so far, while it runs and when it has ended."""
    job = running.job(key)
    if job is None:
        return None
    found = job.result or job.partial
    if found is not None and not job.running and not found.ended:
        found = job.result = replace(found, ended="failed", error=job.error)
    return found


def tensors(key: str, name: str, found: Course, /, **arguments: Any) -> Tensors:
    """What `embviz.<name>` makes of a course of this person, as `cached.computed` would give it.

    The last few answers are kept, for this person alone.
    """
    made: list[tuple[Course, Any, Tensors]] = st.session_state.setdefault(f"{key}:made", [])
    asked = (name, tuple(sorted(arguments.items())))
    for course, question, answer in made:
        if course is found and question == asked:
            return answer
    answer = cached.tensors_of(resolve_name(f"embviz.{name}")(found, **arguments))
    if found.ended:  # the next look at one that runs is another course
        made[:] = [*[entry for entry in made if entry[0] is found][-3:], (found, asked, answer)]
    return answer


def is_on(key: str) -> bool:
    """Whether it runs, or waits for its turn."""
    job = running.job(key)
    return job is not None and job.running


def live(key: str, draw: Callable[[Course | None], None]) -> None:
    """Call `draw` with what the training called `key` has shown, at once and then every PERIOD while it runs.

    `draw` makes the picture, and calls `status` where that should stand; it can draw only where `live` was called. When
    the training has ended, the page runs again.
    """
    on = is_on(key)
    st.fragment(_looked, run_every=PERIOD if on else None)(key, draw, on)


def status(key: str, *, unit: str) -> None:
    """While the training called `key` is on: how far it is, and a button that stops it. `unit`: "words"."""
    job = running.job(key)
    if job is None or not job.running:
        return
    with st.container(key=f"{key}_status", horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(job.share, line(course(key), unit, place=job.place))
        st.button(text("frame", "stop"), key=f"{key}_stop", on_click=_stopped, args=(job,), width="content")


def ended(key: str, *, unit: str) -> str:
    """How the training called `key` ended, in a sentence; empty while it is on, or where there is none."""
    job, found = running.job(key), course(key)
    if job is None or job.running:
        return ""
    if job.error or found is None:
        return job.error or ""
    words = {"seconds": clock(found.seconds), "rate": f"{found.rate:,.0f}", "unit": unit}
    said = text(STEM, found.ended, **(words if found.ended == "done" else {"share": f"{found.share:.0%}"}))
    return f"{said} {text(STEM, 'rests')}" if rests(key) else said


def line(found: Course | None, unit: str, *, place: int = 0) -> str:
    """How far a training is, in a line: share, loss, speed, time left; or its place in the queue."""
    if place:
        return text("frame", "queued", place=place)
    if found is None or found.left is None:
        return text("frame", "starting")
    words = {"share": f"{found.share:.0%}", "loss": f"{found.loss:.3f}", "rate": f"{found.rate:,.0f}"}
    return text(STEM, "on", unit=unit, left=clock(found.left), **words)


def clock(seconds: float) -> str:
    """A time as a person says it: "8 s", "2 min 5 s"."""
    whole = max(0, round(seconds))
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _stopped(job: running.Job) -> None:
    """Stop it, and wait a moment, since most end within it, and the page can say so at once."""
    job.stop()
    job.join(0.6)


def _looked(key: str, draw: Callable[[Course | None], None], on: bool) -> None:
    if on and not is_on(key):
        st.rerun()
    draw(course(key))


def _trained(
    train: Trainer,
    keep: Callable[[Any], Any],
    finish: Callable[[Any, Any], Any] | None,
    about: Any,
    needs: int,
    report: Callable[..., None],
) -> Course:
    if needs > MOST_BYTES:
        raise ValueError(text(STEM, "too_large", needs=f"{needs / 1e6:,.0f}", most=f"{MOST_BYTES / 1e6:,.0f}"))
    rest = Rest(keep, finish, needs, Asked())
    _asking(rest.asked, lambda: 0.0, report)
    _give_way()
    rest.snapshots = train(stopping=rest.asked)
    return _run(rest, Course(about), report)


def _run(rest: Rest, found: Course, report: Callable[..., None]) -> Course:
    """Ask for snapshots until there are no more, or somebody wants to stop, or time is out."""
    with _one:  # from here on it is not given up to make room
        _resting[:] = [each for each in _resting if each() not in (rest, None)]
    if rest.snapshots is None:
        raise ValueError(text(STEM, "given_up"))
    _give_way()
    out_of_time = _asking(rest.asked, lambda: found.share, report)
    ended: Ended = "done"
    try:
        for snapshot in rest.snapshots:
            rest.first, rest.last = snapshot if rest.first is None else rest.first, snapshot
            found = found.then(snapshot, rest.keep)
            report(found.share, "", found)
            if found.share < 1 and out_of_time():
                ended = "time"
                break
        if rest.first is None:  # while it counted, it was stopped or time was out
            report(0.0, "")
            raise ValueError(text(STEM, "nothing"))
    except Stopped:
        ended = "stopped" if found.share < 1 else "done"
        if rest.first is None:
            rest.give_up()
            raise
    except (ArithmeticError, MemoryError) as error:  # an ArithmeticError says in one sentence that it diverged
        rest.give_up()
        raise ValueError(str(error) or text(STEM, "no_memory")) from error
    finally:
        rest.asked.wanted = Asked.wanted  # and no word more of this job
    final = rest.finish(rest.first, rest.last) if rest.finish and rest.first is not None else None
    if ended == "done":
        rest.give_up()
    else:
        _lay_down(rest)
    return replace(found, ended=ended, final=final, rest=None if ended == "done" else rest)


def _asking(asked: Asked, share: Callable[[], float], report: Callable[..., None]) -> Callable[[], bool]:
    """From now on a trainer is told to stop when the person wants it to, or time is out; whether time is out."""
    end = time.monotonic() + MOST_SECONDS

    def wanted() -> bool:
        try:
            report(share(), "")
        except Stopped:
            return True
        return time.monotonic() > end

    asked.wanted = wanted
    return lambda: time.monotonic() > end


def _lay_down(rest: Rest) -> None:
    """Let a training rest, and give up the oldest that do, so that all together stay within MOST_RESTING."""
    with _one:
        here = [each for ref in _resting if (each := ref()) is not None and each.snapshots is not None]
        here.append(rest)
        while sum(each.needs for each in here) > MOST_RESTING:
            here.pop(0).give_up()
        _resting[:] = map(weakref.ref, here)


def _give_way() -> None:
    """Let the threads that answer people go first, and use no processor but one."""
    import torch

    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
    with suppress(AttributeError, OSError):  # where threads have no priority of their own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _loss(snapshot: Any) -> float:
    return float(getattr(snapshot, "loss", None) if hasattr(snapshot, "loss") else snapshot.train_loss)


def _thinned(values: tuple[float, ...]) -> tuple[float, ...]:
    return values if len(values) <= LONGEST else values[::2]
