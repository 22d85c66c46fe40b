"""Trees of boxes that show a list of boxes with one equilibrium each to be complete, for ``proofs/Boxes.v``.

Nothing of this file is trusted: Coq checks what it proposes. The search is in floating point, with some room for what
Coq rounds. Boxes are cut until they are empty, or hold no equilibrium but that of one box of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, inf, isfinite, log2

from flint import arb, arb_mat

from hopverify.exporting.box_bounds import Side, end_at, least_on, steep
from hopverify.exporting.curves import Curve
from hopverify.exporting.numbers import rational
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.tree_search import nested
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import fraction
from hopverify.kernel.krawczyk import inverse

Box = list[Side]
Entry = Sequence[tuple[Fraction, Fraction]]
Rows = list[list[int]]
"""Matrices of whole numbers over SCALE."""

SCALE = 2**20
MAX_BOXES = 1_000
WORTH = 0.1
"""The part of an interval that a bound has to cut off."""

ROOM = 2.0**-30
"""What is left for roundings, of the numbers that are added up."""

SHRINKING = 0.998
"""A factor below the one that Coq asks for, 1023/1024."""


class BoxSearch:
    """The search for one network and the list of its equilibria."""

    def __init__(self, flow: Flow, curves: Sequence[Curve], entries: Sequence[Entry]) -> None:
        if flow.weights is None:
            raise NotExported("drives are not affine")
        if min(flow.leak) <= 0:
            raise NotExported("a leak is not above 0")
        self.n, self.curves, self.entries = flow.size, curves, entries
        W, offset = flow.weights
        self.W = [[float(fraction(W[i, j])) for j in range(self.n)] for i in range(self.n)]
        self.offset = [float(fraction(offset[i, 0])) for i in range(self.n)]
        self.leak, self.rho = flow.leak, list(map(float, flow.leak))
        self.boxes = 0

    def tree(self) -> str:
        """Return a tree for all states."""
        return self._tree([Side(None, None)] * self.n)

    def _tree(self, box: Box) -> str:
        self.boxes += 1
        if self.boxes > MAX_BOXES:
            raise NotExported(f"a tree of more than {MAX_BOXES} boxes was needed")
        steps: list[str] = []
        for _ in range(20):
            before = len(steps)
            for shrink in (self._natural, self._relaxed):
                shrink(box, steps)
                if is_empty(box):
                    return nested([*steps, "Nowhere []"])
                leaf = self._one(box)
                if leaf is not None:
                    return nested([*steps, leaf])
            if len(steps) == before:
                break
        i, a = self._cut(box)
        end = end_at(self.curves[i], a)
        below = self._tree([*box[:i], Side(box[i].low, end), *box[i + 1 :]])
        above = self._tree([*box[:i], Side(end, box[i].high), *box[i + 1 :]])
        return nested([*steps, f"Cut {i} ({rational(a)}) ({below})\n  ({above})"])

    def _cut(self, box: Box) -> tuple[int, Fraction]:
        """Return the neuron whose activation moves the drives most, and a state in the middle of its interval."""

        def moves(i: int) -> float:
            low, high = box[i].tanh
            return (high - low) * float(self.curves[i].gain) * sum(abs(row[i]) for row in self.W)  # fmt: skip

        i = max(range(self.n), key=moves)
        return i, inside(box[i])

    # --------------------------------------------------------------------------------------------------------- bounds

    def _natural(self, box: Box, steps: list[str]) -> None:
        """Bound each neuron by its own equation."""
        for i in range(self.n):
            for sign in (1, -1):
                y = [Fraction(sign * (j == i)) / self.leak[i] for j in range(self.n)]
                self._bounded(i, sign, y, [rational(each) for each in y], box, steps)

    def _relaxed(self, box: Box, steps: list[str]) -> None:
        """Bound each neuron by all equations, as the inverse of the matrix of the chords combines them."""
        chords = []
        for curve, side in zip(self.curves, box, strict=True):
            low, high = side.tanh
            chords.append(float(curve.gain) * (high - low) / side.width if side.width else 0.0)
        fresh, held = self._pointed(box)
        found: list[str] = []
        for i, row in enumerate(self._inverse(chords)):
            for sign in (1, -1):
                whole = [sign * each for each in row]
                y = [Fraction(each, SCALE) for each in whole]
                self._bounded(i, sign, y, list(map(over_scale, whole)), held, found)
        if found:
            steps += [*fresh, *found]
            box[:] = held

    def _pointed(self, box: Box) -> tuple[list[str], Box]:
        """Return steps that put points into wide intervals, and the box that has them."""
        steps, held = [], [*box]
        for i, (curve, side) in enumerate(zip(self.curves, box, strict=True)):
            turn = side.width * float(curve.beta)
            if turn <= 0.25 or side.inner:
                continue
            for part in (-1, 0, 1) if turn > 1 else (0,):
                a = inside(side, part)
                steps.append(f"Point {i} ({rational(a)})")
                held[i] = Side(side.low, side.high, (*held[i].inner, end_at(curve, a)))
        return steps, held

    def _bounded(self, i: int, sign: int, y: list[Fraction], text: list[str], box: Box, steps: list[str]) -> None:
        """Take the upper bound (sign 1) or the lower one that y gives, if it is worth a step."""
        if is_empty(box):
            return
        least = room = 0.0
        for j in range(self.n):
            q = -sum(float(each) * self.W[k][j] for k, each in enumerate(y) if each)
            p = float(y[j] * self.leak[j] - sign * (j == i))
            least += least_on(self.curves[j], p, q, box[j])
            room += ROOM * (1 + abs(p) + abs(q)) * (1 + abs(float(self.curves[j].gain)))
        found = sum(float(each) * b for each, b in zip(y, self.offset, strict=True)) - least + room
        if not isfinite(found):
            return
        side = box[i]
        unit = Fraction(2) ** (-8 if side.width == inf else floor(log2(side.width)) - 8 if side.width else -60)
        place = sign * ceil(Fraction(found) / unit) * unit
        end = end_at(self.curves[i], place)
        old = side.high if sign > 0 else side.low
        if old is not None and sign * float(old.place - place) <= WORTH * side.width:
            return
        box[i] = Side(side.low, end) if sign > 0 else Side(end, side.high)
        steps.append(f"{'Upper' if sign > 0 else 'Lower'} {i} ({rational(place)}) [{'; '.join(text)}]")

    # ---------------------------------------------------------------------------------------------------------- slopes

    def inverse_at(self, entry: Entry) -> str:
        """Return the matrix that Krawczyk's test of an entry takes."""
        box = [Side(end_at(c, low), end_at(c, high)) for c, (low, high) in zip(self.curves, entry, strict=True)]
        return matrix(self._inverse([each[0] for each in self._slopes(box)]))

    def _slopes(self, box: Box) -> list[tuple[float, float]]:
        return [steep(curve, *side.tanh) for curve, side in zip(self.curves, box, strict=True)]

    def _inverse(self, slopes: Sequence[float]) -> Rows:
        """Return about the inverse of diag(ρ) - W·diag(slopes)."""
        n = self.n
        J = [(self.rho[i] if i == j else 0.0) - self.W[i][j] * slopes[j] for i in range(n) for j in range(n)]
        found = inverse(arb_mat(n, n, list(map(arb, J))))
        return [[round(float(found[i, j]) * SCALE) for j in range(n)] for i in range(n)]

    def _one(self, box: Box) -> str | None:
        """Return the leaf of a box with no equilibrium but one of the list, if it is one."""
        if any(side.width == inf for side in box):
            return None
        for place, entry in enumerate(self.entries):
            around = [_hull(*each) for each in zip(self.curves, box, entry, strict=True)]
            slopes = self._slopes(around)
            inverted = self._inverse([sum(each) / 2 for each in slopes])
            widths = self._shrunk(inverted, slopes, [side.width for side in around])
            if widths is not None:
                held = "; ".join(over_scale(each) for each in widths)
                return f"One {place} {matrix(inverted)} [{held}]"
        return None

    def _shrunk(self, Y: Rows, slopes: Sequence[tuple[float, float]], widths: Sequence[float]) -> list[int] | None:
        """Return widths w with |I - YJ|w < w, over SCALE, if some are found."""
        n = self.n
        C = []
        for i, row in enumerate(Y):
            y = [each / SCALE for each in row]
            pulls = [sum(y[k] * self.W[k][j] for k in range(n)) for j in range(n)]
            apart = [(i == j) - y[j] * self.rho[j] for j in range(n)]
            C.append([max(abs(apart[j] + pulls[j] * s) for s in slopes[j]) for j in range(n)])
        w = list(widths)
        for _ in range(8):
            most = max(w) or 1.0
            whole = [max(1, round(SCALE * (each / most + 2**-10))) for each in w]
            moved = [sum(c * each for c, each in zip(row, whole, strict=True)) for row in C]
            if all(after <= SHRINKING * each for after, each in zip(moved, whole, strict=True)):
                return whole
            w = moved
        return None


def _hull(curve: Curve, side: Side, ends: tuple[Fraction, Fraction]) -> Side:
    """Return the hull of a finite interval and of another one."""
    assert side.low is not None
    assert side.high is not None
    low, high = min(side.low.place, ends[0]), max(side.high.place, ends[1])
    return Side(end_at(curve, low), end_at(curve, high))


def inside(side: Side, quarters: int = 0) -> Fraction:
    """Return a state of few digits about so many quarters of a finite interval from its middle."""
    unit = Fraction(2) ** (floor(log2(side.width)) - 3)
    return round((Fraction(side.middle) + Fraction(side.width) * quarters / 4) / unit) * unit


def is_empty(box: Box) -> bool:
    """Return whether an interval has no points."""
    return any(side.low and side.high and side.low.place > side.high.place for side in box)


def over_scale(value: int) -> str:
    """Return a whole number over SCALE, not reduced: Coq adds such numbers without looking for divisors."""
    return f"{value} # {SCALE}" if value else "0"


def matrix(rows: Rows) -> str:
    """Return a matrix over SCALE."""
    return "[" + "; ".join("[" + "; ".join(map(over_scale, row)) + "]" for row in rows) + "]"
