"""Hebbian synapse within a layer: W = s(ΞᵀΞ - D), from patterns as the rows of Ξ (Hopfield 1982).

s is the scale (1/n unless stated); D is diag(ΞᵀΞ) if ``zero_diagonal`` and 0 otherwise. W is symmetric by construction
and never formed: S = -½ s(‖Ξγ‖² - Σ D_ii γ_i²), drive s(Ξᵀ(Ξγ) - Dγ), at a cost of K·n for K patterns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, check_count, held, pattern_rows


@dataclass(frozen=True)
class Hebbian(Synapse):
    """Ξ has shape (K, n)."""

    layers: tuple[str, ...]
    patterns: ExactArray
    scale: Fraction
    zero_diagonal: bool

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        (layer,) = set(self.layers)
        return -(activations[layer] * self.drive(activations, a)[layer]).sum() * a.number(Fraction(1, 2))

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        Xi = held(self.patterns, a)
        gamma = activations[self.layers[0]]
        driven = Xi.T @ (Xi @ gamma)
        if self.zero_diagonal:
            driven = driven - (Xi * Xi).sum(axis=0) * gamma
        return {self.layers[0]: driven * a.number(self.scale)}

    def blocks(self) -> dict[tuple[str, str], np.ndarray[Any, Any]]:
        Xi, layer = self.patterns.fractions(), self.layers[0]
        # In whole numbers: a product of fractions would reduce each of its K·n² terms.
        unit = lcm(*(entry.denominator for entry in Xi.flat))
        whole = np.array([int(entry * unit) for entry in Xi.flat], dtype=object).reshape(Xi.shape)
        W = (whole.T @ whole) * (self.scale / unit**2)
        if self.zero_diagonal:
            np.fill_diagonal(W, Fraction(0))
        return {(layer, layer): W}

    def formula(self, name: str) -> str:
        diagonal = r" - \operatorname{diag}(\Xi^{\top}\Xi)" if self.zero_diagonal else ""
        scale = rf"\tfrac{{{self.scale.numerator}}}{{{2 * self.scale.denominator}}}"
        layer = self.layers[0]
        return rf"-{scale}\,\gamma_{{{layer}}}^{{\top}}(\Xi^{{\top}}\Xi{diagonal})\gamma_{{{layer}}}"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    check_count(ports, 1, 2, kind="hebbian")
    if len({port.name for port in ports}) != 1:
        raise SynapseError("layers", "a hebbian synapse joins a layer with itself: give that layer")
    patterns = pattern_rows(values["patterns"], ports[0])
    scale = Fraction(1, ports[0].size) if values["scale"] is None else values["scale"]
    return Hebbian((ports[0].name, ports[0].name), patterns, scale, values["zero_diagonal"])


SYNAPSE = SynapseKind(
    name="hebbian",
    summary="W = s(ΞᵀΞ - D) from stored patterns, kept in low-rank form",
    fields=(
        Field("patterns", FieldKind.ARRAY, "the patterns Ξ, one a row"),
        Field("scale", FieldKind.NUMBER, "s; 1/n unless stated", default=None),
        Field("zero_diagonal", FieldKind.BOOLEAN, "whether W_ii = 0", default=False),
    ),
    build=_build,
)
