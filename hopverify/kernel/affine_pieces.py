"""Where activations are affine: exact minima of multipliers, systems of equations, and continua of equilibria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat

from hopverify.kernel.boxes import pull
from hopverify.kernel.curves import Curve
from hopverify.kernel.entries import Entry, Interval, holds
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import exactly, fraction
from hopverify.kernel.numbers import need


def lowest_states(
    flow: Flow, box: Sequence[Interval], multipliers: Sequence[Fraction]
) -> tuple[Fraction | None, list[Interval]]:
    """Return the least value of Σ y_i F_i on a box, and where each neuron has its part of it; None for -∞.

    F is the one with neurons that act for themselves, affine in pieces, and affine drives.
    """
    assert flow.separate is not None
    pulls, constant = pull(flow, multipliers)
    total, places = -fraction(constant), list[Interval]()
    parts = zip(flow.separate, box, multipliers, flow.leak, pulls, strict=True)
    for least, place in (_lowest(curve, own, y * rho, -fraction(q)) for curve, own, y, rho, q in parts):
        if least is None:
            return None, []
        total += least
        places.append(place)
    return total, places


def _lowest(curve: Curve, own: Interval, p: Fraction, q: Fraction) -> tuple[Fraction | None, Interval]:
    """Return the least value of p·x + q·g(x) on an interval, and the interval of the places that have it."""
    least: Fraction | None = None
    place: Interval = (None, None)
    for piece in curve.pieces:
        low, high = common(own, (piece.low, piece.high))
        if low is not None and high is not None and low > high:
            continue
        assert piece.line is not None
        slope = p + q * piece.line[0]
        begin, end = (low, high) if slope == 0 else (low, low) if slope > 0 else (high, high)
        if slope != 0 and begin is None:
            return None, (None, None)
        value = q * piece.line[1] + (Fraction(0) if begin is None else slope * begin)
        if least is None or value < least:
            least, place = value, (begin, end)
        elif value == least:
            place = (place[0], end)
    return least, place


def common(one: Interval, other: Interval) -> Interval:
    """Return what two intervals have in common; its ends are in the wrong order if that is nothing."""
    lows = [low for low in (one[0], other[0]) if low is not None]
    highs = [high for high in (one[1], other[1]) if high is not None]
    return max(lows, default=None), min(highs, default=None)


@dataclass(frozen=True)
class System:
    """F(x) = 0 as Ax = r on a box where each activation is affine; with x_j = a for intervals [a, a] of the box.

    ``solution`` is the one solution, None if there are ``many``, or none.
    """

    rows: fmpq_mat
    rank: int
    many: bool
    solution: tuple[Fraction, ...] | None

    def holds_at(self, x: Sequence[Fraction]) -> bool:
        """Return whether a state solves the equations."""
        state = fmpq_mat(len(x) + 1, 1, [*map(exactly, x), fmpq(-1)])
        return all(each == 0 for each in (self.rows * state).entries())


def system(flow: Flow, box: Sequence[Interval], where: str) -> System:
    """Return the equations on a closed box; refuse it where an activation is not affine in one piece."""
    need(flow.separate is not None, where, "neurons act together, or drives are not affine")
    assert flow.separate is not None
    assert flow.weights is not None
    lines = [_line(curve, own) for curve, own in zip(flow.separate, box, strict=True)]
    found = [line for line in lines if line is not None]
    need(len(found) == len(lines), where, "an activation is not affine, with rational numbers, on the whole box")
    n, (W, offset) = flow.size, flow.weights
    slopes, constants = fmpq_mat(n, n), fmpq_mat(n, 1, [exactly(constant) for _, constant in found])
    leaks = fmpq_mat(n, n)
    for j, (slope, _) in enumerate(found):
        slopes[j, j], leaks[j, j] = exactly(slope), exactly(flow.leak[j])
    A, r = leaks - W * slopes, W * constants + offset
    held = [(j, low) for j, (low, high) in enumerate(box) if low is not None and low == high]
    rows = fmpq_mat(n + len(held), n + 1)
    for i in range(n):
        for j in range(n):
            rows[i, j] = A[i, j]
        rows[i, n] = r[i, 0]
    for i, (j, state) in enumerate(held, start=n):
        rows[i, j], rows[i, n] = fmpq(1), exactly(state)
    if not held:
        try:
            return System(rows, n, False, tuple(map(fraction, A.solve(r).entries())))
        except ZeroDivisionError:
            pass
    return _reduced(rows, n)


def _reduced(rows: fmpq_mat, n: int) -> System:
    reduced, rank = rows.rref()
    # The last row that is not 0 says 0 = 1 if there is no solution.
    solvable = rank == 0 or any(reduced[rank - 1, j] != 0 for j in range(n))
    if solvable and rank == n:
        return System(rows, n, False, tuple(fraction(reduced[j, n]) for j in range(n)))
    return System(rows, rank, solvable, None)


def _line(curve: Curve, own: Interval) -> tuple[Fraction, Fraction] | None:
    """Return α and β of the activation on an interval, if that is in one affine piece."""
    over = (piece for piece in curve.pieces if holds([(piece.low, piece.high)], [own]))
    return next((piece.line for piece in over), None)


def check_continuum(flow: Flow, entry: Entry, where: str) -> None:
    """Refuse a continuum unless the equilibria in its cell form a polytope of its dimension, with its ends.

    The point solves the equations of the cell, and lies inside the intervals that are more than a point: so all
    solutions near it are in the cell.
    """
    equations, x = system(flow, entry.cell, where), entry.point
    need(equations.holds_at(x), where, "the point is no equilibrium in the cell")
    inside = all(
        low == high == u or ((low is None or low < u) and (high is None or u < high))
        for u, (low, high) in zip(x, entry.cell, strict=True)
    )
    need(inside, where, "the point does not lie inside the cell")
    need(entry.dimension == flow.size - equations.rank, where, "the dimension is another one")
    if entry.tips:
        need(entry.dimension == 1 and len(entry.tips) == 2, where, "a segment has two ends")
        for tip, other in (entry.tips, entry.tips[::-1]):
            need(_is_tip(equations, entry, tip, other), where, "an end of the segment is not where it leaves the cell")


def _is_tip(equations: System, entry: Entry, tip: Sequence[Fraction], other: Sequence[Fraction]) -> bool:
    """Return whether a state of the segment is where it leaves the cell, seen from another state."""
    inside = holds(entry.cell, [(u, u) for u in tip])
    leaving = any(
        (u == low and v > u) or (u == high and v < u) for u, v, (low, high) in zip(tip, other, entry.cell, strict=True)
    )
    return equations.holds_at(tip) and inside and leaving
