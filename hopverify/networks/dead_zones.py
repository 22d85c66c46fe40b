"""Dead zones: intervals of one neuron's states on which h is 0, so that g and E are constant there."""

from __future__ import annotations

from hopverify.expr.nodes import ZERO
from hopverify.expr.pieces import NoPieces, Piece, pieces
from hopverify.networks.layer import LayerFunction


def dead_zones(function: LayerFunction) -> list[Piece]:
    """Return the open intervals on which h is the constant 0."""
    if function.slope is None or not function.has_lagrangian:
        return []
    try:
        return [piece for piece in pieces(function.slope) if piece.expression == ZERO]
    except NoPieces:
        return []
