"""Live training beside the script: its course, its limits, how it ends, and that nobody waits for long."""

import gc
import itertools
import math
import threading
import time
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
    keep = given.pop("keep", lambda s: s.share)
    job = running.Job(partial(training._trained, deaf(train), keep, None, "asked", 0))
    job.join(10)
    assert not job.running
    return job


def deaf(train):
    """A trainer that is not told when to stop."""
    return lambda stopping: train()


class Steps:
    """A trainer of so many steps, which counts those it made, shows every tenth, and hurries when it is asked to."""

    def __init__(self, n=1000, ticks=None):
        self.n, self.ticks, self.made, self.closed = n, ticks, 0, False

    def __call__(self, stopping):
        try:
            yield Snapshot(0.0, math.nan)
            while self.made < self.n:
                if self.ticks:
                    self.ticks.acquire(timeout=10)
                self.made += 1
                if self.made % 10 == 0 or self.made == self.n or stopping():
                    yield Snapshot(self.made / self.n, 1 / self.made)
        finally:
            self.closed = True


@pytest.fixture
def mine(monkeypatch):
    """The jobs of a person, without a browser."""
    jobs = {}
    monkeypatch.setattr(running, "_mine", lambda: jobs)
    yield jobs
    for job in jobs.values():
        job.stop()
        job.join(10)


def begun(key, train, **given):
    """A training called `key` that has shown its beginning."""
    training.start(key, train, keep=lambda s: s.share, **given)
    wait(lambda: training.course(key) is not None)


def wait(true, seconds=10):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.002)


def stopped(key):
    job = running.job(key)
    job.stop()
    job.join(10)
    return training.course(key)


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

    job = running.Job(partial(training._trained, deaf(train), lambda s: s.loss, None, None, 0))
    at.wait(10)
    seen = job.partial
    assert (seen.share, seen.loss, seen.ended, seen.left) == (0.25, 3.5, "", 6.0) and len(seen.kept) == 2
    assert training.line(seen, "words") == "25%, loss 3.500, 500 words a second, 6.0 s left"
    go.set()
    job.join(10)
    assert job.result.losses == (3.5, 2.5) and job.result.left is None


def test_stopping_keeps_what_was_learned_and_the_trainer_rests():
    ticks = threading.Semaphore(3)
    train = Steps(ticks=ticks)
    job = running.Job(partial(training._trained, train, lambda s: s.share, lambda a, b: (a.share, b.share), None, 0))
    wait(lambda: train.made == 3)
    job.stop()
    ticks.release()  # the step it was in; of the nine to the next snapshot it makes none
    job.join(10)
    assert job.result.ended == "stopped" and job.error is None
    assert train.made == 4 and job.result.final == (0.0, 0.004) and job.result.kept == (0.0, 0.004)
    assert not train.closed and job.result.rest.snapshots is not None


def test_it_goes_on_where_it_was_stopped_and_ends_as_if_nothing_had_been(mine):
    ticks = threading.Semaphore(123)
    train = Steps(200, ticks)
    begun("a", train, finish=lambda first, last: (first.share, last.share), about="asked")
    wait(lambda: train.made == 123)
    assert not training.rests("a")  # it runs
    running.job("a").stop()
    ticks.release()
    found = stopped("a")
    assert (found.ended, found.share, found.final) == ("stopped", 124 / 200, (0.0, 124 / 200))
    assert training.rests("a") and "Go on" in training.ended("a", unit="words")
    training.go_on("a")
    assert training.course("a").about == "asked" and training.course("a").share >= 124 / 200  # seen before it moves
    found = stopped("a") if not ticks.release(2) else None
    assert found.ended == "stopped" and 124 <= train.made <= 126 and training.rests("a")  # stopped again
    training.go_on("a")
    ticks.release(200)
    running.job("a").join(10)
    found = training.course("a")
    assert (found.ended, found.final, train.made) == ("done", (0.0, 1.0), 200) and train.closed
    assert found.kept[0] == 0.0 and found.kept[-1] == 1.0 and list(found.shares) == sorted(set(found.shares))
    assert not training.rests("a")
    training.go_on("a")  # nothing to go on from
    assert training.course("a") is found


