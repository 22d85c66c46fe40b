"""One smooth neuron, τẋ = wg(x) + b - x, near folds and pitchforks, against its roots to 50 digits."""

from __future__ import annotations

from fractions import Fraction
from math import nextafter
from random import Random

import mpmath

from tests.soundness.hunt.cases import Family, Outcome, margin, network, results, small

FUNCTIONS = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "arctan": mpmath.atan,
}
DIGITS = 50


def _number(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def _fold(name: str, w: Fraction) -> Fraction:
    """Return the double nearest to a b at which two roots of wg(x) + b = x meet."""
    try:
        g, x0 = FUNCTIONS[name], 0.7
        x = mpmath.findroot(lambda x: _number(w) * mpmath.diff(g, x) - 1, x0)
        return Fraction(float(x - _number(w) * g(x)))
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def draw(random: Random) -> Outcome:
    name = random.choice(list(FUNCTIONS))
    g = FUNCTIONS[name]
    kind = random.randrange(3)
    w, b = small(random) or Fraction(1), small(random)
    with mpmath.workdps(DIGITS):
        if kind == 0 and name in ("tanh", "arctan"):
            w, b = 1 + margin(random), Fraction(0)
        elif kind == 1 and name != "softplus":
            w = Fraction(random.randint(5, 12), random.choice((1, 2)))
            b = _fold(name, w)
            for _ in range(random.randrange(4)):
                b = Fraction(nextafter(float(b), random.choice((-9.0, 9.0))))
        found = results(network(name, [[w]], [b]), ["equilibria", "global_stability"])
        told = [row["x"][0] for row in found["equilibria"]["obligations"][0].get("data", {}).get("equilibria", [])]
        rows = found["equilibria"]["obligations"][0].get("data", {}).get("equilibria", [])
        verdict = found["equilibria"]["verdict"]

        def flow(x: mpmath.mpf) -> mpmath.mpf:
            return _number(w) * g(x) + _number(b) - x

        ends = [tuple(_number(Fraction(v)) for v in (x if isinstance(x, list) else [x, x])) for x in told]
        wrong = _missing(flow, ends) if verdict == "pass" else None
        for (low, high), row in zip(ends, rows, strict=True):
            if low < high and flow(low) * flow(high) > 0:
                wrong = f"the flow has one sign on {row['x']}"
            slope = _number(w) * mpmath.diff(g, (low + high) / 2) - 1
            if abs(slope) > mpmath.mpf(10) ** -9 and row["stability"] == ("stable" if slope > 0 else "unstable"):
                wrong = f"{row['x']} is called {row['stability']}"
        if found["global_stability"]["verdict"] == "pass" and len(ends) > 1:
            wrong = "global_stability passes beside several equilibria"
    return Outcome(verdict, f"{wrong}: {name}, w = {w}, b = {b}" if wrong else None)


def _missing(flow: object, ends: list[tuple[mpmath.mpf, ...]]) -> str | None:
    """Return a change of the flow's sign between two points of a grid with no listed equilibrium between them."""
    points = [mpmath.mpf(k) / 8 for k in range(-320, 321)] + [
        end + s * mpmath.mpf(10) ** -6 for p in ends for end in p for s in (-1, 1)
    ]
    points.sort()
    values = [flow(x) for x in points]  # type: ignore[operator]
    for left, right, p, q in zip(points, points[1:], values, values[1:], strict=False):
        if p * q < 0 and not any(left <= high and low <= right for low, high in ends):
            return f"no equilibrium is listed between {left} and {right}"
    return None


FAMILY = Family("smooth", "one smooth neuron near folds and pitchforks, to 50 digits", draw, 60, 600)
