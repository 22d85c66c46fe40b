"""Energy, drives and activations of a core beside those of its model, at a state drawn at random."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.expr.balls import BALLS, precision
from hopverify.kernel.core import Core
from hopverify.kernel.evaluate import values_of
from hopverify.kernel.network import Network
from hopverify.networks import Model
from hopverify.networks.spins import SpinModel

States = dict[str, list[Any]]


def drawn(model: Model | SpinModel, seed: int) -> tuple[States, States, States, Any]:
    """Return states, activations, drives and energy (None where there is none) of a model at a random state."""
    random = np.random.default_rng(seed)
    if isinstance(model, SpinModel):
        s = BALLS.array(np.array([Fraction(int(v)) for v in random.choice([-1, 1], model.size)], dtype=object))
        bias = BALLS.array(model.biases())
        x = {name: list(s[place]) for name, place in model.places.items()}
        drive = model.drive(s, BALLS) - bias
        return x, x, {name: list(drive[place]) for name, place in model.places.items()}, model.energy(s, BALLS)
    state = {
        layer.name: BALLS.array(np.array([Fraction(int(v), 97) for v in random.integers(-150, 150, layer.size)]))
        for layer in model.dynamic
    }
    x, gamma = model.complete(state, BALLS)
    total: dict[str, Any] = {name: 0 * value for name, value in gamma.items()}
    for synapse in model.synapses.values():
        for name, part in synapse.drive(gamma, BALLS).items():
            total[name] = total[name] + part
    known = model.claimed is not None or all(each.function.potential is not None for each in model.layers.values())
    energy = model.energy(state, BALLS) if known else None
    return *({name: list(part) for name, part in each.items()} for each in (x, gamma, total)), energy  # type: ignore[return-value]


def same(ours: Any, theirs: Any) -> bool:
    return bool(ours.overlaps(theirs)) and max(float(ours.rad()), float(theirs.rad())) < 1e-9


def driven(network: Network, gamma: States) -> States:
    """Return what synapses add to each layer."""
    biases = {layer.name: values_of(layer.bias) for layer in network.core.layers}
    found = {layer.name: network.drive(layer, gamma) for layer in network.core.layers}
    return {name: [a - b for a, b in zip(found[name], biases[name], strict=True)] for name in found}


def compare(core: Core, model: Model | SpinModel, *, seed: int) -> None:
    """Assert that both sides have the same values."""
    with precision(128):
        x, gamma, drives, energy = drawn(model, seed)
        network = Network(core)
        for ours, theirs in ((network.activations(x), gamma), (driven(network, gamma), drives)):
            for name, vector in theirs.items():
                assert all(map(same, ours[name], vector)), name
        assert energy is None or same(network.energy(x, gamma), energy)
