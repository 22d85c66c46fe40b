"""The analyses of expressions, rule by rule: what each tells, beside what it must leave open."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import flint
import numpy as np
import pytest

from hopverify.errors import ExpressionError
from hopverify.expr.balls import BALLS
from hopverify.expr.curvature import curvature
from hopverify.expr.differentiate import derivative_of, gradient
from hopverify.expr.dual import Dual
from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.floats import FLOATS
from hopverify.expr.functions import Bend
from hopverify.expr.nodes import Apply, Number, Symbol, apply
from hopverify.expr.parser import parse
from hopverify.expr.pieces import NoPieces, pieces
from hopverify.expr.rational import NoNormalForm, as_ratio, identical, normal_form, variable
from hopverify.expr.regularity import is_analytic, is_locally_lipschitz
from hopverify.expr.signs import describe, signs
from hopverify.expr.translation import Response, is_flat_only_along_ones, is_threshold_potential, response_to_shift

CONVEX, CONCAVE, AFFINE = Bend.CONVEX, Bend.CONCAVE, Bend.AFFINE


@pytest.mark.parametrize(
    ("text", "bend", "strict"),
    [
        ("abs(a)*exp(x)", CONVEX, False),
        ("a*exp(x)", None, False),
        ("a*x", AFFINE, False),
        ("exp(x)*abs(a)", CONVEX, False),
        ("x*exp(x)", None, False),
        ("(x + 1)*(x + 1)", CONVEX, False),
        ("exp(x)*exp(x)", None, False),
        ("-exp(x)*2", CONCAVE, False),
        ("exp(x)/3 + x", CONVEX, False),
        ("exp(x)/a", None, False),
        ("2/x", None, False),
        ("exp(x) - exp(2*x)", None, False),
        ("x^n", None, False),
        ("x^3", None, False),
        ("x^4", CONVEX, False),
        ("exp(x)^3", CONVEX, False),
        ("log(exp(x)/2)", CONVEX, False),
        ("log(exp(x)/y)", None, False),
        ("log(1 + x)", CONCAVE, False),
        ("log(2)*x", AFFINE, False),
        ("max(x, exp(x))", CONVEX, False),
        ("max(x, -exp(x))", None, False),
        ("min(x, -exp(x))", CONCAVE, False),
        ("relu(relu(x))", CONVEX, False),
        ("relu(-exp(x))", None, False),
        ("cosh(exp(x))", CONVEX, False),
        ("cosh(x^2 - 1)", None, False),
        ("sqrt(x*x + 3)", CONVEX, False),
        ("sqrt(x + 3)", CONCAVE, False),
        ("sqrt(x - 3)", CONCAVE, False),
        ("sqrt(x^2 - 3)", None, False),
        ("sqrt(exp(x))", None, False),
        ("sqrt(1 + 2*relu(x)^2)", CONVEX, False),
        ("sqrt(1 + 2*min(x, 0)^2)", None, False),
    ],
)
def test_curvature_of_one_number(text: str, bend: Bend | None, strict: bool) -> None:
    found = curvature(parse(text), {"x"})
    assert (found.bend, found.strict) == (bend, strict)


@pytest.mark.parametrize(
    ("text", "bend", "strict"),
    [
        ("dot(x, x)", CONVEX, True),
        ("dot(3*x, 3*x)", CONVEX, True),
        ("dot(x - mean(x), x - mean(x))", CONVEX, False),
        ("dot(c, x)", AFFINE, False),
        ("dot(x, c)", AFFINE, False),
        ("dot(2, exp(x))", CONVEX, False),
        ("dot(exp(x), -2)", CONCAVE, False),
        ("dot(c, exp(x))", None, False),
        ("dot(x, exp(x))", None, False),
        ("dot(exp(x), exp(x))", None, False),
        ("norm(x, 1)", CONVEX, True),
        ("norm(x, 0)", CONVEX, False),
        ("norm(x, -1)", None, False),
        ("norm(x, sum(x))", None, False),
        ("norm(exp(x), 1)", CONVEX, False),
        ("norm(relu(x) - 1, 1)", None, False),
        ("norm(-relu(x), 1)", None, False),
        ("norm(x - mean(x), 1 + 3*relu(sum(x))^2)", CONVEX, False),
        ("norm(x, 1 + variance(x))", None, False),
        ("norm(x - mean(x), 1 - relu(sum(x))^2)", None, False),
        ("norm(x - mean(x), 1 + (-3)*relu(sum(x))^2)", None, False),
        ("norm(x, 1 + (relu(sum(x)) - 1)^2)", None, False),
        ("A @ x", AFFINE, False),
        ("A @ exp(x)", None, False),
        ("(x*A) @ c", None, False),
        ("sum(transpose(A) @ x)", AFFINE, False),
        ("x[0] + exp(x[1])", CONVEX, False),
        ("x*size(x)", AFFINE, False),
        ("variance(x)", CONVEX, False),
        ("variance(exp(x))", None, False),
        ("ghost_logsumexp(x)", CONVEX, True),
        ("ghost_logsumexp(exp(x))", CONVEX, False),
        ("ghost_logsumexp(-exp(x))", None, False),
        ("entmax_conjugate(x, 2)", CONVEX, False),
        ("entmax_conjugate(1, x)", None, False),
        ("sum(softmax(x))", None, False),
        ("sqrt(sum(x^2) + 1)", CONVEX, False),
        ("sqrt(sum(x) + 1)", CONCAVE, False),
        ("sqrt(sum(exp(x)) + 1)", None, False),
    ],
)
def test_curvature_of_vectors(text: str, bend: Bend | None, strict: bool) -> None:
    found = curvature(parse(text), {"x"})
    assert (found.bend, found.strict) == (bend, strict)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(x) + x", "-0+"),
        ("exp(x) - 1", "-0+"),
        ("-exp(x) - 1", "-"),
        ("x*x", "0+"),
        ("x*y", "-0+"),
        ("1/x^2", "+"),
        ("x/0", "-0+"),
        ("x^n", "-0+"),
        ("x^(1/2)", "0+"),
        ("x^3", "-0+"),
        ("x^2", "0+"),
        ("step(x)", "0+"),
        ("step(exp(x))", "+"),
        ("step(-exp(x))", "0"),
        ("sign(relu(x))", "-0+"),
        ("sign(exp(x))", "+"),
        ("max(x, exp(x))", "+"),
        ("max(-exp(x), 0)", "0"),
        ("min(x, -exp(x))", "-"),
        ("min(x, 0)", "-0"),
        ("sum(x^2)", "0+"),
        ("mean(x)", "-0+"),
        ("dot(x, x)", "0+"),
        ("norm(x, 1)", "+"),
        ("norm(x, 0)", "0+"),
        ("transpose(A)*transpose(A)", "0+"),
        ("exp(A) @ exp(x)", "+"),
        ("exp(x)[0]", "+"),
    ],
)
def test_signs(text: str, expected: str) -> None:
    expression = parse(text) if text != "x/0" else Apply("divide", (Symbol("x"), Number(Fraction(0))))
    assert describe(signs(expression, {})) == expected


@pytest.mark.parametrize(
    ("text", "lipschitz", "analytic"),
    [
        ("x^n", False, False),
        ("x^3", True, True),
        ("x^(-2)", False, False),
        ("exp(x)^(-2)", True, True),
        ("(exp(x) - 1)^(-2)", False, False),
        ("(x^2 + 1)^(1/2)", True, True),
        ("relu(x)^(3/2)", True, False),
        ("relu(x)^(1/2)", False, False),
        ("(x^2)^(3/2)", True, False),
        ("x^(3/2)", False, False),
        ("1/x", False, False),
        ("1/cosh(x)", True, True),
        ("log1p(x^2)", True, True),
        ("log1p(exp(x) - 1)", False, False),
        ("log1p(x)", False, False),
        ("log(exp(x))", True, True),
        ("log(x)", False, False),
        ("norm(x, 0)", True, False),
        ("norm(x, -1)", False, False),
        ("norm(x, 1)", True, True),
        ("norm(x, norm(x))", False, False),
        ("norm(x, relu(x[0]))", False, False),
        ("norm(x, 1 + norm(x))", True, False),
        ("entmax(x, 2)", True, False),
        ("entmax(x, 3)", False, False),
        ("normmax_conjugate(x, a)", False, False),
        ("sign(x)", False, False),
        ("abs(x)", True, False),
    ],
)
def test_regularity(text: str, lipschitz: bool, analytic: bool) -> None:
    expression = parse(text)
    assert (is_locally_lipschitz(expression), is_analytic(expression)) == (lipschitz, analytic)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("logsumexp(2*x)/2", Response.UNIFORM),
        ("logsumexp(x*c)", None),
        ("logsumexp(x) - mean(x)", Response.UNIFORM),
        ("x - mean(x)", Response.INVARIANT),
        ("mean(x) - x", Response.UNIFORM),
        ("variance(x) + 1", Response.INVARIANT),
        ("x + variance(x)", Response.UNIFORM),
        ("c - x", Response.UNIFORM),
        ("x + x", Response.UNIFORM),
        ("-x[0]", Response.UNIFORM),
        ("dot(c, x)", Response.UNIFORM),
        ("dot(x, x)", None),
        ("dot(x, c + 1)", None),
        ("2/x", None),
        ("x/size(x)", Response.UNIFORM),
        ("x/size(c)", Response.UNIFORM),
        ("x*x", None),
        ("x*c", None),
        ("x*sum(ones(c))", None),
        ("c*exp(2)", Response.INVARIANT),
        ("exp(x)", None),
        ("exp(x) + x", None),
        ("sum(softmax(x)^2)", Response.INVARIANT),
    ],
)
def test_responses_to_shifts(text: str, expected: Response | None) -> None:
    assert response_to_shift(parse(text), "x") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("logsumexp(x)", True),
        ("-2*logsumexp(-x/3) + dot(x, c) - 7", True),
        ("dot(c, x) + 3*logsumexp(x*size(x))", True),
        ("logsumexp(x)*logsumexp(c)", False),
        ("logsumexp(x) + x[0]", False),
        ("logsumexp(x) + dot(x, x)", False),
        ("logsumexp(x) + dot(x, exp(x))", False),
        ("logsumexp(x^2)", False),
        ("logsumexp(c*x)", False),
        ("0*x[0] + 1", False),
        ("norm(x - mean(x), 1)", True),
        ("norm(x - mean(x), 0)", False),
        ("norm(x - mean(x), 1 + 1/size(x))", True),
        ("norm(x - mean(x), 1 + relu(sum(x))^2)", False),
        ("norm(x - mean(x), 1 + variance(x))", False),
        ("norm(x - mean(x), 1 + c^2)", False),
        ("logsumexp((1 + variance(x))*x)", False),
        ("(1 + variance(x))*logsumexp(x)", False),
        ("norm(x - sum(x), 1)", False),
        ("norm(x, 1)", False),
        ("x", False),
    ],
)
def test_what_is_flat_only_along_ones(text: str, expected: bool) -> None:
    assert is_flat_only_along_ones(parse(text)) is expected


# ------------------------------------------------------------------ pieces and normal forms


def test_pieces_are_what_the_expression_is() -> None:
    texts = (
        "max(x, 2*x - 1)",
        "min(x, 3)",
        "step(x - 1)*x",
        "sign(2*x)",
        "kink(x + 1)",
        "abs(1 - x)",
        "relu(relu(x) - 1)",
    )
    for text in texts:
        expression, points = parse(text), [Fraction(k, 7) for k in range(-30, 31)]
        found = pieces(expression)
        for x in points:
            inside = [p for p in found if (p.lower is None or p.lower < x) and (p.upper is None or x < p.upper)]
            for piece in inside:
                assert evaluate(piece.expression, {"x": x}, EXACT) == evaluate(expression, {"x": x}, EXACT)
        assert len(found) >= 2


def test_constants_under_a_kink() -> None:
    def only(text: str) -> Any:
        (piece,) = pieces(parse(text))
        return piece.expression

    assert only("max(x - x, 0)*x") == apply("multiply", parse("x - x"), Symbol("x"))
    assert only("abs(x - x)") == Number(Fraction(0))
    assert only("relu(x - x - 1)") == Number(Fraction(0))
    assert only("step(x - x + 1)") == Number(Fraction(1))
    for name in ("sign", "step", "kink"):
        with pytest.raises(NoPieces, match=f"{name} of 0 is set-valued"):
            pieces(parse(f"{name}(x - x)"))


def test_kinks_that_cannot_be_located(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, message in (
        ("relu(x^2 - 2)", "the kink at .* = 0 is not affine in x"),
        ("relu(1/(x - x))", "division by an expression that is identically 0"),
        ("relu(1/x)", "not affine"),
    ):
        with pytest.raises(NoPieces, match=message):
            pieces(parse(text))
    monkeypatch.setattr("hopverify.expr.pieces.MAX_PIECES", 8)
    many = reduce(add, (parse(f"relu(x - {k})") for k in range(7)))
    assert len(pieces(many)) == 8
    with pytest.raises(NoPieces, match="more than 8 pieces"):
        pieces(many + parse("relu(x + 1)"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x^(1/2)*x^(1/2)", "x"),
        ("(x + 1)^(-2)", "1/(x^2 + 2*x + 1)"),
        ("x^(1/17)", "x^(1/17)"),
        ("x^100", "x^100"),
        ("1/(x/(x + 1))", "(x + 1)/x"),
        ("expm1(x)", "exp(x) - 1"),
        ("log1p(x)", "log(1 + x)"),
        ("exp(x/(x + 1))", "exp(x/(1 + x))"),
        ("sqrt(x/(x + 1))^2 - sqrt(x/(x + 1))^2", "0"),
        ("min(x, y)", "y - relu(y - x)"),
        ("sqrt(12)", "2*sqrt(3)"),
        ("sqrt(4)", "2"),
        ("sqrt(101)", "sqrt(101)"),
        ("sqrt(0*x)", "sqrt(0)"),
    ],
)
def test_identities(left: str, right: str) -> None:
    assert identical(parse(left), parse(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x^(1/17)", "x^(1/16)"),
        ("x^100", "x^101"),
        ("sqrt(x^2)", "x"),
        ("sqrt(101)", "10"),
        ("exp(x/(x + 1))", "exp(x)"),
    ],
)
def test_what_differs_is_not_identical(left: str, right: str) -> None:
    assert identical(parse(left), parse(left))
    assert not identical(parse(left), parse(right))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ghostmax(x)", "not an expression of single numbers"),
        ("softmax(ghostmax(x))", "not an expression of single numbers"),
        ("ghostmax(x) @ x", "matmul"),
        ("1/(x - x)", "division by an expression that is identically 0"),
        ("(x + y + z + u + v + w)^40", "the normal form has more than 4000 terms"),
        ("sum(x)", "no attribute 'sum'"),
        ("size(x)", "has no len"),
        ("entmax(x, 2)", "entmax and normmax have no normal form"),
        ("logsumexp(x)", "no attribute|no len"),
        ("entmax(x, n)", "the second argument of entmax must be a constant"),
    ],
)
def test_what_has_no_normal_form(text: str, message: str) -> None:
    assert not normal_form(parse("x")).is_zero
    with pytest.raises(NoNormalForm, match=message):
        normal_form(parse(text))
    assert not identical(parse(text), parse(text))


# ------------------------------------------------------------------ nodes, numbers, derivatives


def test_numbers_beside_expressions() -> None:
    x = Symbol("x")
    for built, text in ((1 + x, "1 + x"), (1 - x, "1 - x"), (2 * x, "2*x"), (x / 2, "x/2"), (-x, "-x"), (x**2, "x^2")):
        assert built == parse(text)


def test_factors_of_steps_are_folded() -> None:
    u = Symbol("u")
    step = Apply("step", (u,))
    assert u * step == step * u == Apply("relu", (u,))
    square = Apply("relu", (u,)) ** 2
    for kept in (square, square * u, u * square, square / 3, -square):
        assert kept * step == kept
    # What is not 0 where u ≤ 0 keeps its step.
    for other in (u**2, Symbol("v"), square + 1, Apply("relu", (u,)) ** -1):
        assert other * step == Apply("multiply", (other, step))


def test_large_powers_are_kept() -> None:
    assert parse("2^10") == Number(Fraction(1024))
    assert apply("power", Number(Fraction(3)), Number(Fraction(5000))) == Apply(
        "power", (Number(Fraction(3)), Number(Fraction(5000)))
    )


def test_values_that_are_not_known_to_be_rational() -> None:
    half = np.array([Fraction(1, 2)], dtype=object)
    assert EXACT.power(np.array([Fraction(4, 9)], dtype=object), Fraction(-3, 2))[0] == Fraction(27, 8)
    for power in (Fraction(1, 3), Fraction(1, 2)):
        with pytest.raises(NotRational):
            EXACT.power(half, power)
    with pytest.raises(NotRational, match="softplus has no rational values that are known"):
        EXACT.elementary("softplus", half)
    with pytest.raises(NotRational, match="pi has no rational values that are known"):
        EXACT.elementary("pi")


def test_arguments_that_have_to_be_constants() -> None:
    values = {"x": np.array([1.0, 2.0]), "a": np.float64(2)}
    assert evaluate(parse("x[1]"), values, FLOATS) == 2
    assert np.allclose(evaluate(parse("entmax(x, 2)"), values, FLOATS), [0, 1])
    with pytest.raises(ExpressionError, match="the second argument of entmax must be a constant"):
        evaluate(parse("entmax(x, a)"), values, FLOATS)
    with pytest.raises(ExpressionError, match="index 2 is out of range for a vector of length 2"):
        evaluate(parse("x[2]"), values, FLOATS)


def test_dual_numbers_divide() -> None:
    x = Dual(Fraction(3), Fraction(1))
    assert (6 / x).value == 2
    assert (6 / x).slope == Fraction(-2, 3)
    assert (x / 2).slope == Fraction(1, 2)


def test_integrals_of_infinite_balls_are_not_told() -> None:
    assert BALLS.elementary("mish_integral", flint.arb("inf")).is_nan()
    assert BALLS.elementary("mish_integral", flint.arb(0)).contains(0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sum(x^sum(x))", "an exponent must not depend on the state"),
        ("sum(entmax(x, 2))", "the symbolic derivative of entmax is not in the table"),
        ("sum(normmax(x, 2))", "the symbolic derivative of normmax is not in the table"),
    ],
)
def test_what_has_no_gradient(text: str, message: str) -> None:
    expression = parse(text) if "^" not in text else Apply("sum", (Apply("power", (Symbol("x"), parse("sum(x)"))),))
    with pytest.raises(ExpressionError, match=message):
        gradient(expression, "x", {"x": 1})
    with pytest.raises(ExpressionError, match="softmax has no derivative in the table"):
        derivative_of("softmax")


def test_sizes_and_places_do_not_move() -> None:
    for text in ("sum(ones(x))", "sum(unit(x, 1))", "size(x)"):
        assert gradient(parse(text), "x", {"x": 1}) == Number(Fraction(0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("entmax_conjugate(x, 2)", True),
        ("-3*normmax_conjugate(2*x, 2)/2", True),
        ("entmax_conjugate(x, 2) + dot(c, x)", False),
        ("entmax_conjugate(-x, 2)", False),
        ("entmax_conjugate(c*x, 2)", False),
        ("entmax_conjugate(x + 1, 2)", False),
        ("entmax_conjugate(x, 2) + dot(x, x)", False),
        ("sum(x)*entmax_conjugate(x, 2)", False),
        ("logsumexp(x)", False),
        ("x", False),
    ],
)
def test_potentials_of_thresholds(text: str, expected: bool) -> None:
    assert is_threshold_potential(parse(text)) is expected


def test_a_number_less_a_ratio_is_a_ratio() -> None:
    assert (3 - variable("x")) + variable("x") == as_ratio(3)
