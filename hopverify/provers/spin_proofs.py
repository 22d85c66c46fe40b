"""Spin proofs: structure where it decides, a symmetriser for asymmetric weights, all states of small models,
margins."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.checker.spins import values_of
from hopverify.checker.spins.structure import MOST
from hopverify.networks.spins import drive_matrix
from hopverify.obligations import SpinConvergence, SpinCorrection, SpinDescent
from hopverify.provers import Budget, Prover
from hopverify.provers.symmetriser import symmetriser


def _search(obligation: SpinDescent | SpinConvergence | SpinCorrection, budget: Budget) -> Iterator[Evidence]:
    if isinstance(obligation, SpinCorrection):
        yield {"rule": "spin_margins"}
        return
    yield {"rule": "spin_structure"}
    if isinstance(obligation, SpinConvergence) and obligation.model.size <= MOST:
        W = drive_matrix(obligation.model)
        d = None if W is None else symmetriser(W)[0]
        if d is not None:
            yield {"rule": "spin_structure", "symmetriser": texts_of(d)}
    if obligation.model.size <= values_of(obligation.model).most:
        yield {"rule": "spin_states"}


PROVER = Prover(
    name="spin_proofs",
    summary="energies of spins that fall by structure, all states of small models, margins of patterns",
    search=_search,
)
