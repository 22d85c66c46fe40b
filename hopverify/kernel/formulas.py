"""Formulas: terms in ["state"], a number, as functions on balls that are evaluated many times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flint import arb

from hopverify.kernel import terms
from hopverify.kernel.arithmetic import Value
from hopverify.kernel.core import Core
from hopverify.kernel.duals import DUALS, Dual
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.functions import OF_NUMBERS, OF_TWO, ball, power
from hopverify.kernel.terms import STATE, Apply, Number, Place, Term, Variable

Function = Callable[[arb], arb]


def function(core: Core, term: Term) -> Function:
    """Return a term in ["state"] as a function on balls: its nodes one after the other, sorted once."""
    arrays = arrays_of(core, term)
    order = list(terms.walk(term))
    places = {id(node): place for place, node in enumerate(order)}
    if not all(_is_quick(node) for node in order if isinstance(node, Apply)):
        return lambda x: arb(evaluate(term, {**arrays, STATE: x}))
    constants: list[arb | None] = [_constant(node, arrays) for node in order]
    steps = [
        (place, _step(node), tuple(places[id(each)] for each in node.arguments[: 1 if node.function == "power" else 2]))
        for place, node in enumerate(order)
        if isinstance(node, Apply)
    ]
    if len(order) == 2 and steps and order[0] == Variable(STATE):
        return steps[0][1]
    own = [place for place, node in enumerate(order) if isinstance(node, Variable) and node.place == STATE]

    def valued(x: arb) -> arb:
        held: list[Any] = list(constants)
        for place in own:
            held[place] = x
        for place, function, given in steps:
            held[place] = function(*[held[each] for each in given])
        return arb(held[-1])

    return valued


def _is_quick(node: Apply) -> bool:
    return node.function in OF_NUMBERS or node.function in OF_TWO or node.function in ("power", "pi")


def _constant(node: Term, arrays: Mapping[Place, Value]) -> arb | None:
    if isinstance(node, Number):
        return ball(node.value)
    return arrays.get(node.place) if isinstance(node, Variable) else None


def _step(node: Apply) -> Callable[..., arb]:
    if node.function == "power":
        return partial(power, exponent=terms.constant(node.arguments[1]))
    return arb.pi if node.function == "pi" else OF_NUMBERS.get(node.function) or OF_TWO[node.function]


def derivative(core: Core, term: Term) -> Function:
    """Return the derivative of a term in ["state"] over an interval; it is no number where there may be none."""
    arrays = arrays_of(core, term, arithmetic=DUALS)
    return lambda x: arb(evaluate(term, {**arrays, STATE: Dual(x, arb(1))}, DUALS).rate)
