"""Germs: what functions of large numbers are, by the sign of the leading coefficient."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hopverify.kernel.germs import GERMS, germ, leading
from hopverify.kernel.numbers import Rejected

T = germ(0, 1)


@pytest.mark.parametrize(
    ("name", "given", "found"),
    [
        ("relu", T - 5, T - 5),
        ("relu", 5 - T, germ(0)),
        ("abs", 5 - T, T - 5),
        ("sign", 5 - T, germ(-1)),
        ("step", T - 5, germ(1)),
        ("step", 5 - T, germ(0)),
        ("kink", 5 - T, germ(0)),
        ("negate", T, -T),
        ("tanh", germ(0), germ(0)),
        ("exp", germ(0), germ(1)),
    ],
)
def test_functions_of_one(name: str, given: object, found: object) -> None:
    assert GERMS.apply(name, given) == found


def test_functions_of_two() -> None:
    assert GERMS.apply("max", T, T * T) == GERMS.apply("max", T * T, T) == T * T
    assert GERMS.apply("min", T, T * T) == GERMS.apply("min", T * T, T) == T
    assert GERMS.apply("max", T, T + 1) == T + 1
    assert GERMS.apply("divide", T, germ(Fraction(2, 3))) == germ(0, Fraction(3, 2))
    assert GERMS.power(T + 1, Fraction(2)) == T * T + 2 * T + 1
    assert GERMS.power(germ(4), Fraction(1, 2)) == germ(2)
    assert (leading(T * 3 + 1), leading(germ(0))) == (3, 0)


@pytest.mark.parametrize(
    ("name", "given"),
    [("tanh", (T,)), ("exp", (germ(1),)), ("divide", (T, T)), ("divide", (T, germ(0))), ("sign", (germ(0),))],
)
def test_what_is_no_polynomial(name: str, given: tuple[object, ...]) -> None:
    with pytest.raises(Rejected):
        GERMS.apply(name, *given)


def test_degrees_have_a_limit() -> None:
    high = GERMS.power(T, Fraction(64))
    for what in (
        lambda: GERMS.apply("multiply", high, T),
        lambda: GERMS.power(T, Fraction(65)),
        lambda: GERMS.power(T, Fraction(1, 2)),
    ):
        with pytest.raises(Rejected):
            what()
