"""What a backend is: it starts units and returns futures. The drivers of backends are in :mod:`.driving`."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from hopverify.errors import HopverifyError
from hopverify.execution.run import Run
from hopverify.execution.units import Finding, Unit

Started = Future[list[Finding] | None]


class ExecutionLost(HopverifyError):
    """The backend is gone for good, and with it what it was working on; what has been found is kept."""


class Backend(Protocol):
    """Where units are worked on. ``slots`` units are under way at most; more would only wait in line.

    ``apart`` tells that units are worked on in processes that share no memory, so that obligations that share a search
    should travel together. ``latency`` is how many seconds a finding may take on its way.
    """

    slots: int
    apart: bool
    latency: float

    def ready(self) -> None:
        """Return once a unit would be begun at once: the clock of a spec starts then."""

    def start(self, run: Run, unit: Unit, *, with_spec: bool) -> Started:
        """Begin with a unit; the spec comes along unless the worker is expected to have it."""

    def is_worker_lost(self, error: BaseException) -> bool:
        """Whether a future's error means that the process working on it ended; the backend goes on without it."""

    def check(self) -> None:
        """Pass on what the workers report; raise :class:`ExecutionLost` if nobody is left to wait for.

        Called again and again while units are under way.
        """

    def restart(self) -> None:
        """Drop what is under way, at once, and be ready for more."""

    def abandon(self) -> None:
        """Drop what is under way, at once."""

    def close(self) -> None:
        """Let go of all processes and connections."""
