"""The resolvent: states x are drawn, u = ρx + c∘g(x) is computed, and x must be found again from u."""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
import pytest
from flint import arb

from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.dual import Duals, along, slopes_of, values_of
from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.floats import FLOATS
from hopverify.expr.intervals import INTERVALS
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import LayerFunction, build_model
from hopverify.networks.resolvent import resolvent
from hopverify.networks.segments import segments
from hopverify.spec import parse_spec
from tests.profiles import by_profile, in_turn

_TURNS = count()

INHIBITIONS = (Fraction(0), Fraction(1, 3), Fraction(5), Fraction(1000))[:: by_profile(2, 1, 1)]
LEAKS = (Fraction(1), Fraction(1, 7))
SIZE = 3


def function_of(lagrangian: str) -> LayerFunction:
    text = f"{{hopverify: 1, name: r, layers: {{x: {{size: {SIZE}, lagrangian: {lagrangian}}}}}}}"
    return build_model(parse_spec(text)).layers["x"].function


def is_covered(function: LayerFunction) -> bool:
    return has_convex_lagrangian(function) and all(map(is_locally_lipschitz, function.activation))


COVERED = {entry.name: function for entry in LAGRANGIANS if is_covered(function := function_of(entry.name))}
COVERED |= {
    "steep tanh": function_of("{tanh: {beta: 40}}"),
    "sharp softmax": function_of("{softmax: {beta: 30}}"),
    "own, of neurons": function_of('{expression: "relu(x - 1)^2/2 + relu(-x)^2"}'),
    "own, of a layer": function_of('{expression: "sum(x^2)/2 + logsumexp(x)", of: layer}'),
}
PIECEWISE = {name: function for name, function in COVERED.items() if segments(function) is not None}
WHOLE = {name: function for name, function in COVERED.items() if not function.elementwise}


def each(functions: dict[str, LayerFunction]) -> pytest.MarkDecorator:
    assert functions
    given = in_turn(functions.values(), next(_TURNS))
    return pytest.mark.parametrize("function", given, ids=functions.keys())


def drawn(seed: int, scale: int) -> Any:
    """Return rationals below the scale, none of which is a kink."""
    generator = np.random.default_rng(seed)
    numbers = generator.integers(-scale * 9973, scale * 9973, SIZE)
    return np.array([Fraction(int(k) * 2 + 1, 2 * 9973) for k in numbers], dtype=object)


def driven(function: LayerFunction, x: Any, rho: Fraction, c: Fraction, a: Any) -> Any:
    return a.number(rho) * a.array(x) + a.number(c) * function.activate(a.array(x), a)


def solved(function: LayerFunction, u: Any, rho: Fraction, c: Fraction, a: Any) -> Any:
    return resolvent(function, u, [rho] * SIZE, [c] * SIZE, a)


def holds(found: Any, x: Any) -> bool:
    """Whether balls hold rationals, up to the rounding of one product."""
    return all((ball * v.denominator).contains(v.numerator) for ball, v in zip(found, x, strict=True))


def test_most_of_the_catalogue_is_covered() -> None:
    assert {"relu", "tanh", "softmax", "hard_tanh", "softplus", "sparsemax", "identity", "exp"} <= set(COVERED)
    assert not {"gelu", "silu", "mish", "abs"} & set(COVERED)
    assert {"relu", "hard_tanh", "leaky_relu", "relu6"} <= set(PIECEWISE)
    assert {"softmax", "layernorm", "sparsemax"} <= set(WHOLE) | {"layernorm"}


@each(COVERED)
@pytest.mark.parametrize("c", INHIBITIONS, ids=str)
def test_balls_hold_the_solution(function: LayerFunction, c: Fraction) -> None:
    for seed, scale in enumerate((1, 3, 300)):
        for rho in LEAKS:
            x = drawn(seed, scale)
            with precision(300):
                u = driven(function, x, rho, c, BALLS)
            with precision():
                found = solved(function, u, rho, c, BALLS)
                assert holds(found, x)
                if scale < 10:
                    assert all(ball.rad() < 1e-9 for ball in found)


@each(COVERED)
def test_wide_balls_hold_the_solutions_of_all_their_points(function: LayerFunction) -> None:
    rho, c = Fraction(2, 3), Fraction(4)
    with precision():
        points = [drawn(seed, 2) for seed in range(4)]
        drives = [driven(function, x, rho, c, BALLS) for x in points]
        wide = drives[0]
        for u in drives[1:]:
            wide = np.array([a.union(b) for a, b in zip(wide, u, strict=True)], dtype=object)
        found = solved(function, wide, rho, c, BALLS)
        for x in points:
            assert holds(found, x)


