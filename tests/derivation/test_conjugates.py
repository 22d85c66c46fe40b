"""Convex conjugates that SymPy derived: those of textbooks, and L*(g(x)) = x·g - L on each piece of the catalogue."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from hopverify.derivation import derive
from hopverify.derivation.committed import lagrangians
from hopverify.derivation.crosscheck import valued
from hopverify.derivation.layer_forms import layer_forms
from hopverify.derivation.symbolic import functions
from hopverify.derivation.symbolic.calculus import Calculus, I
from hopverify.derivation.symbolic.catalogue import symbol_of
from hopverify.derivation.symbolic.conjugates import conjugate
from hopverify.derivation.symbolic.translation import X
from hopverify.derivation.symbolic.whole_conjugates import whole_conjugate
from hopverify.derivation.symbolic.whole_layer import of_layer
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.parser import parse
from hopverify.lagrangians import LAGRANGIANS
from tests.derivation.models import layer, model

Y, BETA = sympy.Symbol("y", real=True), sympy.Symbol("beta", positive=True)
INVERTED = [
    (name, place, case)
    for name, records in lagrangians()["lagrangians"].items()
    for place, record in enumerate(records)
    for case in record.get("cases", ())
    if "L*" in case
]

# Boyd & Vandenberghe, Convex Optimization (2004), section 3.3.1: the exponential, log(1 + e^x), powers, half of the
# square. log(cosh(x)) is log(1 + e^(2x)) - x - log(2), so its conjugate is the entropy of two outcomes, too.
OF_TEXTBOOKS = {
    "exp": "(y*log(y) - y)/beta",
    "sigmoid": "(y*log(y) + (1 - y)*log(1 - y))/beta",
    "tanh": "((1 + y)*log(1 + y) + (1 - y)*log(1 - y))/(2*beta)",
    "identity": "y**2/2",
    "repu": "y**(n/(n - 1))*(n - 1)/n",
}


def at(name: str, when: dict[str, str], text: str, **values: Any) -> Any:
    """Return a formula of the data in SymPy, its parameters as symbols or as the numbers that ``values`` has."""
    fields = {field.name: symbol_of(field) for field in LAGRANGIANS[name].parameters if field.name not in when}
    known = {"x": X, "y": Y, "arctan": sympy.atan, "abs": functions.modulus, "relu": functions.relu}
    return sympy.sympify(text, locals={**known, **fields}).subs({fields[key]: value for key, value in values.items()})


@pytest.mark.parametrize("name", OF_TEXTBOOKS)
def test_those_of_the_textbooks(name: str) -> None:
    case = lagrangians()["lagrangians"][name][-1]["cases"][-1]
    derived, known = (at(name, {}, text) for text in (case["L*"], OF_TEXTBOOKS[name]))
    assert sympy.simplify((derived - known).diff(Y).rewrite(sympy.log)) == 0
    assert sympy.simplify((derived - known).subs(Y, sympy.Rational(1, 2)).rewrite(sympy.log)) == 0


def test_which_lagrangians_have_one() -> None:
    assert {name for name, _, _ in INVERTED} == {
        *("arctan", "celu", "clipped_linear", "elu", "erf", "exp", "hard_sigmoid", "hard_tanh", "identity", "relu"),
        *("leaky_relu", "relu6", "repu", "rexp", "selu", "sigmoid", "softplus", "squared_relu", "tanh"),
    }
    whole = {name for name, records in lagrangians()["lagrangians"].items() if "L*" in records[-1]}
    assert whole == {entry.name for entry in LAGRANGIANS if not entry.elementwise}
    assert not any(LAGRANGIANS[name].facts.convex is False for name in (*whole, *(name for name, _, _ in INVERTED)))


@pytest.mark.parametrize(
    ("name", "place", "case"), INVERTED, ids=[f"{name}-{place}-{case['g']}" for name, place, case in INVERTED]
)
@pytest.mark.parametrize("more", [0, 1])
def test_at_g_of_x_it_is_the_energy_of_the_neuron(name: str, place: int, case: dict[str, Any], more: int) -> None:
    """Thirty digits at three states, for two choices of parameters; the derivative was compared when it was made."""
    when = lagrangians()["lagrangians"][name][place]["when"]
    values = {
        field.name: sympy.Rational(str(field.default)) + more
        for field in LAGRANGIANS[name].parameters
        if field.name not in when
    }
    activation, own, value = (at(name, when, case[key], **values) for key in ("g", "x*g - L", "L*"))
    low, high, bottom, top = (
        at(name, when, "oo" if end is None else end, **values)
        for end in (case.get("from", "-oo"), case.get("to"), case["y"][0] or "-oo", case["y"][1])
    )
    for part in (sympy.Rational(1, 7), sympy.Rational(1, 2), sympy.Rational(6, 7)):
        x = max(low, min(high, 1) - 2) * (1 - part) + min(high, max(low, -1) + 2) * part
        y = activation.subs(X, x)
        assert low < x < high
        assert bottom < y < top
        assert abs(sympy.N(value.subs(Y, y) - own.subs(X, x), 30)) < sympy.Rational(1, 10**25)


WHOLE = {
    "softmax": "Sum(log(y[k])*y[k], (k, 1, n))",
    "{softmax: {beta: 4}}": "Sum(log(y[k])*y[k], (k, 1, n))/beta",
    "ghostmax": "(1 - Sum(y[k], (k, 1, n)))*log(1 - Sum(y[k], (k, 1, n))) + Sum(log(y[k])*y[k], (k, 1, n))",
    "spherical": "0",
    "{spherical: {gamma: 3, epsilon: 0.5}}": "-sqrt(epsilon)*sqrt(gamma**2 - Sum(y[k]**2, (k, 1, n)))",
    "{layernorm: {gamma: 2, epsilon: 0.01, delta: [1, 2, 3]}}": "",
    "{layernorm: {gamma: 2, epsilon: 0, delta: [1, 2, 3]}}": "0",
    "sparsemax": "Sum(y[k]**2, (k, 1, n))/2 - 1/2",
    "{entmax: {alpha: 1.25}}": "16*(Sum(y[k]**(5/4), (k, 1, n)) - 1)/5",
    "{normmax: {gamma: 1.5}}": "Sum(y[k]**(3/2), (k, 1, n))**(2/3) - 1",
    "{normmax: {gamma: 2}}": "sqrt(Sum(y[k]**2, (k, 1, n))) - 1",
}


@pytest.mark.parametrize(("function", "expected"), WHOLE.items())
def test_of_whole_layers(function: str, expected: str) -> None:
    """Softmax has the negative entropy; at g(x) each is x·g - L, and no other state gives more (Fenchel and Young)."""
    own = layer(function, size=3)
    whole = layer_forms(own).whole
    assert whole is not None
    assert whole.conjugate is not None
    assert str(whole.conjugate) == expected or not expected
    states = [[Fraction(entry, 7) for entry in state] for state in ((3, -2, 1), (0, 5, 4), (-9, 1, 8))]
    with precision(200):
        x, *others = (BALLS.array(np.array(state, dtype=object)) for state in states)
        y = own.function.activate(x, BALLS)
        known: dict[str, Any] = {name: BALLS.number(value) for name, value in layer_forms(own).values.items()}
        known |= {"n": BALLS.number(Fraction(3)), "y": list(y)}
        for name, array in own.function.constants.items():
            known[name] = [BALLS.number(Fraction(each)) for each in array.fractions()]
        value = valued(whole.conjugate, known)
        assert abs(value - ((x * y).sum() - own.function.lagrangian(x, BALLS))) < 1e-20
        assert all((other * y).sum() - own.function.lagrangian(other, BALLS) < value for other in others)
        for left, right in whole.values:
            assert abs(valued(left, known) - valued(right, known)) < 1e-20


@pytest.mark.parametrize(
    "function", ["{spherical: {gamma: -2}}", "{layernorm: {gamma: -1}}", "{leaky_relu: {slope: -1}}"]
)
def test_none_where_the_parameters_make_l_concave(function: str) -> None:
    assert not layer_forms(layer(function)).has_conjugate


def test_none_of_a_whole_layer_that_is_not_solved_for_each_neuron() -> None:
    calculus = Calculus()
    potential = of_layer(parse("logsumexp(x) + sum(x^2)"), {}, calculus)
    assert whole_conjugate(potential, calculus.derivative(potential, I), calculus) is None
    calculus = Calculus()
    potential = of_layer(parse("sum(x^4) + x[0]*x[1]"), {}, calculus)
    assert whole_conjugate(potential, calculus.derivative(potential, I), calculus) is None


def test_none_where_g_is_constant_or_cannot_be_inverted() -> None:
    half = sympy.Rational(1, 2)
    assert conjugate(half, sympy.Integer(1), None, sympy.Integer(0)) is None
    activation = sympy.exp(X) + X
    assert conjugate(X * activation - sympy.exp(X) - X**2 / 2, activation, None, None) is None


def test_none_where_what_is_given_is_not_the_energy_of_the_neuron() -> None:
    """L*' has to be the inverse of g."""
    own, value = X**2 / 2, (Y**2 / 2, None, None)
    assert conjugate(own, X, None, None) == value
    assert conjugate(own + X, X, None, None) is None


def test_the_branch_of_the_piece_is_taken() -> None:
    """g = -x² increases for x < 0, where its inverse is -√-y."""
    found = conjugate(-2 * X**3 / 3, -(X**2), None, sympy.Integer(0))
    assert found is None or sympy.simplify(found[0].diff(Y) + sympy.sqrt(-Y)) == 0


def test_it_is_printed_with_its_interval() -> None:
    printed = derive(model("layers: {x: {size: 2, lagrangian: {elu: {alpha: 2}}}}\n")).to_text()
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert "L*(y) = (y + 2)·log((y + 2)/2) - y for -2 < y < 0" in lines
    assert "y²/2 for y > 0" in lines
    assert "L* convex conjugates: x*g - L as a function of y = g(x)" in lines
    assert "L*" not in derive(model("layers: {x: {size: 2, lagrangian: gelu}}\n")).to_text()
