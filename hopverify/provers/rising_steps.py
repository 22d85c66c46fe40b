"""Rising steps: a state from which a step of the stated length raises the energy, or at which dE/dt > 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hopverify.certificate import Evidence
from hopverify.checker.questions import claim_of_steps
from hopverify.errors import EvidenceRejected
from hopverify.numerics.long_steps import Effort, Rising, rising_at
from hopverify.numerics.sampling import drawn
from hopverify.numerics.step_form import step_form
from hopverify.obligations import Convex, Descent, SafeSteps, StepForm
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.provers._bounds import below
from hopverify.provers._proofs import proved_in_a_premise
from hopverify.provers.ascent_witness import PROVER as ASCENT
from hopverify.provers.euler_steps import Steps
from hopverify.provers.structure import found_by_kernel, gradient_of_l
from hopverify.verdict import Reason

# States tried for dE/dt > 0: `energy_descent` searches that at length.
ASCENTS, SHORTER = 300, 2**20


def _search(obligation: SafeSteps, budget: Budget) -> Iterator[Evidence]:
    within = {} if obligation.length is None else {"within": str(obligation.length)}
    if obligation.length is not None and obligation.model.has_known_energy:
        effort = Effort(budget.samples, budget.seed, lambda: budget.exhausted)
        for found in rising_at(obligation, obligation.length, effort):
            for rise in below(found.rise):
                fields = {"state": found.state, "step": str(found.step), "rise": rise, **within}
                held = _held(obligation, found, budget)
                yield _ascent(obligation, held, fields)
    if obligation.system is None:
        fewer = replace(budget, samples=drawn(budget.samples, ASCENTS))
        for evidence in ASCENT.search(Descent(obligation.model), fewer):
            if "step" not in evidence["claim"]:
                fields = {key: evidence["claim"][key] for key in ("state", "rate")}
                yield _ascent(obligation, {}, {**fields, **within})
    if obligation.length is not None and _is_long(obligation, obligation.length, budget):
        raise NothingToSearchError(Reason.STEP_TOO_LONG)


def _ascent(obligation: SafeSteps, held: Mapping[str, Any], fields: Mapping[str, Any]) -> Evidence:
    claim = claim_of_steps(obligation, "ascent")
    return found_by_kernel(held, "point", claim.pop("name"), **claim, **fields)


def _held(obligation: SafeSteps, found: Rising, budget: Budget) -> dict[str, Any]:
    """Return the guesses of a rise, with the premises that they ask for."""
    if not found.held:
        return {}
    premises = []
    for layer in (each for each in obligation.model.layers.values() if each.instantaneous):
        premises += [gradient_of_l(layer), proved_in_a_premise(Convex(layer), budget)]
    return {**found.held, "premises": premises}


def _is_long(obligation: SafeSteps, length: Fraction, budget: Budget) -> bool:
    """Whether the theorem would certify a much shorter step."""
    shorter = StepForm(obligation.model, None, obligation.system, obligation.region, obligation.below)
    try:
        return Steps(shorter, step_form(shorter), budget).shown(SHORTER / length)
    except EvidenceRejected:
        return False


PROVER = Prover(
    name="rising_steps",
    summary="a state from which a step raises the energy, by sampling and optimisation",
    search=_search,
    reason=Reason.NO_WITNESS_FOUND,
)
