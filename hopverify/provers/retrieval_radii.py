"""Retrieval radii (T15): for every pattern the largest and the smallest radius at which the two conditions hold.

The conditions Σ q_ν(r) d_ν ≤ r and β Σ q_ν(r) d_ν² < 1 are evaluated with the rule's own rigorous sums on a grid of radii
and refined by bisection, a block of patterns at a time; radii keep 20 bits, so the certificate stays short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.rules.retrieval import Gram, Margins
from hopverify.obligations import Retrieval
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
GRID = np.geomspace(2.0**-40, 4.0, 60)
REFINEMENTS = 12


def _rounded(values: Floats, *, up: bool) -> Floats:
    """Return doubles with 20 significant bits, rounded up or down."""
    mantissa, exponent = np.frexp(values)
    rounded: Floats = np.ldexp((np.ceil if up else np.floor)(mantissa * 2**20), exponent - 20)
    return rounded


def _conditions(gram: Gram, margins: Margins, radius: Floats) -> NDArray[np.bool_]:
    first, second = gram.sums(margins, radius)
    holds: NDArray[np.bool_] = (first <= radius) & (second < 1)
    return holds


def _edge(holds: Callable[[Floats], NDArray[np.bool_]], good: Floats, bad: Floats, *, up: bool) -> Floats:
    """Move ``good`` towards ``bad`` (in logarithms) as far as the conditions hold."""
    for _ in range(REFINEMENTS):
        middle = _rounded(np.sqrt(good * bad), up=not up)
        works = holds(middle)
        good, bad = np.where(works, middle, good), np.where(works, bad, middle)
    return good


def radii(gram: Gram, margins: Margins, scale: float) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return which rows have a ball, its largest radius, and the smallest one, for one block of patterns."""
    grid = _rounded(GRID * scale, up=False)
    rows = len(margins.own)
    table = np.array([_conditions(gram, margins, np.full(rows, radius)) for radius in grid])
    found = table.any(axis=0)
    last = len(grid) - 1 - np.argmax(table[::-1], axis=0)
    first = np.argmax(table, axis=0)

    def holds(radius: Floats) -> NDArray[np.bool_]:
        return _conditions(gram, margins, radius)

    outer = _edge(holds, grid[last], grid[np.minimum(last + 1, len(grid) - 1)], up=True)
    inner = _edge(holds, grid[first], grid[np.maximum(first - 1, 0)], up=False)
    return found, outer, np.minimum(inner, outer)


def _search(obligation: Retrieval, budget: Budget) -> Iterator[Evidence]:
    gram = Gram(obligation)
    scale = float(np.sqrt(np.max(gram.squares, initial=0.0))) or 1.0
    lists: dict[str, list[str | int | None]] = {"radii": [], "inner": [], "distances": [], "competitors": []}
    for start in range(0, len(gram.patterns), gram.block):
        margins = gram.margins(start)
        found, outer, inner = radii(gram, margins, scale)
        distance = _rounded(gram.sums(margins, inner)[0], up=True)
        rivals = margins.margin.copy()
        rivals[np.arange(len(rivals)), margins.own] = np.inf
        lists["competitors"] += [int(k) for k in np.argmin(rivals, axis=1)]
        for key, values in (("radii", outer), ("inner", inner), ("distances", distance)):
            lists[key] += [str(Fraction(v)) if ok else None for ok, v in zip(found, values.tolist(), strict=True)]
    yield {"rule": "retrieval", **lists}


PROVER = Prover(
    name="retrieval_radii",
    summary="the largest certified retrieval ball of every pattern (T15)",
    obligations=(Retrieval,),
    search=_search,
    order=20,
    reason=Reason.MARGIN_TOO_SMALL,
)
