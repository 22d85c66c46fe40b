"""Lists of all equilibria as claims of the kernel, with the stability of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hopverify.certificate import Evidence
from hopverify.numerics.equilibrium_list import equilibrium_list
from hopverify.numerics.growth import propose_box
from hopverify.numerics.segment_list import Region, is_confined, is_piecewise_linear, segment_list
from hopverify.obligations import FlatRegionsInBasins, RecoveredStates, Search
from hopverify.provers import Budget
from hopverify.provers._flat_rows import with_flat_regions, with_undetermined
from hopverify.provers._stability import with_stability
from hopverify.provers.growth_box import by_growth

# Trees for the kernel: it takes about a millisecond a box.
MAX_LISTED, MAX_WORK_LISTED = 150_000, 1_500_000_000


@lru_cache(maxsize=4)
def kernel_list(search: Search, budget: Budget) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return a list of equilibria as a claim of the kernel, with its proof; None where no search can begin.

    The claim is `equilibria`, or `some equilibria` where the search is not complete.
    """
    most = min(budget.boxes, MAX_LISTED, MAX_WORK_LISTED // search.network.size**3)

    def goes_on(boxes: int) -> bool:
        budget.report(boxes, None, "boxes")
        return boxes <= most and not budget.exhausted

    network, piecewise = search.network, is_piecewise_linear(search.network)

    def listed(region: Region | None, root: Region | None = None) -> tuple[dict[str, Any], dict[str, Any]] | None:
        if piecewise:
            return segment_list(network, region, goes_on, root)
        return equilibrium_list(search.model, region, goes_on, root)

    # Trees over segments may begin with all states, and are smaller where they need not.
    begins = not piecewise or search.region is not None or is_confined(network)
    found = listed(search.region) if begins else None
    if found is not None or search.region is not None:
        return found
    bounds = propose_box(network)
    if bounds is None:
        return listed(None) if piecewise else None
    confined = next(by_growth(network, bounds))
    rows = [row for layer in network.layers for row in confined["claim"]["box"][layer.name]]
    found = listed(None, [(Fraction(low), Fraction(high)) for low, high in rows])
    if found is not None and found[0]["claim"] == "equilibria":
        found[1]["premises"] = [{key: confined[key] for key in ("claim", "proof")}]
    return found


@lru_cache(maxsize=4)
def stability_list(search: Search, budget: Budget) -> Evidence | None:
    """Return evidence of the claim `stability`, whose premise 0 is the list; None where there is no list to tell."""
    listed = kernel_list(search, budget)
    if listed is None or _are_blurred(search, listed[0]):
        return None
    return with_stability(search, {"rule": "kernel", "claim": listed[0], "proof": listed[1]})


def told_by_kernel(search: Search, budget: Budget) -> Iterator[Evidence]:
    """Yield the list of equilibria with their stability, as a claim of the kernel."""
    found = stability_list(search, budget)
    if found is not None:
        yield found


def rows_by_kernel(obligation: RecoveredStates | FlatRegionsInBasins, budget: Budget) -> Iterator[Evidence]:
    """Yield what is told of each equilibrium of the list: what the energy leaves open, or its flat region."""
    search, found = obligation.search, stability_list(obligation.search, budget)
    if found is None:
        return
    if isinstance(obligation, RecoveredStates):
        yield with_undetermined(search, {"rule": "kernel", **found["proof"]["premises"][0]})
    else:
        yield with_flat_regions(search, found)


def _are_blurred(search: Search, claim: Mapping[str, Any]) -> bool:
    """Whether states are enclosed that are exact, where every activation is piecewise affine."""
    exact = all(isinstance(each, str) for row in claim["equilibria"] for each in row["x"])
    return is_piecewise_linear(search.network) and not exact