@each(COVERED)
def test_what_is_unbounded_stays_so(function: LayerFunction) -> None:
    with precision():
        everything = np.array([arb(0, "inf")] * SIZE, dtype=object)
        assert not any(ball.is_finite() for ball in solved(function, everything, Fraction(1), Fraction(1), BALLS))


@each(COVERED)
def test_floats_are_near(function: LayerFunction) -> None:
    for seed in range(3):
        x = drawn(seed, 3)
        u = driven(function, x, Fraction(1), Fraction(5), FLOATS)
        found = solved(function, np.asarray(u, dtype=np.float64), Fraction(1), Fraction(5), FLOATS)
        assert np.allclose(found, x.astype(float), atol=1e-9, rtol=1e-9)


@each(PIECEWISE)
@pytest.mark.parametrize("c", INHIBITIONS, ids=str)
def test_rationals_are_exact(function: LayerFunction, c: Fraction) -> None:
    kinks = {end for part in segments(function) or () for end in (part.lower, part.upper) if end is not None}
    states = [*(drawn(seed, scale) for seed, scale in enumerate((1, 3, 300))), *([kink] * SIZE for kink in kinks)]
    for state in states:
        x = np.array(state, dtype=object)
        u = driven(function, x, Fraction(1, 7), c, EXACT)
        assert (solved(function, u, Fraction(1, 7), c, EXACT) == x).all()


def test_rationals_are_refused_where_there_are_none() -> None:
    with pytest.raises(NotRational):
        solved(COVERED["tanh"], drawn(0, 1), Fraction(1), Fraction(1), EXACT)
    with pytest.raises(NotImplementedError):
        solved(COVERED["tanh"], drawn(0, 1), Fraction(1), Fraction(1), INTERVALS)


def test_neurons_may_differ_in_leak_and_inhibition() -> None:
    """relu, by hand: u < 0 gives u/ρ, and u > 0 gives u/(ρ + c)."""
    u = np.array([Fraction(-3), Fraction(3), Fraction(3)], dtype=object)
    leak, c = [Fraction(2), Fraction(2), Fraction(1)], [Fraction(9), Fraction(1), Fraction(0)]
    expected = [Fraction(-3, 2), Fraction(1), Fraction(3)]
    assert resolvent(COVERED["relu"], u, leak, c, EXACT).tolist() == expected
    with precision():
        found = resolvent(COVERED["relu"], BALLS.array(u), leak, c, BALLS)
        assert holds(found, expected)


@each(COVERED)
def test_it_contracts(function: LayerFunction) -> None:
    """|x - x'| ≤ |u - u'|/ρ, the Euclidean norm: an inequality between balls that certainly hold."""
    rho, c = Fraction(1, 2), Fraction(3)
    with precision():
        u, v = BALLS.array(drawn(1, 4)), BALLS.array(drawn(2, 4))
        x, y = (solved(function, w, rho, c, BALLS) for w in (u, v))
        moved, driven_apart = ((x - y) ** 2).sum(), ((u - v) ** 2).sum()
        assert not moved > driven_apart / BALLS.number(rho * rho)


@each(COVERED)
def test_derivatives_solve_their_equation(function: LayerFunction) -> None:
    """(ρ + cH)dx = du, with H·dx from the dual numbers of the activation."""
    rho, c = Fraction(1, 2), Fraction(3)
    with precision():
        du = BALLS.array(drawn(5, 1))
        u = driven(function, drawn(4, 2), rho, c, BALLS)
        found = solved(function, along(u, du), rho, c, Duals(BALLS))
        x, dx = values_of(found), np.array([arb(v) for v in slopes_of(found)], dtype=object)
        residual = BALLS.number(rho) * dx + BALLS.number(c) * function.hessian_times(x, dx, BALLS) - du
        assert all(arb(entry).contains(0) and arb(entry).rad() < 1e-6 for entry in residual)


@each(WHOLE)
def test_derivatives_in_floats_agree_with_those_in_balls(function: LayerFunction) -> None:
    rho, c = Fraction(1, 2), Fraction(3)
    x, du = drawn(4, 2), drawn(5, 1)
    with precision():
        u = driven(function, x, rho, c, BALLS)
        enclosed = slopes_of(solved(function, along(u, BALLS.array(du)), rho, c, Duals(BALLS)))
    plain = np.asarray(driven(function, x, rho, c, FLOATS), dtype=np.float64)
    found = slopes_of(solved(function, along(plain, du.astype(float)), rho, c, Duals(FLOATS)))
    assert np.allclose(found.astype(float), [float(arb(entry).mid()) for entry in enclosed], atol=1e-7)
