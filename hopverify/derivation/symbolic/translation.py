"""Between our expressions and SymPy's: functions of one number x.

Both ways go node by node over the trees; no text is ever given to SymPy's parser. Into SymPy every elementwise function
of the table has a counterpart; back, the functions that a slope can be rewritten in.

>>> from hopverify.expr.parser import parse
>>> to_sympy(parse("log(cosh(3*x))/3"))
log(cosh(3*x))/3
>>> print(from_sympy(to_sympy(parse("sech(x)^2 - x/2"))))
sech(x)^2 - 1/2*x
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic.functions import larger, modulus, relu, sign, smaller, step
from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, apply, lift, walk

X = sympy.Symbol("x", real=True)
"""The state of one neuron."""


def _mish_integral(u: Any) -> Any:
    t = sympy.Dummy("t", real=True)
    return sympy.Integral(t * sympy.tanh(sympy.log(1 + sympy.exp(t))), (t, 0, u))


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "exp": sympy.exp,
    "expm1": lambda u: sympy.exp(u) - 1,
    "log": sympy.log,
    "log1p": lambda u: sympy.log(1 + u),
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "sech": sympy.sech,
    "logcosh": lambda u: sympy.log(sympy.cosh(u)),
    "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
    "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
    "softplus_integral": lambda u: -sympy.polylog(2, -sympy.exp(u)),
    "mish_integral": _mish_integral,
    "arctan": sympy.atan,
    "erf": sympy.erf,
    "relu": relu,
    "abs": modulus,
    "sign": sign,
    "step": step,
    "kink": lambda u: sympy.S.Zero,
    "negate": lambda u: -u,
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": lambda u, v: u / v,
    "power": lambda u, v: u**v,
    "max": larger,
    "min": smaller,
    "pi": lambda: sympy.pi,
}
"""The counterparts; a kink's derivative counts as 0, its value away from the kink."""

# What a new elementwise function of the table must get here.
assert {name for name, function in FUNCTIONS.items() if function.shape is Shape.ELEMENTWISE} <= set(ELEMENTWISE)


def number(value: Fraction) -> Any:
    """Return an exact rational of SymPy."""
    return sympy.Rational(value.numerator, value.denominator)


def to_sympy(expression: Expression, symbols: Mapping[str, Any] | None = None) -> Any:
    """Return a function of one neuron's state in SymPy; ``symbols`` says what the names stand for (x: :data:`X`)."""
    known = {"x": X} | dict(symbols or {})
    done: dict[int, Any] = {}
    for node in walk(expression):
        if isinstance(node, Number):
            done[id(node)] = number(node.value)
        elif isinstance(node, Symbol):
            if node.name not in known:
                raise NoFormula(f"{node.name} is not known")
            done[id(node)] = known[node.name]
        else:
            assert isinstance(node, Apply)
            if node.function not in ELEMENTWISE:
                raise NoFormula(f"{node.function} is not a function of one number")
            done[id(node)] = ELEMENTWISE[node.function](*(done[id(argument)] for argument in node.arguments))
    return done[id(expression)]


_BACK: dict[Any, str] = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.tanh: "tanh",
    sympy.sech: "sech",
    sympy.atan: "arctan",
    sympy.erf: "erf",
    relu: "relu",
    modulus: "abs",
    sympy.Abs: "abs",
    sign: "sign",
    step: "step",
    larger: "max",
    smaller: "min",
}


def from_sympy(value: Any) -> Expression:
    """Return our expression for a SymPy one; raise :class:`NoFormula` where it uses anything else."""
    if value.is_Rational:
        return lift(Fraction(int(value.p), int(value.q)))
    if value.is_Symbol:
        return Symbol(str(value.name))
    if value == sympy.pi:
        return Apply("pi", ())
    if value == sympy.E:
        return Apply("exp", (lift(1),))
    if value.is_Add:
        return _sum([from_sympy(term) for term in _ordered(value)])
    if value.is_Mul:
        return _product(value)
    if value.is_Pow:
        return _power(value)
    name = _BACK.get(value.func)
    if name is None:
        raise NoFormula(f"{value.func} has no counterpart")
    return apply(name, *(from_sympy(argument) for argument in value.args))


def _ordered(value: Any) -> list[Any]:
    """Return the terms of a sum with a positive one first, so that none begins with a sign."""
    terms = list(value.as_ordered_terms())
    return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


def _sum(terms: list[Expression]) -> Expression:
    def add(total: Expression, term: Expression) -> Expression:
        if isinstance(term, Apply) and term.function == "negate":
            return total - term.arguments[0]
        if isinstance(term, Number) and term.value < 0:
            return total - Number(-term.value)
        return total + term

    return reduce(add, terms)


def _product(value: Any) -> Expression:
    """Return a product as ±(coefficient·numerator)/denominator."""
    coefficient, rest = value.as_coeff_Mul()
    if coefficient.is_negative:
        return -from_sympy(-coefficient * rest)
    above: list[Any] = []
    below: list[Any] = []
    for factor in rest.args if rest.is_Mul else (rest,):
        exponent = factor.exp if factor.is_Pow else sympy.S.One
        inverse = exponent.is_Rational and exponent < 0
        (below if inverse else above).append(1 / factor if inverse else factor)
    top = [from_sympy(factor) for factor in above]
    if coefficient != 1 or not top:
        top.insert(0, from_sympy(coefficient))
    numerator = reduce(lambda a, b: a * b, top)
    if not below:
        return numerator
    return numerator / reduce(lambda a, b: a * b, [from_sympy(factor) for factor in below])


def _power(value: Any) -> Expression:
    base, exponent = value.args
    if not exponent.is_Rational:
        raise NoFormula(f"the exponent {exponent} is not a rational number")
    if exponent < 0:
        return lift(1) / from_sympy(base**-exponent)
    if exponent == sympy.Rational(1, 2):
        return Apply("sqrt", (from_sympy(base),))
    if exponent.q == 2:
        return Apply("sqrt", (from_sympy(base),)) ** int(exponent.p)
    return from_sympy(base) ** Fraction(int(exponent.p), int(exponent.q))
