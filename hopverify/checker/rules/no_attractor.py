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

from hopverify.checker.boxed_equilibria import confirmed
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.range_stability import hessian_at, is_smooth_at
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.stability import stability_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import precision
from hopverify.networks import LinearNetwork, linear_network
from hopverify.obligations import GloballyStable, Outcome

# The spectrum is enclosed up to this many neurons.
MAX_SPECTRUM = 64


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
