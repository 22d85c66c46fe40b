"""The whole space as a cell: one equilibrium attracts everything, and is the own one of a pattern (M4, T16, T17)."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.obligations import BasinCells
from hopverify.provers import Budget, Prover
from hopverify.provers._retrieved_rows import Rows
from hopverify.provers._stored_rows import ROOMS, is_small
from hopverify.provers.few_equilibria import attracting
from hopverify.provers.structure import premise_of
from hopverify.verdict import Reason


def _search(obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    """Where more than one pattern is asked for, one equilibrium is too few."""
    if obligation.at_least > 1 or not is_small(obligation):
        return
    for evidence in attracting(obligation, budget, "contraction", "lure_multipliers", "lasalle"):
        if "x" not in evidence["claim"]:
            continue
        rows = Rows(obligation)
        for room in ROOMS:
            told = rows.beside(evidence["claim"]["x"], room)
            if any(row["retrieved"] for row in told["claim"]["patterns"]):
                yield told | {"proof": {"by": "one", "premises": [premise_of(evidence)]}}


PROVER = Prover(
    name="whole_space",
    summary="one equilibrium that attracts everything, followed to where it lies",
    search=_search,
    reason=Reason.NOT_STORED,
)
