"""What SymPy derives of a user's own expressions, when it is asked for: nothing of the catalogue comes here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy

from hopverify.derivation.formula import Formula, NoFormula
from hopverify.derivation.names import Names
from hopverify.derivation.symbolic.calculus import SIZE, I, J, collapsed
from hopverify.derivation.symbolic.conversion import formula_of
from hopverify.derivation.symbolic.elementwise import Record, elementwise_record
from hopverify.derivation.symbolic.whole import whole_record
from hopverify.derivation.symbolic.whole_layer import Matrix, Vector, whole_layer
from hopverify.expr.nodes import Expression
from hopverify.networks import LayerFunction, Model
from hopverify.synapses.expression import ByExpression


def record_of(function: LayerFunction) -> Record:
    """Return what is derived of a layer's function, kept for other layers with the same one."""
    activation = function.activation
    return _record(function.potential, activation, function.slope, tuple(function.constants))


@lru_cache(maxsize=64)
def _record(
    potential: Expression | None, activation: tuple[Expression, ...], slope: Expression | None, arrays: tuple[str, ...]
) -> Record:
    expression = potential if potential is not None else activation[0]
    if slope is not None:
        return elementwise_record(LayerFunction(None, potential, activation, slope, {}, {}), expression, {})
    if len(activation) > 1:
        raise NoFormula("each neuron has an activation of its own")
    symbols = {name: Vector(sympy.IndexedBase(name, real=True)[I], SIZE) for name in arrays}
    return whole_record(expression, symbols, is_potential=potential is not None)


def synapse_terms(synapse: ByExpression, names: Names) -> tuple[Formula, dict[str, Formula]]:
    """Return S and the drives of a synapse that is written as an expression."""
    known = _meanings(synapse.arrays)
    known |= {layer: _vector(names, "g", layer) for layer in synapse.layers}
    drives = {}
    for layer, gradient in synapse.gradients.items():
        value = whole_layer(gradient, known)
        drives[layer] = formula_of(collapsed(-(value.entry if isinstance(value, Vector) else value)))
    return formula_of(whole_layer(synapse.expression, known)), drives


def claimed_energy(model: Model, names: Names) -> Formula:
    """Return the author's energy as it stands in the spec; g_l stands for the activations of layer l."""
    assert model.claimed is not None
    known = _meanings(model.arrays)
    for layer in model.layers:
        known |= {layer: _vector(names, "x", layer), f"g_{layer}": _vector(names, "g", layer)}
    return formula_of(whole_layer(model.claimed, known))


def _vector(names: Names, letter: str, layer: str) -> Vector:
    size = sympy.Symbol(names.size(layer).name, integer=True, positive=True)
    return Vector(sympy.IndexedBase(names.of(letter, layer), real=True)[I], size)


def _meanings(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return what named arrays stand for."""
    known: dict[str, Any] = {}
    for name, array in arrays.items():
        base, shape = sympy.IndexedBase(name, real=True), tuple(map(sympy.Integer, array.shape))
        if array.ndim in (1, 2):
            known[name] = Vector(base[I], shape[0]) if array.ndim == 1 else Matrix(base[I, J], shape)
    return known
