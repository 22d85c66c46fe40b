"""Regions of states, as the checks about equilibria take them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from hopverify.strategies.arguments import check_flag, check_interval, check_whole, exact
from hopverify.strategies.number import short_numbers
from hopverify.strategies.spelling import spelled


def regions(
    *, size: int | None = None, min_value: Any = -4, max_value: Any = 4, dyadic: bool = False
) -> st.SearchStrategy[dict[str, Any]]:
    """Return ``{"lower": …, "upper": …}`` with no lower end above its upper one, as the parameters of a check.

    An end is one number, or with ``size`` also a list with one for each neuron. Ends lie between ``min_value`` and
    ``max_value``.

    >>> from hypothesis import find
    >>> from hopverify.strategies import regions
    >>> find(regions(), lambda region: region["lower"] != region["upper"])
    {'lower': 0, 'upper': 1}
    >>> region = find(regions(size=2), lambda region: isinstance(region["upper"], list))
    >>> f"checks: [{{equilibria: {region}}}]"
    "checks: [{equilibria: {'lower': [0, 0], 'upper': [0, 0]}}]"
    """
    if size is not None:
        check_whole("size", size, least=1)
    check_flag("dyadic", dyadic)
    low, high = exact("min_value", min_value), exact("max_value", max_value)
    check_interval("min_value", low, "max_value", high, shown=(min_value, max_value))
    return _regions(size, low, high, dyadic)


@st.composite
def _regions(draw: st.DrawFn, size: int | None, low: Fraction, high: Fraction, dyadic: bool) -> dict[str, Any]:
    numbers = short_numbers(low, high, dyadic=dyadic)
    ends = st.tuples(numbers, numbers).map(sorted)
    if size is None or not draw(st.booleans()):
        lower, upper = draw(ends)
        return {"lower": spelled(lower), "upper": spelled(upper)}
    pairs = draw(st.lists(ends, min_size=size, max_size=size))
    return {"lower": spelled([low for low, _ in pairs]), "upper": spelled([high for _, high in pairs])}
