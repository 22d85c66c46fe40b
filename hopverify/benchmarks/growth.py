"""How time grows with size: a straight line through the logarithms, t = c·size^p, by least squares.

>>> fitted = fit([(100, 0.01), (1000, 10.0), (10000, 10000.0)])
>>> round(fitted.exponent, 6), fitted.smallest, fitted.largest
(3.0, 100, 10000)
>>> print(fitted.sentence("n"))
n^3.00 (3 sizes, n = 100 … 10,000)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log
from statistics import linear_regression

from hopverify.benchmarks import Way
from hopverify.benchmarks.results import Result

FEWEST = 3
NOTEWORTHY = 1.1


@dataclass(frozen=True)
class Growth:
    """The fitted t = factor·size^exponent (seconds), and on which sizes; no point is off by more than ``deviation``.

    The deviation is a factor: 1.2 means that every time measured lies between 1/1.2 and 1.2 times the line.
    """

    exponent: float
    factor: float
    smallest: int
    largest: int
    sizes: int
    deviation: float

    def at(self, size: float) -> float:
        """Return the seconds on the line."""
        return self.factor * float(size**self.exponent)

    def sentence(self, variable: str) -> str:
        """Return the exponent with the range it was fitted on."""
        off = f"; within a factor of {self.deviation:.2g}" if self.deviation >= NOTEWORTHY else ""
        span = f"{self.sizes} sizes, {variable} = {self.smallest:,} … {self.largest:,}"
        return f"{variable}^{self.exponent:.2f} ({span}{off})"


def fit(points: Iterable[tuple[int, float]]) -> Growth | None:
    """Return the line through points (size, seconds); None for fewer than :data:`FEWEST`."""
    points = sorted(points)
    if len(points) < FEWEST:
        return None
    sizes = [log(size) for size, _ in points]
    times = [log(seconds) for _, seconds in points]
    slope, intercept = linear_regression(sizes, times)
    off = max(abs(time - intercept - slope * size) for size, time in zip(sizes, times, strict=True))
    return Growth(slope, exp(intercept), points[0][0], points[-1][0], len(points), exp(off))


def growth(result: Result, way: Way) -> Growth | None:
    """Return how the time of one way grew: finished timings at sizes that count, or at all if those are too few."""
    timed = [(point.size, timing.median) for point in result.points if (timing := point.of(way)) and timing.finished]
    large = [(size, seconds) for size, seconds in timed if size >= result.benchmark.fitted_from]
    return fit(large if len(large) >= FEWEST else timed)
