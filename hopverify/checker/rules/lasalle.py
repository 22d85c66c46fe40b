"""LaSalle (T17): an energy that descends, bounded solutions, and one equilibrium in all: it attracts every solution.

The payload nests the evidence of what the theorem asks: the search tree that lists all equilibria (``list``), evidence
that all solutions are ``bounded``, and that the energy descends (``descent``), by T2. Each is judged here by its own
rule, on this model: nothing is taken from another claim, so no two proofs can lean on each other.

Beyond T2 the theorem asks that in each layer with τ > 0 that is not elementwise τ and ρ be one number,
since vᵀTHv ≥ 0 alone does not say where it is 0. The list has to be complete over all states, and its one entry a
point: a tree with multipliers rests on T16, which says more, and is not needed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.listing import enumeration
from hopverify.checker.rules import Judgement, Rule, judge
from hopverify.checks.equilibria import search_of
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Bounded, Descent, GloballyStable, Obligation, Outcome

TREE, ENCLOSED = frozenset({"box", "levels", "cuts", "faces"}), frozenset({"enclosures"})


def _judge(obligation: GloballyStable, payload: Mapping[str, Any]) -> Judgement:
    model, search = obligation.model, search_of(obligation.model, {})
    if search is None or model.inhibition:
        raise EvidenceRejected("the drives are not linear, or a layer has no leak, jumps or inhibits itself at once")
    for layer in model.dynamic:
        if not (layer.function.elementwise or (layer.uniform_tau and len(set(layer.leak)) == 1)):
            raise EvidenceRejected(f"layer {layer.name} is not elementwise and has several time constants or leaks")
    _prove(Descent(model), payload["descent"])
    _prove(Bounded(model), payload["bounded"])
    tree = payload["list"]
    if not isinstance(tree, Mapping) or set(tree) - ENCLOSED != TREE:
        raise EvidenceRejected(f"list: expected a tree with the keys {', '.join(sorted(TREE))}")
    found = enumeration(search, tree)
    if found.undecided or len(found.equilibria) != 1 or found.equilibria[0].face is not None:
        raise EvidenceRejected("list: not one isolated equilibrium and no other")
    return Judgement(Outcome.PROVED, {"listed": [found.equilibria[0].texts()], "boxes": found.boxes})


def _prove(obligation: Obligation, evidence: Any) -> None:
    if judge(obligation, evidence).outcome is not Outcome.PROVED:
        raise EvidenceRejected(f"not proved: {obligation.statement}")


RULE = Rule(
    name="lasalle",
    summary="the energy descends, solutions are bounded, and a list complete over all states has one equilibrium",
    obligations=(GloballyStable,),
    judge=_judge,
    required=frozenset({"list", "bounded", "descent"}),
)
