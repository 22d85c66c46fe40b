"""Trees of boxes: each box has no equilibrium, or none but one that is listed, or is made smaller, or is cut in two.

Nodes stand in depth-first preorder, and act on the box that is next; docs/claims.md defines them. Nothing is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.kernel import json_values
from hopverify.kernel.affine_pieces import lowest_states, system
from hopverify.kernel.boxes import Bounds, Box, End, lowest, natural, relaxed
from hopverify.kernel.entries import Entry, Interval, are_apart, holds, read_state
from hopverify.kernel.flow import Flow
from hopverify.kernel.krawczyk import contains_one, is_injective
from hopverify.kernel.numbers import Rejected, need, rational, shown

MOST_ENDS = 20_000
"""So many ends are kept, with the activations there and between them."""

Node = Sequence[Any]


class Tree:
    """The boxes that are left, the next one last; ``entries`` are those of the list, each shown to be right."""

    def __init__(self, flow: Flow, entries: Sequence[Entry], unit: Fraction, root: Sequence[Interval]) -> None:
        self.flow, self.entries, self.unit = flow, entries, unit
        self.ends: dict[Any, End] = {}
        self.low, self.high = End(None, -1), End(None, 1)
        self.left = [self._around(root)]

    def replay(self, nodes: Sequence[Any], where: str) -> None:
        """Follow the nodes; refuse the first one that does not hold, and a tree that leaves a box."""
        for number, node in enumerate(nodes):
            place = f"{where}[{number}]"
            kind = str(node[0]) if isinstance(node, list) and node else ""
            need(kind in NODES, place, f"a node is a list that begins with one of {sorted(NODES)}")
            need(bool(self.left), place, "no box is left")
            NODES[kind](self, self.left.pop(), node[1:], place)
        need(not self.left, where, "the nodes end before all boxes are decided")

    # ---------------------------------------------------------------------------------------------------------- boxes

    def _end(self, value: Any, infinite: End, where: str) -> End:
        """Return the end that a whole number of units, a rational as text, or null stands for."""
        if value is None:
            return infinite
        if type(value) not in (int, str):
            raise Rejected(f"{where}: an end is a whole number, a rational as text, or null: {shown(value)}")
        if len(self.ends) > MOST_ENDS:
            self.ends.clear()
        if value not in self.ends:
            self.ends[value] = End(value * self.unit if type(value) is int else rational(value, where), 0)
        return self.ends[value]

    def _box(self, lows: Any, highs: Any, where: str) -> Box:
        found = []
        for ends, infinite in ((lows, self.low), (highs, self.high)):
            values = json_values.listed(ends, where)
            need(len(values) == self.flow.size, where, f"expected ends for {self.flow.size} neurons")
            found.append([self._end(value, infinite, where) for value in values])
        box = Box(*found)
        ordered = all(low is None or high is None or low <= high for low, high in box.intervals)
        need(ordered, where, "a lower end is above the upper one")
        return box

    def _around(self, intervals: Sequence[Interval]) -> Box:
        lows = [self.low if low is None else End(low, -1) for low, _ in intervals]
        return Box(lows, [self.high if high is None else End(high, 1) for _, high in intervals])

    def cut(self, box: Box, given: Node, where: str) -> None:
        """Cut the box at a place inside the interval of a neuron; the lower part comes first."""
        need(len(given) == 2, where, "a cut has a neuron and a place")
        neuron = index(given[0], self.flow.size, where)
        at = self._end(given[1], self.low, where)
        low, high = box.lows[neuron].exact, box.highs[neuron].exact
        inside = at.exact is not None and (low is None or low < at.exact) and (high is None or at.exact < high)
        need(inside, where, "the place is not inside the interval of the neuron")
        self.left.append(Box(_with(box.lows, neuron, at), box.highs))
        self.left.append(Box(box.lows, _with(box.highs, neuron, at)))

    def shrink(self, box: Box, given: Node, where: str) -> None:
        """Go on with a box that holds all that the natural bounds, and then the relaxed ones, leave of this one."""
        need(len(given) == 2, where, "a smaller box has lower and upper ends")
        smaller = self._box(given[0], given[1], where)
        need(self._leaves(box, smaller), where, "the bounds leave more than this box")
        self.left.append(smaller)

    def _leaves(self, box: Box, smaller: Box | None) -> bool:
        """Whether the bounds leave nothing of a box, or nothing outside the smaller one."""
        bounds = natural(self.flow, box)
        if _is_empty(bounds) or (smaller is not None and _is_in(bounds, smaller, box)):
            return True
        if not all(end.is_finite() for ends in bounds for end in ends):
            return False
        again = relaxed(self.flow, bounds, box)
        bounds = (
            [u if u > v else v for u, v in zip(again[0], bounds[0], strict=True)],
            [u if u < v else v for u, v in zip(again[1], bounds[1], strict=True)],
        )
        return _is_empty(bounds) or (smaller is not None and _is_in(bounds, smaller, box))

    def pin(self, box: Box, given: Node, where: str) -> None:
        """Go on with the states at which Σ y_i F_i has its least value, 0 exactly: others are no equilibria."""
        need(len(given) == 1, where, "multipliers are one list")
        self._need_pieces(where)
        least, places = lowest_states(self.flow, box.intervals, self._multipliers(given[0], where))
        need(least is not None and least >= 0, where, "the least value is below 0")
        self.left.append(self._around(places))

    # --------------------------------------------------------------------------------------------------------- leaves

    def none(self, box: Box, given: Node, where: str) -> None:
        """No equilibrium: the bounds leave nothing; or Σ y_i F_i > 0 on the box, for the multipliers y given."""
        need(len(given) <= 1, where, "multipliers are one list")
        if not given:
            need(self._leaves(box, None), where, "the bounds leave something of the box")
            return
        need(self.flow.separate is not None, where, "neurons act together, or drives are not affine")
        y = self._multipliers(given[0], where)
        if box.is_finite and lowest(self.flow, box, y) > 0:
            return
        self._need_pieces(where)
        least, _ = lowest_states(self.flow, box.intervals, y)
        need(least is not None and least > 0, where, "the multipliers do not show that there is no equilibrium")

    def _need_pieces(self, where: str) -> None:
        curves = self.flow.separate
        exact = curves is not None and all(curve.is_piecewise_linear for curve in curves)
        need(exact, where, "the multipliers show nothing in balls, and activations are not affine in pieces")

    def _multipliers(self, value: Any, where: str) -> list[Fraction]:
        stated = json_values.listed(value, where)
        need(len(stated) == self.flow.size, where, f"expected {self.flow.size} multipliers")
        return [Fraction(each) if type(each) is int else rational(each, where) for each in stated]

    def one(self, box: Box, given: Node, where: str) -> None:
        """No equilibrium but that of an entry: F takes no value twice on the hull of both."""
        need(len(given) == 1, where, "a leaf names one entry")
        entry = self._entry(given[0], where)
        need(entry.dimension == 0, where, "a continuum is not one equilibrium")
        self._need_injective(box, entry, where)

    def elsewhere(self, box: Box, given: Node, where: str) -> None:
        """No equilibrium: F takes no value twice on the hull of the box and of one that is outside it."""
        need(len(given) == 1, where, "a leaf has one box elsewhere")
        entry = read_state(given[0], self.flow.size, where)
        need(are_apart(entry.ends, box.intervals), where, "the equilibrium elsewhere is not outside the box")
        check_entry(self.flow, entry, where)
        self._need_injective(box, entry, where)

    def _need_injective(self, box: Box, entry: Entry, where: str) -> None:
        need(box.is_finite, where, "the box has an infinite end")
        hull = [u.union(v) for u, v in zip(box.balls, entry.ball, strict=True)]
        need(is_injective(self.flow, hull), where, "F may take one value twice")

    def affine(self, box: Box, given: Node, where: str) -> None:
        """Activations are affine on the box: the equations have no solution in it but an entry, or a continuum."""
        need(len(given) <= 1, where, "a leaf names one entry")
        entry = self._entry(given[0], where) if given else None
        equations = system(self.flow, box.intervals, where)
        if equations.many:
            inside = entry is not None and bool(entry.cell) and holds(entry.cell, box.intervals)
            need(inside, where, "there are many solutions, and the box is not in the cell of the continuum")
        elif equations.solution is not None:
            point = [(u, u) for u in equations.solution]
            listed = entry is not None and holds(entry.extent, point)
            need(listed or not holds(box.intervals, point), where, "a solution in the box is not the entry")

    def _entry(self, number: Any, where: str) -> Entry:
        return self.entries[index(number, len(self.entries), where)]


NODES: Mapping[str, Callable[[Tree, Box, Node, str], None]] = {
    "cut": Tree.cut,
    "shrink": Tree.shrink,
    "pin": Tree.pin,
    "none": Tree.none,
    "one": Tree.one,
    "elsewhere": Tree.elsewhere,
    "affine": Tree.affine,
}


def index(value: Any, size: int, where: str) -> int:
    """Return a place in a list."""
    need(type(value) is int and 0 <= value < size, where, f"expected a whole number from 0 to {size - 1}")
    return int(value)


def _with(ends: Sequence[End], neuron: int, end: End) -> list[End]:
    return [*ends[:neuron], end, *ends[neuron + 1 :]]


def _is_empty(bounds: Bounds) -> bool:
    return any(low > high for low, high in zip(*bounds, strict=True))


def _is_in(bounds: Bounds, smaller: Box, box: Box) -> bool:
    """Whether bounds within a box are within a smaller one: an end that is kept, or not inside, is within it."""
    lows = zip(bounds[0], smaller.lows, box.lows, strict=True)
    highs = zip(bounds[1], smaller.highs, box.highs, strict=True)
    return all(end is old or bound >= end.ball or _reaches(old, end, 1) for bound, end, old in lows) and all(
        end is old or bound <= end.ball or _reaches(old, end, -1) for bound, end, old in highs
    )


def _reaches(old: End, end: End, sign: int) -> bool:
    """Whether the new end is not inside the old one, in rationals."""
    return end.exact is not None and old.exact is not None and sign * (old.exact - end.exact) >= 0


def check_entry(flow: Flow, entry: Entry, where: str) -> None:
    """Refuse an entry that is no exact equilibrium, and no box with exactly one."""
    if entry.exact:
        need(flow.is_zero(entry.point), where, "the state is no equilibrium")
    else:
        need(contains_one(flow, entry.ends), where, "Krawczyk's test does not hold on the box")
