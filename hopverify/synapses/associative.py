"""Dense associative memory of a layer: S = -Σ_μ F(ξ_μ·γ), from patterns as the rows of Ξ (arXiv:1606.01164).

F is an expression in z, the overlap of the activations with one pattern: ``z^3``, ``relu(z)^4/4``, ``exp(z)``
(arXiv:1702.01929), or ``relu(z)^2/2`` for the Hopfield module of Energy Transformers (arXiv:2302.07253). Factors and
inverse temperatures stand in it: ``exp(4*z)/4``. The drive is Ξᵀ F'(Ξγ) = -∇S, at a cost of K·n for K patterns.
Several layers (tokens) have the same patterns, each its own sum; nothing joins them. F = z²/2 is a quadratic energy;
as `hebbian`, with ``scale: 1``, more is proved of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hopverify.expr.continuation import derivative
from hopverify.expr.curvature import curvature
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.functions import Bend
from hopverify.expr.nodes import Expression
from hopverify.expr.regularity import is_analytic, is_locally_lipschitz
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, held, pattern_rows
from hopverify.synapses._functions import function_of_z


@dataclass(frozen=True, eq=False)
class Associative(Synapse):
    """Ξ has shape (K, n); ``function`` is F as an expression in z, elementwise."""

    layers: tuple[str, ...]
    patterns: ExactArray
    function: Expression
    linear = False

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset((layer, layer) for layer in self.layers)

    @cached_property
    def slope(self) -> Expression:
        """F'."""
        return derivative(self.function, "z")

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        sums = [self._of_overlaps(self.function, activations[layer], a).sum() for layer in self.layers]
        return -sum(sums[1:], sums[0])

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        Xi = held(self.patterns, a)
        return {layer: Xi.T @ self._of_overlaps(self.slope, activations[layer], a) for layer in self.layers}

    def _of_overlaps(self, function: Expression, gamma: Value, a: Arithmetic) -> Value:
        z = held(self.patterns, a) @ gamma
        # F' may be a constant.
        return np.broadcast_to(evaluate(function, {"z": z}, a), z.shape)

    def is_regular(self) -> bool:
        return is_locally_lipschitz(self.function) and is_locally_lipschitz(self.slope)

    def is_analytic(self) -> bool:
        return is_analytic(self.slope)

    def is_concave(self) -> bool:
        return curvature(self.function, {"z"}).bend in (Bend.CONVEX, Bend.AFFINE)

    def formula(self, name: str) -> str:
        sums = [rf"\sum_{{\mu}} F_{{{name}}}(\xi_{{\mu}}\cdot\gamma_{{{layer}}})" for layer in self.layers]
        return "-" + " - ".join(sums)


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    names, sizes = tuple(dict.fromkeys(port.name for port in ports)), _sizes(ports)
    if len(sizes) > 1:
        raise SynapseError("layers", f"layers with the same patterns have one size, got {', '.join(map(str, sizes))}")
    patterns = pattern_rows(values["patterns"], ports[0])
    function = function_of_z(values["function"], field="function", letter="F")
    return Associative(names, patterns, function)


def _sizes(ports: Sequence[Port]) -> list[int]:
    return sorted({port.size for port in ports})


SYNAPSE = SynapseKind(
    name="associative",
    summary="S = -Σ F(ξ_μ·γ) over stored patterns: polynomial, exponential, or any F",
    fields=(
        Field("patterns", FieldKind.ARRAY, "the patterns Ξ, one a row"),
        Field("function", FieldKind.TEXT, "F, as an expression in z, such as z^3, exp(z) or relu(z)^2/2"),
    ),
    build=_build,
)
