"""Derived formulas against automatic differentiation in ball arithmetic.

What SymPy derives of a user's own expression, the general size filled in by a small one, is evaluated in balls at
random rational states and compared with the enclosures that the checker computes from the spec (dual numbers over
balls). The identity dE/dt = -ẋᵀTHẋ is compared with the derivative of E along the flow in the same way. A disagreement
is an error of this program. What is derived of the catalogue is proved by tests, once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from hopverify.derivation.formula import Formula, Node, NoFormula, Symbol
from hopverify.derivation.formula import Number as Constant
from hopverify.derivation.layer_forms import LayerForms, Whole
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.functions import FUNCTIONS
from hopverify.expr.nodes import Apply, Number, walk
from hopverify.expr.nodes import Symbol as Variable
from hopverify.networks import LayerFunction, Model
from hopverify.spec import ExactArray

POINTS = 4
SMALL = 4
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
        with precision(BITS):
            ours = _derived(forms, state)
            x = BALLS.array(np.array(state, dtype=object))
            units = np.array([[Fraction(int(a == b)) for a in range(size)] for b in range(size)], dtype=object)
            theirs = [function.activate(x, BALLS), *(function.hessian_times(x, BALLS.array(e), BALLS) for e in units)]
            agreed += ours is not None and _agree(ours, np.array(theirs, dtype=object), forms.layer.name)
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
    for mine, ball in zip(np.ravel(ours), theirs.ravel(), strict=True):
        enclosure = BALLS.number(Fraction(0)) + ball
        tolerance = BALLS.number(TOLERANCE) * (1 + abs(enclosure))
        if not (enclosure.is_finite() and mine.is_finite() and enclosure.rad() + mine.rad() <= tolerance):
            return 0
        if not abs(enclosure - mine) <= 4 * tolerance:
            raise Disagreement(f"layer {name}: the derived formula gives {mine}, automatic differentiation {enclosure}")
    return 1


def _derived(forms: LayerForms, state: list[Fraction]) -> Any:
    """Return g and the columns of H from the derived formulas; None where they have no value."""
    known: dict[str, Any] = {name: BALLS.number(value) for name, value in forms.values.items()}
    known |= {"n": BALLS.number(Fraction(len(state))), "pi": evaluate(Apply("pi", ()), {}, BALLS)}
    places = range(1, len(state) + 1)
    try:
        if forms.whole is None:
            slopes, values = ([_of_neuron(forms, x, part, known) for x in state] for part in ("slope", "activation"))
            return [values, *([s if i == j else s * 0 for i, s in enumerate(slopes)] for j in range(len(state)))]
        known["x"] = [BALLS.number(value) for value in state]
        for name, array in forms.layer.function.constants.items():
            known[name] = [BALLS.number(Fraction(entry)) for entry in array.fractions()[: len(state)]]
        known |= _names(forms.whole, known, len(state))
        rows = [[valued(forms.whole.hessian, {**known, "i": i, "j": j}) for i in places] for j in places]
        return [[valued(forms.whole.activation, {**known, "i": i}) for i in places], *rows]
    except NoFormula:
        return None


def _of_neuron(forms: LayerForms, x: Fraction, part: str, known: Mapping[str, Any]) -> Any:
    case = next(
        case for case in forms.cases if _is_above(x, case.lower) and not _is_above(x, case.upper, default=False)
    )
    return valued(getattr(case, part), {**known, "x": BALLS.number(x)})


def _is_above(x: Fraction, end: Formula | None, *, default: bool = True) -> bool:
    return default if end is None else isinstance(end, Constant) and x > end.value


def _names(whole: Whole, known: Mapping[str, Any], size: int) -> dict[str, Any]:
    """Return the values of every name of a number or a vector, in the order of definition."""
    found: dict[str, Any] = {}
    if whole.equation is not None:
        found["t"] = _threshold(whole.equation, known)
    for name, definition in whole.definitions:
        values = {**known, **found}
        if isinstance(name, Symbol):
            found[name.name] = valued(definition, values)
        else:
            assert isinstance(name, Node)
            found[str(name.parts[0])] = [valued(definition, {**values, "k": k}) for k in range(1, size + 1)]
    return found


def _threshold(equation: Formula, known: Mapping[str, Any]) -> Any:
    """Return the t at which a sum that falls from infinity to 0 is 1, by bisection far beyond the tolerance."""
    low, high = Fraction(-100), Fraction(100)
    for _ in range(300):
        t = (low + high) / 2
        above = valued(equation, {**known, "t": BALLS.number(t)}) > 1
        low, high = (t, high) if above else (low, t)
    return BALLS.number(low)


def valued(value: Formula, known: Mapping[str, Any]) -> Any:
    """Return a formula in balls; ``known`` has numbers, lists for arrays, and whole numbers for indices."""
    if isinstance(value, Constant):
        return BALLS.number(value.value)
    if isinstance(value, Symbol):
        if value.name not in known:
            raise NoFormula(f"{value.name} has no value")
        return known[value.name]
    assert isinstance(value, Node)
    if value.head == "[]":
        array, index = value.parts
        return valued(array, known)[_whole(index, known) - 1]
    if value.head == "KroneckerDelta":
        i, j = (_whole(part, known) for part in value.parts)
        return BALLS.number(Fraction(int(i == j)))
    if value.head == "Sum":
        body, *ends = value.parts
        ranges = [
            range(_whole(low, known), _whole(high, known) + 1) for low, high in zip(ends[1::3], ends[2::3], strict=True)
        ]
        names = [str(index) for index in ends[::3]]
        terms = (valued(body, {**known, **dict(zip(names, at, strict=True))}) for at in product(*ranges))
        return sum(terms, BALLS.number(Fraction(0)))
    if value.head == "^" and isinstance(value.parts[1], Constant):
        base = valued(value.parts[0], known)
        return evaluate(Apply("power", (Variable("u"), Number(value.parts[1].value))), {"u": base}, BALLS)
    parts = [valued(part, known) for part in value.parts]
    if value.head in ("+", "*"):
        result = parts[0]
        for part in parts[1:]:
            result = result + part if value.head == "+" else result * part
        return result
    if value.head not in FUNCTIONS:
        raise NoFormula(f"{value.head} is not evaluated")
    names = [f"u{place}" for place in range(len(parts))]
    return evaluate(Apply(value.head, tuple(map(Variable, names))), dict(zip(names, parts, strict=True)), BALLS)


def _whole(index: Formula, known: Mapping[str, Any]) -> int:
    """Return the number of an index."""
    found = index.value if isinstance(index, Constant) else known.get(str(index))
    if found is None:
        raise NoFormula(f"the index {index} has no number")
    return int(found if isinstance(found, int | Fraction) else found.unique_fmpz())


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
