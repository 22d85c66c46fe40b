"""Products of arrays of constants, exactly: a term keeps one array where one can hold them all.

Sums over axes that only constants have, and products of constants, are computed in whole numbers. Where doubles do not
hold the result it is an array of Fractions, if it is small; else the arrays stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.terms import Constant, Factor, Term

MAX_PRODUCTS, MAX_RATIONALS, MAX_RATIONAL_PRODUCTS = 4_000_000, 4096, 100_000
Labelled = tuple[NDArray[Any], tuple[int, ...]]


def merged(term: Term) -> Term:
    """Return the term with at most one array of constants, if that is exact and not too large."""
    constants = [factor for factor in term.factors if isinstance(factor.source, Constant)]
    others = [factor for factor in term.factors if not isinstance(factor.source, Constant)]
    kept = {label for factor in others for label in factor.labels} | {a for a in term.axes if a is not None}
    touched = {label for factor in constants for label in factor.labels}
    if len(constants) < 2 and touched <= kept:
        return term
    if math.prod(term.extents[label] for label in touched) > MAX_PRODUCTS:
        return term
    labels = tuple(sorted(touched & kept))
    values = _values_of(constants, labels)
    if values is None:
        return term
    if not labels:
        return Term(term.coefficient * exact(values[()]), tuple(others), term.axes)
    return Term(term.coefficient, (*others, Factor(Constant(values), labels)), term.axes)


def merged_apart(term: Term) -> Term:
    """Return the term with the arrays of constants that are summed with each other merged, and no others.

    A product of two matrices beside a vector so stays a matrix and a vector, where one array would have three axes.
    """
    others = [factor for factor in term.factors if not isinstance(factor.source, Constant)]
    kept = {label for factor in others for label in factor.labels} | {a for a in term.axes if a is not None}
    chains: list[list[Factor]] = []
    for factor in term.factors:
        if isinstance(factor.source, Constant):
            inner = set(factor.labels) - kept
            touching = [chain for chain in chains if any(inner & set(each.labels) for each in chain)]
            chains = [chain for chain in chains if chain not in touching]
            chains.append([factor, *(each for chain in touching for each in chain)])
    coefficient, factors = term.coefficient, list(others)
    for chain in chains:
        labels = tuple(sorted({label for factor in chain for label in factor.labels} & kept))
        values = None if len(chain) == 1 and set(chain[0].labels) <= kept else _values_of(chain, labels)
        if values is None:
            factors += chain
        elif labels:
            factors.append(Factor(Constant(values), labels))
        else:
            coefficient *= exact(values[()])
    return Term(coefficient, tuple(factors), term.axes)


def _values_of(constants: Sequence[Factor], labels: tuple[int, ...]) -> NDArray[Any] | None:
    """Return the product of constants over some labels, if it is exact and not too large."""
    arrays = [(factor.source.values, factor.labels) for factor in constants if isinstance(factor.source, Constant)]
    return exact_product(arrays, labels)


def exact(value: Any) -> Fraction:
    """Return an entry of an array of constants as the number that it is."""
    return value if isinstance(value, Fraction) else Fraction(value.item() if hasattr(value, "item") else value)


def exact_product(arrays: Sequence[Labelled], kept: tuple[int, ...]) -> NDArray[Any] | None:
    """Return the product of arrays summed over all labels but ``kept``, or None if it is too large to be exact.

    >>> exact_product([(np.array([1.0, 0.5]), (0,)), (np.array([2.0, 3.0]), (0,))], ()).item()
    3.5
    """
    operands: list[Any] = []
    exponent = 0
    if any(values.dtype == object for values, _ in arrays):
        return _rational_product(arrays, kept)
    for values, labels in arrays:
        whole, power = _whole(values)
        exponent += power
        operands += [whole, list(labels)]
    result = np.asarray(np.einsum(*operands, list(kept)), dtype=object)
    flat = [_double(entry, exponent) for entry in result.reshape(-1)]
    if None not in flat:
        return np.array(flat, dtype=np.float64).reshape(result.shape)
    return np.asarray(result * Fraction(2) ** exponent, dtype=object) if result.size <= MAX_RATIONALS else None


def _rational_product(arrays: Sequence[Labelled], kept: tuple[int, ...]) -> NDArray[Any] | None:
    """Return the product of small arrays some of which are of Fractions."""
    extents = {label: extent for values, labels in arrays for label, extent in zip(labels, values.shape, strict=True)}
    if math.prod(extents.values()) > MAX_RATIONAL_PRODUCTS:
        return None
    operands: list[Any] = []
    for values, labels in arrays:
        fractions = np.empty(values.size, dtype=object)
        fractions[:] = [exact(value) for value in values.reshape(-1)]
        operands += [fractions.reshape(values.shape), list(labels)]
    result = np.asarray(np.einsum(*operands, list(kept)), dtype=object)
    flat = [Fraction(each) for each in result.reshape(-1)]
    doubles = [float(each) for each in flat]
    if all(Fraction(double) == each for double, each in zip(doubles, flat, strict=True)):
        return np.array(doubles).reshape(result.shape)
    return result if result.size <= MAX_RATIONALS else None


def _whole(values: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return whole numbers w and an exponent e with values = w·2^e."""
    fractions, exponents = np.frexp(np.asarray(values, dtype=np.float64))
    lowest = int(exponents.min(initial=0))
    shifts = (exponents - lowest).astype(object)
    return (fractions * 2.0**53).astype(np.int64).astype(object) * 2**shifts, lowest - 53


def _double(entry: int, exponent: int) -> float | None:
    """Return entry·2^exponent, if it is a double."""
    try:
        value = math.ldexp(float(entry), exponent)
    except OverflowError:
        return None
    return value if Fraction(value) == Fraction(entry) * Fraction(2) ** exponent else None
