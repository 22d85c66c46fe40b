"""Other forms of a slope h, found with SymPy: candidates in which its sign may be evident.

Sums of exponentials with positive coefficients, products of squares, sech² for 1 - tanh², a power of one root for a
difference of two, Horner's form of a polynomial. Whether a candidate equals h is not decided here but by the checker
(:func:`hopverify.expr.rational.identical`).

>>> from hopverify.expr.parser import parse
>>> any(str(form) == "3*sech(3*x)^2" for form in simplified(parse("3*(1 - tanh(3*x)^2)")))
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy
from sympy.polys.polyerrors import BasePolynomialError

from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic.functions import KINKED, folded
from hopverify.derivation.symbolic.translation import X, from_sympy, to_sympy
from hopverify.expr.nodes import Apply, Expression, apply, walk

MAX_OPERATIONS = 150
"""Larger slopes are left alone: SymPy's transformations can take a very long time."""


def simplified(expression: Expression) -> Iterator[Expression]:
    """Yield different forms of a function of x, the likeliest to have an evident sign first."""
    try:
        value = folded(to_sympy(expression))
    except NoFormula:
        return
    if value.count_ops() > MAX_OPERATIONS or value.has(sympy.nan, sympy.zoo, sympy.oo):
        return
    seen = {str(expression)}
    for transform in TRANSFORMATIONS:
        candidate = _attempt(transform, value)
        if candidate is not None and str(candidate) not in seen:
            seen.add(str(candidate))
            yield candidate


_LEADS_NOWHERE = (
    NoFormula,
    BasePolynomialError,
    sympy.SympifyError,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)


def _attempt(transform: Callable[[Any], Any], value: Any) -> Expression | None:
    """Return one form in our language, or None; SymPy's errors are many and mean only that this way leads nowhere."""
    try:
        smooth = not value.has(*KINKED)
        return _recognised(from_sympy(transform(value) if smooth else _by_kinks(transform, value)))
    except _LEADS_NOWHERE:
        return None


def _by_kinks(transform: Callable[[Any], Any], value: Any) -> Any:
    """Transform the coefficient of each product of kinked functions on its own."""
    parts: dict[Any, Any] = {}
    for term in sympy.Add.make_args(sympy.expand(value)):
        smooth, kinked = term.as_independent(*KINKED, as_Add=False)
        parts[kinked] = parts.get(kinked, sympy.S.Zero) + smooth
    return sympy.Add(*(sympy.Mul(transform(smooth), kinked, evaluate=False) for kinked, smooth in parts.items()))


def _in_exponentials(value: Any) -> Any:
    """Return (sum of exponentials)/(product of factors): a common denominator, the numerator multiplied out."""
    value = value.rewrite(sympy.exp)
    above, below = sympy.fraction(sympy.cancel(sympy.together(sympy.expand(sympy.powsimp(value)))))
    return sympy.expand(above) / sympy.factor(below)


def _one_root(value: Any) -> Any:
    """Return the form over a common denominator, numerator and denominator factored."""
    return sympy.factor(sympy.together(value))


def _sinh_above(value: Any) -> Any:
    """Return the form over a common denominator, with cosh² as 1 + sinh² in the numerator, which is factored."""
    above, below = sympy.fraction(sympy.together(value))
    return sympy.factor(_even_powers(above, sympy.cosh, lambda u: 1 + sympy.sinh(u) ** 2)) / below


def _sech_for_tanh(value: Any) -> Any:
    """Return the sum of products, with tanh² as 1 - sech²."""
    return _even_powers(value, sympy.tanh, lambda u: 1 - sympy.cosh(u) ** -2)


def _even_powers(value: Any, function: Any, square: Callable[[Any], Any]) -> Any:
    """Return the sum of products in which ``square(u)`` stands for each function(u)²."""
    return sympy.expand(
        sympy.expand(value).replace(
            lambda part: part.is_Pow and isinstance(part.base, function) and part.exp.is_Integer and part.exp % 2 == 0,
            lambda part: square(part.base.args[0]) ** (part.exp / 2),
        )
    )


def _horner(value: Any) -> Any:
    """Return Horner's form of a polynomial: every partial sum keeps the sign of its leading term far out."""
    if not value.is_polynomial(X):
        raise NoFormula("not a polynomial")
    return sympy.horner(sympy.expand(value))


def _completed_square(value: Any) -> Any:
    """Return a(x + b)² + c for a quadratic polynomial, with a(x² + b)² + c for a biquadratic one."""
    polynomial = sympy.Poly(value, X)
    scale = 1 if polynomial.degree() == 2 else 2
    if {power for (power,) in polynomial.monoms()} - {0, scale, 2 * scale} or polynomial.degree() != 2 * scale:
        raise NoFormula("not a quadratic polynomial")
    a, b, c = (polynomial.coeff_monomial(X**k) for k in (2 * scale, scale, 0))
    return a * (X**scale + b / (2 * a)) ** 2 + (c - b**2 / (4 * a))


TRANSFORMATIONS: tuple[Callable[[Any], Any], ...] = (
    sympy.factor,
    _completed_square,
    _sech_for_tanh,
    _one_root,
    _sinh_above,
    _in_exponentials,
    lambda value: sympy.factor(_in_exponentials(value)),
    lambda value: sympy.factor(value.rewrite(sympy.cosh)),
    _horner,
    sympy.expand,
)
"""The forms that are tried, cheap ones first."""


def _recognised(expression: Expression) -> Expression:
    """Write log(cosh u) as logcosh(u), log(1 + e^u) as softplus(u), log(1 + u) as log1p(u) and 1/cosh(u) as sech(u)."""
    done: dict[int, Expression] = {}
    for node in walk(expression):
        if isinstance(node, Apply):
            built = apply(node.function, *(done[id(argument)] for argument in node.arguments))
            done[id(node)] = _named(built) if isinstance(built, Apply) else built
        else:
            done[id(node)] = node
    return done[id(expression)]


def _named(node: Apply) -> Expression:
    first = node.arguments[0] if node.arguments else node
    if node.function == "divide":
        return _without_cosh(node)
    if node.function == "subtract" and str(first) == "1" and str(node.arguments[1]).startswith("tanh("):
        squared = node.arguments[1]
        if isinstance(squared, Apply) and squared.function == "power" and str(squared.arguments[1]) == "2":
            assert isinstance(squared.arguments[0], Apply)
            return Apply("sech", squared.arguments[0].arguments) ** 2
    if node.function != "log" or not isinstance(first, Apply):
        return node
    if first.function == "cosh":
        return Apply("logcosh", first.arguments)
    if first.function == "add" and str(first.arguments[1]) == "1":
        (other,) = first.arguments[:1]
        exponential = isinstance(other, Apply) and other.function == "exp"
        return Apply("softplus", other.arguments) if exponential else Apply("log1p", (other,))  # type: ignore[attr-defined]
    return node


def _without_cosh(node: Apply) -> Expression:
    """Write u/cosh(v)^k as u·sech(v)^k."""
    numerator, below = node.arguments
    power = below.arguments[1] if isinstance(below, Apply) and below.function == "power" else None
    base = below.arguments[0] if power is not None and isinstance(below, Apply) else below
    if not (isinstance(base, Apply) and base.function == "cosh"):
        return node
    sech = Apply("sech", base.arguments)
    return numerator * (apply("power", sech, power) if power is not None else sech)
