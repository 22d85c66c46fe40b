"""Flatness: segments of states on which an activation is constant, or what shows that there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.expr.curvature import curvature
from hopverify.expr.evaluate import evaluate
from hopverify.expr.intervals import INTERVALS, Interval, as_interval
from hopverify.expr.pieces import End, Piece, pieces_or_whole
from hopverify.networks import Layer
from hopverify.networks.dead_zones import dead_zones
from hopverify.numerics.constant_pieces import SHARES
from hopverify.obligations import NowhereFlat
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import by_kernel, found_by_kernel, gradient_premises

FAR, SMALL = 2.0**20, 2.0**-16
TRIED = ("-30", "-3", "-3/4", "-1/4", "1/4", "3/4", "3", "30")
"""Where slopes of single neurons are tried whose Lagrangians stand in that of a layer as a whole."""
NO, YES = "constant on no segment", "constant on a segment"


def _search(obligation: NowhereFlat, budget: Budget) -> Iterator[Evidence]:
    name, function = obligation.layer.name, obligation.function
    if function.slope is None:
        premises = {"premises": gradient_premises(obligation.layer)}
        yield found_by_kernel(premises, "composition", NO, layer=name, kind="strictly convex")
        if function.potential is not None:
            points = {"points": [list(TRIED)] * obligation.layer.size}
            yield found_by_kernel(premises | points, "neurons", NO, layer=name, kind="alive")
        yield by_kernel("growth", YES, layer=name, kind="singular everywhere")
        return
    zones = dead_zones(function)
    if zones:
        yield by_kernel("cells", YES, layer=name, kind="dead", **_dead(zones))
        return
    parts = pieces_or_whole(function.slope)
    ends = [end for piece in parts for end in _saturated(piece)]
    if ends:
        yield found_by_kernel(_points(parts), "slope", NO, layer=name, kind="saturated", at=ends)
    yield found_by_kernel(_points(parts), "slope", NO, layer=name, kind="alive")


def alive_premise(layer: Layer) -> dict[str, Any]:
    """Return the premise that a layer's activation is constant on no segment."""
    potential = layer.function.potential
    if layer.function.slope is None:
        claim, proof = {"kind": "strictly convex"}, {"by": "composition", "premises": gradient_premises(layer)}
        if potential is not None and not curvature(potential, {"x"}).strict:
            claim, proof = {"kind": "alive"}, {**proof, "by": "neurons", "points": [list(TRIED)] * layer.size}
    else:
        claim, proof = {"kind": "alive"}, {"by": "slope", **_points(pieces_or_whole(layer.function.slope))}
    return {"claim": {"claim": NO, "layer": layer.name, **claim}, "proof": proof}


def _points(parts: Sequence[Piece]) -> dict[str, list[str]]:
    return {"points": sorted({str(piece.inside(share)) for piece in parts for share in SHARES})}


def _dead(zones: list[Piece]) -> dict[str, Any]:
    """Return what is told of dead neurons."""
    zone = zones[0]
    point = zone.inside()
    other = (point + (zone.upper if zone.upper is not None else point + 2)) / 2
    return {
        "intervals": [[_end(piece.lower, "-∞"), _end(piece.upper, "+∞")] for piece in zones],
        "unbounded": any(piece.lower is None or piece.upper is None for piece in zones),
        "neuron_states": [str(point), str(other)],
    }


def _end(value: End, infinite: str) -> str:
    return infinite if value is None else str(value)


def _saturated(piece: Piece) -> list[str]:
    """Return at which infinite ends of a piece |h| falls below the bound."""
    ends = {"x → -∞": (-inf, -FAR)} if piece.lower is None else {}
    if piece.upper is None:
        ends["x → +∞"] = (FAR, inf)
    found = []
    for end, (lower, upper) in ends.items():
        box = Interval(np.array([lower]), np.array([upper]))
        slope = as_interval(evaluate(piece.expression, {"x": box}, INTERVALS))
        if bool(np.all(slope.upper < SMALL)) and bool(np.all(slope.lower > -SMALL)):
            found.append(end)
    return found


PROVER = Prover(
    name="flatness",
    summary="dead intervals, lines along which nothing changes, slopes that vanish nowhere, strictly convex L",
    search=_search,
)
