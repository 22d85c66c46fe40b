"""Proofs of obligations that a prover needs as premises: what other provers find, and the kernel or a rule accepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hopverify.certificate import Evidence
from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Obligation, Outcome
from hopverify.provers import Budget, Prover, accepting
from hopverify.provers.structure import premise_of


def entries_of(found: Iterable[Evidence | None]) -> list[dict[str, Any]]:
    """Return evidence as the premises of a proof."""
    return [premise_of(each) for each in found if each is not None]


def proof(obligation: Obligation, budget: Budget) -> Evidence | None:
    """Return the first evidence that proves an obligation, by the provers that take it, or None."""
    return proof_by(accepting(obligation), obligation, budget)


def proved_in_a_premise(obligation: Obligation, budget: Budget) -> dict[str, Any]:
    """Return what proves an obligation as a premise; raise :class:`EvidenceRejected` where nothing does."""
    found = proof(obligation, budget)
    if found is None:
        raise EvidenceRejected(f"not proved: {obligation.statement}")
    return premise_of(found)


def proof_by(provers: Iterable[Prover], obligation: Obligation, budget: Budget) -> Evidence | None:
    """Return the first evidence of provers that proves an obligation, or None."""
    for prover in provers:
        try:
            for evidence in prover.search(obligation, budget):
                if is_proved(obligation, evidence):
                    return evidence
        except Exception:
            # Whatever a search breaks off with, another may prove the premise.
            continue
    return None


def is_proved(obligation: Obligation, evidence: Evidence) -> bool:
    """Return whether evidence is accepted as a proof."""
    try:
        return judge(obligation, evidence).outcome is Outcome.PROVED
    except EvidenceRejected:
        return False
