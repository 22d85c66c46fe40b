"""Affine drives of expression synapses: S of degree 2 in the activations is what a dense synapse and a bias make.

The drive is evaluated in affine functions of the activations, exactly: sums, and products with constants. An
expression that needs more of them has no affine drive here, whatever it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.expr.evaluate import Value
from hopverify.expr.exact import EXACT, Exact, NotRational
from hopverify.networks.network import Model
from hopverify.synapses import Synapse
from hopverify.synapses.expression import ByExpression

Matrix = np.ndarray[Any, Any]
Place = tuple[str, int]
"""A layer, and the number of a neuron in it."""


@dataclass(frozen=True)
class Affine:
    """constant + Σ slopes[j]·γ_j, with Fractions."""

    constant: Fraction
    slopes: Mapping[Place, Fraction]

    def __add__(self, other: Any) -> Affine:
        if isinstance(other, np.ndarray):
            return NotImplemented
        own = other if isinstance(other, Affine) else Affine(Fraction(other), {})
        slopes = dict(self.slopes)
        for place, slope in own.slopes.items():
            slopes[place] = slopes.get(place, Fraction(0)) + slope
        return Affine(self.constant + own.constant, slopes)

    def __mul__(self, other: Any) -> Affine:
        if isinstance(other, np.ndarray):
            return NotImplemented
        if isinstance(other, Affine) and not any(self.slopes.values()):
            return other * self.constant
        factor = _known(other)
        return Affine(self.constant * factor, {place: slope * factor for place, slope in self.slopes.items()})

    def __truediv__(self, other: Any) -> Affine:
        return NotImplemented if isinstance(other, np.ndarray) else self * (1 / Fraction(_known(other)))

    def __rtruediv__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else other / self.known()

    def __neg__(self) -> Affine:
        return self * Fraction(-1)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__

    def known(self) -> Fraction:
        """Return the value of one that is constant."""
        if any(self.slopes.values()):
            raise NotRational("a function of an activation that is not affine")
        return self.constant


def _moves(value: Any) -> bool:
    return isinstance(value, Affine) and any(value.slopes.values())


def _known(value: Any) -> Any:
    return value.known() if isinstance(value, Affine) else value


class _Affines(Exact):
    """Affine functions with exact constants; whatever else is made of constants stays a Fraction."""

    def elementary(self, name: str, *argument: Value) -> Value:
        return EXACT.elementary(name, *(np.frompyfunc(_known, 1, 1)(each) for each in argument))

    def power(self, base: Value, exponent: Fraction) -> Value:
        if exponent == 1:
            return base
        # Of the size of a vector its entries may be whatever they are.
        return np.frompyfunc(lambda u: _CURVED if _moves(u) else EXACT.power(_known(u), exponent), 1, 1)(base)


_CURVED = object()
"""A power of an activation, with which nothing can be computed."""


@dataclass(frozen=True, eq=False)
class AffineDrive:
    """The matrices of a drive by (target, source), and its constant part by target, in Fractions."""

    blocks: Mapping[tuple[str, str], Matrix]
    constant: Mapping[str, Matrix]


@lru_cache(maxsize=32)
def affine_drive(model: Model, synapse: Synapse) -> AffineDrive | None:
    """Return the drive of an expression synapse as affine functions of the activations, if that is seen."""
    if not isinstance(synapse, ByExpression):
        return None
    sizes = {name: model.layers[name].size for name in synapse.layers}
    gamma = {
        name: np.array([Affine(Fraction(0), {(name, i): Fraction(1)}) for i in range(size)], dtype=object)
        for name, size in sizes.items()
    }
    try:
        drives = synapse.drive(gamma, _Affines())
    except (HopverifyError, ZeroDivisionError, TypeError):
        return None
    rows = {name: [each if isinstance(each, Affine) else Affine(each, {}) for each in drives[name]] for name in drives}
    blocks = {
        (target, source): np.array(
            [[row.slopes.get((source, j), Fraction(0)) for j in range(size)] for row in rows[target]], dtype=object
        )
        for target in rows
        for source, size in sizes.items()
    }
    return AffineDrive(
        blocks, {name: np.array([row.constant for row in own], dtype=object) for name, own in rows.items()}
    )
