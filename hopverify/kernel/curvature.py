"""Curvature: what functions of the language keep of convexity, and of what shows it.

Boyd & Vandenberghe (2004, §3.2) have the proofs: a convex rising function of a convex one is convex; any convex
function of an affine one is. The rules give what is known of a node from what is known of its arguments; ranges and
regularity are added by :mod:`hopverify.kernel.composition`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from hopverify.kernel import terms
from hopverify.kernel.intervals import ANY, Range
from hopverify.kernel.known import Known
from hopverify.kernel.properties import TABLE, Properties, of_power
from hopverify.kernel.ranges import side
from hopverify.kernel.terms import Apply


def bent(node: Apply, given: list[Known]) -> Known:
    """Return how a function of moving arguments bends."""
    return _BENDS.get(node.function, _composed)(node, given)


def _flipped(a: Known) -> Known:
    return Known(ANY, moving=a.moving, convex=a.concave, concave=a.convex, injective=a.injective)


def _bent(u: Known, known: Properties) -> Known:
    """Return what is known of f(u): f bends one way on the range of u, and u is affine, or bends so that f keeps it."""
    slope, bend = side(known.slope, u.range), side(known.bend, u.range)
    ways = {"+": (u.convex, u.concave), "-": (u.concave, u.convex)}.get(slope, (False, False))
    convex, concave = (u.affine or way for way in ways)
    return Known(ANY, convex=bend == "+" and convex, concave=bend == "-" and concave)


def _composed(node: Apply, given: list[Known]) -> Known:
    """Functions of the table, and those of vectors that are convex and rising in each entry."""
    name, u = node.function, given[0]
    if name in TABLE:
        return _bent(u, TABLE[name])
    rising = name in ("logsumexp", "entmax_conjugate", "normmax_conjugate")
    return Known(ANY, convex=rising and u.convex)


def _sum(a: Known, b: Known) -> Known:
    convex, concave = a.convex and b.convex, a.concave and b.concave
    return Known(
        ANY,
        convex=convex,
        concave=concave,
        strict=convex and (a.strict or b.strict),
        injective=(a.injective and not b.moving) or (b.injective and not a.moving),
        squares=a.squares and b.squares,
        log_convex=a.log_convex and b.log_convex,
    )


def _scaled(a: Known, factor: Range) -> Known:
    """Return c·a for a constant c; where c is a vector, entry by entry."""
    injective = a.injective and factor.nonzero
    if factor.nonnegative:
        positive = factor.positive
        return Known(
            ANY,
            convex=a.convex,
            concave=a.concave,
            strict=a.strict and positive,
            injective=injective,
            separate=a.separate and positive,
            squares=a.squares,
            log_convex=a.log_convex and positive,
        )
    if factor.nonpositive:
        return replace(_flipped(a), injective=injective)
    return Known(ANY, convex=a.affine, concave=a.affine, injective=injective)


def _squared(a: Known) -> Known:
    return Known(ANY, convex=a.magnitude, separate=a.injective, squares=a.magnitude)


def _product(node: Apply, given: list[Known]) -> Known:
    a, b = given
    if not a.moving or not b.moving:
        return _scaled(*((b, a.range) if not a.moving else (a, b.range)))
    if node.arguments[0] == node.arguments[1]:
        return _squared(a)
    return Known(ANY, log_convex=a.log_convex and b.log_convex)


def _dot(node: Apply, given: list[Known]) -> Known:
    """Σ u_i v_i: a square, strictly convex for an injective u, or a sum with constant factors."""
    found = _product(node, given)
    strict = node.arguments[0] == node.arguments[1] and given[0].injective
    return replace(found, injective=False, separate=False, strict=strict)


def _quotient(node: Apply, given: list[Known]) -> Known:
    a, b = given
    if b.moving or not b.range.nonzero:
        return Known(ANY)
    return _scaled(a, b.range)


def _power(node: Apply, given: list[Known]) -> Known:
    (u, _), exponent = given, terms.constant(node.arguments[1])
    if exponent == 1:
        return u
    if exponent == 2:
        return _squared(u)
    if exponent < 0 and not u.range.nonzero:
        return Known(ANY)
    found = _bent(u, of_power(exponent))
    return replace(found, log_convex=u.log_convex and exponent >= 0)


def _linear(node: Apply, given: list[Known]) -> Known:
    """Sums, means, and parts of a vector or matrix."""
    u = given[0]
    strict = u.separate and node.function in ("sum", "mean")
    return Known(ANY, convex=u.convex, concave=u.concave, strict=strict, squares=u.squares, log_convex=u.log_convex)


def _gathered(node: Apply, given: list[Known]) -> Known:
    return Known(ANY, convex=all(u.convex for u in given), concave=all(u.concave for u in given))


def _chosen(node: Apply, given: list[Known]) -> Known:
    largest = node.function == "max"
    convex, concave = (all(each) for each in ([u.convex for u in given], [u.concave for u in given]))
    return Known(ANY, convex=largest and convex, concave=not largest and concave)


def _norm(node: Apply, given: list[Known]) -> Known:
    """√(|u|² + e): the Euclidean norm of the entries of u and of what e is the sum of squares of."""
    u, offset = given
    convex = u.magnitude and offset.squares
    return Known(ANY, convex=convex, strict=convex and u.injective and not offset.moving and offset.range.positive)


def _ghost(node: Apply, given: list[Known]) -> Known:
    """The Hessian of log(1 + Σ e^u) is diag p - ppᵀ ≻ 0, as Σ p < 1."""
    (u,) = given
    return Known(ANY, convex=u.convex, strict=u.injective)


def _matrix_product(node: Apply, given: list[Known]) -> Known:
    a, b = given
    if a.moving:
        return Known(ANY)
    found = _scaled(b, a.range)
    return Known(ANY, convex=found.convex, concave=found.concave)


def _root(node: Apply, given: list[Known]) -> Known:
    (u,) = given
    return Known(ANY, convex=True) if u.squares else _bent(u, TABLE["sqrt"])


def _log(node: Apply, given: list[Known]) -> Known:
    (u,) = given
    return Known(ANY, convex=True) if u.log_convex else _bent(u, TABLE["log"])


def _exponential(node: Apply, given: list[Known]) -> Known:
    """e^u with a convex u, and cosh u with an affine one, have convex logarithms (Boyd & Vandenberghe, §3.5.2)."""
    (u,) = given
    return replace(_bent(u, TABLE[node.function]), log_convex=u.convex if node.function == "exp" else u.affine)


_BENDS: Mapping[str, Callable[[Apply, list[Known]], Known]] = {
    "negate": lambda node, given: _flipped(given[0]),
    "add": lambda node, given: _sum(*given),
    "subtract": lambda node, given: _sum(given[0], _flipped(given[1])),
    "multiply": _product,
    "divide": _quotient,
    "power": _power,
    "exp": _exponential,
    "cosh": _exponential,
    "sqrt": _root,
    "log": _log,
    "max": _chosen,
    "min": _chosen,
    "dot": _dot,
    "norm": _norm,
    "variance": lambda node, given: Known(ANY, convex=given[0].affine, squares=given[0].affine),
    "ghost_logsumexp": _ghost,
    "matmul": _matrix_product,
    "stack": _gathered,
    "concatenate": _gathered,
    **dict.fromkeys(("sum", "mean", "index", "slice", "transpose"), _linear),
}
