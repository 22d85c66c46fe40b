"""Short bounds of what was computed in balls, which a claim of the kernel states."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction

from flint import arb

ROUNDED = Context(prec=6, rounding=ROUND_DOWN)
# The kernel's own ball may be wider.
NEARLY = 1 - Fraction(1, 2**20)


def below(value: arb) -> Iterator[str]:
    """Yield short rationals > 0 as text that are at most a ball, if it is positive: first the nearest.

    >>> list(below(arb(1))), list(below(arb(2) / 3)), list(below(arb(0, 1)))
    (['1', '999999/1000000'], ['333333/500000'], [])
    """
    if not (value > 0 and value.is_finite()):
        return
    mantissa, exponent = value.lower().man_exp()
    exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    yield from dict.fromkeys(map(rounded, (exact, exact * NEARLY)))


def rounded(exact: Fraction) -> str:
    """Return a positive rational rounded down to a short one."""
    return str(Fraction(ROUNDED.divide(Decimal(exact.numerator), Decimal(exact.denominator))))
