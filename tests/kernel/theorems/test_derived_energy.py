"""Whose energy it is: the derived one with every bias, but for a constant and a factor, or another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hopverify.kernel.arrays import Array
from tests.kernel.accepting import accepted, core, layer, rejected

OWN, LEFT_OUT = "the spec claims an energy of its own", "the bias of x is left out of the energy"
TANH = """layers: {x: {size: 2, lagrangian: tanh, bias: [1/3, 0]}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1/2], [1/2, 0]]}}
energy: %s
"""
E = "dot(x, g_x) - sum(logcosh(x)) - g_x[0]*g_x[1]/2 - g_x[0]/3"
ATTENTION = """arrays: {X: [[1, 0, 2], [0, 1, -1]]}
layers: {v: {size: 3, lagrangian: identity}, h: {size: 2, lagrangian: {softmax: {beta: 4}}, tau: 0}}
synapses: {x: {kind: dense, layers: [h, v], weights: {same_as: X}}}
energy: %s
"""
"""The energy of attention, as a function of all states: with h = Xv it is |v|²/2 - logsumexp(4h)/4."""
STATES = [{"x": ["0", "0"]}, {"x": ["1", "0"]}, {"x": ["0", "1"]}]


@pytest.mark.parametrize("more", ["", ", bias: [0, 3]", ", bias: 0, bias_in_energy: false"])
def test_the_derived_one(more: str) -> None:
    of = layer(f"size: 2, lagrangian: relu{more}")
    assert accepted(of, "derived energy", "core", {})
    rejected(of, "derived energy", "core", {"factor": "1"}, "it has no factor")
    rejected(of, "another energy", "core", {"because": OWN}, "it is the derived one")
    rejected(of, "another energy", "states", {"because": OWN, "states": STATES}, "states no energy of its own")
    rejected(of, "derived energy", "identity", {}, "states no energy of its own", activations=[])


@pytest.mark.parametrize(
    ("energy", "by", "factor", "activations"),
    [
        (E, "coordinates", "1", []),
        (f"{E} + log(2) - 7", "coordinates", "1", []),
        (f"2*({E})", "coordinates", "2", []),
        ("dot(x, tanh(x)) - sum(logcosh(x)) - g_x[0]*tanh(x[1])/2 - g_x[0]/3", "coordinates", "1", ["x"]),
        ("-sum(log(cosh(x)))/3 + (dot(g_x, x) - g_x[0]*g_x[1]/2 - g_x[0]/3)/3", "coordinates", "1/3", []),
    ],
)
def test_a_stated_one_that_is_a_multiple(energy: str, by: str, factor: str, activations: list[str]) -> None:
    of = core(TANH % f'"{energy}"')
    assert accepted(of, "derived energy", by, {"factor": factor}, activations=activations)
    for wrong in ("3", "1/2"):
        rejected(of, "derived energy", by, {"factor": wrong}, "no constant is seen", activations=activations)
    rejected(of, "derived energy", by, {"factor": "-1"}, "the factor is not > 0", activations=activations)
    rejected(of, "another energy", "states", {"because": OWN, "states": STATES}, "not shown to differ")
    rejected(of, "another energy", "core", {"because": OWN}, "states an energy of its own")
    rejected(of, "derived energy", "core", {}, "states an energy of its own")


@pytest.mark.parametrize(
    "energy",
    [
        f"-({E})",
        f"{E} + x[0]/1000",
        "dot(x, g_x) - sum(logcosh(x)) - g_x[0]*g_x[1]/2",
        "dot(x, g_x) - 2*sum(logcosh(x)) - g_x[0]*g_x[1]/2 - g_x[0]/3",
        "7",
    ],
)
def test_a_stated_one_that_is_another(energy: str) -> None:
    of = core(TANH % f'"{energy}"')
    for activations in ([], ["x"]):
        rejected(of, "derived energy", "coordinates", {}, "no constant is seen", activations=activations)
    claim: dict[str, Any] = {"because": OWN, "states": STATES}
    assert accepted(of, "another energy", "states", claim)
    rejected(of, "another energy", "states", {**claim, "because": "so"}, "the reason is that")
    rejected(of, "another energy", "states", {"because": OWN, "states": STATES[:2]}, "not three states")
    rejected(of, "another energy", "states", {"because": OWN, "states": [STATES[0]] * 3}, "not shown to differ")


@pytest.mark.parametrize("by", ["identity", "coordinates"])
def test_layers_that_act_as_a_whole(by: str) -> None:
    energy = "dot(v, v)/2 - dot(g_h, X@v) + dot(h, softmax(4*h)) - logsumexp(4*h)/4"
    of = core(ATTENTION % f'"{energy}"')
    assert accepted(of, "derived energy", by, {}, activations=["v", "h"])
    assert by == "coordinates" or not rejected(of, "derived energy", by, {}, "no constant is seen", activations=["v"])
    rejected(of, "derived energy", by, {}, "that is resolved is none", activations=["v", "y"])


@pytest.mark.parametrize(
    ("energy", "why"),
    [
        # These differ from the derived energy by a constant wherever they have values: not everywhere.
        ("dot(x, x)/2 + x[0]/x[0]", "composition does not show that energies have values"),
        ("dot(x, x)/2 + log(x[0]^2) - log(x[0]^2)", "composition does not show that energies have values"),
        ("dot(x, x)/2 + step(x[0]) + step(-x[0])", "composition does not show that energies have values"),
    ],
)
def test_values_at_all_states(energy: str, why: str) -> None:
    of = core(f'layers: {{x: {{size: 2, lagrangian: identity}}}}\nenergy: "{energy}"\n')
    rejected(of, "derived energy", "coordinates", {}, why, activations=["x"])


def test_what_is_not_compared() -> None:
    rest = "layers: {x: {size: %d, lagrangian: %s}}\nenergy: dot(x, x)/2\n"
    assert accepted(core(rest % (99, "identity")), "derived energy", "identity", {}, activations=["x"])
    many = core(rest % (33, "identity"))
    rejected(many, "derived energy", "coordinates", {}, "more than 32 neurons", activations=["x"])
    bare = core("layers: {x: {size: 1, activation: {expression: x/(1 + abs(x)), of: neuron}}}\nenergy: dot(x, x)/2\n")
    rejected(bare, "derived energy", "identity", {}, "no Lagrangian", activations=[])
    kinked = core(rest % (1, '{expression: "relu(x)^2/2", of: neuron}'))
    rejected(kinked, "derived energy", "identity", {}, "no constant is seen", activations=["x"])
    jumping = core(rest % (1, '{expression: "abs(x)", of: neuron}'))
    rejected(jumping, "derived energy", "identity", {}, "the activation of layer x may jump", activations=["x"])
    found = core(TANH % f'"{E}"')
    taken = replace(found, arrays={**found.arrays, "bias of x": Array((1,), [1])})
    rejected(taken, "derived energy", "identity", {}, "a name that is taken", activations=[])
    within = core((TANH % f'"{E}"').replace("[[0, 1/2], [1/2, 0]]", "{values: [[0, 1/2], [1/2, 0]], tolerance: 1/100}"))
    rejected(within, "derived energy", "coordinates", {}, "known up to a spread", activations=[])


def test_without_a_leak_and_spins() -> None:
    of = core('layers: {x: {size: 2, activation: relu, leak: 0, bias: 1}}\nenergy: "2 - 3*sum(g_x)"\n')
    assert accepted(of, "derived energy", "identity", {"factor": "3"}, activations=[])


def test_a_bias_that_is_left_out() -> None:
    of = core("layers: {x: {size: 2, lagrangian: relu, bias: [0, 3], bias_in_energy: false}}\n")
    assert accepted(of, "another energy", "core", {"because": LEFT_OUT})
    rejected(of, "another energy", "core", {"because": "so"}, "the reason is that")
    rejected(of, "another energy", "core", {"because": LEFT_OUT, "states": STATES}, "no states show it")
    rejected(of, "derived energy", "core", {}, LEFT_OUT)


def test_all_layers_whose_bias_is_left_out_are_named() -> None:
    layers = ", ".join(f"{name}: {{size: 1, lagrangian: relu, bias: 1, bias_in_energy: false}}" for name in "ab")
    because = "the bias of a, b is left out of the energy"
    assert accepted(core(f"layers: {{{layers}}}\n"), "another energy", "core", {"because": because})
