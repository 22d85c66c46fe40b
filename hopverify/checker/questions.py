"""What an obligation asks of the kernel: the core it is about, the claim that proves it, and the one that refutes it.

Obligations are in words of the model, claims in those of its core. An obligation about a layer or a residual is asked
of a core that has this layer alone: L and g are the same terms there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, singledispatch
from typing import Any

from hopverify.core import core_of, core_of_layer, matrix_of
from hopverify.errors import EvidenceRejected
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.obligations import (
    AllEquilibria,
    AlteredEnergy,
    BasinCells,
    Bounded,
    CompatibleTimes,
    Convex,
    DecidedStability,
    DerivedEnergy,
    Descent,
    EnergyBoundedBelow,
    FlatRegionsInBasins,
    GloballyStable,
    GradientDrive,
    GradientOfL,
    NoGhosts,
    NowhereFlat,
    Obligation,
    RecoveredStates,
    Regular,
    RegularDrive,
    Retrieval,
    SafeSteps,
    SameEquilibria,
    StepForm,
    StoredPatterns,
    SymmetricJacobian,
    SymmetricWeights,
)
from hopverify.obligations.energy import OfLayer
from hopverify.obligations.equilibria import Search
from hopverify.obligations.steps import OfSteps
from hopverify.verdict import Reason


@dataclass(frozen=True, eq=False)
class Question:
    """A core, and claims about it without what they tell beside: the fields that only a proof can fill in.

    ``proves`` is None where no claim does. The claim in ``part`` decides a part: the question stays open, for the
    reason beside it. ``missing`` returns the reason for which it stays open though the claim that proves it is
    accepted, if there is one. ``labels`` name the patterns that claims number, and ``place`` the neurons that they are
    states of; ``told`` are fields that are asked for, and told as well.
    """

    core: Core
    proves: Mapping[str, Any] | None
    refutes: Mapping[str, Any] | None = None
    part: tuple[Mapping[str, Any], Reason] | None = None
    missing: Callable[[Claim], Reason | None] = lambda claim: None
    labels: Sequence[str] | None = None
    place: range = range(0)
    told: tuple[str, ...] = ()


@singledispatch
def question(obligation: Obligation) -> Question:
    """Return what an obligation asks."""
    raise NotImplementedError(obligation.statement)


OF_MODELS: Mapping[type[Any], tuple[str, str]] = {
    Bounded: ("bounded solutions", "unbounded solutions"),
    DerivedEnergy: ("derived energy", "another energy"),
    Descent: ("descent", "ascent"),
    EnergyBoundedBelow: ("energy bounded below", "energy unbounded below"),
    GloballyStable: ("global stability", "no global stability"),
}
"""Obligations about a model: the names of the claims that prove and refute them."""

OF_LAYERS: Mapping[type[Any], tuple[str, str | None]] = {
    CompatibleTimes: ("compatible times", "incompatible times"),
    Convex: ("convex", "not convex"),
    GradientOfL: ("gradient of L", None),
    NowhereFlat: ("constant on no segment", "constant on a segment"),
    Regular: ("Lipschitz activation", None),
    SymmetricJacobian: ("gradient activation", "no gradient activation"),
}
"""Obligations about a layer."""


def _of_model(names: tuple[str, str], obligation: Any) -> Question:
    proves, refutes = names
    return Question(core_of(obligation.model), {"name": proves}, {"name": refutes})


def _of_layer(names: tuple[str, str | None], obligation: OfLayer) -> Question:
    (proves, refutes), layer = names, obligation.layer
    negative = None if refutes is None else {"name": refutes, "layer": layer.name}
    return Question(core_of_layer(layer), {"name": proves, "layer": layer.name}, negative)


for kind, about_models in OF_MODELS.items():
    question.register(kind, partial(_of_model, about_models))
for kind, about_layers in OF_LAYERS.items():
    question.register(kind, partial(_of_layer, about_layers))


@question.register
def _(obligation: SymmetricWeights) -> Question:
    core = core_of(obligation.model)
    matrix = matrix_of(core, obligation.name)
    return Question(core, {"name": "symmetric", "matrix": matrix}, {"name": "not symmetric", "matrix": matrix})


@question.register
def _(obligation: AlteredEnergy) -> Question:
    name = "altered descent" if obligation.falls else "altered flatness"
    return Question(core_of(obligation.system.model), {"name": name}, {"name": "no altered metric"})


@question.register
def _(obligation: SameEquilibria) -> Question:
    reduced = "reduced equilibria" if obligation.model.original is None else "same equilibria"
    return Question(core_of(obligation.model), {"name": "same stability" if obligation.stably else reduced})


def claim_of_steps(obligation: OfSteps, kind: str) -> dict[str, Any]:
    """Return the claim about steps, descent or ascent: those from any state, or the local ones, are claims apart."""
    if not obligation.local:
        return {"name": f"step {kind}", "energy": obligation.letter}
    region = None
    if obligation.region is not None:
        region = [[None if end is None else str(end) for end in ends] for ends in obligation.region]
    below = None if obligation.below is None else str(obligation.below)
    return {"name": f"local step {kind}", "energy": obligation.letter, "region": region, "below": below}


_TOLD_OF_STEPS = ("energy", "region", "below")


@question.register
def _(obligation: StepForm) -> Question:
    proves = claim_of_steps(obligation, "descent")
    missing = partial(_shorter, obligation.length)
    return Question(core_of(obligation.model), proves, missing=missing, told=_TOLD_OF_STEPS)


def _shorter(wanted: Fraction | None, claim: Claim) -> Reason | None:
    shorter = wanted is not None and claim["up_to"] is not None and Fraction(claim["up_to"]) < wanted
    return Reason.STEP_TOO_LONG if shorter else None


@question.register
def _(obligation: SafeSteps) -> Question:
    within = None if obligation.length is None else str(obligation.length)
    proves = {**claim_of_steps(obligation, "descent"), "up_to": within}
    refutes = {**claim_of_steps(obligation, "ascent"), "within": within}
    return Question(core_of(obligation.model), proves, refutes, told=_TOLD_OF_STEPS)


@question.register
def _(obligation: GradientDrive) -> Question:
    return Question(
        core_of(obligation.model),
        {"name": "gradient drive", "synapse": obligation.name},
        {"name": "no gradient drive", "synapse": obligation.name},
    )


@question.register
def _(obligation: RegularDrive) -> Question:
    return Question(core_of(obligation.model), {"name": "Lipschitz drive", "synapse": obligation.name})


@question.register
def _(obligation: AllEquilibria) -> Question:
    """The list with what is known of the stability of its states, which may be undecided."""
    return _of_list(obligation.search, "stability")


@question.register
def _(obligation: DecidedStability) -> Question:
    return _of_list(obligation.search, "stability", _undecided)


def _undecided(claim: Claim) -> Reason | None:
    decided = all(row["stability"] != "undecided" for row in claim["equilibria"])
    return None if decided else Reason.STABILITY_OPEN


@question.register
def _(obligation: NoGhosts) -> Question:
    return Question(core_of(obligation.search.model), {"name": "no ghost regions"}, {"name": "ghost regions"})


@question.register
def _(obligation: RecoveredStates) -> Question:
    return _of_list(obligation.search, "undetermined states")


@question.register
def _(obligation: FlatRegionsInBasins) -> Question:
    return _of_list(
        obligation.search,
        "flat regions",
        missing=lambda claim: None if claim["in_basins"] else Reason.OUTSIDE_THEOREM,
    )


@question.register
def _(obligation: StoredPatterns) -> Question:
    return _of_patterns(obligation, {"name": "stored patterns"})


@question.register
def _(obligation: BasinCells) -> Question:
    return _of_patterns(obligation, {"name": "retrieved patterns", "flips": obligation.flips})


@question.register
def _(obligation: Retrieval) -> Question:
    """What is retrieved is stored; the claim is about a memory of the model, at its own inverse temperature."""
    if obligation.stored is None:
        raise EvidenceRejected("the patterns are no memory of the model, or its inverse temperature is another")
    return replace(question(obligation.stored), proves=None, part=None)


def _of_patterns(obligation: StoredPatterns | BasinCells, asked: Mapping[str, Any]) -> Question:
    about = {"memory": obligation.memory, "errors": obligation.errors}
    proves = {**asked, **about, "at_least": obligation.at_least}
    few = {"name": "too few stored patterns", **about, "at_least": obligation.at_least}
    part = ({**asked, **about}, Reason.NOT_STORED)
    place = range(obligation.place.start, obligation.place.stop) if isinstance(obligation, BasinCells) else range(0)
    return Question(core_of(obligation.model), proves, few, part, labels=obligation.labels, place=place)


def _of_list(search: Search, name: str, missing: Callable[[Claim], Reason | None] = lambda claim: None) -> Question:
    """Return what is asked of all equilibria in a region; a claim about some of them decides a part."""
    region = None if search.region is None else [[str(low), str(high)] for low, high in search.region]
    proves = {"name": name, "all": True, "region": region}
    part = {"name": name, "all": False}
    return Question(core_of(search.model), proves, part=(part, Reason.REGION_TOO_LARGE), missing=missing)


OBLIGATIONS = tuple(sorted(question.registry.keys() - {object}, key=lambda kind: kind.__name__))
"""All kinds of obligations that a claim of the kernel may decide."""
