"""Retrieval balls (T15) for all patterns at once, in floating point with proved error bounds.

For pattern μ and radius r, let d_ν = ‖ξ_ν - ξ_μ‖, a_ν = ⟨ξ_μ - ξ_ν, ξ_μ⟩ and q_ν = exp(-β(a_ν - r d_ν + b_μ - b_ν)) for
ν ≠ μ, where b is the softmax layer's bias. On the ball, p_ν ≤ q_ν. If Σ q_ν d_ν ≤ r and β Σ q_ν d_ν² < 1, the ball is
invariant and the map contracts on it. The payload gives, for each pattern, a radius (or null), an inner radius at
which both conditions hold too, and the distance: the equilibrium lies within ``distance`` ≥ Σ q_ν(inner) d_ν.

Error bounds. Let u = 2⁻⁵³, n the dimension, N ≥ max ‖ξ‖. A floating inner product in any order of summation, with or
without fused operations, is off by at most n·u/(1 - n·u)·N² plus n·2⁻¹⁰⁷⁴ for underflow (Higham 2002, §3.1;
Jeannerod & Rump 2013); rounding rational patterns to doubles adds at most (2u + u²)N². Every later operation adds a
relative error u. The constants below are these sums, rounded up generously; their effect is of order n·u·β.
``competitors`` is a hint for the reader (the pattern with the smallest a_ν) and proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import UNIT, assert_rounding, exp_upper, sum_upper, upward
from hopverify.checker.payload import index, rational
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, Retrieval

Floats = NDArray[np.float64]
BLOCK_ENTRIES = 2**21


@dataclass(frozen=True)
class Margins:
    """Bounds on the exact quantities for a block of patterns; entry (μ, ν) of each array is for pattern μ, rival ν."""

    distance: Floats  # ≥ d_ν
    margin: Floats  # ≤ a_ν + b_μ - b_ν
    own: NDArray[np.int64]  # column of each row's own pattern


class Gram:
    """The patterns as doubles, with a bound on what that and the products lose."""

    def __init__(self, obligation: Retrieval) -> None:
        assert_rounding()
        self.patterns = obligation.patterns.floats()
        self.bias = obligation.bias.floats()
        count, n = self.patterns.shape
        self.beta = upward(float(obligation.beta), 2)
        squares = np.einsum("ij,ij->i", self.patterns, self.patterns)
        largest = float(upward(np.max(squares, initial=0.0), 4 * n + 8)) + n * 2.0**-1070
        self.product_error = upward((n + 8) * UNIT * largest + n * 2.0**-1070, 16)
        self.squares, self.scale = squares, upward(largest + float(np.max(np.abs(self.bias), initial=0.0)), 8)
        if not np.isfinite(self.scale) or not np.isfinite(self.beta):
            raise EvidenceRejected("the patterns are too large for floating-point bounds")
        self.block = max(1, BLOCK_ENTRIES // max(count, 1))

    def margins(self, start: int) -> Margins:
        """Return the bounds for the patterns from ``start`` on, one block of them."""
        rows = slice(start, min(start + self.block, len(self.patterns)))
        products = self.patterns[rows] @ self.patterns.T
        own = np.arange(rows.start, rows.stop)
        e = self.product_error + 16 * UNIT * self.scale
        square = self.squares[rows, None] + self.squares[None, :] - 2 * products + 4 * e
        distance = upward(np.sqrt(np.maximum(square, 0.0)), 4)
        margin = self.squares[rows, None] - products + (self.bias[rows, None] - self.bias[None, :]) - 4 * e
        return Margins(distance, margin, own)

    def sums(self, margins: Margins, radius: Floats) -> tuple[Floats, Floats]:
        """Return upper bounds of Σ q_ν d_ν and β Σ q_ν d_ν² for each row, at that row's radius."""
        r = radius[:, None]
        gap = margins.margin - upward(r * margins.distance, 2)
        exponent = -self.beta * gap
        # β was rounded up; for a positive gap that is the wrong side, which the last term covers with all roundings.
        exponent += 16 * UNIT * (np.abs(exponent) + self.beta * (self.scale + upward(r * margins.distance, 2)))
        q = exp_upper(exponent)
        q[np.arange(len(q)), margins.own] = 0.0
        weighted = q * margins.distance
        first = sum_upper(upward(weighted, 2))
        second = upward(self.beta * sum_upper(upward(weighted * margins.distance, 4)), 4)
        return first, second


def _numbers(payload: Mapping[str, Any], key: str, count: int) -> list[Any]:
    listed = payload[key]
    if not isinstance(listed, list) or len(listed) != count:
        raise EvidenceRejected(f"{key}: expected one entry for each of the {count} patterns")
    return listed


def _doubles(values: list[Any], *, missing: float) -> Floats:
    """Return numbers that must be doubles, null as ``missing``."""
    numbers = [Fraction(missing) if value is None else rational(value) for value in values]
    doubles = np.array([float(number) for number in numbers])
    if any(Fraction(double) != number for double, number in zip(doubles.tolist(), numbers, strict=True)):
        raise EvidenceRejected("radii and distances must be exactly doubles")
    return doubles


def _judge(obligation: Retrieval, payload: Mapping[str, Any]) -> Judgement:
    count = len(obligation.labels)
    radii, inner, distances = (_numbers(payload, key, count) for key in ("radii", "inner", "distances"))
    competitors = [index(entry, count) for entry in _numbers(payload, "competitors", count)]
    outer, core, bound = (_doubles(values, missing=1.0) for values in (radii, inner, distances))
    if np.any(core > outer) or np.any(core <= 0) or np.any(bound < 0):
        raise EvidenceRejected("expected 0 < inner radius ≤ radius and distances ≥ 0")
    claimed = np.array([radius is not None for radius in radii])
    gram = Gram(obligation)
    for start in range(0, count, gram.block):
        rows = slice(start, min(start + gram.block, count))
        if claimed[rows].any():
            _check_block(gram, gram.margins(start), rows, claimed, outer, core, bound)
    rows_of_data = [_row(obligation, mu, radii[mu], distances[mu], competitors[mu]) for mu in range(count)]
    certified = int(claimed.sum())
    data = {"certified": certified, "patterns": count, "memories": rows_of_data}
    return Judgement(Outcome.PROVED if certified >= obligation.at_least else Outcome.OPEN, data)


def _check_block(
    gram: Gram, margins: Margins, rows: slice, claimed: NDArray[np.bool_], outer: Floats, core: Floats, bound: Floats
) -> None:
    for radius, limit in ((outer, outer), (core, np.minimum(core, bound))):
        first, second = gram.sums(margins, radius[rows])
        wrong = claimed[rows] & ~((first <= limit[rows]) & (second < 1))
        if wrong.any():
            mu = rows.start + int(np.flatnonzero(wrong)[0])
            raise EvidenceRejected(f"the conditions of T15 do not hold for pattern {mu} at the stated radius")


def _row(obligation: Retrieval, mu: int, radius: Any, distance: Any, competitor: int) -> dict[str, Any]:
    row = {"name": obligation.labels[mu], "verdict": "unknown" if radius is None else "pass"}
    if radius is not None:
        row |= {"radius": radius, "distance": distance}
    if competitor != mu:
        row["competitor"] = obligation.labels[competitor]
    return row


RULE = Rule(
    name="retrieval",
    summary="the conditions of T15 for each pattern, in floating point with proved error bounds",
    obligations=(Retrieval,),
    judge=_judge,
    required=frozenset({"radii", "inner", "distances", "competitors"}),
)
