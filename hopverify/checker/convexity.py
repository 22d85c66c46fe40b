"""Convex Lagrangians without evidence: slopes of segments, signs of the slope piece by piece, or composition."""

from __future__ import annotations

from functools import lru_cache

from hopverify.expr.curvature import curvature
from hopverify.expr.functions import Bend
from hopverify.expr.nodes import Expression
from hopverify.expr.pieces import pieces_or_whole
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.expr.signs import NONNEGATIVE, signs
from hopverify.networks import LayerFunction
from hopverify.networks.segments import segments


def is_convex(potential: Expression | None) -> bool:
    """Return whether L is, by structure, defined everywhere and convex."""
    if potential is None or not is_locally_lipschitz(potential):
        return False
    return curvature(potential, {"x"}).bend in (Bend.CONVEX, Bend.AFFINE)


@lru_cache(maxsize=1024)
def is_nondecreasing(function: LayerFunction) -> bool:
    """Whether an elementwise activation is, evidently, locally Lipschitz and non-decreasing."""
    if function.slope is None or not is_locally_lipschitz(function.activation[0]):
        return False
    parts = segments(function)
    if parts is not None:
        return all(part.slope >= 0 for part in parts)
    return all(signs(piece.expression, piece.signs()) <= NONNEGATIVE for piece in pieces_or_whole(function.slope))


@lru_cache(maxsize=1024)
def has_convex_lagrangian(function: LayerFunction) -> bool:
    """Whether there is a Lagrangian and it is, evidently, convex."""
    if function.potential is None:
        return False
    return is_convex(function.potential) or is_nondecreasing(function)
