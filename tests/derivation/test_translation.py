"""From our expressions to SymPy's: the same function, term by term the same value."""

from __future__ import annotations

import pytest
import sympy

from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic.translation import X, to_sympy
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.functions import FUNCTIONS, Shape
from hopverify.expr.nodes import Apply, Expression, Symbol
from hopverify.expr.parser import parse

TEXTS = [
    "log(cosh(3*x))/3",
    "2*sech(x)^2 - x/2",
    "(1 + x^2)^(-3/2)",
    "exp(-x)/(1 + exp(-x))^2",
    "-x^3/3 + pi*x",
    "3*exp(x^2/2)/sqrt(2*pi)",
    "relu(x - 1)^2/2 + abs(x) - sign(x + 3)",
    "max(x, 1/3) - min(2*x, 1)",
    "x*arctan(x) - erf(x/sqrt(2))",
    "-1/(x^2 + 1)",
    "1",
    "-x",
]


def at(expression: Expression, x: str) -> object:
    from fractions import Fraction

    return evaluate(expression, {"x": BALLS.number(Fraction(x))}, BALLS)


ELEMENTWISE = [f.name for f in FUNCTIONS.values() if f.shape is Shape.ELEMENTWISE and f.arity == 1 and not f.internal]


@pytest.mark.parametrize(
    "expression", [*(Apply(name, (Symbol("x"),)) for name in ELEMENTWISE), *map(parse, TEXTS)], ids=str
)
def test_a_function_of_one_number_has_the_value_of_its_counterpart(expression: Expression) -> None:
    translated = to_sympy(expression)
    with precision():
        for x in ("1/7", "29/11"):
            value = sympy.N(translated.subs(X, sympy.Rational(x)), 25)
            ours = at(expression, x)
            assert abs(ours - type(ours)(str(value))) < 1e-20


def test_what_is_not_a_function_of_one_number_is_refused() -> None:
    with pytest.raises(NoFormula):
        to_sympy(parse("sum(x^2)"))
