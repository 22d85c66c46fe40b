"""The whole space as a cell: evidence that one equilibrium attracts everything, and where that lies (T16, T17)."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.networks import linear_network
from hopverify.numerics.settling import Settling
from hopverify.obligations import BasinCells, GloballyStable
from hopverify.provers import PROVERS, Budget, Prover
from hopverify.provers._verified import verified
from hopverify.provers.lasalle import proof_by
from hopverify.verdict import Reason


def _search(obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    """Where more than one pattern is asked for, one equilibrium is too few."""
    model, network = obligation.model, linear_network(obligation.model)
    if network is None or obligation.at_least > 1:
        return
    methods = [PROVERS[name] for name in ("lure_multipliers", "lasalle")]
    attracts = proof_by(methods, GloballyStable(model), budget)
    x = Settling(network).followed() if attracts is not None else None
    found = verified(network, x.tolist()) if x is not None else None
    if found is not None:
        yield {"rule": "whole_space", "attracts": attracts, "equilibrium": found[0]}


PROVER = Prover(
    name="whole_space",
    summary="one equilibrium that attracts everything, followed to where it lies",
    search=_search,
    reason=Reason.NOT_STORED,
)
