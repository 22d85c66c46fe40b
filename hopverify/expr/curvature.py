"""Convexity by composition: the rules of disciplined convex programming over the table of functions.

Sums of convex functions are convex; a convex increasing function of a convex one is convex; any convex function of an
affine one is (Boyd & Vandenberghe 2004, §3.2; Grant, Boyd & Ye 2006). What the rules do not see is UNKNOWN,
never wrong. ``strict`` adds: strictly convex in the state.

>>> from hopverify.expr.parser import parse
>>> curvature(parse("logsumexp(4*x)/4"), {"x"}).bend
<Bend.CONVEX: 'convex'>
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from hopverify.expr.functions import FUNCTIONS, Bend, Shape, Trend
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, symbols, walk
from hopverify.expr.signs import NONNEGATIVE, POSITIVE, Signs, signs


@dataclass(frozen=True)
class Curvature:
    """What is known of a node as a function of the state.

    ``bend`` None: unknown. ``constant``: does not depend on the state. ``injective``: the state times a non-zero
    constant, possibly shifted. ``strict``: strictly convex (bend CONVEX).
    """

    bend: Bend | None
    constant: bool = False
    injective: bool = False
    strict: bool = False


_UNKNOWN = Curvature(None)
_CONSTANT = Curvature(Bend.AFFINE, constant=True)


def curvature(expression: Expression, variables: AbstractSet[str]) -> Curvature:
    """Return the curvature in the ``variables``; every other symbol is a constant array."""
    done: dict[int, Curvature] = {}
    for node in walk(expression):
        if isinstance(node, Symbol) and node.name in variables:
            done[id(node)] = Curvature(Bend.AFFINE, injective=True)
        elif not isinstance(node, Apply):
            done[id(node)] = _CONSTANT
        else:
            done[id(node)] = _apply(node, [done[id(argument)] for argument in node.arguments])
    return done[id(expression)]


def _apply(node: Apply, arguments: list[Curvature]) -> Curvature:
    if all(argument.constant for argument in arguments):
        return _CONSTANT
    rule = _RULES.get(node.function)
    if rule is not None:
        return rule(node, arguments)
    function = FUNCTIONS[node.function]
    if any(not argument.constant for argument in arguments[1:]):
        return _UNKNOWN
    return _composed(function.bend, function.trend, arguments[0], _range(node.arguments[0]))


def _range(argument: Expression) -> Signs:
    return signs(argument, {})


def _composed(bend: Bend | None, trend: Trend | None, inner: Curvature, inner_signs: Signs) -> Curvature:
    if bend is None or inner.bend is None:
        return _UNKNOWN
    if inner.bend is Bend.AFFINE:
        return Curvature(bend)
    rising = trend is Trend.INCREASING or (trend is Trend.EVEN_INCREASING and inner_signs <= NONNEGATIVE)
    if bend is Bend.AFFINE:
        return Curvature(inner.bend if rising else _flipped(inner).bend if trend is Trend.DECREASING else None)
    if rising and inner.bend is bend:
        return Curvature(bend)
    falling = trend is Trend.DECREASING
    return Curvature(bend) if falling and inner.bend is not bend else _UNKNOWN


def _flipped(a: Curvature) -> Curvature:
    other = {Bend.CONVEX: Bend.CONCAVE, Bend.CONCAVE: Bend.CONVEX, Bend.AFFINE: Bend.AFFINE, None: None}[a.bend]
    return Curvature(other, a.constant, a.injective)


def _sum(a: Curvature, b: Curvature) -> Curvature:
    if a.bend is None or b.bend is None:
        return _UNKNOWN
    bends = {a.bend, b.bend} - {Bend.AFFINE}
    if len(bends) > 1:
        return _UNKNOWN
    injective = (a.injective and b.constant) or (b.injective and a.constant)
    return Curvature(next(iter(bends), Bend.AFFINE), injective=injective, strict=a.strict or b.strict)


def _scaled(a: Curvature, factor: Signs) -> Curvature:
    if factor == POSITIVE:
        return a
    if factor == frozenset({-1}):
        return _flipped(a)
    if factor <= NONNEGATIVE:
        return Curvature(a.bend)
    return Curvature(Bend.AFFINE) if a.bend is Bend.AFFINE else _UNKNOWN


def _product(node: Apply, arguments: list[Curvature]) -> Curvature:
    for factor, other in ((0, 1), (1, 0)):
        if arguments[factor].constant:
            return _scaled(arguments[other], _range(node.arguments[factor]))
    return _square(arguments[0]) if node.arguments[0] == node.arguments[1] else _UNKNOWN


def _square(a: Curvature) -> Curvature:
    return Curvature(Bend.CONVEX) if a.bend is Bend.AFFINE else _UNKNOWN


def _quotient(node: Apply, arguments: list[Curvature]) -> Curvature:
    divisor = _range(node.arguments[1])
    if not arguments[1].constant or 0 in divisor:
        return _UNKNOWN
    return _scaled(arguments[0], divisor)


def _power(node: Apply, arguments: list[Curvature]) -> Curvature:
    exponent, base = node.arguments[1], arguments[0]
    if not isinstance(exponent, Number):
        return _UNKNOWN
    if exponent.value >= 1 and exponent.value.denominator == 1 and exponent.value % 2 == 0 and base.bend is Bend.AFFINE:
        return Curvature(Bend.CONVEX)
    nonnegative = _range(node.arguments[0]) <= NONNEGATIVE
    if exponent.value >= 1 and nonnegative and base.bend in (Bend.CONVEX, Bend.AFFINE):
        return Curvature(Bend.CONVEX)
    return _UNKNOWN


def _selection(bend: Bend) -> Callable[[Apply, list[Curvature]], Curvature]:
    def rule(node: Apply, arguments: list[Curvature]) -> Curvature:
        return Curvature(bend) if all(a.bend in (bend, Bend.AFFINE) for a in arguments) else _UNKNOWN

    return rule


def _dot(node: Apply, arguments: list[Curvature]) -> Curvature:
    a, b = arguments
    if node.arguments[0] == node.arguments[1] and a.bend is Bend.AFFINE:
        return Curvature(Bend.CONVEX, strict=a.injective)
    if a.constant or b.constant:
        factor, other = (0, 1) if a.constant else (1, 0)
        return Curvature(_scaled(arguments[other], _range(node.arguments[factor])).bend)
    return _UNKNOWN


def _norm(node: Apply, arguments: list[Curvature]) -> Curvature:
    """√(‖u‖² + e) is convex if u is affine, or convex and ≥ 0, and e a constant ≥ 0 or a sum of such squares.

    It is strictly convex for an injective u and a constant e > 0.
    """
    inner, offset = arguments
    offset_signs = _range(node.arguments[1])
    fixed = offset.constant and offset_signs <= NONNEGATIVE
    if not _is_magnitude(inner, node.arguments[0]) or not (fixed or _is_sum_of_squares(node.arguments[1])):
        return _UNKNOWN
    return Curvature(Bend.CONVEX, strict=fixed and inner.injective and offset_signs == POSITIVE)


def _sqrt(node: Apply, arguments: list[Curvature]) -> Curvature:
    """√(Σ a_k(x)²) is convex: a Euclidean norm, which grows with every |a_k| (Boyd & Vandenberghe, §3.2.4)."""
    (inner,) = node.arguments
    if _is_sum_of_squares(inner):
        return Curvature(Bend.CONVEX)
    return _composed(Bend.CONCAVE, Trend.INCREASING, arguments[0], _range(inner))


def _log(node: Apply, arguments: list[Curvature]) -> Curvature:
    """log of a log-convex function is convex: sums, positive multiples and products of e^(convex) are log-convex."""
    (inner,) = node.arguments
    if _is_log_convex(inner):
        return Curvature(Bend.CONVEX)
    return _composed(Bend.CONCAVE, Trend.INCREASING, arguments[0], _range(inner))


def _is_log_convex(node: Expression) -> bool:
    """Whether a function is positive with a convex logarithm, every symbol a variable (Boyd & Vandenberghe, §3.5.2)."""
    if isinstance(node, Number):
        return node.value > 0
    if not isinstance(node, Apply):
        return False
    bend = curvature(node.arguments[0], symbols(node)).bend if node.function in ("exp", "cosh") else None
    if node.function == "exp":
        return bend in (Bend.CONVEX, Bend.AFFINE)
    if node.function == "cosh":
        return bend is Bend.AFFINE
    if node.function == "divide":
        return (
            _is_log_convex(node.arguments[0]) and isinstance(node.arguments[1], Number) and node.arguments[1].value > 0
        )
    return node.function in ("add", "multiply", "sum", "mean") and all(map(_is_log_convex, node.arguments))


def _terms(node: Expression) -> list[Expression]:
    """Return the summands of a sum."""
    if isinstance(node, Apply) and node.function == "add":
        return [term for argument in node.arguments for term in _terms(argument)]
    return [node]


def _is_sum_of_squares(node: Expression) -> bool:
    """Whether a node is a sum of numbers ≥ 0 and of squares whose root counts in a norm; every symbol a variable."""
    return all(map(_is_square_or_constant, _terms(node)))


def _is_square_or_constant(term: Expression) -> bool:
    if isinstance(term, Number):
        return term.value >= 0
    if not isinstance(term, Apply):
        return False
    first = term.arguments[0]
    if term.function == "sum":
        return isinstance(first, Apply) and first.function == "power" and _is_square_or_constant(first)
    if term.function == "multiply" and isinstance(first, Number):
        return first.value >= 0 and _is_square_or_constant(term.arguments[1])
    squared = term.function == "power" and term.arguments[1] == Number(Fraction(2))
    squared = squared or (term.function in ("multiply", "dot") and first == term.arguments[1])
    return squared and _is_magnitude(curvature(first, symbols(first)), first)


def _is_magnitude(a: Curvature, node: Expression) -> bool:
    """Whether |a(x)| is convex, entry by entry: a is affine, or convex and never negative."""
    return a.bend is Bend.AFFINE or (a.bend is Bend.CONVEX and _range(node) <= NONNEGATIVE)


def _variance(node: Apply, arguments: list[Curvature]) -> Curvature:
    return _square(arguments[0])


def _ghost_logsumexp(node: Apply, arguments: list[Curvature]) -> Curvature:
    composed = _composed(Bend.CONVEX, Trend.INCREASING, arguments[0], _range(node.arguments[0]))
    return Curvature(composed.bend, strict=composed.bend is Bend.CONVEX and arguments[0].injective)


def _matmul(node: Apply, arguments: list[Curvature]) -> Curvature:
    if not arguments[0].constant:
        return _UNKNOWN
    return Curvature(_scaled(arguments[1], _range(node.arguments[0])).bend)


_RULES: dict[str, Callable[[Apply, list[Curvature]], Curvature]] = {
    "add": lambda node, arguments: _sum(*arguments),
    "subtract": lambda node, arguments: _sum(arguments[0], _flipped(arguments[1])),
    "negate": lambda node, arguments: _flipped(arguments[0]),
    "multiply": _product,
    "divide": _quotient,
    "power": _power,
    "max": _selection(Bend.CONVEX),
    "min": _selection(Bend.CONCAVE),
    "dot": _dot,
    "norm": _norm,
    "sqrt": _sqrt,
    "log": _log,
    "variance": _variance,
    "ghost_logsumexp": _ghost_logsumexp,
    "matmul": _matmul,
    "transpose": lambda node, arguments: Curvature(arguments[0].bend),
    "size": lambda node, arguments: _CONSTANT,
    "index": lambda node, arguments: Curvature(arguments[0].bend),
}

# Functions with a vector value are not convex or concave as such.
assert all(FUNCTIONS[name].bend is None for name in FUNCTIONS if FUNCTIONS[name].shape is Shape.VECTOR)
