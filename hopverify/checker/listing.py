"""Lists of equilibria: where a search tree begins (:mod:`hopverify.checker.equilibria`), and what of it counts.

The initial box is the spec's region; or a box that attracts all solutions (:mod:`hopverify.checker.attracting`); or,
for piecewise-linear networks, everything. With multipliers for T16 (:mod:`hopverify.checker.rules.lure`) there is one
equilibrium at most, so that any box will do in which the tree finds one; or it is stated in rationals, since at the
border of T16 Krawczyk's test may fail on every box around it.

Equilibria that the tree encloses stand in boxes that the evidence claims (:mod:`hopverify.checker.claimed_boxes`). What
the tree finds reaches a little beyond its own boxes, so it is compared with the region at the end
(:mod:`hopverify.checker.regions`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from hopverify.certificate import canonical
from hopverify.checker.attracting import attracting_box
from hopverify.checker.boxes import Boxes
from hopverify.checker.claimed_boxes import claimed
from hopverify.checker.contraction import Contractor
from hopverify.checker.equilibria import Enumeration, Equilibrium, Replay
from hopverify.checker.floats import roomy
from hopverify.checker.payload import vector
from hopverify.checker.regions import is_inside
from hopverify.checker.rules.lure import sector
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.obligations import Search


def root(search: Search, box: Any) -> Boxes:
    """Return the initial box: the region, the box that a bound of the payload gives, or everything."""
    size, everywhere = search.network.size, Contractor(search.network).everywhere
    if search.region is not None:
        if box is not None:
            raise EvidenceRejected("box: the spec names a region")
        ends = [(float(enclose(low).lower), float(enclose(high).upper)) for low, high in search.region]
        return everywhere(*np.array(ends).T)
    if box is None:
        return everywhere(np.full(size, -np.inf), np.full(size, np.inf))
    lower, upper = attracting_box(search.network, vector(box, 2 * size))
    return everywhere(
        np.array([float(enclose(end).lower) for end in lower]), np.array([float(enclose(end).upper) for end in upper])
    )


def around(search: Search, box: Any) -> Boxes:
    """Return the box that holds the one equilibrium of T16: lower ends, then upper ends."""
    size = search.network.size
    ends = vector(box, 2 * size)
    if not all(low < high for low, high in zip(ends[:size], ends[size:], strict=True)):
        raise EvidenceRejected("box: expected lower ends below upper ends")
    lower, upper = [enclose(end).lower for end in ends[:size]], [enclose(end).upper for end in ends[size:]]
    contractor = Contractor(search.network)
    whole = contractor.everywhere(np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64))
    return contractor.activations.reached(whole)


@lru_cache(maxsize=8)
def _replayed(search: Search, text: str, factor: float) -> Enumeration:
    payload = json.loads(text)
    if "multipliers" not in payload:
        return Replay(search.network, payload).run(root(search, payload["box"]))
    sector(search.model, payload)
    if "equilibrium" in payload:
        return _stated(search, payload)
    return Replay(search.network, payload).run(around(search, payload["box"]))


def _stated(search: Search, payload: Mapping[str, Any]) -> Enumeration:
    """Return the equilibrium that the payload states in rationals, in place of a tree."""
    x = vector(payload["equilibrium"], search.network.size)
    if payload["levels"] != [] or not search.network.rests_at(x):
        raise EvidenceRejected("equilibrium: beside a tree, or no equilibrium in rationals")
    ends = [enclose(entry) for entry in x]
    lower, upper = np.array([float(e.lower) for e in ends]), np.array([float(e.upper) for e in ends])
    return Enumeration([Equilibrium(x, lower, upper)])


def replayed(search: Search, payload: Mapping[str, Any]) -> Enumeration:
    """Return what the tree of a payload comes to on this machine; several rules ask for the same one."""
    keys = ("box", "levels", "cuts", "faces", "multipliers", "definiteness", "equilibrium")
    return _replayed(search, canonical({key: payload[key] for key in keys if key in payload}), roomy())


def enumeration(search: Search, payload: Mapping[str, Any]) -> Enumeration:
    """Return what the tree of a payload establishes, with the enclosures that the payload claims."""
    found = replayed(search, payload)
    boxes = claimed(payload.get("enclosures", []), found.enclosed, search.network.size)
    listed = [*found.equilibria, *(Equilibrium(None, lower, upper) for lower, upper in boxes)]
    if "multipliers" in payload:
        if len(listed) != 1:
            raise EvidenceRejected("box: the tree does not find the one equilibrium in it")
        listed = [replace(listed[0], attracting=True)]
    return _within(search, replace(found, equilibria=listed))


def _within(search: Search, found: Enumeration) -> Enumeration:
    """Return what was found in the region of a search; what may lie on either side of its ends is undecided.

    A face may meet the region although the point that is told of it does not.
    """
    if search.region is None:
        return found
    kept, undecided, at_ends = [], found.undecided, 0
    for equilibrium in found.equilibria:
        inside = _is_in(search, equilibrium)
        if inside:
            kept.append(equilibrium)
        elif inside is None:
            undecided += 1
            at_ends += equilibrium.face is None
    return replace(found, equilibria=kept, undecided=undecided, at_ends=at_ends)


def _is_in(search: Search, equilibrium: Equilibrium) -> bool | None:
    region, exact = search.region or (), equilibrium.exact
    if exact is None:
        return is_inside(search.network, region, equilibrium.lower, equilibrium.upper)
    inside = all(a <= x <= b for x, (a, b) in zip(exact, region, strict=True))
    return None if equilibrium.face is not None and not inside else inside
