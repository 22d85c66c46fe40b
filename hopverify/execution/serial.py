"""The serial backend: this process, one obligation after another."""

from __future__ import annotations

from concurrent.futures import Future

from hopverify.execution.backend import Started
from hopverify.execution.discharging import findings_of
from hopverify.execution.pace import Pace
from hopverify.execution.run import Run
from hopverify.execution.units import Unit


class Serial:
    """Works on a unit as soon as it is started."""

    slots, apart, latency = 1, False, 0.0

    def ready(self) -> None:
        """There is nothing to wait for."""

    def start(self, run: Run, unit: Unit, *, with_spec: bool) -> Started:
        done: Started = Future()
        done.set_result(findings_of(unit, run.claims, Pace(run.hear)))
        return done

    def is_worker_lost(self, error: BaseException) -> bool:
        return False

    def check(self) -> None:
        """Nothing here can get lost."""

    def restart(self) -> None:
        """Nothing is ever under way."""

    def abandon(self) -> None:
        """Nothing is ever under way."""

    def close(self) -> None:
        """Nothing is held."""
