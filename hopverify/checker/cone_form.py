"""The quadratic form that unbounded activations feel: Q = diag(ρ/s) - M on a cone of directions.

For each neuron whose activation is not bounded on both sides, growth says how far a state must go for an activation:
with base r (0 or g(0)), δ = σ(γ - r), slope s, offset t and shift a,

    δ ≤ s·|x| + t,    δ ≥ -a if ``signed`` (the activation is bounded on one side; σ = ±1 turns it downward).

A lower bound ``margin`` of the form, uᵀQu ≥ margin·|u|² for all u with u_i ≥ 0 on the signed ones, is confirmed
exactly: by strict copositivity of Q - margin·I, or by a split Q - margin·I = P + N with P ≻ 0 and N ≥ 0 on the signed
entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.checker.copositivity import TooLarge, is_positive_on_cone, is_split
from hopverify.checker.growth import Growth
from hopverify.checker.payload import rational, vector
from hopverify.errors import EvidenceRejected

Matrix = np.ndarray[Any, Any]
ZERO = Fraction(0)


@dataclass(frozen=True)
class Reach:
    """How an activation that is not bounded follows its state; see above."""

    orientation: int
    signed: bool
    slope: Fraction
    offset: Fraction
    shift: Fraction


def reach(growth: Growth, base: Fraction = ZERO) -> Reach | None:
    """Return the reach of a non-decreasing activation, or None if it is bounded on both sides."""
    up, top = growth.above.right, max(growth.above.offset - base, ZERO)
    down, bottom = growth.below.left, max(growth.below.offset + base, ZERO)
    if growth.above.left or growth.below.right:
        raise EvidenceRejected("the growth bound of an activation does not follow its monotonicity")
    if up and down:
        return Reach(1, False, max(up, down), max(top, bottom), ZERO)
    if up:
        return Reach(1, True, up, top, bottom)
    return Reach(-1, True, down, bottom, top) if down else None


def form(M: Matrix, leak: Sequence[Fraction], reaches: Sequence[Reach]) -> Matrix:
    """Return Q = diag(ρ/s) - M in the coordinates δ."""
    turn: Matrix = np.array([entry.orientation for entry in reaches], dtype=object)
    Q: Matrix = -M * np.outer(turn, turn)
    for i, entry in enumerate(reaches):
        Q[i, i] += leak[i] / entry.slope
    return Q


def confirmed_margin(Q: Matrix, signed: Sequence[bool], payload: Mapping[str, Any]) -> Fraction:
    """Return the payload's margin; raise :class:`EvidenceRejected` unless uᵀQu ≥ margin·|u|² on the cone."""
    margin = rational(payload.get("margin"))
    if margin <= 0:
        raise EvidenceRejected("margin: expected a positive number")
    lowered = Q.copy()
    for i in range(len(Q)):
        lowered[i, i] -= margin
    if "split" in payload:
        N = vector(payload["split"], Q.size).reshape(Q.shape)
        inside = np.outer(signed, signed)
        if np.any(N[~inside] != 0) or not is_split(lowered, N):
            raise EvidenceRejected("split: N is not ≥ 0 on the cone, or Q - margin - N is not positive definite")
        return margin
    try:
        if is_positive_on_cone(lowered, signed):
            return margin
    except TooLarge as error:
        raise EvidenceRejected(str(error)) from error
    raise EvidenceRejected("the form Q - margin is not positive on the cone")
