"""States of a model: exact numbers for each layer whose state is free."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from hopverify.networks import Layer, LayerFunction, Model
from hopverify.networks.segments import segments
from hopverify.spec import ExactArray
from hopverify.strategies.arguments import check_flag, check_instance, check_interval, exact
from hopverify.strategies.number import short_numbers

State = dict[str, ExactArray]
"""A vector for each layer with τ > 0."""


def states(model: Model, *, min_value: Any = -4, max_value: Any = 4, dyadic: bool = False) -> st.SearchStrategy[State]:
    """Return states of a model: for each layer with τ > 0 a vector with entries from ``min_value`` to ``max_value``.

    Kinks of piecewise-linear activations are among them. ``state["x"].floats()`` is the vector for NumPy, and with
    ``dyadic`` it is the same one to the last digit.

    >>> from hypothesis import find
    >>> from hopverify import build_model, parse_spec
    >>> from hopverify.strategies import states
    >>> model = build_model(parse_spec("{hopverify: 1, name: pair, layers: {x: {size: 2, lagrangian: relu6}}}"))
    >>> find(states(model, max_value=8), lambda state: state["x"].values.max() > 5)["x"].floats()
    array([0., 6.])
    """
    check_instance("model", model, Model)
    check_flag("dyadic", dyadic)
    low, high = exact("min_value", min_value), exact("max_value", max_value)
    check_interval("min_value", low, "max_value", high, shown=(min_value, max_value))
    return st.fixed_dictionaries({layer.name: _vectors(layer, low, high, dyadic) for layer in model.dynamic})


def _vectors(layer: Layer, low: Fraction, high: Fraction, dyadic: bool) -> st.SearchStrategy[ExactArray]:
    entries = short_numbers(low, high, dyadic=dyadic)
    places = [kink for kink in kinks(layer.function) if low <= kink <= high and (not dyadic or _is_double(kink))]
    if places:
        entries = entries | st.sampled_from(places)
    return st.lists(entries, min_size=layer.size, max_size=layer.size).map(vector)


def vector(entries: list[Fraction]) -> ExactArray:
    """Return the exact array of a list."""
    return ExactArray.of(np.array(entries, dtype=object))


def kinks(function: LayerFunction) -> list[Fraction]:
    """Return the ends of the segments of a continuous piecewise-linear activation; of any other, none."""
    return [part.upper for part in segments(function) or () if part.upper is not None]


def _is_double(number: Fraction) -> bool:
    return ExactArray.of([number]).is_dyadic
