"""Too few equilibria for the patterns (M4): one that attracts everything, or a small list of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hopverify.certificate import Evidence
from hopverify.networks import linear_network
from hopverify.obligations import GloballyStable, Retrieval, Search
from hopverify.provers import PROVERS, Budget, Prover
from hopverify.provers._lists import stability_list
from hopverify.provers._stored_rows import Stored, few_claim, is_small
from hopverify.provers.structure import premise_of
from hopverify.verdict import Reason

# Larger lists are those of `equilibria`, where they are asked for.
MAX_BOXES, MAX_NEURONS = 2000, 16


def attracting(asked: Stored, budget: Budget, *methods: str) -> Iterator[Evidence]:
    """Yield what may show the kernel that one equilibrium attracts every solution."""
    for method in methods:
        for evidence in PROVERS[method].search(GloballyStable(asked.model), budget):
            if evidence["rule"] == "kernel" and evidence["claim"]["claim"] == "global stability":
                yield evidence


def _search(asked: Stored | Retrieval, budget: Budget) -> Iterator[Evidence]:
    """Of what memories retrieve nothing but a contraction is asked: their lists are long in coming."""
    obligation = asked.stored if isinstance(asked, Retrieval) else asked
    if obligation is None or not is_small(obligation):
        return
    for evidence in attracting(obligation, budget, "contraction"):
        yield from _few(obligation, evidence, [evidence["claim"].get("x")], 1)
    if not isinstance(asked, Retrieval):
        yield from _of_lists(obligation, budget)


def _of_lists(obligation: Stored, budget: Budget) -> Iterator[Evidence]:
    network, lone = linear_network(obligation.model), False
    for evidence in attracting(obligation, budget, "lure_multipliers"):
        lone = True
        yield from _few(obligation, evidence, [evidence["claim"].get("x")], 1)
    if network is None or not (lone or network.size <= MAX_NEURONS):
        return
    small = replace(budget, boxes=min(budget.boxes, MAX_BOXES))
    found = stability_list(Search(obligation.model, network, None), small)
    rows = [] if found is None else found["claim"]["equilibria"]
    if found is not None and found["claim"]["all"] and not any("dimension" in row for row in rows):
        yield from _few(obligation, found, [row["x"] for row in rows if row["stability"] != "unstable"], len(rows))


def _few(obligation: Stored, evidence: Evidence, places: list[list[str] | None], count: int) -> Iterator[Evidence]:
    claim = few_claim(obligation, places, count)
    if claim is not None:
        yield {"rule": "kernel", "claim": claim, "proof": {"by": "list", "premises": [premise_of(evidence)]}}


PROVER = Prover(
    name="few_equilibria",
    summary="one equilibrium, or a list of few, for too many patterns",
    search=_search,
    reason=Reason.NOT_STORED,
)
