"""Memory retrieval (T15): a ball around each stored pattern that the network keeps and contracts.

Concerns a hidden layer joined by patterns Ξ to an identity layer without bias: v̇ = Ξᵀ g(Ξv + b) - v, or the update
v ← Ξᵀ g(Ξv + b) (arXiv:2008.02217), where g is softmax, ghostmax, sparsemax, entmax or normmax. Every pattern gets its
largest certified radius and the certified distance of its equilibrium, or its worst competitor. Under the last three
the pattern itself is the equilibrium, and one step reaches it. With `near` the balls lie around other states that the
spec names, such as mixtures of patterns under softmax.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import FLOATING_POINT, Check, Claim, ParameterError, at_instantaneous_values
from hopverify.model import Layer, Model
from hopverify.obligations import MixtureRetrieval, OneStepRetrieval, Retrieval
from hopverify.registry import did_you_mean
from hopverify.spec import ExactArray, Field, FieldKind
from hopverify.synapses.dense import Dense

_STATEMENT = "stored patterns are retrieved from a certified ball around them"
_ONE_STEP = ("sparsemax", "entmax", "normmax")
_HIDDEN = ("softmax", "ghostmax", *_ONE_STEP)


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    found = [
        (name, synapse, hidden, visible)
        for name, synapse in model.synapses.items()
        if isinstance(synapse, Dense)
        for hidden, visible in (_ends(model, synapse),)
        if hidden is not None and visible is not None
    ]
    if len(found) != 1 or len(model.layers) != 2 or len(model.synapses) != 1:
        said = f"needs one dense synapse between an instantaneous layer of {', '.join(_HIDDEN)} and an identity layer"
        return [Claim(model.name, _STATEMENT, inapplicable=said)]
    ((name, synapse, hidden, visible),) = found
    betas = _betas(hidden, values["beta"])
    least = _least(values["at_least"], len(betas))
    if set(visible.leak) != {1} or set(hidden.leak) != {1} or not visible.uniform_tau or any(visible.bias.values != 0):
        said = "the theorem needs leak 1, no bias and one time constant on the identity layer"
        return [Claim(name, _STATEMENT, inapplicable=said)]
    patterns = synapse.matrix if synapse.layers[0] == hidden.name else synapse.matrix.transpose()
    if values["near"] is not None:
        return [_beside(model, (hidden, visible), (name, patterns), values)]
    subject, labels = _named(model, name, patterns)
    count = len(labels)
    wanted = [count if number is None else min(number, count) for number in least]
    return [
        _claim(hidden, (subject, patterns), labels, betas, position, wanted[position]) for position in range(len(betas))
    ]


def _ends(model: Model, synapse: Dense) -> tuple[Layer | None, Layer | None]:
    """Return the hidden and the identity layer of the theorem, or None where the structure is another."""
    layers = [model.layers[name] for name in synapse.layers]
    hidden = next((layer for layer in layers if layer.function.name in _HIDDEN and layer.instantaneous), None)
    visible = next((layer for layer in layers if layer.function.name == "identity" and not layer.instantaneous), None)
    plain = synapse.prefactor == 1 or not synapse.gradient
    return (hidden, visible) if plain else (None, None)


def _beside(
    model: Model, layers: tuple[Layer, Layer], stored: tuple[str, ExactArray], values: Mapping[str, Any]
) -> Claim:
    """Return the claim about balls around the states of a memory, in place of the stored patterns (T15)."""
    hidden, visible = layers
    near = values["near"]
    memory = model.memories.get(near)
    if memory is None:
        raise ParameterError("near", f"no memory is called {near!r}{did_you_mean(near, list(model.memories))}")
    if memory.layer != visible.name:
        raise ParameterError("near", f"{near} is a memory of layer {memory.layer}; name one of {visible.name}")
    if values["beta"] is not None:
        raise ParameterError("beta", "with `near` it is the model's own inverse temperature; leave `beta` out")
    if hidden.function.name != "softmax":
        return Claim(near, _STATEMENT, inapplicable=f"`near` needs a softmax layer, and {hidden.name} is another")
    _, keys = _named(model, *stored)
    count = memory.patterns.shape[0]
    labels = tuple(f"{near}[{k}]" + (f" ({memory.labels[k]})" if memory.labels else "") for k in range(count))
    (least,) = _least(values["at_least"], 1)
    wanted = count if least is None else min(least, count)
    (beta,) = _betas(hidden, None)
    obligation = MixtureRetrieval(near, stored[1], beta, hidden.bias, labels, wanted, memory.patterns, keys)
    return Claim(near, obligation.statement, necessary=(obligation,), assumptions=at_instantaneous_values([hidden]))


def _betas(hidden: Layer, asked: tuple[Fraction, ...] | None) -> tuple[Fraction, ...]:
    """Return the inverse temperatures of the claims; a layer without the parameter has 1."""
    function = hidden.function
    own = function.parameters.get("beta")
    if asked is None:
        return (own if own is not None else Fraction(1),)
    if own is None:
        raise ParameterError(
            "beta", f"layer {hidden.name} is {function.name}, which has no inverse temperature; leave `beta` out"
        )
    if len(set(asked)) != len(asked):
        raise ParameterError("beta", "lists a number twice; each inverse temperature is one claim")
    return asked


def _least(asked: tuple[Fraction, ...] | None, count: int) -> list[int | None]:
    """Return how many patterns each claim needs, None for all of them."""
    if asked is None:
        return [None] * count
    if any(number.denominator != 1 for number in asked):
        raise ParameterError("at_least", "counts patterns: each must be a whole number")
    if len(asked) not in (1, count):
        raise ParameterError(
            "at_least",
            f"lists {len(asked)} numbers for {count} inverse temperatures; give one for all, or one for each",
        )
    whole: list[int | None] = [int(number) for number in asked]
    return whole * (count // len(asked))


def _named(model: Model, synapse: str, patterns: ExactArray) -> tuple[str, tuple[str, ...]]:
    """Return the subject of the claims and the names of the patterns: the memory's, if they are one."""
    memory = next((memory for memory in model.memories.values() if memory.patterns == patterns), None)
    subject = memory.name if memory is not None else synapse
    labels = memory.labels if memory is not None and memory.labels is not None else None
    count = patterns.shape[0]
    return subject, tuple(f"{subject}[{i}]" + (f" ({labels[i]})" if labels else "") for i in range(count))


