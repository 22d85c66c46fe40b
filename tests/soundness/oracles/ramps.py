"""Whole layers of two neurons whose activation is piecewise linear: L(x) = ½ε|x|² + ½Σ c·relu(u·x - θ)², in Fractions.

States that share the activation of a given one are found by looking, and whether a solution that starts there keeps it
is decided by evaluating the activation on its path. Where it does not, the flow is followed in doubles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from random import Random

Pair = tuple[Fraction, Fraction]

STEPS_OF_A_TIME, TIMES, FAR = 40, 80, 1e-3


@dataclass(frozen=True)
class Ramp:
    """½c·relu(u·x - θ)²."""

    c: Fraction
    u: Pair
    theta: Fraction

    def height(self, x: Sequence[Fraction]) -> Fraction:
        """Return relu(u·x - θ)."""
        return max(self.u[0] * x[0] + self.u[1] * x[1] - self.theta, Fraction(0))


@dataclass(frozen=True)
class Ramps:
    """A Lagrangian: ``round`` is ε ≥ 0."""

    round: Fraction
    ramps: tuple[Ramp, ...]

    def text(self) -> str:
        """Return L as a spec spells it."""
        parts = [f"({r.c / 2})*relu(({r.u[0]})*x[0] + ({r.u[1]})*x[1] - ({r.theta}))^2" for r in self.ramps]
        return " + ".join(([f"({self.round / 2})*dot(x, x)"] if self.round else []) + parts)

    def gradient(self, x: Sequence[Fraction]) -> Pair:
        """Return g(x)."""
        heights = [r.c * r.height(x) for r in self.ramps]
        g = [
            self.round * v + sum(h * r.u[i] for h, r in zip(heights, self.ramps, strict=True)) for i, v in enumerate(x)
        ]
        return g[0], g[1]

    def others(self, random: Random, x: Pair) -> Iterator[Pair]:
        """Yield states with exactly the activation of x: along lines on which no ramp rises, and elsewhere."""
        ways = [(-r.u[1], r.u[0]) for r in self.ramps] + [(Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))]
        ways += [(Fraction(random.randint(-3, 3)), Fraction(random.randint(-3, 3))) for _ in range(6)]
        here = self.gradient(x)
        for way in ways:
            for length in ("1/1000000000000", "1/100", "1", "7", "-1/100", "-1", "-7"):
                y = x[0] + Fraction(length) * way[0], x[1] + Fraction(length) * way[1]
                if y != x and self.gradient(y) == here:
                    yield y


def keeps(L: Ramps, rest: Pair, x: Pair, times: Pair) -> bool:
    """Whether the activation of rest + e^(-t/τ)(x - rest) stays that of ``rest``, at some times."""
    here = L.gradient(rest)
    for tenth in range(1, 30):
        shares = [Fraction(2.0 ** float(-tenth / 10 * times[0] / time)) for time in times]
        moved = rest[0] + shares[0] * (x[0] - rest[0]), rest[1] + shares[1] * (x[1] - rest[1])
        if L.gradient(moved) != here:
            return False
    return True


def ends_at(L: Ramps, W: Sequence[Sequence[Fraction]], b: Pair, times: Pair, start: Pair, rest: Pair) -> bool:
    """Whether the flow from a state comes to ``rest``, in doubles, by the midpoint rule."""
    ramps = [(float(r.c), float(r.u[0]), float(r.u[1]), float(r.theta)) for r in L.ramps]
    (a, d), (_, e) = [[float(v) for v in row] for row in W]
    shift, tau, round_ = [float(v) for v in b], [float(v) for v in times], float(L.round)

    def flow(x: float, y: float) -> tuple[float, float]:
        p, q = round_ * x, round_ * y
        for c, u, v, theta in ramps:
            height = c * max(u * x + v * y - theta, 0.0)
            p, q = p + height * u, q + height * v
        return (a * p + d * q + shift[0] - x) / tau[0], (d * p + e * q + shift[1] - y) / tau[1]

    x, y = float(start[0]), float(start[1])
    h = min(tau) / STEPS_OF_A_TIME
    for _ in range(int(TIMES * max(tau) / h)):
        dx, dy = flow(x, y)
        dx, dy = flow(x + h / 2 * dx, y + h / 2 * dy)
        x, y = x + h * dx, y + h * dy
        if not (isfinite(x) and isfinite(y)) or abs(x) + abs(y) > 1e9:
            return False
    return abs(x - float(rest[0])) + abs(y - float(rest[1])) < FAR
