"""Sectors: bounds h̄ of the slopes of an activation, |δγ|² ≤ h̄ δγ·δx for the differences of any two states.

So it is for the non-decreasing, locally Lipschitz activation of a neuron whose slopes are at most h̄, and for the
gradient of a convex function whose Hessian is at most h̄ times the identity (Baillon and Haddad 1977). Those of whole
layers that are known have one of these forms, c, β ≥ 0, e > 0 and constants added:

    c·softmax(βx)                 H = cβ(diag p - ppᵀ)           ≼ cβ/2
    c·ghostmax(βx)                a principal part of such a matrix
    c·entmax(βx, α), 1 < α ≤ 2    H = cβ(diag s - ssᵀ/Σs), s = p^(2-α) ≤ 1, on the support
    c·x/norm(x, e)                H = c(I/r - xxᵀ/r³), r² = |x|² + e
    c·(x - mean x)/√(var x + e)   H = c(P - uuᵀ/(nσ²))/σ, u = Px = x - mean x, σ² = var x + e

In softmax, entmax and the last one the entries have a constant sum, so that 1ᵀδγ = 0: they are *balanced*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from hopverify.kernel.cells import Cell
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.curves import Curve
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import between
from hopverify.kernel.network import activation
from hopverify.kernel.normalised import normalised
from hopverify.kernel.pieces import Piece
from hopverify.kernel.separable import act_apart, neurons
from hopverify.kernel.sums import multiple
from hopverify.kernel.terms import STATE, Apply, Number, Term, Variable, walk

X = Variable(STATE)


@dataclass(frozen=True)
class Whole:
    """The square of h̄ of a layer as a whole, whether it is balanced, and whether it is a multiple of `entmax`.

    An entry of that rises with its own state, and falls with each other one: ∂g_i/∂x_j ≤ 0.
    """

    square: Fraction
    balanced: bool
    shares: bool = False


Direction = Mapping[int, Fraction]
"""The entries of a vector that are not 0, by neuron."""


def directions(core: Core, layer: Layer, first: int) -> list[Direction]:
    """Return vectors that span the differences of a layer's activations; its neurons are numbered from ``first``."""
    whole = None if layer.elementwise else whole_sector(activation(core, layer))
    if whole is not None and whole.balanced:
        return [{first: Fraction(-1), first + k: Fraction(1)} for k in range(1, layer.size)]
    return [{first + k: Fraction(1)} for k in range(layer.size)]


def is_sector(core: Core, layer: Layer, height: Fraction) -> bool:
    """Whether |δγ|² ≤ height·δγ·δx for any two states of a layer."""
    if not layer.elementwise:
        whole = whole_sector(activation(core, layer))
        if whole is None and act_apart(core, layer):
            return all(is_sector(each, each.flow_layers[0], height) for each in neurons(core, layer))
        return whole is not None and whole.square <= height**2
    return all(_is_below(piece, height) for piece in Curve(core, layer).pieces)


def is_steep(core: Core, layer: Layer, least: Fraction) -> bool:
    """Whether δγ·δx ≥ least·|δx|², too, for the neurons of a layer: all slopes are at least so high."""
    if least == 0 or layer.elementwise:
        return least == 0 or all(_is_above(piece, least) for piece in Curve(core, layer).pieces)
    apart = act_apart(core, layer)
    return apart and all(is_steep(each, each.flow_layers[0], least) for each in neurons(core, layer))


def is_strict(core: Core, layer: Layer, height: Fraction) -> bool:
    """Whether δγ² < height·δγ·δx, too, unless δγ = 0: of a neuron that is less steep somewhere on each segment.

    Where g is analytic it is, if it is less steep at some place: the others are isolated.
    """
    return layer.elementwise and all(_is_less(piece, height) for piece in Curve(core, layer).pieces)


def _is_below(piece: Piece, height: Fraction) -> bool:
    """Whether slopes are between 0 and a height: by their range, or where the piece bends by that at one end."""
    if piece.line is not None:
        return 0 <= piece.line[0] <= height
    end = {"+": piece.high, "-": piece.low}.get(piece.bend)
    steep = end is not None and bool(piece.rate(ball(end)) <= ball(height))
    return piece.rates.nonnegative and (steep or bool(piece.rates.high[0] <= ball(height)))


def _is_above(piece: Piece, least: Fraction) -> bool:
    """Whether slopes are at least so high: by their range, or where the piece bends by that at one end."""
    if piece.line is not None:
        return piece.line[0] >= least
    end = {"+": piece.low, "-": piece.high}.get(piece.bend)
    steep = end is not None and bool(piece.rate(ball(end)) >= ball(least))
    return steep or bool(piece.rates.low[0] >= ball(least))


def _is_less(piece: Piece, height: Fraction) -> bool:
    if piece.line is not None:
        return piece.line[0] < height
    analytic = piece.reached(between(piece.low, piece.high, inside=False)).analytic
    return analytic and bool(piece.rate(ball(Cell(piece.low, piece.high, ()).inside)) < ball(height))


def whole_sector(g: Term) -> Whole | None:
    """Return what is known of the activation of a layer as a whole, if it has one of the forms."""
    factor, u = multiple(_without_constants(g))
    if not isinstance(u, Apply) or factor < 0:
        return None
    if u.function in ("softmax", "ghostmax", "entmax"):
        return _shares(u, factor)
    known = normalised(u) if factor == 1 else None
    if known is None or known.factor < 0 or known.offset == 0:
        return None
    return Whole(known.factor**2 / known.offset, known.centred)


def shares(g: Term) -> tuple[Fraction, bool] | None:
    """Return cβ ≥ 0, and whether there is a ghost, of c·softmax(βx) or c·ghostmax(βx); None of other activations."""
    factor, u = multiple(_without_constants(g))
    if not isinstance(u, Apply) or u.function not in ("softmax", "ghostmax"):
        return None
    beta, v = multiple(u.arguments[0])
    return (factor * beta, u.function == "ghostmax") if v == X and factor >= 0 and beta >= 0 else None


def _without_constants(g: Term) -> Term:
    if isinstance(g, Apply) and g.function == "add" and X not in walk(g.arguments[1]):
        return _without_constants(g.arguments[0])
    return g


def _shares(u: Apply, factor: Fraction) -> Whole | None:
    beta, v = multiple(u.arguments[0])
    if v != X or beta < 0:
        return None
    if u.function != "entmax":
        return Whole((factor * beta / 2) ** 2, u.function == "softmax")
    parameter = u.arguments[1]
    known = isinstance(parameter, Number) and 1 < parameter.value <= 2
    return Whole((factor * beta) ** 2, balanced=True, shares=True) if known else None
