"""Derivatives whose pieces join: written so that their structure shows it.

The derivative of abs(x) - log1p(abs(x)) is x/(1 + |x|), which has no jump; but its parts sign(x) and sign(x)/(1 + |x|)
have. If the pieces p_0, p_1, … of an expression have the same values where they meet, at k_1, k_2, …, then

    p_0(min(x, k_1)) + Σ_j [p_j(clip(x, k_j, k_{j+1})) - p_j(k_j)]

is the continuous function that equals the expression wherever this has one value.

>>> from hopverify.expr.parser import parse
>>> print(joined(parse("sign(x) - sign(x)/(1 + abs(x))")))
-1 - (-1)/(1 + (-min(x, 0))) + (1 - 1/(1 + max(x, 0)))
"""

from __future__ import annotations

from itertools import pairwise

from hopverify.expr.differentiate import gradient
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, substitute, symbols
from hopverify.expr.pieces import NoPieces, Piece, pieces
from hopverify.expr.rational import identical
from hopverify.expr.regularity import is_locally_lipschitz


def derivative(potential: Expression, variable: str = "x") -> Expression:
    """Return the derivative of a function of one number, visibly locally Lipschitz where the pieces of it join.

    The function itself has to be locally Lipschitz: then it is continuously differentiable if its derivative, which
    exists almost everywhere, has a continuous extension.
    """
    found = gradient(potential, variable, {variable: 0})
    if is_locally_lipschitz(found) or not is_locally_lipschitz(potential):
        return found
    extended = joined(found, variable)
    return extended if is_locally_lipschitz(extended) else found


def joined(expression: Expression, variable: str = "x") -> Expression:
    """Return the continuous function in its one form, or the expression as it is where its pieces do not join."""
    try:
        parts = pieces(expression, variable)
    except NoPieces:
        return expression
    total = _at(parts[0].expression, variable, _clipped(parts[0], variable))
    for before, piece in pairwise(parts):
        assert piece.lower is not None
        left, here = (_at(part.expression, variable, Number(piece.lower)) for part in (before, piece))
        if not identical(left, here):
            return expression
        if variable in symbols(piece.expression):
            total = total + (_at(piece.expression, variable, _clipped(piece, variable)) - here)
    return total


def _at(expression: Expression, variable: str, value: Expression) -> Expression:
    return substitute(expression, {variable: value})


def _clipped(piece: Piece, variable: str) -> Expression:
    """Return the state, moved to the next end of the piece where it lies outside."""
    state: Expression = Symbol(variable)
    if piece.lower is not None:
        state = Apply("max", (state, Number(piece.lower)))
    return state if piece.upper is None else Apply("min", (state, Number(piece.upper)))
