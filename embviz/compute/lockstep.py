"""Threads that go through the same work side by side and meet after each phase of it.

Each thread knows what comes next, so that at a meeting only those wait that come early: where phases take less than a
thousandth of a second, handing each to a pool of threads and fetching its result costs more than many of them.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from queue import SimpleQueue

import torch

Phase = Callable[[int], None]
"""What a thread does between two meetings, given its number from 0."""


class Team:
    """`size` threads, numbered from 0, which is the caller's; each with one thread of OpenMP.

    Threads of OpenMP itself wait for each other at every operation of torch, which takes longer than the operation
    where other work keeps a processor busy. It is a context: leaving it ends all threads but the caller's.
    """

    def __init__(self, size: int) -> None:
        from threadpoolctl import ThreadpoolController

        self.size = size
        self._controller = ThreadpoolController()
        self._meeting = threading.Barrier(size)
        self._work: list[SimpleQueue[Sequence[Phase] | None]] = [SimpleQueue() for _ in range(size - 1)]
        self._error: BaseException | None = None
        self._others = [
            threading.Thread(target=self._follow, args=(number, work), daemon=True)
            for number, work in enumerate(self._work, start=1)
        ]
        for other in self._others:
            other.start()

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *_: object) -> None:
        self._meeting.abort()
        for work in self._work:
            work.put(None)
        for other in self._others:
            other.join()

    def through(self, phases: Sequence[Phase]) -> Iterator[None]:
        """Go through phases; after each, when all threads are done with it, it yields. Others then begin the next.

        What a phase raises in any thread is raised here, and ends the team's work.
        """
        for work in self._work:
            work.put(phases)
        for phase in phases:
            try:
                phase(0)
                self._meeting.wait()
            except threading.BrokenBarrierError:
                raise self._error or RuntimeError("the team has parted") from None
            yield

    def one_thread(self) -> AbstractContextManager:
        """The calling thread with one thread of OpenMP, and its own setting again after."""
        torch.get_num_threads()  # torch sets OpenMP's number on first use in a thread, and would do so after us
        return self._controller.limit(limits=1, user_api="openmp")  # a setting of the calling thread alone

    def _follow(self, number: int, work: "SimpleQueue[Sequence[Phase] | None]") -> None:
        with self.one_thread():
            while (phases := work.get()) is not None:
                try:
                    for phase in phases:
                        phase(number)
                        self._meeting.wait()
                except threading.BrokenBarrierError:
                    return
                except BaseException as error:
                    self._error = error
                    self._meeting.abort()
                    return
