"""Memory retrieval (T15): a ball around each stored pattern that the network keeps and contracts.

Concerns a softmax layer joined by patterns Ξ to an identity layer without bias: v̇ = Ξᵀsoftmax(βΞv) - v, or the update
v ← Ξᵀsoftmax(βΞv) (arXiv:2008.02217). Every pattern gets its largest certified radius and the certified distance of its
equilibrium, or its nearest competitor.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import FLOATING_POINT, Check, Claim, at_instantaneous_values
from hopverify.model import Layer, Model
from hopverify.obligations import Retrieval
from hopverify.spec import ExactArray, Field, FieldKind
from hopverify.synapses.dense import Dense

_STATEMENT = "stored patterns are retrieved from a certified ball around them"


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    found = [
        (name, synapse, hidden, visible)
        for name, synapse in model.synapses.items()
        if isinstance(synapse, Dense)
        for hidden, visible in (_ends(model, synapse),)
        if hidden is not None and visible is not None
    ]
    if len(found) != 1 or len(model.layers) != 2 or len(model.synapses) != 1:
        said = "needs one dense synapse between an instantaneous softmax layer and an identity layer"
        return [Claim(model.name, _STATEMENT, inapplicable=said)]
    ((name, synapse, hidden, visible),) = found
    return [_claim(model, name, _rows(synapse, hidden), hidden, visible, values)]


def _ends(model: Model, synapse: Dense) -> tuple[Layer | None, Layer | None]:
    """Return the softmax and the identity layer of the theorem, or None where the structure is another."""
    layers = [model.layers[name] for name in synapse.layers]
    hidden = next((layer for layer in layers if layer.function.name == "softmax" and layer.instantaneous), None)
    visible = next((layer for layer in layers if layer.function.name == "identity" and not layer.instantaneous), None)
    plain = synapse.prefactor == 1 or not synapse.gradient
    return (hidden, visible) if plain else (None, None)


def _rows(synapse: Dense, hidden: Layer) -> ExactArray:
    return synapse.matrix if synapse.layers[0] == hidden.name else synapse.matrix.transpose()


def _claim(
    model: Model, name: str, patterns: ExactArray, hidden: Layer, visible: Layer, values: Mapping[str, Any]
) -> Claim:
    memory = next((memory for memory in model.memories.values() if memory.patterns == patterns), None)
    subject = memory.name if memory is not None else name
    if set(visible.leak) != {1} or set(hidden.leak) != {1} or not visible.uniform_tau or any(visible.bias.values != 0):
        said = "the theorem needs leak 1, no bias and one time constant on the identity layer"
        return Claim(subject, _STATEMENT, inapplicable=said)
    count = patterns.shape[0]
    labels = memory.labels if memory is not None and memory.labels is not None else None
    names = tuple(f"{subject}[{i}]" + (f" ({labels[i]})" if labels else "") for i in range(count))
    at_least = count if values["at_least"] is None else min(values["at_least"], count)
    obligation = Retrieval(subject, patterns, hidden.function.parameters["beta"], hidden.bias, names, at_least)
    assumptions = (
        *at_instantaneous_values([hidden]),
        FLOATING_POINT,
    )
    return Claim(subject, obligation.statement, necessary=(obligation,), assumptions=assumptions)


CHECK = Check(
    name="memory_retrieval",
    title="Patterns are retrieved",
    theory="T15",
    explanation=(
        "On the ball of radius r around ξ_μ each competitor's softmax weight is at most q_ν = exp(-β(⟨ξ_μ - "
        "ξ_ν, ξ_μ⟩ - r‖ξ_μ - ξ_ν‖)). If Σ q_ν‖ξ_ν - ξ_μ‖ ≤ r and β Σ q_ν‖ξ_ν - ξ_μ‖² < 1, the ball is "
        "invariant and the map contracts on it: it holds exactly one equilibrium, which attracts the whole "
        "ball. The condition is sufficient, so a pattern without a ball is unknown, not refuted; its nearest "
        "competitor is shown."
    ),
    claims=_claims,
    order=70,
    parameters=(
        Field(
            "at_least",
            FieldKind.INTEGER,
            "how many patterns must have a certified ball; all of them unless stated",
            default=None,
            minimum=Fraction(0),
        ),
    ),
)
