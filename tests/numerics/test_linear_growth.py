"""Linear bounds of activations, worked out by hand: by sums and products, by ranges, and by slopes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from hopverify.checker.enclosure import Ends, enclosure
from hopverify.expr.nodes import Apply, Number
from hopverify.expr.parser import parse
from hopverify.networks import LayerFunction
from hopverify.numerics import linear_growth as growth
from tests.checker.models import layer

ZERO = Fraction(0)
RIGHT: Ends = (ZERO, None)


def function(text: str) -> LayerFunction:
    return layer(f"activation: {{expression: '{text}', of: neuron}}").function


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x", (1, 0)),
        ("-x", (1, 0)),
        ("3 * x + 2", (3, 2)),
        ("x + 3 * x", (4, 0)),
        ("(x + 7) + (2 * x + 3)", (3, 10)),
        ("(x + 7) - (2 * x - 3)", (3, 10)),
        ("2 * (3 * x + 5)", (6, 10)),
        ("(3 * x + 5) * 2", (6, 10)),
        ("(3 * x + 6) / 4", (Fraction(3, 4), Fraction(3, 2))),
        ("(3 * x + 6) / (-4)", (Fraction(3, 4), Fraction(3, 2))),
        ("tanh(x)", (0, 1)),
        ("tanh(x) * x", (1, 0)),
        ("x * x", None),
        ("x + x * x", None),
        ("x * x - x", None),
        ("2 * (x * x)", None),
        ("softplus(x)", None),
        ("x * x / 2", None),
    ],
)
def test_sums_and_products_of_linear_growth(text: str, wanted: tuple[object, object] | None) -> None:
    assert growth._linear(parse(text), RIGHT) == wanted


def test_a_quotient_by_zero_has_no_growth() -> None:
    assert growth._linear(Apply("divide", (parse("x"), Number(ZERO))), RIGHT) is None
    assert growth._linear(Apply("divide", (parse("x"), Number(Fraction(2)))), RIGHT) == (Fraction(1, 2), 0)


def test_a_bounded_side_is_bounded_by_its_own_end() -> None:
    """On x ≥ 0 a sigmoid lies between 1/2 and 1: from above the slope 0 and 1, from below 0 and -1/2."""
    found = function("sigmoid(x)")
    low, high = enclosure(found.activation[0], ZERO, None)
    assert low is not None
    assert abs(low - Fraction(1, 2)) < Fraction(1, 10**9)
    assert growth._side(found, 1, True) == (0, high)
    assert growth._side(found, -1, True) == (0, -low)


def test_sums_and_products_come_before_slopes() -> None:
    assert growth._side(function("x * sigmoid(x)"), 1, True) == (1, 0)


@pytest.mark.parametrize(("text", "right"), [("softplus(x)", True), ("softplus(-x)", False)])
def test_a_slope_bounds_the_side_on_which_it_leads_away(text: str, right: bool) -> None:
    """log(1 + e^|x|) rises by at most |x| above log 2, whichever side it is on; from below it is bounded."""
    slope, offset = growth._side(function(text), 1, right) or (None, ZERO)
    assert slope == 1
    assert 0 <= offset - Fraction("0.693147180559945309") < Fraction(1, 10**9)
    below = growth._side(function(text), -1, right)
    assert below is not None
    assert below[0] == 0
    assert 0 <= below[1] + Fraction("0.693147180559945310") < Fraction(1, 10**9)


def test_a_slope_does_not_see_a_jump() -> None:
    """The derivative beside the jump of a step says nothing of its height."""
    smooth = function("softplus(x)")
    jumping = replace(smooth, activation=(parse("softplus(x) + step(x - 1)"),))
    assert growth._side(smooth, 1, True) is not None
    assert growth._side(jumping, 1, True) is None
    assert growth._side(replace(smooth, slope=None), 1, True) is None


def test_an_unbounded_slope_shows_no_growth() -> None:
    assert growth._side(function("exp(x)"), 1, True) is None
    assert growth._side(function("exp(x)"), 1, False) is not None
    assert growth.growth(function("exp(x)")) is None


def test_largest_values_between_two_ends() -> None:
    low, high = Fraction(-2), Fraction(5)
    assert growth._extreme((low, high), 1) == 5
    assert growth._extreme((low, high), -1) == 2
    assert growth._extreme((None, high), 1) == 5
    assert growth._extreme((None, high), -1) is None
    assert growth._extreme((low, None), 1) is None
