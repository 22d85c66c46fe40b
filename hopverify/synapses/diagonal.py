"""Diagonal synapse: S = -p Σ w_i γ_i² within a layer, S = -p Σ w_i γ_a,i γ_b,i between two of equal size.

Prefactor and drive as in the dense synapse whose matrix is diag(w).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Defect, Port, Synapse, SynapseError, SynapseKind, check_count, held, spread_out
from hopverify.synapses.dense import DRIVE, PREFACTOR


@dataclass(frozen=True)
class Diagonal(Synapse):
    """w has shape (n,)."""

    layers: tuple[str, ...]
    diagonal: ExactArray
    prefactor: Fraction
    gradient: bool

    @property
    def _natural(self) -> Fraction:
        """The prefactor for which w∘γ is the gradient."""
        return Fraction(1, 2) if self.layers[0] == self.layers[1] else Fraction(1)

    @property
    def _factor(self) -> Fraction:
        """What the drive multiplies w by."""
        return self.prefactor / self._natural if self.gradient else Fraction(1)

    @property
    def rates(self) -> list[Fraction]:
        """What the drive multiplies each activation by."""
        return [self._factor * entry for entry in self.diagonal.fractions()]

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        left, right = (activations[layer] for layer in self.layers)
        return -(held(self.diagonal, a) * left * right).sum() * a.number(self.prefactor)

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        left, right = self.layers
        w = held(self.diagonal, a) * a.number(self._factor)
        if left == right:
            return {left: w * activations[left]}
        return {left: w * activations[right], right: w * activations[left]}

    def defect(self) -> Defect | None:
        nonzero = np.argwhere(self.diagonal.values != 0)
        if self.gradient or self.prefactor == self._natural or not len(nonzero):
            return None
        i = int(nonzero[0][0])
        return Defect((i,), f"w[{i}] = {self.prefactor / self._natural}·w[{i}]")

    def formula(self, name: str) -> str:
        factor = "" if self.prefactor == 1 else rf"\tfrac{{{self.prefactor.numerator}}}{{{self.prefactor.denominator}}}"
        left, right = self.layers
        return rf"-{factor}\sum_i w_{{{name},i}}\,\gamma_{{{left},i}}\gamma_{{{right},i}}"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    check_count(ports, 2, kind="diagonal")
    a, b = ports
    if a.size != b.size:
        raise SynapseError("layers", f"a diagonal synapse joins layers of equal size, got {a.size} and {b.size}")
    weights = spread_out(values["weights"], (a.size,), field="weights", meaning=f"one per neuron of {a.name}")
    default = Fraction(1, 2) if a.name == b.name else Fraction(1)
    prefactor = default if values["prefactor"] is None else values["prefactor"]
    return Diagonal((a.name, b.name), weights, prefactor, values["drive"] == "gradient")


SYNAPSE = SynapseKind(
    name="diagonal",
    summary="S = -p Σ w_i γ_a,i γ_b,i, one weight a neuron",
    fields=(Field("weights", FieldKind.ARRAY, "the vector w, one number per neuron, or one for all"), PREFACTOR, DRIVE),
    build=_build,
)
