"""Lur'e and Postnikov: diagonal multipliers D with sym(D(diag(ρ/h̄) - W)) ≻ 0 make one equilibrium attract everything.

T ẋ = Wγ + b - ρ∘x, γ = g(x), ρ > 0, W of any kind; g non-decreasing and locally Lipschitz with slopes in [0, h̄].
Neurons with h̄ = 0 have a constant activation; the others are A. Let M = sym(D(diag(ρ/h̄) - W)) on A, D = diag(d), d
> 0, and M ≻ 0, say ≥ m > 0. For two states write δx, δγ for the differences; 0 off A, δγᵢ² ≤ h̄ᵢ δγᵢδxᵢ. With Φ(x) =
ρ∘x - W g(x) - b,

    δγᵀD δΦ = Σ dᵢρᵢ δγᵢδxᵢ - δγᵀDW δγ ≥ δγᵀM δγ ≥ m|δγ|².                                                   (1)

*Exactly one equilibrium.* By (1), |δγ| ≤ |D||δΦ|/m, and ρ∘δx = δΦ + Wδγ, so |δx| ≤ C|δΦ|: Φ is injective, continuous
and proper, hence a homeomorphism of Rⁿ (invariance of domain), and Φ(x) = 0 has exactly one solution x⋆.
*It attracts.* Let V(x) = Σ dᵢτᵢ ∫ (gᵢ(s) - gᵢ(x⋆ᵢ)) ds from x⋆ᵢ to xᵢ, a sum over the neurons of A with τ > 0, V ≥ 0.
With δ relative to x⋆, dV/dt = -δγᵀD δΦ ≤ -m|δγ|² (for τᵢ = 0 the term of δΦ is 0). So ∫|δγ|²dt ≤ V(x(0))/m < ∞, and
the stable linear filter τ δẋ = Wδγ - ρ∘δx with square-integrable input has δx → 0, with |δx(t)| ≤ C'|δx(0)|
throughout; instantaneous neurons follow by continuity. V itself may vanish on flat regions: it need not be definite.
∎

Solutions exist for all times since g is globally Lipschitz. The theorem gives boundedness too: near the end every
solution is in any neighbourhood of x⋆. D = I asks λ_max(sym W) < ρ/h̄.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.convexity import is_nondecreasing
from hopverify.checker.enclosure import enclosure
from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.checker.payload import texts_of, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.nodes import symbols
from hopverify.model import LayerFunction, LinearNetwork, Model, linear_network
from hopverify.model.segments import segments
from hopverify.obligations import Bounded, GloballyStable, Outcome

Matrix = np.ndarray[Any, Any]


def steepest(function: LayerFunction) -> Fraction:
    """Return an upper bound of the slopes of a non-decreasing, locally Lipschitz activation."""
    if not is_nondecreasing(function):
        raise EvidenceRejected("an activation is not evidently non-decreasing and locally Lipschitz")
    parts = segments(function)
    if parts is not None:
        return max(part.slope for part in parts)
    slope = function.slope
    high = enclosure(slope, None, None)[1] if slope is not None and not symbols(slope) - {"x"} else None
    if high is None:
        raise EvidenceRejected("no bound of the slope of an activation is known")
    return max(high, Fraction(0))


def sector_network(model: Model) -> tuple[LinearNetwork, Matrix]:
    """Return the network and h̄, if the theorem covers the model."""
    network = linear_network(model)
    if network is None or not all(rate > 0 for rate in network.leak):
        raise EvidenceRejected("the drives are not linear, or a layer is not elementwise or has no leak")
    return network, np.array([steepest(function) for function in network.functions], dtype=object)


def multiplied(network: LinearNetwork, steepness: Matrix, d: Matrix) -> Matrix:
    """Return 2M = 2D diag(ρ/h̄) - DW - WᵀD on the neurons with h̄ > 0."""
    alive = np.flatnonzero(steepness > 0)
    DW = (d[:, None] * network.W)[np.ix_(alive, alive)]
    M: Matrix = -(DW + DW.T)
    for k, i in enumerate(alive):
        M[k, k] += 2 * d[i] * network.leak[i] / steepness[i]
    return M


def _judge(obligation: GloballyStable | Bounded, payload: Mapping[str, Any]) -> Judgement:
    network, steepness = sector_network(obligation.model)
    d = vector(payload["multipliers"], network.size)
    if not all(entry > 0 for entry in d):
        raise EvidenceRejected("multipliers: expected positive numbers")
    if not is_positive_definite(multiplied(network, steepness, d)):
        raise EvidenceRejected("sym(D(diag(ρ/h̄) - W)) is not positive definite")
    data: dict[str, Any] = {"steepest slopes": sorted(set(texts_of(steepness)), key=Fraction)}
    if isinstance(obligation, Bounded):
        data = {"bounded": "every state: one equilibrium attracts every solution"} | data
    return Judgement(Outcome.PROVED, data)


RULE = Rule(
    name="lure",
    summary="positive diagonal multipliers D with sym(D(diag(ρ/h̄) - W)) ≻ 0, h̄ the steepest slopes",
    obligations=(GloballyStable, Bounded),
    judge=_judge,
    required=frozenset({"multipliers"}),
)
