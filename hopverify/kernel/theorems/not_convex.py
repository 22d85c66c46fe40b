"""dᵀ∇²L(x)d < 0 at a state x where L has second derivatives: then L is not convex (T3)."""

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import rationals
from hopverify.kernel.numbers import rational
from hopverify.kernel.points import curvature


def not_convex(case: Case) -> Fact:
    """The curvature along d is at most the number < 0 that the claim states, in balls."""
    case.keys()
    check_curvature(case, [Fraction(1)] * case.layer.size)
    return Fact(case.core, case.claim)


def check_curvature(case: Case, times: Sequence[Fraction | float]) -> None:
    """Refuse a claim unless dᵀT∇²L(x)d ≤ its curvature < 0, T the diagonal matrix of times."""
    layer, claim = case.layer, case.claim
    x, d = (rationals(claim[key], layer.size, f"{case.where}.{key}") for key in ("state", "direction"))
    bound = rational(claim["curvature"], f"{case.where}.curvature")
    case.need(bound < 0, "the curvature that is claimed is not negative")
    value: arb = curvature(case.core, layer, x, [Fraction(tau) * each for tau, each in zip(times, d, strict=True)], d)
    case.need(value <= ball(bound), "the curvature at this state is not certainly so low")
