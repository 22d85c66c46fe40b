"""Structure: evidence without a payload. The rules that read everything off the spec itself are offered in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hopverify.certificate import Evidence
from hopverify.core import core_of, core_of_layer
from hopverify.kernel import core
from hopverify.networks import Layer, Model
from hopverify.obligations import (
    CompatibleTimes,
    Convex,
    DerivedEnergy,
    GradientDrive,
    GradientOfL,
    Obligation,
    Regular,
    RegularDrive,
    SymmetricJacobian,
)
from hopverify.provers import Budget, Prover


def by_kernel(by: str, claim: str, **fields: Any) -> Evidence:
    """Return evidence for the kernel: a claim, and a proof in which nothing had to be found."""
    return found_by_kernel({}, by, claim, **fields)


def found_by_kernel(found: Mapping[str, Any], by: str, claim: str, **fields: Any) -> Evidence:
    """Return the same with a proof that holds what had to be found."""
    return {"rule": "kernel", "claim": {"claim": claim, **fields}, "proof": {"by": by, **found}}


def regularity_premises(model: Model) -> list[dict[str, Any]]:
    """Return the premises that activations and drives are locally Lipschitz."""
    found = [entry("composition", "Lipschitz activation", layer=name) for name in model.layers]
    return [*found, *(entry("composition", "Lipschitz drive", synapse=name) for name in model.synapses)]


def gradient_premises(layer: Layer) -> list[dict[str, Any]]:
    """Return the premise that a layer's activation is ∇L, where its core states the activation."""
    found = gradient_of_l(layer)
    return [found] if found["proof"]["by"] != "definition" else []


def entry(by: str, claim: str, **fields: Any) -> dict[str, Any]:
    """Return a premise: a claim, and a proof in which nothing had to be found."""
    return {"claim": {"claim": claim, **fields}, "proof": {"by": by}}


def premise_of(evidence: Evidence) -> dict[str, Any]:
    """Return evidence of the kernel as a premise."""
    return {key: evidence[key] for key in ("claim", "proof")}


def gradient_of_l(layer: Layer) -> dict[str, Any]:
    """Return the premise that a layer's activation is ∇L, stated or by definition."""
    (stated,) = core_of_layer(layer).layers
    assert isinstance(stated, core.Layer)
    return entry(_way(stated), "gradient of L", layer=layer.name)


def _way(stated: core.Layer) -> str:
    """Return how g is seen to be ∇L."""
    if stated.g is None:
        return "definition"
    return "integral" if stated.L is None and stated.elementwise else "identity"


def energy_premises(model: Model) -> list[dict[str, Any]]:
    """Return what makes ∇E = ∇²L(ρx - drive - b), with locally Lipschitz functions, in the order of the kernel."""
    premises, whole = [entry("core", "derived energy")], core_of(model)
    for synapse in whole.synapses:
        way = "definition" if synapse.drive is None else "identity"
        premises.append(entry(way, "gradient drive", synapse=synapse.name))
        premises.append(entry("composition", "Lipschitz drive", synapse=synapse.name))
    for layer in whole.layers:
        assert isinstance(layer, core.Layer)
        premises.append(entry("composition", "Lipschitz activation", layer=layer.name))
        premises.append(entry(_way(layer), "gradient of L", layer=layer.name))
    return premises


def _times(obligation: CompatibleTimes) -> Iterator[Evidence]:
    because = "one time constant" if obligation.layer.uniform_tau else "H is diagonal"
    yield by_kernel("commuting", "compatible times", layer=obligation.layer.name, because=because)


def _energies(obligation: DerivedEnergy) -> Iterator[Evidence]:
    layers = obligation.model.layers.values()
    left_out = [layer.name for layer in layers if not layer.bias_in_energy and (layer.bias.values != 0).any()]
    if obligation.model.claimed is not None:
        return
    if left_out:
        because = f"the bias of {', '.join(left_out)} is left out of the energy"
        yield by_kernel("core", "another energy", because=because)
    else:
        yield by_kernel("core", "derived energy")


def _drives(obligation: GradientDrive) -> Iterator[Evidence]:
    (synapse,) = (each for each in core_of(obligation.model).synapses if each.name == obligation.name)
    if obligation.synapse.defect() is None:
        yield by_kernel("definition" if synapse.drive is None else "identity", "gradient drive", synapse=synapse.name)


def _jacobians(obligation: SymmetricJacobian) -> Iterator[Evidence]:
    way, because = "jacobian", "mirrored partial derivatives have one normal form"
    if obligation.function.elementwise:
        way, because = "elementwise", "each neuron's activation depends on its own state only"
    yield by_kernel(way, "gradient activation", layer=obligation.layer.name, because=because)


def _convex(obligation: Convex) -> Iterator[Evidence]:
    layer = obligation.layer
    if layer.function.potential is not None:
        yield by_kernel("composition", "convex", layer=layer.name)
    if layer.function.has_lagrangian:
        yield by_kernel("slope" if layer.function.elementwise else "quadratic", "convex", layer=layer.name)


def _regular(obligation: Regular) -> Iterator[Evidence]:
    yield by_kernel("composition", "Lipschitz activation", layer=obligation.layer.name)


def _regular_drive(obligation: RegularDrive) -> Iterator[Evidence]:
    yield by_kernel("composition", "Lipschitz drive", synapse=obligation.name)


def _gradient(obligation: GradientOfL) -> Iterator[Evidence]:
    yield {"rule": "kernel", **gradient_of_l(obligation.layer)}


CLAIMS: Mapping[type, Callable[[Any], Iterator[Evidence]]] = {
    CompatibleTimes: _times,
    Convex: _convex,
    DerivedEnergy: _energies,
    GradientDrive: _drives,
    GradientOfL: _gradient,
    Regular: _regular,
    RegularDrive: _regular_drive,
    SymmetricJacobian: _jacobians,
}
"""What is offered to the kernel."""


def _search(obligation: Obligation, budget: Budget) -> Iterator[Evidence]:
    if type(obligation) in CLAIMS:
        yield from CLAIMS[type(obligation)](obligation)


PROVER = Prover(
    name="structure",
    summary="rules that need nothing but the spec: signs, composition, definitions, dead zones, …",
    search=_search,
)
