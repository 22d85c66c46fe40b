"""Piecewise expressions of one number, cut into pieces on which no kink is left.

relu, abs, sign, step, max and min of an affine argument are replaced, on each side of the point where the argument
changes sign, by what they are there. On every open piece the result equals the original expression.

>>> from hopverify.expr.parser import parse
>>> [(str(piece.lower), str(piece.upper), str(piece.expression)) for piece in pieces(parse("relu(x) - relu(x - 6)"))]
[('None', '0', '0'), ('0', '6', 'x'), ('6', 'None', 'x - (x - 6)')]
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hopverify.errors import HopverifyError
from hopverify.expr.nodes import ONE, ZERO, Apply, Expression, Number, apply, walk
from hopverify.expr.rational import NoNormalForm, normal_form
from hopverify.expr.signs import NEGATIVE, POSITIVE, Signs

KINKED = frozenset({"relu", "abs", "sign", "step", "kink", "max", "min"})
MAX_PIECES = 200

End = Fraction | None
"""An end of a piece; None for an infinite one."""


class NoPieces(HopverifyError):
    """A kink whose argument is not affine in the state."""


@dataclass(frozen=True)
class Piece:
    """An open interval and the kink-free expression that holds on it."""

    lower: End
    upper: End
    expression: Expression

    def signs(self, variable: str = "x") -> dict[str, Signs]:
        """Return the sign of the state, where it is one on all of the open interval."""
        if self.lower is not None and self.lower >= 0:
            return {variable: POSITIVE}
        return {variable: NEGATIVE} if self.upper is not None and self.upper <= 0 else {}

    def inside(self, share: Fraction = Fraction(1, 2)) -> Fraction:
        """Return a rational point of the open interval, at a ``share`` between 0 and 1 of a finite one."""
        if self.lower is None:
            return 2 * share if self.upper is None else self.upper - 2 * share
        return self.lower + 2 * share if self.upper is None else self.lower + (self.upper - self.lower) * share


def pieces(expression: Expression, variable: str = "x") -> list[Piece]:
    """Return the pieces from left to right; raise :class:`NoPieces` if a kink lies where it cannot be located."""
    todo, done = [Piece(None, None, expression)], []
    while todo:
        piece = todo.pop()
        kink = next(
            (node for node in walk(piece.expression) if isinstance(node, Apply) and node.function in KINKED), None
        )
        if kink is None:
            done.append(piece)
            continue
        todo.extend(reversed(_resolved(piece, kink, variable)))
        if len(todo) + len(done) > MAX_PIECES:
            raise NoPieces(f"more than {MAX_PIECES} pieces")
    return done


def pieces_or_whole(expression: Expression, variable: str = "x") -> list[Piece]:
    """Return the pieces, or the whole expression as the one piece where its kinks cannot be located."""
    try:
        return pieces(expression, variable)
    except NoPieces:
        return [Piece(None, None, expression)]


def _resolved(piece: Piece, kink: Apply, variable: str) -> list[Piece]:
    """Return the piece with one kink replaced, cut in two where the kink lies inside it."""
    argument = kink.arguments[0] - kink.arguments[1] if len(kink.arguments) == 2 else kink.arguments[0]
    slope, offset = _affine(argument, variable)
    if slope == 0:
        return [_with_branch(piece, kink, (offset > 0) - (offset < 0))]
    root = -offset / slope
    sides = (-1, 1) if slope > 0 else (1, -1)
    cut = (piece.lower is None or piece.lower < root) and (piece.upper is None or root < piece.upper)
    if not cut:
        point = piece.inside()
        return [_with_branch(piece, kink, 1 if slope * point + offset > 0 else -1)]
    return [
        _with_branch(Piece(piece.lower, root, piece.expression), kink, sides[0]),
        _with_branch(Piece(root, piece.upper, piece.expression), kink, sides[1]),
    ]


def _affine(argument: Expression, variable: str) -> tuple[Fraction, Fraction]:
    """Return (slope, offset) of an expression that is affine in the variable."""
    try:
        polynomial = normal_form(argument).polynomial()
    except NoNormalForm as error:
        raise NoPieces(str(error)) from error
    linear = ((("variable", variable), Fraction(1)),)
    if polynomial is None or not set(polynomial) <= {(), linear}:
        raise NoPieces(f"the kink at {argument} = 0 is not affine in {variable}")
    return polynomial.get(linear, Fraction(0)), polynomial.get((), Fraction(0))


def _with_branch(piece: Piece, kink: Apply, sign: int) -> Piece:
    return Piece(piece.lower, piece.upper, _replace(piece.expression, kink, _branch(kink, sign)))


def _branch(kink: Apply, sign: int) -> Expression:
    """Return what the function is where its argument has the given sign."""
    u = kink.arguments[0]
    if kink.function in ("max", "min"):
        first = (sign >= 0) == (kink.function == "max")
        return u if first else kink.arguments[1]
    if sign == 0 and kink.function in ("sign", "step", "kink"):
        raise NoPieces(f"{kink.function} of 0 is set-valued")
    if kink.function == "kink":
        return ZERO
    if kink.function == "sign":
        return Number(Fraction(sign))
    if kink.function == "step":
        return ONE if sign > 0 else ZERO
    return u if sign > 0 else ZERO if kink.function == "relu" or sign == 0 else -u


def _replace(expression: Expression, old: Expression, new: Expression) -> Expression:
    done: dict[int, Expression] = {}
    for node in walk(expression):
        if node == old:
            done[id(node)] = new
        elif isinstance(node, Apply):
            done[id(node)] = apply(node.function, *(done[id(argument)] for argument in node.arguments))
        else:
            done[id(node)] = node
    return done[id(expression)]
