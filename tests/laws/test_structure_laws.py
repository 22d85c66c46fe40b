"""What is read off the structure of an expression, against its values to 120 digits.

Patterns (a norm with an offset, a softmax of a scaled state, …) are recognised by their look, and their arguments may
depend on the state in ways that the pattern does not mean. So arguments of all kinds are drawn in all places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.expr.balls import BALLS
from hopverify.expr.curvature import curvature
from hopverify.expr.differentiate import gradient
from hopverify.expr.evaluate import evaluate
from hopverify.expr.functions import Bend
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, apply
from hopverify.expr.parser import parse
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.expr.translation import Response, is_flat_only_along_ones, is_threshold_potential, response_to_shift
from tests.laws.draws import few
from tests.profiles import by_profile

X = Symbol("x")
BITS = 400

# Cases are cheap, and most of them are of no pattern.
many = settings(few, max_examples=by_profile(15, 60, 5000))
TWO, THREE_HALVES, ONE, ZERO = (Number(Fraction(v)) for v in ("2", "3/2", "1", "0"))

Point = Sequence[Fraction]

# States at which roots, kinks and supports meet, and others.
CORNERS = [(0, 0, 0), (1, 1, 1), (-1, -1, -1), (1, 0, 0), (0, 0, -2), (2, -1, -1), (1, 2, 5)]
points = st.one_of(
    st.sampled_from(CORNERS).map(lambda p: [Fraction(v) for v in p]),
    st.lists(st.fractions(-3, 3, max_denominator=8), min_size=3, max_size=3),
)


def _larger(inner: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return strategies of vectors and scalars, one operation larger."""
    v, s = inner
    vectors = st.one_of(
        v,
        st.builds(apply, st.sampled_from(["relu", "abs", "tanh", "negate", "softmax"]), v),
        st.builds(apply, st.sampled_from(["add", "subtract", "multiply"]), v, s),
        st.builds(apply, st.sampled_from(["max", "min", "add"]), v, v),
        st.builds(lambda u: apply("entmax", u, TWO), v),
    )
    scalars = st.one_of(
        s,
        st.builds(apply, st.sampled_from(["sum", "mean", "variance", "logsumexp"]), v),
        st.builds(lambda u, e: Apply("norm", (u, e)), v, s),
        st.builds(lambda u, a: Apply("entmax_conjugate", (u, a)), v, st.sampled_from([TWO, THREE_HALVES])),
        st.builds(lambda u: Apply("index", (u, ZERO)), v),
        st.builds(apply, st.just("dot"), v, v),
        st.builds(apply, st.sampled_from(["relu", "abs", "negate", "tanh", "sqrt"]), s),
        st.builds(apply, st.sampled_from(["add", "subtract", "multiply", "max"]), s, s),
        st.builds(lambda a, b: apply("divide", a, 1 + b * b), s, s),
        st.builds(lambda a, p: apply("power", a, p), s, st.sampled_from([TWO, THREE_HALVES])),
    )
    return vectors, scalars


def _scalars(depth: int) -> Any:
    pair: tuple[Any, Any] = (
        st.sampled_from([X, X, apply("subtract", X, Apply("mean", (X,)))]),
        st.sampled_from([ONE, Number(Fraction(1, 3)), Apply("sum", (X,)), Apply("norm", (X, ZERO))]),
    )
    for _ in range(depth):
        pair = _larger(pair)
    return pair[1]


scalars = _scalars(3)


def value(f: Expression, x: Point) -> Any:
    """Return f(x) as a ball, or as balls."""
    with ctx.workprec(BITS):
        return evaluate(f, {"x": np.array([BALLS.number(Fraction(v)) for v in x], dtype=object)}, BALLS)


def moved(x: Point, step: Fraction, d: Point) -> Point:
    return [a + step * b for a, b in zip(x, d, strict=True)]


def growth_of_quotients(f: Expression, x: Point, d: Point) -> Any:
    """Return how many times as steep f is from x along d over 10⁻⁶⁰ as over 10⁻³⁰ (or 1, if that is more)."""
    with ctx.workprec(BITS):
        base = value(f, x)
        far, near = (abs(value(f, moved(x, Fraction(1, 10**k), d)) - base) * arb(10) ** k for k in (30, 60))
        return near / (1 + far)


@pytest.mark.parametrize(
    ("text", "steepens"),
    [("norm(x)", False), ("norm(x, norm(x))", True), ("norm(x, sum(x)^2)", False), ("relu(sum(x))^(1/2)", True)],
)
def test_a_root_is_seen_in_difference_quotients(text: str, steepens: bool) -> None:
    zero, along = [Fraction(0)] * 3, [Fraction(1), Fraction(1, 2), Fraction(1, 7)]
    assert bool(growth_of_quotients(parse(text), zero, along) > 10**6) is steepens


@many
@given(scalars, points, points)
def test_what_is_called_locally_lipschitz_is_defined_and_no_steeper_nearby(f: Expression, x: Point, d: Point) -> None:
    if is_locally_lipschitz(f):
        found = growth_of_quotients(f, x, d)
        assert found.is_finite(), f
        assert not found > 10**6, f


