"""How far a proof about uncertain weights reaches: the same obligation, searched again with ever larger spreads."""

from __future__ import annotations

from fractions import Fraction

from hopverify.certificate import Evidence
from hopverify.checker.deciding import SURVIVES, Decision, Family, decide
from hopverify.checker.rules import RULES, Reach, judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Obligation, Outcome, StepForm
from hopverify.provers import Budget, accepting

DOUBLINGS, HALVINGS = 10, 3

WITH_SPREADS = ("bounded solutions", "global stability", "step descent", "retrieved patterns")


def surviving(decision: Decision, budget: Budget, family: Family | None) -> Decision:
    """Return a decision whose evidence also proves the obligation with larger spreads, as far as that was found.

    The factor is doubled until no proof is found, then the last gap halved three times: it is known to an eighth.
    """
    evidence = decision.evidence
    if family is None or evidence is None or decision.judgement.outcome is not Outcome.PROVED:
        return decision
    if not _reckons_with_spreads(evidence) or _asks_for_nothing(decision.obligation):
        return decision
    low, high, proof = Fraction(1), Fraction(2), None
    for _ in range(DOUBLINGS):
        found = _proof(family(high), budget)
        if found is None:
            break
        low, high, proof = high, 2 * high, found
    for _ in range(HALVINGS):
        found = _proof(family((low + high) / 2), budget)
        if found is None:
            high = (low + high) / 2
        else:
            low, proof = (low + high) / 2, found
    if proof is None:
        return decision
    stated = {"factor": str(low), "evidence": proof}
    return decide(decision.obligation, decision.role, {**evidence, SURVIVES: stated}, family)


def _reckons_with_spreads(evidence: Evidence) -> bool:
    """Whether a proof says how large spreads may be: of claims of the kernel, those of ``WITH_SPREADS``."""
    claim = evidence.get("claim")
    known = isinstance(claim, dict) and claim.get("claim") in WITH_SPREADS
    return RULES[evidence["rule"]].reach is Reach.NEAR or known


def _asks_for_nothing(obligation: Obligation) -> bool:
    """Whether any result would do: steps that only have to be safe up to some length."""
    return isinstance(obligation, StepForm) and obligation.length is None


def _proof(obligation: Obligation, budget: Budget) -> Evidence | None:
    """Return evidence that proves an obligation about uncertain weights, or None where none is found in time."""
    for prover in accepting(obligation):
        if budget.exhausted:
            return None
        if prover.exact:
            continue
        try:
            for evidence in prover.search(obligation, budget):
                if _proves(obligation, evidence):
                    return evidence
        except Exception:
            # Whatever a search breaks off with, the proof that is there already stands.
            continue
    return None


def _proves(obligation: Obligation, evidence: Evidence) -> bool:
    try:
        return judge(obligation, evidence, uncertain=True).outcome is Outcome.PROVED
    except EvidenceRejected:
        return False
