"""From evidence to verdicts, and from verdicts to the entries of a certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hopverify.certificate import Evidence, method_of
from hopverify.checker.citing import Known, is_entry, whole
from hopverify.checker.payload import rational, text_of
from hopverify.checker.rules import Judgement, judge
from hopverify.checks import Check, Claim
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Obligation, Outcome
from hopverify.results import ANY
from hopverify.spec import ModelSpec
from hopverify.verdict import Reason, Verdict, summed_up

SURVIVES, MOST = "survives", 2**40


@dataclass(frozen=True)
class Decision:
    """An obligation of a claim with its role, the evidence offered, and what the rule made of it."""

    obligation: Obligation
    role: str
    evidence: Evidence | None
    judgement: Judgement


Family = Callable[[Fraction], Obligation]
"""Returns an obligation about the model whose weights have spreads so many times as large."""


def decide(
    obligation: Obligation,
    role: str,
    evidence: Evidence | None,
    family: Family | None = None,
    known: Known | None = None,
) -> Decision:
    """Judge one obligation; without evidence it stays open. Raises :class:`EvidenceRejected`.

    A proof of the kernel may cite claims that are ``known``; it is judged with their proofs.
    With a ``family`` the weights are uncertain. Evidence may then hold ``survives``: a ``factor`` ≥ 1, and evidence
    that proves the obligation with spreads so many times as large, so that the reader learns how far it reaches.
    """
    if evidence is None:
        return Decision(obligation, role, None, Judgement(Outcome.OPEN))
    judged = whole(evidence, known) if known and is_entry(evidence) else evidence
    if family is None or not isinstance(evidence, Mapping) or SURVIVES not in evidence:
        return Decision(obligation, role, evidence, judge(obligation, judged, uncertain=family is not None))
    own = {key: value for key, value in judged.items() if key != SURVIVES}
    judgement = judge(obligation, own, uncertain=True)
    factor = _survived(family, evidence[SURVIVES])
    told = replace(judgement, data={**judgement.data, SURVIVES: text_of(factor)})
    return Decision(obligation, role, evidence, told)


def _survived(family: Family, stated: Any) -> Fraction:
    """Return the factor by which the spreads may grow, once the evidence for that has been judged."""
    if not isinstance(stated, Mapping) or set(stated) != {"factor", "evidence"}:
        raise EvidenceRejected(f"{SURVIVES}: expected a factor and evidence")
    factor = rational(stated["factor"])
    if not 1 <= factor <= MOST:
        raise EvidenceRejected(f"{SURVIVES}: expected a factor between 1 and {MOST}")
    if judge(family(factor), stated["evidence"], uncertain=True).outcome is not Outcome.PROVED:
        raise EvidenceRejected(f"{SURVIVES}: the evidence does not prove the claim with spreads so many times as large")
    return factor


def family_of(claim: Claim, position: int) -> Family | None:
    """Return the family of an obligation of a claim, at its place in :func:`roles_of`; None for exact weights."""
    widened = claim.widened
    return None if widened is None else lambda factor: roles_of(widened(factor))[position][0]


def roles_of(claim: Claim) -> list[tuple[Obligation, str]]:
    """Return the obligations of a claim with their roles, premises first."""
    premises = [(obligation, "premise") for obligation in claim.premises]
    return [*premises, *((obligation, "necessary") for obligation in claim.necessary)]


def verdict_of(claim: Claim, decisions: Sequence[Decision]) -> Verdict:
    """Return the verdict: see :mod:`hopverify.checks` for the rule."""
    if claim.inapplicable is not None:
        return Verdict.NOT_APPLICABLE
    outcomes = {role: [d.judgement.outcome for d in decisions if d.role == role] for role in ("premise", "necessary")}
    if Outcome.REFUTED in outcomes["necessary"]:
        return Verdict.FAIL
    decisive = outcomes["necessary"] if claim.by else outcomes["premise"] or outcomes["necessary"]
    proved = bool(decisive) and all(outcome is Outcome.PROVED for outcome in decisive)
    return Verdict.PASS if proved else Verdict.UNKNOWN


def entry_of(
    check: Check, claim: Claim, decisions: Sequence[Decision], reason: Reason | None, spec: ModelSpec
) -> dict[str, Any]:
    """Return the certificate's entry for a claim: JSON values only, everything decided here."""
    verdict, expected = verdict_of(claim, decisions), check.expected_by(spec)
    entry: dict[str, Any] = {
        "check": check.name,
        "subject": claim.subject,
        "statement": claim.statement,
        "theory": check.theory,
        "assumptions": list(claim.assumptions),
        "verdict": str(verdict),
        "expected": ANY if expected is None else str(expected),
        "method": sorted({method_of(d.evidence) for d in decisions if d.evidence is not None and _counts(d, verdict)}),
        "obligations": [_row(decision, verdict) for decision in decisions],
    }
    if verdict is Verdict.UNKNOWN:
        entry["reason"] = {"code": reason.name.lower(), "text": reason.value} if reason else None
    if claim.inapplicable is not None:
        entry["reason"] = {"code": "not_applicable", "text": claim.inapplicable}
    return entry


def _counts(decision: Decision, verdict: Verdict) -> bool:
    """Whether a decision is part of how the verdict was reached."""
    outcome = decision.judgement.outcome
    if verdict is Verdict.FAIL:
        return outcome is Outcome.REFUTED and decision.role == "necessary"
    return outcome is Outcome.PROVED or verdict is Verdict.UNKNOWN


def _row(decision: Decision, verdict: Verdict) -> dict[str, Any]:
    outcome = decision.judgement.outcome
    implied = verdict is Verdict.PASS and decision.role == "necessary" and outcome is Outcome.OPEN
    row: dict[str, Any] = {
        "statement": decision.obligation.statement,
        "role": decision.role,
        "outcome": "follows from the premises" if implied else str(outcome),
    }
    if decision.evidence is not None:
        row["evidence"] = decision.evidence
    if decision.judgement.data:
        row["data"] = dict(decision.judgement.data)
    return row


def overall(entries: Sequence[Mapping[str, Any]]) -> dict[str, Verdict]:
    """Return the verdict of each check, over its subjects, in the order of the entries."""
    by_check: dict[str, list[Verdict]] = {}
    for entry in entries:
        by_check.setdefault(entry["check"], []).append(Verdict(entry["verdict"]))
    return {check: summed_up(verdicts) for check, verdicts in by_check.items()}


def overall_verdict(entries: Sequence[Mapping[str, Any]], spec: ModelSpec) -> Verdict:
    """Return whether the checks have the verdicts the spec asks for: pass, fail, or unknown.

    A check that does not concern the model satisfies an expected pass. An unknown that was not expected makes the
    whole unknown, unless something fails.
    """
    met = expectations_met(entries, spec)
    results = [
        Verdict.PASS if met[check] else Verdict.UNKNOWN if verdict is Verdict.UNKNOWN else Verdict.FAIL
        for check, verdict in overall(entries).items()
    ]
    return summed_up(results) if results else Verdict.PASS


def expectations_met(entries: Sequence[Mapping[str, Any]], spec: ModelSpec) -> dict[str, bool]:
    """Return for each check whether its verdict is the one the spec asks for."""
    expected = {entry["check"]: entry["expected"] for entry in entries}
    return {
        check: expected[check] in (ANY, str(verdict))
        or (verdict is Verdict.NOT_APPLICABLE and check not in spec.expect)
        for check, verdict in overall(entries).items()
    }
