"""The number systems agree: floats with balls, exact values with balls, intervals enclose both, duals differentiate."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from math import inf, isfinite, nextafter
from typing import Any

import flint
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.differentiate import gradient
from hopverify.expr.dual import Dual, Duals, along, slopes_of
from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.floats import FLOATS
from hopverify.expr.functions import FUNCTIONS, Domain
from hopverify.expr.intervals import INTERVALS, Interval
from hopverify.expr.nodes import Expression, apply
from hopverify.expr.parser import parse
from tests.profiles import in_turn

from .draws import CONTINUOUS, RANKS, UNARY, X, of_one_number, potentials_of_a_layer

every_function = pytest.mark.parametrize("name", in_turn(UNARY))
monotone_functions = pytest.mark.parametrize(
    "name", in_turn(name for name in UNARY if FUNCTIONS[name].trend is not None)
)
FLOORS = {Domain.ALL: -inf, Domain.NONNEGATIVE: 0.0, Domain.POSITIVE: 0.0, Domain.ABOVE_MINUS_ONE: -1.0}
ends = st.one_of(st.floats(-50, 50), st.floats(-1e6, 1e6), st.sampled_from([-inf, inf, -1.0, 0.0, 1.0]))


@pytest.fixture(autouse=True)
def _precision() -> Any:
    with precision():
        yield


def inside_domain(name: str, u: float) -> bool:
    return u > FLOORS[FUNCTIONS[name].domain]


def certainly_outside(value: Any, interval: Interval) -> bool:
    low, high = float(interval.lower), float(interval.upper)
    return bool((isfinite(low) and value < flint.arb(low)) or (isfinite(high) and value > flint.arb(high)))


def point_in(low: float, high: float, part: Fraction) -> Fraction:
    """Return a rational between the ends, of which the infinite ones stand for any number."""
    bottom = Fraction(low) if isfinite(low) else (Fraction(high) if isfinite(high) else Fraction(0)) - 10**7
    top = Fraction(high) if isfinite(high) else bottom + 2 * 10**7
    return bottom + part * (top - bottom)


parts = st.fractions(0, 1, max_denominator=1000)


# One function at a time.


@every_function
@given(u=st.one_of(st.floats(-30, 30), st.floats(-700, 700)))
@example(u=0.0)
@example(u=1e-300)
def test_floats_are_near_the_exact_value(name: str, u: float) -> None:
    assume(inside_domain(name, u) and (FUNCTIONS[name].lipschitz or u != 0))
    value = BALLS.elementary(name, flint.arb(u))
    assume(abs(value) < 1e300)
    # Trigonometric functions of a double are exact to the last place; the rest may cancel against numbers near 1.
    assert abs(float(FLOATS.elementary(name, np.float64(u))) - float(value.mid())) <= 1e-13 * (1 + abs(float(value)))


@every_function
@given(u=st.fractions(-30, 30), radius=st.sampled_from([Fraction(0), Fraction(1, 10**9), Fraction(1, 3), Fraction(40)]))
def test_a_wide_ball_encloses_the_values_inside_it(name: str, u: Fraction, radius: Fraction) -> None:
    wide = BALLS.elementary(name, ball(u - radius).union(ball(u + radius)))
    for point in (u - radius, u, u + radius, u + radius / 3):
        value = BALLS.elementary(name, ball(point))
        assert wide.is_nan() or value.is_nan() or wide.overlaps(value)


@pytest.mark.parametrize(
    "name", ["logcosh", "sech", "sigmoid", "softplus", "softplus_integral", "mish_integral", "tanh"]
)
def test_functions_defined_everywhere_are_finite_on_any_finite_ball(name: str) -> None:
    for radius in (0, 1, 1000, 10**6):
        assert BALLS.elementary(name, flint.arb(3, radius)).is_finite()


@every_function
@given(first=ends, second=ends, part=parts)
def test_intervals_enclose_each_function(name: str, first: float, second: float, part: Fraction) -> None:
    low, high = min(first, second), max(first, second)
    assume(low < inf and high > -inf)
    interval = INTERVALS.elementary(name, Interval(np.asarray(low), np.asarray(high)))
    value = BALLS.elementary(name, ball(point_in(low, high, part)))
    assert not np.isnan(interval.lower)
    assert not np.isnan(interval.upper)
    assert not certainly_outside(value, interval)


@monotone_functions
@given(u=st.floats(-20, 20))
def test_intervals_around_a_point_are_narrow(name: str, u: float) -> None:
    assume(inside_domain(name, u) and u != 0)
    interval = INTERVALS.elementary(name, Interval(np.asarray(u), np.asarray(u)))
    assert interval.upper - interval.lower <= 1e-14 * (1 + abs(float(interval.lower))) + 1e-300


@every_function
@given(u=st.fractions(-10, 10))
@example(u=Fraction(0))
@example(u=Fraction(1))
@example(u=Fraction(9, 4))
def test_exact_values_are_those_of_the_balls(name: str, u: Fraction) -> None:
    try:
        exact = EXACT.elementary(name, u)
    except HopverifyError:
        return
    value = BALLS.elementary(name, ball(u))
    assert value.overlaps(ball(exact))


@pytest.mark.parametrize("name", in_turn(CONTINUOUS, 1))
@given(u=st.fractions(-20, 20), width=st.fractions(Fraction(1, 10**9), 1))
def test_each_derivative_obeys_the_mean_value_theorem(name: str, u: Fraction, width: Fraction) -> None:
    quotient = (BALLS.elementary(name, ball(u + width)) - BALLS.elementary(name, ball(u))) / ball(width)
    between = ball(u).union(ball(u + width))
    slope = slopes_of(Duals(BALLS).elementary(name, Dual(between, flint.arb(1))))
    assert quotient.is_nan() or slope.is_nan() or quotient.overlaps(slope)


# Whole expressions.


@given(expression=of_one_number(UNARY), first=ends, second=ends, part=parts)
def test_intervals_enclose_expressions(expression: Expression, first: float, second: float, part: Fraction) -> None:
    low, high = min(first, second), max(first, second)
    assume(low < inf and high > -inf)
    box = evaluate(expression, {"x": Interval(np.asarray(low), np.asarray(high))}, INTERVALS)
    value = evaluate(expression, {"x": ball(point_in(low, high, part))}, BALLS)
    assert not certainly_outside(value, box)


@given(
    expression=of_one_number(["relu", "abs", "sqrt", "step", "sign", "exp", "log"]),
    u=st.fractions(-9, 9, max_denominator=9),
)
def test_exact_expressions_are_those_of_the_balls(expression: Expression, u: Fraction) -> None:
    try:
        exact = Fraction(evaluate(expression, {"x": u}, EXACT))
    except (HopverifyError, ZeroDivisionError):
        return
    value = evaluate(expression, {"x": ball(u)}, BALLS)
    assert value.is_nan() or value.overlaps(ball(exact))


@given(expression=of_one_number(CONTINUOUS), u=st.fractions(-5, 5), width=st.fractions(Fraction(1, 10**6), 1))
def test_duals_obey_the_mean_value_theorem(expression: Expression, u: Fraction, width: Fraction) -> None:
    above, below = (evaluate(expression, {"x": ball(at)}, BALLS) for at in (u + width, u))
    between = Dual(ball(u).union(ball(u + width)), flint.arb(1))
    slope = slopes_of(evaluate(expression, {"x": between}, Duals(BALLS)))
    quotient = (above - below) / ball(width)
    assert not ball(0).is_nan()
    assert not quotient.is_finite() or (ball(0) + slope).is_nan() or quotient.overlaps(ball(0) + slope)


@given(expression=of_one_number(CONTINUOUS), u=st.fractions(-5, 5))
def test_symbolic_derivatives_are_those_of_the_duals(expression: Expression, u: Fraction) -> None:
    slope = slopes_of(evaluate(expression, {"x": Dual(ball(u), flint.arb(1))}, Duals(BALLS)))
    derived = evaluate(gradient(expression, "x", {"x": 0}), {"x": ball(u)}, BALLS)
    difference = ball(0) + slope - derived
    assert difference.is_nan() or difference.contains(0)


vectors = st.lists(st.fractions(-3, 3, max_denominator=1009), min_size=3, max_size=3, unique=True)


@given(expression=potentials_of_a_layer, x=vectors, d=vectors, rows=st.lists(vectors, min_size=3, max_size=3))
def test_gradients_of_a_layer_are_those_of_the_duals(expression: Expression, x: Any, d: Any, rows: Any) -> None:
    A, x, d = (BALLS.array(np.array(values, dtype=object)) for values in (rows, x, d))
    slope = slopes_of(evaluate(expression, {"x": along(x, d), "A": A}, Duals(BALLS)))
    derived = evaluate(gradient(expression, "x", RANKS), {"x": x, "A": A}, BALLS)
    difference = ball(0) + slope - (np.broadcast_to(derived, d.shape) * d).sum()
    assert difference.is_nan() or difference.contains(0)


@pytest.mark.parametrize(
    "text", ["sum(A @ x)", "mean(3*(A @ x))", "dot(x, mean(x))", "x[0]*x[1]", "norm(x - mean(x), 1)"]
)
def test_gradients_of_a_layer_that_need_a_sum_or_a_spread(text: str) -> None:
    expression = parse(text)
    x, d = (BALLS.array(np.array([Fraction(a) for a in values])) for values in ((1, 2, 5), (1, -3, 2)))
    A = BALLS.array(np.array([[Fraction(i + 2 * j) for j in range(3)] for i in range(3)]))
    slope = slopes_of(evaluate(expression, {"x": along(x, d), "A": A}, Duals(BALLS)))
    derived = evaluate(gradient(expression, "x", RANKS), {"x": x, "A": A}, BALLS)
    product = (derived * d).sum()
    assert product.rad() < 1e-20
    assert product.overlaps(slope)


@given(expression=potentials_of_a_layer, x=vectors, rows=st.lists(vectors, min_size=3, max_size=3))
def test_intervals_enclose_potentials_of_a_layer(expression: Expression, x: Any, rows: Any) -> None:
    values = {"x": np.array(x, dtype=object), "A": np.array(rows, dtype=object)}
    box = evaluate(expression, {name: INTERVALS.array(value) for name, value in values.items()}, INTERVALS)
    value = evaluate(expression, {name: BALLS.array(value) for name, value in values.items()}, BALLS)
    assert not certainly_outside(value, box)


# Bounded cost and no surprises.


HOSTILE = [
    "(((9^64)^64)^64)^64",
    "(" * 20 + "x" + "^1000)" * 20,
    "exp(" * 20 + "x" + ")" * 20,
    "sin(((x^1000)^1000)^1000)",
    "tanh(exp(exp(exp(x))))",
    "softplus_integral((x^1000)^1000)",
    "mish_integral(-(x^1000)^1000)",
    "logcosh(1e400*1e400*x)",
    "cosh((x^1000)^1000)",
    "1/(x - x)",
    "log(-exp(x))",
    "a/b",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:30] for text in HOSTILE])
@pytest.mark.parametrize("system", [FLOATS, BALLS, EXACT, INTERVALS], ids=lambda system: type(system).__name__)
def test_hostile_expressions_cost_little_and_raise_nothing_foreign(text: str, system: Any) -> None:
    x = system.array(np.array([Fraction(3, 2), Fraction(7, 2)], dtype=object))
    accepted = (HopverifyError, ZeroDivisionError) if system is EXACT else ()
    with suppress(*accepted):
        evaluate(parse(text), {"x": x, "a": system.number(Fraction(1)), "b": system.number(Fraction(0))}, system)


def test_a_number_too_large_for_a_double_is_enclosed() -> None:
    huge = INTERVALS.number(Fraction(10) ** 400)
    assert huge.lower == nextafter(inf, 0)
    assert huge.upper == inf
    assert FLOATS.number(-(Fraction(10) ** 400)) == -inf


def test_jumps_are_set_valued() -> None:
    step = BALLS.elementary("step", flint.arb(0))
    assert step.contains(0)
    assert step.contains(1)
    assert BALLS.elementary("kink", flint.arb(0)).is_nan()
    with pytest.raises(HopverifyError, match="set-valued at 0"):
        EXACT.elementary("sign", Fraction(0))
    assert apply("step", X) != apply("kink", X)


@given(scores=vectors, exponent=st.sampled_from([Fraction(1), Fraction(2), Fraction(3, 2), Fraction(20)]))
def test_thresholds_agree(scores: Any, exponent: Fraction) -> None:
    values = np.array(scores, dtype=object)
    t = BALLS.threshold(BALLS.array(values), exponent)
    assert t.rad() < 1e-25
    assert abs(float(t) - float(FLOATS.threshold(FLOATS.array(values), exponent))) < 1e-12
    assert not certainly_outside(t, INTERVALS.threshold(INTERVALS.array(values), exponent))
    if exponent == 1:
        exact = EXACT.threshold(values, exponent)
        assert t.overlaps(ball(exact))
        assert sum(max(score - exact, Fraction(0)) for score in values) == 1


def test_only_the_threshold_of_sparsemax_is_rational() -> None:
    scores = np.array([Fraction(1), Fraction(0)], dtype=object)
    assert EXACT.threshold(scores, Fraction(1)) == 0
    with pytest.raises(NotRational, match="only the threshold of sparsemax"):
        EXACT.threshold(scores, Fraction(2))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("ends", [(-1.0, 2.0), (-2.0, 0.0), (0.0, 3.0), (-0.5, 0.5), (1.0, 2.0)])
def test_whole_powers_of_balls_around_zero_are_enclosed(ends: tuple[float, float], n: int) -> None:
    low, high = map(flint.arb, ends)
    power = BALLS.power(low.union(high), Fraction(n))
    values = [x**n for x in np.linspace(*ends, 33).tolist()]
    assert all(power.contains(flint.arb(value)) for value in values)
    # A ball is as wide as its larger end on both sides, but hardly wider.
    assert float(power.abs_upper()) <= 1.001 * max(map(abs, ends)) ** n
