"""Roots in normal forms, and enclosures of sin and cos."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from flint import arb

from hopverify.expr.balls import BALLS
from hopverify.expr.dual import Duals, along
from hopverify.expr.evaluate import evaluate
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


@pytest.mark.parametrize("text", ["x^(1/2)", "x^(5/2)", "sqrt(x)^3", "x^(-1/2)", "(x - 1 + 1)^(3/2)"])
def test_a_root_is_a_number_only_where_it_is_defined(text: str) -> None:
    """A ball that reaches below 0 by a rounding is taken as ≥ 0 only where the expression says that it is."""
    reaching = arb(1, 1 + 2.0**-24)
    assert reaching < 3
    assert not evaluate(parse(text), {"x": reaching}, BALLS).is_finite()
    assert not np.all([evaluate(parse(text), {"x": along(reaching, arb(1))}, Duals(BALLS)).value.is_finite()])
    inside = evaluate(parse(text), {"x": arb(2, 1)}, BALLS)
    assert inside.is_finite()
    evident = evaluate(parse(text.replace("x", "relu(x)")), {"x": arb(1, 1)}, BALLS)
    assert evident.is_finite() or "-" in text
