"""A model and its original rest in the same states, and are stable in the same ones: what the kernel compares."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import AlteredSystem, Layer, Model
from hopverify.obligations import CompatibleTimes, Convex, Outcome, SameEquilibria
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.provers._proofs import proved_in_a_premise
from hopverify.provers.altered_metric import found_metrics
from hopverify.provers.structure import by_kernel, found_by_kernel
from hopverify.verdict import Reason


def _search(obligation: SameEquilibria, budget: Budget) -> Iterator[Evidence]:
    model, system = obligation.model, obligation.system
    places = list(_places(obligation))
    if not obligation.stably:
        yield from places
    elif system is not None:
        yield from _stable(system, budget)
    if model.original is not None and not any(_holds(SameEquilibria(model, system), each) for each in places):
        raise NothingToSearchError(Reason.ORIGINAL_DIFFERS)


def _places(obligation: SameEquilibria) -> Iterator[Evidence]:
    """Yield what shows that the equilibria are the same."""
    model, system, original = obligation.model, obligation.system, obligation.model.original
    if original is None:
        yield by_kernel("elimination", "reduced equilibria")
        return
    yield by_kernel("flow", "same equilibria")
    kept = list(original.layers) if system is None else [layer.name for layer in system.fast]
    if all(name in original.layers and name in model.layers for name in kept):
        yield found_by_kernel({"kept": kept}, "elimination", "same equilibria", **_told(model, original, kept))


def _holds(obligation: SameEquilibria, evidence: Evidence) -> bool:
    try:
        return judge(obligation, evidence).outcome is Outcome.PROVED
    except EvidenceRejected:
        return False


def _told(model: Model, original: Model, kept: list[str]) -> dict[str, Any]:
    """Return the quotients of leaks, unless all are 1, and the layers that the original has beside."""
    pairs = [pair for name in kept for pair in zip(_leaks(model, name), _leaks(original, name), strict=False)]
    factors = [rho / its if its else Fraction(0) for rho, its in pairs]
    gone = [name for name in original.layers if name not in kept]
    found: dict[str, Any] = {"factors": texts_of(factors)} if any(each != 1 for each in factors) else {}
    return found | ({"eliminated": gone} if gone else {})


def _leaks(model: Model, name: str) -> tuple[Fraction, ...]:
    layer = model.layers[name]
    return tuple(layer.each(layer.leak))


def _stable(system: AlteredSystem, budget: Budget) -> Iterator[Evidence]:
    for way in ("flow", "times"):
        yield by_kernel(way, "same stability")
    original = system.model.original
    try:
        times = [] if original is None else [_times(layer, budget) for layer in original.dynamic]
        premises = [*times, *(proved_in_a_premise(Convex(layer), budget) for layer in system.fast)]
    except EvidenceRejected:
        return
    for held in [{}] if system.synapse.metric is not None else found_metrics(system, budget):
        yield found_by_kernel({"premises": premises, **held}, "metric", "same stability")


def _times(layer: Layer, budget: Budget) -> dict[str, Any]:
    """Return the premise about a layer of the original."""
    found = proved_in_a_premise(CompatibleTimes(layer), budget)
    return {"claim": {**found["claim"], "layer": f"original: {layer.name}"}, "proof": found["proof"]}


PROVER = Prover(
    name="same_equilibria",
    summary="the equations of a model and of its original, without linear layers, are the same up to factors",
    search=_search,
    reason=Reason.NO_PROOF_FOUND,
)
