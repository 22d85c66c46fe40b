"""Balls in which functions have values only where they are analytic: none at a kink, or at an end of a domain.

So a term that has values in these balls on a box of states is analytic around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from flint import arb

from hopverify.kernel.arithmetic import Arithmetic, Value
from hopverify.kernel.balls import BALLS, above
from hopverify.kernel.numbers import need
from hopverify.kernel.properties import KINKED


def _apply(name: str, *given: arb) -> arb:
    turning = given[0] if name in KINKED else given[0] - given[1] if name in ("max", "min") else arb(1)
    need(name != "sqrt" or given[0] > 0, "smooth", "a root may be 0")
    need(turning > 0 or turning < 0, "smooth", f"{name} may have a kink there")
    return _finite(BALLS.apply(name, *given))


def _finite(value: arb) -> arb:
    need(bool(value.is_finite()), "smooth", "a function may have no value there")
    return value


def _power(u: arb, exponent: Fraction) -> arb:
    need(exponent.denominator == 1 or u > 0, "smooth", "a root may be 0")
    return _finite(BALLS.power(u, exponent))


def _shares(name: str) -> Callable[[Sequence[arb], Fraction], Value]:
    """Return entmax or normmax, off the borders of the set of shares that are not 0."""

    def of(u: Sequence[arb], parameter: Fraction) -> Value:
        certain = all(each > 0 or each < 0 for each in above(name, u, parameter))
        need(certain, "smooth", f"a share of {name} may be about to vanish")
        return BALLS.own[name](u, parameter)

    return of


SMOOTH = Arithmetic(
    number=BALLS.number,
    apply=_apply,
    power=_power,
    own={
        **{name: BALLS.own[name] for name in ("pi", "dot", "matmul", "masked_softmax", "masked_logsumexp")},
        "entmax": _shares("entmax"),
        "normmax": _shares("normmax"),
    },
)
"""``entmax_conjugate`` and ``normmax_conjugate`` have no values here: their gradients stand in activations."""
