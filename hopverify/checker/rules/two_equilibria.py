"""Two equilibria: disjoint boxes that hold one each, so no equilibrium attracts every solution.

The payload gives two centres and a radius. Either the flow at a centre is 0 in exact rationals, or, for the box X of
that radius around the centre m, Krawczyk's test is made in ball arithmetic: with F the flow, F'(X) its Jacobian over
X by dual numbers, and R a floating inverse of F'(m),

    K = m - R F(m) + (I - R F'(X))(X - m)

must lie in the interior of X. Then x ↦ x - R F(x) maps X into K, and has a fixed point there (Brouwer); R is
nonsingular, since the rows of |I - R F'(X)| sum to less than 1; so F = 0 at that point (Krawczyk 1969). For kinks the
balls hold Clarke's Jacobian, for which the mean value theorem holds too; activations and drives must be locally
Lipschitz.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from hopverify.checker.elimination import inverse_of_middle
from hopverify.checker.payload import rational, state, text_of
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected, HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import Model
from hopverify.obligations import GloballyStable, Outcome

MAX_SIZE = 64
Vector = np.ndarray[Any, Any]


def _joined(parts: Mapping[str, Any]) -> Vector:
    return np.concatenate([np.asarray(part) for part in parts.values()])


def _split(model: Model, x: Vector) -> dict[str, Any]:
    cuts = np.cumsum([layer.size for layer in model.dynamic])[:-1]
    return dict(zip((layer.name for layer in model.dynamic), np.split(x, cuts), strict=True))


def _jacobian(model: Model, x: Vector) -> Vector:
    """Return F'(x) in balls, column by column."""
    columns = []
    for i in range(len(x)):
        direction = BALLS.array(np.array([float(i == j) for j in range(len(x))]))
        flow = model.flow(_split(model, along(x, direction)), Duals(BALLS))
        columns.append(_joined({name: slopes_of(part) for name, part in flow.items()}))
    return np.array(columns, dtype=object).T


def _is_regular(model: Model) -> bool:
    return all(
        is_locally_lipschitz(part) for layer in model.layers.values() for part in layer.function.activation
    ) and all(synapse.is_regular() for synapse in model.synapses.values())


def is_equilibrium(model: Model, x: Vector) -> bool:
    """Whether the flow at a rational state is 0, exactly; False too where its value is not known to be rational."""
    try:
        return all(value == 0 for value in _joined(model.flow(_split(model, x), EXACT)))
    except (NotRational, ZeroDivisionError):
        return False


def holds_equilibrium(model: Model, centre: Vector, radius: Fraction) -> bool:
    """Whether the box of a radius > 0 around a rational centre holds an equilibrium, for certain."""
    with precision():
        m, r = BALLS.array(centre), BALLS.number(radius)
        offset = np.array([arb(0, r.upper())] * len(m), dtype=object)
        R = inverse_of_middle(_jacobian(model, m))
        if R is None:
            raise EvidenceRejected("the Jacobian at a centre is singular")
        contraction = BALLS.array(np.eye(len(m))) - R @ _jacobian(model, m + offset)
        K = -(R @ _joined(model.flow(_split(model, m), BALLS))) + contraction @ offset
        return all(abs(entry) < r for entry in K)


def _judge(obligation: GloballyStable, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    if model.size > MAX_SIZE or not _is_regular(model):
        raise EvidenceRejected("the model is too large for this rule, or not locally Lipschitz by structure")
    sizes = {layer.name: layer.size for layer in model.dynamic}
    radius = rational(payload["radius"])
    if radius < 0:
        raise EvidenceRejected("radius: expected a number ≥ 0")
    first, second = (_joined(state(payload[key], sizes)) for key in ("first", "second"))
    if not any(abs(a - b) > 2 * radius for a, b in zip(first, second, strict=True)):
        raise EvidenceRejected("the two boxes meet")
    try:
        exact = [is_equilibrium(model, centre) for centre in (first, second)]
        found = [
            known or (radius > 0 and holds_equilibrium(model, centre, radius))
            for known, centre in zip(exact, (first, second), strict=True)
        ]
    except (ValueError, ZeroDivisionError, HopverifyError) as error:
        raise EvidenceRejected(f"an equilibrium was not confirmed: {error}") from error
    if not all(found):
        raise EvidenceRejected("an equilibrium was not confirmed in its box")
    within = ["exactly" if known else f"within {text_of(radius)} in each coordinate" for known in exact]
    data = {"equilibria": [payload["first"], payload["second"]], "known": within}
    return Judgement(Outcome.REFUTED, data)


RULE = Rule(
    name="two_equilibria",
    summary="two disjoint boxes that hold an equilibrium each, by Krawczyk's test in balls, or exactly",
    obligations=(GloballyStable,),
    judge=_judge,
    required=frozenset({"first", "second", "radius"}),
)
