"""Laws that every Lagrangian of the catalogue obeys, and what each declares of itself, in ball arithmetic on draws.

Driven by the registry: a new file among the Lagrangians is covered without a new test.
"""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize

from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.curvature import curvature
from hopverify.expr.differentiate import gradient
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.expr.functions import Bend
from hopverify.expr.intervals import INTERVALS, Interval, as_interval
from hopverify.expr.nodes import symbols
from hopverify.expr.parser import check_exponents, parse
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.expr.signs import NONNEGATIVE, signs
from hopverify.expr.translation import response_to_shift
from hopverify.lagrangians import LAGRANGIANS, Lagrangian
from hopverify.spec.fields import REQUIRED

from .draws import (
    NEAR,
    PRIME,
    WIDE,
    Bound,
    assert_narrow,
    balls,
    bound,
    default,
    dot,
    every_lagrangian,
    few,
    fewer,
    narrow,
    situation,
    those,
    vector,
)


@pytest.fixture(autouse=True)
def _precision() -> Any:
    with precision():
        yield


# The entry itself.


@every_lagrangian
def test_texts_use_only_the_state_and_the_parameters(entry: Lagrangian) -> None:
    names = {field.name for field in entry.parameters}
    for text in (entry.potential, entry.activation, entry.slope):
        if text is not None:
            assert symbols(parse(text)) <= names | {"x"}
            check_exponents(default(entry).expression(text))
    facts = entry.facts
    ends = [end for interval in (*facts.dead, facts.activation_range, facts.slope_range) for end in interval]
    for text in (*ends, facts.convex_when, facts.generic_when, *entry.requires):
        assert text is None or symbols(parse(text)) <= names
    assert (facts.convex is None) == (facts.convex_when is not None)


@every_lagrangian
def test_defaults_are_in_range(entry: Lagrangian) -> None:
    for field in entry.parameters:
        assert field.default is not REQUIRED, "a Lagrangian can be named without parameters"
        for value in field.default if isinstance(field.default, tuple) else (field.default,):
            field.check_range(value)
    assert all(default(entry).exactly(text) > 0 for text in entry.requires)


@every_lagrangian
def test_every_entry_has_its_own_file_and_says_where_it_comes_from(entry: Lagrangian) -> None:
    from importlib import import_module

    module = import_module(f"hopverify.lagrangians.{entry.name}")
    assert module.LAGRANGIAN is entry
    assert module.__doc__
    assert ":" in module.__doc__


# g = ∇L and h = g'.


@every_lagrangian
@few
@given(data=st.data())
def test_activation_is_the_gradient_of_the_potential(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *WIDE))
    x, d = balls(x), balls(d)
    derivative = slopes_of(made.potential(along(x, d), Duals(BALLS)))
    expected = dot(made.activation(x, BALLS), d)
    assert_narrow(entry, expected)
    assert_narrow(entry, ball(0) + derivative)
    assert expected.overlaps(ball(0) + derivative)


@every_lagrangian
@few
@given(data=st.data())
def test_symbolic_gradient_of_the_potential_is_the_activation(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, _ = data.draw(situation(entry, *WIDE))
    ranks = {"x": 0 if entry.elementwise else 1}
    ranks |= {name: 1 for name, value in made.values.items() if isinstance(value, tuple)}
    derived = gradient(made.expression(entry.potential), "x", ranks)
    arrays = {n: balls(np.array(v, dtype=object)) for n, v in made.values.items() if isinstance(v, tuple)}
    values = np.broadcast_to(evaluate(derived, {"x": balls(x), **arrays}, BALLS), x.shape)
    for mine, its in zip(made.activation(balls(x), BALLS), values, strict=True):
        assert_narrow(entry, its)
        assert mine.overlaps(its)


@those(lambda entry: entry.elementwise)
@few
@given(data=st.data())
def test_slope_is_the_derivative_of_the_activation(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *WIDE))
    x, d = balls(x), balls(d)
    for mine, its in zip(made.slope(x, BALLS) * d, made.hessian_times(x, d), strict=True):
        assert_narrow(entry, mine)
        assert_narrow(entry, its)
        assert mine.overlaps(its)


@every_lagrangian
@few
@given(data=st.data())
def test_finite_differences_agree(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *NEAR))
    x, d, step = FLOATS.array(x), FLOATS.array(d), 1e-6
    above, below = made.potential(x + step * d, FLOATS), made.potential(x - step * d, FLOATS)
    g = made.activation(x, FLOATS)
    scale = 1 + np.abs(g).sum() + 1e-5 * max(abs(above), abs(below))
    assert abs((above - below) / (2 * step) - dot(g, d)) <= 1e-4 * scale


# Convexity.


