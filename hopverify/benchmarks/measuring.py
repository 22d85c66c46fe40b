"""Timing the ways of a benchmark at one size: in turns, since a machine's speed drifts, each from a cold start.

hopverify keeps what it has computed for a while (searches shared by several claims, derivatives of expressions). All of
that is forgotten before each piece of work, so that the second round costs what the first did.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from hopverify.benchmarks import Benchmark, Counts, TimeUpError, Way
from hopverify.benchmarks.results import Point, Timing

MOST_ROUNDS = 50


@dataclass
class _Stopwatch:
    """One way on one problem: the work, once it is prepared, and what was measured."""

    way: Way
    work: Callable[[], Counts | None] | None = None
    seconds: list[float] = field(default_factory=list)
    finished: bool = True
    counts: Counts = field(default_factory=dict)

    @property
    def wanted(self) -> bool:
        return self.finished and len(self.seconds) < self.way.rounds

    def time(self, problem: Any) -> float:
        """Do the work once and return the seconds it took."""
        self.work = self.work or self.way.prepare(problem)
        forget()
        gc.collect()
        start = perf_counter()
        try:
            self.counts = self.work() or {}
        except TimeUpError:
            self.finished = False
        spent = perf_counter() - start
        self.seconds.append(spent / self.counts[self.way.per] if self.way.per and self.finished else spent)
        return spent

    def timing(self) -> Timing:
        # The first round also loads modules and wakes threads: it counts where it is the only one.
        return Timing(self.way.name, tuple(self.seconds[1:] or self.seconds), self.finished, dict(self.counts))


def measure(benchmark: Benchmark, size: int, *, seconds: float) -> Point:
    """Return what the ways take at one size: a round at least, and more until the seconds are spent.

    Ways with a limit of rounds do not count against the seconds. hopverify's own come first; the peak memory is read
    before any other is prepared.
    """
    watches = [_Stopwatch(way) for way in benchmark.ways if size <= way.largest and way.installed]
    problem = benchmark.problem(size)
    spent = sum(_spent(watch, problem) for watch in watches if watch.way.own)
    peak = peak_memory()
    spent += sum(_spent(watch, problem) for watch in watches if not watch.way.own)
    for turn in range(1, MOST_ROUNDS):
        if spent > seconds:
            break
        spent += sum(_spent(watch, problem) for watch in _rotated(watches, turn) if watch.wanted)
    return Point(size, tuple(watch.timing() for watch in watches), peak)


def _spent(watch: _Stopwatch, problem: Any) -> float:
    spent = watch.time(problem)
    return spent if watch.way.rounds > MOST_ROUNDS else 0.0


def _rotated(watches: Sequence[_Stopwatch], turn: int) -> list[_Stopwatch]:
    """Return the ways in another order in each turn, so that none always follows the same one."""
    start = turn % len(watches)
    return [*watches[start:], *watches[:start]]


def forget() -> None:
    """Empty the caches of functions of hopverify, and those that its modules empty themselves by ``forget``."""
    for name, module in list(sys.modules.items()):
        if not name.startswith("hopverify.") or name.startswith("hopverify.benchmarks"):
            continue
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()
        if callable(vars(module).get("forget")):
            module.forget()


def peak_memory() -> int:
    """Return the peak of the resident memory of this process, in bytes.

    Linux counts in KiB and macOS in bytes. A process inherits the peak of the one that started it; that one has to be
    small, as the command line is.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
