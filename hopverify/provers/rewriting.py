"""Rewriting: other forms of h whose sign is evident, or which interval arithmetic bounds better.

Of the catalogue they are those that SymPy derived when this version was made, of a user's own expression those that
factoring finds. The kernel accepts a form only if it has the same normal form as the h that it derives itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from typing import Any

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.core.synapses import translated
from hopverify.derivation.acceptance import slope_on_pieces
from hopverify.derivation.forms import factored_forms, other_forms
from hopverify.derivation.layer_forms import layer_forms
from hopverify.expr.nodes import Expression, Symbol, apply, lift, substitute
from hopverify.expr.pieces import Piece, pieces_or_whole
from hopverify.expr.rational import identical
from hopverify.kernel import language
from hopverify.kernel.terms import Variable
from hopverify.networks import Layer
from hopverify.obligations import Convex
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import found_by_kernel
from hopverify.provers.subdivision import cuts_of


def _search(obligation: Convex, budget: Budget) -> Iterator[Evidence]:
    slope = obligation.function.slope
    if slope is None or not obligation.function.has_lagrangian:
        return
    forms = []
    for form in _other_forms(obligation.layer, slope):
        if budget.exhausted:
            return
        yield _by_slope(obligation, form)
        forms.append(form)
    for form in forms:
        cuts = cuts_of(form, budget)
        if cuts is not None:
            yield _by_slope(obligation, form, cuts=texts_of(cuts))


def _by_slope(obligation: Convex, form: Expression, **found: Any) -> Evidence:
    rewritten = language.write(translated(form, {"x": Variable(("state", ""))}))
    return found_by_kernel({"rewritten": rewritten, **found}, "slope", "convex", layer=obligation.layer.name)


def _other_forms(layer: Layer, slope: Expression) -> Iterator[Expression]:
    """Yield h of the catalogue as SymPy derived it, or other forms of a user's own h."""
    if layer.function.name is not None:
        yield slope_on_pieces(layer_forms(layer))
    else:
        yield from (form for form in other_forms(slope) if identical(slope, form))
        yield from _by_pieces(slope)


def _by_pieces(slope: Expression) -> Iterator[Expression]:
    """Yield h in a form of its own between any two kinks: what cancels there is not left to intervals."""
    pieces = pieces_or_whole(slope)
    if len(pieces) == 1:
        return
    forms = [[*factored_forms(piece.expression)] or [piece.expression] for piece in pieces]
    within = [_step_behind(piece.lower, 1) - _step_behind(piece.upper, 0) for piece in pieces]
    for way in range(max(map(len, forms))):
        chosen = (_within(piece, own[min(way, len(own) - 1)]) for piece, own in zip(pieces, forms, strict=True))
        yield reduce(lambda a, b: a + b, (form * inside for form, inside in zip(chosen, within, strict=True)))


def _within(piece: Piece, form: Expression) -> Expression:
    """Return a form with the nearest state of its piece for the state: it may have no value elsewhere."""
    x: Expression = Symbol("x")
    if piece.lower is not None:
        x = apply("max", x, lift(piece.lower))
    if piece.upper is not None:
        x = apply("min", x, lift(piece.upper))
    return substitute(form, {"x": x})


def _step_behind(kink: Fraction | None, otherwise: int) -> Expression:
    return lift(otherwise) if kink is None else apply("step", Symbol("x") - lift(kink))


PROVER = Prover(
    name="rewriting",
    summary="h ≥ 0 by the signs of another form of h",
    search=_search,
)
