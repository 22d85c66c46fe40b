"""An altered system at many states y: its fast neurons, its velocity and its energy V (hopverify.networks.altered)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, Layer
from hopverify.networks.resolvent import resolvent
from hopverify.picturing.many import MANY, Many, many
from hopverify.picturing.resolvents import resolvents
from hopverify.spec import ExactArray
from hopverify.synapses import held

Floats = NDArray[np.float64]


def followed(system: AlteredSystem, y: Floats) -> tuple[dict[str, Many], dict[str, Many]]:
    """Return the states and the activations of the fast layers at each column of y."""
    forward = held(system.synapse.forward, FLOATS)
    x: dict[str, Many] = {}
    for layer in system.fast:
        driven = forward[system.synapse.places[layer.name]] @ y + held(layer.bias, FLOATS)[:, None]
        x[layer.name] = _settled(system, layer, driven)
    return x, {layer.name: layer.function.activate(x[layer.name], MANY) for layer in system.fast}


def _settled(system: AlteredSystem, layer: Layer, driven: Floats) -> Many:
    """Return x with ρx + c∘g(x) = u for each column u: elementwise layers take all columns as one vector."""
    leak, c = layer.each(layer.leak), system.model.inhibition.get(layer.name)
    if c is None:
        return many(driven / FLOATS.array(np.array(leak, dtype=object))[:, None])
    if not layer.function.elementwise or layer.function.constants:
        rho, inhibition = (FLOATS.array(np.array(each, dtype=object))[:, None] for each in (leak, c))
        return many(resolvents(layer.function, driven, rho, inhibition))
    states = driven.shape[1]
    flat = resolvent(layer.function, driven.ravel(), _repeated(leak, states), _repeated(c, states), FLOATS)
    return many(np.asarray(flat).reshape(driven.shape))


def _repeated(numbers: Any, times: int) -> list[Any]:
    return [number for number in numbers for _ in range(times)]


def velocities(system: AlteredSystem, y: Floats) -> Floats:
    """Return ẏ = (Bγ + a - λy)/τ."""
    _, gamma = followed(system, y)
    stacked = np.concatenate([np.asarray(gamma[layer.name]) for layer in system.fast])
    tau = FLOATS.array(np.array(system.slow.each(system.slow.tau), dtype=object))[:, None]
    target = held(system.synapse.feedback, FLOATS) @ stacked + held(system.slow.bias, FLOATS)[:, None]
    found: Floats = (target - float(system.rate) * y) / tau
    return found


def energies(system: AlteredSystem, metric: ExactArray, y: Floats) -> Floats:
    """Return V, the residual's part included."""
    x, gamma = followed(system, y)
    Py, a = held(metric, FLOATS) @ y, held(system.slow.bias, FLOATS)[:, None]
    total: Any = float(system.rate) / 2 * (y * Py).sum(axis=0) - (a * Py).sum(axis=0)
    for layer in system.fast:
        total = total + np.asarray(layer.energy(x[layer.name], gamma[layer.name], MANY))
    stacked = np.concatenate([np.asarray(gamma[layer.name]) for layer in system.fast])
    total = total - (stacked * (held(system.synapse.forward, FLOATS) @ y)).sum(axis=0)
    for synapse in system.model.synapses.values():
        if synapse is not system.synapse:
            total = total + np.asarray(synapse.energy(gamma, MANY))
    residual, potential = system.synapse.residual, system.synapse.potential
    if residual is not None and potential is not None:
        z = held(residual, FLOATS).T @ (float(system.rate) * y - a)
        total = total + np.asarray(evaluate(potential, {"z": z}, FLOATS)).sum(axis=0)
    found: Floats = np.asarray(total, dtype=np.float64)
    return found
