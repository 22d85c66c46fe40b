"""Local minima of the Epanechnikov energy: there is nothing to search, the rule goes through all sets of balls."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.obligations import BallMinima
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason


def _search(obligation: BallMinima, budget: Budget) -> Iterator[Evidence]:
    yield {"rule": "ball_minima"}


PROVER = Prover(
    name="ball_minima",
    summary="all sets of overlapping balls, left to the rule",
    search=_search,
    reason=Reason.TOO_MANY_OVERLAPS,
    exact=True,
)
