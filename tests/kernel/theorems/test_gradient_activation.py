"""Activations without a Lagrangian: whether their Jacobian is symmetric."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel.theorems.gradient_activation import MIRRORED, OWN_STATE
from tests.kernel.accepting import accepted, layer, rejected

OWN = {"layer": "x", "because": OWN_STATE}
JACOBIAN = {"layer": "x", "because": MIRRORED}


def activation(*components: str) -> Any:
    listed = ", ".join(f"'{each}'" for each in components)
    return layer(f"size: {len(components)}, activation: {{expression: [{listed}]}}")


def test_neurons_that_act_for_themselves() -> None:
    of = layer("size: 2, activation: {expression: 'x^3', of: neuron}")
    said = accepted(of, "gradient activation", "elementwise", OWN)
    assert said == f"the activation of layer x is a gradient: {OWN_STATE}"
    rejected(of, "gradient activation", "elementwise", JACOBIAN, "the reason is")
    rejected(of, "gradient activation", "elementwise", OWN, "unknown keys", more="1")
    rejected(of, "gradient activation", "jacobian", JACOBIAN, "acts for itself")
    jump = layer("size: 2, activation: {expression: 'sign(x)', of: neuron}")
    rejected(jump, "gradient activation", "elementwise", OWN, "locally Lipschitz")
    rejected(activation("x[1]", "x[0]"), "gradient activation", "elementwise", OWN, "acts as a whole")
    by_definition = layer("size: 2, lagrangian: {expression: 'x[0]*x[1]'}")
    rejected(by_definition, "gradient activation", "jacobian", JACOBIAN, "states no activation")


@pytest.mark.parametrize(
    "components",
    [
        ("x[1]^2", "2*x[0]*x[1]"),
        ("x[1]", "x[0]"),
        ("tanh(x[0] + x[1])", "tanh(x[0] + x[1]) + x[1]"),
        ("x[0]*relu(x[1])^2", "x[0]^2*relu(x[1])"),
        ("exp(x[0])/(1 + exp(x[0]) + exp(x[1]))", "1 - (1 + exp(x[0]))/(1 + exp(x[0]) + exp(x[1]))"),
        ("3*x[0]", "sin(x[1])", "relu(x[2])"),
    ],
)
def test_mirrored_partial_derivatives(components: tuple[str, ...]) -> None:
    said = accepted(activation(*components), "gradient activation", "jacobian", JACOBIAN)
    assert said == f"the activation of layer x is a gradient: {MIRRORED}"


WHOLE = [
    "softmax(2*x)",
    "ghostmax(x)",
    "x/norm(x, 1)",
    "(x - mean(x))/sqrt(variance(x) + 1)",
    "2*logsumexp(x)*softmax(x)",
    "softmax(x)/(1 + exp(-logsumexp(x)))",
    "ones(x)*sum(x)/size(x) + pi",
]


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("text", WHOLE)
def test_of_whole_layers(text: str, size: int) -> None:
    of = layer(f"size: {size}, activation: {{expression: '{text}'}}")
    assert accepted(of, "gradient activation", "jacobian", JACOBIAN)


def test_equal_gains_make_layer_norm_a_gradient() -> None:
    gains = "size: 3, activation: {{vector_layernorm: {{gamma: {}, epsilon: 1}}}}"
    assert accepted(layer(gains.format("[2, 2, 2]")), "gradient activation", "jacobian", JACOBIAN)
    rejected(layer(gains.format("[2, 2, 1]")), "gradient activation", "jacobian", JACOBIAN, "normal forms of")


@pytest.mark.parametrize(
    ("components", "why"),
    [
        (("x[1]^2", "x[0]*x[1]"), "the normal forms of ∂g_1/∂x_0 and ∂g_0/∂x_1 differ"),
        (("x[1]", "-x[0]"), "differ"),
        (("x[1]", "x[0]", "x[0]"), "differ"),
        (("x[1]", "x[0] + x[1]*abs(x[0])"), "differ"),
        (("sign(x[0])", "x[1]"), "locally Lipschitz"),
        (("1/x[0]", "x[1]"), "locally Lipschitz"),
        (("0",) * 9, "at most 8 neurons"),
    ],
)
def test_what_is_not_shown(components: tuple[str, ...], why: str) -> None:
    rejected(activation(*components), "gradient activation", "jacobian", JACOBIAN, why)


def test_what_has_no_coordinates() -> None:
    sparse = layer("size: 2, activation: {expression: 'entmax(x, 2)'}")
    rejected(sparse, "gradient activation", "jacobian", JACOBIAN, "entmax has no values here")
    rejected(activation("x[1]", "x[0]"), "gradient activation", "jacobian", OWN, "the reason is")


def apart(i: Any, j: Any, state: Any, distance: Any) -> dict[str, Any]:
    return {"layer": "x", "state": state, "i": i, "j": j, "apart": distance}


def test_a_state_at_which_two_partial_derivatives_differ() -> None:
    """∂g_0/∂x_1 = 2·x_1 = 6, and ∂g_1/∂x_0 = x_1 = 3."""
    of = activation("x[1]^2", "x[0]*x[1]")
    said = accepted(of, "no gradient activation", "point", apart(0, 1, ["0", "3"], "3"))
    assert said.endswith('at x = ["0","3"], |∂g_i/∂x_j - ∂g_j/∂x_i| ≥ 3 > 0 for i = 0, j = 1')
    assert accepted(of, "no gradient activation", "point", apart(1, 0, ["0", "-3"], "1/1000"))
    for fields, why in (
        (apart(0, 1, ["0", "3"], "3000001/1000000"), "certainly so far apart"),
        (apart(0, 1, ["5", "0"], "1/1000"), "certainly so far apart"),
        (apart(0, 0, ["0", "3"], "1/1000"), "certainly so far apart"),
        (apart(0, 1, ["0", "3"], "0"), "the distance is not positive"),
        (apart(0, 1, ["0", "3"], "-3"), "the distance is not positive"),
        (apart(0, 1, ["0", "3"], 3), "a rational"),
        (apart(0, 1, ["0", "3"], "nan"), "a rational"),
        (apart(0, 2, ["0", "3"], "1"), "from 0 to 1"),
        (apart(0, True, ["0", "3"], "1"), "from 0 to 1"),
        (apart(-1, 1, ["0", "3"], "1"), "from 0 to 1"),
        (apart(0, 1, ["0"], "1"), "expected 2 numbers"),
        (apart(0, 1, ["0", 3], "1"), "a rational"),
    ):
        rejected(of, "no gradient activation", "point", fields, why)
    rejected(of, "no gradient activation", "point", apart(0, 1, ["0", "3"], "3"), "unknown keys", more=1)
    gradient = activation("x[1]^2", "2*x[0]*x[1]")
    rejected(gradient, "no gradient activation", "point", apart(0, 1, ["0", "3"], "1/1000000"), "certainly")
    alone = layer("size: 2, activation: {expression: 'x^3', of: neuron}")
    rejected(alone, "no gradient activation", "point", apart(0, 1, ["0", "3"], "3"), "acts for itself")
    by_definition = layer("size: 2, lagrangian: {expression: 'x[0]*x[1]'}")
    rejected(by_definition, "no gradient activation", "point", apart(0, 1, ["0", "3"], "3"), "states no activation")


def test_at_a_kink_all_slopes_count() -> None:
    """∂g_0/∂x_1 is any number from 0 to 1 at x_1 = 0, and ∂g_1/∂x_0 = 0 there."""
    of = activation("relu(x[1])", "0")
    rejected(of, "no gradient activation", "point", apart(0, 1, ["0", "0"], "1/1000"), "certainly")
    assert accepted(of, "no gradient activation", "point", apart(0, 1, ["0", "1/1000"], "1"))


def test_where_an_activation_has_no_value_it_has_no_slopes() -> None:
    """(log x_1, x_0/|x_1|) is a gradient where it has values; the formulas of its slopes have values where x_1 < 0."""
    of = activation("log(x[1])", "x[0]/abs(x[1])")
    rejected(of, "no gradient activation", "point", apart(0, 1, ["0", "-1"], "1"), "the function has no value there")
    assert accepted(activation("log(x[1])", "x[0]"), "no gradient activation", "point", apart(0, 1, ["0", "2"], "1/2"))


def test_norms_that_vanish_on_whole_cells() -> None:
    """∂g_i/∂x_j of (x·norm) divides by the norm: of analytic vectors it is 0 on a null set only."""
    for u, why in (
        ("x", ""),
        ("x - mean(x)", ""),
        ("relu(x)", "a norm in g may be 0"),
        ("x - x", "a norm in g may be 0"),
    ):
        of = layer(f"size: 2, activation: {{expression: 'x*norm({u}, 0)'}}")
        if why:
            rejected(of, "gradient activation", "jacobian", JACOBIAN, why)
        elif u == "x":
            assert accepted(of, "gradient activation", "jacobian", JACOBIAN)
        else:
            rejected(of, "gradient activation", "jacobian", JACOBIAN, "differ")