@many
@given(scalars, points, points, st.sampled_from([Fraction(1), Fraction(-7, 3), Fraction(20)]))
def test_what_a_shift_does_is_what_is_said(f: Expression, x: Point, y: Point, t: Fraction) -> None:
    response = response_to_shift(f, "x")
    if response is None:
        return
    ones = [Fraction(1)] * 3
    with ctx.workprec(BITS):
        first, second = (value(f, moved(z, t, ones)) - value(f, z) for z in (x, y))
        unit = value(f, moved(x, Fraction(1), ones)) - value(f, x)
        if not all(change.is_finite() for change in (first, second, unit)):
            return
        assert (first - second).contains(0), f
        assert (first - BALLS.number(t) * unit).contains(0), f
        assert response is Response.UNIFORM or first.contains(0), f


@many
@given(scalars, points, points)
def test_what_is_called_convex_lies_below_its_chords(f: Expression, x: Point, y: Point) -> None:
    found = curvature(f, {"x"})
    if found.bend is None or x == y:
        return
    middle = [(a + b) / 2 for a, b in zip(x, y, strict=True)]
    with ctx.workprec(BITS):
        gap = (value(f, x) + value(f, y)) / 2 - value(f, middle)
        if not gap.is_finite():
            return
        assert found.bend is Bend.CONCAVE or not gap < 0, f
        assert found.bend is Bend.CONVEX or not gap > 0, f
        assert not found.strict or gap > 0, f


# Every pattern with every argument that it may have, or may not.
_STATES = ["x", "x - mean(x)", "relu(x)", "x*sum(x)"]
_NUMBERS = [
    "0",
    "1",
    "norm(x)",
    "relu(sum(x))",
    "abs(x[0])",
    "sum(x)^2",
    "variance(x)",
    "1 + norm(x)",
    "1 + relu(sum(x))^2",
]
_ROOTS = [
    "norm(U, E)",
    "sqrt(E)",
    "E^(3/2)",
    "E^(1/2)",
    "log(E)",
    "log1p(E)",
    "norm(U)/(E + variance(x))",
    "E/norm(U, E)",
    "E*sign(E)",
]
_LINE = [Fraction(1), Fraction(1, 2), Fraction(-1, 7)]


@pytest.mark.parametrize("pattern", _ROOTS)
def test_no_argument_makes_a_pattern_of_roots_steeper_than_is_said(pattern: str) -> None:
    called = 0
    for u, e in product(_STATES, _NUMBERS):
        f = parse(pattern.replace("U", f"({u})").replace("E", f"({e})"))
        if is_locally_lipschitz(f):
            called += 1
            for corner in CORNERS:
                found = growth_of_quotients(f, [Fraction(v) for v in corner], _LINE)
                assert found.is_finite(), f
                assert not found > 10**6, f
    assert called


_FACTORS = ["1", "-1/3", "size(x)", "(1 + variance(x))", "(1 + relu(sum(x)))", "0"]
_OFFSETS = ["1", "1 + size(x)", "1 + relu(sum(x))^2", "norm(x, 1)", "0"]
_AFFINE = ["0", "7", "mean(x)", "dot(x, x)", "relu(sum(x))"]
_CORES = ["logsumexp(k*x)", "norm(x - mean(x), E)", "norm(k*x - mean(k*x), E)", "entmax_conjugate(k*x, 2)"]


def _patterns(core: str) -> Iterator[Expression]:
    """Yield c·core(k·x, offset) + affine, with constants and with functions of the state for each of them."""
    scales, offsets = (_FACTORS if "k" in core else ["1"]), (_OFFSETS if "E" in core else ["1"])
    for c, k, e, more in product(_FACTORS, scales, offsets, _AFFINE):
        yield parse(f"{c}*" + core.replace("k", k).replace("E", e) + f" + {more}")


def _same(a: Any, b: Any) -> bool:
    return all(bool((u - v).contains(0)) for u, v in zip(a, b, strict=True))


@pytest.mark.parametrize("core", _CORES)
def test_flat_only_along_ones_means_that_no_other_move_is_unseen(core: str) -> None:
    """A convex L lets moves of any size serve: on a line across R·1 the activation changes with each."""
    ones = [Fraction(1)] * 3
    for L in filter(is_flat_only_along_ones, _patterns(core)):
        assert response_to_shift(L, "x") is not None, L
        g = gradient(L, "x", {"x": 1})
        for corner in CORNERS:
            x = [Fraction(v) for v in corner]
            with ctx.workprec(BITS):
                here = value(g, x)
                assert _same(here, value(g, moved(x, Fraction(-5), ones))), L
                assert not _same(here, value(g, moved(x, Fraction(1), _LINE))), L


def test_states_share_the_activation_of_a_threshold() -> None:
    """The first neuron is the support; all may be moved along 1, and the others lowered."""
    found = [L for core in _CORES for L in _patterns(core) if is_threshold_potential(L)]
    assert found
    for L in found:
        g = gradient(L, "x", {"x": 1})
        for t, a, b in ((3, 0, 0), (-3, 1, 0), (0, 5, 7)):
            states = [(5, 0, -1), (5 + t, t - a, t - b - 1)]
            with ctx.workprec(BITS):
                assert _same(*(value(g, [Fraction(v) for v in state]) for state in states)), L
