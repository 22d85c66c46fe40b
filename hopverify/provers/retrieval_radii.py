"""Retrieval radii (T15): for every pattern the largest radius R with S'(R) < 1 and the least δ with S(δ) ≤ δ.

Here S(r) = Σ q_ν(r) d_ν with q_ν(r) = exp(-β(m_ν - r d_ν)). Each Σ q_ν d_ν^k is a sum of exponentials in r, so its
logarithm is convex and nearly straight, and two derivatives at one radius tell where it crosses a level: R is reached
from the radius that the worst rival alone allows, in two or three passes over the rivals, δ from r = 0 in one or two.
All is done in plain floating point; the sums are aimed a little below their limits, by what the rule's bounds are
known to lose. Balls that the rule rejects all the same (of patterns that agree in nearly all digits) are replaced by
more cautious ones, and at last left out, so that they cost no other pattern its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.exponentials import LOWEST, STEPS, Weights, weights
from hopverify.checker.gram import Gram
from hopverify.checker.rules.retrieval import RULE, Balls, bounds, sheet_of
from hopverify.checker.stored import distinct
from hopverify.errors import EvidenceRejected
from hopverify.numerics.limits import OutOfTimeError
from hopverify.numerics.pattern_pairs import CHUNK, Pairs, Slab, rounded, texts
from hopverify.obligations import Retrieval
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.verdict import Reason

Floats = NDArray[Any]
ROUNDS, NEWTON_STEPS = 24, 24
_SETTLED = 0.1
# Gaps may have been found in single precision.
CAUTION = 2.0**-18


@dataclass(frozen=True)
class Search:
    """The search at one β: sums are aimed below their limits by the factor e^-slack."""

    weights: Weights
    slack: float

    def balls(self, slab: Slab) -> tuple[Floats, Floats, Floats, Floats]:
        """Return radii, distances (both 0 where there is no ball), the worst rivals and the distance to the nearest."""
        limits, rivals = self._limits(slab)
        radius = rounded(self._radius(slab, limits), up=False)
        distance = rounded(self._distance(slab), up=True)
        found = distance <= radius
        apart = np.where(slab.distance > 0, slab.distance, np.inf)
        nearest = apart.argmin(axis=1)
        gap = apart[np.arange(len(nearest)), nearest]
        # A ball around more than one pattern: the nearest other one tells more than the worst competitor.
        rivals = np.where(found & (2 * distance >= gap), nearest, rivals)
        return np.where(found, radius, 0.0), np.where(found, distance, 0.0), rivals, gap

    def _limits(self, slab: Slab) -> tuple[Floats, Floats]:
        """Return the radius at which one rival alone makes S' = 1, and that rival.

        The rival with the least m/d is taken, unless it is so near that it shares the ball: then all are compared.
        """
        rivals = slab.nearest.copy()
        every = np.arange(len(rivals))
        beta = self.weights.beta
        sharing = np.flatnonzero(beta * slab.distance[every, rivals].astype(float) ** 2 < 2)
        if len(sharing):
            rivals[sharing] = np.argmin(_limit(slab.margin[sharing], slab.distance[sharing], beta), axis=1)
        margin, distance = (array[every, rivals].astype(float) for array in (slab.margin, slab.distance))
        return _limit(margin, distance, beta), rivals

    def _radius(self, slab: Slab, start: Floats) -> Floats:
        """Return where S' reaches its limit; at most a diameter, since a lone pattern allows any radius."""
        end = self.weights.gram.diameter
        radius = np.clip(start, 0.0, end)
        still = np.arange(len(radius))
        for _ in range(ROUNDS):
            value, slope, curvature = self._expansion(slab, still, radius[still], power=2)
            value += np.log(self.weights.beta) + self.slack
            step = _crossing(value, slope, curvature)
            # The cubic term that the parabola leaves out is of the order of (√curvature·step)³/6.
            done = np.sqrt(curvature) * np.abs(step) < _SETTLED
            done |= (radius[still] >= end) & (value <= 0) | (radius[still] <= 0) & (value >= 0)
            radius[still] = np.clip(radius[still] + step, 0.0, end)
            still = still[~done]
            if not len(still):
                return radius
        radius[still] = 0.0
        return radius

    def _distance(self, slab: Slab) -> Floats:
        """Return the least fixed point of S, infinite where the search finds none."""
        distance = np.zeros(len(slab.margin))
        still = np.arange(len(distance))
        for _ in range(ROUNDS):
            value, slope, curvature = self._expansion(slab, still, distance[still], power=1)
            found = _fixed_point(value + self.slack, slope, curvature, distance[still])
            step = np.where(np.isfinite(found), found - distance[still], 0.0)
            far = np.sqrt(curvature) * np.abs(step) > _SETTLED
            distance[still] = found
            still = still[far]
            if not len(still):
                return distance
        distance[still] = np.inf
        return distance

    def _expansion(self, slab: Slab, rows: Floats, radius: Floats, power: int) -> tuple[Floats, Floats, Floats]:
        """Return the logarithm of Σ q d^power and its first two derivatives by the radius."""
        beta, dtype = self.weights.beta, self.weights.dtype
        # What the rule adds to the sum: the end of its table of exponentials.
        floor = 4 * self.weights.gram.count * np.exp(float(LOWEST[dtype])) * self.weights.gram.diameter
        total = np.zeros((3, len(rows)))
        whole = len(rows) == len(slab.margin)
        shift = (beta * radius[:, None]).astype(dtype)
        for left in range(0, slab.margin.shape[1], CHUNK):
            part = slice(left, left + CHUNK)
            distance, margin = slab.distance[:, part], slab.margin[:, part]
            if not whole:
                distance, margin = distance[rows], margin[rows]
            weight = margin * dtype(-beta)
            if shift.any():
                weight += distance * shift
            # Below this the rule's bounds do not go, and subnormal numbers are slow.
            np.exp(np.clip(weight, dtype(LOWEST[dtype]), dtype(60), out=weight), out=weight)
            for _ in range(power - 1):
                weight *= distance
            total[0] += np.vecdot(weight, distance)
            weight *= distance
            total[1] += np.vecdot(weight, distance)
            weight *= distance
            total[2] += np.vecdot(weight, distance)
        total[0] += floor
        first, second = total[1] / total[0], total[2] / total[0]
        return np.log(total[0]), beta * first, beta**2 * np.maximum(second - first**2, 0.0)