@those(lambda entry: entry.facts.convex is not False)
@few
@given(data=st.data())
def test_curvature_is_never_negative_where_declared_convex(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *WIDE))
    assume(made.convex)
    curved = dot(balls(d), made.hessian_times(balls(x), balls(d)))
    assert_narrow(entry, curved)
    assert not curved < 0


@those(lambda entry: entry.facts.convex is not False)
@few
@given(data=st.data())
def test_potential_lies_above_its_tangents_where_declared_convex(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, _ = data.draw(situation(entry, *WIDE))
    assume(made.convex)
    x, y = balls(x), balls(data.draw(vector(len(x), data.draw(st.sampled_from(WIDE)))))
    gap = made.potential(y, BALLS) - made.potential(x, BALLS) - dot(made.activation(x, BALLS), y - x)
    assert gap.is_finite()
    assert not gap < 0


# The conjugate L*(γ) = sup_y γ·y - L(y), which the energy takes to be x·g - L at γ = g(x).


@those(lambda entry: entry.facts.convex is not False)
@fewer
@given(data=st.data())
def test_fenchel_and_young_are_equal_at_the_activation_only(entry: Lagrangian, data: st.DataObject) -> None:
    """L(y) + L*(γ) ≥ γ·y for all y, with equality where g(y) = γ; elsewhere the gap is that between activations."""
    made, x, d = data.draw(situation(entry, *NEAR))
    assume(made.convex)
    gamma = made.activation(balls(x), BALLS)
    conjugate = dot(balls(x), gamma) - made.potential(balls(x), BALLS)
    for y in (x, x + d, x - d, data.draw(vector(len(x), 8))):
        gap = made.potential(balls(y), BALLS) + conjugate - dot(gamma, balls(y))
        assert_narrow(entry, gap)
        assert not gap < 0
        # The gap is at most (g(y) - γ)·(y - x), as its sum with the gap seen from y is.
        assert not gap > dot(made.activation(balls(y), BALLS) - gamma, balls(y) - balls(x))


@those(lambda entry: entry.facts.convex is not False)
@fewer
@given(data=st.data())
def test_maximising_finds_the_conjugate(entry: Lagrangian, data: st.DataObject) -> None:
    """Not a proof: a search that knows L alone climbs to x·g - L from elsewhere, and no higher."""
    made, x, d = data.draw(situation(entry, 1))
    assume(made.convex)
    assume(made.entry.facts.convex is not None or made.number(made.entry.facts.convex_when or "1") > 0)
    x, gamma = FLOATS.array(x), made.activation(FLOATS.array(x), FLOATS)
    conjugate = float(dot(x, gamma) - made.potential(x, FLOATS))
    found = minimize(lambda y: float(made.potential(y, FLOATS) - dot(gamma, y)), x + FLOATS.array(d), method="Powell")
    assert abs(-found.fun - conjugate) <= 1e-3 * (1 + abs(conjugate) + np.abs(gamma).max())


@every_lagrangian
@fewer
@given(data=st.data())
def test_the_hessian_is_symmetric_and_finite_differences_of_the_activation_agree(
    entry: Lagrangian, data: st.DataObject
) -> None:
    made, x, d = data.draw(situation(entry, 1))
    e = data.draw(vector(len(x), 1))
    curved = dot(balls(e), made.hessian_times(balls(x), balls(d)))
    assert curved.overlaps(dot(balls(d), made.hessian_times(balls(x), balls(e))))
    x, d, step = FLOATS.array(x), FLOATS.array(d), 1e-6
    slopes = (made.activation(x + step * d, FLOATS) - made.activation(x - step * d, FLOATS)) / (2 * step)
    near = dot(FLOATS.array(e), slopes)
    bend = max(float(abs(value).upper()) for value in made.hessian_times(balls(x), balls(d)))
    assert abs(near - float(curved.mid())) <= 1e-3 * (1 + bend)


@those(lambda entry: not entry.facts.convex)
@few
@given(data=st.data())
def test_a_rational_witness_shows_what_is_declared_not_convex(entry: Lagrangian, data: st.DataObject) -> None:
    made = data.draw(bound(entry, 3))
    assume(not made.convex)
    grid = [np.array([Fraction(k, 7), Fraction(1, 3), Fraction(2, 5)], dtype=object) for k in range(-70, 71)]
    d = balls(np.array([Fraction(1), Fraction(0), Fraction(0)], dtype=object))
    assert any(dot(d, made.hessian_times(balls(x), d)) < 0 for x in grid)


# Kernel, dead set, saturation.


@those(lambda entry: entry.facts.kernel in ("none", "isolated states"))
@few
@given(data=st.data())
def test_hessian_is_definite_where_the_kernel_is_declared_trivial(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *NEAR))
    assume(made.generic)
    if entry.elementwise:
        assert all(slope > 0 or slope < 0 for slope in made.slope(balls(x), BALLS))
        return
    curved = dot(balls(d), made.hessian_times(balls(x), balls(d)))
    assert curved > 0 or curved < 0


