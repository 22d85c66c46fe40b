"""Patterns in and beside their cells, equilibria that several share, wrong signs, and distances of half a gap."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from tests.soundness.hunt.cases import Document, Family, Outcome, lagrangian, mirrored, network, results, texts
from tests.soundness.hunt.families.equilibria import _form
from tests.soundness.oracles.matrices import ZERO, Matrix, Row, dot
from tests.soundness.oracles.segments import ACTIVATIONS, Segment, activate, branches

Parts = tuple[Segment, ...]
STEPS, STEP = 3000, 0.05


def stable(parts: Parts, W: Matrix, b: Row) -> list[Row] | None:
    """Return all asymptotically stable equilibria, exactly; None where some are not isolated, or only weakly stable."""
    found: list[Row] = []
    for branch in branches(parts, W, b, [Fraction(1)] * len(b)):
        if branch.singular or branch.point is None:
            return None
        x = list(branch.point)
        kinks = [i for i, v in enumerate(x) if len([s for s in parts if s.holds(v)]) > 1]
        signs = [dict(zip(kinks, way, strict=True)) for way in _ways(len(kinks))]
        forms = [_form(parts, W, [Fraction(1)] * len(b), x, sign) for sign in signs]
        if all(positive for positive, _ in forms):
            found.append(x)
        elif not any(negative for _, negative in forms):
            return None
    return [x for k, x in enumerate(found) if x not in found[:k]]


def _ways(count: int) -> list[tuple[int, ...]]:
    ways: list[tuple[int, ...]] = [()]
    for _ in range(count):
        ways = [(*way, side) for way in ways for side in (-1, 1)]
    return ways


def owners(parts: Parts, b: Row, patterns: Matrix, x: Row, errors: int) -> list[int]:
    """Return the patterns whose own an equilibrium is, in rationals."""
    gamma, rest = [activate(parts, v) for v in x], [activate(parts, v) for v in b]
    images = [[activate(parts, v) for v in row] for row in patterns]
    sizes, zero, found = {abs(v) for row in patterns for v in row}, activate(parts, ZERO), []
    for mu, own in enumerate(images):
        if own == rest:
            continue
        square = min(_square(own, other) for other in [rest, *images] if other != own)
        near = 4 * _square(gamma, own) < square
        signed = len(sizes) == 1 and min(sizes) > 0
        wrong = sum(_side(g - zero) != _side(c - zero) for g, c in zip(gamma, own, strict=True)) if signed else 0
        if near and wrong <= errors:
            found.append(mu)
    return found


def _square(one: Row, other: Row) -> Fraction:
    apart = [a - b for a, b in zip(one, other, strict=True)]
    return dot(apart, apart)


def _side(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def end(parts: Parts, W: Matrix, b: Row, start: Row) -> tuple[list[float], float]:
    """Return where the flow is after a long time, by Euler steps in doubles, and how fast it still moves."""
    own = [(None if s.lower is None else float(s.lower), float(s.slope), float(s.intercept)) for s in parts]

    def g(v: float) -> float:
        _, slope, intercept = [s for s in own if s[0] is None or s[0] <= v][-1]
        return slope * v + intercept

    rows, bias, x = [[float(w) for w in row] for row in W], [float(v) for v in b], [float(v) for v in start]
    change = [0.0]
    for _ in range(STEPS):
        gamma = [g(v) for v in x]
        change = [
            sum(w * c for w, c in zip(row, gamma, strict=True)) + k - v for row, k, v in zip(rows, bias, x, strict=True)
        ]
        x = [v + STEP * d for v, d in zip(x, change, strict=True)]
    return x, max(map(abs, change))


def _drawn(random: Random) -> tuple[str, Matrix, Row, Matrix]:
    activation = random.choice(("hard_tanh", "hard_tanh", "hard_tanh", "relu6", "{leaky_relu: {slope: 1/4}}"))
    n = random.randint(1, 2)
    W = [[Fraction(random.randint(-10, 14), 4) for _ in range(n)] for _ in range(n)]
    W = mirrored(W)
    b = [Fraction(random.choice((0, 0, random.randint(-8, 8))), 8) for _ in range(n)]
    count = random.randint(1, 3)
    if random.random() < 0.4:
        size = Fraction(random.choice((1, 2, 3)), 2)
        return activation, W, b, [[random.choice((-size, size)) for _ in range(n)] for _ in range(count)]
    return activation, W, b, [[Fraction(random.randint(-12, 12), 4) for _ in range(n)] for _ in range(count)]


def _bordered(random: Random, parts: Parts, b: Row, found: list[Row], patterns: Matrix) -> Matrix:
    """Replace a pattern by one twice as far from the rest as from an equilibrium, exactly or up to 1e-9."""
    x, rest = random.choice(found), [activate(parts, v) for v in b]
    share = Fraction(2, 3) * (1 + random.choice((0, 1, -1)) * Fraction(1, 10 ** random.choice((9, 12))))
    gamma = [r + share * (activate(parts, v) - r) for v, r in zip(x, rest, strict=True)]
    # Where g(x) = x the state of that activation is the activation.
    if all(activate(parts, v) == v for v in gamma):
        return [gamma, *patterns[1:]] if random.random() < 0.5 else [gamma]
    return patterns


def draw(random: Random) -> Outcome:
    activation, W, b, patterns = _drawn(random)
    parts = ACTIVATIONS[activation]
    equilibria = stable(parts, W, b)
    if equilibria is None:
        return Outcome("skipped")
    if equilibria and random.random() < 0.4:
        patterns = _bordered(random, parts, b, equilibria, patterns)
    document: Document = network(lagrangian(activation), W, b) | {
        "memories": {"m": {"layer": "x", "patterns": texts(patterns)}}
    }
    images = {tuple(activate(parts, v) for v in row) for row in patterns}
    least, sizes = random.randint(1, len(patterns)), {abs(v) for row in patterns for v in row}
    errors = random.choice((0, 0, 1)) if len(sizes) == 1 and min(sizes) > 0 else 0
    check = random.choice(("equilibria", "basin_cells"))
    asked: dict[str, Any] = {"at_least": least, "errors": errors} | ({"near": "m"} if check == "equilibria" else {})
    entry = results(document, [{check: asked}])[check]
    belongs = [owners(parts, b, patterns, x, errors) for x in equilibria]
    stored = {mu for own in belongs for mu in own}
    count = len({tuple(activate(parts, v) for v in patterns[mu]) for mu in stored})
    about = f"{check} {asked}: {activation}, W = {W}, b = {b}, {patterns}; stored {sorted(stored)}"
    data = entry["obligations"][0].get("data", {})
    rows = data.get("cells") or data.get("memories") or []
    for mu, row in enumerate(rows):
        if row["verdict"] == "pass" and mu not in stored:
            return Outcome(entry["verdict"], f"pattern {mu} is called stored; {about}")
        if row["verdict"] == "pass" and check == "basin_cells":
            x, speed = end(parts, W, b, patterns[mu])
            own = [e for e, belonging in zip(equilibria, belongs, strict=True) if mu in belonging]
            if speed < 1e-9 and not any(max(abs(v - float(w)) for v, w in zip(x, e, strict=True)) < 1e-3 for e in own):
                return Outcome(entry["verdict"], f"pattern {mu} flows to {x}; {about}")
    if entry["verdict"] == "fail" and count >= min(least, len(images)):
        return Outcome("fail", f"enough are stored; {about}")
    return Outcome(entry["verdict"])


FAMILY = Family(
    "stored_cells", "patterns in and out of their cells, shared equilibria, half a gap away", draw, 120, 6_000
)
