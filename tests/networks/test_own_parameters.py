"""Neurons with parameters of their own: the layer is that of each neuron's Lagrangian, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.core import core_of_layer
from hopverify.errors import SpecError
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, build_model
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.kernel.accepting import accepted

TEXT = "hopverify: 1\nname: own\nlayers: {{x: {{size: 2, lagrangian: {{{}}}, tau: [1, 2], bias: [1/2, -1]}}}}\n"


def layer(text: str) -> Layer:
    (found,) = build_model(parse_spec(TEXT.format(text))).layers.values()
    return found


@pytest.mark.parametrize(
    ("name", "lists", "each"),
    [
        ("sigmoid", "beta: [2, 1/2]", ("beta: 2", "beta: 1/2")),
        ("tanh", "beta: [1/3, 4]", ("beta: 1/3", "beta: 4")),
        ("elu", "alpha: [1, 1/2]", ("alpha: 1", "alpha: 1/2")),
        ("leaky_relu", "slope: [1/8, 3]", ("slope: 1/8", "slope: 3")),
        ("clipped_linear", "low: -2, high: [1, 3]", ("low: -2, high: 1", "low: -2, high: 3")),
    ],
)
def test_values_are_those_of_each_neuron(name: str, lists: str, each: tuple[str, str]) -> None:
    function = layer(f"{name}: {{{lists}}}").function
    assert not function.elementwise
    alone = [layer(f"{name}: {{{own}}}").function for own in each]
    for x in (np.array([0.7, -1.3]), np.array([-3.0, 2.0])):
        values = [of.lagrangian(x, FLOATS)[k] for k, of in enumerate(alone)]
        assert function.lagrangian(x, FLOATS) == pytest.approx(sum(values), abs=1e-12)
        assert function.activate(x, FLOATS) == pytest.approx([of.activate(x, FLOATS)[k] for k, of in enumerate(alone)])


def test_lists_of_one_number_are_that_number() -> None:
    function = layer("sigmoid: {beta: [2, 2]}").function
    assert function.elementwise
    assert function.name == "sigmoid"
    assert function.parameters == {"beta": Fraction(2)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sigmoid: {beta: [1, 2, 3]}", "must be one number or 2, the size of the layer, got 3"),
        ("sigmoid: {beta: [1, -2]}", "must be greater than 0, got -2"),
        ("clipped_linear: {low: [0, 2], high: 1}", "the parameters must satisfy high - low > 0"),
        ("softmax: {beta: [1, 2]}", "must be a number, got a list"),
        ("repu: {n: [2, 3]}", "must be a number, got a list"),
        ("sigmoid: {beta: []}", "got an empty list"),
    ],
)
def test_what_is_no_parameter(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        layer(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["sigmoid: {beta: [2, 1/2]}", "tanh: {beta: [2, 3]}", "leaky_relu: {slope: [1/8, 3]}"])
def test_the_kernel_sees_the_gradient_and_that_neurons_act_apart(text: str) -> None:
    core = core_of_layer(layer(text))
    assert accepted(core, "gradient of L", "identity", {"layer": "x"})
    assert accepted(core, "compatible times", "commuting", {"layer": "x", "because": "H is diagonal"})


def test_what_is_decided_of_neurons_of_different_gain() -> None:
    text = TEXT.format("sigmoid: {beta: [2, 1/2]}")
    text += "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1/2], [1/2, 0]]}}\n"
    checks = [
        "lagrangian_convexity",
        "time_constants",
        "energy_descent",
        "energy_flatness",
        "boundedness",
        "equilibria",
    ]
    certificate = verify(parse_spec(f"{text}checks: [{', '.join(checks)}]\n"))
    assert [entry["verdict"] for entry in certificate.results] == ["pass"] * 6


def entry(text: str, check: str, weight: str = "3/10") -> dict[str, Any]:
    weights = f"synapses: {{w: {{kind: dense, layers: [x, x], weights: [[0, {weight}], [{weight}, 0]]}}}}\n"
    certificate = verify(parse_spec(f"{TEXT.format(text)}{weights}checks: [{check}]\n"))
    return dict(certificate.results[0])


@pytest.mark.parametrize(
    ("text", "weight", "stable", "steps"),
    [
        ("tanh: {beta: [2, 1/2]}", "3/10", "pass", "pass"),
        ("tanh: {beta: [2, 1/2]}", "2", "fail", "pass"),
        ("leaky_relu: {slope: [1/8, 1/2]}", "3/10", "pass", "pass"),
        # The second neuron's activation falls: neither theorem speaks of it.
        ("leaky_relu: {slope: [1/8, -1/2]}", "3/10", "unknown", "fail"),
    ],
)
def test_slopes_are_those_of_the_steepest_neuron(text: str, weight: str, stable: str, steps: str) -> None:
    assert entry(text, "global_stability", weight)["verdict"] == stable
    assert entry(text, "step_size", weight)["verdict"] == steps
