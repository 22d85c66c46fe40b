"""Draws for the laws: entries of the registries with parameters, states and directions, and what they evaluate to.

Points are rationals whose denominator is a prime larger than any in a kink's position, so no drawn point is a kink.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from hopverify.expr.balls import BALLS, ball
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.evaluate import Arithmetic, evaluate
from hopverify.expr.exact import EXACT
from hopverify.expr.nodes import Expression, Number, substitute
from hopverify.expr.parser import parse
from hopverify.lagrangians import LAGRANGIANS, Lagrangian
from hopverify.spec.fields import REQUIRED, Field, FieldKind
from tests.profiles import by_profile, in_turn, profile

PRIME = 9973
ENTRIES = list(LAGRANGIANS)

few = settings(
    max_examples=by_profile(3, 20, 500),
    deadline=None,
    derandomize=profile() != "hunt",
    suppress_health_check=list(HealthCheck),
)
fewer = settings(few, max_examples=by_profile(2, 6, 200))

# A numerical value is worth comparing only if its enclosure is narrow.
NARROW = 1e-12


@dataclass(frozen=True)
class Bound:
    """An entry of a registry with its parameters filled in; tuples are vector parameters, or numbers if of length 1."""

    entry: Any
    values: dict[str, Any]

    def expression(self, text: str) -> Expression:
        known = {name: Number(Fraction(value)) for name, value in self.values.items() if not isinstance(value, tuple)}
        known |= {name: Number(value[0]) for name, value in self.values.items() if _is_scalar(value)}
        return substitute(parse(text), known)

    def at(self, text: str, x: Any, arithmetic: Arithmetic) -> Any:
        """Return the value of a text at the state x."""
        arrays = {
            name: arithmetic.array(np.array(value, dtype=object))
            for name, value in self.values.items()
            if isinstance(value, tuple) and len(value) > 1
        }
        return evaluate(self.expression(text), {"x": x, **arrays}, arithmetic)

    def potential(self, x: Any, arithmetic: Arithmetic) -> Any:
        """Return L(x) of the whole layer."""
        value = self.at(self.entry.potential, x, arithmetic)
        return _spread(value, x).sum() if self.entry.elementwise else value

    def activation(self, x: Any, arithmetic: Arithmetic) -> Any:
        return _spread(self.at(self.entry.activation, x, arithmetic), x)

    def slope(self, x: Any, arithmetic: Arithmetic) -> Any:
        return _spread(self.at(self.entry.slope, x, arithmetic), x)

    def hessian_times(self, x: Any, direction: Any) -> Any:
        """Return H·d in balls, as the derivative of the activation."""
        slopes = slopes_of(self.activation(along(x, direction), Duals(BALLS)))
        return np.array([ball(s) if isinstance(s, int) else s for s in slopes], dtype=object)

    def number(self, text: str) -> Any:
        """Return an expression in the parameters as a ball."""
        return evaluate(self.expression(text), {}, BALLS)

    def exactly(self, text: str) -> Fraction:
        return Fraction(evaluate(self.expression(text), {}, EXACT))

    @property
    def convex(self) -> bool:
        facts = self.entry.facts
        if facts.convex is not None:
            return facts.convex
        assert facts.convex_when is not None
        return bool(self.number(facts.convex_when) >= 0)

    @property
    def generic(self) -> bool:
        condition = self.entry.facts.generic_when
        return condition is None or not self.number(condition).contains(0)


def _spread(value: Any, x: Any) -> Any:
    """Return a vector; a constant is the same for every neuron."""
    return value if np.ndim(value) else np.full(len(x), value)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 1


def default(entry: Any) -> Bound:
    return Bound(entry, {field.name: field.default for field in entry.parameters})


_TURNS = count()


def those(condition: Callable[[Lagrangian], object]) -> pytest.MarkDecorator:
    """Run a test for the entries that satisfy a condition; that there are some is part of the test.

    Tests take turns: by default each is run for every second of its entries, and each entry meets half of the laws.
    """
    chosen, turn = [entry for entry in ENTRIES if condition(entry)], next(_TURNS)
    assert chosen
    return pytest.mark.parametrize("entry", in_turn(chosen, turn), ids=[entry.name for entry in chosen])


every_lagrangian = those(lambda entry: True)


def value_of(field: Field, size: int) -> st.SearchStrategy[Any]:
    """Return values from the declared range, the default among them."""
    low = Fraction(-20) if field.minimum is None else field.minimum
    high = min(low + 40, Fraction(20) if field.maximum is None else field.maximum)
    if field.kind is FieldKind.INTEGER:
        drawn: st.SearchStrategy[Any] = st.integers(int(low), min(int(high), 12))
    else:
        drawn = st.fractions(low, high, max_denominator=1000)
        if field.strict:
            drawn = drawn.filter(lambda value: value not in (field.minimum, field.maximum))
    if field.kind is FieldKind.NUMBERS:
        drawn = st.one_of(st.tuples(drawn), st.tuples(*[drawn] * size))
    return drawn if field.default is REQUIRED else st.one_of(st.just(field.default), drawn)


@st.composite
def bound(draw: st.DrawFn, entry: Any, size: int) -> Bound:
    made = Bound(entry, {field.name: draw(value_of(field, size)) for field in entry.parameters})
    assume(all(made.exactly(text) > 0 for text in entry.requires))
    return made


def vector(size: int, limit: int) -> st.SearchStrategy[Any]:
    """Return vectors of ``size`` different rationals of absolute value below ``limit``, none of them a kink."""
    numerator = st.integers(-limit * PRIME, limit * PRIME).filter(lambda k: k % PRIME != 0)
    vectors = st.lists(numerator, min_size=size, max_size=size, unique=True)
    return vectors.map(lambda ks: np.array([Fraction(k, PRIME) for k in ks], dtype=object))


@st.composite
def situation(draw: st.DrawFn, entry: Any, *limits: int) -> tuple[Bound, Any, Any]:
    """Return an entry with parameters, a state below one of the limits, and a direction with entries up to 1."""
    size = draw(st.integers(2, 4))
    x = draw(vector(size, draw(st.sampled_from(limits))))
    return draw(bound(entry, size)), x, draw(vector(size, 1))


NEAR, WIDE = (8,), (1, 8, 10_000)


def balls(values: Any) -> Any:
    return BALLS.array(values)


def narrow(value: Any) -> bool:
    return bool(value.rad() <= NARROW * (1 + abs(value).upper()))


def dot(a: Any, b: Any) -> Any:
    return (a * b).sum()


def assert_narrow(entry: Any, value: Any) -> None:
    """Assert that an enclosure is narrow; where supports change, at a state that a draw may hit, it need not be."""
    if getattr(entry.facts, "kernel", None) == "support":
        assume(narrow(value))
    assert narrow(value)
