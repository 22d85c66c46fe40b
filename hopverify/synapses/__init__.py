"""Synapses: one kind a file, found by name.

A synapse joins the activations γ of some layers through a synaptic energy S(γ) and contributes a *drive* to the flow
T ẋ = drive + b - ρx. The flow descends the energy only if the drive is -∇S; kinds whose drive is stated separately
(``dense`` and ``diagonal`` within a layer) answer the question "is it?" exactly, in :meth:`Synapse.defect`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.registry import Registry
from hopverify.spec.bounds import MAX_RATIONALS
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field
from hopverify.spec.spread import Spread


class SynapseError(HopverifyError):
    """A synapse that does not fit its layers; ``field`` is the key of the spec that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True)
class Port:
    """What a synapse knows of a layer: its name, its number of neurons, and their arrangement if there is one."""

    name: str
    size: int
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Defect:
    """A place where the drive is not -∇S: the entry ``index`` of the weights, and what it must equal."""

    index: tuple[int, ...]
    statement: str


class Synapse(ABC):
    """A synapse with its arrays. Vectors are arrays of the number system ``a``, one per layer name."""

    layers: tuple[str, ...]
    linear = True
    """Whether the drive is linear in the activations (S quadratic)."""

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs of layers of which the drive of one depends on the other's activation; twice one: on its own."""
        distinct = combinations(dict.fromkeys(self.layers), 2)
        twice = {layer for layer in self.layers if self.layers.count(layer) > 1}
        return frozenset([*distinct, *((layer, layer) for layer in twice)])

    @abstractmethod
    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        """Return S(γ), a scalar."""

    @abstractmethod
    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        """Return what the synapse adds to T ẋ, for each layer it touches."""

    @property
    def weights(self) -> ExactArray | None:
        """The square matrix of a synapse within one layer, where it is stored as one."""
        return None

    def blocks(self) -> dict[tuple[str, str], np.ndarray[Any, Any]] | None:
        """Return the matrices of a linear drive by (target, source), in Fractions, where they are at hand."""
        return None

    def defect(self) -> Defect | None:
        """Return a place where the drive differs from -∇S, or None if it is -∇S (decided exactly)."""
        return None

    @property
    def spread(self) -> Spread | None:
        """How far the weights may lie from those given; None if they are meant exactly."""
        return None

    def widened(self, factor: Fraction) -> Synapse:
        """Return the synapse with a spread that is so many times as large."""
        return self

    def is_regular(self) -> bool:
        """Whether the drive is, by structure, a locally Lipschitz function of the activations."""
        return True

    def is_analytic(self) -> bool:
        """Whether the drive is, by structure, a real-analytic function of the activations."""
        return True

    def is_concave(self) -> bool:
        """Whether S is, by structure, a concave function of all its activations together; False decides nothing."""
        return False

    @abstractmethod
    def formula(self, name: str) -> str:
        """Return S as LaTeX, with ``name`` for the weights and γ_layer for the activations."""


@dataclass(frozen=True)
class SynapseKind:
    """One kind: its fields in the spec, and how an instance is built from them.

    ``build`` gets the layers the synapse names (in order), the values of the fields and the named arrays of the spec;
    it raises :class:`SynapseError` for shapes that do not fit.
    """

    name: str
    summary: str
    fields: tuple[Field, ...]
    build: Callable[[Sequence[Port], Mapping[str, Any], Mapping[str, ExactArray]], Synapse]


def held(array: ExactArray, a: Arithmetic) -> Value:
    """Return the array in the number system ``a``, converted once for each precision.

    An array that was converted at another one would be enclosed too, but what is computed from it would depend, in its
    last digits, on what was computed before: a certificate could not be checked word for word.
    """
    return _held(array, a, a.working_precision)


@lru_cache(maxsize=64)
def _held(array: ExactArray, a: Arithmetic, bits: int) -> Value:
    return a.array(array.values)


def check_shape(array: ExactArray, expected: tuple[int, ...], *, field: str, meaning: str) -> None:
    """Raise :class:`SynapseError` unless the array has the shape that its layers ask for."""
    if array.shape != expected:
        raise SynapseError(field, f"expected shape {_times(expected)} ({meaning}), got {_times(array.shape)}")


def pattern_rows(array: ExactArray, port: Port) -> ExactArray:
    """Return patterns, one in a row as wide as the layer; a vector is one pattern. Raise where they do not fit."""
    rows = array.rows(port.size)
    if rows.ndim != 2:
        raise SynapseError("patterns", "patterns are the rows of a matrix")
    check_shape(rows, (rows.shape[0], port.size), field="patterns", meaning=f"patterns × neurons of {port.name}")
    return rows


def spread_out(array: ExactArray, expected: tuple[int, ...], *, field: str, meaning: str) -> ExactArray:
    """Return the array with the expected shape: a single number stands for every weight; raise where it does not fit.

    A vector is a matrix of one row or column, and the other way round, where that is what the layers need.

    >>> spread_out(ExactArray.of(2), (1, 2), field="weights", meaning="").floats().tolist()
    [[2.0, 2.0]]
    """
    if array.ndim == 0:
        if math.prod(expected) > MAX_RATIONALS:
            said = f"{_times(expected)} equal weights are more than {MAX_RATIONALS}"
            raise SynapseError(field, f"{said}: give an array in a file")
        return replace(array, values=np.full(expected, array.values))
    if len(expected) == 1:
        array = array.vector()
    elif 1 in expected:
        array = array.rows(expected[-1])
    check_shape(array, expected, field=field, meaning=meaning)
    return array


def check_count(ports: Sequence[Port], *counts: int, kind: str) -> None:
    """Raise :class:`SynapseError` unless the number of layers is one of ``counts``."""
    if len(ports) not in counts:
        wanted = " or ".join(map(str, counts))
        raise SynapseError("layers", f"a {kind} synapse joins {wanted} layers, got {len(ports)}")


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single number"


SYNAPSES: Registry[SynapseKind] = Registry("hopverify.synapses", "SYNAPSE", noun="synapse kind")
