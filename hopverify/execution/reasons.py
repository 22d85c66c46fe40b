"""The reason that a claim's entry gives where its verdict is unknown: the most telling one of its obligations."""

from __future__ import annotations

from collections.abc import Iterable

from hopverify.checker.deciding import Decision
from hopverify.execution.units import UNFINISHED
from hopverify.obligations import DerivedEnergy, Outcome, Regular
from hopverify.verdict import Reason


def reason_for(decisions: Iterable[Decision], reasons: list[Reason]) -> Reason:
    """Return what ended the search, a premise that rules the theorem out, or what the last search left behind."""
    for ended in (Reason.INTERRUPTED, Reason.BUDGET_EXHAUSTED, Reason.WORKER_LOST, Reason.SEARCH_FAILED):
        if ended in reasons:
            return ended
    for decision in decisions:
        if decision.role == "premise" and decision.judgement.outcome is not Outcome.PROVED:
            if isinstance(decision.obligation, Regular):
                return Reason.NONSMOOTH
            if isinstance(decision.obligation, DerivedEnergy):
                return Reason.NO_WITNESS_FOUND
    return reasons[-1] if reasons else Reason.NO_PROOF_FOUND


def is_unfinished(entries: Iterable[object]) -> bool:
    """Whether some entry of a certificate is unknown only because the run ended before its search did."""
    codes = {reason.name.lower() for reason in UNFINISHED}
    reasons = (entry.get("reason") if isinstance(entry, dict) else None for entry in entries)
    return any(isinstance(reason, dict) and reason.get("code") in codes for reason in reasons)
