"""Expression synapse: any synaptic energy S(γ) in the expression language.

The names of the layers stand for their activations (vectors), the names under the spec's ``arrays:`` for those arrays.
The drive is -∇S, by symbolic reverse accumulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hopverify.errors import ExpressionError
from hopverify.expr.curvature import curvature
from hopverify.expr.differentiate import gradient, rank
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.functions import Bend
from hopverify.expr.nodes import Apply, Expression, Symbol, symbols
from hopverify.expr.parser import check_exponents, parse
from hopverify.expr.regularity import is_analytic, is_locally_lipschitz
from hopverify.expr.shapes import shape_of
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import ONLY_EXACT, Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, held


@dataclass(frozen=True, eq=False)
class ByExpression(Synapse):
    """S as an expression in the activations of ``layers`` and the ``arrays`` it names."""

    layers: tuple[str, ...]
    expression: Expression
    arrays: Mapping[str, ExactArray]
    linear = False

    @cached_property
    def gradients(self) -> dict[str, Expression]:
        """∇S, layer by layer."""
        ranks = {name: array.ndim for name, array in self.arrays.items()} | dict.fromkeys(self.layers, 1)
        return {layer: gradient(self.expression, layer, ranks) for layer in self.layers}

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        drives = self.gradients.items()
        found = {(layer, other) for layer, slope in drives for other in self.layers if other in _values_in(slope)}
        return frozenset((a, b) if self.layers.index(a) <= self.layers.index(b) else (b, a) for a, b in found)

    def _variables(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        return {name: held(array, a) for name, array in self.arrays.items()} | dict(activations)

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        return evaluate(self.expression, self._variables(activations, a), a)

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        variables = self._variables(activations, a)
        return {
            layer: np.broadcast_to(-evaluate(slope, variables, a), np.shape(activations[layer]))
            for layer, slope in self.gradients.items()
        }

    def is_regular(self) -> bool:
        return all(is_locally_lipschitz(part) for part in (self.expression, *self.gradients.values()))

    def is_analytic(self) -> bool:
        return all(map(is_analytic, self.gradients.values()))

    def is_concave(self) -> bool:
        return curvature(self.expression, set(self.layers)).bend in (Bend.CONCAVE, Bend.AFFINE)

    def formula(self, name: str) -> str:
        arguments = ", ".join(rf"\gamma_{{{layer}}}" for layer in self.layers)
        return rf"S_{{{name}}}({arguments})"


def _values_in(expression: Expression) -> frozenset[str]:
    """Return the symbols on whose values an expression depends: ``ones(x)`` and the like know the size of x only."""
    names, pending, seen = set(), [expression], set[Expression]()
    while pending:
        node = pending.pop()
        if node in seen or (isinstance(node, Apply) and node.function in ("ones", "unit", "size")):
            continue
        seen.add(node)
        if isinstance(node, Symbol):
            names.add(node.name)
        elif isinstance(node, Apply):
            pending += node.arguments
    return frozenset(names)


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    layers = tuple(dict.fromkeys(port.name for port in ports))
    try:
        expression = parse(values["energy"])
        check_exponents(expression)
        used = {name: array for name, array in arrays.items() if name in symbols(expression)}
        near = [name for name, array in used.items() if array.spread is not None]
        if near:
            raise SynapseError("energy", f"array {near[0]} {ONLY_EXACT}")
        ranks = {name: array.ndim for name, array in used.items()} | dict.fromkeys(layers, 1)
        if rank(expression, ranks) != 0:
            raise ExpressionError("the energy must be one number: sum over the neurons, as in -sum(x^4)/4")
        sizes = {name: array.shape for name, array in used.items()} | {port.name: (port.size,) for port in ports}
        shape_of(expression, sizes)
        synapse = ByExpression(layers, expression, used)
        _ = synapse.gradients
    except ExpressionError as error:
        raise SynapseError("energy", error.message) from error
    return synapse


SYNAPSE = SynapseKind(
    name="expression",
    summary="any energy of named activations, in the expression language",
    fields=(Field("energy", FieldKind.TEXT, "S, with layer names for activations, as in -sum(x^3)/3"),),
    build=_build,
)
