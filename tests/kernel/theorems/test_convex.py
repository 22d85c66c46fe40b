"""Convex Lagrangians, in each of the three ways, and Lagrangians of which it is not shown."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.core.synapses import translated
from hopverify.expr.parser import parse
from hopverify.kernel import language
from hopverify.kernel.terms import Variable
from hopverify.kernel.theorems.convex import MAX_CUTS, MAX_SIZE
from tests.kernel.accepting import accepted, layer, rejected

X = {"layer": "x"}


def own(expression: str, of: str = "neuron", size: int = 2) -> str:
    return f"size: {size}, lagrangian: {{expression: '{expression}', of: {of}}}"


@pytest.mark.parametrize("name", ["relu", "softmax", "tanh", "{spherical: {epsilon: 0}}", "layernorm", "ghostmax"])
def test_by_composition(name: str) -> None:
    assert accepted(layer(f"size: 2, lagrangian: {name}"), "convex", "composition", X)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (own("x^3"), "that the Lagrangian is convex"),
        (own("sqrt(x)^4"), "defined everywhere"),
        (own("-log(x)"), "defined everywhere"),
        ("size: 2, activation: {expression: tanh(x), of: neuron}", "has no Lagrangian"),
    ],
)
def test_composition_does_not_show_it(text: str, why: str) -> None:
    rejected(layer(text), "convex", "composition", X, why)


@pytest.mark.parametrize(
    ("expression", "cuts"),
    [
        ("abs(x) - log1p(abs(x))", None),
        ("relu(x) - arctan(relu(x))", None),
        ("x*clip(x, -1, 1) - clip(x, -1, 1)^2/2", None),
        # Upward kinks, told in rationals and in balls.
        ("abs(x)", None),
        ("exp(max(x, 1))/3 + x^2", None),
        ("x^2/2 - cos(x)/4", None),
        ("x*sinh(x)", ["0"]),
        ("x^4/12 - sin(x) + x^2*3/20", [str(Fraction(k, 32)) for k in range(-32, 33)]),
    ],
)
def test_by_slope(expression: str, cuts: list[str] | None) -> None:
    proof: dict[str, Any] = {} if cuts is None else {"cuts": cuts}
    assert accepted(layer(own(expression)), "convex", "slope", X, **proof)


@pytest.mark.parametrize(
    ("text", "cuts", "why"),
    [
        (own("x^3"), [], "between None and None L'' is not shown"),
        (own("x^3"), ["0"], "between None and 0 L'' is not shown"),
        (own("-abs(x)"), [], "at 0 L' is not shown to rise"),
        (own("x^2 - exp(max(x, 1))/3"), [], "L'' is not shown"),
        (own("exp(min(x, 1)) + x^2*8"), [], "at 1 L' is not shown to rise"),
        (own("abs(x)^(3/2)"), [], "from None to 0 composition does not show"),
        (own("sqrt(x)^4"), [], "defined everywhere"),
        (own("relu(x + tanh(x))^2"), [], "the argument of a kink is a tanh"),
        (own("logsumexp(x)", "layer"), [], "the layer acts as a whole"),
        (own("x^2"), ["1", "0"], "ascending"),
        (own("x^2"), ["1", "1"], "ascending"),
        (own("x^2"), ["0.5"], "expected a rational in lowest terms"),
        (own("x^2"), [True], "expected a rational in lowest terms"),
        (own("x^2"), "01", "expected a list"),
        (own("x^2"), [str(k) for k in range(MAX_CUTS + 1)], "at most 10000 cuts"),
    ],
)
def test_slope_does_not_show_it(text: str, cuts: Any, why: str) -> None:
    rejected(layer(text), "convex", "slope", X, why, cuts=cuts)


SQUARE = own("x^4/12 - x^3/3 + x^2/2")


def form(text: str) -> Any:
    """Return an expression in x as a term of the state."""
    return language.write(translated(parse(text), {"x": Variable(("state", ""))}))


def test_by_slope_in_another_form() -> None:
    """L'' = x² - 2x + 1 has a range that goes below 0, and (x - 1)² has not."""
    rejected(layer(SQUARE), "convex", "slope", X, "L'' is not shown to be ≥ 0")
    assert accepted(layer(SQUARE), "convex", "slope", X, rewritten=form("(x - 1)^2"))
    assert accepted(layer(own("x^4 + x^2")), "convex", "slope", X, rewritten=form("12*x^2 + 2"))
    # The form is cut at its own kinks, too; on each cell it is L''.
    assert accepted(layer(SQUARE), "convex", "slope", X, rewritten=form("abs(x - 1)^2"))
    assert accepted(layer(SQUARE), "convex", "slope", X, rewritten=form("(x - 1)^2"), cuts=["1"])


@pytest.mark.parametrize("wrong", ["(x - 2)^2", "x^2 + 1", "abs(x)^2", "relu(x - 1)^2"])
def test_another_function_is_no_form_of_it(wrong: str) -> None:
    rejected(layer(SQUARE), "convex", "slope", X, "the other form is not shown to be L''", rewritten=form(wrong))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (["ones", ["state"]], "ones is not defined for"),
        (["activation", "x"], "the other form is not shown to be L''"),
        (["matmul", ["state"], ["state"]], "matmul"),
        ("x", "expected a rational in lowest terms"),
        (3, "expected a term"),
        (["sigmoid"], "sigmoid"),
    ],
)
def test_what_is_no_number_is_no_form_of_it(wrong: Any, why: str) -> None:
    rejected(layer(SQUARE), "convex", "slope", X, why, rewritten=wrong)


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        # L'' = -1 - x² < 0 has the normal form of a square, whose root is defined nowhere.
        ("-x^2/2 - x^4/12", "sqrt(-1 - x^2)^2"),
        ("-x^2/2", "sqrt(-1 - x^2)^2/(1 + x^2)"),
        # L'' = x changes its sign where the root is not defined.
        ("x^3/6", "sqrt(x)^2"),
        ("x^3/6", "(x^(1/4))^4"),
    ],
)
def test_a_form_has_to_be_defined(expression: str, wrong: str) -> None:
    rejected(layer(own(expression)), "convex", "slope", X, "the other form", rewritten=form(wrong))


@pytest.mark.parametrize(
    "expression", ["x[0]^2 + 2*x[0]*x[1] + x[1]^2", "x[0]^2 + x[0]*x[1] + x[1]^2 - x[0]", "sum(x)"]
)
def test_by_quadratic(expression: str) -> None:
    assert accepted(layer(own(expression, "layer")), "convex", "quadratic", X)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (own("x[0]^2 - x[1]^2", "layer"), "not positive semidefinite"),
        (own("x[0]*x[1] + x[1]^2", "layer"), "not positive semidefinite"),
        (own("x[0]^2 + 3*x[0]*x[1] + x[1]^2", "layer"), "not positive semidefinite"),
        (own("logsumexp(x)", "layer"), "of degree at most 2"),
        (own("x[0]^2*x[1]", "layer"), "of degree at most 2"),
        (own("sqrt(x[0])^2", "layer"), "defined everywhere"),
        (own("x^2"), "expected a layer as a whole"),
        (own("dot(x, x)", "layer", MAX_SIZE + 1), "of at most 60"),
    ],
)
def test_quadratic_does_not_show_it(text: str, why: str) -> None:
    rejected(layer(text), "convex", "quadratic", X, why)


def test_proofs_have_no_other_keys() -> None:
    for by in ("composition", "quadratic"):
        rejected(layer(own("x^2")), "convex", by, X, "unknown keys", cuts=[])
    rejected(layer(own("x^2")), "convex", "slope", X, "unknown keys", form="2")
    rejected(layer(own("x^2")), "convex", "composition", {"layer": "y"}, "no layer with a flow is called 'y'")


@pytest.mark.parametrize(
    ("g", "why"),
    [
        ("relu(x)^2/(1 + relu(x)^2)", None),
        ("tanh(x) + x/9", None),
        ("max(x, 2*x)", None),
        ("-x", "L'' is not shown"),
        ("x*exp(-x^2)", "L'' is not shown"),
        ("step(x)", "not show that the activation is locally Lipschitz"),
        ("sqrt(relu(x))", "not show that the activation is locally Lipschitz"),
    ],
)
def test_the_integral_of_an_activation_that_rises(g: str, why: str | None) -> None:
    of = layer(f"size: 2, activation: {{expression: '{g}', of: neuron}}")
    forms = {"rewritten": RISING} if g.startswith("relu") else {}
    if why is None:
        assert accepted(of, "convex", "slope", X, **forms)
    else:
        rejected(of, "convex", "slope", X, why)
    rejected(of, "convex", "composition", X, "has no Lagrangian")


RELU: Any = ["relu", ["state"]]
RISING: Any = ["divide", ["multiply", "2", RELU], ["power", ["add", "1", ["power", RELU, "2"]], "2"]]
"""The slope of Hill's function with the exponent 2."""


def test_a_whole_activation_has_no_integral() -> None:
    of = layer('size: 2, activation: {expression: "x/norm(x, 1)"}')
    rejected(of, "convex", "slope", X, "acts as a whole")
