"""Ghost search: all choices of segments where they are few, else the sign patterns that random states suggest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.exact_solution import SegmentSystems
from hopverify.checker.ghosts import MAX_PATTERNS, Undecided, count_of_patterns, ghost_at, parts_of
from hopverify.numerics.sampling import drawn, states
from hopverify.obligations import NoGhosts
from hopverify.provers import Budget, Prover


def _search(obligation: NoGhosts, budget: Budget) -> Iterator[Evidence]:
    network = obligation.search.network
    parts = parts_of(network)
    if parts is None or count_of_patterns(parts) <= MAX_PATTERNS:
        yield {"rule": "ghost_enumeration"}
        return
    systems = SegmentSystems(network)
    ends = [np.array([float(part.upper) for part in own[:-1] if part.upper is not None]) for own in parts]
    for x in states(network.size, drawn(budget.samples, 500), budget.seed):
        if budget.exhausted:
            return
        pattern = [int(np.searchsorted(kinks, value)) for kinks, value in zip(ends, x, strict=True)]
        try:
            if ghost_at(systems, parts, pattern) is not None:
                yield {"rule": "ghost_enumeration", "pattern": pattern}
                return
        except Undecided:
            continue


PROVER = Prover(
    name="ghost_search",
    summary="ghost regions, by going through the choices of segments or sampling them",
    obligations=(NoGhosts,),
    search=_search,
    order=50,
)