def _limit(margin: Floats, distance: Floats, beta: float) -> Floats:
    """Return the radii at which β q d² = 1 for a single rival."""
    limit: Floats = (margin - (2 * np.log(distance) + np.log(beta)) / beta) / distance
    return limit


def _crossing(value: Floats, slope: Floats, curvature: Floats) -> Floats:
    """Return the step after which value + slope·h + curvature·h²/2 is 0: Newton's where the parabola has no zero."""
    inside = slope**2 - 2 * value * curvature
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(inside > 0, -2 * value / (slope + np.sqrt(np.maximum(inside, 0.0))), -value / slope)
    return np.nan_to_num(step, nan=0.0, posinf=1e300, neginf=-1e300)


def _fixed_point(value: Floats, slope: Floats, curvature: Floats, at: Floats) -> Floats:
    """Return the least r with exp(value + slope·h + curvature·h²/2) = r, h = r - at, infinite where there is none."""
    r = np.zeros_like(at)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for _ in range(NEWTON_STEPS):
            h = r - at
            model = np.exp(value + slope * h + curvature * h**2 / 2)
            rate = model * (slope + curvature * h)
            # Newton's method rises towards the least fixed point of a convex function, and ends where its slope is 1.
            r = np.where(rate < 1, r + np.maximum(model - r, 0.0) / (1 - rate), np.inf)
    return np.where(np.isfinite(r), r, np.inf)


class _Shared:
    """The sheets found last: the claims about several β ask for the same ones, one after the other."""

    key: Any = None
    sheets: list[dict[str, Any]] | None = None


def forget() -> None:
    """Let go of the sheets found last."""
    _Shared.key = _Shared.sheets = None


def _sheets(obligation: Retrieval, betas: tuple[Fraction, ...], caution: float, budget: Budget) -> list[dict[str, Any]]:
    key = (obligation.patterns, obligation.bias, obligation.ghost, betas, caution)
    if _Shared.key != key or _Shared.sheets is None:
        _Shared.key, _Shared.sheets = key, _searched(obligation, betas, caution, budget)
    # The lists are copied, so that evidence is a value of its own.
    return [{name: list(part) if isinstance(part, list) else part for name, part in s.items()} for s in _Shared.sheets]


