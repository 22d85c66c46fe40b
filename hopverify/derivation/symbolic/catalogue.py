"""What SymPy derives of every entry of the catalogue, its parameters as symbols.

A parameter whose value changes the form of what is derived has a further record for each such value (``when``): 0 of
each that stands in ``generic_when``, and 2 of exponents and of the indices of entmax and normmax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy

from hopverify.activations import ACTIVATIONS, Activation
from hopverify.derivation.symbolic.calculus import SIZE, I
from hopverify.derivation.symbolic.elementwise import Record, elementwise_record
from hopverify.derivation.symbolic.whole import whole_record
from hopverify.derivation.symbolic.whole_layer import Vector
from hopverify.expr.nodes import Number, substitute, symbols
from hopverify.expr.parser import parse
from hopverify.lagrangians import LAGRANGIANS, Lagrangian
from hopverify.networks import LayerFunction
from hopverify.spec.fields import Field, FieldKind

Entry = Lagrangian | Activation


def derived_catalogue() -> dict[str, dict[str, list[Record]]]:
    """Return the records of all Lagrangians and activations, the special ones of an entry first."""
    return {
        "lagrangians": {entry.name: list(records_of(entry)) for entry in LAGRANGIANS},
        "activations": {entry.name: list(records_of(entry)) for entry in ACTIVATIONS},
    }


def records_of(entry: Entry) -> Iterator[Record]:
    """Yield the records of one entry."""
    for fixed in _special(entry):
        yield {"when": {name: str(value) for name, value in fixed.items()}, **_record(entry, fixed)}


def _special(entry: Entry) -> Iterator[Mapping[str, Fraction]]:
    if isinstance(entry, Lagrangian):
        for name in sorted(symbols(parse(entry.facts.generic_when or "1")), reverse=True):
            yield {name: Fraction(0)}
        names = [
            each.name for each in entry.parameters if each.kind is FieldKind.INTEGER or entry.facts.kernel == "support"
        ]
        yield from ({name: Fraction(2)} for name in names)
    yield {}


def _record(entry: Entry, fixed: Mapping[str, Fraction]) -> Record:
    is_potential = isinstance(entry, Lagrangian)
    text = entry.potential if isinstance(entry, Lagrangian) else entry.activation
    expression = substitute(parse(text), {name: Number(value) for name, value in fixed.items()})
    names = {field.name: symbol_of(field) for field in entry.parameters if field.name not in fixed}
    convex = _convex(entry, names)
    if not (isinstance(entry, Lagrangian) and entry.elementwise):
        return whole_record(expression, names, is_potential=is_potential, convex=convex)
    numbers = {field.name: _default(field) for field in entry.parameters} | dict(fixed)
    filled = {name: Number(value) for name, value in numbers.items()}
    potential, activation, slope = (
        substitute(parse(part), filled) for part in (entry.potential, entry.activation, entry.slope or "")
    )
    function = LayerFunction(entry.name, potential, (activation,), slope, {}, numbers)
    return elementwise_record(function, expression, names, convex=convex)


def _convex(entry: Entry, names: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the symbols with signs for which L is convex; None where there are none."""
    if not isinstance(entry, Lagrangian) or entry.facts.convex is False:
        return None
    decisive = entry.facts.convex_when
    if decisive is None:
        return names
    return {**names, decisive: sympy.Symbol(decisive, positive=True)} if decisive in names else None


def _default(field: Field) -> Fraction:
    assert field.default is not None
    return Fraction(field.default)


def symbol_of(field: Field) -> Any:
    """Return the symbol of a parameter, with the sign that its range gives it; those that may be 0 are not."""
    if field.kind is FieldKind.NUMBERS:
        return Vector(sympy.IndexedBase(field.name, real=True)[I], SIZE)
    if field.kind is FieldKind.INTEGER:
        return sympy.Symbol(field.name, integer=True, positive=True)
    if field.minimum is not None and field.minimum >= 0:
        return sympy.Symbol(field.name, positive=True)
    return sympy.Symbol(field.name, real=True, nonzero=True)
