"""Live training beside the script: its course, its limits, how it ends, and that nobody waits for long."""

import itertools
import math
import threading
from dataclasses import dataclass
from functools import partial

import pytest

from embviz.compute.snapshots import DivergedError
from embviz.ui import running, training


@dataclass
class Snapshot:
    share: float
    loss: float = 1.0
    seconds: float = 2.0
    tokens_per_second: float = 500.0


def snapshots(n, **changed):
    return (Snapshot(k / n, math.nan if k == 0 else 1 / k, **changed) for k in range(n + 1))


def trained(train, **given):
    job = running.Job(partial(training._trained, train, given.pop("keep", lambda s: s.share), None, "asked", 0))
    job.join(10)
    assert not job.running
    return job


def test_a_course_keeps_its_ends_and_an_even_few():
    for n in (1, 2, 24, 25, 96, 97, 1000):
        seen = []

        def train(n=n, seen=seen):
            for snapshot in snapshots(n):
                seen.append(snapshot.share)
                yield snapshot

        found = trained(train).result
        assert found.ended == "done" and found.about == "asked"
        assert found.kept[0] == 0.0 and found.kept[-1] == 1.0
        assert len(found.kept) == min(n + 1, len(found.kept)) <= training.MOST_KEPT
        steps = [b - a for a, b in itertools.pairwise(found.kept[:-1])]
        assert not steps or max(steps) == pytest.approx(min(steps))
        assert len(found.kept) == n + 1 if n < training.MOST_KEPT else len(found.kept) > training.MOST_KEPT // 2
        assert len(found.losses) == len(found.shares) <= training.LONGEST
        assert all(map(math.isfinite, found.losses)) and len(seen) == n + 1


def test_what_there_is_can_be_seen_while_it_runs():
    go, at = threading.Event(), threading.Event()

    def train():
        yield Snapshot(0.0, math.nan)
        yield Snapshot(0.25, 3.5)
        at.set()
        go.wait(10)
        yield Snapshot(1.0, 2.5)

    job = running.Job(partial(training._trained, train, lambda s: s.loss, None, None, 0))
    at.wait(10)
    seen = job.partial
    assert (seen.share, seen.loss, seen.ended, seen.left) == (0.25, 3.5, "", 6.0) and len(seen.kept) == 2
    assert training.line(seen, "words") == "25%, loss 3.500, 500 words a second, 6.0 s left"
    go.set()
    job.join(10)
    assert job.result.losses == (3.5, 2.5) and job.result.left is None


def test_stopping_keeps_what_was_learned_and_closes_the_trainer():
    at, closed = threading.Event(), []

    def train():
        try:
            for k in itertools.count():
                yield Snapshot(k / (k + 100), math.nan if k == 0 else 1.0)
                at.set()
        finally:
            closed.append(True)

    job = running.Job(partial(training._trained, train, lambda s: s.share, lambda a, b: (a.share, b.share), None, 0))
    at.wait(10)
    job.stop()
    job.join(10)
    assert job.result.ended == "stopped" and job.error is None and closed == [True]
    assert job.result.final[0] == 0.0 < job.result.final[1]


def test_time_is_bounded(monkeypatch):
    monkeypatch.setattr(training, "MOST_SECONDS", 0.05)
    job = trained(lambda: (Snapshot(k / (k + 9), 1.0) for k in itertools.count()))
    assert job.result.ended == "time" and job.error is None


def test_memory_is_bounded():
    job = running.Job(
        partial(training._trained, lambda: snapshots(2), lambda s: s, None, None, training.MOST_BYTES + 1)
    )
    job.join(10)
    assert job.error.startswith("These settings take about 500 MB") and job.result is None


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (DivergedError(7, 0.5, 1.0), "Training stopped at step 7 (50% of the work)"),
        (ValueError("seed is -1"), "seed is -1."),
        (MemoryError(), "There was not enough memory"),
        (RuntimeError("secret"), "It failed, and the server's log says why."),
    ],
)
def test_a_failure_is_one_sentence_and_the_course_stays(raised, said):
    def train():
        yield Snapshot(0.0, math.nan)
        yield Snapshot(0.5, 1.0)
        raise raised

    job = trained(train)
    assert job.error.startswith(said) and "secret" not in job.error and job.error.count(".") <= said.count(".") + 3
    assert job.result is None and job.partial.share == 0.5


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_it_and_says_why(loss):
    def train():
        yield from [Snapshot(0.0, math.nan), Snapshot(0.25, 2.0), Snapshot(0.5, loss), Snapshot(1.0, loss)]

    job = trained(train)
    assert "no longer a number" in job.error and ("50%" if loss == math.inf else "100%") in job.error
    assert job.partial.loss == 2.0 and job.partial.losses == (2.0,)


def test_the_thread_gives_way_and_uses_one_processor():
    import os

    import torch

    seen = {}

    def train():
        seen["threads"] = torch.get_num_threads()
        seen["nice"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        yield from snapshots(1)

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    trained(train)
    assert seen["threads"] == 1
    if hasattr(os, "setpriority"):
        assert seen["nice"] == max(before, training.NICENESS)
        assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before  # this one's stays


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (125, "2 min 5 s")]
)
def test_times_are_said_as_people_say_them(seconds, said):
    assert training.clock(seconds) == said
