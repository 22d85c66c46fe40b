"""g = L' and h = g' of the elementwise Lagrangians, identically on every piece between kinks, by SymPy.

The translator here is the tests' own. A piece is told by a sample point: relu, min and their kin are replaced by what
they are at that point. Where SymPy does not simplify the difference to 0, the law stands on the ball arithmetic of
``test_lagrangian_laws.py`` alone, and the test is skipped with the entry's name.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy

from hopverify.expr.evaluate import evaluate
from hopverify.expr.exact import EXACT
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, substitute, walk
from hopverify.expr.parser import parse
from hopverify.lagrangians import Lagrangian
from hopverify.spec.fields import FieldKind

from .draws import default, those

X = sympy.Symbol("x", real=True)
SAMPLES = tuple(Fraction(sample) for sample in (-50, "-7/2", "-1/3", "1/3", "7/2", 50))

PLAIN: dict[str, Any] = {
    "exp": sympy.exp,
    "expm1": lambda u: sympy.exp(u) - 1,
    "log1p": lambda u: sympy.log(1 + u),
    "sqrt": sympy.sqrt,
    "tanh": sympy.tanh,
    "sech": lambda u: 1 / sympy.cosh(u),
    "logcosh": lambda u: sympy.log(sympy.cosh(u)),
    "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
    "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
    "softplus_integral": lambda u: -sympy.polylog(2, -sympy.exp(u)),
    "arctan": sympy.atan,
    "erf": sympy.erf,
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": lambda u, v: u / v,
    "power": lambda u, v: u**v,
    "negate": lambda u: -u,
    "pi": lambda: sympy.pi,
    "kink": lambda u: sympy.Integer(0),
}


def mish_integral(u: Any) -> Any:
    t = sympy.Dummy("t", real=True)
    return sympy.Integral(t * sympy.tanh(sympy.log(1 + sympy.exp(t))), (t, 0, u))


def chosen(function: str, values: list[Any], signs: list[int]) -> Any:
    """Return what a kinked function is where its argument, or the difference of its arguments, has a given sign."""
    up = signs[0] > 0
    if function in ("relu", "step"):
        return (values[0] if function == "relu" else sympy.Integer(1)) if up else sympy.Integer(0)
    if function in ("abs", "sign"):
        return (values[0] if function == "abs" else sympy.Integer(1)) * (1 if up else -1)
    return values[0 if up == (function == "max") else 1]


def translate(expression: Expression, numbers: dict[str, Fraction], symbols: dict[str, Any], sample: Fraction) -> Any:
    """Return the SymPy expression that holds on the piece of ``sample``, with the parameters left as symbols."""
    at_sample = {name: Number(value) for name, value in numbers.items()} | {"x": Number(sample)}

    def sign_of(node: Expression) -> int:
        value = evaluate(substitute(node, at_sample), {}, EXACT)
        assert value != 0, "a sample must not be a kink"
        return 1 if value > 0 else -1

    done: dict[int, Any] = {}
    for node in walk(expression):
        if isinstance(node, Number):
            done[id(node)] = sympy.Rational(node.value.numerator, node.value.denominator)
        elif isinstance(node, Symbol):
            done[id(node)] = symbols[node.name]
        else:
            assert isinstance(node, Apply)
            values = [done[id(argument)] for argument in node.arguments]
            if node.function in ("relu", "step", "abs", "sign"):
                done[id(node)] = chosen(node.function, values, [sign_of(node.arguments[0])])
            elif node.function in ("max", "min"):
                done[id(node)] = chosen(node.function, values, [sign_of(node.arguments[0] - node.arguments[1])])
            elif node.function == "mish_integral":
                done[id(node)] = mish_integral(*values)
            else:
                done[id(node)] = PLAIN[node.function](*values)
    return done[id(expression)]


def vanishes(difference: Any) -> bool:
    """Return whether SymPy shows that an expression is identically 0."""
    for simpler in (sympy.expand, lambda e: sympy.simplify(sympy.expand_func(e).rewrite(sympy.exp))):
        difference = simpler(difference)
        if difference == 0:
            return True
    return False


@those(lambda entry: entry.elementwise)
def test_derivatives_hold_identically_between_kinks(entry: Lagrangian) -> None:
    numbers = {name: Fraction(value) for name, value in default(entry).values.items()}
    # Parameters stay symbols, except whole ones, whose powers SymPy would not combine.
    symbols = {
        field.name: sympy.Symbol(field.name, positive=True)
        if field.kind is FieldKind.NUMBER and field.minimum is not None
        else sympy.Rational(str(numbers[field.name]))
        for field in entry.parameters
    } | {"x": X}
    texts = (entry.potential, entry.activation, entry.slope)
    seen: set[Any] = set()
    for sample in SAMPLES:
        L, g, h = (translate(parse(str(text)), numbers, symbols, sample) for text in texts)
        if (L, g, h) in seen:
            continue
        seen.add((L, g, h))
        for function, derivative in ((L, g), (g, h)):
            if not vanishes(sympy.diff(function, X) - derivative):
                pytest.skip(
                    f"SymPy does not simplify the derivative of {entry.name}; ball arithmetic proves it on draws"
                )
