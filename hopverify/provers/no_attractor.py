"""Equilibria that refute global stability, for networks with linear drives of up to hundreds of neurons.

Solutions from 0, from patterns and from random states are followed to where they rest, and Newton's method is begun
at each of them; two that are verified, or one that is unstable, are offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.numerics.sampling import states
from hopverify.numerics.settling import Settling
from hopverify.obligations import GloballyStable
from hopverify.obligations.equilibria import Search as Region
from hopverify.provers import Budget, Prover
from hopverify.provers._stability import with_stability
from hopverify.provers._verified import Place, ends_of, some_equilibria, verified
from hopverify.provers.structure import found_by_kernel, premise_of, regularity_premises
from hopverify.provers.two_equilibria import two
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
STARTS, PATTERNS = 12, 6


# The stability of larger networks is not sought.
MAX_SPECTRUM = 64


def refuting(model: Model, network: LinearNetwork, points: Iterable[Sequence[Any]]) -> Iterator[Evidence]:
    """Offer two equilibria that are verified near points, or the one that is, if it is unstable."""
    known: list[Place] = []
    for point in points:
        found = verified(model, network, point)
        if found is None:
            continue
        others = [other for other in known if _are_apart(found, other)]
        if others:
            yield two([others[0], found])
        if others or not known:
            known.append(found)
    if len(known) == 1 and network.size <= MAX_SPECTRUM:
        yield from repelling(Region(model, network, None), known[0])


def repelling(search: Region, entry: Place) -> Iterator[Evidence]:
    """Offer an equilibrium that the kernel sees to be unstable."""
    stability = with_stability(search, some_equilibria([entry]))
    if stability["claim"]["equilibria"][0]["stability"] == "unstable":
        premises = [premise_of(stability), *regularity_premises(search.model)]
        yield found_by_kernel({"premises": premises}, "unstable", "no global stability", equilibria=[{"x": entry}])


def _are_apart(one: Place, other: Place) -> bool:
    pairs = zip(ends_of(one), ends_of(other), strict=True)
    return any(a[1] < b[0] or a[0] > b[1] for a, b in pairs)


def _ends(model: Model, network: LinearNetwork, budget: Budget) -> Iterator[list[float]]:
    """Yield where Newton's method ends from 0, and solutions from everywhere."""
    settling = Settling(network)
    ends: list[Floats | None] = [settling.polished(np.zeros(network.size))]
    for start in _starts(model, network, budget):
        if budget.exhausted:
            return
        ends.append(settling.settled(start))
        yield from (end.tolist() for end in ends if end is not None)
        ends = []


def _starts(model: Model, network: LinearNetwork, budget: Budget) -> Iterator[Floats]:
    yield np.zeros(network.size)
    for memory in model.memories.values():
        for layer, neurons in network.places():
            if layer.name == memory.layer:
                for pattern in memory.patterns.floats()[:PATTERNS]:
                    start = np.zeros(network.size)
                    start[neurons] = pattern
                    yield start
    yield from states(network.size, STARTS, budget.seed)


def _search(obligation: GloballyStable, budget: Budget) -> Iterator[Evidence]:
    network = linear_network(obligation.model)
    if network is not None and not obligation.model.inhibition:
        yield from refuting(obligation.model, network, _ends(obligation.model, network, budget))


PROVER = Prover(
    name="no_attractor",
    summary="two equilibria, or an unstable one, where solutions and Newton's method end, for linear drives",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
