"""Regularity: where functions of the language are defined and locally Lipschitz, and where analytic.

A composition of locally Lipschitz functions is locally Lipschitz, of analytic ones analytic.
"""

from __future__ import annotations

from hopverify.kernel import terms
from hopverify.kernel.intervals import ANY, Range
from hopverify.kernel.known import Known
from hopverify.kernel.properties import JUMPING, KINKED, TABLE
from hopverify.kernel.terms import Apply

_ENTIRE = (
    *("add", "subtract", "multiply", "pi", "sum", "mean", "variance", "dot", "size", "softmax", "logsumexp"),
    *("ghostmax", "ghost_logsumexp", "ones", "unit", "matmul", "transpose", "index", "slice", "stack", "concatenate"),
    *("column_squares", "contract", "convolve", "convolve_back", "masked_softmax", "masked_logsumexp"),
)
"""Functions that are defined, and analytic, for all arguments."""

_THRESHOLDS = ("entmax", "normmax", "entmax_conjugate", "normmax_conjugate")


def regularity(node: Apply, given: list[Known]) -> tuple[bool, bool]:
    """Return whether the function is locally Lipschitz, and analytic, on the ranges of its arguments."""
    name, u = node.function, given[0].range if given else ANY
    if name in _ENTIRE:
        return True, True
    if name in KINKED:
        return name not in JUMPING or u.nonzero, u.nonzero
    if name in TABLE:
        inside = _lies_above(u, TABLE[name].above)
        return inside or (name == "sqrt" and u.nonnegative and not given[0].moving), inside
    if name in ("max", "min"):
        return True, False
    if name == "divide":
        return given[1].range.nonzero, given[1].range.nonzero
    if name == "norm":
        offset = given[1]
        return offset.range.positive or (offset.range.nonnegative and not offset.moving), offset.range.positive
    if name == "power":
        return _of_power(node, given[0])
    # 1/(parameter - 1) ≥ 1 is the exponent of a threshold's positive part. Of what has no line here nothing is known.
    return name in _THRESHOLDS and terms.constant(node.arguments[1]) <= 2, False


def _lies_above(u: Range, bound: int | None) -> bool:
    if bound is None:
        return True
    return bool(u.low[0] > bound) or bool(u.low[0] == bound and u.low[1])


def _of_power(node: Apply, base: Known) -> tuple[bool, bool]:
    exponent, u = terms.constant(node.arguments[1]), base.range
    if exponent.denominator == 1:
        holds = exponent >= 0 or u.nonzero
        return holds, holds
    # 0 has a root, but no slope of one.
    at_zero = exponent >= 1 or (exponent > 0 and not base.moving)
    return u.positive or (at_zero and u.nonnegative), u.positive
