"""Retrieval radii (T15): for every pattern the largest and the smallest radius at which the two conditions hold.

Let S(r) = Σ q_ν(r) d_ν. Since dq_ν/dr = β d_ν q_ν, S is convex and S'(r) = β Σ q_ν(r) d_ν², so the two conditions read
S(r) ≤ r and S'(r) < 1: they hold from the least fixed point of S, found by Newton's method from 0, to the point
where S' = 1, found by bisection. Candidates come from plain floating point, a block of patterns at a
time; they are pulled inward by a few units of their 20 bits and confirmed with the rule's own rigorous sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.rules.retrieval import Gram, Margins
from hopverify.obligations import Retrieval
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
NEWTON_STEPS, BISECTIONS, BITS = 40, 26, 20


def _rounded(values: Floats, *, up: bool) -> Floats:
    """Return doubles with 20 significant bits, rounded up or down."""
    mantissa, exponent = np.frexp(values)
    rounded: Floats = np.ldexp((np.ceil if up else np.floor)(mantissa * 2**BITS), exponent - BITS)
    return rounded


def _sums(gram: Gram, margins: Margins, radius: Floats) -> tuple[Floats, Floats]:
    """Return S(r) and S'(r) for each row, in plain floating point."""
    with np.errstate(over="ignore", invalid="ignore"):
        weighted = np.exp(gram.beta * (radius[:, None] * margins.distance - margins.margin))
        weighted[np.arange(len(weighted)), margins.own] = 0.0
        weighted *= margins.distance
        return weighted.sum(axis=1), gram.beta * np.einsum("ij,ij->i", weighted, margins.distance)


def _least(gram: Gram, margins: Margins) -> Floats:
    """Return the least fixed point of S for each row, NaN where there is none: Newton's method rises towards it."""
    radius = np.zeros(len(margins.own))
    for _ in range(NEWTON_STEPS):
        value, slope = _sums(gram, margins, radius)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(slope < 1, (value - radius) / (1 - slope), np.nan)
        radius = radius + np.maximum(step, 0.0)
        if not np.any(step > radius * 2.0**-30):
            break
    return radius


def _largest(gram: Gram, margins: Margins, least: Floats) -> Floats:
    """Return where S' reaches 1, by doubling and bisection from the least fixed point on."""
    # With a single pattern, or only copies of it, every radius will do; the search ends at a few diameters.
    good, bad, end = least.copy(), 2 * least, 8 * np.sqrt(gram.scale) + 1
    while np.any(growing := (_sums(gram, margins, bad)[1] < 1) & (bad < end)):
        good, bad = np.where(growing, bad, good), np.where(growing, 2 * bad, bad)
    for _ in range(BISECTIONS):
        middle = (good + bad) / 2
        below = _sums(gram, margins, middle)[1] < 1
        good, bad = np.where(below, middle, good), np.where(below, bad, middle)
    return good


def radii(gram: Gram, margins: Margins) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return which rows have a ball, its largest radius, and the smallest one, for one block of patterns."""
    least = np.maximum(_least(gram, margins), 2.0**-60)
    exists = np.isfinite(least)
    start = np.where(exists, least, 1.0)
    inner = _rounded(start * (1 + 2.0**-BITS), up=True)
    outer = np.maximum(_rounded(_largest(gram, margins, start) * (1 - 2.0**-BITS), up=False), inner)
    exists &= _holds(gram, margins, inner)
    # Where the rounding of the bounds spoils the largest radius, a slightly smaller one is tried, then the smallest.
    for candidate in (outer, _rounded(outer * 0.999, up=False), inner):
        outer = np.where(_holds(gram, margins, outer), outer, np.maximum(candidate, inner))
    return exists & _holds(gram, margins, outer), outer, inner


def _holds(gram: Gram, margins: Margins, radius: Floats) -> NDArray[np.bool_]:
    first, second = gram.sums(margins, radius)
    holds: NDArray[np.bool_] = (first <= radius) & (second < 1)
    return holds


def _search(obligation: Retrieval, budget: Budget) -> Iterator[Evidence]:
    gram = Gram(obligation)
    lists: dict[str, list[str | int | None]] = {"radii": [], "inner": [], "distances": [], "competitors": []}
    for start in range(0, len(gram.patterns), gram.block):
        margins = gram.margins(start)
        if budget.exhausted:
            return
        found, outer, inner = radii(gram, margins)
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
