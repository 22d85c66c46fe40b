"""Log-sum-ReLU: S = -(1/β) log(ε + Σ_μ relu(1 - (β/2)|γ - ξ_μ|²)), the Epanechnikov energy (arXiv:2506.10801).

Around each pattern ξ_μ, a row of Ξ, lies the ball of squared radius 2/β in which its term is positive. Outside all
balls S = -(1/β) log ε is constant. The drive is -∇S = Σ (ξ_μ - γ)/(ε + Σ relu(…)), the first sum over the balls that
hold γ: it jumps at the edge of each ball, so it is not a continuous function of the activations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, check_count, held, pattern_rows


@dataclass(frozen=True, eq=False)
class Epanechnikov(Synapse):
    """Ξ has shape (K, n); β > 0 and ε > 0."""

    layers: tuple[str, ...]
    patterns: ExactArray
    beta: Fraction
    epsilon: Fraction
    linear = False

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({(self.layers[0], self.layers[0])})

    def _terms(self, activations: Mapping[str, Value], a: Arithmetic) -> tuple[Value, Value]:
        """Return ξ_μ - γ, a pattern a row, and 1 - (β/2)|ξ_μ - γ|²."""
        away = held(self.patterns, a) - activations[self.layers[0]]
        return away, a.number(Fraction(1)) - a.power(away, Fraction(2)).sum(axis=1) * a.number(self.beta / 2)

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        _, terms = self._terms(activations, a)
        total = a.elementary("relu", terms).sum() + a.number(self.epsilon)
        return -a.elementary("log", total) / a.number(self.beta)

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        away, terms = self._terms(activations, a)
        total = a.elementary("relu", terms).sum() + a.number(self.epsilon)
        return {self.layers[0]: (away.T @ a.elementary("step", terms)) / total}

    def is_regular(self) -> bool:
        return False

    def is_analytic(self) -> bool:
        return False

    def formula(self, name: str) -> str:
        term = rf"\max(0, 1 - \tfrac{{\beta}}{{2}}\,|\gamma_{{{self.layers[0]}}} - \xi_{{{name},\mu}}|^2)"
        return rf"-\tfrac{{1}}{{\beta}}\log\bigl(\varepsilon + \sum_{{\mu}} {term}\bigr)"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    check_count(ports, 1, 2, kind="epanechnikov")
    if len({port.name for port in ports}) != 1:
        raise SynapseError("layers", "an epanechnikov synapse joins a layer with itself: give that layer")
    patterns = pattern_rows(values["patterns"], ports[0])
    return Epanechnikov((ports[0].name,), patterns, values["beta"], values["epsilon"])


SYNAPSE = SynapseKind(
    name="epanechnikov",
    summary="S = -(1/β) log(ε + Σ relu(1 - (β/2)|γ - ξ_μ|²)): flat outside the balls of the patterns",
    fields=(
        Field("patterns", FieldKind.ARRAY, "the patterns Ξ, one a row"),
        Field("beta", FieldKind.NUMBER, "β; the balls have the squared radius 2/β", minimum=Fraction(0), strict=True),
        Field("epsilon", FieldKind.NUMBER, "ε, which keeps the logarithm finite", minimum=Fraction(0), strict=True),
    ),
    build=_build,
)
