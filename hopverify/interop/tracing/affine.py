"""Affine maps and quadratic forms in symbolic arrays, with their matrices as exact numbers.

>>> from hopverify.interop.tracing.terms import Input
>>> from hopverify.interop.tracing.tensors import constant, contraction, leaf, plus
>>> W, b, x = constant(np.array([[1.0, 2.0], [3.0, 4.0]])), constant(np.array([0.5, 0.25])), leaf(Input("x", (2,)))
>>> found = affine(plus(contraction(W, x, ((1,), (0,)), ((), ())), b))
>>> found.maps["x"].tolist(), found.offset.tolist()
([[1.0, 2.0], [3.0, 4.0]], [0.5, 0.25])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.constants import MAX_RATIONALS, exact, merged
from hopverify.interop.tracing.convolutions import convolution_matrix
from hopverify.interop.tracing.spreads import all_axes, matrix_of
from hopverify.interop.tracing.tensors import transposed_core
from hopverify.interop.tracing.terms import Atom, Constant, Input, Tensor, Term

Array = NDArray[Any]


@dataclass(frozen=True)
class Affine:
    """Σ_l W_l γ_l + offset: a matrix for each layer, rows being the entries of the value; None is no offset."""

    maps: Mapping[str, Array]
    offset: Array | None


def affine(value: Tensor) -> Affine | None:
    """Return the matrices of an array that is affine in the inputs; None if it is not seen to be, or not exactly."""
    maps: dict[str, Array] = {}
    offset: Array | None = None
    opened = transposed_core(_opened(value))
    for term in map(merged, opened.terms):
        found = _convolution(term, opened.shape) or _part(term, opened.shape)
        if found is None:
            return None
        name, values = found
        old = offset if name is None else maps.get(name)
        new = values if old is None else total(old, values)
        if new is None:
            return None
        if name is None:
            offset = new
        else:
            maps[name] = new
    return Affine(maps, offset)


def _opened(value: Tensor) -> Tensor:
    """Return what a value is that stands as one thing, in its own shape."""
    source = value.alone
    if isinstance(source, Atom) and source.function == "view" and source.arguments[0].shape == value.shape:
        return _opened(source.arguments[0])
    return value


def _convolution(term: Term, shape: tuple[int, ...]) -> tuple[str, Array] | None:
    """Return the layer and the matrix of a convolution of a layer."""
    source = term.factors[0].source if len(term.factors) == 1 else None
    if not isinstance(source, Atom) or source.function != "convolution" or term.factors[0].labels != term.axes:
        return None
    layer = source.arguments[0].alone
    if not isinstance(layer, Input):
        return None
    kernel = source.arguments[1]
    taps = kernel.alone
    assert isinstance(taps, Constant)
    matrix = multiple(convolution_matrix(taps.values.reshape(kernel.shape), source.parameter).T, term.coefficient)
    return None if matrix is None else (layer.name, matrix)


def _part(term: Term, shape: tuple[int, ...]) -> tuple[str | None, Array] | None:
    """Return of one term the layer and its matrix, or no layer and an offset."""
    inputs = [factor for factor in term.factors if isinstance(factor.source, Input)]
    constants = [factor for factor in term.factors if isinstance(factor.source, Constant)]
    if len(inputs) > 1 or len(constants) > 1 or len(inputs) + len(constants) < len(term.factors):
        return None
    extents, rows = all_axes(term, shape)
    source = inputs[0].source if inputs else None
    values = matrix_of(term, rows, inputs[0].labels if inputs else (), extents)
    scaled = None if values is None else multiple(values, term.coefficient)
    if scaled is None:
        return None
    return (source.name, scaled) if isinstance(source, Input) else (None, scaled[:, 0])


def multiple(values: Array, factor: Fraction) -> Array | None:
    """Return factor·values exactly: in doubles if they hold it, else as Fractions; None if those are too many."""
    if factor == 1:
        return values
    if values.dtype != object and _is_power_of_two(abs(factor)):
        with np.errstate(over="ignore", under="ignore"):
            doubles: Array = values.astype(np.float64) * float(factor)
        small = np.abs(doubles) < 2.0**-1000
        if np.all(np.isfinite(doubles)) and not np.any(small & (values != 0)):
            return doubles
    if values.size > MAX_RATIONALS:
        return None
    scaled: Array = _fractions(values) * factor
    return scaled


def _is_power_of_two(value: Fraction) -> bool:
    return all(part & (part - 1) == 0 for part in (value.numerator, value.denominator)) and abs(float(value)) < 2.0**900


def total(left: Array, right: Array) -> Array | None:
    """Return left + right exactly, as :func:`multiple` does."""
    if left.dtype != object and right.dtype != object:
        a, b = left.astype(np.float64), right.astype(np.float64)
        with np.errstate(over="ignore"):
            summed = a + b
        # The rounding error of a sum of doubles is a double (Knuth's two-sum).
        part = summed - a
        if np.all(np.isfinite(summed)) and np.all((a - (summed - part)) + (b - part) == 0):
            return summed
    if left.size > MAX_RATIONALS:
        return None
    added: Array = _fractions(left) + _fractions(right)
    return added


def _fractions(values: Array) -> Array:
    flat = [exact(value) for value in values.reshape(-1)]
    result: Array = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(values.shape)


def quadratic(term: Term) -> tuple[str, Array] | None:
    """Return of a term γᵀMγ of one layer the layer and the symmetric matrix M + Mᵀ, so that the term is half its form.

    None if the term is no such form, or the matrix not exact.
    """
    inputs = [factor for factor in term.factors if isinstance(factor.source, Input)]
    constants = [factor for factor in term.factors if isinstance(factor.source, Constant)]
    if len(inputs) != 2 or len(constants) > 1 or len(inputs) + len(constants) < len(term.factors):
        return None
    (one, other), names = inputs, {getattr(factor.source, "name", "") for factor in inputs}
    if len(names) != 1 or prod(one.source.shape) != prod(other.source.shape):
        return None
    # Products of the inputs' other labels, as in Σ_k x_ik M_ij x_jk, are entries of M too.
    M = matrix_of(term, one.labels, other.labels)
    M = None if M is None else multiple(M, term.coefficient)
    doubled = None if M is None else total(M, M.T)
    return None if doubled is None else (names.pop(), doubled)
