"""What is known of each function of one number: the one table that ranges and composition read.

``slope`` and ``bend`` have the signs of f' and of f'' where u < 0 and where u > 0: "+" ≥ 0, "-" ≤ 0, "?" either. Two
equal signs hold on the whole line: there f is monotone, or convex, or concave. ``limits`` bound f on the way to -∞ and
to ∞. ``above``: f is defined, and analytic, for larger u. ``turn``: f(0) of a function that falls on one side of 0 and
rises on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Properties:
    """The answers for one function f(u)."""

    slope: str
    bend: str
    limits: tuple[str, str] = ("-inf", "inf")
    above: int | None = None
    turn: int | None = None


TABLE: Mapping[str, Properties] = {
    "negate": Properties("--", "00", ("inf", "-inf")),
    "exp": Properties("++", "++", ("0", "inf")),
    "expm1": Properties("++", "++", ("-1", "inf")),
    "log": Properties("++", "--", above=0),
    "log1p": Properties("++", "--", above=-1),
    "sqrt": Properties("++", "--", above=0),
    "sin": Properties("??", "??", ("-1", "1")),
    "cos": Properties("??", "??", ("-1", "1")),
    "sinh": Properties("++", "-+"),
    "cosh": Properties("-+", "++", ("inf", "inf"), turn=1),
    "tanh": Properties("++", "+-", ("-1", "1")),
    "sech": Properties("+-", "??", ("0", "0"), turn=1),
    "logcosh": Properties("-+", "++", ("inf", "inf"), turn=0),
    "sigmoid": Properties("++", "+-", ("0", "1")),
    "softplus": Properties("++", "++", ("0", "inf")),
    "softplus_integral": Properties("++", "++", ("0", "inf")),
    # ∫_{-∞}^0 |t|·tanh(softplus(t)) dt < ∫_{-∞}^0 |t|·e^t dt = 1.
    "mish_integral": Properties("-+", "?+", ("1", "inf"), turn=0),
    # π/2 < 11/7.
    "arctan": Properties("++", "+-", ("-11/7", "11/7")),
    "erf": Properties("++", "+-", ("-1", "1")),
    "abs": Properties("-+", "++", ("inf", "inf"), turn=0),
    "relu": Properties("++", "++"),
    "sign": Properties("++", "??"),
    "step": Properties("++", "??"),
    "kink": Properties("??", "??"),
}

JUMPING = ("sign", "step", "kink")
"""Functions that jump at 0: defined, and constant, elsewhere."""

KINKED = ("relu", "abs", *JUMPING)
"""Functions that are analytic but at 0."""


def of_power(exponent: Fraction) -> Properties:
    """Return the same of u^c; for a c that is not whole u ≥ 0, for a negative one u ≠ 0."""
    if exponent.denominator == 1:
        even, up = exponent % 2 == 0, exponent > 0
        if even:
            return Properties("-+" if up else "+-", "++", ("inf", "inf"), turn=0)
        return Properties("++" if up else "--", "-+")
    return Properties("?+" if exponent > 0 else "?-", "?-" if 0 < exponent < 1 else "?+")