def _claim(
    hidden: Layer,
    stored: tuple[str, ExactArray],
    labels: tuple[str, ...],
    betas: tuple[Fraction, ...],
    position: int,
    at_least: int,
) -> Claim:
    """Return the claim for one of the inverse temperatures."""
    function, beta = hidden.function, betas[position]
    shared = (*stored, beta, hidden.bias, labels, at_least)
    obligation: Retrieval | OneStepRetrieval
    if function.name in _ONE_STEP:
        # Only entmax has the parameter; the others need a lead of 1.
        obligation = OneStepRetrieval(*shared, 1 / (function.parameters.get("alpha", Fraction(2)) - 1))
    else:
        own = function.parameters.get("beta", beta)
        altered = own if own != beta else None
        obligation = Retrieval(*shared, function.name == "ghostmax", altered, betas)
    subject = stored[0] if len(betas) == 1 else f"{stored[0]}, beta = {beta}"
    assumptions = (*at_instantaneous_values([hidden]), FLOATING_POINT)
    return Claim(subject, obligation.statement, necessary=(obligation,), assumptions=assumptions)


CHECK = Check(
    name="memory_retrieval",
    title="Patterns are retrieved",
    theory="T15",
    explanation=(
        "On the ball of radius r around ξ_μ each competitor's softmax weight is at most q_ν = exp(-β(⟨ξ_μ - "
        "ξ_ν, ξ_μ⟩ - r‖ξ_μ - ξ_ν‖)). If Σ q_ν‖ξ_ν - ξ_μ‖ ≤ r and β Σ q_ν‖ξ_ν - ξ_μ‖² < 1, the ball is "
        "invariant and the map contracts on it: it holds exactly one equilibrium, which attracts the whole "
        "ball. Sparsemax, entmax and normmax give all weight to a pattern that leads by a margin; where it does so on "
        "a whole ball, one step retrieves it exactly. The conditions are sufficient, so a pattern without a ball is "
        "unknown, not refuted; its worst competitor is shown."
    ),
    claims=_claims,
    order=70,
    parameters=(
        Field(
            "at_least",
            FieldKind.NUMBERS,
            "how many patterns must have a certified ball, for each beta; all of them unless stated",
            default=None,
            minimum=Fraction(0),
        ),
        Field(
            "beta",
            FieldKind.NUMBERS,
            "inverse temperatures of softmax: a claim about the model with each of them in place of its own",
            default=None,
            minimum=Fraction(0),
            strict=True,
        ),
        Field(
            "near",
            FieldKind.TEXT,
            "the name of a memory: balls around its states, such as mixtures of patterns, in place of the stored ones",
            default=None,
        ),
    ),
)
