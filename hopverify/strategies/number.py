"""Short exact numbers: whole ones first, then halves, eighths, tenths and thirds."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from hypothesis import strategies as st

WHOLE = Fraction(1)
DYADIC, OTHER = (Fraction(1, 2), Fraction(1, 8)), (Fraction(1, 10), Fraction(1, 3))
#: Numbers that are listed one by one; of wider ranges only multiples are drawn.
LISTED = 1000


def short_numbers(
    low: Fraction, high: Fraction, *, dyadic: bool = False, strict: bool = False
) -> st.SearchStrategy[Fraction]:
    """Return numbers from ``low`` to ``high``, without the ends if ``strict``; with ``dyadic`` those that doubles hold.

    They shrink to few digits, then to what is nearest to 0, then to what is positive.

    >>> from hypothesis import find
    >>> find(short_numbers(Fraction(-1), Fraction(1)), lambda number: number > 0)
    Fraction(1, 1)
    >>> find(short_numbers(Fraction(-1), Fraction(1), strict=True), lambda number: number != 0)
    Fraction(1, 2)
    """
    steps = (WHOLE, *DYADIC, *(() if dyadic else OTHER))
    if high - low > LISTED / sum(1 / step for step in steps):
        return st.one_of([_multiples(low, high, step, strict) for step in steps])
    whole, every = _listed(low, high, (WHOLE,), strict), _listed(low, high, steps, strict)
    if not every:
        return _between(low, high, strict)
    # The whole numbers come first in both lists, so that what is drawn from the longer one shrinks to the shorter one.
    return st.sampled_from(whole) | st.sampled_from(every) if whole else st.sampled_from(every)


@lru_cache(maxsize=256)
def _listed(low: Fraction, high: Fraction, steps: tuple[Fraction, ...], strict: bool) -> list[Fraction]:
    """Return the multiples of the steps in the interval, those of the first step first, in the order of their size."""
    found: dict[Fraction, None] = {}
    for step in steps:
        first, last = _counts(low, high, step, strict)
        multiples = [count * step for count in range(first, last + 1)]
        found |= dict.fromkeys(sorted(multiples, key=lambda number: (abs(number), number < 0)))
    return list(found)


def _multiples(low: Fraction, high: Fraction, step: Fraction, strict: bool) -> st.SearchStrategy[Fraction]:
    return st.integers(*_counts(low, high, step, strict)).map(lambda count: count * step)


def _counts(low: Fraction, high: Fraction, step: Fraction, strict: bool) -> tuple[int, int]:
    first, last = ceil(low / step), floor(high / step)
    return (first + (first * step == low), last - (last * step == high)) if strict else (first, last)


def _between(low: Fraction, high: Fraction, strict: bool) -> st.SearchStrategy[Fraction]:
    """Return numbers of a narrow interval: multiples of a power of two that is an eighth of its width or less."""
    if low == high:
        return st.nothing() if strict else st.just(low)
    halvings = (1 / (high - low)).__ceil__().bit_length() + 3
    return st.sampled_from(_listed(low, high, (Fraction(1, 2**halvings),), strict))
