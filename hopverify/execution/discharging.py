"""Discharging an obligation: the provers in order, the checker on whatever they return."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic

import numpy as np

from hopverify.checker.citing import is_entry
from hopverify.checker.deciding import Decision, Family, decide, family_of, roles_of
from hopverify.checker.floats import room
from hopverify.checks import Check, Claim
from hopverify.errors import EvidenceRejected
from hopverify.execution.surviving import surviving
from hopverify.execution.units import Finding, Offer, Place, Report, Unit
from hopverify.numerics.limits import OutOfTimeError
from hopverify.obligations import Obligation, Outcome
from hopverify.provers import Budget, NothingToSearchError, Prover, accepting
from hopverify.verdict import Reason

Claims = Sequence[tuple[Check, Claim]]


def unheard(message: str) -> None:
    """Tell nobody."""


@room()
@np.errstate(all="ignore")  # A search that meets numbers beyond doubles goes on or ends; nobody has to hear of it.
def discharge(
    obligation: Obligation,
    role: str,
    budget: Budget,
    family: Family | None = None,
    *,
    failed: Callable[[str], None] = unheard,
) -> tuple[Decision, Reason | None]:
    """Try the provers in order; return the first evidence that the checker accepts, or the reason there is none.

    Evidence is accepted with room to spare, so that processors that round otherwise accept it too.
    With a ``family`` the weights are uncertain, and what is proved is proved again with ever larger spreads. Provers
    are not trusted in this either: one that breaks off ends its own search, and ``failed`` is told how.
    """
    best: Decision | None = None
    reason, broken = Reason.NO_PROOF_FOUND, False
    for prover in accepting(obligation):
        if budget.exhausted:
            break
        reason = prover.reason
        if family is not None and prover.exact:
            reason = Reason.UNCERTAIN_WEIGHTS
            continue
        try:
            for decision in _accepted(prover, obligation, role, budget, family):
                if decision.judgement.outcome is not Outcome.OPEN:
                    return surviving(decision, budget, family), None
                if best is None or not _is_whole_list(best):
                    best, reason = decision, decision.judgement.reason or reason
        except NothingToSearchError as error:
            reason = error.reason
        except OutOfTimeError:
            break
        except (EvidenceRejected, ArithmeticError):
            # Numbers beyond doubles, or too long to tell, end a search; whoever comes next may do without them.
            continue
        except Exception as error:
            broken = True
            failed(f"the search {prover.name} broke off with {type(error).__name__}: {error}")
    if broken:
        reason = Reason.SEARCH_FAILED
    # A search that the deadline cut short has not said its last word.
    return best or decide(obligation, role, None), budget.ended if budget.exhausted else reason


def _is_whole_list(decision: Decision) -> bool:
    """Whether the kernel accepted all that is asked about but what stays undecided: no other list says more."""
    return is_entry(decision.evidence) and decision.judgement.data.get("all") is not False


def _accepted(
    prover: Prover, obligation: Obligation, role: str, budget: Budget, family: Family | None
) -> Iterator[Decision]:
    for evidence in prover.search(obligation, budget):
        try:
            decision = decide(obligation, role, evidence, family)
        except EvidenceRejected:
            continue
        yield decision


def findings_of(unit: Unit, claims: Claims, report: Report) -> list[Finding]:
    """Return what comes of the obligations of a unit, in its order; ``report`` hears how far a search is."""
    return [
        finding_of(place, claims, replace(unit.budget, report=partial(report, place)), unit.offers.get(place))
        for place in unit.places
    ]


def finding_of(place: Place, claims: Claims, budget: Budget, offer: Offer | None = None) -> Finding:
    """Return what comes of one obligation; what an earlier run left is judged again before anything is searched."""
    begin = monotonic()
    claim = claims[place.claim][1]
    (obligation, role), family = roles_of(claim)[place.obligation], family_of(claim, place.obligation)
    refused = None
    if offer is not None:
        try:
            decision = decide(obligation, role, offer.evidence, family)
        except EvidenceRejected as error:
            refused = str(error)
        else:
            still_open = decision.judgement.outcome is Outcome.OPEN
            if not still_open or offer.reason is not None:
                reason = offer.reason if still_open else None
                seconds = monotonic() - begin
                return Finding(place, decision.evidence, decision.judgement, reason, seconds, kept=True)
    failures: list[str] = []
    found, why = discharge(obligation, role, budget, family, failed=failures.append)
    seconds = monotonic() - begin
    return Finding(place, found.evidence, found.judgement, why, seconds, refused, failures=tuple(failures))
