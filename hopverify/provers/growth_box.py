"""Boxes that attract every solution: bounded drives first, then the growth of the activations through the weights."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.networks import linear_network
from hopverify.numerics.growth import propose_box
from hopverify.obligations import Bounded
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason


def _search(obligation: Bounded, budget: Budget) -> Iterator[Evidence]:
    yield {"rule": "bounded_drive"}
    network = linear_network(obligation.model)
    if network is not None:
        bounds = propose_box(network)
        if bounds is not None:
            yield {"rule": "attracting_box", "bounds": texts_of(bounds.tolist())}


PROVER = Prover(
    name="growth_box",
    summary="a box that every solution enters, by bounded drives or the growth of the activations",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
