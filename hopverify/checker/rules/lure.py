"""Lur'e and Postnikov (T16): diagonal D with sym(D(diag(ρ/h̄) - W)) ≻ 0 make one equilibrium attract everything.

T ẋ = Wγ + b - ρ∘x, γ = g(x), ρ > 0, W of any kind; g non-decreasing and locally Lipschitz with slopes in [0, h̄], or,
for a layer that is not elementwise, the gradient of a convex L with H ⪯ h̄; there τ, ρ and d are the same for all
neurons. Neurons with h̄ = 0 have a constant activation; the others are A. What is verified is that M = sym(D(diag(ρ/h̄) -
W)) on A, D = diag(d), d > 0, is positive definite. The theorem and its proof stand in docs/theory.md; it gives
boundedness too. D = I asks λ_max(sym W) < ρ/h̄.

The kernel decides what is shown in rationals. Here M ≻ 0 is decided by ``definiteness``, evidence for M as a form in
doubles with a proved slack (:mod:`hopverify.checker.definiteness`): networks of thousands of neurons, low-rank W
without forming it, and weights that stand for all near them, whose spread is part of the slack. Any positive d will do
for the theorem, so that the multipliers are rounded to doubles first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.convexity import is_nondecreasing
from hopverify.checker.definiteness import check_definite
from hopverify.checker.floats import assert_rounding, roundoff, upward
from hopverify.checker.midpoints import matrix
from hopverify.checker.payload import texts_of, vector
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, form_of, rounded_down, spread_norm
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.checker.slope_bounds import slope_bounds
from hopverify.checks import FACTORISATION, FLOATING_POINT
from hopverify.errors import EvidenceRejected
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import Layer, Model
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.obligations import Bounded, GloballyStable, Outcome

Matrix = np.ndarray[Any, Any]
Floats = NDArray[np.float64]
LEAST = Fraction(2) ** -400


def steepest(layer: Layer) -> Fraction:
    """Return an upper bound of the slopes of a non-decreasing, locally Lipschitz activation; of H for a whole layer."""
    function = layer.function
    if not all(map(is_nondecreasing, (function,) if function.elementwise else function.neurons)):
        raise EvidenceRejected("an activation is not evidently non-decreasing and locally Lipschitz")
    # A layer as a whole has one leak: no spec says otherwise.
    if not (function.elementwise or function.neurons or layer.uniform_tau):
        raise EvidenceRejected("a layer that is not elementwise has more than one time constant")
    if not all(is_locally_lipschitz(part) for part in function.activation):
        raise EvidenceRejected("an activation is not evidently locally Lipschitz")
    return slope_bounds(function)[1]


def sector_structure(model: Model) -> tuple[StructuredNetwork, list[Fraction]]:
    """Return the network as blocks and h̄ for each neuron, if the theorem covers the model."""
    network = structured_network(model)
    if network is None or not all(rate > 0 for layer in network.layers for rate in layer.leak):
        raise EvidenceRejected("the drives are not known as blocks, or a layer has no leak")
    return network, [height for layer in network.layers for height in [steepest(layer)] * layer.size]


def multiplied_form(network: StructuredNetwork, steepness: list[Fraction], d: Floats) -> DenseForm | LowRankForm:
    """Return a form of M, or of 2M, on the neurons with h̄ > 0.

    D = I and symmetric W keep their structure. Else 2M is summed in doubles: d_i W_ij and the sum of two such lose at
    most u times their size, and the radius of W counts twice; n times the largest error bounds the 2-norm.
    """
    ratios = [None if height == 0 else rate / height for rate, height in zip(network.leak(), steepness, strict=True)]
    if network.is_symmetric and (d == 1).all():
        return form_of(network, np.array([np.inf if ratio is None else rounded_down(ratio) for ratio in ratios]))
    assert_rounding()
    W = matrix(network)
    alive = np.array([i for i, ratio in enumerate(ratios) if ratio is not None], dtype=np.int64)
    DW = d[alive, None] * W.values[np.ix_(alive, alive)]
    largest = float(np.abs(DW).max(initial=0.0))
    lost = upward(8 * roundoff() * largest + 2 * float(d.max(initial=0.0)) * W.radius, 8) + 2.0**-1060
    values = -(DW + DW.T)
    twice = [2 * Fraction(d[i]) * ratio + Fraction(values[k, k]) for k, i in enumerate(alive) if (ratio := ratios[i])]
    values[np.diag_indices(len(alive))] = [rounded_down(entry) for entry in twice]
    return DenseForm(values, len(alive) * Fraction(float(lost)) + spread_norm(network, alive, d))


def _multipliers(payload: Mapping[str, Any], layers: Sequence[Layer]) -> Matrix:
    ends = np.cumsum([0, *(layer.size for layer in layers)]).tolist()
    d = vector(payload["multipliers"], ends[-1])
    if not all(LEAST < entry < 1 / LEAST for entry in d):
        raise EvidenceRejected("multipliers: expected numbers between 2^-400 and 2^400")
    for layer, begin, end in zip(layers, ends, ends[1:], strict=False):
        if not layer.function.elementwise and len(set(d[begin:end])) > 1:
            raise EvidenceRejected("multipliers: expected one number for a layer that is not elementwise")
    return d


def _judge(obligation: GloballyStable | Bounded, payload: Mapping[str, Any]) -> Judgement:
    network, slopes = sector_structure(obligation.model)
    d = _multipliers(payload, network.layers).astype(np.float64)
    check_definite(multiplied_form(network, slopes, d), payload["definiteness"])
    data: dict[str, Any] = {"assumptions": [FLOATING_POINT, FACTORISATION]}
    data["steepest slopes"] = sorted(set(texts_of(set(slopes))), key=Fraction)
    if isinstance(obligation, Bounded):
        data["bounded"] = "every state: one equilibrium attracts every solution"
    return Judgement(Outcome.PROVED, data)


RULE = Rule(
    name="lure",
    summary="positive diagonal multipliers D with sym(D(diag(ρ/h̄) - W)) ≻ 0 in doubles, h̄ the steepest slopes",
    obligations=(GloballyStable, Bounded),
    judge=_judge,
    required=frozenset({"multipliers", "definiteness"}),
    reach=Reach.NEAR,
)
