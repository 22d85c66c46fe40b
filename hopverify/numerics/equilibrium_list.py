"""All equilibria of a model as the kernel's claim `equilibria` lists them, with its proof by a tree (docs/claims.md).

Where the search is not complete, its equilibria are those of the claim `some equilibria`, which says nothing of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from hopverify.networks import Model, linear_network
from hopverify.numerics.branch_and_prune import BranchAndPrune
from hopverify.numerics.enclosures import Enclosures, Place
from hopverify.numerics.mean_value import MeanValue
from hopverify.numerics.opening import is_void, opening
from hopverify.numerics.overlaps import overlaps_of
from hopverify.numerics.relaxation import Floats, Relaxation
from hopverify.numerics.sharper import places

Region = Sequence[tuple[Fraction, Fraction]]
Stated = dict[str, Any]
GoesOn = Callable[[int], bool]
Holds = Callable[[Place], bool]


def equilibrium_list(
    model: Model,
    region: Region | None,
    goes_on: GoesOn,
    root: Region | None = None,
    holds: Holds = lambda place: False,
) -> tuple[Stated, Stated] | None:
    """Return a claim and its proof, or None where no bounded box is known to begin with.

    ``root`` is a box that is known to hold all equilibria; without one, all states or the region are. ``holds`` is
    asked of places that doubles cannot decide.
    """
    begin = region if region is not None else root
    overlaps = overlaps_of(model) if begin is None else None
    size = sum(layer.size for layer in model.layers.values()) if overlaps is None else overlaps.size
    lower, upper = np.full(size, -np.inf), np.full(size, np.inf)
    if begin is not None:
        lower, upper = np.array([-_upward(-low) for low, _ in begin]), np.array([_upward(high) for _, high in begin])
    within = overlaps.relaxation if overlaps is not None else field_of(model)
    bounds = within(lower, upper)
    if begin is None and overlaps is None and is_void(bounds, lower, upper):
        return {"claim": "equilibria", "region": None, "equilibria": []}, {
            "by": "tree",
            "unit": "1",
            "nodes": [["none"]],
        }
    boxes = [(lower, upper)] if begin is not None else opening(bounds, lower, upper)
    if boxes is None:
        return None
    field = within(*boxes[-1])

    def sharper(x: Floats) -> Iterator[Place]:
        return filter(holds, sharper_places(model, x, field.jacobian(x), region or ()))

    enclosures = Enclosures(field, region, sharper)
    search = BranchAndPrune(field, enclosures, boxes, begin or ())
    complete, states = search.run(goes_on), enclosures.states()
    told = states if overlaps is None else [overlaps.expanded(state) for state in states]
    entries = [{"x": x} for x in told]
    if not complete:
        return {"claim": "some equilibria", "equilibria": entries}, {"by": "boxes"}
    ends = None if region is None else [[str(low), str(high)] for low, high in region]
    claim: Stated = {"claim": "equilibria", "region": ends, "equilibria": entries}
    unit, nodes = search.proof()
    if overlaps is None:
        return claim, {"by": "tree", "unit": unit, "nodes": nodes}
    beside = [state[overlaps.types :] for state in states]
    return claim, {"by": "overlaps", "overlaps": beside, "unit": unit, "nodes": nodes}


def sharper_places(model: Model, x: Floats, jacobian: Floats, region: Region) -> Iterator[Place]:
    """Yield narrower and narrower places of an equilibrium, where drives are linear."""
    network = linear_network(model)
    return iter(()) if network is None else places(network, x, jacobian, region)


def unknowns(model: Model, region: Region | None) -> int:
    """Return in how many coordinates a list is searched: those of types and overlaps where there are some."""
    overlaps = overlaps_of(model) if region is None else None
    return sum(layer.size for layer in model.layers.values()) if overlaps is None else overlaps.size


def field_of(model: Model) -> Callable[[Floats, Floats], Relaxation | MeanValue]:
    """Return what bounds the equilibria of a model in boxes within some ends."""
    network = linear_network(model)
    if network is not None and network.elementwise:
        return partial(Relaxation.of, network)
    return partial(MeanValue, model)


def _upward(value: Fraction) -> float:
    """Return the least double that is not below a rational."""
    found = float(value)
    return found if Fraction(found) >= value else float(np.nextafter(found, np.inf))
