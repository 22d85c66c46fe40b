"""verify(spec) on one page: spec → model → claims → obligations → evidence → the checker's verdict → certificate."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from hopverify.certificate import Certificate, subject_of
from hopverify.checker.deciding import Decision, decide, entry_of, overall_verdict, roles_of, verdict_of
from hopverify.checks import Check, Claim, claims_of
from hopverify.errors import EvidenceRejected
from hopverify.model import build_model
from hopverify.obligations import DerivedEnergy, Obligation, Outcome, Regular
from hopverify.provers import Budget, accepting
from hopverify.spec import ModelSpec, read_spec
from hopverify.verdict import Reason, Verdict


@dataclass(frozen=True)
class Progress:
    """One step of a run, for whoever watches: claim ``position`` of ``total`` begins."""

    position: int
    total: int
    check: str
    subject: str


def verify(
    spec: ModelSpec | str | Path,
    *,
    samples: int = 2000,
    boxes: int = 400_000,
    seed: int = 0,
    timeout: float = float("inf"),
    progress: Callable[[Progress], None] = lambda step: None,
) -> Certificate:
    """Return the certificate of a spec: each of its checks decided, with evidence.

    ``samples`` bounds the random search for witnesses, ``boxes`` the enumeration of equilibria, ``timeout`` (seconds)
    the whole run. When the time is up, or on KeyboardInterrupt, the claims not yet decided are unknown and the
    certificate is still well formed. Raises ``SpecError`` for a bad spec.
    """
    spec = spec if isinstance(spec, ModelSpec) else read_spec(spec)
    budget = Budget(samples, boxes, seed, monotonic() + timeout)
    claims = claims_of(spec, build_model(spec))
    entries: list[dict[str, Any]] = []
    seconds: list[float] = []
    known: dict[Obligation, tuple[Decision, Reason | None]] = {}
    for position, (check, claim) in enumerate(claims):
        progress(Progress(position, len(claims), check.name, claim.subject))
        start = monotonic()
        try:
            entries.append(_entry(check, claim, spec, budget, known))
        except KeyboardInterrupt:
            budget = replace(budget, deadline=float("-inf"), ended=Reason.INTERRUPTED)
            entries.append(_entry(check, claim, spec, budget, known))
        seconds.append(monotonic() - start)
    verdict = overall_verdict(entries, spec)
    digests = dict(spec.array_digests)
    return Certificate(subject_of(spec), digests, str(verdict), tuple(entries), made_with(seed), tuple(seconds))


def _entry(
    check: Check,
    claim: Claim,
    spec: ModelSpec,
    budget: Budget,
    known: dict[Obligation, tuple[Decision, Reason | None]],
) -> dict[str, Any]:
    """Decide one claim: its premises first; what is necessary only while they leave the verdict open."""
    if claim.inapplicable is not None:
        return entry_of(check, claim, (), None, spec)
    decisions: list[Decision] = []
    reasons: list[Reason] = []
    for obligation, role in roles_of(claim):
        if verdict_of(claim, decisions) is Verdict.PASS and claim.premises and role == "necessary":
            decisions.append(decide(obligation, role, None))
            continue
        decision, reason = _discharged(obligation, role, budget, known)
        decisions.append(decision)
        reasons += [reason] if reason is not None else []
    return entry_of(check, claim, decisions, _reason_for(decisions, reasons), spec)


def _discharged(
    obligation: Obligation, role: str, budget: Budget, known: dict[Obligation, tuple[Decision, Reason | None]]
) -> tuple[Decision, Reason | None]:
    """Return the decision on an obligation, from an earlier claim if it has been met before."""
    if obligation not in known:
        known[obligation] = discharge(obligation, role, budget)
    decision, reason = known[obligation]
    return Decision(obligation, role, decision.evidence, decision.judgement), reason


def discharge(obligation: Obligation, role: str, budget: Budget) -> tuple[Decision, Reason | None]:
    """Try the provers in order; return the first evidence that the checker accepts, or the reason there is none."""
    best: Decision | None = None
    reason = Reason.NO_PROOF_FOUND
    for prover in accepting(obligation):
        if budget.exhausted:
            reason = budget.ended
            break
        reason = prover.reason
        for evidence in prover.search(obligation, budget):
            try:
                decision = decide(obligation, role, evidence)
            except EvidenceRejected:
                continue
            if decision.judgement.outcome is not Outcome.OPEN:
                return decision, None
            best, reason = decision, decision.judgement.reason or reason
    return best or decide(obligation, role, None), reason


def _reason_for(decisions: Iterable[Decision], reasons: list[Reason]) -> Reason:
    """Return the most telling reason: the time limit, a premise that rules the theorem out, the last search's."""
    for ended in (Reason.INTERRUPTED, Reason.BUDGET_EXHAUSTED):
        if ended in reasons:
            return ended
    for decision in decisions:
        if decision.role == "premise" and decision.judgement.outcome is not Outcome.PROVED:
            if isinstance(decision.obligation, Regular):
                return Reason.NONSMOOTH
            if isinstance(decision.obligation, DerivedEnergy):
                return Reason.NO_WITNESS_FOUND
    return reasons[-1] if reasons else Reason.NO_PROOF_FOUND


def was_interrupted(certificate: Certificate) -> bool:
    """Return whether the run behind a certificate was interrupted."""
    code = Reason.INTERRUPTED.name.lower()
    return any((entry.get("reason") or {}).get("code") == code for entry in certificate.results)


def made_with(seed: int) -> dict[str, str]:
    """Return the versions a certificate records, and the seed of its searches."""
    packages = {name: version(name) for name in ("hopverify", "numpy", "python-flint", "sympy", "scipy")}
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return packages | {"python": python, "platform": sys.platform, "seed": str(seed), "rounding": "to nearest"}
