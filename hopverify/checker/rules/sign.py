"""Sign analysis: h(x) ≥ 0 for every x, read off the structure of h (elementwise layers).

The slope h, or an identical ``rewritten`` form of it (identity by normal forms), is cut into its pieces, and on each
piece the sign analysis of :mod:`hopverify.expr.signs` must exclude negative values. With a locally Lipschitz g this
means that g is non-decreasing and L convex.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected, ExpressionError
from hopverify.expr.nodes import Expression
from hopverify.expr.parser import parse
from hopverify.expr.pieces import pieces_or_whole
from hopverify.expr.rational import identical
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.expr.signs import NONNEGATIVE, signs
from hopverify.networks import LayerFunction
from hopverify.obligations import Convex, Outcome


def slope_of(function: LayerFunction, payload: Mapping[str, Any]) -> Expression:
    """Return h, in the rewritten form of the payload if it has one and the two are identical."""
    slope = function.slope
    if slope is None or function.potential is None:
        raise EvidenceRejected("the layer is not elementwise")
    if not is_locally_lipschitz(function.activation[0]):
        raise EvidenceRejected("the activation is not, by structure, locally Lipschitz, so h does not tell all of g")
    text = payload.get("rewritten")
    if text is None:
        return slope
    if not isinstance(text, str):
        raise EvidenceRejected("rewritten: expected an expression")
    try:
        rewritten = parse(text)
    except ExpressionError as error:
        raise EvidenceRejected(f"rewritten: {error.message}") from error
    if not identical(slope, rewritten):
        raise EvidenceRejected("the rewritten form is not identical to h by normal forms")
    # Normal forms agree where both are defined: (√u)² is u, and says nothing where u < 0.
    if not all(is_locally_lipschitz(piece.expression) for piece in pieces_or_whole(rewritten)):
        raise EvidenceRejected("the rewritten form is not, by structure, defined everywhere")
    return rewritten


def _judge(obligation: Convex, payload: Mapping[str, Any]) -> Judgement:
    for piece in pieces_or_whole(slope_of(obligation.function, payload)):
        if not signs(piece.expression, piece.signs()) <= NONNEGATIVE:
            raise EvidenceRejected(f"the sign of {piece.expression} is not evident")
    return Judgement(Outcome.PROVED)


RULE = Rule(
    name="sign",
    summary="h ≥ 0 by the signs of its parts, on each piece",
    obligations=(Convex,),
    judge=_judge,
    optional=frozenset({"rewritten"}),
    reach=Reach.ANY,
)
