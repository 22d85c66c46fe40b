"""Balls under normmax of the largest radius, and last places beyond: no p may beat the pattern at the worst point."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random

import mpmath

from hopverify.checker.rules import judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import OneStepRetrieval
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Document, Family, Outcome, margin, text, texts
from tests.soundness.hunt.families.retrieval import _stepped

ORDERS = (Fraction(2), Fraction(3, 2), Fraction(5, 4))
DIGITS = 500


def document(rows: list[Fraction], order: Fraction) -> Document:
    """Patterns along one axis, so that the worst point of a ball is rational."""
    return {
        "hopverify": 1,
        "name": "hunted",
        "layers": {
            "v": {"size": 1, "lagrangian": "identity"},
            "h": {"size": len(rows), "lagrangian": {"normmax": {"gamma": text(order)}}, "tau": "0"},
        },
        "synapses": {"xi": {"kind": "dense", "layers": ["h", "v"], "weights": texts([[row] for row in rows])}},
        "checks": [{"memory_retrieval": {"at_least": "1"}}],
    }


def is_beaten(scores: list[Fraction], mu: int, order: Fraction) -> bool:
    """Whether some p between e_μ and another vertex has a larger ⟨z, p⟩ - ‖p‖, evaluated to 500 digits.

    Near e_μ the value grows with ε at the rate 1 - lead, less at most ε^(order - 1): a lead short of 1 by d is beaten
    for ε far below d^(1/(order - 1)).
    """
    with mpmath.workdps(DIGITS):
        exponent = mpmath.mpf(order.numerator) / order.denominator
        for nu, score in enumerate(scores):
            gap = scores[mu] - score
            lead = mpmath.mpf(gap.numerator) / gap.denominator
            for k in range(1, 1200, 17):
                share = mpmath.mpf(2) ** -k
                norm = ((1 - share) ** exponent + share**exponent) ** (1 / exponent)
                if nu != mu and 1 - share * lead - norm > mpmath.mpf(10) ** (20 - DIGITS):
                    return True
    return False


def draw(random: Random) -> Outcome:
    rows = [Fraction(random.randint(-12, 12), 4) for _ in range(random.randint(2, 4))]
    mu, order = max(range(len(rows)), key=lambda nu: abs(rows[nu])), random.choice(ORDERS)
    if random.random() < 0.3:
        rows[mu] += margin(random)
    gaps = [rows[mu] - row for nu, row in enumerate(rows) if nu != mu]
    edges = [(gap * rows[mu] - 1) / abs(gap) for gap in gaps if gap]
    radius = _stepped(random, float(min(edges, default=Fraction(1))))
    if radius <= 0:
        return Outcome("refused")
    spec = parse_spec(json.dumps(document(rows, order)), format="json")
    ((_, claim),) = claims_of(spec, build_model(spec))
    (obligation,) = claim.necessary
    assert isinstance(obligation, OneStepRetrieval)
    radii = [str(Fraction(radius)) if nu == mu else None for nu in range(len(rows))]
    try:
        judge(obligation, {"rule": "one_step_retrieval", "radii": radii, "competitors": [0] * len(rows)})
    except EvidenceRejected:
        return Outcome("refused")
    worst = [rows[mu] + side * Fraction(radius) for side in (-1, 1)]
    beaten = any(is_beaten([row * v for row in rows], mu, order) for v in worst)
    return Outcome("pass", f"another p is better: {rows}, pattern {mu}, {order}, radius {radius}" if beaten else None)


FAMILY = Family("normmax", "balls under normmax of the largest radius, and some last places beyond", draw, 80, 3_000)
