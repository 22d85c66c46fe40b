"""Patterns to store: one in a row."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from hopverify.spec import ExactArray
from hopverify.strategies.arguments import check_flag, check_sizes, check_whole, exact


def patterns(
    *,
    size: int | None = None,
    min_count: int = 1,
    max_count: int = 3,
    values: Sequence[Any] = (1, -1),
    distinct: bool = True,
) -> st.SearchStrategy[ExactArray]:
    """Return K × n arrays with a pattern in each row, K from ``min_count`` to ``max_count``, n = ``size`` or up to 4.

    Entries are among ``values``, of which the first is the simplest. With ``distinct`` no two patterns are equal.

    >>> from hypothesis import find
    >>> from hopverify.strategies import patterns
    >>> find(patterns(size=2), lambda Xi: Xi.shape[0] == 2).values
    array([[ 1.,  1.],
           [ 1., -1.]])
    """
    if size is not None:
        check_whole("size", size, least=1)
    check_sizes("min_count", min_count, "max_count", max_count)
    check_flag("distinct", distinct)
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise InvalidArgument(f"Expected a non-empty sequence of numbers but got {values=}")
    numbers = list(dict.fromkeys(exact("values", value) for value in values))
    if distinct and size is not None and len(numbers) ** size < min_count:
        raise InvalidArgument(
            f"Cannot have {min_count=} distinct patterns of {size=}: there are {len(numbers) ** size} of {values=}"
        )
    return _patterns(size, min_count, max_count, numbers, distinct)


@st.composite
def _patterns(
    draw: st.DrawFn, size: int | None, least: int, most: int, numbers: list[Fraction], distinct: bool
) -> ExactArray:
    smallest = next(n for n in range(1, 65) if not distinct or len(numbers) ** n >= least or n == 64)
    n = size if size is not None else draw(st.integers(smallest, max(4, smallest)))
    row = st.tuples(*[st.sampled_from(numbers)] * n)
    most = min(most, len(numbers) ** n) if distinct else most
    rows = draw(st.lists(row, min_size=least, max_size=most, unique=distinct))
    return ExactArray.of(np.array(rows, dtype=object))
