"""Activations that are multiples of tanh, as ``proofs/Curves.v`` has them: middle + gain·tanh(β·u)."""

from __future__ import annotations

from fractions import Fraction
from math import tanh
from typing import NamedTuple

from hopverify.exporting.numbers import rational
from hopverify.kernel.terms import Apply, Number, Term, Variable

STATE = Variable(("state", ""))


class Curve(NamedTuple):
    """middle + gain·tanh(β·u), with gain, β > 0."""

    middle: Fraction
    gain: Fraction
    beta: Fraction

    @property
    def text(self) -> str:
        """The curve for Coq, in the scope Q."""
        return f"Curve ({rational(self.middle)}) ({rational(self.gain)}) ({rational(self.beta)})"

    def tanh(self, u: Fraction) -> float:
        """Return about tanh(β·u)."""
        return tanh(float(self.beta * u))


def curve_of(g: Term) -> Curve | None:
    """Return the curve that an activation is: tanh or sigmoid of a positive multiple of the state.

    >>> curve_of(Apply("sigmoid", (STATE,)))
    Curve(middle=Fraction(1, 2), gain=Fraction(1, 2), beta=Fraction(1, 2))
    """
    if not isinstance(g, Apply) or g.function not in ("tanh", "sigmoid"):
        return None
    beta = _factor(g.arguments[0])
    if beta is None or beta <= 0:
        return None
    half = Fraction(1, 2)
    return Curve(Fraction(0), Fraction(1), beta) if g.function == "tanh" else Curve(half, half, half * beta)


def _factor(argument: Term) -> Fraction | None:
    if argument == STATE:
        return Fraction(1)
    if isinstance(argument, Apply) and argument.function == "multiply" and argument.arguments[1] == STATE:
        factor = argument.arguments[0]
        return factor.value if isinstance(factor, Number) else None
    return None
