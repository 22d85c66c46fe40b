"""Driving runs on a backend: units are started as long as it has room, findings taken in as they come.

Several runs may be under way at once, so that the next spec fills the processes that the last one leaves idle; finished
runs come out in the order in which the specs went in. A unit whose worker ends is started once more, alone, so that the
one that ends workers is known and costs nobody else's work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from dataclasses import dataclass, field, replace
from time import monotonic

from hopverify.execution.backend import Backend, ExecutionLost, Started
from hopverify.execution.events import Event, Watch, unseen
from hopverify.execution.interrupts import Interrupts
from hopverify.execution.run import Run
from hopverify.execution.units import Unit
from hopverify.verdict import Reason

# So many seconds without news, and the backend is asked whether anybody is still there.
PULSE = 0.5
# A spec up to this size always travels with its units; a larger one once to each worker.
SMALL = 50_000


@dataclass(frozen=True)
class _Attempt:
    run: Run
    unit: Unit
    alone: bool = False
    begun: float = field(default_factory=monotonic)


def drive(runs: Iterable[Run], backend: Backend, *, watch: Watch = unseen) -> Iterator[Run]:
    """Yield each run once it is done.

    On Ctrl-C, or when the backend is lost, those begun are ended as interrupted and yielded; then KeyboardInterrupt or
    ``ExecutionLost`` is raised.
    """
    driver = _Driver(iter(runs), backend)
    try:
        with Interrupts() as interrupts:
            yield from driver.finished(interrupts)
    except (KeyboardInterrupt, ExecutionLost) as error:
        if isinstance(error, ExecutionLost):
            watch(Event("execution_lost", {"message": str(error)}))
        backend.abandon()
        for run in driver.begun:
            run.end(Reason.INTERRUPTED)
            yield run
        raise


class _Driver:
    def __init__(self, waiting: Iterator[Run], backend: Backend) -> None:
        self.waiting, self.backend = waiting, backend
        self.begun: deque[Run] = deque()
        self.suspects: deque[_Attempt] = deque()
        self.under_way: dict[Started, _Attempt] = {}

    def finished(self, interrupts: Interrupts) -> Iterator[Run]:
        while True:
            interrupts.look()
            self._fill()
            if self.begun and self.begun[0].done:
                yield self.begun.popleft()
            elif self.under_way:
                self._collect()
            else:
                return

    def _fill(self) -> None:
        while len(self.under_way) < self.backend.slots:
            attempt = self._next()
            if attempt is None:
                return
            self._start(attempt, with_spec=len(attempt.run.pack.content) <= SMALL if self.backend.apart else False)

    def _next(self) -> _Attempt | None:
        if self.suspects or any(attempt.alone for attempt in self.under_way.values()):
            return self._suspect() if not self.under_way else None
        for run in self.begun:
            unit = run.next_unit(apart=self.backend.apart)
            if unit is not None:
                return _Attempt(run, unit)
        # What is done is shown before the next spec is read.
        if self.begun and self.begun[0].done:
            return None
        run_ = next(self.waiting, None)
        if run_ is None:
            return None
        self.begun.append(run_)
        return self._next()

    def _suspect(self) -> _Attempt:
        """Return a unit that is to be started again, without what has been heard of it."""
        attempt = self.suspects.popleft()
        return replace(attempt, unit=attempt.run.left_of(attempt.unit), begun=monotonic())

    def _start(self, attempt: _Attempt, *, with_spec: bool) -> None:
        self.under_way[self.backend.start(attempt.run, attempt.unit, with_spec=with_spec)] = attempt

    def _collect(self) -> None:
        self.backend.check()
        first = min(map(self._last_moment, self.under_way.values()))
        done, _ = wait(self.under_way, timeout=max(0.0, min(PULSE, first - monotonic())), return_when=FIRST_COMPLETED)
        for future in done:
            self._take(self.under_way.pop(future), future)
        self._give_up_what_is_overdue()

    def _last_moment(self, attempt: _Attempt) -> float:
        """Return when a unit that has not come back is given up."""
        return attempt.unit.budget.deadline + attempt.run.settings.grace + self.backend.latency

    def _give_up_what_is_overdue(self) -> None:
        """Leave open what is still searched after its time: a library may never come back to ask for it.

        Where units share the fate of their processes, what else was under way begins again.
        """
        now = monotonic()
        if all(self._last_moment(attempt) > now for attempt in self.under_way.values()):
            return
        self.backend.restart()
        dropped = list(self.under_way.values())
        self.under_way.clear()
        for attempt in dropped:
            if self._last_moment(attempt) > now:
                self.suspects.append(attempt)
            else:
                attempt.run.overrun(attempt.unit, now - attempt.begun)

    def _take(self, attempt: _Attempt, future: Started) -> None:
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            findings = future.result()
            if findings is None:
                self._start(attempt, with_spec=True)
            else:
                attempt.run.take(findings)
        elif not self.backend.is_worker_lost(error):
            raise error
        elif attempt.alone:
            attempt.run.lose(attempt.unit)
        else:
            self.suspects.append(_Attempt(attempt.run, attempt.unit, alone=True))