@those(lambda entry: entry.facts.kernel in ("ones", "support"))
@few
@given(data=st.data())
def test_ones_are_in_the_kernel_where_declared(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *WIDE))
    ones = balls(np.full(len(x), Fraction(1), dtype=object))
    for entry_of_product in made.hessian_times(balls(x), ones):
        assert narrow(entry_of_product)
        assert entry_of_product.contains(0)
    for before, after in zip(made.activation(balls(x), BALLS), made.activation(balls(x + d[0]), BALLS), strict=True):
        assert narrow(before)
        assert before.overlaps(after)


@those(lambda entry: entry.facts.kernel == "ones")
@few
@given(data=st.data())
def test_kernel_is_no_larger_than_the_ones(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *NEAR))
    assume(made.generic)
    with precision(2000):  # softmax's curvature may be as small as e^(-20·16)
        curved = dot(balls(d), made.hessian_times(balls(x), balls(d)))
        assert curved > 0 or curved < 0


@those(lambda entry: entry.facts.kernel == "support")
@few
@given(data=st.data())
def test_kernel_is_ones_and_what_is_outside_the_support(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, 1, *NEAR))
    p = made.activation(balls(x), BALLS)
    outside = [bool(entry_of_p == 0) for entry_of_p in p]
    for i, is_outside in enumerate(outside):
        axis = balls(np.array([Fraction(int(i == j)) for j in range(len(x))], dtype=object))
        if is_outside:
            assert all(entry_of_product == 0 for entry_of_product in made.hessian_times(balls(x), axis))
    inside = [bool(entry_of_p > 1e-6) for entry_of_p in p]
    if sum(inside) > 1:
        d = balls(np.where(inside, d, Fraction(0)))
        assert dot(d, made.hessian_times(balls(x), d)) > 0


def is_dead(made: Bound, number: Fraction) -> bool:
    return any(
        (low is None or number > made.exactly(low)) and (high is None or number < made.exactly(high))
        for low, high in made.entry.facts.dead
    )


def inside_of(made: Bound, interval: tuple[str | None, str | None], part: Fraction) -> Fraction:
    """Return the point at ``part`` (between 0 and 1) of an open interval, infinite ends included."""
    low, high = (None if end is None else made.exactly(end) for end in interval)
    if low is not None and high is not None:
        return low + part * (high - low)
    far = part / (1 - part)
    return high - far if high is not None else (low or Fraction(0)) + far


@those(lambda entry: entry.facts.dead)
@few
@given(data=st.data())
def test_activation_is_exactly_constant_where_declared_dead(entry: Lagrangian, data: st.DataObject) -> None:
    made = data.draw(bound(entry, 2))
    part = st.fractions(Fraction(1, 10**6), 1 - Fraction(1, 10**6))
    for interval in entry.facts.dead:
        x = np.array([inside_of(made, interval, data.draw(part)) for _ in range(2)], dtype=object)
        first, second = made.activation(x, EXACT)
        assert first == second
        assert all(slope == 0 for slope in made.slope(balls(x), BALLS))


