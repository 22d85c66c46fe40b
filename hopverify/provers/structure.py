"""Structure: evidence without a payload. The rules that read everything off the spec itself are offered in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hopverify.certificate import Evidence
from hopverify.core import core_of
from hopverify.obligations import (
    CompatibleTimes,
    Convex,
    DerivedEnergy,
    FallingResidual,
    GradientDrive,
    NowhereFlat,
    Obligation,
    Regular,
    RegularDrive,
    SameEquilibria,
    SymmetricJacobian,
)
from hopverify.provers import Budget, Prover

RULES: Mapping[type, tuple[str, ...]] = {
    Convex: ("composition", "exact_inertia", "sign"),
    Regular: ("regularity",),
    RegularDrive: ("regularity",),
    NowhereFlat: ("dead_zone", "nowhere_flat", "shift_invariance"),
    FallingResidual: ("residual",),
    SameEquilibria: ("same_equilibria",),
}


def by_kernel(by: str, claim: str, **fields: Any) -> Evidence:
    """Return evidence for the kernel: a claim, and a proof in which nothing had to be found."""
    return {"rule": "kernel", "claim": {"claim": claim, **fields}, "proof": {"by": by}}


def _times(obligation: CompatibleTimes) -> Iterator[Evidence]:
    because = "one time constant" if obligation.layer.uniform_tau else "H is diagonal"
    yield by_kernel("commuting", "compatible times", layer=obligation.layer.name, because=because)


def _energies(obligation: DerivedEnergy) -> Iterator[Evidence]:
    layers = obligation.model.layers.values()
    left_out = [layer.name for layer in layers if not layer.bias_in_energy and (layer.bias.values != 0).any()]
    if obligation.model.claimed is not None:
        yield by_kernel("core", "another energy", because="the spec claims an energy of its own")
    elif left_out:
        because = f"the bias of {', '.join(left_out)} is left out of the energy"
        yield by_kernel("core", "another energy", because=because)
    else:
        yield by_kernel("core", "derived energy")


def _drives(obligation: GradientDrive) -> Iterator[Evidence]:
    (synapse,) = (each for each in core_of(obligation.model).synapses if each.name == obligation.name)
    yield by_kernel("definition" if synapse.drive is None else "identity", "gradient drive", synapse=synapse.name)


def _jacobians(obligation: SymmetricJacobian) -> Iterator[Evidence]:
    way, because = "jacobian", "mirrored partial derivatives have one normal form"
    if obligation.function.elementwise:
        way, because = "elementwise", "each neuron's activation depends on its own state only"
    yield by_kernel(way, "gradient activation", layer=obligation.layer.name, because=because)


CLAIMS: Mapping[type, Callable[[Any], Iterator[Evidence]]] = {
    CompatibleTimes: _times,
    DerivedEnergy: _energies,
    GradientDrive: _drives,
    SymmetricJacobian: _jacobians,
}
"""What is offered to the kernel."""


def _search(obligation: Obligation, budget: Budget) -> Iterator[Evidence]:
    if type(obligation) in CLAIMS:
        yield from CLAIMS[type(obligation)](obligation)
    for name in RULES.get(type(obligation), ()):
        yield {"rule": name}


PROVER = Prover(
    name="structure",
    summary="rules that need nothing but the spec: signs, composition, definitions, dead zones, …",
    search=_search,
)
