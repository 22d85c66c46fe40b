"""Where two functions of one number differ, such as a derivative rule and the derivative: at all sizes, beside kinks.

Doubles propose a number, balls confirm it; that none is found proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.expr.nodes import Expression, Number, walk

#: How far apart values are that differ: float32's roundings, in the numbers of a program, are no difference.
CLOSE = 1e-5
SIZES = np.array([digit * 10.0**power for power in range(-8, 9) for digit in (1, 2, 5)])
GRID = np.linspace(0.0, 200.0, 4001)
BESIDE = (1 - 1e-3, 1.0, 1 + 1e-3)


def difference(one: Expression, other: Expression) -> tuple[float, float, float] | None:
    """Return a number ``x`` at which the two certainly differ, with their values there; None where none is found.

    >>> from hopverify.expr.parser import parse
    >>> difference(parse("x*step(60 - abs(x))"), parse("x"))
    (-60.050000000000004, 0.0, -60.050000000000004)
    >>> difference(parse("tanh(x)"), parse("1 - 2/(exp(2*x) + 1)")) is None
    True
    """
    trials = _trials(one, other)
    with np.errstate(all="ignore"):
        values = [np.broadcast_to(evaluate(each, {"x": trials}, FLOATS), trials.shape) for each in (one, other)]
        apart = ~(np.abs(values[0] - values[1]) <= CLOSE * np.maximum(np.abs(values[0]), np.abs(values[1])))
    return next((found for x in trials[apart] for found in _confirmed(one, other, float(x))), None)


def _trials(one: Expression, other: Expression) -> NDArray[np.float64]:
    constants = {abs(float(node.value)) for each in (one, other) for node in walk(each) if isinstance(node, Number)}
    kinks = [factor * constant for constant in constants for factor in BESIDE]
    sizes = np.unique(np.concatenate([SIZES, GRID, kinks]))
    return np.stack([-sizes, sizes], axis=1).reshape(-1)


def _confirmed(one: Expression, other: Expression, x: float) -> Iterator[tuple[float, float, float]]:
    """Yield the number and the values, if balls around the values are apart."""
    try:
        with precision():
            first, second = (evaluate(each, {"x": BALLS.number(Fraction(x))}, BALLS) for each in (one, other))
            a, b = float(first.mid()), float(second.mid())
            if not first.overlaps(second) and abs(a - b) > CLOSE * max(abs(a), abs(b)):
                yield x, a, b
    except (HopverifyError, ArithmeticError, ValueError):
        # What balls cannot evaluate there is no difference that is known.
        return
