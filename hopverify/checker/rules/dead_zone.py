"""Dead zone: an interval of one neuron's states on which h is identically 0, so that g and E are constant there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.nodes import ZERO
from hopverify.expr.pieces import NoPieces, Piece, pieces
from hopverify.networks import LayerFunction
from hopverify.obligations import NowhereFlat, Outcome


def dead_zones(function: LayerFunction) -> list[Piece]:
    """Return the open intervals on which h is the constant 0."""
    if function.slope is None or function.potential is None:
        return []
    try:
        return [piece for piece in pieces(function.slope) if piece.expression == ZERO]
    except NoPieces:
        return []


def _judge(obligation: NowhereFlat, payload: Mapping[str, Any]) -> Judgement:
    zones = dead_zones(obligation.function)
    if not zones:
        raise EvidenceRejected("no interval on which h is 0 was found")
    zone = zones[0]
    point = zone.inside()
    other = (point + (zone.upper if zone.upper is not None else point + 2)) / 2
    states = [str(point), str(other)]
    data = {
        "kind": "dead",
        "intervals": [[_end(piece.lower, "-∞"), _end(piece.upper, "+∞")] for piece in zones],
        "unbounded": any(piece.lower is None or piece.upper is None for piece in zones),
        "neuron_states": states,
        "region": "each neuron on its own: a product of such intervals and of points",
    }
    return Judgement(Outcome.REFUTED, data)


def _end(value: Any, infinite: str) -> str:
    return infinite if value is None else str(value)


RULE = Rule(
    name="dead_zone",
    summary="an interval of states on which h = 0 exactly",
    obligations=(NowhereFlat,),
    judge=_judge,
    reach=Reach.ANY,
)
