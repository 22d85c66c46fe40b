"""From a spec to a model: names are resolved, expressions parsed, shapes compared. Errors point into the spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import TypeVar

import numpy as np

from hopverify.activations import ACTIVATIONS, Activation
from hopverify.errors import ExpressionError, Problem, SpecError
from hopverify.expr.continuation import derivative
from hopverify.expr.differentiate import gradient, rank
from hopverify.expr.nodes import Expression, Number, apply, substitute, symbols
from hopverify.expr.parser import check_exponents, parse
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.expr.shapes import shape_of
from hopverify.lagrangians import LAGRANGIANS, Lagrangian, first_unmet
from hopverify.networks.layer import Layer, LayerFunction
from hopverify.networks.network import Memory, Model
from hopverify.networks.spins import SpinLayer, SpinModel
from hopverify.networks.spreads import check_spreads
from hopverify.registry import did_you_mean
from hopverify.spec import ONLY_EXACT, ExactArray, FunctionSpec, LayerSpec, ModelSpec, UpdateSpec, read_fields
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
    function = _function(spec, layer.function, layer.size)
    if not function.elementwise and len(set(layer.leak)) > 1:
        raise spec.error(f"{layer.path}.leak", "a leak that differs between neurons needs an elementwise Lagrangian")
    if set(layer.tau) == {0} and 0 in layer.leak:
        raise spec.error(f"{layer.path}.tau", "an instantaneous layer (tau: 0) needs a leak: x = (drive + b)/leak")
    return Layer(layer.name, layer.size, layer.shape, function, layer.bias, layer.tau, layer.leak, layer.bias_in_energy)


def _function(spec: ModelSpec, function: FunctionSpec, size: int) -> LayerFunction:
    try:
        if function.name is None:
            return _own_function(function, size)
        if function.role == "activation":
            return _named_activation(spec, function, size)
        if function.name not in LAGRANGIANS:
            hint = f"{function.name!r} has no Lagrangian; write `activation: {function.name}`"
            known = hint if function.name in ACTIVATIONS else _unknown("Lagrangian", function.name, LAGRANGIANS.names)
            raise spec.error(function.path, known)
        return _named_lagrangian(spec, LAGRANGIANS[function.name], function, size)
    except ExpressionError as error:
        path = f"{function.path}.expression" if function.name is None else function.path
        raise _located(spec, path, error) from error


def _located(spec: ModelSpec, path: str, error: ExpressionError) -> SpecError:
    """Return the error of an expression where it stands in the text of the spec."""
    quote = 1 if spec.is_quoted(path) else 0
    return spec.error(path, error.message, offset=error.offset + quote if error.offset is not None else 0)


def _unknown(noun: str, name: str, known: list[str]) -> str:
    return f"no {noun} is called {name!r}{did_you_mean(name, known)}"


def _parameters(
    spec: ModelSpec, entry: Lagrangian | Activation, function: FunctionSpec, size: int
) -> tuple[dict[str, Expression], dict[str, ExactArray], dict[str, Fraction]]:
    """Read the parameters: numbers to substitute, vectors to bind, and the numbers as they are."""
    values = read_fields(spec, entry.parameters, function.parameters, function.parameters_path, neurons=size)
    numbers: dict[str, Fraction] = {}
    arrays: dict[str, ExactArray] = {}
    for name, value in values.items():
        if isinstance(value, tuple) and len(value) != 1:
            arrays[name] = ExactArray.of(np.array(value, dtype=object))
        else:
            numbers[name] = Fraction(value[0] if isinstance(value, tuple) else value)
    constants: dict[str, Expression] = {name: Number(value) for name, value in numbers.items()}
    unmet = first_unmet(entry.requires, constants)
    if unmet is not None:
        raise spec.error(function.parameters_path, f"the parameters must satisfy {unmet} > 0")
    return constants, arrays, numbers


def _named_lagrangian(spec: ModelSpec, entry: Lagrangian, function: FunctionSpec, size: int) -> LayerFunction:
    if entry.elementwise and any(isinstance(each, list) for each in function.parameters.values()):
        return _per_neuron(spec, entry, function, size)
    constants, arrays, numbers = _parameters(spec, entry, function, size)
    potential, activation = (substitute(parse(text), constants) for text in (entry.potential, entry.activation))
    slope = substitute(parse(entry.slope), constants) if entry.slope is not None else None
    return LayerFunction(entry.name, potential, (activation,), slope, arrays, numbers)


def _per_neuron(spec: ModelSpec, entry: Lagrangian, function: FunctionSpec, size: int) -> LayerFunction:
    """Return a layer whose neurons have parameters of their own: as a whole it has the sum of their Lagrangians."""
    values = read_fields(spec, entry.fields, function.parameters, function.parameters_path, neurons=size)
    held = {name: value if isinstance(value, tuple) else (value,) for name, value in values.items()}
    for k in range(size):
        own = {name: Number(Fraction(value[k % len(value)])) for name, value in held.items()}
        unmet = first_unmet(entry.requires, own)
        if unmet is not None:
            raise spec.error(function.parameters_path, f"the parameters must satisfy {unmet} > 0")
    numbers = {name: Fraction(value[0]) for name, value in held.items() if len(set(value)) == 1}
    arrays = {name: ExactArray.of(np.array(value, dtype=object)) for name, value in held.items() if name not in numbers}
    constants = {name: Number(value) for name, value in numbers.items()}
    potential, activation = (substitute(parse(text), constants) for text in (entry.potential, entry.activation))
    if not arrays:
        slope = None if entry.slope is None else substitute(parse(entry.slope), constants)
        return LayerFunction(entry.name, potential, (activation,), slope, {}, numbers)
    return LayerFunction(None, apply("sum", potential), (activation,), None, arrays, numbers)


def _named_activation(spec: ModelSpec, function: FunctionSpec, size: int) -> LayerFunction:
    name = function.name
    assert name is not None
    if name in LAGRANGIANS:
        return _named_lagrangian(spec, LAGRANGIANS[name], function, size)
    if name not in ACTIVATIONS:
        raise spec.error(function.path, _unknown("activation", name, [*ACTIVATIONS.names, *LAGRANGIANS.names]))
    entry = ACTIVATIONS[name]
    constants, arrays, numbers = _parameters(spec, entry, function, size)
    return LayerFunction(name, None, (substitute(parse(entry.activation), constants),), None, arrays, numbers)


def _own_function(function: FunctionSpec, size: int) -> LayerFunction:
    texts = function.expressions or (function.expression or "",)
    expressions = tuple(parse(text) for text in texts)
    for expression in expressions:
        check_exponents(expression)
        unknown = symbols(expression) - {"x"}
        if unknown:
            raise ExpressionError(f"the state is called x, but the expression uses {', '.join(sorted(unknown))}")
    if function.role == "activation":
        return _own_activation(expressions, size, function.scope)
    (potential,) = expressions
    return _own_lagrangian(potential, size, function.scope)


def _own_lagrangian(potential: Expression, size: int, scope: str) -> LayerFunction:
    if scope == "neuron" or (scope == "auto" and rank(potential, {"x": 1}) == 1):
        activation = derivative(potential)
        return LayerFunction(None, potential, (activation,), gradient(activation, "x", {"x": 0}), {}, {})
    if rank(potential, {"x": 1}) != 0:
        raise ExpressionError("the Lagrangian of a whole layer must be one number: sum over the neurons")
    shape_of(potential, {"x": (size,)})
    return LayerFunction(None, potential, (gradient(potential, "x", {"x": 1}),), None, {}, {})


def _own_activation(expressions: tuple[Expression, ...], size: int, scope: str) -> LayerFunction:
    if len(expressions) == 1 and (scope == "neuron" or (scope == "auto" and _acts_elementwise(expressions[0]))):
        return LayerFunction(None, None, expressions, gradient(expressions[0], "x", {"x": 0}), {}, {})
    if len(expressions) == 1 and rank(expressions[0], {"x": 1}) == 1:
        shape_of(expressions[0], {"x": (size,)})
        return LayerFunction(None, None, expressions, None, {}, {})
    if len(expressions) != size:
        raise ExpressionError(f"give one expression per neuron: expected {size}, got {len(expressions)}")
    for expression in expressions:
        if rank(expression, {"x": 1}) != 0:
            raise ExpressionError("each neuron's activation must be one number; index the state, as in x[0]*x[1]")
        shape_of(expression, {"x": (size,)})
    return LayerFunction(None, None, expressions, None, {}, {})


def _acts_elementwise(expression: Expression) -> bool:
    """Whether the expression makes sense of a single neuron's state (no reductions or indices in it)."""
    try:
        return rank(expression, {"x": 0}) == 0
    except ExpressionError:
        return False


def _synapse(spec: ModelSpec, name: str, ports: Mapping[str, Port]) -> Synapse:
    synapse = spec.synapses[name]
    if synapse.kind not in SYNAPSES:
        raise spec.error(f"{synapse.path}.kind", _unknown("synapse kind", synapse.kind, SYNAPSES.names))
    kind = SYNAPSES[synapse.kind]
    values = read_fields(spec, kind.fields, synapse.values, synapse.path)
    try:
        return kind.build([ports[layer] for layer in synapse.layers], values, spec.arrays)
    except SynapseError as error:
        if isinstance(error.__cause__, ExpressionError):
            raise _located(spec, f"{synapse.path}.{error.field}", error.__cause__) from error
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
        raise _located(spec, "energy", error) from error
    return energy
