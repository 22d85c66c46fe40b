"""Made-up benchmarks and runs, for tests of what is written about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hopverify.benchmarks import Benchmark, Counts, TimeUpError, Way
from hopverify.benchmarks.results import Benchmarked, Point, Result, Timing


def idle(_: Any) -> Callable[[], Counts]:
    return lambda: {"sheep": 3}


def hopeless(_: Any) -> Callable[[], None]:
    def work() -> None:
        raise TimeUpError

    return work


OWN = Way("ours", "a proof.", idle, own=True)
OTHER = Way("theirs", "no proof.", idle)
SLOW = Way("slow", "stopped.", hopeless, largest=20)
ABSENT = Way("absent", "never.", idle, needs="no_such_module")


def benchmark(*ways: Way, fitted_from: int = 1) -> Benchmark:
    """Return a benchmark whose problem of a size is that number."""
    return Benchmark("made_up", "Counting sheep.", "n", (10, 100, 1000), (10,), lambda size: size, ways, fitted_from)


def point(size: int, **seconds: float) -> Point:
    """Return a point with one round for each way; a negative number of seconds stands for a way that was stopped."""
    timings = (
        Timing(way, (abs(spent),), spent > 0, {"sheep": 1234} if way == "ours" else {})
        for way, spent in seconds.items()
    )
    return Point(size, tuple(timings), 64 * 2**20)


def result(*points: Point, failures: tuple[str, ...] = (), fitted_from: int = 1) -> Result:
    return Result(benchmark(OWN, OTHER, SLOW, ABSENT, fitted_from=fitted_from), points, failures)


def whole(*results: Result, quick: bool = False) -> Benchmarked:
    return Benchmarked({"cores": "2", "numpy": "9.9"}, quick, results)
