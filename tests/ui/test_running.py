"""Long work: it reports, ends, fails in one sentence, stops, and waits its turn."""

import threading

import pytest

from embviz.ui import running


def finished(job):
    job.join(10)
    assert not job.running
    return job


def test_work_reports_and_gives_its_result():
    seen = []
    go = threading.Event()

    def work(report):
        report(0.25, "a quarter")
        seen.append("begun")
        go.wait(10)
        report(7, "beyond")
        return 42

    job = running.Job(work)
    while not seen:
        pass
    assert job.running and (job.share, job.words, job.place) == (0.25, "a quarter", 0)
    go.set()
    assert finished(job).result == 42 and job.error is None and job.share == 1.0


def test_stopping_ends_it_at_its_next_report():
    begun = threading.Event()

    def work(report):
        while True:
            begun.set()
            report(0.5, "")

    job = running.Job(work)
    begun.wait(10)
    job.stop()
    assert finished(job).result is None and job.error.startswith("Stopped.")


@pytest.mark.parametrize(
    ("error", "said"),
    [(ValueError("seed is -1"), "seed is -1."), (RuntimeError("secret"), "It failed, and the server's log says why.")],
)
def test_a_failure_is_one_sentence(error, said):
    def work(report):
        raise error

    job = finished(running.Job(work))
    assert job.error.startswith(said) and "secret" not in job.error


def test_no_more_than_a_few_run_at_once_and_the_others_know_their_place():
    go = threading.Event()
    busy, most = [], []

    def work(report):
        busy.append(1)
        most.append(len(busy))
        go.wait(10)
        busy.pop()

    jobs = [running.Job(work) for _ in range(running.AT_ONCE + 2)]
    while len(busy) < running.AT_ONCE:
        pass
    assert [job.place for job in jobs] == [0] * running.AT_ONCE + [1, 2]
    jobs[-2].stop()  # one who waits may leave
    finished(jobs[-2])
    assert jobs[-1].place == 1
    go.set()
    for job in jobs:
        finished(job)
    assert max(most) == running.AT_ONCE


def test_trainings_wait_for_trainings_alone():
    """Half as many trainings as processors run at once, and what is short does not wait for them."""
    go = threading.Event()
    busy = []

    def work(report):
        busy.append(1)
        go.wait(10)

    at_once = running._at_once(running.TRAINING)
    trainings = [running.Job(work, lane=running.TRAINING) for _ in range(at_once + 1)]
    while len(busy) < at_once:
        pass
    assert [job.place for job in trainings] == [0] * at_once + [1]
    short = finished(running.Job(lambda report: "done"))
    assert short.result == "done" and trainings[-1].place == 1
    go.set()
    for job in trainings:
        finished(job)
    assert len(busy) == at_once + 1
