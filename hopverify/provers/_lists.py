"""Lists of all equilibria as claims of the kernel, with the stability of each."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.networks import LinearNetwork
from hopverify.numerics.enclosures import is_inside
from hopverify.numerics.equilibrium_list import equilibrium_list, field_of, sharper_places, unknowns
from hopverify.numerics.growth import propose_box
from hopverify.numerics.segment_list import Region, is_confined, is_piecewise_linear, segment_list
from hopverify.obligations import FlatRegionsInBasins, RecoveredStates, Search
from hopverify.provers import Budget
from hopverify.provers._energies import with_energies
from hopverify.provers._flat_rows import with_flat_regions, with_undetermined
from hopverify.provers._stability import with_stability
from hopverify.provers._verified import accepts, is_accepted
from hopverify.provers.growth_box import by_growth, by_ranges
from hopverify.provers.lure_multipliers import stable_by_kernel
from hopverify.provers.structure import premise_of

# Trees for the kernel: it takes about a millisecond a box.
MAX_LISTED, MAX_WORK_LISTED, MAX_WITH_WHOLE_LAYERS = 150_000, 1_500_000_000, 20_000
MAX_CURVED, MAX_WORK_CURVED = 2_000, 200_000
"""A box of N neurons whose drives are not linear costs slopes of N drives in N directions, without matrices."""

MANY, FEW = 40, 100
"""Of more neurons exact states are long; a tree over segments, with linear programs, is small, or not found in time."""

Listed = tuple[dict[str, Any], dict[str, Any]]
"""A claim, and its proof."""


@lru_cache(maxsize=4)
def kernel_list(search: Search, budget: Budget) -> Listed | None:
    """Return a list of equilibria as a claim of the kernel, with its proof; None where no search can begin.

    The claim is `equilibria`, or `some equilibria` where the search is not complete. Where one equilibrium attracts
    everything, there is no search, but for the exact states of piecewise-linear networks, where these are short.
    """
    if search.linear is None:
        return _searched(search, budget)
    if is_piecewise_linear(search.linear) and search.linear.size <= MANY and _leaky(search) is not None:
        found = _searched(search, budget)
        return found if found is not None and found[0]["claim"] == "equilibria" else _lone(search, budget) or found
    return _lone(search, budget) or _searched(search, budget)


def _lone(search: Search, budget: Budget) -> Listed | None:
    """Return the list of the one equilibrium that attracts everything, or of none if it lies outside the region."""
    for evidence in stable_by_kernel(search.model, budget):
        if "x" not in evidence["claim"]:
            continue
        for x in _narrower(search, evidence["claim"]["x"]):
            inside = is_inside(search.region, x)
            if inside is None:
                continue
            premise = {"claim": {**evidence["claim"], "x": x}, "proof": evidence["proof"]}
            region = None if search.region is None else [[str(low), str(high)] for low, high in search.region]
            claim = {"claim": "equilibria", "region": region, "equilibria": [{"x": x}] if inside else []}
            proof = {"by": "at most one", "premises": [premise]} | ({} if inside else {"elsewhere": [{"x": x}]})
            if accepts(search.model, {"claim": claim, "proof": proof}):
                return claim, proof
    return None


def _narrower(search: Search, x: list[Any]) -> Iterator[list[Any]]:
    """Yield narrower boxes around the middle of one, then itself, then ones that doubles do not know."""
    if isinstance(x[0], str):
        yield x
        return
    middles = [(Fraction(low) + Fraction(high)) / 2 for low, high in x]
    for width in (2**-44, 2**-36):
        around = [Fraction(width) * (1 + abs(round(middle))) for middle in middles]
        yield [[str(middle - each), str(middle + each)] for middle, each in zip(middles, around, strict=True)]
    yield x
    if search.region is not None:
        ends = np.array([[float(Fraction(end)) for end in pair] for pair in x]).T
        near = ends.mean(axis=0)
        yield from sharper_places(search.model, near, field_of(search.model)(*ends).jacobian(near), search.region)


def _searched(search: Search, budget: Budget) -> Listed | None:
    """Return what a tree of boxes lists."""
    network = _leaky(search)
    piecewise = network is not None and is_piecewise_linear(network)
    most = min(budget.boxes, MAX_LISTED, MAX_WORK_LISTED // unknowns(search.model, search.region) ** 3)
    most = most if network is not None and network.elementwise else min(most, MAX_WITH_WHOLE_LAYERS)
    most = most if network is not None else min(most, MAX_CURVED, MAX_WORK_CURVED // search.neurons.size**2)
    most = min(most, FEW) if search.neurons.size > MANY and piecewise else most

    def goes_on(boxes: int) -> bool:
        budget.report(boxes, None, "boxes")
        return boxes <= most and not budget.exhausted

    def listed(region: Region | None, root: Region | None = None) -> Listed | None:
        if network is not None and piecewise:
            return segment_list(network, region, goes_on, root)
        return equilibrium_list(search.model, region, goes_on, root, partial(is_accepted, search.model))

    # Trees over segments may begin with all states, and are smaller where they need not. Of drives that are not linear
    # balls know less than intervals with one end do.
    begins = search.region is not None or (network is not None and (not piecewise or is_confined(network)))
    found = listed(search.region) if begins else None
    if found is not None or search.region is not None:
        return found
    confined = _entered(search)
    if confined is None:
        return listed(None) if piecewise or network is None else None
    rows = [row for name in search.model.layers for row in confined["claim"]["box"][name]]
    found = listed(None, [(Fraction(low), Fraction(high)) for low, high in rows])
    if found is not None and found[0]["claim"] == "equilibria":
        found[1]["premises"] = [premise_of(confined)]
    return found


def _entered(search: Search) -> Evidence | None:
    """Return evidence of a box that every solution enters; None where none is known."""
    network = _leaky(search)
    if network is not None:
        bounds = propose_box(network)
        return None if bounds is None else next(by_growth(network, bounds))
    return next((each for each in by_ranges(search.model) if accepts(search.model, each)), None)


def _leaky(search: Search) -> LinearNetwork | None:
    """Return the network if each neuron has a leak: the kernel's boxes and segments are of x = (Wγ + b)/ρ as stated."""
    return search.linear if all(0 not in layer.leak for layer in search.model.layers.values()) else None


@lru_cache(maxsize=4)
def stability_list(search: Search, budget: Budget) -> Evidence | None:
    """Return evidence of the claim `stability`, whose premise 0 is the list; None where there is no list to tell."""
    listed = kernel_list(search, budget)
    if listed is None:
        return None
    found = with_stability(search, {"rule": "kernel", "claim": listed[0], "proof": listed[1]})
    return with_energies(search, found)


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
