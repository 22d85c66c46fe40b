"""Replaying the search tree that lists all equilibria of a network with linear drives.

The tree is told level by level. Each box of a level is contracted (see
:mod:`hopverify.checker.contraction`) and has one code:

- ``.`` the contraction leaves nothing: no equilibrium;
- ``k`` Krawczyk's test holds on the inflated box: exactly one equilibrium there, in an enclosure that the evidence
  claims (:mod:`hopverify.checker.claimed_boxes`);
- ``s`` every neuron has one segment left: the linear system is solved exactly, and the solution kept if it lies in the
  segments (piecewise-linear networks only);
- ``c`` the box is cut in two, at a number or between two segments; its parts stand in the next level;
- ``?`` left undecided.

Since contraction loses no solution and the parts of a cut cover the box, the equilibria found are all there are in the
initial box, unless a ``?`` remains; some may lie a little outside. Where a tree begins, and what of it counts, is
:mod:`hopverify.checker.listing`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from hopverify.checker.boxes import Boxes
from hopverify.checker.claimed_boxes import Enclosure
from hopverify.checker.contraction import Contractor
from hopverify.checker.exact_solution import Face, SegmentSystems
from hopverify.checker.payload import index, is_short, rational, vector
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment, segments

CHUNK, CHUNK_WORK = 256, 2_000_000
MAX_BOXES = 2_000_000


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """An equilibrium: ``exact`` (Fractions) or enclosed by ``lower`` ≤ x ≤ ``upper``; on a ``face`` if not isolated.

    ``attracting`` if T16 shows that it attracts every solution. An enclosure is one that the evidence claims, so that
    what is said of the equilibrium is the same on every machine.
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
    """What a tree establishes: the equilibria in the box, how many boxes are undecided, and how large the tree was.

    ``at_ends`` of the undecided boxes hold one equilibrium, in the region or just outside. ``enclosed`` are the
    checker's own enclosures: they end in digits of this machine, and are not told.
    """

    equilibria: list[Equilibrium] = field(default_factory=list)
    undecided: int = 0
    boxes: int = 0
    patterns: int = 0
    at_ends: int = 0
    enclosed: list[Enclosure] = field(default_factory=list)


class Replay:
    """Decides the boxes of a tree as its codes say, or raises :class:`EvidenceRejected`."""

    def __init__(self, network: LinearNetwork, payload: Mapping[str, Any]) -> None:
        self.network, self.contractor, self.systems = network, Contractor(network), SegmentSystems(network)
        self.parts: list[tuple[Segment, ...] | None] = [segments(function) for function in network.functions]
        self.piecewise = all(part is not None for part in self.parts)
        self.levels, self.cuts, self.faces = payload["levels"], payload["cuts"], payload.get("faces", {})
        if not isinstance(self.levels, list) or not isinstance(self.cuts, list) or not isinstance(self.faces, Mapping):
            raise EvidenceRejected("levels, cuts and faces: expected lists and an object")
        self.found, self.next_cut, self.next_solved = Enumeration(), 0, 0

    def run(self, start: Boxes) -> Enumeration:
        """Replay the tree from its root."""
        boxes = start
        for codes in self.levels:
            if not isinstance(codes, str) or len(codes) != len(boxes):
                raise EvidenceRejected(f"levels: expected {len(boxes)} codes")
            self.found.boxes += len(boxes)
            if self.found.boxes > MAX_BOXES:
                raise EvidenceRejected(f"the tree has more than {MAX_BOXES} boxes")
            left, children = iter(codes), list[Boxes]()
            for chunk in chunks(boxes, self.network.size):
                children.append(self._level(chunk, "".join(islice(left, len(chunk)))))
            boxes = joined(children, self.network.size)
        if len(boxes):
            raise EvidenceRejected("levels: the tree ends before all boxes are decided")
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
        self.found.undecided += codes.count("?")
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
        ends = zip(refined.lower, refined.upper, wide.lower, wide.upper, strict=True)
        self.found.enclosed += [Enclosure(*each) for each in ends]

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
                self.found.undecided += 1
                return
            self._add_face(solution, vector(point, self.network.size), chosen)
        elif solution is not None:
            self._add(solution, None)

    def _add_face(self, face: Face, point: Any, chosen: Sequence[Segment]) -> None:
        if not face.holds(point) or not all(part.holds(entry) for part, entry in zip(chosen, point, strict=True)):
            raise EvidenceRejected("faces: the point is no equilibrium in its segments")
        self._add(point, face)

    def _add(self, solution: Any, face: Face | None) -> None:
        """Add a state, or, to one that is known, the face on which it turns out to lie."""
        for number, known in enumerate(self.found.equilibria):
            if bool((known.exact == solution).all()):
                self.found.equilibria[number] = replace(known, face=known.face or face)
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


def chunks(boxes: Boxes, size: int) -> list[Boxes]:
    """Return the boxes in stacks that take a moment each: a box costs some products of matrices of this size."""
    step = max(1, min(CHUNK, CHUNK_WORK // size**3))
    return [boxes[begin : begin + step] for begin in range(0, len(boxes), step)]


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
