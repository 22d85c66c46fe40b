"""Bounds of an expression of one number on an interval, finite or not: interval arithmetic, piece by piece.

>>> from hopverify.expr.parser import parse
>>> enclosure(parse("tanh(x)"), None, None)
(Fraction(-1, 1), Fraction(1, 1))
>>> enclosure(parse("relu(x)"), None, Fraction(2)), enclosure(parse("relu(x)"), Fraction(0), None)[1]
((Fraction(0, 1), Fraction(2, 1)), None)
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor, inf, isfinite

import numpy as np

from hopverify.checker.floats import assert_rounding
from hopverify.expr.evaluate import evaluate
from hopverify.expr.intervals import INTERVALS, Interval, as_interval, enclose
from hopverify.expr.nodes import Expression, Number, Symbol
from hopverify.expr.pieces import End, NoPieces, Piece, pieces

SHORTEST = Fraction(1, 2**60)

Ends = tuple[Fraction | None, Fraction | None]


def enclosure(expression: Expression, lower: End, upper: End) -> Ends:
    """Return bounds of a continuous expression in ``x`` on [lower, upper] (None: unbounded); None where none is known.

    For an expression with jumps they bound its limits too, and for a slope its values beside the kinks.
    """
    bounds = [_on(part, lower, upper) for part in _parts(expression) if _meets(part, lower, upper)]
    lows, highs = zip(*bounds, strict=True)
    return (
        None if any(low is None for low in lows) else min(lows),
        None if any(high is None for high in highs) else max(highs),
    )


def _parts(expression: Expression) -> list[Piece]:
    try:
        return pieces(expression)
    except NoPieces:
        return [Piece(None, None, expression)]


def _meets(part: Piece, lower: End, upper: End) -> bool:
    return not (
        (part.upper is not None and lower is not None and part.upper < lower)
        or (part.lower is not None and upper is not None and upper < part.lower)
    )


def _on(part: Piece, lower: End, upper: End) -> Ends:
    """Return bounds on the closed intersection of a piece with [lower, upper]."""
    starts = [end for end in (part.lower, lower) if end is not None]
    stops = [end for end in (part.upper, upper) if end is not None]
    start, stop = (max(starts) if starts else None), (min(stops) if stops else None)
    if isinstance(part.expression, Number):
        return part.expression.value, part.expression.value
    if isinstance(part.expression, Symbol):
        return start, stop
    assert_rounding()
    box = Interval(
        np.asarray(-inf if start is None else float(enclose(start).lower)),
        np.asarray(inf if stop is None else float(enclose(stop).upper)),
    )
    found = as_interval(evaluate(part.expression, {"x": box}, INTERVALS))
    return _outward(float(found.lower), floor), _outward(float(found.upper), ceil)


def _outward(end: float, rounding: Callable[[Fraction], int]) -> Fraction | None:
    """Return a double as a rational; tiny ones are moved outward to a multiple of 2⁻⁶⁰, to stay short."""
    if not isfinite(end):
        return None
    return Fraction(end) if abs(end) >= SHORTEST else Fraction(rounding(Fraction(end) / SHORTEST)) * SHORTEST
