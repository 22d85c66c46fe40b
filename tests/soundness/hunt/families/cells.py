"""Basin cells whose targets lie exactly on their ends, or one unit outside, with forms that are nearly singular."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random

import numpy as np

from hopverify.checker.rules import judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Family, Outcome, lagrangian, mirrored, network, text, texts
from tests.soundness.hunt.families.definiteness import methods
from tests.soundness.oracles.matrices import ZERO, Matrix, Row, is_definite
from tests.soundness.oracles.segments import ACTIVATIONS, Segment, activate

End = Fraction | None
UNIT = Fraction(1, 2**24)


def image(parts: tuple[Segment, ...], low: End, high: End) -> tuple[End, End]:
    """Return the ends of g on an interval, for a non-decreasing g; None where it has none."""
    least = activate(parts, low) if low is not None else (parts[0].intercept if parts[0].slope == 0 else None)
    most = activate(parts, high) if high is not None else (parts[-1].intercept if parts[-1].slope == 0 else None)
    return least, most


def steepest(parts: tuple[Segment, ...], low: End, high: End) -> Fraction:
    """Return the Lipschitz constant of g on an interval."""
    met = [
        entry.slope
        for entry in parts
        if (high is None or entry.lower is None or entry.lower < high)
        and (low is None or entry.upper is None or low < entry.upper)
    ]
    return max(met, default=ZERO)


def targets(W: Matrix, b: Row, rho: Row, gamma: list[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Return the ends of (Wγ + b)/ρ over a box of activations."""
    found = []
    for row, c, r in zip(W, b, rho, strict=True):
        low = sum((min(w * p, w * q) for w, (p, q) in zip(row, gamma, strict=True)), c)
        high = sum((max(w * p, w * q) for w, (p, q) in zip(row, gamma, strict=True)), c)
        found.append((low / r, high / r))
    return found


def is_cell(parts: tuple[Segment, ...], W: Matrix, b: Row, rho: Row, ends: list[tuple[End, End]]) -> bool:
    """Whether the targets stay in a box and diag(ρ/h) - W ≻ 0 there (T9), exactly."""
    gamma = [image(parts, *pair) for pair in ends]
    if any(low is None or high is None for low, high in gamma):
        return False
    aims = targets(W, b, rho, gamma)  # type: ignore[arg-type]
    inside = all(
        (low is None or low <= p) and (high is None or q <= high)
        for (p, q), (low, high) in zip(aims, ends, strict=True)
    )
    slopes = [steepest(parts, *pair) for pair in ends]
    alive = [i for i, h in enumerate(slopes) if h > 0]
    return inside and is_definite([[(rho[i] / slopes[i] if i == j else ZERO) - W[i][j] for j in alive] for i in alive])


def draws_back(
    parts: tuple[Segment, ...], W: Matrix, b: Row, rho: Row, ends: list[tuple[End, End]], flips: int
) -> bool:
    """Whether the targets stay strictly inside when any so many activations are replaced by any others."""
    gamma, (least, most) = [image(parts, *pair) for pair in ends], image(parts, None, None)
    if any(v is None for pair in gamma for v in pair):
        return False
    for (p, q), row, r, (low, high) in zip(targets(W, b, rho, gamma), W, rho, ends, strict=True):  # type: ignore[arg-type]
        if least is None or most is None:
            # Activations without a bound matter to no neuron that they do not reach.
            if any(row):
                return False
            loss = ZERO
        else:
            loss = sum(sorted((abs(w) * (most - least) for w in row), reverse=True)[:flips], ZERO) / r
        if (low is not None and p - loss <= low) or (high is not None and q + loss >= high):
            return False
    return True


def drawn(random: Random) -> tuple[str, Matrix, Row, Row, list[tuple[End, End]]]:
    activation = random.choice(("hard_tanh", "hard_tanh", "relu", "relu6", "{leaky_relu: {slope: 1/4}}"))
    n = random.randint(1, 3)
    most = random.choice((3, 8, 16))
    W = [[Fraction(random.randint(-most, most), 8) for _ in range(n)] for _ in range(n)]
    W = mirrored(W)
    b, rho = [Fraction(random.randint(-16, 16), 8) for _ in range(n)], [random.choice((Fraction(1), Fraction(2)))] * n
    parts = ACTIVATIONS[activation]
    ends: list[tuple[End, End]] = []
    for _ in range(n):
        low = random.choice((None, *(Fraction(random.randint(-24, 24), 8) for _ in range(3))))
        high = random.choice((None, *((low or ZERO) + Fraction(random.randint(0, 24), 8) for _ in range(3))))
        ends.append((low, high))
    # Ends that are the targets of the box, or a unit inside or outside of them.
    for _ in range(random.randint(0, 6)):
        gamma = [image(parts, *pair) for pair in ends]
        if any(v is None for pair in gamma for v in pair):
            break
        aims = targets(W, b, rho, gamma)  # type: ignore[arg-type]
        ends = [
            (None if low is None else p, None if high is None else q)
            for (p, q), (low, high) in zip(aims, ends, strict=True)
        ]
    way, who = random.choice((-1, -1, 0, 0, 1)), random.choice((range(n), [random.randrange(n)]))
    for i in who:
        low, high = ends[i]
        ends[i] = (None if low is None else low + way * UNIT, None if high is None else high - way * UNIT)
    return activation, W, b, rho, ends


def draw(random: Random) -> Outcome:
    activation, W, b, rho, ends = drawn(random)
    document = network(lagrangian(activation), W, b, leak=texts(rho)) | {
        "memories": {"m": {"layer": "x", "patterns": [[0] * len(b)]}}
    }
    flips = random.choice((0, 0, 0, 1, 2))
    document["checks"] = [{"basin_cells": {"flips": min(flips, len(b))}}]
    spec = parse_spec(json.dumps(document), format="json")
    ((_, claim),) = claims_of(spec, build_model(spec))
    if claim.inapplicable is not None:
        return Outcome("not-applicable")
    if any(v is not None and (v / UNIT).denominator != 1 for pair in ends for v in pair):
        return Outcome("refused")
    flips = min(flips, len(b))
    sides = [[None if pair[k] is None else int(pair[k] / UNIT) for pair in ends] for k in (0, 1)]  # type: ignore[operator]
    method = random.choice([e for e in methods(random, len(b)) if "weights" not in e])
    row = {"unit": text(UNIT), "lower": sides[0], "upper": sides[1], "flips": flips, "definiteness": method}
    row |= {"inner": list(sides) if flips else None, "rest": None}
    try:
        with np.errstate(all="ignore"):
            (obligation,) = claim.necessary
            judge(obligation, {"rule": "basin_cells", "cells": [row]})
    except EvidenceRejected:
        return Outcome("refused")
    parts = ACTIVATIONS[activation]
    holds = is_cell(parts, W, b, rho, ends) and (not flips or draws_back(parts, W, b, rho, ends, flips))
    return Outcome("pass", None if holds else f"no cell: {activation}, W = {W}, b = {b}, ρ = {rho[0]}, {ends}, {flips}")


FAMILY = Family("cells", "cells whose targets lie on their ends, or a unit outside", draw, 400, 20_000)
