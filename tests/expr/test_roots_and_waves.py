"""Roots in normal forms, and enclosures of sin and cos."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from hopverify.expr.intervals import INTERVALS, Interval
from hopverify.expr.parser import parse
from hopverify.expr.rational import identical


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sqrt(1 + x^2)^2", "1 + x^2"),
        ("1/sqrt(1 + x^2) - x^2/sqrt(1 + x^2)^3", "(1 + x^2)^(-3/2)"),
        ("sqrt(x^2 + 1/100)", "sqrt(100*x^2 + 1)/10"),
        ("2/sqrt(2*pi)", "sqrt(2)/sqrt(pi)"),
        ("(8*x^2 + 8)^(1/3)", "2*(1 + x^2)^(1/3)"),
        ("logcosh(x)", "log(cosh(x))"),
        ("softplus(2*x)", "log(1 + exp(2*x))"),
    ],
)
def test_identities_with_roots_and_logarithms(left: str, right: str) -> None:
    assert identical(parse(left), parse(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sqrt(x^2)", "x"),
        ("sqrt(1 + x^2)", "1 + x"),
        ("sqrt(-x)^2", "x"),
        ("(x^2)^(1/2)", "abs(x)"),
        ("sqrt(2)*sqrt(3)", "sqrt(5)"),
    ],
)
def test_what_is_not_known_to_be_identical(left: str, right: str) -> None:
    assert not identical(parse(left), parse(right))


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_waves_are_enclosed(name: str) -> None:
    rng = np.random.default_rng(0)
    lower = rng.uniform(-20, 20, 500)
    upper = lower + rng.exponential(1, 500) * rng.integers(0, 2, 500)
    box = INTERVALS.elementary(name, Interval(lower, upper))
    for share in np.linspace(0, 1, 11):
        values = getattr(np, name)(lower + share * (upper - lower))
        assert np.all(box.lower <= values + 1e-15)
        assert np.all(values - 1e-15 <= box.upper)
    line = INTERVALS.elementary(name, Interval(np.array([-inf, 3.0]), np.array([inf, inf])))
    assert np.all(line.lower == -1)
    assert np.all(line.upper == 1)
    assert np.all(box.upper - box.lower <= 2)
