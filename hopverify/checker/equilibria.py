"""Replaying the search tree that lists all equilibria of a network with linear drives.

The tree is told level by level. Each box of a level is contracted (see
:mod:`hopverify.checker.contraction`) and has one code:

- ``.`` the contraction leaves nothing: no equilibrium;
- ``k`` Krawczyk's test holds on the inflated box: exactly one equilibrium there, enclosed;
- ``s`` every neuron has one segment left: the linear system is solved exactly, and the solution kept if it lies in the
  segments (piecewise-linear networks only);
- ``c`` the box is cut in two, at a number or between two segments; its parts stand in the next level;
- ``?`` left undecided.

Since contraction loses no solution and the parts of a cut cover the box, the equilibria found are all there are in the
initial box, unless a ``?`` remains.

The initial box is the spec's region; or a box that attracts all solutions (:mod:`hopverify.checker.attracting`); or,
for piecewise-linear networks, everything. With multipliers for T16 (:mod:`hopverify.checker.rules.lure`) there is one
equilibrium and no other, so that any box will do in which the tree finds one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from hopverify.certificate import canonical
from hopverify.checker.attracting import attracting_box
from hopverify.checker.boxes import Boxes
from hopverify.checker.contraction import Contractor
from hopverify.checker.exact_solution import Face, SegmentSystems
from hopverify.checker.payload import index, is_short, rational, vector
from hopverify.checker.rules.lure import check_multipliers
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.model.segments import Segment, segments
from hopverify.obligations import Search

CHUNK = 2048
MAX_BOXES = 2_000_000


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """An equilibrium: ``exact`` (Fractions) or enclosed by ``lower`` ≤ x ≤ ``upper``; on a ``face`` if not isolated.

    ``attracting`` if T16 shows that it attracts every solution.
    """

    exact: np.ndarray[Any, Any] | None
    lower: np.ndarray[Any, Any]
    upper: np.ndarray[Any, Any]
    face: Face | None = None
    attracting: bool = False

    def texts(self) -> list[Any]:
        """Return the state for a report: exact numbers as text, or [lower, upper] as exact texts.

        Solutions of large systems may have thousands of digits: they too are told by the doubles around them.
        """
        if self.exact is not None and all(map(is_short, self.exact)):
            return [str(entry) for entry in self.exact]
        return [[str(Fraction(a)), str(Fraction(b))] for a, b in zip(self.lower, self.upper, strict=True)]


@dataclass
class Enumeration:
    """What a tree establishes: the equilibria in the box, boxes left undecided, and how large the tree was."""

    equilibria: list[Equilibrium] = field(default_factory=list)
    undecided: list[tuple[list[str], list[str]]] = field(default_factory=list)
    boxes: int = 0
    patterns: int = 0


def root(search: Search, box: Any) -> Boxes:
    """Return the initial box: the region, the box that a bound of the payload gives, or everything."""
    size, everywhere = search.network.size, Contractor(search.network).everywhere
    if search.region is not None:
        if box is not None:
            raise EvidenceRejected("box: the spec names a region")
        ends = [(float(enclose(low).lower), float(enclose(high).upper)) for low, high in search.region]
        return everywhere(*np.array(ends).T)
    if box is None:
        return everywhere(np.full(size, -np.inf), np.full(size, np.inf))
    lower, upper = attracting_box(search.network, vector(box, 2 * size))
    return everywhere(
        np.array([float(enclose(end).lower) for end in lower]), np.array([float(enclose(end).upper) for end in upper])
    )


def around(search: Search, box: Any) -> Boxes:
    """Return the box that holds the one equilibrium of T16: lower ends, then upper ends."""
    if search.region is not None:
        raise EvidenceRejected("box: the spec names a region")
    size = search.network.size
    ends = vector(box, 2 * size)
    if not all(low < high for low, high in zip(ends[:size], ends[size:], strict=True)):
        raise EvidenceRejected("box: expected lower ends below upper ends")
    lower, upper = [enclose(end).lower for end in ends[:size]], [enclose(end).upper for end in ends[size:]]
    contractor = Contractor(search.network)
    whole = contractor.everywhere(np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64))
    return contractor.activations.reached(whole)


@lru_cache(maxsize=8)
def _replayed(search: Search, text: str) -> Enumeration:
    payload = json.loads(text)
    if "multipliers" not in payload:
        return Replay(search, payload).run(root(search, payload["box"]))
    check_multipliers(search.model, payload)
    found = Replay(search, payload).run(around(search, payload["box"]))
    if len(found.equilibria) != 1:
        raise EvidenceRejected("box: the tree does not find the one equilibrium in it")
    return replace(found, equilibria=[replace(found.equilibria[0], attracting=True)])


def enumeration(search: Search, payload: Mapping[str, Any]) -> Enumeration:
    """Return what the tree of a payload establishes; several rules ask for the same one."""
    keys = ("box", "levels", "cuts", "faces", "multipliers", "definiteness")
    return _replayed(search, canonical({key: payload[key] for key in keys if key in payload}))


class Replay:
    """Decides the boxes of a tree as its codes say, or raises :class:`EvidenceRejected`."""

    def __init__(self, search: Search, payload: Mapping[str, Any]) -> None:
        network = search.network
        self.region = search.region
        self.network, self.contractor, self.systems = network, Contractor(network), SegmentSystems(network)
        self.parts: list[tuple[Segment, ...] | None] = [segments(function) for function in network.functions]
        self.piecewise = all(part is not None for part in self.parts)
        self.levels, self.cuts, self.faces = payload["levels"], payload["cuts"], payload.get("faces", {})
        if not isinstance(self.levels, list) or not isinstance(self.cuts, list) or not isinstance(self.faces, Mapping):
            raise EvidenceRejected("levels, cuts and faces: expected lists and an object")
        self.found, self.next_cut, self.next_solved = Enumeration(), 0, 0
        self.wide: list[Boxes] = []

    def run(self, start: Boxes) -> Enumeration:
        """Replay the tree from its root."""
        boxes = start
        for codes in self.levels:
            if not isinstance(codes, str) or len(codes) != len(boxes):
                raise EvidenceRejected(f"levels: expected {len(boxes)} codes")
            self.found.boxes += len(boxes)
            if self.found.boxes > MAX_BOXES:
                raise EvidenceRejected(f"the tree has more than {MAX_BOXES} boxes")
            children = [
                self._level(boxes[begin : begin + CHUNK], codes[begin : begin + CHUNK])
                for begin in range(0, len(boxes), CHUNK)
            ]
            boxes = joined(children, self.network.size)
        if len(boxes):
            raise EvidenceRejected("levels: the tree ends before all boxes are decided")
        if not self.piecewise:
            self.found.equilibria = distinct(self.found.equilibria, self.wide)
        return self.found

    def _level(self, boxes: Boxes, codes: str) -> Boxes:
        contracted, void = self.contractor.contract(boxes)
        letters = np.array(list(codes))
        if not set(codes) <= set(".ksc?"):
            raise EvidenceRejected("levels: unknown code")
        if (~void[letters == "."]).any():
            raise EvidenceRejected("a box that the tree calls empty is not emptied by contraction")
        self._verify(contracted[np.flatnonzero(letters == "k")])
        for position in np.flatnonzero(letters == "s"):
            self._solve(contracted, int(position))
        for position in np.flatnonzero(letters == "?"):
            ends = contracted.lower[position], contracted.upper[position]
            self.found.undecided.append(([str(v) for v in ends[0]], [str(v) for v in ends[1]]))
        return joined(
            [self._cut(contracted, int(position)) for position in np.flatnonzero(letters == "c")], self.network.size
        )

    def _verify(self, boxes: Boxes) -> None:
        if not len(boxes):
            return
        if self.piecewise:
            raise EvidenceRejected("a piecewise-linear network is solved exactly, not enclosed")
        enclosures, wide, inside = self.contractor.verified(boxes)
        if not inside.all():
            raise EvidenceRejected("Krawczyk's test does not hold on a box that the tree calls verified")
        refined = self.contractor.refined(enclosures)
        for k in range(len(boxes)):
            self.found.equilibria.append(Equilibrium(None, refined.lower[k], refined.upper[k]))
            self.wide.append(wide[k : k + 1])

    def _solve(self, boxes: Boxes, position: int) -> None:
        pattern = boxes.first[position]
        if not self.piecewise or (pattern != boxes.last[position]).any():
            raise EvidenceRejected("a box that the tree solves has more than one segment left")
        chosen = [part[int(k)] for part, k in zip(self.parts, pattern, strict=True) if part is not None]
        self.found.patterns += 1
        solution = self.systems.solve(chosen)
        number, self.next_solved = self.next_solved, self.next_solved + 1
        if isinstance(solution, Face):
            point = self.faces.get(str(number))
            if point is None:
                self.found.undecided.append((["a face"], [str(k) for k in pattern]))
                return
            self._add_face(solution, vector(point, self.network.size), chosen)
        elif solution is not None:
            self._add(solution, None)

    def _add_face(self, face: Face, point: Any, chosen: Sequence[Segment]) -> None:
        if not face.holds(point) or not all(part.holds(entry) for part, entry in zip(chosen, point, strict=True)):
            raise EvidenceRejected("faces: the point is no equilibrium in its segments")
        self._add(point, face)

    def _add(self, solution: Any, face: Face | None) -> None:
        if self.region is not None and not all(a <= x <= b for x, (a, b) in zip(solution, self.region, strict=True)):
            return
        if any(bool((other.exact == solution).all()) for other in self.found.equilibria):
            return
        ends = [enclose(entry) for entry in solution]
        lower, upper = np.array([float(e.lower) for e in ends]), np.array([float(e.upper) for e in ends])
        self.found.equilibria.append(Equilibrium(solution, lower, upper, face))

    def _cut(self, boxes: Boxes, position: int) -> Boxes:
        if self.next_cut >= len(self.cuts):
            raise EvidenceRejected("cuts: too few")
        cut, self.next_cut = self.cuts[self.next_cut], self.next_cut + 1
        if not isinstance(cut, list) or len(cut) != 2:
            raise EvidenceRejected("cuts: expected pairs of a neuron and a place")
        return halves(boxes, position, index(cut[0], self.network.size), cut[1], self.parts)


def halves(boxes: Boxes, position: int, neuron: int, place: Any, parts: Sequence[tuple[Segment, ...] | None]) -> Boxes:
    """Return the two parts of one box: cut at a number, or after the segment number ``place``."""
    both = boxes[np.array([position, position])]
    lower, upper, first, last = both.lower.copy(), both.upper.copy(), both.first.copy(), both.last.copy()
    own = parts[neuron]
    if isinstance(place, str):
        at = enclose(rational(place))
        upper[0, neuron] = min(upper[0, neuron], float(at.upper))
        lower[1, neuron] = max(lower[1, neuron], float(at.lower))
        return Boxes(lower, upper, first, last)
    if own is None:
        raise EvidenceRejected("cuts: a smooth neuron is cut at a number")
    after = index(place, len(own) - 1)
    kink = own[after].upper
    assert kink is not None
    at = enclose(kink)
    upper[0, neuron], last[0, neuron] = min(upper[0, neuron], float(at.upper)), min(last[0, neuron], after)
    lower[1, neuron], first[1, neuron] = max(lower[1, neuron], float(at.lower)), max(first[1, neuron], after + 1)
    # A part without segments holds no state: it is told as an interval without points.
    void = first[:, neuron] > last[:, neuron]
    lower[void, neuron], upper[void, neuron] = np.inf, -np.inf
    return Boxes(lower, upper, first, last)


def joined(parts: Sequence[Boxes], size: int) -> Boxes:
    """Return the boxes of several stacks as one."""
    if not parts:
        empty, none = np.empty((0, size)), np.empty((0, size), dtype=np.int64)
        return Boxes(empty, empty, none, none)
    return Boxes(
        np.concatenate([part.lower for part in parts]),
        np.concatenate([part.upper for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.last for part in parts]),
    )


def distinct(found: list[Equilibrium], wide: list[Boxes]) -> list[Equilibrium]:
    """Return each enclosed equilibrium once; raise where two enclosures can neither be told apart nor identified.

    If the enclosure of one lies in the box in which the other is the only solution, both are the same.
    """
    kept: list[int] = []
    for k, equilibrium in enumerate(found):
        same = False
        for other in kept:
            if ((equilibrium.lower > found[other].upper) | (equilibrium.upper < found[other].lower)).any():
                continue
            box = wide[other]
            if ((equilibrium.lower < box.lower[0]) | (equilibrium.upper > box.upper[0])).any():
                raise EvidenceRejected("two enclosures overlap and may be of one equilibrium or of two")
            same = True
        if not same:
            kept.append(k)
    return [found[k] for k in kept]
