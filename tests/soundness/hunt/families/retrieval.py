"""Retrieval balls at the largest radius for which T15's conditions hold, and some units in the last place beyond."""

from __future__ import annotations

from fractions import Fraction
from math import nextafter
from random import Random

import mpmath
import numpy as np

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import OneStepRetrieval, Retrieval
from hopverify.spec import ExactArray
from tests.soundness.hunt.cases import Family, Outcome
from tests.soundness.oracles.matrices import dot

DIGITS = 60
SCALES = tuple(Fraction(2) ** k for k in (0, 0, 0, 40, -40, 400, -400))
BEYOND = mpmath.mpf(10) ** -40


def _patterns(random: Random) -> tuple[list[list[Fraction]], Fraction]:
    count, n, scale = random.randint(1, 5), random.randint(1, 4), random.choice(SCALES)
    q = random.choice((1, 4, 4, 3))
    return [[Fraction(random.randint(-8, 8), q) * scale for _ in range(n)] for _ in range(count)], scale


def _number(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def sums(rows: list[list[Fraction]], beta: Fraction, mu: int, r: Fraction) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Return S(r) and S'(r) of T15 to 60 digits."""
    first = second = mpmath.mpf(0)
    for nu, row in enumerate(rows):
        if nu != mu:
            gap = [a - b for a, b in zip(rows[mu], row, strict=True)]
            d = mpmath.sqrt(_number(dot(gap, gap)))
            weight = mpmath.exp(-_number(beta) * (_number(dot(gap, rows[mu])) - _number(r) * d))
            first, second = first + weight * d, second + _number(beta) * weight * d * d
    return first, second


def _edge(holds: object, top: float) -> float:
    """Return about the largest number up to ``top`` for which something holds that holds for small ones."""
    low, high = 0.0, top
    for _ in range(70):
        middle = low / 2 + high / 2
        low, high = (middle, high) if holds(middle) else (low, middle)  # type: ignore[operator]
    return low


def _stepped(random: Random, value: float) -> float:
    for _ in range(random.choice((0, 0, 1, 2, 5))):
        value = nextafter(value, random.choice((0.0, 1e300)))
    return value * random.choice((1.0, 1.0, 1.0, 1 - 2.0**-9))


def softmax(random: Random) -> Outcome:
    rows, scale = _patterns(random)
    beta = Fraction(random.randint(1, 40), 4) / scale**2
    mu, top = random.randrange(len(rows)), 16.0 * float(scale)
    with mpmath.workdps(DIGITS):
        R = _stepped(random, _edge(lambda r: sums(rows, beta, mu, Fraction(r))[1] < 1, top)) or float(scale) / 8
        # The least δ with S(δ) ≤ δ, from below.
        d = 0.0
        for _ in range(60):
            d = float(sums(rows, beta, mu, Fraction(d))[0])
            if d > R:
                break
        d = _stepped(random, d) or R
        stated = [None] * len(rows)
        radii, distances = list(stated), list(stated)
        radii[mu], distances[mu] = str(Fraction(R)), str(Fraction(min(d, R)))  # type: ignore[call-overload]
        sheet = {"beta": str(beta), "radii": radii, "distances": distances, "competitors": [0] * len(rows)}
        # Only the ball is hunted here, whose it is in low_beta.
        sheet["own"] = [False] * len(rows)
        labels = tuple(f"p{k}" for k in range(len(rows)))
        obligation = Retrieval("p", ExactArray.of(rows), beta, ExactArray.of([0] * len(rows)), labels, 1)
        try:
            judge(obligation, {"rule": "retrieval", "sheets": [sheet]})
        except EvidenceRejected:
            return Outcome("refused")
        inner, outer = sums(rows, beta, mu, Fraction(min(d, R)))[0], sums(rows, beta, mu, Fraction(R))[1]
        delta = _number(Fraction(min(d, R)))
        wrong = inner > delta * (1 + BEYOND) or outer > 1 + BEYOND
    return Outcome("pass", f"S(δ) = {inner}, S'(R) = {outer}: {rows}, β = {beta}, R = {R}, δ = {d}" if wrong else None)


def one_step(random: Random) -> Outcome:
    """The lead over a rival is m - r·d: at least the margin iff (m - margin)² ≥ r²d², in rationals."""
    rows, _ = _patterns(random)
    # Distances along an axis are rational, so that radii lie exactly on the edge.
    if random.random() < 0.5:
        rows = [[row[0], *(Fraction(0) for _ in row[1:])] for row in rows]
    alpha = random.choice((Fraction(2), Fraction(3, 2), Fraction(4, 3)))
    needed, mu = 1 / (alpha - 1), random.randrange(len(rows))
    gaps = [[a - b for a, b in zip(rows[mu], row, strict=True)] for nu, row in enumerate(rows) if nu != mu]
    leads = [(dot(gap, rows[mu]) - needed, dot(gap, gap)) for gap in gaps]
    edges = [float(m) / float(d) ** 0.5 for m, d in leads if d]
    r = _stepped(random, min(edges, default=1.0))
    if not 0 < r < 1e300:
        return Outcome("refused")
    radii: list[str | None] = [None] * len(rows)
    radii[mu] = str(Fraction(r))
    labels = tuple(f"p{k}" for k in range(len(rows)))
    obligation = OneStepRetrieval(
        "p", ExactArray.of(rows), Fraction(1), ExactArray.of([0] * len(rows)), labels, 1, margin=needed
    )
    evidence = {"rule": "one_step_retrieval", "radii": radii, "competitors": [0] * len(rows)}
    try:
        judge(obligation, evidence)
    except EvidenceRejected:
        return Outcome("refused")
    holds = all(m >= 0 and m * m >= Fraction(r) ** 2 * d for m, d in leads)
    return Outcome("pass", None if holds else f"no lead of {needed} on the ball of {r}: {rows}, pattern {mu}")


def draw(random: Random) -> Outcome:
    with np.errstate(all="ignore"):
        return random.choice((softmax, one_step))(random)


FAMILY = Family("retrieval", "retrieval balls of the largest radius, and some last places beyond", draw, 250, 10_000)
