"""What a run of benchmarks comes to, as frozen values: timings, points (one size), results, and a report of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from hopverify.benchmarks import Benchmark, Counts, Way


@dataclass(frozen=True)
class Timing:
    """The seconds of one way at one size, a number for each round; not ``finished`` if it was stopped at its limit."""

    way: str
    seconds: tuple[float, ...]
    finished: bool
    counts: Counts

    @property
    def median(self) -> float:
        """The median over the rounds, in seconds; where it is not finished, a lower bound."""
        return median(self.seconds)


@dataclass(frozen=True)
class Point:
    """One size: the timings, and the peak memory in bytes of a process that did nothing but hopverify's part so far."""

    size: int
    timings: tuple[Timing, ...]
    peak: int

    def of(self, way: Way) -> Timing | None:
        """Return the timing of a way, None where it was not tried."""
        return next((timing for timing in self.timings if timing.way == way.name), None)

    def ratio(self, own: Way, other: Way) -> float | None:
        """Return the time of one way divided by that of another, where both have one and the first is finished.

        If the other is not finished, the ratio is an upper bound.
        """
        ours, theirs = self.of(own), self.of(other)
        if ours is None or theirs is None or not ours.finished:
            return None
        return ours.median / theirs.median

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Point:
        """Return the point that a measuring process has printed, or that stands in the JSON of a run."""
        timings = (Timing(t["way"], tuple(t["seconds"]), t["finished"], t["counts"]) for t in value["timings"])
        peak = value["peak"] if "peak" in value else value["peak_mebibytes"] * 2**20
        return cls(value["size"], tuple(timings), peak)


@dataclass(frozen=True)
class Result:
    """One benchmark: a point for each size that could be measured, and a sentence for each that could not.

    ``machine`` is what it ran on, where that is kept from an earlier run.
    """

    benchmark: Benchmark
    points: tuple[Point, ...]
    failures: tuple[str, ...] = ()
    machine: Mapping[str, str] | None = None

    @property
    def own(self) -> list[Way]:
        """The ways of hopverify that have been timed."""
        return [way for way in self._timed if way.own]

    @property
    def others(self) -> list[Way]:
        """The ways of others that have been timed."""
        return [way for way in self._timed if not way.own]

    @property
    def left_out(self) -> list[Way]:
        """The ways that need a module which is not installed."""
        return [way for way in self.benchmark.ways if not way.installed]

    @property
    def _timed(self) -> list[Way]:
        return [way for way in self.benchmark.ways if any(point.of(way) for point in self.points)]


@dataclass(frozen=True)
class Benchmarked:
    """A whole run: the machine in words, whether the sizes were the quick ones, and a result for each benchmark."""

    machine: Mapping[str, str]
    quick: bool
    results: tuple[Result, ...]
