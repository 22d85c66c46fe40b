"""g = ∇L of every Lagrangian of the catalogue, and of none that is another function."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import language
from hopverify.kernel.arrays import Array
from hopverify.kernel.core import Core
from hopverify.kernel.core import Layer as LayerOfCore
from hopverify.lagrangians import LAGRANGIANS
from tests.kernel.accepting import accepted, core, layer, rejected

OF_X = {"layer": "x"}

PARAMETERS: dict[str, list[str]] = {
    "celu": ["alpha: 0.3"],
    "clipped_linear": ["low: -2, high: 0.7", "low: 1/3, high: 3"],
    "elu": ["alpha: 0.3"],
    "entmax": ["alpha: 2", "alpha: 1.25"],
    "exp": ["beta: 0.7"],
    "layernorm": ["gamma: -2.5, epsilon: 0.1", "gamma: 3, delta: [1, -0.5, 0.25]", "epsilon: 0, delta: 2"],
    "leaky_relu": ["slope: 0.3"],
    "normmax": ["gamma: 1.5"],
    "polynomial": ["n: 2", "n: 7", "n: 1000"],
    "repu": ["n: 2", "n: 1000"],
    "rexp": ["beta: 1/3"],
    "sigmoid": ["beta: 3"],
    "softmax": ["beta: 0.3"],
    "softplus": ["beta: 3"],
    "spherical": ["gamma: -2, epsilon: 0.3", "epsilon: 2"],
    "tanh": ["beta: 1.7"],
}


def cases() -> list[tuple[str, str]]:
    names = [entry.name for entry in LAGRANGIANS]
    assert set(PARAMETERS) <= set(names)
    return [(name, given) for name in names for given in ("", *PARAMETERS.get(name, []))]


@pytest.mark.parametrize(("name", "given"), cases())
def test_every_lagrangian_of_the_catalogue(name: str, given: str) -> None:
    of = layer(f"size: 3, lagrangian: {{{name}: {{{given}}}}}")
    said = accepted(of, "gradient of L", "identity", OF_X)
    assert said == "the activation of layer x is the gradient of its Lagrangian"
    rejected(of, "gradient of L", "definition", OF_X, "the core states the activation")


@pytest.mark.parametrize("name", [entry.name for entry in LAGRANGIANS])
def test_and_no_multiple_of_its_gradient(name: str) -> None:
    of = layer(f"size: 3, lagrangian: {name}")
    (own,) = of.layers
    assert isinstance(own, LayerOfCore)
    wrong = replace(own, g=language.read(["multiply", "1000001/1000000", language.write(own.g)], ""))  # type: ignore[arg-type]
    rejected(replace(of, layers=(wrong,)), "gradient of L", "identity", OF_X, "other normal forms")


def stated(L: Any, g: Any, *, acts: str = "layer") -> Core:
    """Return the core of a layer with this L and g."""
    of = layer("size: 2, lagrangian: relu" if acts == "neuron" else "size: 2, lagrangian: softmax")
    (own,) = of.layers
    assert isinstance(own, LayerOfCore)
    return replace(of, layers=(replace(own, L=language.read(L, ""), g=language.read(g, "")),))


X = ["state"]


def test_what_has_a_jump_or_no_value_somewhere() -> None:
    """Off single states ∇L = g; but L is not defined, or jumps, at 0."""
    half = ["divide", ["power", X, "2"], "2"]
    assert accepted(stated(half, X, acts="neuron"), "gradient of L", "identity", OF_X)
    for more in (
        ["multiply", "0", ["log", ["power", X, "2"]]],
        ["step", X],
        ["add", ["arctan", ["divide", "1", X]], ["arctan", X]],
    ):
        of = stated(["add", half, more], X, acts="neuron")
        rejected(of, "gradient of L", "identity", OF_X, "not show that L is locally Lipschitz")


def test_one_cell_is_not_all() -> None:
    of = stated(["divide", ["power", ["relu", X], "2"], "2"], X, acts="neuron")
    rejected(of, "gradient of L", "identity", OF_X, "other normal forms")
    of = stated(["abs", X], ["sign", ["add", X, "1"]], acts="neuron")
    rejected(of, "gradient of L", "identity", OF_X, "other normal forms")


def test_the_gradient_by_definition() -> None:
    own = layer("size: 2, lagrangian: {expression: 'log(cosh(x[0] + x[1]))'}")
    assert accepted(own, "gradient of L", "definition", OF_X)
    rejected(own, "gradient of L", "identity", OF_X, "states not both")
    rejected(own, "gradient of L", "definition", OF_X, "unknown keys", premises=[])
    rejected(own, "gradient of L", "definition", {"layer": "y"}, "no layer with a flow is called 'y'")
    bare = layer("size: 2, activation: {expression: 'x^3', of: neuron}")
    rejected(bare, "gradient of L", "identity", OF_X, "states not both")
    rejected(bare, "gradient of L", "definition", OF_X, "the core states the activation")


def test_layers_of_many_neurons_are_compared_at_once() -> None:
    for name in ("softmax", "layernorm", "spherical", "entmax"):
        of = core(f"layers: {{x: {{size: 5000, lagrangian: {name}}}}}\n")
        assert accepted(of, "gradient of L", "identity", OF_X)


MEAN, HALF = ["mean", X], ["divide", ["dot", X, X], "2"]
NORM = ["norm", ["multiply", ["ones", X], ["relu", MEAN]], "0"]
ELSEWHERE = ["multiply", "5", ["relu", ["negate", MEAN]]]


def test_a_norm_that_vanishes_on_a_cell_hides_nothing() -> None:
    """L = ½|x|² + m·norm, m the mean: where m < 0, ∇L = x; the formula of its gradient is 0/0 there.

    Multiplied by the norm, which is 0 there, 5·relu(-m) vanishes from the normal form.
    """
    L = ["add", HALF, ["multiply", MEAN, NORM]]
    slope = ["add", X, NORM]
    for g in (slope, ["add", slope, ELSEWHERE]):
        rejected(stated(L, g), "gradient of L", "identity", OF_X, "a norm in L may be 0 at more than a few states")


def test_norms_of_analytic_vectors() -> None:
    for u in (X, ["subtract", X, MEAN], ["tanh", X]):
        norm = ["norm", u, "0"]
        L, g = ["power", norm, "3"], ["multiply", "3", ["multiply", norm, X]]
        if u == X:
            assert accepted(stated(L, g), "gradient of L", "identity", OF_X)
        else:
            rejected(stated(L, g), "gradient of L", "identity", OF_X, "other normal forms")
    nothing = ["norm", ["subtract", X, X], "0"]
    rejected(stated(["add", HALF, nothing], X), "gradient of L", "identity", OF_X, "a norm in L may be 0")
    certain = ["norm", ["relu", X], "1"]
    rejected(stated(["add", HALF, certain], X), "gradient of L", "identity", OF_X, "other normal forms")


RELU, DOWN = ["relu", X], ["relu", ["negate", X]]
SQUARED = ["divide", ["power", RELU, "2"], "2"]
LSE = ["logsumexp", X]


@pytest.mark.parametrize(
    ("L", "g"),
    [
        (SQUARED, ["add", RELU, ["multiply", RELU, DOWN]]),
        (SQUARED, ["multiply", RELU, ["power", ["step", X], "3"]]),
        (SQUARED, ["max", RELU, RELU]),
        (SQUARED, ["max", X, "0"]),
        (SQUARED, ["divide", ["add", X, ["abs", X]], "2"]),
        (["divide", ["multiply", X, ["abs", X]], "2"], ["multiply", X, ["sign", X]]),
        (["max", X, X], "1"),
        (["max", ["multiply", "2", X], X], ["add", "1", ["step", X]]),
    ],
    ids=str,
)
def test_one_function_on_both_sides_of_a_kink(L: Any, g: Any) -> None:
    """Of neurons, on each cell; of a whole layer, by what is known of steps."""
    assert accepted(stated(L, g, acts="neuron"), "gradient of L", "identity", OF_X)
    if L != ["max", X, X]:
        assert accepted(stated(["sum", L], g), "gradient of L", "identity", OF_X)


@pytest.mark.parametrize(
    ("L", "g"),
    [
        # The same on one side of the kink only, or at the kinks only.
        (SQUARED, X),
        (SQUARED, ["abs", X]),
        (SQUARED, ["add", RELU, DOWN]),
        (SQUARED, ["add", RELU, ["multiply", RELU, ["relu", ["subtract", "1", X]]]]),
        (SQUARED, ["add", RELU, ["multiply", DOWN, ["relu", ["add", X, "1"]]]]),
        (SQUARED, ["relu", ["subtract", X, "1/1000000"]]),
        (SQUARED, ["multiply", X, ["subtract", "1", ["step", X]]]),
        (SQUARED, ["max", X, ["negate", X]]),
        (["max", ["multiply", "2", X], X], ["add", "1", ["step", ["negate", X]]]),
        (["divide", ["power", X, "2"], "2"], ["sqrt", ["power", X, "2"]]),
        (["divide", ["power", X, "2"], "2"], ["multiply", ["sqrt", X], ["sqrt", ["negate", X]]]),
    ],
    ids=str,
)
def test_another_function_on_one_side_of_a_kink(L: Any, g: Any) -> None:
    for of in (stated(L, g, acts="neuron"), stated(["sum", L], g)):
        rejected(of, "gradient of L", "identity", OF_X, "other normal forms")


@pytest.mark.parametrize(
    ("L", "g", "same"),
    [
        (LSE, ["softmax", ["add", X, "7"]], True),
        (LSE, ["softmax", ["subtract", X, LSE]], True),
        (LSE, ["softmax", ["add", X, X]], False),
        (LSE, ["ghostmax", X], False),
        (LSE, ["softmax", ["negate", X]], False),
        (["entmax_conjugate", X, "2"], ["entmax", ["divide", ["add", X, X], "2"], "2"], True),
        # Sparsemax of shifted arguments is itself, but no normal form tells it.
        (["entmax_conjugate", X, "2"], ["entmax", ["add", X, "1"], "2"], False),
        (["entmax_conjugate", X, "2"], ["entmax", X, "3/2"], False),
        (["entmax_conjugate", X, "2"], ["normmax", X, "2"], False),
        (["entmax_conjugate", X, "3/2"], ["softmax", X], False),
    ],
    ids=str,
)
def test_whole_layers_at_other_arguments(L: Any, g: Any, same: bool) -> None:
    if same:
        assert accepted(stated(L, g), "gradient of L", "identity", OF_X)
    else:
        rejected(stated(L, g), "gradient of L", "identity", OF_X, "other normal forms")


def test_norms_of_a_neuron() -> None:
    """L = |(x, 2x)|³ of one neuron is |a|³·|x|³, and 0 at 0 only; a norm of nothing but zeros is always 0."""
    arrays = {"a": Array((2,), [Fraction(1), Fraction(2)]), "o": Array((2,), [Fraction(1), Fraction(-1)])}
    norm = ["norm", ["multiply", ["array", "a"], X], "0"]
    g = ["multiply", ["multiply", "3", ["dot", ["array", "a"], ["array", "a"]]], ["multiply", norm, X]]
    of = replace(stated(["power", norm, "3"], g, acts="neuron"), arrays=arrays)
    assert accepted(of, "gradient of L", "identity", OF_X)
    zero = ["norm", ["multiply", ["array", "o"], ["subtract", X, X]], "0"]
    of = replace(stated(["add", ["power", X, "2"], zero], ["multiply", "2", X], acts="neuron"), arrays=arrays)
    rejected(of, "gradient of L", "identity", OF_X, "^L: a norm in L may be 0")


@pytest.mark.parametrize("g", ["x/(1 + abs(x))", "relu(x)^2/(1 + relu(x)^2)", "x*exp(-x^2)", "-x"])
def test_the_integral_of_an_activation(g: str) -> None:
    of = layer(f"size: 2, activation: {{expression: {g}, of: neuron}}")
    assert accepted(of, "gradient of L", "integral", OF_X)
    rejected(of, "gradient of L", "identity", OF_X, "states not both")


def test_what_has_no_integral_here() -> None:
    rejected(layer("size: 2, lagrangian: tanh"), "gradient of L", "integral", OF_X, "the core states L")
    whole = layer('size: 2, activation: {expression: "x/norm(x, 1)"}')
    rejected(whole, "gradient of L", "integral", OF_X, "acts as a whole")
    for g in ("step(x)", "1/x", "sign(x)*sqrt(abs(x))"):
        jumping = layer(f"size: 2, activation: {{expression: {g}, of: neuron}}")
        rejected(jumping, "gradient of L", "integral", OF_X, "not show that the activation is locally Lipschitz")
