"""Whole layers whose Lagrangian is a sum of functions of one neuron's state each."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel.numbers import Rejected
from hopverify.kernel.separable import neuron
from tests.kernel.accepting import accepted, layer, rejected

X = {"layer": "x"}
NO, DIAGONAL = "constant on no segment", {**X, "because": "H is diagonal"}
ALIVE = {**X, "kind": "alive"}
POINTS = [["1", "-1"]] * 2


def own(L: str) -> str:
    return f'size: 2, tau: [1, 2], lagrangian: {{expression: "{L}", of: layer}}'


@pytest.mark.parametrize(
    "L",
    [
        "softplus(2*x[0])/2 + 2*softplus(x[1]/2)",
        "sum(logcosh(x)) - 3*x[0]",
        "dot(x, x)/2 + 2*(sum(exp(x)) - x[1]*tanh(x[1]))",
        "(mean(x^4) + x[0]^2)*5/size(x)",
        "-sum(-exp(x)/(1 + 0*size(x)) - x^2)",
        "sum(max(x, 2*x) + x^2*logcosh(x)) + dot(ones(x), x)",
    ],
)
def test_sums_of_functions_of_one_neuron(L: str) -> None:
    of = layer(own(L))
    assert accepted(of, "compatible times", "commuting", DIAGONAL)
    assert accepted(of, NO, "neurons", ALIVE, points=POINTS)


@pytest.mark.parametrize(
    "L",
    [
        "x[0]*x[1] + dot(x, x)",
        "sum(x)^2",
        "logsumexp(x)",
        "norm(x, 1)",
        "variance(x)",
        "x[0]*sum(x)",
        "sum(x[0]*x)",
        "dot(x, exp(x))/sum(x^2 + 1)",
        "relu(x[0] + x[1])",
        "sum(x*mean(x))",
        "exp(sum(x))",
        "(x[0] - 1)*(x[1] - 1)",
    ],
)
def test_what_joins_neurons(L: str) -> None:
    of = layer(own(L))
    rejected(of, "compatible times", "commuting", DIAGONAL, "no sum of functions of one neuron each")
    rejected(of, NO, "neurons", ALIVE, "no sum of functions of one neuron each", points=POINTS)


@pytest.mark.parametrize(
    ("L", "why"),
    [
        ("relu(x[0])^2 + x[1]^2", "g' may vanish on an interval"),
        ("x[0]^2", "g' may vanish on an interval"),
        ("sqrt(x[0]^2) + x[1]^2 + log(x[0]^2)", "defined everywhere"),
    ],
)
def test_a_neuron_that_is_not_alive(L: str, why: str) -> None:
    rejected(layer(own(L)), NO, "neurons", ALIVE, why, points=POINTS)


def test_what_proofs_state() -> None:
    of = layer(own("x[0]^2 + logcosh(x[1])"))
    assert accepted(of, NO, "neurons", ALIVE, points=[[], ["1"]])
    rejected(of, NO, "neurons", ALIVE, "expected 2 lists", points=[["1"]])
    rejected(of, NO, "neurons", {**ALIVE, "kind": "strictly convex"}, "the kind is alive", points=POINTS)
    rejected(of, NO, "neurons", ALIVE, "more premises than needed", points=POINTS, premises=[{}])
    bare = "activation: {expression: 'x/norm(x, 1)'}"
    for text, why in (("lagrangian: tanh", "acts for itself"), (bare, "no Lagrangian")):
        rejected(layer(f"size: 2, {text}"), NO, "neurons", ALIVE, why, points=POINTS)


def test_a_neuron_is_a_layer_of_its_own() -> None:
    of = layer("size: 2, bias: [1, 2], tau: [3, 4], lagrangian: {expression: 'x[0]^2 + logcosh(x[1])', of: layer}")
    (one,) = neuron(of, of.flow_layers[0], 1).flow_layers
    assert (one.size, one.elementwise, list(one.tau.entries), list(one.bias.entries)) == (1, True, [4], [2])


@pytest.mark.parametrize(
    ("text", "height", "held"),
    [
        ("lagrangian: {tanh: {beta: [2, 1/2]}}", "2", True),
        ("lagrangian: {tanh: {beta: [2, 1/2]}}", "3/2", False),
        ("lagrangian: {expression: 'x[0]^2 + logcosh(x[1])', of: layer}", "2", True),
        ("lagrangian: {expression: 'x[0]^2 - logcosh(x[1])', of: layer}", "2", False),
        ("activation: {expression: 'tanh(2*x) + 0*mean(ones(x))', of: layer}", "2", True),
        ("activation: {expression: 'tanh(2*x) + mean(x)/99', of: layer}", "2", False),
        ("activation: {expression: 'step(x)', of: layer}", "2", False),
    ],
)
def test_one_equilibrium_of_neurons_that_act_apart(text: str, height: str, held: bool) -> None:
    """T16 takes multipliers, and times, of each neuron."""
    of = layer(f"size: 2, tau: [1, 3], {text}")
    proof: dict[str, Any] = {"multipliers": {"x": ["1", "2"]}, "heights": {"x": height}}
    if held:
        assert accepted(of, "global stability", "T16", {}, **proof)
    else:
        with pytest.raises(Rejected):
            accepted(of, "global stability", "T16", {}, **proof)


def test_steps_of_neurons_that_act_apart() -> None:
    of = layer("size: 2, tau: [1, 3], lagrangian: {expression: 'x[0]^2 + x[1]^2/4 + logcosh(x[1]/2)', of: layer}")
    premises: list[Any] = [{"claim": {"claim": "derived energy"}, "proof": {"by": "core"}}]
    premises.append({"claim": {"claim": "Lipschitz activation", **X}, "proof": {"by": "composition"}})
    premises.append({"claim": {"claim": "gradient of L", **X}, "proof": {"by": "definition"}})
    claim = {"energy": "E", "up_to": "1", "alpha": {"x": ["1/3", "1"]}}
    assert accepted(of, "step descent", "T14", claim, slopes={"x": ["1/2", "2"]}, premises=premises)
    for wrong in (["1", "2"], ["1/2", "1"]):
        rejected(of, "step descent", "T14", claim, "slopes are not shown", slopes={"x": wrong}, premises=premises)
