"""Linear drives: their matrix W in floating point, and the exact value of dᵀWd, for thousands of neurons.

Matrices of doubles are taken as whole numbers with one common exponent, so that a product takes no Fraction an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer
from hopverify.networks.network import places_of
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense

Floats = NDArray[np.float64]
Vector = np.ndarray[Any, Any]
BITS = 53


def weights(layers: Mapping[str, Layer], synapses: Iterable[Synapse]) -> Floats:
    """Return about the W of linear drives, of all neurons in order."""
    places = places_of(layers)
    W = np.zeros((sum(layer.size for layer in layers.values()),) * 2)
    for synapse in synapses:
        if isinstance(synapse, Dense):
            left, right = (places[name] for name in synapse.layers)
            factor, M = float(_factor(synapse)), synapse.matrix.floats()
            W[left, right] += factor * ((M + M.T) / 2 if synapse.within and synapse.gradient else M)
            if not synapse.within:
                W[right, left] += factor * M.T
        else:
            _add_columns(W, places, synapse)
    return W


def _add_columns(W: Floats, places: Mapping[str, slice], synapse: Synapse) -> None:
    at = {name: np.zeros(places[name].stop - places[name].start) for name in synapse.layers}
    start = synapse.drive(at, FLOATS)
    for source in at:
        for k in range(len(at[source])):
            at[source][k] = 1.0
            for target, moved in synapse.drive(at, FLOATS).items():
                W[places[target], places[source].start + k] += np.asarray(moved - start[target], dtype=np.float64)
            at[source][k] = 0.0


def _factor(synapse: Dense) -> Fraction:
    if not synapse.gradient:
        return Fraction(1)
    return synapse.prefactor * (2 if synapse.within else 1)


def form(synapse: Synapse, d: Mapping[str, Vector]) -> Fraction:
    """Return dᵀWd of one synapse with a linear drive, exactly, for activations in Fractions."""
    if isinstance(synapse, Dense):
        left, right = (d[name] for name in synapse.layers)
        return _factor(synapse) * (1 if synapse.within else 2) * bilinear(synapse.matrix, left, right)
    own = {name: d[name] for name in dict.fromkeys(synapse.layers)}
    ahead, start = (synapse.drive(at, EXACT) for at in (own, {name: each * Fraction(0) for name, each in own.items()}))
    return sum((Fraction((d[name] * (ahead[name] - start[name])).sum()) for name in ahead), Fraction(0))


def bilinear(matrix: ExactArray, left: Vector, right: Vector) -> Fraction:
    """Return leftᵀ·matrix·right, exactly.

    >>> bilinear(ExactArray.of([[0.5, 3.0]]), np.array([Fraction(1, 3)]), np.array([Fraction(2), Fraction(1, 3)]))
    Fraction(2, 3)
    """
    rows, columns = (np.flatnonzero(each != 0) for each in (left, right))
    if not (len(rows) and len(columns)):
        return Fraction(0)
    (u, below), (v, beside) = _whole(left[rows]), _whole(right[columns])
    own = matrix.values[np.ix_(rows, columns)]
    if not matrix.is_dyadic:
        return Fraction(u @ (own @ v)) / (below * beside)
    mantissa, exponent = np.frexp(own)
    exponent = np.where(own == 0, np.max(exponent), exponent)
    least = int(exponent.min())
    numbers = (mantissa * 2.0**BITS).astype(np.int64).astype(object) << (exponent - least).astype(object)
    return Fraction(int(u @ (numbers @ v))) * Fraction(2) ** (least - BITS) / (below * beside)


def _whole(values: Vector) -> tuple[Vector, int]:
    """Return whole numbers, and what to divide them by."""
    below = lcm(*(each.denominator for each in values.tolist()))
    return np.array([int(each * below) for each in values.tolist()], dtype=object), below
