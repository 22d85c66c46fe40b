"""Bounds of quotients whose numerator stands in the divisor, against what the kernel tells of them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hopverify.expr.parser import parse
from hopverify.numerics.shares import share


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("x/(1 + abs(x))", (-1, 1)),
        ("-3*x/(2*abs(x) + 1/2)", (Fraction(-3, 2), Fraction(3, 2))),
        ("x^2/(1 + x^2)", (0, 1)),
        ("(x*x)/(x*x - (-1))", (0, 1)),
        ("-relu(x)/(1 + relu(x))", (-1, 0)),
        ("square(x)/(1 + 8*sum(square(x)))", (0, Fraction(1, 8))),
        ("x/(1 + x)", None),
        ("x/(1 - abs(x))", None),
        ("x/(abs(x) - 1)", None),
        ("x^3/(1 + x^3)", None),
        ("x/(1 + abs(x) + x)", None),
        ("(x + 1)/(1 + abs(x))", None),
        ("x*abs(x)", None),
    ],
)
def test_what_is_bounded_by_what_stands_below(text: str, bounds: tuple[Fraction, Fraction] | None) -> None:
    assert share(parse(text)) == bounds
