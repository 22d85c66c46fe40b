"""Derived formulas against automatic differentiation in ball arithmetic.

g and H from SymPy, the general size filled in by a small one, are evaluated to 40 digits at random rational states and
compared with the enclosures that the checker computes from the spec (dual numbers over balls). The identity dE/dt =
-ẋᵀTHẋ is compared with the derivative of E along the flow in the same way. A disagreement is an error of this program.
"""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from hopverify.derivation.calculus import SIZE, STATE, I, J, K, Total
from hopverify.derivation.layer_forms import LayerForms
from hopverify.derivation.thresholds import THRESHOLD
from hopverify.derivation.translation import X, number
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.nodes import Apply, Number, walk
from hopverify.networks import LayerFunction, Model
from hopverify.spec import ExactArray

POINTS = 4
SMALL = 4
DIGITS = 80
BITS = 400
TOLERANCE = Fraction(1, 10**30)
MAX_SIZE = 40
"""Models with more free state variables are not evaluated as a whole."""


class Disagreement(HopverifyError):
    """A derived formula and automatic differentiation differ."""


def check_layer(forms: LayerForms, seed: int = 0) -> int:
    """Compare g and H of one layer at random states; return at how many points both are defined and agree."""
    if forms.missing:
        return 0
    generator = random.Random(seed)
    size = _small_size(forms)
    function = _restricted(forms.layer.function, size)
    agreed = 0
    for _ in range(POINTS):
        state = [Fraction(generator.randint(-25_000, 25_000), 9973) for _ in range(size)]
        ours = _symbolic(forms, state)
        with precision(BITS):
            x = BALLS.array(np.array(state, dtype=object))
            units = np.array([[Fraction(int(a == b)) for a in range(size)] for b in range(size)], dtype=object)
            theirs = [function.activate(x, BALLS), *(function.hessian_times(x, BALLS.array(e), BALLS) for e in units)]
            agreed += _agree(np.array(ours), np.array(theirs, dtype=object), forms.layer.name)
    return agreed


def _small_size(forms: LayerForms) -> int:
    """Return a small number of neurons, large enough for the components the formula names."""
    expressions = forms.layer.function.activation
    named = [
        int(node.arguments[1].value) + 1
        for expression in expressions
        for node in walk(expression)
        if isinstance(node, Apply) and node.function in ("index", "unit") and isinstance(node.arguments[1], Number)
    ]
    return min(forms.layer.size, max([SMALL, *named]))


def _restricted(function: LayerFunction, size: int) -> LayerFunction:
    constants = {name: ExactArray.of(array.values[:size]) for name, array in function.constants.items()}
    return replace(function, constants=constants)


def _agree(ours: Any, theirs: Any, name: str) -> int:
    """Return 1 if all entries agree, 0 if one is not defined or not sharp there; raise where one differs."""
    for mine, ball in zip(ours.ravel(), theirs.ravel(), strict=True):
        enclosure = BALLS.number(Fraction(0)) + ball
        if not enclosure.is_finite() or not mine.is_finite:
            return 0
        found = sympy.N(mine, DIGITS)
        if not isinstance(found, sympy.Number):
            return 0
        value = type(enclosure)(str(found))
        tolerance = BALLS.number(TOLERANCE) * (1 + abs(value))
        if not enclosure.rad() <= tolerance:
            return 0
        if not abs(enclosure - value) <= 4 * tolerance:
            raise Disagreement(f"layer {name}: the derived formula gives {mine}, automatic differentiation {enclosure}")
    return 1


def _symbolic(forms: LayerForms, state: list[Fraction]) -> list[list[Any]]:
    """Return g and the columns of H from the derived formulas."""
    if forms.whole is None:
        return _elementwise(forms, state)
    values = _names_at(forms, state)

    def at(form: Any, **indices: int) -> Any:
        places = {symbol: indices[name] for name, symbol in (("i", I), ("j", J)) if name in indices}
        return sympy.N(form.subs(places).subs(values), DIGITS)

    places = range(1, len(state) + 1)
    columns = [[at(forms.whole.hessian, i=i, j=j) for i in places] for j in places]
    return [[at(forms.whole.activation, i=i) for i in places], *columns]


def _elementwise(forms: LayerForms, state: list[Fraction]) -> list[list[Any]]:
    def at(x: Fraction, name: str) -> Any:
        case = next(
            case
            for case in forms.cases
            if (case.lower is None or case.lower < x) and (case.upper is None or x < case.upper)
        )
        return sympy.N(forms.parameters.filled(getattr(case, name)).subs(X, number(x)), DIGITS)

    slopes = [at(x, "slope") for x in state]
    columns = [[slopes[i] if i == j else sympy.S.Zero for i in range(len(state))] for j in range(len(state))]
    return [[at(x, "activation") for x in state], *columns]


def _names_at(forms: LayerForms, state: list[Fraction]) -> dict[Any, Any]:
    """Return the values of the state, the parameters and every named total and vector, in the order of definition."""
    whole, n = forms.whole, len(state)
    assert whole is not None
    values: dict[Any, Any] = {SIZE: sympy.Integer(n)}
    values |= {symbol: number(value) for symbol, value in whole.parameters.values.items()}
    values |= {STATE[k + 1]: number(x) for k, x in enumerate(state)}
    for name, array in forms.layer.function.constants.items():
        base = sympy.IndexedBase(name, real=True)
        values |= {base[k + 1]: number(Fraction(entry)) for k, entry in enumerate(array.fractions()[:n])}
    if whole.threshold is not None:
        values[THRESHOLD] = whole.threshold.value([number(x) for x in state])
    for named in whole.calculus.order:
        body = named.body if isinstance(named, Total) else named.definition
        entries = [sympy.N(body.subs(K, k + 1).subs(values), DIGITS) for k in range(n)]
        if isinstance(named, Total):
            offset, scale = (part.subs(values) for part in (named.offset, named.scale))
            values[named.symbol] = (offset + scale * sympy.Add(*entries)) ** sympy.Rational(1, named.root)
        else:
            values |= {named.base[k + 1]: entry for k, entry in enumerate(entries)}
    return values


def check_rate(model: Model, seed: int = 0) -> int:
    """Compare dE/dt along the flow with -ẋᵀTHẋ at random states; return at how many points they agree."""
    if model.size > MAX_SIZE or any(layer.size > MAX_SIZE for layer in model.layers.values()):
        return 0
    generator, agreed = random.Random(seed), 0
    for _ in range(POINTS):
        state = {
            layer.name: np.array(
                [Fraction(generator.randint(-20_000, 20_000), 9973) for _ in range(layer.size)], dtype=object
            )
            for layer in model.dynamic
        }
        with precision(BITS):
            x = {name: BALLS.array(values) for name, values in state.items()}
            flow, velocity = model.flow(x, BALLS), model.velocity(x, BALLS)
            expected = BALLS.number(Fraction(0))
            for layer in model.dynamic:
                slopes = layer.function.hessian_times(x[layer.name], velocity[layer.name], BALLS)
                expected = expected - (flow[layer.name] * slopes).sum()
            difference = model.energy_rate(x, BALLS) - expected
            if difference.is_finite():
                if not difference.contains(0):
                    raise Disagreement(f"dE/dt differs from -ẋᵀTHẋ by {difference}")
                agreed += 1
    return agreed
