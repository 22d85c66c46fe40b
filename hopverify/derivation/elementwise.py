"""Elementwise Lagrangians: L, g = L' and h = g' of one neuron, piece by piece between the kinks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy

from hopverify.checker.rules.dead_zone import dead_zones
from hopverify.derivation.functions import folded
from hopverify.derivation.parameters import Parameters, has_kinks, with_parameters
from hopverify.derivation.simplification import simplified
from hopverify.derivation.translation import NoTranslation, X, number, to_sympy
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.nodes import Expression
from hopverify.expr.pieces import End, NoPieces, Piece, pieces, pieces_or_whole
from hopverify.expr.rational import identical
from hopverify.expr.regularity import is_analytic
from hopverify.expr.signs import POSITIVE, signs
from hopverify.networks import LayerFunction

MAX_OPERATIONS = 80
MAX_DEGREE = 12


@dataclass(frozen=True)
class Case:
    """L, g and h as functions of x on an open interval; ``potential`` is None for a bare activation."""

    lower: End
    upper: End
    potential: Any
    activation: Any
    slope: Any


def cases_of(function: LayerFunction) -> tuple[tuple[Case, ...], Parameters]:
    """Return the cases from left to right: one for a smooth L; more where kinks separate them."""
    expression, parameters = with_parameters(function)
    return tuple(_case(piece, function, parameters) for piece in _pieces(expression)), parameters


def _pieces(expression: Expression) -> list[Piece]:
    if not has_kinks(expression):
        return [Piece(None, None, expression)]
    try:
        return pieces(expression)
    except NoPieces:
        return [Piece(None, None, expression)]


def _case(piece: Piece, function: LayerFunction, parameters: Parameters) -> Case:
    value = to_sympy(piece.expression, parameters.names)
    if function.potential is None:
        return Case(piece.lower, piece.upper, None, tidy(value), tidy(value.diff(X)))
    activation = tidy(value.diff(X))
    return Case(piece.lower, piece.upper, tidy(value), activation, tidy(activation.diff(X)))


def tidy(value: Any) -> Any:
    """Return the shortest of a few equal forms."""
    value = folded(sympy.expand_func(value))
    forms = [value]
    if value.count_ops() <= MAX_OPERATIONS and not value.has(sympy.Integral):
        forms += [sympy.simplify(value), sympy.factor(value), sympy.expand(value)]
    return min((_with_sech(form) for form in forms), key=lambda form: (form.count_ops(), len(str(form))))


def _with_sech(value: Any) -> Any:
    """Write 1 - tanh² and 1/cosh² as sech²."""
    u, k = sympy.Wild("u"), sympy.Wild("k", properties=[lambda k: k.is_positive])
    value = value.replace(1 - sympy.tanh(u) ** 2, sympy.sech(u) ** 2)
    value = value.replace(k - k * sympy.tanh(u) ** 2, k * sympy.sech(u) ** 2)
    return value.replace(sympy.cosh(u) ** -2, sympy.sech(u) ** 2)


@dataclass(frozen=True)
class Flatness:
    """Where h = 0: on the open intervals ``dead``, and beyond them at ``isolated`` points (None: not decided)."""

    dead: tuple[tuple[End, End], ...]
    isolated: bool | None
    zeros: tuple[Any, ...] = ()


def flatness(function: LayerFunction, cases: tuple[Case, ...]) -> Flatness:
    """Return where the slope vanishes, as far as signs, analyticity and exact roots of polynomials tell."""
    assert function.slope is not None
    dead = tuple((piece.lower, piece.upper) for piece in dead_zones(function))
    zeros = [number(at) for at in _zero_kinks(cases)]
    isolated = bool(zeros)
    for piece in pieces_or_whole(function.slope):
        if (piece.lower, piece.upper) in dead or _is_positive(piece.expression):
            continue
        roots = _zeros(piece)
        if roots is None and not _has_isolated_zeros(piece):
            return Flatness(dead, None)
        isolated = isolated or roots is None or bool(roots)
        zeros += roots or []
    return Flatness(dead, isolated, tuple(zeros))


def _zero_kinks(cases: tuple[Case, ...]) -> list[Fraction]:
    """Return the kinks at which h tends to 0 from both sides without being 0 on either."""
    found = []
    for before, after in pairwise(cases):
        assert after.lower is not None
        limits = [case.slope.subs(X, number(after.lower)) for case in (before, after)]
        if limits == [0, 0] and before.slope != 0 and after.slope != 0:
            found.append(after.lower)
    return found


def _is_positive(slope: Expression) -> bool:
    """Whether signs show h > 0, on h as it stands or on an identical form of it."""
    if signs(slope, {}) == POSITIVE:
        return True
    return any(signs(form, {}) == POSITIVE and identical(slope, form) for form in simplified(slope))


def _has_isolated_zeros(piece: Piece) -> bool:
    """Whether h is analytic and certainly not 0 at one of a few points."""
    if not is_analytic(piece.expression):
        return False
    point = piece.inside()
    ends = (point - 1 if piece.lower is None else piece.lower, point + 1 if piece.upper is None else piece.upper)
    with precision():
        points = [point, *((2 * point + end) / 3 for end in ends)]
        values = [evaluate(piece.expression, {"x": BALLS.number(at)}, BALLS) for at in points]
        return any(value > 0 or value < 0 for value in values)


def _zeros(piece: Piece) -> list[Any] | None:
    """Return the zeros of a polynomial slope inside a piece, exactly; None for other slopes."""
    try:
        value = to_sympy(piece.expression)
    except NoTranslation:
        return None
    if not value.is_polynomial(X) or value == 0 or sympy.degree(value, X) > MAX_DEGREE:
        return None
    above = -sympy.oo if piece.lower is None else number(piece.lower)
    below = sympy.oo if piece.upper is None else number(piece.upper)
    roots = sympy.real_roots(value) if value.has(X) else []
    return [root for root in dict.fromkeys(roots) if above < root < below]
