"""Curves: the activation g of one neuron, a function of a number, in pieces on which it bends one way.

Pieces end at the kinks of g, and where an argument of one of its functions changes its sign, as that of tanh. Where
composition does not show how g bends, ranges of g'' over short intervals may.

The curves are of activations that are locally Lipschitz by composition. Ends of intervals are exact, or infinite.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial, reduce
from itertools import pairwise

from flint import arb

from hopverify.kernel import terms
from hopverify.kernel.cells import Cell, cells_or_line, line, polynomial, roots
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.derive import apply
from hopverify.kernel.formulas import derivative, function
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import between, closed
from hopverify.kernel.network import activation, is_lipschitz, slope
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.pieces import Part, Piece
from hopverify.kernel.properties import TABLE, of_power
from hopverify.kernel.terms import STATE, Apply, Number, Term, Variable

REACH, LEAST = 8, Fraction(1, 64)
"""Where pieces are sought by ranges of g'': up to this distance from 0, by halves that are at least so long."""


class Curve:
    """The activation of the neurons of an elementwise layer."""

    def __init__(self, core: Core, layer: Layer) -> None:
        self.core, self.layer = core, layer
        g, regular = activation(core, layer), is_lipschitz(core, layer)
        need(regular, f"layer {layer.name}", "composition does not show that the activation is locally Lipschitz")
        self.pieces = [piece for cell in cells_or_line(g) for piece in self._pieces(cell)]

    @cached_property
    def is_piecewise_linear(self) -> bool:
        """Whether each piece is affine, with rational numbers."""
        return all(piece.line is not None for piece in self.pieces)

    # -------------------------------------------------------------------------------------------------------- pieces

    def _pieces(self, cell: Cell) -> Iterator[Piece]:
        """Yield the pieces of a cell between kinks."""
        (term,) = cell.terms
        for low, high in pairwise([cell.low, *filter(cell.holds, _turns(term)), cell.high]):
            piece = self._piece(low, high, term)
            if piece.bend == "?":
                yield from self._by_ranges(piece, term)
            else:
                yield piece

    def _piece(self, low: Fraction | None, high: Fraction | None, term: Term, bend: str | None = None) -> Piece:
        core, layer = self.core, self.layer
        first, bend = slope(core, layer, term), bend or self._bend(low, high, term)
        rates = of_state(core, layer, first, between(low, high, inside=False)).range
        value, rate, second = function(core, term), function(core, first), derivative(core, first)
        own = line(term)
        # Of x - 2(x - 1) + (x - 2) the range over a half-line is not known, but by its line it is 0.
        shown = term if own is None else _moved(term, Fraction(0))
        return Piece(low, high, value, rate, second, partial(of_state, core, layer, shown), bend, rates, own)

    def _bend(self, low: Fraction | None, high: Fraction | None, term: Term) -> str:
        """Return how composition shows that a piece bends: with its end as the origin, so that 0 is seen there."""
        origin = next((end for end in (low, high) if end is not None), Fraction(0))
        begin, end = (None if each is None else each - origin for each in (low, high))
        on = between(begin, end, inside=False)
        known = of_state(self.core, self.layer, _moved(term, origin), on)
        convex, concave = known.lipschitz and known.convex, known.lipschitz and known.concave
        return "0" if convex and concave else "+" if convex else "-" if concave else "?"

    def _by_ranges(self, piece: Piece, term: Term) -> Iterator[Piece]:
        """Yield the parts of a piece on which the range of g'' has one sign, and what is left."""
        inside = Cell(piece.low, piece.high, ()).holds
        ends = [piece.low, *filter(inside, map(Fraction, range(-REACH, REACH + 1))), piece.high]
        pending, parts = list(pairwise(ends))[::-1], list[tuple[str, Fraction | None, Fraction | None]]()
        while pending:
            low, high = pending.pop()
            second = arb.nan() if low is None or high is None else piece.second(ball(low).union(ball(high)))
            bend = "+" if second > 0 else "-" if second < 0 else "?"
            if bend == "?" and low is not None and high is not None and high - low > LEAST:
                middle = (low + high) / 2
                pending += [(middle, high), (low, middle)]
            elif parts and parts[-1][0] == bend != "?":
                parts[-1] = (bend, parts[-1][1], high)
            else:
                parts.append((bend, low, high))
        for bend, low, high in parts:
            yield self._piece(low, high, term, None if bend == "?" else bend)

    # -------------------------------------------------------------------------------------------------- on intervals

    def parts(self, low: arb, high: arb) -> Iterator[tuple[Piece, arb, arb]]:
        """Yield the pieces of an interval with the ends of the parts that it has of them.

        Where an end is not certainly on one side of a kink, which is a ball, both are in the hull that stands for it.
        """
        for piece in self.pieces:
            begin, end = piece.ends
            if not (begin > high or end < low or (end <= low and low < high) or (begin >= high and low < high)):
                yield piece, _higher(begin, low), -_higher(-end, -high)

    def at(self, x: arb) -> arb:
        """Return g at a point."""
        return reduce(arb.union, [piece.value(x) for piece, _, _ in self.parts(x, x)])

    def slopes(self, low: arb, high: arb) -> arb:
        """Return all slopes of g on an interval with finite ends, in Clarke's sense."""
        found: list[arb] = []
        for piece, begin, end in self.parts(low, high):
            found += [piece.rate(begin.union(end))] if piece.bend == "?" else map(piece.rate, (begin, end))
        return reduce(arb.union, found)

    def reached(self, low: arb, high: arb) -> tuple[arb, arb]:
        """Return bounds of g on an interval, infinite where they are not known."""
        if not (low.is_finite() and high.is_finite()):
            return self.unbounded_range((low, high))
        return Stretch(self, (low, high), (self.at(low), self.at(high))).range

    def unbounded_range(self, ends: tuple[arb, arb]) -> tuple[arb, arb]:
        """Return bounds of g on an interval with an infinite end."""
        found = [piece.reached(closed(low, high)).range for piece, low, high in self.parts(*ends)]
        return reduce(arb.min, (each.low[0] for each in found)), reduce(arb.max, (each.high[0] for each in found))


