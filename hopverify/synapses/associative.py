"""Dense associative memory within a layer: S = -Σ_μ F(ξ_μ·γ), from patterns as the rows of Ξ (arXiv:1606.01164).

F is an expression in z, the overlap of the activations with one pattern: ``z^3``, ``relu(z)^4/4``, ``exp(z)``
(arXiv:1702.01929), or ``relu(z)^2/2`` for the Hopfield module of Energy Transformers (arXiv:2302.07253). Factors and
inverse temperatures stand in it: ``exp(4*z)/4``. The drive is Ξᵀ F'(Ξγ) = -∇S, at a cost of K·n for K patterns.
F = z²/2 is a quadratic energy; as `hebbian`, with ``scale: 1``, more is proved of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hopverify.expr.differentiate import gradient
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.nodes import Expression
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, check_count, check_shape, held
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
        return frozenset({(self.layers[0], self.layers[0])})

    @cached_property
    def slope(self) -> Expression:
        """F'."""
        return gradient(self.function, "z", {"z": 0})

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        return -self._of_overlaps(self.function, activations, a).sum()

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        return {self.layers[0]: held(self.patterns, a).T @ self._of_overlaps(self.slope, activations, a)}

    def _of_overlaps(self, function: Expression, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        z = held(self.patterns, a) @ activations[self.layers[0]]
        # F' may be a constant.
        return np.broadcast_to(evaluate(function, {"z": z}, a), z.shape)

    def is_regular(self) -> bool:
        return is_locally_lipschitz(self.function) and is_locally_lipschitz(self.slope)

    def formula(self, name: str) -> str:
        return rf"-\sum_{{\mu}} F_{{{name}}}(\xi_{{\mu}}\cdot\gamma_{{{self.layers[0]}}})"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    check_count(ports, 1, 2, kind="associative")
    if len({port.name for port in ports}) != 1:
        raise SynapseError("layers", "an associative synapse joins a layer with itself: give that layer")
    patterns, port = values["patterns"], ports[0]
    if patterns.ndim != 2:
        raise SynapseError("patterns", "patterns are the rows of a matrix")
    meaning = f"patterns × neurons of {port.name}"
    check_shape(patterns, (patterns.shape[0], port.size), field="patterns", meaning=meaning)
    function = function_of_z(values["function"], field="function", letter="F")
    return Associative((port.name, port.name), patterns, function)


SYNAPSE = SynapseKind(
    name="associative",
    summary="S = -Σ F(ξ_μ·γ) over stored patterns: polynomial, exponential, or any F",
    fields=(
        Field("patterns", FieldKind.ARRAY, "the patterns Ξ, one a row"),
        Field("function", FieldKind.TEXT, "F, as an expression in z, such as z^3, exp(z) or relu(z)^2/2"),
    ),
    build=_build,
)
