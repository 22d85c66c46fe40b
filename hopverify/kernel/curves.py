"""Curves: the activation g of one neuron, a function of a number, in pieces on which it bends one way.

Pieces end at the kinks of g, and where an argument of one of its functions changes its sign, as that of tanh. Where
composition does not show how g bends, ranges of g'' over short intervals may. Bounds of p·x + q·g(x) on an interval
come from its ends where it bends down, and from a tangent where it bends up: any tangent bounds it.

The curves are of activations that are locally Lipschitz by composition. Ends of intervals are exact, or infinite.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial, reduce
from itertools import pairwise

from flint import arb

from hopverify.kernel import terms
from hopverify.kernel.cells import Cell, cells_or_line, polynomial, roots
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.derive import apply
from hopverify.kernel.formulas import Function, derivative, function
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import INF, Range, between, enclosed
from hopverify.kernel.known import Known
from hopverify.kernel.network import activation, slope
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.properties import TABLE, of_power
from hopverify.kernel.terms import STATE, Apply, Number, Term, Variable

REACH, LEAST = 8, Fraction(1, 64)
"""Where pieces are sought by ranges of g'': up to this distance from 0, by halves that are at least so long."""

PLACES = [Fraction(2) ** power * Fraction(8 + part, 8) for power in range(-8, 6) for part in range(8)]
"""Distances from an end of a piece at which slopes are tabulated, to find tangents by."""

CHORDS = 2
"""So many steps lead from the table to the place of a tangent."""

MIDDLE = 64
"""Into so many parts a piece with two ends is cut for the table."""


@dataclass(frozen=True, eq=False)
class Piece:
    """g from ``low`` to ``high``: convex (bend "+"), concave ("-"), affine ("0"), or either ("?").

    ``rate`` is g', ``second`` g'' over an interval; ``reached`` is the range of g on one, which may be infinite.
    ``rates`` is the range of g' on the whole piece. ``line`` are α and β of a piece αx + β with rational numbers.
    """

    low: Fraction | None
    high: Fraction | None
    value: Function
    rate: Function
    second: Function
    reached: Callable[[Range], Known]
    bend: str
    rates: Range
    line: tuple[Fraction, Fraction] | None

    @cached_property
    def monotone(self) -> bool:
        """Whether g only rises, or only falls."""
        return self.rates.nonnegative or self.rates.nonpositive

    @cached_property
    def ends(self) -> tuple[arb, arb]:
        """The ends as balls, or infinite."""
        return -INF if self.low is None else ball(self.low), INF if self.high is None else ball(self.high)

    @cached_property
    def _table(self) -> tuple[list[float], list[float]]:
        """Slopes, rising, and where they are: approximate numbers that only choose a tangent."""
        found = [(float(self.rate(ball(place)).mid()), float(place)) for place in sorted(set(self._places()))]
        kept = found if self.bend == "+" else found[::-1]
        return [each for each, _ in kept], [place for _, place in kept]

    def _places(self) -> Iterator[Fraction]:
        if self.low is not None and self.high is not None:
            step = (self.high - self.low) / MIDDLE
            yield from (self.low + k * step for k in range(1, MIDDLE))
            return
        for base, signs in ((self.low, (1,)), (self.high, (-1,)), (Fraction(0), (0, 1, -1))):
            if base is not None and (len(signs) == 1 or (self.low, self.high) == (None, None)):
                yield from (base + sign * step for sign in signs for step in PLACES)

    def touching(self, wanted: float, low: float, high: float) -> float:
        """Return a place between two others where the slope is about the wanted one."""
        slopes, places = self._table
        at = bisect_left(slopes, wanted)
        if at == 0 or at == len(slopes) or abs(places[at] - places[at - 1]) > high - low:
            # The ends are nearer than places of the table, or it has none beyond.
            (s, t), (u, v) = sorted((float(self.rate(arb(end)).mid()), end) for end in (low, high))
        else:
            s, t, u, v = slopes[at - 1], places[at - 1], slopes[at], places[at]
        if not s < wanted < u:
            near = t if wanted <= s else v
        else:
            # The table is coarse: chords through what is found come closer.
            for _ in range(CHORDS):
                near = t + (wanted - s) / (u - s) * (v - t)
                found = float(self.rate(arb(near)).mid())
                if s < found < wanted:
                    s, t = found, near
                elif wanted < found < u:
                    u, v = found, near
            near = t + (wanted - s) / (u - s) * (v - t)
        # The ends of a ball may lie a little outside the part that it encloses.
        margin = (high - low) * 2.0**-20
        return min(max(near, low + margin), high - margin)

    def bounds(self, p: arb, q: arb, u: arb, at_ends: tuple[arb, arb]) -> tuple[arb, arb]:
        """Return bounds of p·x + q·g(x) over a part u of the piece, given the values at the ends of the part.

        Of a piece whose bend is not known they come from the values between which a chord lies, and from how far from
        the chord g'' can take it: |x - a||x - b|/2 ≤ (b - a)²/8 times its range.
        """
        low, high = at_ends[0].min(at_ends[1]), at_ends[0].max(at_ends[1])
        if self.bend == "0" or u.is_exact():
            return low, high
        place = u.mid()
        if self.bend != "?" and not q.contains(0):
            place = arb(self.touching(float((-p / q).mid()), float(u.lower()), float(u.upper())))
        # Doubles near an end may lie beyond it, where g may bend the other way.
        inside = self.ends[0] <= place and place <= self.ends[1]
        if self.bend == "?" or not inside:
            return self._by_range(p, q, u, low, high)
        tangent = p * place + q * self.value(place) + (p + q * self.rate(place)) * (u - place)
        # With a q whose sign is not certain, either may be.
        convex, concave = (q > 0, q < 0) if self.bend == "+" else (q < 0, q > 0)
        return low if concave else low.min(tangent.lower()), high if convex else high.max(tangent.upper())

    @cached_property
    def _bent(self) -> arb:
        """The range of g'' on the piece, no number where that is unbounded, or not known."""
        return self.second(self.ends[0].union(self.ends[1])) if self.low is not None is not self.high else arb.nan()

    def _by_range(self, p: arb, q: arb, u: arb, low: arb, high: arb) -> tuple[arb, arb]:
        far = q * self._bent * (2 * u.rad()) ** 2 / 8
        if far.is_finite():
            return low - far.upper().max(arb(0)), high - far.lower().min(arb(0))
        middle = u.mid()
        found = p * middle + q * self.value(middle) + (p + q * self.rate(u)) * (u - middle)
        return found.lower(), found.upper()


class Curve:
    """The activation of the neurons of an elementwise layer."""

    def __init__(self, core: Core, layer: Layer) -> None:
        self.core, self.layer = core, layer
        g, gradient = activation(core, layer), layer.g is None
        regular = not gradient or layer.L is None or of_state(core, layer, layer.L).lipschitz
        regular = regular and of_state(core, layer, g, extended=gradient).lipschitz
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
        line = _line(term)
        # Of x - 2(x - 1) + (x - 2) the range over a half-line is not known, but by its line it is 0.
        shown = term if line is None else _moved(term, Fraction(0))
        return Piece(low, high, value, rate, second, partial(of_state, core, layer, shown), bend, rates, line)

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

    def _parts(self, low: arb, high: arb) -> Iterator[tuple[Piece, arb, arb]]:
        """Yield the pieces of an interval with the ends of the parts that it has of them.

        Where an end is not certainly on one side of a kink, which is a ball, both are in the hull that stands for it.
        """
        for piece in self.pieces:
            begin, end = piece.ends
            if not (begin > high or end < low or (end <= low and low < high) or (begin >= high and low < high)):
                yield piece, _higher(begin, low), -_higher(-end, -high)

    def at(self, x: arb) -> arb:
        """Return g at a point."""
        return reduce(arb.union, [piece.value(x) for piece, _, _ in self._parts(x, x)])

    def slopes(self, low: arb, high: arb) -> arb:
        """Return all slopes of g on an interval with finite ends, in Clarke's sense."""
        found: list[arb] = []
        for piece, begin, end in self._parts(low, high):
            found += [piece.rate(begin.union(end))] if piece.bend == "?" else map(piece.rate, (begin, end))
        return reduce(arb.union, found)

    def bounds(self, p: arb, q: arb, ends: tuple[arb, arb], values: tuple[arb, arb]) -> tuple[arb, arb]:
        """Return bounds of p·x + q·g(x) on an interval with finite ends, at which g has the given values."""
        low, high = arb("inf"), arb("-inf")
        for piece, begin, end in self._parts(*ends):
            first = values[0] if begin is ends[0] else piece.value(begin)
            last = values[1] if end is ends[1] else piece.value(end)
            given = p * begin + q * first, p * end + q * last
            least, most = piece.bounds(p, q, begin.union(end), given)
            low, high = low.min(least), high.max(most)
        return low, high

    def range(self, ends: tuple[arb, arb], values: tuple[arb, arb]) -> tuple[arb, arb]:
        """Return bounds of g on an interval, which may be infinite: then the values given there do not count."""
        parts = list(self._parts(*ends))
        if not (ends[0].is_finite() and ends[1].is_finite()):
            found = [piece.reached(enclosed((low, False), (high, False))).range for piece, low, high in parts]
            return reduce(arb.min, (each.low[0] for each in found)), reduce(arb.max, (each.high[0] for each in found))
        if all(piece.monotone for piece, _, _ in parts):
            # Where neighbours meet, one may rise and the other fall.
            met = [piece.value(end) for piece, _, end in parts if end is not ends[1]]
            return reduce(arb.min, met, values[0].min(values[1])), reduce(arb.max, met, values[0].max(values[1]))
        return self.bounds(arb(0), arb(1), ends, values)


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
    line = _line(term)
    if line is not None:
        slope_of, constant = line
        return apply("add", apply("multiply", Number(slope_of), Variable(STATE)), Number(slope_of * origin + constant))
    return Apply(term.function, tuple(_moved(each, origin) for each in term.arguments))


def _line(term: Term) -> tuple[Fraction, Fraction] | None:
    """Return α and β of αx + β."""
    try:
        u = polynomial(term)
    except Rejected:
        return None
    coefficients = [Fraction(int(each.p), int(each.q)) for each in (u[1], u[0])]
    return (coefficients[0], coefficients[1]) if u.degree() <= 1 else None
