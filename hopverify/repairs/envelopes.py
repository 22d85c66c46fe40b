"""The gradient of the Moreau envelope in closed form, for piecewise-linear activations: γ as a function of u.

On a segment g(x) = sx + i the equation ρx + cγ = u gives x = (u - ci)/(ρ + cs) and γ = (su + ρi)/(ρ + cs).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hopverify.networks import Layer
from hopverify.networks.segments import Segment, segments
from hopverify.repairs.writing import literal


def closed_form(layer: Layer, inhibition: Sequence[Fraction]) -> str:
    """Return in words how a fast layer with inhibition c, one number a neuron, follows u = Ay + b."""
    parts, scale, c = segments(layer.function), "x" if set(layer.leak) == {1} else "ρx", inhibition[0]
    if len(set(inhibition)) > 1 or len(set(layer.leak)) > 1:
        return f"layer {layer.name}: ∇e(u) = g(x) at the one solution x of {scale} + c∘g(x) = u (the resolvent)"
    if parts is None:
        return (
            f"layer {layer.name}: ∇e(u) = g(x) at the one solution x of {scale} + {literal(c)}·g(x) = u (the resolvent)"
        )
    pieces = "; ".join(_piece(part, layer.leak[0], c) for part in parts)
    return f"layer {layer.name}: ∇e(u) = {pieces}"


def smoothed_sign(layer: Layer, inhibition: Sequence[Fraction]) -> str:
    """Return in words how a sign layer follows u = Ay + b once its jump is smoothed; c > 0 is one number."""
    (c,) = set(inhibition)
    divided, product = ("u", "γ") if c == 1 else (f"u/{_divisor(c)}", f"{literal(c)}·γ")
    own = "x" if set(layer.leak) == {1} else "ρ∘x"
    return (
        f"layer {layer.name}: ∇e(u) = clip({divided}, -1, 1), the sign smoothed over |u| ≤ {literal(c)}; "
        f"u = {own} + {product}, γ in the filled-in sign of x; the new spec has the state {divided} (leak {literal(c)})"
    )


def _divisor(c: Fraction) -> str:
    text = literal(c)
    return f"({text})" if "/" in text else text


def _piece(part: Segment, rho: Fraction, c: Fraction) -> str:
    pace = rho + c * part.slope
    slope, constant = part.slope / pace, rho * part.intercept / pace
    ends = [None if x is None else rho * x + c * part.value(x) for x in (part.lower, part.upper)]
    return f"{_affine(slope, constant)} {_where(*ends)}"


def _affine(slope: Fraction, constant: Fraction) -> str:
    if slope == 0:
        return literal(constant)
    divisor = literal(1 / slope)
    # A divisor that is a ratio would be read as two divisions.
    text = "u" if slope == 1 else f"{literal(slope)}·u" if "/" in divisor else f"u/{divisor}"
    return text if constant == 0 else f"{text} {'-' if constant < 0 else '+'} {literal(abs(constant))}"


def _where(lower: Fraction | None, upper: Fraction | None) -> str:
    if lower is None and upper is None:
        return "everywhere"
    if lower is None:
        return f"for u ≤ {literal(upper or Fraction(0))}"
    if upper is None:
        return f"for u ≥ {literal(lower)}"
    return f"for {literal(lower)} ≤ u ≤ {literal(upper)}"
