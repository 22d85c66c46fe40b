"""From a model to its core: the same layers and numbers in the kernel's format (docs/core.md)."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from hopverify.core.arrays import Arrays, array_of
from hopverify.core.synapses import synapse_of, translated
from hopverify.expr import nodes
from hopverify.kernel import core, language, terms
from hopverify.kernel.arrays import Array
from hopverify.kernel.derive import apply
from hopverify.kernel.terms import Number, Term, Variable
from hopverify.networks.layer import Layer, LayerFunction
from hopverify.networks.network import Memory, Model
from hopverify.networks.spins import SpinLayer, SpinModel
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback


@lru_cache(maxsize=8)
def core_of(model: Model | SpinModel) -> core.Core:
    """Return the core of a model."""
    arrays = Arrays()
    layers = tuple(_layer(layer, arrays) for layer in model.layers.values())
    synapses = tuple(synapse_of(name, synapse, arrays) for name, synapse in model.synapses.items())
    memories = tuple(_memory(memory, arrays) for memory in model.memories.values())
    if isinstance(model, SpinModel):
        spins = core.Spins(model.update.order, model.update.rule)
        return core.Core(arrays.found, layers, synapses, memories, spins, None, None, None)
    energy = None if model.claimed is None else _claimed(model.claimed, model, arrays)
    original = None if model.original is None else core_of(model.original)
    return core.Core(arrays.found, layers, synapses, memories, None, energy, _altered(model, arrays), original)


@lru_cache(maxsize=64)
def core_of_layer(layer: Layer) -> core.Core:
    """Return the core that has one layer and nothing else."""
    arrays = Arrays()
    own = _layer(layer, arrays)
    return core.Core(arrays.found, (own,), (), (), None, None, None, None)


def matrix_of(found: core.Core, synapse: str) -> Any:
    """Return the matrix with which a synapse multiplies activations, as JSON writes it."""
    (energy,) = (each.energy for each in found.synapses if each.name == synapse)
    products = (node for node in terms.walk(energy) if isinstance(node, terms.Apply) and node.function == "matmul")
    return language.write(next(products).arguments[0])


def _vector(values: tuple[Fraction, ...], size: int) -> Array:
    return Array((size,), values * size if len(values) == 1 else values)


def _layer(layer: Layer | SpinLayer, arrays: Arrays) -> core.Layer | core.SpinLayer:
    bias = array_of(layer.bias)
    if isinstance(layer, SpinLayer):
        return core.SpinLayer(layer.name, layer.size, bias, layer.bias_in_energy)
    L, g = _functions(layer.name, layer.function, arrays)
    return core.Layer(
        layer.name,
        layer.size,
        bias,
        layer.bias_in_energy,
        _vector(layer.tau, layer.size),
        _vector(layer.leak, layer.size),
        layer.function.elementwise,
        L,
        g,
    )


def _functions(name: str, function: LayerFunction, arrays: Arrays) -> tuple[Term | None, Term | None]:
    """Return L and g; of the user's own L, whose gradient g is by definition, L alone.

    What has no name, but parameters, is of the catalogue, with parameters for each neuron.
    """
    places: dict[str, Term] = {"x": Variable(("state", ""))}
    places |= {symbol: arrays(f"{name}.{symbol}", held) for symbol, held in function.constants.items()}
    L = None if function.potential is None else translated(function.potential, places)
    if L is not None and function.name is None and not function.constants:
        return L, None
    g = [translated(part, places) for part in function.activation]
    if len(g) == 1:
        # What became a constant by its parameters is still a vector, of a layer that acts as a whole.
        constant = isinstance(g[0], Number) and not function.elementwise
        return L, apply("multiply", apply("ones", places["x"]), g[0]) if constant else g[0]
    return L, apply("stack", *g)


def _memory(memory: Memory, arrays: Arrays) -> core.Memory:
    name, patterns = f"{memory.name}.patterns", memory.patterns
    held = arrays(name, patterns) if patterns.spread is None else arrays.either_way(name, patterns)
    return core.Memory(memory.name, memory.layer, held)


def _claimed(energy: nodes.Expression, model: Model, arrays: Arrays) -> Term:
    used = nodes.symbols(energy)
    places: dict[str, Term] = {
        name: arrays(f"arrays.{name}", held) for name, held in model.arrays.items() if name in used
    }
    for name in model.layers:
        places |= {name: Variable(("state", name)), f"g_{name}": Variable(("activation", name))}
    return translated(energy, places)


def _altered(model: Model, arrays: Arrays) -> core.Altered | None:
    for name, synapse in model.synapses.items():
        if isinstance(synapse, FeedforwardFeedback) and (synapse.metric is not None or synapse.residual is not None):
            metric, residual = (
                None if held is None else arrays(f"{name}.{key}", held)
                for key, held in (("metric", synapse.metric), ("residual", synapse.residual))
            )
            phi = synapse.potential
            potential = None if phi is None else translated(phi, {"z": Variable(("state", ""))})
            return core.Altered(metric, residual, potential)
    return None
