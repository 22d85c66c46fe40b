"""A pace for reports: searches report as often as they like, whoever listens hears a few a second."""

from __future__ import annotations

from time import monotonic

from hopverify.execution.units import Place, Report

INTERVAL = 0.25


class Pace:
    """Passes on the reports that come at least :data:`INTERVAL` seconds after the last one it passed on.

    >>> heard = []
    >>> pace = Pace(lambda *report: heard.append(report))
    >>> for boxes in range(1000):
    ...     pace(Place(0, 0), boxes, None, "boxes")
    >>> len(heard) < 1000
    True
    """

    def __init__(self, report: Report) -> None:
        self._report, self._last = report, monotonic()

    def __call__(self, place: Place, done: int, total: int | None, unit: str) -> None:
        """Pass a report on, or not."""
        now = monotonic()
        if now - self._last >= INTERVAL:
            self._last = now
            self._report(place, done, total, unit)
