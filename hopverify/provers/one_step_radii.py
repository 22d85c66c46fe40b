"""Radii of retrieval in one step: for every pattern the least (m_ν - margin/β)/d_ν over its rivals, pulled inward.

The bounds are those of the rule, so a radius rounded down to 12 bits holds. A pattern whose least is not positive lies
too close to the rival that gives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.floats import roundoff
from hopverify.checker.gram import Gram, Tile
from hopverify.checker.rules.one_step_retrieval import needed
from hopverify.errors import EvidenceRejected
from hopverify.numerics.pattern_pairs import rounded, texts
from hopverify.obligations import OneStepRetrieval
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.verdict import Reason

Floats = NDArray[Any]


def _search(obligation: OneStepRetrieval, budget: Budget) -> Iterator[Evidence]:
    try:
        gram = Gram(obligation.patterns, obligation.bias)
        lead = needed(gram, obligation) + 64 * roundoff() * (gram.reach + gram.diameter**2)
    except EvidenceRejected as error:
        # Patterns beyond what floating-point bounds can hold get no other evidence.
        raise NothingToSearchError(Reason.NUMBERS_OUT_OF_RANGE) from error
    least = np.full(gram.count, np.inf)
    rivals = np.arange(gram.count)

    def nearest(tile: Tile) -> tuple[Floats, Floats]:
        # The rival's place is taken along the axis of rivals; a pattern's distance to itself is 0.
        axis = 0 if tile.across else 1
        with np.errstate(divide="ignore"):
            ratio = (tile.margin - lead) / tile.distance
        place = np.expand_dims(ratio.argmin(axis=axis), axis)
        return np.take_along_axis(ratio, place, axis).ravel(), place.ravel() + tile.first

    for own, (ratio, rival) in gram.each(nearest, np.float64, alone=np.inf):
        if budget.exhausted:
            return
        lower = ratio < least[own]
        least[own], rivals[own] = np.where(lower, ratio, least[own]), np.where(lower, rival, rivals[own])
    radii = rounded(np.clip(least * (1 - 2.0**-40), 0.0, gram.diameter), up=False)
    yield {
        "rule": "one_step_retrieval",
        "radii": texts(radii, gram.exponent),
        "competitors": rivals.tolist(),
    }


PROVER = Prover(
    name="one_step_radii",
    summary="the largest ball around every pattern that one step sends to the pattern itself (T15)",
    search=_search,
    reason=Reason.MARGIN_TOO_SMALL,
)
