"""Too few equilibria for the patterns (M4): multipliers for T16, or a small tree of all equilibria."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hopverify.certificate import Evidence
from hopverify.networks import linear_network
from hopverify.obligations import AllEquilibria, BasinCells, EquilibriaBeside, EquilibriaNear, Search
from hopverify.provers import Budget, Prover, equilibrium_tree
from hopverify.provers.lure_multipliers import multipliers_for
from hopverify.verdict import Reason

# Larger lists are those of `equilibria`, where they are asked for.
MAX_BOXES, MAX_NEURONS = 2000, 16


def _search(obligation: BasinCells | EquilibriaNear | EquilibriaBeside, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    multipliers = next(multipliers_for(model, budget), None)
    if multipliers is not None and obligation.at_least > 1:
        yield _wrapped(multipliers)
    network = linear_network(model)
    if network is None or (multipliers is None and network.size > MAX_NEURONS):
        return
    small = replace(budget, boxes=min(budget.boxes, MAX_BOXES))
    for evidence in equilibrium_tree.PROVER.search(AllEquilibria(Search(model, network, None)), small):
        yield _wrapped(evidence)


def _wrapped(evidence: Evidence) -> Evidence:
    return {"rule": "few_equilibria", "list": {key: value for key, value in evidence.items() if key != "rule"}}


PROVER = Prover(
    name="few_equilibria",
    summary="one equilibrium, or a list of few, for too many patterns",
    search=_search,
    reason=Reason.NOT_STORED,
)
