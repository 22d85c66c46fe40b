"""From our expressions to SymPy's: functions of one number x.

The tree is built node by node; no text is ever given to SymPy's parser. Every elementwise function of the table has a
counterpart.

>>> from hopverify.expr.parser import parse
>>> to_sympy(parse("log(cosh(3*x))/3"))
log(cosh(3*x))/3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy

from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic.functions import larger, modulus, relu, sign, smaller, step
from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, walk

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
