"""The backend of ``-j N``: a pool of processes on this machine, from the standard library."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess

from hopverify.execution.backend import Started
from hopverify.execution.run import Run
from hopverify.execution.units import Unit
from hopverify.execution.worker_process import begin
from hopverify.execution.working import work


class Processes:
    """Works on units in ``count`` processes, which share the threads of the machine's cores among them."""

    apart = True

    def __init__(self, count: int) -> None:
        self.slots = count
        self._threads = max(1, cores() // count)
        self._pool: ProcessPoolExecutor | None = None

    def start(self, run: Run, unit: Unit, *, with_spec: bool) -> Started:
        pack = run.pack
        return self._opened().submit(work, unit, pack.key, pack.content if with_spec else None)

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._others = set(multiprocessing.active_children())
            # Spawned, not forked: a fork copies locks that threads of linear algebra hold.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.slots, context, initializer=begin, initargs=(self._threads,))
        return self._pool

    def is_worker_lost(self, error: BaseException) -> bool:
        if not isinstance(error, BrokenProcessPool):
            return False
        # A pool that lost a process refuses work; the next unit opens another.
        self.abandon()
        return True

    def check(self) -> None:
        """The pool itself tells of processes that end."""

    def abandon(self) -> None:
        if self._pool is not None:
            processes = self._own()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
            for process in processes:
                process.kill()
            for process in processes:
                process.join()

    def _own(self) -> set[BaseProcess]:
        return set(multiprocessing.active_children()) - self._others

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
