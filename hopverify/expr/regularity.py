"""Regularity by composition: locally Lipschitz, and real-analytic.

A composition of locally Lipschitz functions is locally Lipschitz; of analytic ones, analytic (on the reals, where
all of them are defined). Domains are settled by sign analysis: ``sqrt`` counts only for a positive argument.
"""

from __future__ import annotations

from collections.abc import Mapping

from hopverify.expr.functions import FUNCTIONS, Domain
from hopverify.expr.nodes import Apply, Expression, Number, symbols, walk
from hopverify.expr.signs import NONNEGATIVE, POSITIVE, Signs, signs

Known = Mapping[str, Signs]
"""The signs that symbols may have where regularity is asked; any, for those that are not listed."""

EVERYWHERE: Known = {}


def is_locally_lipschitz(expression: Expression) -> bool:
    """Return whether the expression is, by structure, defined everywhere and locally Lipschitz."""
    return all(_regular(node, EVERYWHERE, analytic=False) for node in walk(expression) if isinstance(node, Apply))


def is_analytic(expression: Expression, known: Known = EVERYWHERE) -> bool:
    """Return whether the expression is, by structure, defined and real-analytic wherever symbols have those signs."""
    return all(_regular(node, known, analytic=True) for node in walk(expression) if isinstance(node, Apply))


def _regular(node: Apply, known: Known, *, analytic: bool) -> bool:
    if node.function == "power":
        return _power_is_regular(node, known, analytic=analytic)
    if node.function == "divide":
        return 0 not in signs(node.arguments[1], known)
    if node.function == "norm":
        return _norm_is_regular(node, known, analytic=analytic)
    if node.function in ("entmax", "normmax", "entmax_conjugate", "normmax_conjugate"):
        return not analytic and _threshold_is_regular(node)
    function = FUNCTIONS[node.function]
    in_domain = function.domain is Domain.ALL or _inside(node, function.domain, known)
    return in_domain and (function.analytic if analytic else function.lipschitz)


def _norm_is_regular(node: Apply, known: Known, *, analytic: bool) -> bool:
    """√(|u|² + e) for e > 0; for a constant e = 0 it is a norm. √(|u|² + |u|) is as steep at 0 as a root."""
    offset = node.arguments[1]
    if signs(offset, known) == POSITIVE:
        return True
    return not analytic and not symbols(offset) and signs(offset, known) <= NONNEGATIVE


def _inside(node: Apply, domain: Domain, known: Known) -> bool:
    argument = node.arguments[0]
    if domain is Domain.ABOVE_MINUS_ONE:
        return signs(argument, known) <= NONNEGATIVE or signs(1 + argument, known) == POSITIVE
    return signs(argument, known) == POSITIVE


def _power_is_regular(node: Apply, known: Known, *, analytic: bool) -> bool:
    base, exponent = node.arguments
    if not isinstance(exponent, Number):
        return False
    if exponent.value.denominator == 1 and exponent.value >= 0:
        return True
    base_signs = signs(base, known)
    if base_signs == POSITIVE or (exponent.value.denominator == 1 and 0 not in base_signs):
        return True
    return not analytic and exponent.value >= 1 and base_signs <= NONNEGATIVE


def _threshold_is_regular(node: Apply) -> bool:
    """For 1 < parameter ≤ 2 the exponent 1/(parameter - 1) is at least 1, so the map is locally Lipschitz."""
    parameter = node.arguments[1]
    return isinstance(parameter, Number) and 1 < parameter.value <= 2