def test_another_begins_while_one_that_was_taken_up_runs(mine):
    ticks = threading.Semaphore(1)
    begun("a", first := Steps(500, ticks))
    running.job("a").stop()
    ticks.release()
    stopped("a")
    training.go_on("a")
    ticks.release(3)
    wait(lambda: first.made >= 4)
    old = running.job("a")
    training.start("a", second := Steps(20), keep=lambda s: s.share)
    ticks.release(3)
    old.join(10)
    running.job("a").join(10)
    assert training.course("a").ended == "done" and second.made == 20 and first.made < 10
    del old
    gc.collect()
    assert first.closed  # nobody can take it up any more


def test_one_that_waits_again_is_not_lost_when_it_is_stopped(mine):
    ticks = threading.Semaphore(5)
    begun("a", train := Steps(50, ticks))
    running.job("a").stop()
    ticks.release()
    stopped("a")
    others = [threading.Semaphore(0) for _ in range(running._at_once(running.TRAINING))]
    for k, other in enumerate(others):  # the lane is full
        begun(f"b{k}", Steps(50, other))
    training.go_on("a")
    assert running.job("a").place == 1
    made, found = train.made, stopped("a")
    assert train.made == made and found.share > 0 and training.rests("a")
    for other in others:
        other.release(50)


def test_what_rests_ends_with_its_name_and_its_tab(mine):
    def one():
        begun("a", train := Steps(50))
        return train, stopped("a")

    slow = threading.Semaphore(1)
    begun("a", first := Steps(50, slow))
    running.job("a").stop()
    slow.release()
    stopped("a")
    assert training.rests("a") and not first.closed
    slow = threading.Semaphore(1)
    begun("a", second := Steps(50, slow))
    assert first.closed  # another of its name has begun
    running.job("a").stop()
    slow.release()
    stopped("a")
    assert not second.closed
    mine.clear()  # the tab is closed
    assert second.closed


def test_all_that_rest_stay_within_a_bound(mine, monkeypatch):
    monkeypatch.setattr(training, "MOST_RESTING", 250)
    monkeypatch.setattr(running, "_at_once", lambda lane: 9)
    trains = {}
    for key in "abc":
        slow = threading.Semaphore(1)
        begun(key, train := Steps(50, slow), needs=100)
        running.job(key).stop()
        slow.release()
        stopped(key)
        trains[key] = train
    assert [trains[key].closed for key in "abc"] == [True, False, False]
    assert [training.rests(key) for key in "abc"] == [False, True, True]
    assert "Go on" not in training.ended("a", unit="words") and training.course("a").share > 0


def test_one_stopped_while_it_counts_has_nothing_to_show(mine):
    counts = threading.Event()

    def train(stopping):
        counts.set()
        wait(stopping)
        return
        yield

    training.start("a", train, keep=lambda s: s)
    counts.wait(10)
    assert stopped("a") is None
    assert running.job("a").error.startswith("Stopped.") and not training.rests("a")


def test_time_ends_the_counting_too(monkeypatch):
    monkeypatch.setattr(training, "MOST_SECONDS", 0.05)

    def train(stopping):
        wait(stopping)
        return
        yield

    job = running.Job(partial(training._trained, train, lambda s: s, None, None, 0))
    job.join(10)
    assert "had not begun by then" in job.error


def test_time_is_bounded(monkeypatch):
    monkeypatch.setattr(training, "MOST_SECONDS", 0.05)
    job = trained(lambda: (Snapshot(k / (k + 9), 1.0) for k in itertools.count()))
    assert job.result.ended == "time" and job.error is None


def test_memory_is_bounded():
    job = running.Job(
        partial(training._trained, deaf(lambda: snapshots(2)), lambda s: s, None, None, training.MOST_BYTES + 1)
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
