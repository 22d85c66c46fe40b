"""Equilibrium balls: for each stored pattern a box with exactly one equilibrium, for any model, in ball arithmetic.

With F(x) = Tẋ, its enclosed Jacobian J on the box X (dual numbers over balls), midpoint m and a floating inverse R,
every equilibrium in X lies in K(X) = m - R·F(m) + (I - R·J)(X - m), and if K(X) lies in the interior of X there is
exactly one (Krawczyk 1969; at a kink J is Clarke's derivative; where F jumps, or is not defined on all of X, J or F(m)
is not a number). The equilibrium is stable if the payload has a P ≻ 0 with PA + AᵀP ≺ 0 for every A in the enclosure of
T⁻¹J on K(X): ½(x - x⋆)ᵀP(x - x⋆) then falls, at kinks too. Without P, for analytic activations and drives, the
eigenvalues of T⁻¹J are enclosed (Arb); on the null space of H they are -ρ/τ (T7).

The pattern is stored if the equilibrium is stable and its own (M4, :mod:`hopverify.checker.stored`). The payload may
have null in place of a box: that pattern does not count.

The flat region around the equilibrium is told where its closed form is known: x + R·1 for layers whose L is affine
along the vector of ones, rays for the spherical layer and layer norm with ε = 0 (L is homogeneous of degree 1 in x, or
in x - mean x). It lies in the basin (T8) if each such layer has one time constant and one leak; otherwise that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat

from hopverify.checker.convexity import is_convex
from hopverify.checker.elimination import inverse_of_middle, negative_pivot
from hopverify.checker.flat_regions import DIFFERENT_TIMES, IN_THE_BASIN
from hopverify.checker.payload import rational, shown, state, text_of, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.spectrum import count_to_the_right, real_parts
from hopverify.checker.stored import Rivals, doubles_around, judged
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.regularity import is_analytic
from hopverify.expr.translation import is_flat_only_along_ones, is_threshold_potential, response_to_shift
from hopverify.networks import Layer, Model
from hopverify.networks.network import joined, split
from hopverify.obligations import EquilibriaBeside, Outcome, are_enough
from hopverify.verdict import Reason

Balls = np.ndarray[Any, Any]
MAX_SIZE = 80


def jacobian(model: Model, x: Balls) -> Balls:
    """Return the enclosed derivative of T ẋ on a box of states."""
    duals, columns = Duals(BALLS), []
    for i in range(len(x)):
        unit = np.array([arb(int(i == j)) for j in range(len(x))], dtype=object)
        flow = model.flow(split(model, along(x, unit)), duals)
        columns.append(joined({name: slopes_of(part) for name, part in flow.items()}))
    return np.array(columns, dtype=object).T


def krawczyk(model: Model, centre: Balls, width: arb) -> tuple[Balls, Balls]:
    """Return K(X) and the Jacobian on X, for the box X = centre ± width."""
    n = len(centre)
    slack = arb(0, width)
    J = jacobian(model, centre + slack)
    inverse = inverse_of_middle(J)
    if inverse is None:
        raise EvidenceRejected("the Jacobian is not enclosed on a box, or singular there")
    R = _matrix(inverse)
    C = arb_mat([[int(i == j) for j in range(n)] for i in range(n)]) - R * _matrix(J)
    shift = R * arb_mat([[entry] for entry in joined(model.flow(split(model, centre), BALLS))])
    spread = C * arb_mat([[slack] for _ in range(n)])
    return np.array([centre[i] - shift[i, 0] + spread[i, 0] for i in range(n)], dtype=object), J


def _matrix(entries: Balls) -> arb_mat:
    return arb_mat([[arb(entry) for entry in row] for row in entries])


def _judge(obligation: EquilibriaBeside, payload: Mapping[str, Any]) -> Judgement:
    model, count = obligation.model, len(obligation.labels)
    centres, widths = payload["centres"], payload["widths"]
    if not isinstance(centres, list) or not isinstance(widths, list) or not len(centres) == len(widths) == count:
        raise EvidenceRejected(f"centres, widths: expected one for each of {count} patterns")
    if model.size > MAX_SIZE:
        raise EvidenceRejected(f"ball arithmetic is used up to {MAX_SIZE} neurons")
    forms = payload.get("lyapunov", [None] * count)
    if not isinstance(forms, list) or len(forms) != count:
        raise EvidenceRejected(f"lyapunov: expected one matrix or null for each of {count} patterns")
    sizes = {layer.name: layer.size for layer in model.dynamic}
    rivals = Rivals(model.layers[obligation.layer], obligation.patterns, obligation.errors)
    rows: list[dict[str, Any]] = []
    for k, label in enumerate(obligation.labels):
        row: dict[str, Any] = {"verdict": "unknown", "why": "none"}
        if centres[k] is not None:
            centre, width = joined(state(centres[k], sizes)), rational(widths[k])
            with precision():
                row = _row(obligation, rivals, k, centre, width, forms[k])
        rows.append({"name": label} | row)
    stored = [row["verdict"] == "pass" for row in rows]
    met = are_enough(stored, rivals.firsts, obligation.at_least)
    data = {"certified": sum(stored), "patterns": count, "memories": rows, "norm": "largest coordinate"}
    return Judgement(Outcome.PROVED if met else Outcome.OPEN, data, None if met else Reason.NOT_STORED)


def _row(
    obligation: EquilibriaBeside, rivals: Rivals, k: int, centre: Balls, width: Fraction, form: Any
) -> dict[str, Any]:
    model = obligation.model
    if width <= 0:
        raise EvidenceRejected("widths: expected positive numbers")
    image, _ = krawczyk(model, BALLS.array(centre), ball(width))
    inside = all(x > ball(c - width) and x < ball(c + width) for x, c in zip(image, centre, strict=True))
    if not inside:
        raise EvidenceRejected(f"Krawczyk's test does not hold on the box of {obligation.labels[k]}")
    own = split(model, centre)[obligation.layer]
    distance = max(abs(a - b) for a, b in zip(own, obligation.patterns.fractions()[k], strict=True)) + width
    flat = {layer.name: region for layer in model.dynamic if (region := flat_region(layer)) is not None}
    gamma = model.layers[obligation.layer].function.activate(split(model, image)[obligation.layer], BALLS)
    fit = rivals.fit(k, *(np.array(ends) for ends in zip(*map(doubles_around, gamma), strict=True)))
    # The equilibrium may lie on the edge of the image; what is said of slopes must hold all around it.
    stability = _stability(model, image + arb(0, ball(width / 2**10)), form)
    row = judged(fit, stability, obligation.labels) | {
        "half_width": text_of(width),
        "distance_at_most": text_of(distance),
    }
    return row | {"state": [shown(entry, 12) for entry in image[:16]], "flat_region": flat}


def rates(model: Model, x: Balls) -> Balls:
    """Return T⁻¹J, enclosed on a box of states."""
    taus = {layer.name: layer.per_neuron(layer.tau, BALLS) for layer in model.dynamic}
    tau = joined({layer.name: np.broadcast_to(taus[layer.name], layer.size) for layer in model.dynamic})
    return np.asarray(jacobian(model, x) / tau[:, None])


def _stability(model: Model, x: Balls, form: Any) -> str:
    """Return stable, unstable or undecided, from a quadratic form or from eigenvalues over the enclosure.

    Beside a kink the flow switches between Jacobians, which their eigenvalues do not settle; a form does.
    """
    A = rates(model, x)
    if form is not None:
        if not isinstance(form, list) or len(form) != len(x):
            raise EvidenceRejected(f"lyapunov: expected the {len(x)} rows of a matrix")
        P = BALLS.array(np.array([vector(row, len(x)) for row in form], dtype=object))
        falls = P @ A
        if negative_pivot(P)[0] != "positive" or bool((P != P.T).any()):
            raise EvidenceRejected("lyapunov: not a symmetric positive definite matrix")
        if negative_pivot(-(falls + falls.T))[0] != "positive":
            raise EvidenceRejected("lyapunov: the quadratic form does not fall along the flow")
        return "stable"
    activations = [part for layer in model.layers.values() for part in layer.function.activation]
    if not (all(map(is_analytic, activations)) and all(synapse.is_analytic() for synapse in model.synapses.values())):
        return "undecided"
    real = real_parts(A)
    if real is None:
        right = count_to_the_right(A)
        return "undecided" if right is None else "unstable" if right else "stable"
    if all(part < 0 for part in real):
        return "stable"
    return "unstable" if any(part > 0 for part in real) else "undecided"


def flat_region(layer: Layer) -> str | None:
    """Return the flat regions of a whole-layer Lagrangian, where they are known, with what T8 says of the basin."""
    form = _form(layer)
    if form is None:
        return None
    returns = layer.uniform_tau and len(set(layer.leak)) == 1
    return f"{form}, {IN_THE_BASIN if returns else DIFFERENT_TIMES}"


def _form(layer: Layer) -> str | None:
    potential, function = layer.function.potential, layer.function
    if potential is None or function.elementwise:
        return None
    on_rays = function.name in ("spherical", "layernorm") and function.parameters.get("epsilon") == 0
    if on_rays:
        return "the ray s·x, s > 0" if function.name == "spherical" else "mean(x)·1 + s·(x - mean(x)·1) + R·1, s > 0"
    if response_to_shift(potential, "x") is None:
        return None
    if is_flat_only_along_ones(potential):
        return "x + R·1"
    convex = is_threshold_potential(potential) or is_convex(potential)
    return "x + R·1 and whatever else has its activation" if convex else None


RULE = Rule(
    name="equilibrium_balls",
    summary="exactly one equilibrium in a box beside each pattern, for any model, in ball arithmetic",
    obligations=(EquilibriaBeside,),
    judge=_judge,
    required=frozenset({"centres", "widths"}),
    optional=frozenset({"lyapunov"}),
)
