"""What the kernel tells of terms drawn at random, against their values at points, in an evaluator of its own.

The points are at kinks, at ends of domains, and elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import mpmath
import pytest
from flint import arb
from mpmath import mpf

from hopverify.kernel import derive, language
from hopverify.kernel.arithmetic import Value
from hopverify.kernel.cells import cells
from hopverify.kernel.composition import judge
from hopverify.kernel.duals import DUALS, Dual
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.exact import RATIONALS
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.identity import same
from hopverify.kernel.intervals import Range, between
from hopverify.kernel.known import STILL, Known
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.terms import Place, Shape, Term
from tests.kernel.drawing import POINTS, number, rewritten
from tests.profiles import by_profile
from tests.soundness.oracles.terms import DIGITS, Undefined, value

STATE: Place = ("state", "")
DRAWS = by_profile(40, 1000, 100_000)
NEAR, FAR = mpf(10) ** -30, mpf(10) ** 12


class Drawn:
    """A term in one number or in a vector, and points."""

    def __init__(self, seed: int, depths: tuple[int, ...] = (2, 3, 3, 4)) -> None:
        self.r = Random(seed)
        self.size = self.r.choice([0, 0, 0, 1, 2, 3])
        self.document: Any = number(self.r, self.r.choice(depths), self.size)
        self.term: Term = language.read(self.document, "")
        self.shapes: dict[Place, Shape] = {STATE: (self.size,) if self.size else ()}
        language.shape(self.term, self.shapes, "")
        self.points = [self.point() for _ in range(8)]
        self.values = [self.at(x) for x in self.points]

    def point(self) -> Any:
        """Return rationals."""
        return [self.r.choice(POINTS) for _ in range(self.size)] if self.size else self.r.choice(POINTS)

    def at(self, x: Any) -> mpf | None:
        """Return the value, None where there is none."""
        return of(self.document, x)

    def moved(self, x: Any, by: Any, times: Any = 1) -> Any:
        """Return x + times·by."""
        return [a + times * b for a, b in zip(x, by, strict=True)] if self.size else x + times * by

    def ball(self, x: Any, radius: float = 0) -> Value:
        """Return balls around a point."""
        wide = arb(0, radius) if radius else arb(0)
        return [ball(each) + wide for each in x] if self.size else ball(x) + wide


def drawn(count: int) -> Iterator[Drawn]:
    """Yield terms, but those whose parts do not fit."""
    for seed in range(count):
        with suppress(Rejected):
            yield Drawn(seed)


def of(document: Any, x: Any) -> mpf | None:
    """Return the value of a term at a point, None where it has none, or one that is too large to be compared."""
    with mpmath.workdps(DIGITS):
        try:
            found = value(document, {("state",): [real(each) for each in x] if isinstance(x, list) else real(x)})
        except (Undefined, OverflowError):
            return None
        return found if abs(found) < FAR else None


def real(x: Any) -> mpf:
    return mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x


def ends(enclosure: arb) -> tuple[mpf, mpf] | None:
    """Return the ends of a ball, exactly."""
    if not enclosure.is_finite():
        return None
    found = [end.man_exp() for end in (enclosure.lower(), enclosure.upper())]
    with mpmath.workdps(10 * DIGITS):
        low, high = (mpf(int(mantissa)) * mpf(2) ** int(exponent) for mantissa, exponent in found)
    return low, high


def holds(enclosure: arb, x: mpf, slack: mpf = NEAR) -> bool:
    """Whether a ball holds a number, but for what the number is rounded by."""
    found = ends(enclosure)
    return found is None or found[0] - slack * (1 + abs(x)) <= x <= found[1] + slack * (1 + abs(x))


@pytest.fixture(autouse=True)
def digits() -> Any:
    """Compute with many digits on both sides."""
    with mpmath.workdps(DIGITS), precision():
        yield


def test_values() -> None:
    """Balls hold them, around points and in boxes; rationals are equal to them; where there is none, balls tell."""
    for own in drawn(DRAWS):
        check_values(own)


def check_values(own: Drawn) -> None:
    for x, exact in zip(own.points, own.values, strict=True):
        found = evaluate(own.term, {STATE: own.ball(x)})
        assert exact is None or holds(found, exact), (own.document, x)
        box, radius = own.ball(x, 0.125), Fraction(1, 8)
        wide = evaluate(own.term, {STATE: box})
        shift = [radius * own.r.choice((-1, 1, 0)) for _ in range(own.size)] if own.size else radius
        inside = own.at(own.moved(x, shift))
        assert inside is None or holds(wide, inside), (own.document, x, shift)
        try:
            rational = evaluate(own.term, {STATE: x}, RATIONALS)
        except (Rejected, ArithmeticError):
            continue
        assert exact is None or abs(real(rational) - exact) <= NEAR * (1 + abs(exact)), (own.document, x)


def test_composition() -> None:
    for own in drawn(DRAWS):
        check_composition(own)


def check_composition(own: Drawn) -> None:
    low, high = own.r.choice([(None, None), (None, Fraction(0)), (Fraction(0), None), (Fraction(-1, 2), Fraction(1))])
    inside = own.r.random() < 0.5
    on = between(low, high, inside) if not own.size else between(None, None)
    known = judge(own.term, own.shapes, {STATE: on})
    points = [x for x in own.points if own.size or _within(x, low, high, inside)]
    values = [own.at(x) for x in points]
    for exact in values:
        assert exact is None or in_range(known.range, exact), (own.document, low, high, inside, exact)
    if known.lipschitz:
        check_known(own, known, points)


def _within(x: Fraction, low: Fraction | None, high: Fraction | None, inside: bool) -> bool:
    above = low is None or low < x or (low == x and not inside)
    return above and (high is None or x < high or (high == x and not inside))


def in_range(told: Range, exact: mpf) -> bool:
    """Whether a number lies in a range; not at an open end that is 0."""
    slack = NEAR * (1 + abs(exact))
    for (end, is_open), sign in ((told.low, 1), (told.high, -1)):
        found = ends(end)
        if found is None:
            continue
        distance = sign * (exact - found[0])
        if distance < -slack or (is_open and found[0] == 0 and exact == 0):
            return False
    return True


def check_known(own: Drawn, known: Known, points: list[Any]) -> None:
    """What is locally Lipschitz has values; and it bends and grows as it is told to."""
    for x in points:
        try:
            value(own.document, {("state",): [real(each) for each in x] if own.size else real(x)})
        except Undefined:
            raise AssertionError((own.document, x, "has no value")) from None
        except OverflowError:
            continue
    for a, b in pairwise(points):
        middle = own.moved(own.moved(a, a, Fraction(-1, 2)), b, Fraction(1, 2))
        found = [own.at(x) for x in (a, b, middle)]
        if None in found:
            continue
        left, right, between_them = (each or mpf(0) for each in found)
        gap, slack = (left + right) / 2 - between_them, NEAR * (1 + abs(left) + abs(right) + abs(between_them))
        assert not known.convex or gap >= -slack, (own.document, a, b)
        assert not known.concave or gap <= slack, (own.document, a, b)
        assert not known.strict or a == b or gap > 0, (own.document, a, b)
        assert not known.log_convex or between_them**2 <= left * right * (1 + NEAR), (own.document, a, b)
        if known.shift is not None and own.size:
            grown = own.at(own.moved(a, [Fraction(1)] * own.size))
            twice = own.at(own.moved(a, [Fraction(2)] * own.size))
            if grown is not None and twice is not None:
                assert abs(twice - 2 * grown + left) <= slack * 4, (own.document, a)
                assert known.shift != STILL or abs(grown - left) <= slack, (own.document, a)
        if known.degree is not None and known.degree <= 6:
            line = [own.at(own.moved(a, b, k)) for k in range(known.degree + 2)]
            if None not in line:
                terms = [(-1) ** k * mpmath.binomial(len(line) - 1, k) * (each or 0) for k, each in enumerate(line)]
                assert abs(mpmath.fsum(terms)) <= NEAR * (1 + mpmath.fsum(map(abs, terms))), (own.document, a, b)


def test_slopes() -> None:
    """Gradients and dual numbers hold the slopes, on both sides of a point, of what is locally Lipschitz."""
    for own in drawn(DRAWS):
        if judge(own.term, own.shapes).lipschitz:
            check_slopes(own)


def check_slopes(own: Drawn) -> None:
    """What has no derivative here has no formula, or no dual number, or both."""
    gradient = None
    with suppress(Rejected):
        gradient = derive.gradient(own.term, STATE, own.shapes)
        language.shape(gradient, own.shapes, "")
    step = mpf(10) ** -18
    for x, exact in zip(own.points, own.values, strict=True):
        way = [Fraction(own.r.randint(-3, 3)) for _ in range(own.size)] if own.size else Fraction(1)
        if exact is None:
            continue
        start = [real(each) for each in x] if own.size else real(x)
        real_way = [real(each) for each in way] if isinstance(way, list) else real(way)
        ahead, behind = (own.at(own.moved(start, real_way, sign * step)) for sign in (1, -1))
        if ahead is None or behind is None:
            continue
        along = rate = arb.nan()
        if gradient is not None:
            found = evaluate(gradient, {STATE: own.ball(x)})
            along = (
                sum((ball(a) * b for a, b in zip(way, found, strict=True)), arb(0)) if isinstance(way, list) else found
            )
        moving = [Dual(ball(a), ball(b)) for a, b in zip(x, way, strict=True)] if own.size else Dual(ball(x), arb(1))
        with suppress(Rejected):
            rate = evaluate(own.term, {STATE: moving}, DUALS).rate
        rough = mpf(10) ** -6
        for slope, enclosures in (((ahead - exact) / step, (along, rate)), ((exact - behind) / step, (along,))):
            assert all(holds(each, slope, rough) for each in enclosures), (own.document, x, way, slope)


def test_cells() -> None:
    for own in drawn(DRAWS):
        if not own.size:
            check_cells(own)


def check_cells(own: Drawn) -> None:
    try:
        found = cells(own.term)
    except Rejected:
        return
    for cell in found:
        first = cell.inside
        for x in (first, first if cell.high is None else (first + cell.high) / 2):
            exact, there = own.at(x), of(language.write(cell.terms[0]), x)
            assert exact is None or (there is not None and abs(exact - there) <= NEAR * (1 + abs(exact))), own.document


def test_normal_forms() -> None:
    """Terms with one normal form have one value, wherever both have one."""
    for own in drawn(3 * DRAWS):
        check_normal_forms(own)


def check_normal_forms(own: Drawn) -> None:
    other = own.document
    for _ in range(own.r.choice([1, 1, 2, 3])):
        other = rewritten(own.r, other)
    try:
        alike = language.read(other, "")
        fits = language.shape(alike, own.shapes, "") == ()
        if not fits or not same(own.term, alike, own.shapes, {}):
            return
    except Rejected:
        return
    off_kinks = own.r.choice([Fraction(1, 97), Fraction(-3, 89)])
    for x in own.points:
        x = own.moved(x, [off_kinks * (k + 1) for k in range(own.size)] if own.size else off_kinks)
        one, two = own.at(x), of(other, x)
        assert one is None or two is None or abs(one - two) <= mpf(10) ** -15 * (1 + abs(one)), (own.document, other, x)
