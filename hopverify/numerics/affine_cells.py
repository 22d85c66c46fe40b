"""All equilibria in a box on which every activation is affine: none, a point, or a polytope, found exactly.

There F(x) = Mx - r over the rationals. Where M is singular, the solutions in the box are a polytope: a *face* of the
box may hold all of it, in coordinates that stand at an end throughout. They are *pinned*: multipliers y make
yᵀ(Mx - r) a sum of terms that are least, together 0, just there. Linear programs propose (SciPy, HiGHS); what is
returned is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment
from hopverify.numerics.piecewise_linear import Box, End

DENOMINATORS = (1, 4, 2**6, 2**12, 2**30)
SLACK = 1e-9
Point = tuple[Fraction, ...]
Side = tuple[int, int]
Limit = tuple[Fraction, Side]


@dataclass(frozen=True)
class Solutions:
    """Solutions of a cell: ``point`` is one, strictly inside in all coordinates but those ``pinned`` to an end.

    They have a ``dimension``; ``tips`` are the ends of a bounded segment. ``multipliers`` show what is pinned.
    """

    point: Point
    dimension: int = 0
    pinned: dict[int, Fraction] = field(default_factory=dict)
    multipliers: list[int] | None = None
    tips: tuple[Point, Point] | None = None


@dataclass(frozen=True)
class Empty:
    """A cell without solutions; ``multipliers`` show it where the system alone has infinitely many."""

    multipliers: list[int] | None = None


class Undecided(Exception):
    """Raised where the linear programs do not propose what holds exactly."""


class AffineCells:
    """The linear systems of one network."""

    def __init__(self, network: LinearNetwork) -> None:
        self.size = network.size
        self.W = [[_flint(entry) for entry in row] for row in network.W]
        self.b, self.leak = [_flint(v) for v in network.b], [_flint(v) for v in network.leak]

    def system(self, chosen: Sequence[Segment]) -> tuple[fmpq_mat, fmpq_mat]:
        """Return M and r for one segment of each neuron."""
        slopes = [_flint(part.slope) for part in chosen]
        intercepts = [(j, _flint(part.intercept)) for j, part in enumerate(chosen) if part.intercept]
        entries = [-w * s if s else fmpq(0) for row in self.W for w, s in zip(row, slopes, strict=True)]
        for i, leak in enumerate(self.leak):
            entries[i * (self.size + 1)] += leak
        right = [sum((row[j] * t for j, t in intercepts), b) for row, b in zip(self.W, self.b, strict=True)]
        return fmpq_mat(self.size, self.size, entries), fmpq_mat(self.size, 1, right)

    def solve(self, chosen: Sequence[Segment], box: Box) -> Solutions | Empty:
        """Return the equilibria of a box within the chosen segments; raise :class:`Undecided`."""
        M, right = self.system(chosen)
        try:
            x = tuple(map(_fraction, M.solve(right).entries()))
        except ZeroDivisionError:
            return _Polytope(M, right, box).solutions()
        return Solutions(x) if _holds(box, x) else Empty()


class _Polytope:
    """The solutions of Mx = r, with coordinates that are pinned one after the other, in a box."""

    def __init__(self, M: fmpq_mat, right: fmpq_mat, box: Box) -> None:
        self.M, self.right, self.box, self.size = M, right, box, M.ncols()
        self.pinned: dict[int, Fraction] = {}

    def solutions(self) -> Solutions | Empty:
        """Return what there is."""
        while True:
            space = self._space()
            if space is None:
                if self.pinned:
                    raise Undecided
                return Empty()
            start, ways = space
            still = {j: start[j] for j in range(self.size) if not any(way[j] for way in ways)}
            for j, value in still.items():
                if not _between(*self._ends(j), value):
                    low = self._ends(j)[0]
                    return self._refuted([(j, 0 if low is not None and value < low else 1)])
            self.pinned |= {j: v for j, v in still.items() if v in self._ends(j)}
            if not ways:
                return self._told(start, 0, None)
            least, most = self._range(start, ways[0]) if len(ways) == 1 else (None, None)
            if least is not None and most is not None and least[0] > most[0]:
                return self._refuted([least[1], most[1]])
            more = self._tight(start, ways)
            if not more:
                return self._inside(start, ways)
            self.pinned |= more

    def _ends(self, j: int) -> tuple[End, End]:
        return self.box.ends[0][j], self.box.ends[1][j]

    def _space(self) -> tuple[Point, list[Point]] | None:
        """Return a solution and a basis of the directions, None where there is no solution."""
        n, equations = (
            self.size,
            [[*row, *right] for row, right in zip(self.M.tolist(), self.right.tolist(), strict=True)],
        )
        for j, value in self.pinned.items():
            equations.append([fmpq(int(i == j)) for i in range(n)] + [_flint(value)])
        reduced, rank = fmpq_mat(equations).rref()
        pivots = [next(j for j in range(n + 1) if reduced[i, j] != 0) for i in range(rank)]
        if n in pivots:
            return None
        start, free = [Fraction(0)] * n, [j for j in range(n) if j not in pivots]
        for i, pivot in enumerate(pivots):
            start[pivot] = _fraction(reduced[i, n])
        ways = []
        for j in free:
            way = [Fraction(int(i == j)) for i in range(n)]
            for i, pivot in enumerate(pivots):
                way[pivot] = -_fraction(reduced[i, j])
            ways.append(tuple(way))
        return tuple(start), ways

    def _range(self, start: Point, way: Point) -> tuple[Limit | None, Limit | None]:
        """Return between which z the point start + z·way lies in the box, each with the end that limits it."""
        lows, highs = list[Limit](), list[Limit]()
        for j, step in enumerate(way):
            for side in (0, 1) if step else ():
                if self._ends(j)[side] is not None:
                    limit = (self._end(j, side) - start[j]) / step, (j, side)
                    (lows if (step > 0) == (side == 0) else highs).append(limit)
        return max(lows, default=None), min(highs, default=None)

    def _tight(self, start: Point, ways: list[Point]) -> dict[int, Fraction]:
        """Return coordinates that stand at an end in all solutions, on more than a line as far as doubles tell."""
        if len(ways) == 1:
            least, most = self._range(start, ways[0])
            if least is None or most is None or least[0] < most[0]:
                return {}
            x = _along(start, ways, [least[0]])
            return {j: x[j] for j, step in enumerate(ways[0]) if step and x[j] in self._ends(j)}
        slack, _ = self._program(start, ways, None)
        if slack > SLACK:
            return {}
        if slack < -SLACK:
            raise Undecided
        sides = [(j, side) for j in range(self.size) for side in (0, 1) if self._can_move(j, side, ways)]
        return {j: self._end(j, side) for j, side in sides if self._program(start, ways, (j, side))[0] <= SLACK}

    def _can_move(self, j: int, side: int, ways: list[Point]) -> bool:
        return any(way[j] for way in ways) and self._ends(j)[side] is not None

    def _end(self, j: int, side: int) -> Fraction:
        end = self._ends(j)[side]
        assert end is not None
        return end

    def _program(self, start: Point, ways: list[Point], goal: tuple[int, int] | None) -> tuple[float, Any]:
        """Return the greatest slack of all ends together, or of one of them, and the coordinates where it is."""
        from scipy.optimize import linprog

        rows, limits = [], []
        for j in range(self.size):
            for side, sign in ((0, -1.0), (1, 1.0)):
                if self._can_move(j, side, ways):
                    counted = float(goal is None or goal == (j, side))
                    rows.append([*(sign * float(way[j]) for way in ways), counted])
                    limits.append(sign * float(self._end(j, side) - start[j]))
        cost = [0.0] * len(ways) + [-1.0]
        bounds = [(None, None)] * len(ways) + [(None, 1.0)]
        solved = linprog(cost, A_ub=np.array(rows), b_ub=np.array(limits), bounds=bounds) if rows else None
        if solved is None:
            return 1.0, np.zeros(len(ways))
        if solved.x is None:
            raise Undecided
        return -float(solved.fun), solved.x[:-1]

    def _inside(self, start: Point, ways: list[Point]) -> Solutions:
        """Return a short point strictly inside."""
        if len(ways) == 1:
            limits = [None if limit is None else limit[0] for limit in self._range(start, ways[0])]
            x = _along(start, ways, [_short_between(*limits)])
            tips = sorted(_along(start, ways, [z]) for z in limits if z is not None)
            return self._told(x, 1, (tips[0], tips[1]) if len(tips) == 2 else None)
        _, near = self._program(start, ways, None)
        for denominator in DENOMINATORS:
            x = _along(start, ways, [Fraction(v).limit_denominator(denominator) for v in near.tolist()])
            if all(j in self.pinned or _within(*self._ends(j), v) for j, v in enumerate(x)):
                return self._told(x, len(ways), None)
        raise Undecided

    def _told(self, x: Point, dimension: int, tips: tuple[Point, Point] | None) -> Solutions:
        sides = [(j, int(value != self._ends(j)[0])) for j, value in self.pinned.items()]
        return Solutions(x, dimension, dict(self.pinned), self._multipliers(sides) if sides else None, tips)

    def _refuted(self, sides: list[Side]) -> Empty:
        """Return that what is pinned, and these ends, leave nothing."""
        pinned = [(j, int(value != self._ends(j)[0])) for j, value in self.pinned.items()]
        return Empty(self._multipliers([*pinned, *sides]))

    def _multipliers(self, sides: list[Side]) -> list[int]:
        """Return y with yᵀM zero but in some coordinates, where it points from an end (0: lower) into the box."""
        from scipy.optimize import linprog

        basis = _left_null_space(self.M, [j for j in range(self.size) if j not in {j for j, _ in sides}])
        # A coordinate whose interval is a point may be pushed either way.
        sides = [(j, side) for j, side in sides if self._ends(j)[0] != self._ends(j)[1]]
        pushes = [
            [(-1) ** side * sum((y * self.M[i, j] for i, y in enumerate(v)), fmpq(0)) for v in basis]
            for j, side in sides
        ]
        rows = [[*(-float(_fraction(push)) for push in own), 1.0] for own in pushes]
        bounds = [(-1.0, 1.0)] * len(basis) + [(None, 1.0)]
        cost = [0.0] * len(basis) + [-1.0]
        solved = linprog(cost, A_ub=np.array(rows), b_ub=np.zeros(len(rows)), bounds=bounds) if rows else None
        near = [0.0] * len(basis) if solved is None or solved.x is None else solved.x[:-1].tolist()
        for denominator in DENOMINATORS:
            shares = [_flint(Fraction(v).limit_denominator(denominator)) for v in near]
            if all(sum((z * push for z, push in zip(shares, own, strict=True)), fmpq(0)) > 0 for own in pushes):
                y = [sum((z * v[i] for z, v in zip(shares, basis, strict=True)), fmpq(0)) for i in range(self.size)]
                common = lcm(*(int(v.q) for v in y))
                return [int((v * common).p) for v in y]
        raise Undecided


def _left_null_space(M: fmpq_mat, columns: list[int]) -> list[list[fmpq]]:
    """Return a basis of the y with (yᵀM)_j = 0 in some columns."""
    n = M.nrows()
    if not columns:
        return [[fmpq(int(i == k)) for i in range(n)] for k in range(n)]
    reduced, rank = fmpq_mat([[M[i, j] for i in range(n)] for j in columns]).rref()
    pivots = [next(j for j in range(n) if reduced[i, j] != 0) for i in range(rank)]
    basis = []
    for k in range(n):
        if k not in pivots:
            y = [fmpq(int(i == k)) for i in range(n)]
            for i, pivot in enumerate(pivots):
                y[pivot] = -reduced[i, k]
            basis.append(y)
    return basis


def _along(start: Point, ways: Sequence[Point], places: Sequence[Fraction]) -> Point:
    return tuple(
        v + sum((z * way[j] for z, way in zip(places, ways, strict=True)), Fraction(0)) for j, v in enumerate(start)
    )


def _short_between(least: End, most: End) -> Fraction:
    """Return a short number strictly between two, near their middle where both are there."""
    if least is None:
        return Fraction(0 if most is None else round(most) - 2)
    if most is None:
        return Fraction(round(least) + 2)
    middle = (least + most) / 2
    for denominator in DENOMINATORS:
        short = middle.limit_denominator(denominator)
        if least < short < most:
            return short
    return middle


def _between(low: End, high: End, value: Fraction) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _within(low: End, high: End, value: Fraction) -> bool:
    return (low is None or low < value) and (high is None or value < high)


def _holds(box: Box, x: Point) -> bool:
    return all(_between(low, high, v) for low, high, v in zip(*box.ends, x, strict=True))


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
