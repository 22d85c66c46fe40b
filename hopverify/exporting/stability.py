"""Stable equilibria as statements, with proofs from ``proofs/Stability.v``: activations are affine in pieces."""

from __future__ import annotations

from fractions import Fraction

from hopverify.exporting.attraction import arguments, twice
from hopverify.exporting.definite import definite
from hopverify.exporting.definitions import Definitions
from hopverify.exporting.lists import shaped, states_of
from hopverify.exporting.numbers import vector
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import COMPUTED_ONCE, Statement, flow_layers
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.kernel.flow import Flow


def stability(file: Definitions, claim: Claim) -> Statement:
    """T7: solutions from states near an equilibrium approach it exponentially."""
    if len(claim["equilibria"]) != 1 or claim["equilibria"][0]["stability"] != "stable":
        raise NotExported("of equilibria proofs/ shows, one by one, that they are stable")
    (state,) = states_of(claim)
    layers = flow_layers(file.core)
    if any(layer.instantaneous for layer in layers):
        raise NotExported("a layer is instantaneous; the theorem in proofs/Stability.v is for τ > 0")
    model, shapes, steps = shaped(file)
    file.need("Definite")
    file.need("Stability")
    heights, multipliers = _heights(file.core, state), [Fraction(1)] * len(state)
    found = definite(twice(file.core, heights, multipliers))
    if found is None:
        raise NotExported(
            "the form of T7 is not definite with the steepest slopes; other theorems are not yet in proofs/"
        )
    given = f"(shapes := {shapes})\n  (heights := {vector(heights)}%Q) (multipliers := {vector(multipliers)}%Q)"
    head = f"apply stable_by_T7 with {given}\n  {arguments(found)}."
    first = [f"{{ {' '.join(steps)} }}"]
    last = [f"apply List.Forall_cons; [exact {file.neuron(layer)}|]." for layer in layers]
    return Statement(
        "stability",
        f"exponentially_stable {model} {vector(state)}%Q",
        "\n".join([head, f"1: {COMPUTED_ONCE}.", *first, *last, "apply List.Forall_nil."]),
    )


def _heights(core: Core, state: list[Fraction]) -> list[Fraction]:
    """Return the steepest slope of each activation on the two sides of its state."""
    curves = Flow(core).separate or []
    found = []
    for curve, x in zip(curves, state, strict=True):
        near = [
            piece.line[0]
            for piece in curve.pieces
            if piece.line and (piece.low is None or piece.low <= x) and (piece.high is None or x <= piece.high)
        ]
        if min(near) < 0:
            raise NotExported("an activation falls at the equilibrium; the theorem in proofs/ is for slopes ≥ 0")
        found.append(max(near))
    return found
