"""The parameters of a named Lagrangian as symbols: β stays β in the formulas, and its value stands beside them.

Values 0 and 1, whole-number parameters (exponents) and everything in a formula with kinks are filled in instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from hopverify.derivation.calculus import SIZE, I
from hopverify.derivation.translation import number
from hopverify.derivation.whole_layer import Vector
from hopverify.expr.nodes import Apply, Expression, Number, substitute, walk
from hopverify.expr.parser import parse
from hopverify.expr.pieces import KINKED
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import LayerFunction
from hopverify.spec import FieldKind


@dataclass(frozen=True)
class Parameters:
    """What the names in a formula stand for, and the values of the symbols."""

    names: Mapping[str, Any]
    values: Mapping[Any, Fraction]

    def filled(self, value: Any) -> Any:
        """Return an expression with the values in place of the symbols."""
        return value.subs({symbol: number(fraction) for symbol, fraction in self.values.items()})


def has_kinks(expression: Expression) -> bool:
    """Whether relu, abs, step, max, … occur."""
    return any(isinstance(node, Apply) and node.function in KINKED for node in walk(expression))


def with_parameters(function: LayerFunction) -> tuple[Expression, Parameters]:
    """Return L (or g, for a bare activation) in the symbols of its parameters, where it comes from the catalogue."""
    filled = function.potential if function.potential is not None else function.activation[0]
    arrays = {name: Vector(sympy.IndexedBase(name, real=True)[I], SIZE) for name in function.constants}
    entry = LAGRANGIANS[function.name] if function.name is not None and function.name in LAGRANGIANS else None
    if entry is None or function.potential is None or has_kinks(filled):
        return filled, Parameters(arrays, {})
    kept = {
        field.name: function.parameters[field.name]
        for field in entry.parameters
        if function.parameters.get(field.name, Fraction(0)) not in (0, 1) and field.kind is not FieldKind.INTEGER
    }
    fixed = {name: Number(value) for name, value in function.parameters.items() if name not in kept}
    symbols = {name: _symbol(name, value) for name, value in kept.items()}
    values = {symbols[name]: value for name, value in kept.items()}
    return substitute(parse(entry.potential), fixed), Parameters(arrays | symbols, values)


def _symbol(name: str, value: Fraction) -> Any:
    return sympy.Symbol(name, positive=True) if value > 0 else sympy.Symbol(name, negative=True)