def _searched(
    obligation: Retrieval, betas: tuple[Fraction, ...], caution: float, budget: Budget
) -> list[dict[str, Any]]:
    """Return a sheet for each β, from one pass over all pairs of patterns."""
    count = len(obligation.labels)
    gram = Gram(obligation.patterns, obligation.bias, ghost=obligation.ghost)
    likely = weights(gram, [gram.scaled_beta(beta) for beta in betas], gram.diameter)
    searches = [Search(each, caution * ((2 + 2 * each.slack) / STEPS + 0.003)) for each in likely]

    def watch(done: int) -> None:
        budget.ask()
        budget.report(done, count, "patterns")

    pairs = Pairs(gram, likely[0].dtype)
    slabs = list(pairs.each(lambda slab: [search.balls(slab) for search in searches], count, watch))
    columns = [map(np.concatenate, zip(*parts, strict=True)) for parts in zip(*slabs, strict=True)]
    sheets = [_sheet(beta, gram, *found) for beta, found in zip(betas, columns, strict=True)]
    if len(set(distinct(obligation.patterns))) < count:
        # Rounding parts copies a little: only the rule tells them from rivals.
        read = [sheet_of(beta, each, count, gram.count) for beta, each in zip(betas, sheets, strict=True)]
        balls = Balls.of(gram, read)
        rule = bounds(gram, balls, obligation.patterns)
        for sheet, ball in zip(sheets, balls, strict=True):
            sheet["own"] = rule.owning(ball)[:count].tolist()
    return sheets


def _sheet(
    beta: Fraction, gram: Gram, radii: Floats, distances: Floats, rivals: Floats, gaps: Floats
) -> dict[str, Any]:
    nearest = np.minimum(gaps, np.sqrt(gram.squares[: len(gaps)]))
    return {
        "beta": str(beta),
        "radii": texts(radii, gram.exponent),
        "distances": texts(distances, gram.exponent),
        "own": ((distances > 0) & (2 * distances * (1 + CAUTION) < nearest)).tolist(),
        "competitors": rivals.tolist(),
    }


def _search(obligation: Retrieval, budget: Budget) -> Iterator[Evidence]:
    betas = obligation.together or (obligation.beta,)
    sheets: list[dict[str, Any]] = []
    for caution in (1.0, 8.0, 64.0):
        try:
            found = _sheets(obligation, betas, caution, budget)
        except OutOfTimeError:
            return
        except EvidenceRejected as error:
            # Patterns or a β beyond what floating-point bounds can hold get no other evidence.
            raise NothingToSearchError(Reason.NUMBERS_OUT_OF_RANGE) from error
        if sheets:
            _replace_failing(obligation, betas, sheets, found)
        sheets = sheets or found
        evidence: Evidence = {"rule": RULE.name, "sheets": sheets}
        yield evidence
        if _accepted(obligation, evidence):
            return
    _replace_failing(obligation, betas, sheets, None)
    yield {"rule": RULE.name, "sheets": sheets}


def _replace_failing(
    obligation: Retrieval,
    betas: tuple[Fraction, ...],
    sheets: list[dict[str, Any]],
    others: list[dict[str, Any]] | None,
) -> None:
    """Replace the balls that the rule does not accept by those of other sheets, or by none."""
    gram = Gram(obligation.patterns, obligation.bias, ghost=obligation.ghost)
    count = len(obligation.labels)
    read = [sheet_of(beta, sheet, count, gram.count) for beta, sheet in zip(betas, sheets, strict=True)]
    balls = Balls.of(gram, read)
    found = bounds(gram, balls, obligation.patterns)
    for sheet, ball, wrong, other in zip(sheets, balls, found.failing(balls), others or repeat(None), strict=False):
        for mu in np.flatnonzero(wrong).tolist():
            for part, none in (("radii", None), ("distances", None), ("own", False)):
                sheet[part][mu] = none if other is None else other[part][mu]
        for mu in np.flatnonzero(~found.owning(ball)[:count]).tolist():
            sheet["own"][mu] = False


def _accepted(obligation: Retrieval, evidence: Evidence) -> bool:
    """Return whether the rule accepts the evidence, even if too few patterns have a ball; it remembers what it did."""
    try:
        RULE.judge(obligation, evidence)
    except EvidenceRejected:
        return False
    return True


PROVER = Prover(
    name="retrieval_radii",
    summary="the largest certified retrieval ball of every pattern (T15)",
    search=_search,
    reason=Reason.MARGIN_TOO_SMALL,
)
