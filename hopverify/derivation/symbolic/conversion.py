"""From SymPy to formulas that are printed and kept as text."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from hopverify.derivation.formula import Formula, Node, Number, Symbol, add, call, formula, multiply, power

_NAMES = {"modulus": "abs", "larger": "max", "smaller": "min", "atan": "arctan", "exp_polar": "exp"}


def formula_of(value: Any) -> Formula:
    """Return a formula, its terms and factors in SymPy's order, those with a minus sign last."""
    value = sympy.sympify(value)
    if value.is_Rational:
        return Number(Fraction(int(value.p), int(value.q)))
    if isinstance(value, sympy.Indexed):
        return Node("[]", tuple(map(formula_of, (value.base, *value.indices))))
    if isinstance(value, sympy.IndexedBase):
        return Symbol(str(value.label))
    if value.is_Symbol or value == sympy.pi:
        return Symbol(str(value))
    if value == sympy.E:
        return call("exp", formula(1))
    if value.is_Add:
        terms = sorted(value.as_ordered_terms(), key=lambda term: bool(term.could_extract_minus_sign()))
        return add(*map(formula_of, terms))
    if value.is_Mul:
        return multiply(*map(formula_of, value.as_ordered_factors()))
    if value.is_Pow:
        return power(*map(formula_of, value.args))
    if isinstance(value, sympy.Sum | sympy.Integral):
        ends = (end for limit in value.limits for end in limit)
        return Node(type(value).__name__, tuple(map(formula_of, (value.function, *ends))))
    name = value.func.__name__
    return call(_NAMES.get(name, name), *map(formula_of, value.args))
