"""Unbounded direction (T10): d with Σ ρᵢdᵢ²/sᵢ - dᵀMd < 0, along which the energy falls below every bound.

For networks with linear drives, no instantaneous layer and piecewise-linear non-decreasing activations, let sᵢ be the
slope of gᵢ at ±∞, by the sign of dᵢ (it must not be 0 where dᵢ ≠ 0). Along xᵢ = t·dᵢ/sᵢ, γ = t·d + O(1), hence
E = ½t²(Σρdᵢ²/sᵢ - dᵀMd) + O(t) → -∞, where M = -∇²S. For ReLU and leak 1 the number is dᵀ(I - W)d with d ≥ 0.

If moreover M is the matrix W of the drives (so W = Wᵀ) and ρ > 0, some solution is unbounded. For suppose that the
solution from such a state with t large were bounded. E, with every bias counted, never increases along it (T2), and
its limit points are equilibria (as in energy_confinement), at which E would be at most its value at the start. But
equilibria have finitely many energies: within one choice of segments E is a quadratic polynomial q of x with ∇q =
S(ρx - Wγ - b), S the diagonal of slopes, which is 0 at an equilibrium; and a polynomial of degree two is constant
where its gradient is 0. So for t large enough E starts below all of them. In particular no equilibrium attracts every
solution.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.convexity import has_convex_lagrangian, is_nondecreasing
from hopverify.checker.energy_form import as_gradient
from hopverify.checker.payload import text_of, texts_of, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.networks.segments import segments
from hopverify.obligations import Bounded, EnergyBoundedBelow, GloballyStable, Outcome

Matrix = np.ndarray[Any, Any]


def energy_network(model: Model, *, flow: bool) -> LinearNetwork:
    """Return the network of the flow, or of the energy, if the theorem covers it."""
    if any(layer.instantaneous for layer in model.layers.values()):
        raise EvidenceRejected("an instantaneous layer is not covered")
    if not flow:
        if model.claimed is not None:
            raise EvidenceRejected("the spec claims an energy of its own")
        synapses = {name: as_gradient(synapse) for name, synapse in model.synapses.items()}
        model = Model(model.name, model.layers, synapses, model.memories, None, model.arrays)
    network = linear_network(model)
    if network is None or not network.is_symmetric or not all(rate > 0 for rate in network.leak):
        raise EvidenceRejected("the drives are not linear and symmetric, or a layer is not elementwise or has no leak")
    if any(segments(function) is None or not is_nondecreasing(function) for function in network.functions):
        raise EvidenceRejected("an activation is not piecewise linear and non-decreasing")
    return network


def far_slopes(network: LinearNetwork) -> tuple[Matrix, Matrix]:
    """Return the slopes of the activations at -∞ and at +∞."""
    parts = [segments(function) or () for function in network.functions]
    left = np.array([part[0].slope for part in parts], dtype=object)
    return left, np.array([part[-1].slope for part in parts], dtype=object)


def _judge(obligation: Bounded | EnergyBoundedBelow | GloballyStable, payload: Mapping[str, Any]) -> Judgement:
    network = energy_network(obligation.model, flow=not isinstance(obligation, EnergyBoundedBelow))
    if isinstance(obligation, EnergyBoundedBelow) and not all(
        has_convex_lagrangian(layer.function) for layer in obligation.model.layers.values()
    ):
        raise EvidenceRejected("a layer has no Lagrangian")
    d = vector(payload["direction"], network.size)
    left, right = far_slopes(network)
    slope = np.where(d > 0, right, left)
    if any(entry != 0 and rate == 0 for entry, rate in zip(d, slope, strict=True)):
        raise EvidenceRejected("direction: an activation is bounded on that side")
    way = np.array([entry / rate if entry else Fraction(0) for entry, rate in zip(d, slope, strict=True)], dtype=object)
    value = Fraction((network.leak * d * way).sum() - (d * (network.W @ d)).sum())
    if value >= 0:
        raise EvidenceRejected("the energy does not fall without bound along this direction")
    data = {
        "states along it": texts_of(way.tolist()),
        "E / t² along it": text_of(value / 2),
    }
    if not isinstance(obligation, EnergyBoundedBelow):
        data["unbounded"] = "the solution from t·(states along it), for every t large enough; E falls without bound"
    return Judgement(Outcome.REFUTED, data)


RULE = Rule(
    name="unbounded_direction",
    summary="a direction of activations along which E falls without bound, so that some solution runs away",
    obligations=(Bounded, EnergyBoundedBelow, GloballyStable),
    judge=_judge,
    required=frozenset({"direction"}),
)
