"""L, g and h of a layer, from what a spec says of it: by name, with parameters, or as expressions of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from hopverify.activations import ACTIVATIONS, Activation
from hopverify.errors import ExpressionError, SpecError
from hopverify.expr.continuation import derivative
from hopverify.expr.differentiate import gradient, rank
from hopverify.expr.nodes import Expression, Number, apply, substitute, symbols
from hopverify.expr.parser import check_exponents, parse
from hopverify.expr.shapes import shape_of
from hopverify.lagrangians import LAGRANGIANS, Lagrangian, first_unmet
from hopverify.networks.layer import LayerFunction
from hopverify.registry import did_you_mean
from hopverify.spec import ExactArray, FunctionSpec, ModelSpec, read_fields


def layer_function(spec: ModelSpec, function: FunctionSpec, size: int) -> LayerFunction:
    """Return the function of a layer with so many neurons; raise :class:`SpecError` where the spec states none."""
    try:
        if function.name is None:
            return _own_function(function, size)
        if function.role == "activation":
            return _named_activation(spec, function, size)
        if function.name not in LAGRANGIANS:
            hint = f"{function.name!r} has no Lagrangian; write `activation: {function.name}`"
            known = hint if function.name in ACTIVATIONS else unknown("Lagrangian", function.name, LAGRANGIANS.names)
            raise spec.error(function.path, known)
        return _named_lagrangian(spec, LAGRANGIANS[function.name], function, size)
    except ExpressionError as error:
        path = f"{function.path}.expression" if function.name is None else function.path
        raise located(spec, path, error) from error


def located(spec: ModelSpec, path: str, error: ExpressionError) -> SpecError:
    """Return the error of an expression where it stands in the text of the spec."""
    quote = 1 if spec.is_quoted(path) else 0
    return spec.error(path, error.message, offset=error.offset + quote if error.offset is not None else 0)


def unknown(noun: str, name: str, known: list[str]) -> str:
    """Return that nothing has a name, and which one may be meant."""
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
    return replace(_with(entry, constants, numbers), constants=arrays)


def _with(entry: Lagrangian, constants: Mapping[str, Expression], numbers: Mapping[str, Fraction]) -> LayerFunction:
    """Return an entry of the catalogue with numbers in the place of parameters."""
    potential, activation = (substitute(parse(text), constants) for text in (entry.potential, entry.activation))
    slope = substitute(parse(entry.slope), constants) if entry.slope is not None else None
    return LayerFunction(entry.name, potential, (activation,), slope, {}, numbers)


def _per_neuron(spec: ModelSpec, entry: Lagrangian, function: FunctionSpec, size: int) -> LayerFunction:
    """Return a layer whose neurons have parameters of their own: as a whole it has the sum of their Lagrangians."""
    values = read_fields(spec, entry.fields, function.parameters, function.parameters_path, neurons=size)
    held = {name: value if isinstance(value, tuple) else (value,) for name, value in values.items()}
    neurons: list[LayerFunction] = []
    for k in range(size):
        given = {name: Fraction(value[k % len(value)]) for name, value in held.items()}
        own: dict[str, Expression] = {name: Number(value) for name, value in given.items()}
        unmet = first_unmet(entry.requires, own)
        if unmet is not None:
            raise spec.error(function.parameters_path, f"the parameters must satisfy {unmet} > 0")
        neurons.append(_with(entry, own, given))
    numbers = {name: Fraction(value[0]) for name, value in held.items() if len(set(value)) == 1}
    arrays = {name: ExactArray.of(np.array(value, dtype=object)) for name, value in held.items() if name not in numbers}
    if not arrays:
        return neurons[0]
    constants = {name: Number(value) for name, value in numbers.items()}
    potential, activation = (substitute(parse(text), constants) for text in (entry.potential, entry.activation))
    return LayerFunction(None, apply("sum", potential), (activation,), None, arrays, numbers, tuple(neurons))


def _named_activation(spec: ModelSpec, function: FunctionSpec, size: int) -> LayerFunction:
    name = function.name
    assert name is not None
    if name in LAGRANGIANS:
        return _named_lagrangian(spec, LAGRANGIANS[name], function, size)
    if name not in ACTIVATIONS:
        raise spec.error(function.path, unknown("activation", name, [*ACTIVATIONS.names, *LAGRANGIANS.names]))
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
