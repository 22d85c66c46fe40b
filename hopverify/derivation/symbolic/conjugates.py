"""Convex conjugates L*(y) = sup_x (xy - L(x)) of one neuron, where L is convex and g can be inverted in closed form.

On a piece on which g = L' increases, x = g⁻¹(y) and L*(y) = xg - L there; where g is constant L* is the limit from
beside, and out of the range of g it is infinite. Nothing is kept unless SymPy shows that g⁻¹ is the inverse of g, and
(L*)'(y) = g⁻¹(y).
"""

from __future__ import annotations

from typing import Any

import sympy

from hopverify.derivation.symbolic.translation import X

Y = sympy.Symbol("y", real=True)


def conjugate(own: Any, activation: Any, lower: Any, upper: Any) -> tuple[Any, Any, Any] | None:
    """Return L* on a piece from xg - L and g, and the interval of y; None where there is no closed form."""
    if not activation.has(X):
        return None
    # An exponent n is 3 at least: 2 has a record of its own.
    exponents = [each for each in activation.free_symbols if each.is_integer]
    beyond = {each: sympy.Symbol(f"{each}_", positive=True, integer=True) for each in exponents}
    own, activation = (part.subs({each: more + 2 for each, more in beyond.items()}) for part in (own, activation))
    ends = [sympy.limit(activation, X, end) for end in _or_infinite(lower, upper)]
    state, y = _signed("x", lower, upper), _signed("y", *ends)
    inverse = _inverse(activation, y)
    if inverse is None:
        return None
    inverse = _apart(inverse, y, ends)
    value = _apart(sympy.simplify(own.subs(X, inverse)), y, ends)
    there, back = activation.subs(X, inverse) - y, (inverse.subs(y, activation) - X).subs(X, state)
    if not _is_zero(value.diff(y) - inverse) or not (_is_zero(there) or _is_zero(back)):
        return None
    named = {more: each - 2 for each, more in beyond.items()}
    return sympy.simplify(value.subs(named)).subs(y, Y), *(None if end.is_infinite else end for end in ends)


def _or_infinite(lower: Any, upper: Any) -> tuple[Any, Any]:
    return -sympy.oo if lower is None else lower, sympy.oo if upper is None else upper


def _signed(name: str, lower: Any, upper: Any) -> Any:
    """Return a symbol with the sign that an interval gives it."""
    if lower is not None and lower.is_nonnegative:
        return sympy.Symbol(name, positive=True)
    if upper is not None and upper.is_nonpositive:
        return sympy.Symbol(name, negative=True)
    return sympy.Symbol(name, real=True)


def _inverse(activation: Any, y: Any) -> Any:
    """Return x with g(x) = y: by the inverse of a function of bx, or by solving."""
    if activation.is_Function and hasattr(activation, "inverse") and activation.args[0].is_polynomial(X):
        return activation.inverse()(y) / activation.args[0].coeff(X, 1)
    unknown = sympy.Symbol("unknown", positive=y.is_positive, real=True)
    try:
        found = sympy.solve(activation.subs(X, unknown) - y, unknown)
    except NotImplementedError:
        return None
    return found[-1] if found else None


def _apart(value: Any, y: Any, ends: list[Any]) -> Any:
    """Write logarithms of quotients as differences, both parts positive between finite ends."""
    if any(end.is_infinite or end.free_symbols for end in ends):
        return value
    middle = sum(ends) / 2

    def differ(node: Any) -> Any:
        above, below = sympy.fraction(sympy.together(node.args[0]))
        sign = 1 if below.subs(y, middle) > 0 else -1
        return sympy.log(sympy.expand(sign * above)) - sympy.log(sympy.expand(sign * below))

    return sympy.expand(
        value.replace(lambda node: isinstance(node, sympy.log) and not node.args[0].is_polynomial(y), differ)
    )


def _is_zero(difference: Any) -> bool:
    return bool(sympy.simplify(sympy.expand_log(sympy.expand_func(difference), force=True)) == 0)
