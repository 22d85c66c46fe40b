"""φ' and φ'' of functions of one number, on a range: the slope of φ, and how much it bends.

Where the term of a derivative has u more than once, as σ(u)σ(-u) has, its range is too wide; some have a better one.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from hopverify.kernel import derive
from hopverify.kernel.drive_ranges import RANGES
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.intervals import Range, exactly, hull, multiplied, only
from hopverify.kernel.language import read
from hopverify.kernel.terms import STATE, Term

# σ' = ¼ sech²(u/2), in which u stands once.
_BELL = read(["divide", ["power", ["sech", ["divide", ["state"], "2"]], "2"], "4"], "bell")
_SLOPES: Mapping[str, Term] = {**derive.SLOPES, "sigmoid": _BELL}
_BENDS: Mapping[str, Term] = {"softplus": _BELL}
_CUBIC = {"tanh": (Fraction(-2), Fraction(1)), "sigmoid": (Fraction(-1, 4), Fraction(1, 2))}
"""φ''(u) = c(t - t³) for t = tanh(ku): c and k."""


def derivatives(name: str, u: Range) -> tuple[Range, Range]:
    """Return the ranges of φ' and φ'' on a range of u, for a function of the table that has no kink."""
    slope = _SLOPES[name]
    first = evaluate(slope, {STATE: u}, RANGES)
    if name in _CUBIC:
        return first, _cubic(u, *_CUBIC[name])
    bend = _BENDS.get(name) or derive.gradient(slope, STATE, {STATE: ()})
    return first, evaluate(bend, {STATE: u}, RANGES)


def _cubic(u: Range, factor: Fraction, scale: Fraction) -> Range:
    """Return the range of c(t - t³): the extremes of t - t³ lie at the ends of t, or at ±1/√3."""
    t, turn = RANGES.apply("tanh", multiplied(u, exactly(scale))), arb(3).rsqrt()
    places = [t.low[0], t.high[0], *(each for each in (turn, -turn) if not (each < t.low[0] or each > t.high[0]))]
    return multiplied(exactly(factor), hull([only(each * (1 - each * each)) for each in places]))
