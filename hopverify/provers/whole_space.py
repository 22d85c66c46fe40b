"""The whole space as a cell: one equilibrium attracts everything, and is the own one of a pattern (M4, T16, T17)."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.obligations import BasinCells
from hopverify.provers import Budget, Prover
from hopverify.provers._stored_rows import ROOMS, is_small, stored_claim
from hopverify.provers.few_equilibria import attracting
from hopverify.provers.structure import premise_of
from hopverify.verdict import Reason


def _search(obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    """Where more than one pattern is asked for, one equilibrium is too few."""
    if obligation.at_least > 1 or not is_small(obligation):
        return
    for evidence in attracting(obligation, budget, "contraction", "lure_multipliers", "lasalle"):
        for room in ROOMS if "x" in evidence["claim"] else ():
            entry = {"x": evidence["claim"]["x"], "stability": "stable"}
            claim = stored_claim(obligation, [entry] * len(obligation.labels), room, basin="all states")
            if any(row["stored"] for row in claim["patterns"]):
                yield {"rule": "kernel", "claim": claim, "proof": {"by": "one", "premises": [premise_of(evidence)]}}


PROVER = Prover(
    name="whole_space",
    summary="one equilibrium that attracts everything, followed to where it lies",
    search=_search,
    reason=Reason.NOT_STORED,
)
