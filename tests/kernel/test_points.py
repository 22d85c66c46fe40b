"""Rates of energies at states: those of the kernel, from gradients, and those of dual numbers along the flow agree."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.core import core_of
from hopverify.expr.balls import BALLS
from hopverify.kernel import points
from hopverify.kernel.functions import precision
from hopverify.kernel.network import Network
from hopverify.kernel.numbers import Rejected
from hopverify.networks import build_model
from hopverify.networks.network import split
from hopverify.spec import parse_spec
from tests.kernel.accepting import core

DENSE = "w: {kind: dense, layers: [x, y], weights: [[1, 2], [-1, 3]]}"
SELF = "w: {kind: dense, layers: [x, x], weights: [[1, 2], [-3, 0.5]]}"
TWO = "x: {size: 2, lagrangian: tanh, tau: [1, 3], bias: [1, -2]}, y: {size: 2, lagrangian: softmax, leak: 2, bias: 1}"
AT_ONCE = "x: {size: 2, lagrangian: gelu, leak: [1, 2]}, y: {size: 2, lagrangian: sigmoid, tau: 0, leak: 2, bias: 1}"

MODELS = {
    "drives of their own": ("x: {size: 2, lagrangian: relu, leak: 0.5, tau: 2, bias: [1, -1]}", SELF, ""),
    "two layers": (TWO, DENSE, ""),
    "a bias left out": ("x: {size: 2, lagrangian: softplus, bias: [1, 3], bias_in_energy: false}", SELF, ""),
    "the user's own": ("x: {size: 2, lagrangian: {expression: 'x[0]^2*x[1] + exp(x[1])'}}", SELF, ""),
    "layer norm": ("x: {size: 2, lagrangian: {layernorm: {epsilon: 0.1}}, tau: [1, 2]}", SELF, ""),
    "an instantaneous layer": (AT_ONCE, DENSE.replace("}", ", prefactor: 1}"), ""),
    "two drives at once": (AT_ONCE, f"{DENSE}, v: {{kind: dense, layers: [y, x], weights: [[3, 0], [1, 1]]}}", ""),
    "an energy of its own": (TWO, DENSE, "energy: dot(x, x) + sum(g_y)^3 + dot(g_x, y)\n"),
    "its own, at once": (AT_ONCE, DENSE, "energy: dot(x, x) + sum(g_y^3) + dot(g_x, y)\n"),
    "no leak": ("x: {size: 2, lagrangian: tanh, leak: 0}", SELF, ""),
    "convex functions of overlaps": (
        "x: {size: 2, lagrangian: identity}",
        "w: {kind: associative, layers: [x], patterns: [[1, 2], [-1, 1], [0, 1]], function: 'logcosh(z)^2'}",
        "",
    ),
    "gates": (
        "x: {size: 2, lagrangian: tanh}, y: {size: 2, lagrangian: tanh, tau: 0}, z: {size: 2, lagrangian: relu}",
        "w: {kind: gated, layers: [x, y, z], weights: [1, -2]}",
        "",
    ),
}


def body(layers: str, synapses: str, more: str) -> str:
    return f"layers: {{{layers}}}\nsynapses: {{{synapses}}}\n{more}"


@pytest.mark.parametrize("name", MODELS)
def test_rates_and_energies_agree_with_those_of_dual_numbers(name: str) -> None:
    model = build_model(parse_spec(f"hopverify: 1\nname: tried\n{body(*MODELS[name])}"))
    network, drawn = Network(core_of(model)), np.random.default_rng(3)
    with precision():
        for _ in range(2):
            x = split(model, BALLS.array(drawn.integers(-16, 16, model.size) / 8 + 1 / 16))
            point = points.at(network, {layer: values.tolist() for layer, values in x.items()})
            rate = points.rate(point)
            assert rate.rad() < 1e-30
            assert rate.overlaps(model.energy_rate(x, BALLS))
            assert point.energy.overlaps(model.energy(x, BALLS))
            for layer, flow in model.flow(x, BALLS).items():
                assert all(a.overlaps(b) for a, b in zip(point.flow[layer], flow, strict=True))


def test_an_instantaneous_layer_follows_from_the_others_alone() -> None:
    inhibited = core(
        "layers: {x: {size: 1, lagrangian: identity}, h: {size: 1, lagrangian: tanh, tau: 0}}\n"
        "synapses: {w: {kind: dense, layers: [x, h], weights: [[1]]},"
        " c: {kind: diagonal, layers: [h, h], weights: [-1]}}\n"
    )
    with pytest.raises(Rejected, match="layer h is instantaneous, and depends on instantaneous layers"):
        points.at(Network(inhibited), {"x": []})