@those(lambda entry: entry.facts.dead)
@few
@given(data=st.data())
def test_neurons_are_alive_outside_the_dead_intervals(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, _ = data.draw(situation(entry, *NEAR))
    for number, slope in zip(x, made.slope(balls(x), BALLS), strict=True):
        assert slope == 0 if is_dead(made, number) else slope > 0


@those(lambda entry: entry.elementwise)
@pytest.mark.parametrize("end", [-1, 1])
def test_slope_vanishes_at_exactly_the_ends_declared(entry: Lagrangian, end: int) -> None:
    made = default(entry)
    for distance in (10**3, 10**4, 10**6):
        (slope,) = made.slope(balls(np.array([Fraction(end * distance)], dtype=object)), BALLS)
        far = Fraction(end * distance)
        if end in entry.facts.saturates:
            assert abs(slope) < ball(Fraction(2, distance))
            certainly_zero = bool(slope == 0)
            assert not certainly_zero, "saturated is not dead"
        elif is_dead(made, far):
            assert slope == 0
        else:
            assert abs(slope) >= ball(Fraction(1, 1000))


# Bounds.


@every_lagrangian
@few
@given(data=st.data())
def test_activation_and_curvature_stay_within_the_declared_bounds(entry: Lagrangian, data: st.DataObject) -> None:
    made, x, d = data.draw(situation(entry, *WIDE, 10**6))
    x, d = balls(x), balls(d)
    for value in made.activation(x, BALLS):
        assert within(made, value, entry.facts.activation_range)
    quotient = dot(d, made.hessian_times(x, d)) / dot(d, d)
    assert within(made, quotient, entry.facts.slope_range)
    if entry.elementwise:
        for value in made.slope(x, BALLS):
            assert within(made, value, entry.facts.slope_range)


@those(lambda entry: entry.elementwise)
def test_declared_bounds_hold_on_a_fine_grid(entry: Lagrangian) -> None:
    made = default(entry)
    x = balls(np.array([Fraction(k, 50) + Fraction(1, PRIME) for k in range(-400, 401)], dtype=object))
    assert all(within(made, value, entry.facts.activation_range) for value in made.activation(x, BALLS))
    assert all(within(made, value, entry.facts.slope_range) for value in made.slope(x, BALLS))


def test_the_part_of_the_proof_for_mish_that_is_by_intervals() -> None:
    entry = LAGRANGIANS["mish"]
    made = default(entry)
    assert entry.slope is not None
    ends = np.linspace(-20, 20, 40 * 256 + 1)
    found = as_interval(evaluate(made.expression(entry.slope), {"x": Interval(ends[:-1], ends[1:])}, INTERVALS))
    low, high = (float(made.number(end).mid()) for end in entry.facts.slope_range if end is not None)
    assert low <= np.min(found.lower)
    assert np.max(found.upper) <= high


def within(made: Bound, value: Any, interval: tuple[str | None, str | None]) -> bool:
    low, high = (None if end is None else made.number(end) for end in interval)
    assert value.is_finite()
    return not (low is not None and value < low) and not (high is not None and value > high)


@every_lagrangian
@few
@given(data=st.data())
def test_floats_do_not_overflow_far_out(entry: Lagrangian, data: st.DataObject) -> None:
    """At |βx| = 10^4 a value that a double can hold comes out as that double, up to rounding."""
    made = data.draw(bound(entry, 3))
    beta = Fraction(made.values.get("beta", 1))
    signs_drawn = data.draw(st.lists(st.sampled_from([-1, 1]), min_size=3, max_size=3))
    x = np.array([sign * Fraction(10_000 + i) / beta for i, sign in enumerate(signs_drawn)], dtype=object)
    exact = [made.potential(balls(x), BALLS), *made.activation(balls(x), BALLS)]
    rough = [made.potential(FLOATS.array(x), FLOATS), *made.activation(FLOATS.array(x), FLOATS)]
    for true, near in zip(exact, rough, strict=True):
        if abs(true) < 1e300:
            assert isfinite(near)
            assert abs(float(true.mid()) - near) <= 1e-8 * (1 + abs(near))
        else:
            assert not np.isnan(near)


# Structure: what the analyses of the expression language see without evaluating anything.


@those(lambda entry: default(entry).convex)
def test_convexity_is_seen_from_the_form(entry: Lagrangian) -> None:
    made = default(entry)
    seen = curvature(made.expression(entry.potential), {"x"}).bend in (Bend.CONVEX, Bend.AFFINE)
    if entry.slope is not None:
        seen = seen or signs(made.expression(entry.slope), {}) <= NONNEGATIVE
    assert seen


@every_lagrangian
def test_kernel_of_ones_is_seen_from_the_form(entry: Lagrangian) -> None:
    seen = response_to_shift(default(entry).expression(entry.potential), "x") is not None and not entry.elementwise
    assert seen == (entry.facts.kernel in ("ones", "support"))


@every_lagrangian
def test_activation_is_seen_to_be_locally_lipschitz(entry: Lagrangian) -> None:
    undefined_somewhere = {"abs": "g jumps at 0", "spherical": "with ε = 0, g is undefined at 0"}
    assert is_locally_lipschitz(default(entry).expression(entry.activation)) == (entry.name not in undefined_somewhere)


# Facts of single entries that have no place in the registry.


@few
@given(data=st.data())
def test_without_offset_the_spherical_hessian_vanishes_along_the_state(data: st.DataObject) -> None:
    x = balls(data.draw(vector(3, 8)))
    made = Bound(LAGRANGIANS["spherical"], {"gamma": Fraction(2), "epsilon": Fraction(0)})
    assert all(narrow(value) and value.contains(0) for value in made.hessian_times(x, x))


@few
@given(data=st.data())
def test_without_offset_the_layer_norm_hessian_vanishes_along_the_centred_state(data: st.DataObject) -> None:
    x = balls(data.draw(vector(3, 8)))
    made = Bound(LAGRANGIANS["layernorm"], {"gamma": Fraction(2), "delta": (Fraction(0),), "epsilon": Fraction(0)})
    assert all(narrow(value) and value.contains(0) for value in made.hessian_times(x, x - x.sum() / 3))
