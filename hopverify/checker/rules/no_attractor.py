"""No equilibrium attracts everything: there are two, or one is unstable and the flow near it is smooth.

For networks with linear drives. The payload gives ``states`` of all neurons, layer after layer. Each is an equilibrium
in exact rationals, or the centre of a box of some ``width`` in which Krawczyk's test, with proved error bounds
(:mod:`hopverify.checker.contraction`), shows exactly one; so hundreds of neurons are within reach.

*Two*: their boxes are disjoint. Instantaneous layers are functions of the others, so that two states of the network
are two states of the flow.
*One*: the linear flow at x⋆ has an eigenvalue with positive real part (T7), and g, hence the flow, is C¹ near x⋆. A
solution that converges to x⋆ stays near it from some time k on, on a centre-stable manifold of x⋆, which is of lower
dimension and a null set (Kelley, J. Differential Equations 3, 1967). Its preimages under the flow for the times k = 1,
2 … are null sets too, for the flow is locally Lipschitz, and so is what undoes it. So almost no solution converges to
x⋆, and where all converge to one equilibrium, it is not this one. ∎
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from hopverify.checker.contraction import Contractor
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.payload import rational, vector
from hopverify.checker.range_stability import hessian_at, is_smooth_at
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.rules.equilibrium_boxes import verify_box
from hopverify.checker.stability import stability_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import precision
from hopverify.expr.intervals import enclose
from hopverify.networks import LinearNetwork, linear_network
from hopverify.obligations import GloballyStable, Outcome

Vector = np.ndarray[Any, Any]
# The spectrum is enclosed up to this many neurons.
MAX_SPECTRUM = 64


def confirmed(network: LinearNetwork, stated: Any) -> Equilibrium:
    """Return the equilibrium that a state of the payload is, or that its box holds."""
    if not isinstance(stated, Mapping) or set(stated) != {"centre", "width"}:
        raise EvidenceRejected("states: expected a centre and a width each")
    centre, width = vector(stated["centre"], network.size), rational(stated["width"])
    lower = np.array([float(enclose(value - width).lower) for value in centre])
    upper = np.array([float(enclose(value + width).upper) for value in centre])
    if width:
        verify_box(Contractor(network), centre, width, "a state")
    elif not (np.isfinite([lower, upper]).all() and network.rests_at(centre)):
        raise EvidenceRejected("states: a state of width 0 is no equilibrium, exactly")
    return Equilibrium(None if width else centre, lower, upper)


def is_repelling(network: LinearNetwork, equilibrium: Equilibrium) -> bool:
    """Whether an equilibrium is unstable, and the flow near it C¹."""
    if network.size > MAX_SPECTRUM or stability_of(network, equilibrium).verdict != "unstable":
        return False
    with precision():
        return is_smooth_at(network, equilibrium, hessian_at(network, equilibrium))


def _judge(obligation: GloballyStable, payload: Mapping[str, Any]) -> Judgement:
    network, states = linear_network(obligation.model), payload["states"]
    if network is None or obligation.model.inhibition:
        raise EvidenceRejected("the drives are not linear, or a layer has no leak, jumps or inhibits itself at once")
    if not isinstance(states, list) or not states:
        raise EvidenceRejected("states: expected a list of them")
    found = [confirmed(network, stated) for stated in states]
    for one, other in combinations(found, 2):
        if ((one.upper < other.lower) | (one.lower > other.upper)).any():
            return Judgement(Outcome.REFUTED, {"listed": [one.texts(), other.texts()], "because": "there are two"})
    for one in found:
        if is_repelling(network, one):
            told = stability_of(network, one).evidence
            return Judgement(Outcome.REFUTED, {"listed": [one.texts()], "because": "it is unstable"} | told)
    raise EvidenceRejected("states: neither two that are certainly different, nor one that is unstable, nearby smooth")


RULE = Rule(
    name="no_attractor",
    summary="two equilibria in disjoint boxes, at hundreds of neurons, or one that is unstable, nearby smooth",
    obligations=(GloballyStable,),
    judge=_judge,
    required=frozenset({"states"}),
)
