"""Benchmarks: how long hopverify takes, beside what one would do otherwise, on the same problem in the same run.

A benchmark is a family of problems by size (``n`` neurons, ``K`` memories) and several ways to answer the same question
about each: hopverify's own, and those of a user without it. Seconds belong to a machine; what is stated elsewhere are
ratios of medians, measured in turns in one process. One benchmark is one file of :mod:`hopverify.benchmarks.cases`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from hopverify.registry import Registry

Counts = Mapping[str, int]
"""What a piece of work counted, by the heading under which a table shows it: boxes, equilibria, memories."""

MANY = 2**62


class TimeUpError(Exception):
    """Raised by work that was stopped at its own limit of time, without an answer."""


@dataclass(frozen=True)
class Way:
    """One way to answer a benchmark's question. ``about`` says what it is asked and how far its answer can be believed.

    ``prepare`` takes the problem and returns the work to be timed, which may return :data:`Counts` and raises
    :class:`TimeUpError` at a limit of its own. Beyond the size ``largest`` the way is not tried; a slow one is timed
    in ``rounds`` rounds at most; ``needs`` is of the extra ``bench``; seconds are divided by the count ``per``.
    """

    name: str
    about: str
    prepare: Callable[[Any], Callable[[], Counts | None]]
    own: bool = False
    largest: int = MANY
    rounds: int = MANY
    needs: str | None = None
    per: str | None = None

    @property
    def installed(self) -> bool:
        """Whether the module that it needs is there."""
        return self.needs is None or find_spec(self.needs) is not None


@dataclass(frozen=True)
class Benchmark:
    """A family of problems: ``problem(size)`` builds one, ``variable`` names the size, hopverify's ways come first.

    ``quick`` are the sizes of a run that takes seconds. The growth is fitted on the sizes from ``fitted_from`` on;
    below, other costs than those of the computation prevail.
    """

    name: str
    summary: str
    variable: str
    sizes: tuple[int, ...]
    quick: tuple[int, ...]
    problem: Callable[[int], Any]
    ways: tuple[Way, ...]
    fitted_from: int = 1

    def chosen(self, *, quick: bool) -> tuple[int, ...]:
        """Return the sizes to be measured; none where hopverify's own ways need a module that is not installed."""
        if not any(way.own and way.installed for way in self.ways):
            return ()
        return self.quick if quick else self.sizes


BENCHMARKS: Registry[Benchmark] = Registry("hopverify.benchmarks.cases", "BENCHMARK", noun="benchmark")
