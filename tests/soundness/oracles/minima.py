"""Local minima of -log(ε + Σ relu(1 - (β/2)|x - ξ_μ|²)) by brute force: every set, its centroid, all distances."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import sqrt

Point = tuple[Fraction, ...]


def squared(a: Point, b: Point) -> Fraction:
    """Return |a - b|²."""
    return sum(((p - q) ** 2 for p, q in zip(a, b, strict=True)), Fraction(0))


def minima(patterns: list[Point], squared_radius: Fraction) -> set[tuple[int, ...]]:
    """Return the sets whose centroid lies strictly inside their own balls and strictly outside all others."""
    found = set()
    for count in range(1, len(patterns) + 1):
        for members in combinations(range(len(patterns)), count):
            centre = centroid(patterns, members)
            own = [squared(centre, patterns[k]) < squared_radius for k in members]
            others = [squared(centre, p) > squared_radius for k, p in enumerate(patterns) if k not in members]
            if all(own) and all(others):
                found.add(members)
    return found


def centroid(patterns: list[Point], members: tuple[int, ...]) -> Point:
    """Return the mean of some patterns."""
    return tuple(
        sum((patterns[k][i] for k in members), Fraction(0)) / len(members) for i in range(len(patterns[members[0]]))
    )


def meets_an_edge(patterns: list[Point], centre: Point, radius: Fraction, squared_radius: Fraction) -> bool:
    """Whether the open ball of that radius around a point meets the edge of the ball of some pattern."""
    for pattern in patterns:
        d = squared(centre, pattern)
        # |√d - √R| ≥ r iff d + R - r² ≥ 2√(dR), decided by squares.
        left = d + squared_radius - radius**2
        if left < 0 or left**2 < 4 * d * squared_radius:
            return True
    return False


def rest_of_ascent(patterns: list[tuple[float, ...]], beta: float, x: list[float], steps: int = 3_000) -> list[float]:
    """Return where gradient ascent of Σ relu(…) ends that starts at x, by short steps."""
    length = 1e-2 / beta
    for _ in range(steps):
        pull = [0.0] * len(x)
        for pattern in patterns:
            away = [p - q for p, q in zip(pattern, x, strict=True)]
            if beta / 2 * sum(v * v for v in away) < 1:
                pull = [p + beta * v for p, v in zip(pull, away, strict=True)]
        if sqrt(sum(v * v for v in pull)) < 1e-9:
            break
        x = [q + length * p for p, q in zip(pull, x, strict=True)]
    return x
