"""Activations and drives that are locally Lipschitz by composition, and some of which this is not shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.kernel.accepting import accepted, core, layer, rejected

X, S = {"layer": "x"}, {"synapse": "s"}


def own(expression: str, of: str = "neuron") -> str:
    return f"size: 2, lagrangian: {{expression: '{expression}', of: {of}}}"


@pytest.mark.parametrize(
    "text",
    [
        *("size: 2, lagrangian: relu", "size: 2, lagrangian: softmax", "size: 2, activation: clipped_softmax"),
        own("abs(x) - log1p(abs(x))"),
        own("x*clip(x, -1, 1) - clip(x, -1, 1)^2/2"),
        own("logcosh(x - 1/3) + softplus(x)"),
        own("logsumexp(3*x)/3 + norm(x, 1)", "layer"),
        own("relu(x[0] - x[1])^2/2", "layer"),
        own("norm(relu(x), 1)", "layer"),
        own("relu(x)^(5/2)"),
        own("relu(x[0]*x[1] + x[0])^3 + x[1]^2", "layer"),
    ],
)
def test_activations(text: str) -> None:
    assert accepted(layer(text), "Lipschitz activation", "composition", X)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("size: 2, activation: {expression: sign(x), of: neuron}", "that the activation is"),
        # What is stated as an activation is what it says at a jump; the derivative of L stands for its extension.
        ("size: 2, activation: {expression: sign(x) - sign(x)/(1 + abs(x)), of: neuron}", "that the activation is"),
        (own("abs(x)"), "that the activation is"),
        (own("relu(x)^2/2 + relu(x - 1)"), "that the activation is"),
        (own("step(x)"), "that L is"),
        (own("sqrt(x)^3"), "that L is"),
        (own("norm(x)", "layer"), "that the activation is"),
        (own("relu(x[0] - x[1])", "layer"), "that the activation is"),
        (own("relu(x)^(3/2)"), "that the activation is"),
    ],
)
def test_activations_of_which_it_is_not_shown(text: str, why: str) -> None:
    rejected(layer(text), "Lipschitz activation", "composition", X, why)


def by_expression(energy: str) -> str:
    layers = "layers: {x: {size: 2, lagrangian: tanh}, y: {size: 2, lagrangian: tanh}}"
    return f"{layers}\nsynapses: {{s: {{kind: expression, layers: [x, y], energy: '{energy}'}}}}\n"


def test_drives() -> None:
    assert accepted(core(by_expression("-dot(x, y)")), "Lipschitz drive", "composition", S)
    assert accepted(core(by_expression("sum(relu(x)^2) + norm(y, 1)")), "Lipschitz drive", "composition", S)
    assert accepted(core(by_expression("exp(-dot(y, y))*relu(x[0])^2")), "Lipschitz drive", "composition", S)
    rejected(core(by_expression("exp(-dot(y, y))*relu(x[0])")), "Lipschitz drive", "composition", S, "layer x")
    rejected(core(by_expression("sum(relu(x))")), "Lipschitz drive", "composition", S, "of the drive of layer x")
    rejected(core(by_expression("sum(step(x))")), "Lipschitz drive", "composition", S, "that S is locally")
    rejected(core(by_expression("-dot(x, y)")), "Lipschitz drive", "composition", {"synapse": "t"}, "no synapse")


def test_drives_that_are_stated() -> None:
    """A drive of its own has nothing to do with S; a layer that is not named gets nothing."""
    found = core(by_expression("sum(step(x))"))
    (synapse,) = found.synapses
    stated = replace(found, synapses=(replace(synapse, drive={"y": found.synapses[0].energy.arguments[0]}),))  # type: ignore[union-attr]
    rejected(stated, "Lipschitz drive", "composition", S, "of the drive of layer y")
    assert accepted(replace(found, synapses=(replace(synapse, drive={}),)), "Lipschitz drive", "composition", S)


def test_nothing_else_is_in_the_proof() -> None:
    rejected(layer("size: 2, lagrangian: relu"), "Lipschitz activation", "composition", X, "unknown keys", cuts=[])
    rejected(layer("size: 2, lagrangian: relu"), "Lipschitz activation", "belief", X, "is shown by one of")
