"""Memory retrieval (T15, M4): each pattern flows, from a ball around it, to an equilibrium of its own.

Concerns a hidden layer joined by patterns Ξ to an identity layer without bias: v̇ = Ξᵀ g(Ξv + b) - v, or the update
v ← Ξᵀ g(Ξv + b) (arXiv:2008.02217), where g is softmax, ghostmax, sparsemax, entmax or normmax. Every pattern gets its
largest certified radius and the certified distance of its equilibrium, or its worst competitor. Under the last three
the pattern itself is the equilibrium, and one step reaches it. With `near` the balls lie around other states that the
spec names, such as mixtures of patterns under softmax: they come to rest, and nothing is said of what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import FLOATING_POINT, Check, Claim, ParameterError, at_instantaneous_values
from hopverify.checks._stored import ERRORS, SPREAD, at_least_field, errors_of, labels_of, stored_at_all, wanted
from hopverify.networks import Layer, Memory, Model
from hopverify.obligations import MixtureRetrieval, OneStepRetrieval, Retrieval
from hopverify.registry import did_you_mean
from hopverify.spec import ExactArray, Field, FieldKind
from hopverify.synapses.dense import Dense

_STATEMENT = "patterns are retrieved, each from a certified ball around it, at an equilibrium of its own"
_AT_REST = "states come to rest, each from a certified ball around it"
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
    if set(visible.leak) != {1} or set(hidden.leak) != {1} or not visible.uniform_tau or any(visible.bias.values != 0):
        said = "the theorem needs leak 1, no bias and one time constant on the identity layer"
        return [Claim(name, _STATEMENT, inapplicable=said)]
    patterns = synapse.matrix if synapse.layers[0] == hidden.name else synapse.matrix.transpose()
    if values["near"] is not None:
        return [_beside(model, (hidden, visible), (name, patterns), values)]
    stored = (*_named(model, name, patterns), patterns, errors_of(values, patterns))
    least = _least(values["at_least"], len(betas), len(stored[1]), stored[0])
    return [_claim(model, hidden, stored, betas, position, least[position]) for position in range(len(betas))]


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
        return Claim(near, _AT_REST, inapplicable=f"`near` needs a softmax layer, and {hidden.name} is none")
    if values["errors"]:
        raise ParameterError("errors", "with `near` the claim is not about stored patterns; leave `errors` out")
    if memory.patterns.spread is not None:
        return Claim(near, _AT_REST, inapplicable=SPREAD)
    _, keys = _named(model, *stored)
    labels = labels_of(memory)
    (least,) = _least(values["at_least"], 1, len(labels), near)
    (beta,) = _betas(hidden, None)
    obligation = MixtureRetrieval(near, stored[1], beta, hidden.bias, labels, least, memory.patterns, keys)
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


def _least(asked: tuple[Fraction, ...] | None, claims: int, count: int, name: str) -> list[int]:
    """Return how many of the patterns each claim needs."""
    if asked is None:
        return [count] * claims
    if any(number.denominator != 1 for number in asked):
        raise ParameterError("at_least", "counts patterns: each must be a whole number")
    if len(asked) not in (1, claims):
        raise ParameterError(
            "at_least",
            f"lists {len(asked)} numbers for {claims} inverse temperatures; give one for all, or one for each",
        )
    return [wanted(int(number), count, name) for number in asked] * (claims // len(asked))


def _named(model: Model, synapse: str, patterns: ExactArray) -> tuple[str, tuple[str, ...]]:
    """Return the subject of the claims and the names of the patterns: the memory's, if they are one."""
    memory = _memory(model, patterns)
    subject = memory.name if memory is not None else synapse
    labels = memory.labels if memory is not None and memory.labels is not None else None
    count = patterns.shape[0]
    return subject, tuple(f"{subject}[{i}]" + (f" ({labels[i]})" if labels else "") for i in range(count))


def _memory(model: Model, patterns: ExactArray) -> Memory | None:
    return next((memory for memory in model.memories.values() if memory.patterns == patterns), None)


def _claim(
    model: Model,
    hidden: Layer,
    stored: tuple[str, tuple[str, ...], ExactArray, int],
    betas: tuple[Fraction, ...],
    position: int,
    at_least: int,
) -> Claim:
    """Return the claim for one of the inverse temperatures."""
    function, beta, (subject, labels, patterns, errors) = hidden.function, betas[position], stored
    shared = (subject, patterns, beta, hidden.bias, labels, at_least)
    obligation: Retrieval | OneStepRetrieval
    if function.name in _ONE_STEP:
        # Only entmax has the parameter; the others need a lead of 1.
        margin = 1 / (function.parameters.get("alpha", Fraction(2)) - 1)
        obligation = OneStepRetrieval(*shared, margin, errors=errors)
    else:
        own = function.parameters.get("beta", beta)
        altered = own if own != beta else None
        memory, at_all = _memory(model, patterns), None
        if memory is not None and memory.layer != hidden.name and altered is None:
            at_all = stored_at_all(model, memory, labels, at_least, errors)
        ghost = function.name == "ghostmax"
        obligation = Retrieval(*shared, ghost, altered, betas, errors=errors, stored=at_all)
    told = subject if len(betas) == 1 else f"{subject}, beta = {beta}"
    assumptions = (*at_instantaneous_values([hidden]), FLOATING_POINT)
    return Claim(told, obligation.statement, necessary=(obligation,), assumptions=assumptions)


CHECK = Check(
    name="memory_retrieval",
    title="As many patterns as required are retrieved",
    refuted="Fewer patterns are retrieved than required",
    theory="T15, M4",
    explanation=(
        "On the ball of radius r around ξ_μ each competitor's softmax weight is at most q_ν = exp(-β(⟨ξ_μ - "
        "ξ_ν, ξ_μ⟩ - r‖ξ_μ - ξ_ν‖)). If Σ q_ν‖ξ_ν - ξ_μ‖ ≤ r and β Σ q_ν‖ξ_ν - ξ_μ‖² < 1, the ball is "
        "invariant and the map contracts on it: it holds exactly one equilibrium, which attracts the whole "
        "ball. The pattern is retrieved if that equilibrium is its own: nearer to it than half the distance to any "
        "other pattern and to 0, where the layer rests without synapses, and with its signs where all entries are ±a; "
        "no two patterns then have one equilibrium. Sparsemax, entmax and normmax give all weight to a pattern that "
        "leads by a margin; where it does so on a whole ball, one step retrieves it exactly. The conditions are "
        "sufficient, so a pattern without a ball is unknown; its worst competitor is shown. A fail shows that there is "
        "one equilibrium only, and that too few patterns own it; it is sought for memories that the spec names, at "
        "the model's own β."
    ),
    premises=(
        "one dense synapse between a layer with tau: 0 (softmax, ghostmax, sparsemax, entmax or normmax) and "
        "an identity layer with leak 1, one time constant and no bias"
    ),
    sizes={
        "": "tens of thousands of patterns in hundreds of dimensions, in one pass for all β",
        "near": "200 patterns, or 200 dimensions",
    },
    claims=_claims,
    order=70,
    parameters=(
        at_least_field("must be retrieved, for each beta", FieldKind.NUMBERS),
        ERRORS,
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
