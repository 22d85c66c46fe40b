"""Verdicts about the structure of layers of the catalogue, and of some expressions: none is lost, or turns, unseen.

Two neurons with symmetric weights. They have two time constants where it is asked whether these fit, and otherwise one.
Who decides what is unknown here changes the row.
"""

from __future__ import annotations

import pytest

from hopverify.lagrangians import LAGRANGIANS
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.profiles import in_turn

CHECKS = ("lagrangian_convexity", "energy_flatness", "time_constants", "energy_descent")

CATALOGUE = {
    "abs": "pass fail pass unknown",
    "arctan": "pass pass pass pass",
    "{celu: {alpha: 3}}": "pass pass pass pass",
    "{clipped_linear: {low: -2, high: 3}}": "pass fail pass pass",
    "{clipped_linear: {low: 0, high: 1/3}}": "pass fail pass pass",
    "{elu: {alpha: 0.5}}": "pass pass pass pass",
    "{elu: {alpha: 1}}": "pass pass pass pass",
    "{elu: {alpha: 3}}": "pass pass pass pass",
    "{entmax: {alpha: 1.001}}": "pass fail fail pass",
    "{entmax: {alpha: 1.5}}": "pass fail fail pass",
    "{entmax: {alpha: 2}}": "pass fail fail pass",
    "erf": "pass pass pass pass",
    "exp": "pass pass pass pass",
    "gelu": "fail pass pass fail",
    "ghostmax": "pass pass fail pass",
    "hard_sigmoid": "pass fail pass pass",
    "hard_tanh": "pass fail pass pass",
    "identity": "pass pass pass pass",
    "{layernorm: {gamma: -1, epsilon: 0}}": "unknown fail unknown unknown",
    "{layernorm: {gamma: -1, epsilon: 0.01}}": "fail fail unknown fail",
    "{layernorm: {gamma: 0}}": "pass fail pass pass",
    "{layernorm: {gamma: 1, epsilon: 0}}": "pass fail unknown unknown",
    "{layernorm: {gamma: 1, epsilon: 0.01}}": "pass fail fail pass",
    "{leaky_relu: {slope: -1}}": "fail pass pass fail",
    "{leaky_relu: {slope: 0}}": "pass fail pass pass",
    "{leaky_relu: {slope: 0.3}}": "pass pass pass pass",
    "mish": "fail pass pass fail",
    "{normmax: {gamma: 1.001}}": "pass fail fail pass",
    "{normmax: {gamma: 1.5}}": "pass fail fail pass",
    "{normmax: {gamma: 2}}": "pass fail unknown pass",
    "{polynomial: {n: 2}}": "pass pass pass pass",
    "{polynomial: {n: 3}}": "fail pass pass fail",
    "{polynomial: {n: 4}}": "pass pass pass pass",
    "relu": "pass fail pass pass",
    "relu6": "pass fail pass pass",
    "{repu: {n: 2}}": "pass fail pass pass",
    "{repu: {n: 3}}": "pass fail pass pass",
    "rexp": "pass fail pass pass",
    "selu": "pass pass pass pass",
    "sigmoid": "pass pass pass pass",
    "silu": "fail pass pass fail",
    "softmax": "pass fail fail pass",
    "softplus": "pass pass pass pass",
    "sparsemax": "pass fail fail pass",
    "{spherical: {gamma: -1, epsilon: 0}}": "fail unknown unknown fail",
    "{spherical: {gamma: 0}}": "pass fail unknown pass",
    "{spherical: {gamma: 1, epsilon: 0}}": "pass fail fail unknown",
    "{spherical: {gamma: 1, epsilon: 0.01}}": "pass pass fail pass",
    "squared_relu": "pass fail pass pass",
    "tanh": "pass pass pass pass",
}  # fmt: skip
"""From a Lagrangian to its verdicts, in the order of the checks."""

OWN = {
    ("neuron", "relu(x)^(3/2)"): "pass fail pass unknown",
    ("neuron", "relu(x)^(5/2)"): "pass unknown pass pass",
    ("neuron", "relu(x + 3)^2/12 - relu(x - 3)^2/12"): "pass fail pass pass",
    ("neuron", "x^2/3 - relu(x-1)^2/3"): "pass fail pass pass",
    ("neuron", "x^2/2 + sin(x)"): "pass pass pass pass",
    ("neuron", "relu(x)*softplus(x)"): "pass fail pass unknown",
    ("neuron", "abs(x) - log(1 + abs(x))"): "pass pass pass pass",
    ("neuron", "x^4/4 - x^2/2"): "fail pass pass fail",
    ("neuron", "x^2/2 - clip(x, -1, 1)^2/2"): "pass fail pass unknown",
    ("neuron", "log(1 + exp(-abs(x))) + relu(x)"): "pass pass pass pass",
    ("layer", "sum(x^2)/2 + logsumexp(x)"): "pass pass unknown pass",
    ("layer", "relu(sum(x))^2/2"): "pass fail fail pass",
    ("layer", "sum(x^2)/2 + relu(x[0] - x[1])^2/2"): "pass pass unknown pass",
    ("layer", "norm(relu(x), 1)"): "pass fail fail pass",
    ("layer", "norm(x, 1) + (x[0] - x[1])^2/2"): "pass pass fail pass",
    ("layer", "x[0]*x[1]"): "fail unknown unknown fail",
    ("layer", "sum(x^2)/2 + x[0]*x[1]"): "pass fail fail pass",
    ("layer", "sqrt(variance(x) + 1)"): "pass fail fail pass",
    ("layer", "logsumexp(x) - x[0]*x[1]/4"): "fail unknown unknown fail",
}  # fmt: skip
"""Expressions, of a neuron or of a layer."""


def verdicts(lagrangian: str) -> str:
    found = {**_verified(lagrangian, "[1, 2]", CHECKS[:3]), **_verified(lagrangian, "1", CHECKS[3:])}
    return " ".join(found[check] for check in CHECKS)


def _verified(lagrangian: str, tau: str, checks: tuple[str, ...]) -> dict[str, str]:
    spec = parse_spec(
        "hopverify: 1\n"
        "name: of-one-layer\n"
        f"layers: {{x: {{size: 2, lagrangian: {lagrangian}, bias: [0.5, -1], tau: {tau}}}}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}}\n"
        f"checks: [{', '.join(checks)}]\n"
    )
    return {entry["check"]: entry["verdict"] for entry in verify(spec, samples=50).results}


@pytest.mark.parametrize(("lagrangian", "expected"), in_turn(CATALOGUE.items()))
def test_verdicts_of_the_catalogue(lagrangian: str, expected: str) -> None:
    assert verdicts(lagrangian) == expected


@pytest.mark.parametrize(("of", "expression", "expected"), in_turn((*key, told) for key, told in OWN.items()))
def test_verdicts_of_expressions(of: str, expression: str, expected: str) -> None:
    assert verdicts(f'{{expression: "{expression}", of: {of}}}') == expected


def test_the_table_has_the_whole_catalogue() -> None:
    assert {key.strip("{").split(":")[0].strip("}") for key in CATALOGUE} == {each.name for each in LAGRANGIANS}
