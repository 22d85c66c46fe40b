"""Rising steps: a state from which a step of the stated length raises the energy, or at which dE/dt > 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from hopverify.certificate import Evidence
from hopverify.checker.step_form import step_form
from hopverify.errors import EvidenceRejected
from hopverify.numerics.long_steps import Effort, rising_at
from hopverify.numerics.sampling import drawn
from hopverify.obligations import Descent, SafeSteps
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.provers.ascent_witness import PROVER as ASCENT
from hopverify.provers.euler_steps import shown_at
from hopverify.verdict import Reason

# States tried for dE/dt > 0: `energy_descent` searches that at length.
ASCENTS, SHORTER = 300, 2**20


def _search(obligation: SafeSteps, budget: Budget) -> Iterator[Evidence]:
    if obligation.length is not None:
        effort = Effort(budget.samples, budget.seed, lambda: budget.exhausted)
        for found in rising_at(obligation, obligation.length, effort):
            yield {"rule": "rising_step", **found}
    if obligation.system is None:
        fewer = replace(budget, samples=drawn(budget.samples, ASCENTS))
        for evidence in ASCENT.search(Descent(obligation.model), fewer):
            if "step" not in evidence["claim"]:
                yield {"rule": "rising_step", "state": evidence["claim"]["state"]}
    if obligation.length is not None and _is_long(obligation, obligation.length):
        raise NothingToSearchError(Reason.STEP_TOO_LONG)


def _is_long(obligation: SafeSteps, length: Fraction) -> bool:
    """Whether the theorem would certify a much shorter step."""
    try:
        return shown_at(step_form(obligation), SHORTER / length) is not None
    except EvidenceRejected:
        return False


PROVER = Prover(
    name="rising_steps",
    summary="a state from which a step raises the energy, by sampling and optimisation",
    search=_search,
    reason=Reason.NO_WITNESS_FOUND,
)
