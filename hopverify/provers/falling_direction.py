"""A direction of activations along which the energy falls without bound, by projected descent or exact copositivity."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.copositivity import TooLarge, is_strictly_copositive
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.unbounded_direction import energy_network, far_slopes
from hopverify.errors import EvidenceRejected
from hopverify.numerics.copositivity import negative_direction
from hopverify.obligations import Bounded, EnergyBoundedBelow, GloballyStable
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

RAISE = Fraction(1, 2**40)


def _search(obligation: Bounded | EnergyBoundedBelow | GloballyStable, budget: Budget) -> Iterator[Evidence]:
    try:
        network = energy_network(obligation.model, flow=not isinstance(obligation, EnergyBoundedBelow))
    except EvidenceRejected:
        return
    left, right = far_slopes(network)
    leak, W = np.array(network.leak, dtype=np.float64), np.array(network.W, dtype=np.float64)
    with np.errstate(divide="ignore"):
        costs = [leak / np.array(side, dtype=np.float64) for side in (left, right)]
    if not np.isfinite(W).all() or np.isinf(costs).all():
        return
    d = negative_direction(W, *costs, seed=budget.seed, stop=lambda: budget.exhausted)
    if d is not None:
        yield {"rule": "unbounded_direction", "direction": texts_of(d.tolist())}
    elif np.all(left == 0) and np.all(right > 0):
        # Raised a little, so that a witness has a negative value and not 0.
        form = -network.W
        for i in range(len(form)):
            form[i, i] += network.leak[i] / right[i] + RAISE
        try:
            _, exact = is_strictly_copositive(form)
        except TooLarge:
            return
        if exact is not None:
            yield {"rule": "unbounded_direction", "direction": texts_of(exact.tolist())}


PROVER = Prover(
    name="falling_direction",
    summary="a direction of activations along which the energy falls without bound",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
