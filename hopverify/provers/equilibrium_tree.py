"""Branch and prune for all equilibria: a list with its proof, or what a claim of the kernel tells of each of its rows.

Where one equilibrium attracts everything (T16), the list is that one, and there is no tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.obligations import AllEquilibria, DecidedStability, FlatRegionsInBasins, RecoveredStates
from hopverify.provers import Budget, Prover
from hopverify.provers._lists import rows_by_kernel, told_by_kernel
from hopverify.verdict import Reason


def _search(
    obligation: AllEquilibria | DecidedStability | FlatRegionsInBasins | RecoveredStates, budget: Budget
) -> Iterator[Evidence]:
    if isinstance(obligation, AllEquilibria | DecidedStability):
        yield from told_by_kernel(obligation.search, budget)
    else:
        yield from rows_by_kernel(obligation, budget)


PROVER = Prover(
    name="equilibrium_tree",
    summary="branch and prune for all equilibria of a network with linear drives",
    search=_search,
    reason=Reason.REGION_TOO_LARGE,
    exact=True,
)
