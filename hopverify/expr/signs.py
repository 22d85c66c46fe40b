"""Sign analysis: which of -, 0, + the value of an expression can be, over all reals.

An abstract interpretation of the tree with the answers of the table. It is coarse but exact: what it excludes is
impossible. ``frozenset({1})`` reads "positive everywhere the expression is defined".

>>> from hopverify.expr.parser import parse
>>> describe(signs(parse("2*sech(x)^2"), {}))
'+'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hopverify.expr.functions import FUNCTIONS
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk

Signs = frozenset[int]

ANY: Signs = frozenset({-1, 0, 1})
POSITIVE: Signs = frozenset({1})
NEGATIVE: Signs = frozenset({-1})
NONNEGATIVE: Signs = frozenset({0, 1})


def describe(signs: Signs) -> str:
    """Return the signs as text, such as ``"0+"``."""
    return "".join({-1: "-", 0: "0", 1: "+"}[sign] for sign in sorted(signs))


def signs(expression: Expression, symbols: Mapping[str, Signs]) -> Signs:
    """Return the possible signs; symbols that are not listed may have any."""
    done: dict[int, Signs] = {}
    for node in walk(expression):
        if isinstance(node, Number):
            done[id(node)] = frozenset({(node.value > 0) - (node.value < 0)})
        elif isinstance(node, Symbol):
            done[id(node)] = symbols.get(node.name, ANY)
        else:
            assert isinstance(node, Apply)
            done[id(node)] = _apply(node, [done[id(argument)] for argument in node.arguments])
    return done[id(expression)]


def _apply(node: Apply, arguments: list[Signs]) -> Signs:
    rule = _RULES.get(node.function)
    if rule is not None:
        return rule(node, *arguments)
    declared = FUNCTIONS[node.function].signs
    if declared in _BY_ARGUMENT:
        return frozenset(_BY_ARGUMENT[declared](sign) for sign in arguments[0])
    return frozenset({"-": -1, "0": 0, "+": 1}[sign] for sign in declared)


# The sign of f(u) as a function of the sign of u. A jump at u = 0 counts as 0 or +, see _step below.
_BY_ARGUMENT: dict[str, Callable[[int], int]] = {
    "odd": lambda sign: sign,
    "abs": abs,
    "root": lambda sign: max(sign, 0),
    "relu": lambda sign: max(sign, 0),
}


def _sum(node: Apply, a: Signs, b: Signs) -> Signs:
    return frozenset(sign for x in a for y in b for sign in ((-1, 0, 1) if x * y < 0 else (x or y,)))


def _negated(a: Signs) -> Signs:
    return frozenset(-sign for sign in a)


def _difference(node: Apply, a: Signs, b: Signs) -> Signs:
    return _sum(node, a, _negated(b))


def _product(node: Apply, a: Signs, b: Signs) -> Signs:
    if node.arguments[0] == node.arguments[1]:
        return frozenset(abs(x) for x in a)
    return frozenset(x * y for x in a for y in b)


def _quotient(node: Apply, a: Signs, b: Signs) -> Signs:
    # Where the denominator is 0 the expression is not defined, so its sign there need not be told.
    return frozenset(x * y for x in a for y in b if y != 0) or ANY


def _power(node: Apply, base: Signs, exponent: Signs) -> Signs:
    constant = node.arguments[1]
    if not isinstance(constant, Number):
        return ANY
    if constant.value.denominator != 1:
        return frozenset(max(x, 0) for x in base)
    if constant.value % 2:
        return base
    return frozenset(abs(x) for x in base)


def _step(node: Apply, a: Signs) -> Signs:
    # At its jump the step is any number between 0 and 1.
    return frozenset(sign for x in a for sign in ((1,) if x > 0 else (0,) if x < 0 else (0, 1)))


def _sign(node: Apply, a: Signs) -> Signs:
    return frozenset(sign for x in a for sign in ((x,) if x else (-1, 0, 1)))


def _larger(node: Apply, a: Signs, b: Signs) -> Signs:
    return frozenset(max(x, y) for x in a for y in b)


def _smaller(node: Apply, a: Signs, b: Signs) -> Signs:
    return frozenset(min(x, y) for x in a for y in b)


def _total(node: Apply, a: Signs) -> Signs:
    return ANY if {-1, 1} <= a else a


def _dot(node: Apply, a: Signs, b: Signs) -> Signs:
    return _total(node, _product(node, a, b))


def _norm(node: Apply, a: Signs, offset: Signs) -> Signs:
    return POSITIVE if offset == POSITIVE else NONNEGATIVE


_RULES: dict[str, Callable[..., Signs]] = {
    "add": _sum,
    "subtract": _difference,
    "negate": lambda node, a: _negated(a),
    "multiply": _product,
    "divide": _quotient,
    "power": _power,
    "step": _step,
    "sign": _sign,
    "max": _larger,
    "min": _smaller,
    "sum": _total,
    "mean": _total,
    "dot": _dot,
    "norm": _norm,
    "transpose": lambda node, a: a,
    "matmul": lambda node, a, b: _total(node, frozenset(x * y for x in a for y in b)),
    "index": lambda node, a, position: a,
}
