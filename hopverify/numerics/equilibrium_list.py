"""All equilibria of a model as the kernel's claim `equilibria` lists them, with its proof by a tree (docs/claims.md).

Where the search is not complete, its equilibria are those of the claim `some equilibria`, which says nothing of others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.networks import Model, linear_network
from hopverify.numerics.branch_and_prune import BranchAndPrune, opening
from hopverify.numerics.enclosures import Enclosures
from hopverify.numerics.mean_value import MeanValue
from hopverify.numerics.relaxation import Bounds, Floats, Relaxation

Region = Sequence[tuple[Fraction, Fraction]]
Stated = dict[str, Any]
Field = Relaxation | MeanValue
GoesOn = Callable[[int], bool]


def equilibrium_list(
    model: Model, region: Region | None, goes_on: GoesOn, root: Region | None = None
) -> tuple[Stated, Stated] | None:
    """Return a claim and its proof, or None where no bounded box is known to begin with.

    ``root`` is a box that is known to hold all equilibria; without one, all states or the region are.
    """
    size = sum(layer.size for layer in model.layers.values())
    begin = region if region is not None else root
    if begin is not None:
        lower, upper = np.array([-_upward(-low) for low, _ in begin]), np.array([_upward(high) for _, high in begin])
    else:
        lower, upper = np.full(size, -np.inf), np.full(size, np.inf)
    boxes = opening(field_of(model, lower, upper), lower, upper)
    return None if boxes is None else _searched(field_of(model, *boxes[-1]), boxes, region, goes_on)


def field_of(model: Model, lower: Floats, upper: Floats) -> Field:
    """Return what bounds the equilibria of a model in boxes within these ends."""
    network = linear_network(model)
    if network is not None and network.elementwise:
        return Relaxation(network, lower, upper)
    return MeanValue(model, lower, upper)


def ends_of(region: Region) -> list[list[str]]:
    """Return a region as a claim states it."""
    return [[str(low), str(high)] for low, high in region]


def _upward(value: Fraction) -> float:
    """Return the least double that is not below a rational."""
    found = float(value)
    return found if Fraction(found) >= value else float(np.nextafter(found, np.inf))


def _searched(field: Field, boxes: list[Bounds], region: Region | None, goes_on: GoesOn) -> tuple[Stated, Stated]:
    within = None if region is None else tuple(np.array([float(e) for e in ends]) for ends in zip(*region, strict=True))
    enclosures = Enclosures(field, None if within is None else (within[0], within[1]))
    search = BranchAndPrune(field, enclosures, boxes)
    complete = search.run(goes_on)
    if not complete:
        return {"claim": "some equilibria", "equilibria": enclosures.entries()}, {"by": "boxes"}
    unit, nodes = search.proof()
    claim = {
        "claim": "equilibria",
        "region": None if region is None else ends_of(region),
        "equilibria": enclosures.entries(),
    }
    return claim, {"by": "tree", "unit": unit, "nodes": nodes}
