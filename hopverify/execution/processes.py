"""The backend of ``-j N``, and of every run with a limit of time: processes on this machine that can be ended.

The pool is of the standard library. Where there is one process only, a search that is made for several obligations
stays in its memory, as it does in a serial run.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from time import sleep
from types import ModuleType
from typing import Any
from weakref import WeakValueDictionary

from hopverify.execution.backend import Started
from hopverify.execution.run import Run
from hopverify.execution.units import Unit
from hopverify.execution.worker_process import begin, load, work_here


class Processes:
    """Works on units in ``count`` processes, which share the threads of the machine's cores among them."""

    latency = 0.0

    def __init__(self, count: int) -> None:
        self.slots, self.apart = count, count > 1
        self._threads = max(1, cores() // count)
        self._pool: ProcessPoolExecutor | None = None
        self._reports: SimpleQueue[Any] | None = None
        self._runs: WeakValueDictionary[str, Run] = WeakValueDictionary()

    def ready(self) -> None:
        if self._pool is None:
            with _as_processes_begin():
                loaded = self._opened().submit(load)
            # One that ends as it begins is found out by the unit that it is given.
            with suppress(BrokenProcessPool):
                loaded.result()

    def start(self, run: Run, unit: Unit, *, with_spec: bool) -> Started:
        pack = run.pack
        self._runs[pack.key] = run
        with _as_processes_begin():
            try:
                return self._opened().submit(work_here, unit, pack.key, pack.content if with_spec else None)
            except BrokenProcessPool as error:
                # A process was lost since the last unit came back: this one is told of it as those under way are.
                refused: Future[Any] = Future()
                refused.set_exception(error)
                return refused

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._others = set(multiprocessing.active_children())
            # Spawned, not forked: a fork copies locks that threads of linear algebra hold.
            context = multiprocessing.get_context("spawn")
            self._reports = context.SimpleQueue()
            self._pool = ProcessPoolExecutor(
                self.slots, context, initializer=begin, initargs=(self._threads, self._reports)
            )
        return self._pool

    def is_worker_lost(self, error: BaseException) -> bool:
        if not isinstance(error, BrokenProcessPool):
            return False
        # A pool that lost a process refuses work; the next unit opens another.
        self.abandon()
        return True

    def check(self) -> None:
        """The pool itself tells of processes that end; what is left is to hear the reports of the others."""
        while self._reports is not None and not self._reports.empty():
            key, heard = self._reports.get()
            run = self._runs.get(key)
            if run is not None and isinstance(heard, list):
                run.take(heard)
            elif run is not None:
                run.hear(*heard)

    def restart(self) -> None:
        # The next unit opens another pool.
        self.abandon()

    def abandon(self) -> None:
        if self._pool is not None:
            processes = self._own()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._reports = None
            for process in processes:
                process.kill()
            for process in processes:
                process.join()
                while process.is_alive():
                    # A thread of the pool has waited for it, too, and was told first: it is about to note that.
                    sleep(0.001)

    def _own(self) -> set[BaseProcess]:
        return set(multiprocessing.active_children()) - self._others

    def close(self) -> None:
        # Nothing is under way. A process that ends by itself first takes leave of every number of a large model.
        self.abandon()


@contextmanager
def _as_processes_begin() -> Iterator[None]:
    """Hold Ctrl-C back while processes may be started: they inherit this, and do not die of it as they begin.

    They do not run the program that started them either: it may be a script that verifies as soon as it is imported.
    """
    main, mask = sys.modules["__main__"], getattr(signal, "pthread_sigmask", None)
    before = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else set()
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if mask:
            mask(signal.SIG_SETMASK, before)


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
