"""What SymPy derives of a user's own expressions: nothing of the catalogue comes here.

It differentiates, and does nothing whose time has no bound. The functions are the questions of
:mod:`hopverify.derivation.asking`: arrays are given by name and shape, vectors by the names of themselves and their
sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from hopverify.derivation.formula import Formula, NoFormula
from hopverify.derivation.symbolic.calculus import SIZE, I, J, collapsed
from hopverify.derivation.symbolic.conversion import formula_of
from hopverify.derivation.symbolic.elementwise import Record, elementwise_record
from hopverify.derivation.symbolic.whole import whole_record
from hopverify.derivation.symbolic.whole_layer import Matrix, Vector, whole_layer
from hopverify.expr.nodes import Expression
from hopverify.networks import LayerFunction

Shapes = Mapping[str, tuple[int, ...]]
VectorNames = Mapping[str, tuple[str, str]]


def layer_record(
    potential: Expression | None, activation: tuple[Expression, ...], slope: Expression | None, arrays: tuple[str, ...]
) -> Record:
    """Return what is derived of a layer's function, the text of formulas."""
    expression = potential if potential is not None else activation[0]
    if slope is not None:
        function = LayerFunction(None, potential, activation, slope, {}, {})
        return elementwise_record(function, expression, {}, simplify=False)
    if len(activation) > 1:
        raise NoFormula("each neuron has an activation of its own")
    symbols = {name: Vector(sympy.IndexedBase(name, real=True)[I], SIZE) for name in arrays}
    return whole_record(expression, symbols, is_potential=potential is not None)


def synapse_terms(
    expression: Expression, gradients: Mapping[str, Expression], arrays: Shapes, activations: VectorNames
) -> tuple[Formula, dict[str, Formula]]:
    """Return S and the drives of a synapse that is written as an expression in the activations of layers."""
    known = _meanings(arrays) | _vectors(activations)
    drives = {}
    for layer, gradient in gradients.items():
        value = whole_layer(gradient, known)
        drives[layer] = formula_of(collapsed(-(value.entry if isinstance(value, Vector) else value)))
    return formula_of(whole_layer(expression, known)), drives


def claimed_energy(expression: Expression, arrays: Shapes, vectors: VectorNames) -> Formula:
    """Return the author's energy as it stands in the spec."""
    return formula_of(whole_layer(expression, _meanings(arrays) | _vectors(vectors)))


def _vectors(names: VectorNames) -> dict[str, Any]:
    return {
        symbol: Vector(sympy.IndexedBase(name, real=True)[I], sympy.Symbol(size, integer=True, positive=True))
        for symbol, (name, size) in names.items()
    }


def _meanings(arrays: Shapes) -> dict[str, Any]:
    """Return what named arrays stand for."""
    known: dict[str, Any] = {}
    for name, lengths in arrays.items():
        base, shape = sympy.IndexedBase(name, real=True), tuple(map(sympy.Integer, lengths))
        if len(shape) in (1, 2):
            known[name] = Vector(base[I], shape[0]) if len(shape) == 1 else Matrix(base[I, J], shape)
    return known
