"""Retrieval of mixtures (T15): a ball around any state, pattern or not, all of which comes to rest at one equilibrium.

The update is F(v) = Ξᵀ softmax(β(Ξv + b)), the flow τv̇ = F(v) - v. At a state v̂ let p = softmax(β(Ξv̂ + b)), m = F(v̂) =
Σ p_j ξ_j, d_j = ‖ξ_j - m‖ and ε = ‖m - v̂‖. For v = v̂ + δ with ‖δ‖ ≤ r the weights are
p_j exp(β⟨ξ_j - m, δ⟩)/Σ_i p_i exp(β⟨ξ_i - m, δ⟩). The denominator is at least exp(β Σ p_i⟨ξ_i - m, δ⟩) = 1 (Jensen), so
p_j(v) ≤ w_j/β with w_j = β p_j exp(βr d_j). The Jacobian of F is β times the covariance of the patterns under p(v); a
covariance is least about its mean, so

    0 ≼ DF(v) ≼ β Σ p_j(v)(ξ_j - m)(ξ_j - m)ᵀ ≼ M(r) = Σ w_j (ξ_j - m)(ξ_j - m)ᵀ.

The payload gives for each state a ``radius`` r > 0 and a ``rate`` q < 1 (or null for both), and the rule verifies in
balls that M(r) ≺ qI and ε ≤ (1 - q)r. Then F contracts the ball by q and maps it into itself, as ‖F(v) - v̂‖ ≤ q‖δ‖ + ε:
it holds exactly one equilibrium, within η = ε/(1 - q) of v̂, and attracts the whole ball (Banach). Along the flow the
distance to the equilibrium falls at a rate of at least (1 - q)/τ. The weights at the equilibrium are at most
p_j exp(βη d_j) and at least p_j exp(-βη d_j)/Σ_i p_i exp(βη d_i).

With the rows Y = (ξ_j - m) and D = diag(w) ≻ 0, M(r) = YᵀDY ≺ qI iff qD⁻¹ - YYᵀ ≻ 0 (both say that ‖D^½Y‖² < q); the
smaller of the two matrices is eliminated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat

from hopverify.checker.definiteness.ball_ldl import has_positive_pivots
from hopverify.checker.payload import rational, text_of
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.obligations import MixtureRetrieval, Outcome

Balls = np.ndarray[Any, Any]
MAX_SIZE, SHARE = 200, Fraction(9, 10)


def _judge(obligation: MixtureRetrieval, payload: Mapping[str, Any]) -> Judgement:
    count = len(obligation.labels)
    radii, rates = payload["radii"], payload["rates"]
    if not isinstance(radii, list) or not isinstance(rates, list) or not len(radii) == len(rates) == count:
        raise EvidenceRejected(f"radii, rates: expected one for each of {count} states")
    if min(obligation.patterns.shape) > MAX_SIZE:
        raise EvidenceRejected(f"at most {MAX_SIZE} patterns, or neurons, are eliminated in balls")
    with precision():
        Xi, bias = BALLS.array(obligation.patterns.fractions()), BALLS.array(obligation.bias.fractions())
        states = BALLS.array(obligation.states.fractions())
        rows = [
            _row(obligation, (Xi, bias, states[k]), label, radii[k], rates[k])
            for k, label in enumerate(obligation.labels)
        ]
    certified = sum(row["verdict"] == "pass" for row in rows)
    outcome = Outcome.PROVED if certified >= obligation.at_least else Outcome.OPEN
    return Judgement(outcome, {"certified": certified, "states": count, "mixtures": rows})


def _row(
    obligation: MixtureRetrieval, at: tuple[Balls, Balls, Balls], label: str, radius: Any, rate: Any
) -> dict[str, Any]:
    if radius is None and rate is None:
        return {"name": label, "verdict": "unknown"}
    r, q = rational(radius), rational(rate)
    if r <= 0 or not 0 < q < 1:
        raise EvidenceRejected(f"{label}: expected a radius > 0 and a rate between 0 and 1")
    p, Y, epsilon = _at(obligation.beta, *at)
    apart = [_length(row) for row in Y]
    w = [
        ball(obligation.beta) * share * (ball(obligation.beta * r) * d).exp() for share, d in zip(p, apart, strict=True)
    ]
    if not _contracts(Y, w, ball(q)):
        raise EvidenceRejected(f"{label}: M(r) is not certainly below the rate at the stated radius")
    if not epsilon <= ball((1 - q) * r):
        raise EvidenceRejected(f"{label}: the update does not certainly keep the ball of the stated radius")
    eta = epsilon / ball(1 - q)
    weights = _weights(obligation, p, [(ball(obligation.beta) * eta * d).exp() for d in apart])
    row = {"name": label, "verdict": "pass", "radius": radius, "distance": text_of(_above(eta))}
    return row | {"weights": weights}


def _at(beta: Fraction, Xi: Balls, bias: Balls, state: Balls) -> tuple[list[arb], Balls, arb]:
    """Return p, the rows ξ_j - m, and ε."""
    logits = [ball(beta) * entry for entry in (Xi @ state + bias)]
    # What is subtracted cancels in p: any number near the largest logit will do.
    top = max((entry.mid() for entry in logits), key=float)
    shares = [(entry - top).exp() for entry in logits]
    total = sum(shares, arb(0))
    p = [share / total for share in shares]
    m = np.array(p, dtype=object) @ Xi
    return p, Xi - m, _length(m - state)


def _length(row: Balls) -> arb:
    return sum((entry * entry for entry in row), arb(0)).sqrt()


def _contracts(Y: Balls, w: list[arb], q: arb) -> bool:
    """Whether YᵀDY ≺ qI, certainly."""
    count, width = Y.shape
    rows = arb_mat([list(row) for row in Y])
    if not all(weight > 0 for weight in w):
        return False
    if count < width:
        A = _array(-(rows * rows.transpose()))
        A[np.diag_indices(count)] += np.array([q / weight for weight in w], dtype=object)
    else:
        scaled = arb_mat([[weight * entry for entry in row] for weight, row in zip(w, Y, strict=True)])
        A = _array(-(rows.transpose() * scaled))
        A[np.diag_indices(width)] += np.array([q] * width, dtype=object)
    return has_positive_pivots(A)


def _array(matrix: arb_mat) -> Balls:
    return np.array(matrix.tolist(), dtype=object)


def _weights(obligation: MixtureRetrieval, p: list[arb], grown: list[arb]) -> list[dict[str, str]]:
    """Return bounds of the weights at the equilibrium: of the heaviest, as many as certainly have nine tenths of it."""
    total = sum((share * factor for share, factor in zip(p, grown, strict=True)), arb(0))
    lower = [_below(share / factor / total) for share, factor in zip(p, grown, strict=True)]
    upper = [min(Fraction(1), _above(share * factor)) for share, factor in zip(p, grown, strict=True)]
    told, sum_of_lower = [], Fraction(0)
    for j in sorted(range(len(p)), key=lambda j: -lower[j]):
        told.append({"name": obligation.keys[j], "lower": text_of(lower[j]), "upper": text_of(upper[j])})
        sum_of_lower += lower[j]
        if sum_of_lower >= SHARE:
            break
    return told


def _below(value: arb) -> Fraction:
    """Return a double, as a fraction, that is certainly not above a number ≥ 0."""
    return max(Fraction(0), Fraction(math.nextafter(_finite(value.lower()), -math.inf)))


def _above(value: arb) -> Fraction:
    """Return a double, as a fraction, that is certainly not below a number."""
    return Fraction(math.nextafter(_finite(value.upper()), math.inf))


def _finite(value: arb) -> float:
    double = float(value)
    if not abs(double) < 2.0**1000:
        raise EvidenceRejected("a bound here is not finite")
    return double


RULE = Rule(
    name="mixture_balls",
    summary="contraction on a ball around each state, from the weights there, in ball arithmetic",
    obligations=(MixtureRetrieval,),
    judge=_judge,
    required=frozenset({"radii", "rates"}),
)
