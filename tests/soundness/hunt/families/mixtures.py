"""Balls around mixtures at the edge of their radius, and last places beyond: slopes and images on the ball itself."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import mpmath

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import MixtureRetrieval
from hopverify.spec import ExactArray
from tests.soundness.hunt.cases import Family, Outcome
from tests.soundness.hunt.families.retrieval import _stepped

DIGITS, SAMPLES = 60, 8
RATES = (Fraction(1, 2), Fraction(9, 10), Fraction(4095, 4096))


def number(value: Fraction) -> Any:
    """Return a rational to the working digits."""
    return mpmath.mpf(value.numerator) / value.denominator


def image(rows: list[Fraction], beta: Fraction, v: Any) -> tuple[Any, Any, list[Any]]:
    """Return F(v), its slope and the weights, for patterns in one dimension."""
    powers = [mpmath.exp(number(beta) * number(row) * v) for row in rows]
    p = [power / mpmath.fsum(powers) for power in powers]
    mean = mpmath.fsum(share * number(row) for share, row in zip(p, rows, strict=True))
    variance = mpmath.fsum(share * (number(row) - mean) ** 2 for share, row in zip(p, rows, strict=True))
    return mean, number(beta) * variance, p


def edge(rows: list[Fraction], beta: Fraction, at: Fraction, q: Fraction) -> float:
    """Return the radius at which M(r) reaches q."""
    mean, _, p = image(rows, beta, number(at))
    apart = [abs(number(row) - mean) for row in rows]
    low, high = mpmath.mpf(0), mpmath.mpf(64)
    for _ in range(100):
        r = (low + high) / 2
        terms = (share * mpmath.exp(number(beta) * r * d) * d * d for share, d in zip(p, apart, strict=True))
        low, high = (r, high) if number(beta) * mpmath.fsum(terms) < number(q) else (low, r)
    return float(low)


def draw(random: Random) -> Outcome:
    rows = [Fraction(random.randint(-8, 8), 4) for _ in range(random.randint(2, 4))]
    beta, q = Fraction(random.randint(1, 24), 4), random.choice(RATES)
    with mpmath.workdps(DIGITS):
        rest = number(random.choice(rows))
        for _ in range(40):
            rest = image(rows, beta, rest)[0]
        at = Fraction(float(rest)) + random.choice((Fraction(0), Fraction(random.randint(-9, 9), 64)))
        off = abs(image(rows, beta, number(at))[0] - number(at))
        least = float(off / number(1 - q))
        # At the edge, and far beyond it or short of it, where a weaker condition would still hold.
        radius = _stepped(random, random.choice((edge(rows, beta, at, q), least))) * random.choice((1, 1, 1.25, 3, 0.5))
        if not radius > 0:
            return Outcome("refused")
        zeros, labels = ExactArray.of([0] * len(rows)), tuple(f"p{k}" for k in range(len(rows)))
        patterns = ExactArray.of([[row] for row in rows])
        asked = MixtureRetrieval("s", patterns, beta, zeros, ("s[0]",), 1, ExactArray.of([[at]]), labels)
        payload = {"rule": "mixture_balls", "radii": [str(Fraction(radius))], "rates": [str(q)]}
        try:
            (row,) = judge(asked, payload).data["mixtures"]
        except EvidenceRejected:
            return Outcome("refused")
        against = contradiction(rows, beta, at, Fraction(radius), q, row)
    return Outcome("pass", None if against is None else f"{against}: {rows}, {beta}, {at}, {radius}, {q}")


def contradiction(
    rows: list[Fraction], beta: Fraction, at: Fraction, radius: Fraction, q: Fraction, row: dict[str, Any]
) -> str | None:
    """Return what is wrong with a ball that was accepted."""
    for k in range(-SAMPLES, SAMPLES + 1):
        mean, slope, _ = image(rows, beta, number(at + radius * k / SAMPLES))
        if slope >= number(q):
            return "the slope reaches the rate"
        if abs(mean - number(at)) > number(radius):
            return "the update leaves the ball"
    v = number(at)
    for _ in range(3000):
        updated = image(rows, beta, v)[0]
        if abs(updated - v) < mpmath.mpf(10) ** -40:
            break
        v = updated
    else:
        return None
    if abs(v - number(at)) > number(Fraction(row["distance"])):
        return "the equilibrium lies farther away"
    p = image(rows, beta, v)[2]
    for told in row["weights"]:
        share = p[int(told["name"][1:])]
        if not number(Fraction(told["lower"])) <= share <= number(Fraction(told["upper"])):
            return "a weight lies outside its bounds"
    return None


FAMILY = Family(
    "mixtures", "balls around mixtures at the edge of their radius, and last places beyond", draw, 60, 2_000
)
