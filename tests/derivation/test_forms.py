"""Other forms of a function: each is the same function, and those of known slopes have an evident sign."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.derivation.forms import other_forms
from hopverify.expr.nodes import Apply, Expression, Number, Symbol
from hopverify.expr.parser import parse
from hopverify.expr.rational import identical

KNOWN = {
    "1 - tanh(x)^2": "4*exp(2*x)/(exp(2*x) + 1)^2",
    "sigmoid(x)*(1 - sigmoid(x))": "exp(x)/(exp(x) + 1)^2",
    "cosh(x)^2 - sinh(x)^2": "1",
    "exp(x/2)*exp(-x/3) + exp(x/6)": "2*exp(1/6*x)",
    "1/sqrt(1 + 4*x^2) - 4*x^2/sqrt(1 + 4*x^2)^3": "1/sqrt(4*x^2 + 1)^3",
    "1 - 1/sqrt(x^2 + 1/4)*2/sqrt(x^2 + 1/4)": "(4*x^2 - 7)/(4*x^2 + 1)",
    "2*log(cosh(x)) + 2": "2*(log((exp(x) + exp((-1)*x))/2) + 1)",
    "logcosh(x)*2 + logcosh(x)": "3*logcosh(x)",
    "(x^2 - 1)^2 + 2*x^2": "x^4 + 1",
    "3*x^2 - 2*x + 1": "3*(x + (-1/3))^2 + 2/3",
    "x^4 - 2*x^2 + 3": "(x^2 + (-1))^2 + 2",
    "5*x^4 - 2*x^3 + 3*x^2 + 2": "((5*x + (-2))*x + 3)*x*x + 2",
    "1 - cos(x)/2": "(2 - cos(x))/2",
    "pi*x - x": "x*(pi - 1)",
    "step(x) + 1 - tanh(x)^2": "step(x) + 4*exp(2*x)/(exp(2*x) + 1)^2",
    "relu(x - 1)*(1 - 2*x + x^2) - step(x)*x": "(x - 1)^2*relu(x - 1) + (-1)*relu(x)",
    "arctan(x)^(1/3)*8": "8*arctan(x)^(1/3)",
    "(1 + x^2)^(1/3)*3*x - x*(1 + x^2)^(1/3)": "2*x*(x^2 + 1)^(1/3)",
    "max(x, sin(x))": "sin(x) + relu(x - sin(x))",
    "exp(1/(1 + x^2)) - exp(1/(1 + x^2))/2": "exp(1/(x^2 + 1))/2",
}


@pytest.mark.parametrize(("text", "form"), KNOWN.items())
def test_known_forms(text: str, form: str) -> None:
    found = list(other_forms(parse(text)))
    assert form in map(str, found)
    assert all(identical(parse(text), each) for each in found)


def test_forms_differ_from_what_is_given_and_from_each_other() -> None:
    texts = [str(form) for form in other_forms(parse("3*x^2 + 1"))]
    assert len(set(texts)) == len(texts)
    assert "3*x^2 + 1" not in texts


PARTS = [
    parse(each)
    for each in ("x", "exp(x)", "exp(-x/2)", "sqrt(1 + x^2)", "tanh(x)", "relu(x)", "sin(x)", "log(2 + sin(x))")
]
PRODUCTS = st.tuples(st.fractions(-4, 4, max_denominator=6), st.lists(st.sampled_from(PARTS), max_size=3))


@given(st.lists(PRODUCTS, min_size=1, max_size=4), st.lists(PRODUCTS, max_size=2))
def test_forms_are_the_same_function(
    above: list[tuple[Fraction, list[Expression]]], below: list[tuple[Fraction, list[Expression]]]
) -> None:
    over, under = (
        reduce(
            lambda a, b: a + b,
            (reduce(lambda a, b: a * b, factors, Number(c)) for c, factors in terms),
            Number(Fraction(0)),
        )
        for terms in (above, below)
    )
    function = over / (under * under + 1)
    assert all(identical(function, form) for form in other_forms(function))


@pytest.mark.parametrize("text", ["sum(x^2)", "x/(x - x)", "x^61 + 1/(1 + x)", "exp(x^60) + x"])
def test_what_has_no_form_is_left_alone(text: str) -> None:
    assert list(other_forms(parse(text))) == []


def test_large_functions_are_left_alone() -> None:
    sines = sum((Apply("sin", (Symbol("x") * k,)) for k in range(1, 8)), start=Number(Fraction(0)))
    assert list(other_forms(sines)) == []
