"""Layers that act as a whole: along which directions ∇L never changes, by the structure of L.

*Alone along ones*: ∇²L has exactly the multiples of 1 as its null space, at every state, and L is affine along 1. So it
is for c·logsumexp(k·x), whose Hessian is ck²(diag p - ppᵀ) with p > 0, and for c·√(|x - mean x|² + e), as √(|y|² + e)
has a positive definite Hessian; with affine functions added. c, k and e are constants, c and k not 0, and e > 0.

*A threshold*: L is c·Ω*(k·x) with a conjugate of the entmax or normmax family, c ≠ 0, k > 0.
"""

from __future__ import annotations

from fractions import Fraction

from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.intervals import ANY, between
from hopverify.kernel.known import Known
from hopverify.kernel.language import shape
from hopverify.kernel.terms import STATE, Apply, Term, Variable

X = Variable(STATE)
CENTRED = Apply("subtract", (X, Apply("mean", (X,))))


def is_flat_along_ones_alone(core: Core, layer: Layer) -> bool:
    """Whether the multiples of 1 are, by structure, the null space of ∇²L at every state, and L is affine along 1."""
    if layer.elementwise or layer.L is None:
        return False
    bent = _without_affine(core, layer, layer.L)
    if not isinstance(bent, Apply):
        return False
    if bent.function == "logsumexp":
        return _without_factors(core, layer, bent.arguments[0]) == X
    return (
        bent.function == "norm"
        and bent.arguments[0] == CENTRED
        and _constant(core, layer, bent.arguments[1]).range.positive
    )


def is_threshold(core: Core, layer: Layer) -> bool:
    """Whether L is, by structure, a conjugate of the entmax or normmax family: c·Ω*(k·x), c ≠ 0, k > 0."""
    if layer.elementwise or layer.L is None:
        return False
    bent = _without_factors(core, layer, layer.L)
    if not isinstance(bent, Apply) or bent.function not in ("entmax_conjugate", "normmax_conjugate"):
        return False
    argument = bent.arguments[0]
    scaled = _without_factors(core, layer, argument) == X
    return scaled and of_state(core, layer, argument, between(Fraction(0), None)).range.positive


def _without_affine(core: Core, layer: Layer, node: Term) -> Term:
    """Return what is left of L without affine summands, and without factors other than 0."""
    node = _without_factors(core, layer, node)
    if isinstance(node, Apply) and node.function in ("add", "subtract"):
        for part, other in (node.arguments, node.arguments[::-1]):
            if of_state(core, layer, other).affine:
                return _without_affine(core, layer, part)
    return node


def _without_factors(core: Core, layer: Layer, node: Term) -> Term:
    """Return the factor of a product or quotient that has the state, if the others are constants other than 0."""
    while isinstance(node, Apply) and node.function in ("multiply", "divide", "negate"):
        left, right = (*node.arguments, *node.arguments)[:2]
        if node.function == "negate" or _constant(core, layer, right).range.nonzero:
            node = left
        elif node.function == "multiply" and _constant(core, layer, left).range.nonzero:
            node = right
        else:
            break
    return node


def _constant(core: Core, layer: Layer, node: Term) -> Known:
    """Return what is known of a number that is constant; of anything else nothing."""
    known = of_state(core, layer, node)
    one = shape(node, core.places_of(layer), layer.name) == ()
    return known if one and not known.moving else Known(ANY)
