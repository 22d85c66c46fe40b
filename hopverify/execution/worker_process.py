"""How a worker process begins: before NumPy is loaded, with few threads, deaf to Ctrl-C, never outliving its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.queues import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hopverify.execution.units import Finding, Unit

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_reports: SimpleQueue[Any] | None = None


def begin(threads: int, reports: SimpleQueue[Any]) -> None:
    """Prepare this process: linear algebra may use so many ``threads``; ``reports`` lead to the parent."""
    global _reports
    _reports = reports
    # The parent decides what Ctrl-C means; it would otherwise reach every process of the terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _VARIABLES:
        os.environ.setdefault(name, str(threads))
    # Libraries that the parent's main module has loaded here already no longer look at these variables.
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def load() -> None:
    """Import what every unit needs."""
    from hopverify.checker.rules import RULES
    from hopverify.execution.working import work
    from hopverify.provers import PROVERS

    assert callable(work)
    for registry in (RULES, PROVERS):
        list(registry)


def work_here(unit: Unit, key: str, content: bytes | None) -> list[Finding] | None:
    """Work on a unit; let the parent hear how far the search is, and at once what came of all but the last obligation.

    Should this process be ended, that is not lost.
    """
    from hopverify.execution.pace import Pace
    from hopverify.execution.working import unheard, work

    queue = _reports
    report = unheard if queue is None else Pace(lambda *report: queue.put((key, report)))
    findings: list[Finding] = []
    for place in unit.places:
        found = work(unit.only((place,)), key, content, report)
        if found is None:
            return None
        findings += found
        if queue is not None and place != unit.places[-1]:
            queue.put((key, found))
    return findings


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
