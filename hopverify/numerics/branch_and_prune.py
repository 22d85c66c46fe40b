"""Branch and prune: all equilibria in a box, for a proof of the kernel (docs/claims.md, `equilibria` by `tree`).

Boxes are taken from a stack, a few hundred at once. Each is discarded by natural bounds or by multipliers, shrunk by
natural and relaxed bounds, ended where slopes show that it has no equilibrium but one that is known, or cut where the
relaxation is farthest from the activations. Every number of a proof is rounded so that it has room: the ends of boxes
are whole multiples of a unit, a little outside what was found here in doubles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.numerics.enclosures import Enclosures, Interval
from hopverify.numerics.opening import Relaxations
from hopverify.numerics.relaxation import Bounds, Flags, Floats, Separation

Integers = NDArray[np.int64]

# Of the width of the root, about 2⁻³⁵ is the unit; boxes of fewer units than 2¹⁰ are not cut.
FINE, LEAST_UNITS = 35, 2**10
# How much room proofs have: of what an end gains, of a width, of the terms of a lower bound, of 1 in |I - RJ|w < w.
GAINED, GRID, SLACK, LOWER, REGULAR = 2.0**-8, 2.0**-7, 2.0**-9, 2.0**-18, 2.0**-6
# An end that gains less than this of the width stays, and a box whose widths do; one that shrinks more is tried again.
WORTH, SHORTER, AGAIN, ROUNDS = 2.0**-5, 0.05, 0.15, 3
# Intervals so much thinner than the others of a box are not shrunk: balls know no more of them.
THIN = 2.0**-14
STEPS, AT_ONCE, ENTRIES = 60, 1024, 2**18
SCALES = (30.0, 1000.0, 1e6)
OFF_MIDDLE = 0.47
MOST_UNDECIDED = 32


@dataclass
class _Node:
    """One box of the tree: the boxes to which it is shrunk, and then how it ends or is cut."""

    shrinks: list[tuple[Integers, Integers]] = field(default_factory=list)
    end: tuple[Any, ...] = ("?",)
    parts: tuple[int, int] | None = None


class BranchAndPrune:
    """One search, after boxes that lead to one with finite ends (:func:`hopverify.numerics.opening.opening`).

    Or it begins with a box with these ``ends`` exactly; boxes that reach to one of them then have it in the proof, so
    that none reaches beyond.
    """

    def __init__(
        self, relaxations: Relaxations, enclosures: Enclosures, boxes: list[Bounds], ends: Sequence[Interval] = ()
    ) -> None:
        self.of, self.enclosures, self.size = relaxations, enclosures, relaxations.size
        self.boxes, self.exact = boxes, ends
        self.nodes = [_Node()]
        lower, upper = boxes[-1]
        self.unit = 2.0 ** (np.ceil(np.log2(max(float(np.max(upper - lower)), 2.0**-10))) - FINE)
        self.undecided = 0

    def run(self, goes_on: Callable[[int], bool]) -> bool:
        """Return whether every box is decided; ``goes_on`` is called now and then with the number of boxes so far."""
        lower, upper = self.boxes[-1]
        pending, together = [(0, lower, upper)], max(1, min(AT_ONCE, ENTRIES // self.size**2))
        while pending:
            if self.undecided > MOST_UNDECIDED or not goes_on(len(self.nodes)):
                return False
            chosen, pending = pending[-together:], pending[:-together]
            names = np.array([name for name, _, _ in chosen])
            pending += self._grown(names, np.array([low for _, low, _ in chosen]), np.array([u for _, _, u in chosen]))
        return self.undecided == 0

    def _grown(self, names: Integers, lower: Floats, upper: Floats) -> list[tuple[int, Floats, Floats]]:
        """Decide boxes, or return the parts to which they are cut."""
        share = np.ones_like(lower)
        gap = np.zeros_like(lower)
        active = np.arange(len(names))
        open_ = np.ones(len(names), dtype=bool)
        for _ in range(ROUNDS):
            if not len(active):
                break
            low, high = lower[active], upper[active]
            new_low, new_high, R, share[active], void = self._bounds(low, high)
            separation = self.of.separated(low, high, R, STEPS)
            gap[active] = separation.gap
            gone = void | self._separated(names[active], low, high, separation)
            for name in names[active[void]].tolist():
                if self.nodes[name].end[0] == "?":
                    self.nodes[name].end = ("none",)
            open_[active[gone]] = False
            left = np.flatnonzero(~gone)
            active, shrunk = active[left], self._shrunk(low[left], high[left], new_low[left], new_high[left])
            ratio = ((shrunk[1] - shrunk[0]) / np.maximum(high[left] - low[left], self.unit)).mean(axis=1)
            better = ratio < 1 - SHORTER
            for k in np.flatnonzero(better):
                self.nodes[names[active[k]]].shrinks.append(self._whole(shrunk[0][k], shrunk[1][k]))
                lower[active[k]], upper[active[k]] = shrunk[0][k], shrunk[1][k]
            active = active[ratio < 1 - AGAIN]
        return self._ended(names[open_], lower[open_], upper[open_], share[open_], gap[open_])

    def _bounds(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats, Floats, Flags]:
        """Return the natural and relaxed bounds, R, blame, and which boxes certainly have no equilibrium by them."""
        low, high = self.of.natural(lower, upper)
        room = LOWER * (1 + np.abs(lower) + np.abs(upper))
        low, high = np.maximum(lower, low), np.minimum(upper, high)
        void = np.asarray((low > high + room).any(axis=1))
        middle = np.clip((low + high) / 2, lower, upper)
        first, last = np.where(low > high, middle, low), np.where(low > high, middle, high)
        below, above, R, share = self.of.relaxed(first, last)
        below, above = np.maximum(low, below), np.minimum(high, above)
        void |= (below > above + room + 4 * SLACK * (upper - lower)).any(axis=1)
        return below, above, R, share, void

    def _separated(self, names: Integers, lower: Floats, upper: Floats, separation: Separation) -> Flags:
        """End the boxes that multipliers discard, in whole numbers and with room."""
        gone = np.zeros(len(names), dtype=bool)
        for scale in SCALES:
            tried = np.flatnonzero(separation.done & ~gone)
            if not len(tried):
                break
            y = separation.y[tried]
            whole = np.round(y / np.abs(y).max(axis=1, keepdims=True) * scale)
            least, size = self.of.bounded_below(whole, lower[tried], upper[tried])
            room = LOWER * size + SLACK / 4 * (np.abs(whole) * (upper[tried] - lower[tried])).sum(axis=1)
            for k in np.flatnonzero(least > room):
                self.nodes[names[tried[k]]].end = ("none", [int(entry) for entry in whole[k]])
                gone[tried[k]] = True
        return gone

    def _shrunk(self, lower: Floats, upper: Floats, low: Floats, high: Floats) -> Bounds:
        """Return ends between those of a box and the bounds found, on a grid as coarse as what is gained."""
        # Bounds that pass each other by less than their room may lie outside.
        width, middle = upper - lower, np.clip((low + high) / 2, lower, upper)
        low, high = np.minimum(low, middle), np.maximum(high, middle)
        ends = []
        for old, gain, sign in ((lower, low - lower, 1.0), (upper, upper - high, -1.0)):
            grid = np.maximum(2.0 ** np.floor(np.log2(np.maximum(gain * GRID, self.unit))), self.unit)
            reached = old + sign * (gain * (1 - GAINED) - SLACK * width)
            new = sign * np.floor(sign * reached / grid) * grid
            worth = (
                (gain > WORTH * width) & (sign * (new - old) > 0) & (width > THIN * width.max(axis=1, keepdims=True))
            )
            ends.append(np.where(worth, new, old))
        return ends[0], ends[1]

    def _whole(self, lower: Floats, upper: Floats) -> tuple[Integers, Integers]:
        return np.rint(lower / self.unit).astype(np.int64), np.rint(upper / self.unit).astype(np.int64)

    def _ended(
        self, names: Integers, lower: Floats, upper: Floats, share: Floats, gap: Floats
    ) -> list[tuple[int, Floats, Floats]]:
        """End the boxes in which F is injective and an equilibrium is known, and cut the others."""
        if not len(names):
            return []
        margin = (upper - lower) / 16
        for k in np.flatnonzero(regular(self.of, lower - margin, upper + margin)):
            number = self.enclosures.near(lower[k], upper[k])
            if number is None:
                continue
            low, high = self.enclosures.ends(number)
            hull = np.minimum(lower[k], low), np.maximum(upper[k], high)
            if regular(self.of, hull[0][None], hull[1][None])[0]:
                self.nodes[names[k]].end = self.enclosures.word(number)
        score = share / np.maximum(share.max(axis=1, keepdims=True), 1e-300)
        score += gap / np.maximum(gap.max(axis=1, keepdims=True), 1e-300)
        score += 1e-6 * (upper - lower) / np.maximum((upper - lower).max(axis=1, keepdims=True), 1e-300)
        parts: list[tuple[int, Floats, Floats]] = []
        for place, box in enumerate(names.tolist()):
            if self.nodes[box].end[0] == "?":
                parts += self._cut(box, lower[place], upper[place], score[place])
        return parts

    def _cut(self, name: int, lower: Floats, upper: Floats, score: Floats) -> Iterator[tuple[int, Floats, Floats]]:
        width = upper - lower
        i = int(np.argmax(np.where(width >= LEAST_UNITS * self.unit, score, -1.0)))
        if width[i] < LEAST_UNITS * self.unit:
            self.undecided += 1
            return
        grid = 2.0 ** np.floor(np.log2(width[i]) - 6)
        at = np.rint((lower[i] + OFF_MIDDLE * width[i]) / grid) * grid
        first = len(self.nodes)
        self.nodes += [_Node(), _Node()]
        self.nodes[name].end = ("cut", i, round(at / self.unit))
        self.nodes[name].parts = (first, first + 1)
        below, above = upper.copy(), lower.copy()
        below[i] = above[i] = at
        yield first, lower, below
        yield first + 1, above, upper

    def proof(self) -> tuple[str, list[list[Any]]]:
        """Return the unit and the nodes of a tree in which every box is decided, in preorder."""
        shift = self._common_power()
        boxes = [] if self.exact else self.boxes
        nodes, pending = [["shrink", *self._ends(*box, shift)] for box in boxes], [0]
        order = self.enclosures.order()
        while pending:
            node = self.nodes[pending.pop()]
            nodes += [["shrink", *self._told(shrink, shift)] for shrink in node.shrinks]
            end = list(node.end)
            if end[0] == "cut":
                end[2] >>= shift
            elif end[0] == "one":
                end[1] = order.index(end[1])
            nodes.append(end)
            if node.parts is not None:
                pending += node.parts[::-1]
        return str(Fraction(self.unit) * 2**shift), nodes

    def _told(self, shrink: tuple[Integers, Integers], shift: int) -> list[list[Any]]:
        """Return the ends of a box in final units, those of the root exactly."""
        told = []
        for side, (ends, kept) in enumerate(zip(shrink, self._kept(shrink), strict=True)):
            both = zip((ends >> shift).tolist(), kept.tolist(), strict=True)
            told.append([str(self.exact[j][side]) if own else end for j, (end, own) in enumerate(both)])
        return told

    def _kept(self, shrink: tuple[Integers, Integers]) -> tuple[Flags, Flags]:
        """Return which ends of a box are those of a root that is known exactly."""
        low, high = self._whole(*self.boxes[-1])
        known = bool(self.exact)
        return (shrink[0] == low) & known, (shrink[1] == high) & known

    def _ends(self, lower: Floats, upper: Floats, shift: int) -> list[list[int | None]]:
        """Return ends as multiples of the final unit, None where they are infinite."""
        scale = self.unit * 2**shift
        return [[round(end / scale) if np.isfinite(end) else None for end in ends.tolist()] for ends in (lower, upper)]

    def _common_power(self) -> int:
        """Return the largest k so that all ends are multiples of 2^k units, and the unit at most 1."""
        every = 0
        for box in [] if self.exact else self.boxes:
            for end in np.concatenate(box)[np.isfinite(np.concatenate(box))].tolist():
                every |= round(end / self.unit)
        for node in self.nodes:
            for shrink in node.shrinks:
                for ends, kept in zip(shrink, self._kept(shrink), strict=True):
                    every |= int(np.bitwise_or.reduce(ends[~kept], initial=0))
            every |= node.end[2] if node.end[0] == "cut" else 0
        most = max(0, int(-np.log2(self.unit)))
        return min(most, (every & -every).bit_length() - 1) if every else most


def regular(relaxations: Relaxations, lower: Floats, upper: Floats) -> Flags:
    """Return where |I - RJ|w < w for slopes J of F on a box and some w > 0, with room: F is injective there."""
    C = relaxations.deviations(lower, upper)[1]
    C = np.where(np.isfinite(C), C, 2.0)
    w = np.maximum(upper - lower, 1e-9)
    shown = np.zeros(len(lower), dtype=bool)
    for _ in range(4):
        image = np.einsum("bij,bj->bi", C, w)
        shown |= (image < (1 - REGULAR) * w).all(axis=1)
        w = image / np.maximum(image.max(axis=1, keepdims=True), 1e-300) + 2.0**-10
    return shown
