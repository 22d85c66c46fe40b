"""Premises that L + ½μx² is convex, for activations of the catalogue that fall somewhere."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hopverify.core.synapses import translated
from hopverify.errors import EvidenceRejected
from hopverify.expr.nodes import lift
from hopverify.expr.parser import parse
from hopverify.kernel import language
from hopverify.kernel.terms import STATE, Variable
from hopverify.networks import Layer

# The derivative of h, in a form whose signs are evident on both sides of -r and r, and bounds of r.
TURNS = {
    "gelu": ("exp(-x^2/2)*(2 - x^2)/sqrt(2*pi)", Fraction(141421, 100000), Fraction(141422, 100000)),
    "silu": ("sigmoid(x)*sigmoid(-x)*(2 - x*tanh(x/2))", Fraction(239935, 100000), Fraction(239936, 100000)),
}


def weakly_convex(layer: Layer, modulus: Fraction) -> dict[str, Any]:
    """Return the premise for a layer of the catalogue; raise :class:`EvidenceRejected` for others."""
    name, slope = layer.function.name, layer.function.slope
    if name not in TURNS or slope is None:
        raise EvidenceRejected(f"layer {layer.name} is not convex, and no form of the derivative of its slope is known")
    third, low, high = TURNS[name]
    forms = {"rewritten": slope + lift(modulus), "third": parse(third)}
    written = {key: language.write(translated(form, {"x": Variable(STATE)})) for key, form in forms.items()}
    claim = {"claim": "weakly convex", "layer": layer.name, "modulus": str(modulus)}
    cuts = [str(each) for each in (-high, -low, low, high)]
    return {"claim": claim, "proof": {"by": "slope", "cuts": cuts, **written}}
