"""Softmax memories at low β, whose balls hold several patterns, and distances a last place from half of some gap."""

from __future__ import annotations

import json
from fractions import Fraction
from math import nextafter, sqrt
from random import Random

import mpmath

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome as Found
from hopverify.obligations import Retrieval
from hopverify.pipeline import verify
from hopverify.spec import ExactArray, parse_spec
from tests.soundness.hunt.cases import Document, Family, Outcome, text, texts
from tests.soundness.oracles.matrices import dot

Rows = list[list[Fraction]]
DIGITS, ROUNDS = 50, 4000


def gap(rows: Rows, mu: int) -> Fraction:
    """Return the square of the distance from a pattern to the nearest other one, or to 0."""
    zero = [Fraction(0)] * len(rows[mu])
    others = [row for row in [*rows, zero] if row != rows[mu]]
    squares = [dot(d, d) for row in others for d in ([a - b for a, b in zip(rows[mu], row, strict=True)],)]
    return min(squares) if any(rows[mu]) else Fraction(0)


def document(rows: Rows, beta: Fraction, least: int) -> Document:
    K, n = len(rows), len(rows[0])
    hidden = {"size": K, "lagrangian": {"softmax": {"beta": text(beta)}}, "tau": "0"}
    return {
        "hopverify": 1,
        "name": "hunted",
        "layers": {"v": {"size": n, "lagrangian": "identity"}, "h": hidden},
        "synapses": {"xi": {"kind": "dense", "layers": ["h", "v"], "weights": texts(rows)}},
        "memories": {"m": {"layer": "v", "patterns": {"same_as": "xi"}}},
        "checks": [{"memory_retrieval": {"at_least": str(least)}}],
    }


def end(rows: Rows, beta: Fraction, start: list[mpmath.mpf]) -> list[mpmath.mpf]:
    """Return where the update comes to rest from a state, to 50 digits if it does so quickly."""
    Xi = [[mpmath.mpf(v.numerator) / v.denominator for v in row] for row in rows]
    rate, v = mpmath.mpf(beta.numerator) / beta.denominator, start
    for _ in range(ROUNDS):
        logits = [rate * mpmath.fdot(row, v) for row in Xi]
        weights = [mpmath.exp(z - max(logits)) for z in logits]
        total = mpmath.fsum(weights)
        moved = [mpmath.fdot(weights, [row[i] for row in Xi]) / total for i in range(len(v))]
        change = max(abs(a - b) for a, b in zip(moved, v, strict=True))
        v = moved
        if change < mpmath.mpf(10) ** (5 - DIGITS):
            break
    return v


def owned(rows: Rows, beta: Fraction) -> list[bool]:
    """Return for each pattern whether the update comes to rest, from it, at an equilibrium of its own."""
    found = []
    size = {abs(v) for row in rows for v in row}
    for mu, row in enumerate(rows):
        xi = [mpmath.mpf(v.numerator) / v.denominator for v in row]
        v = end(rows, beta, xi)
        square, limit = mpmath.fsum((a - b) ** 2 for a, b in zip(v, xi, strict=True)), gap(rows, mu)
        near = 4 * square < mpmath.mpf(limit.numerator) / limit.denominator
        signs = len(size) > 1 or all(a * b > 0 for a, b in zip(v, xi, strict=True))
        found.append(bool(near and signs))
    return found


def _patterns(random: Random) -> Rows:
    count, n = random.randint(1, 4), random.randint(1, 3)
    q = random.choice((1, 1, 2, 4))
    if random.random() < 0.3:
        return [[Fraction(random.choice((-1, 1)), q) for _ in range(n)] for _ in range(count)]
    return [[Fraction(random.randint(-4, 4), q) for _ in range(n)] for _ in range(count)]


def claim(random: Random) -> Outcome:
    """A whole claim, at a β for which the balls just hold, or everything flows to one state."""
    rows = _patterns(random)
    spread = max(dot(row, row) for row in rows) or Fraction(1)
    beta = Fraction(random.choice((1, 2, 4, 8, 16, 40, 100)), random.choice((1, 4, 16))) / spread
    different = len({tuple(row) for row in rows})
    least = random.randint(1, len(rows))
    spec = parse_spec(json.dumps(document(rows, beta, least)), format="json")
    (entry,) = verify(spec, samples=8).results
    with mpmath.workdps(DIGITS):
        there = owned(rows, beta)
        count = len({tuple(row) for row, here in zip(rows, there, strict=True) if here})
    about = f"{rows}, β = {beta}, at least {least}: {there}"
    told = entry["obligations"][0].get("data", {}).get("memories", [])
    if any(row["verdict"] == "pass" and not here for row, here in zip(told, there, strict=False)):
        return Outcome(entry["verdict"], f"a pattern is called retrieved: {about}")
    if entry["verdict"] == "fail" and count >= min(least, different):
        return Outcome("fail", f"enough are: {about}")
    return Outcome(entry["verdict"])


def edge(random: Random) -> Outcome:
    """Evidence whose distance is half the gap, or a last place, or 1e-9 of it, to either side."""
    rows = _patterns(random)
    mu = random.randrange(len(rows))
    square = gap(rows, mu)
    if not square:
        return Outcome("refused")
    half = sqrt(square) / 2
    kind = random.randrange(4)
    distance = half if kind == 0 else nextafter(half, random.choice((0.0, 9e9))) if kind == 1 else half
    distance = half * (1 + random.choice((-1e-9, 1e-9, -1e-15, -1e-13, 1e-15))) if kind > 1 else distance
    # So cold that the ball of half the gap holds, and that of the true distance too.
    beta = Fraction(400) / square
    radii: list[str | None] = [None] * len(rows)
    distances, own = list(radii), [False] * len(rows)
    radii[mu] = distances[mu] = str(Fraction(distance))
    own[mu] = True
    sheet = {"beta": str(beta), "radii": radii, "distances": distances, "own": own, "competitors": [0] * len(rows)}
    labels = tuple(f"p{k}" for k in range(len(rows)))
    asked = Retrieval("p", ExactArray.of(rows), beta, ExactArray.of([0] * len(rows)), labels, 1)
    try:
        found = judge(asked, {"rule": "retrieval", "sheets": [sheet]})
    except EvidenceRejected:
        return Outcome("refused")
    size = {abs(v) for row in rows for v in row}
    exact = Fraction(distance) ** 2
    holds = 4 * exact < square and (len(size) > 1 or exact < min(size) ** 2)
    wrong = found.outcome is Found.PROVED and not holds
    return Outcome(
        "pass" if found.outcome is Found.PROVED else "unknown", f"{rows}, {mu}, {distance}" if wrong else None
    )


def draw(random: Random) -> Outcome:
    return random.choice((claim, edge))(random)


FAMILY = Family("low_beta", "memories at low β, and distances that are half of some gap", draw, 120, 6_000)
