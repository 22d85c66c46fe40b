"""LaSalle (T17): the complete list of equilibria, if it has one entry, with what else the theorem asks.

The list is that of the check `equilibria`, with a part of what that may spend. Several equilibria in it, or an unstable
one, refute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hopverify.certificate import Evidence
from hopverify.checks.equilibria import search_of
from hopverify.obligations import Bounded, GloballyStable, premises_of_descent
from hopverify.provers import Budget, Prover
from hopverify.provers._lists import MAX_LISTED, kernel_list
from hopverify.provers._proofs import entries_of, proof
from hopverify.provers.no_attractor import repelling
from hopverify.provers.structure import found_by_kernel
from hopverify.provers.two_equilibria import two
from hopverify.verdict import Reason

# The part of a tree's budget that may be spent before a claim about its equilibria asks for it.
SHARE = 20


def _search(obligation: GloballyStable, budget: Budget) -> Iterator[Evidence]:
    model, search = obligation.model, search_of(obligation.model, {})
    if search is None or model.inhibition or model.uncertain:
        return
    found = kernel_list(search, replace(budget, boxes=min(budget.boxes, MAX_LISTED) // SHARE))
    if found is None:
        return
    claim, listing = found
    entries = claim["equilibria"]
    places = [place for entry in entries for place in _places(entry)]
    if len(places) > 1:
        yield two(places[:2])
    if len(entries) != 1 or len(places) != 1:
        return
    yield from repelling(search, places[0])
    premises = [proof(premise, budget) for premise in premises_of_descent(model)]
    if claim["claim"] == "equilibria" and None not in premises:
        bounded = proof(Bounded(model), budget)
        if bounded is not None and bounded["rule"] == "kernel":
            held = [*entries_of([*premises, bounded]), {"claim": claim, "proof": listing}]
            yield found_by_kernel({"premises": held}, "list", "global stability", x=entries[0]["x"])


def _places(entry: Mapping[str, Any]) -> list[Any]:
    """Return where an entry has an equilibrium: several states of a continuum."""
    return [place for k, place in enumerate([entry["x"], *entry.get("ends", [])]) if k == 0 or place != entry["x"]]


PROVER = Prover(
    name="lasalle",
    summary="a complete list of one equilibrium, with an energy that descends and bounded solutions",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
