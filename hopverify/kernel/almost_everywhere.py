"""Functions that are locally Lipschitz, and whose gradient has a value, as the formula gives it, almost everywhere.

A locally Lipschitz function has a gradient almost everywhere (Rademacher), but its formula may have no value there:
that of norm(u, 0) divides by the norm, and u may be 0 on a whole cell. What a formula has without a value, two terms
with one normal form say nothing about. If u is analytic and is not 0 at one point, it is 0 on a null set only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from hopverify.kernel import terms
from hopverify.kernel.arithmetic import Value
from hopverify.kernel.composition import of_activations, of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.known import Known
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import Apply, Place, Shape, Term, Variable


def check_of_state(core: Core, layer: Layer, term: Term, name: str) -> None:
    """Refuse a term in the state of a layer, or of one of its neurons, unless composition shows that it is one."""
    _check(core, term, name, core.places_of(layer), lambda part: of_state(core, layer, part))


def check_of_activations(core: Core, term: Term, name: str) -> None:
    """Refuse a term in the activations likewise."""
    _check(core, term, name, core.places, lambda part: of_activations(core, part))


def _check(core: Core, term: Term, name: str, places: Mapping[Place, Shape], known: Callable[[Term], Known]) -> None:
    need(known(term).lipschitz, name, f"composition does not show that {name} is locally Lipschitz")
    for node in terms.walk(term):
        if isinstance(node, Apply) and node.function == "norm" and not known(node.arguments[1]).range.positive:
            u = node.arguments[0]
            seldom = known(u).analytic and any(abs(entry) > 0 for entry in evaluate(u, _sample(core, u, places)))
            need(seldom, name, f"a norm in {name} may be 0 at more than a few states, and its gradient have no value")


def _sample(core: Core, term: Term, places: Mapping[Place, Shape]) -> dict[Place, Value]:
    """Return the point (1, 2, 3, …) for each variable of a term, and its arrays, which are exact."""
    found = arrays_of(core, term)
    for place in (node.place for node in terms.walk(term) if isinstance(node, Variable)):
        if place[0] != "array":
            counted = [ball(Fraction(k + 1)) for k in range(places[place][0])] if places[place] else ball(Fraction(1))
            found[place] = counted
    return found
