"""What a theorem excludes is not searched: whether premises that are read off the spec show that the energy falls."""

from __future__ import annotations

from hopverify.checker.rules import judge
from hopverify.checks import CHECKS
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model
from hopverify.obligations import Descent, Obligation, Outcome, Regular, RegularDrive
from hopverify.provers import Budget
from hopverify.provers.structure import PROVER as STRUCTURE


def energy_cannot_rise(model: Model, budget: Budget) -> bool:
    """Return whether dE/dt ≤ 0 wherever the derivative exists, by T2: then no state with dE/dt > 0 can be found.

    What T2 asks of regularity is that solutions exist; the formula dE/dt = -ẋᵀTHẋ does without.
    """
    for claim in CHECKS["energy_descent"].claims(model, {}):
        if Descent(model) in claim.necessary:
            needed = [each for each in claim.premises if not isinstance(each, Regular | RegularDrive)]
            return all(_is_evident(obligation, budget) for obligation in needed)
    return False


def _is_evident(obligation: Obligation, budget: Budget) -> bool:
    for evidence in STRUCTURE.search(obligation, budget):
        try:
            if judge(obligation, evidence).outcome is Outcome.PROVED:
                return True
        except EvidenceRejected:
            continue
    return False
