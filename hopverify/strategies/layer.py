"""Layers as a spec writes them: size, function, bias, time constants, leak."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from hopverify.activations import ACTIVATIONS
from hopverify.lagrangians import LAGRANGIANS, first_unmet
from hopverify.strategies.field_value import assignments
from hopverify.strategies.lagrangian import Fragment, fragment, numbers_of
from hopverify.strategies.lagrangian import lagrangians as all_lagrangians
from hopverify.strategies.number import short_numbers
from hopverify.strategies.spelling import spelled

#: Of so many draws one takes what is not the default.
SELDOM = 4


@st.composite
def layers(
    draw: st.DrawFn, *, min_size: int, max_size: int, lagrangians: st.SearchStrategy[Fragment] | None, dyadic: bool
) -> dict[str, Any]:
    """Return a layer; what is left out has its default, and draws shrink to that."""
    size = draw(st.integers(min_size, max_size))
    role, function = draw(_functions(size, lagrangians, dyadic))
    layer: dict[str, Any] = {"size": size, role: function}
    signed, positive = _numbers(-2, 2, dyadic), _numbers(0, 4, dyadic, strict=True)
    elementwise = role == "lagrangian" and _is_elementwise(function)
    drawn = {
        "bias": _each(signed, size),
        "tau": _each(positive, size),
        "leak": st.just(False) | (_each(positive, size) if elementwise else positive),
        "bias_in_energy": st.just(False),
        "shape": st.sampled_from([[k, size // k] for k in range(1, size + 1) if size % k == 0]),
    }
    for key, strategy in drawn.items():
        if draw(st.integers(0, SELDOM)) == SELDOM or (key == "bias" and draw(st.booleans())):
            layer[key] = draw(strategy)
    return layer


@st.composite
def _functions(
    draw: st.DrawFn, size: int, lagrangians: st.SearchStrategy[Fragment] | None, dyadic: bool
) -> tuple[str, Fragment]:
    """Return a Lagrangian, seldom one of the activations that have none."""
    if lagrangians is not None:
        return "lagrangian", draw(lagrangians)
    if draw(st.integers(0, 2 * SELDOM)) < 2 * SELDOM or not len(ACTIVATIONS):
        return "lagrangian", draw(all_lagrangians(size=size, dyadic=dyadic))
    entry = draw(st.sampled_from(list(ACTIVATIONS)))
    values = draw(assignments(entry.parameters, size=size, dyadic=dyadic))
    assume(first_unmet(entry.requires, numbers_of(entry, values)) is None)
    return "activation", fragment(entry.name, values)


def _is_elementwise(function: Fragment) -> bool:
    name = function if isinstance(function, str) else next(iter(function))
    return name in LAGRANGIANS and LAGRANGIANS[name].elementwise


def _numbers(low: int, high: int, dyadic: bool, *, strict: bool = False) -> st.SearchStrategy[Any]:
    return short_numbers(Fraction(low), Fraction(high), dyadic=dyadic, strict=strict).map(spelled)


def _each(numbers: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[Any]:
    """Return one number, or one for each neuron."""
    return numbers | st.lists(numbers, min_size=size, max_size=size)
