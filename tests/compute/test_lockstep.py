"""Threads in step: a phase begins when all threads are done with the one before, and nothing outlives the team."""

import threading
import time

import pytest
import torch

from embviz.compute.lockstep import Team

SIZES = pytest.mark.parametrize("size", [1, 2, 3])


@SIZES
def test_no_thread_begins_a_phase_before_all_are_done_with_the_last(size):
    begun, overlaps = [], []

    def phase(step: int, number: int) -> None:
        begun.append((step, number))
        time.sleep(0.002 * number)
        overlaps.extend(s for s, _ in list(begun) if s > step)

    with Team(size) as team:
        for _ in range(2):
            begun.clear()
            phases = [lambda number, step=step: phase(step, number) for step in range(5)]
            for step, _ in enumerate(team.through(phases)):
                assert {number for s, number in begun if s == step} == set(range(size))
                assert all(s <= step + 1 for s, _ in begun)
            assert len(begun) == 5 * size
    assert not overlaps


@SIZES
def test_each_number_is_a_thread_and_the_first_is_the_caller(size):
    seen = {}
    with Team(size) as team:
        for _ in team.through([lambda number: seen.setdefault(number, threading.get_ident())] * 3):
            pass
    assert len(set(seen.values())) == size and seen[0] == threading.get_ident()


@SIZES
@pytest.mark.parametrize("last", [False, True])
def test_what_a_phase_raises_is_raised_here_whichever_thread_it_was(size, last):
    alive = threading.active_count()

    def fails(number: int) -> None:
        if number == (size - 1 if last else 0):
            raise ArithmeticError(f"in thread {number}")

    with pytest.raises(ArithmeticError, match="in thread"), Team(size) as team:
        for _ in team.through([lambda number: None, fails, lambda number: None]):
            pass
    assert threading.active_count() == alive


@SIZES
def test_leaving_in_the_middle_ends_the_threads(size):
    alive = threading.active_count()
    with Team(size) as team:
        work = team.through([lambda number: None] * 100)
        next(work)
    assert threading.active_count() == alive


def test_one_thread_of_openmp_inside_and_the_own_setting_after():
    before, inside = torch.get_num_threads(), []
    with Team(2) as team:
        with team.one_thread():
            for _ in team.through([lambda number: inside.append(torch.get_num_threads())]):
                pass
        assert torch.get_num_threads() == before
    assert inside == [1, 1]
