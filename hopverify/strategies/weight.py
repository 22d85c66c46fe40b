"""Square matrices of weights, exact in every property that is asked of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from hopverify.spec import ExactArray
from hopverify.strategies.arguments import check_flag, check_sizes, check_whole
from hopverify.strategies.critical import critical_weights
from hopverify.strategies.number import short_numbers

TWO = Fraction(2)

Matrix = np.ndarray[Any, Any]
"""An object array of Fractions."""


def weights(
    *,
    size: int | None = None,
    min_size: int = 1,
    max_size: int = 4,
    symmetric: bool | None = None,
    definite: bool = False,
    low_rank: int | None = None,
    near_critical: bool = False,
    dyadic: bool = False,
) -> st.SearchStrategy[ExactArray]:
    """Return n × n matrices W, with n = ``size`` or from ``min_size`` to ``max_size``.

    ``symmetric`` asks for W = Wᵀ, or with False for W ≠ Wᵀ. ``definite``: W is positive definite. ``low_rank``: the
    rank of W is at most that. ``near_critical``: W is symmetric, and its largest eigenvalue is 1, or a neighbour of 1
    among the doubles; at 1 the matrix I - W is singular, and the verdict of many a check turns. ``dyadic``: doubles
    hold the entries. All of this holds exactly, in rationals.

    >>> from hypothesis import find
    >>> from hopverify.strategies import weights
    >>> find(weights(symmetric=False), lambda W: True).fractions().tolist()
    [[Fraction(0, 1), Fraction(0, 1)], [Fraction(1, 1), Fraction(0, 1)]]
    >>> find(weights(definite=True, size=2), lambda W: W.values[0, 1] != 0).values
    array([[1., 1.],
           [1., 2.]])
    """
    if size is not None:
        check_whole("size", size, least=1)
        min_size = max_size = size
    check_sizes("min_size", min_size, "max_size", max_size)
    check_flag("symmetric", symmetric, optional=True)
    for name, value in (("definite", definite), ("near_critical", near_critical), ("dyadic", dyadic)):
        check_flag(name, value)
    if low_rank is not None:
        check_whole("low_rank", low_rank)
    _check_together(max_size, symmetric, definite, low_rank, near_critical)
    sizes = st.integers(max(min_size, 2) if symmetric is False else min_size, max_size)
    if near_critical:
        return sizes.flatmap(critical_weights)
    return _drawn(sizes, symmetric, definite, low_rank, dyadic)


def _check_together(
    max_size: int, symmetric: bool | None, definite: bool, low_rank: int | None, near_critical: bool
) -> None:
    if symmetric is False:
        if definite or near_critical:
            kind = "definite" if definite else "near_critical"
            raise InvalidArgument(f"Cannot have {symmetric=} with {kind}=True, whose matrices are symmetric")
        if max_size == 1:
            raise InvalidArgument(f"Cannot have {symmetric=} with {max_size=}: one number is its own transpose")
        if low_rank == 0:
            raise InvalidArgument(f"Cannot have {symmetric=} with {low_rank=}: that is the zero matrix")
    if low_rank is not None and definite:
        raise InvalidArgument(f"Cannot have {low_rank=} with {definite=}: a definite matrix has full rank")
    if near_critical and (low_rank is not None or definite):
        given = f"{low_rank=}" if low_rank is not None else f"{definite=}"
        raise InvalidArgument(f"Cannot have {near_critical=} with {given}: ask for one of them")


@st.composite
def _drawn(
    draw: st.DrawFn,
    sizes: st.SearchStrategy[int],
    symmetric: bool | None,
    definite: bool,
    low_rank: int | None,
    dyadic: bool,
) -> ExactArray:
    n = draw(sizes)
    if definite:
        W = draw(_definite(n, dyadic))
    else:
        mirrored = draw(st.booleans().map(lambda other: not other)) if symmetric is None else symmetric
        W = draw(_of_low_rank(n, low_rank, mirrored) if low_rank is not None else _free(n, mirrored, dyadic))
    assume(symmetric is not False or bool((W != W.T).any()))
    return ExactArray.of(W)


@st.composite
def matrices(draw: st.DrawFn, rows: int, columns: int, *, dyadic: bool = False) -> Matrix:
    """Return rows × columns short numbers."""
    numbers = short_numbers(-TWO, TWO, dyadic=dyadic)
    count = rows * columns
    found = np.empty(count, dtype=object)
    found[:] = draw(st.lists(numbers, min_size=count, max_size=count))
    return found.reshape(rows, columns)


@st.composite
def _free(draw: st.DrawFn, n: int, symmetric: bool, dyadic: bool) -> Matrix:
    W: Matrix = draw(matrices(n, n, dyadic=dyadic))
    return np.where(np.tri(n, dtype=bool), W, W.T) if symmetric else W


@st.composite
def _of_low_rank(draw: st.DrawFn, n: int, rank: int, symmetric: bool) -> Matrix:
    """Return UDUᵀ or UVᵀ with ``rank`` columns (halves, so that the products stay short)."""
    rank = min(rank, n)
    columns = _small(n, rank)
    U: Matrix = draw(columns)
    if not symmetric:
        return U @ draw(columns).T if rank else np.full((n, n), Fraction(0), dtype=object)
    signs = draw(st.lists(st.sampled_from([1, -1]), min_size=rank, max_size=rank))
    D = np.array([Fraction(sign) for sign in signs], dtype=object)
    return (U * D) @ U.T if rank else np.full((n, n), Fraction(0), dtype=object)


@st.composite
def _small(draw: st.DrawFn, rows: int, columns: int) -> Matrix:
    entries = st.integers(-4, 4).map(lambda count: Fraction(count, 2))
    found = np.empty(rows * columns, dtype=object)
    found[:] = draw(st.lists(entries, min_size=rows * columns, max_size=rows * columns))
    return found.reshape(rows, columns)


@st.composite
def _definite(draw: st.DrawFn, n: int, dyadic: bool) -> Matrix:
    """Return LLᵀ with a lower triangular L whose diagonal is positive."""
    L: Matrix = draw(matrices(n, n, dyadic=dyadic)) * np.tri(n, k=-1, dtype=int)
    diagonal = st.sampled_from([Fraction(1), TWO, Fraction(1, 2), Fraction(1, 8)])
    np.fill_diagonal(L, np.array(draw(st.lists(diagonal, min_size=n, max_size=n)), dtype=object))
    return L @ L.T
