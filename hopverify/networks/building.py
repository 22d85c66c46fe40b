"""From a spec to a model: names are resolved, expressions parsed, shapes compared. Errors point into the spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from hopverify.errors import ExpressionError, Problem, SpecError
from hopverify.expr.differentiate import rank
from hopverify.expr.nodes import Expression, symbols
from hopverify.expr.parser import check_exponents, parse
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.expr.shapes import shape_of
from hopverify.networks.layer import Layer
from hopverify.networks.layer_functions import layer_function, located, unknown
from hopverify.networks.network import Memory, Model
from hopverify.networks.spins import SpinLayer, SpinModel
from hopverify.networks.spreads import check_spreads
from hopverify.spec import ONLY_EXACT, LayerSpec, ModelSpec, UpdateSpec, read_fields
from hopverify.synapses import SYNAPSES, Port, Synapse, SynapseError
from hopverify.synapses.diagonal import Diagonal


def build_model(spec: ModelSpec) -> Model:
    """Return the model that ``spec`` describes; raise :class:`~hopverify.errors.SpecError` where it describes none."""
    if spec.update is not None:
        said = "the states are spins (±1), set in discrete steps; this needs a model whose states follow a flow"
        raise spec.error("update", said)
    ports = {name: Port(name, layer.size, layer.shape) for name, layer in spec.layers.items()}
    problems: list[Problem] = []
    layers = _built({name: partial(_layer, spec, layer) for name, layer in spec.layers.items()}, problems)
    synapses = _built({name: partial(_synapse, spec, name, ports) for name in spec.synapses}, problems)
    if problems:
        # What is wrong with a layer is wrong with all of its copies.
        raise SpecError(*sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column)))
    _check_instantaneous(spec, layers, synapses)
    memories = _memories(spec)
    original = build_model(spec.original) if spec.original is not None else None
    if original is not None and original.uncertain:
        names = ", ".join(original.uncertain)
        raise spec.error("original", f"the weights of {names} there are uncertain; exact ones can be repaired")
    claimed = _claimed(spec, layers)
    check_spreads(spec, synapses)
    return Model(spec.name, layers, synapses, memories, claimed, spec.arrays, original)


def any_model(spec: ModelSpec) -> Model | SpinModel:
    """Return the model that ``spec`` describes, whether its states follow a flow or are spins."""
    return build_model(spec) if spec.update is None else _spin_model(spec, spec.update)


def _spin_model(spec: ModelSpec, update: UpdateSpec) -> SpinModel:
    ports = {name: Port(name, layer.size, layer.shape) for name, layer in spec.spins.items()}
    problems: list[Problem] = []
    synapses = _built({name: partial(_synapse, spec, name, ports) for name in spec.synapses}, problems)
    problems += [
        spec.problem(f"{spec.synapses[name].path}.weights", f"of spins {ONLY_KNOWN}")
        for name, synapse in synapses.items()
        if synapse.spread is not None
    ]
    problems += [
        spec.problem(f"{memory.path}.patterns", "patterns of spins hold 1 and -1 only, known exactly")
        for memory in spec.memories.values()
        if memory.patterns.spread is not None or not bool((abs(memory.patterns.values) == 1).all())
    ]
    if problems:
        raise SpecError(*sorted(problems, key=lambda problem: (problem.line, problem.column)))
    layers = {
        name: SpinLayer(name, layer.size, layer.shape, layer.bias, layer.bias_in_energy)
        for name, layer in spec.spins.items()
    }
    return SpinModel(spec.name, layers, synapses, _memories(spec), update)


ONLY_KNOWN = "weights must be exact: no check of spins knows a tolerance or a dtype"


def _memories(spec: ModelSpec) -> dict[str, Memory]:
    return {
        name: Memory(name, memory.layer, memory.patterns, memory.labels, memory.shape)
        for name, memory in spec.memories.items()
    }


Part = TypeVar("Part")


def _built(makers: Mapping[str, Callable[[], Part]], problems: list[Problem]) -> dict[str, Part]:
    """Return the parts that can be built; the problems of the others are added to the list, to be told together."""
    parts: dict[str, Part] = {}
    for name, make in makers.items():
        try:
            parts[name] = make()
        except SpecError as error:
            problems.extend(error.problems)
    return parts


def _layer(spec: ModelSpec, layer: LayerSpec) -> Layer:
    function = layer_function(spec, layer.function, layer.size)
    if not function.elementwise and len(set(layer.leak)) > 1:
        raise spec.error(f"{layer.path}.leak", "a leak that differs between neurons needs an elementwise Lagrangian")
    if set(layer.tau) == {0} and 0 in layer.leak:
        raise spec.error(f"{layer.path}.tau", "an instantaneous layer (tau: 0) needs a leak: x = (drive + b)/leak")
    return Layer(layer.name, layer.size, layer.shape, function, layer.bias, layer.tau, layer.leak, layer.bias_in_energy)


def _synapse(spec: ModelSpec, name: str, ports: Mapping[str, Port]) -> Synapse:
    synapse = spec.synapses[name]
    if synapse.kind not in SYNAPSES:
        raise spec.error(f"{synapse.path}.kind", unknown("synapse kind", synapse.kind, SYNAPSES.names))
    kind = SYNAPSES[synapse.kind]
    values = read_fields(spec, kind.fields, synapse.values, synapse.path)
    try:
        return kind.build([ports[layer] for layer in synapse.layers], values, spec.arrays)
    except SynapseError as error:
        if isinstance(error.__cause__, ExpressionError):
            raise located(spec, f"{synapse.path}.{error.field}", error.__cause__) from error
        raise spec.error(f"{synapse.path}.{error.field}", str(error)) from error


def _check_instantaneous(spec: ModelSpec, layers: Mapping[str, Layer], synapses: Mapping[str, Synapse]) -> None:
    """Refuse implicit equations: no drive of an instantaneous layer depends on such a layer, but by self-inhibition."""
    for name, synapse in synapses.items():
        for pair in synapse.pairs:
            if all(layers[layer].instantaneous for layer in pair):
                _check_implicit(spec.error, f"synapses.{name}.layers", synapse, [layers[layer] for layer in pair])
    if all(layer.instantaneous for layer in layers.values()):
        raise spec.error("layers", "every layer is instantaneous (tau: 0), so nothing moves; give one a positive tau")


def _check_implicit(error: Callable[..., SpecError], path: str, synapse: Synapse, pair: list[Layer]) -> None:
    """Refuse a synapse that makes an instantaneous layer depend on one, unless it has a resolvent."""
    if not _is_inhibition(synapse, pair[0]):
        names = " and ".join(dict.fromkeys(layer.name for layer in pair))
        advice = "give one of them a positive tau, or join a layer with itself by `diagonal` weights ≤ 0"
        joined = f"joins instantaneous layers (tau: 0) with each other: {names}, which defines them only implicitly"
        raise error(path, f"{joined}; {advice} (the same for all neurons, unless the layer is elementwise)")
    if not all(is_locally_lipschitz(part) for part in pair[0].function.activation):
        jumps = f"layer {pair[0].name} inhibits itself at once (tau: 0), and its activation is not evidently continuous"
        raise error(path, f"{jumps}, so that no state may fit; give it a positive tau")


def _is_inhibition(synapse: Synapse, layer: Layer) -> bool:
    """Whether a synapse adds -c∘g(x), c ≥ 0 (one c for a whole layer): ρx + c∘g(x) has a resolvent for convex L."""
    if not isinstance(synapse, Diagonal) or synapse.layers != (layer.name, layer.name):
        return False
    return max(synapse.rates) <= 0 and (layer.function.elementwise or len(set(synapse.rates)) == 1)


def _claimed(spec: ModelSpec, layers: Mapping[str, Layer]) -> Expression | None:
    if spec.energy is None:
        return None
    known = dict.fromkeys(layers, 1) | {f"g_{name}": 1 for name in layers}
    known |= {name: array.ndim for name, array in spec.arrays.items()}
    sizes = {name: (layer.size,) for name, layer in layers.items()}
    sizes |= {f"g_{name}": (layer.size,) for name, layer in layers.items()}
    try:
        energy = parse(spec.energy)
        check_exponents(energy)
        near = [name for name, array in spec.arrays.items() if array.spread is not None and name in symbols(energy)]
        if near:
            raise ExpressionError(f"array {near[0]} {ONLY_EXACT}")
        if rank(energy, known) != 0:
            raise ExpressionError("the energy must be one number: sum over the neurons")
        shape_of(energy, sizes | {name: array.shape for name, array in spec.arrays.items()})
    except ExpressionError as error:
        raise located(spec, "energy", error) from error
    return energy
