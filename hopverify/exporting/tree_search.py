"""Trees of boxes that show a list of equilibria to be complete, for ``proofs/Lists.v``, by a search in rationals.

Nothing of this file is trusted: Coq checks what it proposes. Activations are affine in pieces. A box is cut at kinks
until each activation is affine in one piece on it; there the equations are linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from flint import fmpq_mat

from hopverify.exporting.numbers import rational, vector
from hopverify.exporting.refusal import NotExported
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import exactly, fraction

Interval = tuple[Fraction | None, Fraction | None]
Line = tuple[Fraction, Fraction]
"""Slope and offset."""

MAX_NODES = 5_000
GRID = 2**12
"""Bounds are rounded to whole multiples of 1/GRID."""


@dataclass(frozen=True)
class Part:
    """An activation from ``low`` to ``high``."""

    low: Fraction | None
    high: Fraction | None
    line: Line

    def within(self, X: Interval) -> bool:
        """Return whether an interval has no points outside."""
        left = self.low is None or (X[0] is not None and X[0] >= self.low)
        return left and (self.high is None or (X[1] is not None and X[1] <= self.high))


class TreeSearch:
    """The search for one network and the list of its equilibria."""

    def __init__(self, flow: Flow, states: Sequence[Sequence[Fraction]]) -> None:
        if flow.separate is None or flow.weights is None:
            raise NotExported("neurons act together, or drives are not affine")
        self.parts = [[Part(each.low, each.high, _line(each.line)) for each in curve.pieces] for curve in flow.separate]
        W, offset = flow.weights
        self.n, self.leak = flow.size, flow.leak
        self.W = [[fraction(W[i, j]) for j in range(self.n)] for i in range(self.n)]
        self.offset = [fraction(offset[i, 0]) for i in range(self.n)]
        self.states = [list(each) for each in states]
        self.nodes = 0

    def tree(self) -> str:
        """Return a tree for all states."""
        return self._tree([(None, None)] * self.n)

    def _tree(self, box: list[Interval]) -> str:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise NotExported(f"a tree of more than {MAX_NODES} boxes was needed")
        steps, box = self._bounded(box)
        if any(low is not None and high is not None and low > high for low, high in box):
            return nested([*steps, f"Nowhere {vector([])}"])
        for i, own in enumerate(box):
            if not any(part.within(own) for part in self.parts[i]):
                a = self._kink(i, own)
                below = self._tree([*box[:i], (own[0], a), *box[i + 1 :]])
                above = self._tree([*box[:i], (a, own[1]), *box[i + 1 :]])
                return nested([*steps, f"Cut {i} ({rational(a)}) ({below})\n  ({above})"])
        return nested([*steps, *self._leaf(box)])

    def _kink(self, i: int, own: Interval) -> Fraction:
        """Return a kink inside an interval, of several one in the middle."""
        kinks = [part.high for part in self.parts[i] if part.high is not None]
        inside = [a for a in kinks if (own[0] is None or own[0] < a) and (own[1] is None or a < own[1])]
        return inside[len(inside) // 2]

    # --------------------------------------------------------------------------------------------------------- bounds

    def _bounded(self, box: list[Interval]) -> tuple[list[str], list[Interval]]:
        """Return steps to the bounds that the equation of each neuron gives its state, as long as these change much."""
        steps: list[str] = []
        box = [*box]
        for _ in range(20):
            before = len(steps)
            for i in range(self.n):
                if self.leak[i] <= 0:
                    continue
                unit = [Fraction(int(j == i)) / self.leak[i] for j in range(self.n)]
                (low, high), (lowest, highest) = box[i], self._natural(i, box)
                if highest is not None and _less(highest, high, low):
                    box[i] = (low, highest)
                    steps.append(f"Upper {i} ({rational(highest)}) {vector(unit)}")
                if lowest is not None and _less(-lowest, _minus(low), _minus(box[i][1])):
                    box[i] = (lowest, box[i][1])
                    steps.append(f"Lower {i} ({rational(lowest)}) {vector([-each for each in unit])}")
                if (ends := box[i])[0] is not None and ends[1] is not None and ends[0] > ends[1]:
                    return steps, box
            if len(steps) == before:
                break
        return steps, box

    def _natural(self, i: int, box: list[Interval]) -> Interval:
        """Return the interval of (drive + b)/ρ of a neuron, rounded outward."""
        low: Fraction | None = self.offset[i]
        high: Fraction | None = self.offset[i]
        for j, weight in enumerate(self.W[i]):
            if weight:
                down, up = self._reached(j, box[j])
                first, last = (down, up) if weight > 0 else (up, down)
                low = None if low is None or first is None else low + weight * first
                high = None if high is None or last is None else high + weight * last
        rho = self.leak[i] / GRID
        return None if low is None else Fraction(floor(low / rho), GRID), None if high is None else Fraction(
            ceil(high / rho), GRID
        )

    def _reached(self, j: int, own: Interval) -> Interval:
        """Return the interval of an activation on an interval of states."""
        lows: list[Fraction | None] = []
        highs: list[Fraction | None] = []
        for part in self.parts[j]:
            low, high = _common(own, (part.low, part.high))
            if low is not None and high is not None and low > high:
                continue
            slope, offset = part.line
            ends = [offset if slope == 0 else None if end is None else slope * end + offset for end in (low, high)]
            lows.append(ends[0] if slope >= 0 else ends[1])
            highs.append(ends[1] if slope >= 0 else ends[0])
        known = [each for each in lows if each is not None], [each for each in highs if each is not None]
        return (min(known[0]) if len(known[0]) == len(lows) else None), (
            max(known[1]) if len(known[1]) == len(highs) else None
        )

    # --------------------------------------------------------------------------------------------------------- leaves

    def _leaf(self, box: list[Interval]) -> list[str]:
        """Return what a box on which all activations are affine ends with."""
        lines = [next(p.line for p in parts if p.within(own)) for parts, own in zip(self.parts, box, strict=True)]
        n = self.n
        A = fmpq_mat(n, n, [
            exactly((self.leak[i] if i == j else Fraction(0)) - self.W[i][j] * lines[j][0])
            for i in range(n) for j in range(n)
        ])  # fmt: skip
        r = [self.offset[i] + sum(self.W[i][j] * lines[j][1] for j in range(n)) for i in range(n)]
        try:
            inverse = A.inv()
        except ZeroDivisionError:
            return [self._no_solution(A, r)]
        rows = [[fraction(inverse[i, j]) for j in range(n)] for i in range(n)]
        x = [sum((a * b for a, b in zip(row, r, strict=True)), Fraction(0)) for row in rows]
        for i, (low, high) in enumerate(box):
            if high is not None and x[i] > high:
                return [f"Nowhere {vector([-each for each in rows[i]])}"]
            if low is not None and x[i] < low:
                return [f"Nowhere {vector(rows[i])}"]
        if x not in self.states:
            raise NotExported("an equilibrium was found that is not in the list")
        steps = []
        for i, (row, (low, high)) in enumerate(zip(rows, box, strict=True)):
            if high != x[i]:
                steps.append(f"Upper {i} ({rational(x[i])}) {vector(row)}")
            if low != x[i]:
                steps.append(f"Lower {i} ({rational(x[i])}) {vector([-each for each in row])}")
        return [*steps, f"Is {self.states.index(x)}"]

    def _no_solution(self, A: fmpq_mat, r: list[Fraction]) -> str:
        """Return what shows that linear equations contradict one another."""
        for y in _left_null(A, self.n):
            total = sum((a * b for a, b in zip(y, r, strict=True)), Fraction(0))
            if total != 0:
                return f"Nowhere {vector([-each if total > 0 else each for each in y])}"
        raise NotExported("some equilibria, or solutions of the equations beside a box, are a continuum")


def _left_null(A: fmpq_mat, n: int) -> list[list[Fraction]]:
    """Return a basis of the y with yA = 0."""
    rows = fmpq_mat(n, 2 * n)
    for i in range(n):
        for j in range(n):
            rows[i, j] = A[i, j]
        rows[i, n + i] = exactly(Fraction(1))
    reduced, _ = rows.rref()
    null = [i for i in range(n) if all(reduced[i, j] == 0 for j in range(n))]
    return [[fraction(reduced[i, n + j]) for j in range(n)] for i in null]


def _line(line: Line | None) -> Line:
    if line is None:
        raise NotExported("an activation is not affine in pieces; lists of others have no theorem in proofs/ yet")
    return line


def _common(one: Interval, other: Interval) -> Interval:
    lows = [low for low in (one[0], other[0]) if low is not None]
    highs = [high for high in (one[1], other[1]) if high is not None]
    return max(lows, default=None), min(highs, default=None)


def _minus(end: Fraction | None) -> Fraction | None:
    return None if end is None else -end


def _less(new: Fraction, old: Fraction | None, other: Fraction | None) -> bool:
    """Return whether an upper end is worth a step: the first one, or a tenth of the interval is cut off."""
    if old is None:
        return True
    return new < old and (other is None or 10 * (old - new) > old - other or new < other)


def nested(steps: Sequence[str]) -> str:
    """Return steps within one another; the last one is a whole tree."""
    text = steps[-1]
    for step in reversed(steps[:-1]):
        text = f"{step}\n  ({text})"
    return text
