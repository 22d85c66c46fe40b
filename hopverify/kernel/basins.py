"""Basin cells: boxes of states that the flow keeps, and all of which it takes to one equilibrium (T9).

    T ẋ = W g(x) + b - ρx,    ρ > 0,    τ ≥ 0,    D > 0 diagonal

A box C is a cell if the targets (Wγ + b)/ρ of all γ in g(C) lie in C, and sym(D(diag(ρ/h̄) - W)) ≻ 0 on the neurons
with h̄ > 0, where |δγ|² ≤ h̄ δγ·δx for any two states in C. Neurons are numbered through the layers. W is any matrix;
where it is known up to a spread, all that are meant have these properties. A layer that acts as a whole has one τ, and
one number in D.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, reduce
from itertools import accumulate

from flint import arb, arb_mat

from hopverify.kernel.affine import affine_drives
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.curves import Curve
from hopverify.kernel.drive_ranges import drive
from hopverify.kernel.entries import Interval
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import INF, closed
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.pieces import Piece
from hopverify.kernel.points import check_explicit
from hopverify.kernel.sectors import Whole, directions, whole_sector
from hopverify.kernel.semidefinite import is_definite
from hopverify.kernel.terms import arrays
from hopverify.kernel.weight_spreads import is_uncertain, radii, row_sums

MAX_SIZE = 400
"""A matrix of more rows is not decided."""

Box = Sequence[Interval]
Ends = tuple[arb, arb]


class Basins:
    """A flow with affine drives, and boxes of its states."""

    def __init__(self, core: Core, multipliers: Sequence[Fraction]) -> None:
        check_explicit(core)
        self.core, self.multipliers, self.d = core, multipliers, list(map(ball, multipliers))
        self.flow = Flow(core.given)
        need(all(rho > 0 for rho in self.flow.leak), "cells", "a neuron has no leak")
        need(self.flow.size <= MAX_SIZE, "cells", f"the network has more than {MAX_SIZE} neurons")
        used = arrays(*self.flow.activations.values())
        need(not any(core.arrays[name].within for name in used), "cells", "an activation is known up to a spread")
        self.whole = {layer.name: _sector(layer, self.flow) for layer in self.flow.layers if not layer.elementwise}
        forms = affine_drives(core.given)
        self.weights, self.radii = [form.slopes for form in forms], radii(core, forms)
        self.uncertain = is_uncertain(core)

    # -------------------------------------------------------------------------------------------------------- targets

    def keeps(self, box: Box, *, strictly: bool = False, loss: Sequence[arb] | None = None) -> bool:
        """Whether all targets of a box lie in it, or inside its finite ends, even if a loss moves ρ times them."""
        moved = [arb(0)] * self.flow.size if loss is None else loss
        gamma = [ends for layer in self.flow.layers for ends in self._activated(layer, self.flow.part(layer, box))]
        need(all(low.is_finite() and high.is_finite() for low, high in gamma), "cells", "an activation is unbounded")
        targets = zip(self._drives(gamma), self.flow.leaks, moved, box, strict=True)
        return all(_is_inside(drives, rho, by, ends, strictly) for drives, rho, by, ends in targets)

    def _activated(self, layer: Layer, own: Box) -> list[Ends]:
        """Return bounds of the activations of a layer on a box."""
        ends = [_balls(each) for each in own]
        if layer.elementwise:
            return [self.flow.curves[layer.name].reached(*each) for each in ends]
        if self.whole[layer.name].shares:
            return list(self._by_ends(layer, ends))
        found = self.flow.whole(layer, [low.union(high) for low, high in ends])
        return [(each.lower(), each.upper()) for each in found]

    def _by_ends(self, layer: Layer, ends: Sequence[Ends]) -> Iterator[Ends]:
        """Yield bounds of shares, which rise with their own state, and fall with the others."""
        lows, highs = ([each[side] for each in ends] for side in (0, 1))
        for k, (low, high) in enumerate(ends):
            least = self.flow.whole(layer, [*highs[:k], low, *highs[k + 1 :]])[k]
            most = self.flow.whole(layer, [*lows[:k], high, *lows[k + 1 :]])[k]
            yield least.lower(), most.upper()

    def _drives(self, gamma: Sequence[Ends]) -> list[Ends]:
        """Return bounds of drive + b for bounded activations, and all weights that are meant."""
        if not self.uncertain:
            found = self.flow.drive([low.union(high) for low, high in gamma])
            return [(each.lower(), each.upper()) for each in found]
        ranges = [closed(low, high) for low, high in gamma]
        named = {layer.name: self.flow.part(layer, ranges) for layer in self.flow.layers}
        known = [each for layer in self.flow.layers for each in drive(self.core, layer, named)]
        return [(each.low[0], each.high[0]) for each in known]

    # ---------------------------------------------------------------------------------------------------------- flips

    def losses(self, layer: Layer, count: int) -> list[arb]:
        """Return how far ρ times each target moves at most if so many neurons of a layer have any activation."""
        need(layer.elementwise, "flips", f"layer {layer.name} acts as a whole")
        return [sums[min(count, len(sums) - 1)] for sums in self._moves[layer.name]]

    @cached_property
    def _moves(self) -> Mapping[str, list[list[arb]]]:
        """The sums of the k largest |W_ij|(sup g - inf g) over a layer, k = 0, 1, …, for each neuron i."""
        return {name: list(self._moved_by(name, curve)) for name, curve in self.flow.curves.items()}

    def _moved_by(self, name: str, curve: Curve) -> Iterator[list[arb]]:
        low, high = curve.reached(-INF, INF)
        first = self.flow.starts[name]
        neurons = range(first, first + curve.layer.size)
        for slopes, spread in zip(self.weights, self.radii, strict=True):
            sizes = (ball(abs(slopes.get(j, Fraction(0))) + spread[j]).upper() for j in neurons)
            moves = (each * (high - low) for each in sorted(sizes, reverse=True) if each > 0)
            yield list(accumulate(moves, initial=arb(0)))

    # ----------------------------------------------------------------------------------------------------- attraction

    def attracts(self, box: Box) -> bool:
        """Whether sym(D(diag(ρ/h̄) - W)) ≻ 0 with the steepest slopes h̄ on a box, on what activations can differ by."""
        heights = [each for layer in self.flow.layers for each in self._heights(layer, self.flow.part(layer, box))]
        if not all(each.is_finite() and each >= 0 for each in heights):
            return False
        columns = [
            column
            for layer in self.flow.layers
            for column in directions(self.core, layer, self.flow.starts[layer.name])
            if all(heights[i] > 0 for i in column)
        ]
        own = [2 * d * rho / h if h > 0 else arb(0) for d, rho, h in zip(self.d, self.flow.leaks, heights, strict=True)]
        return is_definite(self._in(columns, own))

    def _in(self, columns: Sequence[Mapping[int, Fraction]], own: Sequence[arb]) -> list[list[arb]]:
        """Return twice the form of T9 in some directions."""
        single = [next(iter(column)) for column in columns if len(column) == 1]
        M = self._coupling
        if len(single) == len(columns):
            return [[M[i, j] + own[i] if i == j else M[i, j] for j in single] for i in single]
        N = arb_mat(self.flow.size, len(columns))
        for k, column in enumerate(columns):
            for i, each in column.items():
                N[i, k] = ball(each)
        leaking = arb_mat([[own[i] * N[i, k] for k in range(len(columns))] for i in range(self.flow.size)])
        return [list(row) for row in (N.transpose() * (M * N + leaking)).tolist()]

    @cached_property
    def _coupling(self) -> arb_mat:
        """-(DW + WᵀD), less on the diagonal what a spread can add to it: the row sums of DR + RᵀD."""
        size = range(self.flow.size)
        rows = zip(self.weights, self.d, strict=True)
        W = arb_mat([[d * ball(row.get(j, Fraction(0))) for j in size] for row, d in rows])
        M = -(W + W.transpose())
        for i, less in enumerate(row_sums(self.radii, self.multipliers)):
            M[i, i] -= 2 * ball(less)
        return M

    def _heights(self, layer: Layer, own: Box) -> list[arb]:
        """Return h̄ of each neuron of a layer on a box: no number where an activation may fall there."""
        ends = [_balls(each) for each in own]
        if layer.elementwise:
            return [steepest(self.flow.curves[layer.name], *each) for each in ends]
        height = ball(self.whole[layer.name].square).sqrt().upper()
        columns = self.flow.whole_slopes(layer, [low.union(high) for low, high in ends])
        sums = [sum((each.abs_upper() for each in column), arb(0)).upper() for column in columns]
        # The largest sum of a column bounds the norm of H.
        largest = reduce(arb.max, sums)
        return [largest if largest < height else height] * layer.size


def _sector(layer: Layer, flow: Flow) -> Whole:
    """Return what is known of a layer that acts as a whole: it is the gradient of a convex function."""
    found = whole_sector(flow.activations[layer.name])
    if found is None:
        raise Rejected(f"layer {layer.name}: it acts as a whole, and is none of those that are known")
    return found


def _balls(ends: Interval) -> Ends:
    low, high = ends
    return -INF if low is None else ball(low), INF if high is None else ball(high)


def _is_inside(drives: Ends, rho: arb, loss: arb, ends: Interval, strictly: bool) -> bool:
    """Whether bounds of ρ times a target, moved by a loss, are within ρ times the ends."""
    low, high = _balls(ends)
    if strictly:
        below, above = drives[0] - loss > rho * low, drives[1] + loss < rho * high
    else:
        below, above = drives[0] - loss >= rho * low, drives[1] + loss <= rho * high
    return bool((ends[0] is None or below) and (ends[1] is None or above))


def steepest(curve: Curve, low: arb, high: arb) -> arb:
    """Return a bound of the slopes of an activation on an interval; no number where it may fall."""
    found = arb(0)
    for piece, begin, end in curve.parts(low, high):
        least, most = _rates(piece, begin, end)
        if not (piece.rates.nonnegative or least >= 0):
            return arb.nan()
        found = found.max(most.upper())
    return found


def _rates(piece: Piece, begin: arb, end: arb) -> Ends:
    """Return bounds of the slopes on a part of a piece: where it bends one way by those at the ends."""
    if piece.line is not None:
        return ball(piece.line[0]), ball(piece.line[0])
    rates = [piece.rate(each) if each.is_finite() else None for each in (begin, end)]
    if piece.bend in "+-":
        least, most = rates if piece.bend == "+" else rates[::-1]
        return piece.rates.low[0] if least is None else least, piece.rates.high[0] if most is None else most
    met = piece.rate(begin.union(end))
    return met.lower(), met.upper()