@dataclass(frozen=True, eq=False)
class Stretch:
    """A curve over an interval; ``values`` are those at its ends, and do not count where one is infinite."""

    curve: Curve
    ends: tuple[arb, arb]
    values: tuple[arb, arb]

    @cached_property
    def parts(self) -> list[Part]:
        """The parts that a finite interval has of the pieces."""
        (low, high), (first, last) = self.ends, self.values
        return [
            Part(
                piece,
                (begin, end),
                (first if begin is low else piece.value(begin), last if end is high else piece.value(end)),
            )
            for piece, begin, end in self.curve.parts(low, high)
        ]

    def least(self, p: arb, q: arb) -> arb:
        """Return a lower bound of p·x + q·g(x) on a finite interval."""
        return reduce(arb.min, [part.least(p, q) for part in self.parts])

    def bounds(self, p: arb, q: arb) -> tuple[arb, arb]:
        """Return bounds of p·x + q·g(x) on a finite interval."""
        return self.least(p, q), -self.least(-p, -q)

    @cached_property
    def range(self) -> tuple[arb, arb]:
        """Bounds of g."""
        if not (self.ends[0].is_finite() and self.ends[1].is_finite()):
            return self.curve.unbounded_range(self.ends)
        if all(part.piece.monotone for part in self.parts):
            # Where neighbours meet, one may rise and the other fall.
            met = [value for part in self.parts for value in part.values]
            return reduce(arb.min, met), reduce(arb.max, met)
        return self.bounds(arb(0), arb(1))

    @cached_property
    def secant(self) -> tuple[arb, arb]:
        """λ, and [m], so that g(x) is in λx + [m]: on a finite interval, λ about the slope of the chord."""
        (low, high), (first, last) = self.ends, self.values
        slope = ((last - first) / (high - low)).mid() if low < high else arb(0)
        least, most = self.bounds(-slope, arb(1))
        return slope, least.union(most)


def _higher(u: arb, v: arb) -> arb:
    """Return the higher one of two numbers, or the hull of both where balls do not tell."""
    return u if u >= v else v if v > u else u.union(v)


def _turns(term: Term) -> list[Fraction]:
    """Return the zeros of arguments at which a function of the table may bend, or go, the other way."""
    found: set[Fraction] = set()
    for node in terms.walk(term):
        if isinstance(node, Apply) and (node.function in TABLE or node.function == "power"):
            power = node.function == "power"
            known = of_power(terms.constant(node.arguments[1])) if power else TABLE[node.function]
            if known.bend[0] != known.bend[1] or known.slope[0] != known.slope[1] or "?" in known.bend:
                with suppress(Rejected):
                    found.update(roots(polynomial(node.arguments[0])))
    return sorted(found)


def _moved(term: Term, origin: Fraction) -> Term:
    """Return a term as one in t = x - origin: what is affine in x as at + b, with numbers a and b."""
    if not isinstance(term, Apply):
        return apply("add", term, Number(origin)) if isinstance(term, Variable) and term.place == STATE else term
    own = line(term)
    if own is not None:
        slope_of, constant = own
        return apply("add", apply("multiply", Number(slope_of), Variable(STATE)), Number(slope_of * origin + constant))
    return Apply(term.function, tuple(_moved(each, origin) for each in term.arguments))
