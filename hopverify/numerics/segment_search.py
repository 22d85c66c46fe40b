"""All equilibria of a piecewise-linear network, depth first, for a proof of the kernel (docs/claims.md, `tree`).

A box is discarded by natural bounds or by multipliers from a linear program (:mod:`piecewise_linear`), shrunk where
that leaves fewer segments, and else cut at the kink where the program's state is farthest from the graph. Where one
segment of each neuron is left, the equilibria are found exactly (:mod:`affine_cells`): points, or continua as what
they are. Nodes are told in the order in which boxes are taken, which is depth-first preorder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, floor, lcm, log10
from typing import Any

import numpy as np

from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment
from hopverify.numerics.affine_cells import AffineCells, Empty, Point, Solutions, Undecided
from hopverify.numerics.outward import outward
from hopverify.numerics.piecewise_linear import GAINED, SMALL, Box, End, Floats, PiecewiseLinear

# Ends that shrink are whole multiples of about 2⁻¹² of the width of the root.
FINE = 12
# Exact states of more digits are claimed in boxes so much wider, relatively.
DIGITS, SHARES = 200, (2.0**-36, 2.0**-44)
WIDE = 1e6
# A box is shrunk where that decides nothing if the binary logarithms of its widths fall by this on the average; less
# will do before anything is cut.
SHORTER, SHORTER_ROOT = -0.4, -0.02
# Where an interval is infinite, sums rise towards it by this, so that they do so with rounded multipliers.
STEEP = 2.0**-12
Node = list[Any]
Ends = tuple[tuple[End, ...], tuple[End, ...]]


class SegmentSearch:
    """One search from a box; ``region`` tells whether that is the region of the claim, whose ends then count."""

    def __init__(self, network: LinearNetwork, lower: list[End], upper: list[End], *, region: bool = False) -> None:
        self.of, self.cells = PiecewiseLinear(network), AffineCells(network)
        self.root, self.region = Box.of(lower, upper), (tuple(lower), tuple(upper)) if region else None
        widths = (self.root.upper - self.root.lower)[np.isfinite(self.root.upper - self.root.lower)]
        fine = int(2.0 ** np.clip(FINE - np.ceil(np.log2(max(widths.max(), 2.0**-20) if len(widths) else 1.0)), 0, 40))
        kinks = [part.upper.denominator for own in self.of.parts for part in own if part.upper is not None]
        common = lcm(*kinks)
        self.unit = Fraction(1, fine * (common if common < 2**20 else 1))
        self.nodes: list[Node] = []
        self.points: dict[Point, int] = {}
        self.continua: dict[Ends, tuple[int, Solutions]] = {}
        self.undecided, self.programs = 0, 0

    def run(self, goes_on: Callable[[int], bool]) -> bool:
        """Return whether every box is decided; ``goes_on`` is asked with the number of nodes so far."""
        pending = [self.root]
        while pending:
            if not goes_on(len(self.nodes)):
                return False
            box = self._shrunk(pending.pop())
            if box is not None:
                below, above = self._decided(box)
                pending += [part for part in (above, below) if part is not None]
        return self.undecided == 0

    def _shrunk(self, box: Box) -> Box | None:
        """Return the box within natural and relaxed bounds where that decides something; None where nothing is left."""
        first, last = self.of.reach(box)
        lower, upper = self.of.natural(box.lower, box.upper)
        lower, upper = np.maximum(box.lower, lower), np.minimum(box.upper, upper)
        if (lower - upper > SMALL * (1 + np.abs(lower) + np.abs(upper))).any():
            self.nodes.append(["none"])
            return None
        # An interval that is a point but for rounding has no chord.
        if np.isfinite(upper - lower).all() and (upper - lower > SMALL * (1 + np.abs(upper))).all():
            low, high = self.of.relaxed(lower, upper)
            if (low - upper > SMALL * (1 + np.abs(upper))).any() or (lower - high > SMALL * (1 + np.abs(lower))).any():
                self.nodes.append(["none"])
                return None
            lower, upper = np.maximum(lower, low), np.minimum(upper, high)
        new = self._rounded(box, lower, upper)
        new_first, new_last = self.of.reach(new)
        decides = (first < new_first).any() or (new_last < last).any()
        if not (decides or self._is_narrow(box, new)):
            return box
        self.nodes.append(["shrink", *([self._place(end) for end in ends] for ends in new.ends)])
        return self._shrunk(new)

    def _is_narrow(self, box: Box, new: Box) -> bool:
        """Whether the intervals with a kink inside are, on the average, so much shorter that it is worth telling."""
        first, last = self.of.reach(new)
        old, own = (each.upper - each.lower for each in (box, new))
        finite = np.isfinite(own) & (first < last)
        with np.errstate(divide="ignore", invalid="ignore"):
            gains = np.log2(np.maximum(own / np.maximum(old, 1e-300), 2.0**-10))[finite]
        return bool(len(gains)) and float(gains.mean()) < (SHORTER if self.programs else SHORTER_ROOT)

    def _place(self, end: End) -> int | str | None:
        """Return an end as nodes have it: a number of units where it is one."""
        multiple = None if end is None else end / self.unit
        return None if multiple is None else int(multiple) if multiple.denominator == 1 else str(end)

    def _rounded(self, box: Box, lower: Floats, upper: Floats) -> Box:
        """Return the box with ends that gain something moved to multiples of the unit, a little outside."""
        ends: list[list[End]] = [[], []]
        for j, (low, high) in enumerate(zip(*box.ends, strict=True)):
            for own, end, new, old, way in (
                (ends[0], low, lower[j], box.lower[j], 1),
                (ends[1], high, upper[j], box.upper[j], -1),
            ):
                if not np.isfinite(new) or way * (new - old) <= 0:
                    own.append(end)
                    continue
                gain = way * (new - old)
                room = GAINED * (gain if np.isfinite(gain) else 1 + abs(new)) + SMALL * (1 + abs(new))
                multiple = Fraction(new - way * room) / self.unit
                moved = (floor(multiple) if way > 0 else ceil(multiple)) * self.unit
                own.append(moved if end is None or way * (moved - end) > 0 else end)
        return Box.of(*ends)

    def _decided(self, box: Box) -> tuple[Box | None, Box | None]:
        """End a box, or cut it in two."""
        first, last = self.of.reach(box)
        open_ = np.flatnonzero(first < last)
        if not len(open_):
            self._end(box, [own[k] for own, k in zip(self.of.parts, first.tolist(), strict=True)])
            return None, None
        y, x, gamma = self._program(box)
        found = self.of.multipliers(y, box)
        if found is None and np.abs(y).max() > SMALL and not np.isfinite(box.upper - box.lower).all():
            found = self.of.multipliers(self._program(box, STEEP)[0], box)
        if found is not None:
            self.nodes.append(["none", found])
            return None, None
        gap = np.abs(gamma - self.of.values(x))[open_]
        width = np.minimum(box.upper - box.lower, WIDE)[open_]
        i = int(open_[np.argmax(gap if gap.max() > SMALL else width)])
        kinks = self.of.kinks[i, first[i] : last[i]]
        place = self.of.parts[i][int(first[i] + np.argmin(np.abs(kinks - x[i])))].upper
        assert place is not None
        self.nodes.append(["cut", i, self._place(place)])
        return box.halves(i, place)

    def _program(self, box: Box, steep: float = 0.0) -> tuple[Floats, Floats, Floats]:
        self.programs += 1
        return self.of.program(box, steep)

    def _end(self, box: Box, chosen: list[Segment]) -> None:
        """End a box within which every activation is affine."""
        y = self._beside(box, chosen)
        if y is not None:
            self.nodes.append(["none", y])
            return
        try:
            found = self.cells.solve(chosen, box)
        except Undecided:
            self._give_up()
            return
        if isinstance(found, Empty):
            self.nodes.append(["affine"] if found.multipliers is None else ["none", found.multipliers])
            return
        if found.multipliers is not None:
            self.nodes.append(["pin", found.multipliers])
        if not found.dimension:
            self.nodes.append(["affine", ("point", self.points.setdefault(found.point, len(self.points)))])
            return
        cell = self._cell(found, chosen)
        number, _ = self.continua.setdefault(cell, (len(self.continua), found))
        self.nodes.append(["affine", ("continuum", number)])

    def _beside(self, box: Box, chosen: list[Segment]) -> list[int] | None:
        """Return multipliers that show that a solution lies outside, as most do, without solving exactly."""
        slope = np.array([float(part.slope) for part in chosen])
        shift = np.array([float(part.intercept) for part in chosen])
        try:
            R = np.linalg.inv(np.diag(self.of.leak) - self.of.W * slope)
        except np.linalg.LinAlgError:
            return None
        x = R @ (self.of.b + self.of.W @ shift)
        below, above = box.lower - x, x - box.upper
        i = int(np.argmax(np.maximum(below, above)))
        if max(below[i], above[i]) <= SMALL * (1 + abs(x[i])):
            return None
        return self.of.multipliers(R[i] if below[i] > 0 else -R[i], box)

    def _give_up(self) -> None:
        self.undecided += 1
        self.nodes.append(["?"])

    def _cell(self, found: Solutions, chosen: list[Segment]) -> Ends:
        """Return the cell of a continuum, pinned coordinates at their ends."""
        lower, upper = [part.lower for part in chosen], [part.upper for part in chosen]
        if self.region is not None:
            lower = [_innermost(max, own, end) for own, end in zip(lower, self.region[0], strict=True)]
            upper = [_innermost(min, own, end) for own, end in zip(upper, self.region[1], strict=True)]
        for j, value in found.pinned.items():
            lower[j] = upper[j] = value
        return tuple(lower), tuple(upper)

    def entries(self) -> list[dict[str, Any]]:
        """Return the equilibria as a claim lists them."""
        return [self._told(word, number) for word, number in self._order()]

    def proof(self) -> tuple[str, list[Node]]:
        """Return the unit and the nodes of the tree, with the numbers of entries as they are listed."""
        place = {entry: k for k, entry in enumerate(self._order())}
        homes = self._homes()
        nodes = []
        for word, *rest in self.nodes:
            if word == "affine" and rest:
                rest = [place[homes[rest[0]] if rest[0] in homes else rest[0]]]
            nodes.append([word, *rest])
        return str(self.unit), nodes

    def _homes(self) -> dict[tuple[str, int], tuple[str, int]]:
        """Return for points and continua that lie on a continuum which one that is."""
        cells = {number: cell for cell, (number, _) in self.continua.items()}
        dimensions = {number: found.dimension for number, found in self.continua.values()}
        homes: dict[tuple[str, int], tuple[str, int]] = {}
        for x, number in self.points.items():
            outer = [k for k, cell in cells.items() if _within(cell, (x, x))]
            if outer:
                homes["point", number] = "continuum", max(outer, key=dimensions.__getitem__)
        for number, own in cells.items():
            outer = [k for k, cell in cells.items() if k != number and _within(cell, own)]
            if outer:
                homes["continuum", number] = "continuum", max(outer, key=dimensions.__getitem__)
        return homes

    def _order(self) -> list[tuple[str, int]]:
        """Return what is listed: isolated states in the order of their coordinates, then continua."""
        homes = self._homes()
        states = [("point", number) for _, number in sorted(self.points.items())]
        return [
            entry for entry in [*states, *(("continuum", k) for k in range(len(self.continua)))] if entry not in homes
        ]

    def _told(self, word: str, number: int) -> dict[str, Any]:
        if word == "point":
            x = next(x for x, k in self.points.items() if k == number)
            return {"x": self._state(x)}
        cell, found = next((cell, found) for cell, (k, found) in self.continua.items() if k == number)
        told = {
            "x": _texts(found.point),
            "dimension": found.dimension,
            "cell": [list(_texts(ends)) for ends in zip(*cell, strict=True)],
        }
        return told | ({"ends": [_texts(tip) for tip in found.tips]} if found.tips else {})

    def _state(self, x: Point) -> list[Any]:
        """Return a state in exact texts, or, where those are long, in intervals with Krawczyk's test, if there are."""
        if all(_digits(v) <= DIGITS for v in x):
            return _texts(x)
        near = np.array([float(v) for v in x])
        for share in SHARES:
            lower, upper = outward(near, near, share)
            if self.of.holds_one(x, lower, upper):
                return [
                    [str(Fraction(a)), str(Fraction(b))] for a, b in zip(lower.tolist(), upper.tolist(), strict=True)
                ]
        return _texts(x)


def _texts(x: Iterable[End]) -> list[Any]:
    return [None if v is None else str(v) for v in x]


def _digits(value: Fraction) -> float:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) * log10(2)


def _innermost(choose: Callable[[Fraction, Fraction], Fraction], one: End, other: End) -> End:
    return one if other is None else other if one is None else choose(one, other)


def _within(outer: Ends, inner: Ends) -> bool:
    """Whether a box lies in another one."""
    low = all(a is None or (b is not None and a <= b) for a, b in zip(outer[0], inner[0], strict=True))
    return low and all(a is None or (b is not None and b <= a) for a, b in zip(outer[1], inner[1], strict=True))
