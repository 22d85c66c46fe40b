"""LaSalle (T17): the complete list of equilibria, if it has one entry, with evidence for what else the theorem asks.

The tree is that of the check `equilibria`, begun with a part of what it may spend, and gone on with there; several
equilibria in it, or an unstable one, refute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hopverify.certificate import Evidence
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.listing import enumeration
from hopverify.checker.rules import judge
from hopverify.checks.equilibria import search_of
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Bounded, GloballyStable, Obligation, Outcome, premises_of_descent
from hopverify.provers import Budget, NothingToSearchError, Prover, accepting
from hopverify.provers.equilibrium_tree import begun
from hopverify.provers.no_attractor import refuting
from hopverify.provers.structure import found_by_kernel
from hopverify.verdict import Reason

# The part of a tree's budget that may be spent before a claim about its equilibria asks for it.
SHARE = 20


def _search(obligation: GloballyStable, budget: Budget) -> Iterator[Evidence]:
    model, search = obligation.model, search_of(obligation.model, {})
    if search is None or model.inhibition:
        return
    premises = [_proof(premise, budget) for premise in premises_of_descent(model)]
    bounded = _proof(Bounded(model), budget) if None not in premises and not model.uncertain else None
    for tree in begun(search, budget, SHARE):
        try:
            found = enumeration(search, tree)
        except EvidenceRejected:
            continue
        yield from refuting(model, search.network, map(_point, found.equilibria))
        if bounded is not None and not found.undecided and len(found.equilibria) == 1:
            listed = {key: value for key, value in tree.items() if key != "rule"}
            yield {"rule": "lasalle", "list": listed, "bounded": bounded, "descent": _descent(premises)}


def _descent(premises: Iterable[Evidence | None]) -> Evidence:
    """Return evidence that the energy descends, from evidence for each premise."""
    found = [{key: each[key] for key in ("claim", "proof")} for each in premises if each is not None]
    return found_by_kernel({"premises": found}, "T2", "descent")


def _point(equilibrium: Equilibrium) -> list[object]:
    exact = equilibrium.exact
    return list(exact) if exact is not None else ((equilibrium.lower + equilibrium.upper) / 2).tolist()


def _proof(obligation: Obligation, budget: Budget) -> Evidence | None:
    return proof_by(accepting(obligation), obligation, budget)


def proof_by(provers: Iterable[Prover], obligation: Obligation, budget: Budget) -> Evidence | None:
    """Return the first evidence of provers that proves an obligation, or None."""
    for prover in provers:
        try:
            for evidence in prover.search(obligation, budget):
                if _proves(obligation, evidence):
                    return evidence
        except (NothingToSearchError, EvidenceRejected, ArithmeticError):
            continue
    return None


def _proves(obligation: Obligation, evidence: Evidence) -> bool:
    try:
        return judge(obligation, evidence).outcome is Outcome.PROVED
    except EvidenceRejected:
        return False


PROVER = Prover(
    name="lasalle",
    summary="a complete list of one equilibrium, with an energy that descends and bounded solutions",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
